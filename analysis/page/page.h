/* page: results as one HTML page for people, which needs nothing else: figures are SVG within it, and nothing
 * is loaded from elsewhere.
 *
 * This room: page (this file) puts it together, and says where it comes from; overview (the verdicts and what
 * was run, on top), section (one series: its sentence, figures, numbers), glossary (the words, each linked
 * where it is used), grid (tables, made of the columns that all reports share), svg (gnuplot's documents as
 * parts of a page), html (text in markup), and asset (style.css and script.js, which the Makefile makes
 * strings of). Without script everything is there but the sorting of tables. Names that enter a page anew are
 * plain or escaped (html.h). */
#ifndef GAPSCALE_ANALYSIS_PAGE_PAGE_H
#define GAPSCALE_ANALYSIS_PAGE_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/study/study.h"

/* The page of a study that is judged, whose series have plain names (config_name_is_good). Where gnuplot is
 * not installed it has no figures, and says so. False after a message. */
bool page_print(FILE *out, const struct study *study, const char *title);

#endif
