/* counted_finer: finer parts of counted rows, and N_n(t) inside of parts: the row's `refine` and
 * `log_counts`. What is approximate stands in counted.c. */
#ifndef GAPSCALE_SIM_ROWS_COUNTED_FINER_H
#define GAPSCALE_SIM_ROWS_COUNTED_FINER_H

#include "sim/rows/counted_places.h"

size_t counted_finer_parts(void *maker, const struct row_part *parts, size_t count, double best,
                           const struct row_part **finer);
void counted_finer_log_counts(void *maker, const struct row_part *part, size_t count, const size_t *at,
                              const double *t, double *log_count);

#endif
