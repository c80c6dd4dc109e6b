#include "sim/storage/h5parse.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/storage/h5library.h"

enum { DEPTH = 2 };

struct reader {
    struct h5_content *content;
    const char *why;
};

static char *copy_text(const char *text) { return memory_copy_text(text, strlen(text)); }

static bool refuse(struct reader *r, const char *why) {
    if (!r->why) { r->why = why; }
    return false;
}

static bool is_text(hid_t type) { return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0; }

/* Attributes by which HDF5 and netCDF keep their own books. */
static bool is_bookkeeping(const char *name) {
    static const char *const known[] = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST",
                                        "DIMENSION_LABELS"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(name, known[i]) == 0) { return true; }
    }
    return name[0] == '_';
}

static bool read_attribute_value(hid_t id, struct h5_attribute *a) {
    hid_t type = H5Aget_type(id), space = H5Aget_space(id), text = h5library_text();
    bool good = H5Sget_simple_extent_npoints(space) == 1;
    if (good && is_text(type)) {
        char *value = NULL;
        good = H5Aread(id, text, &value) >= 0 && value;
        if (good) { a->text = copy_text(value); }
        if (value) { H5free_memory(value); }
    } else if (good && H5Tget_class(type) == H5T_INTEGER) {
        uint64_t *whole = memory_create(1, sizeof *whole);
        good = H5Aread(id, H5T_NATIVE_UINT64, whole) >= 0;
        a->whole = whole;
    } else {
        good = good && H5Tget_class(type) == H5T_FLOAT && H5Aread(id, H5T_NATIVE_DOUBLE, &a->number) >= 0;
    }
    H5Tclose(text);
    H5Sclose(space);
    H5Tclose(type);
    return good;
}

static bool read_attribute(struct reader *r, hid_t object, const char *name, size_t *count,
                           struct h5_attribute **list) {
    hid_t id = H5Aopen(object, name, H5P_DEFAULT);
    struct h5_attribute a = {.name = copy_text(name)};
    bool good = id >= 0 && read_attribute_value(id, &a);
    H5Aclose(id);
    *list = memory_resize(*list, *count + 1, sizeof **list);
    (*list)[(*count)++] = a;
    return good || refuse(r, "an attribute cannot be read");
}

static bool read_attributes(struct reader *r, hid_t object, size_t *count, struct h5_attribute **list) {
    H5O_info_t info;
    if (H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) < 0) {
        return refuse(r, "its attributes cannot be listed");
    }
    bool good = true;
    for (hsize_t i = 0; good && i < info.num_attrs; i++) {
        char name[256];
        ssize_t length =
            H5Aget_name_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
        if (length < 0) { return refuse(r, "an attribute has no readable name"); }
        good = is_bookkeeping(name) || read_attribute(r, object, name, count, list);
    }
    return good;
}

static bool is_bare_scale(hid_t dataset) {
    char name[128] = "";
    return H5DSis_scale(dataset) > 0 && H5DSget_scale_name(dataset, name, sizeof name) > 0 &&
           strncmp(name, H5LIBRARY_BARE_SCALE, strlen(H5LIBRARY_BARE_SCALE)) == 0;
}

/* The dimension of this size that the dataset's axis is attached to, by name; added when new. */
static unsigned group_dimension(struct h5_group *g, const char *name, size_t size) {
    for (size_t i = 0; i < g->dimension_count; i++) {
        if (strcmp(g->dimension[i].name, name) == 0 && g->dimension[i].size == size) { return (unsigned)i; }
    }
    struct h5_dimension *grown = memory_resize((void *)g->dimension, g->dimension_count + 1, sizeof *grown);
    grown[g->dimension_count] = (struct h5_dimension){copy_text(name), size};
    g->dimension = grown;
    return (unsigned)g->dimension_count++;
}

static herr_t scale_name(hid_t dataset, unsigned axis, hid_t scale, void *name) {
    (void)dataset;
    (void)axis;
    char path[1024];
    if (H5Iget_name(scale, path, sizeof path) <= 0) { return -1; }
    const char *slash = strrchr(path, '/');
    snprintf(name, 256, "%.255s", slash ? slash + 1 : path);
    return 1;
}

static bool storage_is_plain(hid_t dataset) {
    hid_t list = H5Dget_create_plist(dataset);
    bool plain = H5Pget_layout(list) != H5D_VIRTUAL && H5Pget_external_count(list) == 0;
    H5Pclose(list);
    return plain;
}

static bool read_text_values(hid_t dataset, size_t count, struct h5_dataset *d) {
    hid_t text = h5library_text();
    char **raw = memory_create(count, sizeof *raw), **value = memory_create(count, sizeof *value);
    bool good = H5Dread(dataset, text, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) >= 0;
    for (size_t i = 0; i < count; i++) {
        value[i] = copy_text(raw[i] ? raw[i] : "");
        if (raw[i]) { H5free_memory(raw[i]); }
    }
    free(raw);
    H5Tclose(text);
    d->text = (const char *const *)value;
    return good;
}

static bool read_values(struct reader *r, hid_t dataset, struct h5_group *g, struct h5_dataset *d) {
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    hsize_t size[H5_RANK], count = 1;
    int rank = H5Sget_simple_extent_ndims(space);
    bool good = rank >= 1 && rank <= H5_RANK && H5Sget_simple_extent_dims(space, size, NULL) == rank &&
                storage_is_plain(dataset);
    for (int i = 0; good && i < rank; i++) {
        good = size[i] > 0 && size[i] <= H5LIBRARY_LARGEST / count;
        count *= good ? size[i] : 1;
    }
    if (good) {
        d->rank = (unsigned)rank;
        for (unsigned i = 0; i < d->rank; i++) {
            char name[256];
            snprintf(name, sizeof name, "%s", d->name);
            if (H5DSis_scale(dataset) <= 0) { H5DSiterate_scales(dataset, i, NULL, scale_name, name); }
            d->axis[i] = group_dimension(g, name, size[i]);
        }
        if (is_text(type)) {
            good = read_text_values(dataset, count, d);
        } else {
            double *number = memory_create(count, sizeof *number);
            d->number = number;
            good = H5Tget_class(type) == H5T_FLOAT &&
                   H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, number) >= 0;
        }
    }
    H5Tclose(type);
    H5Sclose(space);
    return good || refuse(r, "a dataset is damaged, or of a kind that gapscale does not write");
}

static bool read_dataset(struct reader *r, hid_t dataset, const char *name, struct h5_group *g) {
    if (is_bare_scale(dataset)) { return true; }
    struct h5_dataset *list = memory_resize((void *)g->dataset, g->dataset_count + 1, sizeof *list);
    struct h5_dataset *d = &list[g->dataset_count++];
    *d = (struct h5_dataset){.name = copy_text(name)};
    g->dataset = list;
    size_t words = 0;
    struct h5_attribute *word = NULL;
    bool good = read_values(r, dataset, g, d) && read_attributes(r, dataset, &words, &word);
    for (size_t i = 0; i < words; i++) {
        if (word[i].text && strcmp(word[i].name, "units") == 0) { d->units = copy_text(word[i].text); }
        if (word[i].text && strcmp(word[i].name, "long_name") == 0) {
            d->long_name = copy_text(word[i].text);
        }
        free((void *)word[i].name);
        free((void *)word[i].text);
        free((void *)word[i].whole);
    }
    free(word);
    return good;
}

static bool read_group(struct reader *r, hid_t group, const char *path, int depth);

static bool read_member(struct reader *r, hid_t group, const char *name, const char *path, size_t at,
                        int depth) {
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    H5I_type_t kind = H5Iget_type(object);
    bool good = false;
    if (kind == H5I_DATASET && depth > 0) {
        good = read_dataset(r, object, name, &r->content->group[at]);
    } else if (kind == H5I_GROUP && depth < DEPTH) {
        char inner[1024];
        snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "/" : "", name);
        good = read_group(r, object, inner, depth + 1);
    }
    H5Oclose(object);
    return good || refuse(r, "it holds something that gapscale does not write");
}

/* Depth 0 is the root, which has no datasets of its own. */
static bool read_group(struct reader *r, hid_t group, const char *path, int depth) {
    struct h5_content *c = r->content;
    size_t at = c->group_count;
    if (depth > 0) {
        c->group = memory_resize(c->group, ++c->group_count, sizeof *c->group);
        c->group[at] = (struct h5_group){.name = copy_text(path)};
        size_t count = 0;
        struct h5_attribute *list = NULL;
        bool good = read_attributes(r, group, &count, &list);
        c->group[at].attribute_count = count;
        c->group[at].attribute = list;
        if (!good) { return false; }
    } else if (!read_attributes(r, group, &c->attribute_count, &c->attribute)) {
        return false;
    }
    H5G_info_t info;
    if (H5Gget_info(group, &info) < 0) { return refuse(r, "a group cannot be listed"); }
    bool good = true;
    for (hsize_t i = 0; good && i < info.nlinks; i++) {
        char name[256];
        H5L_info_t link;
        ssize_t length =
            H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
        good = length > 0 && length < (ssize_t)sizeof name &&
               H5Lget_info(group, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD &&
               read_member(r, group, name, path, at, depth);
        if (!good) { refuse(r, "it holds a link that gapscale does not write"); }
    }
    return good;
}

struct h5_content *h5parse_file(const char *path, const char **why) {
    struct reader r = {.content = memory_create(1, sizeof *r.content)};
    h5library_open();
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t root = file >= 0 ? H5Gopen2(file, "/", H5P_DEFAULT) : -1;
    bool good = root >= 0 ? read_group(&r, root, "", 0) : refuse(&r, "it is no HDF5 file, or a damaged one");
    *why = r.why;
    return good ? r.content : NULL; /* the process is about to end */
}
