#include "sim/measures/guess.h"

#include <math.h>

/* A second derivative asks for more than the function itself. */
enum { NODES = 8, MOST_NODES = 12 };

/* In Newton's form: a[k] and b[k], which is of one degree more, belong to x[k], the nodes from the middle
 * outwards. */
struct polynomial {
    size_t nodes;
    double x[MOST_NODES], a[MOST_NODES], b[MOST_NODES];
};

struct node {
    double x, value, slope;
};

/* What the node's value is to be: of the entropy, or the logarithm of the participation. */
static double threshold_of(const struct criterion *criterion) {
    switch (criterion->kind) {
    case CRITERION_ENTROPY: return criterion->threshold;
    case CRITERION_PARTICIPATION: return log(criterion->threshold);
    default: return 0;
    }
}

static struct node node_at(const struct measure_grid *grid, const struct criterion *criterion,
                           double threshold, size_t i) {
    const double *value = grid->value[i], x = value[MEASURE_LOG_BETA];
    if (criterion->kind == CRITERION_PARTICIPATION) {
        return (struct node){x, value[MEASURE_LOG_PARTICIPATION] - threshold,
                             2 * grid->beta[i] * (value[MEASURE_GAP_MEAN] - value[MEASURE_TWICE_GAP_MEAN])};
    }
    return (struct node){x, value[MEASURE_ENTROPY] - threshold, -value[MEASURE_SUSCEPTIBILITY]};
}

/* From values and slopes. Terms go along as a[0], b[0], a[1], b[1], ..; what a step makes of two of them
 * takes the place of the latter. */
static void divide_differences(struct polynomial *p) {
    double inverse[MOST_NODES + 1][MOST_NODES]; /* [j][k]: of x[k] - x[k - j] */
    const size_t n = p->nodes;
    for (size_t j = 1; j < n; j++) {
        for (size_t k = j; k < n; k++) { inverse[j][k] = 1 / (p->x[k] - p->x[k - j]); }
    }
    for (size_t k = n; k-- > 1;) { p->a[k] = (p->a[k] - p->a[k - 1]) * inverse[1][k]; }
    for (size_t j = 1; j < n; j++) {
        double a[MOST_NODES], b[MOST_NODES];
        for (size_t k = j; k < n; k++) {
            b[k] = (p->b[k] - p->a[k]) * inverse[j][k];
            a[k] = (p->a[k] - p->b[k - 1]) * inverse[j][k];
        }
        p->a[j] = a[j];
        for (size_t k = j; k < n; k++) { p->b[k] = (b[k] - a[k]) * inverse[j][k]; }
        for (size_t k = j + 1; k < n; k++) { p->a[k] = (a[k] - b[k - 1]) * inverse[j + 1][k]; }
    }
}

/* Through nodes on both sides of point i, at an end of the grid more of them on the other one; by divided
 * differences. */
static void make_polynomial(const struct measure_grid *grid, const struct criterion *criterion, size_t i,
                            size_t nodes, struct polynomial *p) {
    double *x = p->x;
    const double threshold = threshold_of(criterion);
    size_t first = i, end = i; /* nodes that are there */
    p->nodes = nodes;
    for (size_t k = 0; k < nodes; k++) {
        const bool below = end == grid->count || (first > 0 && i - first <= end - i);
        const struct node node = node_at(grid, criterion, threshold, below ? --first : end++);
        x[k] = node.x;
        p->a[k] = node.value;
        p->b[k] = node.slope;
    }
    divide_differences(p);
}

/* Value, slope, half of the second and a sixth of the third derivative. */
enum { DERIVATIVES = 4 };

/* How far x lies above the root, by Halley's method, or above where the slope is steepest, by Newton's. */
static double step_of(const double d[DERIVATIVES], bool steepest) {
    return steepest ? d[2] / (3 * d[3]) : d[0] * d[1] / (d[1] * d[1] - d[0] * d[2]);
}

/* The same of the polynomial through all nodes, all but the last one, and all but the last two. */
struct steps {
    double all, but_one, but_two;
};

static struct steps steps_at(const struct polynomial *p, bool steepest, double x) {
    double d[DERIVATIVES] = {0}, w[DERIVATIVES] = {1}; /* w: of the product of (x - node)^2 so far */
    struct steps steps = {0, 0, 0};
    for (size_t k = 0; k < p->nodes; k++) {
        const double t = x - p->x[k], square = t * t, a = p->a[k], b = p->b[k];
        const double once[DERIVATIVES] = {w[0] * t, w[1] * t + w[0], w[2] * t + w[1], w[3] * t + w[2]};
        if (k + 2 == p->nodes) { steps.but_two = step_of(d, steepest); }
        if (k + 1 == p->nodes) { steps.but_one = step_of(d, steepest); }
        for (size_t m = 0; m < DERIVATIVES; m++) { d[m] += a * w[m] + b * once[m]; }
        w[3] = w[3] * square + (2 * t * w[2] + w[1]);
        w[2] = w[2] * square + (2 * t * w[1] + w[0]);
        w[1] = w[1] * square + 2 * t * w[0];
        w[0] = w[0] * square;
    }
    steps.all = step_of(d, steepest);
    return steps;
}

/* Whether the entropy falls by more than the susceptibility on the grid explains: it has a peak in between.
 */
static bool peak_is_hidden(const struct measure_grid *grid, size_t i) {
    const double *below = grid->value[i - 1], *above = grid->value[i + 1];
    double most =
        grid->value[i][MEASURE_SUSCEPTIBILITY] * (above[MEASURE_LOG_BETA] - below[MEASURE_LOG_BETA]);
    return below[MEASURE_ENTROPY] - above[MEASURE_ENTROPY] > 1.5 * most;
}

/* Between neighbours: they alternate about the middle, or follow each other from an end of the grid. */
static double least_distance(const struct polynomial *p) {
    double least = p->x[1] - p->x[0];
    for (size_t k = 2; k < p->nodes; k++) {
        least = fmin(least, fmin(fabs(p->x[k] - p->x[k - 1]), fabs(p->x[k] - p->x[k - 2])));
    }
    return least;
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
    const double promised = 1e-12, near = 1e-3, small = 1e-8, /* whose square is nothing */
        dense = 0.02; /* nearer than that, rounding may move where the slope is steepest by 1e-10 */
    const bool steepest = criterion->kind == CRITERION_SUSCEPTIBILITY;
    const size_t nodes = steepest && grid->count >= MOST_NODES ? MOST_NODES : NODES;
    struct polynomial p;
    struct guess guess = GUESS_NONE;
    if (grid->count < nodes || (steepest && peak_is_hidden(grid, i))) { return guess; }
    make_polynomial(grid, criterion, i, nodes, &p);
    double low = p.x[0], middle = p.x[1], high = steepest ? grid->value[i + 1][MEASURE_LOG_BETA] : middle,
           secant = p.a[0] / (p.b[0] + p.a[1] * (middle - low)), x = steepest ? middle : low - secant;
    struct steps step = {INFINITY, INFINITY, INFINITY};
    for (int k = 0; k < 8 && !(fabs(step.all) < small); k++) {
        step = steps_at(&p, steepest, x);
        x -= step.all;
    }
    double rest = fabs(step.all) < small ? step.all * step.all : fabs(step.all),
           one = fabs(step.but_one - step.all), two = fabs(step.but_two - step.all);
    double doubt = x > low && x < high ? fmax(rest, fmax(one, two / 100)) : INFINITY;
    guess.near = doubt < near;
    guess.log_beta = guess.near ? x : balance_between(grid, steepest && falls_slowly(grid, i) ? i + 1 : i);
    guess.sure = doubt < promised && !(steepest && least_distance(&p) < dense);
    return guess;
}
