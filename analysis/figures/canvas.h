/* canvas: the numbers of a series' figure as they are printed: its axes fill as blocks of data go by. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_CANVAS_H
#define GAPSCALE_ANALYSIS_FIGURES_CANVAS_H

#include "analysis/figures/axis.h"
#include "analysis/figures/script.h"
#include "analysis/fit/fit.h"

struct canvas {
    FILE *out;
    const struct fit *fit;
    const struct results_series *series;
    size_t lengths, betas;
    struct axis_lengths axis; /* of n */
    struct axis_range x, y;   /* what they hold so far: nothing */
    bool is_exact;            /* all curves so far */
    size_t curve;             /* the one that is printed, from 0 */
};
struct canvas canvas_make(FILE *out, const struct fit *fit);

/* Where the n-th n stands on its axis, and in colours. */
double canvas_length(const struct canvas *canvas, size_t n);
/* log10 of the b-th beta/Lambda^typ. */
double canvas_log_ratio(const struct canvas *canvas, size_t n, size_t b);
/* Takes the first of the n on the x axis. */
void canvas_include_lengths(struct canvas *canvas, size_t count);

/* A block of data: `print` is called for each n that has a curve (axis_curve). Where that may print nothing,
 * a line of three NaN and a place of the colour bar, which gnuplot asks of every line, keeps the block from
 * being empty. */
void canvas_print_curves(struct canvas *canvas, const char *block, bool may_be_empty,
                         void (*print)(struct canvas *canvas, size_t n));
/* Their colours. */
void canvas_print_colours(const struct canvas *canvas);
/* Lists `criterion`, of names without thresholds, and `threshold`. */
void canvas_print_criteria(const struct canvas *canvas);

/* What figures without bars tell instead: the longest standard error on these curves, of a quantity (enum
 * results_quantity, whose first are those of enum measure) that has `size` values at every n, in units of its
 * mean where that is `least` or more, of log n, or of 1. NaN: no error is known. */
enum canvas_unit { CANVAS_MEAN, CANVAS_LOG_N, CANVAS_ONE };
double canvas_longest_bar(const struct canvas *canvas, unsigned quantity, size_t size, enum canvas_unit unit,
                          double least);
/* Under the name that templates ask for. */
void canvas_print_longest_bar(const struct canvas *canvas, double error);

#endif
