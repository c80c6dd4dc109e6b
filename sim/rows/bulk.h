/* bulk: the part of a row without randomness, as masses at gaps.
 *
 * Either atoms (a deterministic row), or the scores of rank above e^{y_low} of an iid law, whose number is
 * so large that its fluctuations cannot be seen: sums over them are integrals
 *
 *     sum f(gap) -> int_{y_low}^{log n} f(g(y)) e^y dy,   y = log(n V),
 *
 * by Gauss-Legendre on panels that resolve e^{y - beta g(y)} for every beta (derivation in bulk.c). A bulk is
 * immutable and shared by threads; gaps of a row are the bulk's own gaps g plus the row's offset. */
#ifndef GAPSCALE_SIM_ROWS_BULK_H
#define GAPSCALE_SIM_ROWS_BULK_H

#include <stdbool.h>
#include <stddef.h>

#include "models/families/family.h"
#include "models/theory/profile.h"
#include "sim/rows/kernel.h"

struct bulk;

/* The scores of log rank above y_low > 1; `profile` must outlive the bulk. */
struct bulk *bulk_create(const struct profile *profile, double y_low);
/* Atoms with gaps scaled by exp(log_lambda_typ); the first, at gap 0, is left to the row's top. */
struct bulk *bulk_create_atoms(size_t count, const struct family_atom *atoms, double log_lambda_typ);
void bulk_free(struct bulk *bulk);

/* Under weights e^{-beta g}: log of their sum, mean of g and its central moments. */
struct bulk_sums {
    double log_z, mean, variance, third, fourth;
};

/* beta > 0, finite. Relative accuracy of the sum 1e-12. What is below e^floor may be returned as 0. */
struct bulk_sums bulk_sums(const struct bulk *bulk, const struct kernel *kernel, double beta, double floor);

/* The same at increasing betas, sooner, but for third and fourth moments, which are 0 where a curve has the
 * others; gaps are g + offset, and what is below e^KERNEL_NEGLIGIBLE beside a score at gap `second` may be
 * returned as 0. */
void bulk_sums_along(const struct bulk *bulk, const struct kernel *kernel, double offset, double second,
                     size_t count, const double *beta, struct bulk_sums *sums);

/* Computes the sums of a smooth bulk at these betas and at their doubles once and for all, and a curve that
 * has them elsewhere: to 1e-13 of log Z or a few ulp of its exponents, as far as they matter beside a maximum
 * of a gap up to `lowest_top`. */
void bulk_prepare(struct bulk *bulk, const struct kernel *kernel, double lowest_top, size_t count,
                  const double *beta);

/* The atom of number `i` from 0, its own gap among it; false where there is none, and for a smooth bulk. */
bool bulk_atom(const struct bulk *bulk, size_t i, struct family_atom *atom);

/* Of a smooth bulk: the log ranks between which it lies, and the gap of one of them. */
void bulk_ranks(const struct bulk *bulk, double *first, double *last);
double bulk_rank_gap(const struct bulk *bulk, double offset, double log_rank);

/* Gap of the score of that rank among atoms, inf behind the last of them; NaN for a smooth bulk. */
double bulk_gap(const struct bulk *bulk, double offset, double rank);

/* log of the numbers of scores of the row with gap <= t, for increasing t; -inf where the bulk begins below
 * t. Within 2^-28 of the last one they are that. */
void bulk_log_counts(const struct bulk *bulk, const struct kernel *kernel, double offset, size_t count,
                     const double *t, double *log_count);

/* sup over the bulk of log N/(g + offset), with the log rank and gap that attain it, if it exceeds `best`;
 * false otherwise. */
bool bulk_accumulation(const struct bulk *bulk, double offset, double best, double *log_rank, double *gap);

#endif
