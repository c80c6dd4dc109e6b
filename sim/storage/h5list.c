#include "sim/storage/h5list.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/storage/h5library.h"

enum { DEPTH = 16 }; /* groups inside each other */

struct object {
    unsigned long file;
    haddr_t address;
};

struct visit {
    struct h5scan *scan;
    bool links, full; /* full: there is more than can be listed */
    size_t depth, group_count;
    struct object *group; /* that were visited */
};

static enum element element_of(hid_t type) {
    size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_ENUM:
        return size <= 8 ? ELEMENT_INTEGER : ELEMENT_OTHER; /* h5py's booleans are an enumeration */
    case H5T_FLOAT: break;
    default: return ELEMENT_OTHER;
    }
    size_t sign, exponent, exponent_size, mantissa, mantissa_size;
    H5Tget_fields(type, &sign, &exponent, &exponent_size, &mantissa, &mantissa_size);
    if (size == 8 && exponent_size == 11) { return ELEMENT_FLOAT64; }
    if (size == 4 && exponent_size == 8) { return ELEMENT_FLOAT32; }
    if (size == 2 && exponent_size == 8) { return ELEMENT_BFLOAT16; }
    return size == 2 && exponent_size == 5 ? ELEMENT_FLOAT16 : ELEMENT_OTHER;
}

/* A file as HDF5 looks for it from another: beside that one, or from the working directory. */
static hid_t open_beside(hid_t dataset, const char *name) {
    char path[2 * H5SCAN_NAME];
    ssize_t length = H5Fget_name(dataset, path, H5SCAN_NAME);
    hid_t file = -1;
    if (*name != '/' && length > 0 && length < H5SCAN_NAME) {
        char *slash = strrchr(path, '/');
        snprintf(slash ? slash + 1 : path, H5SCAN_NAME, "%s", name);
        file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    }
    return file >= 0 ? file : H5Fopen(name, H5F_ACC_RDONLY, H5P_DEFAULT);
}

static bool has_array(hid_t file, const char *name) {
    hid_t dataset = file >= 0 ? H5Dopen2(file, name, H5P_DEFAULT) : -1;
    if (dataset >= 0) { H5Dclose(dataset); }
    return dataset >= 0;
}

/* Whether the arrays are there that virtual data are put together of: HDF5 reads what is not as zeros. Names
 * with a % stand for several. */
static bool sources_are_there(hid_t dataset, hid_t list) {
    size_t count = 0;
    bool all = H5Pget_virtual_count(list, &count) >= 0;
    for (size_t i = 0; i < count && all; i++) {
        char file_name[H5SCAN_NAME] = "", name[H5SCAN_NAME] = "";
        H5Pget_virtual_filename(list, i, file_name, sizeof file_name);
        H5Pget_virtual_dsetname(list, i, name, sizeof name);
        if (strchr(file_name, '%') || strchr(name, '%')) { continue; }
        bool is_own = strcmp(file_name, ".") == 0;
        hid_t file = is_own ? H5Iget_file_id(dataset) : open_beside(dataset, file_name);
        all = has_array(file, name);
        if (file >= 0) { H5Fclose(file); }
    }
    return all;
}

/* Of `bytes` in all. A thousandth of a large array's size on the disk is the same number over and over, which
 * no model computed. */
static enum h5scan_presence presence_of(hid_t dataset, hid_t list, hid_t space, double bytes, bool links) {
    const double large = 1 << 26, least = 1e-3;
    H5D_layout_t layout = H5Pget_layout(list);
    if (layout == H5D_VIRTUAL && links && !sources_are_there(dataset, list)) { return H5SCAN_NOWHERE; }
    if (layout == H5D_VIRTUAL) { return links ? H5SCAN_PRESENT : H5SCAN_VIRTUAL; }
    if (H5Pget_external_count(list) > 0) { return links ? H5SCAN_PRESENT : H5SCAN_EXTERNAL; }
    if (layout == H5D_COMPACT || bytes == 0) { return H5SCAN_PRESENT; }
    if (layout != H5D_CHUNKED) {
        return H5Dget_storage_size(dataset) > 0 ? H5SCAN_PRESENT : H5SCAN_UNWRITTEN;
    }
    if (!h5library_chunks_are_whole(dataset, list, space)) { return H5SCAN_UNWRITTEN; }
    return bytes > large && (double)H5Dget_storage_size(dataset) < least * bytes ? H5SCAN_HOLLOW
                                                                                 : H5SCAN_PRESENT;
}

static unsigned missing_filter(hid_t list) {
    unsigned missing = 0;
    for (int i = 0; i < H5Pget_nfilters(list); i++) {
        unsigned flags;
        size_t values = 0;
        H5Z_filter_t filter = H5Pget_filter2(list, (unsigned)i, &flags, &values, NULL, 0, NULL, NULL);
        if (filter > 0 && H5Zfilter_avail(filter) <= 0) { missing = (unsigned)filter; }
    }
    return missing;
}

/* NULL where there are too many. */
static struct h5scan_array *new_array(struct visit *v, const char *path) {
    struct h5scan *scan = v->scan;
    v->full = v->full || scan->array_count == H5SCAN_ITEMS;
    if (v->full) { return NULL; }
    struct h5scan_array *a = &scan->array[scan->array_count++];
    memset(a, 0, sizeof *a);
    snprintf(a->path, sizeof a->path, "%s", path);
    return a;
}

static void add_absent(struct visit *v, const char *path, enum h5scan_presence presence) {
    struct h5scan_array *a = new_array(v, path);
    if (a) { a->presence = presence; }
}

static void add_array(struct visit *v, hid_t dataset, const char *path) {
    struct h5scan_array *a = new_array(v, path);
    if (!a) { return; }
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset), list = H5Dget_create_plist(dataset);
    hsize_t size[H5S_MAX_RANK];
    double bytes = (double)H5Sget_simple_extent_npoints(space) * (double)H5Tget_size(type);
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    a->element = rank <= H5SCAN_RANK ? element_of(type) : ELEMENT_OTHER;
    a->bytes = (unsigned)H5Tget_size(type);
    a->rank = rank < 0 ? 0 : (unsigned)rank;
    a->presence = presence_of(dataset, list, space, bytes, v->links);
    a->filter = missing_filter(list);
    for (int i = 0; i < rank && i < H5SCAN_RANK; i++) { a->size[i] = size[i]; }
    H5Pclose(list);
    H5Tclose(type);
    H5Sclose(space);
}

/* Several texts are one with commas between them; where that is too long, their count alone is kept. */
static void join_text(const char *text, size_t longest, bool padded, struct h5scan_attribute *a) {
    size_t before = strlen(a->text), room = sizeof a->text - before,
           length = text ? strnlen(text, longest) : 0;
    while (padded && length > 0 && text[length - 1] == ' ') { length--; }
    int written =
        snprintf(a->text + before, room, "%s%.*s", before > 0 ? "," : "", (int)length, text ? text : "");
    if (before > 0 && written >= (int)room) { a->count = H5SCAN_NUMBERS + 1; }
}

static void read_texts(hid_t attribute, hid_t type, size_t count, struct h5scan_attribute *a) {
    bool variable = H5Tis_variable_str(type) > 0;
    size_t size = H5Tget_size(type);
    if (count > H5SCAN_NUMBERS || (!variable && size >= sizeof a->text)) {
        a->count = count > 1 ? H5SCAN_NUMBERS + 1 : 0;
        a->other = count == 1;
        return;
    }
    hid_t memory = H5Tcopy(variable ? H5T_C_S1 : type);
    if (variable) {
        H5Tset_size(memory, H5T_VARIABLE);
        H5Tset_cset(memory, H5Tget_cset(type));
        size = sizeof(char *);
    }
    char *item = memory_create(count, size);
    a->other = H5Aread(attribute, memory, item) < 0;
    for (size_t i = 0; i < count && !a->other; i++) {
        const char *text = variable ? ((char **)(void *)item)[i] : item + i * size;
        join_text(text, variable ? sizeof a->text : size, !variable, a);
    }
    if (a->count > 0) { a->text[0] = '\0'; }
    free(item);
    H5Tclose(memory);
}

static void read_numbers(hid_t attribute, size_t count, struct h5scan_attribute *a) {
    bool all = count <= H5SCAN_NUMBERS, good = all && H5Aread(attribute, H5T_NATIVE_DOUBLE, a->number) >= 0;
    a->count = good || !all ? count : 0;
    a->other = a->count == 0;
    if (a->other) { a->text[0] = '\0'; }
}

static void read_attribute(hid_t attribute, struct h5scan_attribute *a) {
    hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    if (H5Tget_class(type) == H5T_STRING && count >= 1) {
        read_texts(attribute, type, (size_t)count, a);
    } else if (element_of(type) != ELEMENT_OTHER && count >= 1) {
        read_numbers(attribute, (size_t)count, a);
    } else {
        a->other = count >= 1;
    }
    H5Tclose(type);
    H5Sclose(space);
}

struct owner {
    struct visit *visit;
    const char *path;
};

static herr_t add_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context) {
    const struct owner *owner = context;
    struct h5scan *scan = owner->visit->scan;
    struct h5scan_attribute found = {0};
    (void)info;
    if (strcmp(name, "DIMENSION_LIST") == 0 || strcmp(name, "REFERENCE_LIST") == 0) { return 0; }
    if (snprintf(found.path, sizeof found.path, "%s/%s", owner->path, name) >= (int)sizeof found.path) {
        return 0;
    }
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) { return 0; }
    read_attribute(attribute, &found);
    H5Aclose(attribute);
    if (!found.text[0] && found.count == 0 && !found.other) { return 0; }
    owner->visit->full = owner->visit->full || scan->attribute_count == H5SCAN_ITEMS;
    if (owner->visit->full) { return 1; }
    scan->attribute[scan->attribute_count++] = found;
    return 0;
}

static void add_attributes(struct visit *v, hid_t object, const char *path) {
    struct owner owner = {v, path};
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, add_attribute, &owner);
}

/* Whether this is but the name and the length of an axis, as netCDF writes a dimension without coordinates.
 */
static bool is_bare_scale(hid_t dataset) {
    return H5DSis_scale(dataset) > 0 && H5Dget_storage_size(dataset) == 0;
}

static void visit_group(struct visit *v, hid_t group, const char *path);

static void visit_member(struct visit *v, hid_t group, const char *name, const char *path) {
    char inner[H5SCAN_NAME];
    H5L_info_t link;
    if (snprintf(inner, sizeof inner, "%s/%s", path, name) >= (int)sizeof inner) { return; }
    if (H5Lget_info(group, name, &link, H5P_DEFAULT) < 0) { return; }
    if (link.type == H5L_TYPE_EXTERNAL && !v->links) {
        add_absent(v, inner, H5SCAN_LINKED);
        return;
    }
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0) {
        add_absent(v, inner, H5SCAN_NOWHERE);
        return;
    }
    H5I_type_t kind = H5Iget_type(object);
    if (kind == H5I_DATASET && !is_bare_scale(object)) {
        add_array(v, object, inner);
        add_attributes(v, object, inner);
    } else if (kind == H5I_GROUP && v->depth < DEPTH) {
        v->depth++;
        visit_group(v, object, inner);
        v->depth--;
    }
    H5Oclose(object);
}

/* Whether the group was visited by another link; from now on it was. */
static bool is_known(struct visit *v, hid_t group) {
    H5O_info_t info;
    if (H5Oget_info2(group, &info, H5O_INFO_BASIC) < 0) { return true; }
    for (size_t i = 0; i < v->group_count; i++) {
        if (v->group[i].file == info.fileno && v->group[i].address == info.addr) { return true; }
    }
    v->full = v->full || v->group_count == H5SCAN_ITEMS;
    if (v->full) { return true; }
    v->group = memory_extend(v->group, v->group_count, sizeof *v->group);
    v->group[v->group_count++] = (struct object){info.fileno, info.addr};
    return false;
}

static void visit_group(struct visit *v, hid_t group, const char *path) {
    H5G_info_t info;
    if (is_known(v, group)) { return; }
    add_attributes(v, group, path);
    if (H5Gget_info(group, &info) < 0) { return; }
    if (info.nlinks == 0 && v->depth > 0) { add_absent(v, path, H5SCAN_EMPTY); }
    for (hsize_t i = 0; i < info.nlinks && !v->full; i++) {
        char name[H5SCAN_NAME];
        ssize_t length =
            H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
        if (length > 0 && length < (ssize_t)sizeof name) { visit_member(v, group, name, path); }
    }
}

bool h5list(hid_t root, bool links, struct h5scan *scan) {
    struct visit v = {.scan = scan, .links = links};
    visit_group(&v, root, "");
    free(v.group);
    return !v.full;
}
