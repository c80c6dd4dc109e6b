/* source: the files that a page tells of: what was run, and at its end their settings and where they come
 * from. */
#ifndef GAPSCALE_ANALYSIS_PAGE_SOURCE_H
#define GAPSCALE_ANALYSIS_PAGE_SOURCE_H

#include <stdio.h>

#include "analysis/study/study.h"

/* A table of the files. */
void source_print_runs(FILE *out, const struct study *study);
/* Attributes and configs of each. False after a message, where one can no longer be read. */
bool source_print_settings(FILE *out, const struct study *study);

#endif
