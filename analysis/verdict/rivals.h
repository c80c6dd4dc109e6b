/* rivals: other laws with the same correction terms, and how many sigma exclude them. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_RIVALS_H
#define GAPSCALE_ANALYSIS_VERDICT_RIVALS_H

#include "analysis/verdict/judge.h"

/* Fills the verdict's rivals; its exponent is known. */
void rivals_judge(const struct judge *judge, struct verdict *verdict);
/* The rival that is excluded least; VERDICT_LAWS where there is none. */
size_t rivals_closest(const struct judge *judge, const struct verdict *verdict);
/* Whether it is a fixed power of log n beside a free one. */
bool rivals_is_power(const struct judge *judge, size_t rival);
/* The sigma that excludes a rival on average: of powers of log n against theory's, of the other kind of law
 * as its chi square on the exact values tells; NaN where these are not known. */
double rivals_expected_sigma(const struct judge *judge, const struct verdict *verdict, size_t rival);

#endif
