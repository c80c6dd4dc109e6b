/* ranks: many processes on one sweep. The only file that knows MPI; compiled without GAPSCALE_MPI there is
 * one rank.
 *
 * Rank 0 does what a lone process does: it reads the config, keeps the journal, writes the results. The
 * others compute units that it hands out, the costly ones first, a few at a time, and send back their
 * records, so that only rank 0 needs the file system of the results. A rank that fails ends all of them.
 *
 * On rank 0 a thread of its own answers the others; on the others, threads take turns: MPI_THREAD_SERIALIZED.
 */
#ifndef GAPSCALE_SIM_SWEEP_RANKS_H
#define GAPSCALE_SIM_SWEEP_RANKS_H

#include "sim/sweep/stop.h"
#include "sim/sweep/sweep.h"

/* Called once, first and last, by every rank. ranks_start: EXIT_DONE, or EXIT_FAILED after a message.
 * ranks_end on rank 0 tells the others `status` and to end; a failure there ends all at once. Returns the
 * status to end with. */
int ranks_start(int *argc, char ***argv);
int ranks_end(int status);

/* Ends all ranks at once with EXIT_FAILED, where there are several; returns where there is one. */
void ranks_abort(void);

int ranks_index(void);
/* Threads a rank should use unless told: the processors of its node shared among the ranks there. */
int ranks_threads(void);

/* Rank 0: computes the units of `work` together with the others, whose records reach work->accept as its own
 * do. Status as of sweep_compute. With one rank, sweep_compute itself. */
int ranks_lead(const struct sweep_work *work);

/* The others, before they do anything: wait for rank 0. True where it leads a sweep; else `status` is to end
 * with. */
bool ranks_wait(int *status);
/* Then: read the same config, compute what rank 0 hands out. Returns the status to end with. */
struct ranks_task {
    const char *config;
    size_t set_count;
    const char *const *set;
    int threads;
    struct stop_limit limit;
};
int ranks_follow(const struct ranks_task *task);

#endif
