/* Ranks and axes in any order, numbers of layers and heads, groups, files and their sequences. */
#include "tests/sim/scores/files.h"

enum { SEQUENCES = 2, LAYERS = 3, HEADS = 2, QUERIES = 2, KEYS = 5, MATRIX = QUERIES * KEYS };

/* The row of score [sequence][layer][head][query]. */
static uint64_t seed_of(size_t sequence, size_t layer, size_t head) {
    return ((sequence * LAYERS + layer) * HEADS + head) * MATRIX;
}

struct place {
    size_t sequence, layer, head;
};

/* Places of an array whose leading axes are `letters` (of s, l, h), in its order. */
static size_t list_places(const char *letters, struct place *place) {
    size_t count = 1, rank = strlen(letters), size[3];
    for (size_t a = 0; a < rank; a++) {
        size[a] = letters[a] == 's' ? SEQUENCES : letters[a] == 'l' ? LAYERS : HEADS;
        count *= size[a];
    }
    for (size_t i = 0; i < count; i++) {
        size_t left = i;
        place[i] = (struct place){0};
        for (size_t a = rank; a-- > 0;) {
            size_t index = left % size[a];
            left /= size[a];
            *(letters[a] == 's'   ? &place[i].sequence
              : letters[a] == 'l' ? &place[i].layer
                                  : &place[i].head) = index;
        }
    }
    return count;
}

static hid_t write_axes(const char *path, const char *letters, const char *axes) {
    struct place place[SEQUENCES * LAYERS * HEADS];
    double value[SEQUENCES * LAYERS * HEADS * MATRIX];
    size_t count = list_places(letters, place), rank = strlen(letters);
    hsize_t size[5];
    for (size_t a = 0; a < rank; a++) {
        size[a] = letters[a] == 's' ? SEQUENCES : letters[a] == 'l' ? LAYERS : HEADS;
    }
    size[rank] = QUERIES;
    size[rank + 1] = KEYS;
    for (size_t i = 0; i < count * MATRIX; i++) {
        const struct place *p = &place[i / MATRIX];
        value[i] = simple_number(seed_of(p->sequence, p->layer, p->head) + i % MATRIX);
    }
    hid_t file = h5_new(path),
          id = h5_array(file, "scores", H5T_IEEE_F32LE, (unsigned)rank + 2, size, NULL, value);
    if (axes) { h5_text(id, "axes", axes, 0); }
    H5Dclose(id);
    return file;
}

static void check_axes(struct scratch *s, const char *letters, const char *attribute, const char *option) {
    struct place place[SEQUENCES * LAYERS * HEADS];
    struct file_path path = file_in(s, "a.h5");
    size_t count = list_places(letters, place);
    H5Fclose(write_axes(path.text, letters, attribute));
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    request.axes = option;
    struct scores *scores = open_good(s, &request);
    const struct scores_facts *facts = scores_facts(scores);
    assert_int_equal(facts->has_layers, strchr(letters, 'l') != NULL);
    struct rows rows;
    assert_int_equal(read_rows(scores, 2, &rows), SCORES_END);
    assert_int_equal(rows.count, count * QUERIES);
    for (size_t i = 0; i < rows.count; i++) {
        const struct scores_row *row = &rows.row[i];
        const struct place *p = &place[i / QUERIES];
        assert_int_equal(row->sequence, p->sequence);
        assert_int_equal(facts->head[row->head].layer, p->layer);
        assert_int_equal(facts->head[row->head].head, p->head);
        for (size_t k = 0; k < KEYS; k++) {
            uint64_t seed = seed_of(p->sequence, p->layer, p->head) + i % QUERIES * KEYS + k;
            assert_true(row->score[k] == simple_number(seed));
        }
    }
    free_rows(&rows);
    scores_close(scores);
}

static void test_orders(void **state) {
    const struct {
        const char *letters, *axes;
    } order[] = {{"", "query,key"},
                 {"s", "sequence,query,key"},
                 {"l", "layer, query, key"},
                 {"h", "head,query,key"},
                 {"lh", "layer,head,query,key"},
                 {"hl", "head layer query key"},
                 {"sh", "sequence,head,query,key"},
                 {"hs", "head,sequence,query,key"},
                 {"slh", "sequence,layer,head,query,key"},
                 {"hls", "head,layer,sequence,query,key"},
                 {"lsh", "layer,sequence,head,query,key"}};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        check_axes(*state, order[i].letters, order[i].axes, NULL);
        check_axes(*state, order[i].letters, NULL, order[i].axes);
        check_axes(*state, order[i].letters, "key,query", order[i].axes); /* the option has the word */
    }
    check_axes(*state, "", NULL, NULL);
    check_axes(*state, "h", NULL, NULL);
    check_axes(*state, "slh", NULL, NULL);
}

static void check_axes_refused(struct scratch *s, const char *letters, const char *axes, const char *words) {
    struct file_path path = file_in(s, "a.h5");
    H5Fclose(write_axes(path.text, letters, axes));
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    check_refused(s, &request, 2, (const char *[]){"a.h5: /scores: ", words});
}

static void test_bad_axes(void **state) {
    check_axes_refused(*state, "lh", NULL, "--axes layer,head,query,key");
    check_axes_refused(*state, "lh", "layer,head,query", "its axes are 4 (3x2x2x5), and the names 3");
    check_axes_refused(*state, "lh", "layer,layer,query,key", "the axis layer is named twice");
    check_axes_refused(*state, "lh", "layer,heads,query,key", "\"heads\" is none of sequence, layer");
    check_axes_refused(*state, "lh", "layer,head,key,query", "its last two axes must be query,key");
    check_axes_refused(*state, "lh", "layer,position,query,key", "its axis position stands before");
    check_axes_refused(*state, "lh", " , ", "axes: no words");
    check_axes_refused(*state, "lh", "head,head,head,head,head,head,head,head,head,head", "is none of");
}

/* An array of texts, as h5py writes a list (variable) and NumPy's bytes (fixed length, padded by zeros). */
static void h5_texts(hid_t at, const char *name, hsize_t count, const char *const *text, size_t size) {
    hid_t space = H5Screate_simple(1, &count, NULL), type = H5Tcopy(H5T_C_S1);
    char fixed[16][16] = {{0}};
    for (size_t i = 0; i < count && size > 0; i++) { memcpy(fixed[0] + i * size, text[i], strlen(text[i])); }
    H5Tset_size(type, size > 0 ? size : H5T_VARIABLE);
    H5Tset_cset(type, size > 0 ? H5T_CSET_ASCII : H5T_CSET_UTF8);
    hid_t id = H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(id >= 0 && H5Awrite(id, type, size > 0 ? (const void *)fixed : text) >= 0);
    H5Aclose(id);
    H5Tclose(type);
    H5Sclose(space);
}

static void check_list(struct scratch *s, size_t size) {
    static const char *const words[] = {"layer", "sequence", "query", "key"}, *const ids[] = {"code 1",
                                                                                              "text 1"};
    struct file_path path = file_in(s, "a.h5");
    hid_t file = write_axes(path.text, "ls", NULL);
    h5_texts(file, "axes", 4, words, size);
    h5_texts(file, "sequence_id", SEQUENCES, ids, size);
    H5Fclose(file);
    struct rows rows = read_file(s, path.text);
    assert_int_equal(rows.count, LAYERS * SEQUENCES * QUERIES);
    for (size_t i = 0; i < rows.count; i++) {
        assert_int_equal(rows.row[i].head, i / QUERIES / SEQUENCES);
        assert_int_equal(rows.row[i].sequence, i / QUERIES % SEQUENCES);
    }
    free_rows(&rows);
}

static void check_list_refused(struct scratch *s, bool numbers, const char *words) {
    static const char *const wrong[] = {"layer", "heads", "query", "key"};
    struct file_path path = file_in(s, "a.h5");
    hid_t file = write_axes(path.text, "lh", NULL);
    if (numbers) {
        h5_numbers(file, "axes", 4, (double[]){0, 1, 2, 3});
    } else {
        h5_texts(file, "axes", 4, wrong, 0);
    }
    H5Fclose(file);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    check_refused(s, &request, 2, (const char *[]){"a.h5: /scores: ", words});
}

/* Axes as a list: an array of texts, or a list written as text. */
static void test_lists(void **state) {
    check_list(*state, 0);
    check_list(*state, 8); /* "sequence" fills it */
    check_axes(*state, "lh", "[\"layer\", \"head\", \"query\", \"key\"]", NULL);
    check_axes(*state, "hl", "('head', 'layer', 'query', 'key')", NULL);
    check_list_refused(*state, false, "\"heads\" is none of sequence, layer");
    check_list_refused(*state, true, "its attribute axes is no text");
}

/* ---- numbers, groups, files ---- */

static void test_numbers(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    hid_t file = write_axes(path.text, "lh", "layer,head,query,key");
    h5_numbers(file, "layers", 3, (double[]){0, 7, 3});
    h5_numbers(file, "heads", 2, (double[]){12, 5});
    h5_number(file, "trained_context", 4096);
    h5_text(file, "model", "a model", 0);
    h5_text(file, "licence", "MIT", 8);
    H5Fclose(file);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    struct scores *scores = open_good(s, &request);
    const struct scores_facts *facts = scores_facts(scores);
    const size_t layer[] = {0, 0, 3, 3, 7, 7}, head[] = {5, 12, 5, 12, 5, 12};
    assert_int_equal(facts->head_count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(facts->head[i].layer, layer[i]);
        assert_int_equal(facts->head[i].head, head[i]);
    }
    assert_string_equal(facts->model, "a model");
    assert_string_equal(facts->licence, "MIT");
    assert_null(facts->input);
    assert_true(facts->trained == 4096 && isnan(facts->scale));
    struct rows rows;
    assert_int_equal(read_rows(scores, 1, &rows), SCORES_END);
    assert_int_equal(rows.row[0].head, 1); /* L0H12 comes first in the file */
    assert_int_equal(rows.row[2].head, 0);
    free_rows(&rows);
    scores_close(scores);
    request.trained = 512;
    scores = open_good(s, &request);
    assert_true(scores_facts(scores)->trained == 512);
    scores_close(scores);
}

/* A group of `sequences` matrices [2][keys]. */
static void add_group(hid_t file, const char *name, size_t sequences, size_t keys, const double *id) {
    hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    double *value = simple_numbers(sequences * 2 * keys, keys);
    hid_t array = h5_array(group, "scores", H5T_IEEE_F64LE, 3, (hsize_t[]){sequences, 2, keys}, NULL, value);
    if (id) { h5_numbers(group, "sequence_id", sequences, id); }
    H5Dclose(array);
    H5Gclose(group);
    free(value);
}

static struct file_path write_groups(const struct scratch *s, const char *name, const double *a,
                                     const double *b) {
    struct file_path path = file_in(s, name);
    hid_t file = h5_new(path.text);
    h5_text(file, "axes", "sequence,query,key", 0);
    add_group(file, "n0020", 3, 20, a);
    add_group(file, "n0010", 2, 10, b);
    H5Fclose(file);
    return path;
}

static void check_sequences(const struct rows *rows, const size_t *expected) {
    assert_int_equal(rows->count, 10);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(rows->row[i].count, i < 4 ? 10 : 20); /* groups by name */
        assert_int_equal(rows->row[i].length, i < 4 ? 0 : 1);
        assert_int_equal(rows->row[i].sequence, expected[i / 2]);
    }
}

/* Sequences of groups are the same only by sequence_id. */
static void test_groups(void **state) {
    struct scratch *s = *state;
    struct file_path path = write_groups(s, "a.h5", NULL, NULL);
    struct rows rows = read_file(s, path.text);
    check_sequences(&rows, (size_t[]){0, 1, 2, 3, 4});
    free_rows(&rows);
    path = write_groups(s, "a.h5", (double[]){5, 9, 7}, (double[]){7, 5});
    rows = read_file(s, path.text);
    check_sequences(&rows, (size_t[]){0, 1, 1, 2, 0});
    free_rows(&rows);
}

static void check_texts(struct scratch *s, const char *a, const char *b) {
    struct file_path path = file_in(s, "a.h5");
    hid_t file = h5_new(path.text);
    h5_text(file, "axes", "sequence,query,key", 0);
    add_group(file, "n0020", 3, 20, NULL);
    add_group(file, "n0010", 2, 10, NULL);
    for (int i = 0; i < 2; i++) {
        hid_t group = H5Gopen2(file, i ? "n0010" : "n0020", H5P_DEFAULT);
        h5_text(group, "sequence_id", i ? b : a, 0);
        H5Gclose(group);
    }
    H5Fclose(file);
    struct rows rows = read_file(s, path.text);
    check_sequences(&rows, (size_t[]){0, 1, 1, 2, 0});
    free_rows(&rows);
}

/* Texts are names whole, not the numbers in them; large numbers are names where none is as another. */
static void test_texts(void **state) {
    struct scratch *s = *state;
    check_texts(s, "['code1', 'text2', 'text1']", "text1,code1");
    check_texts(s, "[1e5 2 10e4]", "10e4 1e5");
    const double rounded[] = {0x1p53, 0x1p53, 1};
    struct file_path path = write_groups(s, "a.h5", rounded, (double[]){0x1p53, 1});
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    check_refused(s, &request, 2, (const char *[]){"a.h5: /n0020/scores: ", "of numbers from 2^53 on"});
    path = write_groups(s, "a.h5", (double[]){0x1p53, 0x1p54, 1}, (double[]){1, 0x1p53});
    struct rows rows = read_file(s, path.text);
    check_sequences(&rows, (size_t[]){0, 1, 1, 2, 0});
    free_rows(&rows);
}

static void test_files(void **state) {
    struct scratch *s = *state;
    struct file_path a = write_groups(s, "a.h5", (double[]){5, 9, 7}, (double[]){7, 5}),
                     b = write_groups(s, "b.h5", (double[]){1, 2, 5}, (double[]){3, 9}), one, slashed;
    snprintf(one.text, sizeof one.text, "%.350s:n0020", b.text);
    snprintf(slashed.text, sizeof slashed.text, "%.350s:/n0010/", a.text);
    const char *const files[] = {one.text, slashed.text};
    struct scores_request request = {.file_count = 2, .file = files, REQUEST_BASE};
    struct rows rows = read_good(s, &request, 1);
    const size_t sequence[] = {0, 1, 2, 3, 2}; /* 1 2 5 | 7 5 */
    assert_int_equal(rows.count, 10);
    for (size_t i = 0; i < 10; i++) { assert_int_equal(rows.row[i].sequence, sequence[i / 2]); }
    assert_int_equal(rows.row[0].count, 20);
    free_rows(&rows);
}

/* Where a group is not, those are listed that have scores; in one without scores, its arrays. */
static void test_absent_groups(void **state) {
    struct scratch *s = *state;
    struct file_path a = write_groups(s, "a.h5", (double[]){5, 9, 7}, (double[]){7, 5}), absent;
    const char *file = absent.text;
    const struct scores_request request = request_for(&file);
    hid_t into = H5Fopen(a.text, H5F_ACC_RDWR, H5P_DEFAULT),
          group = H5Gcreate2(into, "bare", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(h5_array(group, "length", H5T_IEEE_F32LE, 1, (hsize_t[]){1}, NULL, (double[]){1}));
    H5Gclose(group);
    H5Fclose(into);
    snprintf(absent.text, sizeof absent.text, "%.350s:n00", a.text);
    check_refused(s, &request, 1,
                  (const char *[]){"a.h5: there is no group /n00; there are: /n0010, /n0020\n"});
    snprintf(absent.text, sizeof absent.text, "%.350s:bare", a.text);
    check_refused(s, &request, 2, (const char *[]){"no scores", "in /bare; there are: /bare/length; name"});
}

/* Rows of one length in many batches and heads: the same for any threads. */
static void test_threads(void **state) {
    struct scratch *s = *state;
    struct file_path path = write_groups(s, "a.h5", NULL, NULL);
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    struct rows one = read_good(s, &request, 1), four = read_good(s, &request, 4);
    assert_int_equal(one.count, four.count);
    for (size_t i = 0; i < one.count; i++) {
        check_row(&four.row[i], one.row[i].count, one.row[i].score, NULL);
    }
    free_rows(&one);
    free_rows(&four);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_orders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_axes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_groups, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_absent_groups, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
