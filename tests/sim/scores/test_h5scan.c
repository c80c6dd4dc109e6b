/* Foreign HDF5 files: what is listed, what is followed, what is read in pieces, and what must not take long.
 */
#include "tests/sim/scores/files.h"

#include <hdf5_hl.h>
#include <signal.h>
#include <sys/resource.h>

#include "sim/storage/h5scan.h"

static struct h5scan *scan_good(const char *path, bool links) {
    char why[H5SCAN_WHY] = "";
    struct h5scan *scan = h5scan_open(path, links, why);
    if (!scan) { fail_msg("%s: %s", path, why); }
    return scan;
}

static const struct h5scan_array *find(const struct h5scan *scan, const char *path) {
    for (size_t i = 0; i < scan->array_count; i++) {
        if (strcmp(scan->array[i].path, path) == 0) { return &scan->array[i]; }
    }
    return NULL;
}

static const struct h5scan_attribute *find_attribute(const struct h5scan *scan, const char *path) {
    for (size_t i = 0; i < scan->attribute_count; i++) {
        if (strcmp(scan->attribute[i].path, path) == 0) { return &scan->attribute[i]; }
    }
    return NULL;
}

static void test_lists(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    double value[6] = {1, 2, 3, 4, 5, 6}, many[H5SCAN_NUMBERS + 1] = {0};
    hid_t file = h5_new(path.text), group = H5Gcreate2(file, "b", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
          half = h5_small(5, H5T_ORDER_LE);
    H5Dclose(h5_array(group, "half", half, 2, (hsize_t[]){2, 3}, NULL, value));
    H5Dclose(h5_array(file, "a", H5T_STD_U8BE, 1, (hsize_t[]){6}, NULL, value));
    h5_text(group, "fixed", "words", 9);
    h5_text(file, "free", "more words", 0);
    h5_numbers(file, "list", 3, value);
    h5_numbers(file, "many", H5SCAN_NUMBERS + 1, many);
    H5Tclose(half);
    H5Gclose(group);
    H5Fclose(file);
    struct h5scan *scan = scan_good(path.text, false);
    assert_int_equal(scan->array_count, 2);
    assert_string_equal(scan->array[0].path, "/a");
    assert_int_equal(scan->array[0].element, ELEMENT_INTEGER);
    assert_int_equal(scan->array[1].element, ELEMENT_FLOAT16);
    assert_int_equal(scan->array[1].size[1], 3);
    assert_int_equal(scan->array[1].presence, H5SCAN_PRESENT);
    assert_string_equal(find_attribute(scan, "/b/fixed")->text, "words");
    assert_string_equal(find_attribute(scan, "/free")->text, "more words");
    assert_int_equal(find_attribute(scan, "/list")->count, 3);
    assert_true(find_attribute(scan, "/list")->number[2] == 3);
    assert_int_equal(find_attribute(scan, "/many")->count, H5SCAN_NUMBERS + 1);
    h5scan_close(scan);
}

/* A box of every kind, from an array larger than the window that parent and child share. */
static void test_reads_boxes(void **state) {
    struct scratch *s = *state;
    enum { A = 3, B = 700, C = 1024 };
    struct file_path path = file_in(s, "a.h5");
    double *value = simple_numbers((size_t)A * B * C, 1), *out = malloc(sizeof(double) * A * B * C);
    assert_non_null(out);
    hid_t file = h5_new(path.text);
    H5Dclose(h5_array(file, "x", H5T_IEEE_F64BE, 3, (hsize_t[]){A, B, C}, (hsize_t[]){2, 64, 1000}, value));
    H5Fclose(file);
    struct h5scan *scan = scan_good(path.text, false);
    const struct {
        uint64_t start[3], count[3];
    } box[] = {{{0, 0, 0}, {A, B, C}},
               {{1, 3, 5}, {2, 650, 1001}},
               {{2, 699, 1023}, {1, 1, 1}},
               {{0, 0, 0}, {1, 0, 4}}};
    for (size_t i = 0; i < 4; i++) {
        char why[H5SCAN_WHY];
        const uint64_t *first = box[i].start, *count = box[i].count;
        assert_true(h5scan_read(scan, 0, first, count, out, why));
        for (size_t k = 0; k < count[0] * count[1] * count[2]; k++) {
            size_t a = first[0] + k / (count[1] * count[2]), b = first[1] + k / count[2] % count[1],
                   c = first[2] + k % count[2];
            if (out[k] != value[(a * B + b) * C + c]) { fail_msg("box %zu, number %zu", i, k); }
        }
    }
    h5scan_close(scan);
    free(out);
    free(value);
}

static void make_other(const struct scratch *s) {
    double value[4] = {1, 2, 3, 4};
    struct file_path path = file_in(s, "other.h5");
    hid_t file = h5_new(path.text);
    h5_matrix(file, "scores", 2, 2, value);
    H5Fclose(file);
}

static void add_virtual(hid_t file, const char *name, const char *source, const char *array) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, (hsize_t[]){2, 2}, NULL);
    assert_true(H5Pset_virtual(list, space, source, array, space) >= 0);
    H5Dclose(H5Dcreate2(file, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Pclose(list);
    H5Sclose(space);
}

static void add_external(hid_t file, const char *raw) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, (hsize_t[]){2, 2}, NULL);
    assert_true(H5Pset_external(list, raw, 0, 32) >= 0);
    H5Dclose(H5Dcreate2(file, "outside", H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Pclose(list);
    H5Sclose(space);
}

/* Other files are opened only when asked for; links within the file always. */
static void test_links(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5"), raw = file_in(s, "raw");
    double value[4] = {5, 6, 7, 8}, out[4];
    make_other(s);
    write_bytes(raw.text, value, sizeof value, NULL, 0);
    hid_t file = h5_new(path.text);
    h5_matrix(file, "here", 2, 2, value);
    H5Lcreate_external("other.h5", "/scores", file, "linked", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("gone.h5", "/scores", file, "lost", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/here", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", file, "dangling", H5P_DEFAULT, H5P_DEFAULT);
    add_virtual(file, "virtual", "other.h5", "/scores");
    add_virtual(file, "hollow", "gone.h5", "/scores");
    add_virtual(file, "bare", "other.h5", "/gone");
    add_virtual(file, "own", ".", "/here");
    add_external(file, raw.text);
    H5Fclose(file);
    const char *const elsewhere[] = {"/linked", "/virtual", "/outside"};
    const enum h5scan_presence presence[] = {H5SCAN_LINKED, H5SCAN_VIRTUAL, H5SCAN_EXTERNAL};
    for (size_t links = 0; links < 2; links++) {
        struct h5scan *scan = scan_good(path.text, links);
        assert_int_equal(find(scan, "/here")->presence, H5SCAN_PRESENT);
        assert_int_equal(find(scan, "/soft")->presence, H5SCAN_PRESENT);
        assert_int_equal(find(scan, "/dangling")->presence, H5SCAN_NOWHERE);
        assert_int_equal(find(scan, "/lost")->presence, links ? H5SCAN_NOWHERE : H5SCAN_LINKED);
        assert_int_equal(find(scan, "/hollow")->presence, links ? H5SCAN_NOWHERE : H5SCAN_VIRTUAL);
        assert_int_equal(find(scan, "/bare")->presence, links ? H5SCAN_NOWHERE : H5SCAN_VIRTUAL);
        assert_int_equal(find(scan, "/own")->presence, links ? H5SCAN_PRESENT : H5SCAN_VIRTUAL);
        for (size_t i = 0; i < 3; i++) {
            char why[H5SCAN_WHY];
            const struct h5scan_array *a = find(scan, elsewhere[i]);
            assert_non_null(a);
            assert_int_equal(a->presence, links ? H5SCAN_PRESENT : presence[i]);
            if (!links) { continue; }
            assert_true(h5scan_read(scan, (size_t)(a - scan->array), (uint64_t[]){0, 0}, (uint64_t[]){2, 2},
                                    out, why));
            assert_true(out[3] == (i == 2 ? 8 : 4));
        }
        h5scan_close(scan);
    }
}

/* Groups that hold themselves and each other, many times over: each is looked at once. */
static void test_loops(void **state) {
    struct scratch *s = *state;
    enum { GROUPS = 20 };
    struct file_path path = file_in(s, "a.h5");
    hid_t file = h5_new(path.text), group[GROUPS];
    char name[32], to[32];
    for (size_t i = 0; i < GROUPS; i++) {
        snprintf(name, sizeof name, "g%zu", i);
        group[i] = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        h5_matrix(group[i], "scores", 2, 2, (double[]){1, 2, 3, 4});
        H5Lcreate_hard(file, "/", group[i], "up", H5P_DEFAULT, H5P_DEFAULT);
        H5Lcreate_soft("/", group[i], "soft", H5P_DEFAULT, H5P_DEFAULT);
    }
    for (size_t i = 0; i < GROUPS; i++) {
        for (size_t k = 0; k < GROUPS; k++) {
            snprintf(name, sizeof name, "/g%zu", k);
            snprintf(to, sizeof to, "to%zu", k);
            H5Lcreate_hard(file, name, group[i], to, H5P_DEFAULT, H5P_DEFAULT);
        }
        H5Gclose(group[i]);
    }
    H5Fclose(file);
    struct h5scan *scan = scan_good(path.text, false);
    assert_int_equal(scan->array_count, GROUPS);
    h5scan_close(scan);
    const char *words = path.text;
    struct scores_request request = request_for(&words);
    struct rows rows = read_good(s, &request, 1);
    assert_int_equal(rows.count, 2 * GROUPS);
    free_rows(&rows);
}

static void test_deep(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    hid_t file = h5_new(path.text), at = file;
    for (size_t i = 0; i < 1000; i++) {
        hid_t inner = H5Gcreate2(at, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (i == 5 || i == 999) { h5_matrix(inner, "x", 1, 2, (double[]){1, 2}); }
        if (at != file) { H5Gclose(at); }
        at = inner;
    }
    H5Gclose(at);
    H5Fclose(file);
    struct h5scan *scan = scan_good(path.text, false);
    assert_int_equal(scan->array_count, 1);
    assert_string_equal(scan->array[0].path, "/g/g/g/g/g/g/x");
    h5scan_close(scan);
}

/* More than can be listed is said, not left out; what can be takes no more address space than this. */
_Static_assert(sizeof(struct h5scan_attribute) * H5SCAN_ITEMS < 40 << 20, "all attributes");
static void test_full(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    char why[H5SCAN_WHY], name[32];
    hid_t file = h5_new(path.text);
    h5_matrix(file, "x", 1, 2, (double[]){1, 2});
    for (size_t i = 0; i < H5SCAN_ITEMS; i++) {
        snprintf(name, sizeof name, "x%zu", i);
        H5Lcreate_hard(file, "x", file, name, H5P_DEFAULT, H5P_DEFAULT);
    }
    H5Fclose(file);
    assert_null(h5scan_open(path.text, false, why));
    assert_non_null(strstr(why, "it holds more than 8192"));
}

/* A scale without numbers is the name and length of an axis; one with numbers an array. */
static void test_scales(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    const double value[4] = {1, 2, 3, 4};
    hid_t file = h5_new(path.text),
          bare = h5_array(file, "bare", H5T_IEEE_F32BE, 1, (hsize_t[]){4}, NULL, NULL),
          full = h5_array(file, "full", H5T_IEEE_F64LE, 1, (hsize_t[]){4}, NULL, value);
    assert_true(H5DSset_scale(bare, "This is a netCDF dimension but not a netCDF variable.         4") >= 0);
    assert_true(H5DSset_scale(full, "full") >= 0);
    hid_t array = h5_array(file, "of them", H5T_IEEE_F64LE, 1, (hsize_t[]){4}, NULL, value);
    assert_true(H5DSattach_scale(array, bare, 0) >= 0);
    H5Dclose(array);
    H5Dclose(bare);
    H5Dclose(full);
    H5Fclose(file);
    struct h5scan *scan = scan_good(path.text, false);
    assert_int_equal(scan->array_count, 2);
    assert_null(find_attribute(scan, "/of them/DIMENSION_LIST"));
    assert_int_equal(find(scan, "/full")->presence, H5SCAN_PRESENT);
    h5scan_close(scan);
}

/* Booleans, numbers of other kinds, arrays without numbers. */
static void test_kinds(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    double value[4] = {0, 1, 1, 0};
    hid_t file = h5_new(path.text), type = H5Tenum_create(H5T_STD_I8LE), pair = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(pair, "a", 0, H5T_IEEE_F64LE);
    H5Tinsert(pair, "b", 8, H5T_IEEE_F64LE);
    H5Tenum_insert(type, "FALSE", &(int8_t){0});
    H5Tenum_insert(type, "TRUE", &(int8_t){1});
    H5Dclose(h5_array(file, "boolean", type, 1, (hsize_t[]){4}, NULL, NULL));
    H5Dclose(h5_array(file, "pair", pair, 1, (hsize_t[]){4}, NULL, NULL));
    H5Dclose(h5_array(file, "long", H5T_NATIVE_LDOUBLE, 1, (hsize_t[]){4}, NULL, value));
    H5Dclose(h5_array(file, "empty", H5T_IEEE_F32LE, 2, (hsize_t[]){0, 4}, NULL, NULL));
    hid_t space = H5Screate(H5S_SCALAR),
          flag = H5Acreate2(file, "causal", type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(flag, type, &(int8_t){1});
    H5Aclose(flag);
    h5_pair(file, "two kinds");
    h5_text(file, "no words", "", 0);
    H5Gclose(H5Gcreate2(file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    H5Tclose(type);
    H5Tclose(pair);
    H5Fclose(file);
    struct h5scan *scan = scan_good(path.text, false);
    assert_int_equal(find(scan, "/boolean")->element, ELEMENT_INTEGER);
    assert_int_equal(find(scan, "/boolean")->presence, H5SCAN_UNWRITTEN);
    assert_int_equal(find(scan, "/pair")->element, ELEMENT_OTHER);
    assert_int_equal(find(scan, "/long")->element, ELEMENT_OTHER);
    assert_int_equal(find(scan, "/empty")->presence, H5SCAN_PRESENT);
    assert_int_equal(find_attribute(scan, "/causal")->count, 1);
    assert_true(find_attribute(scan, "/causal")->number[0] == 1);
    assert_false(find_attribute(scan, "/causal")->other);
    assert_true(find_attribute(scan, "/two kinds")->other);
    assert_null(find_attribute(scan, "/no words"));
    assert_int_equal(find(scan, "/group")->presence, H5SCAN_EMPTY);
    h5scan_close(scan);
}

static double seconds_of(const struct h5scan *scan) {
    struct rlimit time;
    assert_int_equal(prlimit(scan->pid, RLIMIT_CPU, NULL, &time), 0);
    return (double)time.rlim_cur;
}

/* What a file packs, or leads to, is more than its size: the longer it is read, the more time it has. */
static void test_time(void **state) {
    struct scratch *s = *state;
    enum { COUNT = 1 << 20 };
    const uint64_t start[1] = {0}, count[1] = {COUNT};
    struct file_path path = file_in(s, "a.h5");
    double *value = calloc(COUNT, sizeof *value);
    char why[H5SCAN_WHY];
    assert_non_null(value);
    for (size_t i = 0; i < COUNT; i++) { value[i] = i / 4096 % 2; }
    hid_t file = h5_new(path.text);
    H5Dclose(h5_array(file, "x", H5T_IEEE_F64LE, 1, (hsize_t[]){COUNT}, (hsize_t[]){65536}, value));
    H5Fclose(file);
    struct h5scan *scan = scan_good(path.text, false);
    const double least = seconds_of(scan);
    for (size_t time = 1; time <= 3; time++) {
        assert_true(h5scan_read(scan, 0, start, count, value, why));
        assert_true(seconds_of(scan) == least + floor((double)time * COUNT * sizeof *value / (5 << 20)));
    }
    h5scan_close(scan);
    free(value);
}

/* A reader that is gone is not waited for again, which could be for ever while another one lives. */
static void test_reader_is_gone(void **state) {
    struct scratch *s = *state;
    const uint64_t start[1] = {0}, count[1] = {2};
    struct file_path path = file_in(s, "a.h5");
    double value[2] = {3, 4};
    hid_t file = h5_new(path.text);
    H5Dclose(h5_array(file, "x", H5T_IEEE_F64LE, 1, (hsize_t[]){2}, NULL, value));
    H5Fclose(file);
    struct h5scan *gone = scan_good(path.text, false), *other = scan_good(path.text, false);
    kill(gone->pid, SIGKILL);
    alarm(60);
    for (size_t time = 0; time < 2; time++) {
        char why[H5SCAN_WHY] = "";
        assert_false(h5scan_read(gone, 0, start, count, value, why));
        assert_non_null(strstr(why, "it is damaged"));
    }
    alarm(0);
    value[0] = value[1] = 0;
    char why[H5SCAN_WHY] = "";
    assert_true(h5scan_read(other, 0, start, count, value, why));
    assert_true(value[0] == 3 && value[1] == 4);
    h5scan_close(gone);
    h5scan_close(other);
}

static void test_not_hdf5(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    char why[H5SCAN_WHY];
    write_bytes(path.text, "words", 5, NULL, 0);
    assert_null(h5scan_open(path.text, false, why));
    assert_non_null(strstr(why, "no HDF5 file"));
    assert_null(h5scan_open(file_in(s, "gone").text, false, why));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reads_boxes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_loops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deep, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scales, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kinds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reader_is_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_hdf5, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
