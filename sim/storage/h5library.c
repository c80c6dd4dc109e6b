#include "sim/storage/h5library.h"

#include <stdlib.h>

void h5library_open(void) {
    setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1); /* read when the library starts */
    H5open();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0);
}

hid_t h5library_text(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}
