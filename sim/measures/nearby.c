#include "sim/measures/nearby.h"

#include <math.h>

#include "sim/measures/averages.h"

/* From sums of weights times powers of gaps, to be multiplied by a unit, over all points but the first, whose
 * gap is 0. */
static struct nearby_points points_of(const double *sum, size_t powers, double unit) {
    double m[NEARBY_CUMULANTS + 1] = {0}, z = 1 + sum[0], power = unit;
    for (size_t k = 1; k < powers; k++, power *= unit) { m[k] = power * sum[k] / z; }
    const double a = m[1], a2 = a * a, k2 = fmax(0, m[2] - a2), k3 = m[3] - 3 * a * m[2] + 2 * a * a2,
                 fourth = m[4] - 4 * a * m[3] + 6 * a2 * m[2] - 3 * a2 * a2,
                 fifth = m[5] - 5 * a * m[4] + 10 * a2 * m[3] - 10 * a * a2 * m[2] + 4 * a * a2 * a2,
                 k4 = fourth - 3 * k2 * k2, k5 = powers > 5 ? fifth - 10 * k2 * k3 : 0;
    return (struct nearby_points){log1p(sum[0]), {a, k2, k3, k4, k5}};
}

void nearby_make(struct nearby *nearby, const struct kernel *kernel, const struct row *row, double beta,
                 bool twice) {
    double sum[KERNEL_MOMENTS];
    averages_sum_points(kernel, row, beta, twice, sum);
    nearby->kernel = kernel;
    nearby->row = row;
    nearby->beta = beta;
    nearby->once = points_of(sum, KERNEL_MOMENTS_ONCE, 1);
    if (twice) { nearby->twice = points_of(sum + KERNEL_MOMENTS_ONCE, KERNEL_MOMENTS_TWICE, 2); }
}

/* At a beta that is larger than where the points were summed by the factor 1 + d, in its own unit. */
static struct bulk_sums points_moved(const struct nearby_points *p, double d) {
    const double *k = p->cumulant, unit = 1 + d, square = unit * unit;
    double variance = square * fmax(0, k[1] - d * (k[2] - d / 2 * (k[3] - d / 3 * k[4])));
    return (struct bulk_sums){
        .log_z = p->log_z - d * (k[0] - d / 2 * (k[1] - d / 3 * (k[2] - d / 4 * (k[3] - d / 5 * k[4])))),
        .mean = unit * (k[0] - d * (k[1] - d / 2 * (k[2] - d / 3 * (k[3] - d / 4 * k[4])))),
        .variance = variance,
        .third = square * unit * (k[2] - d * (k[3] - d / 2 * k[4])),
        .fourth = square * square * (k[3] - d * k[4]) + 3 * variance * variance,
    };
}

/* To where the parabola through `excess` with these derivatives in log beta is 0, or closest to it. */
static double step_to_balance(double excess, double slope, double bend) {
    double square = slope * slope - 2 * excess * bend;
    if (!(square > 0)) { return -slope / bend; }
    return -2 * excess / (slope + copysign(sqrt(square), slope));
}

/* Adds the central moments of a part with that share whose mean is d off. */
static void add_part(const struct bulk_sums *part, double share, double d, struct nearby_averages *sum) {
    double d2 = d * d;
    sum->variance += share * (part->variance + d2);
    sum->third += share * (part->third + 3 * part->variance * d + d2 * d);
    sum->fourth += share * (part->fourth + 4 * part->third * d + 6 * part->variance * d2 + d2 * d2);
}

/* Gaps times beta, whose powers alone may be too large. */
static struct bulk_sums in_units(struct bulk_sums b, double beta) {
    return (struct bulk_sums){b.log_z, b.mean * beta, b.variance * beta * beta, b.third * beta * beta * beta,
                              b.fourth * beta * beta * beta * beta};
}

static struct nearby_averages beside_bulk(const struct nearby *n, const struct bulk_sums *points,
                                          double beta) {
    if (!n->row->bulk) {
        return (struct nearby_averages){points->log_z, points->mean,   points->variance,
                                        points->third, points->fourth, NAN};
    }
    const struct bulk_sums bulk = in_units(averages_sum_bulk(n->kernel, n->row, beta), beta);
    const double excess = bulk.log_z - points->log_z, between = bulk.mean - points->mean,
                 small = exp(-fabs(excess)), large_share = 1 / (1 + small), small_share = small * large_share,
                 share = excess < 0 ? small_share : large_share,
                 rest = excess < 0 ? large_share : small_share, slope = -between;
    struct nearby_averages a = {
        .log_z = fmax(bulk.log_z, points->log_z) + log1p(small),
        .mean = points->mean + share * between,
        .balance = step_to_balance(excess, slope, slope + bulk.variance - points->variance),
    };
    add_part(points, rest, -share * between, &a);
    add_part(&bulk, share, rest * between, &a);
    return a;
}

struct nearby_averages nearby_once(const struct nearby *n, double beta) {
    const struct bulk_sums points = points_moved(&n->once, (beta - n->beta) / n->beta);
    return beside_bulk(n, &points, beta);
}

struct nearby_averages nearby_twice(const struct nearby *n, double beta) {
    const struct bulk_sums points = points_moved(&n->twice, (beta - n->beta) / n->beta);
    return beside_bulk(n, &points, 2 * beta);
}

double nearby_growth(const struct nearby_points *points) {
    const double *k = points->cumulant;
    return fmax(fabs(k[2]) / k[1], fmax(sqrt(fabs(k[3]) / k[1]), cbrt(fabs(k[4]) / k[1])));
}
