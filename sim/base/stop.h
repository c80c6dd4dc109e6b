/* stop: when to end before the work is done: SIGTERM, SIGINT, SIGUSR1, or a time limit.
 *
 * A thread of its own waits for signals and the deadline; another beats every few seconds, as a journal wants
 * it, which takes as long as a disk may. Once stopped, work that looks at stop_asked between rows has
 * STOP_GRACE seconds to end in good order; after that the process ends with EXIT_RESUMABLE, however long the
 * row or the disk at hand would have taken. */
#ifndef GAPSCALE_SIM_BASE_STOP_H
#define GAPSCALE_SIM_BASE_STOP_H

#include <stdbool.h>

struct stop;

/* When a run is to end, and who says so. */
struct stop_limit {
    double seconds;  /* from now; INFINITY: never */
    const char *who; /* in words */
    bool stale;      /* SLURM_JOB_END_TIME lies in the past, so it is another job's and not looked at */
};
/* The earlier of so many seconds from now, less a margin, and the job's end that Slurm tells in
 * SLURM_JOB_END_TIME, less some to end in good order. */
struct stop_limit stop_limit(double seconds);

struct stop_plan {
    struct stop_limit limit;
    bool (*beat)(void *);  /* called every few seconds; false, after a message, to stop */
    void (*leave)(void *); /* called before the process ends by force, where no beat is at work that long */
    void *context;         /* of both */
};

/* From now on these signals wait for a new thread: call it before others are made. NULL after a
 * message: then the program is to end. */
struct stop *stop_start(const struct stop_plan *plan);
/* From then on these signals wait for ever: what is left to do takes a moment. */
void stop_end(struct stop *stop);

/* Whether to stop; false for NULL. Cheap, from any thread. */
bool stop_asked(const struct stop *stop);

/* "30s", "10m", "2h" (decimals allowed), "H:MM:SS", or, as Slurm has it, "D-HH:MM:SS", "D-HH:MM" or
 * "D-HH". False when it is none, or no time at all. */
bool stop_parse(const char *text, double *seconds);

#endif
