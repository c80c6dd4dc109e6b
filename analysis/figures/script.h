/* script: what C writes into a gnuplot script: numbers, lists and blocks of data under the names that the
 * templates (*.gp beside this) ask for. Of what users wrote there enter series' names (config_name_is_good),
 * of a model's name its letters and plain signs, and the labels of a command line; nothing of it ends the
 * text that it stands in. What is not finite is written as NaN. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_SCRIPT_H
#define GAPSCALE_ANALYSIS_FIGURES_SCRIPT_H

#include <stdbool.h>
#include <stdio.h>

/* A template: the text of NAME.gp; with `own` lines before the one that draws. */
void script_template(FILE *out, const char *name);
void script_template_with(FILE *out, const char *name, const char *own);

/* Of a whole script: what its templates say of their data, then the blocks, as a table each under its name.
 */
void script_print_data(FILE *out, const char *script);

/* NAME = x */
void script_number(FILE *out, const char *name, double x);
/* NAME = 'text', in gnuplot's enhanced mode: exponents raised, signs of that mode made harmless, spaces kept
 * (SVG drops those next to markup). */
void script_text(FILE *out, const char *name, const char *text);
/* NAME = 'of', the name of a series for a title, likewise; of a long one its beginning and its end. */
void script_name(FILE *out, const char *name, const char *of);
/* NAME = 'text', which is in that mode already. */
void script_markup(FILE *out, const char *name, const char *text);
/* set NAME 'text', likewise, by whom it may be: nothing ends it but its end. */
void script_label(FILE *out, const char *name, const char *text);

/* A list that gnuplot counts from 1; gnuplot knows no empty one. */
void script_numbers(FILE *out, const char *name, size_t count, const double *x);
void script_list_begin(FILE *out, const char *name);
void script_list_number(FILE *out, bool is_first, double x);
void script_list_word(FILE *out, bool is_first, const char *word); /* as it is */
void script_list_text(FILE *out, bool is_first, const char *text);
/* A name of a series for a legend: of a long one its beginning and its end, since gnuplot leaves out what is
 * wider than the figure. */
void script_list_name(FILE *out, bool is_first, const char *name);
void script_list_end(FILE *out);

/* A block of data, its lines, and what gnuplot takes for a gap in a curve and for the end of an index. */
void script_block_begin(FILE *out, const char *name);
void script_row(FILE *out, size_t count, const double *x);
void script_gap(FILE *out);
void script_next_index(FILE *out);
void script_block_end(FILE *out);

#endif
