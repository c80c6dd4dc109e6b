#include "analysis/figures/sphere_figures.h"

#include <math.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/script.h"
#include "analysis/sphere/attention.h"
#include "analysis/sphere/sphere_curves.h"

enum { OUTPUT_PIECES = 24, WEIGHT_PIECES = 22 }; /* of an exact curve, at least */

static double log10_lambda(const struct results_series *s, size_t n, size_t b) {
    return sphere_curve_log_lambda(s, n, b) / M_LN10;
}

/* A mean with the ends of its standard error as they stand on an axis; ends that have no logarithm lie below
 * any axis. */
static void mean_with_ends(double mean, double se, bool is_log, double place[3]) {
    const double far_below = -1e3;
    double end = isnan(se) ? 0 : se;
    place[0] = is_log ? log10(mean) : mean;
    place[1] = is_log ? (mean > end ? log10(mean - end) : far_below) : mean - end;
    place[2] = is_log ? log10(mean + end) : mean + end;
}

/* ---- the axis of betas ---- */

/* What is seen, in log10 lambda, and where at the largest n regimes end. */
struct view {
    struct axis_range x;
    double many, one;
};

static struct view view_make(const struct fit *fit, size_t first) {
    const struct results_series *s = fit->series;
    struct sphere_curve_regimes regimes = sphere_curve_regimes(s, fit->lengths - 1);
    struct view view = {axis_empty, regimes.many / M_LN10, regimes.one / M_LN10};
    for (size_t n = first; n < fit->lengths; n++) {
        for (size_t b = 0; b < s->size[RESULTS_BETA]; b++) { axis_include(&view.x, log10_lambda(s, n, b)); }
    }
    axis_pad(&view.x, 0.03, 0.5);
    return view;
}

static void print_beta_axis(FILE *out, const struct view *view) {
    axis_print_log(out, "x", view->x);
    script_number(out, "x_low", view->x.low);
    script_number(out, "x_high", view->x.high);
    script_number(out, "many", view->many);
    script_number(out, "one", view->one);
}

/* ---- the output ---- */

static void print_measured_output(FILE *out, const struct fit *fit, struct axis_range *y) {
    const struct results_series *s = fit->series;
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, s->log_n);
    script_block_begin(out, "measured");
    for (size_t i = 0; i < axis_curves(fit->lengths); i++) {
        size_t n = axis_curve(fit->lengths, i), betas = s->size[RESULTS_BETA];
        for (size_t b = 0; b < betas; b++) {
            size_t at = n * betas + b;
            double beta = s->beta[at], row[8] = {log10_lambda(s, n, b)};
            mean_with_ends(beta * s->mean[RESULTS_OUTPUT_BIAS][at], beta * s->se[RESULTS_OUTPUT_BIAS][at],
                           true, row + 1);
            mean_with_ends(beta * s->mean[RESULTS_OUTPUT_TANGENTIAL][at],
                           beta * s->se[RESULTS_OUTPUT_TANGENTIAL][at], true, row + 4);
            row[7] = axis_length_coordinate(&lengths, s->log_n[n]);
            axis_include(y, row[1]);
            axis_include(y, row[4]);
            script_row(out, 8, row);
        }
    }
    script_block_end(out);
}

static void print_exact_output(FILE *out, const struct fit *fit, struct axis_range *y) {
    const struct results_series *s = fit->series;
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, s->log_n);
    script_block_begin(out, "exact");
    for (size_t i = 0; i < axis_curves(fit->lengths); i++) {
        size_t n = axis_curve(fit->lengths, i);
        struct sphere_curve curve = sphere_curve_output(s, n, OUTPUT_PIECES);
        double log_scale = s->log_n[n] * 2 / (family_dimension(s->family, s->parameter, s->log_n[n]) - 1);
        for (size_t k = 0; k < curve.count; k++) {
            double log_beta = (curve.log_lambda[k] + log_scale) / M_LN10,
                   row[] = {curve.log_lambda[k] / M_LN10, log_beta + log10(curve.value[2 * k]),
                            log_beta + log10(curve.value[2 * k + 1]),
                            axis_length_coordinate(&lengths, s->log_n[n])};
            axis_include(y, row[1]);
            axis_include(y, row[2]);
            script_row(out, 4, row);
        }
        script_gap(out);
        sphere_curve_release(&curve);
    }
    script_block_end(out);
}

/* A straight limit from x to x_end, as gnuplot's vectors have it. A line of NaN keeps the block from being
 * empty. Whether there is a limit. */
static bool print_limit(FILE *out, const struct results_series *s, double x, double x_end,
                        struct sphere_curve_limit (*limit)(const struct results_series *, double)) {
    const double none[] = {NAN, NAN, NAN, NAN, NAN, NAN};
    bool is_there = x < x_end;
    if (is_there) {
        struct sphere_curve_limit first = limit(s, x * M_LN10), last = limit(s, x_end * M_LN10);
        script_row(out, 6,
                   (double[]){x, x_end - x, first.log_bias / M_LN10,
                              (last.log_bias - first.log_bias) / M_LN10, first.log_tangential / M_LN10,
                              (last.log_tangential - first.log_tangential) / M_LN10});
    }
    script_row(out, 6, none);
    return is_there;
}

/* Where a few keys share the weight, each limit is drawn half the way. */
static void print_output_limits(FILE *out, const struct fit *fit, const struct view *view) {
    double inset = 0.01 * (view->x.high - view->x.low), low = view->x.low + inset,
           high = view->x.high - inset, middle = (view->many + view->one) / 2;
    script_block_begin(out, "limits");
    bool has_many = print_limit(out, fit->series, low, fmin(middle, high), sphere_curve_many);
    script_next_index(out);
    bool has_one = print_limit(out, fit->series, fmax(middle, low), high, sphere_curve_one);
    script_block_end(out);
    script_number(out, "has_many", has_many);
    script_number(out, "has_one", has_one);
}

void sphere_figure_output(FILE *out, const struct fit *fit) {
    struct axis_range y = axis_empty;
    struct view view = view_make(fit, 0);
    print_measured_output(out, fit, &y);
    print_exact_output(out, fit, &y);
    print_output_limits(out, fit, &view);
    axis_pad(&y, 0.05, 0.5);
    axis_print_log(out, "y", y);
    print_beta_axis(out, &view);
    axis_print_length_colours(out, fit->lengths, fit->series->log_n);
}

/* ---- ordered weights ---- */

enum { RANKS = 12 }; /* drawn, at most */

static size_t drawn_ranks(const struct results_series *s) {
    return s->size[RESULTS_RANK] < RANKS ? s->size[RESULTS_RANK] : RANKS;
}

/* Whether weights at one n take an axis of logarithms: p_(1) is small at all betas, or nearly 1. */
static bool weights_are_log(const struct results_series *s, size_t n) {
    struct axis_range top = axis_empty;
    for (size_t at = n * s->size[RESULTS_BETA]; at < (n + 1) * s->size[RESULTS_BETA]; at++) {
        axis_include(&top, s->mean[RESULTS_ORDERED_WEIGHT][at * s->size[RESULTS_RANK]]);
    }
    return top.high < 0.25 || (top.low > 0.9 && top.low <= top.high);
}

/* The two largest are seen whatever they are, others where they are worth a hundredth of the largest. */
static void include_weight(struct axis_range *y, bool is_log, size_t rank, double weight, double largest) {
    if (rank < 2 || weight > 0.01 * largest) { axis_include(y, is_log ? log10(weight) : weight); }
}

/* Whether so few rows make a mean weight that their spread says nothing of its error. */
static bool is_rare(const struct results_series *s, const struct view *view, double x, double exact) {
    return x > view->many && exact < ATTENTION_ROWS / (double)s->replicates;
}

/* Mean and ends, NaN where it is rare; rank; mean, NaN unless it is rare. */
static bool print_measured_weights(FILE *out, const struct results_series *s, size_t n, bool is_log,
                                   const struct view *view) {
    size_t ranks = s->size[RESULTS_RANK];
    bool any_rare = false;
    script_block_begin(out, "measured");
    for (size_t b = 0; b < s->size[RESULTS_BETA]; b++) {
        size_t at = (n * s->size[RESULTS_BETA] + b) * ranks;
        double x = log10_lambda(s, n, b);
        for (size_t k = 0; k < drawn_ranks(s); k++) {
            bool rare = is_rare(s, view, x, s->exact_ordered_weight[at + k]);
            double place[3];
            mean_with_ends(s->mean[RESULTS_ORDERED_WEIGHT][at + k], s->se[RESULTS_ORDERED_WEIGHT][at + k],
                           is_log, place);
            script_row(out, 6,
                       (double[]){x, rare ? NAN : place[0], place[1], place[2], (double)(k + 1),
                                  rare ? place[0] : NAN});
            any_rare = any_rare || rare;
        }
    }
    script_block_end(out);
    return any_rare;
}

static void print_exact_weights(FILE *out, const struct results_series *s, size_t n, bool is_log,
                                struct axis_range *y) {
    struct sphere_curve curve = sphere_curve_weights(s, n, WEIGHT_PIECES, drawn_ranks(s));
    script_block_begin(out, "exact");
    for (size_t k = 0; k < curve.columns; k++) {
        for (size_t i = 0; i < curve.count; i++) {
            const double *weight = curve.value + i * curve.columns;
            double row[] = {curve.log_lambda[i] / M_LN10, is_log ? log10(weight[k]) : weight[k],
                            (double)(k + 1)};
            include_weight(y, is_log, k, weight[k], weight[0]);
            script_row(out, 3, row);
        }
        script_gap(out);
    }
    script_block_end(out);
    sphere_curve_release(&curve);
}

/* Whether one key has a large part of the weight and others the rest. */
static bool is_shared(const struct results_series *s, size_t n, size_t b) {
    double top = s->mean[RESULTS_ORDERED_WEIGHT][(n * s->size[RESULTS_BETA] + b) * s->size[RESULTS_RANK]];
    return top > 0.1 && top < 0.95;
}

/* E p_(1) as n -> inf at a handful of the betas where it is neither small nor nearly 1. Whether there are
 * any.
 */
static bool print_weight_limit(FILE *out, const struct results_series *s, size_t n, bool is_log) {
    enum { SHOWN = 5 };
    size_t betas = s->size[RESULTS_BETA], shared = 0, seen = 0;
    for (size_t b = 0; b < betas; b++) { shared += is_shared(s, n, b); }
    size_t every = shared > SHOWN ? (shared + SHOWN - 1) / SHOWN : 1;
    script_block_begin(out, "limit");
    for (size_t b = 0; b < betas; b++) {
        if (!is_shared(s, n, b) || seen++ % every != 0) { continue; }
        double log_lambda = sphere_curve_log_lambda(s, n, b), weight = sphere_curve_top_weight(s, log_lambda);
        script_row(out, 2, (double[]){log_lambda / M_LN10, is_log ? log10(weight) : weight});
    }
    script_row(out, 2, (double[]){NAN, NAN});
    script_block_end(out);
    return shared > 0;
}

static void print_weight_axis(FILE *out, bool is_log, struct axis_range y) {
    script_number(out, "y_log", is_log);
    if (is_log) {
        axis_pad(&y, 0.05, 0.5);
        axis_print_log(out, "y", y);
    } else {
        script_number(out, "y_high", y.high > 0 ? 1.05 * y.high : 1);
    }
}

void sphere_figure_weights(FILE *out, const struct fit *fit) {
    const struct results_series *s = fit->series;
    size_t n = fit->lengths - 1;
    bool is_log = weights_are_log(s, n);
    char length[AXIS_LENGTH];
    struct axis_range y = axis_empty;
    struct view view = view_make(fit, n);
    script_number(out, "has_rare", print_measured_weights(out, s, n, is_log, &view));
    print_exact_weights(out, s, n, is_log, &y);
    script_number(out, "has_limit", print_weight_limit(out, s, n, is_log));
    print_weight_axis(out, is_log, y);
    print_beta_axis(out, &view);
    script_markup(out, "length", axis_length_name(s->log_n[n], length));
    script_number(out, "ranks", (double)drawn_ranks(s));
}
