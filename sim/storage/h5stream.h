/* h5stream: a file like h5file's, written piece by piece, for what does not fit into memory at once. */
#ifndef GAPSCALE_SIM_STORAGE_H5STREAM_H
#define GAPSCALE_SIM_STORAGE_H5STREAM_H

#include "sim/storage/h5content.h"

struct h5stream; /* a file under a temporary name beside its path */

/* With these root attributes. NULL after a message. End with h5stream_close or h5stream_drop. */
struct h5stream *h5stream_open(const char *path, size_t attribute_count,
                               const struct h5_attribute *attribute);

/* These return false once something failed; what follows is passed over, and closing tells it. */

/* A group. Of its datasets those without values (number and text NULL) are made, to be filled. */
bool h5stream_group(struct h5stream *stream, const struct h5_group *group);
/* Begins to fill a dataset of numbers, "group/name". */
bool h5stream_begin(struct h5stream *stream, const char *dataset);
/* Its next numbers, row-major, at most as many as are left. */
bool h5stream_append(struct h5stream *stream, size_t count, const double *value);

/* Whether a file, read again under its temporary name, holds what it should; else `why` not. */
typedef bool h5stream_check(const char *temporary, const void *context, char why[H5_WHY]);
/* Fsyncs the file and, where the check finds it good, renames it to its path. Returns EXIT_DONE, or
 * EXIT_FAILED after a message; then what was at the path is as it was. */
int h5stream_close(struct h5stream *stream, h5stream_check *check, const void *context);
/* Gives the file up; what was at its path is as it was. */
void h5stream_drop(struct h5stream *stream);

#endif
