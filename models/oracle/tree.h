/* tree: the oracle's answers for scores that are sums along a tree (THEORY 7; hierarchy.h).
 *
 * Of what hangs below a node, with partition function Z, 1 - E e^{-uZ} is a function of x = log u. The node's
 * own number g, of standard deviation sigma, makes of f(x) the mean of f(x + beta sigma g), and nodes side by
 * side multiply E e^{-uZ}. The first two derivatives by log beta go along, as does E[u^2 sum e^{2 beta s}
 * e^{-uZ}], whose integral over x is E Y_2; the integral of e^{-e^x} - E e^{-uZ} is E log Z. With L' = d E
 * log Z/dlog beta, E H = E log Z - L' and chi = L'' - L'. The same of scores alone, without Gumbel's law at
 * the keys, has the mean of the largest, E s_(1): then E log p_(1) = beta E s_(1) - E log Z and E<gap> = E
 * s_(1) - L'/beta.
 *
 * All integrals are sums over an even grid of x, whose errors fall exponentially with the inverse of its
 * step: an error is how far the answer is from that of a coarser grid, and rounding. Groups of one
 * level are as many kinds as have unlike subtrees. Out of reach, and NaN, are trees of more kinds than
 * TREE_KINDS or, unless all of a level are alike, of more than 2^20 groups; and betas at which grids are
 * long: those where a level varies far less than others, and far less than 1/beta. p_(1) and ordered weights
 * are not computed, nor log Z relative to a typical maximum. */
#ifndef GAPSCALE_MODELS_ORACLE_TREE_H
#define GAPSCALE_MODELS_ORACLE_TREE_H

#include "models/oracle/knots.h"

enum { TREE_KINDS = 32 };

/* As oracle_create_with has it, of a family with a hierarchy. False when out of memory. To be closed in
 * either case. */
bool tree_open(struct oracle *oracle, const struct family *family, const double *p, double log_n,
               double log_lambda_typ);
void tree_close(struct oracle *oracle);

/* The same as oracle_ask; without `errors` those of grids are left out, which takes half the time. */
bool tree_ask(const struct oracle *oracle, double beta_ratio, bool errors, struct oracle_answer *answer);

#endif
