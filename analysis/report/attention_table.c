#include "analysis/report/attention_table.h"

#include <math.h>
#include <string.h>

#include "analysis/text/json.h"
#include "analysis/text/words.h"
#include "models/theory/limits.h"

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

static const char *const question_head[ATTENTION_QUESTIONS] = {
    [ATTENTION_BIAS] = "along",      [ATTENTION_TANGENTIAL] = "across", [ATTENTION_VARIANCE] = "Var",
    [ATTENTION_ENTROPY] = "H",       [ATTENTION_PARTICIPATION] = "Y_2", [ATTENTION_WEIGHT] = "p_(k)",
    [ATTENTION_IDENTITY] = "ident.", [ATTENTION_MATRIX] = "V ATT",      [ATTENTION_COVARIANCE] = "cov.",
};

static void print_sigma(FILE *out, double sigma) {
    if (isnan(sigma)) {
        fprintf(out, " %6s", "-");
    } else {
        fprintf(out, " %6.2f", sigma);
    }
}

static void print_point(FILE *out, const struct results_series *s, const struct attention_point *p) {
    char n[WORDS], beta[WORDS], n_eff[WORDS], critical[WORDS];
    size_t at = p->n * s->size[RESULTS_BETA] + p->beta_index;
    fprintf(out, "  %-9s %10s %10s %10s", words_length(s->log_n[p->n], n), words_number(s->beta[at], beta),
            words_number(p->n_eff, n_eff), words_number(p->critical, critical));
    for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) { print_sigma(out, p->deviation[q].sigma); }
    fputs("  ", out);
    print_limit(out, p);
    fputc('\n', out);
}

void attention_table_print(FILE *out, const struct results_series *s, const struct attention *a) {
    if (a->count == 0) { return; }
    size_t lines = a->count < ATTENTION_LINES ? a->count : ATTENTION_LINES;
    fprintf(
        out,
        "  Attention output in %g dimensions: deviations from exact values in standard errors, of several "
        "the largest%s\n  %-9s %10s %10s %10s",
        a->dimension, lines < a->count ? "\n  (some of the points; all are in the fit file)" : "", "n",
        "beta", "n_eff", "critical");
    for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) { fprintf(out, " %6s", question_head[q]); }
    fputs("  over the limit law\n", out);
    for (size_t i = 0; i < lines; i++) {
        print_point(out, s, &a->point[lines > 1 ? i * (a->count - 1) / (lines - 1) : 0]);
    }
    for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
        const struct attention_part *part = &a->part[r];
        char text[3 * WORDS_LINE];
        if (part->points == 0) { continue; }
        snprintf(text, sizeof text, "%s: %s", verdict_name[part->kind], part->sentence);
        words_print_wrapped(out, text);
    }
    if (*a->gaussian.sentence) { words_print_wrapped(out, a->gaussian.sentence); }
}

/* To two figures. */
static const char *probability(double p, char out[WORDS]) {
    snprintf(out, WORDS, isnan(p) ? "-" : "%.2g", p);
    return out;
}

static void print_part(FILE *out, const char *name, double dimension, enum attention_regime regime,
                       const struct attention_part *part) {
    char p[WORDS];
    fprintf(out, "%-20s %3g  %-13s %6zu ", name, dimension, attention_point_regime_name[regime],
            part->points);
    for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) {
        fprintf(out, " %7s", probability(part->answer[q].p, p));
    }
    fprintf(out, "  %s\n", verdict_name[part->kind]);
}

static void print_parts(FILE *out, size_t count, const struct fit *fit, const struct attention *attention) {
    bool any = false;
    for (size_t i = 0; i < count; i++) { any = any || attention[i].count > 0; }
    if (!any) { return; }
    fprintf(out,
            "\nAttention output against exact values, nothing fitted: p of each question\n%-20s %3s  %-13s "
            "%6s ",
            "series", "d", "regime", "points");
    for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) { fprintf(out, " %7s", question_head[q]); }
    fputs("  verdict\n", out);
    for (size_t i = 0; i < count; i++) {
        for (enum attention_regime r = 0; attention[i].count > 0 && r < ATTENTION_REGIMES; r++) {
            const struct attention_part *part = &attention[i].part[r];
            if (part->points > 0) { print_part(out, fit[i].name, attention[i].dimension, r, part); }
        }
    }
}

static bool has_critical_scale(const struct fit *fit) {
    return fit->series->family->dimension && fit->has_law &&
           family_is_constant(fit->series->family, fit->series->parameter) && fit->primary < fit->criteria &&
           fit->series->criterion[fit->primary].kind == CRITERION_ENTROPY &&
           fit_last(fit, fit->primary) < fit->lengths;
}

/* The collapse point at the largest n that has one, beside its exact value there and in the limit. */
static void print_critical_scale(FILE *out, const struct fit *fit) {
    char n[WORDS], measured[WORDS], exactly[WORDS];
    const struct results_series *s = fit->series;
    size_t last = fit_last(fit, fit->primary);
    const struct ensemble_point *point = &fit->collapse[last * fit->criteria + fit->primary];
    double d = family_dimension(s->family, s->parameter, s->log_n[last]), kappa = (d - 1) / 2,
           log_unit = s->log_n[last] / kappa,
           value = exp(fit_log_collapse(fit, last, fit->primary) - log_unit),
           exact = fit->exact[last] * exp(s->log_lambda_typ[last] - log_unit),
           limit =
               fit->law.coef * limits_weibull_collapse_entropy(kappa, s->criterion[fit->primary].threshold);
    snprintf(exactly, sizeof exactly, isnan(exact) ? "-" : "%.6g", exact);
    fprintf(out, "%-20s %3g  %-9s %24s  %10s  %10.6g  %+.2f\n", fit->name, d, words_length(s->log_n[last], n),
            words_measured(value, value * point->se, measured), exactly, limit,
            (value - exact) / (value * point->se));
}

void attention_table_print_summary(FILE *out, size_t count, const struct fit *fit,
                                   const struct attention *attention) {
    bool first = true;
    print_parts(out, count, fit, attention);
    for (size_t i = 0; i < count; i++) {
        if (!has_critical_scale(&fit[i])) { continue; }
        if (first) {
            fprintf(out, "\nKeys on a sphere: the critical scale\n%-20s %3s  %-9s %24s  %10s  %10s  %s\n",
                    "series", "d", "n", "beta_c/n^(2/(d-1))", "exactly", "limit", "sigma");
        }
        print_critical_scale(out, &fit[i]);
        first = false;
    }
}

/* "NAME_SUFFIX": value. */
static void json_of(FILE *out, enum attention_question question, const char *suffix, double value) {
    char name[WORDS];
    snprintf(name, sizeof name, "%s_%s", attention_point_question_name[question], suffix);
    json_print_member(out, name, value);
}

static void json_part(FILE *out, const struct attention_part *part) {
    fprintf(out, "{\"verdict\": \"%s\", \"points\": %zu", verdict_name[part->kind], part->points);
    for (enum attention_question q = 0; q < ATTENTION_QUESTIONS; q++) {
        const struct attention_answer *answer = &part->answer[q];
        if (q < ATTENTION_CHI_SQUARES) {
            json_of(out, q, "chi_square", answer->chi_square);
            json_of(out, q, "freedom", answer->freedom);
        }
        json_of(out, q, "sigma", answer->sigma);
        json_of(out, q, "p", answer->p);
    }
    fprintf(out, ", \"left_out\": %zu, \"sentence\": ", part->left_out);
    json_print_string(out, part->sentence);
    fputc('}', out);
}

static void json_point(FILE *out, const struct results_series *s, const struct attention_point *p) {
    fputs("{\"log_n\": ", out);
    json_print_number(out, s->log_n[p->n]);
    json_print_member(out, "beta", s->beta[p->n * s->size[RESULTS_BETA] + p->beta_index]);
    fprintf(out, ", \"regime\": \"%s\"", attention_point_regime_name[p->regime]);
    json_print_member(out, "n_eff", p->n_eff);
    json_print_member(out, "critical", p->critical);
    for (enum attention_question q = 0; q < ATTENTION_QUESTIONS; q++) {
        json_of(out, q, "sigma", p->deviation[q].sigma);
    }
    json_print_member(out, "radial_ratio", p->radial_ratio);
    json_print_member(out, "tangential_ratio", p->tangential_ratio);
    json_print_member(out, "radial_p", p->radial_p);
    json_print_member(out, "tangential_p", p->tangential_p);
    json_print_member(out, "top_weight_ratio", p->top_weight_ratio);
    json_print_member(out, "deficit_ratio", p->deficit_ratio);
    json_print_member(out, "log_deficit_ratio", p->log_deficit_ratio);
    fputc('}', out);
}

void attention_table_json(FILE *out, const struct results_series *s, const struct attention *a) {
    if (a->count == 0) {
        fputs("null", out);
        return;
    }
    fputs("{\"dimension\": ", out);
    json_print_number(out, a->dimension);
    json_print_member(out, "matrix_sigma", attention_worst(a, ATTENTION_MATRIX));
    json_print_member(out, "covariance_sigma", attention_worst(a, ATTENTION_COVARIANCE));
    json_print_member(out, "n_eff_exponent", a->gaussian.exponent);
    fputs(", \"central_limit\": ", out);
    json_print_string(out, a->gaussian.sentence);
    for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
        if (a->part[r].points == 0) { continue; }
        fprintf(out, ", \"%s\": ", attention_point_regime_name[r]);
        json_part(out, &a->part[r]);
    }
    fputs(", \"points\": [", out);
    for (size_t i = 0; i < a->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        json_point(out, s, &a->point[i]);
    }
    fputs("]}", out);
}
