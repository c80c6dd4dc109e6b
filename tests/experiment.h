/* experiment: configs given as text, read and run in memory. Each fails the test where that is refused. */
#ifndef GAPSCALE_TESTS_EXPERIMENT_H
#define GAPSCALE_TESTS_EXPERIMENT_H

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "sim/config/config_read.h"
#include "sim/sweep/exact.h"
#include "sim/sweep/ranks.h"
#include "sim/sweep/record.h"
#include "sim/sweep/sweep.h"
#include "sim/sweep/target.h"

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

/* The same again. */
static inline struct partial *experiment_copy(const struct partial *p) {
    size_t length = 0;
    uint8_t *record = record_append(p, NULL, &length);
    struct partial *copy = record_read(record, length, &p->of);
    assert_non_null(copy);
    free(record);
    return copy;
}

/* sweep_work.keep into an array of partials, by unit. */
struct experiment_held {
    const struct unit_plan *plan;
    struct partial **partial;
};
static inline bool experiment_hold(void *context, const struct partial *partial) {
    const struct experiment_held *held = context;
    held->partial[unit_range_of(held->plan, &partial->of).first] = experiment_copy(partial);
    return true;
}

/* What of the sampled units is wanted next, unit by unit. Free `range` with free(). */
static inline struct unit_list experiment_missing(const struct unit_plan *plan, struct partial **partial) {
    struct unit_list list = {0, calloc(plan->unit_count, sizeof *list.range)};
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct unit_cell *c = &plan->cell[i];
        struct partial_stack held = {.count = 0};
        struct unit_range wanted = unit_of_whole(c);
        for (size_t k = wanted.first; c->series->target > 0 && k < wanted.end; k++) {
            if (partial[k]) { partial_push(&held, experiment_copy(partial[k])); }
        }
        if (c->series->target > 0) { wanted = target_wanted(plan, c, &held); }
        partial_drop(&held);
        for (size_t k = wanted.first; k < wanted.end; k++) {
            if (!partial[k]) { list.range[list.count++] = (struct unit_range){k, k + 1}; }
        }
    }
    return list;
}

/* The sampled units of a plan into an array, [unit_plan_size], NULL where none was wanted. Free with free().
 */
static inline struct partial **experiment_compute(const struct unit_plan *plan, const struct isa *isa,
                                                  int threads) {
    struct partial **partial = calloc(unit_plan_size(plan), sizeof *partial);
    struct experiment_held held = {plan, partial};
    struct sweep_work work = {
        .plan = plan, .isa = isa, .threads = threads, .keep = experiment_hold, .context = &held};
    for (bool more = true; more;) {
        struct unit_list list = experiment_missing(plan, partial);
        more = list.count > 0;
        assert_int_equal(ranks_lead(&work, &list, &(struct progress){.quiet = true}), EXIT_DONE);
        free(list.range);
    }
    return partial;
}

/* Results of partials of all units of a plan that were wanted, those of exact values too where there are any;
 * takes them. Free with results_free. */
static inline struct results *experiment_collect(const struct unit_plan *plan, const char *isa,
                                                 struct partial **partial) {
    struct results *results = results_create(plan->outline, isa);
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct unit_cell *c = &plan->cell[i];
        struct partial_stack stack = {.count = 0};
        for (size_t k = c->first_unit; k < c->first_unit + c->unit_count; k++) {
            if (partial[k]) { partial_push(&stack, partial[k]); }
        }
        struct partial *whole = partial_close(&stack), *exact = partial[plan->unit_count + i];
        partial_collect(whole, results);
        if (exact) { partial_collect(exact, results); }
        partial_free(whole);
        partial_free(exact);
    }
    return results;
}

/* Sampled, without exact values. Free with results_free. */
static inline struct results *experiment_of(const struct config *config, const struct isa *isa, int threads) {
    struct unit_plan plan;
    unit_plan_create(&plan, config, true);
    struct partial **partial = experiment_compute(&plan, isa, threads);
    struct results *results = experiment_collect(&plan, isa->name, partial);
    free(partial);
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
