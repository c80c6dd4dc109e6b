#include "sim/storage/h5content.h"

#include <stdlib.h>
#include <string.h>

static void free_attributes(size_t count, const struct h5_attribute *list) {
    for (size_t i = 0; i < count; i++) {
        free((void *)list[i].name);
        free((void *)list[i].text);
        free((void *)list[i].whole);
    }
    free((void *)list);
}

static void free_dataset(const struct h5_group *g, const struct h5_dataset *d) {
    size_t count = d->rank > 0 ? 1 : 0;
    for (unsigned i = 0; i < d->rank; i++) { count *= g->dimension[d->axis[i]].size; }
    for (size_t i = 0; d->text && i < count; i++) { free((void *)d->text[i]); }
    free((void *)d->text);
    free((void *)d->number);
    free((void *)d->name);
    free((void *)d->units);
    free((void *)d->long_name);
    free((void *)d->coordinates);
}

void h5content_free(struct h5_content *c) {
    if (!c) { return; }
    for (size_t i = 0; i < c->group_count; i++) {
        const struct h5_group *g = &c->group[i];
        for (size_t k = 0; k < g->dataset_count; k++) { free_dataset(g, &g->dataset[k]); }
        for (size_t k = 0; k < g->dimension_count; k++) { free((void *)g->dimension[k].name); }
        free_attributes(g->attribute_count, g->attribute);
        free((void *)g->dataset);
        free((void *)g->dimension);
        free((void *)g->name);
    }
    free_attributes(c->attribute_count, c->attribute);
    free(c->group);
    free(c);
}

const struct h5_attribute *h5content_attribute(size_t count, const struct h5_attribute *attribute,
                                               const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(attribute[i].name, name) == 0) { return &attribute[i]; }
    }
    return NULL;
}

const struct h5_dataset *h5content_dataset(const struct h5_group *group, const char *name) {
    for (size_t i = 0; i < group->dataset_count; i++) {
        if (strcmp(group->dataset[i].name, name) == 0) { return &group->dataset[i]; }
    }
    return NULL;
}

/* ---- comparing ---- */

/* Texts may be NULL. */
static bool same_text(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static uint64_t bits_of(double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static bool same_attribute(const struct h5_attribute *held, const struct h5_attribute *ours) {
    if (!held || !same_text(held->text, ours->text)) { return false; }
    if (ours->text) { return true; }
    if (!held->whole != !ours->whole) { return false; }
    return ours->whole ? *held->whole == *ours->whole : bits_of(held->number) == bits_of(ours->number);
}

static bool same_attributes(size_t held_count, const struct h5_attribute *held, size_t count,
                            const struct h5_attribute *ours) {
    bool same = held_count == count;
    for (size_t i = 0; same && i < count; i++) {
        same = same_attribute(h5content_attribute(held_count, held, ours[i].name), &ours[i]);
    }
    return same;
}

static bool same_values(const struct h5_dataset *held, const struct h5_dataset *ours, size_t count) {
    if (!held->text != !ours->text) { return false; }
    if (!ours->text && !ours->number) { return !held->number; }
    if (!ours->text) {
        return held->number && memcmp(held->number, ours->number, count * sizeof *ours->number) == 0;
    }
    bool same = true;
    for (size_t i = 0; same && i < count; i++) { same = same_text(held->text[i], ours->text[i]); }
    return same;
}

/* `held` may be NULL. */
static bool same_dataset(const struct h5_group *home, const struct h5_dataset *held,
                         const struct h5_group *group, const struct h5_dataset *ours) {
    size_t count = 1;
    bool same = held && held->rank == ours->rank && same_text(held->units, ours->units) &&
                same_text(held->long_name, ours->long_name) &&
                same_text(held->coordinates, ours->coordinates);
    for (unsigned k = 0; same && k < ours->rank; k++) {
        const struct h5_dimension *a = &home->dimension[held->axis[k]], *b = &group->dimension[ours->axis[k]];
        same = a->size == b->size && strcmp(a->name, b->name) == 0;
        count *= b->size;
    }
    return same && same_values(held, ours, count);
}

static bool same_group(const struct h5_group *held, const struct h5_group *ours) {
    bool same =
        same_attributes(held->attribute_count, held->attribute, ours->attribute_count, ours->attribute);
    for (size_t i = 0; same && i < ours->dataset_count; i++) {
        const struct h5_dataset *d = &ours->dataset[i];
        same = same_dataset(held, h5content_dataset(held, d->name), ours, d);
    }
    return same;
}

bool h5content_holds(const struct h5_content *held, size_t attribute_count,
                     const struct h5_attribute *attribute, size_t group_count, const struct h5_group *group) {
    bool same = same_attributes(held->attribute_count, held->attribute, attribute_count, attribute);
    for (size_t i = 0; same && i < group_count; i++) {
        size_t k = 0;
        while (k < held->group_count && strcmp(held->group[k].name, group[i].name) != 0) { k++; }
        same = k < held->group_count && same_group(&held->group[k], &group[i]);
    }
    return same;
}
