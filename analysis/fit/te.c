#include "analysis/fit/te.h"

#include <math.h>

/* Factors share their rows. Points that are not known to half of them are left out. */
static struct exponent slope_of(size_t count, const double *x, double *y, const double *se) {
    const size_t fewest = 3;
    const struct exponent_noise unknown = {0, NULL};
    for (size_t i = 0; i < count; i++) { y[i] = se[i] > 0 && se[i] < 0.5 ? y[i] : NAN; }
    struct exponent slope = exponent_fit(count, x, y, se, &unknown);
    return slope.count < fewest ? (struct exponent){slope.count, NAN, NAN, NAN} : slope;
}

/* Rows that tie at the top keep H at any beta; of measured rows they are left out. */
static bool has_ties(const struct results_series *s, size_t n) {
    const size_t kept = s->size[RESULTS_REPLICATE];
    if (s->family->kind == FAMILY_MEASURED) { return false; }
    for (size_t r = 0; r < kept; r++) {
        if (isinf(s->lambda[n * kept + r])) { return true; }
    }
    return false;
}

struct te te_make(const struct results_series *s, size_t n) {
    enum { MOST = 64 };
    const size_t at = n * s->size[RESULTS_TE],
                 factors = s->size[RESULTS_TE] < MOST ? s->size[RESULTS_TE] : MOST;
    const double *entropy = s->mean[RESULTS_TE_ENTROPY] + at, *ratio = s->mean[RESULTS_TE_TOP_TWO_RATIO] + at;
    const bool falls = !has_ties(s, n);
    double log_f[MOST], fall[MOST], fall_se[MOST] = {0}, apart[MOST], apart_se[MOST] = {0};
    for (size_t i = 0; i < factors; i++) {
        double f = s->te_factor[i];
        log_f[i] = log(f);
        fall[i] = falls && f > 4 && entropy[i] > 1e-300 ? (log1p(f * M_LN2) - log(entropy[i])) / M_LN2 : NAN;
        fall_se[i] = s->se[RESULTS_TE_ENTROPY][at + i] / (entropy[i] * M_LN2);
        apart[i] = f * f < 1 / 16.0 && ratio[i] < 1 ? log(1 - ratio[i]) : NAN;
        apart_se[i] = s->se[RESULTS_TE_TOP_TWO_RATIO][at + i] / (1 - ratio[i]);
    }
    return (struct te){slope_of(factors, s->te_factor, fall, fall_se),
                       slope_of(factors, log_f, apart, apart_se), factors > 0 ? ratio[0] : NAN};
}
