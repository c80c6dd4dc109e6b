#include "analysis/figures/series_figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/beta_curve.h"
#include "analysis/figures/limit_line.h"
#include "analysis/figures/longest_bar.h"
#include "analysis/figures/script.h"
#include "sim/base/memory.h"

/* ---- entropy ---- */

static double log10_ratio(const struct fit *fit, size_t n, size_t b) {
    return log10(fit->series->beta_ratio[n * fit->series->size[RESULTS_BETA] + b]);
}

static double entropy_mean(const struct fit *fit, size_t n, size_t b) {
    return fit->series->mean[MEASURE_ENTROPY][n * fit->series->size[RESULTS_BETA] + b];
}

/* The threshold of the primary criterion where that is the entropy, else NaN. */
static double entropy_threshold(const struct fit *fit) {
    if (fit->primary == fit->criteria || fit->series->criterion[fit->primary].kind != CRITERION_ENTROPY) {
        return NAN;
    }
    return fit->series->criterion[fit->primary].threshold;
}

/* On the plane of n and beta, or that of n and gaps. */
static struct longest_bar bar_of(const struct fit *fit, unsigned quantity, enum results_dimension axis) {
    return (struct longest_bar){fit->series, quantity, fit->series->size[axis]};
}

/* Errors that are drawn, as a part of the mean; curves hide what is smaller. */
static const double entropy_least_bar = 0.1;

static void print_entropy_axis(FILE *out, const struct fit *fit, struct axis_range entropy, double tau) {
    const double low = 0.1, high = 30; /* nats: beyond, only a logarithmic axis shows how it falls */
    bool is_plain = entropy.high > high, is_log = is_plain || (entropy.high < low && entropy.low > 0);
    double top = entropy.high > 0 ? (is_log ? 1.5 : 1.05) * entropy.high : 1,
           bottom = is_plain ? 0.01 : (is_log ? 0.7 * entropy.low : 0);
    const double longest =
        longest_bar_relative(bar_of(fit, MEASURE_ENTROPY, RESULTS_BETA), fmax(bottom, 0.01 * top * !is_log));
    longest_bar_print(out, longest);
    script_number(out, "least_bar", entropy_least_bar);
    script_number(out, "has_bars", longest > entropy_least_bar);
    script_number(out, "y_low", bottom);
    script_number(out, "y_high", top);
    script_number(out, "y_log", is_log);
    script_number(out, "y_plain", is_plain);
    script_number(out, "tau", tau);
    script_number(out, "has_tau", tau < top);
}

/* The exact mean, or where there is none the measured one, with what is between its betas. Whether it is
 * exact. */
static bool print_entropy_curve(FILE *out, const struct fit *fit, size_t n, double colour_value,
                                struct axis_range *y) {
    struct beta_curve curve = beta_curve_entropy(fit->series, n);
    const bool is_exact = curve.is_exact;
    for (size_t i = 0; i < curve.count; i++) {
        script_row(out, 3, (double[]){curve.x[i], curve.value[i][0], colour_value});
        axis_include(y, curve.value[i][0]);
    }
    script_gap(out);
    beta_curve_release(&curve);
    return is_exact;
}

/* Points of so many betas are drawn on a curve, at most: every second, third, .. of them, and others at the
 * next n. */
enum { POINTS = 24 };
static size_t point_step(const struct fit *fit) {
    return (fit->series->size[RESULTS_BETA] + POINTS - 1) / POINTS;
}
static bool is_drawn(const struct fit *fit, size_t curve, size_t beta) {
    return (beta + curve) % point_step(fit) == 0;
}

/* Place, mean and colour of a point, and its error where that is drawn. */
static void print_entropy_point(FILE *out, const struct fit *fit, size_t n, size_t b, double colour) {
    const double mean = entropy_mean(fit, n, b),
                 se = fit->series->se[MEASURE_ENTROPY][n * fit->series->size[RESULTS_BETA] + b];
    script_row(out, 4,
               (double[]){log10_ratio(fit, n, b), mean, colour, se > entropy_least_bar * mean ? se : NAN});
}

static void print_measured_entropy(FILE *out, const struct fit *fit, const struct axis_lengths *lengths,
                                   struct axis_range *x, struct axis_range *y) {
    script_block_begin(out, "measured");
    for (size_t i = 0; i < axis_curves(fit->lengths); i++) {
        size_t n = axis_curve(fit->lengths, i);
        const double colour = axis_length_coordinate(lengths, fit->series->log_n[n]);
        for (size_t b = 0; b < fit->series->size[RESULTS_BETA]; b++) {
            axis_include(x, log10_ratio(fit, n, b));
            axis_include(y, entropy_mean(fit, n, b));
            if (is_drawn(fit, i, b)) { print_entropy_point(out, fit, n, b, colour); }
        }
    }
    script_block_end(out);
    script_number(out, "point_step", (double)point_step(fit));
}

void series_figure_entropy(FILE *out, const struct fit *fit) {
    bool few = fit->series->size[RESULTS_BETA] < 10, /* betas, so that each is to be seen */
        is_exact = true;
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, fit->series->log_n);
    struct axis_range x = axis_empty, y = axis_empty, y_of_curves = axis_empty;
    script_block_begin(out, "curves");
    for (size_t i = 0; i < axis_curves(fit->lengths); i++) {
        size_t n = axis_curve(fit->lengths, i);
        double colour = axis_length_coordinate(&lengths, fit->series->log_n[n]);
        is_exact = print_entropy_curve(out, fit, n, colour, &y_of_curves) && is_exact;
    }
    script_block_end(out);
    print_measured_entropy(out, fit, &lengths, &x, &y);
    if (!(y.low <= y.high)) { y = y_of_curves; }
    axis_pad(&x, few ? 0.03 : 0, 0.1);
    axis_print_log(out, "x", x);
    axis_print_length_colours(out, fit->lengths, fit->series->log_n);
    print_entropy_axis(out, fit, y, entropy_threshold(fit));
    script_number(out, "few", few);
    script_number(out, "is_exact", is_exact);
    script_number(out, "has_lambda", x.low < 0 && x.high > 0);
}

/* ---- participation ---- */

static bool print_participation_curve(FILE *out, const struct fit *fit, size_t n, double colour_value) {
    const double log_n = fit->series->log_n[n];
    struct beta_curve curve = beta_curve_participation(fit->series, n);
    const bool is_exact = curve.is_exact;
    for (size_t i = 0; i < curve.count; i++) {
        script_row(
            out, 4,
            (double[]){curve.x[i], -curve.value[i][0] / log_n, -curve.value[i][1] / log_n, colour_value});
    }
    script_gap(out);
    beta_curve_release(&curve);
    return is_exact;
}

static void print_measured_participation(FILE *out, const struct fit *fit, const struct axis_lengths *lengths,
                                         struct axis_range *x) {
    const struct results_series *s = fit->series;
    script_block_begin(out, "measured");
    for (size_t i = 0; i < axis_curves(fit->lengths); i++) {
        const size_t n = axis_curve(fit->lengths, i);
        const double log_n = s->log_n[n];
        for (size_t b = 0; b < s->size[RESULTS_BETA]; b++) {
            const size_t at = n * s->size[RESULTS_BETA] + b;
            const double mean = s->mean[MEASURE_PARTICIPATION][at],
                         row[] = {log10_ratio(fit, n, b), -s->mean[RESULTS_LOG_PARTICIPATION][at] / log_n,
                                  results_is_rare(s, at) ? -log(mean) / log_n : NAN,
                                  axis_length_coordinate(lengths, log_n)};
            axis_include(x, row[0]);
            if (is_drawn(fit, i, b) || isfinite(row[2])) { script_row(out, 4, row); }
        }
    }
    script_block_end(out);
    script_number(out, "point_step", (double)point_step(fit));
}

void series_figure_participation(FILE *out, const struct fit *fit) {
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, fit->series->log_n);
    struct axis_range x = axis_empty;
    bool is_exact = true;
    script_block_begin(out, "curves");
    for (size_t i = 0; i < axis_curves(fit->lengths); i++) {
        size_t n = axis_curve(fit->lengths, i);
        double colour = axis_length_coordinate(&lengths, fit->series->log_n[n]);
        is_exact = print_participation_curve(out, fit, n, colour) && is_exact;
    }
    script_block_end(out);
    print_measured_participation(out, fit, &lengths, &x);
    longest_bar_print(out, longest_bar_of_share(bar_of(fit, RESULTS_LOG_PARTICIPATION, RESULTS_BETA)));
    axis_print_log(out, "x", x);
    axis_print_length_colours(out, fit->lengths, fit->series->log_n);
    script_number(out, "is_exact", is_exact);
    script_number(out, "has_lambda", x.low < 0 && x.high > 0);
}

/* ---- collapse ---- */

/* Names, without their thresholds. */
static void print_criteria(FILE *out, const struct fit *fit) {
    const struct criterion *criterion = fit->series->criterion;
    script_list_begin(out, "criterion");
    for (size_t k = 0; k < fit->criteria; k++) {
        char label[CRITERION_LABEL];
        criterion_label(&criterion[k], label);
        label[strcspn(label, "=")] = '\0';
        script_list_word(out, k == 0, label);
    }
    script_list_end(out);
    script_list_begin(out, "threshold");
    for (size_t k = 0; k < fit->criteria; k++) { script_list_number(out, k == 0, criterion[k].threshold); }
    script_list_end(out);
}

static void print_shown(FILE *out, const struct fit *fit) {
    script_list_begin(out, "shown");
    for (size_t k = 0; k < fit->criteria; k++) {
        script_list_number(out, k == 0, fit_first(fit, k) < fit->lengths);
    }
    script_list_end(out);
}

/* A criterion's log beta_c/Lambda^typ and its ends. */
static void point_with_ends(const struct ensemble_point *point, double ends[3]) {
    double se = isnan(point->se) ? 0 : point->se;
    ends[0] = point->log_ratio;
    ends[1] = point->log_ratio - se;
    ends[2] = point->log_ratio + se;
}

static void quartiles(const struct order *rows, double ends[3]) {
    ends[0] = log(rows->quantile[ORDER_MEDIAN]);
    ends[1] = log(rows->quantile[1]);
    ends[2] = log(rows->quantile[3]);
}

static void print_collapse_points(FILE *out, const struct fit *fit, const struct axis_lengths *lengths,
                                  struct axis_range *y) {
    script_block_begin(out, "points");
    for (size_t k = 0; k <= fit->criteria; k++) {
        for (size_t n = 0; n < fit->lengths; n++) {
            double row[4] = {axis_length_coordinate(lengths, fit->series->log_n[n])};
            if (k < fit->criteria) {
                point_with_ends(&fit->judged[n * fit->criteria + k], row + 1);
            } else {
                quartiles(&fit->row_collapse[n * fit->criteria + fit->primary], row + 1);
            }
            for (size_t i = 1; i < 4; i++) {
                row[i] /= M_LN10;
                if (k == fit->primary || k == fit->criteria) { axis_include(y, row[i]); }
            }
            script_row(out, 4, row);
        }
        script_next_index(out);
    }
    script_block_end(out);
}

/* Other criteria's points are seen where they lie near those of the one that is judged; each has a number:
 * 1 where some are cut off, 2 where all are. */
static void print_others(FILE *out, const struct fit *fit, struct axis_range *y) {
    const double near = 0.5; /* decades */
    const struct axis_range seen = {y->low - near, y->high + near};
    script_list_begin(out, "is_cut");
    for (size_t k = 0; k < fit->criteria; k++) {
        size_t near_by = 0, cut = 0;
        for (size_t n = 0; n < fit->lengths; n++) {
            const double place = fit->judged[n * fit->criteria + k].log_ratio / M_LN10;
            bool is_near = place > seen.low && place < seen.high;
            if (is_near) { axis_include(y, place); }
            near_by += is_near;
            cut += !is_near && !isnan(place);
        }
        script_list_number(out, k == 0, cut == 0 ? 0 : near_by > 0 ? 1 : 2);
    }
    script_list_end(out);
}

static void print_limits(FILE *out, const struct fit *fit, struct axis_range *y) {
    bool is_known = false;
    script_list_begin(out, "limit");
    for (size_t k = 0; k < fit->criteria; k++) {
        double limit = limit_line(fit, k);
        is_known = is_known || isfinite(limit);
        axis_include(y, limit);
        script_list_number(out, k == 0, limit);
    }
    script_list_end(out);
    script_number(out, "has_limit", is_known);
}

static void print_exact_collapse(FILE *out, const struct fit *fit, const struct axis_lengths *lengths,
                                 struct axis_range *y) {
    bool is_known = false;
    script_block_begin(out, "exact");
    for (size_t n = 0; n < fit->lengths; n++) {
        double row[] = {axis_length_coordinate(lengths, fit->series->log_n[n]),
                        log10(fit_judged_exact(fit, n))};
        is_known = is_known || isfinite(row[1]);
        axis_include(y, row[1]);
        script_row(out, 2, row);
    }
    script_block_end(out);
    script_number(out, "has_exact", is_known);
}

void series_figure_collapse(FILE *out, const struct fit *fit) {
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, fit->series->log_n);
    struct axis_range x = axis_empty, y = axis_empty;
    axis_include(&y, 0);
    for (size_t n = 0; n < fit->lengths; n++) {
        axis_include(&x, axis_length_coordinate(&lengths, fit->series->log_n[n]));
    }
    print_collapse_points(out, fit, &lengths, &y);
    print_exact_collapse(out, fit, &lengths, &y);
    print_limits(out, fit, &y);
    print_others(out, fit, &y);
    axis_pad(&x, 0.06, 0.5);
    axis_pad(&y, 0.06, 0.1);
    axis_print_lengths(out, "x", &lengths, x);
    axis_print_log(out, "y", y);
    print_criteria(out, fit);
    print_shown(out, fit);
    script_number(out, "criteria", (double)fit->criteria);
    script_number(out, "judged", (double)(fit->primary + 1));
    script_number(out, "by_rows", family_is_judged_by_rows(fit->series->family));
}

/* ---- gap count ---- */

/* What is worth seeing of log N: not what is rarer than one further score in twenty rows, nor gaps that hold
 * all scores but a few. */
static const double gap_count_least = 0.05, gap_count_full = 0.995;

/* The largest part of the rows that can have a second score within a gap at which their mean of log N lies
 * above the envelope, where it is worth seeing: log 2 is the least that such a row adds. 0: none does. */
static double share_above_envelope(const struct fit *fit) {
    const struct results_series *s = fit->series;
    const size_t gaps = s->size[RESULTS_GAP];
    double share = 0;
    for (size_t i = 0; i < axis_curves(fit->lengths); i++) {
        const double *log_count = s->mean[RESULTS_LOG_GAP_COUNT] + axis_curve(fit->lengths, i) * gaps;
        for (size_t g = 0; g < gaps; g++) {
            bool is_above = log_count[g] > s->gap_grid[g] && log_count[g] >= gap_count_least;
            if (is_above) { share = fmax(share, fmin(1, log_count[g] / M_LN2)); }
        }
    }
    return share;
}

static void print_gap_curve(FILE *out, const struct fit *fit, size_t n, double colour_value,
                            struct axis_range *x, struct axis_range *y) {
    const struct results_series *s = fit->series;
    size_t gaps = s->size[RESULTS_GAP];
    bool full = false;
    for (size_t g = 0; g < gaps; g++) {
        double log_count = s->mean[RESULTS_LOG_GAP_COUNT][n * gaps + g];
        double row[] = {log10(s->gap_grid[g]), log10(log_count), colour_value};
        if (log_count >= gap_count_least) {
            if (!full) { axis_include(x, row[0]); }
            axis_include(y, row[1]);
        }
        full = log_count >= gap_count_full * s->log_n[n];
        script_row(out, 3, row);
    }
    script_gap(out);
}

void series_figure_gap_count(FILE *out, const struct fit *fit) {
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, fit->series->log_n);
    struct axis_range x = axis_empty, y = axis_empty;
    script_block_begin(out, "curves");
    for (size_t i = 0; i < axis_curves(fit->lengths); i++) {
        size_t n = axis_curve(fit->lengths, i);
        print_gap_curve(out, fit, n, axis_length_coordinate(&lengths, fit->series->log_n[n]), &x, &y);
    }
    script_block_end(out);
    longest_bar_print(out,
                      longest_bar_relative(bar_of(fit, RESULTS_LOG_GAP_COUNT, RESULTS_GAP), gap_count_least));
    script_number(out, "share_above", share_above_envelope(fit));
    axis_pad(&x, 0.04, 0.5);
    axis_pad(&y, 0.04, 0.5);
    axis_print_log(out, "x", x);
    axis_print_log(out, "y", y);
    axis_print_length_colours(out, fit->lengths, fit->series->log_n);
}

/* ---- phase diagram ---- */

/* Every n's. Free with release_curves. */
static struct beta_curve *make_curves(const struct fit *fit) {
    struct beta_curve *curve = memory_create(fit->lengths, sizeof *curve);
    for (size_t n = 0; n < fit->lengths; n++) { curve[n] = beta_curve_entropy(fit->series, n); }
    return curve;
}

static void release_curves(const struct fit *fit, struct beta_curve *curve) {
    for (size_t n = 0; n < fit->lengths; n++) { beta_curve_release(&curve[n]); }
    free(curve);
}

/* H/log n on a regular grid, exact where it is known, linear between neighbouring n. */
static void print_phase_map(FILE *out, const struct fit *fit, const struct axis_lengths *lengths,
                            struct axis_range x, struct axis_range y) {
    enum { COLUMNS = 160, ROWS = 120 };
    const double *log_n = fit->series->log_n;
    struct beta_curve *curve = make_curves(fit);
    script_block_begin(out, "map");
    for (size_t j = 0; j < ROWS; j++) {
        double height = y.low + (y.high - y.low) * (double)j / (ROWS - 1);
        size_t n = 0;
        double left = beta_curve_at(&curve[0], 0, height) / log_n[0],
               right = beta_curve_at(&curve[1], 0, height) / log_n[1];
        for (size_t i = 0; i < COLUMNS; i++) {
            double place = x.low + (x.high - x.low) * (double)i / (COLUMNS - 1);
            while (n + 2 < fit->lengths && axis_length_coordinate(lengths, log_n[n + 1]) < place) {
                n++;
                left = right;
                right = beta_curve_at(&curve[n + 1], 0, height) / log_n[n + 1];
            }
            double low = axis_length_coordinate(lengths, log_n[n]),
                   high = axis_length_coordinate(lengths, log_n[n + 1]);
            double part = (place - low) / (high - low),
                   row[] = {place, height, (1 - part) * left + part * right};
            script_row(out, 3, row);
        }
        script_gap(out);
    }
    script_block_end(out);
    release_curves(fit, curve);
}

/* A line of NaN keeps the block from being empty. */
static void print_phase_line(FILE *out, const struct fit *fit, const struct axis_lengths *lengths) {
    script_block_begin(out, "line");
    for (size_t n = 0; n < fit->lengths && fit->primary < fit->criteria; n++) {
        const struct ensemble_point *point = &fit->judged[n * fit->criteria + fit->primary];
        double row[] = {axis_length_coordinate(lengths, fit->series->log_n[n]), point->log_ratio / M_LN10};
        script_row(out, 2, row);
    }
    script_row(out, 2, (double[]){NAN, NAN});
    script_block_end(out);
}

/* The n that were run. */
static void print_phase_run(FILE *out, const struct fit *fit, const struct axis_lengths *lengths) {
    script_block_begin(out, "run");
    for (size_t n = 0; n < fit->lengths; n++) {
        script_row(out, 1, (double[]){axis_length_coordinate(lengths, fit->series->log_n[n])});
    }
    script_block_end(out);
}

void series_figure_phase(FILE *out, const struct fit *fit) {
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, fit->series->log_n);
    struct axis_range x = axis_empty, y = axis_empty;
    for (size_t n = 0; n < fit->lengths; n++) {
        axis_include(&x, axis_length_coordinate(&lengths, fit->series->log_n[n]));
        for (size_t b = 0; b < fit->series->size[RESULTS_BETA]; b++) {
            axis_include(&y, log10_ratio(fit, n, b));
        }
    }
    bool has_line = fit->primary < fit->criteria && fit_last(fit, fit->primary) < fit->lengths;
    print_phase_map(out, fit, &lengths, x, y);
    print_phase_line(out, fit, &lengths);
    print_phase_run(out, fit, &lengths);
    script_number(out, "y_low", y.low);
    script_number(out, "y_high", y.high);
    if (has_line) {
        print_criteria(out, fit);
        script_number(out, "judged", (double)(fit->primary + 1));
    }
    longest_bar_print(out, longest_bar_of_share(bar_of(fit, MEASURE_ENTROPY, RESULTS_BETA)));
    axis_print_lengths(out, "x", &lengths, x);
    axis_print_log(out, "y", y);
    script_number(out, "has_line", has_line);
    script_number(out, "has_lambda", y.low < 0 && y.high > 0);
}

/* ---- what a series lacks ---- */

const char *series_figure_lacks_betas(const struct fit *fit) {
    return fit->series->size[RESULTS_BETA] < 2 ? "it takes two betas or more" : NULL;
}

const char *series_figure_lacks_participation(const struct fit *fit) {
    const struct results_series *s = fit->series;
    bool none = true;
    for (size_t i = 0; i < s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA]; i++) {
        none = none && isnan(s->mean[RESULTS_LOG_PARTICIPATION][i]);
    }
    return none ? "the results hold no mean of log Y_2" : series_figure_lacks_betas(fit);
}

const char *series_figure_lacks_criteria(const struct fit *fit) {
    return fit->series->is_prescribed ? "a prescription has one beta at each n, where no mean collapses"
           : fit->criteria == 0       ? "no collapse criterion was asked for"
                                      : NULL;
}

const char *series_figure_lacks_gap_counts(const struct fit *fit) {
    return fit->series->size[RESULTS_GAP] < 2 ? "the results hold no gap counts" : NULL;
}

const char *series_figure_lacks_a_plane(const struct fit *fit) {
    return fit->series->size[RESULTS_BETA] < 2 || fit->lengths < 2 ? "it takes two n and two betas or more"
                                                                   : NULL;
}
