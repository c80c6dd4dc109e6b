/* sampler: rows of any family, by whichever way of making them was chosen. */
#ifndef GAPSCALE_SIM_ROWS_SAMPLER_H
#define GAPSCALE_SIM_ROWS_SAMPLER_H

#include "models/families/family.h"
#include "sim/rows/isa.h"
#include "sim/rows/row.h"
#include "sim/rows/stream.h"

/* What the rows of one cell share. Immutable; any thread. */
struct sampler_law;
/* family->kind iid: counted rows, or drawn ones (n <= 2^40); FAMILY_FIXED: its one row; FAMILY_SAMPLED:
 * sampled ones. Rows are quicker to measure at the given betas (in units of Lambda^typ; may be none).
 * Counted rows of keys whose scores fall linearly with their distance are drawn ones of the nearest keys,
 * sampler_log_window of them, which must be 2^40 at most: the same scores as of a row that is drawn, where
 * that can be. */
struct sampler_law *sampler_law_create(const struct family *family, const double *p, double log_n,
                                       double log_lambda_typ, bool counted, const struct kernel *kernel,
                                       size_t betas, const double *beta);
/* log of the number of keys without which nothing is missed at these betas and at Lambda^typ/256 but what
 * positions_log_window says; n at most. NaN: it is not known. */
double sampler_log_window(const struct family *family, const double *p, double log_n, double log_lambda_typ,
                          size_t betas, const double *beta);
void sampler_law_free(struct sampler_law *law);

struct sampler; /* a workspace: one per thread */
struct sampler *sampler_create(const struct isa *isa);
void sampler_free(struct sampler *sampler);

/* Valid until the next call with the same workspace. */
const struct row *sampler_row(struct sampler *sampler, const struct sampler_law *law, struct stream stream);

/* The scores of that row in the order in which they were drawn, of a law whose rows are drawn or sampled.
 * False when given up. */
bool sampler_scores(struct sampler *sampler, const struct sampler_law *law, struct stream stream,
                    score_visitor *visit, void *context);

/* The keys of the last row, made with this law (kind iid), but for its bulk. `batch` is room. */
void sampler_keys(struct sampler *sampler, const struct sampler_law *law, struct key_batch *batch,
                  key_visitor *visit, void *context);

#endif
