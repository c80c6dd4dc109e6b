#include "analysis/commands/predict_answer.h"

#include <math.h>
#include <stdio.h>

#include "analysis/text/course_words.h"
#include "analysis/text/fold.h"

const char *const predict_table_law_name[] = {
    [LIMITS_NONE] = "none",       [LIMITS_GUMBEL] = "Poisson-Dirichlet", [LIMITS_SLOW_GUMBEL] = "whole row",
    [LIMITS_WEIBULL] = "Weibull", [LIMITS_FRECHET] = "Frechet",
};

/* "-" for NaN and infinities; no "-0.0000". */
static const char *decimal(double x, char out[WORDS]) {
    snprintf(out, WORDS, isfinite(x) ? "%.4f" : "-", fabs(x) < 5e-5 ? 0 : x);
    return out;
}

static const char *general(double x, char out[WORDS]) {
    snprintf(out, WORDS, isfinite(x) ? "%.6g" : "-", x);
    return out;
}

static void print_lengths(FILE *out, size_t count, const struct predict_length *length) {
#define BEGINNING "%10s" FOLD " %11s" FOLD " %11s" FOLD " %8s" FOLD "  %9s" FOLD " %8s" FOLD
    char n[WORDS], lambda[WORDS], law[WORDS], text[8][WORDS];
    fprintf(out, BEGINNING "  %18s" FOLD "  %18s\n", "", "", "", "local", "log k*/", "", "H = 1 at",
            "Y_2 = 1/2 at");
    fprintf(out, BEGINNING "  %8s %9s" FOLD "  %8s %9s\n", "n", "Lambda^typ", "its law", "exponent", "log n",
            "Lambda t*", "exact", "limit", "exact", "limit");
    for (size_t i = 0; i < count; i++) {
        const struct predict_length *l = &length[i];
        bool inside = isfinite(l->typical.log_gap);
        fprintf(
            out, BEGINNING "  %8s %9s" FOLD "  %8s %9s\n", words_length(l->log_n, n),
            words_exponential(l->typical.log_lambda, lambda), words_exponential(l->log_asymptotic, law),
            decimal(l->xi_lambda, text[0]), decimal(inside ? l->typical.log_rank / l->log_n : NAN, text[1]),
            decimal(inside ? exp(l->typical.log_gap + l->typical.log_lambda) : NAN, text[2]),
            decimal(l->collapse_entropy, text[3]), decimal(l->limits.collapse_entropy, text[4]),
            decimal(l->collapse_participation, text[5]), decimal(l->limits.collapse_participation, text[6]));
    }
}

static void print_limits(FILE *out, size_t count, const struct predict_length *length) {
    char n[WORDS], text[4][WORDS];
    fprintf(out, "\n%10s" FOLD "  %-18s" FOLD " %10s" FOLD "  %s\n", "n", "limit law", "exponent",
            "Lambda_n/Lambda^typ tends to: 5%, median, 95%");
    for (size_t i = 0; i < count; i++) {
        const struct limits *l = &length[i].limits;
        fprintf(out, "%10s" FOLD "  %-18s" FOLD " %10s" FOLD "  %8s %8s %8s\n",
                words_length(length[i].log_n, n), predict_table_law_name[l->law],
                decimal(l->exponent, text[0]), decimal(l->lambda[0], text[1]), decimal(l->lambda[1], text[2]),
                decimal(l->lambda[2], text[3]));
    }
}

static void print_positions(FILE *out, size_t count, const struct predict_length *length) {
    char n[WORDS], text[4][WORDS];
    fprintf(out, "\n%10s" FOLD " %12s" FOLD " %12s" FOLD "  %s\n", "", "typical", "as many",
            "nearest keys with");
    fprintf(out, "%10s" FOLD " %12s" FOLD " %12s" FOLD "  %s\n", "n", "maximum s*", "alike",
            "99% of the competitors");
    for (size_t i = 0; i < count; i++) {
        const struct predict_length *l = &length[i];
        fprintf(out, "%10s" FOLD " %12s" FOLD " %12s" FOLD "  %12s\n", words_length(l->log_n, n),
                general(l->reach.typical_score, text[0]), words_exponential(l->reach.log_effective, text[1]),
                general(l->window, text[2]));
    }
}

/* Small weights as powers of ten. */
static const char *weight(double x, double error, char out[WORDS]) {
    return words_known(x < 1e-4 ? "%.3e" : "%.7f", x + 0.0, error, out); /* no -0 */
}

/* No digits below its error; what is not told by what it is less than. */
static const char *susceptibility(const struct prediction *x, char out[WORDS]) {
    const double value = x->susceptibility, error = x->susceptibility_error;
    if (isnan(value)) { return words_known("%g", isinf(error) ? NAN : 0, error, out); }
    const double digits = error > 0 ? floor(log10(fabs(value))) - floor(log10(error)) + 1 : 6;
    char format[WORDS];
    snprintf(format, sizeof format, "%%.%dg", (int)fmax(1, fmin(digits, 6)));
    return words_known(format, value, error, out);
}

static void print_means(FILE *out, size_t count, const struct prediction *x) {
    char n[WORDS], text[6][WORDS];
    fprintf(out,
            "\n%10s" FOLD " %11s" FOLD "  %14s %8s" FOLD " %10s" FOLD " %10s" FOLD " %11s" FOLD " %11s\n",
            "n", "beta/Lambda", "entropy", "error", "Y_2", "p_(1)", "chi", "<gap>Lambda");
    for (size_t i = 0; i < count; i++) {
        const struct oracle_point *y = &x[i].point;
        const double error = isnan(y->entropy) ? NAN : y->entropy_error;
        fprintf(out,
                "%10s" FOLD " %11.4g" FOLD "  %14s %8s" FOLD " %10s" FOLD " %10s" FOLD " %11s" FOLD " %11s\n",
                words_length(x[i].length->log_n, n), x[i].beta_ratio,
                words_known("%.10g", y->entropy, error, text[0]), words_formatted("%.1e", error, text[5]),
                weight(y->participation, y->participation_error, text[1]),
                weight(y->top_weight, y->top_weight_error, text[2]), susceptibility(&x[i], text[3]),
                words_known("%.6g", y->gap_mean, y->gap_mean_error, text[4]));
    }
}

/* Means and variances of the output; the central limit's variances where a key takes part at all. */
static void print_outputs(FILE *out, size_t count, const struct prediction *x) {
#define VARIANCES FOLD "  %12s" FOLD " %12s" FOLD "  %12s" FOLD " %12s\n"
#define OUTPUT_HEADS "%10s" FOLD " %11s" FOLD " %11s" FOLD "  %16s" FOLD " %16s" VARIANCES
    char n[WORDS], text[8][WORDS];
    fprintf(out, "\n" OUTPUT_HEADS, "", "", "", "", "", "variance", "central", "a direction's", "central");
    fprintf(out, OUTPUT_HEADS, "n", "beta", "n_eff", "1 - <q,ATT>", "|ATT_tan|^2", "of <q,ATT>", "limit",
            "across", "limit");
    for (size_t i = 0; i < count; i++) {
        const struct prediction *y = &x[i];
        const bool many = y->n_eff >= 1;
        fprintf(out, "%10s" FOLD " %11s" FOLD " %11s" FOLD "  %16s" FOLD " %16s" VARIANCES,
                words_length(y->length->log_n, n),
                words_exponential(y->length->typical.log_lambda + y->log_ratio, text[4]),
                words_formatted("%.5g", y->n_eff, text[5]), words_formatted("%.10g", y->output.bias, text[6]),
                words_formatted("%.10g", y->output.tangential, text[7]),
                general(y->output.radial_variance, text[0]),
                general(many ? y->subcritical.radial_variance : NAN, text[1]), general(y->across, text[2]),
                general(many ? y->subcritical.tangential_variance : NAN, text[3]));
    }
}

/* By n, then prescription; below it where each leads. */
static void print_courses(FILE *out, const struct predict_answer *a) {
    char n[WORDS], ratio[WORDS], entropy[WORDS], line[WORDS_LINE];
    const struct config_series *s = a->series;
    const size_t count = a->along->count;
    fprintf(out, "\nbeta = %.6g x Lambda^typ(%s) m(n), exact entropies\n\n%10s", s->beta.value[0],
            words_length(s->beta.log_trained, n), "");
    for (size_t i = 0; i < count; i++) { fprintf(out, FOLD "  %22s", predict_answer_prescription(a, i)); }
    fprintf(out, "\n%10s", "n");
    for (size_t i = 0; i < count; i++) { fprintf(out, FOLD "  %11s %10s", "beta/Lambda", "H"); }
    for (size_t i = 0; i < a->count; i++) {
        const struct prediction *x = &a->point[i];
        if (i % count == 0) { fprintf(out, "\n%10s", words_length(x->length->log_n, n)); }
        fprintf(out, FOLD "  %11s %10s", words_exponential(x->log_ratio, ratio),
                words_known("%.7g", x->point.entropy, x->point.entropy_error, entropy));
    }
    fputs("\n\n", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%-9s %s\n", predict_answer_prescription(a, i), course_words(&a->course[i], line));
    }
    fprintf(out, "\nAs n -> inf. Entropies in nats; - is out of reach, < below its own error.\n");
}

void predict_table_print(const struct predict_answer *a) {
    const struct config_series *s = a->series;
    char parameters[WORDS_LINE];
    struct fold fold;
    FILE *out = fold_begin(&fold, stdout);
    fprintf(out, "%s%s%s (class %s), computed without sampling\n\n", s->family->name,
            s->family->parameter_count > 0 ? ", " : "", words_parameters(s->family, s->parameter, parameters),
            family_class_name(s->family->class));
    print_lengths(out, s->n_count, a->length);
    if (a->along->count > 0) {
        print_courses(out, a);
        fold_end(&fold);
        return;
    }
    print_limits(out, s->n_count, a->length);
    if (config_has_position(s)) { print_positions(out, s->n_count, a->length); }
    print_means(out, a->count, a->point);
    if (a->has_output) { print_outputs(out, a->count, a->point); }
    fputs(
        "\nCollapse points in units of Lambda^typ; entropies in nats, `error` an estimate of what computing "
        "them leaves; `its law` is the asymptotic form, `local exponent` d log Lambda^typ/d log log n. k* "
        "and t* attain Lambda^typ (-: it is the limit at gap 0). The `limit` is for n -> inf at the exponent "
        "of this n; - where there is none or it is out of reach, < what is below its own error.\n",
        out);
    fold_end(&fold);
}
