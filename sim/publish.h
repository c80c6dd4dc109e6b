/* publish: from finished units to a results file. */
#ifndef GAPSCALE_SIM_PUBLISH_H
#define GAPSCALE_SIM_PUBLISH_H

#include "collect.h"
#include "stop.h"

/* What is at `path`: EXIT_DONE to go on, anything else, after a message, to stop with; `finished` when the
 * work is done already. */
int publish_check(const char *path, const struct config *config, bool force, bool *finished);
/* Whether a file can be made beside `path`, else a message; makes the directory of the default output. */
bool publish_prepare(const char *path, bool is_default);
/* A command line as one text; NULL when out of memory. Free with free(). */
char *publish_command_line(int count, char **word);

struct publish {
    const struct unit_plan *plan;
    collect_source *source; /* of the records of all its units */
    void *context;
    const char *output, *command_line;
    int threads;
    bool quiet;
    struct stop *stop; /* may be NULL */
};

/* Collects the results, adds the exact values, and writes the file. Returns EXIT_DONE; EXIT_RESUMABLE when
 * stopped; EXIT_FAILED after a message. In the last two cases `output` is as it was. */
int publish_results(const struct publish *publish);

#endif
