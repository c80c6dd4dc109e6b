#include "analysis/statistics/exponent.h"

#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sim/base/memory.h"

/* The points that can be used, packed. */
struct usable {
    size_t count;
    double *x, *y, *se;
    bool independent;
    size_t sets;         /* 0: too few, or none are shared */
    const double **part; /* [count] of them, each [sets] */
};

static void usable_create(struct usable *p, size_t count, const struct exponent_noise *shared) {
    double *room = memory_create(3 * (count + 1), sizeof *room);
    *p = (struct usable){.x = room,
                         .y = room + count,
                         .se = room + 2 * count,
                         .independent = !shared,
                         .sets = shared && shared->sets >= EXPONENT_SETS ? shared->sets : 0,
                         .part = memory_create(count + 1, sizeof *p->part)};
}

/* Standard error of the slope sum_i (x_i - mean) y_i / sum_i (x_i - mean)^2; of points that share what nobody
 * knows at most the sum of what each moves it by, and that at most the root of their number times what it is
 * of independent ones. */
static double slope_error(const struct usable *p) {
    const double together_most = p->independent || p->sets > 0 ? 1 : (double)p->count,
                 mean = gsl_stats_mean(p->x, 1, p->count);
    double squares = 0, variance = 0, *together = memory_create(p->sets + 1, sizeof *together);
    for (size_t i = 0; i < p->count; i++) {
        double lever = p->x[i] - mean, own = p->se[i] * p->se[i];
        squares += lever * lever;
        for (size_t k = 0; k < p->sets; k++) {
            own -= p->part[i][k] * p->part[i][k];
            together[k] += lever * p->part[i][k];
        }
        variance += p->sets > 0 && own < 0 ? 0 : lever * lever * own * together_most;
    }
    for (size_t k = 0; k < p->sets; k++) { variance += together[k] * together[k]; }
    free(together);
    return sqrt(variance) / squares;
}

/* Of the straight line with weights 1/se^2, whose slope is not told; NaN unless these are known. */
static double line_chi_square(const struct usable *p) {
    double ignored, chi_square = NAN, *weight = memory_create(p->count, sizeof *weight);
    bool known = p->independent;
    for (size_t i = 0; i < p->count; i++) {
        known = known && p->se[i] > 0 && isfinite(p->se[i]);
        weight[i] = 1 / (p->se[i] * p->se[i]);
    }
    if (known) {
        gsl_fit_wlinear(p->x, 1, weight, 1, p->y, 1, p->count, &ignored, &ignored, &ignored, &ignored,
                        &ignored, &chi_square);
    }
    free(weight);
    return chi_square;
}

static bool usable_are_distinct(const struct usable *p) {
    for (size_t i = 1; i < p->count; i++) {
        if (p->x[i] != p->x[0]) { return true; }
    }
    return false;
}

struct exponent exponent_fit(size_t count, const double *x, const double *y, const double *se,
                             const struct exponent_noise *shared) {
    struct exponent fit = {0, NAN, NAN, NAN};
    struct usable p;
    usable_create(&p, count, shared);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i])) { continue; }
        p.x[p.count] = x[i];
        p.y[p.count] = y[i];
        if (p.sets > 0) { p.part[p.count] = shared->part + i * p.sets; }
        p.se[p.count++] = se[i];
    }
    fit.count = p.count;
    if (usable_are_distinct(&p)) {
        double intercept, cov00, cov01, cov11, squares;
        gsl_fit_linear(p.x, 1, p.y, 1, p.count, &intercept, &fit.value, &cov00, &cov01, &cov11, &squares);
        fit.se = slope_error(&p);
        fit.chi_square = line_chi_square(&p);
    }
    free(p.x);
    free(p.part);
    return fit;
}
