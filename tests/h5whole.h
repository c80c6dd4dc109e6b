/* h5whole: all that an HDF5 file holds, whatever it is: what h5file_read reads of the arrays that
 * h5scan finds. Axes are called like their dataset. */
#ifndef GAPSCALE_TESTS_H5WHOLE_H
#define GAPSCALE_TESTS_H5WHOLE_H

#include <stdlib.h>
#include <string.h>

#include "sim/storage/h5file.h"
#include "sim/storage/h5scan.h"

enum { H5WHOLE_GROUPS = 64, H5WHOLE_ARRAYS = 256 };

struct h5whole_group {
    struct h5_group group;
    struct h5_dataset dataset[H5WHOLE_ARRAYS];
    struct h5_dimension dimension[H5_RANK * H5WHOLE_ARRAYS];
};

/* Of the group that an array is in, which becomes a text of its own; added when new. */
static inline struct h5whole_group *h5whole_home(struct h5whole_group *list, size_t *count, char *path) {
    char *slash = strrchr(path, '/');
    *slash = '\0';
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(list[i].group.name, path + 1) == 0) { return &list[i]; }
    }
    struct h5whole_group *home = &list[(*count)++];
    home->group = (struct h5_group){.name = path + 1, .dataset = home->dataset, .dimension = home->dimension};
    return home;
}

static inline void h5whole_add(struct h5whole_group *list, size_t *count, struct h5scan_array *array) {
    char *name = strrchr(array->path, '/') + 1;
    struct h5whole_group *home = h5whole_home(list, count, array->path);
    struct h5_dataset d = {.name = name, .rank = array->rank};
    for (unsigned i = 0; i < array->rank; i++) {
        d.axis[i] = (unsigned)home->group.dimension_count;
        home->dimension[home->group.dimension_count++] = (struct h5_dimension){name, array->size[i]};
    }
    home->dataset[home->group.dataset_count++] = d;
}

struct h5whole {
    struct h5_content *content; /* NULL where it cannot be read */
    struct h5scan *scan;
    struct h5whole_group *list;
};

static inline struct h5whole h5whole_read(const char *path) {
    char why[H5SCAN_WHY];
    struct h5whole whole = {.scan = h5scan_open(path, false, why)};
    if (!whole.scan) { return whole; }
    whole.list = calloc(H5WHOLE_GROUPS, sizeof *whole.list);
    struct h5_group group[H5WHOLE_GROUPS];
    size_t count = 0;
    for (size_t i = 0; i < whole.scan->array_count; i++) {
        struct h5scan_array *a = &whole.scan->array[i]; /* bare scales are not written */
        if (a->presence == H5SCAN_PRESENT && a->rank <= H5_RANK) { h5whole_add(whole.list, &count, a); }
    }
    for (size_t i = 0; i < count; i++) { group[i] = whole.list[i].group; }
    whole.content = h5file_read(path, false, count, group, why);
    return whole;
}

static inline void h5whole_free(struct h5whole *whole) {
    h5content_free(whole->content);
    h5scan_close(whole->scan);
    free(whole->list);
}

#endif
