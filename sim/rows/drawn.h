/* drawn: rows whose every score is drawn, the ground truth for any family.
 *
 * Scores are drawn in chunks that depend on the stream alone, and drawn again rather than kept when the row
 * exceeds one buffer; how they become a row is told in compress.h. Keys of a family with a position stand in
 * the order of their distance, the nearest first. */
#ifndef GAPSCALE_SIM_ROWS_DRAWN_H
#define GAPSCALE_SIM_ROWS_DRAWN_H

#include "models/families/family.h"
#include "sim/rows/isa.h"
#include "sim/rows/row.h"
#include "sim/rows/stream.h"

/* Rows up to this length are kept, not drawn again: 8 bytes a score in each workspace. */
enum { DRAWN_KEPT = 1 << 22 };

struct drawn; /* a workspace: one per thread */

struct drawn *drawn_create(const struct isa *isa);
void drawn_free(struct drawn *drawn);

/* The row of `family` (kind iid) with parameters p, n = exp(log_n) rounded, n <= 2^40. Valid until the
 * next call with the same workspace. */
const struct row *drawn_row(struct drawn *drawn, const struct family *family, const double *p, double log_n,
                            double log_lambda_typ, struct stream stream);

/* The scores of the row that drawn_row makes of the same, in the order of their keys. False when given up. */
bool drawn_scores(struct drawn *drawn, const struct family *family, const double *p, double log_n,
                  struct stream stream, score_visitor *visit, void *context);

/* The keys of the last row, one by one; scores are -depth. `batch` is room. */
void drawn_keys(struct drawn *drawn, struct key_batch *batch, key_visitor *visit, void *context);

#endif
