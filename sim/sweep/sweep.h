/* sweep: computes units on threads. */
#ifndef GAPSCALE_SIM_SWEEP_SWEEP_H
#define GAPSCALE_SIM_SWEEP_SWEEP_H

#include "sim/base/progress.h"
#include "sim/base/stop.h"
#include "sim/rows/isa.h"
#include "sim/sweep/partial.h"

struct sweep_work {
    const struct unit_plan *plan;
    const struct isa *isa;
    int threads;
    struct progress *progress; /* hears of what is done; NULL: nobody */
    const struct stop *stop;   /* NULL: never */
    /* Keeps the partial of a unit that is finished. From any thread, several at a time. False, after a
     * message, to give up. */
    bool (*keep)(void *context, const struct partial *partial);
    void *context; /* of keep */
};

/* What to compute next, a part of a cell; false at the end. */
typedef bool sweep_supply(void *context, struct unit *part);

/* Computes units, in bits that do not depend on threads or isa, and hands over their partials as they are
 * finished; memory is that of the units at work. `supply` is asked when all before is at work, by one thread
 * at a time. Returns EXIT_DONE; EXIT_RESUMABLE when stopped between rows, units at work being dropped;
 * EXIT_FAILED, after a message, when given up. */
int sweep_compute(const struct sweep_work *work, sweep_supply *supply, void *context);

#endif
