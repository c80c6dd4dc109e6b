/* Tokens that attend to each other: the draws against their law, one step against a plain sum, growth and
 * drift against theory, and the same bits for any threads and isa.
 *
 * Fixed seeds. False alarms, were the seeds drawn anew: 12 Kolmogorov-Smirnov tests at 1e-5; 6 means, 3
 * drifts of 7 probes and 3 x 6 modes at 4.5 standard errors (t-distributed with 63 degrees of freedom: 3e-5
 * each), 2e-3 in all. */
#include "test.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <stdlib.h>
#include <string.h>

#include "../models/sphere.h"
#include "../sim/tokens.h"

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* P(overlap with the mean <= s) of von Mises-Fisher keys. */
struct overlap_law {
    double d, concentration;
};

static double at_angle(double angle, void *context) {
    const struct overlap_law *law = context;
    return exp(law->concentration * (cos(angle) - 1)) * pow(sin(angle), law->d - 2);
}

static double weight_between(struct overlap_law law, double from, double to) {
    double sum, error;
    gsl_integration_workspace *work = gsl_integration_workspace_alloc(500);
    const gsl_function f = {at_angle, &law};
    gsl_integration_qag(&f, from, to, 0, 1e-10, 500, GSL_INTEG_GAUSS41, work, &sum, &error);
    gsl_integration_workspace_free(work);
    return sum;
}

static void draws_follow_their_law(void **state) {
    (void)state;
    enum { N = 3000 };
    const size_t dimension[] = {2, 3, 8};
    const double concentration[] = {0, 0.5, 5, 200};
    double *x = malloc(8 * N * sizeof *x), overlap[N], share[N];
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < 4; i++) {
            size_t d = dimension[k];
            struct stream stream = stream_make(9, "draw", log(N), false, 10 * k + i);
            struct flow_density density = {concentration[i], 0.7, 1};
            struct overlap_law law = {(double)d, concentration[i]};
            assert_true(flow_draw(isa_best(), &stream, &density, d, N, x));
            for (size_t j = 0; j < N; j++) {
                double square = 0;
                for (size_t c = 0; c < d; c++) { square += x[c * N + j] * x[c * N + j]; }
                check_close(square, 1, 1e-13);
                overlap[j] = -(x[j] * cos(0.7) + x[N + j] * sin(0.7));
            }
            qsort(overlap, N, sizeof *overlap, ascending);
            double before = 0, sum = 0;
            for (size_t j = 0; j < N; j++) { /* from angle 0 on */
                double angle = acos(fmax(-1, fmin(1, -overlap[j])));
                share[j] = sum += weight_between(law, before, angle);
                before = angle;
            }
            sum += weight_between(law, before, M_PI);
            for (size_t j = 0; j < N; j++) { share[j] /= sum; }
            double p = test_ks_pvalue(N, share);
            if (!(p > 1e-5)) { fail_msg("d = %zu, concentration %g: p = %g", d, concentration[i], p); }
        }
    }
    free(x);
}

/* One step by the definition, in long double. */
static void step_is_attention(void **state) {
    (void)state;
    enum { D = 4, N = 37 };
    double x[D * N], moved[D * N];
    struct stream stream = stream_make(3, "step", log(N), false, 0);
    assert_true(flow_draw(isa_best(), &stream, &(struct flow_density){0, 0, 1}, D, N, x));
    const double tau[] = {INFINITY, 0.3, 1e-12};
    for (size_t t = 0; t < 3; t++) {
        assert_true(flow_step(isa_best(), D, N, x, 3, tau[t], 2, moved));
        for (size_t i = 0; i < N; i++) {
            long double att[D] = {0}, z = 0, square = 0;
            for (size_t j = 0; j < N; j++) {
                long double overlap = 0;
                for (size_t c = 0; c < D; c++) { overlap += (long double)x[c * N + i] * x[c * N + j]; }
                long double w = expl(3 * overlap);
                z += w;
                for (size_t c = 0; c < D; c++) { att[c] += w * x[c * N + j]; }
            }
            for (size_t c = 0; c < D; c++) {
                att[c] = isinf(tau[t]) ? att[c] / z : x[c * N + i] + tau[t] * att[c] / z;
                square += att[c] * att[c];
            }
            for (size_t c = 0; c < D; c++) {
                check_close(moved[c * N + i], (double)(att[c] / sqrtl(square)), 1e-13);
            }
        }
    }
    for (size_t k = 0; k < D * N; k++) { check_close(moved[k], x[k], 1e-11); } /* tau -> 0 moves nothing */
}

static struct tokens_request request_of(size_t d, size_t n, double beta) {
    return (struct tokens_request){.seed = 4,
                                   .dimension = d,
                                   .n = n,
                                   .modes = 6,
                                   .steps = 1,
                                   .replicates = 64,
                                   .beta = beta,
                                   .tau = INFINITY,
                                   .density = {0, 0, 1},
                                   .threads = 2,
                                   .quiet = true};
}

static void heat_runs_backwards(void **state) {
    (void)state;
    const struct {
        size_t d, n;
        double beta;
    } point[] = {{2, 2000, 12}, {3, 2000, 8}, {5, 3000, 6}};
    for (size_t k = 0; k < 3; k++) {
        struct tokens_request r = request_of(point[k].d, point[k].n, point[k].beta);
        struct tokens_growth growth[6];
        assert_true(tokens_grow(isa_best(), &r, growth, NULL));
        for (unsigned l = 1; l <= 6; l++) {
            double many = sphere_mode_growth((double)r.dimension, r.beta, l),
                   theory = sphere_mode_growth_finite((double)r.dimension, r.beta, l, log((double)r.n));
            check_close(growth[l - 1].value, theory, /* the correction is its leading term at large beta */
                        4.5 * growth[l - 1].se + (many - theory) / 2);
            assert_true(growth[l - 1].se < 0.2);
        }
        assert_true(growth[2].value > 1.1); /* the modes do grow */
    }
}

static void drift_is_that_of_many_keys(void **state) {
    (void)state;
    const size_t dimension[] = {2, 3, 6};
    for (size_t k = 0; k < 3; k++) {
        struct tokens_request r = request_of(dimension[k], 20000, 4);
        struct tokens_drift drift[TOKENS_PROBES];
        r.density = (struct flow_density){1.5, 0.4, 1};
        assert_true(tokens_drift(isa_best(), &r, drift));
        for (size_t p = 0; p < TOKENS_PROBES; p++) {
            struct sphere_attention a =
                sphere_von_mises_fisher((double)r.dimension, r.beta, 1.5, cos(drift[p].angle));
            double bias = 20 / 20000.0; /* the ratio of means, rho of order 20 at most */
            check_close(drift[p].across, -a.along_mean * sin(drift[p].angle),
                        4.5 * drift[p].across_se + bias);
            check_close(drift[p].along, a.along_query + a.along_mean * cos(drift[p].angle),
                        4.5 * drift[p].along_se + bias);
        }
    }
}

static void bits_do_not_depend_on_threads(void **state) {
    (void)state;
    struct tokens_growth first[6], other[6];
    struct tokens_request r = request_of(3, 500, 8);
    r.replicates = 5;
    r.density = (struct flow_density){2, 0, 3};
    r.threads = 1;
    assert_true(tokens_grow(isa_find("base"), &r, first, NULL));
    for (int threads = 1; threads <= 3; threads++) {
        r.threads = threads;
        assert_true(tokens_grow(isa_best(), &r, other, NULL));
        assert_memory_equal(first, other, sizeof first);
    }
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_follow_their_law),        cmocka_unit_test(step_is_attention),
        cmocka_unit_test(heat_runs_backwards),           cmocka_unit_test(drift_is_that_of_many_keys),
        cmocka_unit_test(bits_do_not_depend_on_threads),
    };
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
