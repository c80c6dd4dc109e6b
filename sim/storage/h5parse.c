/* What is not asked for is not opened: others may annotate a file. Of attributes those of kinds that gapscale
 * does not write (lists, ..) have a name alone. What cannot be read although it is of a kind that gapscale
 * writes is damage. */
#include "sim/storage/h5parse.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/storage/h5library.h"

static const size_t LONGEST = (size_t)1 << 26; /* bytes of text of fixed length */

/* Where a file's values take less room than the tightest packing by gzip, 1032 to 1, leaves them. */
static const double TIGHTEST = 1040;
static const hsize_t LARGEST_CHUNK = 1 << 24; /* bytes, where all values take less */

struct reader {
    bool frame; /* sums in the place of numbers */
    struct h5_content *content;
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
    if (!*r->content->fault) { snprintf(r->content->fault, H5_WHY, "%s", exhausted ? H5_EXHAUSTED : why); }
    return false;
}

/* Zeroed room in what is read; NULL, refused, where there is none left. */
static void *take(struct reader *r, size_t count, size_t size) {
    void *room = h5content_take(r->content, count, size);
    if (!room) { refuse(r, H5_EXHAUSTED); }
    return room;
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

/* Of an attribute or dataset. What a failed read left on the stack of errors is gone with the next call: it
 * is judged at once. */
static bool read_raw(struct reader *r, hid_t id, hid_t type, void *raw) {
    if (H5Iget_type(id) == H5I_ATTR) {
        return H5Aread(id, type, raw) >= 0 || refuse(r, "an attribute cannot be read");
    }
    return H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) >= 0 || refuse(r, "a dataset is damaged");
}

static const char *copy_text(struct reader *r, const char *text) {
    const size_t size = text ? strlen(text) + 1 : 1;
    char *copy = take(r, size, 1);
    return copy && text ? memcpy(copy, text, size) : copy;
}

static bool read_texts(struct reader *r, hid_t id, hid_t type, size_t count, const char **text) {
    hid_t read = read_type(type);
    const bool variable = H5Tis_variable_str(read) > 0;
    const size_t size = H5Tget_size(read);
    char *fixed = variable ? NULL : take(r, count, size);
    bool good = (variable || fixed) && read_raw(r, id, read, variable ? (void *)text : fixed);
    for (size_t i = 0; good && i < count; i++) {
        text[i] = variable ? copy_text(r, text[i]) : fixed + i * size;
        good = text[i] != NULL;
    }
    H5Tclose(read);
    return good;
}

/* ---- attributes ---- */

/* One at hand: its value, if it is of a kind that gapscale writes. */
static bool read_value(struct reader *r, hid_t id, hid_t type, hid_t space, struct h5_attribute *a) {
    const bool one = H5Sget_simple_extent_npoints(space) == 1;
    if (one && is_text(type)) { return read_texts(r, id, type, 1, &a->text); }
    if (one && H5Tget_class(type) == H5T_INTEGER) {
        uint64_t *whole = take(r, 1, sizeof *whole);
        a->whole = whole;
        return whole && read_raw(r, id, H5T_NATIVE_UINT64, whole);
    }
    a->number = NAN;
    return !one || H5Tget_class(type) != H5T_FLOAT || read_raw(r, id, H5T_NATIVE_DOUBLE, &a->number);
}

static bool read_attribute(struct reader *r, hid_t object, const char *name, struct h5_attribute *a) {
    hid_t id = H5Aopen(object, name, H5P_DEFAULT), type = H5Aget_type(id), space = H5Aget_space(id);
    bool good = id >= 0 && type >= 0 && space >= 0 && read_value(r, id, type, space, a);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(id);
    return good || refuse(r, "an attribute cannot be read");
}

struct attributes {
    struct reader *reader;
    size_t count, most;
    struct h5_attribute *list;
};

static herr_t add_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context) {
    (void)info;
    struct attributes *all = context;
    if (name[0] == '_') { return 0; } /* netCDF's own books */
    if (all->count == all->most) { return -1; }
    struct h5_attribute *a = &all->list[all->count++];
    a->name = copy_text(all->reader, name);
    return a->name && read_attribute(all->reader, object, name, a) ? 0 : -1;
}

static bool read_attributes(struct reader *r, hid_t object, size_t *count, struct h5_attribute **list) {
    H5O_info_t info;
    struct attributes all = {.reader = r};
    bool good = H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) >= 0;
    if (good) {
        all.most = (size_t)info.num_attrs;
        all.list = take(r, all.most, sizeof *all.list);
    }
    good =
        good && all.list && H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, add_attribute, &all) >= 0;
    *count = all.count;
    *list = all.list;
    return good || refuse(r, "an attribute cannot be read");
}

/* A word about a dataset, where it has that. */
static bool read_word(struct reader *r, hid_t dataset, const char *name, const char **word) {
    struct h5_attribute a = {.text = NULL};
    if (H5Aexists(dataset, name) == 0) { return true; }
    bool good = read_attribute(r, dataset, name, &a);
    *word = a.text;
    return good;
}

/* ---- datasets ---- */

/* A group at hand: what is wanted of it, what was read of that, and where its scales stand, to which
 * datasets' axes refer. */
struct place {
    hid_t group;
    const struct h5_group *wanted;
    size_t count;
    struct h5_dataset *dataset;
    haddr_t *scale; /* by dimension */
};

static herr_t is_scale(hid_t dataset, unsigned axis, hid_t scale, void *address) {
    H5O_info_t info;
    (void)dataset;
    (void)axis;
    return H5Oget_info2(scale, &info, H5O_INFO_BASIC) >= 0 && info.addr == *(haddr_t *)address;
}

/* Whether each axis lies on the scale of its group that the array's name implies, or on none while that is
 * there: then the name tells. */
static bool check_axes(struct reader *r, hid_t dataset, const struct place *p, const struct h5_dataset *d) {
    for (unsigned i = 0; i < d->rank; i++) {
        haddr_t *scale = &p->scale[d->axis[i]];
        if (strcmp(p->wanted->dimension[d->axis[i]].name, d->name) == 0) { continue; }
        herr_t found = H5DSiterate_scales(dataset, i, NULL, is_scale, scale);
        if (found < 0) { return refuse(r, "a dataset is damaged, or a scale that it lies on"); }
        if (found == 0 && (H5DSget_num_scales(dataset, i) > 0 || *scale == HADDR_UNDEF)) {
            return refuse(r, "an array lies on other scales than its name says; attach those of its group "
                             "(h5py: dims[i].attach_scale)");
        }
    }
    return true;
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

/* Whether a dataset is of a kind that gapscale writes. */
static bool is_own(hid_t dataset, hid_t type, hid_t space) {
    int rank = H5Sget_simple_extent_ndims(space);
    return (is_text(type) || H5Tget_class(type) == H5T_FLOAT) && rank >= 1 && rank <= H5_RANK &&
           storage_is_plain(dataset);
}

static bool has_wanted_shape(const struct h5_group *g, const struct h5_dataset *d, hid_t space) {
    hsize_t size[H5_RANK];
    bool same = H5Sget_simple_extent_dims(space, size, NULL) == (int)d->rank;
    for (unsigned i = 0; same && i < d->rank; i++) { same = g->dimension[d->axis[i]].size == size[i]; }
    return same;
}

enum { PIECE = 1 << 17 }; /* numbers that are read at once */

/* Of the numbers from `at` on those that are read next: whole rows of the last axis, or what fits of one. */
static size_t next_piece(unsigned rank, const hsize_t *size, size_t at) {
    const size_t width = size[rank - 1], rows = rank > 1 ? size[rank - 2] : 1, most = PIECE / width,
                 left = rows - at / width % rows, rest = width - at % width;
    if (most == 0) { return rest < PIECE ? rest : PIECE; }
    return width * (left < most ? left : most);
}

/* Of numbers that are not kept. */
static bool read_sum(struct reader *r, hid_t dataset, size_t count, uint64_t *sum) {
    double *number = memory_create(count < PIECE ? count : PIECE, sizeof *number);
    hid_t space = H5Dget_space(dataset);
    hsize_t size[H5_RANK];
    const unsigned rank = (unsigned)H5Sget_simple_extent_dims(space, size, NULL);
    bool good = true;
    for (size_t at = 0, piece; good && at < count; at += piece) {
        piece = next_piece(rank, size, at);
        hid_t memory = H5Screate_simple(1, &(hsize_t){piece}, NULL);
        good = (h5library_select(space, at, piece) &&
                H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, number) >= 0) ||
               refuse(r, "a dataset is damaged");
        *sum = h5content_sum(*sum, piece, number);
        H5Sclose(memory);
    }
    H5Sclose(space);
    free(number);
    return good;
}

static bool read_values(struct reader *r, hid_t dataset, hid_t type, size_t count, struct h5_dataset *held) {
    if (is_text(type)) {
        const char **text = take(r, count, sizeof *text);
        held->text = text;
        return text && read_texts(r, dataset, type, count, text);
    }
    if (r->frame) { return read_sum(r, dataset, count, &held->sum); }
    double *number = take(r, count, sizeof *number);
    held->number = number;
    return number && read_raw(r, dataset, H5T_NATIVE_DOUBLE, number);
}

static bool read_own(struct reader *r, hid_t dataset, hid_t type, hid_t space, const struct place *p,
                     const struct h5_dataset *d, struct h5_dataset *held) {
    const size_t count = h5content_count(p->wanted, d);
    if (!has_wanted_shape(p->wanted, d, space)) {
        return refuse(r, "an array has not the shape that its config implies");
    }
    if (!values_are_stored(dataset, type, space, d->rank, count)) {
        return refuse(r, "an array lacks values, or is packed as none that gapscale writes");
    }
    if (!check_axes(r, dataset, p, d)) { return false; }
    held->rank = d->rank;
    memcpy(held->axis, d->axis, sizeof held->axis);
    return read_values(r, dataset, type, count, held);
}

/* Opens what a hard link leads to; *id is negative where there is none of that kind. */
static bool open_member(struct reader *r, hid_t group, const char *name, H5I_type_t kind, hid_t *id) {
    H5L_info_t link;
    htri_t there = H5Lexists(group, name, H5P_DEFAULT);
    *id = -1;
    if (there < 0 || (there > 0 && H5Lget_info(group, name, &link, H5P_DEFAULT) < 0)) {
        return refuse(r, "a group cannot be listed");
    }
    if (there == 0 || link.type != H5L_TYPE_HARD) { return true; }
    *id = H5Oopen(group, name, H5P_DEFAULT);
    if (*id < 0) { return refuse(r, "something in it cannot be opened"); }
    if (H5Iget_type(*id) == kind) { return true; }
    H5Oclose(*id);
    *id = -1;
    return true;
}

static bool read_dataset(struct reader *r, struct place *p, const struct h5_dataset *d) {
    hid_t dataset;
    if (!open_member(r, p->group, d->name, H5I_DATASET, &dataset)) { return false; }
    if (dataset < 0) { return true; }
    struct h5_dataset *held = &p->dataset[p->count++];
    held->name = d->name;
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    bool good = (space >= 0 && type >= 0) || refuse(r, "a dataset is damaged");
    good = good && read_word(r, dataset, "units", &held->units) &&
           read_word(r, dataset, "long_name", &held->long_name) &&
           (!is_own(dataset, type, space) || read_own(r, dataset, type, space, p, d, held));
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(dataset);
    return good;
}

/* ---- groups ---- */

/* The group itself and, one after the other, those around it. */
static bool open_group(struct reader *r, hid_t root, const char *path, hid_t *group) {
    char *copy = memory_copy_text(path), *rest = copy, *name;
    hid_t inner = root, outer = root;
    bool good = true;
    while (good && inner >= 0 && (name = strsep(&rest, "/"))) {
        good = open_member(r, outer, name, H5I_GROUP, &inner);
        if (outer != root) { H5Oclose(outer); }
        outer = inner;
    }
    free(copy);
    *group = inner;
    return good;
}

static haddr_t address_of(hid_t group, const char *name) {
    H5O_info_t info;
    return H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0 ? info.addr
                                                                                      : HADDR_UNDEF;
}

static bool read_members(struct reader *r, hid_t group, const struct h5_group *wanted,
                         struct h5_group *held) {
    struct h5_attribute *attribute = NULL;
    struct place p = {.group = group,
                      .wanted = wanted,
                      .dataset = take(r, wanted->dataset_count, sizeof *p.dataset),
                      .scale = memory_create(wanted->dimension_count, sizeof *p.scale)};
    bool good = p.dataset && read_attributes(r, group, &held->attribute_count, &attribute);
    for (size_t i = 0; i < wanted->dimension_count; i++) {
        p.scale[i] = address_of(group, wanted->dimension[i].name);
    }
    for (size_t i = 0; good && i < wanted->dataset_count; i++) {
        good = read_dataset(r, &p, &wanted->dataset[i]);
    }
    free(p.scale);
    held->name = wanted->name;
    held->dimension_count = wanted->dimension_count;
    held->dimension = wanted->dimension;
    held->dataset_count = p.count;
    held->dataset = p.dataset;
    held->attribute = attribute;
    return good;
}

static bool read_root(struct reader *r, hid_t root, size_t group_count, const struct h5_group *wanted) {
    struct h5_content *c = r->content;
    bool good = read_attributes(r, root, &c->attribute_count, &c->attribute);
    c->group = good ? take(r, group_count, sizeof *c->group) : NULL;
    for (size_t i = 0; c->group && good && i < group_count; i++) {
        hid_t group;
        good = open_group(r, root, wanted[i].name, &group);
        if (!good || group < 0) { continue; }
        good = read_members(r, group, &wanted[i], &c->group[c->group_count++]);
        H5Oclose(group);
    }
    return c->group && good;
}

/* Why HDF5 does not open a file. */
static const char *opening_fault(const char *path) {
    return h5library_is_marked(path)
               ? "a program has it open for writing, or died with it open (h5clear -s mends that)"
               : H5_NO_HDF5;
}

bool h5parse_file(const char *path, bool frame, size_t group_count, const struct h5_group *group,
                  struct h5_content *content) {
    struct reader r = {frame, content};
    h5library_open();
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t root = file >= 0 ? H5Gopen2(file, "/", H5P_DEFAULT) : -1;
    return root >= 0 ? read_root(&r, root, group_count, group) : refuse(&r, opening_fault(path));
}
