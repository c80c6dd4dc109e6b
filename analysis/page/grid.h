/* grid: the tables of a page, made of columns (analysis/report/columns.h): their heads say what a column
 * means, link the words of the glossary, and sort by what a cell holds. */
#ifndef GAPSCALE_ANALYSIS_PAGE_GRID_H
#define GAPSCALE_ANALYSIS_PAGE_GRID_H

#include "analysis/page/glossary.h"
#include "analysis/report/cells.h"

cell_words grid_fixed; /* two decimals */

struct grid_column {
    const char *head; /* words as html_math takes them */
    enum glossary term;
    const char *column;
    cell_words *say;        /* both NULL: the column is a text */
    cell_measured *measure; /* with its error */
    const char *error;      /* as a cell's */
};

/* Columns beside one another; where an array and a single number share a name, arrays or not. */
struct grid {
    const struct column_table *table;
    bool array;
    size_t count;
    const struct grid_column *column;
};
#define GRID_COUNT(list) (sizeof(list) / sizeof *(list))
#define GRID(table, array, column) (&(const struct grid){&(table), array, GRID_COUNT(column), column})

/* From <table> to the row of heads, from there to the first row, and the end. */
void grid_open(FILE *out, const char *caption);
void grid_head(FILE *out, const char *head, enum glossary term, const char *meaning);
void grid_heads(FILE *out, const struct grid *grid);
void grid_body(FILE *out);
void grid_close(FILE *out);

/* A cell of words, sorted by `value` (NaN: last). */
void grid_cell(FILE *out, const char *words, double value);
/* A cell of each column at a place. With `heads` the first is the head of its row. */
void grid_cells(FILE *out, const struct grid *grid, const struct column_place *place, bool heads);
/* A whole table: a row for each index along an axis. Nothing where there is none. */
void grid_print(FILE *out, const char *caption, const struct grid *grid, const struct column_place *place,
                enum column_axis axis);

/* A verdict in words and colour, alone, and as a cell. */
void grid_badge(FILE *out, enum verdict_kind kind);
void grid_verdict(FILE *out, enum verdict_kind kind);

#endif
