/* along: the series of a study that go along prescriptions, by law. */
#ifndef GAPSCALE_ANALYSIS_STUDY_ALONG_H
#define GAPSCALE_ANALYSIS_STUDY_ALONG_H

#include "analysis/study/study.h"

/* Series of one law, trained length and coefficient: where they stand in the study; its count: none. */
struct along {
    char name[CONFIG_NAME + 16]; /* of the first, without -PRESCRIPTION */
    size_t series[PRESCRIPTIONS];
};

/* In the order in which they come; `along` has room for as many as the study has series. Returns how many. */
size_t along_collect(const struct study *study, struct along *along);

#endif
