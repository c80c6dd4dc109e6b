/* story: a diagnosis in words. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_STORY_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_STORY_H

#include "analysis/diagnosis/diagnosis.h"

/* "local", "like Gaussian", "lighter than Gaussian", "heavier than Gaussian", "unclassified": at the longest
 * trained length. Never a bare extreme-value class: rows of finite n do not tell one. */
const char *story_class(const struct diagnosis_group *group);
const char *story_locality(enum diagnosis_locality locality); /* "local", "mixed", "global", "unknown" */

/* "subcritical", "critical", "supercritical" by the interval of 1/Lambda_n against 1/2 and 2, else
 * "undecided", as one sequence always is. */
const char *story_standing(const struct diagnosis_point *point);

/* The point that stands for a group: of the longest trained length. */
const struct diagnosis_point *story_point(const struct diagnosis_group *group);

enum { STORY_LAWS = 48 };
/* Names of the prescriptions that are excluded, or of those that are not, with `between` between them; how
 * many. */
size_t story_laws(const struct diagnosis_growth *growth, bool excluded, const char *between,
                  char out[STORY_LAWS]);

/* Sinks of a head at the longest trained length: [SURVEY_SINKS], the heaviest first, weight 0: no more. */
const struct survey_sink *story_sinks(const struct diagnosis *diagnosis, const struct diagnosis_group *head);

enum { STORY_SINKS = 40 * SURVEY_SINKS };
/* They as "KEY WEIGHT, KEY WEIGHT" in `out`, which it returns. */
const char *story_sink_list(const struct diagnosis *diagnosis, const struct diagnosis_group *head,
                            char out[STORY_SINKS]);

/* What it all says, in `out`, which it returns. */
const char *story_sentence(const struct diagnosis *diagnosis, const struct diagnosis_group *group,
                           char out[DIAGNOSIS_SENTENCE]);

#endif
