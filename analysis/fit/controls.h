/* controls: the ensemble's collapse point with less noise, from what is known exactly.
 *
 * The means of Y_2 and p_(1) at every beta are known without sampling (models/oracle/oracle.h). They vary
 * with the mean entropy from one block of replicates to the next: what they are off by tells part of what H
 * is off by (control variates). Regression over the block means gives the coefficients, and their own noise
 * is part of the error (Lavenberg & Welch, Manage. Sci. 27 (1981) 322); the entropy's own exact mean is not
 * used. */
#ifndef GAPSCALE_ANALYSIS_FIT_CONTROLS_H
#define GAPSCALE_ANALYSIS_FIT_CONTROLS_H

#include "analysis/fit/ensemble.h"

struct controls {
    double log_ratio,
        se;      /* of log(beta_c/Lambda^typ); half a 95% interval by Student's law, blocks - 3 degrees */
    double gain; /* variance without controls over variance with them: so many replicates are saved */
};

/* From the collapse point found at this n; criterion of kind entropy. NaN where there is no such point, there
 * are fewer than 12 blocks, or exact values are missing. */
struct controls controls_make(const struct results_series *series, size_t n,
                              const struct ensemble_point *point);

#endif
