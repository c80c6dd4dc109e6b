#include "sim/storage/h5content.h"

#include <stdalign.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

size_t h5content_count(const struct h5_group *g, const struct h5_dataset *d) {
    size_t count = d->rank > 0 ? 1 : 0;
    for (unsigned i = 0; i < d->rank; i++) { count *= g->dimension[d->axis[i]].size; }
    return count;
}

uint64_t h5content_sum(uint64_t sum, size_t count, const double *number) {
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &number[i], sizeof bits);
        sum = (sum ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
        sum ^= sum >> 29;
    }
    return sum;
}

/* ---- the memory that it lies in ---- */

struct h5_content *h5content_create(size_t room) {
    struct h5_content *c =
        mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (c == MAP_FAILED) { return NULL; }
    c->room = room;
    c->used = sizeof *c;
    return c;
}

void h5content_free(struct h5_content *c) {
    if (c) { munmap(c, c->room); }
}

void *h5content_take(struct h5_content *c, size_t count, size_t size) {
    const size_t unit = alignof(max_align_t), start = (c->used + unit - 1) / unit * unit;
    if (start >= c->room || count >= (c->room - start) / size) { return NULL; } /* one byte is left */
    c->used = start + count * size;
    return (char *)c + start;
}

/* ---- whether it is sound ---- */

static bool lies_within(const struct h5_content *c, const void *things, size_t count, size_t size) {
    const size_t start = (size_t)((uintptr_t)things - (uintptr_t)c);
    return start <= c->used && count <= (c->used - start) / size;
}

static bool text_is_sound(const struct h5_content *c, const char *text) {
    return !text || lies_within(c, text, 1, 1);
}

static bool attributes_are_sound(const struct h5_content *c, size_t count, const struct h5_attribute *list) {
    bool sound = lies_within(c, list, count, sizeof *list);
    for (size_t i = 0; sound && i < count; i++) {
        const struct h5_attribute *a = &list[i];
        sound = lies_within(c, a->name, 1, 1) && text_is_sound(c, a->text) &&
                (!a->whole || lies_within(c, a->whole, 1, sizeof *a->whole));
    }
    return sound;
}

static bool dataset_is_sound(const struct h5_content *c, const struct h5_group *g, const struct h5_dataset *d,
                             const struct h5_dataset *wanted) {
    if (!text_is_sound(c, d->units) || !text_is_sound(c, d->long_name)) { return false; }
    if (d->rank == 0) { return !d->number && !d->text; }
    if (d->rank != wanted->rank || memcmp(d->axis, wanted->axis, sizeof d->axis) != 0) { return false; }
    const size_t count = h5content_count(g, d);
    bool sound = (!d->number || lies_within(c, d->number, count, sizeof *d->number)) &&
                 (!d->text || lies_within(c, d->text, count, sizeof *d->text));
    for (size_t i = 0; sound && d->text && i < count; i++) { sound = lies_within(c, d->text[i], 1, 1); }
    return sound;
}

static bool group_is_sound(const struct h5_content *c, const struct h5_group *g,
                           const struct h5_group *wanted) {
    bool sound = g->dimension_count == wanted->dimension_count && g->dimension == wanted->dimension &&
                 lies_within(c, g->dataset, g->dataset_count, sizeof *g->dataset) &&
                 attributes_are_sound(c, g->attribute_count, g->attribute);
    for (size_t i = 0, k = 0; sound && i < g->dataset_count; i++, k++) {
        while (k < wanted->dataset_count && wanted->dataset[k].name != g->dataset[i].name) { k++; }
        sound = k < wanted->dataset_count && dataset_is_sound(c, g, &g->dataset[i], &wanted->dataset[k]);
    }
    return sound;
}

bool h5content_accept(struct h5_content *c, size_t room, size_t group_count, const struct h5_group *wanted) {
    madvise(c, room, MADV_DONTFORK);
    c->room = room;
    c->fault[H5_WHY - 1] = '\0';
    if (c->used >= room) { return false; }
    ((char *)c)[c->used] = '\0'; /* no text goes on behind it */
    bool sound = attributes_are_sound(c, c->attribute_count, c->attribute) &&
                 lies_within(c, c->group, c->group_count, sizeof *c->group);
    for (size_t i = 0, k = 0; sound && i < c->group_count; i++, k++) {
        while (k < group_count && wanted[k].name != c->group[i].name) { k++; }
        sound = k < group_count && group_is_sound(c, &c->group[i], &wanted[k]);
    }
    return sound;
}

void h5content_trim(struct h5_content *c) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), kept = (c->used / page + 1) * page;
    if (kept < c->room && mremap(c, c->room, kept, 0) == c) { c->room = kept; }
}

/* ---- by name ---- */

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
