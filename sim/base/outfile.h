/* outfile: the file that a command writes: where it may be, and which command wrote it. */
#ifndef GAPSCALE_SIM_BASE_OUTFILE_H
#define GAPSCALE_SIM_BASE_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a file can be made beside `path`, else a message; makes the directory of the default output. */
bool outfile_prepare(const char *path, bool is_default);

/* Makes a directory, which may be there already, or may not; else, after a message that ends in this advice,
 * false. */
bool outfile_directory(const char *path, bool may_be_there, const char *advice);

/* Writes these bytes under a temporary name, reads them again and puts them in their place. False after a
 * message; then `path` is as it was. */
bool outfile_write(const char *path, const char *text, size_t length);

/* "gapscale COMMAND ..." of these words, the command first. Free with free(). */
char *outfile_command_line(int count, char **word);

#endif
