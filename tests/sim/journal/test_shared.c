/* On NFS it is seen whether another host has made a file when the directory is opened: who asks whether a
 * file is there opens it, or replaces what must not be replaced. What is opened is told by inotify. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/directory.h"
#include "sim/journal/journal_header.h"
#include "sim/results/destination.h"
#include "sim/results/store.h"

static void look_to_write(const char *path) { destination_check(path, DESTINATION_ANY, 0, NULL); }

static void look_to_read(const char *path) {
    char why[H5_WHY];
    assert_null(store_try(path, why));
}

static void look_for_journal(const char *path) {
    struct journal_header header;
    assert_int_equal(journal_header_read(path, &header), JOURNAL_HEADER_ABSENT);
}

static void look_at_name(const char *path) { assert_int_equal(access(path, F_OK), -1); }

/* Whether this looks at `path` in `directory` with the directory opened. */
static bool opens(const char *directory, const char *path, void (*look)(const char *path)) {
    char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool opened = false;
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    assert_true(watch >= 0 && inotify_add_watch(watch, directory, IN_OPEN) >= 0);
    look(path);
    ssize_t length = read(watch, buffer, sizeof buffer);
    for (ssize_t at = 0; at < length;) {
        const struct inotify_event *event = (const void *)(buffer + at);
        opened |= event->len == 0 && (event->mask & IN_ISDIR) != 0;
        at += (ssize_t)(sizeof *event + event->len);
    }
    close(watch);
    return opened;
}

static void test_directories(void **state) {
    (void)state;
    char directory[] = "/tmp/gapscale-shared-XXXXXX", path[100];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/a.h5", directory);
    assert_false(opens(directory, path, look_at_name));
    assert_true(opens(directory, path, directory_refresh));
    assert_true(opens(directory, path, look_to_write));
    assert_true(opens(directory, path, look_to_read));
    assert_true(opens(directory, path, look_for_journal));
    assert_int_equal(chdir(directory), 0);
    assert_true(opens(".", "a.h5", look_to_write));
    assert_true(opens("/", "/gapscale-is-not-here.h5", directory_refresh));
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(directory), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_directories)};
    return cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
