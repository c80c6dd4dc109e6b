/* dense: entmax weights of a row whose support reaches into its bulk (sim/measures/normaliser.h). */
#ifndef GAPSCALE_SIM_MEASURES_DENSE_H
#define GAPSCALE_SIM_MEASURES_DENSE_H

#include "sim/rows/row.h"

struct normalised;

/* p = [scale (T - gap)]_+^power, sum p = 1, of a row with a bulk: relative accuracy 1e-6, or what its lack of
 * fluctuations leaves. The support may be inf.
 */
struct normalised dense_entmax(const struct row *row, double scale, double power);

#endif
