/* Rows that a window of keys makes, masks that all queries share, and what is refused by the options. */
#include "sim/storage/h5scan.h"
#include "tests/sim/scores/files.h"

enum { N = 60, WINDOW = 16, SINKS = 3 };

/* In the window or a sink, and before the query. */
static bool sees(size_t query, size_t key) { return key <= query && (key < SINKS || query - key < WINDOW); }

static struct file_path write_windowed(struct scratch *s, bool causal) {
    struct file_path path = file_in(s, "w.h5");
    double *value = simple_numbers(N * N, 21);
    for (size_t i = 0; i < N * N; i++) { value[i] = sees(i / N, i % N) ? value[i] : -INFINITY; }
    hid_t file = h5_new(path.text);
    h5_matrix(file, "scores", N, N, value);
    if (causal) { h5_number(file, "causal", 1); }
    H5Fclose(file);
    free(value);
    return path;
}

/* Read to their end: so many rows. Close with scores_close. */
static struct scores *read_all(struct scratch *s, const struct scores_request *request, size_t count) {
    struct scores *scores = open_good(s, request);
    struct rows rows;
    assert_int_equal(read_rows(scores, 2, &rows), SCORES_END);
    assert_int_equal(rows.count, count);
    free_rows(&rows);
    return scores;
}

/* Queries 19 to 59 see 19 keys, the first of them more than the one before; for n = 32 that is too few, and
 * length 19 takes them. Whatever the threads. */
static void test_stalled(void **state) {
    struct scratch *s = *state;
    struct file_path path = write_windowed(s, true);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    for (int threads = 1; threads < 4; threads++) {
        struct scores *scores = open_good(s, &request);
        struct rows rows;
        assert_int_equal(read_rows(scores, threads, &rows), SCORES_END);
        assert_int_equal(rows.count, 0);
        assert_int_equal(rows.notes.longest_row, WINDOW + SINKS);
        assert_int_equal(scores_notes(scores)->stalled_rows, N - 29); /* of those that could see 29 or more */
        assert_int_equal(scores_notes(scores)->stalled_most, WINDOW + SINKS);
        free_rows(&rows);
        scores_rewind(scores);
        assert_int_equal(scores_notes(scores)->stalled_rows, 0);
        scores_close(scores);
    }
    const double length = WINDOW + SINKS;
    request.length_count = 1;
    request.length = &length;
    struct scores *scores = read_all(s, &request, N - 17); /* of 18 or 19 keys */
    assert_int_equal(scores_notes(scores)->stalled_rows, 0);
    scores_close(scores);
}

/* The last 30 of 60 queries: those with 31 to 54 keys are told of, for n = 60 takes 55 and more; of a context
 * with all its queries none is. */
static void test_early(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(N * N, 25);
    for (hsize_t queries = N / 2; queries <= N; queries += N / 2) {
        struct file_path path = file_in(s, "e.h5");
        hid_t file = h5_new(path.text);
        h5_matrix(file, "scores", queries, N, value);
        h5_number(file, "causal", 1);
        H5Fclose(file);
        const char *name = path.text;
        struct scores_request request = request_for(&name);
        struct scores *scores = read_all(s, &request, queries < N ? 6 : 32 - 28);
        assert_int_equal(scores_notes(scores)->early_rows, queries < N ? 24 : 0);
        scores_close(scores);
    }
    free(value);
}

/* A causal context as it grows stalls nowhere. */
static void test_growing(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "g.h5");
    double *value = simple_numbers(N * N, 22);
    for (size_t i = 0; i < N * N; i++) { value[i] = i % N >= 10 && i % N <= i / N ? value[i] : -INFINITY; }
    hid_t file = h5_new(path.text); /* padded from the left */
    h5_matrix(file, "scores", N, N, value);
    h5_number(file, "causal", 1);
    H5Fclose(file);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    struct scores *scores = read_all(s, &request, 32 - 28);
    assert_int_equal(scores_notes(scores)->stalled_rows, 0);
    scores_close(scores);
    free(value);
}

/* One row of a mask for all queries is that row for each: padding of keys. */
static void test_shared_mask(void **state) {
    struct scratch *s = *state;
    enum { SEQUENCES = 2, QUERIES = 3, KEYS = 5 };
    double *value = simple_numbers(SEQUENCES * QUERIES * KEYS, 23);
    const double mask[SEQUENCES * KEYS] = {1, 1, 1, 1, 1, 0, 1, 1, 1, 1};
    struct file_path path = file_in(s, "m.h5");
    hid_t file = h5_new(path.text);
    H5Dclose(h5_array(file, "scores", H5T_IEEE_F64LE, 3, (hsize_t[]){SEQUENCES, QUERIES, KEYS}, NULL, value));
    H5Dclose(h5_array(file, "mask", H5T_STD_I8LE, 3, (hsize_t[]){SEQUENCES, 1, KEYS}, NULL, mask));
    h5_text(file, "axes", "sequence,query,key", 0);
    H5Fclose(file);
    const char *name = path.text;
    const double lengths[] = {4, 5};
    struct scores_request request = request_for(&name);
    request.length_count = 2;
    request.length = lengths;
    struct rows rows = read_good(s, &request, 2);
    assert_int_equal(rows.count, SEQUENCES * QUERIES);
    for (size_t i = 0; i < rows.count; i++) {
        size_t first = i / QUERIES;
        check_row(&rows.row[i], KEYS - first, value + i * KEYS + first,
                  first > 0 ? (const uint32_t[]){1, 2, 3, 4} : NULL);
    }
    free_rows(&rows);
    free(value);
}

/* The most that a query sees is told of those, too, that were not read. */
static void test_passed_over(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "p.h5");
    double *value = simple_numbers(N * N, 24);
    hid_t file = h5_new(path.text);
    h5_matrix(file, "scores", N, N, value);
    H5Fclose(file);
    const char *name = path.text;
    const double length = 1000;
    struct scores_request request = request_for(&name);
    request.length_count = 1;
    request.length = &length;
    struct scores *scores = open_good(s, &request);
    struct rows rows;
    assert_int_equal(read_rows(scores, 2, &rows), SCORES_END);
    assert_int_equal(rows.count, 0);
    assert_int_equal(rows.notes.longest_row, 0);
    assert_int_equal(scores_notes(scores)->longest_sight, N);
    free_rows(&rows);
    scores_close(scores);
    free(value);
}

static void test_options(void **state) {
    struct scratch *s = *state;
    struct file_path path = write_windowed(s, false);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    request.scale = 2;
    check_refused(s, &request, 2,
                  (const char *[]){"/scores: --scale multiplies products", "taken as they are"});
    char array[FILES_PATH + 20];
    snprintf(array, sizeof array, "%s:scores", path.text);
    name = array;
    request = request_for(&name);
    check_refused(s, &request, 1, (const char *[]){"/scores is an array, and FILE:GROUP names a group"});
}

/* What is wrong with a file of HDF5 is told without the other formats. */
static void test_too_much(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "t.h5");
    hid_t file = h5_new(path.text), group = H5I_INVALID_HID;
    for (int i = 0; i <= H5SCAN_ITEMS; i++) { /* HDF5 goes through all of a group's for each new one */
        char name[16];
        snprintf(name, sizeof name, "a%d", i);
        if (i % 128 == 0) { group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT); }
        h5_number(group, name, i);
        if (i % 128 == 127 || i == H5SCAN_ITEMS) { H5Gclose(group); }
    }
    H5Fclose(file);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    check_refused(s, &request, 1, (const char *[]){"t.h5: it holds more than 8192"});
    assert_null(strstr(s->said, "safetensors"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_stalled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_early, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_growing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shared_mask, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_much, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_options, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("windows", tests, NULL, NULL);
}
