/* fitfile: fits on disk (results/SCHEMA.md, "Fit file"). */
#ifndef GAPSCALE_ANALYSIS_REPORT_FITFILE_H
#define GAPSCALE_ANALYSIS_REPORT_FITFILE_H

#include "analysis/study/study.h"
#include "sim/results/store.h"

/* Writes the fits of a study as a derived file. 0, or 1 after a message; then `path` is as it was. */
int fitfile_write(const char *path, const struct study *study, const struct store_provenance *provenance);

#endif
