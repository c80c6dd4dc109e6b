/* What a file begins with, whatever it is. */
#include "sim/base/head.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/directory.h"
#include "tests/test.h"

/* The library's, which gives five bytes at most, as a server of files may. */
ssize_t pread(int file, void *bytes, size_t size, off_t offset) {
    return syscall(SYS_pread64, file, bytes, size < 5 ? size : 5, offset);
}

static void test_parts(void **state) {
    (void)state;
    char bytes[16] = "";
    FILE *file = fopen("words", "w+");
    assert_true(file && fputs("gapscale units", file) >= 0 && fflush(file) == 0);
    assert_true(head_read_at(fileno(file), 2, bytes, 12));
    assert_string_equal(bytes, "pscale units");
    assert_false(head_read_at(fileno(file), 2, bytes, 13));
    assert_int_equal(errno, ENODATA);
    assert_int_equal(fclose(file) | unlink("words"), 0);
    assert_false(head_read_at(-1, 0, bytes, 1));
    assert_int_equal(errno, EBADF);
}

static void test_heads(void **state) {
    (void)state;
    char bytes[8] = "";
    FILE *file = fopen("words", "w");
    assert_non_null(file);
    assert_true(fputs("gapscale units", file) >= 0 && fclose(file) == 0);
    assert_int_equal(symlink("words", "link") | mkfifo("fifo", 0600), 0);
    assert_int_equal(head_read("words", 0, bytes, 7), 7);
    assert_string_equal(bytes, "gapscal");
    char all[100];
    assert_int_equal(head_read("words", O_NOFOLLOW, all, sizeof all), 14);
    assert_int_equal(head_read("link", 0, all, 3), 3);
    assert_int_equal(head_read("fifo", 0, all, sizeof all), 0);
    const struct {
        const char *path;
        int flags, why;
    } bad[] = {{"link", O_NOFOLLOW, ELOOP}, {"none", 0, ENOENT}, {".", 0, EISDIR}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        errno = 0;
        assert_int_equal(head_read(bad[i].path, bad[i].flags, all, sizeof all), -1);
        assert_int_equal(errno, bad[i].why);
    }
    assert_int_equal(unlink("words") | unlink("link") | unlink("fifo"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_heads), cmocka_unit_test(test_parts)};
    return cmocka_run_group_tests_name("head", tests, enter_directory, leave_directory);
}
