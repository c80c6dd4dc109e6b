#include "sim/base/version.h"

#include <gsl/gsl_version.h>
#include <hdf5.h>
#include <libfyaml.h>
#include <nettle/version.h>

#ifndef GAPSCALE_VERSION
#define GAPSCALE_VERSION "unknown"
#endif
#ifndef GAPSCALE_COMMIT
#define GAPSCALE_COMMIT "unknown"
#endif

#ifdef __clang__
const char version_compiler[] = __VERSION__;
#else
const char version_compiler[] = "gcc " __VERSION__;
#endif

const char version_number[] = GAPSCALE_VERSION, version_commit[] = GAPSCALE_COMMIT;

void version_print(FILE *out) {
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    fprintf(out, "gapscale %s (%s), compiled by %s\n", version_number, version_commit, version_compiler);
    fprintf(out, "with GSL %s, HDF5 %u.%u.%u, libfyaml %s, Nettle %d.%d\n", gsl_version, major, minor,
            release, fy_library_version(), nettle_version_major(), nettle_version_minor());
}
