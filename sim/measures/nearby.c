#include "sim/measures/nearby.h"

#include <math.h>

void nearby_make(struct nearby *nearby, const struct kernel *kernel, const struct row *row, double beta,
                 bool twice) {
    nearby->kernel = kernel;
    nearby->row = row;
    nearby->beta = beta;
    nearby->points[0] = averages_points(kernel, row, beta);
    if (twice) { nearby->points[1] = averages_points(kernel, row, 2 * beta); }
}

/* The sums over the points but the first, d beyond the beta of `p`. */
static void add_moved(const struct bulk_sums *p, double d, struct averages_columns *c, size_t i) {
    double k2 = p->variance, k3 = p->third, k4 = p->fourth - 3 * k2 * k2,
           log_z = p->log_z - d * (p->mean - d / 2 * (k2 - d / 3 * (k3 - d / 4 * k4))),
           m = p->mean - d * (k2 - d / 2 * (k3 - d / 3 * k4)), v = fmax(0, k2 - d * (k3 - d / 2 * k4)),
           third = k3 - d * k4, fourth = k4 + 3 * v * v;
    double rest = expm1(log_z), z = 1 + rest;
    c->of.sum[0][i] = rest;
    c->of.sum[1][i] = z * m;
    c->of.sum[2][i] = z * (v + m * m);
    c->of.sum[3][i] = z * (third + m * (3 * v + m * m));
    c->of.sum[4][i] = z * (fourth + m * (4 * third + m * (6 * v + m * m)));
}

static void add_column(const struct nearby *nearby, const struct bulk_sums *points, double from, double beta,
                       struct averages_columns *c) {
    size_t i = c->count++;
    c->of.count = c->count;
    c->beta[i] = beta;
    averages_add_bulk(nearby->kernel, nearby->row, c, i);
    add_moved(points, beta - from, c, i);
}

struct averages nearby_at(const struct nearby *nearby, double beta) {
    struct averages_columns c;
    c.count = 0;
    add_column(nearby, &nearby->points[0], nearby->beta, beta, &c);
    averages_finish(nearby->kernel, &c);
    return averages_of_column(&c, 0);
}

struct averages nearby_twice(const struct nearby *nearby, double beta, double *participation,
                             double *mean_twice) {
    struct averages_columns c;
    c.count = 0;
    add_column(nearby, &nearby->points[0], nearby->beta, beta, &c);
    add_column(nearby, &nearby->points[1], 2 * nearby->beta, 2 * beta, &c);
    averages_finish(nearby->kernel, &c);
    *participation = exp(c.of.log_z[1] - 2 * c.of.log_z[0]);
    *mean_twice = c.of.mean[1];
    return averages_of_column(&c, 0);
}
