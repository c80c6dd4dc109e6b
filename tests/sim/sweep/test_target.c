/* Replicates that double until collapse points are as precise as asked. */
#include "tests/digest.h"
#include "tests/experiment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/results/store.h"
#include "sim/sweep/ranks.h"
#include "sim/sweep/target.h"

#define BETAS "beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 9}\n"
static const double TARGET = 0.04;
static const char text[] =
    "replicates: 3000\ntarget: {collapse: 0.04}\nn: [64, 1e20]\n" BETAS
    "series: [{family: gaussian}, {family: powerlaw, kappa: 0.5}, {name: all, family: gumbel, "
    "target: none, replicates: 700}]\n";

/* That text run by one thread. */
static int set_up(void **state) {
    struct config *config = experiment_config(text);
    *state = experiment_of(config, isa_best(), 1);
    config_free(config);
    return 0;
}

static int tear_down(void **state) {
    results_free(*state);
    return 0;
}

/* All units of a config; free with drop. */
struct computed {
    struct config *config;
    struct unit_plan plan;
    struct experiment_held held;
};

static void compute(struct computed *c, const char *config) {
    c->config = experiment_config(config);
    unit_plan_create(&c->plan, c->config, true);
    c->held = experiment_compute(&c->plan, isa_best(), 2);
}

static void drop(struct computed *c) {
    experiment_drop(&c->held);
    unit_plan_release(&c->plan);
    config_free(c->config);
}

/* The partial of the first cell; the config has one series and one n. */
static struct partial *whole_of(const struct computed *c) {
    struct partial_stack stack = experiment_stack(&c->held, unit_whole(c->plan.cell));
    return partial_close(&stack);
}

static struct partial *without_target(struct computed *c, const char *series, const char *n,
                                      double replicates) {
    char config[400];
    snprintf(config, sizeof config, "replicates: %.0f\nn: [%s]\n" BETAS "series: [{%s}]\n", replicates, n,
             series);
    compute(c, config);
    return whole_of(c);
}

/* Counts are 256, 512, .., at which the errors are small enough and not at half of them; means are those of
 * as many replicates without a target. */
static void test_counts(void **state) {
    static const char *const series[] = {"family: gaussian", "family: powerlaw, kappa: 0.5"}, *const n[] = {
                                                                                                  "64",
                                                                                                  "1e20"};
    const struct results *r = *state;
    for (size_t i = 0; i < 2; i++) {
        const struct results_series *s = &r->series[i];
        for (size_t k = 0; k < 2; k++) {
            const double count = results_replicates(s, k), most = 3000, betas = (double)s->size[RESULTS_BETA];
            struct computed same, half;
            struct partial *whole = without_target(&same, series[i], n[k], count),
                           *before = without_target(&half, series[i], n[k], count == most ? 2048 : count / 2);
            assert_true(count == most || exp2(rint(log2(count))) == count);
            assert_true(count == most || target_error(whole) <= TARGET);
            assert_true(target_error(before) > TARGET);
            for (size_t b = 0; b < s->size[RESULTS_BETA]; b++) {
                assert_true(s->mean[MEASURE_ENTROPY][k * (size_t)betas + b] ==
                            whole->mean[whole->of.cell->layout.at[MEASURE_ENTROPY] + b]);
            }
            partial_free(whole);
            partial_free(before);
            drop(&same);
            drop(&half);
        }
    }
    assert_true(results_replicates(&r->series[0], 0) < 3000);
    assert_int_equal(r->series[2].replicates, 700);
    assert_null(r->series[2].replicates_at);
}

/* What lies beyond the replicates of an n is NaN, and blocks and kept rows before it are not. */
static void test_room(void **state) {
    const struct results *r = *state;
    const struct results_series *s = &r->series[0];
    const size_t kept = results_kept(s, 0), blocks = results_blocks(s, 0), room = s->size[RESULTS_REPLICATE];
    assert_int_equal(room, 3000);
    assert_true(kept == (size_t)s->replicates_at[0] && kept < room);
    assert_int_equal(blocks * RESULTS_BLOCK_LENGTH, kept);
    for (size_t i = 0; i < room; i++) { assert_true(isnan(s->lambda[i]) == (i >= kept)); }
    for (size_t i = 0; i < s->size[RESULTS_BLOCK]; i++) {
        assert_true(isnan(s->block[MEASURE_ENTROPY][i]) == (i >= blocks));
    }
}

/* What a target takes does not hang on the most that it may take, nor do its blocks: pairs of the groups that
 * as many replicates have without it. */
static void test_maximum(void **state) {
    (void)state;
    static const char *const most[] = {"40000", "1000000000"};
    for (size_t k = getenv("GAPSCALE_TEST_QUICK") ? 1 : 0; k < 2; k++) {
        char config[400];
        struct computed same;
        snprintf(config, sizeof config,
                 "replicates: %s\nkeep_replicates: 64\nn: [4]\ntarget: {collapse: 0.01}\n" BETAS
                 "series: [{family: gaussian}]\n",
                 most[k]);
        struct results *r = experiment_sweep(config);
        const struct results_series *s = &r->series[0];
        const size_t betas = s->size[RESULTS_BETA], row = MEASURE_COUNT * betas;
        assert_true(s->replicates_at[0] == 16384);
        assert_int_equal(results_blocks(s, 0), 128);
        assert_true(results_block_size(s, 0, 0) == 128);
        struct partial *whole = without_target(&same, "family: gaussian", "4", s->replicates_at[0]);
        assert_int_equal(partial_groups(&whole->of), 256);
        for (size_t i = 0; i < betas * s->size[RESULTS_BLOCK]; i++) {
            size_t b = i / s->size[RESULTS_BLOCK], g = i % s->size[RESULTS_BLOCK];
            const double *group = whole->group + 2 * g * row + MEASURE_SUSCEPTIBILITY * betas + b,
                         block = s->block[MEASURE_SUSCEPTIBILITY][i];
            assert_true(g < 128 ? block == group[0] + (group[row] - group[0]) * 0.5 : isnan(block));
        }
        partial_free(whole);
        drop(&same);
        results_free(r);
    }
}

/* Groups grow with the replicates so far: at each count they are those of as many without a target. */
static void test_groups(void **state) {
    (void)state;
    const size_t count = 1 << 15;
    struct computed targeted, same;
    compute(&targeted, "replicates: 40000\nkeep_replicates: 64\nn: [4]\ntarget: {collapse: 1e-6}\n" BETAS
                       "series: [{family: gaussian}]\n");
    struct partial_stack stack =
        experiment_stack(&targeted.held, unit_part(targeted.plan.cell, 0, count / RESULTS_BLOCK_LENGTH));
    struct partial *there = partial_close(&stack),
                   *whole = without_target(&same, "family: gaussian", "4", (double)count);
    size_t groups = partial_groups(&whole->of);
    assert_true(partial_group_blocks(&whole->of) == 2 && partial_groups(&there->of) == groups);
    assert_memory_equal(there->group, whole->group,
                        groups * MEASURE_COUNT * whole->of.cell->layout.betas * sizeof(double));
    check_close(target_error(there), target_error(whole), 0);
    partial_free(there);
    partial_free(whole);
    drop(&targeted);
    drop(&same);
}

/* The same for any threads. */
static void test_threads(void **state) {
    struct config *config = experiment_config(text);
    struct results *r = experiment_of(config, isa_best(), 4);
    char one[65], four[65];
    digest_of(*state, one);
    digest_of(r, four);
    assert_string_equal(one, four);
    results_free(r);
    config_free(config);
}

/* Errors shrink as the root of the replicates, of every criterion: within a third, where that of 64 groups
 * has a tenth and all others less; no seed in a thousand would fail. */
static void test_errors(void **state) {
    (void)state;
    static const struct {
        const char *collapse;
        double few, many;
    } cases[] = {{"entropy: [1], participation: [], top_two_ratio: [], susceptibility: false", 512, 2048},
                 {"entropy: [], participation: [0.5], top_two_ratio: [], susceptibility: false", 512, 2048},
                 {"entropy: [], participation: [], top_two_ratio: [0.5], susceptibility: false", 512, 2048},
                 {"entropy: [], participation: [], top_two_ratio: [], susceptibility: true", 2048, 8192}};
    for (size_t i = 0; i < 4; i += getenv("GAPSCALE_TEST_QUICK") ? 3 : 1) {
        char series[200];
        struct computed first, second;
        snprintf(series, sizeof series, "family: gaussian, collapse: {%s}", cases[i].collapse);
        struct partial *few = without_target(&first, series, "1e20", cases[i].few),
                       *many = without_target(&second, series, "1e20", cases[i].many);
        double ratio = target_error(few) / target_error(many), root = sqrt(cases[i].many / cases[i].few);
        assert_true(target_error(few) > 1e-4 && target_error(few) < 0.1);
        check_close(ratio / root, 1, 0.33);
        partial_free(few);
        partial_free(many);
        drop(&first);
        drop(&second);
    }
}

/* Partials of a cell in any order tell what is wanted. */
static void test_order(void **state) {
    (void)state;
    struct computed c;
    compute(&c, text);
    for (size_t i = 0; i < c.plan.cell_count; i++) {
        const struct unit_cell *cell = &c.plan.cell[i];
        struct partial *part[16];
        size_t parts = 0, end = 0;
        if (!(cell->series->target > 0)) { continue; }
        for (size_t k = 0; k < c.held.count; k++) {
            struct partial *p = c.held.partial[k];
            if (p->of.cell != cell) { continue; }
            assert_true(parts < 16);
            part[parts++] = p;
            end = unit_end(&p->of) > end ? unit_end(&p->of) : end;
        }
        for (size_t left_out = 0; left_out < parts; left_out++) {
            struct partial_stack held = {.count = 0};
            for (size_t odd = 0; odd < 2; odd++) {
                for (size_t k = parts; k-- > 0;) {
                    if (k != left_out && k % 2 == odd) { partial_push(&held, experiment_copy(part[k])); }
                }
            }
            struct unit wanted = target_wanted(cell, &held);
            assert_true(wanted.first_block == 0 && unit_end(&wanted) > part[left_out]->of.first_block &&
                        unit_end(&wanted) <= end);
            partial_push(&held, experiment_copy(part[left_out]));
            partial_push(&held, experiment_copy(part[left_out])); /* and again */
            wanted = target_wanted(cell, &held);
            assert_int_equal(wanted.block_count, 0);
            partial_drop(&held);
        }
    }
    drop(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts), cmocka_unit_test(test_room),  cmocka_unit_test(test_threads),
        cmocka_unit_test(test_errors), cmocka_unit_test(test_order), cmocka_unit_test(test_maximum),
        cmocka_unit_test(test_groups),
    };
    return cmocka_run_group_tests_name("target", tests, set_up, tear_down);
}
