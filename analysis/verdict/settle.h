/* settle: what would decide an undecided verdict. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_SETTLE_H
#define GAPSCALE_ANALYSIS_VERDICT_SETTLE_H

#include "analysis/verdict/judge.h"

extern const struct verdict_settle settle_nothing;

/* Of a verdict whose kind and ground are known; nothing where it is decided, or nobody knows. */
struct verdict_settle settle_make(const struct judge *judge, const struct verdict *verdict);

#endif
