#include "analysis/report/report.h"

#include <string.h>

#include "analysis/report/cells.h"
#include "analysis/text/fold.h"

static int longest_name(const struct study *study) {
    size_t longest = strlen("series");
    for (size_t i = 0; i < study->count; i++) {
        size_t length = strlen(study->fit[i].name);
        longest = length > longest ? length : longest;
    }
    return longest > 20 ? 20 : (int)longest;
}

static enum verdict_kind kind(const struct column_place *place) { return place->verdict->kind; }

static const struct cell summary[] = {
    {1, 17, {"beta_c grows with", "exponent, 95%"}, "exponent", .measure = words_measured},
    {1, 8, {"", "theory"}, "exponent_predicted", .say = words_number},
    {2, 15, {"as Lambda^typ to", "the power, 95%"}, "scale_exponent", .measure = words_measured},
    {2, 15, {"beta_c over it", "tends to, 95%"}, "amplitude", .measure = words_measured},
    {1, 7, {"", "limit"}, "amplitude_predicted", .say = words_number},
    {2, 7, {"p of", "exact"}, "exact_joint_p", .say = words_number},
    {2, 0, {NULL, "verdict"}, "verdict", .kind = kind},
};

bool summary_table_has(const struct column_place *place) {
    const struct results_series *s = place->fit->series;
    return s->family->kind != FAMILY_MEASURED && !s->is_prescribed &&
           !attention_table_is_alone(place->fit, place->attention);
}

static void print_heads(FILE *out, int width) {
    for (size_t line = 0; line < 2; line++) {
        fprintf(out, "%-*s" FOLD "  %-5s" FOLD, width, line == 0 ? "" : "series", line == 0 ? "" : "as");
        cell_print_heads(out, CELL_ALL(summary), line, false);
        fputc('\n', out);
    }
}

void summary_table_print(FILE *out, const struct study *study) {
    char room[COLUMN_TEXT];
    int width = longest_name(study);
    for (size_t i = 0, told = 0; i < study->count; i++) {
        struct column_place place = column_place(study, i, room);
        if (!summary_table_has(&place)) { continue; }
        if (told++ == 0) { print_heads(out, width); }
        fprintf(out, "%-*s" FOLD "  %-5s" FOLD, width, place.fit->name, place.fit->by_n ? "n" : "log n");
        cell_print_line(out, CELL_ALL(summary), &column_fit, &place);
        fputc('\n', out);
    }
}

void summary_table_print_legend(FILE *out, const struct study *study) {
    bool has_points = false;
    for (size_t i = 0; i < study->count; i++) {
        has_points = has_points || !study->fit[i].series->is_prescribed;
    }
    if (!has_points) { return; }
    fputs(
        "\n"
        "beta_c is where the replicate mean meets the criterion (heavy tails, rows of unlike scale: the "
        "median of rows), `exactly` the same computed without sampling; `of rows` the median of every row's "
        "own beta_c/Lambda^typ, Lambda_n that of Lambda_n/Lambda^typ. +- se is one standard error, 95% half "
        "an interval with systematic parts: correction terms in 1/log n and log log n/log n, and the "
        "smallest n. Slopes d log beta_c between n have statistical errors only and drift.\n",
        out);
}
