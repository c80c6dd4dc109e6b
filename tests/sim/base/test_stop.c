#include "sim/base/stop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "tests/test.h"

static void test_times_are_read(void **state) {
    (void)state;
    const struct {
        const char *text;
        double seconds;
    } good[] = {{"30s", 30},        {"10m", 600},          {"2h", 7200},           {"1.5h", 5400},
                {"0:00:05", 5},     {"100:30:00", 361800}, {"1-00:00:00", 86400},  {"2-12", 216000},
                {"1-01:30", 91800}, {"0-0:00:01", 1},      {"10-23:59:59", 950399}};
    double seconds;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!stop_parse(good[i].text, &seconds)) { fail_msg("%s is refused", good[i].text); }
        check_close(seconds, good[i].seconds, 0);
    }
    const char *const bad[] = {
        "",         "s",    "5",         "5d",        "-5s",        "0s",     "infs",
        "nans",     "0x5s", "1:30",      "1:60:00",   "1:00:60",    "0:0:0x", "1e3s ",
        "5ss",      ":::",  "1-",        "-1:00:00",  "1-24:00:00", "1-1:60", "1-1:00:60",
        "1-2-3",    "1-1:", "1-1:2:",    "1-1:2:3:4", "1-1h",       "0-0",    "1d-1",
        "1.5-0:00", "1--1", "1234567-1", "0:00:00",   "1:00:00:00"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (stop_parse(bad[i], &seconds)) { fail_msg("%s is taken for %g s", bad[i], seconds); }
    }
}

/* Slurm's end so many seconds from now. */
static void set_end(long seconds) {
    char when[32];
    snprintf(when, sizeof when, "%ld", (long)time(NULL) + seconds);
    setenv("SLURM_JOB_END_TIME", when, 1);
}

static void check_limit(double asked, double low, double high, const char *who, bool stale) {
    struct stop_limit limit = stop_limit(asked);
    if (!(limit.seconds >= low && limit.seconds <= high)) { fail_msg("%g s", limit.seconds); }
    assert_non_null(strstr(limit.who, who));
    assert_int_equal(limit.stale, stale);
}

static void test_the_earlier_limit_counts(void **state) {
    (void)state;
    unsetenv("SLURM_JOB_END_TIME");
    check_limit(INFINITY, INFINITY, INFINITY, "", false);
    check_limit(10, 9, 9, "time limit", false);
    check_limit(3600, 3598, 3598, "time limit", false);
    set_end(100);
    check_limit(INFINITY, 85, 90, "SLURM_JOB_END_TIME", false);
    check_limit(60, 58, 58, "time limit", false);
    set_end(4);
    check_limit(60, 0, 0, "SLURM_JOB_END_TIME", false);
    for (const char **odd = (const char *[]){"", "soon", "-5", "1e3x", NULL}; *odd; odd++) {
        setenv("SLURM_JOB_END_TIME", *odd, 1);
        check_limit(60, 58, 58, "time limit", false);
    }
}

static void test_an_end_in_the_past_is_another_jobs(void **state) {
    (void)state;
    set_end(-5);
    check_limit(INFINITY, INFINITY, INFINITY, "", true);
    check_limit(60, 58, 58, "time limit", true);
    setenv("SLURM_JOB_END_TIME", "1000", 1);
    check_limit(60, 58, 58, "time limit", true);
}

/* Asks for an end as a user does, and waits for what does not come. */
static bool stall(void *context) {
    (void)context;
    kill(getpid(), SIGTERM);
    pause();
    return true;
}

/* A disk that stalls while the journal is looked after holds nothing up, whoever waits for what: without that
 * the alarm rings. */
static void test_a_beat_that_stalls_does_not_delay_a_stop(void **state) {
    (void)state;
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(60);
        struct stop *stop = stop_start(&(struct stop_plan){.limit.seconds = INFINITY, .beat = stall});
        while (!stop_asked(stop)) { usleep(1000); }
        stop_end(stop);
        _exit(EXIT_DONE);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_RESUMABLE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_read),
        cmocka_unit_test(test_the_earlier_limit_counts),
        cmocka_unit_test(test_an_end_in_the_past_is_another_jobs),
        cmocka_unit_test(test_a_beat_that_stalls_does_not_delay_a_stop),
    };
    return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
