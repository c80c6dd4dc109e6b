/* Rows that somebody measured (sim/scores): no law, nothing to draw. Results files name it; configs cannot.
 */
#include "models/families/family.h"

const struct family family_empirical = {
    .name = "empirical",
    .title = "scores measured in a model",
    .doc = "Rows as a model computed them, read from files by `gapscale diagnose`. Nothing is known of their "
           "law; Lambda^typ is the median Lambda_n of the rows at each n.",
    .kind = FAMILY_MEASURED,
    .class = FAMILY_NO_CLASS,
};
