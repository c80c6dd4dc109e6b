#include "analysis/statistics/normality.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sim/base/memory.h"

/* P(sup |Brownian bridge| > z). */
static double bridge_tail(double z) {
    double sum = 0;
    if (z < 0.3) { return 1; }
    for (int k = 1; k <= 100; k++) { sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * z * z); }
    return fmin(1, fmax(0, sum));
}

double normality_pvalue(size_t count, const double *value, double mean, double sd) {
    enum { FEWEST = 8 };
    if (count < FEWEST) { return NAN; }
    double *u = memory_create(count, sizeof *u), distance = 0, n = (double)count;
    bool finite = true;
    for (size_t i = 0; i < count; i++) {
        u[i] = gsl_cdf_ugaussian_P((value[i] - mean) / sd);
        finite = finite && isfinite(value[i]) && !isnan(u[i]);
    }
    if (finite) { gsl_sort(u, 1, count); }
    for (size_t i = 0; i < count; i++) {
        distance = fmax(distance, fmax((double)(i + 1) / n - u[i], u[i] - (double)i / n));
    }
    free(u);
    return finite ? bridge_tail((sqrt(n) + 0.12 + 0.11 / sqrt(n)) * distance) : NAN;
}
