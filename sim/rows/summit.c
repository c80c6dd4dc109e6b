#include "sim/rows/summit.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/vector_inline.h"
#include "sim/base/memory.h"

enum {
    KEYS = 4096,   /* ranges at a time, */
    LISTED = 4096, /* and scores that are sorted */
    PIECE = 256,
};

/* Neighbouring ranges of gap below the row's base: range k has lower < gap <= upper at the doubles whose bits
 * are first + (k << shift) and first + ((k + 1) << shift). */
struct ranges {
    uint64_t first;
    unsigned shift;
    size_t count;
    double before; /* scores before the first */
};

struct summit {
    const struct isa *isa;
    const struct summit_row *row;
    struct ranges ranges;
    uint64_t number[KEYS + KERNEL_KEYLESS]; /* of scores in a range */
    uint8_t open[KEYS + KERNEL_KEYLESS];
    double last[KEYS], log_last[KEYS]; /* ranks; nothing for empty ranges */
    double list[LISTED], room[LISTED];
    size_t listed;

    double bound;               /* the best is no less, but for rounding */
    double best, log_rank, gap; /* the best there is so far */
};

struct summit *summit_create(const struct isa *isa) {
    struct summit *s = memory_create(1, sizeof *s);
    s->isa = isa;
    return s;
}

void summit_free(struct summit *s) { free(s); }

/* Gap where range k begins. */
static double edge_of(const struct summit *s, size_t k) {
    return s->row->lead + vector_from_bits(s->ranges.first + ((uint64_t)k << s->ranges.shift));
}

static const double rounding = 1e-14;

static void offer(struct summit *s, double log_rank, double gap) {
    if (!(log_rank > s->best * gap)) { return; }
    s->best = log_rank / gap;
    s->bound = fmax(s->bound, s->best);
    s->log_rank = log_rank;
    s->gap = gap;
}

/* ---- readings ---- */

typedef void summit_reader(struct summit *s, size_t count, const double *scores, const uint64_t *key);

static void read_all(struct summit *s, summit_reader *reader) {
    const struct compress_source *source = s->row->source;
    const struct ranges *r = &s->ranges;
    const struct kernel_keys keys = {s->row->base, s->row->scale, s->row->cut, r->first, r->shift, r->count};
    double gap[PIECE];
    uint64_t key[PIECE];
    for (size_t index = 0; index * COMPRESS_CHUNK < source->count; index++) {
        size_t count;
        const double *scores = source->chunk(source->context, index, &count);
        for (size_t i = 0; i < count; i += PIECE) {
            size_t piece = count - i < PIECE ? count - i : PIECE;
            s->isa->kernel->keys(piece, scores + i, &keys, gap, key);
            reader(s, piece, scores + i, key);
        }
    }
}

static void count_piece(struct summit *s, size_t count, const double *scores, const uint64_t *key) {
    (void)scores;
    for (size_t i = 0; i < count; i++) { s->number[key[i]]++; }
}

static void list_piece(struct summit *s, size_t count, const double *scores, const uint64_t *key) {
    size_t listed = s->listed;
    for (size_t i = 0; i < count && listed < LISTED; i++) {
        s->list[listed] = scores[i];
        listed += s->open[key[i]];
    }
    s->listed = listed;
}

/* ---- ranges ---- */

/* From the gap whose bits are `first` on to that of `end`, as narrow as they may be. */
static void set_ranges(struct summit *s, uint64_t first, uint64_t end, double before) {
    struct ranges *r = &s->ranges;
    *r = (struct ranges){.first = first, .before = before};
    while ((end - first - 1) >> r->shift >= KEYS) { r->shift++; }
    r->count = (size_t)((end - first - 1) >> r->shift) + 1;
    memset(s->number, 0, r->count * sizeof *s->number);
    read_all(s, count_piece);
}

/* The bins of the row's parts; false where these are too many. */
static bool take_parts(struct summit *s, const struct row_part *part, size_t parts) {
    const uint64_t first = part[0].address, last = part[parts - 1].address;
    if (last - first >= KEYS) { return false; }
    s->ranges = (struct ranges){.first = first << KERNEL_BIN_SHIFT,
                                .shift = KERNEL_BIN_SHIFT,
                                .count = last - first + 1,
                                .before = part[0].before};
    memset(s->number, 0, s->ranges.count * sizeof *s->number);
    for (size_t i = 0; i < parts; i++) {
        s->number[part[i].address - first] = (uint64_t)row_part_scores(&part[i]);
    }
    return true;
}

/* Ranks at the ends of ranges, and what they bound; what there is where a range is one double. */
static void rank_ranges(struct summit *s) {
    const struct ranges *r = &s->ranges;
    double rank = r->before;
    for (size_t k = 0; k < r->count; k++) {
        rank += (double)s->number[k];
        s->last[k] = rank;
    }
    s->isa->vector->log(r->count, s->last, s->log_last);
    for (size_t k = 0; k < r->count; k++) {
        if (s->number[k] == 0) { continue; }
        double upper = edge_of(s, k + 1);
        s->bound = fmax(s->bound, s->log_last[k] / upper);
        if (r->shift == 0) { offer(s, log(s->last[k]), upper); }
    }
}

/* Ranges of which something could exceed the best: the first and the last of them, and their scores. */
struct open {
    size_t first, last;
    double scores;
};

/* The last score of all has been offered: the others come before it. */
static struct open open_ranges(struct summit *s) {
    const double all = s->row->part[s->row->parts - 1].last, log_others = log(all - 1);
    const struct ranges *r = &s->ranges;
    struct open open = {.first = r->count};
    memset(s->open, 0, (r->count + KERNEL_KEYLESS) * sizeof *s->open);
    for (size_t k = 0; k < r->count && r->shift > 0; k++) {
        if (s->number[k] == 0) { continue; }
        if (s->last[k] == all) { s->log_last[k] = log_others; }
        if (!(s->log_last[k] * (1 + rounding) > s->bound * edge_of(s, k))) { continue; }
        s->open[k] = 1;
        open.first = open.scores > 0 ? open.first : k;
        open.last = k;
        open.scores += (double)s->number[k];
    }
    return open;
}

/* Every score of the open ranges. */
static void list_open(struct summit *s) {
    const struct ranges *r = &s->ranges;
    s->listed = 0;
    read_all(s, list_piece);
    s->isa->kernel->sort(s->listed, s->list, s->room);
    size_t k = r->count;
    double rank = 0;
    for (size_t i = 0; i < s->listed; i++) {
        const double score = s->list[i], gap = (s->row->top - score) * s->row->scale,
                     below = (s->row->base - score) * s->row->scale;
        size_t range = (size_t)((vector_bits(below) - 1 - r->first) >> r->shift);
        if (range != k) {
            k = range;
            rank = s->last[k] - (double)s->number[k];
        }
        rank++;
        if (s->log_last[k] * (1 + rounding) > s->best * gap) { offer(s, log(rank), gap); }
    }
}

static void search(struct summit *s);

static void search_from(struct summit *s, uint64_t first, uint64_t end, double before) {
    set_ranges(s, first, end, before);
    search(s);
}

/* Narrower ranges, from the first open one to the last: in two steps where that alone would not narrow them.
 */
static void search_open(struct summit *s, const struct open *open) {
    const struct ranges r = s->ranges;
    const size_t middle = (open->first + open->last + 1) / 2;
    const uint64_t first = r.first + ((uint64_t)open->first << r.shift),
                   half = r.first + ((uint64_t)middle << r.shift),
                   end = r.first + ((uint64_t)(open->last + 1) << r.shift);
    double before = s->last[open->first] - (double)s->number[open->first], before_half = s->last[middle];
    if (open->last + 1 - open->first <= KEYS / 2) {
        search_from(s, first, end, before);
        return;
    }
    before_half -= (double)s->number[middle];
    search_from(s, first, half, before);
    search_from(s, half, end, before_half);
}

static void search(struct summit *s) {
    rank_ranges(s);
    struct open open = open_ranges(s);
    if (open.scores == 0) { return; }
    if (open.scores <= LISTED) {
        list_open(s);
    } else {
        search_open(s, &open);
    }
}

/* Whether the parts leave anything to look for. */
static bool part_is_open(struct summit *s, const struct summit_row *row) {
    const double log_others = log(row->part[row->parts - 1].last - 1);
    for (size_t i = 0; i < row->parts; i++) {
        s->bound = fmax(s->bound, row->part[i].log_last / row->part[i].upper);
    }
    for (size_t i = 0; i < row->parts; i++) {
        double most = i + 1 < row->parts ? row->part[i].log_last : log_others;
        if (most * (1 + rounding) > s->bound * row->part[i].lower) { return true; }
    }
    return false;
}

bool summit_find(struct summit *s, const struct summit_row *row, double best, double *log_rank, double *gap) {
    const struct row_part *last = &row->part[row->parts - 1];
    s->row = row;
    s->best = s->bound = best;
    s->gap = NAN;
    offer(s, log(last->last), (row->top - row->lowest) * row->scale);
    if (part_is_open(s, row)) {
        if (take_parts(s, row->part, row->parts)) {
            search(s);
        } else {
            search_from(s, row->part[0].address << KERNEL_BIN_SHIFT, (last->address + 1) << KERNEL_BIN_SHIFT,
                        row->part[0].before);
        }
    }
    if (isnan(s->gap)) { return false; }
    *log_rank = s->log_rank;
    *gap = s->gap;
    return true;
}
