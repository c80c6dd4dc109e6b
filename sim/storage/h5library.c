#include "sim/storage/h5library.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sim/base/head.h"

void h5library_open(void) {
    setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1); /* read when the library starts */
    H5dont_atexit();                             /* after a file that could not be closed it may crash */
    H5open();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0);
}

void h5library_confine(void) {
    const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGALRM};
    const struct rlimit none = {0, 0};
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++) { signal(fatal[i], SIG_DFL); }
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int nowhere = open("/dev/null", O_RDWR);
    if (nowhere >= 0) {
        dup2(nowhere, STDERR_FILENO);
        dup2(nowhere, STDOUT_FILENO);
    }
}

bool h5library_chunks_are_whole(hid_t dataset, hid_t list, hid_t space) {
    hsize_t chunk[H5S_MAX_RANK], size[H5S_MAX_RANK], written = 0, wanted = 1;
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    H5Pget_chunk(list, H5S_MAX_RANK, chunk);
    for (int i = 0; i < rank; i++) { wanted *= size[i] / chunk[i] + (size[i] % chunk[i] != 0); }
    return H5Dget_num_chunks(dataset, space, &written) >= 0 && written == wanted;
}

bool h5library_select(hid_t space, hsize_t position, hsize_t count) {
    hsize_t size[H5S_MAX_RANK], start[H5S_MAX_RANK], extent[H5S_MAX_RANK];
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    const hsize_t rows = count > size[rank - 1] ? count / size[rank - 1] : 1;
    for (int i = rank; i-- > 0;) {
        start[i] = position % size[i];
        position /= size[i];
        extent[i] = i == rank - 1 ? count / rows : i == rank - 2 ? rows : 1;
    }
    return position == 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0;
}

bool h5library_is_marked(const char *path) {
    static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char head[12] = {0}; /* of a superblock of version 2 or later */
    return head_read(path, 0, head, sizeof head) == (ssize_t)sizeof head &&
           memcmp(head, signature, sizeof signature) == 0 && head[8] >= 2 && head[11] & 1;
}
