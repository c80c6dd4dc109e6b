/* Which sequences are the same: by sequence_id (test_axes.c), and contexts that are the beginning of others.
 */
#include "tests/sim/scores/files.h"

enum { SHORT = 40, LONG = 80, LAYERS = 2, HEADS = 2, DIM = 3, WIDTH = LAYERS * HEADS * LONG * DIM };

/* Component c of position p of the text with this number; texts begin with the same eight positions. */
static double component(size_t text, size_t layer, size_t head, size_t p, size_t c) {
    size_t own = p < 8 ? 0 : text + 1;
    return simple_number((((own * LAYERS + layer) * HEADS + head) * LONG + p) * DIM + c);
}

/* Queries and keys of some texts; as those of a second batch they are off by rounding. */
static void add_texts(hid_t file, const char *name, size_t count, const size_t *text, size_t n,
                      double rounding, const double *id) {
    double *value = malloc(count * WIDTH * sizeof *value);
    size_t size = LAYERS * HEADS * n * DIM;
    assert_non_null(value);
    for (size_t i = 0; i < count * size; i++) {
        size_t p = i / DIM % n, head = i / DIM / n % HEADS, layer = i / DIM / n / HEADS % LAYERS;
        value[i] = component(text[i / size], layer, head, p, i % DIM) * (1 + rounding * (double)(i % 2));
    }
    hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hsize_t sizes[] = {count, LAYERS, HEADS, n, DIM};
    H5Dclose(h5_array(group, "queries", H5T_IEEE_F64LE, 5, sizes, NULL, value));
    H5Dclose(h5_array(group, "keys", H5T_IEEE_F64LE, 5, sizes, NULL, value));
    if (id) { h5_numbers(group, "sequence_id", count, id); }
    H5Gclose(group);
    free(value);
}

/* What is read of two groups, three short texts and two long ones. */
struct reading {
    struct rows rows;
    size_t sequences, said; /* messages */
};

static struct reading read_pair(struct scratch *s, const size_t shorter[3], const size_t longer[2],
                                double rounding, bool causal, const double *ids) {
    struct file_path path = file_in(s, "a.h5");
    struct reading found = {.said = 0};
    const char *file_name = path.text;
    struct scores_request request = request_for(&file_name);
    hid_t file = h5_new(path.text);
    if (causal) { h5_number(file, "causal", 1); }
    add_texts(file, "a", 3, shorter, SHORT, rounding, ids);
    add_texts(file, "b", 2, longer, LONG, 0, ids ? ids + 3 : NULL);
    H5Fclose(file);
    quiet_start(s);
    struct scores *scores = scores_open(&request);
    assert_non_null(scores);
    assert_int_equal(read_rows(scores, 2, &found.rows), SCORES_END);
    quiet_end(s);
    for (const char *at = s->said; (at = strstr(at, "counted once")); at++) { found.said++; }
    found.sequences = scores_facts(scores)->sequence_count;
    scores_close(scores);
    return found;
}

enum { ROWS_AT_32 = LAYERS * HEADS * 4, ROWS_AT_64 = LAYERS * HEADS * 7 }; /* 29 .. 32, 58 .. 64 keys */

static void check_pair(struct scratch *s, const size_t shorter[3], double rounding, bool causal,
                       const double *ids, size_t sequences, size_t told) {
    const size_t longer[2] = {4, 1};
    struct reading found = read_pair(s, shorter, longer, rounding, causal, ids);
    assert_int_equal(found.sequences, sequences);
    assert_int_equal(found.said, told);
    if (causal) { assert_int_equal(found.rows.count, (5 - told) * ROWS_AT_32 + 2 * ROWS_AT_64); }
    free_rows(&found.rows);
}

static void test_beginnings(void **state) {
    struct scratch *s = *state;
    const size_t shorter[3] = {0, 1, 2}, apart[3] = {0, 3, 2};
    check_pair(s, shorter, 0, true, NULL, 4, 1);
    check_pair(s, shorter, 1e-5, true, NULL, 4, 1);
    check_pair(s, shorter, 1e-2, true, NULL, 5, 0);
    check_pair(s, apart, 0, true, NULL, 5, 0);    /* begin alike */
    check_pair(s, shorter, 0, false, NULL, 5, 0); /* rows of other lengths */
    const size_t both[3] = {4, 0, 1};
    struct reading several = read_pair(s, both, (const size_t[2]){4, 1}, 0, true, NULL);
    assert_int_equal(several.sequences, 3);
    assert_int_equal(several.said, 1);
    assert_non_null(strstr(s->said, "2 sequences are beginnings"));
    free_rows(&several.rows);
}

static void test_beginnings_by_id(void **state) {
    struct scratch *s = *state;
    const size_t shorter[3] = {0, 1, 2};
    const double same[] = {7, 8, 9, 6, 8}, other[] = {7, 8, 9, 6, 5};
    check_pair(s, shorter, 0, true, same, 4, 1);
    check_pair(s, shorter, 0, true, other, 5, 0); /* as the file says */
}

/* Two heads that share their keys, each in a group of its own that does not say so: other queries, other
 * rows. */
static void test_shared_keys(void **state) {
    struct scratch *s = *state;
    enum { N = 32, SIZE = N * DIM };
    struct file_path path = file_in(s, "a.h5");
    const char *file_name = path.text;
    struct scores_request request = request_for(&file_name);
    double *keys = simple_numbers(SIZE, 1), *queries = simple_numbers(2 * SIZE, 2);
    hid_t file = h5_new(path.text);
    h5_number(file, "causal", 1);
    for (size_t i = 0; i < 2; i++) {
        hid_t group = H5Gcreate2(file, i ? "h1" : "h0", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        h5_matrix(group, "queries", N, DIM, queries + i * SIZE);
        h5_matrix(group, "keys", N, DIM, keys);
        H5Gclose(group);
    }
    H5Fclose(file);
    struct rows rows = read_good(s, &request, 1);
    assert_int_equal(rows.count, 2 * 4);
    free_rows(&rows);
    free(queries);
    free(keys);
}

/* Rows of the longer one are as without the shorter. */
static void test_rows(void **state) {
    struct scratch *s = *state;
    const size_t shorter[3] = {0, 1, 2}, apart[3] = {0, 3, 2}, longer[2] = {4, 1};
    struct reading a = read_pair(s, shorter, longer, 0, true, NULL),
                   b = read_pair(s, apart, longer, 0, true, NULL);
    const struct scores_row *row = b.rows.row + b.rows.count;
    for (size_t i = a.rows.count; i-- > 2 * ROWS_AT_32;) {
        row--;
        check_row(row, a.rows.row[i].count, a.rows.row[i].score, NULL);
        assert_int_equal(row->sequence, a.rows.row[i].sequence + 1);
    }
    free_rows(&a.rows);
    free_rows(&b.rows);
}

/* Complete matrices of scores, too; a file that is named twice has nothing new. */
static void test_scores(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    double *value = simple_numbers(LONG * LONG, 3), *part = malloc(SHORT * SHORT * sizeof *part);
    assert_non_null(part);
    for (size_t i = 0; i < SHORT * SHORT; i++) { part[i] = value[i / SHORT * LONG + i % SHORT]; }
    hid_t file = h5_new(path.text), a = H5Gcreate2(file, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
          b = H5Gcreate2(file, "b", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    h5_number(file, "causal", 1);
    h5_matrix(a, "scores", SHORT, SHORT, part);
    h5_matrix(b, "scores", LONG, LONG, value);
    H5Gclose(a);
    H5Gclose(b);
    H5Fclose(file);
    const char *const name[] = {path.text, path.text};
    struct scores_request request = {.file_count = 2, .file = name, REQUEST_BASE};
    quiet_start(s);
    struct scores *scores = scores_open(&request);
    quiet_end(s);
    assert_non_null(scores);
    assert_int_equal(scores_facts(scores)->sequence_count, 1);
    scores_close(scores);
    free(value);
    free(part);
}

/* Two groups of the same heads at one length add up, which is said: they may be layers, if nothing says so.
 */
static void test_groups_as_layers(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    for (size_t numbered = 0; numbered < 2; numbered++) {
        hid_t file = h5_new(path.text);
        for (size_t g = 0; g < 2; g++) {
            double *value = simple_numbers(5 * SHORT, g);
            hid_t group = H5Gcreate2(file, g > 0 ? "b" : "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
            h5_matrix(group, "scores", 5, SHORT, value);
            if (numbered) { h5_numbers(group, "layers", 1, (double[]){(double)g}); }
            H5Gclose(group);
            free(value);
        }
        H5Fclose(file);
        struct scores *scores = open_good(s, &request);
        assert_true((strstr(s->said, ":/a/scores and ") != NULL) == !numbered);
        assert_int_equal(scores_facts(scores)->head_count, 1 + numbered);
        scores_close(scores);
    }
}

/* How much has been read, each time from the first row: of two groups, the second four times as long. */
static void test_how_far(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    hid_t file = h5_new(path.text);
    for (size_t g = 0; g < 2; g++) {
        double *value = simple_numbers(5 * (1 + 3 * g) * SHORT, g);
        hid_t group = H5Gcreate2(file, g > 0 ? "b" : "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        h5_matrix(group, "scores", 5, (1 + 3 * g) * SHORT, value);
        H5Gclose(group);
        free(value);
    }
    H5Fclose(file);
    struct scores *scores = open_good(s, &request);
    for (int round = 0; round < 2; round++) {
        struct scores_batch batch;
        struct progress progress = progress_start(1, 0, true);
        scores_rewind(scores);
        for (size_t part = 0; scores_next(scores, 2, &batch) == SCORES_MORE; part++) {
            scores_add_progress(scores, &progress, "");
            check_close(progress.done, part > 0 ? 1 : 0.2, 1e-15);
        }
        check_close(progress.done, 1, 1e-15);
    }
    scores_close(scores);
}

/* What the keys alone say is of the queries, too. */
static void test_of_keys(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    const char *name = path.text, *const group[] = {"a", "b"};
    struct scores_request request = request_for(&name);
    for (size_t told = 0; told < 2; told++) {
        hid_t file = h5_new(path.text);
        for (size_t g = 0; g < 2; g++) {
            add_texts(file, group[g], 2, (size_t[]){2 * g, 2 * g + 1}, SHORT, 0, NULL);
            hid_t keys = H5Dopen2(file, g > 0 ? "b/keys" : "a/keys", H5P_DEFAULT);
            if (told) { h5_numbers(keys, "sequence_id", 2, (double[]){7, 8}); }
            if (told) { h5_numbers(keys, "layers", LAYERS, (double[]){4 * (double)g, 1 + 4 * (double)g}); }
            H5Dclose(keys);
        }
        H5Fclose(file);
        struct scores *scores = open_good(s, &request);
        assert_int_equal(scores_facts(scores)->sequence_count, told ? 2 : 4);
        assert_int_equal(scores_facts(scores)->head_count, (1 + told) * LAYERS * HEADS);
        scores_close(scores);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_groups_as_layers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_how_far, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_of_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beginnings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beginnings_by_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shared_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scores, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
