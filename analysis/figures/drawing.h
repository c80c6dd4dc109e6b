/* drawing: the figures of a series, or those of all of a study, drawn by one gnuplot: into pictures, and for
 * pages that hold them as SVG in memory. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_DRAWING_H
#define GAPSCALE_ANALYSIS_FIGURES_DRAWING_H

#include "analysis/figures/figures.h"
#include "analysis/figures/gnuplot.h"

enum drawing_end { DRAWING_DONE, DRAWING_NO_GNUPLOT, DRAWING_FAILED };

/* A figure that there is, drawn or not. */
struct drawing {
    const struct figure *figure;
    const char *missing; /* why it cannot be drawn; NULL: it can */
    struct picture picture;
    char *svg; /* gnuplot's document, on no background; NULL: not drawn, or not for a page */
};

struct drawing_sheet {
    const struct study *study;
    const struct fit *fit; /* NULL: of all */
    size_t count;
    struct drawing *drawing; /* in the order of figure_list */
    struct gnuplot run;
};

/* Those of the i-th series, or, behind the last, of all: what belongs there, or what is `wanted` of all
 * figures (NULL: none is named). Free with drawing_close. */
struct drawing_sheet drawing_list(const struct study *study, size_t i, const bool *wanted);
/* Runs gnuplot on all that can be drawn: gnuplot_tell says how that ended. False after a message. */
bool drawing_draw(struct drawing_sheet *sheet, const struct figure_wish *wish);
void drawing_close(struct drawing_sheet *sheet);

/* For a page, a sheet for each series that is `wanted`, empty ones for the others, and behind them the one of
 * all: count + 1. Where gnuplot is not installed nothing is drawn; DRAWING_FAILED after a message. Free with
 * drawing_release in any case. */
enum drawing_end drawing_make(const struct study *study, const bool *wanted, struct drawing_sheet **sheets);
void drawing_release(const struct study *study, struct drawing_sheet *sheets);

#endif
