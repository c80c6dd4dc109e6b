/* request: the words of a command line that names results files. */
#ifndef GAPSCALE_ANALYSIS_COMMANDS_REQUEST_H
#define GAPSCALE_ANALYSIS_COMMANDS_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

struct request {
    bool help, json;
    const char *output; /* NULL: the default */
    size_t count;
    char **paths;
};

/* Reads `[-o NAME] [--json] [-h] RESULTS...`. False, with a message and `usage` on stderr, where the line
 * makes no sense; --json is known only where `has_json`. */
bool request_parse(int argc, char **argv, bool has_json, const char *usage, struct request *request);

/* "<path without .h5><suffix>"; NULL when out of memory. Free with free(). */
char *request_default_output(const char *path, const char *suffix);

#endif
