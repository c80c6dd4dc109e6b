/* Collapse points, exponents, medians, tables, JSON and figures on results made by hand, whose answers are
 * known. */
#include "analysis/commands/command.h"
#include "analysis/figures/axis.h"
#include "analysis/figures/figures.h"
#include "analysis/report/fitjson.h"
#include "analysis/report/table.h"
#include "analysis/statistics/order.h"
#include "analysis/text/json.h"
#include "analysis/text/words.h"
#include "models/oracle/oracle.h"
#include "sim/base/message.h"
#include "sim/results/store.h"
#include "sim/sweep/exact.h"
#include "tests/test.h"

#include <fcntl.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- results made by hand ---- */

/* The mean entropy is log n/(1 + e^{a (x - centre)}) in x = log(beta/Lambda^typ) and the susceptibility
 * -dH/dx; participation and top-two ratio are (H/log n)^2 at -x and x, one half where H/log n = 2^-1/2. */
static const double steepness = 2;

static double logistic(double u) { return 1 / (1 + exp(steepness * u)); }

static double logistic_slope(double u) { return -steepness * logistic(u) * (1 - logistic(u)); }

/* Where H = tau. */
static double entropy_root(double log_n, double tau) { return log(log_n / tau - 1) / steepness; }

/* Where the top-two ratio is 1/2; the participation is at minus that. */
static double half_root(void) { return log(M_SQRT2 - 1) / steepness; }

struct shape {
    size_t lengths, betas, blocks, kept;
    uint64_t replicates;
};

static struct results *make_results(const struct shape *shape, const char *family) {
    struct results *results = calloc(1, sizeof *results);
    struct results_series *s = calloc(1, sizeof *s);
    results->series_count = 1;
    results->series = s;
    results->config_text = strdup("series: []\n");
    results->config_resolved = strdup("series: []\n");
    results->isa = strdup("base");
    strcpy(s->name, "hand-made");
    s->family = family_find(family);
    s->replicates = shape->replicates;
    for (size_t i = 0; i < FAMILY_PARAMETERS; i++) { s->parameter[i] = (struct schedule){1, 0, 0}; }
    const size_t size[RESULTS_DIMENSIONS] = {
        [RESULTS_LOG_N] = shape->lengths,
        [RESULTS_BETA] = shape->betas,
        [RESULTS_BLOCK] = shape->blocks,
        [RESULTS_QUANTILE] = 1,
        [RESULTS_RANK] = 1,
        [RESULTS_GAP] = 20,
        [RESULTS_TE] = 3,
        [RESULTS_REPLICATE] = shape->kept,
        [RESULTS_CRITERION] = 4,
    };
    memcpy(s->size, size, sizeof size);
    results_allocate(s);
    const struct criterion criterion[] = {{CRITERION_ENTROPY, 1},
                                          {CRITERION_PARTICIPATION, 0.5},
                                          {CRITERION_TOP_TWO_RATIO, 0.5},
                                          {CRITERION_SUSCEPTIBILITY, 0}};
    memcpy(s->criterion, criterion, sizeof criterion);
    for (size_t i = 0; i < shape->lengths * 3; i++) {
        s->te_factor[i % 3] = ldexp(1, (int)(i % 3) - 1);
        s->mean[RESULTS_TE_ENTROPY][i] = s->mean[RESULTS_TE_TOP_TWO_RATIO][i] = 1 - 0.4 * (double)(i % 3);
    }
    for (size_t g = 0; g < shape->blocks; g++) {
        s->block_size[g] = (double)shape->replicates / (double)shape->blocks;
    }
    return results;
}

/* Grid of beta/Lambda^typ from 1/16 to 16; means about `centre`; standard errors `noise` of everything. */
static void fill_length(struct results_series *s, size_t n, double log_n, double log_lambda, double centre,
                        double noise) {
    size_t betas = s->size[RESULTS_BETA];
    s->log_n[n] = log_n;
    s->n[n] = exp(log_n);
    s->log_lambda_typ[n] = log_lambda;
    s->lambda_typ[n] = exp(log_lambda);
    for (size_t b = 0; b < betas; b++) {
        size_t at = n * betas + b;
        double x = betas > 1 ? log(16) * (2 * (double)b / (double)(betas - 1) - 1) : 0, u = x - centre;
        s->beta_ratio[at] = exp(x);
        s->beta[at] = exp(x + log_lambda);
        s->mean[MEASURE_ENTROPY][at] = log_n * logistic(u);
        s->mean[MEASURE_SUSCEPTIBILITY][at] = -log_n * logistic_slope(u);
        s->mean[MEASURE_PARTICIPATION][at] = logistic(-u) * logistic(-u);
        s->mean[MEASURE_TOP_TWO_RATIO][at] = logistic(u) * logistic(u);
        for (size_t m = 0; m < MEASURE_COUNT; m++) { s->se[m][at] = noise; }
    }
    for (size_t g = 0; g < s->size[RESULTS_GAP]; g++) {
        s->gap_grid[g] = 0.1 * exp(0.4 * (double)g);
        s->mean[RESULTS_LOG_GAP_COUNT][n * s->size[RESULTS_GAP] + g] = fmin(log_n, s->gap_grid[g]);
    }
    for (size_t r = 0; r < s->size[RESULTS_REPLICATE]; r++) {
        s->lambda[n * s->size[RESULTS_REPLICATE] + r] = 1 + (double)r;
        for (size_t k = 0; k < 4; k++) {
            s->collapse[(n * 4 + k) * s->size[RESULTS_REPLICATE] + r] = 2 + (double)r;
        }
    }
}

/* Not inlined: gcc 12 would take the text for a pointer to its own variable. */
__attribute__((noinline)) static char *text_of(void (*print)(FILE *, const struct study *),
                                               const struct study *study) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    print(out, study);
    fclose(out);
    return text;
}

/* ---- ensemble ---- */

static void roots_are_found(void **state) {
    (void)state;
    struct results *results = make_results(&(struct shape){1, 65, 1, 0, 100}, "gaussian");
    struct results_series *s = &results->series[0];
    const double log_n = 12, centre = 0.3, noise = 0.01;
    fill_length(s, 0, log_n, 0, centre, noise);
    /* Cubic Hermite: error below h^4/384 max|H''''| / slope, with h = .087 and H'''' < 2 log n */
    double root = centre + entropy_root(log_n, 1);
    struct ensemble_point point = ensemble_collapse(s, 0, &s->criterion[0]);
    assert_int_equal(point.state, ENSEMBLE_FOUND);
    check_close(point.log_ratio, root, 2e-6);
    check_relative(point.se, noise / (-log_n * logistic_slope(root - centre)), 1e-3);
    assert_true(point.grid_error < 1e-4);
    for (size_t k = 1; k < 3;
         k++) { /* Steffen's slopes are off by h^2/6 y''', the root by h/8 of their difference */
        root = k == 1 ? -half_root() : half_root();
        point = ensemble_collapse(s, 0, &s->criterion[k]);
        assert_int_equal(point.state, ENSEMBLE_FOUND);
        check_close(point.log_ratio, centre + root, 5e-5);
        check_relative(point.se, noise / (-2 * M_SQRT1_2 * logistic_slope(root)), 0.01);
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
        struct results *results = make_results(&(struct shape){1, 65, 1, 0, 100}, "plateau");
        struct results_series *s = &results->series[0];
        fill_length(s, 0, l, 0, 0, 0);
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

static void missing_points_are_named(void **state) {
    (void)state;
    struct results *results = make_results(&(struct shape){1, 65, 1, 0, 100}, "gaussian");
    struct results_series *s = &results->series[0];
    const struct criterion *entropy = &s->criterion[0], *participation = &s->criterion[1],
                           *susceptibility = &s->criterion[3];
    fill_length(s, 0, 12, 0, -10, 0.01);
    assert_int_equal(ensemble_collapse(s, 0, entropy).state, ENSEMBLE_BELOW);
    assert_int_equal(ensemble_collapse(s, 0, participation).state, ENSEMBLE_BELOW);
    assert_int_equal(ensemble_collapse(s, 0, susceptibility).state, ENSEMBLE_NO_MAXIMUM);
    fill_length(s, 0, 12, 0, 10, 0.01);
    assert_int_equal(ensemble_collapse(s, 0, entropy).state, ENSEMBLE_ABOVE);
    assert_int_equal(ensemble_collapse(s, 0, participation).state, ENSEMBLE_ABOVE);
    fill_length(s, 0, M_LN2, 0, 0, 0.01);
    assert_int_equal(ensemble_collapse(s, 0, entropy).state, ENSEMBLE_SHORT);
    assert_int_equal(ensemble_collapse(s, 0, participation).state, ENSEMBLE_SHORT);
    fill_length(s, 0, 12, 0, 0, 0.01);
    s->mean[MEASURE_ENTROPY][30] = NAN;
    assert_int_equal(ensemble_collapse(s, 0, entropy).state, ENSEMBLE_NO_VALUES);
    assert_true(isnan(ensemble_collapse(s, 0, entropy).log_ratio));
    fill_length(s, 0, 12, 0, 0, 0.01);
    s->beta_ratio[0] = 0; /* an absolute beta below the range of a double in units of lambda_typ */
    assert_int_equal(ensemble_collapse(s, 0, entropy).state, ENSEMBLE_NO_VALUES);
    results_free(results);

    results = make_results(&(struct shape){1, 1, 1, 0, 100}, "gaussian");
    fill_length(&results->series[0], 0, 12, 0, 0, 0.01);
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
        sum += weight * logistic(x - shift_sd * z);
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
                double value[] = {log_n * logistic(x - shift[r]), -log_n * logistic_slope(x - shift[r])};
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
    struct results *results = make_results(&(struct shape){1, 33, 16, 0, 1024}, "gaussian");
    struct results_series *s = &results->series[0];
    fill_length(s, 0, log_n, 0, 0, 0);
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

static void jackknife_needs_blocks(void **state) {
    (void)state;
    struct results *results = make_results(&(struct shape){1, 33, 1, 0, 64}, "gaussian");
    fill_length(&results->series[0], 0, 12, 0, 0, 0.01);
    assert_true(isnan(ensemble_jackknife(&results->series[0], 0, &results->series[0].criterion[0])));
    results_free(results);
}

/* ---- medians ---- */

static void quantiles_know_infinity(void **state) {
    (void)state;
    const double values[] = {INFINITY, 3, NAN, 0, INFINITY, 1, 2, INFINITY, NAN, INFINITY};
    double scratch[10];
    struct order order = order_make(10, values, scratch);
    assert_int_equal(order.count, 8);
    check_close(order.quantile[0], 0.35, 1e-15); /* of 0 1 2 3 inf inf inf inf */
    check_close(order.quantile[1], 1.75, 1e-15);
    for (size_t q = 2; q < ORDER_QUANTILES; q++) { assert_true(order.quantile[q] == INFINITY); }
    assert_true(order.median_low == 0 &&
                order.median_high == INFINITY); /* P(Bin(8, 1/2) < 1) = .004, < 2: .035 */
    order = order_make(0, values, scratch);
    assert_true(order.count == 0 && isnan(order.quantile[2]) && isnan(order.median_low));
    order = order_make(5, (const double[]){1, 2, 3, 4, 5}, scratch);
    assert_true(order.quantile[2] == 3 && isnan(order.median_low)); /* even the extremes: 2^-5 > .025 */
}

static void median_interval_has_known_ranks(void **state) {
    (void)state;
    double values[100], scratch[100];
    for (size_t i = 0; i < 100; i++) { values[(37 * i) % 100] = (double)i + 1; }
    struct order order = order_make(100, values, scratch);
    check_close(order.quantile[2], 50.5, 1e-13);
    assert_true(order.median_low == 40 &&
                order.median_high == 61); /* Conover, Practical Nonparametric Statistics */
}

/* ---- exponents ---- */

static void power_laws_are_exact(void **state) {
    (void)state;
    double x[9], y[9], even[9], uneven[9], exact[9] = {0};
    for (size_t i = 0; i < 9; i++) {
        x[i] = 1 + 0.3 * (double)i + 0.02 * (double)(i * i);
        y[i] = 700 - 1.75 * x[i];
        even[i] = 0.1;
        uneven[i] = 0.05 * (double)(i + 1);
    }
    const double *se[] = {even, uneven, exact};
    for (size_t k = 0; k < 3; k++) {
        struct exponent e = exponent_fit(9, x, y, se[k]);
        assert_int_equal(e.count, 9);
        check_close(e.value, -1.75, 1e-12);
    }
    struct exponent e = exponent_fit(2, x, y, even);
    check_relative(e.se, 0.1 * M_SQRT2 / (x[1] - x[0]), 1e-12);
    assert_true(exponent_fit(9, x, y, exact).se == 0);
    y[4] = NAN;
    e = exponent_fit(9, x, y, uneven);
    assert_int_equal(e.count, 8);
    check_close(e.value, -1.75, 1e-12);
}

/* 400 lines with noise of the stated size: coverage as above, outside 362..395 with probability 8e-5; the
 * mean chi square is the 7 degrees of freedom, standard error sqrt(14/400) = .187, 4 sigma. */
static void exponent_errors_cover(void **state) {
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 7);
    double x[9], y[9], se[9], chi_square = 0;
    int covered = 0;
    for (int e = 0; e < 400; e++) {
        for (size_t i = 0; i < 9; i++) {
            x[i] = log(5 + (double)i);
            se[i] = 0.01 * (double)(1 + i % 3);
            y[i] = 0.5 * x[i] + gsl_ran_gaussian(random, se[i]);
        }
        struct exponent fit = exponent_fit(9, x, y, se);
        covered += fabs(fit.value - 0.5) < 1.96 * fit.se;
        chi_square += fit.chi_square / 400;
    }
    gsl_rng_free(random);
    assert_in_range(covered, 362, 395);
    check_close(chi_square, 7, 4 * 0.187);
}

static void lines_need_two_points(void **state) {
    (void)state;
    const double x[] = {1, 1, 2}, y[] = {3, 4, NAN}, se[] = {0.1, 0.1, 0.1};
    assert_true(isnan(exponent_fit(0, x, y, se).value));
    assert_true(isnan(exponent_fit(1, x, y, se).value));
    assert_true(isnan(exponent_fit(3, x, y, se).value));
    const double unknown[] = {NAN, NAN}, rising[] = {1, 2};
    struct exponent e = exponent_fit(2, rising, rising, unknown);
    check_close(e.value, 1, 1e-15);
    assert_true(isnan(e.se));
}

/* ---- fits ---- */

static struct study make_study(struct results *results, const char *file) {
    struct study study = {.count = 1,
                          .fit = calloc(1, sizeof *study.fit),
                          .verdict = calloc(1, sizeof *study.verdict),
                          .attention = calloc(1, sizeof *study.attention)};
    assert_true(fit_make(&study.fit[0], &results->series[0], file));
    assert_true(verdict_make(&study.verdict[0], &study.fit[0]));
    return study;
}

static void free_study(struct study *study, struct results *results) {
    study_release(study);
    results_free(results);
}

/* A collapse point at a fixed multiple of Lambda^typ grows as Lambda^typ does. */
static struct results *make_growing(const char *family, const struct schedule *lambda) {
    struct results *results = make_results(&(struct shape){6, 65, 1, 20, 100}, family);
    for (size_t n = 0; n < 6; n++) {
        double log_n = 5 + 3 * (double)n;
        fill_length(&results->series[0], n, log_n, schedule_log(lambda, log_n), 0.2 - entropy_root(log_n, 1),
                    0.001);
    }
    return results;
}

static void growth_is_measured(void **state) {
    (void)state;
    const struct schedule squared = {3, 2, 0}, power = {2, 0, 0.5};
    struct results *results = make_growing("gumbel", &squared);
    results->series[0].parameter[1] = (struct schedule){1, -2, 0};
    struct study study = make_study(results, "a.h5");
    const struct fit *fit = &study.fit[0];
    assert_false(fit->by_n);
    check_close(fit_asymptotic_exponent(fit), 2, 1e-15);
    assert_int_equal(fit->primary, 0);
    check_close(fit->window[0].value, 2, 1e-5);
    check_close(fit->window_lambda[0].value, 2, 1e-12);
    check_close(fit->local[0].value, 2, 1e-5);
    check_close(fit->local_lambda[4].value, 2, 1e-12);
    check_close(fit->drift[0].value, 0, 1e-5);
    assert_int_equal(fit->windows, 4);
    check_close(fit_log_collapse(fit, 5, 0), log(3) + 2 * log(20) + 0.2, 1e-5);
    free_study(&study, results);

    results = make_growing("powerlaw", &power);
    results->series[0].parameter[0] = (struct schedule){2, 0, 0};
    study = make_study(results, "a.h5");
    fit = &study.fit[0];
    assert_true(fit->by_n);
    check_close(fit_asymptotic_exponent(fit), 0.5, 1e-15);
    check_close(fit->window[0].value, 0.5, 1e-5);
    assert_false(fit_is_meaningful(fit, 3)); /* the susceptibility in the Weibull class */
    assert_true(isnan(fit->window[3].value) && isnan(fit->drift[3].value) && isnan(fit->local[3].value));
    free_study(&study, results);
}

/* ---- words ---- */

static void words_are_readable(void **state) {
    (void)state;
    char out[WORDS];
    assert_string_equal(words_length(12 * M_LN2, out), "2^12");
    assert_string_equal(words_length(M_LN2, out), "2");
    assert_string_equal(words_length(log(1000), out), "1000");
    assert_string_equal(words_length(300 * M_LN10, out), "1e300");
    assert_string_equal(words_length(1e5, out), "e^100000");
    assert_string_equal(words_length(log(9.999e7), out), "1.00e8");
    assert_string_equal(words_exponential(NAN, out), "-");
    assert_string_equal(words_exponential(log(2.5), out), "2.5");
    assert_string_equal(words_exponential(1e4 * M_LN10, out), "1.000e10000");
    assert_string_equal(words_measured(2.23264, 0.0051, out), "2.2326 +- 0.0051");
    assert_string_equal(words_measured(2.23264, 12, out), "2 +- 12");
    assert_string_equal(words_measured(1.23644, 0, out), "1.236 +- 0");
    assert_string_equal(words_measured(1.23644, NAN, out), "1.236");
    assert_string_equal(words_measured(NAN, 1, out), "-");
    assert_string_equal(words_schedule(&(struct schedule){1, -2, 0}, out), "(log n)^-2");
    assert_string_equal(words_schedule(&(struct schedule){3, 1, 0}, out), "3 log n");
    assert_string_equal(words_schedule(&(struct schedule){1, 1, -0.5}, out), "(log n) n^-0.5");
    assert_string_equal(words_schedule(&(struct schedule){1, 0, 0}, out), "1");
    char line[WORDS_LINE];
    const struct schedule parameter[FAMILY_PARAMETERS] = {{0, 0, 0}, {1, -2, 0}};
    assert_string_equal(words_parameters(family_find("gumbel"), parameter, line),
                        "location = 0, scale = (log n)^-2");
}

/* No line is too long, nothing that is not a number is printed. */
static void check_table(const char *text) {
    size_t length = 0;
    assert_null(strstr(text, "nan"));
    for (const char *c = text; *c; c++) {
        length = *c == '\n' ? 0 : length + 1;
        if (length > 110) { fail_msg("a line of more than 110 columns in:\n%s", text); }
    }
}

static void check_says(struct results *results, const char *words) {
    struct study study = make_study(results, "a.h5");
    char *text = text_of(table_print, &study);
    check_table(text);
    if (!strstr(text, words)) { fail_msg("the table does not say \"%s\":\n%s", words, text); }
    free(text);
    text = text_of(fitjson_print, &study);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf,"));
    assert_non_null(strstr(text, "\"verdict\": \"undecided\"")); /* too few n, whatever else */
    free(text);
    free_study(&study, results);
}

static void poor_results_are_explained(void **state) {
    (void)state;
    struct results *one_n = make_results(&(struct shape){1, 65, 1, 3, 100}, "gaussian");
    fill_length(&one_n->series[0], 0, 12, 0, 0, 0.01);
    check_says(one_n, "One n gives no exponents");

    struct results *one_beta = make_results(&(struct shape){2, 1, 1, 0, 100}, "gaussian");
    fill_length(&one_beta->series[0], 0, 12, 0, 0, 0.01);
    fill_length(&one_beta->series[0], 1, 13, 0, 0, 0.01);
    check_says(one_beta, "No beta_c at 2 of 2 n, the smallest 162755:\n    the beta grid is too thin");

    struct results *one_replicate = make_results(&(struct shape){2, 65, 1, 1, 1}, "gaussian");
    fill_length(&one_replicate->series[0], 0, 12, 0, 0, NAN);
    fill_length(&one_replicate->series[0], 1, 13, 0, 0, NAN);
    check_says(one_replicate, "One replicate gives no standard errors");

    struct results *empty = make_results(&(struct shape){2, 65, 1, 2, 100}, "gaussian");
    for (size_t n = 0; n < 2; n++) {
        fill_length(&empty->series[0], n, 12 + (double)n, 0, 0, NAN);
        for (size_t b = 0; b < 65; b++) { empty->series[0].mean[MEASURE_ENTROPY][n * 65 + b] = NAN; }
        for (size_t r = 0; r < 8; r++) { empty->series[0].collapse[n * 8 + r] = NAN; }
    }
    check_says(empty, "means or betas are not finite");

    struct results *no_criterion = make_results(&(struct shape){2, 65, 1, 2, 100}, "gaussian");
    fill_length(&no_criterion->series[0], 0, 12, 0, 0, 0.1);
    fill_length(&no_criterion->series[0], 1, 13, 0, 0, 0.1);
    no_criterion->series[0].size[RESULTS_CRITERION] = 0;
    check_says(no_criterion, "No collapse criterion was asked for");

    struct results *noisy = make_results(&(struct shape){3, 65, 1, 2, 100}, "gaussian");
    for (size_t n = 0; n < 3; n++) {
        fill_length(&noisy->series[0], n, 12 + 1e-3 * (double)n, 0, 0.1 * (double)n, 0.1);
    }
    check_says(noisy, "noise"); /* n so close that a slope means nothing */
}

/* Exact values come from the oracle at the series' own parameters, whatever was measured; chi square counts
 * the n that have both. What a file holds is not computed again. */
static void exact_points_stand_beside(void **state) {
    (void)state;
    const struct schedule root = {M_SQRT2, 0.5, 0};
    struct results *results = make_growing("gaussian", &root);
    assert_int_equal(exact_fill(results, 2), EXIT_DONE);
    struct study study = make_study(results, "x.h5");
    const struct fit *fit = &study.fit[0];
    const double p[FAMILY_PARAMETERS] = {1};
    double want = 0, error;
    for (size_t n = 0; n < fit->lengths; n++) {
        struct oracle *oracle = oracle_create(family_find("gaussian"), p, fit->series->log_n[n]);
        double exact = oracle_collapse_entropy(oracle, 1, &error);
        const struct ensemble_point *point = &fit->collapse[n * fit->criteria + fit->primary];
        double student = gsl_cdf_tdist_Pinv(0.975, (double)fit->series->replicates - 1) / EXPONENT_SIGMAS_95;
        double noise = point->se * student, grid = hypot(2e-5, 3 * point->grid_error),
               z = (point->log_ratio - log(exact)) / hypot(noise, grid);
        want += z * z;
        check_relative(fit->exact[n], exact, 1e-12);
        size_t b = n * fit->series->size[RESULTS_BETA] + 1;
        struct oracle_point at;
        assert_true(oracle_at(oracle, fit->series->beta_ratio[b], &at));
        check_relative(fit->series->exact_entropy[b], at.entropy, 1e-12);
        check_relative(fit->series->exact_top_weight[b], at.top_weight, 1e-12);
        oracle_free(oracle);
    }
    assert_int_equal(study.verdict[0].exact_count, fit->lengths);
    check_relative(study.verdict[0].exact_chi_square, want, 1e-9);
    results->series[0].exact_entropy[0] = 42;
    assert_int_equal(exact_fill(results, 2), EXIT_DONE);
    assert_true(results->series[0].exact_entropy[0] == 42);
    free_study(&study, results);
}

static void json_is_complete(void **state) {
    (void)state;
    const struct schedule root = {M_SQRT2, 0.5, 0};
    struct results *results = make_growing("gaussian", &root);
    assert_int_equal(exact_fill(results, 1), EXIT_DONE);
    struct study study = make_study(results, "odd \"name\"\\\n\xff.h5");
    char *text = text_of(fitjson_print, &study);
    const char *const keys[] = {"{\"schema\": 1, \"series\": [",
                                "\"file\": \"odd \\\"name\\\"\\\\\\u000a\\ufffd.h5\"",
                                "\"name\": \"hand-made\"",
                                "\"variable\": \"log_n\"",
                                "\"exponent\": 0.",
                                "\"low\": ",
                                "\"predicted\": 2.4394",
                                "\"rivals\": [{\"law\": \"log_n^0\", \"excluded_sigma\": ",
                                "\"criterion\": \"entropy=1\""};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!strstr(text, keys[i])) { fail_msg("no %s in %s", keys[i], text); }
    }
    double amplitude = NAN;
    const char *found = strstr(text, "\"amplitude\"");
    assert_non_null(found);
    assert_int_equal(sscanf(found, "\"amplitude\": {\"value\": %lf", &amplitude), 1);
    free(text);
    check_relative(amplitude, exp(0.2), 1e-5);
    free_study(&study, results);
}

static void json_strings_are_escaped(void **state) {
    (void)state;
    const struct {
        const char *text, *json;
    } cases[] = {
        {"plain", "\"plain\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"\n\t\x01\x7f", "\"\\u000a\\u0009\\u0001\\u007f\""},
        {"β→𝄞", "\"β→𝄞\""},
        {"\xc3", "\"\\ufffd\""},                                  /* cut short */
        {"\xc0\xaf", "\"\\ufffd\\ufffd\""},                       /* overlong */
        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},            /* a surrogate */
        {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* past U+10FFFF */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        json_print_string(out, cases[i].text);
        fclose(out);
        assert_string_equal(text, cases[i].json);
        free(text);
    }
}

/* ---- axes ---- */

static int count_ticks(double low, double high) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    axis_print_log(out, "x", (struct axis_range){low, high});
    fclose(out);
    int ticks = *(strchr(text, '(') + 1) == ')' ? 0 : 1;
    for (const char *c = strchr(text, '('); *c; c++) { ticks += *c == ','; }
    free(text);
    return ticks;
}

static void axes_have_some_ticks(void **state) {
    (void)state;
    const double length[] = {0.05, 0.2, 0.7, 0.8, 1.2, 1.4, 2.5, 2.7, 6, 40, 700, 1e5};
    for (size_t i = 0; i < sizeof length / sizeof *length; i++) {
        for (double low = -1000.3; low < 1001; low += 66.7) {
            assert_in_range(count_ticks(low, low + length[i]), 2, 12);
        }
    }
}

/* ---- commands ---- */

struct directory {
    char path[64], results[96], fits[96], figures[96];
};

static void remove_tree(const char *path) {
    char command[160];
    snprintf(command, sizeof command, "rm -r '%s'", path);
    assert_int_equal(system(command), 0);
}

static struct directory make_directory(void) {
    struct directory d;
    const char *place = getenv("TMPDIR");
    snprintf(d.path, sizeof d.path, "%s/gapscale-XXXXXX", place && strlen(place) < 40 ? place : P_tmpdir);
    assert_non_null(mkdtemp(d.path));
    snprintf(d.results, sizeof d.results, "%s/r.h5", d.path);
    snprintf(d.fits, sizeof d.fits, "%s/r.fit.h5", d.path);
    snprintf(d.figures, sizeof d.figures, "%s/r-figures", d.path);
    return d;
}

static void write_results(const struct directory *d) {
    const struct schedule root = {M_SQRT2, 0.5, 0};
    struct results *results = make_growing("gaussian", &root);
    assert_int_equal(
        store_write(d->results, results, &(struct store_provenance){.command_line = "test", .threads = 1}),
        0);
    results_free(results);
}

/* Runs a command with its output thrown away. */
static int run_quietly(int (*command)(int, char **), int argc, const char *const *words) {
    char *argv[8] = {NULL};
    for (int i = 0; i < argc; i++) { argv[i] = strdup(words[i]); }
    fflush(stdout);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    int status = command(argc, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    close(null);
    for (int i = 0; i < argc; i++) { free(argv[i]); }
    return status;
}
#define RUN(command, ...)                                                                                    \
    run_quietly(command, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),                        \
                (const char *const[]){__VA_ARGS__})

static void fit_command_works(void **state) {
    (void)state;
    struct directory d = make_directory();
    struct stat info;
    char before[65], after[65];
    write_results(&d);
    assert_true(store_digest(d.results, before));
    assert_int_equal(RUN(command_fit, "fit", d.results), EXIT_DONE);
    assert_int_equal(stat(d.fits, &info), 0);
    assert_int_equal(RUN(command_fit, "fit", d.results, "--json", "-o", d.fits), EXIT_DONE);
    assert_int_equal(RUN(command_fit, "fit", d.results, d.results), EXIT_DONE); /* names are made unique */
    assert_int_equal(RUN(command_fit, "fit", "-h"), EXIT_DONE);
    assert_int_equal(RUN(command_fit, "fit"), EXIT_USAGE);
    assert_int_equal(RUN(command_fit, "fit", "--colour", d.results), EXIT_USAGE);
    assert_int_equal(RUN(command_fit, "fit", d.results, "-o", d.results), EXIT_USAGE);
    assert_int_equal(RUN(command_fit, "fit", d.fits), EXIT_USAGE); /* no results but fits */
    assert_int_equal(RUN(command_fit, "fit", "/nonexistent.h5"), EXIT_USAGE);
    assert_true(store_digest(d.results, after));
    assert_string_equal(before, after);
    remove_tree(d.path);
}

static bool has_gnuplot(void) { return system("gnuplot --version >/dev/null 2>&1") == 0; }

static void plot_command_works(void **state) {
    (void)state;
    struct directory d = make_directory();
    write_results(&d);
    assert_int_equal(RUN(command_plot, "plot", "-h"), EXIT_DONE);
    assert_int_equal(RUN(command_plot, "plot"), EXIT_USAGE);
    assert_int_equal(RUN(command_plot, "plot", "--json", d.results), EXIT_USAGE);
    assert_int_equal(RUN(command_plot, "plot", "/nonexistent.h5"), EXIT_USAGE);
    assert_int_equal(RUN(command_plot, "plot", d.results, "-o", d.results),
                     EXIT_FAILED); /* not a directory */
    char *path = strdup(getenv("PATH"));
    setenv("PATH", d.path, 1); /* without gnuplot */
    int status = RUN(command_plot, "plot", d.results);
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(status, EXIT_FAILED);
    if (has_gnuplot()) {
        assert_int_equal(RUN(command_plot, "plot", d.results), EXIT_DONE);
        for (size_t f = 0; f <= FIGURES; f++) {
            if (f == FIGURE_OUTPUT || f == FIGURE_WEIGHTS) { continue; } /* there is no output */
            for (size_t e = 0; e < FIGURE_FORMATS; e++) {
                char name[160];
                struct stat info;
                snprintf(name, sizeof name, "%s/%s-%s.%s", d.figures, f < FIGURES ? "hand-made" : "all",
                         f < FIGURES ? figure_name[f] : "collapse", figure_extension[e]);
                assert_int_equal(stat(name, &info), 0);
                assert_true(info.st_size > 1000);
            }
        }
    }
    remove_tree(d.path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_found),
        cmocka_unit_test(steep_collapses_are_owned_up_to),
        cmocka_unit_test(missing_points_are_named),
        cmocka_unit_test(errors_cover),
        cmocka_unit_test(jackknife_needs_blocks),
        cmocka_unit_test(quantiles_know_infinity),
        cmocka_unit_test(median_interval_has_known_ranks),
        cmocka_unit_test(power_laws_are_exact),
        cmocka_unit_test(exponent_errors_cover),
        cmocka_unit_test(lines_need_two_points),
        cmocka_unit_test(growth_is_measured),
        cmocka_unit_test(words_are_readable),
        cmocka_unit_test(poor_results_are_explained),
        cmocka_unit_test(exact_points_stand_beside),
        cmocka_unit_test(json_is_complete),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(axes_have_some_ticks),
        cmocka_unit_test(fit_command_works),
        cmocka_unit_test(plot_command_works),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests_name("analysis", tests, NULL, NULL);
}
