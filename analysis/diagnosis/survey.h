/* survey: the first reading of measured scores: Lambda_n of every row, where the weight lies at beta = 1, the
 * model as trained, and which keys are sinks. For the latter two weights are floats (softmax,
 * sim/rows/kernel.h): shares of weight are off by SURVEY_ROUNDING at most, by 1e-8 as a rule. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_SURVEY_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_SURVEY_H

#include "sim/rows/measured.h"
#include "sim/scores/scores.h"

enum { SURVEY_WINDOWS = 3, SURVEY_SINKS = 4 };
extern const double survey_window[SURVEY_WINDOWS]; /* 16, 64, 256 nearest keys */
#define SURVEY_ROUNDING 2.5e-6                     /* 2^-23 (3 + log n) of rows of 2^26 */

struct survey_row {
    uint32_t length, head, sequence;
    bool parted;  /* its scores, 16 or more, lie in two parts, further from each other than 50 and than either
                     spans, an eighth of the keys or more in each: as where a mask adds -100 */
    double count; /* keys it sees */
    double lambda, log_rank, gap;  /* Lambda_n, inf for a tie at the top; where it is attained */
    double rounding;               /* how far rounding of its scores as stored may move log Lambda_n */
    struct compress_bounds bounds; /* of its scores, for who reads them again */
};

/* Of one sequence, head and length: all its rows together, from whatever groups (nearness.h). */
struct survey_place {
    size_t rows;
    double near; /* nearest keys that hold 90% of the mean weight, over as many for equal weights; NaN, as
                    the next: nothing says where the queries stand */
    double mass[SURVEY_WINDOWS]; /* share of the weight in the nearest keys */
};

/* A key that many queries far from it attend to; all are where nothing says where they stand. */
struct survey_sink {
    uint32_t key;
    double weight; /* mean over those queries */
};

struct survey {
    const struct scores_facts *facts;
    size_t row_count;
    struct survey_row *row;     /* in the order of the files */
    size_t *by_head, *head_end; /* [row_count] rows, head by head, each in that order; (head) where it ends */
    struct survey_place *place; /* (length, head, sequence) */
    struct survey_sink *sink;   /* (length, head, SURVEY_SINKS), the heaviest first; weight 0: none */
};

/* Rows that those of some heads are among, in the order of the files. */
struct survey_rows {
    size_t count;
    const size_t *at; /* indices; NULL: 0, 1, 2, .. */
};
struct survey_rows survey_rows_of(const struct survey *survey, size_t head_first, size_t head_last);
static inline size_t survey_rows_at(struct survey_rows rows, size_t i) { return rows.at ? rows.at[i] : i; }

/* Reads all rows. False after a message; release either way. */
bool survey_make(struct scores *scores, int threads, struct survey *survey);
void survey_release(struct survey *survey);

/* The place of these indices; the sinks of a head at a length, SURVEY_SINKS of them. */
const struct survey_place *survey_at(const struct survey *survey, size_t length, size_t head,
                                     size_t sequence);
const struct survey_sink *survey_sinks(const struct survey *survey, size_t length, size_t head);

#endif
