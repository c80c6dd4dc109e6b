#include "analysis/diagnosis/pooled.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sim/base/memory.h"

struct heads {
    size_t count, cells;
    const double *const *value;
    double *effect; /* by how much a head lies above the others */
};

/* Means of what there is less effects; false where some head has none. */
static bool take_means(const struct heads *h, double *pooled) {
    bool whole = true;
    for (size_t i = 0; i < h->cells; i++) {
        double sum = 0, count = 0;
        for (size_t k = 0; k < h->count; k++) {
            if (isnan(h->value[k][i])) { continue; }
            sum += h->value[k][i] - h->effect[k];
            count++;
        }
        pooled[i] = count > 0 ? sum / count : NAN;
        whole = whole && (count == 0 || count == (double)h->count);
    }
    return whole;
}

/* The largest change of an effect. */
static double take_effects(const struct heads *h, const double *pooled) {
    double change = 0, mean = 0;
    for (size_t k = 0; k < h->count; k++) {
        double sum = 0, count = 0;
        for (size_t i = 0; i < h->cells; i++) {
            if (isnan(h->value[k][i])) { continue; }
            sum += h->value[k][i] - pooled[i];
            count++;
        }
        double found = count > 0 ? sum / count : 0;
        change = fmax(change, fabs(found - h->effect[k]));
        h->effect[k] = found;
        mean += found / (double)h->count;
    }
    for (size_t k = 0; k < h->count; k++) { h->effect[k] -= mean; }
    return change;
}

/* Least squares by turns. */
static void settle(struct heads *h, double *pooled) {
    enum { MOST = 1000 };
    const double settled = 1e-13;
    bool whole = take_means(h, pooled);
    for (int i = 0; i < MOST && !whole && take_effects(h, pooled) > settled; i++) { take_means(h, pooled); }
}

/* Heads that have cells in common, with others between, are of one part, which is numbered by one of them;
 * owner[cell] is one that has it. How many parts. */
static size_t find_parts(const struct heads *h, size_t *part, size_t *owner) {
    size_t parts = 0;
    for (size_t i = 0; i < h->cells; i++) { owner[i] = h->count; }
    for (size_t k = 0; k < h->count; k++) { part[k] = k; }
    for (size_t k = 0; k < h->count; k++) {
        size_t used = 0;
        for (size_t i = 0; i < h->cells; i++) {
            if (isnan(h->value[k][i])) { continue; }
            parts += used++ == 0;
            if (owner[i] == h->count) { owner[i] = k; }
            const size_t old = part[owner[i]];
            if (old == part[k]) { continue; }
            for (size_t j = 0; j < h->count; j++) { part[j] = part[j] == old ? part[k] : part[j]; }
            parts--;
        }
    }
    return parts;
}

/* The mean at a length over the cells of a part; NaN where it has none. */
static double part_mean(const size_t *part, const size_t *owner, size_t sequences, size_t lengths,
                        const double *pooled, size_t which, size_t length) {
    double sum = 0, count = 0;
    for (size_t i = length; i < sequences * lengths; i += lengths) {
        if (isnan(pooled[i]) || part[owner[i]] != which) { continue; }
        sum += pooled[i];
        count++;
    }
    return sum / count;
}

/* Parts that no cell links lie as high as each other at the lengths that they have in common. */
static void level_parts(const struct heads *h, const size_t *part, const size_t *owner, size_t sequences,
                        size_t lengths, double *pooled) {
    double *room = memory_create((h->count + 1) * lengths, sizeof *room), *level = room + h->count * lengths;
    const double **mean = memory_create(h->count, sizeof *mean);
    struct heads means = {h->count, lengths, mean, memory_create(h->count, sizeof(double))};
    for (size_t k = 0; k < h->count; k++) {
        mean[k] = room + k * lengths;
        for (size_t l = 0; l < lengths; l++) {
            room[k * lengths + l] = part_mean(part, owner, sequences, lengths, pooled, part[k], l);
        }
    }
    settle(&means, level);
    take_effects(&means, level);
    for (size_t i = 0; i < h->cells; i++) { pooled[i] -= isnan(pooled[i]) ? 0 : means.effect[owner[i]]; }
    free(means.effect);
    free(mean);
    free(room);
}

void pooled_mean(size_t heads, size_t sequences, size_t lengths, const double *const *value, double *pooled) {
    struct heads h = {heads, sequences * lengths, value, memory_create(heads, sizeof(double))};
    size_t *part = memory_create(heads + h.cells, sizeof *part), *owner = part + heads;
    settle(&h, pooled);
    if (find_parts(&h, part, owner) > 1) { level_parts(&h, part, owner, sequences, lengths, pooled); }
    free(part);
    free(h.effect);
}

static bool has_length(const double *value, size_t sequences, size_t lengths, size_t length) {
    size_t s = 0;
    while (s < sequences && isnan(value[s * lengths + length])) { s++; }
    return s < sequences;
}

/* The first length that a head has; `lengths`: none. */
static size_t first_length(const double *value, size_t sequences, size_t lengths) {
    size_t l = 0;
    while (l < lengths && !has_length(value, sequences, lengths, l)) { l++; }
    return l;
}

/* Joins the parts of all lengths that a head has. */
static void join(const double *value, size_t sequences, size_t lengths, size_t *part) {
    const size_t first = first_length(value, sequences, lengths);
    for (size_t l = first; l < lengths; l++) {
        const size_t old = part[l];
        if (old == part[first] || !has_length(value, sequences, lengths, l)) { continue; }
        for (size_t i = 0; i < lengths; i++) { part[i] = part[i] == old ? part[first] : part[i]; }
    }
}

static size_t largest_part(size_t lengths, const size_t *part) {
    size_t found = 0, most = 0;
    for (size_t l = lengths; l-- > 0;) {
        size_t count = 0;
        for (size_t i = 0; i < lengths; i++) { count += part[i] == part[l]; }
        if (count > most) {
            most = count;
            found = part[l];
        }
    }
    return found;
}

void pooled_link(size_t heads, size_t sequences, size_t lengths, const double *const *value, bool *linked) {
    size_t *part = memory_create(lengths, sizeof *part);
    for (size_t l = 0; l < lengths; l++) { part[l] = l; }
    for (size_t k = 0; k < heads; k++) { join(value[k], sequences, lengths, part); }
    const size_t found = largest_part(lengths, part);
    for (size_t k = 0; k < heads; k++) {
        const size_t first = first_length(value[k], sequences, lengths);
        linked[k] = first < lengths && part[first] == found;
    }
    free(part);
}
