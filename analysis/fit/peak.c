#include "analysis/fit/peak.h"

#include <gsl/gsl_poly.h>
#include <math.h>

enum { POINTS = 3, DEGREE = 2 * POINTS - 1 };

/* Top of the parabola through three points. */
static double parabola_top(const double x[POINTS], const double y[POINTS]) {
    const double left = x[1] - x[0], right = x[2] - x[1], fall_left = (y[1] - y[0]) / left,
                 fall_right = (y[1] - y[2]) / right;
    return x[1] + (fall_left * right - fall_right * left) / (2 * (fall_left + fall_right));
}

/* Where the polynomial through entropies with these slopes falls fastest between the outer points. */
static double steepest_fall(const double x[POINTS], const double chi[POINTS], const double entropy[POINTS]) {
    double slope[POINTS], divided[DEGREE + 1], node[DEGREE + 1], c[DEGREE + 1], room[DEGREE + 1], root[3],
        best = NAN, most = -INFINITY;
    for (int i = 0; i < POINTS; i++) { slope[i] = -chi[i]; }
    gsl_poly_dd_hermite_init(divided, node, x, entropy, slope, POINTS);
    gsl_poly_dd_taylor(c, x[1], divided, node, DEGREE + 1, room);
    const double lead = 20 * c[5];
    int roots = lead == 0 ? 0
                          : gsl_poly_solve_cubic(12 * c[4] / lead, 6 * c[3] / lead, 2 * c[2] / lead, &root[0],
                                                 &root[1], &root[2]);
    for (int i = 0; i < roots; i++) {
        const double t = root[i],
                     fall = -(c[1] + t * (2 * c[2] + t * (3 * c[3] + t * (4 * c[4] + t * 5 * c[5]))));
        if (x[1] + t >= x[0] && x[1] + t <= x[2] && fall > most) {
            most = fall;
            best = x[1] + t;
        }
    }
    return best;
}

struct peak peak_between(const double x[POINTS], const double chi[POINTS], const double entropy[POINTS]) {
    const double log_chi[POINTS] = {log(chi[0]), log(chi[1]), log(chi[2])}, widest = 0.25,
                 step = fmax(x[1] - x[0], x[2] - x[1]), lost = 1 - fmin(chi[0], chi[2]) / chi[1],
                 top = steepest_fall(x, chi, entropy), apart = fabs(top - parabola_top(x, chi)),
                 log_apart = fabs(top - parabola_top(x, log_chi)),
                 error = fmax(fmax(apart, log_apart), lost * lost * step / 2);
    const bool is_resolved = isfinite(apart + log_apart) && error <= widest * step;
    return (struct peak){is_resolved ? top : NAN, error};
}

/* ---- beside the exact mean ---- */

/* The first of three betas with exact values. False where there are none. */
static bool find_points(const struct results_series *s, size_t n, size_t *first) {
    const size_t count = s->size[RESULTS_BETA];
    const double *chi = s->exact_susceptibility + n * count;
    for (*first = 0; *first < count && isnan(chi[*first]); ++*first) {}
    return *first + POINTS <= count;
}

struct peak_control peak_control_make(const struct results_series *s, size_t n) {
    const size_t criteria = s->size[RESULTS_CRITERION], count = s->size[RESULTS_BETA];
    struct peak_control control = {.is_known = false};
    size_t k = 0;
    while (k < criteria && s->criterion[k].kind != CRITERION_SUSCEPTIBILITY) { k++; }
    if (k == criteria || !find_points(s, n, &control.first)) { return control; }
    control.top = log(s->exact_collapse[n * criteria + k]);
    control.curvature = s->exact_collapse_curvature[n * criteria + k];
    control.is_known = isfinite(control.top);
    for (size_t i = 0; i < POINTS; i++) {
        control.log_chi[i] = log(s->exact_susceptibility[n * count + control.first + i]);
        control.is_known = control.is_known && isfinite(control.log_chi[i]);
    }
    return control;
}

/* The maximum where the exact curve times the parabola through three values `ratio` has it; `ratio` is a
 * logarithm, or is near 1. */
static double shifted(const struct peak_control *control, const double *x, const double ratio[POINTS],
                      double scale) {
    const double left = (ratio[1] - ratio[0]) / (x[1] - x[0]), right = (ratio[2] - ratio[1]) / (x[2] - x[1]),
                 bend = 2 * (right - left) / (x[2] - x[0]),
                 slope = left + bend * (control->top - (x[0] + x[1]) / 2),
                 curvature = control->curvature + bend / scale;
    const double shift = -slope / scale / curvature;
    return curvature < 0 && fabs(shift) <= x[2] - x[0] ? control->top + shift : NAN;
}

struct peak peak_beside(const struct peak_control *control, const double *x, const double *chi) {
    double ratio[POINTS], log_ratio[POINTS];
    x += control->first;
    for (size_t i = 0; i < POINTS; i++) {
        log_ratio[i] = log(chi[control->first + i]) - control->log_chi[i];
        ratio[i] = exp(log_ratio[i]);
    }
    const double top = shifted(control, x, log_ratio, 1);
    return (struct peak){top, fabs(top - shifted(control, x, ratio, ratio[1]))};
}
