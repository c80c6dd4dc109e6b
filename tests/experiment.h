/* experiment: configs given as text, read and run in memory. Each fails the test where that is refused. */
#ifndef GAPSCALE_TESTS_EXPERIMENT_H
#define GAPSCALE_TESTS_EXPERIMENT_H

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/config/config_read.h"
#include "sim/sweep/collect.h"
#include "sim/sweep/exact.h"
#include "sim/sweep/sweep.h"

/* Free with config_free. */
static inline struct config *experiment_config(const char *text) {
    char path[] = "/tmp/gapscale-config-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    struct config *config = config_read(path, 0, NULL);
    unlink(path);
    assert_non_null(config);
    return config;
}

struct experiment_record {
    uint8_t *bytes;
    size_t length;
};

static inline bool experiment_hold(void *context, size_t unit, uint8_t *bytes, size_t length) {
    ((struct experiment_record *)context)[unit] = (struct experiment_record){bytes, length};
    return true;
}

static inline const uint8_t *experiment_held(void *context, size_t unit, size_t *length) {
    const struct experiment_record *record = context;
    *length = record[unit].length;
    return record[unit].bytes;
}

/* Sampled, without exact values. Free with results_free. */
static inline struct results *experiment_of(const struct config *config, const struct isa *isa, int threads) {
    struct unit_plan plan;
    unit_plan_create(&plan, config);
    struct experiment_record *record = calloc(plan.unit_count, sizeof *record);
    size_t *unit = calloc(plan.unit_count, sizeof *unit);
    for (size_t i = 0; i < plan.unit_count; i++) { unit[i] = i; }
    assert_int_equal(sweep_compute(&(struct sweep_work){.plan = &plan,
                                                        .isa = isa,
                                                        .threads = threads,
                                                        .quiet = true,
                                                        .unit_count = plan.unit_count,
                                                        .unit = unit,
                                                        .accept = experiment_hold,
                                                        .context = record}),
                     0);
    struct results *results = collect_results(&plan, isa->name, experiment_held, record);
    assert_non_null(results);
    for (size_t i = 0; i < plan.unit_count; i++) { free(record[i].bytes); }
    free(record);
    free(unit);
    unit_plan_release(&plan);
    return results;
}

/* The same of a text, on two threads. */
static inline struct results *experiment_sweep(const char *text) {
    struct config *config = experiment_config(text);
    struct results *results = experiment_of(config, isa_best(), 2);
    config_free(config);
    return results;
}

/* With them. */
static inline struct results *experiment_run(const char *text) {
    struct results *results = experiment_sweep(text);
    exact_fill(results, 2);
    return results;
}

#endif
