#include "sim/measures/measure.h"

#include <math.h>
#include <stdbool.h>

#include "sim/measures/averages.h"

/* Gap of the k-th largest score: NaN inside a part that is not an atom, inf where k > n. */
static double row_gap(const struct row *row, size_t k) {
    double rank = (double)k;
    if (k <= row->top_count) { return row->gap[k - 1]; }
    for (size_t i = 0; i < row->part_count; i++) {
        if (row->part[i].last >= rank) { return row_part_ties(&row->part[i]) ? row->part[i].upper : NAN; }
    }
    return row->bulk ? bulk_gap(row->bulk, row->bulk_offset, rank) : INFINITY;
}

double measure_top_gap(const struct row *row) { return row->stretch * row_gap(row, 2); }

/* What beta and the largest two scores tell. */
static void fill_top_two(const struct kernel *kernel, const struct row *row, size_t count, const double *beta,
                         double (*value)[MEASURE_VALUES]) {
    enum { PIECE = 80 };
    const double gap = measure_top_gap(row), most = 1e300;
    double finite[PIECE], ratio[PIECE];
    for (size_t first = 0; first < count; first += PIECE) {
        size_t piece = count - first < PIECE ? count - first : PIECE;
        for (size_t i = 0; i < piece; i++) { finite[i] = beta[first + i] < most ? beta[first + i] : most; }
        kernel->weights(piece, finite, gap, ratio);
        kernel->vector->log(piece, finite, finite);
        for (size_t i = 0; i < piece; i++) {
            value[first + i][MEASURE_TOP_TWO_RATIO] = ratio[i];
            value[first + i][MEASURE_LOG_BETA] = finite[i];
        }
    }
}

/* How many betas on the next one is twice as large, all along; `count` if there is no such number. */
static size_t octave_length(size_t count, const double *beta) {
    size_t length = 1;
    while (length < count && beta[length] < 1.99 * beta[0]) { length++; }
    for (size_t i = length; i < count; i++) {
        if (!(fabs(beta[i] - 2 * beta[i - length]) <= 1e-14 * beta[i])) { return count; }
    }
    return length;
}

/* How many betas of which each is twice the one before are made from one: weights squared so often are good.
 */
enum { CHAIN = KERNEL_OCTAVES - 1 };

/* e^{-beta gap} by squares, chain by chain. */
void measure_ordered_weights(const struct kernel *kernel, const struct row *row, size_t count,
                             const double *beta, const double (*value)[MEASURE_VALUES], size_t ranks,
                             double *weight) {
    const size_t octave = octave_length(count, beta), chains = octave * CHAIN;
    for (size_t start = 0; start < count; start += chains) {
        const size_t first = count - start < octave ? count : start + octave,
                     end = count - start < chains ? count : start + chains;
        for (size_t k = 0; k < ranks; k++) {
            const double gap = row_gap(row, k + 1);
            for (size_t b = start; b < first; b++) {
                weight[b * ranks + k] = row_own_beta(row, beta[b]) * gap;
            }
        }
        double *w = weight + start * ranks;
        kernel->weights((first - start) * ranks, w, 1, w);
        kernel->square_rows(end - start, ranks, octave, &value[start][MEASURE_TOP_WEIGHT], MEASURE_VALUES, w);
    }
}

enum { FORESEEN = 128 }; /* betas */

/* Betas for the row's own gaps, then the doubles of the last octave; the row's node_sums there, if they are
 * known, and sums over its bulk. */
struct betas {
    size_t count, octave;
    bool nodes, bulk;
    double beta[2 * FORESEEN], sum[2 * FORESEEN][KERNEL_AVERAGES];
    struct bulk_sums bulk_sums[2 * FORESEEN];
};

/* Every octave-th beta from `first` on has a column, so many, and the last one's double. */
struct chain {
    size_t first, column, length;
};

static void look_ahead(const struct kernel *kernel, const struct row *row, size_t octave, size_t count,
                       const double *beta, struct betas *b) {
    b->count = count;
    b->octave = octave;
    b->nodes = b->bulk = false;
    if (count > FORESEEN) { return; }
    for (size_t i = 0; i < count; i++) { b->beta[i] = row_own_beta(row, beta[i]); }
    for (size_t i = count; i < count + octave; i++) { b->beta[i] = 2 * b->beta[i - octave]; }
    b->nodes = row->node_sums && row->node_sums(row->maker, count, b->beta, b->sum);
    b->bulk = row->bulk != NULL;
    if (b->bulk) { /* the doubles may lie among the others */
        const double offset = row->bulk_offset, second = row_second_gap(row);
        bulk_sums_along(row->bulk, kernel, offset, second, count, b->beta, b->bulk_sums);
        bulk_sums_along(row->bulk, kernel, offset, second, octave, b->beta + count, b->bulk_sums + count);
    }
}

static void add_chains(const struct kernel *kernel, const struct row *row, const struct betas *betas,
                       const double *beta, size_t chains, const struct chain *chain,
                       struct averages_columns *columns) {
    const struct averages_known known = {betas->nodes, betas->bulk};
    struct averages_chain of[KERNEL_LANES];
    for (size_t k = 0; k < chains; k++) {
        const struct chain *c = &chain[k];
        of[k].beta = row_own_beta(row, beta[c->first]);
        of[k].count = c->length + 1;
        for (size_t i = 0, b = c->first; (known.nodes || known.bulk) && i <= c->length; i++) {
            of[k].nodes[i] = betas->sum[i < c->length ? b : betas->count + b - betas->octave];
            of[k].bulk[i] = &betas->bulk_sums[b];
            b += betas->octave;
        }
    }
    averages_add_chains(kernel, row, chains, of, known, columns);
}

/* All measures at the betas of these chains but those of fill_top_two. */
static void fill_from(const struct kernel *kernel, double stretch, size_t octave, size_t chains,
                      const struct chain *chain, struct averages_columns *columns,
                      double (*value)[MEASURE_VALUES]) {
    double participation[KERNEL_MIXED], log_participation[KERNEL_MIXED];
    const struct kernel_mixture *of = &columns->of;
    kernel->mix(&columns->of);
    averages_participations(kernel, columns, participation, log_participation);
    for (size_t k = 0; k < chains; k++) {
        for (size_t o = 0; o < chain[k].length; o++) {
            size_t i = chain[k].column + o;
            double *out = value[chain[k].first + o * octave], beta = columns->beta[i];
            out[MEASURE_ENTROPY] = of->log_z[i] + beta * of->mean[i];
            out[MEASURE_PARTICIPATION] = participation[i];
            out[MEASURE_LOG_PARTICIPATION] = log_participation[i];
            out[MEASURE_TOP_WEIGHT] = of->top_weight[i];
            out[MEASURE_SUSCEPTIBILITY] = beta * (beta * of->variance[i]);
            out[MEASURE_LOG_PARTITION] = of->log_z[i];
            out[MEASURE_GAP_MEAN] = stretch * of->mean[i];
            out[MEASURE_TWICE_GAP_MEAN] = stretch * of->mean[i + 1];
        }
    }
}

void measure_betas(const struct kernel *kernel, const struct row *row, size_t count, const double *beta,
                   double (*value)[MEASURE_VALUES]) {
    enum { MOST = KERNEL_MIXED - KERNEL_LANES * KERNEL_OCTAVES };
    struct betas betas;
    struct averages_columns columns;
    struct chain chain[KERNEL_MIXED];
    size_t chains = 0, octave = octave_length(count, beta);
    columns.count = 0;
    look_ahead(kernel, row, octave, count, beta, &betas);
    for (size_t start = 0; start < count; start += octave * CHAIN) {
        const size_t end = count - start < octave ? count : start + octave;
        for (size_t first = start, here; first < end; first += here) {
            size_t column = columns.count;
            here = end - first < KERNEL_LANES ? end - first : KERNEL_LANES;
            for (size_t k = 0; k < here; k++) {
                size_t left = (count - 1 - first - k) / octave + 1, length = left < CHAIN ? left : CHAIN;
                chain[chains + k] = (struct chain){first + k, column, length};
                column += length + 1;
            }
            add_chains(kernel, row, &betas, beta, here, chain + chains, &columns);
            chains += here;
            if (columns.count > MOST) {
                fill_from(kernel, row->stretch, octave, chains, chain, &columns, value);
                chains = columns.count = 0;
            }
        }
    }
    if (chains > 0) { fill_from(kernel, row->stretch, octave, chains, chain, &columns, value); }
    fill_top_two(kernel, row, count, beta, value);
}

void measure_row(const struct kernel *kernel, const struct row *row, double beta,
                 double out[MEASURE_VALUES]) {
    measure_betas(kernel, row, 1, &beta, (double(*)[MEASURE_VALUES])out);
}

/* ---- gap-counting function ---- */

/* How far up the row a walk along increasing gaps has come. */
struct walk {
    size_t top, part; /* scores of the top, and parts, that lie wholly below */
};

/* Gaps inside of parts, whose counts the row's maker knows. */
enum { INSIDE = 128 };
struct inside {
    size_t count, at[INSIDE], part[INSIDE];
    double gap[INSIDE], log_count[INSIDE];
};

/* In strides, the last of them without branches, which would be hard to foresee; that there is anything to
 * pass is not. */
static void walk_top(struct walk *w, const struct row *row, double gap) {
    enum { STRIDE = 8 };
    size_t top = w->top;
    if (top == row->top_count || row->gap[top] > gap) { return; }
    while (top + STRIDE <= row->top_count && row->gap[top + STRIDE - 1] <= gap) { top += STRIDE; }
    w->top = top;
    for (size_t k = top; k < top + STRIDE && k < row->top_count; k++) { w->top += row->gap[k] <= gap; }
}

static void walk_parts(struct walk *w, const struct row *row, double gap) {
    enum { STRIDE = 8 };
    size_t part = w->part;
    if (part == row->part_count || row->part[part].upper > gap) { return; }
    while (part + STRIDE <= row->part_count && row->part[part + STRIDE - 1].upper <= gap) { part += STRIDE; }
    w->part = part;
    for (size_t k = part; k < part + STRIDE && k < row->part_count; k++) {
        w->part += row->part[k].upper <= gap;
    }
}

static void ask_maker(const struct row *row, struct inside *in, double *log_gap_count) {
    if (in->count > 0) {
        row->log_counts(row->maker, row->part, in->count, in->part, in->gap, in->log_count);
    }
    for (size_t i = 0; i < in->count; i++) { log_gap_count[in->at[i]] = in->log_count[i]; }
    in->count = 0;
}

/* Behind the points, the bulk's counts are those of all. */
static void raise_by_bulk(const struct kernel *kernel, const struct row *row, size_t count, const double *t,
                          double *log_gap_count) {
    double gap[INSIDE], log_bulk[INSIDE];
    for (size_t first = 0; first < count; first += INSIDE) {
        size_t some = count - first < INSIDE ? count - first : INSIDE;
        for (size_t i = 0; i < some; i++) { gap[i] = t[first + i] / row->stretch; }
        bulk_log_counts(row->bulk, kernel, row->bulk_offset, some, gap, log_bulk);
        for (size_t i = 0; i < some; i++) {
            if (log_bulk[i] > log_gap_count[first + i]) { log_gap_count[first + i] = log_bulk[i]; }
        }
    }
}

void measure_log_gap_count(const struct kernel *kernel, const struct row *row, size_t count, const double *t,
                           double *log_gap_count) {
    struct walk walk = {0, 0};
    struct inside in = {.count = 0};
    size_t within_top = 0; /* of the first gaps */
    for (size_t j = 0; j < count; j++) {
        const double gap = t[j] / row->stretch;
        walk_top(&walk, row, gap);
        walk_parts(&walk, row, gap);
        if (walk.part < row->part_count && row->part[walk.part].lower < gap) {
            in.at[in.count] = j;
            in.part[in.count] = walk.part;
            in.gap[in.count++] = gap;
        } else if (walk.part > 0) {
            log_gap_count[j] = row->part[walk.part - 1].log_last;
        } else {
            log_gap_count[j] = (double)walk.top;
            within_top = j + 1;
        }
        if (in.count == INSIDE) { ask_maker(row, &in, log_gap_count); }
    }
    ask_maker(row, &in, log_gap_count);
    kernel->vector->log(within_top, log_gap_count, log_gap_count);
    if (row->bulk) { raise_by_bulk(kernel, row, count, t, log_gap_count); }
}

/* ---- accumulation scale: sup of log N(t)/t ---- */

static void accumulation_offer(struct accumulation *best, double log_rank, double gap) {
    if (log_rank > best->lambda * gap) { *best = (struct accumulation){log_rank / gap, log_rank, gap}; }
}

/* Of the top, without most of the logarithms: log k <= log j + (k - j)/j. */
static void offer_top(const struct row *row, struct accumulation *best) {
    double log_top = log((double)row->top_count), j = 1, log_j = 0;
    for (size_t i = 1; i < row->top_count && log_top > best->lambda * row->gap[i]; i++) {
        double rank = (double)i + 1;
        if (!(rank - j > (best->lambda * row->gap[i] - log_j) * j)) { continue; }
        j = rank;
        log_j = log(rank);
        accumulation_offer(best, log_j, row->gap[i]);
    }
}

struct accumulation measure_accumulation(const struct row *row) {
    const double ties = row_ties(row);
    if (ties > 1) { return (struct accumulation){INFINITY, log(ties), 0}; }
    struct accumulation best = {0, 0, 0};
    double log_rank, gap;
    offer_top(row, &best);
    if (row->bulk && bulk_accumulation(row->bulk, row->bulk_offset, best.lambda, &log_rank, &gap)) {
        accumulation_offer(&best, log_rank, gap);
    }
    if (row->part_count > 0 && row->summit(row, best.lambda, &log_rank, &gap)) {
        accumulation_offer(&best, log_rank, gap);
    }
    return (struct accumulation){best.lambda / row->stretch, best.log_rank, best.gap * row->stretch};
}
