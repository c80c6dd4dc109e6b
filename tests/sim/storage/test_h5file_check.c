/* What is told where a file does not pass its check, and the address space that reading takes. */
#include "tests/directory.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/machine.h"
#include "sim/base/message.h"
#include "sim/storage/h5file.h"
#include "sim/storage/h5stream.h"

enum { NUMBERS = 1 << 21 };

static int leave(void **state) {
    unlink("a.h5");
    unlink("said");
    return leave_directory(state);
}

static const struct h5_dimension row = {"i", NUMBERS};
static double number[NUMBERS];
static const struct h5_dataset values = {
    .name = "v", .units = "1", .long_name = "values", .rank = 1, .axis = {0}, .number = number};
static const struct h5_group group = {
    .name = "g", .dimension_count = 1, .dimension = &row, .dataset_count = 1, .dataset = &values};

static bool has_other_bits(const char *temporary, const void *context, char why[H5_WHY]) {
    (void)temporary;
    (void)context;
    snprintf(why, H5_WHY, "what is read back is not what was written");
    return false;
}

/* Not that the disk is full. */
static void test_other_bits(void **state) {
    char said[1000] = "";
    (void)state;
    struct h5stream *stream = h5stream_open("a.h5", 0, NULL);
    assert_non_null(stream);
    assert_true(h5stream_group(stream, &group));
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    assert_non_null(freopen("said", "w", stderr));
    assert_int_equal(h5stream_close(stream, has_other_bits, NULL), EXIT_FAILED);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    FILE *in = fopen("said", "r");
    assert_true(in && fread(said, 1, sizeof said - 1, in) > 0);
    fclose(in);
    assert_non_null(strstr(said, "cannot write a.h5: as it was read again, what is read back is not"));
    assert_null(strstr(said, "full"));
    assert_int_equal(access("a.h5", F_OK), -1);
}

/* Its numbers, as much again as the file for texts, and what the library takes. */
static void test_address_space(void **state) {
    struct stat info;
    (void)state;
    for (size_t i = 0; i < NUMBERS; i++) { number[i] = sin((double)i); }
    assert_int_equal(h5file_write("a.h5", 0, NULL, 1, &group), EXIT_DONE);
    assert_int_equal(stat("a.h5", &info), 0);
    assert_true(info.st_size > 10 << 20);
    pid_t child = fork();
    if (child == 0) {
        char why[H5_WHY];
#ifndef __SANITIZE_ADDRESS__ /* which takes far more */
        const double library = 16 << 20;
        rlim_t most = (rlim_t)(machine_address_space() + sizeof number + (double)info.st_size + library);
        setrlimit(RLIMIT_AS, &(struct rlimit){most, most});
#endif
        struct h5_content *read = h5file_read("a.h5", false, 1, &group, why);
        if (!read) { fprintf(stderr, "%s\n", why); }
        _exit(read && memcmp(read->group->dataset->number, number, sizeof number) == 0 ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_other_bits),
                                       cmocka_unit_test(test_address_space)};
    return cmocka_run_group_tests_name("h5file-check", tests, enter_directory, leave);
}
