/* h5file: labelled arrays in netCDF-4 compatible HDF5. The only caller of HDF5.
 *
 * A group owns its dimensions; a dataset names its axes by their index in that list. A rank-1 dataset
 * with the name of its dimension is that dimension's coordinate; a dimension without one becomes a
 * bare scale. */
#ifndef GAPSCALE_SIM_STORAGE_H5FILE_H
#define GAPSCALE_SIM_STORAGE_H5FILE_H

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
    unsigned rank; /* 0: read from a file, and of a kind that gapscale does not write, without values */
    unsigned axis[H5_RANK];
    const double *number;    /* row-major; or */
    const char *const *text; /* variable-length UTF-8 */
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

/* Writes a file with these root attributes and groups under a temporary name beside `path`, fsyncs it, reads
 * it again and, where it holds these very bits, renames it to `path`. Returns EXIT_DONE, or EXIT_FAILED after
 * a message; then `path` is as it was. */
int h5file_write(const char *path, size_t attribute_count, const struct h5_attribute *attribute,
                 size_t group_count, const struct h5_group *group);

/* A file in memory: all groups with their datasets (without bare scales), in order of name. */
struct h5_content {
    size_t attribute_count, group_count;
    struct h5_attribute *attribute;
    struct h5_group *group;
};

enum { H5_WHY = 128 };

/* Reads a regular file, whoever has it open. HDF5 sees it only in a child process, which hands over
 * what it read: a damaged file cannot take the program down, spoil its memory or keep it for ever (limits on
 * processor time and on memory grow with the size of the file and of what is asked for). Links are not
 * followed, virtual and external storage not read, and what is of a kind that gapscale does not write has a
 * name and no value: whoever reads on checks what must be there. NULL, with what is wrong in `why`, when that
 * fails. Free with h5file_free. */
struct h5_content *h5file_read(const char *path, char why[H5_WHY]);
/* The same of the root attributes and of these groups and datasets alone, in the order of their names: what
 * the file lacks of them is left out, and nothing else is read. A dataset of another shape than asked for (by
 * its rank, its axes and the sizes of its group's dimensions), without all its values, or packed as no sound
 * one is, makes the file refused before it is read. */
struct h5_content *h5file_read_parts(const char *path, size_t group_count, const struct h5_group *group,
                                     char why[H5_WHY]);
void h5file_free(struct h5_content *content);

/* By name; NULL when absent. */
const struct h5_attribute *h5file_attribute(size_t count, const struct h5_attribute *attribute,
                                            const char *name);
const struct h5_dataset *h5file_dataset(const struct h5_group *group, const char *name);

#endif
