#include "analysis/verdict/contrast.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"

struct contrast_data contrast_create(size_t room) {
    double *all = memory_create(room * (room + 3), sizeof *all);
    return (struct contrast_data){.room = room,
                                  .x = all,
                                  .deviation = all + room,
                                  .systematic = all + 2 * room,
                                  .noise = all + 3 * room};
}

void contrast_release(struct contrast_data *d) { free(d->x); }

/* Degrees of freedom of a variance to which independent points bring these parts. */
static double satterthwaite(const struct contrast_data *d, const double *weight, double variance) {
    double squares = 0;
    for (size_t i = 0; i < d->count; i++) {
        double part = weight[i] * weight[i] * d->noise[i * d->room + i];
        squares += part * part / d->freedom;
    }
    return variance * variance / squares;
}

static struct contrast weigh(const struct contrast_data *d, const double *weight) {
    double value = 0, variance = 0, systematic = 0;
    for (size_t i = 0; i < d->count; i++) {
        value += weight[i] * d->deviation[i];
        systematic += fabs(weight[i]) * d->systematic[i];
        for (size_t j = 0; j < d->count; j++) {
            variance += weight[i] * weight[j] * d->noise[i * d->room + j];
        }
    }
    const double freedom = d->is_joint ? d->freedom : satterthwaite(d, weight, variance),
                 se = sqrt(fmax(0, variance) + systematic * systematic);
    return (struct contrast){value, se, 2 * gsl_cdf_tdist_Q(fabs(value) / se, freedom)};
}

struct contrast contrast_shift(const struct contrast_data *d) {
    if (d->count < 2) { return (struct contrast){NAN, NAN, NAN}; }
    double *weight = memory_create(d->count, sizeof *weight);
    for (size_t i = 0; i < d->count; i++) { weight[i] = 1 / (double)d->count; }
    const struct contrast shift = weigh(d, weight);
    free(weight);
    return shift;
}

struct contrast contrast_trend(const struct contrast_data *d) {
    if (d->count < 3) { return (struct contrast){NAN, NAN, NAN}; }
    double *weight = memory_create(d->count, sizeof *weight);
    const double mean = gsl_stats_mean(d->x, 1, d->count), squares = gsl_stats_tss_m(d->x, 1, d->count, mean);
    for (size_t i = 0; i < d->count; i++) { weight[i] = (d->x[i] - mean) / squares; }
    const struct contrast trend = weigh(d, weight);
    free(weight);
    return trend;
}

double contrast_joint_p(double p, const struct contrast *shift, const struct contrast *trend) {
    const double all[] = {p, shift->p, trend->p};
    double asked = 0, least = INFINITY;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        asked += !isnan(all[i]);
        least = fmin(least, all[i]);
    }
    return -expm1(asked * log1p(-least));
}
