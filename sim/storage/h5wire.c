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

static const struct h5_attribute *wire_attributes(struct h5wire *w, const struct h5_attribute *list,
                                                  size_t *count) {
    *count = wire_count(w, *count, MOST_ITEMS);
    struct h5_attribute *a = w->reading ? memory_create(*count, sizeof *a) : (struct h5_attribute *)list;
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

static void wire_dataset(struct h5wire *w, const struct h5_group *wanted, struct h5_dataset *d) {
    h5wire_text(w, &d->units);
    h5wire_text(w, &d->long_name);
    if (!wire_count(w, d->rank > 0, 1)) { d->rank = 0; }
    const size_t count = h5content_count(wanted, d);
    if (wire_count(w, d->text != NULL, 1)) {
        if (w->reading) { d->text = memory_create(count, sizeof *d->text); }
        for (size_t i = 0; w->good && i < count; i++) { wire_name(w, (const char **)&d->text[i]); }
    } else if (count > 0 && !w->wanted->frame) {
        if (w->reading) { d->number = memory_create(count, sizeof *d->number); }
        wire_bytes(w, (double *)d->number, count * sizeof *d->number);
    }
}

/* Of every part that is wanted whether it is there, and then the part. */
static void wire_group(struct h5wire *w, const struct h5_group *wanted, struct h5_group *g) {
    g->attribute = wire_attributes(w, g->attribute, &g->attribute_count);
    struct h5_dataset *list =
        w->reading ? memory_create(wanted->dataset_count, sizeof *list) : (struct h5_dataset *)g->dataset;
    size_t next = 0;
    g->dataset = list;
    for (size_t i = 0; i < wanted->dataset_count; i++) {
        const struct h5_dataset *d = &wanted->dataset[i];
        bool there = !w->reading && next < g->dataset_count && list[next].name == d->name;
        if (!wire_count(w, there, 1)) { continue; }
        if (w->reading) {
            list[next] = (struct h5_dataset){.name = d->name, .rank = d->rank};
            memcpy(list[next].axis, d->axis, sizeof d->axis);
            g->dataset_count = next + 1;
        }
        wire_dataset(w, wanted, &list[next++]);
    }
}

void h5wire_content(struct h5wire *w, struct h5_content *c) {
    const struct h5parse_wanted *wanted = w->wanted;
    size_t next = 0;
    c->attribute = (struct h5_attribute *)wire_attributes(w, c->attribute, &c->attribute_count);
    if (w->reading) { c->group = memory_create(wanted->group_count, sizeof *c->group); }
    for (size_t i = 0; i < wanted->group_count; i++) {
        const struct h5_group *g = &wanted->group[i];
        bool there = !w->reading && next < c->group_count && c->group[next].name == g->name;
        if (!wire_count(w, there, 1)) { continue; }
        if (w->reading) {
            c->group[next] = (struct h5_group){
                .name = g->name, .dimension_count = g->dimension_count, .dimension = g->dimension};
            c->group_count = next + 1;
        }
        wire_group(w, g, &c->group[next++]);
    }
}
