/* Keys on a sphere, for series with an output (sphere.gp, output.gp, weights.gp). */
#include <math.h>

#include "analysis/figures/figures.h"
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

/* Where at the largest n regimes end, in log10 lambda, as x is: that from an n on. */
static struct sphere_curve_regimes regimes_from(struct canvas *c, size_t first) {
    struct sphere_curve_regimes regimes = sphere_curve_regimes(c->series, c->lengths - 1);
    for (size_t n = first; n < c->lengths; n++) {
        for (size_t b = 0; b < c->betas; b++) { axis_include(&c->x, log10_lambda(c->series, n, b)); }
    }
    axis_pad(&c->x, 0.03, 0.5);
    return (struct sphere_curve_regimes){regimes.many / M_LN10, regimes.one / M_LN10};
}

static void print_beta_axis(const struct canvas *c, const struct sphere_curve_regimes *regimes) {
    axis_print_log(c->out, "x", c->x);
    script_number(c->out, "x_low", c->x.low);
    script_number(c->out, "x_high", c->x.high);
    script_number(c->out, "many", regimes->many);
    script_number(c->out, "one", regimes->one);
}

/* ---- the output ---- */

static void print_measured_output(struct canvas *c, size_t n) {
    const struct results_series *s = c->series;
    for (size_t b = 0; b < c->betas; b++) {
        size_t at = n * c->betas + b;
        double beta = s->beta[at], row[8] = {log10_lambda(s, n, b)};
        mean_with_ends(beta * s->mean[RESULTS_OUTPUT_BIAS][at], beta * s->se[RESULTS_OUTPUT_BIAS][at], true,
                       row + 1);
        mean_with_ends(beta * s->mean[RESULTS_OUTPUT_TANGENTIAL][at],
                       beta * s->se[RESULTS_OUTPUT_TANGENTIAL][at], true, row + 4);
        row[7] = canvas_length(c, n);
        axis_include(&c->y, row[1]);
        axis_include(&c->y, row[4]);
        script_row(c->out, 8, row);
    }
}

static void print_exact_output(struct canvas *c, size_t n) {
    const struct results_series *s = c->series;
    struct sphere_curve curve = sphere_curve_output(s, n, OUTPUT_PIECES);
    double log_scale = s->log_n[n] * 2 / (family_dimension(s->family, s->parameter, s->log_n[n]) - 1);
    for (size_t k = 0; k < curve.count; k++) {
        double log_beta = (curve.log_lambda[k] + log_scale) / M_LN10,
               row[] = {curve.log_lambda[k] / M_LN10, log_beta + log10(curve.value[2 * k]),
                        log_beta + log10(curve.value[2 * k + 1]), canvas_length(c, n)};
        axis_include(&c->y, row[1]);
        axis_include(&c->y, row[2]);
        script_row(c->out, 4, row);
    }
    script_gap(c->out);
    sphere_curve_release(&curve);
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
static void print_output_limits(const struct canvas *c, const struct sphere_curve_regimes *regimes) {
    double inset = 0.01 * (c->x.high - c->x.low), low = c->x.low + inset, high = c->x.high - inset,
           middle = (regimes->many + regimes->one) / 2;
    script_block_begin(c->out, "limits");
    bool has_many = print_limit(c->out, c->series, low, fmin(middle, high), sphere_curve_many);
    script_next_index(c->out);
    bool has_one = print_limit(c->out, c->series, fmax(middle, low), high, sphere_curve_one);
    script_block_end(c->out);
    script_number(c->out, "has_many", has_many);
    script_number(c->out, "has_one", has_one);
}

/* beta times the displacement of the output along the query, and times its square across, against
 * beta/n^(2/(d-1)): means with standard errors, exact values, and the limits of many keys and of one. */
static void print_output(struct canvas *c) {
    const struct sphere_curve_regimes regimes = regimes_from(c, 0);
    canvas_print_curves(c, "measured", false, print_measured_output);
    canvas_print_curves(c, "exact", false, print_exact_output);
    print_output_limits(c, &regimes);
    axis_pad(&c->y, 0.05, 0.5);
    axis_print_log(c->out, "y", c->y);
    print_beta_axis(c, &regimes);
    canvas_print_colours(c);
}

const struct figure sphere_figure_output = {
    .name = "output",
    .shared = "sphere",
    .shows = "keys on a sphere: displacement of the attention output in its three regimes",
    .applies = results_has_output,
    .series_lacks = figure_lacks_betas,
    .series_print = print_output};

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
static bool is_rare(const struct results_series *s, double many, double x, double exact) {
    return x > many && exact < ATTENTION_ROWS / (double)s->replicates;
}

/* Mean and ends, NaN where it is rare; rank; mean, NaN unless it is rare. */
static bool print_measured_weights(FILE *out, const struct results_series *s, size_t n, bool is_log,
                                   double many) {
    size_t ranks = s->size[RESULTS_RANK];
    bool any_rare = false;
    script_block_begin(out, "measured");
    for (size_t b = 0; b < s->size[RESULTS_BETA]; b++) {
        size_t at = (n * s->size[RESULTS_BETA] + b) * ranks;
        double x = log10_lambda(s, n, b);
        for (size_t k = 0; k < drawn_ranks(s); k++) {
            bool rare = is_rare(s, many, x, s->exact_ordered_weight[at + k]);
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
 * any. */
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

/* Mean ordered weights at the largest n with standard errors, exact values, and the limit of p_(1) where a
 * few keys share the weight. The axis of weights is logarithmic where many keys do everywhere, or one has
 * all. */
static void print_weights(struct canvas *c) {
    const struct results_series *s = c->series;
    size_t n = c->lengths - 1;
    bool is_log = weights_are_log(s, n);
    char length[AXIS_LENGTH];
    const struct sphere_curve_regimes regimes = regimes_from(c, n);
    script_number(c->out, "has_rare", print_measured_weights(c->out, s, n, is_log, regimes.many));
    print_exact_weights(c->out, s, n, is_log, &c->y);
    script_number(c->out, "has_limit", print_weight_limit(c->out, s, n, is_log));
    print_weight_axis(c->out, is_log, c->y);
    print_beta_axis(c, &regimes);
    script_markup(c->out, "length", axis_length_name(s->log_n[n], length));
    script_number(c->out, "ranks", (double)drawn_ranks(s));
}

const struct figure sphere_figure_weights = {.name = "weights",
                                             .shared = "sphere",
                                             .shows = "keys on a sphere: ordered weights beside their law",
                                             .applies = results_has_output,
                                             .series_lacks = figure_lacks_betas,
                                             .series_print = print_weights};
