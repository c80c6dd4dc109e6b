#include "analysis/report/report.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/report/cells.h"
#include "analysis/study/along.h"
#include "analysis/text/fold.h"
#include "sim/base/memory.h"

enum { NAME = 18, CELL = 25 };

/* ---- one series ---- */

static const char *say_used(double value, char out[WORDS]) {
    snprintf(out, WORDS, "%s", value > 0 ? "" : "rare");
    return out;
}

static const struct cell points[] = {
    {0, 9, {"", "n"}, "log_n", .say = words_length},
    {1, 4, {"", ""}, "entropy_used", .say = say_used},
    {1, 11, {"beta/", "Lambda^typ"}, "log_beta_ratio", .say = words_exponential},
    {2, 22, {"", "H +- se"}, "entropy", .measure = words_measured, .error = "entropy_se"},
    {2, 11, {"", "exactly"}, "entropy_exact", .format = "%.5g"},
    {2, 9, {"", "H/log n"}, "entropy_share", .format = "%.3g"},
};

void prescribed_table_print(FILE *out, const struct column_place *place) {
    const struct prescribed *v = &place->verdict->prescribed;
    char sentence[PRESCRIBED_SENTENCE];
    cell_print_table(out, CELL_ALL(points), &prescribed_columns, *place, COLUMN_LOG_N);
    fputc('\n', out);
    cell_print_sentence(out, v->kind, prescribed_sentence(v, place->fit, sentence));
    if (v->exact_count > 0) {
        fprintf(out, "  Against the exact means, nothing fitted: %s = %.1f for %zu n; p = %.2g.",
                place->fit->common ? "sum of squares" : "chi^2", v->exact_chi_square, v->exact_count,
                v->exact_p);
        cell_print_contrasts(out, "H", &v->exact_shift, &v->exact_trend, v->exact_joint_p);
        fputc('\n', out);
    }
    if (v->left_out > 0) {
        fputs("  rare: fewer than 100 rows, and than a quarter, carry the mean; no error covers it there.\n",
              out);
    }
}

/* ---- all series ---- */

/* "stays, 1.63", "spreads ^1.00", "collapses n^-0.49", "?" as measured. */
static const char *fate_words(const struct results_series *s, const struct prescribed *v, char out[WORDS]) {
    size_t n;
    bool has_rate = !v->by_ends && v->rate > -10;
    snprintf(out, WORDS, "%s", v->fate == COURSE_UNTOLD ? "?" : course_fate_name[v->fate]);
    if (v->fate == COURSE_STAYS) {
        words_append(out, WORDS, ", %.3g", prescribed_last(v, s, &n).entropy);
    } else if (v->fate != COURSE_UNTOLD && has_rate) {
        words_append(out, WORDS, " %s^%.2f", v->by_n ? "n" : "", v->rate);
    }
    return out;
}

static const char *const short_class[COURSE_CLASSES] = {"?", "sub", "crit", "super"};
static const char *const mark[] = {
    [VERDICT_UNDECIDED] = " ~", [VERDICT_SUPPORTED] = "", [VERDICT_REFUTED] = " !"};

static void print_line(FILE *out, const struct study *study, const struct along *along) {
    char cell[2 * WORDS], words[WORDS];
    fprintf(out, "%-*.*s", NAME, NAME, along->name);
    for (size_t p = 0; p < PRESCRIPTIONS; p++) {
        size_t i = along->series[p];
        if (i == study->count) {
            fprintf(out, FOLD "%*s", CELL, "");
            continue;
        }
        const struct prescribed *v = &study->verdict[i].prescribed;
        snprintf(cell, sizeof cell, "  %-5s %s%s", short_class[v->course.class],
                 fate_words(study->fit[i].series, v, words), mark[v->kind]);
        fprintf(out, FOLD "%-*s", CELL, cell);
    }
    fputc('\n', out);
}

static void print_head(FILE *out) {
    fprintf(out, "\n%-*s", NAME, "entropy along");
    for (size_t p = 0; p < PRESCRIPTIONS; p++) {
        fprintf(out, FOLD "  %-*s", CELL - 2, prescription_name[p]);
    }
    fputc('\n', out);
}

void prescribed_table_print_summary(FILE *out, const struct study *study) {
    struct along *along = memory_create(study->count, sizeof *along);
    size_t count = along_collect(study, along);
    if (count > 0) { print_head(out); }
    for (size_t i = 0; i < count; i++) { print_line(out, study, &along[i]); }
    if (count > 0) {
        fputs("\n"
              "sub, crit, super: what the law of Lambda^typ makes of beta/Lambda^typ, to 0, to a constant, "
              "to inf. "
              "Measured: `stays` with H at the largest n; `spreads`, `collapses` with the power of log n "
              "(n^: of n) "
              "over the upper half of log log n. ~ undecided, ! refuted: the sentences above say why.\n",
              out);
    }
    free(along);
}
