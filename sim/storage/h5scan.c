#include "sim/storage/h5scan.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/storage/h5library.h"

enum {
    WINDOW = 8 << 20, /* bytes that parent and child share */
    DEPTH = 16,       /* groups inside each other */
    PATIENCE = 300,   /* seconds that a file system may take */
};

struct h5scan_child {
    pid_t pid;
    int wire;
    unsigned char *window; /* [WINDOW], shared */
};

/* What the parent asks for: a box that fits into the window. */
struct request {
    size_t array;
    uint64_t start[H5SCAN_RANK], count[H5SCAN_RANK];
};

static size_t kind_size(enum h5scan_kind kind) {
    static const size_t size[] = {0, 8, 4, 2, 8};
    return size[kind];
}

static bool send_bytes(int wire, const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(wire, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) { continue; }
        if (sent <= 0) { return false; }
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool receive_bytes(int wire, void *bytes, size_t size) {
    unsigned char *at = bytes;
    while (size > 0) {
        ssize_t got = recv(wire, at, size, 0);
        if (got < 0 && errno == EINTR) { continue; }
        if (got <= 0) { return false; }
        at += got;
        size -= (size_t)got;
    }
    return true;
}

/* ---- the child ---- */

struct object {
    unsigned long file;
    haddr_t address;
};

struct visit {
    struct h5scan *scan;
    bool links, full; /* full: there is more than can be listed */
    size_t depth, group_count;
    struct object *group; /* that were visited */
    hid_t file;
};

/* Half precision as HDF5 describes it. */
static hid_t half_type(void) {
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

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

/* Every number is in the file: nothing virtual or external unless asked for, none that was never written. */
static bool is_whole(hid_t dataset, bool links) {
    hid_t list = H5Dget_create_plist(dataset);
    H5D_layout_t layout = H5Pget_layout(list);
    bool elsewhere = layout == H5D_VIRTUAL || H5Pget_external_count(list) > 0;
    bool whole = layout == H5D_CHUNKED      ? chunks_are_whole(dataset, list) && !is_hollow(dataset)
                 : layout == H5D_CONTIGUOUS ? H5Dget_storage_size(dataset) > 0
                                            : true;
    H5Pclose(list);
    return elsewhere ? links : whole || is_empty(dataset);
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
    scan->array = memory_resize(scan->array, scan->array_count + 1, sizeof *scan->array);
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
    a->rank = rank < 0 ? 0 : (unsigned)rank;
    a->whole = is_whole(dataset, v->links);
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
    scan->attribute = memory_resize(scan->attribute, scan->attribute_count + 1, sizeof *scan->attribute);
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
        new_array(v, inner);
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

static hid_t memory_type(enum h5scan_kind kind) {
    switch (kind) {
    case H5SCAN_FLOAT64: return H5Tcopy(H5T_NATIVE_DOUBLE);
    case H5SCAN_FLOAT32: return H5Tcopy(H5T_NATIVE_FLOAT);
    case H5SCAN_FLOAT16: return half_type();
    default: return H5Tcopy(H5T_NATIVE_INT64);
    }
}

static bool serve(struct visit *v, const struct request *r, unsigned char *window) {
    const struct h5scan_array *a = &v->scan->array[r->array];
    hsize_t start[H5SCAN_RANK], count[H5SCAN_RANK];
    for (unsigned i = 0; i < a->rank; i++) {
        start[i] = r->start[i];
        count[i] = r->count[i];
    }
    hid_t dataset = H5Dopen2(v->file, a->path, H5P_DEFAULT), type = memory_type(a->kind);
    hid_t space = H5Dget_space(dataset), box = H5Screate_simple((int)a->rank, count, NULL);
    bool good = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                H5Dread(dataset, type, box, space, H5P_DEFAULT, window) >= 0;
    H5Sclose(box);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
    return good;
}

/* Processor seconds in proportion to the file, twice over: it may be read more than once. */
static void limit_child(const char *path) {
    struct stat info = {0};
    stat(path, &info);
    rlim_t seconds = 60 + (rlim_t)(info.st_size / (5 << 20));
    struct rlimit time = {seconds, seconds}, none = {0, 0};
    setrlimit(RLIMIT_CPU, &time);
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
    struct rlimit memory = {(rlim_t)1 << 30, (rlim_t)1 << 30};
    setrlimit(RLIMIT_DATA, &memory);
#endif
}

static void silence(void) {
    const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGALRM};
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++) { signal(fatal[i], SIG_DFL); }
    int nowhere = open("/dev/null", O_RDWR);
    if (nowhere >= 0) {
        dup2(nowhere, STDERR_FILENO);
        dup2(nowhere, STDOUT_FILENO);
    }
    h5library_open();
}

static _Noreturn void child_serve(const char *path, bool links, int wire, unsigned char *window) {
    struct h5scan scan = {0};
    struct visit v = {.scan = &scan, .links = links};
    silence();
    limit_child(path);
    alarm(PATIENCE);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    v.file = H5Fopen(path, H5F_ACC_RDONLY, access);
    hid_t root = v.file >= 0 ? H5Gopen2(v.file, "/", H5P_DEFAULT) : -1;
    bool good = root >= 0;
    if (good) { visit_group(&v, root, ""); }
    good = send_bytes(wire, &good, sizeof good) && good && send_bytes(wire, &v.full, sizeof v.full) &&
           !v.full && send_bytes(wire, &scan.array_count, sizeof scan.array_count) &&
           send_bytes(wire, scan.array, scan.array_count * sizeof *scan.array) &&
           send_bytes(wire, &scan.attribute_count, sizeof scan.attribute_count) &&
           send_bytes(wire, scan.attribute, scan.attribute_count * sizeof *scan.attribute);
    struct request request;
    alarm(0);
    while (good && receive_bytes(wire, &request, sizeof request)) {
        alarm(PATIENCE);
        bool read = serve(&v, &request, window);
        alarm(0);
        good = send_bytes(wire, &read, sizeof read);
    }
    _exit(0);
}

/* ---- the parent ---- */

static void *receive_list(int wire, size_t *count, size_t size) {
    if (!receive_bytes(wire, count, sizeof *count) || *count > H5SCAN_ITEMS) { return NULL; }
    void *list = memory_create(*count, size);
    if (receive_bytes(wire, list, *count * size)) { return list; }
    free(list);
    return NULL;
}

static bool receive_lists(struct h5scan *scan) {
    scan->array = receive_list(scan->child->wire, &scan->array_count, sizeof *scan->array);
    if (!scan->array) { return false; }
    scan->attribute = receive_list(scan->child->wire, &scan->attribute_count, sizeof *scan->attribute);
    return scan->attribute != NULL;
}

static bool start_child(struct h5scan_child *child, const char *path, bool links) {
    int end[2];
    void *window = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (window == MAP_FAILED) { return false; }
    child->window = window;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) != 0) { return false; }
    fflush(NULL);
    child->pid = fork();
    if (child->pid == 0) {
        close(end[0]);
        child_serve(path, links, end[1], window);
    }
    close(end[1]);
    child->wire = end[0];
    return child->pid > 0;
}

struct h5scan *h5scan_open(const char *path, bool links, char why[H5SCAN_WHY]) {
    struct h5scan *scan = memory_create(1, sizeof *scan);
    scan->child = memory_create(1, sizeof *scan->child);
    scan->child->wire = -1;
    bool good = false, full = false;
    if (!start_child(scan->child, path, links)) {
        snprintf(why, H5SCAN_WHY, "cannot start a process to read it: %s", strerror(errno));
    } else if (!receive_bytes(scan->child->wire, &good, sizeof good)) {
        snprintf(why, H5SCAN_WHY,
                 "it is damaged: looking through it crashes the HDF5 library, or takes too long");
    } else if (!good) {
        snprintf(why, H5SCAN_WHY, "it is no HDF5 file, or a damaged one");
    } else if (receive_bytes(scan->child->wire, &full, sizeof full) && full) {
        snprintf(why, H5SCAN_WHY, "it holds more than %d arrays, groups or attributes; split it",
                 H5SCAN_ITEMS);
    } else if (receive_lists(scan)) {
        return scan;
    } else {
        snprintf(why, H5SCAN_WHY, "it is damaged: what it holds cannot be listed");
    }
    h5scan_close(scan);
    return NULL;
}

void h5scan_close(struct h5scan *scan) {
    if (!scan) { return; }
    struct h5scan_child *child = scan->child;
    if (child->wire >= 0) { close(child->wire); }
    if (child->pid > 0) {
        kill(child->pid, SIGKILL);
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {}
    }
    if (child->window) { munmap(child->window, WINDOW); }
    free(child);
    free(scan->array);
    free(scan->attribute);
    free(scan);
}

static bool read_box(struct h5scan *scan, const struct request *request, size_t size, void *out,
                     char why[H5SCAN_WHY]) {
    struct h5scan_child *child = scan->child;
    bool good = false;
    if (!send_bytes(child->wire, request, sizeof *request) ||
        !receive_bytes(child->wire, &good, sizeof good)) {
        snprintf(why, H5SCAN_WHY, "it is damaged: reading it crashes the HDF5 library, or takes too long");
        return false;
    }
    if (!good) {
        snprintf(why, H5SCAN_WHY, "its numbers cannot be read: it is damaged, or its chunks are too large");
        return false;
    }
    memcpy(out, child->window, size);
    return true;
}

/* The box in pieces that fit into the window: along the first axis that can be cut so. */
static bool read_cut(struct h5scan *scan, const struct request *whole, unsigned axis, size_t size, void *out,
                     char why[H5SCAN_WHY]) {
    const struct h5scan_array *a = &scan->array[whole->array];
    if (size <= WINDOW) { return read_box(scan, whole, size, out, why); }
    while (axis + 1 < a->rank && whole->count[axis] == 1) { axis++; }
    size_t slice = size / whole->count[axis], at_once = slice > WINDOW ? 1 : WINDOW / slice;
    for (uint64_t from = 0; from < whole->count[axis]; from += at_once) {
        struct request part = *whole;
        uint64_t left = whole->count[axis] - from;
        part.start[axis] += from;
        part.count[axis] = left < at_once ? left : at_once;
        if (!read_cut(scan, &part, axis, slice * part.count[axis], (char *)out + from * slice, why)) {
            return false;
        }
    }
    return true;
}

bool h5scan_read(struct h5scan *scan, size_t array, const uint64_t *start, const uint64_t *count, void *out,
                 char why[H5SCAN_WHY]) {
    const struct h5scan_array *a = &scan->array[array];
    struct request request = {.array = array};
    size_t size = kind_size(a->kind);
    for (unsigned i = 0; i < a->rank; i++) {
        request.start[i] = start[i];
        request.count[i] = count[i];
        size *= count[i];
    }
    return size == 0 || read_cut(scan, &request, 0, size, out, why);
}
