#include "analysis/study/declared.h"

#include <math.h>
#include <string.h>

#include "models/theory/typical.h"

/* Numbers of one n in units of Lambda^typ or of its inverse, `factor` of the old units to the new. */
static void rescale(struct results_series *s, size_t n, double factor) {
    for (struct results_field f = {0}; results_next(s, &f) && f.units;) {
        bool up = strcmp(f.units, "lambda_typ") == 0, down = strcmp(f.units, "1/lambda_typ") == 0;
        if ((!up && !down) || !*f.values || f.axis[0] != RESULTS_LOG_N) { continue; }
        size_t each = results_field_size(s, &f) / s->size[RESULTS_LOG_N];
        for (size_t k = n * each; k < (n + 1) * each; k++) { (*f.values)[k] *= up ? factor : 1 / factor; }
    }
}

/* Their grid of gaps is one for all n, whose factors differ. */
static void forget_gap_counts(struct results_series *s, size_t n) {
    const size_t gaps = s->size[RESULTS_GAP];
    for (size_t k = n * gaps; k < (n + 1) * gaps; k++) {
        s->mean[RESULTS_LOG_GAP_COUNT][k] = s->se[RESULTS_LOG_GAP_COUNT][k] = NAN;
    }
}

static void forget_exact(struct results_series *s) {
    for (struct results_field f = {0}; results_next(s, &f);) {
        if (f.kind != RESULTS_EXACT || !*f.values) { continue; }
        for (size_t k = 0; k < results_field_size(s, &f); k++) { (*f.values)[k] = NAN; }
    }
}

bool declared_apply(struct results_series *s) {
    const double rounding = 1e-9; /* of log Lambda^typ, between versions and machines */
    bool other = false;
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
        double log_lambda = typical_along(s->family, s->parameter, s->log_n[n]).log_lambda,
               off = s->log_lambda_typ[n] - log_lambda;
        if (!isfinite(off) || fabs(off) <= rounding * (1 + fabs(log_lambda))) { continue; }
        rescale(s, n, exp(off));
        forget_gap_counts(s, n);
        s->log_lambda_typ[n] = log_lambda;
        s->lambda_typ[n] = exp(log_lambda);
        other = true;
    }
    if (other) { forget_exact(s); }
    return other;
}
