/* histogram: the bins that quantiles over replicates are read from: of relative width 1/64, from 2^-40 up;
 * bin 0 holds what is below, the last what is above. */
#ifndef GAPSCALE_SIM_SWEEP_HISTOGRAM_H
#define GAPSCALE_SIM_SWEEP_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum { HISTOGRAM_BINS = 64 * 61 };

uint16_t histogram_bin(double value);

/* Bins that are not empty, in order: the number of each, and its count below that. */
enum { HISTOGRAM_COUNT = 48 };
static inline uint64_t histogram_pack(size_t bin, uint64_t count) {
    return (uint64_t)bin << HISTOGRAM_COUNT | count;
}
static inline size_t histogram_number(uint64_t packed) { return packed >> HISTOGRAM_COUNT; }
static inline uint64_t histogram_count(uint64_t packed) {
    return packed & ((UINT64_C(1) << HISTOGRAM_COUNT) - 1);
}

/* Adds two lists; `sum` has room for both. Returns its length. */
size_t histogram_add(size_t count, const uint64_t *bin, size_t other_count, const uint64_t *other,
                     uint64_t *sum);
/* Quantile, linear within its bin; 0 < probability < 1, at least one bin. */
double histogram_quantile(size_t count, const uint64_t *bin, double probability);

#endif
