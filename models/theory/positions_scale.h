/* positions_scale: Lambda^typ of keys at positions (positions.h). */
#ifndef GAPSCALE_MODELS_THEORY_POSITIONS_SCALE_H
#define GAPSCALE_MODELS_THEORY_POSITIONS_SCALE_H

#include "models/theory/positions.h"

/* NaN where keys reach too far; relative error below 1e-10 where keys meet (s* of positions.h). Of several
 * maxima the highest that a scan shows, the 32 nearest keys' lowest scores, or those of the keys about the
 * scan's best, or what lies behind the highest scores of the 32 next keys: where it is nearer to s* than
 * 1/100 of the scale there, it may be 1e-4 too small. log_rank is log G at the sup. */
struct typical positions_scale(const struct family *family, const double *p, double log_n);

/* What Lambda^typ tends to as n grows with these parameters, as a logarithm; NaN where it does not settle by
 * log n = POSITIONS_FARTHEST. */
double positions_scale_limit(const struct family *family, const double *p);

/* The asymptotic law of Lambda^typ: that constant. False where parameters depend on n, or it does not settle.
 */
bool positions_scale_law(const struct family *family, const struct schedule *parameter, struct schedule *law);

#endif
