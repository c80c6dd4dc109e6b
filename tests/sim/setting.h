/* setting: a config made from text and its plan, for tests of what is planned. */
#ifndef GAPSCALE_TESTS_SIM_SETTING_H
#define GAPSCALE_TESTS_SIM_SETTING_H

#include "tests/experiment.h"

struct setting {
    struct config *config;
    struct unit_plan plan;
    struct unit_list units; /* of it (experiment_units) */
    size_t sampled;         /* the first of those */
};

/* Free with setting_free. */
static inline struct setting setting_make(const char *text) {
    struct setting s = {.config = experiment_config(text)};
    unit_plan_create(&s.plan, s.config, true);
    s.units = experiment_units(&s.plan);
    s.sampled = s.units.count - s.plan.cell_count;
    return s;
}

static inline void setting_free(struct setting *s) {
    free(s->units.unit);
    unit_plan_release(&s->plan);
    config_free(s->config);
}

#endif
