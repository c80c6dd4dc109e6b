/* The scores of a part contribute between log(last)/upper and log(last)/lower. Parts whose upper bound stays
 * below the best value seen are dropped; the others are refined, all of one fineness after the other. */
#include "sim/rows/counted_summit.h"

#include "sim/base/memory.h"
#include "sim/rows/counted_finer.h"

enum { TOGETHER = 256 }; /* parts, refined in one go */

struct search {
    struct counted *counted;
    double best, log_rank, gap;
    bool found;
    size_t open; /* of counted->open */
};

static void offer(struct search *s, const struct row_part *part) {
    if (!(part->log_last > s->best * part->upper)) { return; }
    s->best = part->log_last / part->upper;
    s->log_rank = part->log_last;
    s->gap = part->upper;
    s->found = true;
}

/* Whether scores of this part could beat the best. A part no wider than rounding is its upper edge. */
static bool part_is_open(const struct row_part *part, double best) {
    return part->log_last > best * part->lower && part->upper - part->lower > 4e-16 * part->upper;
}

/* The open parts from the first on, so many, those that still are. */
static size_t take_open(const struct search *s, size_t first, size_t count, struct row_part *part) {
    size_t taken = 0;
    for (size_t i = first; i < first + count; i++) {
        if (part_is_open(&s->counted->open[i], s->best)) { part[taken++] = s->counted->open[i]; }
    }
    return taken;
}

/* No score of most parts could: those are left at once. */
static void look_at(struct search *s, size_t count, const struct row_part *part) {
    struct counted *c = s->counted;
    if (s->open + count > c->open_room) {
        c->open_room = 2 * (s->open + count);
        c->open = memory_resize(c->open, c->open_room, sizeof *c->open);
    }
    for (size_t i = 0; i < count; i++) {
        if (!(part[i].log_last > s->best * part[i].lower)) { continue; }
        offer(s, &part[i]);
        if (part_is_open(&part[i], s->best)) { c->open[s->open++] = part[i]; }
    }
}

bool counted_summit(const struct row *row, double best, double *log_rank, double *gap) {
    struct search s = {.counted = row->maker, .best = best};
    look_at(&s, row->part_count, row->part);
    for (size_t first = 0, some; first < s.open; first += some) {
        struct row_part part[TOGETHER];
        const struct row_part *finer;
        some = s.open - first < TOGETHER ? s.open - first : TOGETHER;
        size_t taken = take_open(&s, first, some, part);
        size_t found = counted_finer_parts(s.counted, part, taken, s.best, &finer);
        look_at(&s, found, finer);
    }
    *log_rank = s.log_rank;
    *gap = s.gap;
    return s.found;
}
