/* svg: a document of gnuplot's as an element of a page: an accessible name and description in place of
 * gnuplot's, names (id) that no other element of the page has, and nothing that is not seen. */
#ifndef GAPSCALE_ANALYSIS_PAGE_SVG_H
#define GAPSCALE_ANALYSIS_PAGE_SVG_H

#include <stdio.h>

/* `id` begins every name in it; title and description are words as html_plain takes them. A document that is
 * none leaves an empty picture. */
void svg_print(FILE *out, const char *document, const char *id, const char *title, const char *description);

#endif
