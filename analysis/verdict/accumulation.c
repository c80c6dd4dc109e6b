#include "analysis/verdict/accumulation.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "models/theory/positions.h"
#include "sim/base/memory.h"

/* Logarithms of alpha*, t* and Lambda_n of a kept row at an n. */
static void logarithms(const struct results_series *s, size_t n, size_t row, double value[3]) {
    const size_t at = n * s->size[RESULTS_REPLICATE] + row;
    value[0] = log(s->lambda_log_rank[at] / s->log_n[n]);
    value[1] = log(s->lambda_gap[at]) - s->log_lambda_typ[n];
    value[2] = log(s->lambda[at]) + s->log_lambda_typ[n];
}

/* Their means over the kept rows; NaN where one is not finite. */
static void mean_logarithms(const struct results_series *s, size_t n, double mean[3], double se[3]) {
    const size_t kept = results_kept(s, n);
    double sum[3] = {0}, square[3] = {0}, first[3] = {0}; /* sums of what they are off the first */
    for (int k = 0; k < 3; k++) { mean[k] = se[k] = NAN; }
    for (size_t r = 0; r < kept; r++) {
        double value[3];
        logarithms(s, n, r, value);
        for (int k = 0; k < 3; k++) {
            if (!isfinite(value[k])) { return; }
            if (r == 0) { first[k] = value[k]; }
            double off = value[k] - first[k];
            sum[k] += off;
            square[k] += off * off;
        }
    }
    for (int k = 0; k < 3 && kept > 0; k++) {
        double count = (double)kept, off = sum[k] / count;
        mean[k] = first[k] + off;
        se[k] = kept > 1 ? sqrt(fmax(0, square[k] / count - off * off) / (count - 1)) : NAN;
    }
}

/* What each row moves the three means at an n by: of the k-th at part[k * stride + row]. */
static void row_parts(const struct results_series *s, size_t n, const double mean[3], size_t stride,
                      double *part) {
    const double kept = (double)s->size[RESULTS_REPLICATE];
    for (size_t r = 0; r < s->size[RESULTS_REPLICATE]; r++) {
        double value[3];
        logarithms(s, n, r, value);
        for (size_t k = 0; k < 3; k++) {
            part[k * stride + r] = (value[k] - mean[k]) / sqrt(kept * (kept - 1));
        }
    }
}

/* The three exponents from the same points with equal weights, so that the identity between them is exact. */
static void fit_coordinates(const struct fit *fit, struct accumulation_fit *a) {
    struct exponent *const xi[] = {&a->xi_alpha, &a->xi_delta, &a->xi_lambda};
    const size_t lengths = fit->lengths, kept = fit->series->size[RESULTS_REPLICATE];
    double *x = memory_create(7 * lengths, sizeof *x), *mean = x + lengths, *se = x + 4 * lengths,
           *part = memory_create(fit->common ? 3 * lengths * kept : 0, sizeof *part);
    for (size_t n = 0; n < lengths; n++) {
        double means[3], errors[3];
        mean_logarithms(fit->series, n, means, errors);
        x[n] = log(fit->series->log_n[n]);
        for (size_t k = 0; k < 3; k++) {
            mean[k * lengths + n] = means[k];
            se[k * lengths + n] = errors[k];
        }
        if (fit->common) { row_parts(fit->series, n, means, lengths * kept, part + n * kept); }
    }
    for (size_t k = 0; k < 3; k++) {
        const struct exponent_noise shared = {kept, fit->common ? part + k * lengths * kept : NULL};
        *xi[k] = exponent_fit(lengths, x, mean + k * lengths, se + k * lengths, fit->common ? &shared : NULL);
    }
    free(x);
    free(part);
}

void accumulation_make(struct accumulation_fit *a, const struct fit *fit, double limit) {
    static const struct exponent none = {0, NAN, NAN, NAN};
    *a = (struct accumulation_fit){NAN, NAN, NAN, NAN, none, none, none};
    if (fit->lengths == 0) { return; }
    const struct order *rows = &fit->row_lambda[fit->lengths - 1];
    a->median = rows->quantile[ORDER_MEDIAN];
    a->median_low = rows->median_low;
    a->median_high = rows->median_high;
    a->limit = limit;
    fit_coordinates(fit, a);
}

const struct accumulation_reach accumulation_nowhere = {false, false, NAN, NAN, NAN};

struct accumulation_reach accumulation_reach(const struct fit *fit) {
    const struct results_series *s = fit->series;
    double p[FAMILY_PARAMETERS] = {0};
    if (fit->lengths == 0) { return accumulation_nowhere; }
    const double log_n = s->log_n[fit->lengths - 1];
    family_parameters(s->family, s->parameter, log_n, p);
    if (positions_are_absent(family_position(s->family, p))) { return accumulation_nowhere; }
    const struct positions_reach keys = positions_reach(s->family, p, log_n);
    return (struct accumulation_reach){.present = true,
                                       .linear = family_position(s->family, p).linear > 0,
                                       .limit = fit->has_law ? fit->law.coef : NAN,
                                       .effective = exp(keys.log_effective),
                                       .window = rint(exp(keys.log_window))};
}
