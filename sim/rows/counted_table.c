/* Betas stand in groups of KERNEL_LANES, increasing; a group has the bins that can matter to one of them. */
#include "sim/rows/counted_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"

enum { LANES = KERNEL_LANES, AVERAGES = KERNEL_AVERAGES, MOST_CELLS = 8192 };

struct group {
    size_t start, end; /* its bins */
    size_t first;      /* its cells begin there */
    double origin;     /* of gaps: s*, or the lowest top where e^{-beta gap} is nothing in a double */
};

struct counted_table {
    size_t betas, columns, groups;
    double lowest_top;    /* in gaps */
    double *beta;         /* [betas]: as they were given */
    double *column;       /* [groups][LANES]: those, and doubles that are none of them, increasing */
    size_t *once, *twice; /* [betas]: the columns of beta and of 2 beta */
    struct group *group;
    double (*cell)[2][AVERAGES][LANES]; /* times N, and times N^{1/2} g */
};

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The column of a beta, to rounding. */
static size_t find_column(const struct counted_table *t, double beta) {
    size_t i = 0;
    while (i + 1 < t->columns && t->column[i] < beta * (1 - 1e-14)) { i++; }
    return i;
}

static void make_columns(struct counted_table *t) {
    double *all = memory_create(2 * t->betas, sizeof *all);
    for (size_t b = 0; b < t->betas; b++) {
        all[b] = t->beta[b];
        all[t->betas + b] = 2 * t->beta[b];
    }
    qsort(all, 2 * t->betas, sizeof *all, by_size);
    for (size_t i = 0; i < 2 * t->betas; i++) {
        if (t->columns == 0 || all[i] > t->column[t->columns - 1] * (1 + 1e-14)) {
            t->column[t->columns++] = all[i];
        }
    }
    free(all);
    t->groups = (t->columns + LANES - 1) / LANES;
    for (size_t i = t->columns; i < t->groups * LANES; i++) { t->column[i] = t->column[t->columns - 1]; }
    for (size_t b = 0; b < t->betas; b++) {
        t->once[b] = find_column(t, t->beta[b]);
        t->twice[b] = find_column(t, 2 * t->beta[b]);
    }
}

/* What the sum over a row is at least at that beta, as a logarithm: half the mean of the bins that hold many
 * scores, and the maximum, with gaps from s*. */
static double least_sum(size_t bins, const struct counted_bin *bin, double lowest_top, double beta) {
    const double many = 8; /* e^8 scores: half of them are missing with probability e^-370 */
    double least = -beta * lowest_top;
    for (size_t k = 0; k < bins; k++) {
        if (bin[k].log_mean > many) { least = fmax(least, bin[k].log_mean - M_LN2 - beta * bin[k].upper); }
    }
    return least;
}

/* log of what a bin can add at most to sums of weights times powers of beta gap up to the second. Numbers of
 * scores are below ten times their mean, and below e^4 where that is less. */
static double most_added(const struct counted_bin *bin, double beta) {
    double far = beta * fmin(bin->upper, 1e300);
    return fmax(bin->log_mean + log(10), 4) - beta * bin->lower + 2 * log(fmax(1, far));
}

/* The bins of a group, from the first to the last that can add e^-45 of the sum at one of its betas. */
static struct group bins_in_reach(size_t bins, const struct counted_bin *bin, double lowest_top,
                                  const double column[LANES]) {
    const double nothing = 700;
    struct group group = {.start = bins};
    for (size_t l = 0; l < LANES; l++) {
        double least = least_sum(bins, bin, lowest_top, column[l]) - 45;
        for (size_t k = 0; k < bins; k++) {
            if (most_added(&bin[k], column[l]) <= least) { continue; }
            if (group.start > k) { group.start = k; }
            if (group.end <= k) { group.end = k + 1; }
            if (column[l] * bin[k].upper > nothing) { group.origin = lowest_top; }
        }
    }
    return group;
}

static void fill_cell(const struct counted_bin *bin, double origin, const struct kernel *kernel,
                      const double *column, double cell[2][AVERAGES][LANES]) {
    memset(cell, 0, 2 * sizeof *cell);
    for (size_t i = 0; i < bin->nodes; i++) {
        double e[LANES], power = 1, gap = bin->node[i] - origin;
        kernel->weights(LANES, column, gap, e);
        for (size_t m = 0; m < AVERAGES; m++, power *= gap) {
            for (size_t l = 0; l < LANES; l++) {
                cell[0][m][l] += bin->weight[i] * power * e[l];
                cell[1][m][l] += bin->spread[i] * power * e[l];
            }
        }
    }
}

static struct counted_table *table_for(size_t betas, const double *beta) {
    struct counted_table *t = memory_create(1, sizeof *t);
    t->betas = betas;
    t->beta = memory_create(betas, sizeof *t->beta);
    memcpy(t->beta, beta, betas * sizeof *beta);
    t->column = memory_create(2 * betas + LANES, sizeof *t->column);
    t->once = memory_create(betas, sizeof *t->once);
    t->twice = memory_create(betas, sizeof *t->twice);
    make_columns(t);
    t->group = memory_create(t->groups, sizeof *t->group);
    return t;
}

struct counted_table *counted_table_create(size_t bins, const struct counted_bin *bin, double lowest_top,
                                           const struct kernel *kernel, size_t betas, const double *beta) {
    size_t cells = 0;
    if (betas == 0 || betas > COUNTED_TABLE_BETAS || bins == 0) { return NULL; }
    struct counted_table *t = table_for(betas, beta);
    t->lowest_top = lowest_top;
    for (size_t g = 0; g < t->groups; g++) {
        t->group[g] = bins_in_reach(bins, bin, lowest_top, t->column + g * LANES);
        t->group[g].first = cells;
        cells += t->group[g].end > t->group[g].start ? t->group[g].end - t->group[g].start : 0;
    }
    if (cells > MOST_CELLS) {
        counted_table_free(t);
        return NULL;
    }
    t->cell = memory_create_aligned(cells + 1, sizeof *t->cell);
    for (size_t g = 0; g < t->groups; g++) {
        const struct group *group = &t->group[g];
        for (size_t k = group->start; k < group->end; k++) {
            fill_cell(&bin[k], group->origin, kernel, t->column + g * LANES,
                      t->cell[group->first + k - group->start]);
        }
    }
    return t;
}

void counted_table_free(struct counted_table *t) {
    if (!t) { return; }
    free(t->beta);
    free(t->column);
    free(t->once);
    free(t->twice);
    free(t->group);
    free(t->cell);
    free(t);
}

/* Gaps from the highest score, which lies at `highest`; where nothing is left of the sums, the scale may
 * overflow. */
static void shift(const double s[AVERAGES], double scale, double highest, double out[AVERAGES]) {
    for (size_t m = 0; m < AVERAGES; m++) { out[m] = 0; }
    if (s[0] == 0) { return; }
    out[0] = scale * s[0];
    out[1] = scale * (s[1] - highest * s[0]);
    out[2] = scale * (s[2] - highest * (2 * s[1] - highest * s[0]));
}

bool counted_table_sums(const struct counted_table *t, const struct isa *isa, const double *count,
                        const double *spread, double highest, size_t betas, const double *beta,
                        double (*sum)[AVERAGES]) {
    enum { MOST = 2 * COUNTED_TABLE_BETAS + LANES };
    if (!t || betas != t->betas || highest > t->lowest_top ||
        memcmp(beta, t->beta, betas * sizeof *beta) != 0) {
        return false;
    }
    double scale[MOST], made[MOST][AVERAGES];
    for (size_t i = 0; i < t->groups * LANES; i++) {
        scale[i] = (highest - t->group[i / LANES].origin) * t->column[i];
    }
    isa->vector->exp(t->groups * LANES, scale, scale);
    for (size_t g = 0; g < t->groups; g++) {
        double out[AVERAGES][LANES];
        const struct group *group = &t->group[g];
        size_t bins = group->end > group->start ? group->end - group->start : 0;
        isa->kernel->table(bins, count + group->start, spread + group->start, t->cell + group->first, out);
        for (size_t l = 0; l < LANES; l++) {
            double s[AVERAGES] = {out[0][l], out[1][l], out[2][l]};
            shift(s, scale[g * LANES + l], highest - group->origin, made[g * LANES + l]);
        }
    }
    for (size_t b = 0; b < betas; b++) {
        for (size_t m = 0; m < AVERAGES; m++) {
            sum[b][m] = made[t->once[b]][m];
            sum[betas + b][m] = made[t->twice[b]][m];
        }
    }
    return true;
}
