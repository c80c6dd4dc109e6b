/* fields: the arrays of a series as a list. */
#ifndef GAPSCALE_TESTS_FIELDS_H
#define GAPSCALE_TESTS_FIELDS_H

#include "sim/results/results.h"

/* Lists all; returns how many. */
static inline size_t fields_list(struct results_series *series, struct results_field field[RESULTS_FIELDS]) {
    size_t count = 0;
    for (struct results_field f = {0}; results_next(series, &f);) { field[count++] = f; }
    return count;
}

#endif
