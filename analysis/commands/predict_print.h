/* predict_print: what `gapscale predict` says on stdout. */
#ifndef GAPSCALE_ANALYSIS_COMMANDS_PREDICT_PRINT_H
#define GAPSCALE_ANALYSIS_COMMANDS_PREDICT_PRINT_H

#include "analysis/commands/predict_answer.h"

void predict_table_print(const struct predict_answer *answer);
/* An object with a member for each point, and a line for each (results/SCHEMA.md). */
void predict_numbers_print_json(const struct predict_answer *answer);
void predict_numbers_print_csv(const struct predict_answer *answer);

/* Of a limit law. */
extern const char *const predict_table_law_name[];

#endif
