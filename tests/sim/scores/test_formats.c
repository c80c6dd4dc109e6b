/* The same scores in every format and type give the same rows, to the bit. */
#include "tests/sim/scores/files.h"

enum { HEADS = 3, QUERIES = 4, KEYS = 7, NUMBERS = HEADS * QUERIES * KEYS };

/* Rows of scores [HEADS][QUERIES][KEYS] in order, all of them seen. */
static void check_all(const struct rows *rows, const double *value) {
    assert_int_equal(rows->count, HEADS * QUERIES);
    for (size_t i = 0; i < rows->count; i++) {
        const struct scores_row *row = &rows->row[i];
        check_row(row, KEYS, value + i * KEYS, NULL);
        assert_null(row->key);
        assert_int_equal(row->head, i / QUERIES);
        assert_true(row->position == SCORES_NOWHERE); /* four queries of seven keys */
        assert_int_equal(row->length, 0);
        assert_int_equal(row->sequence, 0);
    }
}

static void check_file(struct scratch *s, const char *path, const double *value) {
    struct rows rows = read_file(s, path);
    check_all(&rows, value);
    free_rows(&rows);
}

static void check_element(struct scratch *s, const char *path, const char *element) {
    struct scores_request request = request_for(&path);
    struct scores *scores = open_good(s, &request);
    assert_string_equal(scores_facts(scores)->element, element);
    scores_close(scores);
}

static const hsize_t size[] = {HEADS, QUERIES, KEYS};

static void write_h5(const char *path, hid_t type, const hsize_t *chunk, const double *value) {
    hid_t file = h5_new(path);
    H5Dclose(h5_array(file, "scores", type, 3, size, chunk, value));
    assert_true(H5Fclose(file) >= 0);
}

static void test_hdf5(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    double *value = simple_numbers(NUMBERS, 1);
    hid_t half = h5_small(5, H5T_ORDER_LE), half_big = h5_small(5, H5T_ORDER_BE),
          bfloat = h5_small(8, H5T_ORDER_LE), bfloat_big = h5_small(8, H5T_ORDER_BE);
    const hid_t type[] = {H5T_IEEE_F64LE, H5T_IEEE_F64BE, H5T_IEEE_F32LE, H5T_IEEE_F32BE,
                          half,           half_big,       bfloat,         bfloat_big};
    const char *const name[] = {"float64", "float64", "float32",  "float32",
                                "float16", "float16", "bfloat16", "bfloat16"};
    const bool single[] = {false, false, true, true, true, true, true, true};
    const hsize_t chunk[] = {2, 3, 4};
    for (size_t i = 0; i < 2 * sizeof type / sizeof type[0]; i++) {
        write_h5(path.text, type[i / 2], i % 2 ? chunk : NULL, value);
        check_file(s, path.text, value);
        check_element(s, path.text, name[i / 2]);
        struct rows rows = read_file(s, path.text);
        assert_int_equal(rows.singles, single[i / 2] ? rows.count : 0);
        free_rows(&rows);
    }
    for (size_t i = 4; i < sizeof type / sizeof type[0]; i++) { H5Tclose(type[i]); }
    free(value);
}

/* Stored as floats, scores are there as such where they are the first ones. */
static void test_holes_of_floats(void **state) {
    struct scratch *s = *state;
    const float none = -INFINITY,
                value[][5] = {
                    {1, none, 3, 4, 6}, {1, 3, 4, 6, none}, {1, 3, none, 4, 6}, {1, 3, 4, 6, -1e9F}};
    struct file_path path = file_in(s, "a.npy");
    write_npy(path.text, 1, "<f4", "(4, 5)", value, sizeof value);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    request.length_count = 1;
    request.length = (double[]){4};
    struct rows rows = read_good(s, &request, 2);
    assert_int_equal(rows.count, 4);
    assert_int_equal(rows.singles, 2);
    for (size_t i = 0; i < 4; i++) { assert_memory_equal(rows.row[i].score, ((double[]){1, 3, 4, 6}), 32); }
    free_rows(&rows);
}

/* Of 16 bits, too: still integers. */
static void add_row_length(hid_t file) {
    double all[12];
    for (size_t i = 0; i < 12; i++) { all[i] = 7; }
    H5Dclose(h5_array(file, "row_length", H5T_STD_U16LE, 2, size, NULL, all));
}

static void test_hdf5_bfloat(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    double *value = simple_numbers(NUMBERS, 2), bits[NUMBERS];
    for (size_t i = 0; i < NUMBERS; i++) { bits[i] = bfloat_bits(value[i]); }
    for (size_t i = 0; i < 4; i++) { /* fixed text, padded; text of variable length; big-endian; the file's */
        hid_t file = h5_new(path.text);
        hid_t id = h5_array(file, "scores", i == 2 ? H5T_STD_U16BE : H5T_STD_U16LE, 3, size, NULL, bits);
        h5_text(i == 3 ? file : id, "dtype", "bfloat16", i == 0 ? 8 : i == 1 ? 0 : 12);
        H5Dclose(id);
        if (i == 3) { add_row_length(file); }
        H5Fclose(file);
        check_file(s, path.text, value);
        check_element(s, path.text, "bfloat16");
    }
    free(value);
}

/* The word bfloat16 beside real floats tells where they come from. */
static void test_hdf5_floats_called_bfloat(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    double *value = simple_numbers(NUMBERS, 3);
    hid_t file = h5_new(path.text), id = h5_array(file, "scores", H5T_IEEE_F32LE, 3, size, NULL, value);
    h5_text(id, "dtype", "bfloat16", 8);
    H5Dclose(id);
    H5Fclose(file);
    check_file(s, path.text, value);
    free(value);
}

static void test_npy(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.npy");
    double *value = simple_numbers(NUMBERS, 4);
    const char *const descr[] = {"<f2", "<f4", "<f8"};
    for (size_t i = 0; i < 6; i++) {
        size_t length;
        unsigned char *bytes = encode("hfd"[i % 3], NUMBERS, value, &length);
        write_npy(path.text, i < 3 ? 1 : 2, descr[i % 3], "(3, 4, 7)", bytes, length);
        free(bytes);
        check_file(s, path.text, value);
        struct scores_request request = {.scores = path.text, REQUEST_BASE};
        struct rows rows = read_good(s, &request, 1);
        check_all(&rows, value);
        free_rows(&rows);
    }
    free(value);
}

static void test_safetensors(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.safetensors");
    double *value = simple_numbers(NUMBERS, 5);
    const char *const dtype[] = {"F64", "F32", "F16", "BF16"};
    for (size_t i = 0; i < 4; i++) {
        size_t length;
        char head[512];
        unsigned char *bytes = encode("dfhb"[i], NUMBERS, value, &length);
        snprintf(head, sizeof head,
                 "{\"__metadata__\":{\"model\":\"a: {model}\",\"trained_context\":\"512\",\"heads\":\"[1, 3, "
                 "7]\",\"axes\":\"head,query,key\"},\"scores\":{\"dtype\":\"%s\",\"shape\":[3,4,7],"
                 "\"data_offsets\":[0,%zu]}}    ",
                 dtype[i], length);
        write_safetensors(path.text, head, bytes, length);
        free(bytes);
        check_file(s, path.text, value);
    }
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    struct scores *scores = open_good(s, &request);
    const struct scores_facts *facts = scores_facts(scores);
    assert_string_equal(facts->model, "a: {model}");
    assert_string_equal(facts->element, "bfloat16");
    assert_true(facts->trained == 512);
    for (size_t h = 0; h < HEADS; h++) {
        assert_int_equal(facts->head[h].head, 1 + 2 * h + (h == 2 ? 2 : 0));
    }
    scores_close(scores);
    free(value);
}

/* Names as models have them; whole numbers beside the scores in the types of PyTorch. */
static void test_safetensors_names(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.safetensors");
    double *value = simple_numbers(2 * KEYS, 6);
    size_t length;
    unsigned char *bytes = encode("f"[0], 2 * KEYS, value, &length), all[256];
    const int64_t seen[] = {3, 7};
    memcpy(all, bytes, length);
    memcpy(all + length, seen, sizeof seen);
    write_safetensors(path.text,
                      "{\"model.layers.0/self_attn.scores\":{\"dtype\":\"F32\",\"shape\":[2,7],"
                      "\"data_offsets\":[0,56]},\"model.layers.0/row_length\":{\"dtype\":\"I64\","
                      "\"shape\":[2],\"data_offsets\":[56,72]}}",
                      all, length + sizeof seen);
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    const double lengths[] = {3, 7};
    request.scores = "self_attn.scores";
    request.length = lengths;
    request.length_count = 2;
    struct rows rows = read_good(s, &request, 1);
    assert_int_equal(rows.count, 2);
    check_row(&rows.row[0], 3, value, NULL);
    check_row(&rows.row[1], 7, value + KEYS, NULL);
    free_rows(&rows);
    free(bytes);
    free(value);
}

/* What __metadata__ says of one group, or of the array itself, goes before what it says of all. */
static void test_safetensors_layers(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.safetensors");
    double *value = simple_numbers(2 * KEYS, 6);
    size_t length;
    unsigned char *bytes = encode("f"[0], 2 * KEYS, value, &length);
    write_safetensors(path.text,
                      "{\"a/scores\":{\"dtype\":\"F32\",\"shape\":[1,7],\"data_offsets\":[0,28]},"
                      "\"b/scores\":{\"dtype\":\"F32\",\"shape\":[1,7],\"data_offsets\":[28,56]},"
                      "\"__metadata__\":{\"layers\":\"2\",\"b/layers\":\"[5]\",\"b/scores/heads\":\"3\"}}",
                      bytes, length);
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    struct scores *scores = open_good(s, &request);
    const struct scores_facts *facts = scores_facts(scores);
    assert_int_equal(facts->head_count, 2);
    assert_true(facts->head[0].layer == 2 && facts->head[0].head == 0);
    assert_true(facts->head[1].layer == 5 && facts->head[1].head == 3);
    scores_close(scores);
    free(bytes);
    free(value);
}

/* A mask of one byte a key, as torch.bool is stored. */
static void test_safetensors_mask(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.safetensors");
    double *value = simple_numbers(KEYS, 7);
    size_t length;
    unsigned char *bytes = encode('d', KEYS, value, &length), all[256];
    const unsigned char mask[KEYS] = {1, 0, 1, 1, 0, 1, 0};
    const char *const type[] = {"BOOL", "U8", "BOOL"};
    memcpy(all, bytes, length);
    memcpy(all + length, mask, KEYS);
    for (size_t i = 0; i < 3; i++) {
        char head[512];
        snprintf(head, sizeof head,
                 "{\"scores\":{\"dtype\":\"F64\",\"shape\":[1,7],\"data_offsets\":[0,56]},"
                 "\"mask\":{\"dtype\":\"%s\",\"shape\":[1,7],\"data_offsets\":[56,63]}}",
                 type[i]);
        write_safetensors(path.text, head, all, length + KEYS);
        const char *file = path.text;
        struct scores_request request = request_for(&file);
        request.length = (double[]){4};
        request.length_count = 1;
        struct rows rows = read_good(s, &request, 1);
        assert_int_equal(rows.count, 1);
        check_row(&rows.row[0], 4, (double[]){value[0], value[2], value[3], value[5]},
                  (uint32_t[]){0, 2, 3, 5});
        free_rows(&rows);
    }
    free(bytes);
    free(value);
}

#define TENSOR(name, offsets) "\"" name "\":{\"dtype\":\"F64\",\"shape\":[2,2],\"data_offsets\":" offsets "}"

/* Arrays of a .safetensors file have names and bytes of their own. */
static void test_safetensors_apart(void **state) {
    struct scratch *s = *state;
    const double value[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct file_path path = file_in(s, "a.safetensors");
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    const struct {
        const char *head, *words;
    } bad[] = {
        {"{" TENSOR("scores", "[0,32]") "," TENSOR("scores", "[32,64]") "}", "names /scores twice"},
        {"{" TENSOR("queries", "[8,40]") "," TENSOR("keys", "[0,32]") "}", "bytes: /keys and /queries"},
        {"{" TENSOR("queries", "[0,32]") "," TENSOR("x", "[32,64]") "," TENSOR("keys", "[0,32]") "}",
         "share bytes"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_safetensors(path.text, bad[i].head, value, sizeof value);
        check_refused(s, &request, 1, (const char *[]){bad[i].words});
    }
    static const char apart[] = "{" TENSOR("queries", "[40,72]") "," TENSOR(
        "keys", "[8,40]") ",\"none\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[16,16]}}";
    write_safetensors(path.text, apart, value, sizeof value);
    struct rows rows = read_good(s, &request, 1);
    assert_int_equal(rows.count, 2);
    free_rows(&rows);
}

/* Numbers whose bytes spell a word are none. */
static void test_numbers_are_no_words(void **state) {
    struct scratch *s = *state;
    double word[2] = {0}, value[] = {1, 2, 3, 4};
    memcpy(word, "bfloat16", sizeof word[0]);
    struct file_path path = file_in(s, "a.h5");
    hid_t file = h5_new(path.text),
          id = h5_array(file, "scores", H5T_STD_U16LE, 2, (hsize_t[]){2, 2}, NULL, value);
    h5_numbers(id, "dtype", 2, word);
    H5Dclose(id);
    H5Fclose(file);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    check_refused(s, &request, 1, (const char *[]){"/scores: its numbers are integers"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_numbers_are_no_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hdf5, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_holes_of_floats, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hdf5_bfloat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hdf5_floats_called_bfloat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_npy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_safetensors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_safetensors_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_safetensors_layers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_safetensors_mask, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_safetensors_apart, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
