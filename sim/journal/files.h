/* files: those of a journal's directory (journal.h), and archives (publish.h), by name; and files of records
 * (record.h), one after the other, written as a whole, under a temporary name (temporary.h), or appended to.
 * What is written is read again. Nothing here knows what records mean. */
#ifndef GAPSCALE_SIM_JOURNAL_FILES_H
#define GAPSCALE_SIM_JOURNAL_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/process.h"

/* More than a path may have: what does not fit is refused by the system, as too long. */
enum { FILES_PATH = 4096 + 96 };

void files_path(const char *directory, const char *name, char path[FILES_PATH]);
/* Whether a path is that of a file of a directory. */
bool files_are_of(const char *directory, const char *path);
/* The number of a name NNNNNN.units; 0 of others. */
unsigned files_number(const char *name);
/* The files of sources: of a directory those of such names, numbered from 1 on, each the records of one
 * writer, in the order of their numbers; of what is none that can be read, itself. */
struct files_list {
    size_t count;
    struct files_name {
        char path[FILES_PATH];
        bool alone; /* it is a source */
    } * file;
};
/* Adds those of a source. Free `file` with free(). */
void files_list(struct files_list *list, const char *source);

/* FILES_OTHER: nothing of gapscale's; FILES_OLDER: of a format before this one. */
enum files_kind { FILES_NONE, FILES_RECORDS, FILES_OLDER, FILES_OTHER };
/* What is at a path, by how it begins. */
enum files_kind files_kind(const char *path);

struct files_out {
    int file; /* -1: not open */
    uint64_t size;
    char path[FILES_PATH], temporary[FILES_PATH + PROCESS_TAG]; /* its place; "" where it is there already */
};

/* These return false after a message. One to be written as a whole: */
bool files_create(struct files_out *file, const char *path);
/* One to append to: where it is not open, a new one of a directory. */
bool files_append(struct files_out *file, const char *directory);
/* Adds records. Allocates nothing. */
bool files_add(struct files_out *file, const uint8_t *record, size_t length);
/* Waits until all is on the disk. */
bool files_sync(struct files_out *file);
/* Of a whole one: puts it in its place or, where it is not to be kept, removes it. */
bool files_close(struct files_out *file, bool keep);

#endif
