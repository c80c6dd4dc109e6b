/* counted_table: what the nodes of a law's bins add to sums over a row, at betas known beforehand. A bin with
 * N scores and the Gaussian g is two numbers, N and N^{1/2} g, times what is fixed per law:
 *
 *     sum_i w_i (N + N^{1/2} g phi_i) g_i^m e^{-beta g_i},  m = 0, 1, 2. */
#ifndef GAPSCALE_SIM_ROWS_COUNTED_TABLE_H
#define GAPSCALE_SIM_ROWS_COUNTED_TABLE_H

#include <stdbool.h>

#include "sim/rows/counted_bin.h"
#include "sim/rows/isa.h"

struct counted_table;
enum { COUNTED_TABLE_BETAS = 128 }; /* at most */

/* NULL where it would be too large, or there is nothing to know. For maxima whose gap from s* is at most
 * `lowest_top`; of rows that differ in scale, for those with factors in the range `stretch`, and only for
 * betas even in their logarithms, 8 or more an octave. */
struct counted_table *counted_table_create(size_t bins, const struct counted_bin *bin, double lowest_top,
                                           const struct kernel *kernel, size_t betas, const double *beta,
                                           const double stretch[2]);
void counted_table_free(struct counted_table *table);

/* Sums over the nodes, with gaps from `highest`: sum[b] at beta[b], sum[betas + b] at 2 beta[b]; count and
 * spread are N and N^{1/2} g of the bins. What is left out is below e^-37 of a sum, a bin. False, and nothing
 * done, at other betas than those of the table, all times a factor, and for a maximum so low that more bins
 * could matter. */
bool counted_table_sums(const struct counted_table *table, const struct isa *isa, const double *count,
                        const double *spread, double highest, size_t betas, const double *beta,
                        double (*sum)[KERNEL_AVERAGES]);

#endif
