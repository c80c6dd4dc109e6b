/* course_words: where a prescription leads (models/oracle/course.h), in words. */
#ifndef GAPSCALE_ANALYSIS_TEXT_COURSE_WORDS_H
#define GAPSCALE_ANALYSIS_TEXT_COURSE_WORDS_H

#include "analysis/text/words.h"
#include "models/oracle/course.h"

/* "critical by the law of Lambda^typ: beta/Lambda^typ -> 1.87; the entropy stays: H -> 1.41". Returns
 * `out`. */
const char *course_words(const struct course *course, char out[WORDS_LINE]);
#endif
