/* override: `--set PATH=VALUE`, applied to a config's tree before it is checked. */
#ifndef GAPSCALE_SIM_CONFIG_OVERRIDE_H
#define GAPSCALE_SIM_CONFIG_OVERRIDE_H

#include "sim/config/yaml.h"

/* PATH is keys joined by dots (`replicates`, `n.from`); below `series` the next word is a series' name, the
 * longest that fits. VALUE is one YAML flow value. Missing mappings are created, what was there is replaced,
 * but for what an earlier --set made. Adds faults at their place in the source, which holds the whole of
 * PATH=VALUE. */
void override_apply(struct yaml_node *root, const struct fault_source *source);

#endif
