/* predict_request: what `gapscale predict` is asked for, from its words FAMILY [KEY=VALUE]... */
#ifndef GAPSCALE_ANALYSIS_COMMANDS_PREDICT_REQUEST_H
#define GAPSCALE_ANALYSIS_COMMANDS_PREDICT_REQUEST_H

#include "sim/config/betas.h"

/* A series, along prescriptions or not: family, parameters, n and beta, lists in the order in which they are
 * written (ranges rise); along prescriptions the beta is that of the first, and the `n` where none are given
 * reach further. */
struct predict_request {
    struct config_series series;
    struct betas_prescriptions prescriptions;
};

/* False after messages, one for every fault. Free the series with config_series_release in any case. */
bool predict_request_read(struct predict_request *request, size_t count, char *const *word);

#endif
