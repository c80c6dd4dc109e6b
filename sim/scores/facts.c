#include "sim/scores/facts.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"

/* ---- heads ---- */

static int by_layer_and_head(const void *a, const void *b) {
    const struct scores_head *x = a, *y = b;
    if (x->layer != y->layer) { return x->layer < y->layer ? -1 : 1; }
    return (x->head > y->head) - (x->head < y->head);
}

static void list_heads(const struct found *found, struct scores_facts *facts) {
    size_t room = 0;
    for (size_t i = 0; i < found->group_count; i++) {
        const uint64_t *size = found->group[i].layout.size;
        room += size[LAYOUT_LAYER] * size[LAYOUT_HEAD];
    }
    facts->head = memory_create(room, sizeof *facts->head);
    for (size_t i = 0; i < found->group_count; i++) {
        const struct group *g = &found->group[i];
        for (size_t l = 0; l < g->layout.size[LAYOUT_LAYER]; l++) {
            for (size_t h = 0; h < g->layout.size[LAYOUT_HEAD]; h++) {
                facts->head[facts->head_count++] = (struct scores_head){g->layer[l], g->head[h]};
            }
        }
    }
    qsort(facts->head, facts->head_count, sizeof *facts->head, by_layer_and_head);
    size_t kept = 0;
    for (size_t i = 0; i < facts->head_count; i++) {
        if (i == 0 || by_layer_and_head(&facts->head[i], &facts->head[kept - 1]) != 0) {
            facts->head[kept++] = facts->head[i];
        }
    }
    facts->head_count = kept;
}

/* ---- lengths ---- */

/* The group's own lengths; `length` may be NULL to count them. One key makes no row. */
static size_t own_lengths(const struct group *g, double *length) {
    const double shortest = 32;
    size_t count = 0;
    double n = (double)g->key_count;
    if (group_is_whole(g) && n >= shortest) {
        for (double power = shortest; power <= n; power *= 2, count++) {
            if (length) { length[count] = power; }
        }
        return count;
    }
    if (n < 2) { return 0; }
    if (length) { *length = n; }
    return 1;
}

/* Keeps the longest, then the longest that shares no row with it, and so on: texts of many lengths would
 * count many times over else, for lengths that are taken as independent. */
static void keep_apart(struct scores_facts *facts) {
    size_t first = facts->length_count;
    for (size_t i = facts->length_count; i-- > 0;) {
        if (first == facts->length_count || facts->length[i] <= SCORES_LEAST * facts->length[first]) {
            facts->length[--first] = facts->length[i];
        }
    }
    facts->length_count -= first;
    memmove(facts->length, facts->length + first, facts->length_count * sizeof *facts->length);
}

static void list_lengths(const struct found *found, const struct scores_request *request,
                         struct scores_facts *facts) {
    size_t room = request->length_count;
    for (size_t i = 0; i < found->group_count; i++) { room += own_lengths(&found->group[i], NULL); }
    facts->length = memory_create(room + 1, sizeof *facts->length);
    if (request->length_count > 0) {
        facts->length_count = request->length_count;
        memcpy(facts->length, request->length, request->length_count * sizeof *facts->length);
    } else {
        for (size_t i = 0; i < found->group_count; i++) {
            facts->length_count += own_lengths(&found->group[i], facts->length + facts->length_count);
        }
    }
    gsl_sort(facts->length, 1, facts->length_count);
    size_t kept = 0;
    for (size_t i = 0; i < facts->length_count; i++) {
        if (i == 0 || facts->length[i] != facts->length[kept - 1]) {
            facts->length[kept++] = facts->length[i];
        }
    }
    facts->length_count = kept;
    if (request->length_count == 0) { keep_apart(facts); }
}

/* ---- words ---- */

static enum element coarser(enum element a, enum element b) { return a > b ? a : b; }

/* The first group's that has one. */
static bool read_first(const struct group *g, const char *attribute, double *number) {
    return !isnan(*number) || group_number(g, attribute, number);
}

static bool read_words(const struct found *found, const struct scores_request *request,
                       struct scores_facts *facts) {
    enum element element = ELEMENT_FLOAT64;
    facts->trained = request->trained;
    facts->scale = facts->scale_applied = NAN;
    for (size_t i = 0; i < found->group_count; i++) {
        const struct group *g = &found->group[i];
        const struct source_array *a = g->array;
        element = coarser(element, g->scores ? a->element : coarser(a->element, g->keys->element));
        if (!g->scores) { facts->scale = g->scale; }
        if (!read_first(g, "trained_context", &facts->trained) ||
            !read_first(g, "score_scale_applied", &facts->scale_applied)) {
            return false;
        }
        if (!facts->model) { facts->model = source_text(g->source, a->path, "model"); }
        if (!facts->licence) { facts->licence = source_text(g->source, a->path, "licence"); }
        if (!facts->input) { facts->input = source_text(g->source, a->path, "input"); }
        facts->has_layers = facts->has_layers || g->layout.size[LAYOUT_LAYER] > 1;
    }
    facts->element = element_name(element);
    facts->rounding = element_rounding(element);
    return true;
}

/* ---- all of it ---- */

static bool are_readable(const struct found *found, const struct scores_facts *f) {
    if (f->length_count == 0) {
        const struct group *g = &found->group[0];
        const struct source_array *keys = g->scores ? g->scores : g->keys;
        char name[GROUP_NAME], shape[SOURCE_SHAPE];
        message_error(
            "%s: every query has one key (%s is %s): rows of two or more are needed; are its axes in "
            "the order that is named?",
            group_name(g, name), keys->path, source_array_shape(keys, shape));
        return false;
    }
    if (f->trained < 2 || isinf(f->trained)) {
        message_error("trained context length %.17g: trained_context, or --trained, is a number from 2 on",
                      f->trained);
        return false;
    }
    double longest = f->length[f->length_count - 1];
    if (!(f->length[0] >= 1 && longest <= SCORES_LONGEST)) {
        message_error("context length %.17g: from 1 to %d can be read",
                      f->length[0] >= 1 ? longest : f->length[0], SCORES_LONGEST);
        return false;
    }
    double places = (double)f->head_count * (double)f->sequence_count * (double)f->length_count;
    if (places <= SCORES_PLACES) { return true; }
    message_error("heads, sequences and context lengths, %zu, %zu and %zu, are more than %d places; give a "
                  "part of them",
                  f->head_count, f->sequence_count, f->length_count, SCORES_PLACES);
    return false;
}

bool facts_gather(const struct found *found, const struct scores_request *request,
                  struct scores_facts *facts) {
    facts->sequence_count = found->sequence_count;
    list_heads(found, facts);
    list_lengths(found, request, facts);
    return read_words(found, request, facts) && are_readable(found, facts);
}

void facts_release(struct scores_facts *facts) {
    free(facts->head);
    free(facts->length);
}
