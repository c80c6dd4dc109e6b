/* h5content: what a file holds, in memory; the words of all that write, read and compare files here.
 *
 * A group owns its dimensions; a dataset names its axes by their index in that list. A rank-1 dataset
 * with the name of its dimension is that dimension's coordinate; a dimension without one becomes a
 * bare scale. */
#ifndef GAPSCALE_SIM_STORAGE_H5CONTENT_H
#define GAPSCALE_SIM_STORAGE_H5CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { H5_RANK = 4 };

struct h5_dimension {
    const char *name;
    size_t size;
};

struct h5_dataset {
    const char *name, *units, *long_name; /* units in UDUNITS words, "1" for pure numbers */
    const char *coordinates; /* what it may be plotted against beside its axes (CF); NULL: nothing */
    const char *alias;       /* a second name of the same object; NULL: none. Neither is read back */
    unsigned rank; /* 0: read from a file, and of a kind that gapscale does not write, without values */
    unsigned axis[H5_RANK];
    const double *number;    /* row-major; or */
    const char *const *text; /* variable-length UTF-8; or neither, and */
    uint64_t sum;            /* of numbers that are not here (h5content_sum) */
};

struct h5_attribute {
    const char *name;
    const char *text;      /* or, when NULL, */
    const uint64_t *whole; /* or, when NULL, */
    double number;         /* NaN for what was read and is of another kind */
};

struct h5_group {
    const char *name; /* a path for nested groups: "gaussian/exact" */
    size_t dimension_count, dataset_count, attribute_count;
    const struct h5_dimension *dimension;
    const struct h5_dataset *dataset;
    const struct h5_attribute *attribute;
};

enum { H5_WHY = 128 }; /* of what is wrong with a file */
/* What both readers say: of another format, and of a file that takes more memory than there is. */
#define H5_NO_HDF5 "it is no HDF5 file, or a damaged one"
#define H5_EXHAUSTED "reading it takes more memory than there is, or than a sound file of its size does"

/* What was read of a file: names of groups and datasets, and dimensions, are those of what was asked for. All
 * else lies behind it, in one piece of memory. */
struct h5_content {
    size_t attribute_count, group_count;
    struct h5_attribute *attribute;
    struct h5_group *group;
    size_t room, used;  /* bytes of that memory */
    char fault[H5_WHY]; /* what is wrong with the file; "" */
};

/* Empty, with room for so many bytes, which processes forked from now on share; what is not used of it takes
 * no memory. NULL with errno set. */
struct h5_content *h5content_create(size_t room);
void h5content_free(struct h5_content *content);
/* `count` zeroed things of `size` bytes of the room; NULL where it is used up. */
void *h5content_take(struct h5_content *content, size_t count, size_t size);
/* From now on no forked process shares it. Whether it is of these groups or some of them and points nowhere
 * else, all texts being ended, whatever a process that came to grief left there of what h5content_create
 * made.
 */
bool h5content_accept(struct h5_content *content, size_t room, size_t group_count,
                      const struct h5_group *wanted);
/* Gives back the room that is not used, which counts where address space is limited. */
void h5content_trim(struct h5_content *content);

/* Values of a dataset of this group. */
size_t h5content_count(const struct h5_group *group, const struct h5_dataset *dataset);
/* What tells numbers from others, with those that went into `sum` before them in their order, from 0 on: one
 * to one in each number, whatever the others are. */
uint64_t h5content_sum(uint64_t sum, size_t count, const double *number);

/* By name; NULL when absent. */
const struct h5_attribute *h5content_attribute(size_t count, const struct h5_attribute *attribute,
                                               const char *name);
const struct h5_group *h5content_group(size_t count, const struct h5_group *group, const char *name);
const struct h5_dataset *h5content_dataset(const struct h5_group *group, const char *name);

#endif
