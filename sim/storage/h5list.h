/* h5list: what an opened HDF5 file of others holds. Runs in the child process of h5scan.h. */
#ifndef GAPSCALE_SIM_STORAGE_H5LIST_H
#define GAPSCALE_SIM_STORAGE_H5LIST_H

#include <hdf5.h>

#include "sim/storage/h5scan.h"

/* Fills the lists of `scan`, which are there and empty (h5scan_open says with what). False where there is
 * more than they hold. */
bool h5list(hid_t root, bool links, struct h5scan *scan);

#endif
