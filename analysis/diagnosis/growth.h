/* growth: how Lambda_n of a group grows over some of the lengths, and which prescriptions that excludes
 * (THEORY 8). */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_GROWTH_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_GROWTH_H

#include "analysis/diagnosis/diagnosis.h"

/* What a trend of the group is made of; the group must outlive it. */
struct trend_data growth_data(const struct survey *survey, const struct diagnosis_group *group);

/* A number of a group between sequences; `with` is what it needs besides. */
typedef struct trend_estimate growth_maker(const void *with, const struct diagnosis_group *group);
/* It with its interval and standard error; the variance of a head is pooled by half with those of the heads
 * of its layer, where these are TREND_POOLED or more. */
struct trend_interval growth_pooled(const struct diagnosis *diagnosis, const struct diagnosis_group *group,
                                    growth_maker *make, const void *with, double *se);

/* log Lambda_n at a length, between as many sequences. */
struct trend_interval growth_level(const struct diagnosis *diagnosis, const struct diagnosis_group *group,
                                   size_t length, size_t *sequences);

/* Over the lengths first .. last - 1; numbers are NaN where it is not known, as of no lengths. The trend data
 * and medians of all groups must be there. */
struct diagnosis_growth growth_make(const struct diagnosis *diagnosis, const struct diagnosis_group *group,
                                    size_t first, size_t last);

#endif
