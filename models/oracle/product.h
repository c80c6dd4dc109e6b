/* product: the oracle's answers for keys whose scores fall with their distance (THEORY 5; positions.h).
 *
 * The key at distance i, with penalty b(i), has at x the phi of a key without one at x_i = x - beta b(i), and
 * phi^n becomes a product: with A_j = E[a e^{-a}](x_j)/phi(x_j), B_j and C_j the same of a e^{-a} times G =
 * -gamma - log a and G^2,
 *
 *     E H   = int prod_j phi(x_j) sum_i B_i dx
 *     E Y_2 = int prod_j phi(x_j) sum_i E[a^2 e^{-a}](x_i)/phi(x_i) dx
 *     E chi = int prod_j phi(x_j) [sum_i A_i sum_i C_i - (sum_i B_i)^2 - sum_i (A_i C_i - B_i^2)] dx
 *
 * log phi and the rest are functions of one variable (lone.h), analytic around the real line: from a grid of
 * x they are known everywhere (comb.h), and the trapezoid rule on that grid (grid.h), whose error falls
 * exponentially with the step, does for the integrals; far keys are an integral where they are dense (far.h);
 * where scores are far apart, grids have steps that grow (ladder.h). Any n for linear penalties, log n up to
 * POSITIONS_FARTHEST for others, or 709 where more keys than a double can count matter; out of reach, and
 * NaN, where scores spread over more than PRODUCT_WIDEST/beta: heavy tails, and betas far beyond the critical
 * scale. p_(1), ordered weights and output are not computed. */
#ifndef GAPSCALE_MODELS_ORACLE_PRODUCT_H
#define GAPSCALE_MODELS_ORACLE_PRODUCT_H

#include "models/oracle/knots.h"

#define PRODUCT_WIDEST 2e4

/* As oracle_create_with has it: with the law without penalties, and E g of a row's maximum; g(y) and
 * Lambda^typ are those of the row's own s*. False when out of memory. To be closed in either case. */
bool product_open(struct oracle *oracle, const struct family *family, const double *p, double log_n,
                  double log_lambda_typ);
void product_close(struct oracle *oracle);

/* The same as oracle_ask. */
bool product_ask(const struct oracle *oracle, double beta, struct oracle_answer *answer);

#endif
