/* positions_scale: Lambda^typ of keys at positions (positions.h). */
#ifndef GAPSCALE_MODELS_THEORY_POSITIONS_SCALE_H
#define GAPSCALE_MODELS_THEORY_POSITIONS_SCALE_H

#include "models/theory/positions.h"

/* NaN where keys reach too far; relative error below 1e-10. Of several maxima the highest that a scan shows,
 * the 32 nearest keys' lowest scores, or those of the keys about the scan's best: among a few keys that
 * hardly meet, of which V rises steeply (powerlaw with kappa below 1), it may be 4e-3 too small. log_rank is
 * log G at the sup. */
struct typical positions_scale(const struct family *family, const double *p, double log_n);

#endif
