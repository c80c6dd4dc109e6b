/* sweep: computes units on threads. */
#ifndef GAPSCALE_SIM_SWEEP_SWEEP_H
#define GAPSCALE_SIM_SWEEP_SWEEP_H

#include "sim/config/config.h"
#include "sim/results/results.h"
#include "sim/rows/isa.h"
#include "sim/sweep/stop.h"
#include "sim/sweep/unit.h"

/* Takes the record of a unit that is finished; the bytes are its own then, to be freed. From any thread,
 * several at a time. False, after a message, to give up. */
typedef bool sweep_accept(void *context, size_t unit, uint8_t *record, size_t length);

struct sweep_work {
    const struct unit_plan *plan;
    const struct isa *isa;
    int threads;
    bool quiet;
    size_t unit_count; /* the units to compute, in this order; sampled ones and exact values */
    const size_t *unit;
    double cost_before;      /* of the units that were finished earlier, for the progress shown */
    const struct stop *stop; /* NULL: never */
    sweep_accept *accept;
    void *context;
};

/* Computes units, in bits that do not depend on threads or isa, and hands over their records as they are
 * finished; memory is that of the units at work. Returns EXIT_DONE; EXIT_RESUMABLE when stopped between rows,
 * units at work being dropped; EXIT_FAILED, after a message, when given up. */
int sweep_compute(const struct sweep_work *work);

/* The record of a unit of exact values, computed here and now. Free with free(). */
uint8_t *sweep_exact(const struct unit *unit, size_t *length);

#endif
