/* parameters: the parameters of a family, each a number, a schedule {coef, log_power, power}, a word of
 * it, or a list of lists of these. */
#ifndef GAPSCALE_SIM_CONFIG_PARAMETERS_H
#define GAPSCALE_SIM_CONFIG_PARAMETERS_H

#include "sim/config/config.h"
#include "sim/config/reader.h"

/* A family by its name; NULL after a message. */
const struct family *parameters_family(const char *name);

/* Reads every parameter of the series' family from a mapping that may hold other keys as well; what is not
 * written has its default. What the table has within another parameter is read from that one's mapping.
 * Faults for what has none, and for values outside the family's range at any n of the series. */
void parameters_read(const struct yaml_node *node, struct config_series *series);

/* What may be written for a parameter: "a number above 1 or none", "gaussian or {zipf: NUMBER, ..}",
 * "[[share_1, variance_1], ..] of 1 to 4 lists". Returns `out`. */
const char *parameters_describe(const struct family_parameter *parameter, char out[VALUE_TEXT]);

#endif
