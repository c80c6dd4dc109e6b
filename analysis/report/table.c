#include "analysis/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/cells.h"
#include "analysis/study/twins.h"
#include "analysis/text/fold.h"
#include "analysis/verdict/sentence.h"

static const char *exponent_words(const struct exponent *e, char out[WORDS]) {
    if (isnan(e->value) || isnan(e->se)) { return strcpy(out, "-"); }
    return fit_is_known(e) ? words_measured(e->value, e->se, out) : strcpy(out, "noise");
}

/* ---- one series ---- */

static bool is_measured(const struct fit *fit) { return fit->series->family->kind == FAMILY_MEASURED; }

static void print_replicates(FILE *out, const struct results_series *s) {
    double least = results_least_replicates(s), most = results_most_replicates(s);
    fputs("  ", out);
    if (least < most) { fprintf(out, "%.0f to ", least); }
    fprintf(out, "%.0f replicate%s", most, most == 1 ? "" : "s");
    if (s->target > 0 && most < (double)s->replicates) {
        fprintf(out, " of %llu at the most", (unsigned long long)s->replicates);
    }
}

static void print_head(FILE *out, const struct fit *fit) {
    const struct results_series *s = fit->series;
    char parameters[WORDS_LINE], law[WORDS], label[CRITERION_LABEL];
    if (is_measured(fit)) {
        fprintf(out, "%s: measured rows\n  Lambda^typ is the median Lambda_n of the rows\n", fit->name);
    } else {
        fprintf(out, "%s: %s%s%s\n", fit->name, s->family->name, s->family->parameter_count > 0 ? ", " : "",
                words_parameters(s->family, s->parameter, parameters));
        fprintf(out, "  class %s; theory: Lambda^typ ~ %s as n -> inf\n", family_class_name(s->family->class),
                fit->has_law ? words_schedule(&fit->law, law) : "not known in closed form");
    }
    print_replicates(out, s);
    if (fit_criterion(fit) && !s->is_prescribed) {
        criterion_label(fit_criterion(fit), label);
        fprintf(out, "; beta_c from %s", label);
    }
    fputs("\n\n", out);
}

/* ---- its points ---- */

static const char *say_local(double value, double se, char out[WORDS]) {
    const struct exponent e = {0, value, se, NAN};
    return fit_is_known(&e) ? words_parenthesised(value, se, out) : exponent_words(&e, out);
}

/* In absolute units, of what is known as a logarithm. */
static const char *say_error(double log_value, double relative, char out[WORDS]) {
    if (relative > 0) { return words_error_exponential(log_value + log(relative), out); }
    return strcpy(out, relative == 0 ? "0" : "-");
}

static const struct cell points[] = {
    {0, 9, {"", "n"}, "log_n", .say = words_length},
    {2, 10, {"", "Lambda^typ"}, "log_lambda_typ", .say = words_exponential},
    {2, 10, {"", "beta_c"}, "log_judged", .say = words_exponential},
    {1, 7, {"", "+- se"}, "log_judged", NULL, say_error, "judged_relative_se", .is_error = true},
    {2, 17, {"beta_c/Lambda^typ", "+- se"}, "judged", .measure = words_measured, .error = "judged_se"},
    {1, 7, {"", "exactly"}, "judged_exact", .format = "%.4f"},
    {2, 7, {"median", "of rows"}, "row_collapse_quantile", .say = words_number},
    {1, 8, {"median", "Lambda_n"}, "lambda_quantile", .say = words_number},
    {1,
     15,
     {"slope(se) in", "log log n"},
     "local_exponent",
     .measure = say_local,
     .error = "local_exponent_se",
     .head_by_n = "log n"},
    {1, 7, {"that of", "Lambda"}, "local_exponent_lambda_typ", .format = "%.4f"},
};

static void print_points(FILE *out, const struct column_place *place) {
    cell_print_table(out, CELL_ALL(points), &column_fit, *place, COLUMN_LOG_N);
    fputc('\n', out);
}

/* ---- notes ---- */

/* Says once for each reason at how many n there is no collapse point, and why. */
static void print_missing(FILE *out, const struct fit *fit) {
    for (enum ensemble_state state = ENSEMBLE_FOUND + 1; state < ENSEMBLE_STATES; state++) {
        size_t count = 0, first = 0;
        for (size_t n = fit->lengths; n > 0; n--) {
            if (fit_judged(fit, n - 1)->state == state) {
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

static bool has_no_errors(const struct fit *fit) {
    size_t last = fit_last(fit, fit->primary);
    return last < fit->lengths && isnan(fit_judged(fit, last)->se);
}

/* Where the mean collapses, at the largest n where it does, and why collapse points are not its. */
static void print_carried(FILE *out, const struct fit *fit) {
    char length[WORDS], value[WORDS], exactly[WORDS];
    const bool scale = fit->series->family->row_scale;
    fprintf(out, "  %s: beta_c is the median of rows. The few that have not collapsed carry the mean",
            scale ? "Rows differ in scale" : "Heavy tails");
    for (size_t n = fit->lengths; n > 0; n--) {
        const struct ensemble_point *mean = &fit->collapse[(n - 1) * fit->criteria + fit->primary];
        if (mean->state != ENSEMBLE_FOUND) { continue; }
        const double ratio = exp(mean->log_ratio), exact = fit->exact[n - 1];
        fprintf(out, ", which collapses at %s Lambda^typ", words_measured(ratio, ratio * mean->se, value));
        if (!isnan(exact)) { fprintf(out, " (exactly %s)", words_number(exact, exactly)); }
        fprintf(out, " at n = %s; its error counts only those that came",
                words_length(fit->series->log_n[n - 1], length));
        break;
    }
    fputs(".\n", out);
}

static void print_notes(FILE *out, const struct fit *fit) {
    char words[SENTENCE];
    if (!fit_criterion(fit)) {
        fputs("  No collapse criterion was asked for; name one under `collapse` in the config.\n", out);
        return;
    }
    print_missing(out, fit);
    if (*sentence_coarse(fit, words)) { fprintf(out, "  %s\n", words); }
    if (has_no_errors(fit)) {
        fputs(fit->series->replicates < 2
                  ? "  One replicate gives no standard errors and so no exponents; ask for more replicates.\n"
                  : "  The standard errors are not known and so no exponents; ask for more replicates.\n",
              out);
    }
    if (fit->lengths < 2) { fputs("  One n gives no exponents; ask for more n.\n", out); }
    if (family_is_judged_by_rows(fit->series->family)) { print_carried(out, fit); }
}

/* Measured against exact values: nothing is fitted. */
static void print_agreement(FILE *out, const struct fit *fit, const struct verdict *v) {
    if (v->cut_off > 0) {
        fprintf(out,
                "  At %zu n the beta grid ends at the collapse point or before: found only where noise is "
                "kind, it is left out of fits and chi^2 there; begin the betas lower, or end them higher.\n",
                v->cut_off);
    }
    if (v->few_carry > 0) {
        fprintf(out,
                "  At %zu n few rows carry the mean where it crosses (fewer than 100, and than a quarter): "
                "+- se covers nothing, it is left out of fits and chi^2 there; take more replicates.\n",
                v->few_carry);
    }
    if (v->exact_count == 0) { return; }
    fprintf(out, "  %s, nothing fitted: chi^2 = %.1f",
            family_is_judged_by_rows(fit->series->family) ? "Means against their exact collapse points"
                                                          : "Against the exact values",
            v->exact_chi_square);
    if (v->exact_freedom < v->exact_count) {
        fprintf(out, " with %zu degree%s of freedom: at all %zu n deviations are nearly the same",
                v->exact_freedom, v->exact_freedom == 1 ? "" : "s", v->exact_count);
    } else {
        fprintf(out, " for %zu n", v->exact_count);
    }
    fprintf(out, "; p = %.2g.", v->exact_p);
    cell_print_contrasts(out, "beta_c", &v->exact_shift, &v->exact_trend, v->exact_joint_p);
    fputc('\n', out);
}

/* What the same fits make of theory at these n. */
static void print_finite(FILE *out, const struct verdict *v) {
    static const char fixed[] = "%.4f";
    char exponent[WORDS], slope[WORDS], amplitude[WORDS], local[WORDS];
    if (v->theory == THEORY_NONE || isnan(v->exponent.finite)) { return; }
    fprintf(out, "  %s at these n, fitted alike: exponent %s (%s between the two largest n)",
            v->theory == THEORY_EXACT ? "Exact values" : "Lambda^typ",
            words_formatted(fixed, v->exponent.finite, exponent),
            words_formatted(fixed, v->local_exponent, local));
    if (!isnan(v->slope.finite)) {
        fprintf(out, ", as Lambda^typ to the power %s", words_formatted(fixed, v->slope.finite, slope));
    }
    if (!isnan(v->amplitude.finite)) {
        fprintf(out, ", beta_c/Lambda^typ tending to %s", words_number(v->amplitude.finite, amplitude));
    }
    fputs(".\n", out);
}

/* The exponent from a few smallest n on, to show where it drifts. */
static void print_windows(FILE *out, const struct fit *fit) {
    enum { SHOWN = 4 };
    char measured[WORDS], length[WORDS];
    if (!fit_raw_exponent(fit)) { return; }
    size_t step = (fit->windows + SHOWN - 1) / SHOWN;
    fprintf(out, "  Exponent +- se in %s from n up, beta_c%s:", fit->by_n ? "n" : "log n",
            fit_has_scale(fit) ? " (Lambda^typ)" : "");
    size_t shown = 0, end = 0; /* the latter behind the n that was shown last */
    for (size_t w = 0; w < fit->windows; w += step) {
        const struct exponent *e = &fit->window[w * fit->criteria + fit->primary];
        size_t n = w;
        while (n < fit->lengths && fit_judged(fit, n)->state != ENSEMBLE_FOUND) { n++; }
        if (!fit_is_known(e) || n < end) { continue; }
        fprintf(out, "%sfrom %s: %s",
                shown == 0       ? "\n    "
                : shown % 2 == 0 ? ";\n    "
                                 : ";  ",
                words_length(fit->series->log_n[n], length), exponent_words(e, measured));
        if (fit_has_scale(fit)) {
            fprintf(out, " (%.3f)", fit->window_lambda[w * fit->criteria + fit->primary].value);
        }
        shown++;
        end = n + 1;
    }
    fputc('\n', out);
}

static const char *say_sigma(double sigma, char out[WORDS]) {
    const double most = 100;
    return sigma > most ? "> 100" : words_number(sigma, out);
}

static void print_rivals(FILE *out, const struct column_place *series) {
    static const struct cell rows[] = {
        {1, 12, {"Laws with corrections"}, "law", .say = NULL},
        {1, 12, {"  chi^2"}, "chi_square_%s", .say = words_number},
        {1, 12, {"  Akaike weight"}, "weight_%s", .format = "%.3g"},
        {1, 12, {"  sigma off"}, "excluded_sigma_%s", .say = say_sigma},
    };
    struct column_place place = *series;
    if (isnan(place.verdict->exponent.value)) { return; }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fprintf(out, "  %-22s", rows[i].head[0]);
        for (place.at[COLUMN_LAW] = 0; place.at[COLUMN_LAW] < VERDICT_LAWS; place.at[COLUMN_LAW]++) {
            fputs(FOLD, out);
            cell_print(out, &rows[i], &column_fit, &place);
        }
        fputc('\n', out);
    }
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
    if (!isnan(a->limit)) { fprintf(out, "; limit law %s", words_number(a->limit, limit)); }
    fputs(".\n", out);
    if (isnan(a->xi_lambda.value) || fit->by_n) { return; }
    fprintf(
        out,
        "  Where rows attain it (+- se): xi_alpha %s, xi_Delta %s, xi_Lambda %s; xi_alpha - xi_Delta + 1 is "
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
        fprintf(out, " H falls as (1 + f log 2) 2^-(r f), r = %s, to",
                words_measured(te->above.value, te->above.se, slope));
    }
    fprintf(out, " H = %s at f = %g; below, ",
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
    fputs("  Corrected (+- 95%), from log n =", out);
    for (size_t i = 0; i < v->window_count; i += step) {
        fprintf(out, "%s %.4g: %s", i > 0 ? ";" : "", v->window[i].log_n,
                words_measured(v->window[i].value, EXPONENT_SIGMAS_95 * v->window[i].se, value));
    }
    fputs(".\n", out);
}

static void print_collapse(FILE *out, const struct column_place *place) {
    const struct fit *fit = place->fit;
    const struct verdict *verdict = place->verdict;
    char sentence[SENTENCE];
    print_points(out, place);
    cell_print_sentence(out, verdict->kind, sentence_make(fit, verdict, sentence));
    print_rivals(out, place);
    print_agreement(out, fit, verdict);
    print_finite(out, verdict);
    print_law_windows(out, verdict);
    print_windows(out, fit);
    print_gain(out, fit);
    print_accumulation(out, fit, verdict);
    print_te(out, fit);
    print_notes(out, fit);
}

/* Of measured rows: no law is judged. */
static void print_measured(FILE *out, const struct column_place *place) {
    char sentence[SENTENCE];
    print_points(out, place);
    fprintf(out, "  %s\n", sentence_make(place->fit, place->verdict, sentence));
    print_accumulation(out, place->fit, place->verdict);
    print_te(out, place->fit);
    print_missing(out, place->fit);
}

static void print_rare_rows(FILE *out, const struct results_series *s) {
    size_t count = s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA], rare = 0;
    for (size_t k = 0; k < count; k++) { rare += results_is_rare(s, k); }
    if (rare == 0) { return; }
    fprintf(out,
            "  Rare rows carry the mean of Y_2 at %zu of %zu points (n, beta): no standard error covers it "
            "there; "
            "log_participation_mean is what rows typically have.\n",
            rare, count);
}

static void print_series(FILE *out, const struct column_place *place) {
    print_head(out, place->fit);
    if (is_measured(place->fit)) {
        print_measured(out, place);
    } else if (place->fit->series->is_prescribed) {
        prescribed_table_print(out, place);
    } else if (attention_table_is_alone(place->fit, place->attention)) {
        fputs("  Its betas hold no collapse point; what is judged is the output.\n\n", out);
    } else {
        print_collapse(out, place);
    }
    attention_table_print(out, place);
    normaliser_table_print(out, place);
    print_rare_rows(out, place->fit->series);
    fputc('\n', out);
}

void table_print(FILE *to, const struct study *study) {
    char room[COLUMN_TEXT];
    struct fold fold;
    FILE *out = fold_begin(&fold, to);
    for (size_t i = 0; i < study->count; i++) {
        struct column_place place = column_place(study, i, room);
        print_series(out, &place);
    }
    summary_table_print(out, study);
    attention_table_print_summary(out, study);
    prescribed_table_print_summary(out, study);
    universality_table_print(out, study);
    summary_table_print_legend(out, study);
    twins_print(out, study);
    fold_end(&fold);
}
