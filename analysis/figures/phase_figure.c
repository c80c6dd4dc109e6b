/* The plane of n and beta (phase.gp): mean H over log n, and where it collapses. */
#include <math.h>
#include <stdlib.h>

#include "analysis/figures/beta_curve.h"
#include "analysis/figures/figures.h"
#include "sim/base/memory.h"

/* H/log n of the curve of an n at a height. */
static double share_at(const struct canvas *c, const struct beta_curve *curve, size_t n, double height) {
    return beta_curve_at(&curve[n], 0, height) / c->series->log_n[n];
}

/* All that H/log n can be, unless betas begin where less than a third of that is left. */
static void print_phase_colours(const struct canvas *c, double highest) {
    script_number(c->out, "share_high", highest > 0 && highest < 1.0 / 3 ? highest : 1);
}

/* H/log n on a regular grid, exact where it is known, linear between neighbouring n. */
static void print_phase_map(const struct canvas *c) {
    enum { COLUMNS = 160, ROWS = 120 };
    struct axis_range share = axis_empty;
    struct beta_curve *curve = memory_create(c->lengths, sizeof *curve);
    for (size_t n = 0; n < c->lengths; n++) { curve[n] = beta_curve_entropy(c->series, n); }
    script_block_begin(c->out, "map");
    for (size_t j = 0; j < ROWS; j++) {
        double height = c->y.low + (c->y.high - c->y.low) * (double)j / (ROWS - 1);
        size_t n = 0;
        double left = share_at(c, curve, 0, height), right = share_at(c, curve, 1, height);
        for (size_t i = 0; i < COLUMNS; i++) {
            double place = c->x.low + (c->x.high - c->x.low) * (double)i / (COLUMNS - 1);
            while (n + 2 < c->lengths && canvas_length(c, n + 1) < place) {
                n++;
                left = right;
                right = share_at(c, curve, n + 1, height);
            }
            double low = canvas_length(c, n), high = canvas_length(c, n + 1);
            double part = (place - low) / (high - low);
            const double here = (1 - part) * left + part * right;
            axis_include(&share, here);
            script_row(c->out, 3, (double[]){place, height, here});
        }
        script_gap(c->out);
    }
    script_block_end(c->out);
    print_phase_colours(c, share.high);
    for (size_t n = 0; n < c->lengths; n++) { beta_curve_release(&curve[n]); }
    free(curve);
}

/* A line of NaN keeps the block from being empty. */
static void print_phase_line(const struct canvas *c) {
    const struct fit *fit = c->fit;
    script_block_begin(c->out, "line");
    for (size_t n = 0; n < c->lengths && fit_criterion(fit); n++) {
        script_row(c->out, 2, (double[]){canvas_length(c, n), fit_judged(fit, n)->log_ratio / M_LN10});
    }
    script_row(c->out, 2, (double[]){NAN, NAN});
    script_block_end(c->out);
}

/* The n that were run. */
static void print_phase_run(const struct canvas *c) {
    script_block_begin(c->out, "run");
    for (size_t n = 0; n < c->lengths; n++) { script_row(c->out, 1, (double[]){canvas_length(c, n)}); }
    script_block_end(c->out);
}

static void print_phase(struct canvas *c) {
    const struct fit *fit = c->fit;
    canvas_include_lengths(c, c->lengths);
    for (size_t n = 0; n < c->lengths; n++) {
        for (size_t b = 0; b < c->betas; b++) { axis_include(&c->y, canvas_log_ratio(c, n, b)); }
    }
    bool has_line = fit_last(fit, fit->primary) < fit->lengths;
    print_phase_map(c);
    print_phase_line(c);
    print_phase_run(c);
    script_number(c->out, "y_low", c->y.low);
    script_number(c->out, "y_high", c->y.high);
    if (has_line) {
        canvas_print_criteria(c);
        script_number(c->out, "judged", (double)(fit->primary + 1));
        const size_t last = fit_last(fit, fit->primary);
        script_number(c->out, "line_x", canvas_length(c, last));
        script_number(c->out, "line_end", fit_judged(fit, last)->log_ratio / M_LN10);
    }
    canvas_print_longest_bar(c, canvas_longest_bar(c, MEASURE_ENTROPY, c->betas, CANVAS_LOG_N, 0));
    axis_print_lengths(c->out, "x", &c->axis, c->x);
    axis_print_log(c->out, "y", c->y);
    script_number(c->out, "has_line", has_line);
    script_number(c->out, "has_lambda", c->y.low < 0 && c->y.high > 0);
}

static const char *lacks_a_plane(const struct fit *fit) {
    return fit->series->size[RESULTS_BETA] < 2 || fit->lengths < 2 ? "it takes two n and two betas or more"
                                                                   : figure_lacks_betas(fit);
}

const struct figure phase_figure = {.name = "phase",
                                    .shows = "H over n and beta",
                                    .series_lacks = lacks_a_plane,
                                    .series_print = print_phase};
