#include "sim/sweep/partial.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/sweep/histogram.h"

/* ---- arrays of the series ---- */

/* results_next among the arrays that a partial adds to as they are: those of kept replicates or of exact
 * values. */
static bool next_field(const struct unit *of, struct results_series *series, struct results_field *field) {
    const enum results_kind wanted = unit_is_exact(of) ? RESULTS_EXACT : RESULTS_KEPT;
    while (results_next(series, field)) {
        if (field->kind == wanted) { return true; }
    }
    return false;
}

static struct results_series cut(const struct unit *of) {
    struct results_series here = of->cell->here;
    here.size[RESULTS_REPLICATE] = of->kept;
    return here;
}

size_t partial_numbers(const struct unit *of) {
    struct results_series here = cut(of);
    size_t count = 0;
    if (of->kept == 0 && !unit_is_exact(of)) { return 0; }
    for (struct results_field f = {0}; next_field(of, &here, &f);) { count += results_field_size(&here, &f); }
    return count;
}

struct results_series partial_view(const struct partial *p) {
    struct results_series here = cut(&p->of);
    double *next = p->number;
    for (struct results_field f = {0}; next_field(&p->of, &here, &f);) {
        *f.values = next;
        next += results_field_size(&here, &f);
    }
    return here;
}

/* ---- making ---- */

size_t partial_group_blocks(const struct unit *of) {
    return results_blocks_per_group(of->first_replicate + of->replicates);
}

size_t partial_groups(const struct unit *of) {
    return unit_is_exact(of) ? 0 : (of->block_count - 1) / partial_group_blocks(of) + 1;
}

static size_t group_length(const struct unit *of) { return MEASURE_COUNT * of->cell->layout.betas; }

size_t partial_bins(const struct partial *p) {
    size_t count = 0;
    for (size_t i = 0; i < p->of.cell->layout.binned; i++) { count += p->filled[i]; }
    return count;
}

struct partial *partial_create(const struct unit *of) {
    const size_t moments = unit_is_exact(of) ? 0 : of->cell->layout.total,
                 means = partial_groups(of) * group_length(of), numbers = partial_numbers(of);
    struct partial *p = memory_create(1, sizeof *p);
    p->of = *of;
    p->mean = memory_create(2 * moments + means + numbers, sizeof *p->mean);
    p->spread = p->mean + moments;
    p->group = p->spread + moments;
    p->number = p->group + means;
    for (size_t i = 0; i < numbers; i++) { p->number[i] = NAN; }
    p->filled = memory_create(of->cell->layout.binned, sizeof *p->filled);
    return p;
}

void partial_free(struct partial *p) {
    if (!p) { return; }
    free(p->mean);
    free(p->filled);
    free(p->bin);
    free(p);
}

void partial_set_bins(struct partial *p, const uint32_t *histogram) {
    size_t count = 0;
    for (size_t i = 0; i < p->of.cell->layout.binned * HISTOGRAM_BINS; i++) {
        if (histogram[i] == 0) { continue; }
        p->bin = memory_extend(p->bin, count, sizeof *p->bin);
        p->bin[count++] = histogram_pack(i % HISTOGRAM_BINS, histogram[i]);
        p->filled[i / HISTOGRAM_BINS]++;
    }
}

/* ---- merging ---- */

static double root_of_three(double a, double b, double c) {
    const double square = a * a + b * b + c * c;
    return partial_is_whole(square) ? sqrt(square) : gsl_hypot3(a, b, c);
}

/* Equal means stay as they are, and their deviations 0. */
static void merge_values(const struct partial *a, const struct partial *b, size_t from, size_t end,
                         double before, double fresh, struct partial *p) {
    const double share = fresh > 0 ? fresh / (before + fresh) : 0;
    for (size_t v = from; v < end; v++) {
        double delta = b->mean[v] - a->mean[v];
        p->mean[v] = fresh > 0 ? a->mean[v] + delta * share : a->mean[v];
        p->spread[v] = fresh > 0 ? root_of_three(a->spread[v], b->spread[v], delta * sqrt(before * share))
                                 : a->spread[v];
    }
}

static void merge_bins(const struct partial *a, const struct partial *b, struct partial *p) {
    const uint64_t *from_a = a->bin, *from_b = b->bin;
    const size_t most = partial_bins(a) + partial_bins(b);
    if (most == 0) { return; }
    uint64_t *to = p->bin = memory_resize(NULL, most, sizeof *p->bin);
    for (size_t i = 0; i < p->of.cell->layout.binned; i++) {
        p->filled[i] = histogram_add(a->filled[i], from_a, b->filled[i], from_b, to);
        from_a += a->filled[i];
        from_b += b->filled[i];
        to += p->filled[i];
    }
}

/* The second mean has that share of both. */
static void merge_group(size_t length, const double *a, const double *b, double share, double *mean) {
    for (size_t i = 0; i < length; i++) { mean[i] = a[i] + (b[i] - a[i]) * share; }
}

/* Its groups become those of so many blocks, in place. */
static void coarsen(struct partial *p, size_t wanted) {
    const size_t length = group_length(&p->of), blocks = p->of.block_count;
    for (size_t each = partial_group_blocks(&p->of); each < wanted && each < blocks; each *= 2) {
        for (size_t i = 0; 2 * i * each < blocks; i++) {
            double *to = p->group + i * length, *from = p->group + 2 * i * length;
            merge_group(length, from, from + length, 0.5, to);
        }
    }
}

/* Both end with groups of one length; the first, which is a node, may come with shorter ones. */
static void merge_groups(struct partial *a, const struct partial *b, struct partial *p) {
    const size_t length = group_length(&p->of), group_blocks = partial_group_blocks(&p->of),
                 first = a->of.block_count / group_blocks * length;
    coarsen(a, group_blocks);
    if (first == 0) {
        merge_group(length, a->group, b->group, (double)b->of.replicates / (double)p->of.replicates,
                    p->group);
    } else {
        memcpy(p->group, a->group, first * sizeof *p->group);
        memcpy(p->group + first, b->group, (size_t)(b->number - b->group) * sizeof *p->group);
    }
}

static void merge_numbers(const struct partial *a, const struct partial *b, struct partial *p) {
    size_t left = a->of.kept, right = b->of.kept, rows = left > 0 ? partial_numbers(&a->of) / left : 0;
    for (size_t i = 0; i < rows; i++) {
        double *to = p->number + i * (left + right);
        memcpy(to, a->number + i * left, left * sizeof *to);
        if (right > 0) { memcpy(to + left, b->number + i * right, right * sizeof *to); }
    }
}

struct partial *partial_merge(struct partial *a, struct partial *b) {
    const struct replicate_layout *l = &a->of.cell->layout;
    struct unit of = unit_part(a->of.cell, a->of.first_block, a->of.block_count + b->of.block_count);
    struct partial *p = partial_create(&of);
    merge_values(a, b, 0, l->kept, (double)a->of.replicates, (double)b->of.replicates, p);
    merge_values(a, b, l->kept, l->total, (double)a->of.kept, (double)b->of.kept, p);
    merge_bins(a, b, p);
    merge_groups(a, b, p);
    merge_numbers(a, b, p);
    partial_free(a);
    partial_free(b);
    return p;
}

/* ---- in order ---- */

static bool are_halves(const struct partial *left, const struct partial *right) {
    const struct unit *a = &left->of, *b = &right->of;
    return a->cell == b->cell && a->block_count == b->block_count && unit_is_node(a) && unit_is_node(b) &&
           a->first_block % (2 * a->block_count) == 0 && b->first_block == a->first_block + a->block_count;
}

/* How many are held before a unit, or overlap with it. */
static size_t place_of(const struct partial_stack *s, const struct unit *of) {
    size_t at = s->count;
    while (at > 0 && unit_is_behind(&s->held[at - 1]->of, of)) { at--; }
    return at;
}

static struct partial *take_out(struct partial_stack *s, size_t at) {
    struct partial *p = s->held[at];
    memmove(s->held + at, s->held + at + 1, (--s->count - at) * sizeof *s->held);
    return p;
}

void partial_push(struct partial_stack *s, struct partial *p) {
    size_t at = place_of(s, &p->of);
    if (at > 0 && !unit_is_behind(&p->of, &s->held[at - 1]->of)) {
        partial_free(p);
        return;
    }
    for (;;) {
        if (at > 0 && are_halves(s->held[at - 1], p)) {
            p = partial_merge(take_out(s, --at), p);
        } else if (at < s->count && are_halves(p, s->held[at])) {
            p = partial_merge(p, take_out(s, at));
        } else {
            break;
        }
    }
    s->held = memory_extend(s->held, s->count, sizeof *s->held);
    memmove(s->held + at + 1, s->held + at, (s->count++ - at) * sizeof *s->held);
    s->held[at] = p;
}

struct partial *partial_close(struct partial_stack *s) {
    struct partial *all = s->count > 0 ? s->held[--s->count] : NULL;
    while (s->count > 0) { all = partial_merge(s->held[--s->count], all); }
    partial_drop(s);
    return all;
}

void partial_drop(struct partial_stack *s) {
    while (s->count > 0) { partial_free(s->held[--s->count]); }
    free(s->held);
    s->held = NULL;
}

/* ---- results, at the n of a cell ---- */

/* Mean and standard error of a quantity; NaN error for a single replicate. */
static void finish_quantity(const struct partial *p, unsigned q, struct results_series *r) {
    const struct replicate_layout *l = &p->of.cell->layout;
    size_t from = l->at[q], count = l->at[q + 1] - from;
    if (count == 0) { return; }
    double *mean = r->mean[q], *se = r->se[q];
    double replicates = (double)(from < l->kept ? p->of.replicates : p->of.kept);
    for (size_t i = 0; i < count; i++) {
        if (replicates > 0) { mean[i] = p->mean[from + i]; }
        if (replicates > 1) { se[i] = p->spread[from + i] / sqrt(replicates * (replicates - 1)); }
    }
}

/* (sum x)^2/sum x^2 of a measure at every beta. */
static void count_carriers(const struct partial *p, enum measure measure, double *carriers) {
    const struct replicate_layout *l = &p->of.cell->layout;
    const double count = (double)p->of.replicates;
    for (size_t b = 0; b < l->betas; b++) {
        const size_t value = l->at[measure] + b;
        carriers[b] = results_carriers(count, gsl_pow_2(p->spread[value] / p->mean[value]) / count);
    }
}

static void finish_quantiles(const struct partial *p, struct results_series *r) {
    const struct replicate_layout *l = &p->of.cell->layout;
    size_t quantiles = r->size[RESULTS_QUANTILE];
    const uint64_t *bin = p->bin;
    for (size_t i = 0; i < l->binned; bin += p->filled[i++]) {
        double *quantile = i < l->betas ? r->entropy_quantile + i * quantiles
                                        : r->ordered_weight_quantile + (i - l->betas) * quantiles;
        for (size_t q = 0; q < quantiles; q++) {
            quantile[q] = histogram_quantile(p->filled[i], bin, r->quantile[q]);
        }
    }
}

static void finish_blocks(struct partial *p, struct results_series *r) {
    const size_t betas = p->of.cell->layout.betas, there = results_blocks(r, 0);
    coarsen(p, partial_group_blocks(&p->of) * (partial_groups(&p->of) / there));
    for (size_t m = 0; m < MEASURE_COUNT; m++) {
        for (size_t i = 0; i < betas * there; i++) {
            size_t b = i / there, g = i % there;
            r->block[m][b * r->size[RESULTS_BLOCK] + g] = p->group[(g * MEASURE_COUNT + m) * betas + b];
        }
    }
}

/* The arrays that are taken as they are; of kept replicates there may be fewer than there is room for. */
static void copy_numbers(const struct partial *p, struct results_series *r) {
    struct results_series here = partial_view(p);
    for (struct results_field f = {0}; next_field(&p->of, &here, &f);) {
        size_t count = results_field_size(&here, &f), stride = results_field_size(&p->of.cell->here, &f),
               rows = unit_is_exact(&p->of) ? 1 : stride / p->of.cell->here.size[RESULTS_REPLICATE];
        double *to = *results_values(r, &f);
        for (size_t k = 0; count > 0 && k < rows; k++) {
            memcpy(to + k * stride / rows, *f.values + k * count / rows, count / rows * sizeof(double));
        }
    }
}

void partial_collect(struct partial *p, struct results *results) {
    struct results_series here, *r = &here;
    results_cut(&results->series[p->of.cell->series_index], p->of.cell->n_index, r);
    copy_numbers(p, r);
    if (unit_is_exact(&p->of)) { return; }
    if (r->target > 0) { r->replicates_at[0] = (double)p->of.replicates; }
    for (unsigned q = 0; q < RESULTS_QUANTITIES; q++) { finish_quantity(p, q, r); }
    count_carriers(p, MEASURE_PARTICIPATION, r->participation_carriers);
    count_carriers(p, MEASURE_TOP_WEIGHT, r->top_weight_carriers);
    finish_quantiles(p, r);
    finish_blocks(p, r);
    if (results_has_output(r)) { results_finish_output(r); }
}
