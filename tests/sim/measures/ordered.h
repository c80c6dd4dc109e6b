/* ordered: one ordered weight of a row. */
#ifndef GAPSCALE_TESTS_SIM_MEASURES_ORDERED_H
#define GAPSCALE_TESTS_SIM_MEASURES_ORDERED_H

#include <math.h>

#include "sim/measures/measure.h"
#include "sim/rows/isa.h"

/* p_(k), k <= 64, given log Z at that beta. */
static inline double ordered_weight(const struct row *row, double beta, double log_partition, size_t k) {
    const double value[1][MEASURE_VALUES] = {{[MEASURE_TOP_WEIGHT] = exp(-log_partition)}};
    double weight[64];
    measure_ordered_weights(isa_best()->kernel, row, 1, &beta, value, k, weight);
    return weight[k - 1];
}

#endif
