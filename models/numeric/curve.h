/* curve: a few smooth functions of x, kept together as Chebyshev panels that are halved until they resolve
 * them: until the last coefficients are noise and the ends are met. A peak that no node sees is missed, a
 * bend is not. Immutable; any thread. */
#ifndef GAPSCALE_MODELS_NUMERIC_CURVE_H
#define GAPSCALE_MODELS_NUMERIC_CURVE_H

#include <stdbool.h>

#include "models/numeric/vector.h"

enum { CURVE_VALUES = 6 };

struct curve;

/* The functions at x, and what of each is noise: how far the curve may be off. */
typedef void curve_function(double x, double value[CURVE_VALUES], double noise[CURVE_VALUES], void *param);

/* Over [low, high], 0 < low < high: panels are octaves of x at most, and halved so many times at most. NULL
 * when out of memory. */
struct curve *curve_create(double low, double high, int halvings, curve_function *function, void *param);
void curve_free(struct curve *curve);

/* Its panels in order: their ends, whether the functions are known there, and what they are at the ends. */
struct curve_panel {
    double low, high;
    bool resolved;
    double at_low[CURVE_VALUES], at_high[CURVE_VALUES];
};
/* How far they may be off over a panel, if that is more than noise. */
typedef double curve_slight(const struct curve_panel *panel, void *param);

/* From the end on, as far as all panels are resolved, perhaps none: each as long as the last, or halved until
 * it is, to an octave halved so many times. */
struct curve *curve_create_end(double low, double high, int halvings, curve_function *function,
                               curve_slight *slight, void *param);
size_t curve_panels(const struct curve *curve);
void curve_panel(const struct curve *curve, size_t which, struct curve_panel *panel);

/* False where x lies outside, or the panel is not resolved. */
bool curve_at(const struct curve *curve, double x, double value[CURVE_VALUES]);
/* The first functions, so many, at the first of increasing x that one panel has; how many x that were, 0
 * where curve_at is false. The same but for rounding, sooner where they are many. */
size_t curve_run(const struct curve *curve, const struct vector *vector, size_t count, const double *x,
                 size_t functions, double (*value)[CURVE_VALUES]);

/* The same, function by function: row[q][i]. */
size_t curve_rows(const struct curve *curve, const struct vector *vector, size_t count, const double *x,
                  size_t functions, double *const row[]);

#endif
