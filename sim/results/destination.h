/* destination: whether a command may write its answer where it is asked to, looked at before any work. */
#ifndef GAPSCALE_SIM_RESULTS_DESTINATION_H
#define GAPSCALE_SIM_RESULTS_DESTINATION_H

#include <stddef.h>

/* What is to be written, and what may stand there already and be replaced: the same kind, written by this
 * program. A table is a text whose first line starts with DESTINATION_MARK, a page one with
 * DESTINATION_PAGE_MARK. */
enum destination_kind {
    DESTINATION_ANY, /* whoever asks looks into what is there */
    DESTINATION_RESULTS,
    DESTINATION_DIAGNOSIS,
    DESTINATION_FIT,
    DESTINATION_TABLE,
    DESTINATION_PAGE,
    DESTINATION_SCORES /* of a sweep's rows */
};
#define DESTINATION_MARK "# gapscale "
#define DESTINATION_PAGE_MARK "<!DOCTYPE html><!-- gapscale report "

/* Refuses, with a message and EXIT_USAGE, a directory, a link, what is no regular file, a name that leaves no
 * room for those beside it (temporary.h, publish.h), a file that is one of the inputs, one of another kind,
 * and a new one whose name ends like something else (results in x.csv). Else EXIT_DONE. */
int destination_check(const char *path, enum destination_kind kind, size_t input_count,
                      const char *const *inputs);
/* And with EXIT_FAILED where nothing can be written (outfile_prepare). */
int destination_prepare(const char *path, enum destination_kind kind, size_t input_count,
                        const char *const *inputs);

#endif
