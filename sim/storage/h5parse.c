/* What is not asked for is not opened. What gapscale does not write (attributes that are lists, datasets of
 * whole numbers, ..) is listed by its name alone, and links, types and groups within groups are passed over:
 * others may annotate a file. What cannot be read although it is of a kind that gapscale writes is damage. */
#include "sim/storage/h5parse.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/storage/h5library.h"

enum { DEPTH = 2, NAME = 256 };
static const size_t LONGEST = (size_t)1 << 26; /* bytes of text of fixed length */

/* Where a file's values take less room than the tightest packing by gzip, 1032 to 1, leaves them. */
static const double TIGHTEST = 1040;
static const hsize_t LARGEST_CHUNK = 1 << 24; /* bytes, where all values take less */

struct reader {
    const struct h5parse_wanted *wanted;
    struct h5_content *content;
    const char *why;
};

static herr_t is_about_memory(unsigned depth, const H5E_error2_t *error, void *found) {
    (void)depth;
    *(bool *)found |= error->maj_num == H5E_RESOURCE || error->min_num == H5E_CANTALLOC;
    return 0;
}

/* Memory that runs out is no damage. */
static bool refuse(struct reader *r, const char *why) {
    bool exhausted = false;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, is_about_memory, &exhausted);
    if (!r->why) { r->why = exhausted ? H5PARSE_EXHAUSTED : why; }
    return false;
}

/* ---- what is asked for ---- */

static const struct h5_group *wanted_group(const struct reader *r, const char *path) {
    for (size_t i = 0; i < r->wanted->group_count; i++) {
        if (strcmp(r->wanted->group[i].name, path) == 0) { return &r->wanted->group[i]; }
    }
    return NULL;
}

/* The dataset of this name that is asked for in a group, or the dimension, whose scale names an axis. */
static bool wants_dataset(const struct h5_group *g, const char *name) {
    for (size_t i = 0; i < g->dimension_count; i++) {
        if (strcmp(g->dimension[i].name, name) == 0) { return true; }
    }
    return h5content_dataset(g, name) != NULL;
}

static bool has_wanted_shape(const struct h5_group *g, const char *name, unsigned rank, const hsize_t *size) {
    const struct h5_dataset *d = h5content_dataset(g, name);
    bool same = rank == d->rank;
    for (unsigned i = 0; same && i < rank; i++) { same = g->dimension[d->axis[i]].size == size[i]; }
    return same;
}

/* ---- text ---- */

static bool is_text(hid_t type) {
    return H5Tget_class(type) == H5T_STRING && (H5Tis_variable_str(type) > 0 || H5Tget_size(type) <= LONGEST);
}

/* As the file's text is to be read: of variable length, or one byte longer than there, for NUL. */
static hid_t read_type(hid_t type) {
    hid_t read = H5Tcopy(H5T_C_S1);
    H5Tset_size(read, H5Tis_variable_str(type) > 0 ? H5T_VARIABLE : H5Tget_size(type) + 1);
    H5Tset_cset(read, H5Tget_cset(type));
    return read;
}

/* Texts as HDF5 left them in `raw`, made with read_type: copied, and what the library made freed. */
static void take_texts(hid_t read, size_t count, char *raw, const char **text) {
    size_t size = H5Tget_size(read);
    bool variable = H5Tis_variable_str(read) > 0;
    for (size_t i = 0; i < count; i++) {
        char *one = raw + i * size;
        if (variable) { memcpy(&one, raw + i * size, sizeof one); }
        text[i] = memory_copy_text(one ? one : "");
        if (variable && one) { H5free_memory(one); }
    }
}

/* ---- attributes ---- */

/* Attributes by which HDF5 and netCDF keep their own books. */
static bool is_bookkeeping(const char *name) {
    static const char *const known[] = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST",
                                        "DIMENSION_LABELS"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(name, known[i]) == 0) { return true; }
    }
    return name[0] == '_';
}

/* Of an attribute or dataset. What a failed read left on the stack of errors is gone with the next call: it
 * is judged at once. */
static bool read_raw(struct reader *r, hid_t id, hid_t type, void *raw) {
    if (H5Iget_type(id) == H5I_ATTR) {
        return H5Aread(id, type, raw) >= 0 || refuse(r, "an attribute cannot be read");
    }
    return H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) >= 0 || refuse(r, "a dataset is damaged");
}

static bool read_texts(struct reader *r, hid_t id, hid_t type, size_t count, const char **text) {
    hid_t read = read_type(type);
    char *raw = memory_create(count, H5Tget_size(read));
    bool good = read_raw(r, id, read, raw);
    take_texts(read, count, raw, text);
    free(raw);
    H5Tclose(read);
    return good;
}

static bool read_attribute_value(struct reader *r, hid_t id, hid_t type, hid_t space,
                                 struct h5_attribute *a) {
    bool list = H5Sget_simple_extent_npoints(space) != 1;
    if (!list && is_text(type)) { return read_texts(r, id, type, 1, &a->text); }
    if (!list && H5Tget_class(type) == H5T_INTEGER) {
        uint64_t *whole = memory_create(1, sizeof *whole);
        a->whole = whole;
        return read_raw(r, id, H5T_NATIVE_UINT64, whole);
    }
    a->number = NAN;
    return list || H5Tget_class(type) != H5T_FLOAT || read_raw(r, id, H5T_NATIVE_DOUBLE, &a->number);
}

struct attribute_list {
    struct reader *reader;
    size_t count;
    struct h5_attribute *item;
};

static herr_t add_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context) {
    (void)info;
    struct attribute_list *list = context;
    if (is_bookkeeping(name)) { return 0; }
    struct h5_attribute a = {.name = memory_copy_text(name)};
    hid_t id = H5Aopen(object, name, H5P_DEFAULT), type = H5Aget_type(id), space = H5Aget_space(id);
    bool good = id >= 0 && type >= 0 && space >= 0 && read_attribute_value(list->reader, id, type, space, &a);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(id);
    list->item = memory_resize(list->item, list->count + 1, sizeof *list->item);
    list->item[list->count++] = a;
    return good ? 0 : -1;
}

static bool read_attributes(struct reader *r, hid_t object, struct attribute_list *list) {
    *list = (struct attribute_list){.reader = r};
    return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, add_attribute, list) >= 0 ||
           refuse(r, "an attribute cannot be read");
}

/* ---- scales ----
 *
 * A dataset's axes refer to scales by their address. Asking HDF5 for the name of what stands there searches
 * the whole file, so that the scales of a group are listed first. */

struct scale {
    haddr_t address;
    char *name;
};

struct scale_list {
    size_t count;
    struct scale *item;
};

/* The group at hand: depth 0 is the root, whose own datasets are not read. */
struct place {
    struct reader *reader;
    const char *path;
    size_t at; /* in the content */
    int depth;
    const struct h5_group *wanted; /* NULL: everything, or the root */
    struct scale_list scales;
};

static haddr_t object_address(hid_t object) {
    H5O_info_t info;
    return H5Oget_info2(object, &info, H5O_INFO_BASIC) >= 0 ? info.addr : HADDR_UNDEF;
}

static herr_t add_scale(hid_t group, const char *name, const H5L_info_t *link, void *context) {
    struct place *p = context;
    struct scale_list *list = &p->scales;
    if (link->type != H5L_TYPE_HARD || (p->wanted && !wants_dataset(p->wanted, name))) { return 0; }
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (H5Iget_type(object) == H5I_DATASET && H5DSis_scale(object) > 0) {
        list->item = memory_resize(list->item, list->count + 1, sizeof *list->item);
        list->item[list->count++] = (struct scale){object_address(object), memory_copy_text(name)};
    }
    H5Oclose(object);
    return 0;
}

struct axis_name {
    const struct scale_list *scales;
    char name[NAME];
};

static herr_t name_axis(hid_t dataset, unsigned axis, hid_t scale, void *context) {
    (void)dataset;
    (void)axis;
    struct axis_name *found = context;
    haddr_t address = object_address(scale);
    for (size_t i = 0; i < found->scales->count; i++) {
        if (found->scales->item[i].address != address) { continue; }
        snprintf(found->name, NAME, "%.255s", found->scales->item[i].name);
        return 1;
    }
    return H5Iget_name(scale, found->name, NAME) > 0 ? 1
                                                     : -1; /* a path, unlike any name of the group's own */
}

static bool is_bare_scale(hid_t dataset) {
    char name[128] = "";
    return H5DSis_scale(dataset) > 0 && H5DSget_scale_name(dataset, name, sizeof name) > 0 &&
           strncmp(name, H5LIBRARY_BARE_SCALE, strlen(H5LIBRARY_BARE_SCALE)) == 0;
}

/* ---- datasets ---- */

/* The dimension of this size that the dataset's axis is attached to, by name; added when new. */
static unsigned group_dimension(struct h5_group *g, const char *name, size_t size) {
    for (size_t i = 0; i < g->dimension_count; i++) {
        if (strcmp(g->dimension[i].name, name) == 0 && g->dimension[i].size == size) { return (unsigned)i; }
    }
    struct h5_dimension *grown = memory_resize((void *)g->dimension, g->dimension_count + 1, sizeof *grown);
    grown[g->dimension_count] = (struct h5_dimension){memory_copy_text(name), size};
    g->dimension = grown;
    return (unsigned)g->dimension_count++;
}

/* An axis without scale is called like the dataset, as that of a coordinate is. */
static void read_axes(hid_t dataset, const struct scale_list *scales, const hsize_t *size, struct h5_group *g,
                      struct h5_dataset *d) {
    bool scale = H5DSis_scale(dataset) > 0;
    for (unsigned i = 0; i < d->rank; i++) {
        struct axis_name axis = {.scales = scales};
        snprintf(axis.name, NAME, "%.255s", d->name);
        if (!scale) { H5DSiterate_scales(dataset, i, NULL, name_axis, &axis); }
        d->axis[i] = group_dimension(g, axis.name, size[i]);
    }
}

static bool storage_is_plain(hid_t dataset) {
    hid_t list = H5Dget_create_plist(dataset);
    bool plain = H5Pget_layout(list) != H5D_VIRTUAL && H5Pget_external_count(list) == 0;
    H5Pclose(list);
    return plain;
}

/* Whether all chunks are there, none of them much larger than the values. */
static bool chunks_are_sound(hid_t dataset, hid_t list, hid_t space, unsigned rank, hsize_t bytes,
                             hsize_t width) {
    hsize_t chunk[H5_RANK], most = bytes > LARGEST_CHUNK ? bytes : LARGEST_CHUNK;
    if (H5Pget_chunk(list, H5_RANK, chunk) != (int)rank) { return false; }
    for (unsigned i = 0; i < rank; i++) {
        if (chunk[i] == 0 || chunk[i] > most / width) { return false; }
        width *= chunk[i];
    }
    return h5library_chunks_are_whole(dataset, list, space);
}

/* Whether the file holds all of so many values. */
static bool values_are_stored(hid_t dataset, hid_t type, hid_t space, unsigned rank, size_t count) {
    hid_t list = H5Dget_create_plist(dataset);
    hsize_t width = H5Tget_size(type), bytes = count * width, stored = H5Dget_storage_size(dataset);
    bool chunked = H5Pget_layout(list) == H5D_CHUNKED;
    bool sound = chunked ? (double)bytes <= TIGHTEST * (double)stored &&
                               chunks_are_sound(dataset, list, space, rank, bytes, width)
                         : stored >= bytes;
    H5Pclose(list);
    return sound;
}

/* The rank of a dataset such as gapscale writes, its shape, and how many values it has; 0 for any other. */
static unsigned own_shape(hid_t dataset, hid_t type, hid_t space, hsize_t size[H5_RANK], size_t *count) {
    int rank = H5Sget_simple_extent_ndims(space);
    *count = 0;
    if ((!is_text(type) && H5Tget_class(type) != H5T_FLOAT) || !storage_is_plain(dataset)) { return 0; }
    if (rank < 1 || rank > H5_RANK || H5Sget_simple_extent_dims(space, size, NULL) != rank) { return 0; }
    *count = 1;
    for (int i = 0; i < rank; i++) {
        if (size[i] == 0 || size[i] > H5LIBRARY_LARGEST / *count) { return 0; }
        *count *= size[i];
    }
    bool room = !is_text(type) || H5Tis_variable_str(type) > 0 || *count <= LONGEST / H5Tget_size(type);
    return room ? (unsigned)rank : 0;
}

static bool read_values(struct reader *r, hid_t dataset, const struct scale_list *scales,
                        const struct h5_group *wanted, struct h5_group *g, struct h5_dataset *d) {
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    hsize_t size[H5_RANK];
    size_t count;
    bool good = space >= 0 && type >= 0;
    d->rank = good ? own_shape(dataset, type, space, size, &count) : 0;
    if (d->rank > 0 && wanted && !has_wanted_shape(wanted, d->name, d->rank, size)) {
        good = refuse(r, "an array has not the shape that its config implies");
    } else if (d->rank > 0 && wanted && !values_are_stored(dataset, type, space, d->rank, count)) {
        good = refuse(r, "an array lacks values, or is packed as none that gapscale writes");
    }
    if (!good) { d->rank = 0; }
    if (d->rank > 0) { read_axes(dataset, scales, size, g, d); }
    if (d->rank > 0 && is_text(type)) {
        const char **text = memory_create(count, sizeof *text);
        d->text = text;
        good = read_texts(r, dataset, type, count, text);
    } else if (d->rank > 0 && !r->wanted->frame) {
        double *number = memory_create(count, sizeof *number);
        d->number = number;
        good = read_raw(r, dataset, H5T_NATIVE_DOUBLE, number);
    }
    H5Tclose(type);
    H5Sclose(space);
    return good || refuse(r, "a dataset is damaged");
}

static const char *text_of(const struct attribute_list *list, const char *name) {
    const struct h5_attribute *a = h5content_attribute(list->count, list->item, name);
    return a ? a->text : NULL;
}

static bool read_words(struct reader *r, hid_t dataset, struct h5_dataset *d) {
    struct attribute_list word;
    bool good = read_attributes(r, dataset, &word);
    d->units = text_of(&word, "units");
    d->long_name = text_of(&word, "long_name");
    d->coordinates = text_of(&word, "coordinates");
    return good;
}

static bool read_dataset(const struct place *p, hid_t dataset, const char *name) {
    struct reader *r = p->reader;
    struct h5_group *g = &r->content->group[p->at];
    if (is_bare_scale(dataset) || (p->wanted && !h5content_dataset(p->wanted, name))) { return true; }
    struct h5_dataset *list = memory_resize((void *)g->dataset, g->dataset_count + 1, sizeof *list);
    struct h5_dataset *d = &list[g->dataset_count++];
    *d = (struct h5_dataset){.name = memory_copy_text(name)};
    g->dataset = list;
    return read_values(r, dataset, &p->scales, p->wanted, g, d) && read_words(r, dataset, d);
}

/* ---- groups ---- */

static bool read_group(struct reader *r, hid_t group, const char *path, int depth);

static bool wants_member(const struct place *p, const char *name, const char *path) {
    return p->reader->wanted->everything || wanted_group(p->reader, path) ||
           (p->wanted && wants_dataset(p->wanted, name));
}

static herr_t read_member(hid_t group, const char *name, const H5L_info_t *link, void *context) {
    struct place *p = context;
    char inner[1024];
    snprintf(inner, sizeof inner, "%s%s%s", p->path, *p->path ? "/" : "", name);
    if (link->type != H5L_TYPE_HARD || !wants_member(p, name, inner)) { return 0; }
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    H5I_type_t kind = H5Iget_type(object);
    bool good = object >= 0 || refuse(p->reader, "something in it cannot be opened");
    if (kind == H5I_DATASET && p->depth > 0) {
        good = read_dataset(p, object, name);
    } else if (kind == H5I_GROUP && p->depth < DEPTH) {
        good = read_group(p->reader, object, inner, p->depth + 1);
    }
    H5Oclose(object);
    return good ? 0 : -1;
}

static bool read_members(hid_t group, struct place *p) {
    return (p->depth == 0 || H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, add_scale, p) >= 0) &&
           H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, read_member, p) >= 0;
}

static bool read_group(struct reader *r, hid_t group, const char *path, int depth) {
    struct h5_content *c = r->content;
    struct attribute_list list;
    struct place place = {.reader = r, .path = path, .at = c->group_count, .depth = depth};
    if (!r->wanted->everything && depth > 0) { place.wanted = wanted_group(r, path); }
    bool good = read_attributes(r, group, &list);
    if (depth == 0) {
        c->attribute_count = list.count;
        c->attribute = list.item;
    } else {
        c->group = memory_resize(c->group, ++c->group_count, sizeof *c->group);
        c->group[place.at] = (struct h5_group){
            .name = memory_copy_text(path), .attribute_count = list.count, .attribute = list.item};
    }
    return good && (read_members(group, &place) || refuse(r, "a group cannot be listed"));
}

/* Why HDF5 does not open a file. */
static const char *opening_fault(const char *path) {
    return h5library_is_marked(path)
               ? "a program has it open for writing, or died with it open (h5clear -s mends that)"
               : "it is no HDF5 file, or a damaged one";
}

struct h5_content *h5parse_file(const char *path, const struct h5parse_wanted *wanted, const char **why) {
    struct reader r = {.wanted = wanted, .content = memory_create(1, sizeof *r.content)};
    h5library_open();
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t root = file >= 0 ? H5Gopen2(file, "/", H5P_DEFAULT) : -1;
    bool good = root >= 0 ? read_group(&r, root, "", 0) : refuse(&r, opening_fault(path));
    *why = r.why;
    return good ? r.content : NULL; /* the process is about to end */
}
