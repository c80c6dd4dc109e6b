/* Every file is opened once; a group is a place in it. Reading goes place by place (a sequence, layer and
 * head), query by query; of the queries only those are read, or their products formed, that can count for a
 * length. */
#include "sim/scores/scores.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/rows/isa.h"
#include "sim/scores/facts.h"
#include "sim/scores/sight.h"

enum {
    BATCH = 4096,          /* rows at a time, at most */
    STORED_ROOM = 1 << 16, /* scores at a time, where they need not be formed, or some rows a thread */
    KEY_ROOM = 1 << 23,    /* numbers of key vectors kept at a time */
    PANEL = 32, /* keys side by side: for vectors of usual length, as many as the nearest cache holds */
    QUERIES_AT_ONCE = 256, /* whose products are formed together */
};

struct scores {
    struct found found;
    struct scores_facts facts;
    struct scores_notes notes;

    /* where it stands: a group, a place in it, a query */
    size_t group;
    uint64_t place, query;
    bool opened;
    double told; /* part of all that was told of */
    struct {
        uint64_t query;
        int64_t seen;
    } before;                      /* what the last query that was read sees */
    double *row_length, *position; /* of the place's queries */

    /* the batch */
    size_t score_room, row_room; /* numbers, rows */
    double *score;               /* [rows][keys]; of stored floats only those with hidden keys */
    float *single;               /* as stored, where that is as floats or less wide */
    uint32_t *key;               /* the same, where keys are masked */
    double *mask;
    struct sight *sight; /* [rows] */
    struct scores_row *row;

    /* queries, and keys in panels, each by component: those of the last place whose keys fit */
    double *query_vector, *key_vector, *key_rows;
    size_t key_group;
    uint64_t key_place, key_first, key_count;
};

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }
static size_t most(size_t a, size_t b) { return a > b ? a : b; }

static const struct group *here(const struct scores *s) { return &s->found.group[s->group]; }

static void close_place(struct scores *s) {
    free(s->row_length);
    free(s->position);
    s->row_length = s->position = NULL;
    s->before.seen = -1;
    s->opened = false;
}

static void free_batch(struct scores *s) {
    free(s->score);
    free(s->single);
    free(s->key);
    free(s->mask);
    free(s->sight);
    free(s->row);
    s->mask = NULL;
    s->single = NULL;
}

/* Whether scores are read as floats. */
static bool is_single(const struct group *g) { return g->scores && element_is_single(g->scores->element); }

/* Room for a batch; what is never touched, such as the keys of rows without a mask, costs nothing. */
static void reserve_batch(struct scores *s, size_t rows, size_t keys) {
    size_t numbers = rows * keys;
    if (numbers <= s->score_room && rows <= s->row_room && (s->mask || !here(s)->mask) &&
        (s->single || !is_single(here(s)))) {
        return;
    }
    free_batch(s);
    s->score_room = most(numbers, s->score_room);
    s->row_room = most(rows, s->row_room);
    s->score = memory_create_aligned(s->score_room, sizeof *s->score);
    if (is_single(here(s))) { s->single = memory_create_aligned(s->score_room, sizeof *s->single); }
    s->key = memory_resize(NULL, s->score_room, sizeof *s->key);
    if (here(s)->mask) { s->mask = memory_resize(NULL, s->score_room, sizeof *s->mask); }
    s->sight = memory_resize(NULL, s->row_room, sizeof *s->sight);
    s->row = memory_resize(NULL, s->row_room * s->facts.length_count, sizeof *s->row);
}

struct scores *scores_open(const struct scores_request *request) {
    struct scores *s = memory_create(1, sizeof *s);
    s->key_group = SIZE_MAX;
    if (find_groups(request, &s->found) && facts_gather(&s->found, request, &s->facts)) { return s; }
    scores_close(s);
    return NULL;
}

void scores_close(struct scores *s) {
    if (!s) { return; }
    close_place(s);
    free_batch(s);
    free(s->query_vector);
    free(s->key_vector);
    free(s->key_rows);
    facts_release(&s->facts);
    find_release(&s->found);
    free(s);
}

const struct scores_facts *scores_facts(const struct scores *s) { return &s->facts; }

const struct scores_notes *scores_notes(const struct scores *s) { return &s->notes; }

void scores_rewind(struct scores *s) {
    close_place(s);
    s->group = 0;
    s->place = s->query = 0;
    s->told = 0;
    s->notes = (struct scores_notes){0};
}

/* ---- which queries ---- */

/* Whether a row of `count` keys counts for length n. */
static bool counts_for(double n, double count) { return count > SCORES_LEAST * n && count <= n; }

/* Whether a query that sees `most` keys at most may count for some length. */
static bool may_count(const struct scores *s, uint64_t most) {
    bool masked = here(s)->mask || here(s)->scores; /* scores may hold -inf */
    for (size_t l = 0; l < s->facts.length_count; l++) {
        double n = s->facts.length[l];
        if (masked ? (double)most > SCORES_LEAST * n : counts_for(n, (double)most)) { return true; }
    }
    return false;
}

static bool open_place(struct scores *s, uint64_t place[LAYOUT_LEADING]) {
    const struct group *g = here(s);
    bool good = true;
    layout_place(&g->layout, s->place, place);
    if (s->opened) { return true; }
    s->row_length = group_of_queries(g, g->row_length, place, &good);
    s->position = group_of_queries(g, g->query_position, place, &good);
    s->opened = true;
    return good;
}

/* The next run of wanted queries of this place, first .. last - 1, at most so many; empty at the end. */
static void next_run(const struct scores *s, uint64_t most, uint64_t *first, uint64_t *last) {
    const struct group *g = here(s);
    uint64_t q = s->query;
    while (q < g->query_count && !may_count(s, group_sight(g, s->row_length, s->position, q))) { q++; }
    *first = q;
    while (q < g->query_count && q - *first < most &&
           may_count(s, group_sight(g, s->row_length, s->position, q))) {
        q++;
    }
    *last = q;
}

/* ---- products ---- */

/* Component c of key j stands at panel(j)[c PANEL + j % PANEL]. */
static double *panel_of(const struct scores *s, uint64_t j, uint64_t dim) {
    return s->key_vector + j / PANEL * PANEL * dim;
}

static void fill_panels(struct scores *s, uint64_t count, uint64_t dim) {
    for (uint64_t j = 0; j < count; j++) {
        double *panel = panel_of(s, j, dim) + j % PANEL;
        for (uint64_t c = 0; c < dim; c++) { panel[c * PANEL] = s->key_rows[j * dim + c]; }
    }
}

/* Key vectors first .. first + count - 1 of a place. */
static bool load_keys(struct scores *s, const uint64_t place[LAYOUT_LEADING], uint64_t first,
                      uint64_t count) {
    const struct group *g = here(s);
    const struct layout *k = &g->key_layout;
    uint64_t at[LAYOUT_LEADING], lead[LAYOUT_LEADING],
        shared = g->layout.size[LAYOUT_HEAD] / k->size[LAYOUT_HEAD];
    memcpy(at, place, sizeof at);
    at[LAYOUT_HEAD] /= shared;
    uint64_t number = (at[0] * k->size[1] + at[1]) * k->size[2] + at[2];
    if (s->key_group == s->group && s->key_place == number && s->key_first == first &&
        s->key_count == count) {
        return true;
    }
    s->key_group = SIZE_MAX;
    s->key_rows = memory_resize(s->key_rows, count * k->columns, sizeof *s->key_rows);
    s->key_vector =
        memory_resize(s->key_vector, (count / PANEL + 1) * PANEL * k->columns, sizeof *s->key_vector);
    layout_lead(k, at, lead);
    if (!source_read(g->key_source, g->keys, lead, first, count, s->key_rows)) { return false; }
    fill_panels(s, count, k->columns);
    s->key_group = s->group;
    s->key_place = number;
    s->key_first = first;
    s->key_count = count;
    return true;
}

/* Scores of queries first .. first + rows - 1 with the first `keys` keys. */
static bool form_products(struct scores *s, const uint64_t place[LAYOUT_LEADING],
                          const uint64_t lead[LAYOUT_LEADING], uint64_t first, uint64_t rows, uint64_t keys,
                          int threads) {
    const struct group *g = here(s);
    uint64_t dim = g->layout.columns, at_once = KEY_ROOM / dim;
    const struct kernel *kernel = isa_best()->kernel;
    s->query_vector = memory_resize(s->query_vector, rows * dim, sizeof *s->query_vector);
    if (!source_read(g->source, g->queries, lead, first, rows, s->query_vector)) { return false; }
    at_once = least(g->key_count, at_once > 0 ? at_once : 1);
    for (uint64_t j = 0; j < keys; j += at_once) {
        uint64_t loaded = least(g->key_count - j, at_once);
        if (!load_keys(s, place, j, loaded)) { return false; }
        uint64_t used = least(keys - j, loaded);
#pragma omp parallel for schedule(static) num_threads(threads)
        for (uint64_t i = 0; i < used; i += PANEL) {
            kernel->products(rows, least(PANEL, used - i), dim, s->query_vector, panel_of(s, i, dim), PANEL,
                             g->scale, s->score + j + i, g->key_count);
        }
    }
    return true;
}

/* ---- rows ---- */

static bool bad_score(const struct group *g, const uint64_t place[LAYOUT_LEADING], uint64_t query,
                      uint64_t key, double score) {
    char name[GROUP_NAME];
    const char *what =
        isfinite(score) ? "further below the largest score of its row than doubles reach, as no model's are"
        : !g->scores ? "not finite, as of a query or key with a number too large for its type, or with none: "
                       "store a wider one"
        : isnan(score) ? "NaN"
                       : "+inf, as of a number too large for its type: store a wider one";
    message_error("%s: sequence %" PRIu64 ", layer %zu, head %zu, query %" PRIu64 ", key %" PRIu64 " is %s%s",
                  group_name(g, name), place[LAYOUT_SEQUENCE], g->layer[place[LAYOUT_LAYER]],
                  g->head[place[LAYOUT_HEAD]], query, key, what,
                  g->scores ? "; a masked score is -inf, or hidden by mask, row_length or causal" : "");
    return false;
}

static size_t head_index(const struct scores *s, const uint64_t place[LAYOUT_LEADING]) {
    const struct group *g = here(s);
    size_t layer = g->layer[place[LAYOUT_LAYER]], head = g->head[place[LAYOUT_HEAD]], i = 0;
    while (s->facts.head[i].layer != layer || s->facts.head[i].head != head) { i++; }
    return i;
}

/* Of scores it is soon plain that they are not: one is negative, or their sum too large. */
static bool are_weights(const struct scores_row *row) {
    const double rounding = 0.01;
    double sum = 0;
    for (size_t j = 0; j < row->count && scores_number(row, j) >= 0 && sum < 1 + rounding; j++) {
        sum += scores_number(row, j);
        if (j + 1 == row->count) { return fabs(sum - 1) < rounding; }
    }
    return false;
}

static void note_stand_in(struct scores_notes *notes, double number) {
    if (!isfinite(number)) { return; }
    if (notes->stand_in_rows == 0) { notes->stand_in = number; }
    notes->stand_in_rows++;
}

/* A row that counts for no length. */
static void note_unused(struct scores *s, size_t seen, bool stalls) {
    const struct group *g = here(s);
    if (!g->causal) {
        s->notes.unused_rows += seen < g->key_count;
    } else if (stalls) {
        s->notes.stalled_rows++;
        s->notes.stalled_most = most(seen, s->notes.stalled_most);
    } else {
        s->notes.early_rows += !group_is_whole(g);
    }
}

/* What the queries first .. first + rows - 1 see of their scores, which are there. */
static void take_sights(struct scores *s, uint64_t first, uint64_t rows, int threads) {
    const struct group *g = here(s);
#pragma omp parallel for schedule(static) num_threads(threads)
    for (uint64_t i = 0; i < rows; i++) {
        uint64_t at = i * g->key_count, sight = group_sight(g, s->row_length, s->position, first + i);
        s->sight[i] = sight_take(s->score + at, is_single(g) ? s->single + at : NULL, s->key + at,
                                 g->mask ? s->mask + at : NULL, sight, !g->scores);
    }
}

/* The row of query number `query`, the i-th of the batch. */
static struct scores_row row_of(const struct scores *s, size_t head, size_t sequence, uint64_t query,
                                uint64_t i) {
    const struct group *g = here(s);
    const struct sight *sight = &s->sight[i];
    const uint64_t at = i * g->key_count;
    const float *single = is_single(g) && !sight->has_holes ? s->single + at : NULL;
    return (struct scores_row){.head = head,
                               .sequence = sequence,
                               .position = group_position(g, s->position, query),
                               .count = (size_t)sight->seen,
                               .score = single ? NULL : s->score + at,
                               .single = single,
                               .key = sight->has_holes ? s->key + at : NULL};
}

/* Appends it once for every length that it counts for; whether there is one. */
static bool add_row(const struct scores *s, struct scores_row row, struct scores_batch *batch) {
    const size_t before = batch->count;
    for (row.length = 0; row.length < s->facts.length_count; row.length++) {
        if (counts_for(s->facts.length[row.length], (double)row.count)) { batch->row[batch->count++] = row; }
    }
    return batch->count > before;
}

/* Whether a query sees as many keys as the one before it; it is the one before the next. */
static bool sees_no_more(struct scores *s, uint64_t query, int64_t seen) {
    const bool no_more = query == s->before.query + 1 && seen == s->before.seen;
    s->before.query = query;
    s->before.seen = seen;
    return no_more;
}

/* Then their rows. */
static bool make_rows(struct scores *s, const uint64_t place[LAYOUT_LEADING], uint64_t first, uint64_t rows,
                      struct scores_batch *batch) {
    const struct group *g = here(s);
    struct scores_notes *notes = &s->notes;
    size_t head = head_index(s, place), sequence = g->sequence[place[LAYOUT_SEQUENCE]];
    batch->row = s->row;
    batch->count = 0;
    for (uint64_t i = 0; i < rows; i++) {
        const uint64_t q = first + i;
        const int64_t seen = s->sight[i].seen, bad = -1 - seen;
        if (seen < 0) {
            return bad_score(g, place, q, (uint64_t)bad, s->score[i * g->key_count + (uint64_t)bad]);
        }
        const bool stands = sees_no_more(s, q, seen);
        notes->longest_row = most((size_t)seen, notes->longest_row);
        note_stand_in(notes, s->sight[i].stand_in);
        if (seen < 2) {
            notes->short_rows++;
            continue;
        }
        const struct scores_row row = row_of(s, head, sequence, q, i);
        notes->rows++;
        notes->weight_rows += g->scores && are_weights(&row);
        if (!add_row(s, row, batch)) {
            const bool hidden = (uint64_t)seen < group_sight(g, s->row_length, s->position, q);
            note_unused(s, (size_t)seen, hidden && stands);
        }
    }
    return true;
}

static bool fill(struct scores *s, const uint64_t place[LAYOUT_LEADING], uint64_t first, uint64_t rows,
                 int threads) {
    const struct group *g = here(s);
    uint64_t keys = 0, lead[LAYOUT_LEADING];
    reserve_batch(s, rows, g->key_count);
    layout_lead(&g->layout, place, lead);
    if (g->mask && !group_mask(g, place, first, rows, s->mask)) { return false; }
    if (is_single(g)) { return source_read_floats(g->source, g->scores, lead, first, rows, s->single); }
    if (g->scores) { return source_read(g->source, g->scores, lead, first, rows, s->score); }
    for (uint64_t i = 0; i < rows; i++) {
        keys = most(keys, group_sight(g, s->row_length, s->position, first + i));
    }
    return form_products(s, place, lead, first, rows, keys, threads);
}

static uint64_t rows_at_once(const struct group *g, int threads) {
    uint64_t rows = SCORES_ROOM / g->key_count, few = 4 * (uint64_t)threads,
             cached = STORED_ROOM / g->key_count, most = cached > few ? cached : few;
    if (!g->scores) { most = least(KEY_ROOM / g->layout.columns, QUERIES_AT_ONCE); }
    rows = least(rows, least(most, BATCH));
    return rows > 0 ? rows : 1;
}

static void next_place(struct scores *s) {
    close_place(s);
    s->query = 0;
    if (++s->place == layout_places(&here(s)->layout)) {
        s->place = 0;
        s->group++;
    }
}

static bool is_told(const struct scores *s) {
    uint64_t place[LAYOUT_LEADING];
    layout_place(&here(s)->layout, s->place, place);
    return here(s)->told[place[LAYOUT_SEQUENCE]];
}

/* Queries that cannot count, and are not read. */
static void pass_over(struct scores *s, uint64_t first, uint64_t last) {
    const struct group *g = here(s);
    for (uint64_t q = first; q < last; q++) {
        uint64_t sight = group_sight(g, s->row_length, s->position, q);
        if (sight >= 2) { note_unused(s, (size_t)sight, false); }
        s->notes.longest_sight = most((size_t)sight, s->notes.longest_sight);
    }
}

enum scores_outcome scores_next(struct scores *s, int threads, struct scores_batch *batch) {
    batch->count = 0;
    while (s->group < s->found.group_count) {
        uint64_t place[LAYOUT_LEADING], first, last;
        if (is_told(s)) {
            next_place(s);
            continue;
        }
        if (!open_place(s, place)) { return SCORES_BAD; }
        next_run(s, rows_at_once(here(s), threads), &first, &last);
        pass_over(s, s->query, first);
        s->query = last;
        if (first == last) {
            next_place(s);
            continue;
        }
        if (!fill(s, place, first, last - first, threads)) { return SCORES_BAD; }
        take_sights(s, first, last - first, threads);
        if (!make_rows(s, place, first, last - first, batch)) { return SCORES_BAD; }
        if (batch->count > 0) { return SCORES_MORE; }
    }
    return SCORES_END;
}

/* Queries times keys. */
void scores_add_progress(struct scores *s, struct progress *progress, const char *what) {
    double all = 0, read = 0;
    for (size_t i = 0; i < s->found.group_count; i++) {
        const struct group *g = &s->found.group[i];
        const double rows = (double)layout_places(&g->layout) * (double)g->query_count,
                     keys = (double)g->key_count;
        all += rows * keys;
        if (i < s->group) { read += rows * keys; }
        if (i == s->group) { read += ((double)s->place * (double)g->query_count + (double)s->query) * keys; }
    }
    progress_add(progress, read / all - s->told, what);
    s->told = read / all;
}
