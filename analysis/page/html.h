/* html: text as it stands in a page. Whatever comes from files or from a command line goes through here. */
#ifndef GAPSCALE_ANALYSIS_PAGE_HTML_H
#define GAPSCALE_ANALYSIS_PAGE_HTML_H

#include <stdio.h>

/* The text itself, in an element or in an attribute's quotes: signs of markup escaped, bytes that are no
 * UTF-8 replaced by U+FFFD, control characters but line feeds and tabs likewise. NULL: nothing. */
void html_text(FILE *out, const char *text);

/* Words of this program as people write them: "beta_c/Lambda^typ" with Greek letters, raised and lowered,
 * "(log n)^0.5" and "2^12" raised, "+-" as one sign, hyphens before digits as minus, `words` as code. For
 * elements alone. */
void html_math(FILE *out, const char *text);
/* The same without markup, for attributes and titles: Greek letters and signs, "^" and "_" as they are. */
void html_plain(FILE *out, const char *text);

#endif
