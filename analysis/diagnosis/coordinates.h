/* coordinates: how the place where Lambda_n is attained moves with context length (THEORY 1): with N_n(t*) =
 * n^alpha*, alpha* ~ (log n)^xi_alpha, t* ~ (log n)^xi_Delta and Lambda_n ~ (log n)^xi_Lambda,
 *
 *     xi_Lambda = xi_alpha - xi_Delta + 1.
 *
 * Slopes of means over rows of the logarithms of alpha*, t* and Lambda_n, rows that tie left out, so that the
 * identity holds of them; Lambda_n's own exponent (trend.h) is that of medians. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_COORDINATES_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_COORDINATES_H

#include "analysis/diagnosis/survey.h"
#include "analysis/diagnosis/trend.h"

enum { COORDINATES_ALPHA, COORDINATES_DELTA, COORDINATES_LAMBDA, COORDINATES };
extern const char *const coordinates_name[COORDINATES]; /* "xi_alpha", "xi_delta", "xi_lambda" */

/* Of the rows of heads head_first .. head_last - 1 over lengths first .. last - 1, at least two, with the x
 * and weights of their trend; 95% between sequences. */
void coordinates_make(const struct survey *survey, size_t head_first, size_t head_last, const double *x,
                      const double *weight, size_t first, size_t last, struct trend_interval xi[COORDINATES]);

#endif
