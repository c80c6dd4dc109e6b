/* flow_request: what `gapscale flow` is asked for, from its KEY=VALUE words. */
#ifndef GAPSCALE_ANALYSIS_FLOW_REQUEST_H
#define GAPSCALE_ANALYSIS_FLOW_REQUEST_H

#include <stdbool.h>
#include <stdio.h>

#include "../sim/flow.h"

enum flow_key {
    FLOW_DIMENSION,
    FLOW_LENGTH,
    FLOW_BETA,
    FLOW_MODES,
    FLOW_STEPS,
    FLOW_REPLICATES,
    FLOW_TAU,
    FLOW_EPS,
    FLOW_CONCENTRATION,
    FLOW_SEED,
    FLOW_KEYS
};
enum { FLOW_MOST_DIMENSION = 1000 };

struct flow_request {
    double value[FLOW_KEYS];
    double direction[FLOW_MOST_DIMENSION];
    size_t directions; /* how many numbers were given */
    bool given[FLOW_KEYS];
    struct flow_design design; /* but for its threads */
};

const char *flow_request_name(enum flow_key key);
/* A line for every key: default and meaning. */
void flow_request_help(FILE *out);
/* False after a message. */
bool flow_request_read(struct flow_request *request, int count, char **word);

#endif
