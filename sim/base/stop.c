#include "sim/base/stop.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/machine.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"

static const double STOP_GRACE = 1.5, STOP_MARGIN = 10; /* seconds */
enum { STOP_BEAT = 5 /* seconds */, STOP_LEAVE = 300000000 /* ns: after the grace, to leave the journal */ };

struct stop {
    struct stop_plan plan;
    double deadline; /* of the monotonic clock */
    sigset_t signals;
    pthread_t watcher, keeper; /* who waits for signals; for a disk */
    pthread_barrier_t running; /* passed once a thread is */
    sem_t call;                /* of the keeper, to end or to leave */
    atomic_bool asked, done;   /* to stop; the work is */
    atomic_bool lost, leaving; /* a beat has failed; the process ends by force */
};

bool stop_asked(const struct stop *stop) {
    return stop && atomic_load_explicit(&stop->asked, memory_order_relaxed);
}

/* ---- the keeper ---- */

/* Until the next beat. */
static bool is_called(struct stop *stop) {
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    next.tv_sec += STOP_BEAT;
    return TEMP_FAILURE_RETRY(sem_clockwait(&stop->call, CLOCK_MONOTONIC, &next)) == 0;
}

static void *keep(void *argument) {
    struct stop *stop = argument;
    const struct stop_plan *plan = &stop->plan;
    pthread_barrier_wait(&stop->running);
    while (!is_called(stop)) {
        if (stop->asked || !plan->beat || plan->beat(plan->context)) { continue; }
        stop->lost = true;
        pthread_kill(stop->watcher, SIGUSR1);
    }
    if (!stop->leaving) { return NULL; }
    if (plan->leave) { plan->leave(plan->context); }
    _exit(EXIT_RESUMABLE);
}

/* ---- the watcher ---- */

/* The signal that comes within that time, one that stop_end sends too; -1: none. */
static int wait_signal(const struct stop *stop, double seconds) {
    const struct timespec time = {(time_t)seconds, (long)(1e9 * fmod(seconds, 1))};
    return sigtimedwait(&stop->signals, NULL, &time);
}

/* Waits for an end; NULL when the work is done, else who asks for it. */
static const char *wait_reason(struct stop *stop) {
    const double longest = 3600;
    for (double time; (time = machine_seconds()) < stop->deadline;) {
        int signal = wait_signal(stop, fmin(stop->deadline - time, longest));
        if (stop->done) { return NULL; }
        if (stop->lost) { return "the journal"; }
        if (signal > 0) { return signal == SIGTERM ? "SIGTERM" : signal == SIGINT ? "SIGINT" : "SIGUSR1"; }
    }
    return stop->plan.limit.who;
}

static void *watch(void *argument) {
    struct stop *stop = argument;
    pthread_barrier_wait(&stop->running);
    const char *why = wait_reason(stop);
    if (!why) { return NULL; }
    stop->asked = true;
    message_say("%s: stopping", why);
    const double end = machine_seconds() + STOP_GRACE;
    for (double time; !stop->done && (time = machine_seconds()) < end;) { wait_signal(stop, end - time); }
    if (stop->done) { return NULL; }
    stop->leaving = true;
    sem_post(&stop->call);
    nanosleep(&(struct timespec){0, STOP_LEAVE}, NULL);
    _exit(EXIT_RESUMABLE);
}

/* ---- both ---- */

static bool start(struct stop *stop, pthread_t *thread, void *(*run)(void *)) {
    const int error = pthread_create(thread, NULL, run, stop);
    if (error) {
        message_error("cannot watch for signals: %s", strerror(error));
    } else { /* A process forked while a thread starts would have the locks of that start, held for ever. */
        pthread_barrier_wait(&stop->running);
    }
    return error == 0;
}

struct stop *stop_start(const struct stop_plan *plan) {
    struct stop *stop = memory_create(1, sizeof *stop);
    stop->plan = *plan;
    stop->deadline = machine_seconds() + plan->limit.seconds;
    sigemptyset(&stop->signals);
    sigaddset(&stop->signals, SIGTERM);
    sigaddset(&stop->signals, SIGINT);
    sigaddset(&stop->signals, SIGUSR1);
    sem_init(&stop->call, 0, 0);
    pthread_barrier_init(&stop->running, NULL, 2);
    pthread_sigmask(SIG_BLOCK, &stop->signals, NULL);
    return start(stop, &stop->watcher, watch) && start(stop, &stop->keeper, keep) ? stop : NULL;
}

void stop_end(struct stop *stop) {
    sem_post(&stop->call);
    pthread_join(stop->keeper, NULL); /* it may wait for a disk: until then signals count */
    stop->done = true;
    pthread_kill(stop->watcher, SIGUSR1);
    pthread_join(stop->watcher, NULL);
    pthread_barrier_destroy(&stop->running);
    sem_destroy(&stop->call);
    free(stop);
}

/* ---- time limits ---- */

/* H:MM:SS; behind "D-", HH, HH:MM or HH:MM:SS. */
static bool parse_clock(const char *text, double *seconds) {
    const size_t digits = strspn(text, "0123456789");
    const bool days = digits > 0 && digits <= 6 && text[digits] == '-';
    const char *clock = days ? text + digits + 1 : text;
    unsigned part[3] = {0};
    int end[3] = {0};
    if (strspn(clock, "0123456789:") != strlen(clock)) { return false; }
    int parts = sscanf(clock, "%6u%n:%2u%n:%2u%n", &part[0], &end[0], &part[1], &end[1], &part[2], &end[2]);
    *seconds = 86400 * (days ? strtod(text, NULL) : 0) + 3600.0 * part[0] + 60.0 * part[1] + part[2];
    return parts >= (days ? 1 : 3) && !clock[end[parts - 1]] && part[1] < 60 && part[2] < 60 &&
           (!days || part[0] < 24) && *seconds > 0;
}

bool stop_parse(const char *text, double *seconds) {
    char *unit;
    if (strpbrk(text, "-:")) { return parse_clock(text, seconds); }
    *seconds = strtod(text, &unit);
    *seconds *= strcmp(unit, "s") == 0 ? 1 : strcmp(unit, "m") == 0 ? 60 : strcmp(unit, "h") == 0 ? 3600 : 0;
    return strspn(text, "0123456789.") == (size_t)(unit - text) && *seconds > 0 && isfinite(*seconds);
}

/* Seconds until the end of the Slurm job; INFINITY where there is none. */
static double job_end(void) {
    const char *text = getenv("SLURM_JOB_END_TIME");
    char *end;
    if (!text || !*text) { return INFINITY; }
    double when = strtod(text, &end);
    return *end || !(when > 0) ? INFINITY : when - (double)time(NULL);
}

struct stop_limit stop_limit(double seconds) {
    double margin = fmin(2, seconds / 10), scheduled = job_end();
    struct stop_limit limit = {isfinite(seconds) ? seconds - margin : INFINITY, "the time limit",
                               scheduled < 0};
    scheduled = fmax(0, scheduled - STOP_MARGIN);
    if (!limit.stale && scheduled < limit.seconds) {
        limit.seconds = scheduled;
        limit.who = "the end of the Slurm job (SLURM_JOB_END_TIME)";
    }
    return limit;
}
