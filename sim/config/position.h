/* position: `position`, the penalty of keys by their distance, beyond what its family's table says of it. */
#ifndef GAPSCALE_SIM_CONFIG_POSITION_H
#define GAPSCALE_SIM_CONFIG_POSITION_H

#include "sim/config/config.h"
#include "sim/config/reader.h"

#define POSITION_DRAWN 0x1p40 /* longest row that is drawn score by score */

/* A fault where a mapping has it whose family (NULL: not known) takes none. */
void position_check_key(const struct yaml_node *node, const struct family *family);
/* A fault where a series has one that takes nothing off, or whose Lambda^typ is out of reach; and with `rows`
 * also where there is an output, or rows cannot be made as they are asked for. */
void position_check(const struct yaml_node *node, const struct config_series *series, bool rows);

#endif
