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

/* What was read of a file: names of groups and datasets, and dimensions, are those of what was asked for. */
struct h5_content {
    size_t attribute_count, group_count;
    struct h5_attribute *attribute;
    struct h5_group *group;
};

void h5content_free(struct h5_content *content);

/* Values of a dataset of this group. */
size_t h5content_count(const struct h5_group *group, const struct h5_dataset *dataset);

/* By name; NULL when absent. */
const struct h5_attribute *h5content_attribute(size_t count, const struct h5_attribute *attribute,
                                               const char *name);
const struct h5_group *h5content_group(size_t count, const struct h5_group *group, const char *name);
const struct h5_dataset *h5content_dataset(const struct h5_group *group, const char *name);

enum { H5_WHY = 128 }; /* of what is wrong with a file */

#endif
