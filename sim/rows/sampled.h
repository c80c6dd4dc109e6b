/* sampled: rows of families that make whole rows from uniforms (FAMILY_SAMPLED), every score of them. */
#ifndef GAPSCALE_SIM_ROWS_SAMPLED_H
#define GAPSCALE_SIM_ROWS_SAMPLED_H

#include "models/families/family.h"
#include "sim/rows/isa.h"
#include "sim/rows/row.h"
#include "sim/rows/stream.h"

struct sampled; /* a workspace: one per thread */

struct sampled *sampled_create(const struct isa *isa);
void sampled_free(struct sampled *sampled);

/* The row of n = exp(log_n) rounded scores, gaps times exp(log_lambda_typ). Valid until the next call with
 * the same workspace. */
const struct row *sampled_row(struct sampled *sampled, const struct family *family, const double *p,
                              double log_n, double log_lambda_typ, struct stream stream);

/* The scores of the row that sampled_row makes of the same, in the order of their keys. False when given up.
 */
bool sampled_scores(struct sampled *sampled, const struct family *family, const double *p, double log_n,
                    struct stream stream, score_visitor *visit, void *context);

#endif
