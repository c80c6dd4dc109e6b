/* root: one step of a bracketed secant (the Illinois method) at a time, for whoever has the function. Pure.
 *
 *     struct root r = {low, high, f(low), f(high)};         f(low) <= 0 <= f(high)
 *     while (...) { x = root_guess(&r); f = f(x); root_narrow(&r, x, f); } */
#ifndef GAPSCALE_MODELS_NUMERIC_ROOT_H
#define GAPSCALE_MODELS_NUMERIC_ROOT_H

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

#endif
