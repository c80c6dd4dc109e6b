/* counted: rows of independent scores of any length, drawn as their gap-counting function.
 *
 * The k-th largest score is Q of the k-th smallest of n uniform V's, so a row is the counting measure of
 * those V's. It is drawn from the top down: a few hundred scores one by one, then numbers of scores in
 * octaves of V and their fractions, by binary splitting; beyond 2^52 scores there is no randomness left to
 * see, and a bulk takes over. The randomness of a part that is refined later has its own place in the stream,
 * so that one row has one N_n(t), however it is asked for. What is approximate, and by how much, stands in
 * counted.c.
 *
 * Cost and memory do not depend on n. */
#ifndef GAPSCALE_SIM_ROWS_COUNTED_H
#define GAPSCALE_SIM_ROWS_COUNTED_H

#include "models/families/family.h"
#include "sim/rows/isa.h"
#include "sim/rows/row.h"
#include "sim/rows/stream.h"

/* What the rows of one family at one n share. Immutable; any thread. */
struct counted_law;
/* `family` of kind iid; log_n in (0, 1e6]; log Lambda^typ there. `p` must outlive the law. Rows are quicker
 * to measure at the given betas (in units of Lambda^typ; may be none). Takes some milliseconds. */
struct counted_law *counted_law_create(const struct family *family, const double *p, double log_n,
                                       double log_lambda_typ, const struct kernel *kernel, size_t betas,
                                       const double *beta);
void counted_law_free(struct counted_law *law);

struct counted; /* a workspace: one per thread */
struct counted *counted_create(const struct isa *isa);
void counted_free(struct counted *counted);

/* Valid until the next call with the same workspace. */
const struct row *counted_row(struct counted *counted, const struct counted_law *law, struct stream stream);

/* The keys of the last row, but for its bulk; scores are -depth. `batch` is room. */
void counted_keys(const struct counted *counted, struct key_batch *batch, key_visitor *visit, void *context);

#endif
