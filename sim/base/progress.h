/* progress: tells on stderr how far a long piece of work is and how long it will still take. */
#ifndef GAPSCALE_SIM_BASE_PROGRESS_H
#define GAPSCALE_SIM_BASE_PROGRESS_H

#include <stdbool.h>

struct progress {
    bool quiet, terminal;
    double total, before, done, start, next;
};

/* `total` cost in any unit, `before` of it done at an earlier time. Nothing is shown when `quiet`, nor in the
 * first two seconds. */
struct progress progress_start(double total, double before, bool quiet);
/* Adds `cost` done; `what` names the work that was just finished. From any thread; nothing for NULL. */
void progress_add(struct progress *progress, double cost, const char *what);
/* Clears the line. */
void progress_end(struct progress *progress);

#endif
