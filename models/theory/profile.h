/* profile: the scores of a family around its typical maximum s* = Q(1/n), as a function that is quick to
 * evaluate anywhere,
 *
 *     g(y) = (s* - Q(e^y/n)) Lambda^typ,   y = log(n V) in [PROFILE_LOWEST, log n],
 *
 * the gap below s* in units of 1/Lambda^typ: negative for y < 0. Kept as log(g(y)/y), which is smooth through
 * y = 0, in Chebyshev panels that are halved until they resolve it. */
#ifndef GAPSCALE_MODELS_THEORY_PROFILE_H
#define GAPSCALE_MODELS_THEORY_PROFILE_H

#include "models/families/family.h"

#define PROFILE_LOWEST (-45.0) /* a row's maximum lies above with probability e^-45 */

struct profile;

/* `family` of kind iid; log_n in (0, 1e6]; log Lambda^typ as typical_scale has it there. `p` must outlive the
 * profile. NULL when out of memory. */
struct profile *profile_create(const struct family *family, const double *p, double log_n,
                               double log_lambda_typ);
/* The same from a y below PROFILE_LOWEST on. */
struct profile *profile_create_from(const struct family *family, const double *p, double log_n,
                                    double log_lambda_typ, double lowest);
void profile_free(struct profile *profile);

double profile_log_n(const struct profile *profile);
double profile_lowest(const struct profile *profile);

/* g(y), relative accuracy about 1e-13; may be inf. y below the lowest is taken for it. Thread-safe. */
double profile_gap(const struct profile *profile, double y);
/* g(y + step) - g(y), step > 0, with the digits that the difference of the two has not: relative accuracy
 * 1e-12 or a few ulp of log n. Slower than they are. Thread-safe. */
double profile_step(const struct profile *profile, double y, double step);
/* (g'/g'')^{1/2} at y > 0, the width that a peak of y - beta g(y) has there whatever beta is, from
 * differences over h, or less where g' changes by more than a factor of 3 over that; inf where g is not
 * convex, as far as rounding lets one see. */
double profile_peak_width(const struct profile *profile, double y, double h);
/* g(y) for many y, the same bits, faster where they increase. */
void profile_gaps(const struct profile *profile, const struct vector *vector, size_t count, const double *y,
                  double *gap);

/* Makes profile_ranks ready for y in [y_low, y_high], y_low > 0, as far as rounding does not decide over the
 * gap, to log n - 2^-30; false when out of memory. */
bool profile_invert(struct profile *profile, double y_low, double y_high);
/* y with g(y) = gap, for increasing gaps there, relative accuracy about 1e-13, or a few ulp of log n, where
 * the gap decides it. Thread-safe. */
void profile_ranks(const struct profile *profile, const struct vector *vector, size_t count,
                   const double *gap, double *y);

#endif
