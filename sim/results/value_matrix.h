/* value_matrix: the numbers of the value matrix V that a config asks for. */
#ifndef GAPSCALE_SIM_RESULTS_VALUE_MATRIX_H
#define GAPSCALE_SIM_RESULTS_VALUE_MATRIX_H

#include "sim/config/config.h"

/* The first `rows` rows of V, [rows][asked->columns]. */
void value_matrix_fill(const struct config_output *asked, size_t rows, double *value);

#endif
