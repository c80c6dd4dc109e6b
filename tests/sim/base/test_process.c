/* Who lives, and whose a temporary file is. */
#include "tests/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/process.h"
#include "sim/base/temporary.h"

static char directory[64], path[100];
static time_t ahead; /* seconds by which the clock of this host is wrong */

/* In the place of the C library's. */
time_t time(time_t *to) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec += ahead;
    if (to) { *to = now.tv_sec; }
    return now.tv_sec;
}

static int make_directory(void **state) {
    (void)state;
    strcpy(directory, "/tmp/gapscale-process-XXXXXX");
    if (!mkdtemp(directory)) { return -1; }
    snprintf(path, sizeof path, "%s/a.h5", directory);
    return 0;
}

static int remove_directory(void **state) {
    (void)state;
    return rmdir(directory);
}

/* A process that does nothing until it is ended, or this one does; what it says of itself, and its temporary
 * file of `path`. */
struct child {
    pid_t pid;
    int line; /* to it */
    struct process process;
    char tag[PROCESS_TAG], temporary[300];
};

static struct child child_start(void) {
    struct child c = {.pid = 0};
    int way[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, way), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(way[0]);
        c.process = process_self();
        process_tag(c.tag);
        bool good = temporary_name(path, sizeof c.temporary, c.temporary) && temporary_open(c.temporary) >= 0;
        if (!good || write(way[1], &c, sizeof c) != sizeof c) { _exit(1); }
        _exit((int)read(way[1], &c, 1));
    }
    close(way[1]);
    assert_int_equal(read(way[0], &c, sizeof c), sizeof c);
    c.pid = pid;
    c.line = way[0];
    return c;
}

static void child_kill(const struct child *c) {
    siginfo_t info;
    kill(c->pid, SIGKILL);
    waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT); /* ended, not yet waited for */
    close(c->line);
}

static void test_life(void **state) {
    (void)state;
    struct process self = process_self(), other = self;
    assert_int_equal(process_life(&self), PROCESS_GOING);
    other.ticks++; /* its number was given again */
    assert_int_equal(process_life(&other), PROCESS_GONE);
    other = self;
    other.pid = 999999999;
    assert_int_equal(process_life(&other), PROCESS_GONE);
    other.space++; /* in another container */
    assert_int_equal(process_life(&other), PROCESS_UNKNOWN);
    other.space = 0;
    assert_int_equal(process_life(&other), PROCESS_UNKNOWN);
    other = self;
    other.pid = 999999999;
    other.boot[0] ^= 1; /* of another machine of this name, or before this one started again */
    assert_int_equal(process_life(&other), PROCESS_UNKNOWN);
    other = self;
    other.pid = 999999999;
    strcpy(other.host, "elsewhere");
    assert_int_equal(process_life(&other), PROCESS_UNKNOWN);
}

static void test_child(void **state) {
    (void)state;
    struct child c = child_start();
    char elsewhere[PROCESS_TAG], mine[PROCESS_TAG];
    strcpy(elsewhere, c.tag);
    elsewhere[strlen(elsewhere) - 1] ^= 1;
    assert_string_not_equal(c.tag, process_tag(mine));
    assert_int_equal(process_life(&c.process), PROCESS_GOING);
    assert_int_equal(process_tag_life(c.tag), PROCESS_GOING);
    child_kill(&c);
    assert_int_equal(process_life(&c.process), PROCESS_GONE);
    waitpid(c.pid, NULL, 0);
    assert_int_equal(process_life(&c.process), PROCESS_GONE);
    assert_int_equal(process_tag_life(c.tag), PROCESS_GONE);
    assert_int_equal(process_tag_life(elsewhere), PROCESS_UNKNOWN);
    assert_int_equal(process_tag_life("123"), PROCESS_UNKNOWN);
    unlink(c.temporary);
}

static void leave(const char *name, const char *text, long age) {
    struct timeval when[2] = {{time(NULL) - age, 0}, {time(NULL) - age, 0}};
    int file = open(name, O_CREAT | O_WRONLY, 0666);
    assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    assert_int_equal(utimes(name, when), 0);
}

static bool is_there(const char *name) { return access(name, F_OK) == 0; }

/* Those of the living stay, those of the dead go; what is of nobody known waits a day, by the clock of the
 * files; other files' stay. An empty one has no times yet, on NFS. */
static void test_clearing(void **state) {
    (void)state;
    struct child c = child_start();
    char elsewhere[200], young[200], old[200], other[200], apart[200], within[220];
    snprintf(elsewhere, sizeof elsewhere, "%s.tmp-1-1-0000000000000001", path);
    snprintf(young, sizeof young, "%s.tmp-2-1-0000000000000001", path);
    snprintf(old, sizeof old, "%s.tmp-123", path);
    snprintf(other, sizeof other, "%s.units.tmp-123", path);
    snprintf(apart, sizeof apart, "%s.tmp-124", path);
    snprintf(within, sizeof within, "%s/header", apart);
    assert_int_equal(mkdir(apart, 0777), 0);
    leave(within, "half", 0);
    assert_int_equal(utimes(apart, (struct timeval[2]){{1, 0}, {1, 0}}), 0);
    leave(elsewhere, "half", 0);
    leave(young, "", 2 * TEMPORARY_OLD);
    leave(old, "half", 2 * TEMPORARY_OLD);
    leave(other, "half", 2 * TEMPORARY_OLD);
    for (ahead = -2 * TEMPORARY_OLD; ahead <= 2 * TEMPORARY_OLD; ahead += 2 * TEMPORARY_OLD) {
        temporary_clear(path);
        assert_true(is_there(c.temporary) && is_there(elsewhere) && is_there(young) && is_there(other));
        assert_false(is_there(old) || is_there(apart));
    }
    ahead = 0;
    child_kill(&c);
    waitpid(c.pid, NULL, 0);
    temporary_clear(path);
    assert_false(is_there(c.temporary));
    unlink(elsewhere);
    unlink(young);
    unlink(other);
}

/* A link that somebody planted under the name to come. */
static void test_planted_link(void **state) {
    (void)state;
    char victim[100], temporary[300];
    struct stat status;
    snprintf(victim, sizeof victim, "%s/victim", directory);
    assert_true(temporary_name(path, sizeof temporary, temporary));
    leave(victim, "", 0);
    for (int dangling = 0; dangling < 2; dangling++) {
        if (dangling) { unlink(victim); }
        assert_int_equal(symlink(victim, temporary), 0);
        assert_true(temporary_open(temporary) < 0);
        unlink(temporary);
        assert_false(is_there(path));
        assert_int_equal(stat(victim, &status) == 0, !dangling);
        assert_true(dangling || status.st_size == 0);
    }
    int file = temporary_open(temporary);
    assert_true(file >= 0);
    close(file);
    unlink(temporary);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),
        cmocka_unit_test_setup_teardown(test_child, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_clearing, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_planted_link, make_directory, remove_directory),
    };
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
