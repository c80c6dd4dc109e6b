/* growth: how Lambda_n of a group grows over some of the lengths, and which prescriptions that excludes
 * (THEORY 8). Variances of heads are pooled by half with those of their layer. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_GROWTH_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_GROWTH_H

#include "analysis/diagnosis/diagnosis.h"

struct trend_data growth_data(const struct survey *survey, const struct diagnosis_group *group);

/* log Lambda_n at a length, between sequences. */
struct trend_interval growth_level(const struct diagnosis *diagnosis, const struct diagnosis_group *group,
                                   size_t length);

/* Over the lengths first .. last - 1; numbers are NaN where it is not known, as of no lengths. The trend data
 * and medians of all groups must be there. */
void growth_make(const struct diagnosis *diagnosis, const struct diagnosis_group *group, size_t first,
                 size_t last, struct diagnosis_growth *growth);

#endif
