/* experiment: configs given as text, read and run in memory. Each fails the test where that is refused. */
#ifndef GAPSCALE_TESTS_EXPERIMENT_H
#define GAPSCALE_TESTS_EXPERIMENT_H

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/config/config_read.h"
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

/* Sampled on two threads, without exact values. Free with results_free. */
static inline struct results *experiment_sweep(const char *text) {
    struct config *config = experiment_config(text);
    struct results *results = sweep_run(config, isa_best(), 2, true);
    assert_non_null(results);
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
