/* Finer parts of counted rows, and N_n(t) inside of parts. What is approximate stands in counted.c. */
#include <math.h>
#include <stdlib.h>

#include "sim/rows/counted_places.h"

enum {
    SINGLE = 24, /* parts of so many scores are refined into single scores */
    SINGLE_BLOCKS = (SINGLE + 3) / 4,
    TOGETHER = 64, /* gaps */
};
static const double NOISE = 5e-5;

/* ---- finer parts ---- */

static double gap_at(const struct counted *c, uint64_t octave, double u) {
    return profile_gap(c->law->profile, counted_place(c->law, octave, u)) - c->highest;
}

static int by_gap(const void *a, const void *b) {
    const struct row_part *x = a, *y = b;
    return (x->upper > y->upper) - (x->upper < y->upper);
}

/* The scores of a part, at most SINGLE, at uniform places; `place` holds whole blocks. */
static void single_places(const struct counted *c, uint64_t address, size_t count, double *place) {
    uint64_t at[SINGLE_BLOCKS];
    double low, width;
    size_t blocks = (count + 3) / 4;
    for (size_t i = 0; i < blocks; i++) { at[i] = address + i; }
    c->isa->kernel->place_uniforms(c->stream.key, STREAM_SPLITS, blocks, at, place);
    counted_index_range(counted_address_index(address), &low, &width);
    for (size_t i = 0; i < count; i++) { place[i] = low + width * place[i]; }
}

static size_t refine_singles(struct counted *c, const struct row_part *part, struct row_part *finer) {
    size_t count = (size_t)(part->last - part->before);
    double place[4 * SINGLE_BLOCKS];
    single_places(c, part->address, count, place);
    for (size_t k = 0; k < count; k++) {
        double gap = gap_at(c, counted_address_octave(part->address), place[k]);
        finer[k] = (struct row_part){.lower = gap, .upper = gap};
    }
    qsort(finer, count, sizeof *finer, by_gap);
    for (size_t k = 0; k < count; k++) {
        finer[k] = row_part_make(finer[k].lower, finer[k].upper, part->before + (double)k, 1, 0);
    }
    return count;
}

/* log N/gap at the ends and in the middle of a part, were its scores spread evenly: the largest value of the
 * parabola through them, where it is, and how far it may be off for its shape. */
struct crest {
    double value, at, error;
};

static struct crest part_crest(const struct row_part *part, double middle_gap) {
    double r0 = log(part->before) / part->lower, r2 = part->log_last / part->upper,
           r1 = log((part->before + part->last) / 2) / middle_gap;
    double a = 2 * (r0 - 2 * r1 + r2), b = 4 * r1 - 3 * r0 - r2;
    struct crest crest = {fmax(r0, r2), r0 > r2 ? 0 : 1, 0.1 * fabs(a)};
    if (a < 0 && b > 0 && b < -2 * a) {
        crest.value = r0 - b * b / (4 * a);
        crest.at = -b / (2 * a);
    }
    return crest;
}

static size_t refine_split(struct counted *c, const struct row_part *part, double best,
                           struct row_part *finer) {
    double low, width, scores = part->last - part->before;
    uint64_t octave = counted_address_octave(part->address), index = counted_address_index(part->address);
    counted_index_range(index, &low, &width);
    double middle = gap_at(c, octave, low + width / 2), noise = sqrt(scores) / part->before;
    struct crest crest = part_crest(part, middle);
    if (crest.value + crest.error + 4.5 * noise / part->lower <= best) { return 0; }
    if (0.5 * noise < NOISE * part->log_last) {
        double gap = gap_at(c, octave, low + width * crest.at);
        *finer = row_part_make(gap, gap, part->before, scores * crest.at, 0);
        return 1;
    }
    double first;
    counted_split(c, 1, &part->address, &scores, &first);
    finer[0] =
        row_part_make(part->lower, middle, part->before, first, counted_address_make(octave, 2 * index));
    finer[1] = row_part_make(middle, part->upper, part->before + first, scores - first,
                             counted_address_make(octave, 2 * index + 1));
    return 2;
}

size_t counted_refine(void *maker, const struct row_part *parts, size_t count, double best,
                      const struct row_part **finer) {
    struct counted *c = maker;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct row_part *next = c->finer + found;
        if (parts[i].address == 0) { /* a single score */
            *next = parts[i];
            found++;
        } else if (parts[i].last - parts[i].before <= SINGLE) {
            found += refine_singles(c, &parts[i], next);
        } else {
            found += refine_split(c, &parts[i], best, next);
        }
    }
    *finer = c->finer;
    return found;
}

/* ---- N_n(t) ---- */

/* Where t lies: at u in [low, low + width] of an octave, `before` scores before that place and so many in it.
 */
struct spot {
    double u, low, width, before, scores;
    uint64_t octave, index;
};

/* The positions u of gaps inside of parts, in increasing order. */
static void find_spots(const struct counted *c, size_t count, const size_t *at, const double *t,
                       struct spot *spot) {
    const struct counted_law *law = c->law;
    double y[TOGETHER];
    for (size_t i = 0; i < count; i++) { y[i] = t[i] + c->highest; }
    profile_ranks(law->profile, c->isa->vector, count, y, y);
    for (size_t i = 0; i < count; i++) {
        const struct row_part *part = &c->row.part[at[i]];
        struct spot *s = &spot[i];
        *s = (struct spot){.before = part->before,
                           .scores = part->last - part->before,
                           .octave = counted_address_octave(part->address),
                           .index = counted_address_index(part->address)};
        counted_index_range(s->index, &s->low, &s->width);
        y[i] -= s->octave <= law->upper ? law->log_top + ((double)s->octave - 1) * M_LN2 : law->log_n;
    }
    c->isa->vector->expm1(count, y, y);
    for (size_t i = 0; i < count; i++) {
        struct spot *s = &spot[i];
        double u = s->octave <= law->upper ? y[i] : 2 + ldexp(y[i], (int)(s->octave - law->upper) + 1);
        s->u = fmin(fmax(u, s->low), s->low + s->width);
    }
}

/* Halves the places that hold too many scores, all that do at once; false when none does. */
static bool halve_spots(const struct counted *c, size_t count, struct spot *spot) {
    const double enough = 0x1p-8;
    struct spot *wide[TOGETHER];
    uint64_t address[TOGETHER];
    double scores[TOGETHER], first[TOGETHER];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct spot *s = &spot[i];
        if (s->scores <= SINGLE || s->scores <= enough * s->before) { continue; }
        wide[n] = s;
        address[n] = counted_address_make(s->octave, s->index);
        scores[n++] = s->scores;
    }
    counted_split(c, n, address, scores, first);
    for (size_t k = 0; k < n; k++) {
        struct spot *s = wide[k];
        bool upper = s->u >= s->low + s->width / 2;
        s->width /= 2;
        s->low += upper ? s->width : 0;
        s->before += upper ? first[k] : 0;
        s->scores = upper ? s->scores - first[k] : first[k];
        s->index = 2 * s->index + upper;
    }
    return n > 0;
}

/* The scores of places with few of them that lie at most at u. */
static void count_singles(const struct counted *c, size_t count, struct spot *spot) {
    uint64_t at[TOGETHER * SINGLE_BLOCKS];
    double uniform[4 * TOGETHER * SINGLE_BLOCKS];
    size_t blocks = 0;
    for (size_t i = 0; i < count; i++) {
        if (spot[i].scores > SINGLE) { continue; }
        uint64_t place = counted_address_make(spot[i].octave, spot[i].index);
        for (double left = spot[i].scores; left > 0; left -= 4) { at[blocks++] = place++; }
    }
    c->isa->kernel->place_uniforms(c->stream.key, STREAM_SPLITS, blocks, at, uniform);
    const double *u = uniform;
    for (size_t i = 0; i < count; i++) {
        struct spot *s = &spot[i];
        if (s->scores > SINGLE) { continue; }
        size_t scores = (size_t)s->scores;
        for (size_t k = 0; k < scores; k++) { s->before += s->low + s->width * u[k] <= s->u; }
        u += (scores + 3) / 4 * 4;
        s->scores = 0;
    }
}

void counted_log_counts(void *maker, size_t count, const size_t *at, const double *t, double *log_count) {
    const struct counted *c = maker;
    struct spot spot[TOGETHER];
    for (size_t start = 0; start < count; start += TOGETHER) {
        size_t some = count - start < TOGETHER ? count - start : TOGETHER;
        find_spots(c, some, at + start, t + start, spot);
        while (halve_spots(c, some, spot)) {}
        count_singles(c, some, spot);
        for (size_t i = 0; i < some; i++) {
            const struct spot *s = &spot[i];
            log_count[start + i] = s->before + s->scores * (s->u - s->low) / s->width;
        }
    }
    c->isa->vector->log(count, log_count, log_count);
}
