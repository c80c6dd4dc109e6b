/* pooled: what several heads have in common. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_POOLED_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_POOLED_H

#include <stddef.h>

/* pooled[cells]: the mean over heads of value[head][cell], NaN where a head has none. A head that lacks some
 * would shift the mean there by what it lies above the others: heads are then taken as effects that add up.
 */
void pooled_mean(size_t heads, size_t cells, const double *const *value, double *pooled);

#endif
