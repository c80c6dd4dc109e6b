/* frame: what all figures look like. gnuplot scripts; each figure as SVG, PNG and PDF of 16 x 11 cm. */
#ifndef GAPSCALE_ANALYSIS_FRAME_H
#define GAPSCALE_ANALYSIS_FRAME_H

#include <stddef.h>
#include <stdio.h>

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

#endif
