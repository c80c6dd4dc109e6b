#include "sim/sweep/stop.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/machine.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"

static const double STOP_GRACE = 1.5, STOP_BEAT = 5, STOP_MARGIN = 10; /* seconds */

enum { FREE, ASKED, DEFERRED, WAITING /* deferred, and asked for meanwhile */ };

struct stop {
    struct stop_plan plan;
    double deadline, next_beat; /* of the monotonic clock */
    sigset_t signals, before;
    int signal_end, done; /* file descriptors: signals that came; that the work is done */
    pthread_t thread;
    atomic_int state; /* one of the above */
};

bool stop_asked(const struct stop *stop) {
    return stop && atomic_load_explicit(&stop->state, memory_order_relaxed) == ASKED;
}

/* False when what is under way is not to be stopped any more. */
static bool stop_ask(struct stop *stop) {
    int was = FREE;
    while (!atomic_compare_exchange_strong(&stop->state, &was, was == FREE ? ASKED : WAITING)) {}
    return was == FREE;
}

bool stop_defer(struct stop *stop) {
    int was = FREE;
    return atomic_compare_exchange_strong(&stop->state, &was, DEFERRED);
}

void stop_resume(struct stop *stop) {
    int was = DEFERRED;
    if (!atomic_compare_exchange_strong(&stop->state, &was, FREE) && was == WAITING) { stop->state = ASKED; }
}

/* The name of the one that came. */
static const char *read_signal(const struct stop *stop) {
    struct signalfd_siginfo info;
    if (read(stop->signal_end, &info, sizeof info) != sizeof info) { return "a signal"; }
    return info.ssi_signo == SIGTERM ? "SIGTERM" : info.ssi_signo == SIGINT ? "SIGINT" : "SIGUSR1";
}

/* Waits for an end; NULL when the work is done, else who asks for it. */
static const char *wait_reason(struct stop *stop) {
    struct pollfd end[2] = {{.fd = stop->done, .events = POLLIN}, {.fd = stop->signal_end, .events = POLLIN}};
    for (double time; (time = machine_seconds()) < stop->deadline;) {
        if (time >= stop->next_beat) {
            stop->next_beat = time + STOP_BEAT;
            if (stop->plan.beat && !stop->plan.beat(stop->plan.context)) { return "the journal"; }
        }
        double next = fmin(stop->deadline, stop->next_beat) - time;
        if (poll(end, 2, (int)ceil(1000 * next)) > 0) { return end[0].revents ? NULL : read_signal(stop); }
    }
    return stop->plan.limit.who;
}

static void *watch(void *argument) {
    struct stop *stop = argument;
    struct pollfd done = {.fd = stop->done, .events = POLLIN};
    const char *why = wait_reason(stop);
    if (!why || !stop_ask(stop)) { return NULL; }
    message_say("%s: stopping", why);
    if (poll(&done, 1, (int)(1000 * STOP_GRACE)) > 0) { return NULL; }
    if (stop->plan.save) { stop->plan.save(stop->plan.context); }
    _exit(EXIT_RESUMABLE);
}

struct stop *stop_start(const struct stop_plan *plan) {
    struct stop *stop = memory_create(1, sizeof *stop);
    stop->plan = *plan;
    stop->deadline = machine_seconds() + plan->limit.seconds;
    stop->next_beat = machine_seconds() + STOP_BEAT;
    sigemptyset(&stop->signals);
    sigaddset(&stop->signals, SIGTERM);
    sigaddset(&stop->signals, SIGINT);
    sigaddset(&stop->signals, SIGUSR1);
    stop->signal_end = signalfd(-1, &stop->signals, SFD_CLOEXEC | SFD_NONBLOCK);
    stop->done = eventfd(0, EFD_CLOEXEC);
    if (stop->signal_end >= 0 && stop->done >= 0 &&
        pthread_sigmask(SIG_BLOCK, &stop->signals, &stop->before) == 0 &&
        pthread_create(&stop->thread, NULL, watch, stop) == 0) {
        return stop;
    }
    message_error("cannot watch for signals: %s", strerror(errno));
    free(stop);
    return NULL;
}

void stop_end(struct stop *stop) {
    const struct timespec at_once = {0, 0};
    uint64_t one = 1;
    if (write(stop->done, &one, sizeof one) == sizeof one) { pthread_join(stop->thread, NULL); }
    while (sigtimedwait(&stop->signals, NULL, &at_once) > 0) {}
    pthread_sigmask(SIG_SETMASK, &stop->before, NULL);
    close(stop->signal_end);
    close(stop->done);
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
    static const char units[] = "smh";
    static const double length[] = {1, 60, 3600};
    char *unit;
    if (strpbrk(text, "-:")) { return parse_clock(text, seconds); }
    *seconds = strtod(text, &unit);
    const char *known = *unit && !unit[1] ? strchr(units, *unit) : NULL;
    if (!known || strspn(text, "0123456789.") != (size_t)(unit - text)) { return false; }
    *seconds *= length[known - units];
    return *seconds > 0 && isfinite(*seconds);
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
