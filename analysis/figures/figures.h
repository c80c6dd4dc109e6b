/* figures: what there is to be drawn of results. A figure is a gnuplot script: what all share (style.gp), its
 * numbers, and the template of its name (NAME.gp beside this), which says how they look. One list of figures
 * drives `gapscale plot`, its help and the tests: a new figure is a line there, what it is (struct figure) in
 * a file with the function that prints its numbers, and a template.
 *
 * This room: figures (this file: the list, and the script of one); figures with their numbers, of a series
 * (series_figures, phase_figure, te_figure, growth_figures, sphere_figures, normaliser_figures,
 * diagnosis_figures) and of all (study_figures, universality_figure, along_figures); what these draw with:
 * canvas (a series as it is printed), script (how numbers enter one), axis (ticks), spread (labels beside an
 * axis), beta_curve (means between betas); template (*.gp within the program), gnuplot (runs it), picture
 * (what it drew), drawing (all figures of a series at once); and flow_figures (those of `gapscale flow`). */
#ifndef GAPSCALE_ANALYSIS_FIGURES_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_FIGURES_H

#include <stdio.h>

#include "analysis/figures/canvas.h"
#include "analysis/figures/picture.h"
#include "analysis/study/study.h"

/* A figure of each series, or, where series_print is NULL, of all series together. */
struct figure {
    const char *name;   /* of its template; its files are SERIES-NAME.EXT, or NAME.EXT where of all */
    const char *shared; /* a template that comes before it; NULL: none */
    const char *shows;  /* in a line */
    bool (*applies)(const struct results_series *series); /* whether it has one at all; NULL: any has */
    bool is_optional; /* of all series: told of when it lacks something only if it is asked for by name */
    /* What it needs and the series, or all of them, lack; NULL when it can be drawn. */
    const char *(*series_lacks)(const struct fit *fit);
    const char *(*study_lacks)(const struct study *study);
    /* Its numbers. */
    void (*series_print)(struct canvas *canvas);
    void (*study_print)(FILE *script, const struct study *study);
};
extern const struct figure *const figure_list[];
extern const size_t figure_count;

/* Of a series, or, where `fit` is NULL, of all of a study: whether there is such a figure, optional ones
 * being there where nothing is lacking or they are `asked` for by name; and what is lacking, NULL when it can
 * be drawn. */
bool figure_belongs(const struct figure *figure, const struct study *study, const struct fit *fit,
                    bool asked);
const char *figure_lacks(const struct figure *figure, const struct study *study, const struct fit *fit);
/* Of figures against beta. */
const char *figure_lacks_betas(const struct fit *fit);

/* log10 of what a criterion's beta_c/Lambda^typ tends to; of the median of rows where these are judged, which
 * the primary criterion alone has. NaN where theory has no such constant. */
double figure_limit(const struct fit *fit, size_t criterion);

/* How one is to look otherwise than its template says. */
struct figure_wish {
    unsigned columns;                      /* of a journal's page, 1 or 2 (8.6 or 17.8 cm); 0: 16 x 11 cm */
    const char *title, *x_label, *y_label; /* in gnuplot's enhanced mode; NULL: the template's */
    bool is_inline;                        /* as SVG alone, on no background, for a page */
};
extern const struct figure_wish figure_no_wish;

/* The script of a figure that is not lacking, for the terminal that is set: style, numbers, template. Of a
 * series, or, where `fit` is NULL, of all of a study. */
void figure_print(FILE *script, const struct figure *figure, const struct study *study, const struct fit *fit,
                  const struct figure_wish *wish);

/* Around a script, where it is to be drawn as SVG, PNG and PDF: into a picture, or, where that is NULL, for
 * scripts that are kept, as STEM.svg and so on in the directory where it runs. */
void figure_open(FILE *script, const char *stem, const struct picture *picture,
                 const struct figure_wish *wish);
void figure_close(FILE *script, const struct figure_wish *wish);

#endif
