/* study: the results files of one command line, read and fitted; and the words of that line. */
#ifndef GAPSCALE_ANALYSIS_STUDY_STUDY_H
#define GAPSCALE_ANALYSIS_STUDY_STUDY_H

#include "analysis/fit/fit.h"
#include "analysis/sphere/attention.h"
#include "analysis/verdict/verdict.h"

struct study {
    size_t file_count;
    const char *const *paths;
    struct results **results;
    size_t count;
    struct fit *fit;             /* every series of every file, in order */
    struct verdict *verdict;     /* of each fit, after study_judge; NULL before */
    struct attention *attention; /* likewise */
};

/* Reads and fits. EXIT_DONE, EXIT_USAGE after a message where a file is no good, else EXIT_FAILED. Free with
 * study_release in either case. The paths must outlive the study. */
int study_open(struct study *study, size_t count, char *const *paths);
void study_release(struct study *study);

/* The verdict of every fit: takes up to half a second each. False after a message. */
bool study_judge(struct study *study);

struct study_request {
    bool help, json;
    const char *output; /* NULL: the default */
    size_t count;
    char **paths;
};

/* Reads `[-o NAME] [--json] [-h] RESULTS...`. False, with a message and `usage` on stderr, where the line
 * makes no sense; --json is known only where `has_json`. */
bool study_parse(int argc, char **argv, bool has_json, const char *usage, struct study_request *request);

/* "<path without .h5><suffix>"; NULL when out of memory. Free with free(). */
char *study_default_output(const char *path, const char *suffix);

#endif
