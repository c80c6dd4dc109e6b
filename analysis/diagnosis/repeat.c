#include "analysis/diagnosis/repeat.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"

enum { SEQUENCES = 4096, ROWS = 2 }; /* compared at most; the same at least */

/* Of a row's place against another's, whatever their sequences. */
static int compare_places(const struct survey_row *x, const struct survey_row *y) {
    if (x->length != y->length) { return x->length < y->length ? -1 : 1; }
    return x->head < y->head ? -1 : x->head > y->head;
}

/* By sequence and place; rows of one place in the order of the files. */
static int compare_rows(const void *a, const void *b) {
    const struct survey_row *x = *(const struct survey_row *const *)a,
                            *y = *(const struct survey_row *const *)b;
    int places = compare_places(x, y);
    if (x->sequence != y->sequence) { return x->sequence < y->sequence ? -1 : 1; }
    return places != 0 ? places : x < y ? -1 : x > y;
}

static bool is_close(double a, double b) {
    const double tolerance = 1e-4; /* one text in two batches differs by rounding */
    return a == b || fabs(a - b) <= tolerance * fabs(b);
}

static const struct diagnosis_row *found_of(const struct diagnosis *d, const struct survey_row *row) {
    return &d->row[row - d->survey->row];
}

/* Lambda_n is left out: where the largest scores nearly tie rounding moves it far. */
static bool is_same(const struct diagnosis *d, const struct survey_row *a, const struct survey_row *b) {
    const struct diagnosis_row *x = found_of(d, a), *y = found_of(d, b);
    return a->count == b->count && is_close(x->entropy, y->entropy) &&
           is_close(x->participation, y->participation) && is_close(x->top_weight, y->top_weight);
}

/* Weights of one key, or all equal, are those of many rows. */
static bool is_telling(const struct diagnosis *d, const struct survey_row *row) {
    const double little = 1e-3, entropy = found_of(d, row)->entropy;
    return entropy > little && entropy < log(row->count) - little;
}

/* Rows of two sequences side by side. */
static bool is_repeat(const struct diagnosis *d, const struct survey_row *const *a,
                      const struct survey_row *const *a_end, const struct survey_row *const *b,
                      const struct survey_row *const *b_end) {
    size_t same = 0;
    while (a < a_end && b < b_end) {
        int order = compare_places(*a, *b);
        if (order == 0 && !is_same(d, *a, *b)) { return false; }
        same += order == 0 && is_telling(d, *a);
        a += order <= 0;
        b += order >= 0;
    }
    return same >= ROWS;
}

bool repeat_find(const struct diagnosis *d, size_t *first, size_t *second) {
    const struct survey *s = d->survey;
    size_t count = s->facts->sequence_count, at = 0;
    bool found = false;
    if (count > SEQUENCES) { return false; }
    const struct survey_row **row = memory_create(s->row_count + 1, sizeof *row);
    size_t *start = memory_create(count + 1, sizeof *start);
    for (size_t i = 0; i < s->row_count; i++) { row[i] = &s->row[i]; }
    qsort(row, s->row_count, sizeof *row, compare_rows);
    for (size_t q = 0; q <= count; q++) {
        while (at < s->row_count && row[at]->sequence < q) { at++; }
        start[q] = at;
    }
    for (size_t b = 1; b < count && !found; b++) {
        for (size_t a = 0; a < b && !found; a++) {
            found = is_repeat(d, row + start[a], row + start[a + 1], row + start[b], row + start[b + 1]);
            *first = a;
            *second = b;
        }
    }
    free(start);
    free(row);
    return found;
}
