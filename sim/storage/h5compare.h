/* h5compare: whether a file that was read holds what was to be written. */
#ifndef GAPSCALE_SIM_STORAGE_H5COMPARE_H
#define GAPSCALE_SIM_STORAGE_H5COMPARE_H

#include "sim/storage/h5content.h"

/* Root attributes, groups, their attributes, dimensions and datasets, bit by bit and nothing else. Datasets
 * of neither numbers nor text are compared without values. */
bool h5compare_holds(const struct h5_content *held, size_t attribute_count,
                     const struct h5_attribute *attribute, size_t group_count, const struct h5_group *group);

#endif
