/* outfile: the file that a command writes: where it may be, and which command wrote it. */
#ifndef GAPSCALE_SIM_BASE_OUTFILE_H
#define GAPSCALE_SIM_BASE_OUTFILE_H

#include <stdbool.h>

/* Whether a file can be made beside `path`, else a message; makes the directory of the default output. */
bool outfile_prepare(const char *path, bool is_default);

/* A command line as one text. Free with free(). */
char *outfile_command_line(int count, char **word);

#endif
