/* h5file: labelled arrays in netCDF-4 compatible HDF5. This room is the only caller of HDF5; from the roof
 * down: h5file, on h5stream (writing) and h5parse (reading); h5scan, on h5list; all on h5content, h5digest
 * and h5library, and on element (numbers as models store them). */
#ifndef GAPSCALE_SIM_STORAGE_H5FILE_H
#define GAPSCALE_SIM_STORAGE_H5FILE_H

#include "sim/storage/h5content.h"

/* Writes a file with these root attributes and groups under a temporary name beside `path`, fsyncs it, reads
 * it again and, where it holds these very bits, renames it to `path`. Returns EXIT_DONE, or EXIT_FAILED after
 * a message; then `path` is as it was. */
int h5file_write(const char *path, size_t attribute_count, const struct h5_attribute *attribute,
                 size_t group_count, const struct h5_group *group);

/* Reads of a regular file, whoever has it open, the root attributes and these groups and datasets: what it
 * lacks of them is left out, and nothing else is read. HDF5 sees it only in a child process, which hands over
 * what it read: a damaged file cannot take the program down, spoil its memory or keep it for ever (limits on
 * processor time and on memory grow with the size of the file and of what is asked for). Links are not
 * followed, virtual and external storage not read, and what is of a kind that gapscale does not write has a
 * name and no value: whoever reads on checks what must be there. A dataset of another shape than asked for
 * (by its rank, its axes and the sizes of its group's dimensions), without all its values, packed as no sound
 * one is, or attached to other scales than those of its group, makes the file refused before it is read;
 * where it is attached to none its name tells its axes. Names and dimensions are those of `group`, which must
 * live on. A `frame` has sums in the place of numbers, and takes no memory for these. NULL, with what is
 * wrong in `why`, when that fails. Free with h5content_free. */
struct h5_content *h5file_read(const char *path, bool frame, size_t group_count, const struct h5_group *group,
                               char why[H5_WHY]);

/* What a file is to hold; of numbers that were written in pieces (h5stream.h) their sums. */
struct h5file_written {
    size_t attribute_count, group_count;
    const struct h5_attribute *attribute;
    const struct h5_group *group;
};
/* h5stream_check: whether the file, read again, holds these very bits. */
bool h5file_holds(const char *temporary, const void *written, char why[H5_WHY]);

#endif
