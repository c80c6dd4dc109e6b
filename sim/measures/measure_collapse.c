#include <math.h>
#include <stdbool.h>

#include "sim/measures/guess.h"
#include "sim/measures/measure.h"
#include "sim/measures/nearby.h"

/* What is looked for, and where. */
struct search {
    const struct kernel *kernel;
    const struct row *row;
    const struct criterion *criterion;
};

/* A function of beta that goes from negative to positive at the criterion's collapse point, its slope in log
 * beta, and the row's balance. */
struct crossing {
    double value, slope, balance;
};

static struct crossing crossing(const struct search *s, const struct nearby *nearby, double beta) {
    const struct criterion *criterion = s->criterion;
    beta = row_own_beta(s->row, beta);
    const struct nearby_averages c = nearby_once(nearby, beta);
    if (criterion->kind == CRITERION_PARTICIPATION) {
        const struct nearby_averages twice = nearby_twice(nearby, beta);
        return (struct crossing){twice.log_z - 2 * c.log_z - log(criterion->threshold),
                                 2 * c.mean - twice.mean, c.balance};
    }
    if (criterion->kind == CRITERION_ENTROPY) {
        double entropy = c.log_z + c.mean;
        return (struct crossing){log(criterion->threshold / entropy), c.variance / entropy, c.balance};
    }
    /* dchi/dlog beta = 2 chi - kappa_3, over chi, with cumulants of beta gap; dkappa_3/dlog beta = 3 kappa_3
     * - kappa_4 */
    double value = c.third / c.variance - 2, fourth = c.fourth - 3 * c.variance * c.variance;
    return (struct crossing){value, (3 * c.third - fourth) / c.variance + value * (value + 2), c.balance};
}

static struct nearby points_at(const struct search *s, double beta) {
    struct nearby nearby;
    nearby_make(&nearby, s->kernel, s->row, row_own_beta(s->row, beta),
                s->criterion->kind == CRITERION_PARTICIPATION);
    return nearby;
}

static double value_at(const struct search *s, double beta) {
    const struct nearby nearby = points_at(s, beta);
    return crossing(s, &nearby, beta).value;
}

/* Newton's step; where the function falls, beyond its steepest, that of its reciprocal, which is straighter.
 */
static double newton_step(double value, double slope) { return slope > 0 ? -value / slope : value / slope; }

/* Where to go from x in [a, b] when Newton's method is of no use: the function is flat but where points and
 * bulk are in balance, or x is there, or nothing is known. */
static double other_step(const struct crossing *c, double x, double a, double b, int *balances) {
    enum { MOST = 6 };
    double next = x + c->balance, least = (b - a) / 1024;
    return next > a && next < b && fabs(c->balance) > least && (*balances)++ < MOST ? next : (a + b) / 2;
}

static const double NOTHING = 1e-13; /* in log beta */

struct found {
    double at, slope; /* of the function, there or next to it */
};

/* Root between a and b of what the row is nearby, looked for from x: Newton in log beta, with
 * another step wherever it leaves the bracket or halves neither the function nor the step. How much the slope
 * changed over the last step tells what is left of the next one; where that and the function are small, about
 * their square is. */
static struct found root_nearby(const struct search *s, const struct nearby *nearby, double a, double b,
                                double x) {
    const double small = 5e-8;
    struct found found = {.at = x};
    double previous = INFINITY, last_step = b - a;
    int balances = 0;
    for (int step = 0; step < 200; step++) {
        struct crossing c = crossing(s, nearby, exp(x));
        double next = x + newton_step(c.value, c.slope), length = fabs(next - x);
        if (c.value <= 0) {
            a = x;
        } else { /* or NaN: nothing is left of chi, which lies beyond its peak */
            b = x;
        }
        bool newton = next >= a && next <= b && (fabs(c.value) <= previous / 2 || length <= last_step / 2);
        bool is_bent =
            step == 0 || fabs(c.slope - found.slope) * length * length > NOTHING * c.slope * last_step;
        previous = fabs(c.value);
        found.slope = c.slope;
        if (newton && c.slope > 0 && (!is_bent || (previous < small && length < small))) {
            found.at = next;
            break;
        }
        if (!newton) { next = other_step(&c, x, a, b, &balances); }
        last_step = fabs(next - x);
        found.at = x = next;
        if (last_step < NOTHING) { break; }
    }
    return found;
}

/* How far in log beta a root may be off for the cumulants that are left out nearby, where beta is that much
 * larger, relative to itself, and the criterion's function has that slope. On the way down weights grow, on
 * the way up the unit of gaps. */
static double left_out(const struct search *s, const struct nearby *n, double larger, double slope) {
    const enum criterion_kind kind = s->criterion->kind;
    const struct nearby_points *once = &n->once, *twice = &n->twice;
    const double own = nearby_growth(once),
                 growth = kind == CRITERION_PARTICIPATION ? fmax(own, nearby_growth(twice)) : own,
                 step = fabs(larger),
                 cube = pow(growth * step, 3) * (larger < 0 ? exp(growth * step) : 1 + step);
    if (kind == CRITERION_ENTROPY) { return cube * growth * step * step / 120; }
    if (kind == CRITERION_SUSCEPTIBILITY) { return cube * growth / (6 * slope); }
    return cube * step * step / (120 * slope) * (2 * once->cumulant[1] + twice->cumulant[1]);
}

/* Where points and bulk have the same weight, if that lies between a and b, or on the way there: the function
 * bends there. */
static double balance_between(const struct search *s, const struct nearby *nearby, double a, double b,
                              double x) {
    const double near = 1e-4;
    for (int step = 0; step < 6; step++) {
        double next = x + crossing(s, nearby, exp(x)).balance;
        if (isnan(next)) { break; }
        bool is_there = fabs(next - x) < near;
        x = fmin(fmax(next, (x + a) / 2), (x + b) / 2);
        if (is_there) { break; }
    }
    return x;
}

/* Root between low and high: again and again that of what the row is nearby, until what is left out there is
 * nothing. Where none is known to be near, the function may have other roots. */
static double root_between(const struct search *s, double low, double high, struct guess guess) {
    const double sure = 1e-12;
    double a = log(low), b = log(high), moved = INFINITY;
    bool inside = guess.log_beta > a && guess.log_beta < b, is_known = inside && guess.near;
    double x = inside ? guess.log_beta : (a + b) / 2;
    for (int step = 0; step < 200; step++) {
        const struct nearby nearby = points_at(s, exp(x));
        double first = inside ? x : balance_between(s, &nearby, a, b, x);
        const struct found found = root_nearby(s, &nearby, a, b, first);
        double length = fabs(found.at - x), larger = expm1(found.at - x);
        if (length < sure || (found.slope > 0 && left_out(s, &nearby, larger, found.slope) < sure)) {
            return exp(found.at);
        }
        if (is_known) { *(crossing(s, &nearby, exp(x)).value <= 0 ? &a : &b) = x; }
        inside = is_known = true;
        x = length <= moved / 2 ? found.at : (a + b) / 2;
        moved = length;
    }
    return exp(x);
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
    const double least = 1e-300, most = 1e300, wide = 4; /* a choice: what is nearby tells little beyond */
    double value = 0, low = fmin(fmax(bracket->low, least), most / 2);
    double high = fmin(bracket->high > low ? bracket->high : 2 * low, most);
    bool negative = bracket->negative && low == bracket->low,
         positive = bracket->positive && high == bracket->high;
    while (!negative && (value = value_at(s, low)) > 0) {
        if (low == least) { return 0; }
        high = low;
        low = fmax(least, low / 2);
    }
    if (isnan(value)) { return NAN; }
    while (!positive && (value = value_at(s, high)) < 0) {
        if (high == most) { return INFINITY; }
        low = high;
        high = fmin(most, high * 2);
    }
    while (high > wide * low && !isnan(value)) {
        const double middle = sqrt(low) * sqrt(high);
        value = value_at(s, middle);
        *(value <= 0 ? &low : &high) = middle;
    }
    return isnan(value) ? NAN : root_between(s, low, high, bracket->guess);
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
    const double *low = grid->value[i - 1], *high = grid->value[i];
    double before = low[MEASURE_ENTROPY], fall = before - high[MEASURE_ENTROPY];
    return fall > seen * before ? fall / (most * (high[MEASURE_LOG_BETA] - low[MEASURE_LOG_BETA])) : 0;
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

/* The peak of chi between two points. Where they are far from each other it may have several: next to the
 * highest of points in between. */
static double highest_peak(const struct search *s, double low, double high, struct guess guess) {
    const double near = 0.4, length = log(high) - log(low), steps = ceil(length / (near / 2)); /* a choice */
    double most = 0, highest = 0;
    if (length <= near) { return root_between(s, low, high, guess); }
    for (double k = 1; k < steps; k++) {
        const double beta = low * exp(k / steps * length);
        const struct nearby nearby = points_at(s, beta);
        const double chi = nearby_once(&nearby, row_own_beta(s->row, beta)).variance;
        if (chi > most) {
            most = chi;
            highest = k;
        }
    }
    return root_between(s, low * exp((highest - 1) / steps * length),
                        low * exp((highest + 1) / steps * length), GUESS_NONE);
}

static double susceptibility_peak(const struct search *s, const struct measure_grid *grid) {
    size_t peak = 0;
    if (grid->count == 0) { return NAN; }
    for (size_t i = 1; i < grid->count; i++) {
        if (grid->value[i][MEASURE_SUSCEPTIBILITY] > grid->value[peak][MEASURE_SUSCEPTIBILITY]) { peak = i; }
    }
    size_t hidden = hidden_peak(grid, peak);
    if (hidden > 0) { return highest_peak(s, grid->beta[hidden - 1], grid->beta[hidden], GUESS_NONE); }
    if (peak == 0 || peak + 1 == grid->count) { return NAN; }
    struct guess guess = guess_root(grid, s->criterion, peak);
    return guess.sure ? exp(guess.log_beta)
                      : highest_peak(s, grid->beta[peak - 1], grid->beta[peak + 1], guess);
}

/* Whether the two largest scores so nearly tie that Y_2 stays at 1/2 over decades of beta, to more digits
 * than doubles have. */
static bool pair_nearly_ties(const struct row *row) {
    const double near = 1e-3;
    return row->top_count > 2 && row->gap[1] < near * row->gap[2];
}

/* 2 Z^2 (Y_2 - 1/2) with w of the second score and sums of the others' weights and their squares. */
static double over_half(const struct search *s, double beta) {
    const struct row *row = s->row;
    double once = 0, twice = 0;
    for (size_t i = 2; i < row->point_count; i++) {
        const double weight = exp(-beta * row->gap[i]);
        once += row->count[i] * weight;
        twice += row->count[i] * weight * weight;
    }
    if (row->bulk) {
        const double least = -700, offset = beta * row->bulk_offset;
        once += exp(bulk_sums(row->bulk, s->kernel, beta, least).log_z - offset);
        twice += exp(bulk_sums(row->bulk, s->kernel, 2 * beta, least).log_z - 2 * offset);
    }
    const double lack = -expm1(-beta * row->gap[1]);
    if (once > 1) { return -once; } /* so many that their squares may be infinite */
    return lack * lack + 2 * twice - once * (2 * (2 - lack) + once);
}

/* Where Y_2 of such a row passes 1/2: beyond 1 over the third score's gap. */
static double half_of_pair(const struct search *s) {
    const double nothing = 1e-13;
    double low = 1 / s->row->gap[2], high = 2 * low;
    while (over_half(s, high) < 0) { high *= 2; }
    while (high > (1 + nothing) * low) {
        const double middle = low + (high - low) / 2;
        *(over_half(s, middle) < 0 ? &low : &high) = middle;
    }
    return high / s->row->stretch;
}

double measure_collapse(const struct kernel *kernel, const struct row *row, const struct criterion *criterion,
                        const struct measure_grid *grid) {
    const struct search search = {kernel, row, criterion};
    const double ties = log(row_ties(row));
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
        if (criterion->threshold == 0.5 && pair_nearly_ties(row)) { return half_of_pair(&search); }
        break;
    }
    struct bracket bracket = grid_bracket(grid, criterion);
    return bracket.guess.sure && bracket.negative && bracket.positive ? exp(bracket.guess.log_beta)
                                                                      : root_anywhere(&search, &bracket);
}
