/* experiment: configs given as text, read and run in memory. Each fails the test where that is refused. */
#ifndef GAPSCALE_TESTS_EXPERIMENT_H
#define GAPSCALE_TESTS_EXPERIMENT_H

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/memory.h"
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

/* All units of a plan, one by one, sampled ones first. Free `unit` with free(). */
static inline struct unit_list experiment_units(const struct unit_plan *plan) {
    struct unit_list all = unit_shares(plan, 0, 1),
                     units = {0, calloc(unit_amount(&all).units, sizeof *units.unit)};
    for (size_t i = 0; i < all.count; i++) {
        while (all.unit[i].block_count > 0) { units.unit[units.count++] = unit_take(&all.unit[i], 0); }
    }
    free(all.unit);
    return units;
}

/* Partials, one by one, in any order. */
struct experiment_held {
    size_t count;
    struct partial **partial;
};

/* sweep_work.keep into those. */
static inline bool experiment_hold(void *context, const struct partial *partial) {
    struct experiment_held *held = context;
    struct partial *copy = experiment_copy(partial);
#pragma omp critical(experiment)
    {
        held->partial = memory_extend(held->partial, held->count, sizeof *held->partial);
        held->partial[held->count++] = copy;
    }
    return true;
}

static inline void experiment_drop(struct experiment_held *held) {
    for (size_t i = 0; i < held->count; i++) { partial_free(held->partial[i]); }
    free(held->partial);
}

/* Those of some part of a cell again; drop with partial_drop. */
static inline struct partial_stack experiment_stack(const struct experiment_held *held, struct unit of) {
    struct partial_stack stack = {.count = 0};
    for (size_t i = 0; i < held->count; i++) {
        const struct unit *here = &held->partial[i]->of;
        if (unit_is_behind(here, &of) || unit_is_behind(&of, here)) { continue; }
        partial_push(&stack, experiment_copy(held->partial[i]));
    }
    return stack;
}

/* What of the sampled units is wanted next. Free `unit` with free(). */
static inline struct unit_list experiment_missing(const struct unit_plan *plan,
                                                  const struct experiment_held *held) {
    struct unit_list list = {0, calloc(plan->cell_count, sizeof *list.unit)};
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct unit_cell *c = &plan->cell[i];
        struct partial_stack stack = experiment_stack(held, unit_whole(c));
        const size_t there = stack.count > 0 ? unit_end(&stack.held[stack.count - 1]->of) : 0;
        const struct unit wanted = c->series->target > 0 ? target_wanted(c, &stack) : unit_whole(c);
        partial_drop(&stack);
        if (unit_end(&wanted) > there) {
            list.unit[list.count++] = unit_part(c, there, unit_end(&wanted) - there);
        }
    }
    return list;
}

/* The sampled units of a plan that are wanted. Free with experiment_drop. */
static inline struct experiment_held experiment_compute(const struct unit_plan *plan, const struct isa *isa,
                                                        int threads) {
    struct experiment_held held = {.count = 0};
    struct sweep_work work = {
        .plan = plan, .isa = isa, .threads = threads, .keep = experiment_hold, .context = &held};
    for (bool more = true; more;) {
        struct unit_list list = experiment_missing(plan, &held);
        more = list.count > 0;
        assert_int_equal(ranks_lead(&work, &list), EXIT_DONE);
        free(list.unit);
    }
    return held;
}

/* Results of all units of a plan that were wanted, of exact values too where there are any. Free with
 * results_free. */
static inline struct results *experiment_collect(const struct unit_plan *plan, const char *isa,
                                                 const struct experiment_held *held) {
    struct results *results = results_create(plan->outline, isa);
    struct unit_list all = unit_shares(plan, 0, 1);
    for (size_t i = 0; i < all.count; i++) {
        struct partial_stack stack = experiment_stack(held, all.unit[i]);
        struct partial *whole = partial_close(&stack);
        if (whole) { partial_collect(whole, results); }
        partial_free(whole);
    }
    free(all.unit);
    return results;
}

/* Sampled, without exact values. Free with results_free. */
static inline struct results *experiment_of(const struct config *config, const struct isa *isa, int threads) {
    struct unit_plan plan;
    unit_plan_create(&plan, config, true);
    struct experiment_held held = experiment_compute(&plan, isa, threads);
    struct results *results = experiment_collect(&plan, isa->name, &held);
    experiment_drop(&held);
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
