#include "sim/scores/find.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/scores/sequences.h"

/* ---- files ---- */

static bool is_npy(const char *path) {
    size_t length = strlen(path);
    return length >= 4 && strcmp(path + length - 4, ".npy") == 0;
}

/* The source of a path, opened once however often it is named. NULL after a message. */
static struct source *open_source(struct found *f, const char *path, size_t length, bool links) {
    for (size_t i = 0; i < f->source_count; i++) {
        const char *known = f->source[i]->path;
        if (strlen(known) == length && strncmp(known, path, length) == 0) { return f->source[i]; }
    }
    struct source *source = source_open(memory_copy_part(path, length), links);
    if (!source) { return NULL; }
    f->source = memory_extend(f->source, f->source_count, sizeof(struct source *));
    return f->source[f->source_count++] = source;
}

size_t find_file_length(const char *word) {
    const char *colon = strrchr(word, ':');
    return colon && colon > word && access(word, F_OK) != 0 ? (size_t)(colon - word) : strlen(word);
}

/* ---- names ---- */

static const struct source_array *array_in(const struct source *s, const char *place, const char *name) {
    char path[2 * SOURCE_PATH];
    snprintf(path, sizeof path, "%s/%s", place, name);
    return source_find(s, path);
}

/* Whether there is room for a name, and what is wrong with it, behind those that are listed; ".." if not. */
static bool list_name(char out[SOURCE_WHY], const char *name, const char *why) {
    size_t length = strlen(out);
    if (length + strlen(name) + (why ? strlen(why) : 0) + 8 > SOURCE_WHY - 80) {
        snprintf(out + length, SOURCE_WHY - length, ", ..");
        return false;
    }
    snprintf(out + length, SOURCE_WHY - length, "%s%s%s%s%s", length > 0 ? ", " : "", name, why ? " (" : "",
             why ? why : "", why ? ")" : "");
    return true;
}

/* The arrays that there are; those of the whole file where a place has none. */
static void list_arrays(const struct source *s, const char *place, char out[SOURCE_WHY]) {
    size_t in_place = strlen(place);
    out[0] = '\0';
    for (size_t i = 0; i < s->array_count; i++) {
        const struct source_array *a = &s->array[i];
        if (strncmp(a->path, place, in_place) == 0 && !list_name(out, a->path, a->trouble)) { return; }
    }
    if (*out) { return; }
    if (in_place > 0) {
        list_arrays(s, "", out); /* nothing is there: what there is elsewhere */
    } else {
        snprintf(out, SOURCE_WHY, "no arrays at all (groups within 16 others are not looked into)");
    }
}

/* A group that is told where it is. */
static bool add_group(struct found *f, const struct group *group, const struct scores_request *request) {
    f->group = memory_extend(f->group, f->group_count, sizeof *f->group);
    f->group[f->group_count] = *group;
    return group_open(request, &f->group[f->group_count++]);
}

/* Scores before queries and keys, where a place has both and neither is asked for. */
static bool arrays_at(struct source *s, const char *place, const struct scores_request *r, struct group *g) {
    bool asks_products = r->queries || r->keys;
    *g = (struct group){.source = s, .key_source = s};
    snprintf(g->place, sizeof g->place, "%s", place);
    if (!asks_products) { g->scores = array_in(s, place, r->scores ? r->scores : "scores"); }
    if (g->scores) { return true; }
    if (r->scores) { return false; }
    g->queries = array_in(s, place, r->queries ? r->queries : "queries");
    g->keys = array_in(s, place, r->keys ? r->keys : "keys");
    return g->queries && g->keys;
}

/* The place of the i-th array, if no array before it has the same. */
static bool new_place(const struct source *s, size_t i, char place[SOURCE_PATH]) {
    snprintf(place, SOURCE_PATH, "%s", s->array[i].path);
    *strrchr(place, '/') = '\0';
    size_t length = strlen(place);
    for (size_t k = 0; k < i; k++) {
        const char *path = s->array[k].path;
        if (strncmp(path, place, length) == 0 && strrchr(path, '/') == path + length) { return false; }
    }
    return true;
}

/* The groups that have what is asked for. */
static void list_groups(struct source *s, const struct scores_request *r, char out[SOURCE_WHY]) {
    char place[SOURCE_PATH];
    struct group group;
    out[0] = '\0';
    for (size_t i = 0; i < s->array_count; i++) {
        if (new_place(s, i, place) && arrays_at(s, place, r, &group) &&
            !list_name(out, *place ? place : "/", NULL)) {
            return;
        }
    }
}

static bool is_group(const struct source *s, const char *place) {
    const size_t length = strlen(place);
    for (size_t i = 0; i < s->array_count; i++) {
        const char *path = s->array[i].path;
        if (strncmp(path, place, length) == 0 && path[length] == '/') { return true; }
    }
    return false;
}

static bool nothing_found(struct source *s, const char *place, const struct scores_request *r) {
    char names[SOURCE_WHY];
    const char *kind = source_text(s, "", "kind");
    if (kind && strcmp(kind, "gapscale-results") == 0) {
        message_error(
            "%s: it holds results and no scores; `gapscale show` tells of what, `gapscale fit` judges "
            "those of a sweep",
            s->path);
        return false;
    }
    if (source_find(s, place)) {
        message_error("%s: %s is an array, and FILE:GROUP names a group; --scores NAME names an array in it",
                      s->path, place);
        return false;
    }
    list_groups(s, r, names);
    if (!is_group(s, place) && *names) {
        message_error("%s: there is no group %s; there are: %s", s->path, place, names);
        return false;
    }
    list_arrays(s, place, names);
    const char *scores = r->scores ? r->scores : "scores", *queries = r->queries ? r->queries : "queries",
               *keys = r->keys ? r->keys : "keys";
    bool only_scores = r->scores != NULL, only_products = r->queries || r->keys;
    message_error("%s: no %s%s%s%s%s in %s; there are: %s%s", s->path, only_products ? "" : scores,
                  only_scores || only_products ? "" : ", nor ", only_scores ? "" : queries,
                  only_scores ? "" : " with ", only_scores ? "" : keys, *place ? place : "any group", names,
                  "; name them with --scores, or --queries and --keys");
    return false;
}

/* Nothing but its axes says that an array without a name, which is taken for scores, is queries or keys. */
static void warn_of_vectors(const struct group *g) {
    if (g->key_count >= g->query_count) { return; }
    message_say("%s: taken for scores of %" PRIu64 " queries with %" PRIu64
                " keys; if these are queries or keys, give --queries A.npy --keys B.npy",
                g->source->path, g->query_count, g->key_count);
}

/* One array without a name: .npy. */
static bool add_nameless(struct found *f, struct source *s, const struct scores_request *r) {
    if (!add_group(f, &(struct group){.source = s, .key_source = s, .scores = s->array}, r)) { return false; }
    if (!r->scores) { warn_of_vectors(&f->group[f->group_count - 1]); }
    return true;
}

static bool add_word(struct found *f, const char *word, const struct scores_request *r) {
    struct group group;
    size_t length = find_file_length(word);
    const char *asked = word[length] ? word + length + 1 : NULL;
    struct source *s = open_source(f, word, length, r->links);
    if (!s) { return false; }
    if (s->array_count == 1 && strcmp(s->array[0].path, "/") == 0) { return add_nameless(f, s, r); }
    size_t before = f->group_count;
    bool good = true;
    if (asked) {
        char place[SOURCE_PATH];
        snprintf(place, sizeof place, "%s%s", *asked == '/' || !*asked ? "" : "/", asked);
        while (*place && place[strlen(place) - 1] == '/') { place[strlen(place) - 1] = '\0'; }
        if (!arrays_at(s, place, r, &group)) { return nothing_found(s, place, r); }
        return add_group(f, &group, r);
    }
    for (size_t i = 0; i < s->array_count; i++) {
        char place[SOURCE_PATH];
        if (new_place(s, i, place) && arrays_at(s, place, r, &group)) {
            good = add_group(f, &group, r) && good;
        }
    }
    return f->group_count > before ? good : nothing_found(s, "", r);
}

/* --scores A.npy, or --queries A.npy --keys B.npy. */
static bool add_npy(struct found *f, const struct scores_request *r) {
    if (r->scores && is_npy(r->scores)) {
        struct source *s = open_source(f, r->scores, strlen(r->scores), r->links);
        return s && add_nameless(f, s, r);
    }
    if (!r->queries || !r->keys || !is_npy(r->queries) || !is_npy(r->keys)) {
        message_error("nothing to read: give FILE, or --scores A.npy, or --queries A.npy --keys B.npy");
        return false;
    }
    struct source *s = open_source(f, r->queries, strlen(r->queries), r->links);
    struct source *k = s ? open_source(f, r->keys, strlen(r->keys), r->links) : NULL;
    struct group group = {.source = s, .key_source = k};
    if (!k) { return false; }
    group.queries = s->array;
    group.keys = k->array;
    return add_group(f, &group, r);
}

bool find_groups(const struct scores_request *r, struct found *f) {
    bool good = true;
    *f = (struct found){0};
    for (size_t i = 0; i < r->file_count; i++) { good = add_word(f, r->file[i], r) && good; }
    if (r->file_count == 0) { good = add_npy(f, r); }
    return good && sequences_number(f);
}

void find_release(struct found *f) {
    for (size_t i = 0; i < f->group_count; i++) { group_release(&f->group[i]); }
    for (size_t i = 0; i < f->source_count; i++) { source_close(f->source[i]); }
    free(f->source);
    free(f->group);
}
