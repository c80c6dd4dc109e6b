/* sentence: a verdict in words. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_SENTENCE_H
#define GAPSCALE_ANALYSIS_VERDICT_SENTENCE_H

#include "analysis/text/words.h"
#include "analysis/verdict/verdict.h"

enum { SENTENCE = 1024 };

/* The verdict, why, what would settle an open one, and the numbers behind it. Returns `out`. */
const char *sentence_make(const struct fit *fit, const struct verdict *verdict, char out[SENTENCE]);

/* "0.4997 +- 0.0040": half the 95% interval; "-" where it cannot be told. */
const char *sentence_estimate(const struct verdict_estimate *estimate, char out[WORDS]);

#endif
