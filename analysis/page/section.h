/* section: one series on a page: its verdict, its figures, its numbers. */
#ifndef GAPSCALE_ANALYSIS_PAGE_SECTION_H
#define GAPSCALE_ANALYSIS_PAGE_SECTION_H

#include "analysis/figures/drawing.h"

/* Whether figures of it belong on a page: of measured rows of many heads only what is pooled. */
bool section_has_figures(const struct study *study, size_t series);

/* Names are plain (config_name_is_good). */
void section_print(FILE *out, const struct study *study, size_t series, const struct drawing_sheet *sheet);

/* The figures of a sheet, the number-th of the page, and what could not be drawn; `of` is what they are of.
 */
void section_print_figures(FILE *out, const struct drawing_sheet *sheet, size_t number, const char *of);

/* The verdict of a series, its own or that of its output; false: it has none. */
bool section_verdict(const struct study *study, size_t series, enum verdict_kind *kind);

#endif
