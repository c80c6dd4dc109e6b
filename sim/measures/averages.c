/* Sums over the row leave out its maximum, so that log Z = log1p(sum) and 1 - p_(1) keep their relative
 * accuracy when one key takes all. */
#include "sim/measures/averages.h"

#include <math.h>
#include <stdbool.h>

static const double NEGLIGIBLE = KERNEL_NEGLIGIBLE; /* of a sum without the maximum, whose gap is 0 */

/* How far in units of 1/beta beyond the first points those of the top may lie that leave a trace in sums of
 * weights times powers of gaps up to that one. Every lane of the kernels begins with one of the points
 * after the first, and the gap's weight that is less than 2^-54 of that changes no bit. */
static double trace_length(const struct row *row, int power) {
    const double nothing = 40; /* 54 ln 2, and rounding */
    if (row->top_count <= 2 * KERNEL_LANES || !(row->gap[1] > 0)) { return INFINITY; }
    int octaves = ilogb(row->gap[row->top_count - 1]) - ilogb(row->gap[1]) + 1;
    return nothing + power * M_LN2 * octaves;
}

/* Those, of the first `reach` points, all of them in the top. */
static size_t traced_points(const struct row *row, double length, double beta, size_t reach) {
    enum { STEP = 32 };
    double limit = length < INFINITY ? row->gap[KERNEL_LANES] + length / beta : INFINITY;
    while (reach > STEP + KERNEL_LANES && row->gap[reach - STEP] > limit) { reach -= STEP; }
    return reach;
}

/* Leading points and parts outside of which sum count e^{-beta gap} is negligible beside the second score:
 * for a larger beta, fewer. */
struct reach {
    size_t points, parts;
};

static struct reach whole_reach(const struct row *row) {
    return (struct reach){row->point_count, row->part_count};
}

/* Within the reach of a smaller beta, for sums with powers of gaps up to that one. */
static struct reach row_reach(const struct row *row, double beta, int power, struct reach reach) {
    size_t points = reach.parts < row->part_count ? row->part[reach.parts].point : row->point_count;
    const double second = row_second_gap(row);
    for (size_t stride = 32; stride >= 4; stride /= 8) {
        while (reach.parts > 0) {
            size_t start = reach.parts > stride ? reach.parts - stride : 0;
            double nearest = row->part[start].lower - second;
            if (!(row->part[reach.parts - 1].log_last - beta * nearest < NEGLIGIBLE)) { break; }
            points = row->part[start].point;
            reach.parts = start;
        }
    }
    if (points < reach.points) { reach.points = points; }
    if (points <= row->top_count) {
        reach.points = traced_points(row, trace_length(row, power), beta, reach.points);
    }
    return reach;
}

struct bulk_sums averages_sum_bulk(const struct kernel *kernel, const struct row *row, double beta) {
    const double floor = NEGLIGIBLE - beta * (row_second_gap(row) - row->bulk_offset);
    struct bulk_sums b = bulk_sums(row->bulk, kernel, beta, floor);
    b.log_z -= beta * row->bulk_offset;
    b.mean += row->bulk_offset;
    return b;
}

/* At the beta of a column, where they may be known. */
static void add_bulk(const struct kernel *kernel, const struct row *row, const struct bulk_sums *known,
                     struct averages_columns *c, size_t i) {
    struct bulk_sums b = known ? *known : averages_sum_bulk(kernel, row, c->beta[i]);
    c->of.log_z[i] = b.log_z;
    c->of.mean[i] = b.mean;
    c->of.variance[i] = b.variance;
}

/* How many columns of a chain see nothing of the points, beside a bulk that is larger than all of them by a
 * factor that makes up even for gaps of 10^9. */
static size_t unseen_columns(const struct row *row, size_t count, const double *log_bulk) {
    const double far = 150;
    if (!row->bulk) { return 0; }
    double most = row->part_count > 0 ? row->part[row->part_count - 1].log_last : log((double)row->top_count);
    size_t unseen = 0;
    while (unseen < count && log_bulk[unseen] - most > far) { unseen++; }
    return unseen;
}

/* Over all points but the first. */
static void sum_points(const struct kernel *kernel, const struct row *row, double beta, size_t octaves,
                       double (*sum)[KERNEL_AVERAGES]) {
    size_t points[KERNEL_OCTAVES];
    struct reach reach = whole_reach(row);
    double at = beta;
    for (size_t o = 0; o < octaves; o++, at *= 2) { /* a larger beta reaches less far */
        reach = row_reach(row, at, KERNEL_AVERAGES - 1, reach);
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
    const double nearest = row->gap[first] - row_second_gap(row);
    for (; seen < octaves && row->log_n - at * nearest > NEGLIGIBLE; seen++, at *= 2) {
        count[seen] = row->loose;
    }
    if (seen == 0) { return; }
    kernel->octaves(seen, count, row->gap + first, row->count + first, beta, loose);
    for (size_t o = 0; o < seen; o++) {
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) { sum[o][m] += loose[o][m]; }
    }
}

/* Over the top but its first point, at betas of chains and so many of their doubles. */
static void sum_tops(const struct kernel *kernel, const struct row *row, size_t chains, const double *beta,
                     size_t octaves, double (*sum)[KERNEL_OCTAVES][KERNEL_AVERAGES]) {
    enum { FEW = 2 }; /* are as soon done one by one */
    const double length = trace_length(row, KERNEL_AVERAGES - 1);
    size_t reach[KERNEL_OCTAVES], most = row->top_count;
    double at = beta[0], beside[KERNEL_OCTAVES][KERNEL_AVERAGES][KERNEL_LANES];
    for (size_t o = 0; o < octaves; o++, at *= 2) {
        most = traced_points(row, length, at, most);
        reach[o] = most - 1;
    }
    for (size_t k = 0; chains <= FEW && k < chains; k++) {
        kernel->octaves(octaves, reach, row->gap + 1, NULL, beta[k], sum[k]);
    }
    if (chains <= FEW) { return; }
    kernel->octaves_beside(octaves, reach, row->gap + 1, beta, beside);
    for (size_t k = 0; k < chains; k++) {
        for (size_t o = 0; o < octaves; o++) {
            for (size_t m = 0; m < KERNEL_AVERAGES; m++) { sum[k][o][m] = beside[o][m][k]; }
        }
    }
}

/* Over the points but the first, at betas of chains and their doubles, of which the first so many are left
 * out. */
static void sum_chains(const struct kernel *kernel, const struct row *row, size_t chains,
                       const struct averages_chain *chain, bool knows_nodes, size_t skipped, size_t most,
                       double (*sum)[KERNEL_OCTAVES][KERNEL_AVERAGES]) {
    const bool is_top = row->point_count == row->top_count;
    const double first = ldexp(1, (int)skipped);
    double beta[KERNEL_LANES];
    for (size_t k = 0; k < KERNEL_LANES; k++) { beta[k] = first * chain[k < chains ? k : 0].beta; }
    if (knows_nodes || is_top) { sum_tops(kernel, row, chains, beta, most - skipped, sum); }
    for (size_t k = 0; k < chains && !is_top; k++) {
        if (chain[k].count <= skipped) { continue; }
        const size_t octaves = chain[k].count - skipped;
        if (!knows_nodes) {
            sum_points(kernel, row, beta[k], octaves, sum[k]);
            continue;
        }
        add_loose(kernel, row, beta[k], octaves, sum[k]);
        for (size_t o = 0; o < octaves; o++) {
            for (size_t m = 0; m < KERNEL_AVERAGES; m++) { sum[k][o][m] += chain[k].nodes[skipped + o][m]; }
        }
    }
}

void averages_add_chains(const struct kernel *kernel, const struct row *row, size_t chains,
                         const struct averages_chain *chain, struct averages_known known,
                         struct averages_columns *c) {
    double sum[KERNEL_LANES][KERNEL_OCTAVES][KERNEL_AVERAGES];
    size_t unseen = KERNEL_OCTAVES, most = 0, i = c->count;
    for (size_t k = 0; k < chains; k++) {
        double beta = chain[k].beta;
        const size_t first = i;
        for (size_t o = 0; o < chain[k].count; o++, i++, beta *= 2) {
            c->beta[i] = beta;
            if (row->bulk) { add_bulk(kernel, row, known.bulk ? chain[k].bulk[o] : NULL, c, i); }
        }
        const size_t here = unseen_columns(row, chain[k].count, c->of.log_z + first);
        unseen = here < unseen ? here : unseen;
        most = chain[k].count > most ? chain[k].count : most;
    }
    if (unseen < most) { sum_chains(kernel, row, chains, chain, known.nodes, unseen, most, sum); }
    for (size_t k = 0; k < chains; k++) {
        for (size_t o = 0; o < chain[k].count; o++, c->count++) {
            for (size_t m = 0; m < KERNEL_AVERAGES; m++) {
                c->of.sum[m][c->count] = o < unseen ? 0 : sum[k][o - unseen][m];
            }
        }
    }
    c->of.count = c->count;
    c->of.has_bulk = row->bulk != NULL;
}

void averages_participations(const struct kernel *kernel, const struct averages_columns *c,
                             double *participation, double *log_participation) {
    const struct kernel_mixture *of = &c->of;
    const size_t count = c->count - 1;
    for (size_t i = 0; i < count; i++) { log_participation[i] = -(2 * of->log_z[i] - of->log_z[i + 1]); }
    if (of->has_bulk) { kernel->weights(count, log_participation, -1, participation); }
    for (size_t i = 0; i < count; i++) { /* of points alone, without the logarithm's rounding */
        const double of_points = (1 + of->sum[0][i + 1]) * of->top_weight[i] * of->top_weight[i];
        const bool is_bulk = of->has_bulk && (of->share[i] != 0 || of->share[i + 1] != 0);
        participation[i] = is_bulk ? participation[i] : of_points;
    }
}

void averages_sum_points(const struct kernel *kernel, const struct row *row, double beta, bool twice,
                         double sum[KERNEL_MOMENTS]) {
    size_t points = row_reach(row, beta, KERNEL_MOMENTS_ONCE - 1, whole_reach(row)).points;
    kernel->weights(points, row->gap, beta, row->scratch);
    (twice ? kernel->moments : kernel->moments_once)(points - 1, row->gap + 1, row->count + 1, beta,
                                                     row->scratch + 1, sum);
}
