/* What a file begins with, whatever it is. */
#include "sim/base/head.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/directory.h"
#include "tests/test.h"

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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_heads)};
    return cmocka_run_group_tests_name("head", tests, enter_directory, leave_directory);
}
