/* h5parse: a file as HDF5 reads it. A damaged file may bring the library down: see h5file_read. */
#ifndef GAPSCALE_SIM_STORAGE_H5PARSE_H
#define GAPSCALE_SIM_STORAGE_H5PARSE_H

#include "sim/storage/h5wire.h"

/* The reason, for a file that takes more memory than there is. */
#define H5PARSE_EXHAUSTED "reading it takes more memory than there is, or than a sound file of its size does"

/* Sends what is wanted. NULL, or what is wrong with the file: then what was sent is of no use. What reading
 * took is not freed. */
const char *h5parse_file(const char *path, const struct h5wire_wanted *wanted, struct h5wire *wire);

#endif
