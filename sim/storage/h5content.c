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

size_t h5content_count(const struct h5_group *g, const struct h5_dataset *d) {
    size_t count = d->rank > 0 ? 1 : 0;
    for (unsigned i = 0; i < d->rank; i++) { count *= g->dimension[d->axis[i]].size; }
    return count;
}

static void free_dataset(const struct h5_group *g, const struct h5_dataset *d) {
    for (size_t i = 0; d->text && i < h5content_count(g, d); i++) { free((void *)d->text[i]); }
    free((void *)d->text);
    free((void *)d->number);
    free((void *)d->units);
    free((void *)d->long_name);
}

void h5content_free(struct h5_content *c) {
    if (!c) { return; }
    for (size_t i = 0; i < c->group_count; i++) {
        const struct h5_group *g = &c->group[i];
        for (size_t k = 0; k < g->dataset_count; k++) { free_dataset(g, &g->dataset[k]); }
        free_attributes(g->attribute_count, g->attribute);
        free((void *)g->dataset);
    }
    free_attributes(c->attribute_count, c->attribute);
    free(c->group);
    free(c);
}

/* Of a list of things that start with their name. */
static const void *find(const void *list, size_t count, size_t size, const char *name) {
    for (const char *one = list; count > 0; one += size, count--) {
        if (strcmp(*(const char *const *)(const void *)one, name) == 0) { return one; }
    }
    return NULL;
}

const struct h5_attribute *h5content_attribute(size_t count, const struct h5_attribute *attribute,
                                               const char *name) {
    return find(attribute, count, sizeof *attribute, name);
}

const struct h5_group *h5content_group(size_t count, const struct h5_group *group, const char *name) {
    return find(group, count, sizeof *group, name);
}

const struct h5_dataset *h5content_dataset(const struct h5_group *group, const char *name) {
    return find(group->dataset, group->dataset_count, sizeof *group->dataset, name);
}
