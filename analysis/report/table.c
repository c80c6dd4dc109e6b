#include "analysis/report/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/attention_table.h"
#include "analysis/study/twins.h"
#include "analysis/verdict/sentence.h"

static bool exponent_is_known(const struct exponent *e) { return isfinite(e->value) && e->se < 1; }

const struct exponent *table_exponent(const struct fit *fit) {
    if (fit->windows == 0 || fit->primary == fit->criteria) { return NULL; }
    const struct exponent *whole = &fit->window[fit->primary];
    return exponent_is_known(whole) ? whole : NULL;
}

static const char *variable_name(const struct fit *fit) { return fit->by_n ? "n" : "log n"; }

static const char *exponent_words(const struct exponent *e, char out[WORDS]) {
    if (isnan(e->value) || isnan(e->se)) {
        snprintf(out, WORDS, "-");
    } else if (!exponent_is_known(e)) {
        snprintf(out, WORDS, "noise");
    } else {
        words_measured(e->value, e->se, out);
    }
    return out;
}

static const char *law_words(const struct fit *fit, char out[WORDS]) {
    if (!fit->has_law) {
        snprintf(out, WORDS, "not known in closed form");
        return out;
    }
    return words_schedule(&fit->law, out);
}

/* ---- one series ---- */

static const struct ensemble_point *primary_point(const struct fit *fit, size_t n) {
    static const struct ensemble_point none = {ENSEMBLE_NO_VALUES, NAN, NAN, NAN};
    return fit->primary < fit->criteria ? &fit->collapse[n * fit->criteria + fit->primary] : &none;
}

static double primary_ratio_se(const struct fit *fit, size_t n) {
    const struct ensemble_point *point = primary_point(fit, n);
    return exp(point->log_ratio) * point->se;
}

static void print_head(FILE *out, const struct fit *fit) {
    const struct results_series *s = fit->series;
    char parameters[WORDS_LINE], law[WORDS], label[CRITERION_LABEL];
    fprintf(out, "%s: %s%s%s\n", fit->name, s->family->name, s->family->parameter_count > 0 ? ", " : "",
            words_parameters(s->family, s->parameter, parameters));
    fprintf(out, "  class %s; theory: Lambda^typ ~ %s as n -> inf\n", family_class_name(s->family->class),
            law_words(fit, law));
    fprintf(out, "  %llu replicate%s", (unsigned long long)s->replicates, s->replicates == 1 ? "" : "s");
    if (fit->primary < fit->criteria) {
        criterion_label(&s->criterion[fit->primary], label);
        fprintf(out, "; beta_c from %s", label);
    }
    fputs("\n\n", out);
}

static void print_columns(FILE *out, const struct fit *fit) {
    fprintf(out, "%9s  %10s  %10s %7s  %17s %7s  %7s %8s %14s %7s\n", "", "", "", "", "", "", "median",
            "median", "d log beta_c", "the same");
    fprintf(out, "%9s  %10s  %10s %7s  %17s %7s  %7s %8s %14s %7s\n", "n", "Lambda^typ", "beta_c", "+- se",
            "beta_c/Lambda^typ", "exactly", "of rows", "Lambda_n", fit->by_n ? "/ d log n" : "/ d log log n",
            "Lambda");
}

static void print_line(FILE *out, const struct fit *fit, size_t n) {
    const struct ensemble_point *point = primary_point(fit, n);
    char length[WORDS], lambda[WORDS], beta[WORDS], se[WORDS], ratio[WORDS], rows[WORDS] = "-",
                                                                             row_lambda[WORDS];
    char local[WORDS] = "-", local_lambda[WORDS] = "-", exact[WORDS] = "-";
    double log_lambda = fit->series->log_lambda_typ[n], log_beta = log_lambda + point->log_ratio;
    words_measured(exp(point->log_ratio), primary_ratio_se(fit, n), ratio);
    if (point->se > 0) {
        snprintf(se, sizeof se, "%.2g", exp(log_beta) * point->se);
    } else {
        snprintf(se, sizeof se, point->se == 0 ? "0" : "-");
    }
    if (fit->primary < fit->criteria) {
        words_number(fit->row_collapse[n * fit->criteria + fit->primary].quantile[ORDER_MEDIAN], rows);
    }
    if (n > 0) {
        if (fit->primary < fit->criteria) {
            exponent_words(&fit->local[(n - 1) * fit->criteria + fit->primary], local);
            if (strlen(local) > 14) {
                snprintf(local, sizeof local, "%.4f",
                         fit->local[(n - 1) * fit->criteria + fit->primary].value);
            }
        }
        snprintf(local_lambda, sizeof local_lambda, "%.4f", fit->local_lambda[n - 1].value);
    }
    if (!isnan(fit->exact[n])) { snprintf(exact, sizeof exact, "%.4f", fit->exact[n]); }
    fprintf(out, "%9s  %10s  %10s %7s  %17s %7s  %7s %8s %14s %7s\n",
            words_length(fit->series->log_n[n], length), words_exponential(log_lambda, lambda),
            words_exponential(log_beta, beta), se, ratio, exact, rows,
            words_number(fit->row_lambda[n].quantile[ORDER_MEDIAN], row_lambda), local, local_lambda);
}

/* Says once for each reason at how many n there is no collapse point, and why. */
static void print_missing(FILE *out, const struct fit *fit) {
    for (enum ensemble_state state = ENSEMBLE_FOUND + 1; state < ENSEMBLE_STATES; state++) {
        size_t count = 0, first = 0;
        for (size_t n = fit->lengths; n > 0; n--) {
            if (primary_point(fit, n - 1)->state == state) {
                count++;
                first = n - 1;
            }
        }
        if (count > 0) {
            char length[WORDS];
            fprintf(out, "  No beta_c at %zu of %zu n, the smallest %s:\n    %s.\n", count, fit->lengths,
                    words_length(fit->series->log_n[first], length), ensemble_state_advice[state]);
        }
    }
}

/* Says where the collapse is too steep for the beta grid. */
static void print_coarse(FILE *out, const struct fit *fit) {
    const double harmless = 5e-4;
    size_t count = 0;
    double worst = 0;
    for (size_t n = 0; n < fit->lengths; n++) {
        const struct ensemble_point *point = primary_point(fit, n);
        if (point->grid_error > harmless && !(point->grid_error < point->se)) {
            count++;
            worst = fmax(worst, point->grid_error);
        }
    }
    if (count > 0) {
        fprintf(out,
                "  The beta grid is too coarse at %zu of %zu n: beta_c may be off by up to %.2g%% there, the "
                "exponents\n"
                "    with it; ask for more betas around the collapse.\n",
                count, fit->lengths, 100 * worst);
    }
}

static bool has_no_errors(const struct fit *fit) {
    size_t last = fit_last(fit, fit->primary);
    return last < fit->lengths && isnan(primary_point(fit, last)->se);
}

static void print_notes(FILE *out, const struct fit *fit) {
    if (fit->primary == fit->criteria) {
        fputs("  No collapse criterion was asked for; name one under `collapse` in the config.\n", out);
        return;
    }
    print_missing(out, fit);
    print_coarse(out, fit);
    if (has_no_errors(fit)) {
        fputs(fit->series->replicates < 2
                  ? "  One replicate gives no standard errors and so no exponents; ask for more replicates.\n"
                  : "  The standard errors are not known and so no exponents; ask for more replicates.\n",
              out);
    }
    if (fit->lengths < 2) { fputs("  One n gives no exponents; ask for more n.\n", out); }
    if (fit->series->family->class == FAMILY_FRECHET) {
        fputs(
            "  Heavy tails: the few rows that have not collapsed raise the mean; go by the median of rows.\n",
            out);
    }
}

/* Measured against exact values: nothing is fitted. */
static void print_agreement(FILE *out, const struct verdict *v) {
    if (v->exact_count == 0) { return; }
    fprintf(out, "  Against the exact values, nothing fitted: chi^2 = %.1f", v->exact_chi_square);
    if (v->exact_freedom < v->exact_count) {
        fprintf(out, " with %zu degree%s of freedom: at all %zu n deviations are nearly the same",
                v->exact_freedom, v->exact_freedom == 1 ? "" : "s", v->exact_count);
    } else {
        fprintf(out, " for %zu n", v->exact_count);
    }
    fprintf(out, "; p = %.2g.\n", v->exact_p);
}

/* The exponent from a few smallest n on, to show where it drifts. */
static void print_windows(FILE *out, const struct fit *fit) {
    enum { SHOWN = 4 };
    char measured[WORDS], length[WORDS];
    if (!table_exponent(fit)) { return; }
    size_t step = (fit->windows + SHOWN - 1) / SHOWN;
    fprintf(out, "  Exponent in %s from n up, beta_c (Lambda^typ):", variable_name(fit));
    size_t shown = 0;
    for (size_t w = 0; w < fit->windows; w += step) {
        const struct exponent *e = &fit->window[w * fit->criteria + fit->primary];
        if (!exponent_is_known(e) || primary_point(fit, w)->state != ENSEMBLE_FOUND) { continue; }
        fprintf(out, "%sfrom %s: %s (%.3f)",
                shown == 0       ? "\n    "
                : shown % 2 == 0 ? ";\n    "
                                 : ";  ",
                words_length(fit->series->log_n[w], length), exponent_words(e, measured),
                fit->window_lambda[w * fit->criteria + fit->primary].value);
        shown++;
    }
    fputc('\n', out);
}

static void print_rivals(FILE *out, const struct verdict *v) {
    const double most = 100;
    char number[WORDS];
    if (isnan(v->exponent.value)) { return; }
    fprintf(out, "  %-22s", "Laws with corrections");
    for (size_t r = 0; r < VERDICT_LAWS; r++) { fprintf(out, " %12s", verdict_law[r]); }
    fprintf(out, "\n  %-22s", "  chi^2");
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        fprintf(out, " %12s", words_number(v->rival[r].chi_square, number));
    }
    fprintf(out, "\n  %-22s", "  Akaike weight");
    for (size_t r = 0; r < VERDICT_LAWS; r++) { fprintf(out, " %12.3g", v->rival[r].weight); }
    fprintf(out, "\n  %-22s", "  sigma off");
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        double sigma = v->rival[r].excluded_sigma;
        fprintf(out, " %12s", sigma > most ? "> 100" : words_number(sigma, number));
    }
    fputs("\n", out);
}

/* The accumulation scale itself: its median beside the limit law, and the coordinates of where it is
 * attained. */
static void print_accumulation(FILE *out, const struct fit *fit, const struct verdict *v) {
    const struct accumulation_fit *a = &v->accumulation;
    char median[WORDS], low[WORDS], high[WORDS], limit[WORDS], n[WORDS], xi[3][WORDS];
    if (isnan(a->median)) { return; }
    fprintf(out, "  Lambda_n/Lambda^typ at n = %s: median %s",
            words_length(fit->series->log_n[fit->lengths - 1], n), words_number(a->median, median));
    if (!isnan(a->median_low)) {
        fprintf(out, ", 95%% from %s to %s", words_number(a->median_low, low),
                words_number(a->median_high, high));
    }
    fprintf(out, "; limit law %s.\n", words_number(a->limit, limit));
    if (isnan(a->xi_lambda.value) || fit->by_n) { return; }
    fprintf(out,
            "  Where rows attain it: xi_alpha %s, xi_Delta %s, xi_Lambda %s;\n    xi_alpha - xi_Delta + 1 is "
            "that to %.0g.\n",
            words_measured(a->xi_alpha.value, a->xi_alpha.se, xi[0]),
            words_measured(a->xi_delta.value, a->xi_delta.se, xi[1]),
            words_measured(a->xi_lambda.value, a->xi_lambda.se, xi[2]),
            fabs(a->xi_lambda.value - (a->xi_alpha.value - a->xi_delta.value + 1)));
}

/* Both halves of the TE theorem at the largest n. */
static void print_te(FILE *out, const struct fit *fit) {
    const struct results_series *s = fit->series;
    size_t factors = s->size[RESULTS_TE], at = (fit->lengths - 1) * factors;
    char value[WORDS], slope[WORDS];
    if (fit->lengths == 0 || factors < 2 || isnan(s->mean[RESULTS_TE_ENTROPY][at])) { return; }
    const struct te *te = &fit->te[fit->lengths - 1];
    fputs("  TE theorem at f Lambda_n there: above,", out);
    if (isfinite(te->above.value)) {
        fprintf(out, " H falls as (1 + f log 2) 2^-(r f), r = %s,\n    to",
                words_measured(te->above.value, te->above.se, slope));
    }
    fprintf(out, " H = %s at f = %g;\n    below, ",
            words_number(s->mean[RESULTS_TE_ENTROPY][at + factors - 1], value), s->te_factor[factors - 1]);
    if (te->ratio < 0.9) {
        fputs("the top two do not merge", out);
    } else if (isfinite(te->below.value)) {
        fprintf(out, "1 - p_(2)/p_(1) vanishes as f^(%s)",
                words_measured(te->below.value, te->below.se, slope));
    } else {
        fputs("the top two come close", out);
    }
    fprintf(out, ": p_(2)/p_(1) = %s at f = 1/%g.\n", words_number(te->ratio, value), 1 / s->te_factor[0]);
}

/* What control variates save, over all n. */
static void print_gain(FILE *out, const struct fit *fit) {
    double least = INFINITY, most = 0;
    for (size_t n = 0; n < fit->lengths; n++) {
        if (isnan(fit->controls[n].gain)) { continue; }
        least = fmin(least, fit->controls[n].gain);
        most = fmax(most, fit->controls[n].gain);
    }
    if (most > 0) {
        fprintf(out, "  Control variates (Y_2, p_(1)) would save a factor %.2g to %.2g of the replicates.\n",
                least, most);
    }
}

/* A few of the windows, the first among them. */
static void print_law_windows(FILE *out, const struct verdict *v) {
    enum { SHOWN = 3 };
    char value[WORDS];
    if (v->window_count < 2) { return; }
    size_t step = (v->window_count + SHOWN - 1) / SHOWN;
    fputs("  Corrected, from log n =", out);
    for (size_t i = 0; i < v->window_count; i += step) {
        fprintf(out, "%s %.4g: %s", i > 0 ? ";" : "", v->window[i].log_n,
                words_measured(v->window[i].value, EXPONENT_SIGMAS_95 * v->window[i].se, value));
    }
    fputs(".\n", out);
}

/* Whether its betas are there for the output alone, far from any collapse. */
static bool is_output_alone(const struct fit *fit, const struct attention *attention) {
    return attention->count > 0 &&
           (fit->primary == fit->criteria || fit_first(fit, fit->primary) == fit->lengths);
}

static void print_collapse(FILE *out, const struct fit *fit, const struct verdict *verdict) {
    char sentence[SENTENCE];
    print_columns(out, fit);
    for (size_t n = 0; n < fit->lengths; n++) { print_line(out, fit, n); }
    fputc('\n', out);
    words_print_wrapped(out, sentence_make(fit, verdict, sentence));
    print_rivals(out, verdict);
    print_agreement(out, verdict);
    print_law_windows(out, verdict);
    print_windows(out, fit);
    print_gain(out, fit);
    print_accumulation(out, fit, verdict);
    print_te(out, fit);
    print_notes(out, fit);
}

static void print_series(FILE *out, const struct fit *fit, const struct verdict *verdict,
                         const struct attention *attention) {
    print_head(out, fit);
    if (is_output_alone(fit, attention)) {
        fputs("  Its betas hold no collapse point; what is judged is the output.\n\n", out);
    } else {
        print_collapse(out, fit, verdict);
    }
    attention_table_print(out, fit->series, attention);
    fputc('\n', out);
}

/* ---- all series ---- */

static int longest_name(const struct study *study) {
    size_t longest = strlen("series");
    for (size_t i = 0; i < study->count; i++) {
        size_t length = strlen(study->fit[i].name);
        longest = length > longest ? length : longest;
    }
    return longest > 20 ? 20 : (int)longest;
}

static void print_summary_line(FILE *out, const struct fit *fit, const struct verdict *v, int width) {
    char exponent[WORDS], theory[WORDS], slope[WORDS], amplitude[WORDS], limit[WORDS], p[WORDS];
    fprintf(out, "%-*s  %-5s %17s %8s  %15s  %15s %7s  %7s  %s\n", width, fit->name, variable_name(fit),
            sentence_estimate(&v->exponent, exponent), words_number(v->exponent.predicted, theory),
            sentence_estimate(&v->slope, slope), sentence_estimate(&v->amplitude, amplitude),
            words_number(v->amplitude.predicted, limit), words_number(v->exact_p, p), verdict_name[v->kind]);
}

static void print_summary(FILE *out, const struct study *study) {
    int width = longest_name(study);
    size_t shown = 0;
    for (size_t i = 0; i < study->count; i++) {
        shown += !is_output_alone(&study->fit[i], &study->attention[i]);
    }
    if (shown == 0) { return; }
    fprintf(out, "%-*s  %-5s %17s %8s  %15s  %15s %7s  %7s\n", width, "", "", "beta_c grows", "",
            "as Lambda^typ", "beta_c over it", "", "p of");
    fprintf(out, "%-*s  %-5s %17s %8s  %15s  %15s %7s  %7s  %s\n", width, "series", "as", "with exponent",
            "theory", "to the power", "tends to", "limit", "exact", "verdict");
    for (size_t i = 0; i < study->count; i++) {
        if (!is_output_alone(&study->fit[i], &study->attention[i])) {
            print_summary_line(out, &study->fit[i], &study->verdict[i], width);
        }
    }
}

void table_print(FILE *out, const struct study *study) {
    for (size_t i = 0; i < study->count; i++) {
        print_series(out, &study->fit[i], &study->verdict[i], &study->attention[i]);
    }
    print_summary(out, study);
    attention_table_print_summary(out, study->count, study->fit, study->attention);
    fputs(
        "\n"
        "beta_c is where the replicate mean meets the criterion (heavy tails: the median of rows), `exactly` "
        "the "
        "same\n"
        "computed without sampling; `of rows` the median of every row's own beta_c/Lambda^typ, Lambda_n that "
        "of\n"
        "Lambda_n/Lambda^typ. Intervals of the summary are 95% with systematic parts: correction terms in "
        "1/log n\n"
        "and log log n/log n, and the smallest n. Slopes between n have statistical errors only and drift.\n",
        out);
    twins_print(out, study);
}
