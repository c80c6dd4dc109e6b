/* Sums over the row leave out its maximum, so that log Z = log1p(sum) and 1 - p_(1) keep their relative
 * accuracy when one key takes all. */
#include "measure.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const measure_name[MEASURE_COUNT] = {
    [MEASURE_ENTROPY] = "entropy",
    [MEASURE_PARTICIPATION] = "participation",
    [MEASURE_TOP_WEIGHT] = "top_weight",
    [MEASURE_TOP_TWO_RATIO] = "top_two_ratio",
    [MEASURE_SUSCEPTIBILITY] = "susceptibility",
    [MEASURE_LOG_PARTITION] = "log_partition",
    [MEASURE_GAP_MEAN] = "gap_mean",
};

static const char *const criterion_name[] = {
    [CRITERION_ENTROPY] = "entropy",
    [CRITERION_PARTICIPATION] = "participation",
    [CRITERION_TOP_TWO_RATIO] = "top_two_ratio",
    [CRITERION_SUSCEPTIBILITY] = "susceptibility",
};

void criterion_label(const struct criterion *criterion, char label[CRITERION_LABEL]) {
    const char *name = criterion_name[criterion->kind];
    if (criterion->kind == CRITERION_SUSCEPTIBILITY) {
        snprintf(label, CRITERION_LABEL, "%s", name);
    } else {
        snprintf(label, CRITERION_LABEL, "%s=%.15g", name, criterion->threshold);
    }
}

bool criterion_parse(const char *label, struct criterion *criterion) {
    for (int kind = CRITERION_ENTROPY; kind <= CRITERION_SUSCEPTIBILITY; kind++) {
        size_t length = strlen(criterion_name[kind]);
        if (strncmp(label, criterion_name[kind], length) != 0) { continue; }
        *criterion = (struct criterion){.kind = (enum criterion_kind)kind};
        if (kind == CRITERION_SUSCEPTIBILITY) { return label[length] == '\0'; }
        char *end;
        if (label[length] != '=') { return false; }
        criterion->threshold = strtod(label + length + 1, &end);
        return end != label + length + 1 && *end == '\0';
    }
    return false;
}

/* Under the weights p_i: log Z and the cumulants of the gap. */
struct cumulants {
    double log_z, mean, variance, third, fourth;
};

/* Below this log n no exp(log_count - beta gap) overflows, so no common factor need be taken out. */
static const double SAFE_LOG_N = 600;

static double row_shift(const struct row *row, double beta) {
    if (row->log_n < SAFE_LOG_N) { return 0; }
    double shift = 0;
    for (size_t i = 0; i < row->point_count; i++) {
        shift = fmax(shift, row->log_count[i] - beta * row->gap[i]);
    }
    return shift;
}

static struct cumulants row_cumulants(const struct kernel *kernel, const struct row *row, double beta) {
    double shift = row_shift(row, beta), s[KERNEL_MOMENTS];
    kernel->moments(row->point_count - 1, row->gap + 1, row->log_count + 1, row->weight + 1, beta, shift, s);
    double z = exp(-shift) + s[0], m1 = s[1] / z, m2 = s[2] / z, m3 = s[3] / z, m4 = s[4] / z;
    double variance = fmax(0, m2 - m1 * m1);
    return (struct cumulants){
        .log_z = shift > 0 ? shift + log(z) : log1p(s[0]),
        .mean = m1,
        .variance = variance,
        .third = m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1,
        .fourth = m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 * m1 * m1 * m1 - 3 * variance * variance,
    };
}

static double row_log_partition(const struct kernel *kernel, const struct row *row, double beta) {
    double shift = row_shift(row, beta);
    double s =
        kernel->sum(row->point_count - 1, row->gap + 1, row->log_count + 1, row->weight + 1, beta, shift);
    return shift > 0 ? shift + log(exp(-shift) + s) : log1p(s);
}

static bool bin_is_atom(const struct row *row, size_t b) { return row->lower[b] == row->upper[b]; }

/* Gap of the k-th largest score: NaN inside a bin that is not an atom, inf where k > n. */
static double row_gap(const struct row *row, size_t k) {
    if (k <= row->top_count) { return row->gap[k - 1]; }
    for (size_t b = 0; b < row->bin_count; b++) {
        if (row->log_rank[b] >= log((double)k) * (1 - 1e-15)) {
            return bin_is_atom(row, b) ? row->upper[b] : NAN;
        }
    }
    return INFINITY;
}

double measure_top_gap(const struct row *row) { return row_gap(row, 2); }

double measure_ordered_weight(const struct row *row, double beta, double log_partition, size_t k) {
    return exp(-fmin(beta, 1e300) * row_gap(row, k) - log_partition);
}

void measure_row(const struct kernel *kernel, const struct row *row, double beta, double out[MEASURE_COUNT]) {
    beta = fmin(beta, 1e300); /* inf would make NaN of a gap of 0 */
    struct cumulants c = row_cumulants(kernel, row, beta);
    out[MEASURE_ENTROPY] = c.log_z + beta * c.mean;
    out[MEASURE_PARTICIPATION] = exp(row_log_partition(kernel, row, 2 * beta) - 2 * c.log_z);
    out[MEASURE_TOP_WEIGHT] = exp(-c.log_z);
    out[MEASURE_TOP_TWO_RATIO] = exp(-beta * measure_top_gap(row));
    out[MEASURE_SUSCEPTIBILITY] = beta * (beta * c.variance);
    out[MEASURE_LOG_PARTITION] = c.log_z;
    out[MEASURE_GAP_MEAN] = c.mean;
}

/* log of the number of scores that tie at the top. */
static double log_top_ties(const struct row *row) {
    size_t m = 1;
    while (m < row->top_count && row->gap[m] == 0) { m++; }
    if (m == row->top_count && row->bin_count > 0 && row->upper[0] == 0) { return row->log_rank[0]; }
    return log((double)m);
}

/* ---- gap-counting function ---- */

void measure_log_gap_count(const struct row *row, size_t count, const double *t, double *log_gap_count) {
    size_t k = 0, b = 0;
    for (size_t i = 0; i < count; i++) {
        while (k < row->top_count && row->gap[k] <= t[i]) { k++; }
        while (b < row->bin_count && row->upper[b] <= t[i]) { b++; }
        double below = b > 0 ? row->log_rank[b - 1] : log((double)k);
        if (b < row->bin_count && row->lower[b] < t[i]) {
            double share = (t[i] - row->lower[b]) / (row->upper[b] - row->lower[b]);
            below += share * (row->log_rank[b] - below);
        }
        log_gap_count[i] = below;
    }
}

/* ---- accumulation scale: sup of log N(t)/t ----
 *
 * The scores of a part (lower, upper], of which the last has rank r, contribute between log r/upper
 * and log r/lower. Parts whose upper bound stays below the best value seen are dropped; the others are
 * listed and sorted when they hold few scores, and split by counting when they hold many. */

enum { SPLIT = 64, LISTED = 4096 };

struct parts {
    size_t count;
    const double *lower, *upper, *log_rank;
};

struct search {
    const struct row *row;
    struct accumulation best;
    size_t listed;
    double list[LISTED];
    double edge[SPLIT + 1], tally[SPLIT]; /* the part being split */
};

static void accumulation_offer(struct accumulation *best, double log_rank, double gap) {
    if (log_rank > best->lambda * gap) { *best = (struct accumulation){log_rank / gap, log_rank, gap}; }
}

/* Whether scores of this part could beat the best. A part no wider than rounding is its upper edge. */
static bool part_is_open(const struct search *s, const struct parts *p, size_t i) {
    return p->upper[i] - p->lower[i] > 4e-16 * p->upper[i] && p->log_rank[i] > s->best.lambda * p->lower[i];
}

static double part_rank_before(const struct parts *p, size_t i, double rank_before) {
    return i == 0 ? rank_before : exp(p->log_rank[i - 1]);
}

static void search_collect(void *argument, size_t count, const double *gaps) {
    struct search *s = argument;
    for (size_t i = 0; i < count && s->listed < LISTED; i++) { s->list[s->listed++] = gaps[i]; }
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void search_list(struct search *s, double lower, double upper, double rank) {
    s->listed = 0;
    s->row->visit(s->row->maker, lower, upper, search_collect, s);
    qsort(s->list, s->listed, sizeof *s->list, ascending);
    for (size_t i = 0; i < s->listed; i++) { accumulation_offer(&s->best, log(++rank), s->list[i]); }
}

static void search_tally(void *argument, size_t count, const double *gaps) {
    struct search *s = argument;
    double lower = s->edge[0], per_width = SPLIT / (s->edge[SPLIT] - lower);
    for (size_t i = 0; i < count; i++) {
        size_t j = (size_t)fmin(SPLIT - 1, (gaps[i] - lower) * per_width);
        while (gaps[i] > s->edge[j + 1]) { j++; }
        while (gaps[i] <= s->edge[j]) { j--; }
        s->tally[j]++;
    }
}

static void search_parts(struct search *s, const struct parts *parts, double rank_before);

static void search_split(struct search *s, double lower, double upper, double rank) {
    for (size_t j = 0; j < SPLIT; j++) {
        s->edge[j] = lower + (upper - lower) * (double)j / SPLIT;
        s->tally[j] = 0;
    }
    s->edge[SPLIT] = upper;
    s->row->visit(s->row->maker, lower, upper, search_tally, s);

    double low[SPLIT], high[SPLIT], log_rank[SPLIT], total = rank;
    struct parts finer = {0, low, high, log_rank};
    for (size_t j = 0; j < SPLIT; j++) {
        if (s->tally[j] == 0) { continue; }
        total += s->tally[j];
        low[finer.count] = s->edge[j];
        high[finer.count] = s->edge[j + 1];
        log_rank[finer.count++] = log(total);
    }
    search_parts(s, &finer, rank);
}

static void search_parts(struct search *s, const struct parts *p, double rank_before) {
    for (size_t i = 0; i < p->count; i++) { accumulation_offer(&s->best, p->log_rank[i], p->upper[i]); }
    for (size_t i = 0; i < p->count; i++) {
        if (!part_is_open(s, p, i)) { continue; }
        double before = part_rank_before(p, i, rank_before);
        size_t end = i + 1; /* neighbours that are open too go along, while the list has room */
        while (end < p->count && part_is_open(s, p, end) && exp(p->log_rank[end]) - before <= LISTED) {
            end++;
        }
        if (exp(p->log_rank[end - 1]) - before <= LISTED) {
            search_list(s, p->lower[i], p->upper[end - 1], before);
        } else {
            search_split(s, p->lower[i], p->upper[i], before);
        }
        i = end - 1;
    }
}

struct accumulation measure_accumulation(const struct row *row) {
    double ties = log_top_ties(row);
    if (ties > 0) { return (struct accumulation){INFINITY, ties, 0}; }
    struct search search = {.row = row};
    for (size_t k = 2; k <= row->top_count; k++) {
        accumulation_offer(&search.best, log((double)k), row->gap[k - 1]);
    }
    struct parts bins = {row->bin_count, row->lower, row->upper, row->log_rank};
    search_parts(&search, &bins, (double)row->top_count);
    return search.best;
}

/* ---- collapse points ---- */

/* A function of beta that goes from negative to positive at the criterion's collapse point, and its
 * slope in log beta. */
static double crossing(const struct kernel *kernel, const struct row *row, const struct criterion *criterion,
                       double beta, double *slope) {
    struct cumulants c = row_cumulants(kernel, row, beta);
    if (criterion->kind == CRITERION_ENTROPY) {
        *slope = beta * beta * c.variance;
        return criterion->threshold - (c.log_z + beta * c.mean);
    }
    if (criterion->kind == CRITERION_PARTICIPATION) { /* log Y_2 = log Z(2 beta) - 2 log Z(beta) */
        struct cumulants twice = row_cumulants(kernel, row, 2 * beta);
        *slope = 2 * beta * (c.mean - twice.mean);
        return twice.log_z - 2 * c.log_z - log(criterion->threshold);
    }
    /* dchi/dlog beta = beta^2 (2 Var - beta kappa_3) */
    *slope = beta * (3 * c.third - beta * c.fourth);
    return beta * c.third - 2 * c.variance;
}

/* Root between low and high: Newton in log beta, with a bisection wherever it leaves the bracket or
 * does not halve the function. */
static double root_between(const struct kernel *kernel, const struct row *row,
                           const struct criterion *criterion, double low, double high) {
    double a = log(low), b = log(high), x = (a + b) / 2, previous = INFINITY, slope;
    for (int step = 0; step < 200; step++) {
        double value = crossing(kernel, row, criterion, exp(x), &slope), next = x - value / slope;
        if (value > 0) {
            b = x;
        } else {
            a = x;
        }
        bool newton = next >= a && next <= b && fabs(value) <= previous / 2;
        previous = fabs(value);
        if (!newton) { next = (a + b) / 2; }
        if (fabs(next - x) < 1e-12) { return exp(next); }
        x = next;
    }
    return exp(x);
}

/* Root of an entropy or participation crossing, from a first bracket that may miss it. */
static double root_anywhere(const struct kernel *kernel, const struct row *row,
                            const struct criterion *criterion, double low, double high) {
    double slope;
    while (crossing(kernel, row, criterion, low, &slope) > 0 && low > 0) {
        high = low;
        low /= 2;
    }
    while (crossing(kernel, row, criterion, high, &slope) < 0 && high < INFINITY) {
        low = high;
        high *= 2;
    }
    return root_between(kernel, row, criterion, low, high);
}

/* Entropy and participation: the grid points around the threshold. */
static void grid_bracket(const struct measure_grid *grid, const struct criterion *criterion, double *low,
                         double *high) {
    size_t i = 0;
    if (criterion->kind == CRITERION_ENTROPY) {
        while (i < grid->count && grid->value[i][MEASURE_ENTROPY] > criterion->threshold) { i++; }
    } else {
        while (i < grid->count && grid->value[i][MEASURE_PARTICIPATION] < criterion->threshold) { i++; }
    }
    *low = i > 0 ? grid->beta[i - 1] : grid->beta[0] / 2;
    *high = i < grid->count ? grid->beta[i] : grid->beta[grid->count - 1] * 2;
}

static double susceptibility_peak(const struct kernel *kernel, const struct row *row,
                                  const struct criterion *criterion, const struct measure_grid *grid) {
    size_t peak = 0;
    for (size_t i = 1; i < grid->count; i++) {
        if (grid->value[i][MEASURE_SUSCEPTIBILITY] > grid->value[peak][MEASURE_SUSCEPTIBILITY]) { peak = i; }
    }
    if (peak == 0 || peak + 1 == grid->count) { return NAN; }
    return root_between(kernel, row, criterion, grid->beta[peak - 1], grid->beta[peak + 1]);
}

double measure_collapse(const struct kernel *kernel, const struct row *row, const struct criterion *criterion,
                        const struct measure_grid *grid) {
    double ties = log_top_ties(row), low, high;
    switch (criterion->kind) {
    case CRITERION_TOP_TWO_RATIO: return -log(criterion->threshold) / measure_top_gap(row);
    case CRITERION_SUSCEPTIBILITY: return susceptibility_peak(kernel, row, criterion, grid);
    case CRITERION_ENTROPY:
        if (row->log_n <= criterion->threshold) { return 0; }
        if (ties >= criterion->threshold) { return INFINITY; }
        break;
    case CRITERION_PARTICIPATION:
        if (-row->log_n >= log(criterion->threshold)) { return 0; }
        if (-ties <= log(criterion->threshold)) { return INFINITY; }
        break;
    }
    grid_bracket(grid, criterion, &low, &high);
    return root_anywhere(kernel, row, criterion, low, high);
}
