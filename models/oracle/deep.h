/* deep: what inner.h has of scores that lie far apart, all at x far from their lower end (deep_from), or from
 * the median where there is none: there N(b), the number of scores below b, hardly changes over the stretch
 * from which any of it comes, and with D = N',
 *
 *     n E[1 - e^-a] = E N(x + G),    n E[a e^-a f(-log a)] = E[f(G) D(x + G)],
 *     n E[a^2 e^-a] = E[e^-G D(x + G)],
 *
 * G a Gumbel variable, are sums over ten points each, of Gauss's rules with weights e^{-t - e^-t} and
 * e^{-2t - e^-t} (for N = b^-10 they leave 2e-14 at 100). V and its hazard come from a curve that all betas
 * share. */
#ifndef GAPSCALE_MODELS_ORACLE_DEEP_H
#define GAPSCALE_MODELS_ORACLE_DEEP_H

#include "models/oracle/inner.h"

struct deep;

/* NULL in *deep: none, for a law that is not smooth enough. False when out of memory. */
bool deep_open(struct deep **deep, const struct oracle *law);
void deep_free(struct deep *deep);

/* The b of that end, and of the last scores that are known, given beta. */
double deep_lower_end(const struct deep *deep, double beta);
double deep_end(const struct deep *deep, double beta);
/* How far x lies from the lower end at least: what the rules do not see of all scores there, e^{-this} n, is
 * nothing beside N(x). */
double deep_from(const struct deep *deep, double beta);

/* At x, from some x and deep_end + DEEP_MARGIN on to deep_lower_end - deep_from, if N grows slowly enough
 * there: e^{0.3 t} the rules tell to 1e-14. */
#define DEEP_MARGIN 3.0
bool deep_does(const struct deep *deep, double beta, double x);
struct inner deep_at(const struct deep *deep, double beta, double x);

/* Both rules: points, decreasing, and weights. */
enum { DEEP_POINTS = 10 };
extern const double deep_point[2][DEEP_POINTS], deep_weight[2][DEEP_POINTS];

#endif
