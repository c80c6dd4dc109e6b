/* h5parse: a file as HDF5 reads it. A damaged file may bring the library down: see h5file_read. */
#ifndef GAPSCALE_SIM_STORAGE_H5PARSE_H
#define GAPSCALE_SIM_STORAGE_H5PARSE_H

#include "sim/storage/h5content.h"

/* The reason, for a file that takes more memory than there is. */
#define H5PARSE_EXHAUSTED "reading it takes more memory than there is, or than a sound file of its size does"

/* The root attributes and these parts (see h5file_read_parts) are to be read. */
struct h5parse_wanted {
    bool frame; /* without the values of numbers */
    size_t group_count;
    const struct h5_group *group;
};

/* NULL, with what is wrong in `why`; what was read until then, and what reading took, is not freed. */
struct h5_content *h5parse_file(const char *path, const struct h5parse_wanted *wanted, const char **why);

#endif
