#include "sim/rows/chunks.h"

#include <stdlib.h>

#include "sim/base/memory.h"

enum { LENGTH = CHUNKS_LENGTH };

void chunks_release(struct chunks *c) {
    free(c->scores);
    c->scores = NULL;
    c->room = 0;
}

static bool is_kept(const struct chunks *c) { return c->count <= c->longest; }

void chunks_begin(struct chunks *c, size_t count) {
    c->count = count;
    c->made = 0;
    size_t room = is_kept(c) ? (count + LENGTH - 1) / LENGTH * LENGTH : LENGTH;
    if (room <= c->room) { return; }
    c->scores = memory_resize(c->scores, room, sizeof *c->scores);
    c->room = room;
}

const double *chunks_get(struct chunks *c, size_t index, size_t *count) {
    size_t left = c->count - index * LENGTH;
    double *scores = c->scores + (is_kept(c) ? index * LENGTH : 0);
    *count = left < LENGTH ? left : LENGTH;
    if (!is_kept(c) || index == c->made) {
        c->make(c->context, index, *count, scores);
        c->made++;
    }
    return scores;
}

static const double *next_chunk(void *context, size_t index, size_t *count) {
    return chunks_get(context, index, count);
}

struct compress_source chunks_source(struct chunks *c) {
    return (struct compress_source){c, c->count, COMPRESS_UNBOUNDED, next_chunk};
}

bool chunks_visit(struct chunks *c, score_visitor *visit, void *context) {
    for (size_t index = 0, count; index * LENGTH < c->count; index++) {
        const double *scores = chunks_get(c, index, &count);
        if (!visit(context, count, scores)) { return false; }
    }
    return true;
}
