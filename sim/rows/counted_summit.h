/* counted_summit: the largest log rank/gap among the scores of a counted row's parts: the row's `summit`.
 * What is approximate stands in counted.c. */
#ifndef GAPSCALE_SIM_ROWS_COUNTED_SUMMIT_H
#define GAPSCALE_SIM_ROWS_COUNTED_SUMMIT_H

#include "sim/rows/row.h"

bool counted_summit(const struct row *row, double best, double *log_rank, double *gap);

#endif
