/* pooled: what several heads have in common. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_POOLED_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_POOLED_H

#include <stdbool.h>
#include <stddef.h>

/* pooled[sequence * lengths + length]: the mean over heads of value[head][likewise], NaN where a head has
 * none. A head that lacks some would shift the mean there by what it lies above the others: heads are then
 * taken as effects that add up, and those of other sequences alone by their means at each length. */
void pooled_mean(size_t heads, size_t sequences, size_t lengths, const double *const *value, double *pooled);

/* Lengths compare where a head has values at both, or where others link them so; of lengths that nothing
 * links, heads that differ would pass for growth. Of the parts that this makes, linked[heads] tells the heads
 * of the one with the most lengths, of equals the one that has the longest. value[head] is (sequence,
 * length).
 */
void pooled_link(size_t heads, size_t sequences, size_t lengths, const double *const *value, bool *linked);

#endif
