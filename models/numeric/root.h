/* root: where a function crosses 0, and where it is largest. Pure but for the function.
 *
 * For whoever has the function at both ends: one step of a bracketed secant (the Illinois method) at a time.
 * The bits of rows hang on it.
 *
 *     struct root r = {low, high, f(low), f(high)};         f(low) <= 0 <= f(high)
 *     while (...) { x = root_guess(&r); f = f(x); root_narrow(&r, x, f); } */
#ifndef GAPSCALE_MODELS_NUMERIC_ROOT_H
#define GAPSCALE_MODELS_NUMERIC_ROOT_H

#include <gsl/gsl_math.h>
#include <math.h>

struct root {
    double low, high, at_low, at_high;
    int side; /* which end moved last: -1 the lower, 1 the higher */
};

/* Where the secant crosses 0; the middle where the function is infinite at the higher end. */
static inline double root_guess(const struct root *r) {
    if (!isfinite(r->at_high)) { return (r->low + r->high) / 2; }
    return (r->low * r->at_high - r->high * r->at_low) / (r->at_high - r->at_low);
}

/* An end that stays twice running counts half from then on. */
static inline void root_narrow(struct root *r, double x, double value) {
    if (value < 0) {
        r->low = x;
        r->at_low = value;
        if (r->side == -1) { r->at_high /= 2; }
        r->side = -1;
    } else {
        r->high = x;
        r->at_high = value;
        if (r->side == 1) { r->at_low /= 2; }
        r->side = 1;
    }
}

/* In [low, high], where the function changes its sign, by Brent's method (GSL) until steps are below
 * `tolerance`; NaN where it does not, where it is not finite, and where memory is out. GSL's error handler
 * must be off. */
double root_between(gsl_function function, double low, double high, double tolerance);
/* The same from a first bracket of a decreasing function, widened by doubling where it has no root. */
double root_near(gsl_function function, double low, double high, double tolerance);

/* Three points, the middle one the highest. */
struct root_summit {
    double x[3], value[3];
};
/* Where the function is largest between them: until it has no more than `enough` above what is known, where
 * no slope is steeper than those between the three, or they are `nearest` together, as at a kink. Some ten
 * values where it is smooth; 200 at most. */
double root_peak(gsl_function function, struct root_summit summit, double enough, double nearest);

#endif
