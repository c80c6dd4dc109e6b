#include "sim/scores/sight.h"

#include <float.h>
#include <math.h>

#include "sim/rows/isa.h"

static const double STAND_IN = -5000; /* a score this low may stand for -inf */

/* The largest score below `from` and the least of the others, of those that no mask hides. */
static struct kernel_range part_at(const double *score, const double *mask, uint64_t sight, double from) {
    struct kernel_range p = {-INFINITY, INFINITY};
    if (!mask) { return isa_best()->kernel->parting(sight, score, from); }
    for (uint64_t j = 0; j < sight; j++) {
        if (mask[j] == 0) { continue; }
        p.low = score[j] < from && score[j] > p.low ? score[j] : p.low;
        p.high = score[j] >= from && score[j] < p.high ? score[j] : p.high;
    }
    return p;
}

/* Numbers that stand for -inf, from the one returned down: -5000 or less, and parted from the row's other
 * scores by more than those span; or all of it, where they are one number or lower than any score. -inf:
 * there are none. Scores that fall step by step, however far, are scores. */
static double stand_in_of(const double *score, const double *mask, uint64_t sight) {
    const double step = 1000, no_score = -1e8;
    struct kernel_range p = part_at(score, mask, sight, nextafter(STAND_IN, 0));
    double low, high = p.low;
    if (high == -INFINITY) { return high; }
    if (p.high == INFINITY) {
        if (high <= no_score || part_at(score, mask, sight, -DBL_MAX).high == high) { return high; }
        p = part_at(score, mask, sight, nextafter(no_score, 0));
    }
    high = part_at(score, mask, sight, INFINITY).low;
    do {
        low = p.high;
        p = part_at(score, mask, sight, low - fmax(step, high - low));
    } while (p.high < low);
    return p.low;
}

/* What the query sees of its scores, moved to the front, with the keys' positions. */
static struct sight take_some(double *score, uint32_t *key, const double *mask, uint64_t sight,
                              double stand_in) {
    struct sight found = {.stand_in = stand_in};
    for (uint64_t j = 0; j < sight; j++) {
        if (score[j] <= stand_in || (mask && mask[j] == 0)) { continue; }
        if (!isfinite(score[j])) { return (struct sight){.seen = -1 - (int64_t)j, .stand_in = NAN}; }
        found.has_holes |= found.seen < (int64_t)j;
        score[found.seen] = score[j];
        key[found.seen++] = (uint32_t)j;
    }
    return found;
}

/* How many scores there are before the first that is hidden, where all after it are, as in a causal context;
 * else 0. */
static uint64_t seen_first(const double *score, uint64_t sight, double stand_in) {
    const struct kernel *kernel = isa_best()->kernel;
    uint64_t seen = kernel->count_above(sight, score, stand_in);
    bool is_so = kernel->all_above(seen, score, stand_in) &&
                 !isnan(kernel->sum(sight - seen, score + seen)); /* NaN is neither above nor hidden */
    return is_so ? seen : 0;
}

/* What is found, or the score whose difference from the largest is no finite number. */
static struct sight check_span(struct sight found, const double *score, const uint32_t *key) {
    const double harmless = -1e290; /* changes no number of the size of the largest double */
    const uint64_t seen = found.seen > 0 ? (uint64_t)found.seen : 0;
    if (isa_best()->kernel->all_above(seen, score, harmless)) { return found; }
    const double high = part_at(score, NULL, seen, INFINITY).low;
    for (uint64_t j = 0; j < seen; j++) {
        if (!isinf(high - score[j])) { continue; }
        return (struct sight){.seen = -1 - (int64_t)(found.has_holes ? key[j] : j), .stand_in = NAN};
    }
    return found;
}

static bool all_stand(const double *score, const float *single, uint64_t sight) {
    const struct kernel *kernel = isa_best()->kernel;
    return single ? kernel->all_above_floats(sight, single, STAND_IN)
                  : kernel->all_above(sight, score, STAND_IN);
}

/* Most rows are seen whole, or up to a key. */
struct sight sight_take(double *score, const float *single, uint32_t *key, const double *mask, uint64_t sight,
                        bool formed) {
    if (!mask && sight > 0 && all_stand(score, single, sight)) {
        return (struct sight){.seen = (int64_t)sight, .stand_in = NAN};
    }
    if (single) { isa_best()->kernel->widen(sight, single, score); }
    const double stand_in = formed ? NAN : stand_in_of(score, mask, sight);
    const uint64_t first = mask || formed ? 0 : seen_first(score, sight, stand_in);
    const struct sight found = first > 0 ? (struct sight){.seen = (int64_t)first, .stand_in = stand_in}
                                         : take_some(score, key, mask, sight, stand_in);
    return check_span(found, score, key);
}
