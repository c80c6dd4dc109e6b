/* universality_report: series of one exponent, judged together (analysis/study/universality.h), as a table,
 * as JSON and as groups of the fit file; names in results/SCHEMA.md. */
#ifndef GAPSCALE_ANALYSIS_REPORT_UNIVERSALITY_REPORT_H
#define GAPSCALE_ANALYSIS_REPORT_UNIVERSALITY_REPORT_H

#include <stdio.h>

#include "analysis/study/study.h"
#include "sim/results/store.h"

/* Nothing where there is no class. */
void universality_report_print(FILE *out, const struct study *study);
/* A list of objects. */
void universality_report_json(FILE *out, const struct study *study);

/* One class as a group, with the memory it points to; the study must outlive it. */
struct universality_page;
struct universality_page *universality_report_page(const struct study *study, size_t class);
struct h5_group universality_report_group(const struct universality_page *page);
void universality_report_release(struct universality_page *page);

#endif
