#include "analysis/statistics/exponent.h"

#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sim/base/memory.h"

/* The points that can be used, packed. */
struct usable {
    size_t count;
    double *x, *y, *se, *weight;
    bool independent;
    size_t sets;         /* 0: too few, or none are shared */
    const double **part; /* [count] of them, each [sets] */
};

static void usable_create(struct usable *p, size_t count, const struct exponent_noise *shared) {
    double *room = memory_create(4 * (count + 1), sizeof *room);
    *p = (struct usable){.x = room,
                         .y = room + count,
                         .se = room + 2 * count,
                         .weight = room + 3 * count,
                         .independent = !shared,
                         .sets = shared && shared->sets >= EXPONENT_SETS ? shared->sets : 0,
                         .part = memory_create(count + 1, sizeof *p->part)};
}

/* True when every error is known and positive: then `weight` holds the inverse variances, else ones. */
static bool usable_weigh(struct usable *p) {
    bool positive = true;
    for (size_t i = 0; i < p->count; i++) { positive = positive && p->se[i] > 0 && isfinite(p->se[i]); }
    for (size_t i = 0; i < p->count; i++) { p->weight[i] = positive ? 1 / (p->se[i] * p->se[i]) : 1; }
    return positive;
}

/* Standard error of the slope sum_i w_i (x_i - mean) y_i / sum_i w_i (x_i - mean)^2; of points that share
 * what nobody knows at most the sum of what each moves it by, and that at most the root of their number times
 * what it is of independent ones. */
static double slope_error(const struct usable *p) {
    const double together_most = p->independent || p->sets > 0 ? 1 : (double)p->count;
    double total = 0, mean = 0, squares = 0, variance = 0,
           *together = memory_create(p->sets + 1, sizeof *together);
    for (size_t i = 0; i < p->count; i++) {
        total += p->weight[i];
        mean += p->weight[i] * p->x[i];
    }
    mean /= total;
    for (size_t i = 0; i < p->count; i++) {
        double lever = p->weight[i] * (p->x[i] - mean);
        double own = p->se[i] * p->se[i];
        squares += lever * (p->x[i] - mean);
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

/* By its weights. Returns chi square. */
static double usable_slope(const struct usable *p, double *slope) {
    double intercept, cov00, cov01, cov11, chi_square;
    gsl_fit_wlinear(p->x, 1, p->weight, 1, p->y, 1, p->count, &intercept, slope, &cov00, &cov01, &cov11,
                    &chi_square);
    return chi_square;
}

static bool usable_are_distinct(const struct usable *p) {
    for (size_t i = 1; i < p->count; i++) {
        if (p->x[i] != p->x[0]) { return true; }
    }
    return false;
}

static struct exponent fit_line(size_t count, const double *x, const double *y, const double *se,
                                const struct exponent_noise *shared, bool even) {
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
        const bool weighted = usable_weigh(&p);
        const double chi_square = usable_slope(&p, &fit.value);
        if (weighted && !shared) { fit.chi_square = chi_square; }
        if (weighted && even) {
            for (size_t i = 0; i < p.count; i++) { p.weight[i] = 1; }
            usable_slope(&p, &fit.value);
        }
        fit.se = slope_error(&p);
    }
    free(p.x);
    free(p.part);
    return fit;
}

struct exponent exponent_fit(size_t count, const double *x, const double *y, const double *se,
                             const struct exponent_noise *shared) {
    return fit_line(count, x, y, se, shared, false);
}

struct exponent exponent_even(size_t count, const double *x, const double *y, const double *se,
                              const struct exponent_noise *shared) {
    return fit_line(count, x, y, se, shared, true);
}
