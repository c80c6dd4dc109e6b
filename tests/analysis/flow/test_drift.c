/* Drift of single queries over mixtures, measured against predictions.
 *
 * Fixed seeds. Statistical tests, were the seeds drawn anew: 12 comparisons at 5 standard errors (6e-7 each
 * for normal errors) and 3 tests of all probes together at 1e-4: below 4e-4 for the whole file. */
#include "analysis/statistics/hotelling.h"
#include "models/theory/sphere.h"
#include "sim/flow/drift.h"
#include "tests/test.h"

#include <stdbool.h>
#include <stdlib.h>

static const double least_joint_pvalue = 1e-4, standard_errors = 5;

static bool quick(void) { return getenv("GAPSCALE_TEST_QUICK") != NULL; }

static void make_unit(size_t d, double *x) {
    double square = 0;
    for (size_t c = 0; c < d; c++) { square += x[c] * x[c]; }
    for (size_t c = 0; c < d; c++) { x[c] /= sqrt(square); }
}

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
        drift_probe(&(struct sphere_mixture){4, k < 3 ? 2 : 1, laws}, 2, angle, query, tangent);
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
    double pvalue = hotelling_test(replicates, PROBES, residual).pvalue;
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
        size_t d = settings[k].d, replicates = quick() ? 2000 : 40000;
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
        drift_probe(&keys, PROBES, angle, query, tangent);
        drift_measure(&design, &keys, PROBES, query, tangent, NULL, drift);
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
        cmocka_unit_test(test_probes),
        cmocka_unit_test(test_drift),
    };
    return cmocka_run_group_tests_name("drift", tests, NULL, NULL);
}
