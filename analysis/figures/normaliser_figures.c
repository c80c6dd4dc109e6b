#include "analysis/figures/normaliser_figures.h"

#include <math.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/longest_bar.h"
#include "analysis/figures/script.h"
#include "analysis/fit/beside.h"

bool normaliser_figure_applies(const struct results_series *s) { return s->sparsemax; }

static double log10_ratio(const struct results_series *s, size_t n, size_t b) {
    return log10(s->beta_ratio[n * s->size[RESULTS_BETA] + b]);
}

static void print_point(FILE *out, double x, double support, double colour, struct axis_range *range) {
    axis_include(range, log10(support));
    script_row(out, 3, (double[]){x, support, colour});
}

static void print_sparsemax(FILE *out, const struct fit *fit, struct axis_range *x, struct axis_range *y) {
    const struct results_series *s = fit->series;
    const size_t betas = s->size[RESULTS_BETA];
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, s->log_n);
    script_block_begin(out, "curves");
    for (size_t i = 0; i < axis_curves(fit->lengths); i++) {
        size_t n = axis_curve(fit->lengths, i);
        for (size_t b = 0; b < betas; b++) {
            axis_include(x, log10_ratio(s, n, b));
            print_point(out, log10_ratio(s, n, b), s->mean[RESULTS_SPARSEMAX_SUPPORT][n * betas + b],
                        axis_length_coordinate(&lengths, s->log_n[n]), y);
        }
        script_gap(out);
    }
    script_block_end(out);
}

static void print_entmax(FILE *out, const struct results_series *s, size_t n, struct axis_range *y) {
    const size_t betas = s->size[RESULTS_BETA], alphas = s->size[RESULTS_ALPHA];
    script_block_begin(out, "entmax");
    for (size_t i = 0; i < alphas; i++) {
        for (size_t b = 0; b < betas; b++) {
            double support = s->mean[RESULTS_ENTMAX_SUPPORT][(n * betas + b) * alphas + i];
            print_point(out, log10_ratio(s, n, b), support, s->entmax_alpha[i], y);
        }
        script_next_index(out);
    }
    script_block_end(out);
}

static void print_limit(FILE *out, const struct results_series *s, size_t n) {
    script_block_begin(out, "limit");
    for (size_t b = 0; b < s->size[RESULTS_BETA]; b++) {
        script_row(out, 2, (double[]){log10_ratio(s, n, b), beside_support_limit(s, n, b)});
    }
    script_block_end(out);
    script_number(out, "has_limit", !isnan(beside_support_limit(s, n, 0)));
}

void normaliser_figure_support(FILE *out, const struct fit *fit) {
    const struct results_series *s = fit->series;
    struct axis_range x = axis_empty, y = axis_empty;
    print_sparsemax(out, fit, &x, &y);
    print_entmax(out, s, fit->lengths - 1, &y);
    print_limit(out, s, fit->lengths - 1);
    longest_bar_print(out, longest_bar_relative(
                               (struct longest_bar){s, RESULTS_SPARSEMAX_SUPPORT, s->size[RESULTS_BETA]}, 0));
    script_number(out, "alphas", (double)s->size[RESULTS_ALPHA]);
    script_number(out, "y_high", pow(10, fmin(y.high, 300)) * 2.5);
    axis_pad(&x, 0.03, 0.1);
    axis_print_log(out, "x", x);
    axis_print_length_colours(out, fit->lengths, s->log_n);
}
