#include "sim/storage/h5scan.h"

#include <errno.h>
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
#include "sim/base/message.h"
#include "sim/storage/h5content.h"
#include "sim/storage/h5library.h"
#include "sim/storage/h5list.h"

enum {
    WINDOW = 8 << 20,  /* bytes that parent and child share */
    CHUNKS = 64 << 20, /* bytes of unpacked chunks that are kept */
    PATIENCE = 300,    /* seconds that a file system may take */
};

/* Where the child makes its lists, until the parent has what is in them: they take much address space. */
struct lists {
    struct h5scan_array array[H5SCAN_ITEMS];
    struct h5scan_attribute attribute[H5SCAN_ITEMS];
};

/* What the child says of the file. */
struct listed {
    bool opened, all;
    size_t array_count, attribute_count;
};

/* What the parent asks for: a box that fits into the window. */
struct request {
    size_t array;
    uint64_t start[H5SCAN_RANK], count[H5SCAN_RANK];
};

static bool tell(int wire, const void *message, size_t size) {
    return TEMP_FAILURE_RETRY(send(wire, message, size, MSG_NOSIGNAL)) == (ssize_t)size;
}

static bool hear(int wire, void *message, size_t size) {
    return TEMP_FAILURE_RETRY(recv(wire, message, size, 0)) == (ssize_t)size;
}

/* ---- the child ---- */

/* Floats of 16 bits as HDF5 describes them. */
static hid_t small_type(size_t exponent) {
    const size_t mantissa = 15 - exponent;
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, mantissa, exponent, 0, mantissa);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, ((size_t)1 << (exponent - 1)) - 1);
    return type;
}

static hid_t memory_type(enum element element) {
    switch (element) {
    case ELEMENT_FLOAT64: return H5Tcopy(H5T_NATIVE_DOUBLE);
    case ELEMENT_FLOAT32: return H5Tcopy(H5T_NATIVE_FLOAT);
    case ELEMENT_FLOAT16: return small_type(5);
    case ELEMENT_BFLOAT16: return small_type(8);
    default: return H5Tcopy(H5T_NATIVE_INT64);
    }
}

/* The array that was read last: its chunks stay unpacked for the next box. */
struct opened {
    size_t array;
    hid_t dataset;
};

static void open_array(hid_t file, const struct h5scan *scan, size_t array, struct opened *opened) {
    if (opened->dataset >= 0 && opened->array == array) { return; }
    if (opened->dataset >= 0) { H5Dclose(opened->dataset); }
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, CHUNKS, H5D_CHUNK_CACHE_W0_DEFAULT);
    *opened = (struct opened){array, H5Dopen2(file, scan->array[array].path, access)};
    H5Pclose(access);
}

static bool serve(hid_t file, const struct h5scan *scan, const struct request *r, struct opened *opened,
                  unsigned char *window) {
    const struct h5scan_array *a = &scan->array[r->array];
    hsize_t start[H5SCAN_RANK], count[H5SCAN_RANK];
    for (unsigned i = 0; i < a->rank; i++) {
        start[i] = r->start[i];
        count[i] = r->count[i];
    }
    open_array(file, scan, r->array, opened);
    hid_t type = memory_type(a->element), space = H5Dget_space(opened->dataset),
          box = H5Screate_simple((int)a->rank, count, NULL);
    bool good = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                H5Dread(opened->dataset, type, box, space, H5P_DEFAULT, window) >= 0;
    H5Sclose(box);
    H5Sclose(space);
    H5Tclose(type);
    return good;
}

/* Processor seconds, all in all, in proportion to the bytes that the file has and those that it gave: they
 * may be many more where it is packed tightly, or leads to other files. */
static void limit_time(double bytes) {
    struct rlimit time;
    getrlimit(RLIMIT_CPU, &time);
    const rlim_t seconds = 20 + (rlim_t)(bytes / (5 << 20));
    time.rlim_cur = seconds < time.rlim_max ? seconds : time.rlim_max;
    setrlimit(RLIMIT_CPU, &time);
}

static void limit_memory(void) {
#ifndef __SANITIZE_ADDRESS__
    struct rlimit memory = {(rlim_t)1 << 30, (rlim_t)1 << 30};
    setrlimit(RLIMIT_DATA, &memory);
#endif
}

static double file_bytes(const char *path) {
    struct stat info = {0};
    return stat(path, &info) == 0 ? (double)info.st_size : 0;
}

static double box_bytes(const struct h5scan *scan, const struct request *r) {
    const struct h5scan_array *a = &scan->array[r->array];
    double bytes = (double)element_size(a->element);
    for (unsigned i = 0; i < a->rank; i++) { bytes *= (double)r->count[i]; }
    return bytes;
}

static _Noreturn void child_serve(const char *path, bool links, int wire, struct h5scan *scan) {
    struct opened opened = {.dataset = -1};
    struct request request;
    double bytes = file_bytes(path);
    h5library_confine();
    h5library_open();
    limit_time(bytes);
    limit_memory();
    alarm(PATIENCE);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT),
          root = file >= 0 ? H5Gopen2(file, "/", H5P_DEFAULT) : -1;
    bool all = root >= 0 && h5list(root, links, scan);
    alarm(0);
    const struct listed listed = {root >= 0, all, scan->array_count, scan->attribute_count};
    bool good = tell(wire, &listed, sizeof listed) && all;
    while (good && hear(wire, &request, sizeof request)) {
        bytes += box_bytes(scan, &request);
        limit_time(bytes);
        alarm(PATIENCE);
        bool read = serve(file, scan, &request, &opened, scan->window);
        alarm(0);
        good = tell(wire, &read, sizeof read);
    }
    _exit(0);
}

/* ---- the parent ---- */

/* NULL with errno set. */
static void *map_shared(size_t size) {
    void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED ? NULL : shared;
}

static bool start_child(struct h5scan *scan, struct lists *lists, const char *path, bool links) {
    int end[2];
    if (!lists || !scan->window || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, end) != 0) {
        return false;
    }
    fflush(NULL);
    scan->pid = fork();
    if (scan->pid == 0) {
        close(end[0]);
        scan->array = lists->array;
        scan->attribute = lists->attribute;
        child_serve(path, links, end[1], scan);
    }
    close(end[1]);
    scan->wire = end[0];
    madvise(scan->window, WINDOW, MADV_DONTFORK); /* no later child's */
    return scan->pid > 0;
}

/* Of a child that says no more; from then on there is none to wait for. */
static const char *end_reason(struct h5scan *scan) {
    int status = 0;
    if (scan->pid > 0) { TEMP_FAILURE_RETRY(waitpid(scan->pid, &status, 0)); }
    scan->pid = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILED
               ? H5_EXHAUSTED
               : "it is damaged: reading it crashes the HDF5 library, or takes too long";
}

struct h5scan *h5scan_open(const char *path, bool links, char why[H5SCAN_WHY]) {
    struct h5scan *scan = memory_create(1, sizeof *scan);
    struct lists *lists = map_shared(sizeof *lists);
    struct listed listed = {false};
    bool good = false;
    scan->wire = -1;
    scan->window = map_shared(WINDOW);
    if (!start_child(scan, lists, path, links)) {
        snprintf(why, H5SCAN_WHY, "cannot start a process to read it: %s", strerror(errno));
    } else if (!hear(scan->wire, &listed, sizeof listed)) {
        snprintf(why, H5SCAN_WHY, "%s", end_reason(scan));
    } else if (!listed.opened) {
        snprintf(why, H5SCAN_WHY, "%s", H5_NO_HDF5);
    } else if (!listed.all) {
        snprintf(why, H5SCAN_WHY, "it holds more than %d arrays, groups or attributes; split it",
                 H5SCAN_ITEMS);
    } else if (listed.array_count > H5SCAN_ITEMS || listed.attribute_count > H5SCAN_ITEMS) {
        snprintf(why, H5SCAN_WHY, "it is damaged: what it holds cannot be listed");
    } else {
        scan->array_count = listed.array_count;
        scan->array = memory_copy(lists->array, scan->array_count, sizeof *scan->array);
        scan->attribute_count = listed.attribute_count;
        scan->attribute = memory_copy(lists->attribute, scan->attribute_count, sizeof *scan->attribute);
        good = true;
    }
    if (lists) { munmap(lists, sizeof *lists); }
    if (good) { return scan; }
    h5scan_close(scan);
    return NULL;
}

void h5scan_close(struct h5scan *scan) {
    if (!scan) { return; }
    if (scan->wire >= 0) { close(scan->wire); }
    if (scan->pid > 0) {
        kill(scan->pid, SIGKILL);
        TEMP_FAILURE_RETRY(waitpid(scan->pid, NULL, 0));
    }
    if (scan->window) { munmap(scan->window, WINDOW); }
    free(scan->array);
    free(scan->attribute);
    free(scan);
}

static bool read_box(struct h5scan *scan, const struct request *request, size_t size, void *out,
                     char why[H5SCAN_WHY]) {
    bool good = false;
    if (!tell(scan->wire, request, sizeof *request) || !hear(scan->wire, &good, sizeof good)) {
        snprintf(why, H5SCAN_WHY, "%s", end_reason(scan));
        return false;
    }
    if (!good) {
        snprintf(why, H5SCAN_WHY, "its numbers cannot be read: it is damaged, or its chunks are too large");
        return false;
    }
    memcpy(out, scan->window, size);
    return true;
}

/* The box in pieces that fit into the window: along the first axis that can be cut so. */
static bool read_cut(struct h5scan *scan, const struct request *whole, unsigned axis, size_t size, void *out,
                     char why[H5SCAN_WHY]) {
    const struct h5scan_array *a = &scan->array[whole->array];
    if (size <= WINDOW) { return read_box(scan, whole, size, out, why); }
    while (axis + 1 < a->rank && whole->count[axis] == 1) { axis++; }
    if (whole->count[axis] == 0) { return true; }
    size_t slice = size / whole->count[axis], at_once = slice > 0 && slice <= WINDOW ? WINDOW / slice : 1;
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
    size_t size = element_size(a->element);
    for (unsigned i = 0; i < a->rank; i++) {
        request.start[i] = start[i];
        request.count[i] = count[i];
        size *= count[i];
    }
    return size == 0 || read_cut(scan, &request, 0, size, out, why);
}
