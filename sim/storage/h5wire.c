#include "sim/storage/h5wire.h"

#include <string.h>

#include "sim/base/memory.h"
#include "sim/storage/h5library.h"

static void wire_bytes(struct h5wire *w, void *bytes, size_t size) {
    if (!w->good || size == 0) { return; }
    w->good = (w->reading ? fread(bytes, 1, size, w->file) : fwrite(bytes, 1, size, w->file)) == size;
}

/* A count of at most `most`; 0 once the wire is broken. */
static size_t wire_count(struct h5wire *w, size_t count, size_t most) {
    wire_bytes(w, &count, sizeof count);
    w->good = w->good && count <= most;
    return w->good ? count : 0;
}

void h5wire_text(struct h5wire *w, const char **text) {
    enum { LONGEST = 1 << 26 };
    size_t size = wire_count(w, *text ? strlen(*text) + 1 : 0, LONGEST);
    if (size == 0) { return; }
    if (!w->reading) {
        wire_bytes(w, (char *)*text, size);
        return;
    }
    char *copy = memory_create(size + 1, 1); /* ended by NUL whatever comes */
    wire_bytes(w, copy, size);
    *text = copy;
}

/* A text that must be there. */
static void wire_name(struct h5wire *w, const char **text) {
    h5wire_text(w, text);
    w->good = w->good && *text;
}

enum { MOST_ITEMS = 1 << 16 };

static void *wire_list(struct h5wire *w, const void *list, size_t *count, size_t size) {
    *count = wire_count(w, *count, MOST_ITEMS);
    return w->reading ? memory_create(*count + 1, size) : (void *)list;
}

static const struct h5_attribute *wire_attributes(struct h5wire *w, const struct h5_attribute *list,
                                                  size_t *count) {
    struct h5_attribute *a = wire_list(w, list, count, sizeof *a);
    for (size_t i = 0; i < *count; i++) {
        wire_name(w, &a[i].name);
        h5wire_text(w, &a[i].text);
        if (wire_count(w, a[i].whole != NULL, 1)) {
            if (w->reading) { a[i].whole = memory_create(1, sizeof *a[i].whole); }
            wire_bytes(w, (uint64_t *)a[i].whole, sizeof *a[i].whole);
        }
        wire_bytes(w, &a[i].number, sizeof a[i].number);
    }
    return a;
}

/* Axes within the group, and no more numbers than H5LIBRARY_LARGEST; *count receives how many. */
static bool axes_are_sound(const struct h5_group *g, const struct h5_dataset *d, size_t *count) {
    *count = 1;
    if (d->rank > H5_RANK) { return false; }
    for (unsigned i = 0; i < d->rank; i++) {
        if (d->axis[i] >= g->dimension_count) { return false; }
        size_t size = g->dimension[d->axis[i]].size;
        if (size == 0 || size > H5LIBRARY_LARGEST / *count) { return false; }
        *count *= size;
    }
    return true;
}

static void wire_dataset(struct h5wire *w, const struct h5_group *g, struct h5_dataset *d) {
    size_t count;
    wire_name(w, &d->name);
    h5wire_text(w, &d->units);
    h5wire_text(w, &d->long_name);
    wire_bytes(w, &d->rank, sizeof d->rank);
    wire_bytes(w, d->axis, sizeof d->axis);
    w->good = w->good && (d->rank == 0 || axes_are_sound(g, d, &count));
    if (!w->good) { d->rank = 0; }
    if (d->rank == 0) { return; }
    if (wire_count(w, d->text != NULL, 1)) {
        if (w->reading) { d->text = memory_create(count, sizeof *d->text); }
        for (size_t i = 0; w->good && i < count; i++) { wire_name(w, (const char **)&d->text[i]); }
    } else if (!w->frame) {
        if (w->reading) { d->number = memory_create(count, sizeof *d->number); }
        wire_bytes(w, (double *)d->number, count * sizeof *d->number);
    }
}

static void wire_group(struct h5wire *w, struct h5_group *g) {
    wire_name(w, &g->name);
    g->attribute = wire_attributes(w, g->attribute, &g->attribute_count);
    struct h5_dimension *dimension = wire_list(w, g->dimension, &g->dimension_count, sizeof *dimension);
    g->dimension = dimension;
    for (size_t i = 0; i < g->dimension_count; i++) {
        wire_name(w, &dimension[i].name);
        wire_bytes(w, &dimension[i].size, sizeof dimension[i].size);
    }
    struct h5_dataset *dataset = wire_list(w, g->dataset, &g->dataset_count, sizeof *dataset);
    g->dataset = dataset;
    for (size_t i = 0; i < g->dataset_count; i++) { wire_dataset(w, g, &dataset[i]); }
}

void h5wire_content(struct h5wire *w, struct h5_content *c) {
    c->attribute = (struct h5_attribute *)wire_attributes(w, c->attribute, &c->attribute_count);
    c->group = wire_list(w, c->group, &c->group_count, sizeof *c->group);
    for (size_t i = 0; i < c->group_count; i++) { wire_group(w, &c->group[i]); }
}
