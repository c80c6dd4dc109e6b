/* netCDF-4 wants: format 1.8, tracked creation order, every axis of every dataset attached to a scale of
 * its own group, strings of variable length. A dimension without coordinate is a scale with the name
 * below (netCDF-4 file format specification). */
#include "sim/storage/h5file.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/temporary.h"

#define BARE_SCALE "This is a netCDF dimension but not a netCDF variable."

enum { PATH = 4096, DEPTH = 2 };
static const hsize_t LARGEST = (hsize_t)1 << 31; /* numbers in one dataset */

static void library_open(void) {
    H5open();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0);
}

/* ---- writing ---- */

static hid_t text_type(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static bool write_attribute(hid_t object, const struct h5_attribute *a) {
    hid_t space = H5Screate(H5S_SCALAR), text = text_type();
    hid_t type = a->text ? text : a->whole ? H5T_STD_U64LE : H5T_IEEE_F64LE;
    hid_t id = H5Acreate2(object, a->name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    herr_t status = -1;
    if (id >= 0 && a->text) {
        status = H5Awrite(id, text, &a->text);
    } else if (id >= 0 && a->whole) {
        status = H5Awrite(id, H5T_NATIVE_UINT64, a->whole);
    } else if (id >= 0) {
        status = H5Awrite(id, H5T_NATIVE_DOUBLE, &a->number);
    }
    H5Aclose(id);
    H5Tclose(text);
    H5Sclose(space);
    return status >= 0;
}

/* Creation order tracked, no time stamps: the same content gives the same bytes. */
static hid_t creation_list(hid_t class) {
    hid_t list = H5Pcreate(class);
    H5Pset_obj_track_times(list, 0);
    if (class != H5P_DATASET_CREATE) {
        H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    }
    H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    return list;
}

static bool is_coordinate(const struct h5_group *g, const struct h5_dataset *d) {
    return d->rank == 1 && strcmp(d->name, g->dimension[d->axis[0]].name) == 0;
}

static const struct h5_dataset *find_coordinate(const struct h5_group *g, size_t dimension) {
    for (size_t i = 0; i < g->dataset_count; i++) {
        if (is_coordinate(g, &g->dataset[i]) && g->dataset[i].axis[0] == dimension) { return &g->dataset[i]; }
    }
    return NULL;
}

/* Creates a dataset and writes it; negative on failure. */
static hid_t write_values(hid_t group, const struct h5_group *g, const struct h5_dataset *d) {
    hsize_t size[H5_RANK];
    for (unsigned i = 0; i < d->rank; i++) { size[i] = g->dimension[d->axis[i]].size; }
    hid_t space = H5Screate_simple((int)d->rank, size, NULL), text = text_type();
    hid_t list = creation_list(H5P_DATASET_CREATE);
    hid_t id =
        H5Dcreate2(group, d->name, d->text ? text : H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT);
    hid_t memory = d->text ? text : H5T_NATIVE_DOUBLE;
    const void *values = d->text ? (const void *)d->text : (const void *)d->number;
    bool good = id >= 0 && H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    struct h5_attribute words[] = {{.name = "long_name", .text = d->long_name},
                                   {.name = "units", .text = d->units}};
    for (size_t i = 0; i < 2; i++) { good = good && (!words[i].text || write_attribute(id, &words[i])); }
    H5Pclose(list);
    H5Tclose(text);
    H5Sclose(space);
    if (good) { return id; }
    H5Dclose(id);
    return -1;
}

static hid_t write_bare_scale(hid_t group, const struct h5_dimension *dimension) {
    hsize_t size = dimension->size;
    hid_t space = H5Screate_simple(1, &size, NULL), list = creation_list(H5P_DATASET_CREATE);
    hid_t id = H5Dcreate2(group, dimension->name, H5T_IEEE_F32BE, space, H5P_DEFAULT, list, H5P_DEFAULT);
    H5Pclose(list);
    H5Sclose(space);
    return id;
}

static hid_t write_scale(hid_t group, const struct h5_group *g, size_t dimension) {
    const struct h5_dataset *coordinate = find_coordinate(g, dimension);
    const struct h5_dimension *d = &g->dimension[dimension];
    char label[128];
    snprintf(label, sizeof label, BARE_SCALE " %9llu", (unsigned long long)d->size);
    hid_t id = coordinate ? write_values(group, g, coordinate) : write_bare_scale(group, d);
    if (id >= 0 && H5DSset_scale(id, coordinate ? d->name : label) >= 0) { return id; }
    H5Dclose(id);
    return -1;
}

static bool write_dataset(hid_t group, const struct h5_group *g, const struct h5_dataset *d,
                          const hid_t *scale) {
    hid_t id = write_values(group, g, d);
    bool good = id >= 0;
    for (unsigned i = 0; good && i < d->rank; i++) { good = H5DSattach_scale(id, scale[d->axis[i]], i) >= 0; }
    H5Dclose(id);
    return good;
}

static bool write_group(hid_t file, const struct h5_group *g) {
    hid_t list = creation_list(H5P_GROUP_CREATE);
    hid_t group = H5Gcreate2(file, g->name, H5P_DEFAULT, list, H5P_DEFAULT);
    hid_t *scale = memory_create(g->dimension_count + 1, sizeof *scale);
    bool good = group >= 0;
    for (size_t i = 0; good && i < g->attribute_count; i++) {
        good = write_attribute(group, &g->attribute[i]);
    }
    size_t scales = 0;
    for (; good && scales < g->dimension_count; scales++) {
        scale[scales] = write_scale(group, g, scales);
        good = scale[scales] >= 0;
    }
    for (size_t i = 0; good && i < g->dataset_count; i++) {
        const struct h5_dataset *d = &g->dataset[i];
        good = is_coordinate(g, d) || write_dataset(group, g, d, scale);
    }
    for (size_t i = 0; i < scales; i++) { H5Dclose(scale[i]); }
    free(scale);
    H5Gclose(group);
    H5Pclose(list);
    return good;
}

static hid_t create_file(const char *path) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), list = creation_list(H5P_FILE_CREATE);
    H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    hid_t file = H5Fcreate(path, H5F_ACC_EXCL, list, access);
    H5Pclose(list);
    H5Pclose(access);
    return file;
}

static bool sync_path(const char *path, int flags) {
    int descriptor = open(path, flags);
    if (descriptor < 0) { return false; }
    bool good = fsync(descriptor) == 0 || errno == EINVAL; /* a file system without fsync */
    return close(descriptor) == 0 && good;
}

static bool rename_whole(const char *temporary, const char *path) {
    char copy[PATH];
    snprintf(copy, sizeof copy, "%s", path);
    return sync_path(temporary, O_RDWR) && rename(temporary, path) == 0 && sync_path(dirname(copy), O_RDONLY);
}

static int write_failed(const char *temporary, const char *path) {
    int reason = errno;
    unlink(temporary);
    message_error("cannot write %s: %s; is the disk full or the place read-only?", path,
                  reason ? strerror(reason) : "HDF5 failed");
    return EXIT_FAILED;
}

int h5file_write(const char *path, size_t attribute_count, const struct h5_attribute *attribute,
                 size_t group_count, const struct h5_group *group) {
    char temporary[PATH];
    if (!temporary_name(path, sizeof temporary, temporary)) {
        message_error("%.60s...: the name is too long", path);
        return EXIT_FAILED;
    }
    signal(SIGXFSZ, SIG_IGN); /* a file size limit shows as an error of write() */
    library_open();
    errno = 0;
    hid_t file = create_file(temporary);
    if (file < 0) { return write_failed(temporary, path); }
    bool good = true;
    for (size_t i = 0; good && i < attribute_count; i++) { good = write_attribute(file, &attribute[i]); }
    for (size_t i = 0; good && i < group_count; i++) { good = write_group(file, &group[i]); }
    good = good && H5Fflush(file, H5F_SCOPE_LOCAL) >= 0;
    if (H5Fclose(file) < 0) { /* the library's exit handler could crash now */
        write_failed(temporary, path);
        _exit(EXIT_FAILED);
    }
    return good && rename_whole(temporary, path) ? EXIT_DONE : write_failed(temporary, path);
}

/* ---- reading ---- */

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
    hid_t type = H5Aget_type(id), space = H5Aget_space(id), text = text_type();
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
           strncmp(name, BARE_SCALE, strlen(BARE_SCALE)) == 0;
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
    hid_t text = text_type();
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
        good = size[i] > 0 && size[i] <= LARGEST / count;
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

static struct h5_content *read_here(const char *path, const char **why) {
    struct reader r = {.content = memory_create(1, sizeof *r.content)};
    library_open();
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t root = file >= 0 ? H5Gopen2(file, "/", H5P_DEFAULT) : -1;
    bool good = root >= 0 ? read_group(&r, root, "", 0) : refuse(&r, "it is no HDF5 file, or a damaged one");
    *why = r.why;
    return good ? r.content : NULL; /* the process is about to end */
}

/* ---- from the child to the parent ----
 *
 * One description serves both directions: a wire either writes what it is given or fills it in. */

struct wire {
    FILE *file;
    bool reading, good;
};

static void wire_bytes(struct wire *w, void *bytes, size_t size) {
    if (!w->good || size == 0) { return; }
    w->good = (w->reading ? fread(bytes, 1, size, w->file) : fwrite(bytes, 1, size, w->file)) == size;
}

/* A count of at most `most`; 0 once the wire is broken. */
static size_t wire_count(struct wire *w, size_t count, size_t most) {
    wire_bytes(w, &count, sizeof count);
    w->good = w->good && count <= most;
    return w->good ? count : 0;
}

static void wire_text(struct wire *w, const char **text) {
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
static void wire_name(struct wire *w, const char **text) {
    wire_text(w, text);
    w->good = w->good && *text;
}

enum { MOST_ITEMS = 1 << 16 };

static void *wire_list(struct wire *w, const void *list, size_t *count, size_t size) {
    *count = wire_count(w, *count, MOST_ITEMS);
    return w->reading ? memory_create(*count + 1, size) : (void *)list;
}

static const struct h5_attribute *wire_attributes(struct wire *w, const struct h5_attribute *list,
                                                  size_t *count) {
    struct h5_attribute *a = wire_list(w, list, count, sizeof *a);
    for (size_t i = 0; i < *count; i++) {
        wire_name(w, &a[i].name);
        wire_text(w, &a[i].text);
        if (wire_count(w, a[i].whole != NULL, 1)) {
            if (w->reading) { a[i].whole = memory_create(1, sizeof *a[i].whole); }
            wire_bytes(w, (uint64_t *)a[i].whole, sizeof *a[i].whole);
        }
        wire_bytes(w, &a[i].number, sizeof a[i].number);
    }
    return a;
}

/* Axes within the group, and no more numbers than LARGEST; *count receives how many. */
static bool axes_are_sound(const struct h5_group *g, const struct h5_dataset *d, size_t *count) {
    *count = 1;
    for (unsigned i = 0; i < d->rank; i++) {
        if (d->axis[i] >= g->dimension_count) { return false; }
        size_t size = g->dimension[d->axis[i]].size;
        if (size == 0 || size > LARGEST / *count) { return false; }
        *count *= size;
    }
    return d->rank >= 1 && d->rank <= H5_RANK;
}

static void wire_dataset(struct wire *w, const struct h5_group *g, struct h5_dataset *d) {
    size_t count;
    wire_name(w, &d->name);
    wire_text(w, &d->units);
    wire_text(w, &d->long_name);
    wire_bytes(w, &d->rank, sizeof d->rank);
    wire_bytes(w, d->axis, sizeof d->axis);
    w->good = w->good && d->rank <= H5_RANK && axes_are_sound(g, d, &count);
    if (!w->good) {
        d->rank = 0;
        return;
    }
    if (wire_count(w, d->text != NULL, 1)) {
        if (w->reading) { d->text = memory_create(count, sizeof *d->text); }
        for (size_t i = 0; w->good && i < count; i++) { wire_name(w, (const char **)&d->text[i]); }
    } else {
        if (w->reading) { d->number = memory_create(count, sizeof *d->number); }
        wire_bytes(w, (double *)d->number, count * sizeof *d->number);
    }
}

static void wire_group(struct wire *w, struct h5_group *g) {
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

static void wire_content(struct wire *w, struct h5_content *c) {
    c->attribute = (struct h5_attribute *)wire_attributes(w, c->attribute, &c->attribute_count);
    c->group = wire_list(w, c->group, &c->group_count, sizeof *c->group);
    for (size_t i = 0; i < c->group_count; i++) { wire_group(w, &c->group[i]); }
}

/* The child: what is wrong, or an empty text and the content. Never returns. */
static _Noreturn void child_read(const char *path, int out) {
    const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++) { signal(fatal[i], SIG_DFL); }
    struct rlimit seconds = {60, 60}, none = {0, 0};
    setrlimit(RLIMIT_CPU, &seconds);
    setrlimit(RLIMIT_CORE, &none);
    int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) { dup2(nowhere, STDERR_FILENO); }
    const char *why = NULL;
    struct h5_content *content = read_here(path, &why);
    struct wire w = {.file = fdopen(out, "w"), .good = true};
    if (!w.file) { _exit(EXIT_FAILED); }
    if (content) { why = ""; }
    wire_text(&w, &why);
    if (content) { wire_content(&w, content); }
    _exit(w.good && fflush(w.file) == 0 ? EXIT_DONE : EXIT_FAILED);
}

/* The parent: NULL with `why` when the child refuses the file or dies. */
static struct h5_content *receive(int in, char why[H5_WHY]) {
    struct wire w = {.file = fdopen(in, "r"), .reading = true, .good = true};
    struct h5_content *c = memory_create(1, sizeof *c);
    const char *refusal = NULL;
    w.good = w.file != NULL;
    wire_text(&w, &refusal);
    if (w.good && refusal && *refusal == '\0') { wire_content(&w, c); }
    if (!w.good || !refusal) {
        snprintf(why, H5_WHY, "it is damaged: reading it crashes the HDF5 library");
    } else {
        snprintf(why, H5_WHY, "%s", refusal);
    }
    bool good = w.good && refusal && *refusal == '\0';
    free((void *)refusal);
    if (w.file) { fclose(w.file); }
    if (good) { return c; }
    h5file_free(c);
    return NULL;
}

static bool is_regular_file(const char *path, char why[H5_WHY]) {
    struct stat info;
    if (stat(path, &info) != 0 || access(path, R_OK) != 0) {
        snprintf(why, H5_WHY, "%s", strerror(errno));
        return false;
    }
    if (!S_ISREG(info.st_mode)) {
        snprintf(why, H5_WHY, "it is no regular file");
        return false;
    }
    return true;
}

struct h5_content *h5file_read(const char *path, char why[H5_WHY]) {
    int end[2];
    if (!is_regular_file(path, why)) { return NULL; }
    fflush(NULL);
    pid_t child = pipe2(end, O_CLOEXEC) == 0 ? fork() : -1;
    if (child < 0) {
        snprintf(why, H5_WHY, "cannot start a process to read it: %s", strerror(errno));
        return NULL;
    }
    if (child == 0) {
        close(end[0]);
        child_read(path, end[1]);
    }
    close(end[1]);
    struct h5_content *content = receive(end[0], why);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    return content;
}

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
}

void h5file_free(struct h5_content *c) {
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

const struct h5_attribute *h5file_attribute(size_t count, const struct h5_attribute *attribute,
                                            const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(attribute[i].name, name) == 0) { return &attribute[i]; }
    }
    return NULL;
}

const struct h5_dataset *h5file_dataset(const struct h5_group *group, const char *name) {
    for (size_t i = 0; i < group->dataset_count; i++) {
        if (strcmp(group->dataset[i].name, name) == 0) { return &group->dataset[i]; }
    }
    return NULL;
}
