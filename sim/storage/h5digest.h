/* h5digest: SHA-256 of what files hold, in order of name, without what others added. NaN is NaN, whatever its
 * payload. */
#ifndef GAPSCALE_SIM_STORAGE_H5DIGEST_H
#define GAPSCALE_SIM_STORAGE_H5DIGEST_H

#include "sim/storage/h5content.h"

struct h5digest_groups {
    size_t count;
    const struct h5_group *group;
};
/* Of a number, a text, and what `held` has of the groups, attributes and datasets that `ours` names: 64 hex
 * digits and NUL. Coordinates and aliases of datasets are no part of it. */
void h5digest(uint64_t seed, const char *text, struct h5digest_groups ours, struct h5digest_groups held,
              char digest[65]);
/* Whether a file of which a frame was read (h5file.h) holds these root attributes, groups, their attributes,
 * dimensions and datasets, by their digests; numbers, or where there are none their sums, by sums. */
bool h5digest_holds(const struct h5_content *held, size_t attribute_count,
                    const struct h5_attribute *attribute, size_t group_count, const struct h5_group *group);

#endif
