/* frame: what all figures look like. gnuplot scripts; each figure as SVG, PNG and PDF of 16 x 11 cm. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_FRAME_H
#define GAPSCALE_ANALYSIS_FIGURES_FRAME_H

#include "analysis/figures/axis.h"

/* Colours that stay apart for colour-blind readers (Okabe & Ito 2008). */
enum { FRAME_COLOURS = 7 };
extern const char *const frame_colour[FRAME_COLOURS];
extern const char frame_guide[]; /* colour of lines that are no data */

/* In this order, with the figure's own settings after the first and its plot command after the second. The
 * files are NAME-FIGURE.EXT. */
void frame_begin(FILE *out);
void frame_open(FILE *out, const char *name, const char *figure);
void frame_close(FILE *out, const char *name, const char *figure);

/* A line of a data block; NaN for what is not finite. */
void frame_row(FILE *out, size_t count, const double *x);

/* Text in gnuplot's enhanced mode: exponents raised, signs of that mode made harmless, spaces kept (SVG drops
 * those next to markup). */
void frame_text(FILE *out, const char *text);

/* A dashed guide, and words in its colour; heights and placement in gnuplot's own terms. */
void frame_line(FILE *out, double x1, const char *y1, double x2, const char *y2);
void frame_label(FILE *out, double x, const char *y, const char *place, const char *text);

/* viridis (Smith & van der Walt 2015), whole, or without its yellow end, which vanishes on white. */
enum frame_palette { FRAME_PALETTE_DARK = 9, FRAME_PALETTE_ALL = 11 };
void frame_palette(FILE *out, enum frame_palette part);

/* How many curves stand for so many n, and the n of the i-th: evenly spread, both ends included. */
size_t frame_curves(size_t lengths);
size_t frame_curve(size_t lengths, size_t i);
/* The colour bar of curves: one colour for every n, by axis_length_coordinate. */
void frame_length_colours(FILE *out, size_t count, const double *log_n);

#endif
