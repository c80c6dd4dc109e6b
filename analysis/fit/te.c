#include "analysis/fit/te.h"

#include <math.h>

enum { MOST = 64 };

struct line {
    size_t count;
    double x[MOST], y[MOST], se[MOST];
};

static void line_add(struct line *line, double x, double y, double se) {
    if (line->count == MOST || !isfinite(y) || !(se > 0 && se < 0.5)) { return; }
    line->x[line->count] = x;
    line->y[line->count] = y;
    line->se[line->count++] = se;
}

/* Factors share their rows: each point's error stands for all, so none is averaged away. */
static struct exponent line_slope(const struct line *line) {
    const size_t fewest = 3;
    if (line->count < fewest) { return (struct exponent){line->count, NAN, NAN, NAN}; }
    struct exponent slope = exponent_even(line->count, line->x, line->y, line->se);
    slope.se *= sqrt((double)line->count);
    return slope;
}

struct te te_make(const struct results_series *s, size_t n) {
    size_t factors = s->size[RESULTS_TE];
    struct line above = {.count = 0}, below = {.count = 0};
    for (size_t i = 0; i < factors; i++) {
        size_t at = n * factors + i;
        double f = s->te_factor[i], entropy = s->mean[RESULTS_TE_ENTROPY][at],
               se = s->se[RESULTS_TE_ENTROPY][at], apart = 1 - s->mean[RESULTS_TE_TOP_TWO_RATIO][at];
        if (f > 4 && entropy > 1e-300) {
            line_add(&above, f, (log1p(f * M_LN2) - log(entropy)) / M_LN2, se / (entropy * M_LN2));
        }
        if (f * f < 1 / 16.0 && apart > 0) {
            line_add(&below, log(f), log(apart), s->se[RESULTS_TE_TOP_TWO_RATIO][at] / apart);
        }
    }
    return (struct te){line_slope(&above), line_slope(&below),
                       factors > 0 ? s->mean[RESULTS_TE_TOP_TWO_RATIO][n * factors] : NAN};
}
