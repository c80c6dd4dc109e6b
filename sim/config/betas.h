/* betas: `beta`, the inverse temperatures of a series. */
#ifndef GAPSCALE_SIM_CONFIG_BETAS_H
#define GAPSCALE_SIM_CONFIG_BETAS_H

#include "sim/config/config.h"
#include "sim/config/reader.h"

/* Prescriptions in the order in which they were written; the first is that of the beta they were read with.
 */
struct betas_prescriptions {
    size_t count; /* 0: beta goes along none */
    enum prescription item[PRESCRIPTIONS];
    bool is_list; /* a list makes a series of each, named after it */
};

/* A number, a list, or one of the mappings of configs/README.md; `beta` is {0} before. */
void betas_read(const struct yaml_node *defaults, const struct yaml_node *node, struct config_beta *beta,
                struct betas_prescriptions *prescriptions);
/* The same of `prescription`, `trained` and `coef` in a mapping that may have other keys. */
void betas_read_prescription(const struct yaml_node *mapping, struct config_beta *beta,
                             struct betas_prescriptions *prescriptions);
/* Scales that only keys on a sphere have, and numbers of effective keys below every n; false with a fault at
 * `node`. */
bool betas_check(const struct yaml_node *node, const struct config_series *series);
/* Of what passes that: every beta/Lambda^typ between e^-CONFIG_LOG_RATIO and e^CONFIG_LOG_RATIO at every n,
 * and the check below; else a fault at `node`. */
void betas_check_range(const struct yaml_node *node, const struct config_series *series);
/* Whether a series along a prescription has rows, and so a Lambda^typ, at the trained length. */
bool betas_check_trained(const struct yaml_node *node, const struct config_series *series);

#endif
