/* What HDF5's own dimension scales make of a file that is written here. */
#include "sim/storage/h5stream.h"

#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "tests/directory.h"
#include "tests/test.h"

static const double number[6] = {1, 2, 3, 4, 5, 6};
static const char *const word[3] = {"a", "b", "c"};
static const struct h5_dimension dimension[] = {{"x", 2}, {"bare", 3}, {"unused", 4}};
enum { X, BARE, UNUSED, DIMENSIONS };
static const struct h5_dataset dataset[] = {
    {.name = "x", .units = "1", .rank = 1, .axis = {X}, .number = number},
    {.name = "flat", .units = "1", .rank = 1, .axis = {X}, .number = number},
    {.name = "table", .units = "1", .rank = 2, .axis = {BARE, X}, .number = number, .alias = "again"},
    {.name = "words", .units = "1", .rank = 1, .axis = {BARE}, .text = word},
    {.name = "filled later", .units = "1", .rank = 2, .axis = {X, BARE}},
};
enum { DATASETS = sizeof dataset / sizeof *dataset };
static const struct h5_group group = {"g", DIMENSIONS, DATASETS, 0, dimension, dataset, NULL};

static bool anything(const char *path, const void *context, char why[H5_WHY]) {
    (void)path, (void)context, (void)why;
    return true;
}

static hid_t open_dataset(hid_t file, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/g/%s", name);
    hid_t id = H5Dopen2(file, path, H5P_DEFAULT);
    assert_true(id >= 0);
    return id;
}

/* Who uses a scale: how many axes of how many datasets. */
static hssize_t users_of(hid_t scale) {
    if (H5Aexists(scale, "REFERENCE_LIST") == 0) { return 0; }
    hid_t list = H5Aopen(scale, "REFERENCE_LIST", H5P_DEFAULT), space = H5Aget_space(list);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    H5Sclose(space);
    H5Aclose(list);
    return count;
}

/* An array and its scales name each other and no others; HDF5 can part them again. */
static void test_scales(void **state) {
    (void)state;
    struct h5stream *stream = h5stream_open("a.h5", 0, NULL);
    assert_true(stream && h5stream_group(stream, &group));
    assert_int_equal(h5stream_close(stream, anything, NULL), EXIT_DONE);
    hid_t file = H5Fopen("a.h5", H5F_ACC_RDWR, H5P_DEFAULT), scale[DIMENSIONS];
    for (size_t i = 0; i < DIMENSIONS; i++) {
        scale[i] = open_dataset(file, dimension[i].name);
        assert_true(H5DSis_scale(scale[i]) > 0);
    }
    assert_true(users_of(scale[X]) == 3 && users_of(scale[BARE]) == 3 && users_of(scale[UNUSED]) == 0);
    for (size_t i = 1; i < DATASETS; i++) {
        hid_t id = open_dataset(file, dataset[i].name);
        for (unsigned a = 0; a < dataset[i].rank; a++) {
            assert_int_equal(H5DSget_num_scales(id, a), 1);
            for (unsigned s = 0; s < DIMENSIONS; s++) {
                assert_int_equal(H5DSis_attached(id, scale[s], a), dataset[i].axis[a] == s);
            }
        }
        for (unsigned a = 0; a < dataset[i].rank; a++) {
            assert_true(H5DSdetach_scale(id, scale[dataset[i].axis[a]], a) >= 0);
        }
        H5Dclose(id);
    }
    for (size_t i = 0; i < DIMENSIONS; i++) {
        assert_int_equal(users_of(scale[i]), 0);
        H5Dclose(scale[i]);
    }
    assert_true(H5Fclose(file) >= 0 && unlink("a.h5") == 0);
}

/* As one who may not read everything, where that can be. */
static _Noreturn void write_as_anyone(const char *path) {
    const uid_t nobody = 65534;
    if (geteuid() == 0 && setuid(nobody) != 0) { perror("setuid"); }
    _exit(h5stream_close(h5stream_open(path, 0, NULL), anything, NULL));
}

/* A directory that may be written and not read takes a file, and no failure is told of it. */
static void test_directory_that_cannot_be_read(void **state) {
    (void)state;
    int status = -1;
    assert_true(chmod(".", 0711) == 0 && mkdir("drop", 0777) == 0 && chmod("drop", 0333) == 0);
    const pid_t writer = fork();
    if (writer == 0) { write_as_anyone("drop/a.h5"); }
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(chmod("drop", 0777), 0);
    assert_int_equal(access("drop/a.h5", R_OK), 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DONE);
    assert_true(unlink("drop/a.h5") == 0 && rmdir("drop") == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scales),
                                       cmocka_unit_test(test_directory_that_cannot_be_read)};
    return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
