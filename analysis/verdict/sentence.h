/* sentence: a verdict in words. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_SENTENCE_H
#define GAPSCALE_ANALYSIS_VERDICT_SENTENCE_H

#include "analysis/text/words.h"
#include "analysis/verdict/verdict.h"

enum { SENTENCE = PRESCRIBED_SENTENCE };

/* The verdict, why, and what would settle an open one. Returns `out`. */
const char *sentence_reason(const struct fit *fit, const struct verdict *verdict, char out[SENTENCE]);

/* The verdict, why, what would settle an open one, and the numbers behind it. Returns `out`. */
const char *sentence_make(const struct fit *fit, const struct verdict *verdict, char out[SENTENCE]);

/* Where the collapse is so steep that the grid of betas makes half of a point's variance or more; empty where
 * it is not. Returns `out`. */
const char *sentence_coarse(const struct fit *fit, char out[SENTENCE]);

/* What measured points have in common beside exact ones, "3.1 +- 0.4% above", and how they grow beside them,
 * the exponent of log n; half 95% intervals. Return `out`. */
enum { SENTENCE_CONTRAST = 2 * WORDS };
const char *sentence_shift(const struct contrast *shift, char out[SENTENCE_CONTRAST]);
const char *sentence_trend(const struct contrast *trend, char out[WORDS]);

#endif
