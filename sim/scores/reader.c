#include "sim/scores/reader.h"

#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/rows/isa.h"

enum {
    BATCH = 4096,          /* rows at a time, at most */
    STORED_ROOM = 1 << 18, /* scores at a time, where they need not be formed, or some rows a thread */
    KEY_ROOM = 1 << 23,    /* numbers of key vectors kept at a time */
    PANEL = 32, /* keys side by side: for vectors of usual length, as many as the nearest cache holds */
    QUERIES_AT_ONCE = 256, /* whose products are formed together */
};

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

static const struct group *here(const struct reader *r) { return &r->found->group[r->group]; }

void reader_open(struct reader *r, const struct found *found, const struct scores_facts *facts) {
    *r = (struct reader){.found = found, .facts = facts, .key_group = SIZE_MAX};
}

static void close_place(struct reader *r) {
    free(r->row_length);
    free(r->position);
    r->row_length = r->position = NULL;
    r->opened = false;
}

static void free_batch(struct reader *r) {
    free(r->score);
    free(r->key);
    free(r->mask);
    free(r->seen);
    free(r->row);
    r->mask = NULL;
}

/* Room for a batch; what is never touched, such as the keys of rows without a mask, costs nothing. */
static void reserve_batch(struct reader *r, size_t rows, size_t keys) {
    size_t numbers = rows * keys;
    if (numbers <= r->score_room && rows <= r->row_room && (r->mask || !here(r)->mask)) { return; }
    free_batch(r);
    r->score_room = numbers > r->score_room ? numbers : r->score_room;
    r->row_room = rows > r->row_room ? rows : r->row_room;
    r->score = memory_resize(NULL, r->score_room, sizeof *r->score);
    r->key = memory_resize(NULL, r->score_room, sizeof *r->key);
    if (here(r)->mask) { r->mask = memory_resize(NULL, r->score_room, sizeof *r->mask); }
    r->seen = memory_resize(NULL, r->row_room, sizeof *r->seen);
    r->row = memory_resize(NULL, r->row_room * r->facts->length_count, sizeof *r->row);
}

void reader_release(struct reader *r) {
    close_place(r);
    free_batch(r);
    free(r->query_vector);
    free(r->key_vector);
    free(r->key_rows);
}

void reader_rewind(struct reader *r) {
    close_place(r);
    r->group = 0;
    r->place = r->query = 0;
    r->short_rows = r->unused_rows = 0;
}

/* ---- which queries ---- */

/* Whether a row of `count` keys counts for length n. */
static bool counts_for(double n, double count) { return count > 0.9 * n && count <= n; }

/* Whether a query that sees `most` keys at most may count for some length. */
static bool may_count(const struct reader *r, uint64_t most) {
    bool masked = here(r)->mask || here(r)->scores; /* scores may hold -inf */
    for (size_t l = 0; l < r->facts->length_count; l++) {
        double n = r->facts->length[l];
        if (masked ? (double)most > 0.9 * n : counts_for(n, (double)most)) { return true; }
    }
    return false;
}

static bool open_place(struct reader *r, uint64_t place[LAYOUT_LEADING]) {
    const struct group *g = here(r);
    bool good = true;
    layout_place(&g->layout, r->place, place);
    if (r->opened) { return true; }
    r->row_length = group_of_queries(g, g->row_length, place, &good);
    r->position = group_of_queries(g, g->query_position, place, &good);
    r->opened = true;
    return good;
}

/* The next run of wanted queries of this place, first .. last - 1, at most so many; empty at the end. */
static void next_run(const struct reader *r, uint64_t most, uint64_t *first, uint64_t *last) {
    const struct group *g = here(r);
    uint64_t q = r->query;
    while (q < g->query_count && !may_count(r, group_sight(g, r->row_length, r->position, q))) { q++; }
    *first = q;
    while (q < g->query_count && q - *first < most &&
           may_count(r, group_sight(g, r->row_length, r->position, q))) {
        q++;
    }
    *last = q;
}

/* ---- products ---- */

/* Component c of key j stands at panel(j)[c PANEL + j % PANEL]. */
static double *panel_of(const struct reader *r, uint64_t j, uint64_t dim) {
    return r->key_vector + j / PANEL * PANEL * dim;
}

static void fill_panels(struct reader *r, uint64_t count, uint64_t dim) {
    for (uint64_t j = 0; j < count; j++) {
        double *panel = panel_of(r, j, dim) + j % PANEL;
        for (uint64_t c = 0; c < dim; c++) { panel[c * PANEL] = r->key_rows[j * dim + c]; }
    }
}

/* Key vectors first .. first + count - 1 of a place. */
static bool load_keys(struct reader *r, const uint64_t place[LAYOUT_LEADING], uint64_t first,
                      uint64_t count) {
    const struct group *g = here(r);
    const struct layout *k = &g->key_layout;
    uint64_t at[LAYOUT_LEADING], lead[LAYOUT_LEADING],
        shared = g->layout.size[LAYOUT_HEAD] / k->size[LAYOUT_HEAD];
    memcpy(at, place, sizeof at);
    at[LAYOUT_HEAD] /= shared;
    uint64_t number = (at[0] * k->size[1] + at[1]) * k->size[2] + at[2];
    if (r->key_group == r->group && r->key_place == number && r->key_first == first &&
        r->key_count == count) {
        return true;
    }
    r->key_group = SIZE_MAX;
    r->key_rows = memory_resize(r->key_rows, count * k->columns, sizeof *r->key_rows);
    r->key_vector =
        memory_resize(r->key_vector, (count / PANEL + 1) * PANEL * k->columns, sizeof *r->key_vector);
    layout_lead(k, at, lead);
    if (!source_read(g->key_source, g->keys, lead, first, count, r->key_rows)) { return false; }
    fill_panels(r, count, k->columns);
    r->key_group = r->group;
    r->key_place = number;
    r->key_first = first;
    r->key_count = count;
    return true;
}

/* Scores of queries first .. first + rows - 1 with the first `keys` keys. */
static bool form_products(struct reader *r, const uint64_t place[LAYOUT_LEADING],
                          const uint64_t lead[LAYOUT_LEADING], uint64_t first, uint64_t rows, uint64_t keys,
                          int threads) {
    const struct group *g = here(r);
    uint64_t dim = g->layout.columns, at_once = KEY_ROOM / dim;
    const struct kernel *kernel = isa_best()->kernel;
    r->query_vector = memory_resize(r->query_vector, rows * dim, sizeof *r->query_vector);
    if (!source_read(g->source, g->queries, lead, first, rows, r->query_vector)) { return false; }
    at_once = least(g->key_count, at_once > 0 ? at_once : 1);
    for (uint64_t j = 0; j < keys; j += at_once) {
        uint64_t loaded = least(g->key_count - j, at_once);
        if (!load_keys(r, place, j, loaded)) { return false; }
        uint64_t used = least(keys - j, loaded);
#pragma omp parallel for schedule(static) num_threads(threads)
        for (uint64_t i = 0; i < used; i += PANEL) {
            kernel->products(rows, least(PANEL, used - i), dim, r->query_vector, panel_of(r, i, dim), PANEL,
                             g->scale, r->score + j + i, g->key_count);
        }
    }
    return true;
}

/* ---- rows ---- */

static bool bad_score(const struct group *g, const uint64_t place[LAYOUT_LEADING], uint64_t query,
                      uint64_t key, double score) {
    char name[GROUP_NAME];
    const char *what = isnan(score) ? "NaN" : score > 0 ? "+inf" : "-inf";
    message_error("%s: sequence %" PRIu64 ", layer %zu, head %zu, query %" PRIu64 ", key %" PRIu64
                  " is %s; a masked score is -inf, or hidden by mask, row_length or causal",
                  group_name(g, name), place[LAYOUT_SEQUENCE], g->layer[place[LAYOUT_LAYER]],
                  g->head[place[LAYOUT_HEAD]], query, key, what);
    return false;
}

/* What the query sees of its scores, moved to the front, with the keys' positions: how many, or -1 - j where
 * the j-th is bad. */
static int64_t take_some(double *score, uint32_t *key, const double *mask, uint64_t sight, bool formed) {
    int64_t seen = 0;
    for (uint64_t j = 0; j < sight; j++) {
        if ((score[j] == -INFINITY && !formed) || (mask && mask[j] == 0)) { continue; }
        if (!isfinite(score[j])) { return -1 - (int64_t)j; }
        score[seen] = score[j];
        key[seen++] = (uint32_t)j;
    }
    return seen;
}

/* The same; most rows are seen whole. `formed`: from queries and keys, where -inf hides nothing. */
static int64_t take_seen(double *score, uint32_t *key, const double *mask, uint64_t sight, bool formed) {
    if (!mask && isa_best()->kernel->all_finite(sight, score)) { return (int64_t)sight; }
    return take_some(score, key, mask, sight, formed);
}

static size_t head_index(const struct reader *r, const uint64_t place[LAYOUT_LEADING]) {
    const struct group *g = here(r);
    size_t layer = g->layer[place[LAYOUT_LAYER]], head = g->head[place[LAYOUT_HEAD]], i = 0;
    while (r->facts->head[i].layer != layer || r->facts->head[i].head != head) { i++; }
    return i;
}

/* Rows of the queries first .. first + rows - 1, whose scores are there. */
static bool make_rows(struct reader *r, const uint64_t place[LAYOUT_LEADING], uint64_t first, uint64_t rows,
                      int threads, struct scores_batch *batch) {
    const struct group *g = here(r);
    size_t head = head_index(r, place), sequence = g->sequence[place[LAYOUT_SEQUENCE]];
    batch->row = r->row;
    batch->count = 0;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (uint64_t i = 0; i < rows; i++) {
        uint64_t at = i * g->key_count, sight = group_sight(g, r->row_length, r->position, first + i);
        r->seen[i] = take_seen(r->score + at, r->key + at, g->mask ? r->mask + at : NULL, sight, !g->scores);
    }
    for (uint64_t i = 0; i < rows; i++) {
        uint64_t q = first + i, at = i * g->key_count;
        int64_t seen = r->seen[i], bad = -1 - seen;
        if (seen < 0) { return bad_score(g, place, q, (uint64_t)bad, r->score[at + (uint64_t)bad]); }
        if (seen < 2) {
            r->short_rows++;
            continue;
        }
        bool hidden = (uint64_t)seen < group_sight(g, r->row_length, r->position, q);
        struct scores_row row = {.head = head,
                                 .sequence = sequence,
                                 .position = group_position(g, r->position, q),
                                 .count = (size_t)seen,
                                 .score = r->score + at,
                                 .key = hidden ? r->key + at : NULL};
        size_t before = batch->count;
        for (row.length = 0; row.length < r->facts->length_count; row.length++) {
            if (counts_for(r->facts->length[row.length], (double)seen)) { r->row[batch->count++] = row; }
        }
        r->unused_rows += hidden && !g->causal && !g->mask && batch->count == before;
    }
    return true;
}

static bool fill(struct reader *r, const uint64_t place[LAYOUT_LEADING], uint64_t first, uint64_t rows,
                 int threads) {
    const struct group *g = here(r);
    uint64_t keys = 0, lead[LAYOUT_LEADING];
    reserve_batch(r, rows, g->key_count);
    layout_lead(&g->layout, place, lead);
    if (g->mask && !group_mask(g, place, first, rows, r->mask)) { return false; }
    if (g->scores) { return source_read(g->source, g->scores, lead, first, rows, r->score); }
    for (uint64_t i = 0; i < rows; i++) {
        uint64_t sight = group_sight(g, r->row_length, r->position, first + i);
        keys = keys > sight ? keys : sight;
    }
    return form_products(r, place, lead, first, rows, keys, threads);
}

static uint64_t rows_at_once(const struct group *g, int threads) {
    uint64_t rows = SCORES_ROOM / g->key_count, few = 4 * (uint64_t)threads,
             cached = STORED_ROOM / g->key_count, most = cached > few ? cached : few;
    if (!g->scores) { most = least(KEY_ROOM / g->layout.columns, QUERIES_AT_ONCE); }
    rows = least(rows, least(most, BATCH));
    return rows > 0 ? rows : 1;
}

static void next_place(struct reader *r) {
    close_place(r);
    r->query = 0;
    if (++r->place == layout_places(&here(r)->layout)) {
        r->place = 0;
        r->group++;
    }
}

static bool is_told(const struct reader *r) {
    uint64_t place[LAYOUT_LEADING];
    layout_place(&here(r)->layout, r->place, place);
    return here(r)->told[place[LAYOUT_SEQUENCE]];
}

enum scores_outcome reader_next(struct reader *r, int threads, struct scores_batch *batch) {
    batch->count = 0;
    while (r->group < r->found->group_count) {
        uint64_t place[LAYOUT_LEADING], first, last;
        if (is_told(r)) {
            next_place(r);
            continue;
        }
        if (!open_place(r, place)) { return SCORES_BAD; }
        next_run(r, rows_at_once(here(r), threads), &first, &last);
        r->query = last;
        if (first == last) {
            next_place(r);
            continue;
        }
        if (!fill(r, place, first, last - first, threads) ||
            !make_rows(r, place, first, last - first, threads, batch)) {
            return SCORES_BAD;
        }
        if (batch->count > 0) { return SCORES_MORE; }
    }
    return SCORES_END;
}
