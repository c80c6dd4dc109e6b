#include "sim/results/precision.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"

/* e with 2^(e-1) <= |value| < 2^e. */
static int exponent_of(double value) {
    int exponent;
    frexp(value, &exponent);
    return exponent;
}

/* inf and NaN are themselves, and what would round to inf. */
static double round_value(double value, int coarsest) {
    int unit = exponent_of(value) - PRECISION_BITS;
    if (unit > coarsest) { unit = coarsest; }
    double rounded = ldexp(rint(ldexp(value, -unit)), unit);
    return isfinite(rounded) ? rounded : value;
}

/* Of the finite values; 0 where there is none. `scratch` has room for all. */
static double quartile_distance(size_t count, const double *value, double *scratch) {
    size_t finite = 0;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(value[i])) { scratch[finite++] = value[i]; }
    }
    if (finite == 0) { return 0; }
    return gsl_stats_select(scratch, 1, finite, 3 * finite / 4) -
           gsl_stats_select(scratch, 1, finite, finite / 4);
}

/* The values at one point. */
static void round_point(size_t count, double *value, double *scratch) {
    double distance = quartile_distance(count, value, scratch);
    if (!(distance > 0)) { return; }
    int coarsest = exponent_of(distance) - 1 - PRECISION_SPREAD_BITS;
    for (size_t i = 0; i < count; i++) { value[i] = round_value(value[i], coarsest); }
}

static bool is_rounded(const struct results_field *f) {
    return f->kind == RESULTS_KEPT || (f->kind == RESULTS_AVERAGED && f->axis[f->rank - 1] == RESULTS_BLOCK);
}

static void round_series(struct results_series *s) {
    for (struct results_field f = {0}; results_next(s, &f);) {
        if (!is_rounded(&f)) { continue; }
        size_t count = s->size[f.axis[f.rank - 1]], all = results_field_size(s, &f);
        double *scratch = memory_create(count, sizeof *scratch);
        for (size_t at = 0; at < all; at += count) { round_point(count, *f.values + at, scratch); }
        free(scratch);
    }
}

void precision_round(struct results *r) {
    for (size_t i = 0; i < r->series_count; i++) { round_series(&r->series[i]); }
}
