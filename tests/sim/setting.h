/* setting: a config made from text and its plan, for tests of what is planned. */
#ifndef GAPSCALE_TESTS_SIM_SETTING_H
#define GAPSCALE_TESTS_SIM_SETTING_H

#include "tests/experiment.h"

struct setting {
    struct config *config;
    struct unit_plan plan;
};

/* Free with setting_free. */
static inline struct setting setting_make(const char *text) {
    struct setting s = {.config = experiment_config(text)};
    unit_plan_create(&s.plan, s.config, true);
    return s;
}

static inline void setting_free(struct setting *s) {
    unit_plan_release(&s->plan);
    config_free(s->config);
}

#endif
