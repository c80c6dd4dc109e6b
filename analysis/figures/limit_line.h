/* limit_line: what a collapse point over Lambda^typ tends to, and the class of limit laws its series is in,
 * as figures have it. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_LIMIT_LINE_H
#define GAPSCALE_ANALYSIS_FIGURES_LIMIT_LINE_H

#include "analysis/fit/fit.h"
#include "models/oracle/limits.h"

/* At the largest n. */
enum limits_law limit_line_class(const struct fit *fit);
/* log10 of what the criterion's beta_c/Lambda^typ tends to; of the median of rows where these are judged,
 * which the primary criterion alone has. NaN where theory has no such constant. */
double limit_line(const struct fit *fit, size_t criterion);

#endif
