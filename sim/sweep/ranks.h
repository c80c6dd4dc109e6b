/* ranks: many processes on one sweep. The only file that knows MPI; compiled without GAPSCALE_MPI there is
 * one rank.
 *
 * Rank 0 does what a lone process does: it reads the config, keeps the journal's lock, writes the results.
 * Beside its own work it hands out ranges of units, the costly first, whole nodes of the tree (partial.h) of
 * half of what is left for a rank at most, single units at the end, and nothing else: every rank keeps what
 * it computes itself. A rank that fails ends all of them; what was kept is gone on with.
 *
 * On rank 0 a thread of its own answers the others, where threads take turns: MPI_THREAD_SERIALIZED. */
#ifndef GAPSCALE_SIM_SWEEP_RANKS_H
#define GAPSCALE_SIM_SWEEP_RANKS_H

#include "sim/sweep/sweep.h"

/* Called once, first and last, by every rank. ranks_start: EXIT_DONE, or EXIT_FAILED after a message.
 * ranks_end on rank 0 tells the others `status` and to end; a failure there ends all at once. Returns the
 * status to end with. */
int ranks_start(int *argc, char ***argv);
int ranks_end(int status);

/* Ends all ranks at once with EXIT_FAILED, where there are several; returns where there is one. */
void ranks_abort(void);

int ranks_index(void);
/* Whether this is one rank alone, but mpirun or srun started it as one process of several. */
bool ranks_are_strangers(void);
/* Threads a rank should use unless told: the processors of its node shared among the ranks there. */
int ranks_threads(void);

/* Rank 0, any number of times, the last one with no units: computes units, sampled ones and exact values, in
 * this order, together with the others; work->keep gets its own share alone. The ranges of the list are used
 * up. Status as of sweep_compute, when the others have kept theirs. With one rank, alone. */
int ranks_lead(const struct sweep_work *work, const struct unit_list *units);

/* The others, before they do anything: wait for rank 0. True where it leads a sweep; else `status` is to end
 * with. */
bool ranks_wait(int *status);
/* Then: compute what rank 0 hands out, keep it by work->keep and `save`, and say so, as often as it leads.
 * Status as of sweep_compute. */
int ranks_follow(const struct sweep_work *work, bool (*save)(void *context));

#endif
