/* predict_course: what `gapscale predict` tells along prescriptions. */
#ifndef GAPSCALE_ANALYSIS_COMMANDS_PREDICT_COURSE_H
#define GAPSCALE_ANALYSIS_COMMANDS_PREDICT_COURSE_H

#include <stdio.h>

#include "models/oracle/course.h"
#include "sim/config/betas.h"

/* At one n, along one prescription. NaN where beta/Lambda^typ leaves the range of doubles. */
struct predict_course_point {
    double log_ratio; /* log(beta/Lambda^typ): always known */
    double entropy, entropy_error;
};

/* The courses of all prescriptions, in their order. */
void predict_course_make(const struct config_series *series, const struct betas_prescriptions *prescriptions,
                         struct course course[PRESCRIPTIONS]);
/* `point` by n, then prescription; tables with their folds (analysis/text/fold.h). */
void predict_course_print(FILE *out, const struct config_series *series,
                          const struct betas_prescriptions *prescriptions,
                          const struct course course[PRESCRIPTIONS],
                          const struct predict_course_point *point);
/* Members of a JSON object: ", \"trained_log_n\": .., \"coef\": .., \"prescriptions\": [..]". */
void predict_course_print_json(const struct config_series *series,
                               const struct betas_prescriptions *prescriptions,
                               const struct course course[PRESCRIPTIONS]);

#endif
