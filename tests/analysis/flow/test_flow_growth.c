/* Growth of modes from step to step, measured against predictions.
 *
 * Fixed seeds. Statistical tests, were the seeds drawn anew: 40 comparisons at 5 standard errors (6e-7 each
 * for normal errors) and 13 tests of all modes together at 1e-4: below 2e-3 for the whole file. */
#include "analysis/flow/flow_growth.h"
#include "analysis/flow/flow_verdict.h"
#include "analysis/statistics/hotelling.h"
#include "tests/test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const double least_joint_pvalue = 1e-4, standard_errors = 5;

static bool quick(void) { return getenv("GAPSCALE_TEST_QUICK") != NULL; }

struct measured {
    double *product;
    struct estimate *estimate;
};

static struct measured measure(const struct flow_design *design) {
    struct measured m = {
        malloc(design->replicates * (design->steps + 1) * design->modes * sizeof(double)),
        malloc(design->steps * design->modes * sizeof(struct estimate)),
    };
    assert_true(m.product && m.estimate);
    modes_measure(design, NULL, m.product);
    flow_growth_estimate(design, m.product, m.estimate);
    return m;
}

static void measured_free(struct measured *m) {
    free(m->product);
    free(m->estimate);
}

/* p-value of all modes together after one step. */
static double agreement(const struct flow_design *design, const double *product, const double *growth) {
    double *residual = malloc(design->replicates * design->modes * sizeof *residual);
    assert_non_null(residual);
    flow_growth_residual(design, product, 1, growth, residual);
    double pvalue = hotelling_test(design->replicates, design->modes, residual).pvalue;
    free(residual);
    return pvalue;
}

/* The first step against the prediction at n tokens, mode by mode and all together; N_eff is so large that
 * what is beyond 1/n is a fraction of the errors. */
static void test_growth(void **state) {
    (void)state;
    const struct flow_design designs[] = {
        {.dimension = 2, .count = 2048, .beta = 12, .tau = INFINITY, .modes = 6},
        {.dimension = 2, .count = 2048, .beta = 12, .tau = 0.7, .modes = 6},
        {.dimension = 3, .count = 2048, .beta = 6, .tau = INFINITY, .modes = 5},
        {.dimension = 3, .count = 1024, .beta = 3, .tau = 1.5, .modes = 4},
        {.dimension = 5, .count = 2048, .beta = 3, .tau = INFINITY, .modes = 4},
        {.dimension = 8, .count = 2048, .beta = 1.5, .tau = INFINITY, .modes = 3},
    };
    for (size_t k = 0; k < 6; k += quick() ? 3 : 1) {
        struct flow_design design = designs[k];
        design.steps = 1;
        design.replicates = quick() ? 12 : 80;
        design.seed = 11 + k;
        design.threads = 2;
        struct measured m = measure(&design);
        double growth[6], d = (double)design.dimension, log_n = log((double)design.count);
        for (unsigned l = 1; l <= design.modes; l++) {
            growth[l - 1] = sphere_mode_growth_finite(d, design.beta, log_n, design.tau, l);
            const struct estimate *e = &m.estimate[l - 1];
            check_close((e->value - growth[l - 1]) / e->error, 0, standard_errors);
            assert_true(quick() || e->error < 0.05 * (growth[l - 1] - 1)); /* or the test says nothing */
        }
        double all = agreement(&design, m.product, growth);
        if (!(all > least_joint_pvalue)) { fail_msg("setting %zu: p = %g", k, all); }
        for (unsigned l = 1; l <= design.modes; l++) { growth[l - 1] = 1 + 1.3 * (growth[l - 1] - 1); }
        assert_true(quick() || agreement(&design, m.product, growth) < 1e-6);
        measured_free(&m);
    }
}

/* Few tokens, many replicates: the correction of order 1/n itself. What is beyond it is at most
 * (2/N_eff)^2, and the correction is seen to 10%. */
static void test_growth_of_few_tokens(void **state) {
    (void)state;
    const struct flow_design designs[] = {
        {.dimension = 2, .count = 256, .beta = 16, .tau = INFINITY, .modes = 4},
        {.dimension = 3, .count = 256, .beta = 6, .tau = INFINITY, .modes = 3},
        {.dimension = 3, .count = 256, .beta = 6, .tau = 0.5, .modes = 3},
    };
    for (size_t k = 0; k < 3; k++) {
        struct flow_design design = designs[k];
        design.steps = 1;
        design.replicates = quick() ? 125 : 4000;
        design.seed = 31 + k;
        design.threads = 2;
        struct measured m = measure(&design);
        double d = (double)design.dimension, log_n = log((double)design.count);
        double beyond = 4 * exp(-2 * (log_n + sphere_log_partition(d, design.beta)));
        for (unsigned l = 1; l <= design.modes; l++) {
            double finite = sphere_mode_growth_finite(d, design.beta, log_n, design.tau, l);
            double all = sphere_mode_growth_finite(d, design.beta, INFINITY, design.tau, l);
            const struct estimate *e = &m.estimate[l - 1];
            check_close(e->value, finite, standard_errors * e->error + beyond * (all - 1));
            assert_true(quick() || e->error < 0.1 * (all - finite));
        }
        measured_free(&m);
    }
}

/* A perturbation that is really there grows by the same factor: eps = 0.2 about the first axis. The squares
 * of the amplitude, of order eps^2, do not reach the mode itself on the circle; what is left is eps^2/2. */
static void test_followed_mode(void **state) {
    (void)state;
    struct flow_design design = {.dimension = 2,
                                 .count = 2048,
                                 .beta = 12,
                                 .tau = INFINITY,
                                 .modes = 1,
                                 .steps = 1,
                                 .replicates = quick() ? 10 : 200,
                                 .seed = 5,
                                 .threads = 2};
    enum { BINS = 16 };
    double *amplitude = malloc(2 * design.replicates * sizeof *amplitude);
    double *part = malloc(2 * BINS * design.replicates * sizeof *part);
    struct estimate density[2 * BINS];
    double eps = 0.2, ratio = 0, square = 0, first = 0, count = (double)design.replicates;
    assert_true(amplitude && part);
    modes_follow(&design, 4, eps, NULL, amplitude, BINS, part);
    for (size_t b = 0; b < 2 * BINS; b++) {
        density[b] = estimate_mean(design.replicates, 2 * BINS, part + b);
    }
    for (size_t r = 0; r < design.replicates; r++) { first += amplitude[2 * r] / count; }
    double growth = sphere_mode_growth_finite(2, 12, log(2048), INFINITY, 4);
    for (size_t r = 0; r < design.replicates; r++) {
        double x = amplitude[2 * r + 1] - growth * amplitude[2 * r];
        ratio += x / count;
        square += x * x / count;
    }
    check_close(first, eps, standard_errors * sqrt(2 / (2048 * count)));
    check_close(ratio, 0, standard_errors * sqrt(square / count) + eps * eps * eps / 2);
    for (size_t s = 0; s < 2; s++) {
        double mean = 0, mode = 0;
        for (size_t b = 0; b < BINS; b++) {
            mean += density[s * BINS + b].value / BINS;
            mode += density[s * BINS + b].value * cos(4 * (2 * M_PI * ((double)b + 0.5) / BINS - M_PI)) * 2 /
                    BINS;
        }
        check_close(mean, 1, 1e-12);
        double seen = M_PI_4 / sin(M_PI_4); /* bins flatten the mode */
        double sum = 0;
        for (size_t r = 0; r < design.replicates; r++) { sum += amplitude[2 * r + s] / count; }
        check_close(mode * seen, sum, 0.02);
    }
    /* Before the step tokens are independent: counts are binomial, their variance known to 10%. */
    double share = 0;
    for (size_t b = 0; b < BINS; b++) {
        double p = density[b].value / BINS;
        share += density[b].error * density[b].error / (p * (1 - p) * BINS * BINS / (2048 * count)) / BINS;
    }
    check_close(share, 1, standard_errors * sqrt(2 / (count * (BINS - 1))));
    free(amplitude);
    free(part);
}

static void test_extrapolation(void **state) {
    (void)state;
    const struct flow_design many = {.count = 2001}, few = {.count = 1000};
    check_relative(flow_growth_extrapolate(&many, 3 - 5 / 2001.0, &few, 3 - 5 / 1000.0), 3, 1e-14);
}

/* p-value of all modes together after a step: as they are, or extrapolated from two sizes. */
static double later_agreement(const struct flow_design design[2], const struct measured m[2], unsigned step,
                              const double *growth, bool extrapolated) {
    size_t size = design[0].replicates * design[0].modes;
    double *residual = malloc(2 * size * sizeof *residual);
    assert_non_null(residual);
    for (size_t k = 0; k < 2; k++) {
        flow_growth_residual(&design[k], m[k].product, step, growth, residual + k * size);
    }
    for (size_t i = 0; extrapolated && i < size; i++) {
        residual[i] = flow_growth_extrapolate(&design[0], residual[i], &design[1], residual[size + i]);
    }
    double pvalue = hotelling_test(design[0].replicates, design[0].modes, residual).pvalue;
    free(residual);
    return pvalue;
}

/* Later steps: no closed form at n, but n and n/2 tokens give the limit to order 1/n^2. With many replicates
 * the correction of order 1/n is seen: without extrapolation the limit is refuted. So is the growth of one
 * step times 1.1, to the power of the step. */
static void test_growth_of_later_steps(void **state) {
    (void)state;
    const struct flow_design designs[] = {
        {.dimension = 2, .count = 512, .beta = 6, .tau = INFINITY, .modes = 3, .steps = 2},
        {.dimension = 2, .count = 512, .beta = 4, .tau = 2, .modes = 3, .steps = 3},
        {.dimension = 3, .count = 511, .beta = 3, .tau = INFINITY, .modes = 3, .steps = 2},
    };
    for (size_t k = 0; k < (quick() ? 1 : 3); k++) {
        struct flow_design design[2] = {designs[k], designs[k]};
        struct measured m[2];
        double right[3], wrong[3], d = (double)designs[k].dimension;
        design[1].count /= 2;
        for (size_t i = 0; i < 2; i++) {
            design[i].replicates = quick() ? 150 : 600;
            design[i].seed = 51 + k;
            design[i].threads = 2;
            m[i] = measure(&design[i]);
        }
        for (unsigned s = 2; s <= designs[k].steps; s++) {
            for (unsigned l = 1; l <= 3; l++) {
                double growth = sphere_mode_growth_finite(d, designs[k].beta, INFINITY, designs[k].tau, l);
                right[l - 1] = pow(growth, s);
                wrong[l - 1] = pow(1.1 * growth, s);
            }
            double pvalue = later_agreement(design, m, s, right, true);
            if (!(pvalue > least_joint_pvalue)) { fail_msg("setting %zu, step %u: p = %g", k, s, pvalue); }
            assert_true(later_agreement(design, m, s, wrong, true) < 1e-6);
            assert_true(quick() || later_agreement(design, m, s, right, false) < 1e-6);
        }
        measured_free(&m[0]);
        measured_free(&m[1]);
    }
}

/* More replicates do not help where order 1/n says too little; what is seen there is not called unseen. */
static void test_remedies(void **state) {
    (void)state;
    char sentence[FLOW_SENTENCE];
    struct flow_verdict v = {
        .step = 1, .count = 3, .still.pvalue = 0.5, .grown.pvalue = 1e-5, .neglected = 0.1};
    assert_non_null(
        strstr(flow_verdict_sentence(&v, sentence), "take more replicates, more tokens or another"));
    v.neglected = 1e4;
    assert_non_null(strstr(flow_verdict_sentence(&v, sentence), "take more tokens or another beta"));
    assert_null(strstr(sentence, "replicates"));
    assert_int_equal(flow_verdict_kind(&v), VERDICT_UNDECIDED);
    v.grown.pvalue = 1e-7;
    assert_null(strstr(flow_verdict_sentence(&v, sentence), "can be seen"));
    v = (struct flow_verdict){.step = 1, .count = 3, .agreement.pvalue = 0.5, .growths.pvalue = 0.5};
    assert_int_equal(flow_verdict_kind(&v), VERDICT_SUPPORTED);
    v.still.chi_square = 50;
    v.grown.chi_square = 80;
    assert_non_null(strstr(flow_verdict_sentence(&v, sentence), "(no growth: 50)"));
    v.still.pvalue = 0.5; /* what is seen by its own errors alone */
    assert_non_null(strstr(flow_verdict_sentence(&v, sentence), "(no growth: 80)"));
    v.growths.pvalue = 1e-7;
    assert_int_equal(flow_verdict_kind(&v), VERDICT_UNDECIDED);
    assert_non_null(strstr(flow_verdict_sentence(&v, sentence), "take more replicates"));
    v.agreement.pvalue = 1e-4;
    assert_int_equal(flow_verdict_kind(&v), VERDICT_REFUTED);
    v.agreement.pvalue = NAN;
    assert_int_equal(flow_verdict_kind(&v), VERDICT_UNDECIDED);
    assert_non_null(
        strstr(flow_verdict_sentence(&v, sentence), "the prediction to order 1/n is not as sharp"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remedies),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_growth_of_few_tokens),
        cmocka_unit_test(test_followed_mode),
        cmocka_unit_test(test_extrapolation),
        cmocka_unit_test(test_growth_of_later_steps),
    };
    return cmocka_run_group_tests_name("flow_growth", tests, NULL, NULL);
}
