/* files: those of a journal's directory (journal.h), by name. Nothing here knows what they mean.
 *
 * A file is written under a name of its own (temporary.h), fsynced and renamed. */
#ifndef GAPSCALE_SIM_JOURNAL_FILES_H
#define GAPSCALE_SIM_JOURNAL_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FILES_DIRECTORY = 4096, FILES_NAME = 32, FILES_PATH = FILES_DIRECTORY + FILES_NAME };

void files_path(const char *directory, const char *name, char path[FILES_PATH]);
/* Whether a path is that of a file of a directory. */
bool files_are_of(const char *directory, const char *path);
/* The number, from 1 on, of NNNNNN.units; 0 for any other name. */
unsigned files_number(const char *name);
/* The files NNNNNN.units, each the records of one writer, in the order of their numbers. Free with free(). */
struct files_name {
    char path[FILES_PATH];
    bool alone; /* it is a source */
};
struct files_name *files_units(const char *directory, size_t *count);
/* Those of several sources: a directory's files, and what else one is, itself. The same. */
struct files_name *files_list(size_t source_count, char *const *source, size_t *count);

/* A regular file whole, ended by NUL; NULL, with errno set, when it cannot be read. Free with free(). */
char *files_read(const char *path, size_t *length);
/* Bytes of a file from `offset` on; false, with errno set, where it has not so many. */
bool files_read_at(int file, uint64_t offset, void *bytes, size_t length);

/* Removes what journals are made of but for locks, or of that what has a temporary name alone. False after a
 * message. */
bool files_clear(const char *directory);
bool files_clear_temporary(const char *directory);

#endif
