/* Which keys a query sees, by every word for it, and which rows count for a context length. */
#include "tests/sim/scores/files.h"

#include <float.h>

enum { N = 40 };

/* One matrix of scores with what `more` adds to the file. */
static struct file_path write_matrix(const struct scratch *s, size_t queries, size_t keys,
                                     const double *value,
                                     void (*more)(hid_t file, size_t queries, size_t keys)) {
    struct file_path path = file_in(s, "a.h5");
    hid_t file = h5_new(path.text);
    h5_matrix(file, "scores", queries, keys, value);
    if (more) { more(file, queries, keys); }
    assert_true(H5Fclose(file) >= 0);
    return path;
}

static struct rows read_at(struct scratch *s, const char *path, enum scores_sight sight, size_t count,
                           const double *lengths) {
    struct scores_request request = request_for(&path);
    request.sight = sight;
    request.length_count = count;
    request.length = lengths;
    return read_good(s, &request, 2);
}

/* Row i of a causal square sees keys 0 .. i: those of 29 .. 32 keys at 32, of 37 .. 40 at 40. */
static void check_causal(const struct rows *rows, const double *value) {
    assert_int_equal(rows->count, 4 + 4);
    for (size_t i = 0; i < rows->count; i++) {
        size_t count = i < 4 ? 29 + i : 37 + i - 4;
        check_row(&rows->row[i], count, value + (count - 1) * N, NULL);
        assert_int_equal(rows->row[i].length, i < 4 ? 0 : 1);
        assert_int_equal(rows->row[i].position, count - 1);
    }
}

static const double both[] = {32, N};

static void add_causal(hid_t file, size_t queries, size_t keys) {
    (void)queries;
    (void)keys;
    h5_number(file, "causal", 1);
}

static void add_row_length(hid_t file, size_t queries, size_t keys) {
    (void)keys;
    double length[N];
    for (size_t i = 0; i < queries; i++) { length[i] = (double)i + 1; }
    H5Dclose(h5_array(file, "row_length", H5T_STD_I64LE, 1, (hsize_t[]){queries}, NULL, length));
}

static double sees(size_t query, size_t key) { return key <= query; }

static void add_mask(hid_t file, size_t queries, size_t keys) {
    double *mask = malloc(queries * keys * sizeof *mask);
    assert_non_null(mask);
    for (size_t i = 0; i < queries * keys; i++) { mask[i] = sees(i / keys, i % keys); }
    H5Dclose(h5_array(file, "mask", H5T_STD_U8LE, 2, (hsize_t[]){queries, keys}, NULL, mask));
    free(mask);
}

/* As h5py stores booleans. */
static void add_boolean_mask(hid_t file, size_t queries, size_t keys) {
    hid_t type = H5Tenum_create(H5T_STD_I8LE), space = H5Screate_simple(2, (hsize_t[]){queries, keys}, NULL);
    H5Tenum_insert(type, "FALSE", &(int8_t){0});
    H5Tenum_insert(type, "TRUE", &(int8_t){1});
    int8_t mask[N * N];
    for (size_t i = 0; i < queries * keys; i++) { mask[i] = (int8_t)sees(i / keys, i % keys); }
    hid_t id = H5Dcreate2(file, "mask", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(id >= 0 && H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, mask) >= 0);
    H5Dclose(id);
    H5Sclose(space);
    H5Tclose(type);
}

/* Causal by attribute, option, row_length, mask and -inf, where what is hidden is NaN where it may be. */
static void test_causal(void **state) {
    struct scratch *s = *state;
    void (*const more[])(hid_t, size_t, size_t) = {add_causal,       NULL, add_row_length, add_mask,
                                                   add_boolean_mask, NULL};
    for (size_t way = 0; way < 6; way++) {
        double *value = simple_numbers(N * N, 11);
        for (size_t i = 0; i < N * N; i++) {
            if (!sees(i / N, i % N)) { value[i] = way == 5 ? -INFINITY : NAN; }
        }
        struct file_path path = write_matrix(s, N, N, value, more[way]);
        struct rows rows = read_at(s, path.text, way == 1 ? SCORES_CAUSAL : SCORES_AS_STORED, 2, both);
        check_causal(&rows, value);
        for (size_t i = 0; i < rows.count; i++) { assert_null(rows.row[i].key); } /* they are the first */
        free_rows(&rows);
        free(value);
    }
}

/* A causal mask that nothing but -inf tells of: one length, for which most rows see too few keys. */
static void test_mask_of_infinities(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(N * N, 15);
    for (size_t i = 0; i < N * N; i++) { value[i] = sees(i / N, i % N) ? value[i] : -INFINITY; }
    for (int causal = 0; causal < 2; causal++) {
        struct file_path path = write_matrix(s, N, N, value, causal ? add_causal : NULL);
        struct rows rows = read_at(s, path.text, SCORES_AS_STORED, 0, NULL);
        assert_int_equal(rows.count, causal ? 32 - 28 : N - 36); /* at n = 32, or at n = 40 */
        assert_int_equal(rows.notes.longest_row, N);
        assert_int_equal(rows.notes.unused_rows, causal ? 0 : 36 - 1);
        free_rows(&rows);
    }
    free(value);
}

/* Finite numbers of every custom in the place of -inf, alone or added to the score: the same rows; and the
 * rows that hold them are counted. */
static void test_stand_ins(void **state) {
    struct scratch *s = *state;
    const double number[] = {-DBL_MAX, -3.4028234663852886e38, -1e30, -1e9, -65504, -1e4};
    double *value = simple_numbers(N * N, 18), *masked = malloc(N * N * sizeof *masked);
    assert_non_null(masked);
    for (size_t k = 0; k < sizeof number / sizeof *number * 2; k++) {
        for (size_t i = 0; i < N * N; i++) {
            double hidden = number[k / 2] + (k % 2 > 0 ? value[i] : 0);
            masked[i] = sees(i / N, i % N) ? value[i] : hidden;
        }
        struct file_path path = write_matrix(s, N, N, masked, NULL);
        struct rows rows = read_at(s, path.text, SCORES_AS_STORED, 2, both);
        check_causal(&rows, value);
        assert_int_equal(rows.notes.unused_rows, N - 1 - 4 - 4);
        assert_int_equal(rows.notes.stand_in_rows, N - 1);
        assert_true(fabs(rows.notes.stand_in / number[k / 2] - 1) < 1e-3);
        free_rows(&rows);
    }
    free(masked);
    free(value);
}

/* A query that sees nothing; with no other score beside it a number must be no score at all. */
static void test_stand_ins_alone(void **state) {
    struct scratch *s = *state;
    const double value[4 * 3] = {-1e4, -1e4, -1e4, -1e9, -1.00000006e9, -1e9, 1, 2, -1e9, 1, 2, 3};
    struct file_path path = write_matrix(s, 4, 3, value, NULL);
    struct rows rows = read_at(s, path.text, SCORES_AS_STORED, 2, (double[]){2, 3});
    assert_int_equal(rows.count, 2);
    assert_int_equal(rows.notes.short_rows, 2);
    assert_int_equal(rows.notes.stand_in_rows, 3);
    assert_true(rows.notes.stand_in == -1e4);
    check_row(&rows.row[0], 2, value + 6, NULL);
    check_row(&rows.row[1], 3, value + 9, NULL);
    free_rows(&rows);
}

/* Below a steep linear bias, whose scores fall to -24000 step by step, and below a common shift of -2e6. */
static void test_stand_ins_under_low_scores(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(N * N, 19), *masked = malloc(N * N * sizeof *masked);
    assert_non_null(masked);
    for (size_t way = 0; way < 4; way++) {
        for (size_t i = 0; i < N * N; i++) {
            size_t query = i / N, key = i % N;
            value[i] = way < 2 ? -15.0 * (double)((query - key) * (query - key)) : simple_number(i) - 2e6;
            masked[i] = sees(query, key) ? value[i] : way % 2 > 0 ? -1e9 + value[i] : -3.4028234663852886e38;
        }
        struct file_path path = write_matrix(s, N, N, masked, NULL);
        struct rows rows = read_at(s, path.text, SCORES_AS_STORED, 2, both);
        check_causal(&rows, value);
        assert_int_equal(rows.notes.stand_in_rows, N - 1);
        free_rows(&rows);
    }
    free(masked);
    free(value);
}

/* What a softmax gives is told from scores, also causal and rounded to halves; one row that is none decides.
 */
static void test_weights(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(N * N, 20);
    for (size_t q = 0; q < N; q++) {
        double *row = value + q * N, sum = 0;
        for (size_t k = 0; k < N; k++) { sum += row[k] = k <= q ? exp(row[k]) : 0; }
        for (size_t k = 0; k < N; k++) { row[k] = (float)(row[k] / sum); }
    }
    for (size_t way = 0; way < 4; way++) { /* full, causal, one sum off, one negative */
        value[N * N - 1] += way == 2 ? 0.02 : way == 3 ? -0.02 - value[N * N - 1] : 0;
        struct file_path path = write_matrix(s, N, N, value, way == 1 ? add_causal : NULL);
        struct rows rows = read_at(s, path.text, SCORES_AS_STORED, 2, both);
        assert_true(scores_are_weights(&rows.notes) == (way < 2));
        free_rows(&rows);
    }
    free(value);
}

/* Low scores: a steep linear bias, a common shift, one key far above all others, scores so wide that
 * neighbours lie further apart than a mask's step. */
static void test_low_scores(void **state) {
    struct scratch *s = *state;
    double value[4 * N];
    for (size_t i = 0; i < N; i++) {
        value[i] = -900.0 * (double)(N - 1 - i);
        value[N + i] = simple_number(i) - 1e6;
        value[2 * N + i] = i == 7 ? 1e5 : simple_number(i);
        value[3 * N + i] = 2000 * floor(simple_number(i)) + (double)i;
    }
    struct file_path path = write_matrix(s, 4, N, value, NULL);
    struct rows rows = read_file(s, path.text);
    assert_int_equal(rows.count, 4);
    assert_int_equal(rows.notes.stand_in_rows, 0);
    for (size_t i = 0; i < 4; i++) { check_row(&rows.row[i], N, value + i * N, NULL); }
    free_rows(&rows);
}

/* Rows of padded texts that count for no length are counted, whatever hides their keys; of short ones, and of
 * causal contexts, that is no news. */
static void add_half_length(hid_t file, size_t queries, size_t keys) {
    double length[N];
    for (size_t i = 0; i < queries; i++) {
        length[i] = i < 10 ? (double)keys : i < 16 ? (double)keys / 2 : 0;
    }
    H5Dclose(h5_array(file, "row_length", H5T_STD_I64LE, 1, (hsize_t[]){queries}, NULL, length));
}

static void test_unused(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(N * N, 22);
    const struct {
        void (*more)(hid_t, size_t, size_t);
        size_t rows, unused;
    } way[] = {{add_half_length, 10, 6},
               {add_mask, 4, N - 1 - 4},
               {add_row_length, 4, N - 1 - 4},
               {add_causal, 4, 0}};
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        struct file_path path = write_matrix(s, N, N, value, way[i].more);
        struct rows rows = read_file(s, path.text);
        assert_int_equal(rows.count, way[i].rows);
        assert_int_equal(rows.notes.unused_rows, way[i].unused);
        free_rows(&rows);
    }
    free(value);
}

/* Against the file's word, every key is seen. */
static void test_full_by_option(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(N * N, 12);
    struct file_path path = write_matrix(s, N, N, value, add_causal);
    struct rows rows = read_at(s, path.text, SCORES_FULL, 0, NULL);
    assert_int_equal(rows.count, N);
    for (size_t i = 0; i < N; i++) { check_row(&rows.row[i], N, value + i * N, NULL); }
    free_rows(&rows);
    free(value);
}

/* A causal mask is the same as rows cut by hand, to the bit. */
static void test_cut_by_hand(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(N * N, 13);
    struct file_path path = write_matrix(s, N, N, value, add_causal);
    struct rows masked = read_at(s, path.text, SCORES_AS_STORED, 2, both);
    for (size_t i = 0; i < masked.count; i++) {
        size_t count = masked.row[i].count;
        struct file_path cut = write_matrix(s, 1, count, value + (count - 1) * N, NULL);
        struct rows rows = read_at(s, cut.text, SCORES_AS_STORED, 0, NULL);
        assert_int_equal(rows.count, 1);
        check_row(&rows.row[0], masked.row[i].count, masked.row[i].score, NULL);
        free_rows(&rows);
    }
    free_rows(&masked);
    free(value);
}

/* Written as text, too; what is neither yes nor no is refused. */
static void test_causal_words(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(N * N, 21);
    const struct {
        const char *text;
        int rows; /* -1: refused */
    } word[] = {{"true", 8}, {"True", 8}, {"1", 8}, {"false", N}, {"0", N}, {"causal", -1}, {"2", -1}};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        struct file_path path = write_matrix(s, N, N, value, NULL);
        const char *name = path.text;
        struct scores_request request = request_for(&name);
        hid_t file = H5Fopen(path.text, H5F_ACC_RDWR, H5P_DEFAULT);
        h5_text(file, "causal", word[i].text, 0);
        H5Fclose(file);
        if (word[i].rows < 0) {
            check_refused(s, &request, 2,
                          (const char *[]){"/scores: ", "attribute causal is neither 1 nor 0"});
            continue;
        }
        struct rows rows = read_at(s, path.text, SCORES_AS_STORED, 2, both);
        assert_int_equal(rows.count, word[i].rows);
        free_rows(&rows);
    }
    free(value);
}

/* The last queries of a causal context, without and with their positions. */
static void add_positions(hid_t file, size_t queries, size_t keys) {
    double position[N];
    add_causal(file, queries, keys);
    for (size_t i = 0; i < queries; i++) { position[i] = (double)(10 * i + 9); }
    H5Dclose(h5_array(file, "query_position", H5T_STD_I32LE, 1, (hsize_t[]){queries}, NULL, position));
}

static void test_positions(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(3 * N, 14);
    const double lengths[] = {10, 20, 30, 38, 39, 40};
    struct file_path path = write_matrix(s, 3, N, value, add_causal);
    struct rows rows = read_at(s, path.text, SCORES_AS_STORED, 6, lengths);
    assert_int_equal(rows.count, 1 + 2 + 3); /* 38 keys count for 38, 39, 40; 39 for two */
    assert_int_equal(rows.row[0].count, 38);
    assert_int_equal(rows.row[0].position, 37);
    assert_int_equal(rows.row[5].count, 40);
    free_rows(&rows);
    path = write_matrix(s, 3, N, value, add_positions);
    rows = read_at(s, path.text, SCORES_AS_STORED, 6, lengths);
    assert_int_equal(rows.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(rows.row[i].position, 10 * i + 9);
        assert_int_equal(rows.row[i].length, i);
        check_row(&rows.row[i], 10 * (i + 1), value + i * N, NULL);
    }
    free_rows(&rows);
    free(value);
}

/* Keys that are hidden in between keep their neighbours' positions. */
static void test_holes(void **state) {
    struct scratch *s = *state;
    double value[] = {1, -INFINITY, 3, 4, -INFINITY, 6};
    struct file_path path = write_matrix(s, 1, 6, value, NULL);
    struct rows rows = read_at(s, path.text, SCORES_AS_STORED, 1, (double[]){4});
    assert_int_equal(rows.count, 1);
    check_row(&rows.row[0], 4, (double[]){1, 3, 4, 6}, (uint32_t[]){0, 2, 3, 5});
    free_rows(&rows);
}

/* Windows (0.9 n, n], and rows that count for several lengths or none. */
static void test_windows(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(N * N, 15), lengths[N];
    for (size_t i = 0; i < N; i++) { lengths[i] = (double)i + 1; }
    struct file_path path = write_matrix(s, N, N, value, add_causal);
    struct rows rows = read_at(s, path.text, SCORES_AS_STORED, N, lengths);
    size_t expected = 0;
    for (size_t count = 2; count <= N; count++) {
        for (size_t l = 0; l < N; l++) {
            if (!((double)count > 0.9 * lengths[l] && (double)count <= lengths[l])) { continue; }
            assert_true(expected < rows.count);
            assert_int_equal(rows.row[expected].count, count);
            assert_int_equal(rows.row[expected].length, l);
            expected++;
        }
    }
    assert_int_equal(rows.count, expected);
    assert_int_equal(rows.notes.short_rows, 1); /* the first query sees one key */
    free_rows(&rows);
    free(value);
}

/* By default powers of two up to a full causal context, else the group's own. */
static void test_own_lengths(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(N * N, 16);
    struct file_path path = write_matrix(s, N, N, value, add_causal);
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    struct scores *scores = open_good(s, &request);
    assert_int_equal(scores_facts(scores)->length_count, 1);
    assert_true(scores_facts(scores)->length[0] == 32);
    scores_close(scores);
    write_matrix(s, N, N, value, NULL);
    scores = open_good(s, &request);
    assert_int_equal(scores_facts(scores)->length_count, 1);
    assert_true(scores_facts(scores)->length[0] == N);
    scores_close(scores);
    free(value);
}

/* Of lengths whose rows would count for a longer one, too, the longer one alone. */
static void test_lengths_apart(void **state) {
    struct scratch *s = *state;
    const hsize_t keys[] = {40, 30, 39, 36, 37, 28};
    double *value = simple_numbers(N * N, 23);
    struct file_path path = file_in(s, "a.h5");
    hid_t file = h5_new(path.text);
    for (size_t g = 0; g < sizeof keys / sizeof *keys; g++) {
        hid_t group = H5Gcreate2(file, (char[]){(char)('a' + g), 0}, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        h5_matrix(group, "scores", 3, keys[g], value);
        H5Gclose(group);
    }
    H5Fclose(file);
    struct rows rows = read_file(s, path.text);
    const size_t lengths[] = {2, 0, 2, 1, 2, 0}; /* of 30, 36, 40 */
    assert_int_equal(rows.count, 3 * sizeof keys / sizeof *keys);
    for (size_t i = 0; i < rows.count; i++) { assert_int_equal(rows.row[i].length, lengths[i / 3]); }
    free_rows(&rows);
    free(value);
}

/* A group of one key adds no length; alone it is refused. */
static void test_one_key(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(N * N, 19);
    struct file_path path = file_in(s, "a.h5");
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    for (size_t more = 0; more < 2; more++) {
        hid_t file = h5_new(path.text);
        for (size_t g = 0; g <= more; g++) {
            hid_t group = H5Gcreate2(file, g > 0 ? "b" : "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
            h5_matrix(group, "scores", 5, g > 0 ? N : 1, value);
            H5Gclose(group);
        }
        H5Fclose(file);
        if (!more) {
            check_refused(s, &request, 1, (const char *[]){"every query has one key"});
            continue;
        }
        struct scores *scores = open_good(s, &request);
        assert_int_equal(scores_facts(scores)->length_count, 1);
        assert_true(scores_facts(scores)->length[0] == N);
        scores_close(scores);
    }
    free(value);
}

/* Rows that see fewer than two keys are left out and counted; again from the start. */
static void test_short_rows(void **state) {
    struct scratch *s = *state;
    double value[5 * 3] = {1, 2,         3,         1,         -INFINITY, -INFINITY, 4, 5,
                           6, -INFINITY, -INFINITY, -INFINITY, 7,         8,         9};
    struct file_path path = write_matrix(s, 5, 3, value, NULL);
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    struct scores *scores = open_good(s, &request);
    for (size_t again = 0; again < 2; again++) {
        struct rows rows;
        assert_int_equal(read_rows(scores, 1, &rows), SCORES_END);
        assert_int_equal(rows.count, 3);
        assert_int_equal(rows.notes.short_rows, 2);
        assert_true(rows.row[2].position == SCORES_NOWHERE); /* of five queries of three keys */
        free_rows(&rows);
        scores_rewind(scores);
        assert_int_equal(scores_notes(scores)->short_rows, 0);
    }
    scores_close(scores);
}

/* row_length for every head, or one for all, or one for all queries. */
static void test_broadcast(void **state) {
    struct scratch *s = *state;
    enum { HEADS = 2, QUERIES = 3, KEYS = 10 };
    double *value = simple_numbers(HEADS * QUERIES * KEYS, 17);
    const double length[HEADS * QUERIES] = {10, 8, 6, 9, 7, 5}, one[QUERIES] = {10, 9, 8},
                                place[QUERIES] = {0, 1, 2};
    for (size_t way = 0; way < 4; way++) { /* full, rank 1, size 1 in place of heads, of queries */
        struct file_path path = file_in(s, "a.h5");
        hid_t file = h5_new(path.text);
        H5Dclose(h5_array(file, "scores", H5T_IEEE_F64LE, 3, (hsize_t[]){HEADS, QUERIES, KEYS}, NULL, value));
        H5Dclose(h5_array(file, "row_length", H5T_STD_U16LE, way == 1 ? 1 : 2,
                          way == 0   ? (hsize_t[]){HEADS, QUERIES}
                          : way == 1 ? (hsize_t[]){QUERIES}
                          : way == 2 ? (hsize_t[]){1, QUERIES}
                                     : (hsize_t[]){HEADS, 1},
                          NULL, way == 0 ? length : one));
        H5Dclose(h5_array(file, "query_position", H5T_STD_I8LE, 1, (hsize_t[]){QUERIES}, NULL, place));
        H5Fclose(file);
        struct rows rows = read_at(s, path.text, SCORES_AS_STORED, 6, (double[]){5, 6, 7, 8, 9, 10});
        size_t seen = 0;
        for (size_t i = 0; i < rows.count; i++) {
            size_t row = rows.row[i].head * QUERIES + rows.row[i].position;
            double expected = way == 0 ? length[row] : one[way == 3 ? row / QUERIES : row % QUERIES];
            check_row(&rows.row[i], (size_t)expected, value + row * KEYS, NULL);
            seen += rows.row[i].length + 5 == (size_t)expected;
        }
        assert_int_equal(seen, HEADS * QUERIES);
        free_rows(&rows);
    }
    free(value);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_causal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mask_of_infinities, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stand_ins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stand_ins_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stand_ins_under_low_scores, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_weights, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_low_scores, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_by_option, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cut_by_hand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_causal_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_positions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_holes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_windows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_own_lengths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lengths_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_short_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_broadcast, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
