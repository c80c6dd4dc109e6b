/* sequences: which sequences of several groups are the same. */
#ifndef GAPSCALE_SIM_SCORES_SEQUENCES_H
#define GAPSCALE_SIM_SCORES_SEQUENCES_H

#include "sim/scores/find.h"

/* Numbers the sequences of all groups: equal numbers or texts in an attribute sequence_id are the same
 * sequence, without it all are different. But a causal context of which every query is there may be the
 * beginning of another: the same layers and heads, the same keys (or scores) at every position looked at, and
 * no sequence_id that says otherwise. The longer one has all its rows, so it is marked as told, which is
 * said, and is neither numbered nor read. False after a message. */
bool sequences_number(struct found *found);

#endif
