#include "tests/sim/results/sample.h"

#include <errno.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "sim/base/temporary.h"
#include "sim/storage/h5file.h"
#include "sim/storage/h5stream.h"

/* ---- a file that others annotate ---- */

static hid_t fixed_text(size_t size, H5T_str_t padding, H5T_cset_t set) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    H5Tset_strpad(type, padding);
    H5Tset_cset(type, set);
    return type;
}

static void add_attribute(hid_t object, const char *name, hid_t type, hid_t space, const void *value) {
    hid_t id = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(id >= 0 && H5Awrite(id, type, value) >= 0);
    H5Aclose(id);
}

static void add_dataset(hid_t group, const char *name, hid_t type, hid_t space) {
    hid_t id = H5Dcreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(id >= 0);
    H5Dclose(id);
}

/* Lists, booleans, numbers of other kinds and names of any length. */
static void annotate_object(hid_t object) {
    hsize_t four = 4;
    hid_t one = H5Screate(H5S_SCALAR), list = H5Screate_simple(1, &four, NULL), none = H5Screate(H5S_NULL);
    hid_t boolean = H5Tenum_create(H5T_NATIVE_INT8), pair = H5Tcreate(H5T_COMPOUND, 16),
          text = fixed_text(7, H5T_STR_NULLPAD, H5T_CSET_ASCII);
    int8_t no = 0, yes = 1;
    double numbers[4] = {1, 2, 3, 4};
    char name[400];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    H5Tenum_insert(boolean, "FALSE", &no);
    H5Tenum_insert(boolean, "TRUE", &yes);
    H5Tinsert(pair, "re", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(pair, "im", 8, H5T_NATIVE_DOUBLE);
    add_attribute(object, "checked", boolean, one, &yes);
    add_attribute(object, "complex", pair, one, numbers);
    add_attribute(object, "history", text, one, "ncatted");
    add_attribute(object, "list", H5T_NATIVE_DOUBLE, list, numbers);
    add_attribute(object, "longs", H5T_NATIVE_INT32, list, numbers);
    add_attribute(object, name, H5T_NATIVE_FLOAT, one, numbers);
    hid_t empty = H5Acreate2(object, "empty", H5T_NATIVE_DOUBLE, none, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(empty >= 0);
    const hid_t types[] = {boolean, pair, text}, spaces[] = {one, list, none};
    H5Aclose(empty);
    for (size_t i = 0; i < 3; i++) {
        H5Tclose(types[i]);
        H5Sclose(spaces[i]);
    }
}

static void add_foreign_members(hid_t group, bool of_root) {
    hsize_t size[5] = {2, 2, 2, 2, 2};
    hid_t one = H5Screate(H5S_SCALAR), five = H5Screate_simple(5, size, NULL),
          list = H5Screate_simple(1, size, NULL), text = fixed_text(3, H5T_STR_SPACEPAD, H5T_CSET_UTF8);
    add_dataset(group, "a_mask", H5T_STD_I8LE, list);
    add_dataset(group, "a_note", text, list);
    add_dataset(group, "a_number", H5T_IEEE_F64LE, one);
    add_dataset(group, "a_block", H5T_IEEE_F64LE, five);
    add_dataset(group, "a_weight", H5T_IEEE_F32LE, list);
    H5Lcreate_soft(of_root ? "/gone" : "/alpha/log_n", group, "a_link", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("elsewhere.h5", "/", group, "an_external", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(group, ".", group, "a_loop", H5P_DEFAULT, H5P_DEFAULT);
    hid_t inner = H5Gcreate2(group, "a_group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    annotate_object(inner);
    add_dataset(inner, "entropy", H5T_STD_I32LE, list);
    H5Gclose(H5Gcreate2(inner, "deeper", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    assert_true(H5Tcommit2(group, "a_type", text, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) >= 0);
    const hid_t spaces[] = {one, five, list};
    for (size_t i = 0; i < 3; i++) { H5Sclose(spaces[i]); }
    H5Tclose(text);
    H5Gclose(inner);
}

/* An array on a dimension that stands elsewhere and has the name of one of ours. */
static void add_on_foreign_scale(hid_t file) {
    hsize_t seven = 7;
    hid_t space = H5Screate_simple(1, &seven, NULL);
    add_dataset(file, "/log_n", H5T_IEEE_F64LE, space);
    add_dataset(file, "/alpha/a_result", H5T_IEEE_F64LE, space);
    hid_t scale = H5Dopen2(file, "/log_n", H5P_DEFAULT),
          array = H5Dopen2(file, "/alpha/a_result", H5P_DEFAULT);
    assert_true(H5DSset_scale(scale, "log_n") >= 0 && H5DSattach_scale(array, scale, 0) >= 0);
    H5Dclose(array);
    H5Dclose(scale);
    H5Sclose(space);
}

static void annotate(const char *path) {
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    const char *const annotated[] = {"/", "/alpha", "/eta/exact", "/alpha/entropy_mean", "/zeta/beta_index"};
    for (size_t i = 0; i < sizeof annotated / sizeof annotated[0]; i++) {
        hid_t object = H5Oopen(file, annotated[i], H5P_DEFAULT);
        annotate_object(object);
        if (i < 3) { add_foreign_members(object, i == 0); }
        H5Oclose(object);
    }
    add_on_foreign_scale(file);
    assert_true(H5Fclose(file) >= 0);
}

static void check_digest(const char *path, const char *want) {
    char got[65] = "";
    assert_true(digest_read(path, got));
    assert_string_equal(got, want);
}

/* What others add is passed over, and is no part of the digest. */
static void test_annotated(void **state) {
    (void)state;
    char want[65];
    struct results *r = sample_results("base");
    digest_of(r, want);
    sample_write("a.h5", r);
    annotate("a.h5");
    check_digest("a.h5", want);
    struct results *back = store_read("a.h5");
    assert_non_null(back);
    assert_int_equal(back->series_count, r->series_count);
    results_free(back);
    results_free(r);
}

/* Detached from its scales by hand an array is read by its name; on those of another group it is refused,
 * with what to do. */
static void test_detached(void **state) {
    (void)state;
    char want[65], why[H5_WHY];
    struct results *r = sample_results("base");
    digest_of(r, want);
    sample_write("a.h5", r);
    results_free(r);
    hid_t file = H5Fopen("a.h5", H5F_ACC_RDWR, H5P_DEFAULT),
          array = H5Dopen2(file, "/alpha/entropy_mean", H5P_DEFAULT),
          own = H5Dopen2(file, "/alpha/log_n", H5P_DEFAULT),
          other = H5Dopen2(file, "/zeta/log_n", H5P_DEFAULT);
    assert_true(H5DSdetach_scale(array, own, 0) >= 0 && H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0);
    check_digest("a.h5", want);
    assert_true(H5DSattach_scale(array, other, 0) >= 0);
    const hid_t open[] = {array, own, other};
    for (size_t i = 0; i < 3; i++) { H5Dclose(open[i]); }
    assert_true(H5Fclose(file) >= 0);
    assert_null(store_try("a.h5", why));
    assert_non_null(strstr(why, "other scales than its name says; attach"));
    file = H5Fopen("a.h5", H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(H5Ldelete(file, "/alpha/log_n", H5P_DEFAULT) >= 0 && H5Fclose(file) >= 0);
    assert_null(store_try("a.h5", why));
    assert_non_null(strstr(why, "a scale that it lies on"));
}

/* The attribute or the dataset again, as text of fixed length. */
static void fix_attribute(hid_t file, const char *object, const char *name, H5T_str_t padding) {
    char *text = NULL;
    hid_t a = H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT), type = H5Aget_type(a),
          space = H5Screate(H5S_SCALAR);
    assert_true(H5Aread(a, type, &text) >= 0);
    size_t length = strlen(text), size = length + 3;
    hid_t fixed = fixed_text(size, padding, H5T_CSET_ASCII), id = H5Oopen(file, object, H5P_DEFAULT);
    char *padded = calloc(size + 1, 1);
    memset(padded, padding == H5T_STR_SPACEPAD ? ' ' : 0, size);
    memcpy(padded, text, length);
    H5Aclose(a);
    assert_true(H5Adelete(id, name) >= 0);
    add_attribute(id, name, fixed, space, padded);
    free(padded);
    H5free_memory(text);
    H5Oclose(id);
    H5Sclose(space);
    H5Tclose(fixed);
    H5Tclose(type);
}

static const H5T_str_t padding[] = {H5T_STR_NULLTERM, H5T_STR_NULLPAD, H5T_STR_SPACEPAD};
static void test_fixed_text(void **state) {
    (void)state;
    char want[65];
    struct results *r = sample_results("base");
    digest_of(r, want);
    sample_write("sound.h5", r);
    for (size_t i = 0; i < 3; i++) {
        sample_copy("sound.h5", "a.h5");
        hid_t file = H5Fopen("a.h5", H5F_ACC_RDWR, H5P_DEFAULT);
        const char *const attribute[][2] = {{"/", "kind"},
                                            {"/", "isa"},
                                            {"/alpha", "family"},
                                            {"/alpha/entropy_mean", "units"},
                                            {"/eta/exact/entropy", "long_name"}};
        for (size_t k = 0; k < 5; k++) { fix_attribute(file, attribute[k][0], attribute[k][1], padding[i]); }
        assert_true(H5Fclose(file) >= 0);
        check_digest("a.h5", want);
    }
    results_free(r);
}

/* The texts of a dataset, of whatever padding. */
static void test_fixed_text_values(void **state) {
    (void)state;
    const char *const stored[] = {"entropy=1\0\0\0full\0\0\0\0\0\0\0", "entropy=1\0\0\0long text 12",
                                  "entropy=1   long text 12"};
    for (size_t i = 0; i < 3; i++) {
        hsize_t two = 2;
        hid_t file = H5Fcreate("words.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
              group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
              space = H5Screate_simple(1, &two, NULL), type = fixed_text(12, padding[i], H5T_CSET_ASCII);
        hid_t id = H5Dcreate2(group, "words", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        assert_true(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, stored[i]) >= 0);
        const hid_t open[] = {id, type, space, group};
        for (size_t k = 0; k < 4; k++) { H5Idec_ref(open[k]); }
        assert_true(H5Fclose(file) >= 0);
        struct h5whole whole = h5whole_read("words.h5");
        const struct h5_content *c = whole.content;
        assert_non_null(c);
        assert_string_equal(c->group[0].dataset[0].text[0], "entropy=1");
        assert_string_equal(c->group[0].dataset[0].text[1], i == 0 ? "full" : "long text 12");
        h5whole_free(&whole);
    }
}

/* What is ours is checked all the same: missing, of another kind, or a link in its place. */
static void test_ours_is_checked(void **state) {
    (void)state;
    struct results *r = sample_results("base");
    hsize_t three = 3;
    sample_write("sound.h5", r);
    for (int i = 0; i < 6; i++) {
        sample_copy("sound.h5", "a.h5");
        hid_t file = H5Fopen("a.h5", H5F_ACC_RDWR, H5P_DEFAULT), list = H5Screate_simple(1, &three, NULL);
        double numbers[3] = {0};
        hid_t series = H5Gopen2(file, "/alpha", H5P_DEFAULT);
        switch (i) {
        case 0: H5Ldelete(file, "/zeta", H5P_DEFAULT); break;
        case 1: H5Ldelete(series, "lambda", H5P_DEFAULT); break;
        case 2:
            H5Lmove(series, "lambda", series, "moved", H5P_DEFAULT, H5P_DEFAULT);
            H5Lcreate_soft("moved", series, "lambda", H5P_DEFAULT, H5P_DEFAULT);
            break;
        case 3:
            H5Ldelete(file, "/alpha/exact/entropy", H5P_DEFAULT);
            add_dataset(file, "/alpha/exact/entropy", H5T_STD_I32LE, list);
            break;
        case 4:
            H5Adelete(series, "replicates");
            add_attribute(series, "replicates", H5T_NATIVE_DOUBLE, list, numbers);
            break;
        case 5:
            H5Adelete(series, "sigma_coef");
            add_attribute(series, "sigma_coef", H5T_NATIVE_DOUBLE, list, numbers);
            break;
        }
        H5Gclose(series);
        H5Sclose(list);
        assert_true(H5Fclose(file) >= 0);
        assert_null(store_read("a.h5"));
    }
    results_free(r);
}

/* Copied by netCDF's own tool, and annotated from Python: the same results, where these tools are. */
static void test_other_writers(void **state) {
    (void)state;
    struct results *r = sample_results("base");
    char want[65];
    digest_of(r, want);
    sample_write("a.h5", r);
    results_free(r);
    if (system("command -v nccopy >/dev/null 2>&1") != 0) { skip(); }
    assert_int_equal(system("nccopy a.h5 copied.h5"), 0);
    check_digest("copied.h5", want);
    sample_write_text("annotate.py",
                      "import sys\n"
                      "try: import h5py, numpy\n"
                      "except ImportError: sys.exit(0)\n"
                      "f = h5py.File('a.h5', 'r+')\n"
                      "for g, name in (f, 'kind'), (f, 'config_resolved'), (f['alpha'], 'family'):\n"
                      "    g.attrs[name] = numpy.bytes_(g.attrs[name])\n"
                      "f.attrs['checked'], f.attrs['authors'] = True, ['A', 'B']\n"
                      "f['alpha'].attrs['history'] = numpy.bytes_('rounded')\n"
                      "f['alpha'].attrs['of'] = f['alpha/n'].ref\n"
                      "f['alpha/entropy_mean'].attrs['valid_range'] = [0., 9.]\n"
                      "f['alpha/chosen'] = f['alpha/n'][()] > 100\n"
                      "f['alpha/notes'] = numpy.array(['x', 'yy'], dtype=object)\n"
                      "f['again'] = f['alpha']\n"
                      "f.copy('alpha', 'backup')\n");
    assert_int_equal(system("! test -x /usr/bin/python3 || /usr/bin/python3 annotate.py"), 0);
    check_digest("a.h5", want);
}

/* ---- locks ---- */

static int flock_fault; /* what flock fails with; 0: nothing */

/* In the place of the C library's, for the HDF5 library too. */
int flock(int descriptor, int operation);
int flock(int descriptor, int operation) {
    (void)descriptor;
    (void)operation;
    errno = flock_fault;
    return flock_fault ? -1 : 0;
}

/* File systems without locks, and files that another program has locked. */
static void test_locks(void **state) {
    (void)state;
    struct results *r = sample_results("base");
    const int faults[] = {ENOLCK, EOPNOTSUPP, 524, EWOULDBLOCK};
    setenv("HDF5_USE_FILE_LOCKING", "TRUE", 1);
    for (size_t i = 0; i < 4; i++) {
        fflush(NULL);
        pid_t child = fork(); /* in which HDF5 starts anew */
        if (child == 0) {
            flock_fault = faults[i];
            bool good = store_write("a.h5", r, &sample_provenance) == EXIT_DONE;
            struct results *back = good ? store_read("a.h5") : NULL;
            _exit(back ? 0 : 1);
        }
        int status = -1;
        waitpid(child, &status, 0);
        assert_int_equal(status, 0);
    }
    results_free(r);
}

/* A file of superblock version 3 says by itself that it is being written. */
static void test_open_for_writing(void **state) {
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        hid_t list = H5Pcreate(H5P_FILE_ACCESS);
        H5Pset_libver_bounds(list, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
        hid_t file = H5Fcreate("open.h5", H5F_ACC_TRUNC, H5P_DEFAULT, list);
        H5Fflush(file, H5F_SCOPE_GLOBAL);
        _exit(file < 0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    char why[H5_WHY] = "";
    assert_null(h5file_read("open.h5", false, 0, NULL, why));
    assert_non_null(strstr(why, "open for writing"));
    assert_null(store_try("open.h5", why));
    assert_non_null(strstr(why, "open for writing"));
}

/* ---- time ---- */

static double children_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)usage.ru_utime.tv_sec + 1e-6 * (double)usage.ru_utime.tv_usec +
           (double)usage.ru_stime.tv_sec + 1e-6 * (double)usage.ru_stime.tv_usec;
}

/* Processor time of reading a file with so many groups of eight arrays on four dimensions. */
static double reading_time(size_t count) {
    static const double value[16];
    static const struct h5_dimension dimension[] = {{"a", 2}, {"b", 2}, {"c", 2}, {"d", 2}};
    struct h5_dataset dataset[8];
    char name[8][8], (*path)[32] = calloc(count, sizeof *path);
    for (unsigned i = 0; i < 8; i++) {
        snprintf(name[i], sizeof name[i], "x%u", i);
        dataset[i] = (struct h5_dataset){
            .name = name[i], .units = "1", .rank = 4, .axis = {0, 1, 2, 3}, .number = value};
    }
    struct h5_group *group = calloc(count, sizeof *group);
    for (size_t i = 0; i < count; i++) {
        snprintf(path[i], sizeof path[i], "g%06zu", i);
        group[i] = (struct h5_group){.name = path[i],
                                     .dimension_count = 4,
                                     .dimension = dimension,
                                     .dataset_count = 8,
                                     .dataset = dataset};
    }
    assert_int_equal(h5file_write("many.h5", 0, NULL, count, group), EXIT_DONE);
    char why[H5_WHY];
    double before = children_seconds();
    struct h5_content *c = h5file_read("many.h5", false, count, group, why);
    assert_non_null(c);
    assert_int_equal(c->group_count, count);
    assert_string_equal(c->group[count - 1].dimension[3].name, "d");
    h5content_free(c);
    free(group);
    free(path);
    return children_seconds() - before;
}

/* Four times the groups take about four times as long; shortened, so few that time says nothing. */
static void test_linear_time(void **state) {
    (void)state;
    double small = reading_time(test_size(100, 10)), large = reading_time(test_size(400, 40));
    if (test_size(true, false) && large > 8 * small) {
        fail_msg("100 groups are read in %.3g s, 400 in %.3g s", small, large);
    }
}

/* A link that somebody planted under the name to come is not followed, whether it leads to a file or not. */
static void test_planted_link(void **state) {
    (void)state;
    char temporary[300];
    struct stat status;
    assert_true(temporary_name("a.h5", sizeof temporary, temporary));
    sample_write_text("victim", "");
    for (int dangling = 0; dangling < 2; dangling++) {
        if (dangling) { unlink("victim"); }
        assert_int_equal(symlink("victim", temporary), 0);
        assert_int_equal(h5file_write("a.h5", 0, NULL, 0, NULL), EXIT_FAILED);
        unlink(temporary);
        assert_int_not_equal(access("a.h5", F_OK), 0);
        assert_int_equal(stat("victim", &status) == 0, !dangling);
        assert_true(dangling || status.st_size == 0);
    }
    assert_int_equal(h5file_write("a.h5", 0, NULL, 0, NULL), EXIT_DONE);
}

/* ---- files written piece by piece ---- */

static const struct h5_dimension box[] = {{"x", 2}, {"y", 3}, {"z", 5}};
static const struct h5_dataset in_pieces = {.name = "v", .rank = 3, .axis = {0, 1, 2}};
static const struct h5_group outer = {.name = "a"}, inner = {.name = "a/b",
                                                             .dimension_count = 3,
                                                             .dimension = box,
                                                             .dataset_count = 1,
                                                             .dataset = &in_pieces};

static bool is_anything(const char *temporary, const void *context, char why[H5_WHY]) {
    (void)temporary;
    (void)context;
    (void)why;
    return true;
}

static struct h5stream *begin_pieces(void) {
    struct h5stream *stream = h5stream_open("p.h5", 0, NULL);
    assert_non_null(stream);
    assert_true(h5stream_group(stream, &outer) && h5stream_group(stream, &inner) &&
                h5stream_begin(stream, "a/b/v"));
    return stream;
}

/* Pieces of every length, within rows and over their ends, are what one piece would be. */
static void test_pieces(void **state) {
    (void)state;
    double value[30];
    for (int i = 0; i < 30; i++) { value[i] = i + 0.5; }
    for (size_t piece = 1; piece <= 30; piece++) {
        struct h5stream *stream = begin_pieces();
        for (size_t i = 0; i < 30; i += piece) {
            assert_true(h5stream_append(stream, 30 - i < piece ? 30 - i : piece, value + i));
        }
        assert_int_equal(h5stream_close(stream, is_anything, NULL), EXIT_DONE);
        struct h5whole whole = h5whole_read("p.h5");
        const struct h5_content *content = whole.content;
        assert_true(content && content->group_count == 1);
        const struct h5_dataset *d = h5content_dataset(&content->group[0], "v");
        assert_true(d && d->rank == 3 && d->number);
        assert_memory_equal(d->number, value, sizeof value);
        h5whole_free(&whole);
    }
}

/* Too many numbers, no such dataset, no file before it is closed: what was there stays. */
static void test_pieces_refused(void **state) {
    (void)state;
    double value[31] = {0};
    sample_write_text("p.h5", "old");
    struct h5stream *stream = begin_pieces();
    assert_false(h5stream_append(stream, 31, value));
    assert_int_equal(h5stream_close(stream, is_anything, NULL), EXIT_FAILED);
    stream = begin_pieces();
    assert_false(h5stream_begin(stream, "a/b/w"));
    assert_false(h5stream_append(stream, 1, value));
    assert_int_equal(h5stream_close(stream, is_anything, NULL), EXIT_FAILED);
    h5stream_drop(begin_pieces());
    struct stat status;
    assert_true(stat("p.h5", &status) == 0 && status.st_size == 3);
    assert_int_equal(system("test $(ls | wc -l) = 1"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pieces, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_pieces_refused, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_annotated, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_detached, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_fixed_text, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_fixed_text_values, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_other_writers, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_ours_is_checked, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_open_for_writing, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_planted_link, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_linear_time, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_locks, sample_make_place, sample_remove_place),
    };
    return cmocka_run_group_tests_name("h5file", tests, NULL, NULL);
}
