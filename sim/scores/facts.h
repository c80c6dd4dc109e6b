/* facts: what there is in all groups together. */
#ifndef GAPSCALE_SIM_SCORES_FACTS_H
#define GAPSCALE_SIM_SCORES_FACTS_H

#include "sim/scores/find.h"

/* `facts` is {0} before. False after a message where there is more than can be read. To be released either
 * way. */
bool facts_gather(const struct found *found, const struct scores_request *request,
                  struct scores_facts *facts);
void facts_release(struct scores_facts *facts);

#endif
