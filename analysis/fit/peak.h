/* peak: where the mean susceptibility chi is largest, between the betas at which it was measured.
 *
 * Everything is in x = log(beta/Lambda^typ). chi is the slope of the entropy H: three points give three
 * values of chi and two integrals of it, a polynomial of the fourth degree. chi may rise and fall between two
 * points of the grid all the same: what that may move the maximum by is the larger of its distances from the
 * tops of the parabolas through chi and log chi, and of s^2/2 of the wider step, s being the part of chi that
 * is lost from the highest point to the lower of its neighbours. On exact curves of six families, with 2 to
 * 50 points an octave and in any phase of the grid, it was short by more than a fifth where chi is a plateau
 * only.
 *
 * Where the exact mean is known, the ratio of the measured chi to it is interpolated: it is 1 but for noise,
 * however sharp the maximum. With q the parabola through the logarithm of the ratio at the three points about
 * the exact maximum x_e, the maximum is at x_e - q'/((log chi_e)'' + q''). */
#ifndef GAPSCALE_ANALYSIS_FIT_PEAK_H
#define GAPSCALE_ANALYSIS_FIT_PEAK_H

#include <stdbool.h>

#include "sim/results/results.h"

struct peak {
    double x;          /* NaN: not resolved */
    double grid_error; /* what the steps between points may move it by */
};

/* The middle one of three points is highest; entropy[i] - entropy[i + 1] is the integral of chi. NaN where
 * the error would be more than a quarter of the wider step. */
struct peak peak_between(const double x[3], const double chi[3], const double entropy[3]);

/* The exact curve at the betas `first` to `first` + 2 of the series, around its maximum `top`. */
struct peak_control {
    bool is_known;
    size_t first;
    double log_chi[3], top, curvature;
};

/* Known where the series has exact values about an exact maximum of this mean. */
struct peak_control peak_control_make(const struct results_series *series, size_t n);

/* Of all points of the grid; NaN where noise leaves no maximum near the exact one. */
struct peak peak_beside(const struct peak_control *control, const double *x, const double *chi);

#endif
