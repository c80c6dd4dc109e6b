/* typical: the deterministic accumulation scale of a family (THEORY 3),
 *
 *     Lambda^typ_n = sup_{0 < y <= log n} y / (Q(1/n) - Q(e^y / n)),
 *
 * which for tails with convex -log V is the inverse norming constant n f(Q(1/n)) of extreme-value theory (the
 * sup at y -> 0). Where scores fall with distance G(s) takes the place of n V(s), positions.h. For
 * FAMILY_FIXED rows it is the sup over the row's own atoms, for FAMILY_SAMPLED the family's formula.
 *
 * This room is what is known of a law before any row: typical, with positions and positions_scale where
 * scores fall with distance; profile (scores around the typical maximum, as a function); sphere (closed forms
 * of attention outputs); criterion (what counts as collapse), prescription (how beta grows in practice). */
#ifndef GAPSCALE_MODELS_THEORY_TYPICAL_H
#define GAPSCALE_MODELS_THEORY_TYPICAL_H

#include "models/families/family.h"

struct typical {
    double log_lambda; /* log Lambda^typ: Lambda itself may overflow */
    double log_rank;   /* y at the sup: log k*; 0 where the sup is the limit y -> 0 */
    double log_gap;    /* log t* = log of the gap at the sup; -inf where y -> 0 */
};

/* log_n > 0, any size up to 1e6. Relative error of Lambda below 1e-12 (1e-10 at positions). NaN of families
 * without a formula (some of FAMILY_SAMPLED, FAMILY_MEASURED), and where keys at positions reach too far. */
struct typical typical_scale(const struct family *family, const double *p, double log_n);
/* The same with the parameters that schedules have at this n. */
struct typical typical_along(const struct family *family, const struct schedule *parameter, double log_n);

/* Local exponents in log n, from central differences: of Lambda^typ, of log k* and of t*, the latter two NaN
 * where the sup is the limit y -> 0. Numbers of keys of FAMILY_FIXED are not made whole for them: whole ones
 * have slopes 0 or none; at positions the differences are between whole n. */
struct typical_slopes {
    double lambda, log_rank, gap;
};
struct typical_slopes typical_slopes(const struct family *family, const struct schedule *parameter,
                                     double log_n);

/* Lambda^typ_n ~ law(n) as n -> inf; false where no such law is known. */
bool typical_law(const struct family *family, const struct schedule *parameter, struct schedule *law);

#endif
