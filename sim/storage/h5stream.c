/* netCDF-4 wants: format 1.8, tracked creation order, every axis of every dataset attached to a scale of
 * its own group, strings of variable length. A dimension without coordinate is a scale with a name of its
 * own (netCDF-4 file format specification). Numbers that are at hand when their dataset is made are shuffled
 * and deflated. */
#include <errno.h>
#include <fcntl.h>
#include <hdf5_hl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/temporary.h"
#include "sim/storage/h5library.h"
#include "sim/storage/h5stream.h"

enum { PATH = 4096 };

/* Variable-length UTF-8. */
static hid_t text_type(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static bool write_attribute(hid_t object, const struct h5_attribute *a) {
    hid_t space = H5Screate(H5S_SCALAR), text = text_type();
    hid_t stored = a->text    ? text
                   : a->whole ? H5T_STD_U64LE
                              : H5T_IEEE_F64LE,
          given = a->text    ? text
                  : a->whole ? H5T_NATIVE_UINT64
                             : H5T_NATIVE_DOUBLE;
    const void *value = a->text ? (const void *)&a->text : a->whole ? (const void *)a->whole : &a->number;
    hid_t id = H5Acreate2(object, a->name, stored, space, H5P_DEFAULT, H5P_DEFAULT);
    bool good = id >= 0 && H5Awrite(id, given, value) >= 0;
    good = H5Aclose(id) >= 0 && good;
    H5Tclose(text);
    H5Sclose(space);
    return good;
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

enum {
    FANOUT = 2,       /* of the trees of chunks, of which most have one */
    PACKED = 1 << 11, /* bytes from which on packing saves more than its chunks' index takes */
    CHUNK = 1 << 20,  /* bytes at most: HDF5's own cache holds as many */
    EFFORT = 1        /* of zlib: with 6 writing takes twice as long and files are a fiftieth smaller */
};

/* Of the last axes as many as fit into a chunk, and of the one before them a part. */
static void pack(hid_t list, unsigned rank, const hsize_t *size) {
    hsize_t chunk[H5_RANK], bytes = sizeof(double);
    for (unsigned i = rank; i-- > 0;) {
        hsize_t room = CHUNK / bytes, pieces = (size[i] + room - 1) / room;
        chunk[i] = (size[i] + pieces - 1) / pieces;
        bytes *= chunk[i];
    }
    if (bytes < PACKED) { return; }
    H5Pset_chunk(list, (int)rank, chunk);
    H5Pset_shuffle(list);
    H5Pset_deflate(list, EFFORT);
}

/* Creates a dataset and writes it, where there is something to write; negative on failure. */
static hid_t write_values(hid_t group, const struct h5_group *g, const struct h5_dataset *d) {
    hsize_t size[H5_RANK];
    for (unsigned i = 0; i < d->rank; i++) { size[i] = g->dimension[d->axis[i]].size; }
    hid_t space = H5Screate_simple((int)d->rank, size, NULL), text = text_type();
    hid_t list = creation_list(H5P_DATASET_CREATE);
    if (d->number) { pack(list, d->rank, size); }
    hid_t id =
        H5Dcreate2(group, d->name, d->text ? text : H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT);
    hid_t memory = d->text ? text : H5T_NATIVE_DOUBLE;
    const void *values = d->text ? (const void *)d->text : (const void *)d->number;
    bool good = id >= 0 && (!values || H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    struct h5_attribute words[] = {{.name = "long_name", .text = d->long_name},
                                   {.name = "units", .text = d->units},
                                   {.name = "coordinates", .text = d->coordinates}};
    for (size_t i = 0; i < 3; i++) { good = good && (!words[i].text || write_attribute(id, &words[i])); }
    if (good && d->alias) {
        good = H5Lcreate_hard(group, d->name, group, d->alias, H5P_DEFAULT, H5P_DEFAULT) >= 0;
    }
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
    snprintf(label, sizeof label, "This is a netCDF dimension but not a netCDF variable. %9llu",
             (unsigned long long)d->size);
    hid_t id = coordinate ? write_values(group, g, coordinate) : write_bare_scale(group, d);
    if (id >= 0 && H5DSset_scale(id, coordinate ? d->name : label) >= 0) { return id; }
    H5Dclose(id);
    return -1;
}

/* ---- scales ----
 *
 * What H5DSattach_scale does: a dataset names the scale of each axis, and a scale all who use it. That
 * function reads and replaces a scale's list for every user, which for groups of a hundred datasets takes as
 * long as writing all else; here a scale's list is written once. */

static bool write_list(hid_t object, const char *name, hid_t type, hsize_t count, const void *value) {
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t id = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool good = id >= 0 && H5Awrite(id, type, value) >= 0;
    good = H5Aclose(id) >= 0 && good;
    H5Sclose(space);
    return good;
}

static bool refer(hid_t object, hobj_ref_t *reference) {
    return H5Rcreate(reference, object, ".", H5R_OBJECT, -1) >= 0;
}

/* `scale` by dimension. */
static bool name_scales(hid_t dataset, const struct h5_dataset *d, hobj_ref_t *scale) {
    hvl_t list[H5_RANK];
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    for (unsigned i = 0; i < d->rank; i++) { list[i] = (hvl_t){1, &scale[d->axis[i]]}; }
    bool good = write_list(dataset, "DIMENSION_LIST", type, d->rank, list);
    H5Tclose(type);
    return good;
}

struct user {
    hobj_ref_t dataset;
    int axis;
};

static hid_t user_type(void) {
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(struct user));
    H5Tinsert(type, "dataset", HOFFSET(struct user, dataset), H5T_STD_REF_OBJ);
    H5Tinsert(type, "dimension", HOFFSET(struct user, axis), H5T_NATIVE_INT);
    return type;
}

/* `reference` by dataset. */
static bool name_users(hid_t scale, const struct h5_group *g, size_t dimension, const hobj_ref_t *reference) {
    struct user *user = memory_create(H5_RANK * g->dataset_count + 1, sizeof *user);
    size_t count = 0;
    for (size_t i = 0; i < g->dataset_count; i++) {
        const struct h5_dataset *d = &g->dataset[i];
        for (unsigned a = 0; a < d->rank; a++) {
            if (d->axis[a] != dimension || is_coordinate(g, d)) { continue; }
            user[count].dataset = reference[i]; /* padding stays 0 */
            user[count++].axis = (int)a;
        }
    }
    hid_t type = user_type();
    bool good = count == 0 || write_list(scale, "REFERENCE_LIST", type, count, user);
    H5Tclose(type);
    free(user);
    return good;
}

/* ---- groups ---- */

static bool write_dataset(hid_t group, const struct h5_group *g, const struct h5_dataset *d,
                          hobj_ref_t *scale, hobj_ref_t *reference) {
    hid_t id = write_values(group, g, d);
    bool good = id >= 0 && name_scales(id, d, scale) && refer(id, reference);
    return H5Dclose(id) >= 0 && good;
}

/* Scales first: `id` of them, how many were made. */
static bool write_members(hid_t group, const struct h5_group *g, hid_t *id, size_t *scales) {
    hobj_ref_t *scale = memory_create(g->dimension_count + g->dataset_count, sizeof *scale),
               *reference = scale + g->dimension_count;
    bool good = true;
    for (; good && *scales < g->dimension_count; (*scales)++) {
        id[*scales] = write_scale(group, g, *scales);
        good = id[*scales] >= 0 && refer(id[*scales], &scale[*scales]);
    }
    for (size_t i = 0; good && i < g->dataset_count; i++) {
        const struct h5_dataset *d = &g->dataset[i];
        good = is_coordinate(g, d) || write_dataset(group, g, d, scale, &reference[i]);
    }
    for (size_t i = 0; good && i < g->dimension_count; i++) { good = name_users(id[i], g, i, reference); }
    free(scale);
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
    good = good && write_members(group, g, scale, &scales);
    for (size_t i = 0; i < scales; i++) { good = H5Dclose(scale[i]) >= 0 && good; }
    free(scale);
    H5Pclose(list);
    return H5Gclose(group) >= 0 && good;
}

static hid_t create_file(const char *path) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), list = creation_list(H5P_FILE_CREATE);
    H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    H5Pset_istore_k(list, FANOUT);
    H5Pset_obj_track_times(H5P_GROUP_CREATE_DEFAULT, 0); /* HDF5 writes FANOUT into an object made by it */
    hid_t file = H5Fcreate(path, H5F_ACC_EXCL, list, access);
    H5Pclose(list);
    H5Pclose(access);
    return file;
}

static bool sync_path(const char *path, int flags) {
    int descriptor = open(path, flags | O_CLOEXEC);
    if (descriptor < 0) { return false; }
    bool good = temporary_sync(descriptor);
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED); /* what is read next comes from the disk */
    return close(descriptor) == 0 && good;
}

/* A directory that may not be read cannot be synced either, and the file is there. */
static bool put_in_place(const char *temporary, const char *path) {
    char copy[PATH];
    snprintf(copy, sizeof copy, "%s", path);
    return rename(temporary, path) == 0 && (sync_path(dirname(copy), O_RDONLY) || errno == EACCES);
}

/* `why` may be NULL: then errno tells. */
static int write_failed(const char *temporary, const char *path, const char *why) {
    int reason = errno;
    unlink(temporary);
    if (!why) { why = reason ? strerror(reason) : "HDF5 failed"; }
    message_error("cannot write %s: %s; is the disk full or the place read-only?", path, why);
    return EXIT_FAILED;
}

static int check_failed(const char *temporary, const char *path, const char *why) {
    unlink(temporary);
    message_error("cannot write %s: as it was read again, %s; the same command writes it again, and if that "
                  "fails the disk or the memory may be failing",
                  path, why);
    return EXIT_FAILED;
}

struct h5stream {
    char path[PATH], temporary[PATH];
    hid_t file;
    bool good; /* so far */

    /* the dataset that is being written */
    hid_t dataset;
    hsize_t width, position; /* of its last axis; of the next number */
};

struct h5stream *h5stream_open(const char *path, size_t attribute_count,
                               const struct h5_attribute *attribute) {
    struct h5stream *s = memory_create(1, sizeof *s);
    if (snprintf(s->path, sizeof s->path, "%s", path) >= (int)sizeof s->path ||
        !temporary_name(path, sizeof s->temporary, s->temporary)) {
        message_error("%.60s...: the name is too long", path);
        free(s);
        return NULL;
    }
    temporary_clear(path);
    signal(SIGXFSZ, SIG_IGN); /* a file size limit shows as an error of write() */
    h5library_open();
    errno = 0;
    s->dataset = -1;
    s->file = create_file(s->temporary);
    if (s->file < 0) {
        write_failed(s->temporary, s->path, NULL);
        free(s);
        return NULL;
    }
    s->good = true;
    for (size_t i = 0; i < attribute_count; i++) {
        s->good = s->good && write_attribute(s->file, &attribute[i]);
    }
    return s;
}

bool h5stream_group(struct h5stream *s, const struct h5_group *group) {
    s->good = s->good && write_group(s->file, group);
    return s->good;
}

static void end_dataset(struct h5stream *s) {
    if (s->dataset >= 0 && H5Dclose(s->dataset) < 0) { s->good = false; }
    s->dataset = -1;
}

bool h5stream_begin(struct h5stream *s, const char *dataset) {
    end_dataset(s);
    s->position = 0;
    s->dataset = s->good ? H5Dopen2(s->file, dataset, H5P_DEFAULT) : -1;
    hid_t space = s->dataset >= 0 ? H5Dget_space(s->dataset) : -1;
    hsize_t size[H5_RANK];
    int rank = space >= 0 ? H5Sget_simple_extent_dims(space, size, NULL) : -1;
    if (space >= 0) { H5Sclose(space); }
    s->good = s->good && rank > 0;
    s->width = s->good ? size[rank - 1] : 0;
    return s->good;
}

/* From the next number on, `count` of them in the last axis. */
static bool append_piece(struct h5stream *s, hsize_t count, const double *value) {
    hid_t space = H5Dget_space(s->dataset), memory = H5Screate_simple(1, &count, NULL);
    bool good = h5library_select(space, s->position, count) &&
                H5Dwrite(s->dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, value) >= 0;
    H5Sclose(memory);
    H5Sclose(space);
    s->position += count;
    return good;
}

bool h5stream_append(struct h5stream *s, size_t count, const double *value) {
    while (s->good && count > 0) {
        hsize_t left = s->width - s->position % s->width, piece = count < left ? count : left;
        s->good = append_piece(s, piece, value);
        value += piece;
        count -= piece;
    }
    return s->good;
}

/* The file that is closed and on the disk. */
static int finish(struct h5stream *s, h5stream_check *check, const void *context) {
    char why[H5_WHY];
    if (h5library_is_marked(s->temporary)) {
        return write_failed(s->temporary, s->path, "its last write was lost");
    }
    if (!check(s->temporary, context, why)) { return check_failed(s->temporary, s->path, why); }
    return put_in_place(s->temporary, s->path) ? EXIT_DONE : write_failed(s->temporary, s->path, NULL);
}

int h5stream_close(struct h5stream *s, h5stream_check *check, const void *context) {
    end_dataset(s);
    bool good = s->good && H5Fflush(s->file, H5F_SCOPE_LOCAL) >= 0;
    good = H5Fclose(s->file) >= 0 && good && sync_path(s->temporary, O_RDWR);
    int status = good ? finish(s, check, context) : write_failed(s->temporary, s->path, NULL);
    free(s);
    return status;
}

void h5stream_drop(struct h5stream *s) {
    end_dataset(s);
    H5Fclose(s->file);
    unlink(s->temporary);
    free(s);
}
