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

/* What is kept of a place for rows of further groups; at first {0}. */
struct nearness_kept {
    float *share; /* weight by cells of ranks: at most 768 bytes. Free with free() */
    double even;  /* of equal weights: nearest keys that hold 90% */
};

/* Adds a group's rows, some at least, to those of `place`, and makes the sums zero again. Of rows from
 * several groups the nearest 32 ranks are told one by one, the nearest quarter to a fifth and less of
 * themselves, and others to a hundredth of the length. */
void nearness_close(struct nearness *sums, struct nearness_kept *kept, struct survey_place *place);

#endif
