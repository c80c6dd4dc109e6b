#include "analysis/page/grid.h"

#include <math.h>

#include "analysis/page/html.h"

const char *grid_fixed(double value, char out[WORDS]) { return words_formatted("%.2f", value, out); }

/* ---- heads ---- */

void grid_open(FILE *out, const char *caption) {
    glossary_say(out,
                 "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"%p\">"
                 "<table class=\"sortable\"><caption><span>%m</span></caption><thead><tr>",
                 caption, caption);
}

void grid_head(FILE *out, const char *head, enum glossary term, const char *meaning) {
    fputs("<th scope=\"col\"", out);
    if (meaning) { glossary_say(out, " title=\"%p\"", meaning); }
    glossary_say(out, ">%l</th>", term, head);
}

void grid_heads(FILE *out, const struct grid *g) {
    for (size_t i = 0; i < g->count; i++) {
        const char *meaning = column_find(g->table, g->array, g->column[i].column)->meaning;
        grid_head(out, g->column[i].head, g->column[i].term, meaning);
    }
}

void grid_body(FILE *out) { fputs("</tr></thead><tbody>\n", out); }
void grid_close(FILE *out) { fputs("</tbody></table></div>\n", out); }

/* ---- cells ---- */

static void open_cell(FILE *out, const char *element, double value) {
    fprintf(out, "<%s", element);
    if (isfinite(value)) { fprintf(out, " data-v=\"%.9g\"", value); }
    fputs(">", out);
}

void grid_cell(FILE *out, const char *words, double value) {
    open_cell(out, "td", value);
    glossary_say(out, "%m</td>", words);
}

void grid_cells(FILE *out, const struct grid *g, const struct column_place *place, bool heads) {
    for (size_t i = 0; i < g->count; i++) {
        const struct grid_column *c = &g->column[i];
        const struct column *at = column_find(g->table, g->array, c->column);
        const double value = c->say || c->measure ? column_number(at, place) : NAN;
        char words[WORDS];
        const char *text =
            c->say ? c->say(value, words)
            : c->measure
                ? c->measure(value, cell_error(g->table, g->array, c->column, c->error, place), words)
                : column_text(at, place);
        open_cell(out, heads && i == 0 ? "th scope=\"row\"" : "td", value);
        html_math(out, text ? text : "-");
        fputs(heads && i == 0 ? "</th>" : "</td>", out);
    }
}

void grid_print(FILE *out, const char *caption, const struct grid *g, const struct column_place *series,
                enum column_axis axis) {
    struct column_place place = *series;
    const size_t rows = column_size(&place, axis);
    if (rows == 0) { return; }
    grid_open(out, caption);
    grid_heads(out, g);
    grid_body(out);
    for (place.at[axis] = 0; place.at[axis] < rows; place.at[axis]++) {
        place.at[COLUMN_INTERVAL] = axis == COLUMN_LOG_N ? place.at[axis] - 1 : 0; /* beside the larger n */
        fputs("<tr>", out);
        grid_cells(out, g, &place, true);
        fputs("</tr>\n", out);
    }
    grid_close(out);
}

/* ---- verdicts ---- */

void grid_badge(FILE *out, enum verdict_kind kind) {
    static const char *const mark[] = {
        [VERDICT_UNDECIDED] = "?", [VERDICT_SUPPORTED] = "✓", [VERDICT_REFUTED] = "✗"};
    fprintf(out, "<span class=\"badge %s\"><span aria-hidden=\"true\">%s</span> %s</span>",
            verdict_name[kind], mark[kind], verdict_name[kind]);
}

void grid_verdict(FILE *out, enum verdict_kind kind) {
    open_cell(out, "td", (double)kind);
    grid_badge(out, kind);
    fputs("</td>", out);
}
