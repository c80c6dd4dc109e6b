/* cells: tables for people, made of columns (columns.h): which column goes where, how wide, and in which
 * words. */
#ifndef GAPSCALE_ANALYSIS_REPORT_CELLS_H
#define GAPSCALE_ANALYSIS_REPORT_CELLS_H

#include <stdio.h>

#include "analysis/report/columns.h"
#include "analysis/verdict/contrast.h"

/* The words for a value, and for one with an error (words.h). */
typedef const char *cell_words(double value, char out[WORDS]);
typedef const char *cell_measured(double value, double error, char out[WORDS]);

struct cell {
    int gap, width;      /* blanks before it; negative widths begin at the left */
    const char *head[2]; /* lines above; NULL: nothing */
    const char *column;
    cell_words *say;        /* both NULL: the column is a text, or printed by `format`, "-" for NaN */
    cell_measured *measure; /* with its error */
    const char *error;      /* cell_error */
    const char *format;
    enum verdict_kind (*kind)(const struct column_place *place); /* whose colour it has; may be NULL */
    const char *head_by_n; /* in place of the last head where exponents are those of n; may be NULL */
    bool is_error;         /* of the cell before it, from which it is never parted */
};

/* As many of them as a table has, and the table. */
#define CELL_ALL(table) sizeof(table) / sizeof *(table), table

/* The error of a column at a place: in another, or (NULL) half of what lies between NAME_low and NAME_high.
 */
double cell_error(const struct column_table *table, bool array, const char *column, const char *error,
                  const struct column_place *place);
/* Arrays before single numbers of the same name. */
void cell_print(FILE *out, const struct cell *cell, const struct column_table *table,
                const struct column_place *place);

/* Without line feeds, folded between cells (analysis/text/fold.h). */
void cell_print_heads(FILE *out, size_t count, const struct cell *cell, size_t line, bool by_n);
void cell_print_line(FILE *out, size_t count, const struct cell *cell, const struct column_table *table,
                     const struct column_place *place);

/* The heads, in as many lines as the first cell has, and a line for each index along an axis; slopes between
 * neighbouring n stand beside the larger. */
void cell_print_table(FILE *out, size_t count, const struct cell *cell, const struct column_table *table,
                      struct column_place place, enum column_axis axis);

/* What stands before a word and behind it, so that it has the colour of a verdict (analysis/text/fold.h). */
const char *cell_colour(enum verdict_kind kind);
const char *cell_plain(void);
/* A line of two blanks and a verdict's sentence, coloured up to its colon. */
void cell_print_sentence(FILE *out, enum verdict_kind kind, const char *sentence);
/* What measured values have in common beside exact ones, which chi square hardly sees: " At all n alike
 * beta_c lies ..", of a `what`; nothing of one n. */
void cell_print_contrasts(FILE *out, const char *what, const struct contrast *shift,
                          const struct contrast *trend, double joint_p);

#endif
