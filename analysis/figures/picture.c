#include "analysis/figures/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"

const char *const picture_extension[PICTURE_FORMATS] = {"svg", "png", "pdf"};
const struct picture picture_none = {{-1, -1, -1}};

/* How a whole one begins and, but for ends of lines, ends. */
static const char *const head[PICTURE_FORMATS] = {"<?xml ", "\x89PNG\r\n\x1a\n", "%PDF-"},
                         *const tail[PICTURE_FORMATS] = {"</svg>", "IEND\xae\x42\x60\x82", "%%EOF"};

bool picture_create(struct picture *p) {
    bool good = true;
    for (size_t f = 0; f < PICTURE_FORMATS; f++) {
        p->memory[f] = memfd_create(picture_extension[f], 0);
        good = good && p->memory[f] >= 0;
    }
    if (!good) { message_error("cannot make a picture in memory: %s", strerror(errno)); }
    return good;
}

void picture_free(struct picture *p) {
    for (size_t f = 0; f < PICTURE_FORMATS; f++) {
        if (p->memory[f] >= 0) { close(p->memory[f]); }
    }
    *p = picture_none;
}

static bool is_whole(size_t format, const char *bytes, size_t size) {
    size_t begin = strlen(head[format]), end = strlen(tail[format]);
    while (size > 0 && bytes[size - 1] == '\n') { size--; }
    return size >= begin + end && memcmp(bytes, head[format], begin) == 0 &&
           memcmp(bytes + size - end, tail[format], end) == 0;
}

/* Spaces beside markup are kept: some readers of SVG drop even those that do not break. */
static bool write_svg(const char *path, const char *bytes, size_t size) {
    static const char root[] = "<svg";
    const char *begin = memmem(bytes, size, root, strlen(root));
    if (!begin) { return outfile_write(path, bytes, size); }
    const int before = (int)(begin - bytes) + (int)strlen(root);
    char *text =
        memory_format("%.*s xml:space=\"preserve\"%.*s", before, bytes, (int)size - before, bytes + before);
    bool good = outfile_write(path, text, strlen(text));
    free(text);
    return good;
}

static bool write_format(size_t format, int memory, const char *path) {
    struct stat info;
    void *bytes = MAP_FAILED;
    size_t size = fstat(memory, &info) == 0 ? (size_t)info.st_size : 0;
    if (size > 0) { bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, memory, 0); }
    bool whole = bytes != MAP_FAILED && is_whole(format, bytes, size);
    if (!whole) { message_error("gnuplot did not draw %s to its end; is memory full?", path); }
    bool good = whole && (format == 0 ? write_svg : outfile_write)(path, bytes, size);
    if (bytes != MAP_FAILED) { munmap(bytes, size); }
    return good;
}

bool picture_write(const struct picture *p, const char *stem) {
    bool good = true;
    for (size_t f = 0; good && f < PICTURE_FORMATS; f++) {
        char *path = memory_format("%s.%s", stem, picture_extension[f]);
        good = write_format(f, p->memory[f], path);
        free(path);
    }
    return good;
}

char *picture_svg(const struct picture *p) {
    struct stat info;
    size_t size = fstat(p->memory[0], &info) == 0 ? (size_t)info.st_size : 0;
    char *text = memory_create(size + 1, 1);
    if (pread(p->memory[0], text, size, 0) == (ssize_t)size && is_whole(0, text, size)) { return text; }
    free(text);
    return NULL;
}
