/* Tokens on the sphere moved by attention: laws of the samplers, growth of modes, drift, bits.
 *
 * Fixed seeds. Statistical tests, were the seeds drawn anew: 12 Kolmogorov-Smirnov tests failing once in 1e5
 * each, 64 comparisons at 5 standard errors (4e-5 in all for normal errors) and 13 tests of all modes or
 * probes together at 1e-4: below 2e-3 for the whole file. */
#include "models/theory/sphere.h"
#include "sim/flow/flow.h"
#include "tests/test.h"

#include <float.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const double least_pvalue = 1e-5, least_joint_pvalue = 1e-4, standard_errors = 5;

static bool quick(void) { return getenv("GAPSCALE_TEST_QUICK") != NULL; }

static struct stream stream_of(uint64_t replicate) { return stream_make(7, "test", 0, true, replicate); }

static double norm(const struct flow_tokens *t, size_t i) {
    double square = 0;
    for (size_t c = 0; c < t->dimension; c++) { square += t->x[c * t->stride + i] * t->x[c * t->stride + i]; }
    return sqrt(square);
}

static void check_norms(const struct flow_tokens *t) {
    for (size_t i = 0; i < t->count; i++) { check_close(norm(t, i), 1, 8 * DBL_EPSILON); }
}

static void make_unit(size_t d, double *x) {
    double square = 0;
    for (size_t c = 0; c < d; c++) { square += x[c] * x[c]; }
    for (size_t c = 0; c < d; c++) { x[c] /= sqrt(square); }
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- samplers ---- */

/* Along one direction the density is exp(c s) (1 + eps Y(s)) (1 - s^2)^{(d-3)/2}: its distribution function
 * on a grid in theta. */
enum { GRID = 20000 };
struct law {
    double d, c, eps;
    unsigned mode;
    double cumulative[GRID + 1];
};

static double law_density(const struct law *law, double theta) {
    double s = cos(theta), y = law->eps != 0 ? sphere_harmonic(law->d, law->mode, s) : 0;
    return exp(law->c * (s - 1)) * (1 + law->eps * y) * (law->d > 2 ? pow(sin(theta), law->d - 2) : 1);
}

static void law_fill(struct law *law) {
    const double h = M_PI / GRID;
    law->cumulative[0] = 0;
    for (int k = 0; k < GRID; k++) { /* Simpson's rule */
        double part =
            law_density(law, k * h) + 4 * law_density(law, (k + 0.5) * h) + law_density(law, (k + 1) * h);
        law->cumulative[k + 1] = law->cumulative[k] + part;
    }
}

static double law_probability(const struct law *law, double s) {
    double at = acos(fmin(1, fmax(-1, s))) * GRID / M_PI;
    int k = at < GRID ? (int)at : GRID - 1;
    double low = law->cumulative[k], high = law->cumulative[k + 1];
    return (low + (at - k) * (high - low)) / law->cumulative[GRID];
}

/* p-value of the tokens' components along `direction`. */
static double ks_along(const struct flow_tokens *t, const double *direction, const struct law *law) {
    double *v = malloc(t->count * sizeof *v), length = 0;
    assert_non_null(v);
    for (size_t c = 0; c < t->dimension; c++) { length += direction[c] * direction[c]; }
    for (size_t i = 0; i < t->count; i++) {
        double s = 0;
        for (size_t c = 0; c < t->dimension; c++) { s += direction[c] * t->x[c * t->stride + i]; }
        v[i] = law_probability(law, s / sqrt(length));
    }
    qsort(v, t->count, sizeof *v, compare);
    double pvalue = test_ks_pvalue(t->count, v);
    free(v);
    return pvalue;
}

static void check_along(const struct flow_tokens *t, const double *direction, double c, unsigned mode,
                        double eps) {
    struct law *law = malloc(sizeof *law);
    assert_non_null(law);
    law->d = (double)t->dimension;
    law->c = c;
    law->mode = mode;
    law->eps = eps;
    law_fill(law);
    double pvalue = ks_along(t, direction, law);
    free(law);
    if (!(pvalue > least_pvalue)) {
        fail_msg("d = %zu, c = %g, mode %u: p = %g", t->dimension, c, mode, pvalue);
    }
}

enum { DRAWS = 50000 };

static void test_von_mises_fisher(void **state) {
    (void)state;
    const struct {
        size_t d;
        double c;
    } settings[] = {{2, 0}, {2, 3}, {2, 200}, {3, 5}, {4, 0.5}, {7, 40}, {100, 60}};
    for (size_t k = 0; k < 7; k++) {
        size_t d = settings[k].d;
        double c = settings[k].c, direction[100] = {0.5, -2, 1}, first = 0, second = 0, count = DRAWS;
        if (d == 2) { direction[2] = 0; }
        make_unit(d, direction);
        struct flow_tokens t = flow_tokens_create(d, DRAWS);
        struct sphere_component component = {1, c, direction};
        struct stream stream = stream_of(k);
        flow_place_mixture(&stream, &(struct sphere_mixture){d, 1, &component}, &t);
        check_norms(&t);
        check_along(&t, direction, c, 0, 0);
        for (size_t i = 0; i < DRAWS; i++) {
            double s = direction[0] * t.x[i] + direction[1] * t.x[t.stride + i] +
                       direction[2] * (d > 2 ? t.x[2 * t.stride + i] : 0);
            first += s / count;
            second += s * s / count;
        }
        if (c > 0) { /* mean resultant A(c), variance A'(c); a variance of s^2 of at most 4 Var s */
            double a = sphere_overlap((double)d, c), slope = sphere_overlap_slope((double)d, c);
            check_close(first, a, standard_errors * sqrt(slope / count));
            check_close(second, slope + a * a, standard_errors * sqrt(4 * slope / count));
        }
        flow_tokens_free(&t);
    }
}

/* Across the mean direction all is symmetric. */
static void test_around_the_mean(void **state) {
    (void)state;
    const double direction[4] = {0, 0, 1, 0};
    struct flow_tokens t = flow_tokens_create(4, DRAWS);
    struct sphere_component component = {1, 4, direction};
    struct stream stream = stream_of(20);
    flow_place_mixture(&stream, &(struct sphere_mixture){4, 1, &component}, &t);
    double variance = (1 - sphere_overlap_slope(4, 4) - pow(sphere_overlap(4, 4), 2)) / 3;
    for (size_t c = 0; c < 4; c += c == 1 ? 2 : 1) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < DRAWS; i++) {
            sum += t.x[c * t.stride + i];
            square += t.x[c * t.stride + i] * t.x[c * t.stride + i];
        }
        check_close(sum / sqrt(DRAWS * variance), 0, standard_errors);
        check_close(square / DRAWS, variance, standard_errors * sqrt(2 * variance * variance / DRAWS) * 1.5);
    }
    flow_tokens_free(&t);
}

/* Two narrow clouds: their shares, and each cloud's own law. */
static void test_mixture(void **state) {
    (void)state;
    const double up[3] = {0, 0, 1}, side[3] = {1, 0, 0};
    const struct sphere_component component[] = {{3, 200, up}, {1, 200, side}};
    struct flow_tokens t = flow_tokens_create(3, DRAWS);
    struct stream stream = stream_of(21);
    flow_place_mixture(&stream, &(struct sphere_mixture){3, 2, component}, &t);
    double above = 0;
    for (size_t i = 0; i < DRAWS; i++) { above += t.x[2 * t.stride + i] > t.x[i]; }
    check_close(above / DRAWS, 0.75, standard_errors * sqrt(0.75 * 0.25 / DRAWS));
    flow_tokens_free(&t);
}

static void test_uniform_and_zonal(void **state) {
    (void)state;
    const size_t dimension[] = {2, 3, 5};
    const double axis[5] = {1}, other[5] = {0.3, 1};
    for (size_t k = 0; k < 3; k++) {
        struct flow_tokens t = flow_tokens_create(dimension[k], DRAWS);
        struct stream stream = stream_of(30 + k);
        flow_place_uniform(&stream, &t);
        check_norms(&t);
        if (k != 1) { check_along(&t, other, 0, 0, 0); }
        flow_place_zonal(&stream, 3, 0.8, &t);
        check_norms(&t);
        check_along(&t, axis, 0, 3, 0.8);
        flow_tokens_free(&t);
    }
}

/* ---- the step ---- */

/* Attention written down once more, plainly. */
static void attend_plainly(const struct flow_tokens *keys, const double *query, double beta, double *out) {
    double mass = 0;
    memset(out, 0, keys->dimension * sizeof *out);
    for (size_t j = 0; j < keys->count; j++) {
        double s = 0;
        for (size_t c = 0; c < keys->dimension; c++) { s += query[c] * keys->x[c * keys->stride + j]; }
        double w = exp(beta * (s - 1));
        mass += w;
        for (size_t c = 0; c < keys->dimension; c++) { out[c] += w * keys->x[c * keys->stride + j]; }
    }
    for (size_t c = 0; c < keys->dimension; c++) { out[c] /= mass; }
}

static void test_step(void **state) {
    (void)state;
    const size_t dimension[] = {2, 3, 8, 100}, count[] = {2, 77, 1500, 1031};
    const double tau[] = {INFINITY, 0.5, 3, INFINITY};
    for (size_t k = 0; k < 4; k++) {
        size_t d = dimension[k];
        double beta = 11, att[100], query[100];
        struct flow_tokens x = flow_tokens_create(d, count[k]), y = flow_tokens_create(d, count[k]);
        struct stream stream = stream_of(40 + k);
        flow_place_uniform(&stream, &x);
        flow_step(&x, beta, tau[k], 2, &y);
        check_norms(&y);
        for (size_t i = 0; i < count[k]; i += 1 + count[k] / 50) {
            double square = 0;
            for (size_t c = 0; c < d; c++) { query[c] = x.x[c * x.stride + i]; }
            attend_plainly(&x, query, beta, att);
            for (size_t c = 0; c < d; c++) {
                if (isfinite(tau[k])) { att[c] = query[c] + tau[k] * att[c]; }
                square += att[c] * att[c];
            }
            for (size_t c = 0; c < d; c++) {
                check_close(y.x[c * y.stride + i], att[c] / sqrt(square), 1e-13);
            }
        }
        flow_tokens_free(&x);
        flow_tokens_free(&y);
    }
}

/* tau -> 0 moves nothing; beta -> inf leaves every token where it is, even where exp(beta s) is nothing. */
static void test_step_limits(void **state) {
    (void)state;
    const double beta[] = {5, 1e9, 1e300}, tau[] = {1e-300, INFINITY, 2};
    struct flow_tokens x = flow_tokens_create(3, 300), y = flow_tokens_create(3, 300);
    struct stream stream = stream_of(50);
    flow_place_uniform(&stream, &x);
    for (size_t k = 0; k < 3; k++) {
        flow_step(&x, beta[k], tau[k], 1, &y);
        for (size_t i = 0; i < 300; i++) {
            for (size_t c = 0; c < 3; c++) {
                check_close(y.x[c * y.stride + i], x.x[c * x.stride + i], 1e-15);
            }
        }
    }
    flow_tokens_free(&y);
    struct flow_tokens query = flow_tokens_create(3, 1), out = flow_tokens_create(3, 1);
    query.x[0] = 1; /* no key is near: the nearest takes all */
    flow_attend(&x, &query, 1e8, 1, &out);
    size_t nearest = 0;
    for (size_t i = 1; i < 300; i++) { nearest = x.x[i] > x.x[nearest] ? i : nearest; }
    check_close(out.x[0], x.x[nearest], 1e-12);
    check_close(out.x[out.stride], x.x[x.stride + nearest], 1e-12);
    flow_tokens_free(&x);
    flow_tokens_free(&query);
    flow_tokens_free(&out);
}

static void test_threads(void **state) {
    (void)state;
    struct flow_design design = {.dimension = 3,
                                 .count = 1100,
                                 .beta = 9,
                                 .tau = INFINITY,
                                 .modes = 5,
                                 .steps = 2,
                                 .replicates = 2,
                                 .seed = 3,
                                 .threads = 1};
    double product[2][2 * 3 * 5], amplitude[2][2 * 3];
    for (int k = 0; k < 2; k++) {
        design.threads = k == 0 ? 1 : 3;
        flow_measure(&design, NULL, product[k]);
        flow_follow(&design, 4, 0.3, NULL, amplitude[k], 0, NULL);
    }
    assert_memory_equal(product[0], product[1], sizeof product[0]);
    assert_memory_equal(amplitude[0], amplitude[1], sizeof amplitude[0]);
}

/* ---- growth ---- */

struct measured {
    double *product;
    struct flow_estimate *estimate;
};

static struct measured measure(const struct flow_design *design) {
    struct measured m = {
        malloc(design->replicates * (design->steps + 1) * design->modes * sizeof(double)),
        malloc(design->steps * design->modes * sizeof(struct flow_estimate)),
    };
    assert_true(m.product && m.estimate);
    flow_measure(design, NULL, m.product);
    flow_estimate(design, m.product, m.estimate);
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
    flow_residual(design, product, 1, growth, residual);
    double pvalue = flow_agreement(design->replicates, design->modes, residual).pvalue;
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
    for (size_t k = 0; k < (quick() ? 3 : 6); k++) {
        struct flow_design design = designs[k];
        design.steps = 1;
        design.replicates = quick() ? 30 : 80;
        design.seed = 11 + k;
        design.threads = 2;
        struct measured m = measure(&design);
        double growth[6], d = (double)design.dimension, log_n = log((double)design.count);
        for (unsigned l = 1; l <= design.modes; l++) {
            growth[l - 1] = sphere_mode_growth_finite(d, design.beta, log_n, design.tau, l);
            const struct flow_estimate *e = &m.estimate[l - 1];
            check_close((e->value - growth[l - 1]) / e->error, 0, standard_errors);
            assert_true(e->error < 0.05 * (growth[l - 1] - 1)); /* or the test says nothing */
        }
        double all = agreement(&design, m.product, growth);
        if (!(all > least_joint_pvalue)) { fail_msg("setting %zu: p = %g", k, all); }
        for (unsigned l = 1; l <= design.modes; l++) { growth[l - 1] = 1 + 1.3 * (growth[l - 1] - 1); }
        assert_true(agreement(&design, m.product, growth) < 1e-6);
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
        design.replicates = quick() ? 500 : 4000;
        design.seed = 31 + k;
        design.threads = 2;
        struct measured m = measure(&design);
        double d = (double)design.dimension, log_n = log((double)design.count);
        double beyond = 4 * exp(-2 * (log_n + sphere_log_partition(d, design.beta)));
        for (unsigned l = 1; l <= design.modes; l++) {
            double finite = sphere_mode_growth_finite(d, design.beta, log_n, design.tau, l);
            double all = sphere_mode_growth_finite(d, design.beta, INFINITY, design.tau, l);
            const struct flow_estimate *e = &m.estimate[l - 1];
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
                                 .replicates = 200,
                                 .seed = 5,
                                 .threads = 2};
    enum { BINS = 16 };
    double *amplitude = malloc(2 * design.replicates * sizeof *amplitude);
    struct flow_estimate density[2 * BINS];
    double eps = 0.2, ratio = 0, square = 0, first = 0, count = (double)design.replicates;
    assert_non_null(amplitude);
    flow_follow(&design, 4, eps, NULL, amplitude, BINS, density);
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
}

static void test_extrapolation(void **state) {
    (void)state;
    const struct flow_design many = {.count = 2001}, few = {.count = 1000};
    check_relative(flow_extrapolate(&many, 3 - 5 / 2001.0, &few, 3 - 5 / 1000.0), 3, 1e-14);
}

/* p-value of all modes together after a step: as they are, or extrapolated from two sizes. */
static double later_agreement(const struct flow_design design[2], const struct measured m[2], unsigned step,
                              const double *growth, bool extrapolated) {
    size_t size = design[0].replicates * design[0].modes;
    double *residual = malloc(2 * size * sizeof *residual);
    assert_non_null(residual);
    for (size_t k = 0; k < 2; k++) {
        flow_residual(&design[k], m[k].product, step, growth, residual + k * size);
    }
    for (size_t i = 0; extrapolated && i < size; i++) {
        residual[i] = flow_extrapolate(&design[0], residual[i], &design[1], residual[size + i]);
    }
    double pvalue = flow_agreement(design[0].replicates, design[0].modes, residual).pvalue;
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

/* ---- drift ---- */

/* Unit queries at the angles asked for, on the great circle of both means, and what is across them. */
static void test_probes(void **state) {
    (void)state;
    double first[4] = {1, 2, -1, 0.5}, second[4] = {-3, 1, 1, 1}, query[8], tangent[8];
    const double angle[2] = {0.4, 2.9};
    make_unit(4, first);
    make_unit(4, second);
    double opposite[4] = {-first[0], -first[1], -first[2], -first[3]};
    const double *others[] = {second, first, opposite};
    for (size_t k = 0; k < 4; k++) { /* the last: no second mean */
        const struct sphere_component laws[] = {{1, 2, first}, {1, 3, others[k % 3]}};
        flow_probe(&(struct sphere_mixture){4, k < 3 ? 2 : 1, laws}, 2, angle, query, tangent);
        for (size_t p = 0; p < 2; p++) {
            const double *q = query + 4 * p, *t = tangent + 4 * p;
            double qq = 0, tt = 0, qt = 0, q1 = 0, t1 = 0, q2 = 0, t2 = 0, cosine = 0;
            for (size_t c = 0; c < 4; c++) {
                qq += q[c] * q[c];
                tt += t[c] * t[c];
                qt += q[c] * t[c];
                q1 += q[c] * first[c];
                t1 += t[c] * first[c];
                q2 += q[c] * second[c];
                t2 += t[c] * second[c];
                cosine += first[c] * second[c];
            }
            check_close(qq, 1, 1e-14);
            check_close(tt, 1, 1e-14);
            check_close(qt, 0, 1e-14);
            check_close(q1, cos(angle[p]), 1e-14);
            check_close(t1, sin(angle[p]), 1e-14);
            if (k == 0) { check_close(q2, cos(angle[p] - acos(cosine)), 1e-13); }
            if (k == 0) { check_close(q2 * q2 + t2 * t2, 1, 1e-13); }
        }
    }
}

enum { PROBES = 4 };

/* Of the tangential output at every probe; log_n may be inf. */
static void predict_drift(const struct sphere_mixture *keys, double beta, double log_n, const double *query,
                          const double *tangent, double predicted[PROBES]) {
    double along[2];
    for (size_t p = 0; p < PROBES; p++) {
        const double *q = query + p * keys->dimension, *t = tangent + p * keys->dimension;
        sphere_mixture_output_finite(keys, beta, q, log_n, along);
        predicted[p] = 0;
        for (size_t k = 0; k < keys->count; k++) {
            for (size_t c = 0; c < keys->dimension; c++) {
                predicted[p] += along[k] * keys->component[k].mean[c] * t[c];
            }
        }
    }
}

/* p-value of all probes together. */
static double drift_agreement(size_t replicates, const double *drift, const double predicted[PROBES]) {
    double *residual = malloc(replicates * PROBES * sizeof *residual);
    assert_non_null(residual);
    for (size_t i = 0; i < replicates * PROBES; i++) { residual[i] = drift[i] - predicted[i % PROBES]; }
    double pvalue = flow_agreement(replicates, PROBES, residual).pvalue;
    free(residual);
    return pvalue;
}

/* One law and two, at n, probe by probe and all together. Few tokens, many replicates: without the correction
 * of order 1/n the prediction is refuted, and with twice the other law's share, or a law 20% narrower. */
static void test_drift(void **state) {
    (void)state;
    const struct {
        size_t d, laws;
        double beta, share;
    } settings[] = {{3, 1, 6, 1}, {2, 2, 10, 3}, {3, 2, 6, 0.5}};
    const double angle[PROBES] = {0.3, 1, 1.8, 2.6};
    double first[8] = {1, 1}, second[8] = {-1, 0.2};
    make_unit(8, first);
    make_unit(8, second);
    for (size_t k = 0; k < 3; k++) {
        size_t d = settings[k].d, replicates = quick() ? 2000 : 20000;
        struct flow_design design = {.dimension = d,
                                     .count = 128,
                                     .beta = settings[k].beta,
                                     .replicates = replicates,
                                     .seed = 9 + k,
                                     .threads = 2};
        struct sphere_component laws[] = {{settings[k].share, 1, first}, {1, 2, second}};
        const struct sphere_mixture keys = {d, settings[k].laws, laws};
        double *drift = malloc(replicates * PROBES * sizeof *drift), query[PROBES * 8], tangent[PROBES * 8];
        double log_n = log((double)design.count), at_n[PROBES], limit[PROBES], other[PROBES];
        assert_non_null(drift);
        flow_probe(&keys, PROBES, angle, query, tangent);
        flow_drift(&design, &keys, PROBES, query, tangent, NULL, drift);
        predict_drift(&keys, design.beta, log_n, query, tangent, at_n);
        predict_drift(&keys, design.beta, INFINITY, query, tangent, limit);
        laws[keys.count - 1].share *= 2;
        laws[0].concentration *= keys.count > 1 ? 1 : 1.2;
        predict_drift(&keys, design.beta, log_n, query, tangent, other);
        for (size_t p = 0; p < PROBES; p++) {
            double mean = 0, square = 0, n = (double)replicates;
            for (size_t r = 0; r < replicates; r++) {
                mean += drift[r * PROBES + p] / n;
                square += drift[r * PROBES + p] * drift[r * PROBES + p] / n;
            }
            double z = (mean - at_n[p]) / sqrt((square - mean * mean) / (n - 1));
            check_close(z, 0, standard_errors);
        }
        double pvalue = drift_agreement(replicates, drift, at_n);
        if (!(pvalue > least_joint_pvalue)) { fail_msg("setting %zu: p = %g", k, pvalue); }
        assert_true(drift_agreement(replicates, drift, other) < 1e-6);
        assert_true(quick() || drift_agreement(replicates, drift, limit) < 1e-6);
        free(drift);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_von_mises_fisher),
        cmocka_unit_test(test_around_the_mean),
        cmocka_unit_test(test_mixture),
        cmocka_unit_test(test_uniform_and_zonal),
        cmocka_unit_test(test_step),
        cmocka_unit_test(test_step_limits),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_growth_of_few_tokens),
        cmocka_unit_test(test_followed_mode),
        cmocka_unit_test(test_extrapolation),
        cmocka_unit_test(test_growth_of_later_steps),
        cmocka_unit_test(test_probes),
        cmocka_unit_test(test_drift),
    };
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
