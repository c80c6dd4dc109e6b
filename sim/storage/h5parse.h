/* h5parse: a file as HDF5 reads it. A damaged file may bring the library down: see h5file_read. */
#ifndef GAPSCALE_SIM_STORAGE_H5PARSE_H
#define GAPSCALE_SIM_STORAGE_H5PARSE_H

#include "sim/storage/h5content.h"

/* Fills in an empty content (h5file_read says with what). False with what is wrong with the file in
 * content->fault: then what is there is of no use. What reading took is not freed. */
bool h5parse_file(const char *path, bool frame, size_t group_count, const struct h5_group *group,
                  struct h5_content *content);

#endif
