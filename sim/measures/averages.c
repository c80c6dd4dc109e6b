/* Sums over the row leave out its maximum, so that log Z = log1p(sum) and 1 - p_(1) keep their relative
 * accuracy when one key takes all. */
#include "sim/measures/averages.h"

#include <math.h>
#include <stdbool.h>

#include "models/numeric/logs.h"

static const double NEGLIGIBLE = -45; /* e^-45 of a sum that is at least 1 */

/* Of the first `reach` points, all of them in the top: those that leave a trace in sums of weights times
 * powers of gaps up to the fourth. Every lane of the kernels begins with one of the points after the first,
 * and the gap's weight that is less than 2^-54 of that changes no bit. */
static size_t traced_points(const struct row *row, double beta, size_t reach) {
    enum { STEP = 64 };
    const double nothing = 40; /* 54 ln 2, and rounding */
    if (reach <= 2 * KERNEL_LANES || !(row->gap[1] > 0)) { return reach; }
    double near = row->gap[KERNEL_LANES], far = row->gap[reach - 1];
    if (beta * (far - near) <= nothing) { return reach; }
    int octaves = ilogb(far) - ilogb(row->gap[1]) + 1;
    double limit = near + (nothing + 4 * M_LN2 * octaves) / beta;
    while (reach > STEP + KERNEL_LANES && row->gap[reach - STEP] > limit) { reach -= STEP; }
    return reach;
}

/* Leading points and parts outside of which sum count e^{-beta gap} is negligible: for a larger beta, fewer.
 */
struct reach {
    size_t points, parts;
};

static struct reach whole_reach(const struct row *row) {
    return (struct reach){row->point_count, row->part_count};
}

/* Within the reach of a smaller beta. */
static struct reach row_reach(const struct row *row, double beta, struct reach reach) {
    enum { STRIDE = 4 };
    size_t points = reach.parts < row->part_count ? row->part[reach.parts].point : row->point_count;
    while (reach.parts > 0) {
        size_t start = reach.parts > STRIDE ? reach.parts - STRIDE : 0;
        if (!(row->part[reach.parts - 1].log_last - beta * row->part[start].lower < NEGLIGIBLE)) { break; }
        points = row->part[start].point;
        reach.parts = start;
    }
    if (points < reach.points) { reach.points = points; }
    if (points <= row->top_count) { reach.points = traced_points(row, beta, reach.points); }
    return reach;
}

/* Of the points alone, without what hangs on 2 beta; without a bulk that is all, and nothing is in balance.
 */
static void points_averages(double rest, double s1, double s2, struct averages *c) {
    double weight = 1 / (1 + rest), mean = s1 * weight;
    c->log_z = log1p(rest);
    c->mean = mean;
    c->variance = fmax(0, s2 * weight - mean * mean);
    c->third = c->fourth = 0;
    c->top_weight = weight;
    c->balance = NAN;
}

/* Sums over the bulk at beta, with gaps of the row. */
static struct bulk_sums row_bulk(const struct kernel *kernel, const struct row *row, double beta) {
    struct bulk_sums b = bulk_sums(row->bulk, kernel, beta, beta * row->bulk_offset + NEGLIGIBLE);
    b.log_z -= beta * row->bulk_offset;
    b.mean += row->bulk_offset;
    return b;
}

/* exp(x) for x <= 0, without the C library's slow way to 0. */
static double share_of(double x) { return x < -746 ? 0 : exp(x); }

/* Adds the row's bulk, where it is seen: central moments of a mixture about its mean. */
static bool add_bulk(const struct kernel *kernel, const struct row *row, double beta, struct averages *c) {
    if (!row->bulk) { return false; }
    struct bulk_sums sums = row_bulk(kernel, row, beta), *b = &sums;
    c->balance = (b->log_z - c->log_z) / (beta * (b->mean - c->mean));
    if (!(b->log_z - c->log_z > NEGLIGIBLE)) { return false; }
    double log_z = log_sum_exp(c->log_z, b->log_z),
           share[] = {share_of(c->log_z - log_z), share_of(b->log_z - log_z)};
    double between = b->mean - c->mean;
    double d[] = {-share[1] * between, share[0] * between}, v[] = {c->variance, b->variance},
           t[] = {c->third, b->third}, f[] = {c->fourth, b->fourth};
    c->log_z = log_z;
    c->top_weight = share_of(-log_z);
    c->mean -= d[0];
    c->variance = c->third = c->fourth = 0;
    for (int i = 0; i < 2; i++) {
        double d2 = d[i] * d[i];
        c->variance += share[i] * (v[i] + d2);
        c->third += share[i] * (t[i] + 3 * v[i] * d[i] + d2 * d[i]);
        c->fourth += share[i] * (f[i] + 4 * t[i] * d[i] + 6 * v[i] * d2 + d2 * d2);
    }
    return true;
}

/* Over all points but the first. */
static void sum_points(const struct kernel *kernel, const struct row *row, double beta, size_t octaves,
                       double (*sum)[KERNEL_AVERAGES]) {
    size_t points[KERNEL_OCTAVES];
    struct reach reach = whole_reach(row);
    double at = beta;
    for (size_t o = 0; o < octaves; o++, at *= 2) { /* a larger beta reaches less far */
        reach = row_reach(row, at, reach);
        points[o] = reach.points - 1;
    }
    kernel->octaves(octaves, points, row->gap + 1, row->count + 1, beta, sum);
}

/* Adds the last points, that are in no node_sums: all of them, at as many octaves as they can be seen. */
static void add_loose(const struct kernel *kernel, const struct row *row, double beta, size_t octaves,
                      double (*sum)[KERNEL_AVERAGES]) {
    size_t first = row->point_count - row->loose, seen = 0, count[KERNEL_OCTAVES];
    double at = beta, loose[KERNEL_OCTAVES][KERNEL_AVERAGES];
    if (row->loose == 0) { return; }
    for (; seen < octaves && row->log_n - at * row->gap[first] > NEGLIGIBLE; seen++, at *= 2) {
        count[seen] = row->loose;
    }
    if (seen == 0) { return; }
    kernel->octaves(seen, count, row->gap + first, row->count + first, beta, loose);
    for (size_t o = 0; o < seen; o++) {
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) { sum[o][m] += loose[o][m]; }
    }
}

/* The same, where the sums over the nodes are known. */
static void sum_others(const struct kernel *kernel, const struct row *row, double beta, size_t octaves,
                       const double *const *nodes, double (*sum)[KERNEL_AVERAGES]) {
    size_t reach[KERNEL_OCTAVES] = {0}, most = row->top_count;
    double at = beta;
    for (size_t o = 0; o < octaves; o++, at *= 2) {
        most = traced_points(row, at, most);
        reach[o] = most - 1;
    }
    kernel->octaves(octaves, reach, row->gap + 1, row->count + 1, beta, sum);
    add_loose(kernel, row, beta, octaves, sum);
    for (size_t o = 0; o < octaves; o++) {
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) { sum[o][m] += nodes[o][m]; }
    }
}

void averages_chain(const struct kernel *kernel, const struct row *row, double beta, size_t count,
                    const double *const *nodes, struct averages *averages) {
    double sum[KERNEL_OCTAVES][KERNEL_AVERAGES];
    struct averages last;
    bool seen[KERNEL_OCTAVES];
    if (nodes) {
        sum_others(kernel, row, beta, count + 1, nodes, sum);
    } else {
        sum_points(kernel, row, beta, count + 1, sum);
    }
    for (size_t o = 0; o <= count; o++, beta *= 2) {
        struct averages *c = o < count ? &averages[o] : &last;
        points_averages(sum[o][0], sum[o][1], sum[o][2], c);
        seen[o] = add_bulk(kernel, row, beta, c);
    }
    for (size_t o = 0; o < count; o++) {
        const struct averages *twice = o + 1 < count ? &averages[o + 1] : &last;
        double weight = 1 / (1 + sum[o][0]), points = (1 + sum[o + 1][0]) * weight * weight;
        averages[o].mean_twice = twice->mean;
        averages[o].log_participation = twice->log_z - 2 * averages[o].log_z;
        averages[o].participation = seen[o] || seen[o + 1] ? share_of(averages[o].log_participation) : points;
    }
}

struct averages averages_at(const struct kernel *kernel, const struct row *row, double beta) {
    size_t points = row_reach(row, beta, whole_reach(row)).points;
    double s[KERNEL_MOMENTS];
    kernel->weights(points, row->gap, beta, row->scratch);
    kernel->moments(points - 1, row->gap + 1, row->count + 1, row->scratch + 1, s);
    double z = 1 + s[0], m1 = s[1] / z, m2 = s[2] / z, m3 = s[3] / z, m4 = s[4] / z;
    struct averages c = {0};
    points_averages(s[0], s[1], s[2], &c);
    c.third = m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1;
    c.fourth = m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 * m1 * m1 * m1;
    add_bulk(kernel, row, beta, &c);
    return c;
}
