#include "analysis/statistics/exponent.h"

#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sim/base/memory.h"

/* The points that can be used, packed. */
struct points {
    size_t count;
    double *x, *y, *se, *weight;
};

static void points_create(struct points *p, size_t count) {
    double *room = memory_create(4 * (count + 1), sizeof *room);
    *p = (struct points){0, room, room + count, room + 2 * count, room + 3 * count};
}

/* True when every error is known and positive: then `weight` holds the inverse variances, else ones. */
static bool points_weigh(struct points *p) {
    bool positive = true;
    for (size_t i = 0; i < p->count; i++) { positive = positive && p->se[i] > 0 && isfinite(p->se[i]); }
    for (size_t i = 0; i < p->count; i++) { p->weight[i] = positive ? 1 / (p->se[i] * p->se[i]) : 1; }
    return positive;
}

/* Standard error of the slope sum_i w_i (x_i - mean) y_i / sum_i w_i (x_i - mean)^2. */
static double slope_error(const struct points *p) {
    double total = 0, mean = 0, squares = 0, variance = 0;
    for (size_t i = 0; i < p->count; i++) {
        total += p->weight[i];
        mean += p->weight[i] * p->x[i];
    }
    mean /= total;
    for (size_t i = 0; i < p->count; i++) {
        double lever = p->weight[i] * (p->x[i] - mean);
        squares += lever * (p->x[i] - mean);
        variance += lever * lever * p->se[i] * p->se[i];
    }
    return sqrt(variance) / squares;
}

static bool points_are_distinct(const struct points *p) {
    for (size_t i = 1; i < p->count; i++) {
        if (p->x[i] != p->x[0]) { return true; }
    }
    return false;
}

static struct exponent fit_line(size_t count, const double *x, const double *y, const double *se, bool even) {
    struct exponent fit = {0, NAN, NAN, NAN};
    struct points p;
    points_create(&p, count);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i])) { continue; }
        p.x[p.count] = x[i];
        p.y[p.count] = y[i];
        p.se[p.count++] = se[i];
    }
    fit.count = p.count;
    if (points_are_distinct(&p)) {
        double intercept, cov00, cov01, cov11, chi_square;
        bool weighted = points_weigh(&p) && !even;
        for (size_t i = 0; even && i < p.count; i++) { p.weight[i] = 1; }
        gsl_fit_wlinear(p.x, 1, p.weight, 1, p.y, 1, p.count, &intercept, &fit.value, &cov00, &cov01, &cov11,
                        &chi_square);
        fit.se = slope_error(&p);
        fit.chi_square = weighted ? chi_square : NAN;
    }
    free(p.x);
    return fit;
}

struct exponent exponent_fit(size_t count, const double *x, const double *y, const double *se) {
    return fit_line(count, x, y, se, false);
}

struct exponent exponent_even(size_t count, const double *x, const double *y, const double *se) {
    return fit_line(count, x, y, se, true);
}
