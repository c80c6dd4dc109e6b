#include "sim/sweep/target.h"

#include <gsl/gsl_math.h>
#include <math.h>

enum { FEWEST_GROUPS = 8 };

/* ---- the error at hand ---- */

static double mean_at(const struct partial *p, enum measure measure, size_t b) {
    return p->mean[p->of.cell->layout.at[measure] + b];
}

static double se_at(const struct partial *p, enum measure measure, size_t b) {
    const double count = (double)p->of.replicates;
    return p->spread[p->of.cell->layout.at[measure] + b] / sqrt(count * (count - 1));
}

/* The first beta at which the mean is past the threshold; 0 or the number of betas where there is none. */
static size_t crossing_of(const struct partial *p, enum measure measure, const struct criterion *criterion) {
    const double sign = criterion->kind == CRITERION_PARTICIPATION ? -1 : 1, threshold = criterion->threshold;
    size_t b = 0;
    while (b < p->of.cell->layout.betas && sign * (mean_at(p, measure, b) - threshold) > 0) { b++; }
    return b;
}

static double logit(double y) { return log(y / (1 - y)); }

/* Between betas b and b + 1, each error over its slope as the crossing is near them. */
static double crossing_error(const struct partial *p, enum measure measure, size_t b, double threshold) {
    const bool entropy = measure == MEASURE_ENTROPY;
    const double *ratio = p->of.cell->here.beta_ratio + b;
    double y[2], error[2];
    for (size_t k = 0; k < 2; k++) {
        double mean = mean_at(p, measure, b + k);
        y[k] = entropy ? log(mean) : logit(mean);
        error[k] = se_at(p, measure, b + k) /
                   (entropy ? mean_at(p, MEASURE_SUSCEPTIBILITY, b + k) : mean * (1 - mean));
    }
    double part = ((entropy ? log(threshold) : logit(threshold)) - y[0]) / (y[1] - y[0]),
           slope = entropy ? 1 : (y[1] - y[0]) / log(ratio[1] / ratio[0]);
    return pow(error[0], 1 - part) * pow(error[1], part) / fabs(slope);
}

/* Of the parabola through the logarithms of the mean susceptibility at beta b and beside it, without the
 * replicates of one group; of all where there is no such group. */
static double vertex_without(const struct partial *p, size_t b, size_t group) {
    const size_t groups = partial_groups(&p->of), betas = p->of.cell->layout.betas;
    const double count = (double)groups;
    double x[3], y[3];
    for (size_t k = 0, at = b - 1; k < 3; k++, at++) {
        double mean = mean_at(p, MEASURE_SUSCEPTIBILITY, at);
        if (group < groups) {
            mean = (count * mean - p->group[(group * MEASURE_COUNT + MEASURE_SUSCEPTIBILITY) * betas + at]) /
                   (count - 1);
        }
        x[k] = log(p->of.cell->here.beta_ratio[at]);
        y[k] = log(mean);
    }
    double left = (y[1] - y[0]) / (x[1] - x[0]), right = (y[2] - y[1]) / (x[2] - x[1]);
    return (x[0] + x[1]) / 2 - left / ((right - left) / (x[2] - x[0])) / 2;
}

static double maximum_error(const struct partial *p) {
    const size_t groups = partial_groups(&p->of), betas = p->of.cell->layout.betas;
    size_t top = 0;
    for (size_t b = 1; b < betas; b++) {
        if (mean_at(p, MEASURE_SUSCEPTIBILITY, b) > mean_at(p, MEASURE_SUSCEPTIBILITY, top)) { top = b; }
    }
    if (top == 0 || top + 1 == betas) { return 0; }
    double all = vertex_without(p, top, groups), squares = 0;
    for (size_t g = 0; g < groups; g++) {
        double off = vertex_without(p, top, g) - all;
        squares += off * off;
    }
    return groups < FEWEST_GROUPS ? INFINITY : sqrt(squares * (double)(groups - 1) / (double)groups);
}

static double criterion_error(const struct partial *p, const struct criterion *criterion) {
    static const enum measure measure[] = {[CRITERION_ENTROPY] = MEASURE_ENTROPY,
                                           [CRITERION_PARTICIPATION] = MEASURE_PARTICIPATION,
                                           [CRITERION_TOP_TWO_RATIO] = MEASURE_TOP_TWO_RATIO};
    if (criterion->kind == CRITERION_SUSCEPTIBILITY) { return maximum_error(p); }
    const size_t b = crossing_of(p, measure[criterion->kind], criterion);
    if (b == 0 || b == p->of.cell->layout.betas) { return 0; }
    return crossing_error(p, measure[criterion->kind], b - 1, criterion->threshold);
}

double target_error(const struct partial *p) {
    const struct config_series *series = p->of.cell->series;
    double largest = 0;
    for (size_t i = 0; i < series->criterion_count; i++) {
        double error = criterion_error(p, &series->criterion[i]);
        largest = fmax(largest, isnan(error) ? INFINITY : error);
    }
    return largest;
}

double target_foreseen(const struct config_series *series, double scatter) {
    double count = UNIT_TARGET_BLOCKS * RESULTS_BLOCK_LENGTH, most = (double)series->replicates;
    while (series->target > 0 && count < most && scatter / sqrt(count) > series->target) { count *= 2; }
    return series->target > 0 ? fmin(count, most) : most;
}

/* ---- on the way ---- */

/* The first count of so many blocks or more. */
static size_t count_behind(const struct unit_cell *c, size_t blocks) {
    size_t count = UNIT_TARGET_BLOCKS;
    while (count < blocks) { count *= 2; }
    return GSL_MIN(count, c->block_count);
}

struct unit target_wanted(const struct unit_cell *c, const struct partial_stack *held) {
    size_t blocks = 0, end = 0;
    for (size_t i = 0; i < held->count; i++) {
        blocks += held->held[i]->of.block_count;
        end = unit_end(&held->held[i]->of);
    }
    size_t count = count_behind(c, end); /* it was met at none before */
    if (blocks == count) {
        if (count == c->block_count || target_error(held->held[0]) <= c->series->target) {
            return (struct unit){.cell = c};
        }
        count = count_behind(c, count + 1);
    }
    return unit_part(c, 0, count);
}
