/* h5parse: a file as HDF5 reads it. A damaged file may bring the library down: see h5file_read. */
#ifndef GAPSCALE_SIM_STORAGE_H5PARSE_H
#define GAPSCALE_SIM_STORAGE_H5PARSE_H

#include "sim/storage/h5file.h"

/* NULL, with what is wrong in `why`; what was read until then is not freed. */
struct h5_content *h5parse_file(const char *path, const char **why);

#endif
