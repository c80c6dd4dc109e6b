#include "sim/rows/compress_finer.h"

#include <math.h>
#include <string.h>

enum {
    LISTED = COMPRESS_LISTED,
    CHUNK = COMPRESS_CHUNK,
    SPLIT = 64, /* larger parts are split into so many */
};

/* ---- finer parts ---- */

static void visit(struct compress *c, double lower, double upper,
                  void (*visitor)(struct compress *c, size_t count, const double *gaps)) {
    double found[CHUNK] = {0};
    for (size_t index = 0; index < compress_chunks(c); index++) {
        size_t count, hits = 0;
        const double *scores = compress_chunk(c, index, &count);
        for (size_t i = 0; i < count; i++) {
            double gap = c->lead + compress_bin_gap(c, scores[i]);
            found[hits] = gap;
            hits += (gap > lower) & (gap <= upper);
        }
        if (hits > 0) { visitor(c, hits, found); }
    }
}

static void collect(struct compress *c, size_t count, const double *gaps) {
    for (size_t i = 0; i < count && c->listed < LISTED; i++) { c->list[c->listed++] = gaps[i]; }
}

/* Every score by itself, but for those that cannot exceed `best`: log rank lies below its tangent at the
 * first rank, and below the log of the last. */
static size_t list_scores(struct compress *c, double lower, double upper, double before, double best) {
    c->listed = 0;
    visit(c, lower, upper, collect);
    c->isa->kernel->sort(c->listed, c->list, c->room);
    const double rounding = 1e-15;
    double log_last = log(before + (double)c->listed), log_first = log(before + 1);
    size_t kept = 0;
    for (size_t i = 0; i < c->listed; i++) {
        double gap = c->list[c->listed - 1 - i], most = fmin(log_last, log_first + (double)i / (before + 1));
        if (best * gap > most * (1 + rounding)) { continue; }
        c->finer[kept++] = row_part_make(gap, gap, before + (double)i, 1, 0);
    }
    return kept;
}

/* Counts into finer[j].last the scores of the j-th of SPLIT equal ranges. */
static void count_ranges(struct compress *c, size_t count, const double *gaps) {
    double lower = c->finer[0].lower, per_width = SPLIT / (c->finer[SPLIT - 1].upper - lower);
    for (size_t i = 0; i < count; i++) {
        size_t j = (size_t)fmin(SPLIT - 1, (gaps[i] - lower) * per_width);
        while (gaps[i] > c->finer[j].upper) { j++; }
        while (gaps[i] <= c->finer[j].lower) { j--; }
        c->finer[j].last++;
    }
}

static size_t split(struct compress *c, double lower, double upper, double before) {
    for (size_t j = 0; j < SPLIT; j++) {
        double next = j + 1 < SPLIT ? lower + (upper - lower) * (double)(j + 1) / SPLIT : upper;
        c->finer[j] = (struct row_part){.lower = j > 0 ? c->finer[j - 1].upper : lower, .upper = next};
    }
    visit(c, lower, upper, count_ranges);
    size_t kept = 0;
    for (size_t j = 0; j < SPLIT; j++) {
        struct row_part *part = &c->finer[j];
        if (part->last == 0) { continue; }
        c->finer[kept] = row_part_make(part->lower, part->upper, before, part->last, 0);
        before = c->finer[kept++].last;
    }
    return kept;
}

size_t compress_finer_parts(void *maker, const struct row_part *parts, size_t count, double best,
                            const struct row_part **finer) {
    struct compress *c = maker;
    if (row_part_ties(&parts[0])) { /* ties stay as they are, before what follows */
        const size_t found = count > 1 ? compress_finer_parts(c, parts + 1, count - 1, best, finer) : 0;
        memmove(c->finer + 1, c->finer, found * sizeof *c->finer);
        c->finer[0] = parts[0];
        *finer = c->finer;
        return found + 1;
    }
    double lower = parts[0].lower, upper = parts[count - 1].upper, before = parts[0].before;
    *finer = c->finer;
    if (parts[count - 1].last - before <= LISTED) { return list_scores(c, lower, upper, before, best); }
    return split(c, lower, upper, before);
}

/* ---- N_n(t) ---- */

/* The numbers themselves, of all scores. */
static void count_scores(struct compress *c, size_t ts, const double *t, double *number) {
    double gap[CHUNK];
    for (size_t i = 0; i < ts; i++) { number[i] = (double)c->source.count; }
    for (size_t index = 0; index < compress_chunks(c); index++) {
        size_t count;
        const double *scores = compress_chunk(c, index, &count);
        for (size_t k = 0; k < count; k++) { gap[k] = compress_gap(c, scores[k]); }
        for (size_t i = 0; i < ts; i++) {
            number[i] -= (double)c->isa->kernel->count_above(count, gap, t[i]);
        }
    }
}

void compress_finer_log_counts(void *maker, const struct row_part *parts, size_t count, const size_t *at,
                               const double *t, double *log_count) {
    struct compress *c = maker;
    if (c->lead > 0) {
        count_scores(c, count, t, log_count);
        c->isa->vector->log(count, log_count, log_count);
        return;
    }
    for (size_t i = 0; i < count; i++) { log_count[i] = parts[at[i]].before; }
    c->isa->vector->log(count, log_count, log_count);
    for (size_t i = 0; i < count; i++) {
        const struct row_part *part = &parts[at[i]];
        double share = (t[i] - part->lower) / (part->upper - part->lower);
        log_count[i] += share * (part->log_last - log_count[i]);
    }
}
