#include "analysis/figures/sphere_figures.h"

#include <math.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/frame.h"
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

/* The name of a regime above its part of the axis, where that has room for it, and a line where it ends. */
static void print_regime(FILE *out, const struct view *view, double low, double high, const char *name) {
    const double room = 0.17 * (view->x.high - view->x.low);
    double left = fmax(low, view->x.low), right = fmin(high, view->x.high);
    if (right - left > room) { frame_label(out, (left + right) / 2, "graph 1.035", "center", name); }
    if (high > view->x.low && high < view->x.high) { frame_line(out, high, "graph 0", high, "graph 1"); }
}

static void print_beta_axis(FILE *out, const struct view *view) {
    axis_print_log(out, "x", view->x);
    fputs("set xlabel 'inverse temperature\u00a0 β\u00a0/\u00a0{/:Italic n}^{\u20092/({/:Italic d}−1)}'\n"
          "set tmargin 3.2\nset title offset 0,0.5\n"
          "set key bmargin center vertical maxrows 2 width -4 Left reverse samplen 2.2\n",
          out);
    print_regime(out, view, -INFINITY, view->many, "many keys");
    print_regime(out, view, view->many, view->one, "a few keys");
    print_regime(out, view, view->one, INFINITY, "one key");
}

/* An entry of the legend: in no figure's colour, since colours tell n or ranks. */
static void print_entry(FILE *out, const char *style, const char *title) {
    fprintf(out, "NaN with %s linecolor rgb 'black' title '%s', \\\n  ", style, title);
}

/* ---- the output ---- */

static void print_measured_output(FILE *out, const struct fit *fit, struct axis_range *y) {
    const struct results_series *s = fit->series;
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, s->log_n);
    fputs("$measured << EOD\n", out);
    for (size_t i = 0; i < frame_curves(fit->lengths); i++) {
        size_t n = frame_curve(fit->lengths, i), betas = s->size[RESULTS_BETA];
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
            frame_row(out, 8, row);
        }
    }
    fputs("EOD\n", out);
}

static void print_exact_output(FILE *out, const struct fit *fit, struct axis_range *y) {
    const struct results_series *s = fit->series;
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, s->log_n);
    fputs("$exact << EOD\n", out);
    for (size_t i = 0; i < frame_curves(fit->lengths); i++) {
        size_t n = frame_curve(fit->lengths, i);
        struct sphere_curve curve = sphere_curve_output(s, n, OUTPUT_PIECES);
        double log_scale = s->log_n[n] * 2 / (family_dimension(s->family, s->parameter, s->log_n[n]) - 1);
        for (size_t k = 0; k < curve.count; k++) {
            double log_beta = (curve.log_lambda[k] + log_scale) / M_LN10,
                   row[] = {curve.log_lambda[k] / M_LN10, log_beta + log10(curve.value[2 * k]),
                            log_beta + log10(curve.value[2 * k + 1]),
                            axis_length_coordinate(&lengths, s->log_n[n])};
            axis_include(y, row[1]);
            axis_include(y, row[2]);
            frame_row(out, 4, row);
        }
        fputc('\n', out);
        sphere_curve_release(&curve);
    }
    fputs("EOD\n", out);
}

/* A straight limit from x on, as gnuplot's vectors have it: ends of both displacements. Whether it is there.
 */
static bool print_limit(FILE *out, double x, double x_end, struct sphere_curve_limit first,
                        struct sphere_curve_limit last) {
    if (!(x < x_end)) { return false; }
    frame_row(out, 6,
              (double[]){x, x_end - x, first.log_bias / M_LN10, (last.log_bias - first.log_bias) / M_LN10,
                         first.log_tangential / M_LN10,
                         (last.log_tangential - first.log_tangential) / M_LN10});
    return true;
}

/* Where a few keys share the weight, each limit is drawn half the way. */
static void print_output_limits(FILE *out, const struct fit *fit, const struct view *view, bool drawn[2]) {
    const struct results_series *s = fit->series;
    static const char none[] = "NaN NaN NaN NaN NaN NaN\n"; /* so that no block is empty */
    double inset = 0.01 * (view->x.high - view->x.low), low = view->x.low + inset,
           high = view->x.high - inset, middle = (view->many + view->one) / 2, many_end = fmin(middle, high),
           one_start = fmax(middle, low);
    fputs("$limits << EOD\n", out);
    drawn[0] = print_limit(out, low, many_end, sphere_curve_many(s, low * M_LN10),
                           sphere_curve_many(s, many_end * M_LN10));
    fprintf(out, "%s\n\n", none);
    drawn[1] = print_limit(out, one_start, high, sphere_curve_one(s, one_start * M_LN10),
                           sphere_curve_one(s, high * M_LN10));
    fprintf(out, "%sEOD\n", none);
}

/* A limit: wide and pale, so that it is seen under the exact line that reaches it. As a vector, since gnuplot
 * 5.4 frays the ends of wide lines. */
static void print_limit_line(FILE *out, unsigned limit, unsigned column, const char *title) {
    static const char *const pale[] = {"#b5cdec", "#f6c7a3"};
    fprintf(out,
            "$limits index %u using 1:%u:2:%u with vectors nohead linewidth 5 linecolor rgb '%s' title '%s', "
            "\\\n  ",
            limit, column, column + 1, pale[limit], title);
}

/* Means of columns 2 to 4: mean and its ends, or from `first` on; coloured by the last column. */
static void print_means(FILE *out, unsigned first, unsigned colour, const char *point, const char *end) {
    fprintf(out,
            "$measured using 1:%u:(0):($%u-$%u):%u with vectors nohead linewidth 1 linecolor palette, \\\n"
            "  $measured using 1:%u:%u with points %s linecolor palette%s",
            first + 1, first + 2, first + 1, colour, first, colour, point, end);
}

/* The legend goes down its columns of two. */
static void plot_output(FILE *out, const bool drawn[2]) {
    fputs("plot ", out);
    print_entry(out, "points pointtype 7 pointsize 0.5", "along: 1\u00a0−\u00a0⟨{/:Italic q},\u00a0ATT⟩");
    print_entry(out, "points pointtype 4 pointsize 0.6", "across: |ATT_{tan}|^2");
    print_entry(out, "lines linewidth 1.2", "exact, along");
    print_entry(out, "lines linewidth 1.2 dashtype 2", "exact, across");
    print_limit_line(out, 0, 3, drawn[0] ? "many keys, {/:Italic n}\u00a0→\u00a0∞" : "");
    print_limit_line(out, 1, 3, drawn[1] ? "one key, {/:Italic n}\u00a0→\u00a0∞" : "");
    print_limit_line(out, 0, 5, "");
    print_limit_line(out, 1, 5, "");
    fputs("$exact using 1:2:4 with lines linewidth 1.2 linecolor palette, \\\n"
          "  $exact using 1:3:4 with lines linewidth 1.2 dashtype 2 linecolor palette, \\\n  ",
          out);
    print_means(out, 2, 8, "pointtype 7 pointsize 0.35", ", \\\n  ");
    print_means(out, 5, 8, "pointtype 4 pointsize 0.4", "\n");
}

void sphere_figure_output(FILE *out, const struct fit *fit) {
    struct axis_range y = axis_empty;
    struct view view = view_make(fit, 0);
    bool drawn[2];
    print_measured_output(out, fit, &y);
    print_exact_output(out, fit, &y);
    print_output_limits(out, fit, &view, drawn);
    axis_pad(&y, 0.05, 0.5);
    axis_print_log(out, "y", y);
    print_beta_axis(out, &view);
    fputs("set ylabel 'β\u00a0×\u00a0mean displacement of the output'\nset bmargin 6.2\n", out);
    frame_length_colours(out, fit->lengths, fit->series->log_n);
    frame_open(out, fit->name, "output");
    plot_output(out, drawn);
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
    fputs("$measured << EOD\n", out);
    for (size_t b = 0; b < s->size[RESULTS_BETA]; b++) {
        size_t at = (n * s->size[RESULTS_BETA] + b) * ranks;
        double x = log10_lambda(s, n, b);
        for (size_t k = 0; k < drawn_ranks(s); k++) {
            bool rare = is_rare(s, view, x, s->exact_ordered_weight[at + k]);
            double place[3];
            mean_with_ends(s->mean[RESULTS_ORDERED_WEIGHT][at + k], s->se[RESULTS_ORDERED_WEIGHT][at + k],
                           is_log, place);
            frame_row(out, 6,
                      (double[]){x, rare ? NAN : place[0], place[1], place[2], (double)(k + 1),
                                 rare ? place[0] : NAN});
            any_rare = any_rare || rare;
        }
    }
    fputs("EOD\n", out);
    return any_rare;
}

static void print_exact_weights(FILE *out, const struct results_series *s, size_t n, bool is_log,
                                struct axis_range *y) {
    struct sphere_curve curve = sphere_curve_weights(s, n, WEIGHT_PIECES, drawn_ranks(s));
    fputs("$exact << EOD\n", out);
    for (size_t k = 0; k < curve.columns; k++) {
        for (size_t i = 0; i < curve.count; i++) {
            const double *weight = curve.value + i * curve.columns;
            double row[] = {curve.log_lambda[i] / M_LN10, is_log ? log10(weight[k]) : weight[k],
                            (double)(k + 1)};
            include_weight(y, is_log, k, weight[k], weight[0]);
            frame_row(out, 3, row);
        }
        fputc('\n', out);
    }
    fputs("EOD\n", out);
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
    size_t every = (shared + SHOWN - 1) / SHOWN;
    fputs("$limit << EOD\n", out);
    for (size_t b = 0; b < betas; b++) {
        if (!is_shared(s, n, b) || seen++ % every != 0) { continue; }
        double log_lambda = sphere_curve_log_lambda(s, n, b), weight = sphere_curve_top_weight(s, log_lambda);
        frame_row(out, 2, (double[]){log_lambda / M_LN10, is_log ? log10(weight) : weight});
    }
    fputs("NaN NaN\nEOD\n", out);
    return shared > 0;
}

static void print_weight_axis(FILE *out, bool is_log, struct axis_range y, double log_n) {
    char length[AXIS_LENGTH];
    if (is_log) {
        axis_pad(&y, 0.05, 0.5);
        axis_print_log(out, "y", y);
    } else {
        fprintf(out, "set yrange [0:%.6g]\n", y.high > 0 ? 1.05 * y.high : 1);
    }
    fprintf(out,
            "set ylabel 'mean weight  ⟨{/:Italic p}_{({/:Italic k})}⟩\u00a0 at\u00a0 "
            "{/:Italic n}\u00a0=\u00a0%s'\n",
            axis_length_name(log_n, length));
}

static void print_rank_colours(FILE *out, size_t ranks) {
    frame_palette(out, FRAME_PALETTE_DARK);
    fprintf(out,
            "set palette maxcolors %zu\nset cbrange [0.5:%zu.5]\nset cbtics scale 0 1\n"
            "set cblabel 'rank\u00a0{/:Italic k}' offset 0.5,0\nset rmargin 12\n",
            ranks, ranks);
}

static void plot_weights(FILE *out, bool has_rare, bool has_limit) {
    fputs("plot ", out);
    print_entry(out, "points pointtype 7 pointsize 0.5", "measured, standard error");
    print_entry(out, "lines linewidth 1.2", "exact");
    if (has_limit) {
        fputs(
            "$limit using 1:2 with points pointtype 6 pointsize 1.1 linewidth 1 linecolor rgb 'black' title "
            "'{/:Italic p}_{(1)}, {/:Italic n}\u00a0→\u00a0∞', \\\n  ",
            out);
    }
    if (has_rare) { print_entry(out, "points pointtype 6 pointsize 0.45", "made by a few rare rows"); }
    fputs("$exact using 1:2:3 with lines linewidth 1.2 linecolor palette, \\\n"
          "  $measured using 1:6:5 with points pointtype 6 pointsize 0.4 linecolor palette, \\\n  ",
          out);
    print_means(out, 2, 5, "pointtype 7 pointsize 0.35", "\n");
}

void sphere_figure_weights(FILE *out, const struct fit *fit) {
    const struct results_series *s = fit->series;
    size_t n = fit->lengths - 1;
    bool is_log = weights_are_log(s, n);
    struct axis_range y = axis_empty;
    struct view view = view_make(fit, n);
    bool has_rare = print_measured_weights(out, s, n, is_log, &view);
    print_exact_weights(out, s, n, is_log, &y);
    bool has_limit = print_weight_limit(out, s, n, is_log);
    print_weight_axis(out, is_log, y, s->log_n[n]);
    print_beta_axis(out, &view);
    print_rank_colours(out, drawn_ranks(s));
    fputs("set bmargin 6.2\n", out);
    frame_open(out, fit->name, "weights");
    plot_weights(out, has_rare, has_limit);
}
