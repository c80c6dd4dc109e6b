#include "sim/scores/sequences.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"

enum { SPOTS = 16 }; /* positions that are compared, the last one among them */

static size_t count_of(const struct group *g) { return g->layout.size[LAYOUT_SEQUENCE]; }

/* ---- sequence_id ---- */

static bool has_ids(const struct group *g) {
    const char *place = group_teller(g, "sequence_id");
    double number;
    return source_text(g->source, place, "sequence_id") ||
           source_numbers(g->source, place, "sequence_id", 1, &number) != 0;
}

/* A name for each sequence, all in the memory of the first; NULL where there are none, or after a message. */
static char **read_ids(const struct group *g, bool *good) {
    size_t count = count_of(g);
    char *words = source_words(g->source, group_teller(g, "sequence_id"), "sequence_id", count);
    if (words) {
        char **id = memory_create(count, sizeof *id);
        for (size_t i = 0; i < count; i++, words += strlen(words) + 1) { id[i] = words; }
        return id;
    }
    if (has_ids(g)) {
        message_error("%s: %s: its attribute sequence_id must have a number, or a text without commas, for "
                      "each sequence (there are %zu; at most 512, texts of 4095 bytes together); of numbers "
                      "from 2^53 on no two may be alike",
                      g->source->path, g->array->path, count);
        *good = false;
    }
    return NULL;
}

static void free_ids(char **id) {
    if (id) { free(id[0]); }
    free(id);
}

static bool are_same(const char *a, const char *b) { return strcmp(a, b) == 0; }

/* `id` (group): NULL, or a name for each sequence. */
static void number(struct found *f, char **const *id) {
    const char **known = NULL;
    size_t known_count = 0, *of_known = NULL;
    for (size_t i = 0; i < f->group_count; i++) {
        struct group *g = &f->group[i];
        known = memory_resize(known, known_count + count_of(g), sizeof *known);
        of_known = memory_resize(of_known, known_count + count_of(g), sizeof *of_known);
        for (size_t k = 0; k < count_of(g); k++) {
            size_t at = 0;
            if (g->told[k]) { continue; }
            while (id[i] && at < known_count && !are_same(known[at], id[i][k])) { at++; }
            if (id[i] && at < known_count) {
                g->sequence[k] = of_known[at];
                continue;
            }
            g->sequence[k] = f->sequence_count++;
            if (id[i]) {
                known[known_count] = id[i][k];
                of_known[known_count++] = g->sequence[k];
            }
        }
    }
    free(known);
    free(of_known);
}

/* ---- beginnings ---- */

static bool is_whole(const struct group *g) {
    return group_is_whole(g) && !g->mask && !g->row_length && !g->query_position;
}

static bool same_numbers(uint64_t count, const size_t *a, const size_t *b) {
    return memcmp(a, b, count * sizeof *a) == 0;
}

static bool same_heads(const struct group *a, const struct group *b) {
    const uint64_t *size = a->layout.size, *other = b->layout.size;
    return size[LAYOUT_LAYER] == other[LAYOUT_LAYER] && size[LAYOUT_HEAD] == other[LAYOUT_HEAD] &&
           same_numbers(size[LAYOUT_LAYER], a->layer, b->layer) &&
           same_numbers(size[LAYOUT_HEAD], a->head, b->head);
}

/* Whether contexts of `a` may be beginnings of those of `b`: both whole, of the same heads. */
static bool may_begin(const struct group *a, const struct group *b) {
    bool scales = a->scale == b->scale || (isnan(a->scale) && isnan(b->scale));
    return is_whole(a) && is_whole(b) && !a->scores == !b->scores && scales &&
           (a->scores || a->layout.columns == b->layout.columns) && same_heads(a, b);
}

/* What there is of a position in the last layer, which knows all before it: its key or its query, or its
 * scores. */
static bool read_spot(const struct group *g, bool key, size_t sequence, uint64_t position, double *row) {
    const struct layout *l = key ? &g->key_layout : &g->layout;
    const uint64_t place[LAYOUT_LEADING] = {
        [LAYOUT_SEQUENCE] = sequence, [LAYOUT_LAYER] = l->size[LAYOUT_LAYER] - 1, [LAYOUT_HEAD] = 0};
    uint64_t lead[LAYOUT_LEADING];
    layout_lead(l, place, lead);
    return source_read(key ? g->key_source : g->source, key ? g->keys : g->array, lead, position, 1, row);
}

/* One text in two batches differs by rounding, of the numbers as stored too. */
static bool is_close(const struct group *g, bool key, uint64_t count, const double *a, const double *b) {
    const double least = 1e-4, units = 4;
    const enum element element = (key ? g->keys : g->array)->element;
    double apart = 0, size = 0, tolerance = least + units * element_rounding(element);
    for (uint64_t i = 0; i < count; i++) {
        apart += (a[i] - b[i]) * (a[i] - b[i]);
        size += b[i] * b[i];
    }
    return apart <= tolerance * tolerance * size;
}

/* Spots of all sequences of a group at the position that was asked for last. */
struct spots {
    uint64_t position;
    double *value; /* (sequence); NULL: none yet */
};

struct pair {
    const struct group *a, *b;
    uint64_t width_a, width_b;       /* numbers of a spot */
    struct spots *spots_a, *spots_b; /* at the last position of `a` */
};

static uint64_t width_of(const struct group *g) { return g->scores ? g->key_count : g->layout.columns; }

static uint64_t compared(const struct pair *p, uint64_t position) {
    return p->a->scores ? position + 1 : p->width_a;
}

/* At other positions; the last one's key, or scores, are compared already. Heads that share keys have other
 * queries. */
static bool agree(const struct pair *p, size_t s, size_t t, bool *good) {
    double *a = memory_create(p->width_a + p->width_b, sizeof *a), *b = a + p->width_a;
    bool same = true;
    for (int key = !p->a->scores; key >= 0; key--) {
        for (uint64_t i = 1; i < SPOTS && same && *good; i++) {
            uint64_t position = p->a->key_count * i / SPOTS;
            *good = read_spot(p->a, key, s, position, a) && read_spot(p->b, key, t, position, b);
            same = *good && is_close(p->b, key, compared(p, position), a, b);
        }
    }
    free(a);
    return same;
}

static bool read_last(const struct pair *p, const struct group *g, uint64_t width, struct spots *spots) {
    const uint64_t position = p->a->key_count - 1;
    bool good = true;
    if (spots->value && spots->position == position) { return true; }
    if (!spots->value) { spots->value = memory_create(count_of(g) * width, sizeof *spots->value); }
    for (size_t s = 0; s < count_of(g) && good; s++) {
        good = read_spot(g, !g->scores, s, position, spots->value + s * width);
    }
    spots->position = position;
    return good;
}

/* Of `count` sequences, the first of which is `s`, the beginning of `t`. */
static void say(const struct pair *p, size_t count, size_t s, size_t t) {
    char a[GROUP_NAME], b[GROUP_NAME];
    if (count == 1) {
        message_say("%s: sequence %zu is the beginning of sequence %zu of %s, which has all its rows: it is "
                    "counted once",
                    group_name(p->a, a), s + 1, t + 1, group_name(p->b, b));
    } else {
        message_say("%s: %zu sequences are beginnings of those of %s, which has all their rows (the first is "
                    "%zu, of %zu): they are counted once",
                    group_name(p->a, a), count, group_name(p->b, b), s + 1, t + 1);
    }
}

/* Marks what of `a` is a beginning. `id`: as in number. */
static bool mark(struct pair *p, char *const *id_a, char *const *id_b) {
    const uint64_t last = compared(p, p->a->key_count - 1);
    size_t count = 0, first = 0, whole = 0;
    bool good = read_last(p, p->a, p->width_a, p->spots_a) && read_last(p, p->b, p->width_b, p->spots_b);
    for (size_t s = 0; s < count_of(p->a) && good; s++) {
        for (size_t t = 0; t < count_of(p->b) && good && !p->a->told[s]; t++) {
            bool differ = p->b->told[t] || (id_a && id_b && !are_same(id_a[s], id_b[t]));
            if (differ ||
                !is_close(p->b, !p->b->scores, last, p->spots_a->value + s * p->width_a,
                          p->spots_b->value + t * p->width_b) ||
                !agree(p, s, t, &good)) {
                continue;
            }
            p->a->told[s] = true;
            if (count++ == 0) {
                first = s;
                whole = t;
            }
        }
    }
    if (count > 0) { say(p, count, first, whole); }
    return good;
}

static void forget(struct spots *spots) {
    free(spots->value);
    spots->value = NULL;
}

/* Spots are kept while all groups' are few. */
static bool mark_beginnings(const struct found *f, char **const *id) {
    struct spots *spots = memory_create(f->group_count, sizeof *spots);
    double numbers = 0;
    bool good = true;
    for (size_t i = 0; i < f->group_count; i++) {
        const struct group *g = &f->group[i];
        numbers += (double)count_of(g) * (double)width_of(g);
    }
    for (size_t i = 0; i < f->group_count; i++) {
        for (size_t k = 0; k < f->group_count && good; k++) {
            const struct group *a = &f->group[i], *b = &f->group[k];
            bool shorter = a->key_count < b->key_count || (a->key_count == b->key_count && i > k);
            struct pair p = {.a = a,
                             .b = b,
                             .width_a = width_of(a),
                             .width_b = width_of(b),
                             .spots_a = &spots[i],
                             .spots_b = &spots[k]};
            bool fits = count_of(a) * p.width_a + count_of(b) * p.width_b <= SCORES_ROOM;
            if (!shorter || !fits || !may_begin(a, b)) { continue; }
            good = mark(&p, id[i], id[k]);
            if (numbers > SCORES_ROOM) {
                forget(p.spots_a);
                forget(p.spots_b);
            }
        }
    }
    for (size_t i = 0; i < f->group_count; i++) { forget(&spots[i]); }
    free(spots);
    return good;
}

/* ---- groups of the same heads at one length ---- */

/* Of the first two: they may be meant as layers. */
static void tell_of_merged(const struct found *f) {
    char first[GROUP_NAME], second[GROUP_NAME];
    for (size_t i = 1; i < f->group_count; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct group *a = &f->group[k], *b = &f->group[i];
            if (a->key_count != b->key_count || !same_heads(a, b)) { continue; }
            message_say(
                "%s and %s have one context length and the same heads, from L%zuH%zu on: both add rows to "
                "those. If they are different layers or heads, say so by attributes layers and heads",
                group_name(a, first), group_name(b, second), a->layer[0], a->head[0]);
            return;
        }
    }
}

bool sequences_number(struct found *f) {
    char ***id = memory_create(f->group_count, sizeof *id);
    bool good = true;
    for (size_t i = 0; i < f->group_count; i++) {
        struct group *g = &f->group[i];
        g->sequence = memory_create(count_of(g), sizeof *g->sequence);
        g->told = memory_create(count_of(g), sizeof *g->told);
        id[i] = read_ids(g, &good);
    }
    good = good && mark_beginnings(f, id);
    if (good) {
        number(f, id);
        tell_of_merged(f);
    }
    for (size_t i = 0; i < f->group_count; i++) { free_ids(id[i]); }
    free(id);
    return good;
}
