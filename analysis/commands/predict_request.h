/* predict_request: what `gapscale predict` is asked for, from its words FAMILY [KEY=VALUE]... */
#ifndef GAPSCALE_ANALYSIS_COMMANDS_PREDICT_REQUEST_H
#define GAPSCALE_ANALYSIS_COMMANDS_PREDICT_REQUEST_H

#include "sim/config/betas.h"

/* Fills family, parameters, n and beta of the series, lists in the order in which they are written (ranges
 * rise); along prescriptions the beta is that of the first, and the series' `n` where none are given reach
 * further. False after messages, one for every fault. Free with config_series_release in any case. */
bool predict_request_read(struct config_series *series, struct betas_prescriptions *prescriptions,
                          size_t count, char *const *word);

#endif
