/* told: what is told of a diagnosis in its file, as JSON and as CSV, each number and word in one place, under
 * the names of results/SCHEMA.md. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_TOLD_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_TOLD_H

#include "analysis/diagnosis/diagnosis.h"
#include "sim/results/results.h"

enum { TOLD_NUMBERS = 29, TOLD_NAME = 128 };

/* Of a group at one length. */
struct told_number {
    const char *name, *column; /* in JSON and in CSV */
    double value;
    size_t array; /* where struct results_series has its array; 0: it has none, or fills it otherwise */
};
void told_numbers(const struct diagnosis_point *point, struct told_number number[TOLD_NUMBERS]);

/* A text, or a number; NULL and NaN: there is none. */
struct told_value {
    const char *name, *text;
    bool is_text, is_whole;
    double number;
    size_t array, at; /* where the file has it: an array as above and an index; 0: it has an attribute */
};
typedef void told_visitor(const struct told_value *value, void *with);

/* Every single word and number of a group in turn, of all groups under the same names in the same order. */
void told_group(const struct diagnosis *diagnosis, const struct diagnosis_group *group, told_visitor *visit,
                void *with);

/* What the results file has of a group beside its rows: arrays and attributes; after index_finish (index.h).
 */
void told_file(const struct diagnosis *diagnosis, const struct diagnosis_group *group,
               struct results_series *series);

#endif
