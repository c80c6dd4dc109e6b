/* drawing: the figures of results as SVG in memory, for pages that hold them. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_DRAWING_H
#define GAPSCALE_ANALYSIS_FIGURES_DRAWING_H

#include "analysis/figures/figures.h"

enum drawing_end { DRAWING_DONE, DRAWING_NO_GNUPLOT, DRAWING_FAILED };

/* A figure that there is, drawn or not. */
struct drawing {
    const struct figure *figure;
    const char *missing; /* why it cannot be drawn; NULL: it can */
    char *svg;           /* gnuplot's document, on no background; NULL: not drawn */
};

/* Those of one series, or of all together. */
struct drawing_sheet {
    size_t count;
    struct drawing *drawing; /* in the order of figure_list */
};

/* A sheet for each series that is `wanted`, empty ones for the others, and behind them the one of all: count
 * + 1. Where gnuplot is not installed nothing is drawn; DRAWING_FAILED after a message. Free with
 * drawing_release in any case. */
enum drawing_end drawing_make(const struct study *study, const bool *wanted, struct drawing_sheet **sheets);
void drawing_release(const struct study *study, struct drawing_sheet *sheets);

#endif
