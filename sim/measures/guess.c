#include "sim/measures/guess.h"

#include <math.h>

/* A second derivative asks for more than the function itself. */
enum { NODES = 8, MOST_NODES = 12, MOST_TERMS = 2 * MOST_NODES };

/* In Newton's form, the nodes from the middle outwards, each twice. */
struct polynomial {
    size_t terms;
    double x[MOST_TERMS], c[MOST_TERMS];
};

struct node {
    double x, value, slope;
};

static struct node node_at(const struct measure_grid *grid, const struct criterion *criterion, size_t i) {
    const double *value = grid->value[i], x = value[MEASURE_LOG_BETA];
    if (criterion->kind == CRITERION_PARTICIPATION) {
        return (struct node){x, log(value[MEASURE_PARTICIPATION] / criterion->threshold),
                             2 * grid->beta[i] * (value[MEASURE_GAP_MEAN] - value[MEASURE_TWICE_GAP_MEAN])};
    }
    const double threshold = criterion->kind == CRITERION_ENTROPY ? criterion->threshold : 0;
    return (struct node){x, value[MEASURE_ENTROPY] - threshold, -value[MEASURE_SUSCEPTIBILITY]};
}

/* Through nodes on both sides of point i, at an end of the grid more of them on the other one; by divided
 * differences. */
static void make_polynomial(const struct measure_grid *grid, const struct criterion *criterion, size_t i,
                            size_t nodes, struct polynomial *p) {
    double *x = p->x, *c = p->c, inverse[MOST_NODES][MOST_NODES]; /* of distances */
    size_t first = i, end = i;                                    /* nodes that are there */
    p->terms = 2 * nodes;
    for (size_t k = 0; k < nodes; k++) {
        const bool below = end == grid->count || (first > 0 && i - first <= end - i);
        const struct node node = node_at(grid, criterion, below ? --first : end++);
        for (size_t j = 0; j < k; j++) { inverse[k][j] = 1 / (node.x - x[2 * j]); }
        x[2 * k] = x[2 * k + 1] = node.x;
        c[2 * k] = node.value;
        c[2 * k + 1] = node.slope;
    }
    for (size_t k = nodes; k-- > 1;) { c[2 * k] = (c[2 * k] - c[2 * k - 2]) * inverse[k][k - 1]; }
    for (size_t order = 2; order < p->terms; order++) {
        for (size_t k = p->terms - 1; k >= order; k--) {
            c[k] = (c[k] - c[k - 1]) * inverse[k / 2][(k - order) / 2];
        }
    }
}

/* Value, slope, half of the second and a sixth of the third derivative of the first terms. */
static void polynomial_at(const struct polynomial *p, size_t terms, double x, double d[4]) {
    d[0] = d[1] = d[2] = d[3] = 0;
    for (size_t i = terms; i-- > 0;) {
        double t = x - p->x[i];
        d[3] = d[3] * t + d[2];
        d[2] = d[2] * t + d[1];
        d[1] = d[1] * t + d[0];
        d[0] = d[0] * t + p->c[i];
    }
}

/* Newton's step to the root, or to where the slope is steepest. */
static double step_of(const struct polynomial *p, size_t terms, bool steepest, double x) {
    double d[4];
    polynomial_at(p, terms, x, d);
    return steepest ? d[2] / (3 * d[3]) : d[0] / d[1];
}

/* Whether the entropy falls by more than the susceptibility on the grid explains: it has a peak in between.
 */
static bool peak_is_hidden(const struct measure_grid *grid, size_t i) {
    const double *below = grid->value[i - 1], *above = grid->value[i + 1];
    double most =
        grid->value[i][MEASURE_SUSCEPTIBILITY] * (above[MEASURE_LOG_BETA] - below[MEASURE_LOG_BETA]);
    return below[MEASURE_ENTROPY] - above[MEASURE_ENTROPY] > 1.5 * most;
}

/* log Z about a point of the grid, as a parabola in log beta. */
struct branch {
    double value, slope, half_bend;
};

static struct branch branch_at(const double value[MEASURE_VALUES], double beta) {
    double mean = beta * value[MEASURE_GAP_MEAN];
    return (struct branch){value[MEASURE_LOG_PARTITION], -mean, (value[MEASURE_SUSCEPTIBILITY] - mean) / 2};
}

/* Where between points i - 1 and i the parabolas about them meet or are closest, as they are where points and
 * bulk are in balance if each is seen at one of the two; NAN: nowhere. */
static double balance_between(const struct measure_grid *grid, size_t i) {
    const struct branch low = branch_at(grid->value[i - 1], grid->beta[i - 1]),
                        high = branch_at(grid->value[i], grid->beta[i]);
    const double h = log(grid->beta[i] / grid->beta[i - 1]), a = low.half_bend - high.half_bend,
                 b = low.slope - high.slope + 2 * h * high.half_bend,
                 c = low.value - high.value + h * (high.slope - h * high.half_bend),
                 square = b * b - 4 * a * c,
                 d = square > 0 ? -2 * c / (b + copysign(sqrt(square), b)) : -b / (2 * a);
    return d > 0 && d < h ? log(grid->beta[i - 1]) + d : NAN;
}

/* Whether the susceptibility falls more slowly after point i than before it. */
static bool falls_slowly(const struct measure_grid *grid, size_t i) {
    return grid->value[i + 1][MEASURE_SUSCEPTIBILITY] > grid->value[i - 1][MEASURE_SUSCEPTIBILITY];
}

struct guess guess_root(const struct measure_grid *grid, const struct criterion *criterion, size_t i) {
    const double promised = 1e-12, near = 1e-3, small = 1e-8; /* whose square is nothing */
    const bool steepest = criterion->kind == CRITERION_SUSCEPTIBILITY;
    const size_t nodes = steepest && grid->count >= MOST_NODES ? MOST_NODES : NODES;
    struct polynomial p;
    struct guess guess = GUESS_NONE;
    if (grid->count < nodes || (steepest && peak_is_hidden(grid, i))) { return guess; }
    make_polynomial(grid, criterion, i, nodes, &p);
    double low = p.x[0], middle = p.x[2], high = steepest ? grid->value[i + 1][MEASURE_LOG_BETA] : middle,
           step = INFINITY, secant = p.c[0] / (p.c[1] + p.c[2] * (middle - low)),
           x = steepest ? middle : low - secant;
    for (int k = 0; k < 8 && !(fabs(step) < small); k++) {
        step = step_of(&p, p.terms, steepest, x);
        x -= step;
    }
    double rest = fabs(step) < small ? step * step : fabs(step),
           two = fabs(step_of(&p, p.terms - 2, steepest, x)),
           four = fabs(step_of(&p, p.terms - 4, steepest, x));
    double doubt = x > low && x < high ? fmax(rest, fmax(two, four / 100)) : INFINITY;
    guess.near = doubt < near;
    guess.log_beta = guess.near ? x : balance_between(grid, steepest && falls_slowly(grid, i) ? i + 1 : i);
    guess.sure = doubt < promised;
    return guess;
}
