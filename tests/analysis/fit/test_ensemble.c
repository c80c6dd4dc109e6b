/* Collapse points of curves whose roots are known, their errors, and what is said where there is none. */
#include "tests/analysis/handmade.h"
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analysis/fit/ensemble.h"
#include "analysis/fit/peak.h"
#include "models/oracle/oracle.h"
#include "sim/sweep/exact.h"

static void roots_are_found(void **state) {
    (void)state;
    struct results *results = handmade_results(&(struct handmade_shape){1, 65, 1, 0, 100}, "gaussian");
    struct results_series *s = &results->series[0];
    const double log_n = 12, centre = 0.3, noise = 0.01;
    handmade_fill(s, 0, log_n, 0, centre, noise);
    /* Cubic Hermite: error below h^4/384 max|H''''| / slope, with h = .087 and H'''' < 2 log n */
    double root = centre + handmade_entropy_root(log_n, 1);
    struct ensemble_point point = ensemble_collapse(s, 0, &s->criterion[0]);
    assert_int_equal(point.state, ENSEMBLE_FOUND);
    check_close(point.log_ratio, root, 2e-6);
    check_relative(point.se, noise / (-log_n * handmade_slope(root - centre)), 1e-3);
    assert_true(point.grid_error < 1e-4);
    for (size_t k = 1; k < 3;
         k++) { /* Steffen's slopes are off by h^2/6 y''', the root by h/8 of their difference */
        root = k == 1 ? -handmade_half_root() : handmade_half_root();
        point = ensemble_collapse(s, 0, &s->criterion[k]);
        assert_int_equal(point.state, ENSEMBLE_FOUND);
        check_close(point.log_ratio, centre + root, 5e-5);
        check_relative(point.se, noise / (-2 * M_SQRT1_2 * handmade_slope(root)), 0.01);
        assert_true(point.grid_error < 1e-3);
    }
    point = ensemble_collapse(s, 0, &s->criterion[3]);
    assert_int_equal(point.state, ENSEMBLE_FOUND);
    check_close(point.log_ratio, centre, 1e-3); /* parabola: h^2 times the skewness over the nearest points */
    results_free(results);
}

/* A deterministic row with one score above a plateau of e^L others, Lambda^typ = L: with x = e^{L - beta},
 * H = log(1 + x) + beta x/(1 + x) and chi = beta^2 x/(1 + x)^2. */
static double plateau_entropy(double l, double beta, double *chi) {
    double weight = 1 / (1 + exp(beta - l)),
           log_z = l > beta ? l - beta + log1p(exp(beta - l)) : log1p(exp(l - beta));
    *chi = beta * beta * weight * (1 - weight);
    return log_z + beta * weight;
}

static double plateau_root(double l) {
    double low = 0, high = 4 * l, chi;
    while (high - low > 1e-13 * high) {
        double middle = (low + high) / 2;
        if (plateau_entropy(l, middle, &chi) > 1) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return log(low / l);
}

/* The steepest collapse there is, on 65 betas: the point is within its stated grid error. */
static void steep_collapses_are_owned_up_to(void **state) {
    (void)state;
    const double lengths[] = {5.5, 11, 20, 46, 100, 230, 700};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        double l = lengths[i];
        struct results *results = handmade_results(&(struct handmade_shape){1, 65, 1, 0, 100}, "plateau");
        struct results_series *s = &results->series[0];
        handmade_fill(s, 0, l, 0, 0, 0);
        for (size_t b = 0; b < 65; b++) {
            s->mean[MEASURE_ENTROPY][b] =
                plateau_entropy(l, l * s->beta_ratio[b], &s->mean[MEASURE_SUSCEPTIBILITY][b]);
        }
        struct ensemble_point point = ensemble_collapse(s, 0, &s->criterion[0]);
        assert_int_equal(point.state, ENSEMBLE_FOUND);
        check_close(point.log_ratio, plateau_root(l), point.grid_error);
        check_close(point.log_ratio, plateau_root(l), l < 50 ? 1e-4 : 5e-3);
        assert_true(l < 50 || point.grid_error > 5e-3);
        assert_true(point.se == 0);
        results_free(results);
    }
}

/* On grids in any phase: the maximum of a plateau's chi is within the stated error, or no point is given. */
static void maxima_are_within_their_errors(void **state) {
    (void)state;
    const double lengths[] = {5.5, 11, 20, 46, 100, 230};
    size_t found = 0;
    for (size_t i = 0; i < 6 * 16; i++) {
        double l = lengths[i / 16], step = 0.02 * (double)(1 + i % 4), phase = step * (double)(i / 4 % 4) / 4,
               low = l, high = l + 5;
        while (high - low > 1e-12 * l) { /* d log chi/d log beta = 2 - beta tanh((beta - l)/2) */
            double middle = (low + high) / 2;
            *(2 > middle * tanh((middle - l) / 2) ? &low : &high) = middle;
        }
        const double best = log(low / l);
        struct results *results = handmade_results(&(struct handmade_shape){1, 65, 1, 0, 100}, "plateau");
        struct results_series *s = &results->series[0];
        handmade_fill(s, 0, l, 0, 0, 0);
        for (size_t b = 0; b < 65; b++) {
            s->beta_ratio[b] = exp(best + phase + step * ((double)b - 32));
            s->mean[MEASURE_ENTROPY][b] =
                plateau_entropy(l, l * s->beta_ratio[b], &s->mean[MEASURE_SUSCEPTIBILITY][b]);
        }
        struct ensemble_point point = ensemble_collapse(s, 0, &s->criterion[3]);
        if (point.state == ENSEMBLE_FOUND) {
            found++;
            check_close(point.log_ratio, best, point.grid_error + 1e-9);
        } else {
            assert_int_equal(point.state, ENSEMBLE_NO_GRID);
            assert_true(step * l > 1); /* the width of the maximum is 1/l */
        }
        results_free(results);
    }
    assert_true(found >= 48);
}

/* chi = 1 - k (x - top)^2 is found to rounding; the parabola through log chi is off, on either side by as
 * much. */
static void steps_err_alike_on_both_sides(void **state) {
    (void)state;
    const double k = 0.8, step = 0.25, top = 0.06;
    struct peak found[2];
    for (int side = 0; side < 2; side++) {
        const double at = side ? top : -top;
        double x[3], chi[3], entropy[3];
        for (int i = 0; i < 3; i++) {
            x[i] = step * (i - 1);
            chi[i] = 1 - k * pow(x[i] - at, 2);
            entropy[i] = 5 - x[i] + k * pow(x[i] - at, 3) / 3;
        }
        found[side] = peak_between(x, chi, entropy);
        check_close(found[side].x, at, 1e-9);
        const double rise = log(chi[2] / chi[0]), bend = log(chi[0] * chi[2] / (chi[1] * chi[1]));
        check_close(found[side].grid_error, fabs(-step * rise / (2 * bend) - at), 1e-9);
    }
    check_close(found[0].grid_error, found[1].grid_error, 1e-9);
}

/* The exact curve with a known bend of 1%: where the sharp maximum then is does not depend on the grid. */
static void maxima_beside_the_exact_mean(void **state) {
    (void)state;
    const double log_n[] = {11, 230, 2000}, bend = 0.01, sigma[FAMILY_PARAMETERS] = {1};
    for (size_t i = 0; i < 3 * 4; i++) {
        double l = log_n[i / 4], curvature;
        struct results *results = handmade_results(&(struct handmade_shape){1, 33, 1, 0, 100}, "gaussian");
        struct results_series *s = &results->series[0];
        struct oracle *oracle = oracle_create(s->family, sigma, l);
        double exact = oracle_collapse_susceptibility(oracle, &curvature);
        handmade_fill(s, 0, l, 0, 0, 0);
        s->exact_collapse[3] = exact;
        s->exact_entropy[0] = 1; /* a file that lacks the curve about the maximum alone */
        for (size_t b = 0; b < 33; b++) {
            double x = 0.17 * ((double)b - 16 + 0.25 * (double)(i % 4));
            s->beta_ratio[b] = exp(x);
            s->mean[MEASURE_SUSCEPTIBILITY][b] =
                oracle_susceptibility(oracle, s->beta_ratio[b], NULL) * exp(bend * x);
        }
        exact_fill(results, 1);
        size_t known = 0;
        for (size_t b = 0; b < 33; b++) { known += !isnan(s->exact_susceptibility[b]); }
        assert_int_equal(known, 3);
        check_relative(s->exact_collapse_curvature[3], curvature, 1e-12);
        struct ensemble_point point = ensemble_collapse(s, 0, &s->criterion[3]);
        double chi[41], step = 1e-4; /* uphill by the bend, and the parabola through the three highest */
        size_t top = 1;
        for (size_t b = 0; b < 41; b++) {
            double x = log(exact) + step * (double)b;
            chi[b] = oracle_susceptibility(oracle, exp(x), NULL) * exp(bend * x);
        }
        for (size_t b = 2; b < 40; b++) {
            if (chi[b] > chi[top]) { top = b; }
        }
        double rise = chi[top + 1] - chi[top - 1], fall = 2 * chi[top] - chi[top + 1] - chi[top - 1],
               best = log(exact) + step * ((double)top + rise / (2 * fall));
        assert_int_equal(point.state, ENSEMBLE_FOUND);
        check_close(point.log_ratio, best, 3e-5);
        assert_true(point.grid_error < 1e-5);
        oracle_free(oracle);
        results_free(results);
    }
}

/* A collapse that begins at a beta of the grid, with a slope of 10^4 there: the point near the next beta is
 * not thrown back to this one, and the grid owns up to a whole step. */
static void slopes_too_steep_are_limited(void **state) {
    (void)state;
    struct results *results = handmade_results(&(struct handmade_shape){1, 65, 1, 0, 100}, "stretched");
    struct results_series *s = &results->series[0];
    handmade_fill(s, 0, 1e4, 0, 0, 1e-3);
    for (size_t b = 0; b < 65; b++) {
        double ratio = s->beta_ratio[b];
        s->mean[MEASURE_ENTROPY][b] = b < 32 ? 1e4 : b == 32 ? 3e3 : 1 / ratio;
        s->mean[MEASURE_SUSCEPTIBILITY][b] = b < 32 ? 0 : b == 32 ? 3e7 : 1 / ratio;
    }
    struct ensemble_point point = ensemble_collapse(s, 0, &s->criterion[0]);
    double step = log(s->beta_ratio[33] / s->beta_ratio[32]);
    assert_int_equal(point.state, ENSEMBLE_FOUND);
    assert_true(point.log_ratio > 0.5 * step && point.log_ratio < step);
    check_relative(point.grid_error, step, 1e-9);
    results_free(results);
}

static void missing_points_are_named(void **state) {
    (void)state;
    struct results *results = handmade_results(&(struct handmade_shape){1, 65, 1, 0, 100}, "gaussian");
    struct results_series *s = &results->series[0];
    const struct criterion *entropy = &s->criterion[0], *participation = &s->criterion[1],
                           *susceptibility = &s->criterion[3];
    handmade_fill(s, 0, 12, 0, -10, 0.01);
    assert_int_equal(ensemble_collapse(s, 0, entropy).state, ENSEMBLE_BELOW);
    assert_int_equal(ensemble_collapse(s, 0, participation).state, ENSEMBLE_BELOW);
    assert_int_equal(ensemble_collapse(s, 0, susceptibility).state, ENSEMBLE_NO_MAXIMUM);
    handmade_fill(s, 0, 12, 0, 10, 0.01);
    assert_int_equal(ensemble_collapse(s, 0, entropy).state, ENSEMBLE_ABOVE);
    assert_int_equal(ensemble_collapse(s, 0, participation).state, ENSEMBLE_ABOVE);
    handmade_fill(s, 0, M_LN2, 0, 0, 0.01);
    assert_int_equal(ensemble_collapse(s, 0, entropy).state, ENSEMBLE_SHORT);
    assert_int_equal(ensemble_collapse(s, 0, participation).state, ENSEMBLE_SHORT);
    handmade_fill(s, 0, 12, 0, 0, 0.01);
    s->mean[MEASURE_ENTROPY][30] = NAN;
    assert_int_equal(ensemble_collapse(s, 0, entropy).state, ENSEMBLE_NO_VALUES);
    assert_true(isnan(ensemble_collapse(s, 0, entropy).log_ratio));
    handmade_fill(s, 0, 12, 0, 0, 0.01);
    s->beta_ratio[0] = 0; /* an absolute beta below the range of a double in units of lambda_typ */
    assert_int_equal(ensemble_collapse(s, 0, entropy).state, ENSEMBLE_NO_VALUES);
    results_free(results);

    results = handmade_results(&(struct handmade_shape){1, 1, 1, 0, 100}, "gaussian");
    handmade_fill(&results->series[0], 0, 12, 0, 0, 0.01);
    for (size_t k = 0; k < 4; k++) {
        assert_int_equal(ensemble_collapse(&results->series[0], 0, &results->series[0].criterion[k]).state,
                         ENSEMBLE_NO_GRID);
    }
    results_free(results);
}

/* Replicates whose curves are shifted by independent normals of this standard deviation in x. */
static const double shift_sd = 0.4;

/* The mean over shifts, by the trapezoidal rule (exact to rounding for so smooth a function). */
static double shifted_mean(double x) {
    double sum = 0, weights = 0;
    for (int i = -320; i <= 320; i++) {
        double z = i / 40.0, weight = exp(-z * z / 2);
        sum += weight * handmade_logistic(x - shift_sd * z);
        weights += weight;
    }
    return sum / weights;
}

static double shifted_root(double level) {
    double low = -5, high = 5;
    while (high - low > 1e-12) {
        double middle = (low + high) / 2;
        if (shifted_mean(middle) > level) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Draws all replicates of one experiment and fills in means, errors and blocks. */
static void fill_noisy(struct results_series *s, gsl_rng *random, double log_n) {
    enum { MEASURED = 2 };
    const enum measure measure[MEASURED] = {MEASURE_ENTROPY, MEASURE_SUSCEPTIBILITY};
    size_t betas = s->size[RESULTS_BETA], blocks = s->size[RESULTS_BLOCK], total = s->replicates;
    double *shift = malloc(total * sizeof *shift);
    for (size_t r = 0; r < total; r++) { shift[r] = gsl_ran_gaussian(random, shift_sd); }
    for (size_t b = 0; b < betas; b++) {
        double x = log(s->beta_ratio[b]), sum[MEASURED] = {0}, squares[MEASURED] = {0};
        for (size_t g = 0; g < blocks; g++) {
            double part[MEASURED] = {0};
            for (size_t r = g * total / blocks; r < (g + 1) * total / blocks; r++) {
                double value[] = {log_n * handmade_logistic(x - shift[r]),
                                  -log_n * handmade_slope(x - shift[r])};
                for (size_t m = 0; m < MEASURED; m++) {
                    part[m] += value[m];
                    squares[m] += value[m] * value[m];
                }
            }
            for (size_t m = 0; m < MEASURED; m++) {
                s->block[measure[m]][b * blocks + g] = part[m] / s->block_size[g];
                sum[m] += part[m];
            }
        }
        for (size_t m = 0; m < MEASURED; m++) {
            double count = (double)total, mean = sum[m] / count;
            s->mean[measure[m]][b] = mean;
            s->se[measure[m]][b] = sqrt((squares[m] / count - mean * mean) / (count - 1));
        }
    }
    free(shift);
}

/* 400 experiments of 1024 replicates. Covered by 1.96 se: outside 362..395 with probability 8e-5 if the true
 * coverage is 95%. The jackknife over 16 blocks and the bootstrap agree on average: their variances have
 * relative standard deviation sqrt(2/15), so the mean ratio is off by 7.3% with probability 6e-5 (4 sigma);
 * the bootstrap's 400 samples add sqrt(2/400) to that. */
static void errors_cover(void **state) {
    (void)state;
    enum { EXPERIMENTS = 400 };
    const double log_n = 12;
    struct results *results = handmade_results(&(struct handmade_shape){1, 33, 16, 0, 1024}, "gaussian");
    struct results_series *s = &results->series[0];
    handmade_fill(s, 0, log_n, 0, 0, 0);
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 20260512);
    double truth = shifted_root(1 / log_n), ratio = 0, bootstrap = 0;
    int covered = 0;
    for (int e = 0; e < EXPERIMENTS; e++) {
        fill_noisy(s, random, log_n);
        struct ensemble_point point = ensemble_collapse(s, 0, &s->criterion[0]);
        assert_int_equal(point.state, ENSEMBLE_FOUND);
        covered += fabs(point.log_ratio - truth) < 1.96 * point.se;
        ratio += pow(ensemble_jackknife(s, 0, &s->criterion[0]) / point.se, 2) / EXPERIMENTS;
        bootstrap += pow(ensemble_bootstrap(s, 0, &s->criterion[0]) / point.se, 2) / EXPERIMENTS;
    }
    gsl_rng_free(random);
    results_free(results);
    assert_in_range(covered, 362, 395);
    check_close(ratio, 1, 0.073);
    check_close(bootstrap, 1, 0.075);
}

/* Blocks of 32 and 96 rows whose H is off by e/rows: each moves the mean by as much. A collapse point moves
 * by that over the slope 2 (1 - 1/log n) of H = 1. Of 15 draws from 16 blocks, the error has 1/15 for 1/16 of
 * the squares, some 2 % more since the rows that are drawn vary, and 3.5 % of noise of its own from 400
 * resamples. */
static void bootstrap_weighs_blocks(void **state) {
    (void)state;
    enum { BETAS = 33, BLOCKS = 16 };
    const double log_n = 12, most = 1.6;
    struct results *results =
        handmade_results(&(struct handmade_shape){1, BETAS, BLOCKS, 0, 1024}, "gaussian");
    struct results_series *s = &results->series[0];
    handmade_fill(s, 0, log_n, 0, 0, 0.01);
    for (size_t g = 0; g < BLOCKS; g++) {
        s->block_size[g] = g % 2 ? 32 : 96;
        for (size_t b = 0; b < BETAS; b++) {
            const double off = (g % 4 < 2 ? most : -most) / s->block_size[g];
            s->block[MEASURE_ENTROPY][b * BLOCKS + g] = s->mean[MEASURE_ENTROPY][b] + off;
            s->block[MEASURE_SUSCEPTIBILITY][b * BLOCKS + g] = s->mean[MEASURE_SUSCEPTIBILITY][b];
        }
    }
    const double moved = most * BLOCKS / sqrt(BLOCKS - 1) / 1024 / (2 * (1 - 1 / log_n));
    check_relative(ensemble_bootstrap(s, 0, &s->criterion[0]), moved, 0.12);
    results_free(results);
}

static void jackknife_needs_blocks(void **state) {
    (void)state;
    struct results *results = handmade_results(&(struct handmade_shape){1, 33, 1, 0, 64}, "gaussian");
    handmade_fill(&results->series[0], 0, 12, 0, 0, 0.01);
    assert_true(isnan(ensemble_jackknife(&results->series[0], 0, &results->series[0].criterion[0])));
    results_free(results);
}

/* Replicates that a target took give the errors that it asked for, within a tenth: it has the slope of a
 * chord. Where there are blocks to leave out they do so, too. */
static void targets_are_met(void **state) {
    (void)state;
    const double target = 0.03;
    struct results *results = experiment_sweep(
        "replicates: 8192\nn: [64, 1e20]\ntarget: {collapse: 0.03}\nseries: [{family: gaussian}]\n"
        "collapse: {entropy: [0.5, 1], participation: [0.5], top_two_ratio: [0.5]}\n");
    const struct results_series *s = &results->series[0];
    for (size_t n = 0; n < 2; n++) {
        double largest = 0;
        for (size_t k = 0; k + 1 < s->size[RESULTS_CRITERION]; k++) {
            struct ensemble_point point = ensemble_collapse(s, n, &s->criterion[k]);
            assert_int_equal(point.state, ENSEMBLE_FOUND);
            largest = fmax(largest, point.se);
            check_relative(ensemble_jackknife(s, n, &s->criterion[k]), point.se,
                           0.5); /* of 16 blocks or more */
        }
        assert_true(s->replicates_at[n] < 8192 && results_blocks(s, n) < s->size[RESULTS_BLOCK]);
        assert_true(largest < 1.1 * target && largest > target / M_SQRT2 / 1.1);
        assert_true(isfinite(ensemble_bootstrap(s, n, &s->criterion[0])));
    }
    results_free(results);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_found),
        cmocka_unit_test(steep_collapses_are_owned_up_to),
        cmocka_unit_test(slopes_too_steep_are_limited),
        cmocka_unit_test(missing_points_are_named),
        cmocka_unit_test(errors_cover),
        cmocka_unit_test(maxima_are_within_their_errors),
        cmocka_unit_test(steps_err_alike_on_both_sides),
        cmocka_unit_test(maxima_beside_the_exact_mean),
        cmocka_unit_test(bootstrap_weighs_blocks),
        cmocka_unit_test(jackknife_needs_blocks),
        cmocka_unit_test(targets_are_met),
    };
    return cmocka_run_group_tests_name("ensemble", tests, NULL, NULL);
}
