#include "analysis/report/fitjson.h"

#include <math.h>

#include "analysis/report/attention_table.h"
#include "analysis/report/table.h"
#include "analysis/text/json.h"
#include "analysis/verdict/sentence.h"

static void print_interval(FILE *out, double value, double se) {
    json_print_member(out, "low", value - EXPONENT_SIGMAS_95 * se);
    json_print_member(out, "high", value + EXPONENT_SIGMAS_95 * se);
}

static void print_estimate(FILE *out, const char *key, const struct verdict_estimate *e) {
    json_print_key(out, key);
    fputs("{\"value\": ", out);
    json_print_number(out, e->value);
    json_print_member(out, "low", e->low);
    json_print_member(out, "high", e->high);
    json_print_member(out, "predicted", e->predicted);
    fputc('}', out);
}

static void print_slope(FILE *out, const char *key, const struct exponent *e) {
    json_print_key(out, key);
    fputs("{\"value\": ", out);
    json_print_number(out, e->value);
    print_interval(out, e->value, e->se);
    fputc('}', out);
}

static void print_rivals(FILE *out, const struct verdict *v) {
    json_print_key(out, "rivals");
    fputc('[', out);
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        fprintf(out, "%s{\"law\": \"%s\"", r > 0 ? ", " : "", verdict_law[r]);
        json_print_member(out, "excluded_sigma", v->rival[r].excluded_sigma);
        json_print_member(out, "chi_square", v->rival[r].chi_square);
        json_print_member(out, "weight", v->rival[r].weight);
        fputc('}', out);
    }
    fputc(']', out);
}

static void print_accumulation(FILE *out, const struct accumulation_fit *a) {
    json_print_key(out, "accumulation");
    fputs("{\"value\": ", out);
    json_print_number(out, a->median);
    json_print_member(out, "low", a->median_low);
    json_print_member(out, "high", a->median_high);
    json_print_member(out, "predicted", a->limit);
    print_slope(out, "xi_alpha", &a->xi_alpha);
    print_slope(out, "xi_delta", &a->xi_delta);
    print_slope(out, "xi_lambda", &a->xi_lambda);
    fputc('}', out);
}

static void print_exact(FILE *out, const struct verdict *v) {
    json_print_key(out, "exact");
    fprintf(out, "{\"count\": %zu", v->exact_count);
    json_print_member(out, "chi_square", v->exact_chi_square);
    fprintf(out, ", \"freedom\": %zu", v->exact_freedom);
    json_print_member(out, "p", v->exact_p);
    fputc('}', out);
}

/* [{"first_log_n", ...}]: the exponent by windows of growing smallest n. */
static void print_windows(FILE *out, const struct verdict *v) {
    json_print_key(out, "windows");
    fputc('[', out);
    for (size_t i = 0; i < v->window_count; i++) {
        const struct verdict_window *w = &v->window[i];
        fprintf(out, "%s{\"first_log_n\": ", i > 0 ? ", " : "");
        json_print_number(out, w->log_n);
        fprintf(out, ", \"points\": %zu", w->count);
        json_print_member(out, "exponent", w->value);
        print_interval(out, w->value, w->se);
        fputc('}', out);
    }
    fputc(']', out);
}

static void print_settle(FILE *out, const struct verdict *v) {
    json_print_key(out, "settle");
    if (isnan(v->settle.replicates) && isnan(v->settle.log_n)) {
        fputs("null", out);
        return;
    }
    fputs("{\"replicates\": ", out);
    json_print_number(out, v->settle.replicates);
    json_print_member(out, "log_n", v->settle.log_n);
    fputc('}', out);
}

static void print_te(FILE *out, const struct fit *fit) {
    json_print_key(out, "te");
    fputc('[', out);
    for (size_t n = 0; n < fit->lengths; n++) {
        const struct te *te = &fit->te[n];
        fprintf(out, "%s{\"log_n\": ", n > 0 ? ", " : "");
        json_print_number(out, fit->series->log_n[n]);
        json_print_member(out, "rate_above", te->above.value);
        json_print_member(out, "rate_above_se", te->above.se);
        json_print_member(out, "exponent_below", te->below.value);
        json_print_member(out, "exponent_below_se", te->below.se);
        json_print_member(out, "top_two_ratio", te->ratio);
        fputc('}', out);
    }
    fputc(']', out);
}

static void print_point(FILE *out, const struct fit *fit, size_t n) {
    size_t at = n * fit->criteria + fit->primary;
    double ratio = exp(fit->collapse[at].log_ratio);
    fputs("{\"log_n\": ", out);
    json_print_number(out, fit->series->log_n[n]);
    json_print_member(out, "log_lambda_typ", fit->series->log_lambda_typ[n]);
    json_print_member(out, "ratio", ratio);
    json_print_member(out, "ratio_se", ratio * fit->collapse[at].se);
    json_print_member(out, "ratio_se_bootstrap", ratio * fit->collapse_se_bootstrap[n]);
    json_print_member(out, "ratio_controlled", exp(fit->controls[n].log_ratio));
    json_print_member(out, "ratio_controlled_se", exp(fit->controls[n].log_ratio) * fit->controls[n].se);
    json_print_member(out, "gain", fit->controls[n].gain);
    json_print_member(out, "exact", fit->exact[n]);
    json_print_member(out, "row_median", fit->row_collapse[at].quantile[ORDER_MEDIAN]);
    fputc('}', out);
}

static void print_points(FILE *out, const struct fit *fit) {
    json_print_key(out, "points");
    fputc('[', out);
    for (size_t n = 0; n < fit->lengths && fit->primary < fit->criteria; n++) {
        if (n > 0) { fputs(", ", out); }
        print_point(out, fit, n);
    }
    fputc(']', out);
}

/* [{"criterion", "points": [{"log_n", ...}]}]: every criterion's collapse points. */
static void print_criteria(FILE *out, const struct fit *fit) {
    json_print_key(out, "criteria");
    fputc('[', out);
    for (size_t k = 0; k < fit->criteria; k++) {
        char label[CRITERION_LABEL];
        criterion_label(&fit->series->criterion[k], label);
        fprintf(out, "%s{\"criterion\": \"%s\", \"points\": [", k > 0 ? ", " : "", label);
        for (size_t n = 0; n < fit->lengths; n++) {
            const struct ensemble_point *point = &fit->collapse[n * fit->criteria + k];
            const struct order *rows = &fit->row_collapse[n * fit->criteria + k];
            double ratio = exp(point->log_ratio);
            fprintf(out, "%s{\"state\": \"%s\"", n > 0 ? ", " : "", ensemble_state_name[point->state]);
            json_print_member(out, "log_n", fit->series->log_n[n]);
            json_print_member(out, "ratio", ratio);
            json_print_member(out, "ratio_se", ratio * point->se);
            json_print_member(out, "ratio_se_block", ratio * fit->collapse_se_block[n * fit->criteria + k]);
            json_print_member(out, "row_median", rows->quantile[ORDER_MEDIAN]);
            json_print_member(out, "row_median_low", rows->median_low);
            json_print_member(out, "row_median_high", rows->median_high);
            fputc('}', out);
        }
        fputs("]}", out);
    }
    fputc(']', out);
}

static void print_criterion(FILE *out, const struct fit *fit) {
    json_print_key(out, "criterion");
    if (fit->primary == fit->criteria) {
        fputs("null", out);
        return;
    }
    char label[CRITERION_LABEL];
    criterion_label(&fit->series->criterion[fit->primary], label);
    json_print_string(out, label);
}

static void print_exponent(FILE *out, const struct fit *fit, const struct verdict *v) {
    static const struct exponent none = {0, NAN, NAN, NAN};
    const struct exponent *whole = table_exponent(fit);
    json_print_member(out, "exponent", v->exponent.value);
    json_print_member(out, "low", v->exponent.low);
    json_print_member(out, "high", v->exponent.high);
    json_print_key(out, "variable");
    json_print_string(out, fit->by_n ? "n" : "log_n");
    json_print_member(out, "exponent_asymptotic", fit_asymptotic_exponent(fit));
    print_slope(out, "raw_exponent", whole ? whole : &none);
    json_print_member(out, "raw_exponent_lambda_typ", whole ? fit->window_lambda[fit->primary].value : NAN);
    print_slope(out, "drift", whole ? &fit->drift[fit->primary] : &none);
}

static void print_series(FILE *out, const struct fit *fit, const struct verdict *v,
                         const struct attention *attention) {
    char sentence[SENTENCE];
    fputs("    {\"file\": ", out);
    json_print_string(out, fit->file);
    json_print_key(out, "name");
    json_print_string(out, fit->series->name);
    json_print_key(out, "group");
    json_print_string(out, fit->name);
    json_print_key(out, "family");
    json_print_string(out, fit->series->family->name);
    print_criterion(out, fit);
    json_print_key(out, "verdict");
    json_print_string(out, verdict_name[v->kind]);
    json_print_key(out, "sentence");
    json_print_string(out, sentence_make(fit, v, sentence));
    print_exponent(out, fit, v);
    print_estimate(out, "amplitude", &v->amplitude);
    print_estimate(out, "scale_exponent", &v->slope);
    print_rivals(out, v);
    print_exact(out, v);
    print_windows(out, v);
    print_settle(out, v);
    print_te(out, fit);
    print_accumulation(out, &v->accumulation);
    print_points(out, fit);
    print_criteria(out, fit);
    json_print_key(out, "output");
    attention_table_json(out, fit->series, attention);
    fputc('}', out);
}

void fitjson_print(FILE *out, const struct study *study) {
    fputs("{\"schema\": 1, \"series\": [", out);
    for (size_t i = 0; i < study->count; i++) {
        fputs(i > 0 ? ",\n" : "\n", out);
        print_series(out, &study->fit[i], &study->verdict[i], &study->attention[i]);
    }
    fputs("\n]}\n", out);
}
