#include "sim/scores/group.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"

const char *group_name(const struct group *g, char name[GROUP_NAME]) {
    snprintf(name, GROUP_NAME, "%.500s:%.500s", g->source->path, g->array->path);
    return name;
}

__attribute__((format(printf, 3, 4))) static bool
complain(const struct source *source, const struct source_array *array, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *why = memory_format_list(format, arguments);
    va_end(arguments);
    bool is_named = array->path[1] != '\0'; /* that of a .npy is not */
    message_error("%s%s%s: %s", source->path, is_named ? ": " : "", is_named ? array->path : "", why);
    free(why);
    return false;
}

/* ---- what belongs together ---- */

static const struct source_array *beside(const struct group *g, const char *name) {
    char path[2 * SOURCE_PATH];
    snprintf(path, sizeof path, "%s/%s", g->place, name);
    return source_find(g->source, path);
}

/* An array beside the scores, or none: not a group of its name, whose arrays say nothing. */
static bool is_no_group(const struct group *g, const char *name) {
    char path[2 * SOURCE_PATH];
    size_t length = (size_t)snprintf(path, sizeof path, "%s/%s/", g->place, name), i = 0;
    while (i < g->source->array_count && strncmp(g->source->array[i].path, path, length) != 0) { i++; }
    return i == g->source->array_count ||
           complain(g->source, &g->source->array[i],
                    "%.*s is a group, and must be an array; rename it or leave it out", (int)length - 1,
                    path);
}

static bool keys_have_own(const struct group *g, const char *attribute) {
    return g->keys && source_has_own(g->key_source, g->keys->path, attribute);
}

const char *group_teller(const struct group *g, const char *attribute) {
    bool own = source_has_own(g->source, g->array->path, attribute);
    return !own && keys_have_own(g, attribute) ? g->keys->path : g->array->path;
}

/* Attributes that say how scores are read, where they are there. */
static bool attributes_can_be_read(const struct group *g) {
    static const char *const name[] = {
        "axes",        "causal",         "dtype", "heads", "layers", "score_scale", "score_scale_applied",
        "sequence_id", "trained_context"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        if (source_is_other(g->source, group_teller(g, name[i]), name[i])) {
            return complain(g->source, g->array,
                            "its attribute %s is neither a text nor numbers, or cannot be read", name[i]);
        }
    }
    return true;
}

static bool numbers_can_be_read(const struct source *source, const struct source_array *a) {
    return !a || !a->trouble || complain(source, a, "%s", a->trouble);
}

static bool is_sound(const struct source *source, const struct source_array *a) {
    if (!numbers_can_be_read(source, a)) { return false; }
    return !element_is_integer(a->element) ||
           complain(source, a,
                    "its numbers are integers; scores, queries and keys are floats of 16, 32 or 64 bits, "
                    "bfloat16 being 16-bit integers with an attribute dtype = \"bfloat16\"");
}

/* NULL where nothing says. */
static bool read_axes(const struct group *g, const struct scores_request *request, const char **axes) {
    double number;
    *axes = request->axes ? request->axes : source_text(g->source, g->array->path, "axes");
    return *axes || source_numbers(g->source, g->array->path, "axes", 1, &number) == 0 ||
           complain(
               g->source, g->array,
               "its attribute axes is no text; it is the names of the axes, as in \"layer,head,%s\", or an "
               "array of them",
               g->scores ? "query,key" : "position,dim");
}

static bool read_layouts(struct group *g, const struct scores_request *request) {
    char why[SOURCE_WHY] = "";
    bool products = !g->scores;
    const char *axes;
    if (!read_axes(g, request, &axes)) { return false; }
    if (!layout_make(g->array, axes, products, &g->layout, why)) {
        return complain(g->source, g->array, "%s", why);
    }
    g->query_count = g->layout.rows;
    g->key_count = g->layout.columns;
    if (!products) { return true; }
    const char *own = keys_have_own(g, "axes") ? source_text(g->key_source, g->keys->path, "axes") : NULL;
    axes = own && !request->axes ? own : axes;
    if (!layout_make(g->keys, axes, true, &g->key_layout, why)) {
        return complain(g->key_source, g->keys, "%s", why);
    }
    g->key_count = g->key_layout.rows;
    return true;
}

/* Queries and keys: one vector length, the same sequences and layers, heads that are shared evenly. */
static bool products_fit(const struct group *g) {
    const struct layout *q = &g->layout, *k = &g->key_layout;
    const uint64_t *size = q->size, *shared = k->size;
    if (q->columns != k->columns) {
        return complain(g->key_source, g->keys,
                        "the length of its vectors is %" PRIu64 ", of those of the queries %" PRIu64,
                        k->columns, q->columns);
    }
    if (size[LAYOUT_SEQUENCE] != shared[LAYOUT_SEQUENCE] || size[LAYOUT_LAYER] != shared[LAYOUT_LAYER]) {
        return complain(g->key_source, g->keys,
                        "its sequences and layers are %" PRIu64 " and %" PRIu64
                        ", those of the queries %" PRIu64 " and %" PRIu64,
                        shared[LAYOUT_SEQUENCE], shared[LAYOUT_LAYER], size[LAYOUT_SEQUENCE],
                        size[LAYOUT_LAYER]);
    }
    return size[LAYOUT_HEAD] % shared[LAYOUT_HEAD] == 0 ||
           complain(g->key_source, g->keys,
                    "its heads, %" PRIu64 ", cannot be shared by those of the queries, %" PRIu64,
                    shared[LAYOUT_HEAD], size[LAYOUT_HEAD]);
}

/* Sizes that memory and time allow. */
static bool sizes_are_bounded(const struct group *g) {
    const uint64_t *size = g->layout.size;
    const struct {
        uint64_t size, most;
        const char *what;
    } bound[] = {{g->key_count, SCORES_LONGEST, "keys"},
                 {g->query_count, SCORES_LONGEST, "queries"},
                 {g->scores ? 1 : g->layout.columns, GROUP_DIM, "components in a vector"},
                 {size[LAYOUT_SEQUENCE], GROUP_PLACES, "sequences"},
                 {size[LAYOUT_LAYER], GROUP_PLACES, "layers"},
                 {size[LAYOUT_HEAD], GROUP_PLACES, "heads"},
                 {size[LAYOUT_LAYER] * size[LAYOUT_HEAD], GROUP_PLACES, "heads in all layers"}};
    for (size_t i = 0; i < sizeof bound / sizeof bound[0]; i++) {
        if (bound[i].size <= bound[i].most) { continue; }
        return complain(g->source, g->array,
                        "it has %" PRIu64 " %s; at most %" PRIu64 " can be read: give a part of them",
                        bound[i].size, bound[i].what, bound[i].most);
    }
    return true;
}

/* Of a mask with one row for all queries. */
static bool mask_is_shared(const struct source_array *mask) { return mask->size[mask->rank - 2] == 1; }

/* Leading axes of an array beside the scores: none, or as many as they have, each of their size or 1. */
static bool broadcasts(const struct group *g, const struct source_array *a, unsigned own) {
    if (a->rank == own) { return true; }
    if (a->rank != own + g->layout.leading) { return false; }
    for (unsigned i = 0; i < g->layout.leading; i++) {
        if (a->size[i] != 1 && a->size[i] != g->layout.size[g->layout.axis[i]]) { return false; }
    }
    return true;
}

/* Whether the last axes of an array are the queries, or with two of its own queries and keys; or 1 for all
 * queries, of which each has its own position. */
static bool fits(const struct group *g, const struct source_array *a, unsigned own) {
    if (a->rank < own || !broadcasts(g, a, own)) { return false; }
    const uint64_t queries = a->size[a->rank - own];
    return (queries == g->query_count || (queries == 1 && a != g->query_position)) &&
           (own == 1 || a->size[a->rank - 1] == g->key_count);
}

/* Of an array that does not fit: what it is, and what it should be. */
static bool refuse_shape(const struct group *g, const struct source_array *a, const char *wanted) {
    char shape[SOURCE_SHAPE];
    return complain(
        g->source, a,
        "it is %s, and must be %s, behind no other axes or as many as the array beside it has, each "
        "of its size or 1 (sequences: %" PRIu64 ", layers: %" PRIu64 ", heads: %" PRIu64 ", queries: %" PRIu64
        ", keys: %" PRIu64 ")",
        source_array_shape(a, shape), wanted, g->layout.size[LAYOUT_SEQUENCE], g->layout.size[LAYOUT_LAYER],
        g->layout.size[LAYOUT_HEAD], g->query_count, g->key_count);
}

static bool fits_queries(const struct group *g, const struct source_array *a) {
    if (!numbers_can_be_read(g->source, a)) { return false; }
    return !a || fits(g, a, 1) ||
           refuse_shape(g, a,
                        a == g->row_length ? "a number for each query (or 1)" : "a number for each query");
}

static bool fits_mask(const struct group *g) {
    if (!numbers_can_be_read(g->source, g->mask)) { return false; }
    return !g->mask || fits(g, g->mask, 2) ||
           refuse_shape(g, g->mask, "a number for each query (or 1) and key");
}

static bool is_new(size_t count, const size_t *number, size_t found) {
    size_t i = 0;
    while (i < count && number[i] != found) { i++; }
    return i == count;
}

/* Numbers of an attribute at `place`, one for each of `count`; 0, 1, .. where it is not there. */
static bool read_names(const struct group *g, const char *place, const char *attribute, uint64_t count,
                       size_t **number) {
    double *value = memory_create(count + 1, sizeof *value);
    size_t found = source_numbers(g->source, place, attribute, count + 1, value);
    bool good = found == count || (found == 0 && !source_text(g->source, place, attribute));
    *number = memory_create(count, sizeof **number);
    for (size_t i = 0; i < count && good; i++) {
        good = found == 0 || (value[i] >= 0 && value[i] < 1e9 && value[i] == floor(value[i]));
        if (found == 0) {
            (*number)[i] = i;
        } else if (good) {
            (*number)[i] = (size_t)value[i];
            good = is_new(i, *number, (*number)[i]);
        }
    }
    free(value);
    return good || complain(g->source, g->array,
                            "its attribute %s must have a whole number from 0 on for each of them, no two "
                            "the same (there are %" PRIu64 "; at most 512)",
                            attribute, count);
}

/* At most one number, and not NaN. */
static bool is_single(const struct group *g, const char *attribute) {
    double number[2];
    if (source_text(g->source, group_teller(g, attribute), attribute)) { return true; }
    size_t count = source_numbers(g->source, group_teller(g, attribute), attribute, 2, number);
    if (count > 1) {
        return complain(g->source, g->array, "its attribute %s has several numbers, and must be one",
                        attribute);
    }
    return count == 0 || !isnan(number[0]) ||
           complain(g->source, g->array,
                    "its attribute %s is NaN, and must be a number; leave it out where it is not known",
                    attribute);
}

bool group_number(const struct group *g, const char *attribute, double *number) {
    const char *place = group_teller(g, attribute);
    *number = source_number(g->source, place, attribute);
    const char *text = isnan(*number) ? source_text(g->source, place, attribute) : NULL;
    if (!text) { return is_single(g, attribute); }
    return complain(g->source, g->array, "its attribute %s is no number: \"%.40s\"", attribute, text);
}

static bool read_scale(struct group *g, double asked) {
    if (g->scores) {
        return isnan(asked) ||
               complain(g->source, g->scores,
                        "--scale multiplies products of queries and keys, and scores are taken "
                        "as they are; leave it out, or name --queries and --keys");
    }
    double stored;
    if (!group_number(g, "score_scale", &stored)) { return false; }
    g->scale = !isnan(asked) ? asked : !isnan(stored) ? stored : 1 / sqrt((double)g->layout.columns);
    if (isfinite(g->scale) && g->scale != 0) { return true; }
    return complain(g->source, g->queries,
                    "its attribute score_scale is no number that scores can be multiplied with");
}

/* Attribute causal: 1 or 0, or as text true or false. */
static bool read_causal(const struct scores_request *request, struct group *g) {
    const char *place = group_teller(g, "causal");
    double stored = source_number(g->source, place, "causal");
    const char *text = isnan(stored) ? source_text(g->source, place, "causal") : NULL;
    if (text && strcasecmp(text, "true") == 0) { stored = 1; }
    if (text && strcasecmp(text, "false") == 0) { stored = 0; }
    g->causal = request->sight == SCORES_CAUSAL || (request->sight == SCORES_AS_STORED && stored == 1);
    return is_single(g, "causal") &&
           (stored == 0 || stored == 1 || (isnan(stored) && !text) ||
            complain(g->source, g->array, "its attribute causal is neither 1 nor 0"));
}

bool group_open(const struct scores_request *request, struct group *g) {
    g->array = g->scores ? g->scores : g->queries;
    g->scale = NAN;
    g->row_length = beside(g, "row_length");
    g->query_position = beside(g, "query_position");
    g->mask = beside(g, "mask");
    return attributes_can_be_read(g) && is_no_group(g, "row_length") && is_no_group(g, "query_position") &&
           is_no_group(g, "mask") && is_sound(g->source, g->array) &&
           (g->scores || is_sound(g->key_source, g->keys)) && read_causal(request, g) &&
           read_layouts(g, request) && (g->scores || products_fit(g)) && sizes_are_bounded(g) &&
           read_scale(g, request->scale) && fits_queries(g, g->row_length) &&
           fits_queries(g, g->query_position) && fits_mask(g) &&
           read_names(g, group_teller(g, "layers"), "layers", g->layout.size[LAYOUT_LAYER], &g->layer) &&
           read_names(g, g->array->path, "heads", g->layout.size[LAYOUT_HEAD], &g->head);
}

void group_release(struct group *g) {
    free(g->layer);
    free(g->head);
    free(g->sequence);
    free(g->told);
}

bool group_is_whole(const struct group *g) { return g->causal && g->query_count == g->key_count; }

/* ---- queries ---- */

uint64_t group_position(const struct group *g, const double *position, uint64_t q) {
    if (position) { return (uint64_t)position[q]; }
    if (g->query_count == g->key_count || (g->causal && g->query_count > g->key_count)) { return q; }
    /* The last queries of a context, where they are fewer than the keys; else they may be any, or of another
     * context. */
    return g->causal ? g->key_count - g->query_count + q : SCORES_NOWHERE;
}

uint64_t group_sight(const struct group *g, const double *row_length, const double *position, uint64_t q) {
    uint64_t sight = g->key_count;
    if (row_length && row_length[q] < (double)sight) { sight = (uint64_t)row_length[q]; }
    if (g->causal) {
        uint64_t before = group_position(g, position, q) + 1;
        sight = before < sight ? before : sight;
    }
    return sight;
}

/* Leading indices of an array that may lack the leading axes, or have 1 in their place. */
static void broadcast_lead(const struct group *g, const struct source_array *a, unsigned own,
                           const uint64_t place[LAYOUT_LEADING], uint64_t lead[SOURCE_RANK]) {
    if (a->rank == own) { return; }
    layout_lead(&g->layout, place, lead);
    for (unsigned i = 0; i < g->layout.leading; i++) { lead[i] = a->size[i] == 1 ? 0 : lead[i]; }
}

/* A whole number from 0 on for every query; row_length counts keys that are there. */
static bool are_whole(const struct group *g, const struct source_array *a, const double *number) {
    for (uint64_t q = 0; q < g->query_count; q++) {
        double most = a == g->row_length ? (double)g->key_count : 0x1p53;
        if (number[q] >= 0 && number[q] <= most && number[q] == floor(number[q])) { continue; }
        return complain(g->source, a,
                        "query %" PRIu64 " has %.17g; this must be a whole number from 0 on, at most %.0f", q,
                        number[q], most);
    }
    return true;
}

double *group_of_queries(const struct group *g, const struct source_array *a,
                         const uint64_t place[LAYOUT_LEADING], bool *good) {
    uint64_t lead[SOURCE_RANK] = {0};
    if (!a) { return NULL; }
    double *number = memory_create(g->query_count, sizeof *number);
    broadcast_lead(g, a, 1, place, lead);
    const uint64_t own = a->size[a->rank - 1];
    /* With leading axes the last of them is a matrix's row. */
    bool read = a->rank == 1 ? source_read(g->source, a, NULL, 0, own, number)
                             : source_read(g->source, a, lead, lead[a->rank - 2], 1, number);
    for (uint64_t q = own; read && q < g->query_count; q++) { number[q] = number[0]; }
    *good = *good && read && (!read || are_whole(g, a, number));
    return number;
}

/* A mask that is added to the scores, 0 where the key is seen, says the opposite. */
static bool says_what_is_seen(const struct group *g, uint64_t first, uint64_t count, const double *mask) {
    for (uint64_t i = 0; i < count * g->key_count; i++) {
        if (mask[i] >= 0) { continue; }
        return complain(g->source, g->mask,
                        "query %" PRIu64 ", key %" PRIu64 " has %.6g: 0 hides a key here, and anything above "
                        "shows it; of a mask that is added to the scores store mask == 0",
                        first + i / g->key_count, i % g->key_count, mask[i]);
    }
    return true;
}

bool group_mask(const struct group *g, const uint64_t place[LAYOUT_LEADING], uint64_t first, uint64_t count,
                double *mask) {
    uint64_t lead[SOURCE_RANK] = {0};
    bool shared = mask_is_shared(g->mask);
    broadcast_lead(g, g->mask, 2, place, lead);
    if (!source_read(g->source, g->mask, lead, shared ? 0 : first, shared ? 1 : count, mask)) {
        return false;
    }
    for (uint64_t q = 1; q < count && shared; q++) {
        memcpy(mask + q * g->key_count, mask, g->key_count * sizeof *mask);
    }
    return says_what_is_seen(g, first, count, mask);
}
