#include "sim/storage/h5list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"

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

static enum h5scan_kind kind_of(hid_t type) {
    size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_ENUM: return size <= 8 ? H5SCAN_INTEGER : H5SCAN_OTHER; /* h5py's booleans are an enumeration */
    case H5T_FLOAT: break;
    default: return H5SCAN_OTHER;
    }
    size_t sign, exponent, exponent_size, mantissa, mantissa_size;
    H5Tget_fields(type, &sign, &exponent, &exponent_size, &mantissa, &mantissa_size);
    if (size == 8 && exponent_size == 11) { return H5SCAN_FLOAT64; }
    if (size == 4 && exponent_size == 8) { return H5SCAN_FLOAT32; }
    return size == 2 && exponent_size == 5 ? H5SCAN_FLOAT16 : H5SCAN_OTHER;
}

/* Whether every chunk has been written. */
static bool chunks_are_whole(hid_t dataset, hid_t list) {
    hsize_t chunk[H5S_MAX_RANK], size[H5S_MAX_RANK], written = 0, wanted = 1;
    hid_t space = H5Dget_space(dataset), all = H5Scopy(space);
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    H5Pget_chunk(list, H5S_MAX_RANK, chunk);
    for (int i = 0; i < rank; i++) { wanted *= size[i] / chunk[i] + (size[i] % chunk[i] != 0); }
    herr_t status = H5Dget_num_chunks(dataset, all, &written);
    H5Sclose(all);
    H5Sclose(space);
    return status >= 0 && written == wanted;
}

/* A thousandth of a large array's size on the disk: the same number over and over, which no model computed.
 */
static bool is_hollow(hid_t dataset) {
    const double large = 1 << 26, least = 1e-3;
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    double size = (double)H5Sget_simple_extent_npoints(space) * (double)H5Tget_size(type);
    H5Tclose(type);
    H5Sclose(space);
    return size > large && (double)H5Dget_storage_size(dataset) < least * size;
}

static bool is_empty(hid_t dataset) {
    hid_t space = H5Dget_space(dataset);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    H5Sclose(space);
    return count == 0;
}

static enum h5scan_presence presence_by(hid_t dataset, hid_t list, bool links) {
    H5D_layout_t layout = H5Pget_layout(list);
    if (layout == H5D_VIRTUAL) { return links ? H5SCAN_PRESENT : H5SCAN_VIRTUAL; }
    if (H5Pget_external_count(list) > 0) { return links ? H5SCAN_PRESENT : H5SCAN_EXTERNAL; }
    if (layout == H5D_COMPACT || is_empty(dataset)) { return H5SCAN_PRESENT; }
    bool written = layout == H5D_CHUNKED ? chunks_are_whole(dataset, list) : H5Dget_storage_size(dataset) > 0;
    if (!written) { return H5SCAN_UNWRITTEN; }
    return layout == H5D_CHUNKED && is_hollow(dataset) ? H5SCAN_HOLLOW : H5SCAN_PRESENT;
}

static enum h5scan_presence presence_of(hid_t dataset, bool links) {
    hid_t list = H5Dget_create_plist(dataset);
    enum h5scan_presence presence = presence_by(dataset, list, links);
    H5Pclose(list);
    return presence;
}

static unsigned missing_filter(hid_t dataset) {
    hid_t list = H5Dget_create_plist(dataset);
    unsigned missing = 0;
    for (int i = 0; i < H5Pget_nfilters(list); i++) {
        unsigned flags;
        size_t values = 0;
        H5Z_filter_t filter = H5Pget_filter2(list, (unsigned)i, &flags, &values, NULL, 0, NULL, NULL);
        if (filter > 0 && H5Zfilter_avail(filter) <= 0) { missing = (unsigned)filter; }
    }
    H5Pclose(list);
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

static void add_array(struct visit *v, hid_t dataset, const char *path) {
    struct h5scan_array *a = new_array(v, path);
    if (!a) { return; }
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    hsize_t size[H5S_MAX_RANK];
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    a->kind = rank <= H5SCAN_RANK ? kind_of(type) : H5SCAN_OTHER;
    a->bytes = (unsigned)H5Tget_size(type);
    a->rank = rank < 0 ? 0 : (unsigned)rank;
    a->presence = presence_of(dataset, v->links);
    a->filter = missing_filter(dataset);
    for (int i = 0; i < rank && i < H5SCAN_RANK; i++) { a->size[i] = size[i]; }
    H5Tclose(type);
    H5Sclose(space);
}

static void read_text(hid_t attribute, hid_t type, struct h5scan_attribute *a) {
    if (H5Tis_variable_str(type) > 0) {
        char *text = NULL;
        hid_t memory = H5Tcopy(H5T_C_S1);
        H5Tset_size(memory, H5T_VARIABLE);
        H5Tset_cset(memory, H5Tget_cset(type));
        if (H5Aread(attribute, memory, &text) >= 0 && text) { snprintf(a->text, sizeof a->text, "%s", text); }
        H5Tclose(memory);
    } else if (H5Tget_size(type) < sizeof a->text && H5Aread(attribute, type, a->text) >= 0) {
        size_t length = strlen(a->text);
        while (length > 0 && a->text[length - 1] == ' ') { a->text[--length] = '\0'; }
    }
}

static void read_numbers(hid_t attribute, hid_t type, size_t count, struct h5scan_attribute *a) {
    int64_t whole[H5SCAN_NUMBERS];
    a->count = count;
    if (count > H5SCAN_NUMBERS) { return; }
    bool is_float = H5Tget_class(type) == H5T_FLOAT;
    hid_t memory = is_float ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64;
    if (H5Aread(attribute, memory, is_float ? (void *)a->number : (void *)whole) < 0) { a->count = 0; }
    for (size_t i = 0; i < a->count && !is_float; i++) { a->number[i] = (double)whole[i]; }
}

/* Nothing of an attribute that is neither text nor numbers. */
static void read_attribute(hid_t attribute, struct h5scan_attribute *a) {
    hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    if (H5Tget_class(type) == H5T_STRING && count == 1) {
        read_text(attribute, type, a);
    } else if (kind_of(type) != H5SCAN_OTHER && count >= 1) {
        read_numbers(attribute, type, (size_t)count, a);
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
    if (snprintf(found.path, sizeof found.path, "%s/%s", owner->path, name) >= (int)sizeof found.path) {
        return 0;
    }
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) { return 0; }
    read_attribute(attribute, &found);
    H5Aclose(attribute);
    if (!found.text[0] && found.count == 0) { return 0; }
    owner->visit->full = owner->visit->full || scan->attribute_count == H5SCAN_ITEMS;
    if (owner->visit->full) { return 1; }
    scan->attribute[scan->attribute_count++] = found;
    return 0;
}

static void add_attributes(struct visit *v, hid_t object, const char *path) {
    struct owner owner = {v, path};
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, add_attribute, &owner);
}

static void visit_group(struct visit *v, hid_t group, const char *path);

static void visit_member(struct visit *v, hid_t group, const char *name, const char *path) {
    char inner[H5SCAN_NAME];
    H5L_info_t link;
    if (snprintf(inner, sizeof inner, "%s/%s", path, name) >= (int)sizeof inner) { return; }
    if (H5Lget_info(group, name, &link, H5P_DEFAULT) < 0) { return; }
    if (link.type == H5L_TYPE_EXTERNAL && !v->links) {
        new_array(v, inner); /* H5SCAN_LINKED */
        return;
    }
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    H5I_type_t kind = object >= 0 ? H5Iget_type(object) : H5I_BADID;
    if (kind == H5I_DATASET) {
        add_array(v, object, inner);
        add_attributes(v, object, inner);
    } else if (kind == H5I_GROUP && v->depth < DEPTH) {
        v->depth++;
        visit_group(v, object, inner);
        v->depth--;
    }
    if (object >= 0) { H5Oclose(object); }
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
    v->group = memory_resize(v->group, v->group_count + 1, sizeof *v->group);
    v->group[v->group_count++] = (struct object){info.fileno, info.addr};
    return false;
}

static void visit_group(struct visit *v, hid_t group, const char *path) {
    H5G_info_t info;
    if (is_known(v, group)) { return; }
    add_attributes(v, group, path);
    if (H5Gget_info(group, &info) < 0) { return; }
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
