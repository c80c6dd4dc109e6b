/* flow_request: what `gapscale flow` is asked for, from its KEY=VALUE words. */
#ifndef GAPSCALE_ANALYSIS_FLOW_FLOW_REQUEST_H
#define GAPSCALE_ANALYSIS_FLOW_FLOW_REQUEST_H

#include <stdbool.h>

#include "sim/base/commandline.h"
#include "sim/flow/flow.h"

/* Keys of a single number. */
enum flow_key {
    FLOW_DIMENSION,
    FLOW_LENGTH,
    FLOW_BETA,
    FLOW_MODES,
    FLOW_STEPS,
    FLOW_REPLICATES,
    FLOW_TAU,
    FLOW_EPS,
    FLOW_SEED,
    FLOW_KEYS
};

struct flow_request {
    double value[FLOW_KEYS];
    struct flow_design design;  /* but for its threads */
    struct sphere_mixture keys; /* for the drift; of no components: none is measured */
    struct sphere_component *component;
    double *mean; /* of all components, one after another */
};

/* As it is written. */
const char *flow_request_name(enum flow_key key);
/* Every key with its default, and what it means. */
enum { FLOW_ENTRIES = FLOW_KEYS + 3 };
struct flow_help {
    char term[FLOW_ENTRIES][40];
    struct commandline_entry entry[FLOW_ENTRIES];
};
void flow_request_help(struct flow_help *help);
/* False after messages, one for every fault. Free with flow_request_free in any case. */
bool flow_request_read(struct flow_request *request, size_t count, char *const *word);
void flow_request_free(struct flow_request *request);

#endif
