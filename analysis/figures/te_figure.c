#include "analysis/figures/te_figure.h"

#include <gsl/gsl_interp.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/figures/beta_curve.h"
#include "analysis/figures/figures.h"
#include "sim/base/memory.h"

/* ---- A(f) ---- */

/* Lambda_n/Lambda^typ of rows that stand for all, at evenly spaced probabilities: so many, since E H of a row
 * may be a step. */
enum { ROWS = 2048 };
struct rows {
    size_t count;
    double lambda[ROWS];
};

static struct rows rows_of(const struct results_series *s, size_t n) {
    const size_t kept = s->size[RESULTS_REPLICATE];
    double *lambda = memory_create(kept + 1, sizeof *lambda);
    struct rows rows = {0};
    size_t count = 0;
    for (size_t r = 0; r < kept; r++) {
        const double here = s->lambda[n * kept + r];
        if (isfinite(here) && here > 0) { lambda[count++] = here; }
    }
    gsl_sort(lambda, 1, count);
    rows.count = count < ROWS ? count : ROWS;
    for (size_t r = 0; r < rows.count; r++) {
        rows.lambda[r] = lambda[(2 * r + 1) * count / (2 * rows.count)];
    }
    free(lambda);
    return rows;
}

static struct beta_curve exact_for(const struct results_series *s, size_t n, const struct rows *rows) {
    const size_t factors = s->size[RESULTS_TE];
    if (rows->count == 0 || family_is_judged_by_rows(s->family)) { return (struct beta_curve){0}; }
    return beta_curve_entropy_over(s, n, log10(s->te_factor[0] * rows->lambda[0]),
                                   log10(s->te_factor[factors - 1] * rows->lambda[rows->count - 1]));
}

/* Over log n. */
static double share_of_rows(const struct beta_curve *exact, const struct rows *rows, double log_n, double x) {
    double sum = 0;
    if (exact->count == 0) { return 0; }
    for (size_t r = 0; r < rows->count; r++) { sum += beta_curve_at(exact, 0, x + log10(rows->lambda[r])); }
    return sum / ((double)rows->count * log_n);
}

/* ---- between factors ---- */

enum { PIECES = 12 }; /* of a factor of two */

static void interpolate(size_t count, const double *x, const double *y, const struct te_figure_curve *to,
                        double *value) {
    gsl_interp *spline = gsl_interp_alloc(count > 2 ? gsl_interp_steffen : gsl_interp_linear, count);
    if (!spline) { memory_exhausted(); }
    gsl_interp_init(spline, x, y, count);
    for (size_t i = 0; i < to->count; i++) { value[i] = gsl_interp_eval(spline, x, y, to->x[i], NULL); }
    gsl_interp_free(spline);
}

static bool is_known(const struct results_series *s, size_t n) {
    const size_t factors = s->size[RESULTS_TE];
    for (size_t at = n * factors; at < (n + 1) * factors; at++) {
        if (!isfinite(s->mean[RESULTS_TE_ENTROPY][at]) || !isfinite(s->mean[RESULTS_TE_TOP_TWO_RATIO][at])) {
            return false;
        }
    }
    return factors > 1;
}

struct te_figure_curve te_figure_curve(const struct results_series *s, size_t n) {
    const size_t factors = s->size[RESULTS_TE];
    struct te_figure_curve c = {0};
    if (!is_known(s, n)) { return c; }
    struct rows rows = rows_of(s, n);
    struct beta_curve exact = exact_for(s, n, &rows);
    c.count = (factors - 1) * PIECES + 1;
    c.x = memory_create(3 * c.count, sizeof *c.x);
    c.share = c.x + c.count;
    c.ratio = c.share + c.count;
    double *x = memory_create(2 * factors, sizeof *x), *rest = x + factors;
    for (size_t f = 0; f < factors; f++) {
        x[f] = log10(s->te_factor[f]);
        rest[f] = s->mean[RESULTS_TE_ENTROPY][n * factors + f] / s->log_n[n] -
                  share_of_rows(&exact, &rows, s->log_n[n], x[f]);
    }
    for (size_t i = 0; i < c.count; i++) {
        const size_t f = i / PIECES;
        const double part = (double)(i % PIECES) / PIECES;
        c.x[i] = part > 0 ? (1 - part) * x[f] + part * x[f + 1] : x[f];
    }
    interpolate(factors, x, rest, &c, c.share);
    interpolate(factors, x, s->mean[RESULTS_TE_TOP_TWO_RATIO] + n * factors, &c, c.ratio);
    for (size_t i = 0; i < c.count; i++) { c.share[i] += share_of_rows(&exact, &rows, s->log_n[n], c.x[i]); }
    free(x);
    beta_curve_release(&exact);
    return c;
}

void te_figure_curve_release(struct te_figure_curve *c) { free(c->x); }

/* ---- the figure ---- */

/* Whether a point lies off the straight line from the last one drawn to the next. */
static bool is_seen(const struct te_figure_curve *c, const double *y, size_t last, size_t i) {
    const double unseen = 5e-4, part = (c->x[i] - c->x[last]) / (c->x[i + 1] - c->x[last]);
    return fabs(y[i] - (1 - part) * y[last] - part * y[i + 1]) > unseen;
}

static void print_curve(struct canvas *c, size_t n) {
    struct te_figure_curve curve = te_figure_curve(c->series, n);
    for (size_t i = 0, last = 0; i < curve.count; i++) {
        bool is_end = i == 0 || i + 1 == curve.count;
        if (!is_end && !is_seen(&curve, curve.share, last, i) && !is_seen(&curve, curve.ratio, last, i)) {
            continue;
        }
        script_row(c->out, 4, (double[]){curve.x[i], curve.share[i], curve.ratio[i], canvas_length(c, n)});
        last = i;
    }
    script_gap(c->out);
    te_figure_curve_release(&curve);
}

static void print_measured(struct canvas *c, size_t n) {
    const struct results_series *s = c->series;
    const size_t factors = s->size[RESULTS_TE];
    for (size_t f = 0; f < factors; f++) {
        script_row(c->out, 4,
                   (double[]){log10(s->te_factor[f]),
                              s->mean[RESULTS_TE_ENTROPY][n * factors + f] / s->log_n[n],
                              s->mean[RESULTS_TE_TOP_TWO_RATIO][n * factors + f], canvas_length(c, n)});
    }
}

/* Ticks of a panel, but none at `from` or before. Returns how many, with those before it. */
static size_t print_ticks(FILE *out, double low, double high, double shift, double from, size_t count) {
    for (int e = 2 * (int)ceil(low / 2); e <= (int)floor(high); e += 2) {
        if (e + shift <= from) { continue; }
        fprintf(out, "%s'%.6g' %.12g", count++ > 0 ? ", " : "", pow(10, e), e + shift);
    }
    return count;
}

/* Two panels side by side on one axis of log10 f: the second begins `shift` further on. Its first name is
 * left out where it would touch the last of the first panel. */
static void print_panels(FILE *out, double low, double high) {
    const double gap = 0.03 * (high - low), shift = high - low + gap, touch = 0.14 * (high + shift - low),
                 last = 2 * floor(high / 2);
    fprintf(out, "set xrange [%.12g:%.12g]\nset xtics (", low, high + shift);
    print_ticks(out, low, high, shift, last + touch, print_ticks(out, low, high, 0, -INFINITY, 0));
    fputs(")\n", out);
    script_number(out, "low", low);
    script_number(out, "high", high);
    script_number(out, "shift", shift);
}

static void print_te(struct canvas *c) {
    const struct results_series *s = c->series;
    const size_t factors = s->size[RESULTS_TE];
    canvas_print_curves(c, "curves", true, print_curve);
    canvas_print_curves(c, "measured", true, print_measured);
    canvas_print_longest_bar(c,
                             fmax(canvas_longest_bar(c, RESULTS_TE_ENTROPY, factors, CANVAS_LOG_N, 0),
                                  canvas_longest_bar(c, RESULTS_TE_TOP_TWO_RATIO, factors, CANVAS_ONE, 0)));
    print_panels(c->out, log10(s->te_factor[0]), log10(s->te_factor[factors - 1]));
    canvas_print_colours(c);
}

static const char *lacks(const struct fit *fit) {
    for (size_t i = 0; i < fit->lengths * fit->series->size[RESULTS_TE]; i++) {
        if (isfinite(fit->series->mean[RESULTS_TE_ENTROPY][i])) { return NULL; }
    }
    return "no row's Lambda_n was kept";
}

const struct figure te_figure = {.name = "te",
                                 .shows = "both halves of the theorem that Lambda_n is the critical scale",
                                 .series_lacks = lacks,
                                 .series_print = print_te};
