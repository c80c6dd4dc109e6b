/* nearness: where the weight of rows lies, counted in keys from the query on, of a place whose rows come
 * together or in several groups: a text in chunks, or step by step. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_NEARNESS_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_NEARNESS_H

#include "analysis/diagnosis/survey.h"

/* Sums over the rows of one place at one length in one group, [length + 1]. */
struct nearness {
    size_t length;
    double *weight;       /* by rank of nearness */
    double *even;         /* equal weights of rows of so many keys */
    size_t rows, nowhere; /* of the rows: those of queries that stand nowhere */
};

/* Adds a group's rows, some at least, to those of `place`, and makes the sums zero again. Ranks of rows from
 * several groups are told to a 128th of the length. */
void nearness_close(struct nearness *sums, struct survey_place *place);

#endif
