#include "analysis/diagnosis/trend.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"

const double trend_risk = 0.05;

static double y_at(const struct trend_data *d, size_t s, size_t j) { return d->y[s * d->lengths + j]; }

static bool is_used(const struct trend_data *d, size_t j) { return d->weight[j] > 0; }

static double count_used(const struct trend_data *d, size_t first, size_t last) {
    double count = 0;
    for (size_t j = first; j < last; j++) { count += is_used(d, j); }
    return count;
}

struct trend_estimate trend_mean(size_t count, const double *value) {
    double mean = 0, square = 0;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(value[i])) { continue; }
        double change = value[i] - mean;
        mean += change / (double)++used;
        square += change * (value[i] - mean);
    }
    double freedom = (double)used - 1;
    return (struct trend_estimate){used > 0 ? mean : NAN, used > 1 ? square / freedom : NAN, freedom, used,
                                   true};
}

struct trend_estimate trend_level(const struct trend_data *d, size_t j) {
    double *value = memory_create(d->sequences, sizeof *value);
    for (size_t s = 0; s < d->sequences; s++) { value[s] = y_at(d, s, j); }
    struct trend_estimate found = trend_mean(d->sequences, value);
    free(value);
    return found;
}

bool trend_coefficients(const struct trend_data *d, size_t first, size_t last, double *c) {
    const double rounding = 1e-12; /* lengths that the same rows count for differ by it alone */
    double total = 0, mean = 0, square = 0, low = INFINITY, high = -INFINITY;
    for (size_t j = 0; j < d->lengths; j++) { c[j] = 0; }
    for (size_t j = first; j < last; j++) {
        if (!is_used(d, j)) { continue; }
        total += d->weight[j];
        mean += d->weight[j] * d->x[j];
        low = fmin(low, d->x[j]);
        high = fmax(high, d->x[j]);
    }
    if (!(high - low > rounding)) { return false; }
    mean /= total;
    for (size_t j = first; j < last; j++) {
        c[j] = is_used(d, j) ? d->weight[j] * (d->x[j] - mean) : 0;
        square += is_used(d, j) ? c[j] * (d->x[j] - mean) : 0;
    }
    for (size_t j = first; j < last; j++) { c[j] /= square; }
    return true;
}

/* Coefficients of the intercept at x = 0: w_j/sum w - xbar c_j. */
static bool intercept_coefficients(const struct trend_data *d, size_t first, size_t last, double *c) {
    double total = 0, mean = 0;
    if (!trend_coefficients(d, first, last, c)) { return false; }
    for (size_t j = first; j < last; j++) {
        if (!is_used(d, j)) { continue; }
        total += d->weight[j];
        mean += d->weight[j] * d->x[j];
    }
    mean /= total;
    for (size_t j = first; j < last; j++) { c[j] = d->weight[j] / total - mean * c[j]; }
    return true;
}

/* Whether every sequence that has one of the lengths has them all. */
static bool is_paired(const struct trend_data *d, size_t first, size_t last) {
    for (size_t s = 0; s < d->sequences; s++) {
        double there = 0;
        for (size_t j = first; j < last; j++) { there += is_used(d, j) && !isnan(y_at(d, s, j)); }
        if (there != 0 && there != count_used(d, first, last)) { return false; }
    }
    return true;
}

static struct trend_estimate combine_paired(const struct trend_data *d, size_t first, size_t last,
                                            const double *c) {
    double *value = memory_create(d->sequences, sizeof *value);
    for (size_t s = 0; s < d->sequences; s++) {
        for (size_t j = first; j < last; j++) { value[s] += is_used(d, j) ? c[j] * y_at(d, s, j) : 0; }
    }
    struct trend_estimate found = trend_mean(d->sequences, value);
    free(value);
    return found;
}

static struct trend_estimate combine_apart(const struct trend_data *d, size_t first, size_t last,
                                           const double *c) {
    struct trend_estimate slope = {.paired = false, .count = 1};
    double squares = 0;
    for (size_t j = first; j < last; j++) {
        if (!is_used(d, j)) { continue; }
        struct trend_estimate level = trend_level(d, j);
        double part = c[j] * c[j] * level.variance / (double)level.count;
        slope.mean += c[j] * level.mean;
        slope.variance += part;
        squares += part * part / ((double)level.count - 1);
    }
    slope.freedom = slope.variance * slope.variance / squares;
    return slope;
}

static struct trend_estimate combine(const struct trend_data *d, size_t first, size_t last,
                                     bool (*make)(const struct trend_data *, size_t, size_t, double *)) {
    struct trend_estimate slope = {NAN, NAN, NAN, 0, false};
    double *c = memory_create(d->lengths, sizeof *c);
    if (last > first && make(d, first, last, c)) {
        slope =
            is_paired(d, first, last) ? combine_paired(d, first, last, c) : combine_apart(d, first, last, c);
    }
    free(c);
    return slope;
}

struct trend_estimate trend_slope(const struct trend_data *d, size_t first, size_t last) {
    return combine(d, first, last, trend_coefficients);
}

struct trend_estimate trend_intercept(const struct trend_data *d, size_t first, size_t last) {
    return combine(d, first, last, intercept_coefficients);
}

struct trend_estimate trend_slope_by_residuals(const struct trend_data *d, size_t first, size_t last) {
    struct trend_estimate slope = trend_slope(d, first, last);
    double residual = 0, squares = 0, *c = memory_create(d->lengths, sizeof *c);
    double lengths = count_used(d, first, last), sequences = (double)slope.count;
    if (!slope.paired || slope.count < 2 || !trend_coefficients(d, first, last, c)) {
        free(c);
        return slope;
    }
    double all = 0;
    for (size_t j = first; j < last; j++) { all += is_used(d, j) ? trend_level(d, j).mean / lengths : 0; }
    for (size_t s = 0; s < d->sequences; s++) {
        double own = 0;
        for (size_t j = first; j < last; j++) { own += is_used(d, j) ? y_at(d, s, j) / lengths : 0; }
        for (size_t j = first; j < last && !isnan(own); j++) {
            if (!is_used(d, j)) { continue; }
            double r = y_at(d, s, j) - own - trend_level(d, j).mean + all;
            residual += r * r;
        }
    }
    for (size_t j = first; j < last; j++) { squares += c[j] * c[j]; }
    slope.freedom = (sequences - 1) * (lengths - 1);
    slope.variance = squares * residual / slope.freedom;
    free(c);
    return slope;
}

struct trend_interval trend_between(struct trend_estimate e) {
    if (!(e.freedom > 0)) { return (struct trend_interval){e.mean, NAN, NAN}; }
    double half = gsl_cdf_tdist_Pinv(1 - trend_risk / 2, e.freedom) * sqrt(e.variance / (double)e.count);
    return (struct trend_interval){e.mean, e.mean - half, e.mean + half};
}

struct trend_interval trend_exponential(struct trend_interval a) {
    return (struct trend_interval){exp(a.value), exp(a.low), exp(a.high)};
}

/* Squared deviations of sequences from each other, in units of the noise that the weights suppose, and their
 * degrees of freedom: within a length, less what a sequence has in common at all of them where it has all. */
static double noise_squares(const struct trend_data *d, size_t first, size_t last, double *freedom) {
    bool paired = is_paired(d, first, last);
    double squares = 0, total = 0;
    *freedom = 0;
    for (size_t j = first; j < last; j++) { total += d->weight[j]; }
    for (size_t s = 0; s < d->sequences; s++) {
        double common = 0, there = 0;
        for (size_t j = first; j < last; j++) {
            if (!is_used(d, j) || isnan(y_at(d, s, j))) { continue; }
            common += d->weight[j] / total * (y_at(d, s, j) - trend_level(d, j).mean);
            there++;
        }
        for (size_t j = first; j < last; j++) {
            if (!is_used(d, j) || isnan(y_at(d, s, j))) { continue; }
            double r = y_at(d, s, j) - trend_level(d, j).mean - (paired ? common : 0);
            squares += d->weight[j] * r * r;
        }
        *freedom += paired && there > 0 ? there - 1 : there;
    }
    *freedom -= count_used(d, first, last) - (paired ? 1 : 0);
    return squares;
}

/* Of the mean levels from their line, in the same units. */
static double line_squares(const struct trend_data *d, size_t first, size_t last) {
    double w = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (size_t j = first; j < last; j++) {
        if (!is_used(d, j)) { continue; }
        double weight = d->weight[j] * (double)trend_level(d, j).count;
        w += weight;
        x += weight * d->x[j];
        y += weight * trend_level(d, j).mean;
    }
    for (size_t j = first; j < last; j++) {
        if (!is_used(d, j)) { continue; }
        struct trend_estimate level = trend_level(d, j);
        double weight = d->weight[j] * (double)level.count, dx = d->x[j] - x / w, dy = level.mean - y / w;
        xx += weight * dx * dx;
        xy += weight * dx * dy;
        yy += weight * dy * dy;
    }
    return yy - xy * xy / xx;
}

double trend_lack_of_fit(const struct trend_data *d, size_t first, size_t last) {
    const double rounding = 1e-12; /* rows without noise differ by it alone */
    double freedom, noise = noise_squares(d, first, last, &freedom), lengths = count_used(d, first, last);
    if (lengths < 3 || !(freedom > 0) || !(noise / freedom > rounding * rounding)) { return NAN; }
    double ratio = line_squares(d, first, last) / (lengths - 2) / (noise / freedom);
    return isfinite(ratio) ? gsl_cdf_fdist_Q(fmax(0, ratio), lengths - 2, freedom) : NAN;
}
