#include "sim/storage/h5wire.h"

#include <string.h>

#include "sim/base/memory.h"

void h5wire_put(struct h5wire *w, const void *bytes, size_t size) {
    w->good = w->good && (size == 0 || fwrite(bytes, 1, size, w->file) == size); /* bytes: NULL of none */
}

bool h5wire_put_flag(struct h5wire *w, bool flag) {
    h5wire_put(w, &flag, sizeof flag);
    return flag;
}

void h5wire_put_text(struct h5wire *w, const char *text) {
    const size_t size = text ? strlen(text) + 1 : 0;
    h5wire_put(w, &size, sizeof size);
    h5wire_put(w, text, size);
}

/* ---- the other end ---- */

enum { MOST_ATTRIBUTES = 1 << 16, LONGEST = 1 << 26 };

static void take(struct h5wire *w, void *bytes, size_t size) {
    w->good = w->good && fread(bytes, 1, size, w->file) == size;
}

static bool take_flag(struct h5wire *w) {
    unsigned char flag = 0;
    take(w, &flag, 1);
    return w->good && flag;
}

static const char *take_text(struct h5wire *w) {
    size_t size = 0;
    take(w, &size, sizeof size);
    w->good = w->good && size <= LONGEST;
    if (!w->good || size == 0) { return NULL; }
    char *text = memory_create(size + 1, 1); /* ended by NUL whatever comes */
    take(w, text, size);
    return text;
}

/* One that must be there. */
static const char *take_name(struct h5wire *w) {
    const char *name = take_text(w);
    w->good = w->good && name;
    return name;
}

static struct h5_attribute *take_attributes(struct h5wire *w, size_t *count) {
    struct h5_attribute *list = NULL;
    while (take_flag(w) && *count < MOST_ATTRIBUTES) {
        list = memory_extend(list, *count, sizeof *list);
        struct h5_attribute *a = &list[(*count)++];
        *a = (struct h5_attribute){.name = take_name(w)};
        a->text = take_text(w);
        if (take_flag(w)) {
            uint64_t *whole = memory_create(1, sizeof *whole);
            a->whole = whole;
            take(w, whole, sizeof *whole);
        }
        take(w, &a->number, sizeof a->number);
    }
    return list;
}

static void take_values(struct h5wire *w, size_t count, bool frame, struct h5_dataset *d) {
    if (take_flag(w)) {
        const char **text = memory_create(count, sizeof *text);
        d->text = text;
        for (size_t i = 0; w->good && i < count; i++) { text[i] = take_name(w); }
    } else if (!frame) {
        double *number = memory_create(count, sizeof *number);
        d->number = number;
        take(w, number, count * sizeof *number);
    }
}

static void take_group(struct h5wire *w, const struct h5_group *wanted, bool frame, struct h5_group *g) {
    struct h5_dataset *list = memory_create(wanted->dataset_count, sizeof *list);
    *g = (struct h5_group){.name = wanted->name,
                           .dimension_count = wanted->dimension_count,
                           .dimension = wanted->dimension,
                           .dataset = list};
    g->attribute = take_attributes(w, &g->attribute_count);
    for (size_t i = 0; i < wanted->dataset_count; i++) {
        if (!take_flag(w)) { continue; }
        struct h5_dataset *d = &list[g->dataset_count++];
        *d = (struct h5_dataset){.name = wanted->dataset[i].name};
        d->units = take_text(w);
        d->long_name = take_text(w);
        if (!take_flag(w)) { continue; }
        d->rank = wanted->dataset[i].rank;
        memcpy(d->axis, wanted->dataset[i].axis, sizeof d->axis);
        take_values(w, h5content_count(g, d), frame, d);
    }
}

void h5wire_take(struct h5wire *w, const struct h5wire_wanted *wanted, struct h5_content *c) {
    c->attribute = take_attributes(w, &c->attribute_count);
    c->group = memory_create(wanted->group_count, sizeof *c->group);
    for (size_t i = 0; i < wanted->group_count; i++) {
        if (take_flag(w)) { take_group(w, &wanted->group[i], wanted->frame, &c->group[c->group_count++]); }
    }
}
