/* counted_bin: a range of V of a counted law, and the points that carry it. */
#ifndef GAPSCALE_SIM_ROWS_COUNTED_BIN_H
#define GAPSCALE_SIM_ROWS_COUNTED_BIN_H

#include <stddef.h>
#include <stdint.h>

/* With N scores it puts w_i (N + N^{1/2} g phi_i) at the gap g_i, g standard normal. Gaps are from s*. */
enum { COUNTED_NODES = 4 };
struct counted_bin {
    double lower, middle, upper; /* gaps of its ends, and between */
    double log_mean;             /* of its number of scores */
    double node[COUNTED_NODES], weight[COUNTED_NODES], spread[COUNTED_NODES]; /* g_i, w_i, w_i phi_i */
    uint64_t address;
    size_t nodes; /* those before the first at an infinite gap */
};

#endif
