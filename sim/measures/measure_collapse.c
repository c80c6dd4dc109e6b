#include <math.h>
#include <stdbool.h>

#include "sim/measures/averages.h"
#include "sim/measures/guess.h"
#include "sim/measures/measure.h"
#include "sim/measures/nearby.h"

/* What is looked for, and whether in the row itself or in what `nearby` takes for it. */
struct search {
    const struct kernel *kernel;
    const struct row *row;
    const struct criterion *criterion;
    const struct nearby *nearby; /* NULL: the row itself */
};

/* A function of beta that goes from negative to positive at the criterion's collapse point, its slope in log
 * beta, and the row's balance. */
struct crossing {
    double value, slope, balance;
};

static struct crossing crossing(const struct search *s, double beta) {
    const struct criterion *criterion = s->criterion;
    struct averages c;
    beta = row_own_beta(s->row, beta);
    if (criterion->kind == CRITERION_PARTICIPATION) {
        double participation, mean_twice;
        c = s->nearby ? nearby_twice(s->nearby, beta, &participation, &mean_twice)
                      : averages_twice(s->kernel, s->row, beta, &participation, &mean_twice);
        return (struct crossing){log(participation / criterion->threshold),
                                 2 * beta * (c.mean - mean_twice) /* of log Y_2 */, c.balance};
    }
    c = s->nearby ? nearby_at(s->nearby, beta) : averages_at(s->kernel, s->row, beta);
    if (criterion->kind == CRITERION_ENTROPY) {
        double entropy = c.log_z + beta * c.mean;
        return (struct crossing){log(criterion->threshold / entropy), beta * beta * c.variance / entropy,
                                 c.balance};
    }
    /* dchi/dlog beta = beta^2 (2 Var - beta kappa_3), over chi; dVar/dlog beta = -beta kappa_3 */
    double value = beta * c.third / c.variance - 2, fourth = c.fourth - 3 * c.variance * c.variance;
    return (struct crossing){value, beta * (3 * c.third - beta * fourth) / c.variance + value * (value + 2),
                             c.balance};
}

/* Newton's step; where the function falls, beyond its steepest, that of its reciprocal, which is straighter.
 */
static double newton_step(double value, double slope) { return slope > 0 ? -value / slope : value / slope; }

/* Where to go from x in [a, b] when Newton's method is of no use: the function is flat but where points and
 * bulk are in balance, or nothing is known. */
static double other_step(const struct crossing *c, double x, double a, double b, int *balances) {
    double next = x + c->balance;
    return next > a && next < b && (*balances)++ < 2 ? next : (a + b) / 2;
}

/* Root between low and high, from `start`: Newton in log beta, with another step wherever it leaves the
 * bracket or halves neither the function nor the step. Where a step and the function are small, what is left
 * is about their square. */
static double root_between(const struct search *s, double low, double high, double start) {
    const double small = 5e-8, nothing = 1e-12;
    double a = log(low), b = log(high), x = start > a && start < b ? start : (a + b) / 2, previous = INFINITY,
           last_step = b - a;
    int balances = 0;
    for (int step = 0; step < 200; step++) {
        struct crossing c = crossing(s, exp(x));
        double next = x + newton_step(c.value, c.slope);
        if (c.value <= 0) {
            a = x;
        } else { /* or NaN: nothing is left of chi, which lies beyond its peak */
            b = x;
        }
        bool newton =
            next >= a && next <= b && (fabs(c.value) <= previous / 2 || fabs(next - x) <= last_step / 2);
        previous = fabs(c.value);
        if (!newton) { next = other_step(&c, x, a, b, &balances); }
        bool near = newton && c.slope > 0 && previous < small;
        last_step = fabs(next - x);
        if (last_step < (near ? small : nothing)) { return exp(next); }
        x = next;
    }
    return exp(x);
}

/* Where points and bulk have the same weight, if that lies between low and high: the function bends there. */
static double balance_between(const struct search *s, double low, double high, double start) {
    double x = start;
    for (int step = 0; step < 6; step++) {
        double next = x + crossing(s, exp(x)).balance;
        if (isnan(next)) { return start; }
        if (fabs(next - x) < 1e-4) { return next > low && next < high ? next : start; }
        x = fmin(fmax(next, (x + low) / 2), (x + high) / 2);
    }
    return start;
}

/* From a start that may be far off, first the root of what the row is nearby. */
static double root_near(const struct search *s, double low, double high, const struct guess *guess) {
    const double far = 1e-3, a = log(low), b = log(high);
    double start = guess->log_beta > a && guess->log_beta < b ? guess->log_beta : (a + b) / 2;
    if (guess->doubt > far) {
        struct nearby nearby;
        struct search near = *s;
        nearby_make(&nearby, s->kernel, s->row, row_own_beta(s->row, exp(start)),
                    s->criterion->kind == CRITERION_PARTICIPATION);
        near.nearby = &nearby;
        start = log(root_between(&near, low, high, balance_between(&near, a, b, start)));
    }
    return root_between(s, low, high, start);
}

/* Where a root may lie, and whether the function is surely negative at its low end, positive at its high end.
 */
struct bracket {
    double low, high;
    struct guess guess;
    bool negative, positive;
};

/* Root of an entropy or participation crossing, from a first bracket that may miss it. 0 and inf stand for
 * roots below and above what a double holds. */
static double root_anywhere(const struct search *s, const struct bracket *bracket) {
    const double least = 1e-300, most = 1e300;
    double value = 0, low = fmin(fmax(bracket->low, least), most / 2);
    double high = fmin(fmax(bracket->high, 2 * low), most);
    bool negative = bracket->negative && low == bracket->low,
         positive = bracket->positive && high == bracket->high;
    while (!negative && (value = crossing(s, low).value) > 0) {
        if (low == least) { return 0; }
        high = low;
        low = fmax(least, low / 2);
    }
    if (isnan(value)) { return NAN; }
    while (!positive && (value = crossing(s, high).value) < 0) {
        if (high == most) { return INFINITY; }
        low = high;
        high = fmin(most, high * 2);
    }
    return isnan(value) ? NAN : root_near(s, low, high, &bracket->guess);
}

/* Entropy and participation: the grid points around the threshold. Their values are those of the row's
 * crossing but for rounding. Without a grid, around Lambda^typ. */
static struct bracket grid_bracket(const struct measure_grid *grid, const struct criterion *criterion) {
    if (grid->count == 0) { return (struct bracket){.low = 0.5, .high = 2, .guess = GUESS_NONE}; }
    const double sure = 1e-6;
    bool falls = criterion->kind == CRITERION_ENTROPY;
    enum measure m = falls ? MEASURE_ENTROPY : MEASURE_PARTICIPATION;
    double sign = falls ? 1 : -1, threshold = criterion->threshold;
    size_t i = 0;
    while (i < grid->count && sign * (grid->value[i][m] - threshold) > 0) { i++; }
    return (struct bracket){
        .guess = i > 0 && i < grid->count ? guess_root(grid, criterion, i) : GUESS_NONE,
        .low = i > 0 ? grid->beta[i - 1] : grid->beta[0] / 2,
        .high = i < grid->count ? grid->beta[i] : grid->beta[grid->count - 1] * 2,
        .negative = i > 0 && sign * (grid->value[i - 1][m] - threshold) > sure * threshold,
        .positive = i < grid->count && sign * (grid->value[i][m] - threshold) < -sure * threshold,
    };
}

/* How much the entropy falls between points i - 1 and i over what a chi as large as `most` explains; 0 where
 * rounding decides. */
static double unexplained_fall(const struct measure_grid *grid, size_t i, double most) {
    const double seen = 1e-6;
    double before = grid->value[i - 1][MEASURE_ENTROPY], fall = before - grid->value[i][MEASURE_ENTROPY];
    return fall > seen * before ? fall / (most * log(grid->beta[i] / grid->beta[i - 1])) : 0;
}

/* The range between two points, neither of them its highest, that must hold a higher peak of chi than the
 * grid sees: 0 if there is none. */
static size_t hidden_peak(const struct measure_grid *grid, size_t highest) {
    double most = grid->value[highest][MEASURE_SUSCEPTIBILITY], steepest = 1.5;
    size_t at = 0;
    for (size_t i = 1; i < grid->count; i++) {
        double fall = unexplained_fall(grid, i, most);
        bool inside = highest > 0 && highest + 1 < grid->count, seen = i == highest || i == highest + 1;
        if (fall > steepest && !(inside && seen)) {
            steepest = fall;
            at = i;
        }
    }
    return at;
}

static double susceptibility_peak(const struct search *s, const struct measure_grid *grid) {
    size_t peak = 0;
    if (grid->count == 0) { return NAN; }
    for (size_t i = 1; i < grid->count; i++) {
        if (grid->value[i][MEASURE_SUSCEPTIBILITY] > grid->value[peak][MEASURE_SUSCEPTIBILITY]) { peak = i; }
    }
    size_t hidden = hidden_peak(grid, peak);
    if (hidden > 0) { return root_near(s, grid->beta[hidden - 1], grid->beta[hidden], &GUESS_NONE); }
    if (peak == 0 || peak + 1 == grid->count) { return NAN; }
    struct guess guess = guess_root(grid, s->criterion, peak);
    return guess.sure ? exp(guess.log_beta)
                      : root_near(s, grid->beta[peak - 1], grid->beta[peak + 1], &guess);
}

double measure_collapse(const struct kernel *kernel, const struct row *row, const struct criterion *criterion,
                        const struct measure_grid *grid) {
    const struct search search = {kernel, row, criterion, NULL};
    double ties = row_log_ties(row);
    switch (criterion->kind) {
    case CRITERION_TOP_TWO_RATIO: return -log(criterion->threshold) / measure_top_gap(row);
    case CRITERION_SUSCEPTIBILITY: return susceptibility_peak(&search, grid);
    case CRITERION_ENTROPY:
        if (row->log_n <= criterion->threshold) { return 0; }
        if (ties >= criterion->threshold) { return INFINITY; }
        break;
    case CRITERION_PARTICIPATION:
        if (-row->log_n >= log(criterion->threshold)) { return 0; }
        if (-ties <= log(criterion->threshold)) { return INFINITY; }
        break;
    }
    struct bracket bracket = grid_bracket(grid, criterion);
    return bracket.guess.sure && bracket.negative && bracket.positive ? exp(bracket.guess.log_beta)
                                                                      : root_anywhere(&search, &bracket);
}
