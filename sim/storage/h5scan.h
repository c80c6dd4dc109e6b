/* h5scan: HDF5 files that others wrote, looked through and read piece by piece. As in h5file.h a child
 * process with limits does it, here one that lives as long as the file is open: a damaged file can kill that
 * child and nothing else. Memory is bounded whatever the file's size. One thread at a time. */
#ifndef GAPSCALE_SIM_STORAGE_H5SCAN_H
#define GAPSCALE_SIM_STORAGE_H5SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sim/storage/element.h"

enum { H5SCAN_RANK = 8, H5SCAN_NAME = 512, H5SCAN_TEXT = 4096, H5SCAN_NUMBERS = 512, H5SCAN_ITEMS = 1 << 13 };

/* Where the numbers of an array are. */
enum h5scan_presence {
    H5SCAN_LINKED,   /* behind a link to another file, which was not followed */
    H5SCAN_EXTERNAL, /* in other files, which may not be read */
    H5SCAN_VIRTUAL,  /* in other arrays, which may not be read */
    H5SCAN_NOWHERE,  /* a link, or virtual data, that leads to nothing, or what cannot be opened */
    H5SCAN_EMPTY,    /* a group without members */
    H5SCAN_UNWRITTEN,
    H5SCAN_HOLLOW, /* so small on the disk that they are one number over and over */
    H5SCAN_PRESENT,
};

struct h5scan_array {
    char path[H5SCAN_NAME]; /* "/group/name" */
    enum element element;   /* a float of 64, 32 or 16 bits (in any order of bytes), integer (of any width, or
                               boolean) or other */
    unsigned bytes;         /* of a number */
    unsigned rank;
    uint64_t size[H5SCAN_RANK];
    enum h5scan_presence presence;
    unsigned filter; /* a filter that its numbers went through and that is not here; 0: none */
};

/* Text, of an array of texts with commas between them, where `count` is 0; or so many numbers, of more than
 * H5SCAN_NUMBERS, or of texts that are too long together, the count alone; nothing of what is `other`. */
struct h5scan_attribute {
    char path[H5SCAN_NAME]; /* "/group/name/attribute"; of the root: "/attribute" */
    bool other;             /* neither text nor numbers, or it cannot be read */
    size_t count;
    union {
        char text[H5SCAN_TEXT];
        double number[H5SCAN_NUMBERS];
    };
};

struct h5scan {
    size_t array_count, attribute_count;
    struct h5scan_array *array;
    struct h5scan_attribute *attribute;

    /* the child */
    pid_t pid; /* 0: it has ended */
    int wire;
    unsigned char *window; /* memory that both share */
};

enum { H5SCAN_WHY = 256 };

/* Lists arrays and empty groups, but for scales of axes that hold no numbers, and attributes, but for those
 * that tie arrays to scales, in the order of their names; groups to a depth of 16, each once, however many
 * links lead to it. Soft links within the file are followed; external links and virtual arrays only with
 * `links`, else such arrays are listed as not present. NULL with what is wrong in `why`, such as more than
 * H5SCAN_ITEMS of them; of another format it is H5_NO_HDF5 (h5content.h). Close with h5scan_close. */
struct h5scan *h5scan_open(const char *path, bool links, char why[H5SCAN_WHY]);
void h5scan_close(struct h5scan *scan);

/* Reads the box start[i] .. start[i] + count[i] - 1 of an array, row-major, as its element is. False with
 * what is wrong in `why`; once the child has ended, every time. */
bool h5scan_read(struct h5scan *scan, size_t array, const uint64_t *start, const uint64_t *count, void *out,
                 char why[H5SCAN_WHY]);

#endif
