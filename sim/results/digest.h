/* digest: SHA-256 of what a results file says: seed, resolved config, and every group with its attributes and
 * datasets in order of name. Nothing volatile, and nothing that others added to the file. */
#ifndef GAPSCALE_SIM_RESULTS_DIGEST_H
#define GAPSCALE_SIM_RESULTS_DIGEST_H

#include "sim/results/page.h"

/* Of what `group` holds of the groups, attributes and datasets that `page` names: 64 hex digits and NUL. */
void digest_groups(uint64_t seed, const char *config_resolved, const struct page *page, size_t group_count,
                   const struct h5_group *group, char digest[65]);

#endif
