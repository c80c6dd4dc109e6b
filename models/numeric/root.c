#include "models/numeric/root.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>
#include <stdbool.h>

double root_between(gsl_function f, double low, double high, double tolerance) {
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    bool good = solver && gsl_root_fsolver_set(solver, &f, low, high) == GSL_SUCCESS;
    double x = good ? gsl_root_fsolver_root(solver) : NAN, before = INFINITY;
    for (int i = 0; good && i < 200 && fabs(x - before) >= tolerance; i++) {
        before = x;
        good = gsl_root_fsolver_iterate(solver) == GSL_SUCCESS;
        x = good ? gsl_root_fsolver_root(solver) : NAN;
    }
    if (solver) { gsl_root_fsolver_free(solver); }
    return x;
}

double root_near(gsl_function f, double low, double high, double tolerance) {
    double width = high - low;
    for (int i = 0; i < 20 && !(GSL_FN_EVAL(&f, low) > 0); i++, width *= 2) { high = low, low -= width; }
    for (int i = 0; i < 20 && !(GSL_FN_EVAL(&f, high) < 0); i++, width *= 2) { low = high, high += width; }
    return root_between(f, low, high, tolerance);
}

/* By turns the vertex of the parabola through the three, what is a little beyond it on the longer side, and
 * the golden section of that side. */
static double next_of(const struct root_summit *s, int turn, double near) {
    const double golden = 0.381966011250105, left = s->x[1] - s->x[0], right = s->x[2] - s->x[1],
                 rise = (s->value[1] - s->value[0]) / left, fall = (s->value[1] - s->value[2]) / right,
                 step = (rise * right - fall * left) / (2 * (rise + fall)), longer = fmax(left, right),
                 section = golden * longer, little = fmin(section, fmax(4 * fabs(step), near));
    if (turn % 3 == 0 && fabs(step) > 1e-8 * longer) { return s->x[1] + step; }
    return s->x[1] + copysign(turn % 3 == 1 && isfinite(step) ? little : section, right - left);
}

/* The middle one replaced, or an end. */
static void narrow(struct root_summit *s, double x, double value) {
    const bool is_right = x > s->x[1], is_higher = value > s->value[1];
    const int end = is_right == is_higher ? 0 : 2, gone = is_higher ? 1 : end;
    if (is_higher) {
        s->x[end] = s->x[1];
        s->value[end] = s->value[1];
    }
    s->x[gone] = x;
    s->value[gone] = value;
}

/* What the highest may have above the middle one where no slope is steeper than that before it. */
static double left_of(const struct root_summit *s) {
    const double left = s->x[1] - s->x[0], right = s->x[2] - s->x[1];
    return fmax((s->value[1] - s->value[0]) * right / left, (s->value[1] - s->value[2]) * left / right);
}

double root_peak(gsl_function f, struct root_summit s, double enough, double nearest) {
    for (int i = 0; i < 200 && s.x[2] - s.x[0] > nearest && !(left_of(&s) <= enough); i++) {
        const double x = next_of(&s, i, 1e4 * nearest);
        narrow(&s, x, GSL_FN_EVAL(&f, x));
    }
    return s.x[1];
}
