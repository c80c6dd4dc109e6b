/* Who may write to a journal. That containers do not steal from each other is tried in journal.sh. */
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/process.h"
#include "sim/journal/journal.h"
#include "sim/journal/lock.h"

static char directory[64];
static bool answers_are_lost;

/* In the place of the C library's: a server of NFS that is asked again after its answer was lost has made the
 * link by then. */
int link(const char *from, const char *to) {
    if (linkat(AT_FDCWD, from, AT_FDCWD, to, 0) != 0) { return -1; }
    errno = EEXIST;
    return answers_are_lost ? -1 : 0;
}

static int make_directory(void **state) {
    (void)state;
    strcpy(directory, "/tmp/gapscale-lock-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

/* Locks leave nothing behind. */
static int remove_directory(void **state) {
    (void)state;
    return rmdir(directory);
}

static void write_lock(const char *text, long age) {
    char path[100];
    snprintf(path, sizeof path, "%s/lock", directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    struct timeval when[2] = {{time(NULL) - age, 0}, {time(NULL) - age, 0}};
    assert_int_equal(utimes(path, when), 0);
}

/* What stands there after so many seconds without a heartbeat. */
static void check_lock(const char *text, long age, bool alive) {
    struct lock mine;
    char who[LOCK_TEXT];
    write_lock(text, age);
    assert_int_equal(lock_holder(directory, who), alive);
    assert_int_equal(lock_take(&mine, directory), !alive);
    if (!alive) { lock_release(&mine); }
}

static void test_locks(void **state) {
    (void)state;
    struct lock mine, other;
    char who[LOCK_TEXT], host[200] = "", text[400];
    gethostname(host, sizeof host - 1);
    assert_false(lock_holder(directory, who));
    assert_true(lock_take(&mine, directory));
    assert_false(lock_take(&other, directory));
    assert_true(lock_holder(directory, who) && strstr(who, host));
    assert_true(lock_beat(&mine));
    write_lock("1-1-0123456789abcdef\nprocess 1 on elsewhere", 0); /* somebody took it for dead */
    assert_false(lock_beat(&mine));
    lock_release(&mine); /* not this process's any more */
    assert_true(lock_holder(directory, who));

    char tag[PROCESS_TAG];
    const char *place = strrchr(process_tag(tag), '-'), *const elsewhere = "-0123456789abcdef";
    const struct process self = process_self();
    const struct {
        long pid;
        unsigned long long ticks;
        const char *place;
        long age;
        bool alive;
    } cases[] = {{1, 1, elsewhere, 50, true},
                 {1, 1, elsewhere, 65, false},
                 {self.pid, self.ticks, place, 65, true}, /* it sleeps */
                 {999999999, 1, place, 0, false},         /* no such process */
                 {1, 12345678901, place, 0, false},       /* its number was given again */
                 {self.pid, self.ticks, elsewhere, 0, true},
                 {self.pid, self.ticks, elsewhere, 65, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "%ld-%llu%s\nprocess 1", cases[i].pid, cases[i].ticks, cases[i].place);
        check_lock(text, cases[i].age, cases[i].alive);
    }
    check_lock("", 0, true); /* another process is just writing it */
    check_lock("", 65, false);
    check_lock("host elsewhere pid 1 ticks 1 since 1\n", 0, true); /* of another gapscale */
    write_lock("", 65);
    assert_true(lock_take(&mine, directory));
    lock_release(&mine);
    assert_false(lock_holder(directory, who));
}

/* The lock is taken once, and by the first. */
static void test_lost_answers(void **state) {
    (void)state;
    struct lock mine, other;
    answers_are_lost = true;
    assert_true(lock_take(&mine, directory));
    assert_false(lock_take(&other, directory));
    lock_release(&mine);
    answers_are_lost = false;
}

/* What cannot be read at the moment may still be this process's; what is not there is not. */
static void test_unreadable(void **state) {
    (void)state;
    struct lock mine = {.path = "/proc/self/mem", .text = "mine"}; /* reading it fails with EIO */
    assert_true(lock_beat(&mine));
    snprintf(mine.path, sizeof mine.path, "%s/lock", directory);
    assert_false(lock_beat(&mine));
}

static bool is_kept(const char *name, long age) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("x", file);
    fclose(file);
    struct timeval when[2] = {{time(NULL) - age, 0}, {time(NULL) - age, 0}};
    assert_int_equal(utimes(path, when), 0);
    assert_true(journal_clear(directory));
    return unlink(path) == 0;
}

/* What another process has beside the lock for the moment stays while that lives: the lock itself may be
 * there. */
static void test_beside(void **state) {
    (void)state;
    char tag[PROCESS_TAG], name[PROCESS_TAG + 32];
    snprintf(name, sizeof name, "lock.tmp-%s", process_tag(tag));
    assert_true(is_kept(name, 0));
    assert_true(is_kept(name, 1000));
    snprintf(name, sizeof name, "lock.tmp-999999999%s", strchr(process_tag(tag), '-'));
    assert_false(is_kept(name, 0));
    assert_true(is_kept("000001.units.tmp-1-1-0123456789abcdef", 50)); /* of another machine */
    assert_false(is_kept("000001.units.tmp-1-1-0123456789abcdef", 65));
    assert_true(is_kept("lock", 1000));
    static const char *const own[] = {"header", "000001.units", "config.yaml", "resolved.yaml"};
    for (size_t i = 0; i < 4; i++) { assert_false(is_kept(own[i], 0)); } /* the last two of older formats */
    assert_true(is_kept("notes.yaml", 1000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_locks, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_lost_answers, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_unreadable, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_beside, make_directory, remove_directory),
    };
    return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
