/* Files of every format, cut off or with bits turned over: rows or a message, never a crash, in bounded
 * memory and time. */
#include "tests/sim/scores/files.h"

#include <sys/resource.h>
#include <time.h>

enum { HEADS = 2, QUERIES = 6, KEYS = 24, NUMBERS = HEADS * QUERIES * KEYS };

struct bytes {
    size_t length;
    unsigned char byte[1 << 16];
};

static void load(const char *path, struct bytes *b) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    b->length = fread(b->byte, 1, sizeof b->byte, file);
    fclose(file);
    assert_in_range(b->length, 100, sizeof b->byte - 1);
}

static void make_h5(const char *path, bool chunked) {
    double *value = simple_numbers(NUMBERS, 1);
    hid_t file = h5_new(path), group = H5Gcreate2(file, "n24", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    h5_text(file, "model", "a model", 0);
    h5_numbers(group, "heads", HEADS, (double[]){4, 2});
    H5Dclose(h5_array(group, "scores", H5T_IEEE_F32LE, 3, (hsize_t[]){HEADS, QUERIES, KEYS},
                      chunked ? (hsize_t[]){1, 3, KEYS} : NULL, value));
    H5Gclose(group);
    H5Fclose(file);
    free(value);
}

static void make_npy(const char *path, bool second) {
    double *value = simple_numbers(NUMBERS, 2);
    size_t length;
    unsigned char *bytes = encode('h', NUMBERS, value, &length);
    write_npy(path, second ? 2 : 1, "<f2", "(2, 6, 24)", bytes, length);
    free(bytes);
    free(value);
}

static void make_safetensors(const char *path, bool more) {
    double *value = simple_numbers(NUMBERS, 3);
    size_t length;
    unsigned char *bytes = encode('b', NUMBERS, value, &length);
    write_safetensors(
        path,
        more ? "{\"__metadata__\":{\"axes\":\"head,query,key\",\"model\":\"a model\"},\"scores\":{"
               "\"dtype\":\"BF16\",\"shape\":[2,6,24],\"data_offsets\":[0,576]}}"
             : "{\"scores\":{\"dtype\":\"BF16\",\"shape\":[2,6,24],\"data_offsets\":[0,576]}}",
        bytes, length);
    free(bytes);
    free(value);
}

static const struct {
    const char *name;
    void (*make)(const char *path, bool more);
} format[] = {{"a.h5", make_h5}, {"a.npy", make_npy}, {"a.safetensors", make_safetensors}};

/* Rows, or a message that names the file. */
static bool try_file(struct scratch *s, const char *path) {
    struct scores_request request = request_for(&path);
    struct rows rows = {0};
    quiet_start(s);
    struct scores *scores = scores_open(&request);
    bool good = scores && read_rows(scores, 1, &rows) == SCORES_END;
    scores_close(scores);
    quiet_end(s);
    free_rows(&rows);
    if (!good && !strstr(s->said, path)) { fail_msg("no message names %s:\n%s", path, s->said); }
    if (good && s->said[0]) { fail_msg("read with a message:\n%s", s->said); }
    return good;
}

static void limit_memory(void) {
#ifndef __SANITIZE_ADDRESS__
    setrlimit(RLIMIT_DATA, &(struct rlimit){(rlim_t)1 << 31, RLIM_INFINITY});
#endif
}

static void test_cut(void **state) {
    struct scratch *s = *state;
    static struct bytes whole;
    limit_memory();
    for (size_t f = 0; f < 6; f++) {
        struct file_path path = file_in(s, format[f / 2].name);
        format[f / 2].make(path.text, f % 2);
        assert_true(try_file(s, path.text));
        load(path.text, &whole);
        for (size_t part = 0; part < 20; part++) {
            write_bytes(path.text, whole.byte, whole.length * part / 20, NULL, 0);
            if (try_file(s, path.text)) { fail_msg("%s was read after a cut at %zu/20", path.text, part); }
        }
        write_bytes(path.text, whole.byte, whole.length - 1, NULL, 0);
        assert_false(try_file(s, path.text));
    }
}

static void test_turned_bits(void **state) {
    struct scratch *s = *state;
    static struct bytes whole;
    uint64_t seed = 1;
    size_t refused = 0;
    struct timespec start, end;
    limit_memory();
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (size_t f = 0; f < 6; f++) {
        struct file_path path = file_in(s, format[f / 2].name);
        format[f / 2].make(path.text, f % 2);
        load(path.text, &whole);
        for (size_t i = 0; i < 100; i++) {
            static struct bytes damaged;
            damaged = whole;
            for (size_t k = 0; k < 1 + i % 8; k++) { /* half of them at the head */
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                size_t bit = (size_t)(seed >> 33) % (8 * (i % 2 ? whole.length : 200));
                damaged.byte[bit / 8] ^= (unsigned char)(1 << bit % 8);
            }
            write_bytes(path.text, damaged.byte, damaged.length, NULL, 0);
            refused += !try_file(s, path.text);
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    assert_in_range(refused, 150, 600);
    assert_true(end.tv_sec - start.tv_sec < 300);
}

/* Such a line is a directive of YAML, which libfyaml reads without end. */
static void test_endless(void **state) {
    struct scratch *s = *state;
    static const char text[] = "\x93NUMPY\x01\0\x03\0%\xc3\n\0\0\0\0";
    struct file_path path = file_in(s, "a.npy");
    write_bytes(path.text, text, sizeof text - 1, NULL, 0);
    alarm(60);
    assert_false(try_file(s, path.text));
    alarm(0);
}

/* Another file while it is read. */
static void test_shortened_meanwhile(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.npy");
    make_npy(path.text, false);
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    struct scores *scores = open_good(s, &request);
    assert_int_equal(truncate(path.text, 400), 0);
    struct rows rows;
    quiet_start(s);
    assert_int_equal(read_rows(scores, 1, &rows), SCORES_BAD);
    quiet_end(s);
    assert_non_null(strstr(s->said, "it has become shorter"));
    free_rows(&rows);
    scores_close(scores);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_turned_bits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_endless, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shortened_meanwhile, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
