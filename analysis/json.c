#include "json.h"

#include <math.h>
#include <stdlib.h>

#include "attention_table.h"
#include "table.h"

/* Length of the UTF-8 sequence at `text` (Unicode 15, table 3-7), 0 when it is none. */
static size_t utf8_length(const unsigned char *text) {
    static const struct {
        unsigned char first, last, low, high; /* lead byte; range of the second byte */
        size_t length;
    } form[] = {
        {0x01, 0x7F, 0x00, 0x00, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t f = 0; f < sizeof form / sizeof *form; f++) {
        if (text[0] < form[f].first || text[0] > form[f].last) { continue; }
        for (size_t i = 1; i < form[f].length; i++) {
            unsigned char low = i == 1 ? form[f].low : 0x80, high = i == 1 ? form[f].high : 0xBF;
            if (text[i] < low || text[i] > high) { return 0; }
        }
        return form[f].length;
    }
    return 0;
}

void json_print_string(FILE *out, const char *text) {
    const unsigned char *byte = (const unsigned char *)text;
    fputc('"', out);
    while (*byte) {
        size_t length = utf8_length(byte);
        if (length == 0) {
            fputs("\\ufffd", out);
            length = 1;
        } else if (*byte == '"' || *byte == '\\') {
            fprintf(out, "\\%c", *byte);
        } else if (*byte < 0x20 || *byte == 0x7F) {
            fprintf(out, "\\u%04x", *byte);
        } else {
            fwrite(byte, 1, length, out);
        }
        byte += length;
    }
    fputc('"', out);
}

void json_print_number(FILE *out, double value) {
    if (isfinite(value)) {
        fprintf(out, "%.17g", value);
    } else {
        fputs("null", out);
    }
}

static void print_key(FILE *out, const char *key) { fprintf(out, ", \"%s\": ", key); }

static void print_named(FILE *out, const char *key, double value) {
    print_key(out, key);
    json_print_number(out, value);
}

static void print_interval(FILE *out, double value, double se) {
    print_named(out, "low", value - EXPONENT_SIGMAS_95 * se);
    print_named(out, "high", value + EXPONENT_SIGMAS_95 * se);
}

static void print_estimate(FILE *out, const char *key, const struct verdict_estimate *e) {
    print_key(out, key);
    fputs("{\"value\": ", out);
    json_print_number(out, e->value);
    print_named(out, "low", e->low);
    print_named(out, "high", e->high);
    print_named(out, "predicted", e->predicted);
    fputc('}', out);
}

static void print_slope(FILE *out, const char *key, const struct exponent *e) {
    print_key(out, key);
    fputs("{\"value\": ", out);
    json_print_number(out, e->value);
    print_interval(out, e->value, e->se);
    fputc('}', out);
}

static void print_rivals(FILE *out, const struct verdict *v) {
    print_key(out, "rivals");
    fputc('[', out);
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        fprintf(out, "%s{\"law\": \"%s\"", r > 0 ? ", " : "", verdict_law[r]);
        print_named(out, "excluded_sigma", v->rival[r].excluded_sigma);
        print_named(out, "chi_square", v->rival[r].chi_square);
        print_named(out, "weight", v->rival[r].weight);
        fputc('}', out);
    }
    fputc(']', out);
}

static void print_accumulation(FILE *out, const struct accumulation_fit *a) {
    print_key(out, "accumulation");
    fputs("{\"value\": ", out);
    json_print_number(out, a->median);
    print_named(out, "low", a->median_low);
    print_named(out, "high", a->median_high);
    print_named(out, "predicted", a->limit);
    print_slope(out, "xi_alpha", &a->xi_alpha);
    print_slope(out, "xi_delta", &a->xi_delta);
    print_slope(out, "xi_lambda", &a->xi_lambda);
    fputc('}', out);
}

static void print_exact(FILE *out, const struct verdict *v) {
    print_key(out, "exact");
    fprintf(out, "{\"count\": %zu", v->exact_count);
    print_named(out, "chi_square", v->exact_chi_square);
    print_named(out, "p", v->exact_p);
    fputc('}', out);
}

/* [{"first_log_n", ...}]: the exponent by windows of growing smallest n. */
static void print_windows(FILE *out, const struct verdict *v) {
    print_key(out, "windows");
    fputc('[', out);
    for (size_t i = 0; i < v->window_count; i++) {
        const struct verdict_window *w = &v->window[i];
        fprintf(out, "%s{\"first_log_n\": ", i > 0 ? ", " : "");
        json_print_number(out, w->log_n);
        fprintf(out, ", \"points\": %zu", w->count);
        print_named(out, "exponent", w->value);
        print_interval(out, w->value, w->se);
        fputc('}', out);
    }
    fputc(']', out);
}

static void print_settle(FILE *out, const struct verdict *v) {
    print_key(out, "settle");
    if (isnan(v->settle.replicates) && isnan(v->settle.log_n)) {
        fputs("null", out);
        return;
    }
    fputs("{\"replicates\": ", out);
    json_print_number(out, v->settle.replicates);
    print_named(out, "log_n", v->settle.log_n);
    fputc('}', out);
}

static void print_te(FILE *out, const struct fit *fit) {
    print_key(out, "te");
    fputc('[', out);
    for (size_t n = 0; n < fit->lengths; n++) {
        const struct te *te = &fit->te[n];
        fprintf(out, "%s{\"log_n\": ", n > 0 ? ", " : "");
        json_print_number(out, fit->series->log_n[n]);
        print_named(out, "rate_above", te->above.value);
        print_named(out, "rate_above_se", te->above.se);
        print_named(out, "exponent_below", te->below.value);
        print_named(out, "exponent_below_se", te->below.se);
        print_named(out, "top_two_ratio", te->ratio);
        fputc('}', out);
    }
    fputc(']', out);
}

static void print_point(FILE *out, const struct fit *fit, size_t n) {
    size_t at = n * fit->criteria + fit->primary;
    double ratio = exp(fit->collapse[at].log_ratio);
    fputs("{\"log_n\": ", out);
    json_print_number(out, fit->series->log_n[n]);
    print_named(out, "log_lambda_typ", fit->series->log_lambda_typ[n]);
    print_named(out, "ratio", ratio);
    print_named(out, "ratio_se", ratio * fit->collapse[at].se);
    print_named(out, "ratio_se_bootstrap", ratio * fit->collapse_se_bootstrap[n]);
    print_named(out, "ratio_controlled", exp(fit->controls[n].log_ratio));
    print_named(out, "ratio_controlled_se", exp(fit->controls[n].log_ratio) * fit->controls[n].se);
    print_named(out, "gain", fit->controls[n].gain);
    print_named(out, "exact", fit->exact[n]);
    print_named(out, "row_median", fit->row_collapse[at].quantile[ORDER_MEDIAN]);
    fputc('}', out);
}

static void print_points(FILE *out, const struct fit *fit) {
    print_key(out, "points");
    fputc('[', out);
    for (size_t n = 0; n < fit->lengths && fit->primary < fit->criteria; n++) {
        if (n > 0) { fputs(", ", out); }
        print_point(out, fit, n);
    }
    fputc(']', out);
}

static void print_criterion(FILE *out, const struct fit *fit) {
    print_key(out, "criterion");
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
    print_named(out, "exponent", v->exponent.value);
    print_named(out, "low", v->exponent.low);
    print_named(out, "high", v->exponent.high);
    print_key(out, "variable");
    json_print_string(out, fit->by_n ? "n" : "log_n");
    print_named(out, "exponent_asymptotic", fit_asymptotic_exponent(fit));
    print_slope(out, "raw_exponent", whole ? whole : &none);
    print_named(out, "raw_exponent_lambda_typ", whole ? fit->window_lambda[fit->primary].value : NAN);
    print_slope(out, "drift", whole ? &fit->drift[fit->primary] : &none);
}

static void print_series(FILE *out, const struct fit *fit, const struct verdict *v,
                         const struct attention *attention) {
    fputs("    {\"file\": ", out);
    json_print_string(out, fit->file);
    print_key(out, "name");
    json_print_string(out, fit->series->name);
    print_key(out, "family");
    json_print_string(out, fit->series->family->name);
    print_criterion(out, fit);
    print_key(out, "verdict");
    json_print_string(out, verdict_name[v->kind]);
    print_key(out, "sentence");
    json_print_string(out, v->sentence);
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
    print_key(out, "output");
    attention_table_json(out, fit->series, attention);
    fputc('}', out);
}

void json_print(FILE *out, const struct study *study) {
    fputs("{\"schema\": 1, \"series\": [", out);
    for (size_t i = 0; i < study->count; i++) {
        fputs(i > 0 ? ",\n" : "\n", out);
        print_series(out, &study->fit[i], &study->verdict[i], &study->attention[i]);
    }
    fputs("\n]}\n", out);
}
