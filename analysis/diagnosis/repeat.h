/* repeat: sequences that were read twice. Groups whose files say nothing of it have different sequences
 * (sequence_id), but for whole contexts that are the beginning of others (sim/scores/sequences.h); a text
 * that stands in two of them otherwise, or twice in one, would count as two and make intervals too narrow. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_REPEAT_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_REPEAT_H

#include "analysis/diagnosis/diagnosis.h"

/* Whether there are two sequences whose rows, wherever both have some, are the same one by one, once they
 * were read again; which. */
bool repeat_find(const struct diagnosis *diagnosis, size_t *first, size_t *second);

#endif
