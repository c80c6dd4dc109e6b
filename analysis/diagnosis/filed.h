/* filed: what a results file has of a diagnosis beside its rows: arrays and attributes of a group. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_FILED_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_FILED_H

#include "analysis/diagnosis/diagnosis.h"
#include "sim/results/results.h"

/* After index_finish (index.h). */
void filed_copy(const struct diagnosis *diagnosis, const struct diagnosis_group *group,
                struct results_series *series);

#endif
