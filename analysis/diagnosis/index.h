/* index: spacings of the largest scores of measured rows, and the extreme-value index they say. Keys
 * that are sinks are left out first. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_INDEX_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_INDEX_H

#include "analysis/diagnosis/diagnosis.h"
#include "analysis/statistics/spacing.h"
#include "sim/results/results.h"
#include "sim/rows/isa.h"

enum { INDEX_SPACINGS = SPACING_MANY };

/* Of one row. */
struct index_row {
    size_t count;                      /* K: 16 at context lengths from 256 on, 8 from 64 on, else 0 */
    double statistic;                  /* T; NaN where all K + 1 scores tie */
    double spacing[INDEX_SPACINGS];    /* k (s_(k) - s_(k+1)), k <= K; NaN beyond */
    struct accumulation without_sinks; /* lambda NaN where there are none */
};

struct index_room; /* a workspace: one per thread */
struct index_room *index_room_create(const struct isa *isa);
void index_room_free(struct index_room *room);

/* `n` is the context length that the row, of more than 0.9 n keys, counts for; `sink` are those of its head
 * (diagnosis.h); without any, `gap`, the gaps of at least INDEX_SPACINGS + 1 of the largest scores, or of
 * all, times `unit`, is all that is looked at. */
void index_measure(struct index_room *room, const struct scores_row *row, double n,
                   const struct survey_sink *sink, const double *gap, double unit, struct index_row *found);

struct index_sums; /* over rows, by length, head and sequence */
struct index_sums *index_create(const struct survey *survey);
void index_free(struct index_sums *sums);
/* Rows come in the order of the survey. */
void index_add(struct index_sums *sums, const struct scores_row *row, const struct index_row *found);

/* Fills in index and gaussian of every point: means of T over a sequence's rows, t intervals between
 * sequences with variances pooled by half with those of the layer; and what is without sinks. Pooled groups
 * are told without their local heads. */
void index_finish(const struct index_sums *sums, struct diagnosis *diagnosis);
/* spacing_mean of a group, of a pooled one without its local heads. */
void index_copy(const struct index_sums *sums, const struct diagnosis *diagnosis, size_t group,
                struct results_series *series);

#endif
