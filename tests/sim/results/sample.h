/* sample: results to store, whose every array holds numbers of its own; and a place to store them. */
#ifndef GAPSCALE_TESTS_SIM_RESULTS_SAMPLE_H
#define GAPSCALE_TESTS_SIM_RESULTS_SAMPLE_H

#include "tests/digest.h"
#include "tests/fields.h"
#include "tests/h5whole.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "sim/config/config_read.h"
#include "sim/results/store.h"

static const char sample_config[] =
    "seed: 18446744073709551615\n"
    "replicates: 70\n"
    "keep_replicates: 3\n"
    "ordered_weights: 2\n"
    "n: [16, 300]\n"
    "beta: {relative_to: lambda_typ, values: [0.5, 1, 2]}\n"
    "series:\n"
    "  - {name: zeta, family: gumbel, scale: {coef: 2, log_power: -1, power: 0.25}}\n"
    "  - {name: alpha, family: gaussian, normalisers: [{sink: 1}, sparsemax, {entmax: 1.5}, {sink: -1}]}\n"
    "  - {name: eta, family: spherical, dimension: 3, output: true, value_matrix: {rows: [[1, 2, 3], [4, 5, "
    "6]]}}\n";

static const struct store_provenance sample_provenance = {.command_line = "run test", .threads = 2};

/* A directory of its own for every test. */
static inline int sample_make_place(void **state) {
    char *place = strdup("/tmp/gapscale-store-XXXXXX");
    *state = mkdtemp(place);
    return *state && chdir(place) == 0 ? 0 : -1;
}

static inline int sample_remove_place(void **state) {
    char command[200];
    snprintf(command, sizeof command, "rm -rf %s", (char *)*state);
    free(*state);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static inline void sample_write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

static inline void sample_copy(const char *path, const char *copy) {
    char command[100];
    snprintf(command, sizeof command, "cp %s %s", path, copy);
    assert_int_equal(system(command), 0);
}

/* As the config has them, before anything is measured. */
static inline struct results *sample_plan(const char *text, const char *isa) {
    sample_write_text("config.yaml", text);
    struct config *config = config_read("config.yaml", 0, NULL);
    assert_non_null(config);
    struct results *outline = results_outline(config, true), *r = results_create(outline, isa);
    results_free(outline);
    config_free(config);
    return r;
}

/* What is still unknown becomes value(series, field, place). */
static inline void sample_fill(struct results *r, double value(size_t, size_t, size_t)) {
    for (size_t i = 0; i < r->series_count; i++) {
        struct results_field field[RESULTS_FIELDS];
        size_t fields = fields_list(&r->series[i], field);
        for (size_t f = 0; f < fields; f++) {
            for (size_t k = 0; k < results_field_size(&r->series[i], &field[f]); k++) {
                double *x = *field[f].values + k;
                if (isnan(*x)) { *x = value(i, f, k); }
            }
        }
    }
}

static inline double sample_value(size_t series, size_t field, size_t place) {
    return (double)(series + 1) * 1000 + (double)field + 0.001 * (double)place;
}

static inline struct results *sample_results(const char *isa) {
    struct results *r = sample_plan(sample_config, isa);
    sample_fill(r, sample_value);
    for (size_t i = 0; i < r->series_count; i++) {
        r->series[i].lambda[0] = INFINITY;
        r->series[i].lambda[1] = NAN;
    }
    return r;
}

static inline void sample_write(const char *path, const struct results *r) {
    assert_int_equal(store_write(path, r, &sample_provenance), EXIT_DONE);
}

#endif
