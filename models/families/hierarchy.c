/* Each level has an area of its own among the uniforms, in which group g has number g. Level by level the
 * sums of the groups above a chunk of keys are handed down to the groups below. */
#include "models/families/hierarchy.h"

enum { AREA_SHIFT = 40, BLOCK = 64, PADDED = FAMILY_CHUNK + 2 * BLOCK };

struct span {
    uint64_t first, end; /* groups first .. end of a level */
};

size_t hierarchy_room(const double *p) {
    (void)p;
    return 2 * PADDED + BLOCK;
}

/* The numbers of a span of groups; returns where they are in `room`, which holds PADDED. */
static const double *numbers(const struct hierarchy *h, size_t level, struct span s,
                             const struct family_row *row, double *uniform, double *room) {
    uint64_t start = s.first / BLOCK * BLOCK;
    for (uint64_t block = start; block < s.end; block += BLOCK) {
        row->uniforms->fill(row->uniforms->context, ((uint64_t)level << AREA_SHIFT) + block, BLOCK, uniform);
        family_gaussian.draw(&h->sigma[level], row->vector, BLOCK, uniform, room + (block - start));
    }
    return room + (s.first - start);
}

/* sum[g] = sum[group above g] + number[g], from the last group on so that sums may lie where those above did:
 * there are no fewer of them. */
static void hand_down(uint64_t groups_above, uint64_t groups, struct span above, struct span s,
                      const double *number, double *sum) {
    uint64_t g = s.end;
    for (uint64_t a = above.end; a-- > above.first;) {
        double value = sum[a - above.first];
        uint64_t begin = (a * groups + groups_above - 1) / groups_above; /* the first group in a */
        for (begin = begin > s.first ? begin : s.first; g > begin; g--) {
            sum[g - 1 - s.first] = value + number[g - 1 - s.first];
        }
    }
}

void hierarchy_sample(const struct hierarchy *h, const struct family_row *row, size_t first, size_t count,
                      double *scores) {
    double *uniform = row->room, *sum = uniform + BLOCK, *room = sum + PADDED;
    struct span span[HIERARCHY_LEVELS];
    span[h->levels - 1] = (struct span){first, first + count};
    for (size_t i = h->levels - 1; i > 0; i--) {
        span[i - 1] = (struct span){span[i].first * h->groups[i - 1] / h->groups[i],
                                    (span[i].end - 1) * h->groups[i - 1] / h->groups[i] + 1};
    }
    for (size_t i = 0; i < h->levels; i++) {
        const double *number = numbers(h, i, span[i], row, uniform, room);
        if (i == 0) {
            for (size_t k = 0; k < span[0].end - span[0].first; k++) { sum[k] = number[k]; }
        } else {
            hand_down(h->groups[i - 1], h->groups[i], span[i - 1], span[i], number, sum);
        }
    }
    for (size_t k = 0; k < count; k++) { scores[k] = sum[k]; }
}
