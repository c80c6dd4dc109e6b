#include "sim/scores/layout.h"

#include <string.h>

enum { WORD_QUERY = LAYOUT_LEADING, WORD_KEY, WORD_POSITION, WORD_DIM, WORDS };
static const char *const word[WORDS] = {"sequence", "layer", "head", "query", "key", "position", "dim"};

/* Number of words in `axes`, which go to `axis`; 0 with what is wrong in `why`. Brackets and quotes are a
 * list's that was written as text. */
static unsigned parse(const char *axes, unsigned axis[SOURCE_RANK], char why[SOURCE_WHY]) {
    unsigned count = 0;
    for (const char *at = axes; *at;) {
        size_t length = strcspn(at, ", []()\"'"), w = 0;
        while (w < WORDS && (strlen(word[w]) != length || strncmp(at, word[w], length) != 0)) { w++; }
        if (length > 0 && (w == WORDS || count == SOURCE_RANK)) {
            source_array_refuse(
                why, "axes \"%.80s\": \"%.*s\" is none of sequence, layer, head, query, key, position, dim",
                axes, (int)(length < 40 ? length : 40), at);
            return 0;
        }
        if (length > 0) { axis[count++] = (unsigned)w; }
        at += length + (at[length] != '\0');
    }
    if (count == 0) { source_array_refuse(why, "axes: no words; give sequence,layer,head,query,key"); }
    return count;
}

static unsigned by_rank(unsigned rank, bool products, unsigned axis[SOURCE_RANK], char why[SOURCE_WHY]) {
    static const unsigned leading[3][3] = {{0}, {LAYOUT_HEAD}, {LAYOUT_SEQUENCE, LAYOUT_LAYER, LAYOUT_HEAD}};
    if (rank < 2) {
        source_array_refuse(why, "it has no two axes, and the last two are to be %s",
                            products ? "position,dim" : "query,key");
        return 0;
    }
    if (rank != 2 && rank != 3 && rank != 5) {
        source_array_refuse(
            why,
            "it has %u axes and nothing says which is which; an attribute axes or --axes does, as "
            "in --axes %s",
            rank, products ? "layer,head,position,dim" : "layer,head,query,key");
        return 0;
    }
    memcpy(axis, leading[rank / 2 - (rank == 2)], sizeof leading[0]); /* 2, 3, 5: the first, second, third */
    axis[rank - 2] = products ? WORD_POSITION : WORD_QUERY;
    axis[rank - 1] = products ? WORD_DIM : WORD_KEY;
    return rank;
}

static bool check(const struct source_array *a, unsigned count, const unsigned axis[SOURCE_RANK],
                  bool products, char why[SOURCE_WHY]) {
    unsigned seen = 0;
    char shape[SOURCE_SHAPE];
    if (count != a->rank) {
        return source_array_refuse(why,
                                   "its axes are %u (%s), and the names %u; an axis that it lacks has size 1",
                                   a->rank, source_array_shape(a, shape), count);
    }
    for (unsigned i = 0; i < count; i++) {
        if (a->size[i] == 0) { return source_array_refuse(why, "its axis %s has size 0", word[axis[i]]); }
        if (seen & 1U << axis[i]) {
            return source_array_refuse(why, "the axis %s is named twice", word[axis[i]]);
        }
        seen |= 1U << axis[i];
    }
    unsigned row = products ? WORD_POSITION : WORD_QUERY;
    if (count >= 2 && axis[count - 2] == row && axis[count - 1] == row + 1) { return true; }
    return source_array_refuse(why, "its last two axes must be %s,%s; transpose it where it was written",
                               word[row], word[row + 1]);
}

bool layout_make(const struct source_array *a, const char *axes, bool products, struct layout *l,
                 char why[SOURCE_WHY]) {
    unsigned axis[SOURCE_RANK] = {0};
    unsigned count = axes ? parse(axes, axis, why) : by_rank(a->rank, products, axis, why);
    if (count == 0 || !check(a, count, axis, products, why)) { return false; }
    *l = (struct layout){
        .leading = count - 2, .size = {1, 1, 1}, .rows = a->size[count - 2], .columns = a->size[count - 1]};
    for (unsigned i = 0; i + 2 < count; i++) {
        if (axis[i] >= LAYOUT_LEADING) {
            return source_array_refuse(why, "its axis %s stands before the last two", word[axis[i]]);
        }
        l->axis[i] = (enum layout_axis)axis[i];
        l->size[axis[i]] = a->size[i];
    }
    return true;
}

void layout_lead(const struct layout *l, const uint64_t place[LAYOUT_LEADING],
                 uint64_t lead[LAYOUT_LEADING]) {
    for (unsigned i = 0; i < l->leading; i++) { lead[i] = place[l->axis[i]]; }
}

void layout_place(const struct layout *l, uint64_t index, uint64_t place[LAYOUT_LEADING]) {
    for (unsigned i = 0; i < LAYOUT_LEADING; i++) { place[i] = 0; }
    for (unsigned i = l->leading; i-- > 0;) {
        place[l->axis[i]] = index % l->size[l->axis[i]];
        index /= l->size[l->axis[i]];
    }
}

uint64_t layout_places(const struct layout *l) { return l->size[0] * l->size[1] * l->size[2]; }
