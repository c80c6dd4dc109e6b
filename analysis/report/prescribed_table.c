#include "analysis/report/prescribed_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/cells.h"
#include "analysis/report/prescribed_columns.h"
#include "analysis/text/course_words.h"
#include "sim/base/memory.h"

/* ---- one series ---- */

static const char *say_used(double value, double error, char out[WORDS]) {
    (void)error;
    snprintf(out, WORDS, "%s", value > 0 ? "" : "rare");
    return out;
}

static const struct cell points[] = {
    {0, 9, {"", "n"}, "log_n", .say = cell_length},
    {2, 11, {"beta/", "Lambda^typ"}, "log_beta_ratio", .say = cell_exponential},
    {2, 22, {"", "H"}, "entropy", .say = words_measured, .error = "entropy_se"},
    {2, 11, {"", "exactly"}, "entropy_exact", .format = "%.5g"},
    {2, 9, {"", "H/log n"}, "entropy_share", .format = "%.3g"},
    {2, 5, {"", "rows"}, "entropy_used", .say = say_used},
};
enum { CELLS = sizeof points / sizeof *points };

void prescribed_table_print(FILE *out, const struct column_place *series) {
    const struct prescribed *v = &series->verdict->prescribed;
    struct column_place place = *series;
    char sentence[PRESCRIBED_SENTENCE];
    for (size_t line = 0; line < 2; line++) {
        cell_print_heads(out, CELLS, points, line, false);
        fputc('\n', out);
    }
    for (size_t n = 0; n < place.fit->lengths; n++) {
        place.at[COLUMN_LOG_N] = n;
        cell_print_line(out, CELLS, points, &prescribed_columns, &place);
        fputc('\n', out);
    }
    fputc('\n', out);
    words_print_wrapped(out, prescribed_sentence(v, place.fit, sentence));
    if (v->exact_count > 0) {
        fprintf(out, "  Against the exact means, nothing fitted: %s = %.1f for %zu n; p = %.2g.\n",
                place.fit->common ? "sum of squares" : "chi^2", v->exact_chi_square, v->exact_count,
                v->exact_p);
    }
    if (v->left_out > 0) {
        fputs("  rare: fewer than 100 rows carry the mean; no error covers it there.\n", out);
    }
}

/* ---- all series ---- */

/* Series of one law, trained length and coefficient: where they stand in the study, by prescription. */
struct line {
    const struct fit *first;
    size_t series[PRESCRIPTIONS]; /* study->count: none */
};

static bool same_line(const struct results_series *a, const struct results_series *b) {
    return a->family == b->family && a->log_trained == b->log_trained && a->coef == b->coef &&
           memcmp(a->parameter, b->parameter, a->family->parameter_count * sizeof *a->parameter) == 0;
}

/* Returns how many lines there are. */
static size_t collect(const struct study *study, struct line *line) {
    size_t count = 0;
    for (size_t i = 0; i < study->count; i++) {
        const struct results_series *s = study->fit[i].series;
        size_t at = 0;
        if (!s->is_prescribed) { continue; }
        while (at < count &&
               (!same_line(line[at].first->series, s) || line[at].series[s->prescription] < study->count)) {
            at++;
        }
        if (at == count) {
            line[count].first = &study->fit[i];
            for (size_t p = 0; p < PRESCRIPTIONS; p++) { line[count].series[p] = study->count; }
            count++;
        }
        line[at].series[s->prescription] = i;
    }
    return count;
}

/* "stays 1.629", "spreads .97 log n", "falls (log n)^-0.49": measured, and a mark where theory says else. */
static const char *cell_words_of(const struct fit *fit, const struct prescribed *v, char out[WORDS]) {
    struct prescribed_point last = {.is_used = false};
    for (size_t n = fit->lengths; n > 0 && !last.is_used; n--) { last = prescribed_at(fit->series, n - 1); }
    switch (v->fate) {
    case COURSE_STAYS: snprintf(out, WORDS, "stays, %.3g", last.entropy); break;
    case COURSE_SPREADS: snprintf(out, WORDS, "spreads ^%.2f", v->rate); break;
    case COURSE_COLLAPSES:
        if (v->by_ends || v->rate < -10) {
            snprintf(out, WORDS, "collapses");
        } else {
            snprintf(out, WORDS, "collapses %s^%.2f", v->by_n ? "n" : "", v->rate);
        }
        break;
    default: snprintf(out, WORDS, "?"); break;
    }
    return out;
}

/* Class in theory, and whether the verdict is against it. */
static char mark(const struct prescribed *v) {
    return v->kind == VERDICT_REFUTED ? '!' : v->kind == VERDICT_UNDECIDED ? '~' : ' ';
}

static const char *short_class(const struct course *c) {
    static const char *const name[COURSE_CLASSES] = {"?", "sub", "crit", "super"};
    return name[c->class];
}

static void print_line(FILE *out, const struct study *study, const struct line *line, int width) {
    char words[WORDS], name[CONFIG_NAME + 16];
    const char *suffix = prescription_name[line->first->series->prescription];
    snprintf(name, sizeof name, "%s", line->first->name);
    size_t length = strlen(name), cut = strlen(suffix) + 1;
    if (length > cut && name[length - cut] == '-' && strcmp(name + length - cut + 1, suffix) == 0) {
        name[length - cut] = '\0';
    }
    fprintf(out, "%-*s", width, name);
    for (size_t p = 0; p < PRESCRIPTIONS; p++) {
        size_t i = line->series[p];
        if (i == study->count) {
            fprintf(out, "  %-24s", "");
            continue;
        }
        const struct prescribed *v = &study->verdict[i].prescribed;
        fprintf(out, "  %-5s %-17s%c", short_class(&v->course), cell_words_of(&study->fit[i], v, words),
                mark(v));
    }
    fputc('\n', out);
}

void prescribed_table_print_summary(FILE *out, const struct study *study) {
    enum { WIDTH = 20 };
    struct line *line = memory_create(study->count, sizeof *line);
    size_t count = collect(study, line);
    if (count > 0) {
        fprintf(out, "\n%-*s", WIDTH, "entropy along");
        for (size_t p = 0; p < PRESCRIPTIONS; p++) { fprintf(out, "  %-24s", prescription_name[p]); }
        fputc('\n', out);
        for (size_t i = 0; i < count; i++) { print_line(out, study, &line[i], WIDTH); }
        fputs("\nsub, crit, super: what the law of Lambda^typ makes of beta/Lambda^typ (to 0, to a constant, "
              "to inf).\n"
              "Measured: `stays` with H at the largest n, `spreads` and `collapses` with the power of log n "
              "(n^: of n)\n"
              "over the upper half of log log n. ~ undecided, ! refuted: the sentences above say why.\n",
              out);
    }
    free(line);
}
