/* h5library: what writing and reading files share of HDF5. */
#ifndef GAPSCALE_SIM_STORAGE_H5LIBRARY_H
#define GAPSCALE_SIM_STORAGE_H5LIBRARY_H

#include <hdf5.h>
#include <stdbool.h>

/* Before any other call: silent, without plugins, and without locks, which not every file system has: a file
 * is written under a name of its own and renamed. */
void h5library_open(void);
/* In a child process that reads a file of unknown make: what is fatal ends it, silently and without a core,
 * and so does the end of the thread that started it. */
void h5library_confine(void);
/* Whether every chunk of a chunked dataset was written, `list` being how it was created. */
bool h5library_chunks_are_whole(hid_t dataset, hid_t list, hid_t space);
/* Of an array the `count` numbers from `position` on, row-major, which lie in one row of the last axis, or
 * are whole rows of it in one of the axis before. */
bool h5library_select(hid_t space, hsize_t position, hsize_t count);
/* Whether a file is marked as open for writing, as it is until the very last write. */
bool h5library_is_marked(const char *path);

#endif
