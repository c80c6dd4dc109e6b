#include "analysis/report/cells.h"

#include <math.h>
#include <string.h>

#include "analysis/text/fold.h"
#include "analysis/verdict/sentence.h"

const char *cell_colour(enum verdict_kind kind) {
    static const enum colour colour[] = {[VERDICT_UNDECIDED] = COLOUR_YELLOW,
                                         [VERDICT_SUPPORTED] = COLOUR_GREEN,
                                         [VERDICT_REFUTED] = COLOUR_RED};
    return fold_colour(colour[kind]);
}

const char *cell_plain(void) { return fold_colour(COLOUR_PLAIN); }

void cell_print_sentence(FILE *out, enum verdict_kind kind, const char *sentence) {
    int opening = (int)strcspn(sentence, ":");
    fprintf(out, "  %s%.*s%s%s\n", cell_colour(kind), opening, sentence, cell_plain(), sentence + opening);
}

void cell_print_contrasts(FILE *out, const char *what, const struct contrast *shift,
                          const struct contrast *trend, double joint_p) {
    char value[SENTENCE_CONTRAST];
    if (isnan(shift->value)) { return; }
    fprintf(out, " At all n alike %s lies %s (p = %.2g)", what, sentence_shift(shift, value), shift->p);
    if (!isnan(trend->value)) {
        fprintf(out, ", and grows beside them as (log n)^(%s) (p = %.2g)", sentence_trend(trend, value),
                trend->p);
    }
    fprintf(out, "; together p = %.2g.", joint_p);
}

double cell_error(const struct column_table *table, bool array, const char *column, const char *error,
                  const struct column_place *place) {
    return error ? column_number(column_find(table, array, error), place)
                 : column_half(table, array, column, place);
}

void cell_print(FILE *out, const struct cell *cell, const struct column_table *table,
                const struct column_place *place) {
    char words[WORDS];
    const struct column *c = column_find(table, true, cell->column);
    const double number = column_number(c, place);
    fprintf(out, "%*s%s%*s%s", cell->gap, "", cell->kind ? cell_colour(cell->kind(place)) : "", cell->width,
            column_is_text(c) ? column_text(c, place)
            : cell->say       ? cell->say(number, words)
            : cell->measure
                ? cell->measure(number, cell_error(table, true, cell->column, cell->error, place), words)
                : words_formatted(cell->format, number, words),
            cell->kind ? cell_plain() : "");
}

static void part(FILE *out, size_t i, const struct cell *cell) {
    if (i > 0 && !cell->is_error) { fputs(FOLD, out); }
}

void cell_print_line(FILE *out, size_t count, const struct cell *cell, const struct column_table *table,
                     const struct column_place *place) {
    for (size_t i = 0; i < count; i++) {
        part(out, i, &cell[i]);
        cell_print(out, &cell[i], table, place);
    }
}

void cell_print_heads(FILE *out, size_t count, const struct cell *cell, size_t line, bool by_n) {
    for (size_t i = 0; i < count; i++) {
        const char *head = line == 1 && by_n && cell[i].head_by_n ? cell[i].head_by_n : cell[i].head[line];
        part(out, i, &cell[i]);
        if (head) { fprintf(out, "%*s%*s", cell[i].gap, "", cell[i].width, head); }
    }
}

void cell_print_table(FILE *out, size_t count, const struct cell *cell, const struct column_table *table,
                      struct column_place place, enum column_axis axis) {
    for (size_t line = 0; line < (cell->head[1] ? 2 : 1); line++) {
        cell_print_heads(out, count, cell, line, place.fit->by_n);
        fputc('\n', out);
    }
    for (size_t i = 0; i < column_size(&place, axis); i++) {
        place.at[COLUMN_INTERVAL] = i - 1;
        place.at[axis] = i;
        cell_print_line(out, count, cell, table, &place);
        fputc('\n', out);
    }
}
