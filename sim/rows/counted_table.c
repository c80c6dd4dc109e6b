/* Betas stand in groups of KERNEL_LANES, increasing; a group has the bins that can matter to one of them.
 * What takes time is to read the cells. So where no sum sees the difference, phi is taken for a straight line
 * in the gap: its sums are those of N, of which one power more is kept.
 *
 * Where rows differ in scale, columns are even in log beta. A row's own betas are all at the same place
 * between two columns; the sums there are those of the polynomial that meets, at eight columns, a sum and its
 * first two derivatives, times an exponential. Where an octave has eight columns that is good to some 1e-14
 * of a sum above e^-30 (tests/sim/measures/test_stretch.c). The top's sum is 1 or more. At small betas sums
 * change so slowly that every second column will do, to some 1e-13; the others are made out of those.
 */
#include "sim/rows/counted_table.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/rows/stencil.h"

enum {
    LANES = KERNEL_LANES,
    AVERAGES = KERNEL_AVERAGES,
    STENCIL = KERNEL_STENCIL,
    BEFORE = STENCIL_BEFORE,
    MOST_CELLS = 8192,
    MOST_COLUMNS = 2 * COUNTED_TABLE_BETAS + 8 * LANES,
    LEAST_OCTAVE = 8,
    LEAST_PLACE = 3 * BEFORE, /* of betas: as many again on either side of a column that is left out */
};

struct group {
    size_t start, whole, line, end; /* its bins; before `whole` and from `line` on phi is a line */
    double origin; /* of gaps: s*, or the lowest top where e^{-beta gap} is nothing in a double */
    double (*cell)[2][AVERAGES][LANES];       /* of the others: times N, and times N^{1/2} g */
    double (*line_cell)[AVERAGES + 1][LANES]; /* of those, one power more: times N */
};

struct counted_table {
    size_t betas, columns, groups; /* columns that have cells */
    double lowest_top;             /* in gaps */
    double *beta;                  /* [betas]: as they were given */
    double *column;                /* [groups][LANES]: those, and doubles that are none of them, increasing */
    size_t *once, *twice; /* [betas]: where among the sums that are made those of beta and of 2 beta are */
    size_t octave, below; /* even columns in an octave, and before the first beta; 0: not even */
    size_t even, halved;  /* even columns; of the first of them, so many, every second has cells */
    struct stencil stencil;
    double half[STENCIL][AVERAGES][AVERAGES]; /* the basis half-way */
    struct group *group;
    double (*line)[2]; /* [bins]: phi of a bin is about line[0] + line[1] gap */
    double *cell;
};

/* The column of a beta, to rounding. */
static size_t find_column(const struct counted_table *t, double beta) {
    size_t i = 0;
    while (i + 1 < t->columns && t->column[i] < beta * (1 - 1e-14)) { i++; }
    return i;
}

static void make_columns(struct counted_table *t) {
    double all[2 * COUNTED_TABLE_BETAS];
    for (size_t b = 0; b < t->betas; b++) {
        all[b] = t->beta[b];
        all[t->betas + b] = 2 * t->beta[b];
    }
    gsl_sort(all, 1, 2 * t->betas);
    for (size_t i = 0; i < 2 * t->betas; i++) {
        if (t->columns == 0 || all[i] > t->column[t->columns - 1] * (1 + 1e-14)) {
            t->column[t->columns++] = all[i];
        }
    }
    for (size_t b = 0; b < t->betas; b++) {
        t->once[b] = find_column(t, t->beta[b]);
        t->twice[b] = find_column(t, 2 * t->beta[b]);
    }
}

/* How many betas an octave has, evenly; 0 where they are not even, or too few. */
static size_t even_octave(size_t betas, const double *beta) {
    size_t octave = 1;
    while (octave < betas && beta[octave] < 1.99 * beta[0]) { octave++; }
    for (size_t b = 0; b < betas; b++) {
        double even = beta[0] * exp2((double)b / (double)octave);
        if (!(fabs(beta[b] - even) <= 1e-14 * even)) { return 0; }
    }
    return octave < LEAST_OCTAVE || octave == betas ? 0 : octave;
}

/* Whether the sum over the bins changes so slowly in log beta, with mean numbers of scores, that columns may
 * be twice as far apart as where its variance is as large as it gets for n < 2^53, some 70: where mean and
 * variance are small, or, in a sum that does not break off at its last bin, where they all but make up for
 * one another in its second derivative. */
static bool changes_slowly(size_t bins, const struct counted_bin *bin, double beta) {
    const double slow = 12, straight = 14, widest = 40, nothing = 1e-6;
    double z = 0, first = 0, second = 0, most = -INFINITY, weight = 0;
    for (size_t k = 0; k < bins; k++) { most = fmax(most, bin[k].log_mean - beta * bin[k].node[0]); }
    for (size_t k = 0; k < bins; k++) {
        const double gap = beta * bin[k].node[0];
        weight = exp(bin[k].log_mean - gap - most);
        z += weight;
        first += weight * gap;
        second += weight * gap * gap;
    }
    const double mean = first / z, variance = second / z - mean * mean;
    return (mean < slow && variance < slow) ||
           (weight < nothing * z && fabs(variance - mean) < straight && variance < widest);
}

/* For rows whose betas are stretched by factors in a range. */
static bool make_even_columns(struct counted_table *t, size_t bins, const struct counted_bin *bin,
                              const double stretch[2]) {
    const size_t octave = t->octave = even_octave(t->betas, t->beta);
    double below = ceil(-log2(stretch[0]) * (double)octave) + LEAST_PLACE,
           above = ceil(log2(stretch[1]) * (double)octave) + STENCIL - BEFORE;
    if (octave == 0 || below + above + (double)(t->betas + octave) > MOST_COLUMNS) { return false; }
    stencil_make(&t->stencil);
    stencil_basis(&t->stencil, 0.5, t->half);
    t->below = (size_t)below;
    t->even = t->below + t->betas + octave + (size_t)above;
    for (size_t i = 0; i < t->even; i++) {
        double beta = t->beta[0] * exp2(((double)i - below) / (double)octave);
        bool follows = t->halved == i && i + 2 * STENCIL < t->even;
        if (follows && changes_slowly(bins, bin, beta)) { t->halved += 2; }
        if (t->halved <= i || i % 2 == 0) { t->column[t->columns++] = beta; }
    }
    for (size_t b = 0; b < t->betas; b++) {
        t->once[b] = b;
        t->twice[b] = b + octave;
    }
    return true;
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

/* The bins of a group, from the first to the last that can add e^-37 of the sum at one of its betas. */
static struct group bins_in_reach(size_t bins, const struct counted_bin *bin, double lowest_top,
                                  const double column[LANES]) {
    const double nothing = 700;
    struct group group = {.start = bins};
    for (size_t l = 0; l < LANES; l++) {
        double least = least_sum(bins, bin, lowest_top, column[l]) - 37;
        for (size_t k = 0; k < bins; k++) {
            if (most_added(&bin[k], column[l]) <= least) { continue; }
            if (group.start > k) { group.start = k; }
            if (group.end <= k) { group.end = k + 1; }
            if (column[l] * bin[k].upper > nothing) { group.origin = lowest_top; }
        }
    }
    if (group.end < group.start) { group.start = group.end; }
    return group;
}

/* What a bin adds to sums at the columns of a group: times N, and times N^{1/2} g. */
struct added {
    double count[AVERAGES + 1][LANES], spread[AVERAGES][LANES];
};

static struct added added_by(const struct counted_bin *bin, double origin, const struct kernel *kernel,
                             const double *column) {
    struct added a = {{{0}}, {{0}}};
    for (size_t i = 0; i < bin->nodes; i++) {
        double e[LANES], power = 1, gap = bin->node[i] - origin;
        kernel->weights(LANES, column, gap, e);
        for (size_t m = 0; m <= AVERAGES; m++, power *= gap) {
            for (size_t l = 0; l < LANES; l++) {
                if (e[l] == 0) { continue; } /* whatever the gap's power is */
                a.count[m][l] += bin->weight[i] * power * e[l];
                if (m < AVERAGES) { a.spread[m][l] += bin->spread[i] * power * e[l]; }
            }
        }
    }
    return a;
}

/* The straight line in gaps that phi is closest to; 0 where gaps are infinite, or hardly differ: it would be
 * so steep that nothing is left of what it is added to. */
static void fit_line(const struct counted_bin *bin, double line[2]) {
    const double alike = 1e-6;
    double mean = 0, square = 0, slope = 0;
    for (size_t i = 0; i < bin->nodes; i++) { mean += bin->weight[i] * bin->node[i]; }
    for (size_t i = 0; i < bin->nodes; i++) {
        double off = bin->node[i] - mean;
        square += bin->weight[i] * off * off;
        slope += bin->spread[i] * off;
    }
    line[1] = bin->nodes == COUNTED_NODES && sqrt(square) > alike * fabs(mean) ? slope / square : 0;
    line[0] = -line[1] * mean;
}

/* Whether the sums, which are at least e^least, do not see that phi is no straight line; gaps from s*. */
static bool is_line(const struct counted_bin *bin, const double line[2], const struct added *a,
                    const double *column, const double least[LANES]) {
    const double seen = 1e-13, most = 7; /* a Gaussian is larger once in 4e11 */
    for (size_t l = 0; l < LANES; l++) {
        double unit = most * exp(bin->log_mean / 2 - least[l]);
        for (size_t m = 0; m < AVERAGES; m++, unit *= column[l]) {
            double off = a->spread[m][l] - line[0] * a->count[m][l] - line[1] * a->count[m + 1][l];
            if (!(fabs(off) * unit < seen)) { return false; }
        }
    }
    return true;
}

/* Cells from there on; where the next ones follow. */
static double *fill_group(struct counted_table *t, struct group *group, const double *column, size_t bins,
                          const struct counted_bin *bin, const struct kernel *kernel, double *cell) {
    struct added *added = memory_create(bins, sizeof *added);
    double least[LANES];
    group->whole = group->line = group->end;
    for (size_t l = 0; l < LANES; l++) { least[l] = least_sum(bins, bin, t->lowest_top, column[l]); }
    for (size_t k = group->start; k < group->end; k++) {
        added[k] = added_by(&bin[k], group->origin, kernel, column);
        if (group->origin == 0 && is_line(&bin[k], t->line[k], &added[k], column, least)) { continue; }
        group->line = k + 1;
        if (group->whole == group->end) { group->whole = k; }
    }
    group->cell = (double(*)[2][AVERAGES][LANES])cell;
    for (size_t k = group->whole; k < group->line; k++, cell += 2 * AVERAGES * LANES) {
        memcpy(cell, added[k].count, AVERAGES * sizeof *added[k].count);
        memcpy(cell + AVERAGES * LANES, added[k].spread, sizeof added[k].spread);
    }
    group->line_cell = (double(*)[AVERAGES + 1][LANES]) cell;
    for (size_t k = group->start; k < group->end; k++) {
        if (k >= group->whole && k < group->line) { continue; }
        memcpy(cell, added[k].count, sizeof added[k].count);
        cell += (AVERAGES + 1) * LANES;
    }
    free(added);
    return cell;
}

static struct counted_table *table_for(size_t betas, const double *beta) {
    struct counted_table *t = memory_create(1, sizeof *t);
    t->betas = betas;
    t->beta = memory_copy(beta, betas, sizeof *beta);
    t->column = memory_create(MOST_COLUMNS + LANES, sizeof *t->column);
    t->once = memory_create(betas, sizeof *t->once);
    t->twice = memory_create(betas, sizeof *t->twice);
    return t;
}

/* Fills the last lanes up. */
static void make_groups(struct counted_table *t) {
    t->groups = (t->columns + LANES - 1) / LANES;
    for (size_t i = t->columns; i < t->groups * LANES; i++) { t->column[i] = t->column[t->columns - 1]; }
    t->group = memory_create(t->groups, sizeof *t->group);
}

struct counted_table *counted_table_create(size_t bins, const struct counted_bin *bin, double lowest_top,
                                           const struct kernel *kernel, size_t betas, const double *beta,
                                           const double stretch[2]) {
    size_t cells = 0;
    if (betas == 0 || betas > COUNTED_TABLE_BETAS || bins == 0) { return NULL; }
    struct counted_table *t = table_for(betas, beta);
    t->lowest_top = lowest_top;
    if (stretch[0] == 1 && stretch[1] == 1) {
        make_columns(t);
    } else if (!make_even_columns(t, bins, bin, stretch)) {
        counted_table_free(t);
        return NULL;
    }
    make_groups(t);
    for (size_t g = 0; g < t->groups; g++) {
        t->group[g] = bins_in_reach(bins, bin, lowest_top, t->column + g * LANES);
        cells += t->group[g].end - t->group[g].start;
    }
    if (cells > MOST_CELLS) {
        counted_table_free(t);
        return NULL;
    }
    t->line = memory_create(bins, sizeof *t->line);
    for (size_t k = 0; k < bins; k++) { fit_line(&bin[k], t->line[k]); }
    double *cell = t->cell = memory_create_aligned(cells + 1, 2 * AVERAGES * LANES * sizeof *t->cell);
    for (size_t g = 0; g < t->groups; g++) {
        cell = fill_group(t, &t->group[g], t->column + g * LANES, bins, bin, kernel, cell);
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
    free(t->line);
    free(t->cell);
    free(t);
}

/* Sums, by m and column. */
struct made {
    double sum[AVERAGES][MOST_COLUMNS + 2 * LANES];
};

/* Gaps from the highest score, which lies at `highest`; where nothing is left of the sums, the scale may
 * overflow. */
static void shift(const double s[AVERAGES][LANES], const double scale[LANES], double highest, size_t first,
                  struct made *made) {
    double *sum = made->sum[0] + first, *mean = made->sum[1] + first, *square = made->sum[2] + first;
    for (size_t l = 0; l < LANES; l++) {
        double factor = s[0][l] == 0 ? 0 : scale[l];
        sum[l] = factor * s[0][l];
        mean[l] = factor * (s[1][l] - highest * s[0][l]);
        square[l] = factor * (s[2][l] - highest * (2 * s[1][l] - highest * s[0][l]));
    }
}

/* At the columns of groups first .. end - 1, with gaps from `highest`. */
static void sum_columns(const struct counted_table *t, const struct isa *isa, const double *count,
                        const double *spread, double highest, size_t first, size_t end, struct made *made) {
    double scale[MOST_COLUMNS + LANES];
    for (size_t i = first * LANES; i < end * LANES; i++) {
        scale[i] = (highest - t->group[i / LANES].origin) * t->column[i];
    }
    isa->vector->exp((end - first) * LANES, scale + first * LANES, scale + first * LANES);
    for (size_t g = first; g < end; g++) {
        double out[AVERAGES][LANES];
        const struct group *group = &t->group[g];
        const size_t before = group->whole - group->start;
        isa->kernel->table(group->line - group->whole, count + group->whole, spread + group->whole,
                           group->cell, out);
        isa->kernel->table_lines(before, count + group->start, spread + group->start, t->line + group->start,
                                 group->line_cell, out);
        isa->kernel->table_lines(group->end - group->line, count + group->line, spread + group->line,
                                 t->line + group->line, group->line_cell + before, out);
        shift(out, scale + g * LANES, highest - group->origin, g * LANES, made);
    }
}

/* ---- between columns ---- */

/* The column of an even one that has cells. */
static size_t column_of(const struct counted_table *t, size_t even) {
    return even < t->halved ? even / 2 : even - t->halved / 2;
}

/* The even columns first .. end - 1 that are left out, out of four on either side. */
static void fill_in(const struct counted_table *t, const struct isa *isa, size_t first, size_t end,
                    struct made *even) {
    const size_t start = first / 2 - BEFORE, count = end / 2 - first / 2;
    struct made second, filled;
    const double *const at[] = {second.sum[0], second.sum[1], second.sum[2]};
    double *out[] = {filled.sum[0], filled.sum[1], filled.sum[2]}, unit = 1;
    for (size_t m = 0; m < AVERAGES; m++, unit *= 2) {
        memset(second.sum[m] + count, 0, (STENCIL + LANES) * sizeof unit);
        for (size_t i = 0; i < count + STENCIL - 1; i++) {
            second.sum[m][i] = unit * even->sum[m][2 * (start + i)];
        }
    }
    isa->kernel->between(count, 0.5, t->half, at, out);
    unit = 1;
    for (size_t m = 0; m < AVERAGES; m++, unit /= 2) {
        for (size_t i = 0; i < count; i++) {
            even->sum[m][2 * (start + BEFORE + i) + 1] = unit * filled.sum[m][i];
        }
    }
}

/* At even columns first .. end - 1, and what those need; derivatives in log beta, by columns: -beta S_1 and
 * beta^2 S_2 - beta S_1. */
static void sum_even(const struct counted_table *t, const struct isa *isa, const double *count,
                     const double *spread, double highest, size_t first, size_t end, struct made *even) {
    const size_t filled = end < t->halved ? (end + 1) / 2 * 2 : t->halved,
                 last = end < filled + STENCIL ? filled + STENCIL : end;
    const bool fills = first < filled;
    const double step = M_LN2 / (double)t->octave;
    const size_t start = fills ? 2 * (first / 2 - BEFORE) : first;
    struct made made;
    sum_columns(t, isa, count, spread, highest, column_of(t, start) / LANES,
                column_of(t, last - 1) / LANES + 1, &made);
    for (size_t i = start; i < last; i += i < t->halved ? 2 : 1) {
        size_t c = column_of(t, i);
        double unit = step * t->column[c], slope = -unit * made.sum[1][c];
        even->sum[0][i] = made.sum[0][c];
        even->sum[1][i] = slope;
        even->sum[2][i] = unit * unit * made.sum[2][c] + step * slope;
    }
    if (fills) { fill_in(t, isa, first, filled, even); }
    for (size_t m = 0; m < AVERAGES; m++) { memset(even->sum[m] + end, 0, LANES * sizeof even->sum[m][0]); }
}

/* The same at the betas of a row, all larger than the table's by one factor, and at the doubles of the last
 * octave. */
static bool sum_between(const struct counted_table *t, const struct isa *isa, const double *count,
                        const double *spread, double highest, const double *own, struct made *made) {
    const double factor = own[0] / t->beta[0], step = M_LN2 / (double)t->octave,
                 place = (double)t->below + log2(factor) * (double)t->octave, f = place - floor(place),
                 per_step = 1 / step;
    const size_t wanted = t->betas + t->octave;
    if (!(place >= LEAST_PLACE) || place + (double)(wanted + STENCIL - BEFORE) > (double)t->even) {
        return false;
    }
    for (size_t b = 0; b < t->betas; b++) {
        if (!(fabs(own[b] - factor * t->beta[b]) <= 1e-14 * own[b])) { return false; }
    }
    const size_t first = (size_t)place - BEFORE, end = first + wanted + STENCIL - 1;
    double basis[STENCIL][AVERAGES][AVERAGES], *out[] = {made->sum[0], made->sum[1], made->sum[2]};
    struct made even;
    const double *const at[] = {even.sum[0] + first, even.sum[1] + first, even.sum[2] + first};
    sum_even(t, isa, count, spread, highest, first, end, &even);
    stencil_basis(&t->stencil, f, basis);
    isa->kernel->between(wanted, f, (const double(*)[AVERAGES][AVERAGES])basis, at, out);
    for (size_t i = 0; i < wanted; i++) {
        double length = per_step / (i < t->betas ? own[i] : 2 * own[i - t->octave]);
        out[2][i] = (out[2][i] - step * out[1][i]) * (length * length);
        out[1][i] *= -length;
    }
    return true;
}

bool counted_table_sums(const struct counted_table *t, const struct isa *isa, const double *count,
                        const double *spread, double highest, size_t betas, const double *beta,
                        double (*sum)[AVERAGES]) {
    struct made made;
    if (!t || betas != t->betas || highest > t->lowest_top) { return false; }
    if (t->octave > 0) {
        if (!sum_between(t, isa, count, spread, highest, beta, &made)) { return false; }
    } else if (memcmp(beta, t->beta, betas * sizeof *beta) == 0) {
        sum_columns(t, isa, count, spread, highest, 0, t->groups, &made);
    } else {
        return false;
    }
    for (size_t b = 0; b < betas; b++) {
        for (size_t m = 0; m < AVERAGES; m++) {
            sum[b][m] = made.sum[m][t->once[b]];
            sum[betas + b][m] = made.sum[m][t->twice[b]];
        }
    }
    return true;
}
