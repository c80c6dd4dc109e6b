#include "sim/rows/counted_finer.h"

#include <math.h>

enum {
    SINGLE = 24, /* parts of so many scores are refined into single scores */
    SINGLE_BLOCKS = (SINGLE + 3) / 4,
    TOGETHER = 64, /* parts, or gaps */
};
static const double NOISE = 5e-5;

/* ---- finer parts ---- */

/* Places in a few octaves, in increasing order, and their gaps. */
enum { MOST_POINTS = TOGETHER * SINGLE };
struct points {
    size_t count;
    double y[MOST_POINTS], shift[MOST_POINTS], gap[MOST_POINTS];
};

/* y = log(n V) at u of an octave, as in counted_place; the logarithm is still to be taken. */
static void add_place(struct points *p, const struct counted_law *law, uint64_t octave, double u) {
    bool mirror = octave > law->upper;
    p->y[p->count] = mirror ? -ldexp(2 - u, -(int)(octave - law->upper) - 1) : u;
    p->shift[p->count++] = mirror ? law->log_n : law->log_top + ((double)octave - 1) * M_LN2;
}

static void find_gaps(const struct counted *c, struct points *p) {
    const struct vector *vector = c->isa->vector;
    vector->log1p(p->count, p->y, p->y);
    for (size_t i = 0; i < p->count; i++) { p->y[i] += p->shift[i]; }
    profile_gaps(c->law->profile, vector, p->count, p->y, p->gap);
    for (size_t i = 0; i < p->count; i++) { p->gap[i] -= c->highest; }
}

static bool part_is_few(const struct row_part *part) {
    return part->address != 0 && row_part_scores(part) <= SINGLE;
}

static bool part_is_many(const struct row_part *part) {
    return part->address != 0 && row_part_scores(part) > SINGLE;
}

static void sort_few(size_t n, double *x) {
    for (size_t i = 1; i < n; i++) {
        double moved = x[i];
        size_t k = i;
        for (; k > 0 && x[k - 1] > moved; k--) { x[k] = x[k - 1]; }
        x[k] = moved;
    }
}

/* Places of the single scores of parts with few of them, the middles of those with many that are no bins. */
static void find_points(const struct counted *c, const struct row_part *parts, size_t count,
                        struct points *p) {
    uint64_t at[TOGETHER * SINGLE_BLOCKS];
    double uniform[4 * TOGETHER * SINGLE_BLOCKS], *u = uniform;
    size_t blocks = 0;
    for (size_t i = 0; i < count; i++) {
        if (!part_is_few(&parts[i])) { continue; }
        uint64_t place = parts[i].address;
        for (double left = row_part_scores(&parts[i]); left > 0; left -= 4) { at[blocks++] = place++; }
    }
    c->isa->kernel->place_uniforms(c->stream.key, STREAM_SPLITS, blocks, at, uniform);
    p->count = 0;
    for (size_t i = 0; i < count; i++) {
        double low, width;
        uint64_t octave = counted_address_octave(parts[i].address);
        if (parts[i].address == 0) { continue; }
        counted_index_range(counted_address_index(parts[i].address), &low, &width);
        if (part_is_many(&parts[i])) {
            if (!counted_bin_at(c->law, parts[i].address)) { add_place(p, c->law, octave, low + width / 2); }
            continue;
        }
        size_t scores = (size_t)row_part_scores(&parts[i]);
        for (size_t k = 0; k < scores; k++) { u[k] = low + width * u[k]; }
        sort_few(scores, u);
        for (size_t k = 0; k < scores; k++) { add_place(p, c->law, octave, u[k]); }
        u += (scores + 3) / 4 * 4;
    }
    find_gaps(c, p);
}

static bool part_follows(const struct row_part *parts, size_t i) {
    return i > 0 && parts[i - 1].last == parts[i].before;
}

/* Of so many parts with many scores: log N and the gap at the ends and in the middle, were the scores spread
 * evenly; where the parabola through log N/gap is largest, what fluctuations and its shape could make of that
 * value, and their size in log N. */
struct crests {
    size_t count;
    double log_before[TOGETHER], log_middle[TOGETHER], log_last[TOGETHER], lower[TOGETHER], middle[TOGETHER],
        upper[TOGETHER], scores[TOGETHER], before[TOGETHER];
    double at[TOGETHER], most[TOGETHER], noise[TOGETHER];
};

/* `gap`: of the points of all parts. */
static void take_parts(const struct counted *c, const struct row_part *parts, size_t count, const double *gap,
                       struct crests *k) {
    size_t n = 0, asked = 0, of[TOGETHER];
    double log_rank[TOGETHER];
    for (size_t i = 0; i < count; i++) {
        const struct row_part *part = &parts[i];
        if (part->address == 0) { continue; }
        if (!part_is_many(part)) {
            gap += (size_t)row_part_scores(part);
            continue;
        }
        const struct counted_bin *bin = counted_bin_at(c->law, part->address);
        k->middle[n] = bin ? bin->middle - c->highest : *gap++;
        k->log_middle[n] = (part->before + part->last) / 2;
        if (part_follows(parts, i)) {
            k->log_before[n] = parts[i - 1].log_last;
        } else {
            log_rank[asked] = part->before;
            of[asked++] = n;
        }
        k->log_last[n] = part->log_last;
        k->lower[n] = part->lower;
        k->upper[n] = part->upper;
        k->before[n] = part->before;
        k->scores[n++] = row_part_scores(part);
    }
    k->count = n;
    c->isa->vector->log(n, k->log_middle, k->log_middle);
    c->isa->vector->log(asked, log_rank, log_rank);
    for (size_t i = 0; i < asked; i++) { k->log_before[of[i]] = log_rank[i]; }
}

static void find_crests(struct crests *k) {
#pragma omp simd
    for (size_t i = 0; i < k->count; i++) {
        const double r0 = k->log_before[i] / k->lower[i], r1 = k->log_middle[i] / k->middle[i],
                     r2 = k->log_last[i] / k->upper[i], a = 2 * (r0 - 2 * r1 + r2), b = 4 * r1 - 3 * r0 - r2,
                     noise = sqrt(k->scores[i]) / k->before[i];
        const int inside = (a < 0) & (b > 0) & (b < -2 * a), falls = r0 > r2;
        const double end = falls ? r0 : r2, value = inside ? r0 - b * b / (4 * a) : end;
        k->at[i] = inside ? -b / (2 * a) : falls ? 0 : 1;
        k->most[i] = value + 0.1 * fabs(a) + 4.5 * noise / k->lower[i];
        k->noise[i] = noise;
    }
}

/* What is to become of a part; of one with few scores, their gaps; of one with many, its middle and where its
 * crest lies. */
struct plan {
    const struct row_part *part;
    const double *gap;
    double middle, crest_at;
    enum { ALONE, FEW, DROPPED, QUIET, HALVED } fate;
};

/* `gap`: of the points of all parts. */
static void make_plans(const struct counted *c, const struct row_part *parts, size_t count, const double *gap,
                       double best, struct plan *plan) {
    struct crests k;
    size_t n = 0;
    take_parts(c, parts, count, gap, &k);
    find_crests(&k);
    for (size_t i = 0; i < count; i++) {
        const struct row_part *part = &parts[i];
        plan[i] = (struct plan){.part = part, .fate = part->address == 0 ? ALONE : FEW};
        if (part_is_many(part)) {
            gap += counted_bin_at(c->law, part->address) == NULL;
            plan[i].middle = k.middle[n];
            plan[i].crest_at = k.at[n];
            plan[i].fate = k.most[n] <= best                           ? DROPPED
                           : 0.5 * k.noise[n] < NOISE * part->log_last ? QUIET
                                                                       : HALVED;
            n++;
        } else if (plan[i].fate == FEW) {
            plan[i].gap = gap;
            gap += (size_t)row_part_scores(part);
        }
    }
}

/* In the order of the parts; of those that are halved `rank` is the number of scores up to the middle. */
struct emitter {
    const struct counted *c;
    double best;
    const double *rank, *log_rank;
    struct row_part *next;
};

static void emit_few(struct emitter *e, const struct plan *plan) {
    const struct row_part *part = plan->part;
    const size_t scores = (size_t)row_part_scores(part);
    for (size_t k = 0; k < scores; k++) {
        const double gap = plan->gap[k];
        if (!(part->log_last > e->best * gap)) { continue; }
        *e->next++ = row_part_make(gap, gap, part->before + (double)k, 1, 0);
    }
}

static void emit_quiet(struct emitter *e, const struct plan *plan) {
    const struct row_part *part = plan->part;
    double low, width;
    counted_index_range(counted_address_index(part->address), &low, &width);
    const double y = counted_place(e->c->law, counted_address_octave(part->address),
                                   low + width * plan->crest_at),
                 gap = profile_gap(e->c->law->profile, y) - e->c->highest;
    *e->next++ = row_part_make(gap, gap, part->before, row_part_scores(part) * plan->crest_at, 0);
}

static void emit_halves(struct emitter *e, const struct plan *plan) {
    struct row_part lower = *plan->part, upper = *plan->part;
    const uint64_t octave = counted_address_octave(lower.address),
                   index = counted_address_index(lower.address);
    lower.upper = upper.lower = plan->middle;
    lower.last = upper.before = *e->rank++;
    lower.log_last = *e->log_rank++;
    lower.address = counted_address_make(octave, 2 * index);
    upper.address = counted_address_make(octave, 2 * index + 1);
    *e->next++ = lower;
    *e->next++ = upper;
}

/* At most TOGETHER parts; where the finer ones end. */
static struct row_part *refine_some(const struct counted *c, const struct row_part *parts, size_t count,
                                    double best, struct row_part *finer) {
    struct points points;
    struct plan plan[TOGETHER];
    uint64_t address[TOGETHER];
    double scores[TOGETHER], rank[TOGETHER], log_rank[TOGETHER];
    size_t halved = 0;
    find_points(c, parts, count, &points);
    make_plans(c, parts, count, points.gap, best, plan);
    for (size_t i = 0; i < count; i++) {
        if (plan[i].fate != HALVED) { continue; }
        address[halved] = parts[i].address;
        scores[halved++] = row_part_scores(&parts[i]);
    }
    counted_places_split(c, halved, address, scores, rank);
    for (size_t i = 0, k = 0; i < count; i++) {
        if (plan[i].fate == HALVED) { rank[k++] += parts[i].before; }
    }
    c->isa->vector->log(halved, rank, log_rank);
    struct emitter e = {c, best, rank, log_rank, finer};
    for (size_t i = 0; i < count; i++) {
        switch (plan[i].fate) {
        case ALONE: *e.next++ = parts[i]; break;
        case FEW: emit_few(&e, &plan[i]); break;
        case QUIET: emit_quiet(&e, &plan[i]); break;
        case HALVED: emit_halves(&e, &plan[i]); break;
        case DROPPED: break;
        }
    }
    return e.next;
}

size_t counted_finer_parts(void *maker, const struct row_part *parts, size_t count, double best,
                           const struct row_part **finer) {
    struct counted *c = maker;
    struct row_part *end = c->finer;
    for (size_t start = 0; start < count; start += TOGETHER) {
        size_t some = count - start < TOGETHER ? count - start : TOGETHER;
        end = refine_some(c, parts + start, some, best, end);
    }
    *finer = c->finer;
    return (size_t)(end - c->finer);
}

/* ---- N_n(t) ---- */

/* Where t lies: at u in [low, low + width] of an octave, `before` scores before that place and so many in it.
 */
struct spot {
    double u, low, width, before, scores;
    uint64_t octave, index;
};

/* The positions u of gaps inside of parts, in increasing order. */
static void find_spots(const struct counted *c, const struct row_part *parts, size_t count, const size_t *at,
                       const double *t, struct spot *spot) {
    const struct counted_law *law = c->law;
    double y[TOGETHER];
    for (size_t i = 0; i < count; i++) { y[i] = t[i] + c->highest; }
    profile_ranks(law->profile, c->isa->vector, count, y, y);
    for (size_t i = 0; i < count; i++) {
        const struct row_part *part = &parts[at[i]];
        struct spot *s = &spot[i];
        *s = (struct spot){.before = part->before,
                           .scores = row_part_scores(part),
                           .octave = counted_address_octave(part->address),
                           .index = counted_address_index(part->address)};
        counted_index_range(s->index, &s->low, &s->width);
        y[i] -= s->octave <= law->upper ? law->log_top + ((double)s->octave - 1) * M_LN2 : law->log_n;
    }
    c->isa->vector->expm1(count, y, y);
    for (size_t i = 0; i < count; i++) {
        struct spot *s = &spot[i];
        double u = s->octave <= law->upper ? y[i] : 2 + ldexp(y[i], (int)(s->octave - law->upper) + 1);
        const double high = s->low + s->width, least = u > s->low ? u : s->low;
        s->u = least < high ? least : high;
    }
}

/* To the half that has u: whether it is the upper one. */
static bool narrow(struct spot *s) {
    const bool upper = s->u >= s->low + s->width / 2;
    s->width /= 2;
    s->low += upper * s->width;
    s->index = 2 * s->index + upper;
    return upper;
}

/* The same with the scores there, of which so many are in the first half. */
static void take_half(struct spot *s, double first) {
    const double half[2] = {first, s->scores - first};
    const bool upper = narrow(s);
    s->before += upper * first;
    s->scores = half[upper];
}

/* Places with more scores are halved. */
static double most_scores(const struct spot *s) {
    const double enough = 0x1p-8, share = enough * s->before;
    return share > SINGLE ? share : SINGLE;
}

enum { DEEPEST = 10 }; /* halvings that are foreseen */

/* The places on the way down to u, as far as they can be expected to hold too many scores for coins. */
static size_t look_down(const struct spot *spot, uint64_t address[DEEPEST]) {
    struct spot s = *spot;
    const double most = most_scores(spot), least = most > COUNTED_EXACT ? most : COUNTED_EXACT;
    size_t n = 0;
    for (double scores = s.scores; scores > least && n < DEEPEST; scores /= 2) {
        address[n++] = counted_address_make(s.octave, s.index);
        narrow(&s);
    }
    return n;
}

/* Halves those of all spots: where a way leads depends on no numbers, so all Gaussians are made in one go. */
static void halve_foreseen(const struct counted *c, size_t count, struct spot *spot) {
    uint64_t address[TOGETHER * DEEPEST];
    double normal[TOGETHER * DEEPEST];
    size_t n = 0, end[TOGETHER];
    for (size_t i = 0; i < count; i++) { end[i] = n += look_down(&spot[i], address + n); }
    c->isa->kernel->place_normals(c->stream.key, STREAM_SPLITS, n, address, normal);
    for (size_t i = 0, k = 0; i < count; i++) {
        struct spot *s = &spot[i];
        for (; k < end[i] && s->scores > most_scores(s) && s->scores > COUNTED_EXACT; k++) {
            take_half(s, kernel_half(s->scores, normal[k]));
        }
        k = end[i];
    }
}

/* Halves the places that hold too many scores, all that do at once, until none does. */
static void halve_spots(const struct counted *c, size_t count, struct spot *spot) {
    size_t wide[TOGETHER] = {0}, n = 0, still;
    uint64_t address[TOGETHER];
    double scores[TOGETHER], first[TOGETHER];
    for (size_t i = 0; i < count; i++) {
        wide[n] = i;
        n += spot[i].scores > most_scores(&spot[i]);
    }
    for (; n > 0; n = still) {
        for (size_t k = 0; k < n; k++) {
            const struct spot *s = &spot[wide[k]];
            address[k] = counted_address_make(s->octave, s->index);
            scores[k] = s->scores;
        }
        counted_places_split(c, n, address, scores, first);
        still = 0;
        for (size_t k = 0; k < n; k++) {
            struct spot *s = &spot[wide[k]];
            take_half(s, first[k]);
            wide[still] = wide[k];
            still += s->scores > most_scores(s);
        }
    }
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

void counted_finer_log_counts(void *maker, const struct row_part *part, size_t count, const size_t *at,
                              const double *t, double *log_count) {
    const struct counted *c = maker;
    struct spot spot[TOGETHER];
    for (size_t start = 0; start < count; start += TOGETHER) {
        size_t some = count - start < TOGETHER ? count - start : TOGETHER;
        find_spots(c, part, some, at + start, t + start, spot);
        halve_foreseen(c, some, spot);
        halve_spots(c, some, spot);
        count_singles(c, some, spot);
        for (size_t i = 0; i < some; i++) {
            const struct spot *s = &spot[i];
            log_count[start + i] = s->before + s->scores * (s->u - s->low) / s->width;
        }
    }
    c->isa->vector->log(count, log_count, log_count);
}
