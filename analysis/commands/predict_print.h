/* predict_print: what `gapscale predict` says on stdout. `count` points, those of one n after another; a
 * course for each prescription that is asked for. */
#ifndef GAPSCALE_ANALYSIS_COMMANDS_PREDICT_PRINT_H
#define GAPSCALE_ANALYSIS_COMMANDS_PREDICT_PRINT_H

#include "analysis/commands/predict_answer.h"
#include "models/oracle/course.h"

void predict_table_print(const struct predict_request *r, const struct course *course,
                         const struct predict_length *length, size_t count, const struct prediction *x);
void predict_json_print(const struct predict_request *r, const struct course *course, size_t count,
                        const struct prediction *x);
/* A line for each point (results/SCHEMA.md). */
void predict_csv_print(const struct predict_request *r, size_t count, const struct prediction *x);

/* Of a limit law. */
extern const char *const predict_table_law_name[];

#endif
