/* request: the words of a command line that names results files. */
#ifndef GAPSCALE_ANALYSIS_COMMANDS_REQUEST_H
#define GAPSCALE_ANALYSIS_COMMANDS_REQUEST_H

#include "analysis/study/study.h"
#include "sim/base/commandline.h"

/* Whether RESULTS are given; else a message, and the usage on stderr. */
bool request_is_whole(const struct commandline *line);

/* Names go into scripts, pages and names of files, and a results file may come from anywhere. False after a
 * message. */
bool request_names_are_plain(const struct study *study);

/* "<path without .h5><suffix>". Free with free(). */
char *request_default_output(const char *path, const char *suffix);

#endif
