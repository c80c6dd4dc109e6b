/* fold: an answer for people, as wide as their terminal. It is written as if there were room for all, into a
 * stream of its own, with marks in it; fold_end prints it.
 *
 * A line with FOLD in it is a table's: FOLD stands between its columns, and where the terminal is narrower
 * than the table (lines that follow one another are one) it is printed in parts, one above the other, each
 * with the first column. A line that ends with its only FOLD is a title over what follows and stands in every
 * part. All other lines are sentences: at most FOLD_SENTENCE wide, what is longer goes on below, two columns
 * further in unless they begin at the left edge. Other control characters become `?`. */
#ifndef GAPSCALE_ANALYSIS_TEXT_FOLD_H
#define GAPSCALE_ANALYSIS_TEXT_FOLD_H

#include <stddef.h>
#include <stdio.h>

#include "sim/base/colour.h"

#define FOLD "\x1f"
enum { FOLD_SENTENCE = 106 };

struct fold {
    FILE *out, *stream;
    char *text;
    size_t length;
};

/* The stream to write to until fold_end, which prints to `out` at its width (terminal.h). */
FILE *fold_begin(struct fold *fold, FILE *out);
void fold_end(struct fold *fold);

/* A mark: what follows is in that colour where `out` shows colours (colour.h). */
const char *fold_colour(enum colour colour);

/* Prints a text with marks at that width. */
void fold_print(FILE *out, const char *text, size_t width);

#endif
