/* Of a series: mean H, how Y_2 falls, collapse points, gap counts (entropy.gp, participation.gp, collapse.gp,
 * gap-count.gp). */
#include <math.h>

#include "analysis/figures/beta_curve.h"
#include "analysis/figures/figures.h"

/* Where beta = Lambda^typ stands on the axis of betas, of which it has nothing outside 0 to 1. */
static double lambda_place(const struct canvas *c) { return -c->x.low / (c->x.high - c->x.low); }

static void print_lambda_place(const struct canvas *c) {
    const double place = lambda_place(c);
    script_number(c->out, "has_lambda", place > 0 && place < 1);
    script_number(c->out, "lambda_place", place);
}

/* ---- entropy ---- */

static double entropy_mean(const struct canvas *c, size_t n, size_t b) {
    return c->series->mean[MEASURE_ENTROPY][n * c->betas + b];
}

/* The threshold of the primary criterion where that is the entropy, else NaN. */
static double entropy_threshold(const struct fit *fit) {
    const struct criterion *judged = fit_criterion(fit);
    return judged && judged->kind == CRITERION_ENTROPY ? judged->threshold : NAN;
}

/* Betas of which each is to be seen. */
static bool are_few(const struct canvas *c) { return c->betas < 10; }

/* Points of so many betas are drawn on a curve, at most: every second, third, .. of them, and others at the
 * next n. */
enum { POINTS = 24 };
static size_t point_step(const struct canvas *c) { return (c->betas + POINTS - 1) / POINTS; }
static bool is_drawn(const struct canvas *c, size_t curve, size_t beta) {
    return (beta + curve) % point_step(c) == 0;
}

/* Errors that are drawn, as a part of the mean; curves hide what is smaller. */
static const double entropy_least_bar = 0.1;

/* The error of a point, NaN where it is not drawn. */
static double entropy_bar(const struct canvas *c, size_t n, size_t b) {
    const double se = c->series->se[MEASURE_ENTROPY][n * c->betas + b];
    return se > entropy_least_bar * entropy_mean(c, n, b) ? se : NAN;
}

static bool entropy_has_bars(const struct canvas *c) {
    for (size_t i = 0; i < axis_curves(c->lengths); i++) {
        for (size_t b = 0; b < c->betas; b++) {
            if (is_drawn(c, i, b) && isfinite(entropy_bar(c, axis_curve(c->lengths, i), b))) { return true; }
        }
    }
    return false;
}

/* The mean at one n where its curve comes to that place on the axis of betas, or begins beyond. */
static double entropy_from(const struct canvas *c, size_t n, double log_ratio) {
    size_t b = 0;
    while (b < c->betas && canvas_log_ratio(c, n, b) < log_ratio) { b++; }
    if (b == c->betas) { return NAN; }
    if (b == 0) { return entropy_mean(c, n, 0); }
    const double low = canvas_log_ratio(c, n, b - 1),
                 part = (log_ratio - low) / (canvas_log_ratio(c, n, b) - low);
    return (1 - part) * entropy_mean(c, n, b - 1) + part * entropy_mean(c, n, b);
}

/* Whether a curve, which falls, passes where the legend has its place: at the right, above `height`. Words
 * are longer where curves are not exact. */
static bool entropy_crowds(const struct canvas *c, double height) {
    const double from = c->x.low + (c->is_exact ? 0.6 : 0.45) * (c->x.high - c->x.low);
    for (size_t i = 0; i < axis_curves(c->lengths); i++) {
        if (entropy_from(c, axis_curve(c->lengths, i), from) > height) { return true; }
    }
    return false;
}

/* The axis of entropies. */
struct nats {
    double bottom, top;
    bool is_log;
};

static double place_on(const struct nats *axis, double entropy) {
    return axis->is_log ? log(entropy / axis->bottom) / log(axis->top / axis->bottom)
                        : (entropy - axis->bottom) / (axis->top - axis->bottom);
}

/* Whether a curve passes where words at `height` stand, from `left` to `right`, all in parts of the axes. */
static bool words_are_crossed(const struct canvas *c, const struct nats *axis, double left, double right,
                              double height) {
    const double room = 0.045, length = c->x.high - c->x.low;
    for (size_t i = 0; i < axis_curves(c->lengths); i++) {
        const size_t n = axis_curve(c->lengths, i);
        const double high = place_on(axis, entropy_from(c, n, c->x.low + left * length)),
                     low = place_on(axis, entropy_from(c, n, c->x.low + right * length));
        if (fmin(low, high) < height + room && fmax(low, high) > height - room) { return true; }
    }
    return false;
}

/* Where beta = Lambda^typ is written beside its line: the first of these heights at which neither a curve nor
 * the threshold passes, nor the legend stands. */
static double words_height(const struct canvas *c, const struct nats *axis, double tau, bool legend_is_high) {
    static const double heights[] = {0.8, 0.72, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1};
    enum { HEIGHTS = sizeof heights / sizeof *heights };
    const double words = 0.28 /* in a narrow figure */, place = lambda_place(c),
                 left = place < 0.8 ? place : place - words;
    const size_t first = legend_is_high && place > 0.53 ? 1 : 0;
    for (size_t i = first; i < HEIGHTS; i++) {
        if (!(fabs(place_on(axis, tau) - heights[i]) < 0.07) &&
            !words_are_crossed(c, axis, left, left + words, heights[i])) {
            return heights[i];
        }
    }
    return heights[first];
}

/* Whether the threshold is named at the right end of its line: a curve passes there at the left end, and
 * none, nor the legend, at the right. */
static bool tau_is_right(const struct canvas *c, const struct nats *axis, double tau) {
    const double words = 0.28, legend = 0.75, height = place_on(axis, tau) + 0.035;
    return height < legend && words_are_crossed(c, axis, 0, words, height) &&
           !words_are_crossed(c, axis, 1 - words, 1, height);
}

static void print_entropy_axis(const struct canvas *c, struct axis_range entropy, double tau) {
    const double low = 0.1, high = 30; /* nats: beyond, only a logarithmic axis shows how it falls */
    bool is_plain = entropy.high > high, is_log = is_plain || (entropy.high < low && entropy.low > 0);
    double top = entropy.high > 0 ? (is_log ? 1.5 : 1.05) * entropy.high : 1,
           bottom = is_plain ? 0.01 : (is_log ? 0.7 * entropy.low : 0);
    const double longest =
        canvas_longest_bar(c, MEASURE_ENTROPY, c->betas, CANVAS_MEAN, fmax(bottom, 0.01 * top * !is_log));
    canvas_print_longest_bar(c, longest);
    script_number(c->out, "least_bar", entropy_least_bar);
    script_number(c->out, "has_bars", entropy_has_bars(c));
    script_number(c->out, "y_low", bottom);
    script_number(c->out, "y_high", top);
    script_number(c->out, "y_log", is_log);
    const double legend = 0.8; /* of the axis, from the foot on */
    const bool is_crowded =
        entropy_crowds(c, is_log ? bottom * pow(top / bottom, legend) : bottom + legend * (top - bottom));
    script_number(c->out, "is_crowded", is_crowded);
    const struct nats axis = {bottom, top, is_log};
    script_number(c->out, "words_height", words_height(c, &axis, tau, !is_crowded));
    script_number(c->out, "tau_right", tau_is_right(c, &axis, tau));
    script_number(c->out, "y_plain", is_plain);
    script_number(c->out, "tau", tau);
    script_number(c->out, "has_tau", tau < top);
}

/* The exact mean, or where there is none the measured one, with what is between its betas. */
static void print_entropy_curve(struct canvas *c, size_t n) {
    struct beta_curve curve = beta_curve_entropy(c->series, n);
    for (size_t k = 0; k < curve.count; k++) {
        script_row(c->out, 3, (double[]){curve.x[k], curve.value[k][0], canvas_length(c, n)});
        axis_include(&c->y, curve.value[k][0]);
    }
    script_gap(c->out);
    c->is_exact = c->is_exact && curve.is_exact;
    beta_curve_release(&curve);
}

/* Place, mean and colour of a point, and its error where that is drawn. */
static void print_entropy_point(const struct canvas *c, size_t n, size_t b) {
    script_row(c->out, 4,
               (double[]){canvas_log_ratio(c, n, b), entropy_mean(c, n, b), canvas_length(c, n),
                          entropy_bar(c, n, b)});
}

static void print_measured_entropy(struct canvas *c, size_t n) {
    for (size_t b = 0; b < c->betas; b++) {
        axis_include(&c->x, canvas_log_ratio(c, n, b));
        axis_include(&c->y, entropy_mean(c, n, b));
        if (is_drawn(c, c->curve, b)) { print_entropy_point(c, n, b); }
    }
}

static void print_entropy(struct canvas *c) {
    const bool few = are_few(c);
    canvas_print_curves(c, "curves", false, print_entropy_curve);
    const struct axis_range y_of_curves = c->y;
    c->y = axis_empty;
    canvas_print_curves(c, "measured", false, print_measured_entropy);
    script_number(c->out, "point_step", (double)point_step(c));
    axis_pad(&c->x, few ? 0.03 : 0, 0.1);
    axis_print_log(c->out, "x", c->x);
    canvas_print_colours(c);
    print_entropy_axis(c, c->y.low <= c->y.high ? c->y : y_of_curves, entropy_threshold(c->fit));
    script_number(c->out, "few", few);
    script_number(c->out, "is_exact", c->is_exact);
    print_lambda_place(c);
}

const struct figure series_figure_entropy = {.name = "entropy",
                                             .shows = "mean H against beta/Lambda^typ",
                                             .series_lacks = figure_lacks_betas,
                                             .series_print = print_entropy};

/* ---- participation ---- */

static void print_participation_curve(struct canvas *c, size_t n) {
    const double log_n = c->series->log_n[n];
    struct beta_curve curve = beta_curve_participation(c->series, n);
    for (size_t k = 0; k < curve.count; k++) {
        script_row(c->out, 4,
                   (double[]){curve.x[k], -curve.value[k][0] / log_n, -curve.value[k][1] / log_n,
                              canvas_length(c, n)});
    }
    script_gap(c->out);
    c->is_exact = c->is_exact && curve.is_exact;
    beta_curve_release(&curve);
}

static void print_measured_participation(struct canvas *c, size_t n) {
    const struct results_series *s = c->series;
    const double log_n = s->log_n[n];
    for (size_t b = 0; b < c->betas; b++) {
        const size_t at = n * c->betas + b;
        const double mean = s->mean[MEASURE_PARTICIPATION][at],
                     row[] = {canvas_log_ratio(c, n, b), -s->mean[RESULTS_LOG_PARTICIPATION][at] / log_n,
                              results_is_rare(s, at) ? -log(mean) / log_n : NAN, canvas_length(c, n)};
        axis_include(&c->x, row[0]);
        axis_include(&c->y, row[1]);
        if (is_drawn(c, c->curve, b) || isfinite(row[2])) { script_row(c->out, 4, row); }
    }
}

/* Of exponents: all they can be, unless betas begin where less than a third of that is left. */
static void print_participation_axis(const struct canvas *c) {
    const double whole = 1.02, highest = 1.15 * c->y.high;
    script_number(c->out, "y_high", highest > 0 && highest < whole / 3 ? highest : whole);
}

static void print_participation(struct canvas *c) {
    canvas_print_curves(c, "curves", false, print_participation_curve);
    canvas_print_curves(c, "measured", false, print_measured_participation);
    script_number(c->out, "point_step", (double)point_step(c));
    script_number(c->out, "few", are_few(c));
    canvas_print_longest_bar(c, canvas_longest_bar(c, RESULTS_LOG_PARTICIPATION, c->betas, CANVAS_LOG_N, 0));
    axis_pad(&c->x, 0, 0.1);
    axis_print_log(c->out, "x", c->x);
    canvas_print_colours(c);
    print_participation_axis(c);
    script_number(c->out, "is_exact", c->is_exact);
    print_lambda_place(c);
}

static const char *lacks_participation(const struct fit *fit) {
    const struct results_series *s = fit->series;
    bool none = true;
    for (size_t i = 0; i < s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA]; i++) {
        none = none && isnan(s->mean[RESULTS_LOG_PARTICIPATION][i]);
    }
    return none ? "the results hold no mean of log Y_2" : figure_lacks_betas(fit);
}

const struct figure series_figure_participation = {.name = "participation",
                                                   .shows = "how Y_2 falls with n, typically and in the mean",
                                                   .series_lacks = lacks_participation,
                                                   .series_print = print_participation};

/* ---- collapse ---- */

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

static void print_collapse_points(struct canvas *c) {
    const struct fit *fit = c->fit;
    script_block_begin(c->out, "points");
    for (size_t k = 0; k <= fit->criteria; k++) {
        for (size_t n = 0; n < c->lengths; n++) {
            double row[4] = {canvas_length(c, n)};
            if (k < fit->criteria) {
                point_with_ends(&fit->judged[n * fit->criteria + k], row + 1);
            } else {
                quartiles(&fit->row_collapse[n * fit->criteria + fit->primary], row + 1);
            }
            for (size_t i = 1; i < 4; i++) {
                row[i] /= M_LN10;
                if (k == fit->primary || k == fit->criteria) { axis_include(&c->y, row[i]); }
            }
            script_row(c->out, 4, row);
        }
        script_next_index(c->out);
    }
    script_block_end(c->out);
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
        const bool is_shown = k == fit->primary || fit_first(fit, k) < fit->lengths;
        const double limit = is_shown ? figure_limit(fit, k) : NAN;
        is_known = is_known || isfinite(limit);
        axis_include(y, limit);
        script_list_number(out, k == 0, limit);
    }
    script_list_end(out);
    script_number(out, "has_limit", is_known);
}

static void print_exact_collapse(struct canvas *c) {
    bool is_known = false;
    script_block_begin(c->out, "exact");
    for (size_t n = 0; n < c->lengths; n++) {
        double row[] = {canvas_length(c, n), log10(fit_judged_exact(c->fit, n))};
        is_known = is_known || isfinite(row[1]);
        axis_include(&c->y, row[1]);
        script_row(c->out, 2, row);
    }
    script_block_end(c->out);
    script_number(c->out, "has_exact", is_known);
}

/* Of any collapse point, NaN where none has an error. */
static double longest_collapse_bar(const struct fit *fit) {
    double longest = NAN;
    for (size_t i = 0; i < fit->lengths * fit->criteria; i++) {
        if (fit->judged[i].state == ENSEMBLE_FOUND) { longest = fmax(longest, fit->judged[i].se); }
    }
    return longest;
}

static void print_collapse(struct canvas *c) {
    axis_include(&c->y, 0);
    canvas_include_lengths(c, c->lengths);
    print_collapse_points(c);
    print_exact_collapse(c);
    print_limits(c->out, c->fit, &c->y);
    print_others(c->out, c->fit, &c->y);
    axis_pad(&c->x, 0.06, 0.5);
    axis_pad(&c->y, 0.06, 0.1);
    axis_print_lengths(c->out, "x", &c->axis, c->x);
    axis_print_log(c->out, "y", c->y);
    canvas_print_criteria(c);
    print_shown(c->out, c->fit);
    canvas_print_longest_bar(c, longest_collapse_bar(c->fit));
    script_number(c->out, "criteria", (double)c->fit->criteria);
    script_number(c->out, "lengths", (double)c->lengths);
    script_number(c->out, "judged", (double)(c->fit->primary + 1));
    script_number(c->out, "by_rows", family_is_judged_by_rows(c->series->family));
}

/* Whether there is anything to see: a point, an exact one, or a median of rows. */
static bool has_collapse(const struct fit *fit) {
    bool some = false;
    for (size_t n = 0; n < fit->lengths; n++) {
        const struct order *rows = &fit->row_collapse[n * fit->criteria + fit->primary];
        some = some || isfinite(log(rows->quantile[ORDER_MEDIAN])) || isfinite(log(fit_judged_exact(fit, n)));
    }
    for (size_t k = 0; k < fit->criteria; k++) { some = some || fit_first(fit, k) < fit->lengths; }
    return some;
}

static const char *lacks_criteria(const struct fit *fit) {
    return fit->series->is_prescribed ? "a prescription has one beta at each n, where no mean collapses"
           : fit->criteria == 0       ? "no collapse criterion was asked for"
           : !has_collapse(fit)       ? "there is no collapse point, exact or of a row"
                                      : NULL;
}

const struct figure series_figure_collapse = {.name = "collapse",
                                              .shows = "beta_c/Lambda^typ against n, by every criterion",
                                              .series_lacks = lacks_criteria,
                                              .series_print = print_collapse};

/* ---- gap count ---- */

/* What is worth seeing of log N: not what is rarer than one further score in twenty rows, nor gaps that hold
 * all scores but a few. */
static const double gap_count_least = 0.05, gap_count_full = 0.995;

/* The largest part of the rows that can have a second score within a gap at which their mean of log N lies
 * above the envelope, where it is worth seeing: log 2 is the least that such a row adds. 0: none does. */
static double share_above_envelope(const struct canvas *c) {
    const struct results_series *s = c->series;
    const size_t gaps = s->size[RESULTS_GAP];
    double share = 0;
    for (size_t i = 0; i < axis_curves(c->lengths); i++) {
        const double *log_count = s->mean[RESULTS_LOG_GAP_COUNT] + axis_curve(c->lengths, i) * gaps;
        for (size_t g = 0; g < gaps; g++) {
            bool is_above = log_count[g] > s->gap_grid[g] && log_count[g] >= gap_count_least;
            if (is_above) { share = fmax(share, fmin(1, log_count[g] / M_LN2)); }
        }
    }
    return share;
}

static void print_gap_curve(struct canvas *c, size_t n) {
    const struct results_series *s = c->series;
    const size_t gaps = s->size[RESULTS_GAP];
    bool full = false;
    for (size_t g = 0; g < gaps; g++) {
        double log_count = s->mean[RESULTS_LOG_GAP_COUNT][n * gaps + g];
        double row[] = {log10(s->gap_grid[g]), log10(log_count), canvas_length(c, n)};
        if (log_count >= gap_count_least) {
            if (!full) { axis_include(&c->x, row[0]); }
            axis_include(&c->y, row[1]);
        }
        full = log_count >= gap_count_full * s->log_n[n];
        script_row(c->out, 3, row);
    }
    script_gap(c->out);
}

static void print_gap_count(struct canvas *c) {
    canvas_print_curves(c, "curves", false, print_gap_curve);
    canvas_print_longest_bar(c, canvas_longest_bar(c, RESULTS_LOG_GAP_COUNT, c->series->size[RESULTS_GAP],
                                                   CANVAS_MEAN, gap_count_least));
    script_number(c->out, "share_above", share_above_envelope(c));
    axis_pad(&c->x, 0.04, 0.5);
    axis_pad(&c->y, 0.04, 0.5);
    axis_print_log(c->out, "x", c->x);
    axis_print_log(c->out, "y", c->y);
    canvas_print_colours(c);
}

static const char *lacks_gap_counts(const struct fit *fit) {
    const size_t gaps = fit->series->size[RESULTS_GAP];
    size_t known = 0;
    for (size_t i = 0; i < fit->lengths * gaps; i++) {
        known += isfinite(fit->series->mean[RESULTS_LOG_GAP_COUNT][i]);
    }
    return known < 2 ? "the results hold no gap counts" : NULL;
}

const struct figure series_figure_gap_count = {.name = "gap-count",
                                               .shows = "N_n(t) and its envelope",
                                               .series_lacks = lacks_gap_counts,
                                               .series_print = print_gap_count};
