/* counted: rows of any length, by drawing the gap-counting function itself.
 *
 * For independent scores everything that is measured is a function of the row's empirical measure. Score
 * k is Q(V_k) with V uniform, so it is enough to draw how many V's fall in each of a fixed set of bins:
 * dyadic octaves of V and of 1 - V, each cut in COUNTED_BINS, by binary splitting with exact binomials.
 * The largest scores are drawn one by one. Below, a bin's scores are represented by Gauss-Legendre nodes
 * whose weights carry the bin's count and the fluctuation of its first two Legendre moments. Where counts
 * exceed 2^52 they are constant: there the row is the law itself.
 *
 * What is neglected (measured by tests/test_counted.c): fluctuations of counts beyond 2^52, at most 2^-26
 * relative; Legendre moments of order three and more within a bin; the rounding of binomials beyond 4096
 * to a Gaussian, total variation 2e-5. */
#ifndef GAPSCALE_SIM_COUNTED_H
#define GAPSCALE_SIM_COUNTED_H

#include "../models/family.h"
#include "isa.h"
#include "row.h"
#include "stream.h"

/* The bins of one cell: what does not depend on the replicate. Read-only once made; any thread. */
struct counted_cell;

/* `family` of kind iid with parameters p (must outlive the cell), log_n in (0, 1e6]. NULL when out of memory.
 */
struct counted_cell *counted_cell_create(const struct family *family, const double *p, double log_n,
                                         double log_lambda_typ);
void counted_cell_free(struct counted_cell *cell);

struct counted; /* a workspace: one per thread */

struct counted *counted_create(const struct isa *isa); /* NULL when out of memory */
void counted_free(struct counted *counted);

/* A row. Valid until the next call with the same workspace. NULL when out of memory. */
const struct row *counted_row(struct counted *counted, const struct counted_cell *cell, struct stream stream);

#endif
