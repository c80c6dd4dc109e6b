/* json: numbers that have errors as JSON, beside its pieces (sim/base/json.h). */
#ifndef GAPSCALE_ANALYSIS_TEXT_JSON_H
#define GAPSCALE_ANALYSIS_TEXT_JSON_H

#include "sim/base/json.h"

/* A number without digits below its error, whose first digit counts: all of them where that is 0; null when
 * it is not finite. */
void json_print_within(FILE *out, double value, double error);
/* A further key, its number as json_print_within has it, and KEY_error; null where it is not larger than its
 * error. */
void json_print_estimate(FILE *out, const char *key, double value, double error);

#endif
