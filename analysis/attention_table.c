#include "attention_table.h"

#include <math.h>
#include <string.h>

#include "../models/limits.h"
#include "json.h"
#include "words.h"

/* What the regime's limit law says of a point. */
static void print_limit(FILE *out, const struct attention_point *p) {
    char a[WORDS], b[WORDS], c[WORDS], d[WORDS];
    switch (p->regime) {
    case ATTENTION_SUBCRITICAL:
        fprintf(out, "n Var over its limit %s radial, %s tangential; normal with p = %s, %s",
                words_measured(p->radial_ratio, p->radial_ratio_se, a),
                words_measured(p->tangential_ratio, p->tangential_ratio_se, b), words_number(p->radial_p, c),
                words_number(p->tangential_p, d));
        break;
    case ATTENTION_CRITICAL:
        fprintf(out, "p_(1) over its limit %s",
                words_measured(p->top_weight_ratio, p->top_weight_ratio_se, a));
        break;
    case ATTENTION_SUPERCRITICAL:
        fprintf(out, "1 - p_(1) over its limit %s, -log(1 - p_(1)) %s",
                words_measured(p->deficit_ratio, p->deficit_ratio_se, a),
                words_measured(p->log_deficit_ratio, p->log_deficit_ratio_se, b));
        break;
    case ATTENTION_REGIMES: break;
    }
}

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
    const double sigma[] = {p->bias_sigma, p->tangential_sigma, p->weight_sigma, p->identity_sigma};
    for (size_t i = 0; i < 4; i++) { print_sigma(out, sigma[i]); }
    fputs("  ", out);
    print_limit(out, p);
    fputc('\n', out);
}

void attention_table_print(FILE *out, const struct results_series *s, const struct attention *a) {
    if (a->count == 0) { return; }
    size_t lines = a->count < ATTENTION_LINES ? a->count : ATTENTION_LINES;
    fprintf(out,
            "  Attention output in %g dimensions; deviations from the exact means in standard errors%s\n"
            "  %-9s %10s %10s %10s %6s %6s %6s %6s  %s\n",
            a->dimension, lines < a->count ? " (some of the points; all are in the fit file)" : "", "n",
            "beta", "n_eff", "critical", "radial", "tang.", "p_(k)", "ident.", "beside the limit law");
    for (size_t i = 0; i < lines; i++) {
        print_point(out, s, &a->point[lines > 1 ? i * (a->count - 1) / (lines - 1) : 0]);
    }
    for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
        if (a->part[r].points > 0) {
            fprintf(out, "  %s: %s\n", verdict_name[a->part[r].kind], a->part[r].sentence);
        }
    }
    if (*a->central_limit) { fprintf(out, "  %s\n", a->central_limit); }
    char mean[WORDS], covariance[WORDS];
    fprintf(
        out,
        "  V ATT is off V times the exact mean of ATT by at most %s standard errors, its covariance by %s.\n",
        words_number(fabs(a->matrix_sigma), mean), words_number(fabs(a->covariance_sigma), covariance));
}

static void print_parts(FILE *out, size_t count, const struct fit *fit, const struct attention *attention) {
    char bias[WORDS], tangential[WORDS], weights[WORDS];
    bool any = false;
    for (size_t i = 0; i < count; i++) { any = any || attention[i].count > 0; }
    if (!any) { return; }
    fprintf(
        out,
        "\nAttention output against exact values, nothing fitted\n%-20s %3s  %-13s %6s  %9s %9s %9s  %s\n",
        "series", "d", "regime", "points", "p along", "p across", "p of p_(k)", "verdict");
    for (size_t i = 0; i < count; i++) {
        for (size_t r = 0; attention[i].count > 0 && r < ATTENTION_REGIMES; r++) {
            const struct attention_part *part = &attention[i].part[r];
            if (part->points == 0) { continue; }
            fprintf(out, "%-20s %3g  %-13s %6zu  %9s %9s %9s  %s\n", fit[i].name, attention[i].dimension,
                    attention_regime_name[r], part->points, words_number(part->bias_p, bias),
                    words_number(part->tangential_p, tangential), words_number(part->weight_p, weights),
                    verdict_name[part->kind]);
        }
    }
}

static bool has_critical_scale(const struct fit *fit) {
    return fit->series->family->on_sphere && fit->has_law &&
           schedule_is_constant(&fit->series->parameter[0]) && fit->primary < fit->criteria &&
           fit->series->criterion[fit->primary].kind == CRITERION_ENTROPY &&
           fit_last(fit, fit->primary) < fit->lengths;
}

static void print_critical_scale(FILE *out, const struct fit *fit) {
    char n[WORDS], measured[WORDS];
    const struct results_series *s = fit->series;
    size_t last = fit_last(fit, fit->primary);
    const struct ensemble_point *point = &fit->collapse[last * fit->criteria + fit->primary];
    double kappa = (s->parameter[0].coef - 1) / 2,
           value = exp(fit_log_collapse(fit, last, fit->primary) - s->log_n[last] / kappa),
           limit =
               fit->law.coef * limits_weibull_collapse_entropy(kappa, s->criterion[fit->primary].threshold);
    fprintf(out, "%-20s %3g  %-9s %24s  %10.6g  %+.2f\n", fit->name, s->parameter[0].coef,
            words_length(s->log_n[last], n), words_measured(value, value * point->se, measured), limit,
            (value - limit) / (value * point->se));
}

void attention_table_print_summary(FILE *out, size_t count, const struct fit *fit,
                                   const struct attention *attention) {
    bool first = true;
    print_parts(out, count, fit, attention);
    for (size_t i = 0; i < count; i++) {
        if (!has_critical_scale(&fit[i])) { continue; }
        if (first) {
            fprintf(out, "\nKeys on a sphere: the critical scale\n%-20s %3s  %-9s %24s  %10s  %s\n", "series",
                    "d", "n", "beta_c/n^(2/(d-1))", "limit", "sigma");
        }
        print_critical_scale(out, &fit[i]);
        first = false;
    }
}

static void json_part(FILE *out, const struct attention_part *part) {
    fprintf(out, "{\"verdict\": \"%s\", \"points\": %zu", verdict_name[part->kind], part->points);
    json_print_member(out, "bias_chi_square", part->bias_chi_square);
    json_print_member(out, "bias_freedom", part->bias_freedom);
    json_print_member(out, "bias_p", part->bias_p);
    json_print_member(out, "tangential_chi_square", part->tangential_chi_square);
    json_print_member(out, "tangential_freedom", part->tangential_freedom);
    json_print_member(out, "tangential_p", part->tangential_p);
    json_print_member(out, "weight_sigma", part->weight_sigma);
    json_print_member(out, "weight_p", part->weight_p);
    json_print_member(out, "identity_sigma", part->identity_sigma);
    json_print_member(out, "identity_p", part->identity_p);
    fputs(", \"sentence\": ", out);
    json_print_string(out, part->sentence);
    fputc('}', out);
}

static void json_point(FILE *out, const struct results_series *s, const struct attention_point *p) {
    fputs("{\"log_n\": ", out);
    json_print_number(out, s->log_n[p->n]);
    json_print_member(out, "beta", s->beta[p->n * s->size[RESULTS_BETA] + p->beta_index]);
    fprintf(out, ", \"regime\": \"%s\"", attention_regime_name[p->regime]);
    json_print_member(out, "n_eff", p->n_eff);
    json_print_member(out, "critical", p->critical);
    json_print_member(out, "bias_sigma", p->bias_sigma);
    json_print_member(out, "tangential_sigma", p->tangential_sigma);
    json_print_member(out, "weight_sigma", p->weight_sigma);
    json_print_member(out, "identity_sigma", p->identity_sigma);
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
    json_print_member(out, "matrix_sigma", a->matrix_sigma);
    json_print_member(out, "covariance_sigma", a->covariance_sigma);
    fputs(", \"central_limit\": ", out);
    json_print_string(out, a->central_limit);
    for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
        if (a->part[r].points == 0) { continue; }
        fprintf(out, ", \"%s\": ", attention_regime_name[r]);
        json_part(out, &a->part[r]);
    }
    fputs(", \"points\": [", out);
    for (size_t i = 0; i < a->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        json_point(out, s, &a->point[i]);
    }
    fputs("]}", out);
}
