/* Normalisers beside softmax (support.gp): mean number of keys that have weight under sparsemax at every n,
 * what it tends to, and the same of entmax at the largest n, against beta/Lambda^typ. */
#include <math.h>

#include "analysis/figures/figures.h"
#include "analysis/fit/beside.h"

static bool applies(const struct results_series *s) { return s->sparsemax; }

static void print_point(struct canvas *c, double x, double support, double colour) {
    axis_include(&c->y, log10(support));
    script_row(c->out, 3, (double[]){x, support, colour});
}

static void print_sparsemax(struct canvas *c, size_t n) {
    for (size_t b = 0; b < c->betas; b++) {
        const double x = canvas_log_ratio(c, n, b);
        axis_include(&c->x, x);
        print_point(c, x, c->series->mean[RESULTS_SPARSEMAX_SUPPORT][n * c->betas + b], canvas_length(c, n));
    }
    script_gap(c->out);
}

static void print_entmax(struct canvas *c, size_t n) {
    const struct results_series *s = c->series;
    const size_t alphas = s->size[RESULTS_ALPHA];
    script_block_begin(c->out, "entmax");
    for (size_t i = 0; i < alphas; i++) {
        for (size_t b = 0; b < c->betas; b++) {
            double support = s->mean[RESULTS_ENTMAX_SUPPORT][(n * c->betas + b) * alphas + i];
            print_point(c, canvas_log_ratio(c, n, b), support, s->entmax_alpha[i]);
        }
        script_next_index(c->out);
    }
    script_block_end(c->out);
}

static void print_limit(const struct canvas *c, size_t n) {
    script_block_begin(c->out, "limit");
    for (size_t b = 0; b < c->betas; b++) {
        script_row(c->out, 2, (double[]){canvas_log_ratio(c, n, b), beside_support_limit(c->series, n, b)});
    }
    script_block_end(c->out);
    script_number(c->out, "has_limit", !isnan(beside_support_limit(c->series, n, 0)));
}

static void print_support(struct canvas *c) {
    canvas_print_curves(c, "curves", false, print_sparsemax);
    print_entmax(c, c->lengths - 1);
    print_limit(c, c->lengths - 1);
    canvas_print_longest_bar(c, canvas_longest_bar(c, RESULTS_SPARSEMAX_SUPPORT, c->betas, CANVAS_MEAN, 0));
    script_number(c->out, "alphas", (double)c->series->size[RESULTS_ALPHA]);
    script_number(c->out, "y_high", pow(10, fmin(c->y.high, 300)) * 2.5);
    axis_pad(&c->x, 0.03, 0.1);
    axis_print_log(c->out, "x", c->x);
    canvas_print_colours(c);
}

const struct figure normaliser_figure_support = {.name = "support",
                                                 .shows = "sparsemax and entmax: how many keys have weight",
                                                 .applies = applies,
                                                 .series_lacks = figure_lacks_betas,
                                                 .series_print = print_support};
