#include "analysis/figures/diagnosis_figures.h"

#include <math.h>
#include <string.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/script.h"
#include "models/theory/prescription.h"
#include "sim/base/utf8.h"

bool diagnosis_figure_applies(const struct results_series *s) { return s->family->kind == FAMILY_MEASURED; }

/* A letter, digit or plain sign: none that gnuplot may take for something else. */
static bool is_plain(const char *c, size_t length) {
    return length > 1 || (*c >= ' ' && *c < 0x7f && !strchr("'^`\"$%", *c));
}

const char *diagnosis_figure_source(const struct results_series *s, char out[WORDS_LINE]) {
    enum { MOST = 60 };
    const char *c = s->model ? s->model : "";
    char length[WORDS];
    size_t told = 0;
    out[0] = '\0';
    for (size_t bytes; (bytes = utf8_length((const unsigned char *)c)) > 0 && told < MOST;
         c += bytes, told++) {
        bool plain = is_plain(c, bytes);
        words_append(out, WORDS_LINE, "%.*s", plain ? (int)bytes : 1, plain ? c : " ");
    }
    if (*c) { words_append(out, WORDS_LINE, ".."); }
    if (isfinite(s->trained)) {
        words_append(out, WORDS_LINE, "%strained at n = %s", *out ? ", " : "",
                     words_length(log(s->trained), length));
    }
    return out;
}

const char *diagnosis_figure_lacks_lengths(const struct fit *fit) {
    size_t known = 0;
    for (size_t n = 0; n < fit->lengths; n++) { known += isfinite(fit->series->log_lambda_typ[n]); }
    return known < 2 ? "it takes two n at which fewer than half of the rows tie" : NULL;
}

/* beta/Lambda = m(n)/Lambda under a prescription; the interval is between sequences: one has none. */
static void print_law(FILE *out, const struct results_series *s, enum prescription law, struct axis_range *x,
                      struct axis_range *y) {
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
        double log_m = prescription_log_multiplier(law, s->log_n[n], s->log_n[0]) / M_LN10,
               row[4] = {s->log_n[n] / M_LN10, log_m - log10(s->lambda_between_sequences[n]),
                         log_m + log10(s->model_beta_ratio_low[n]),
                         log_m + log10(s->model_beta_ratio_high[n])};
        if (!isfinite(row[1])) { continue; }
        if (s->sequences[n] < 2) { row[2] = row[3] = row[1]; }
        axis_include(x, row[0]);
        axis_include(y, row[1]);
        if (law == PRESCRIPTION_CONST && isfinite(row[2]) && isfinite(row[3])) {
            axis_include(y, row[2]);
            axis_include(y, row[3]);
        }
        script_row(out, 4, row);
    }
    script_next_index(out);
}

void diagnosis_figure_prescriptions(FILE *out, const struct fit *fit) {
    struct axis_range x = axis_empty, y = axis_empty;
    char source[WORDS_LINE];
    axis_include(&y, 0);
    script_block_begin(out, "laws");
    for (int k = 0; k < PRESCRIPTIONS; k++) { print_law(out, fit->series, (enum prescription)k, &x, &y); }
    script_block_end(out);
    script_list_begin(out, "law");
    for (int k = 0; k < PRESCRIPTIONS; k++) { script_list_text(out, k == 0, prescription_name[k]); }
    script_list_end(out);
    script_number(out, "laws", PRESCRIPTIONS);
    script_text(out, "source", diagnosis_figure_source(fit->series, source));
    axis_pad(&x, 0.06, 0.1);
    axis_pad(&y, 0.06, 0.1);
    axis_print_log(out, "x", x);
    axis_print_log(out, "y", y);
}
