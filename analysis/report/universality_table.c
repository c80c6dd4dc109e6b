#include "analysis/report/report.h"

#include <math.h>

#include "analysis/report/cells.h"

static const char *say_first(double value, char out[WORDS]) {
    return isnan(value) ? "-" : words_length(value, out);
}

static const char *say_power(double value, char out[WORDS]) { return words_number(exp(value), out); }

static const struct cell members[] = {
    {2, -20, {"series"}, "member", .format = NULL},
    {1, 9, {"from n"}, "first_log_n", .say = say_first},
    {1, 6, {"points"}, "points", .format = "%.0f"},
    {2, 22, {"exponent +- se"}, "exponent", .measure = words_measured, .error = "exponent_se"},
    {2, 23, {"beta_c/Lambda^typ +- se"}, "ratio", .measure = words_measured, .error = "ratio_se"},
    {2, 8, {"concentr"}, "concentration", .say = words_number},
    {1, 9, {"f(q)/f_0"}, "log_density", .say = say_power},
    {2, 24, {"amplitude moved by +- se"}, "moved", .measure = words_measured, .error = "moved_se"},
    {1, 9, {"by f(q)"}, "moved_predicted", .format = "%.6g"},
};

static void print_class(FILE *out, struct column_place place) {
    const struct universality *u = place.class;
    const struct column *criterion = column_find(&universality_columns, false, "judged_by");
    fprintf(out, "\nOne exponent, kappa = %.6g at the upper end of the scores: beta_c (%s) ~ n^%.6g\n",
            1 / u->exponent, column_text(criterion, &place), u->exponent);
    cell_print_table(out, CELL_ALL(members), &universality_columns, place, COLUMN_MEMBER);
    cell_print_sentence(out, u->kind, u->sentence);
}

void universality_table_print(FILE *out, const struct study *study) {
    char room[COLUMN_TEXT];
    for (size_t k = 0; k < study->class_count; k++) { print_class(out, column_place_class(study, k, room)); }
}
