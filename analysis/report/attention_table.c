#include "analysis/report/report.h"

#include <math.h>
#include <string.h>

#include "analysis/report/cells.h"
#include "analysis/text/fold.h"
#include "models/oracle/limits.h"

bool attention_table_is_alone(const struct fit *fit, const struct attention *attention) {
    return attention->count > 0 && fit_first(fit, fit->primary) == fit->lengths;
}

/* What the regime's limit law says of a point. */
static void print_limit(FILE *out, const struct attention_point *p) {
    char a[WORDS], b[WORDS], c[WORDS], d[WORDS];
    switch (p->regime) {
    case ATTENTION_SUBCRITICAL:
        fprintf(out, "Var %s, %s; normal p %s, %s", words_measured(p->radial_ratio, p->radial_ratio_se, a),
                words_measured(p->tangential_ratio, p->tangential_ratio_se, b), words_number(p->radial_p, c),
                words_number(p->tangential_p, d));
        break;
    case ATTENTION_CRITICAL:
        fprintf(out, "p_(1) %s", words_measured(p->top_weight_ratio, p->top_weight_ratio_se, a));
        break;
    case ATTENTION_SUPERCRITICAL:
        fprintf(out, "1-p_(1) %s, its log %s", words_measured(p->deficit_ratio, p->deficit_ratio_se, a),
                words_measured(p->log_deficit_ratio, p->log_deficit_ratio_se, b));
        break;
    case ATTENTION_REGIMES: break;
    }
}

#define QUESTION(KEY, name, words, title, ...)                                                               \
    {.gap = 1, .width = 6, .head = {title}, .column = name "_sigma", .format = "%.2f"},
enum { BEFORE = 4 };
static const struct cell points[] = {{2, -9, {"n"}, "log_n", .say = words_length},
                                     {1, 10, {"beta"}, "beta", .say = words_number},
                                     {1, 10, {"n_eff"}, "n_eff", .say = words_number},
                                     {1, 10, {"critical"}, "critical", .say = words_number},
                                     ATTENTION_QUESTION_TABLE(QUESTION)};

static void print_point(FILE *out, const struct column_place *series, const struct attention_point *p) {
    struct column_place place = *series;
    place.at[COLUMN_LOG_N] = p->n;
    place.at[COLUMN_BETA] = p->beta_index;
    cell_print_line(out, CELL_ALL(points), &attention_columns, &place);
    fputs(FOLD "  ", out);
    print_limit(out, p);
    fputc('\n', out);
}

void attention_table_print(FILE *out, const struct column_place *place) {
    const struct attention *a = place->attention;
    if (a->count == 0) { return; }
    size_t lines = a->count < ATTENTION_LINES ? a->count : ATTENTION_LINES;
    fprintf(
        out,
        "  Attention output in %g dimensions: deviations from exact values in standard errors, of several "
        "the largest%s\n",
        a->dimension, lines < a->count ? "\n  (some of the points; all are in the fit file)" : "");
    cell_print_heads(out, CELL_ALL(points), 0, false);
    fputs(FOLD "  over the limit law, +- se\n", out);
    for (size_t i = 0; i < lines; i++) {
        print_point(out, place, &a->point[lines > 1 ? i * (a->count - 1) / (lines - 1) : 0]);
    }
    for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
        const struct attention_part *part = &a->part[r];
        if (part->points == 0) { continue; }
        fprintf(out, "  %s%s%s: %s\n", cell_colour(part->kind), verdict_name[part->kind], cell_plain(),
                part->sentence);
    }
    if (*a->gaussian.sentence) { fprintf(out, "  %s\n", a->gaussian.sentence); }
}

/* A line for a regime: p of each question. */
static void print_part(FILE *out, const struct column_place *series) {
    static const struct cell answer = {1, 7, {NULL}, "%s_%s_p", .format = "%.2g"};
    struct column_place place = *series;
    enum attention_regime regime = place.at[COLUMN_REGIME];
    const struct attention_part *part = &place.attention->part[regime];
    fprintf(out, "%-20s" FOLD " %3g  %-13s" FOLD " %6zu ", place.fit->name, place.attention->dimension,
            attention_point_regime_name[regime], part->points);
    for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) {
        place.at[COLUMN_QUESTION] = q;
        fputs(FOLD, out);
        cell_print(out, &answer, &attention_columns, &place);
    }
    fprintf(out, FOLD "  %s%s%s\n", cell_colour(part->kind), verdict_name[part->kind], cell_plain());
}

static void print_parts_head(FILE *out) {
    fprintf(out,
            "\nAttention output against exact values, nothing fitted: p of each question\n%-20s" FOLD
            " %3s  %-13s" FOLD " %6s ",
            "series", "d", "regime", "points");
    for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) {
        fprintf(out, FOLD " %7s", points[BEFORE + q].head[0]);
    }
    fputs(FOLD "  verdict\n", out);
}

static void print_parts(FILE *out, const struct study *study) {
    char room[COLUMN_TEXT];
    for (size_t i = 0, told = 0; i < study->count; i++) {
        struct column_place place = column_place(study, i, room);
        if (place.attention->count == 0) { continue; }
        if (told++ == 0) { print_parts_head(out); }
        for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
            place.at[COLUMN_REGIME] = r;
            if (column_has(&place, COLUMN_REGIME, r)) { print_part(out, &place); }
        }
    }
}

static bool has_critical_scale(const struct fit *fit) {
    return fit->series->family->dimension && fit->has_law && fit->law.power > 0 &&
           family_is_constant(fit->series->family, fit->series->parameter) &&
           fit_last(fit, fit->primary) < fit->lengths && fit_criterion(fit)->kind == CRITERION_ENTROPY;
}

/* The collapse point at the largest n that has one, beside its exact value there and in the limit. */
static void print_critical_scale(FILE *out, const struct fit *fit) {
    char n[WORDS], measured[WORDS], exactly[WORDS], sigma[WORDS];
    const struct results_series *s = fit->series;
    size_t last = fit_last(fit, fit->primary);
    const struct ensemble_point *point = fit_judged(fit, last);
    double d = family_dimension(s->family, s->parameter, s->log_n[last]), kappa = (d - 1) / 2,
           log_unit = s->log_n[last] / kappa, value = exp(fit_log_judged(fit, last, fit->primary) - log_unit),
           exact = fit->exact[last] * exp(s->log_lambda_typ[last] - log_unit),
           limit = fit->law.coef * limits_weibull_collapse_entropy(kappa, fit_criterion(fit)->threshold),
           off = (value - exact) / (value * point->se);
    snprintf(sigma, sizeof sigma, isfinite(off) ? "%+.2f" : "-", off);
    snprintf(exactly, sizeof exactly, isnan(exact) ? "-" : "%.6g", exact);
    fprintf(out, "%-20s" FOLD " %3g  %-9s" FOLD " %24s" FOLD "  %10s" FOLD "  %10.6g" FOLD "  %s\n",
            fit->name, d, words_length(s->log_n[last], n), words_measured(value, value * point->se, measured),
            exactly, limit, sigma);
}

void attention_table_print_summary(FILE *out, const struct study *study) {
    print_parts(out, study);
    for (size_t i = 0, told = 0; i < study->count; i++) {
        if (!has_critical_scale(&study->fit[i])) { continue; }
        if (told++ == 0) {
            fprintf(out,
                    "\nKeys on a sphere: the critical scale\n%-20s" FOLD " %3s  %-9s" FOLD " %24s" FOLD
                    "  %10s" FOLD "  %10s" FOLD "  %s\n",
                    "series", "d", "n", "beta_c/n^(2/(d-1)) +- se", "exactly", "limit", "sigma");
        }
        print_critical_scale(out, &study->fit[i]);
    }
}
