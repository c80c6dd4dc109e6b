#include "analysis/figures/growth_figures.h"

#include <math.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/script.h"

bool growth_figure_applies(const struct results_series *series) {
    return series->family->kind != FAMILY_MEASURED && !series->is_prescribed;
}

/* ---- exponents by windows ---- */

static const struct exponent *window_at(const struct fit *fit, size_t window) {
    return &fit->window[window * fit->criteria + fit->primary];
}

/* Three points at least, and an error that leaves something to be seen. */
static bool is_seen(const struct exponent *e) { return e->count > 2 && fit_is_known(e) && e->se < 0.25; }

const char *growth_figure_lacks_windows(const struct fit *fit) {
    size_t seen = 0;
    for (size_t w = 0; w < fit->windows && fit->primary < fit->criteria; w++) {
        seen += is_seen(window_at(fit, w));
    }
    return seen < 2 ? "fewer than two windows of three n have an exponent with an error" : NULL;
}

static void print_lengths(FILE *out, const struct fit *fit, const struct axis_lengths *lengths,
                          size_t count) {
    struct axis_range x = axis_empty;
    for (size_t n = 0; n < count; n++) {
        axis_include(&x, axis_length_coordinate(lengths, fit->series->log_n[n]));
    }
    axis_pad(&x, 0.05, 0.5);
    axis_print_lengths(out, "x", lengths, x);
}

/* Without corrections, beside Lambda^typ over the same n with the same weights. Returns the last window that
 * is seen. */
static size_t print_plain_windows(FILE *out, const struct fit *fit, const struct axis_lengths *lengths,
                                  struct axis_range *y) {
    size_t last = 0;
    script_block_begin(out, "windows");
    for (size_t w = 0; w < fit->windows; w++) {
        const struct exponent *e = window_at(fit, w);
        const double lambda = fit->window_lambda[w * fit->criteria + fit->primary].value;
        if (!is_seen(e)) { continue; }
        script_row(
            out, 4,
            (double[]){axis_length_coordinate(lengths, fit->series->log_n[w]), e->value, e->se, lambda});
        axis_include(y, e->value - e->se);
        axis_include(y, e->value + e->se);
        axis_include(y, lambda);
        last = w;
    }
    script_block_end(out);
    return last;
}

/* With correction terms, as the verdict has them. A line of NaN keeps the block from being empty. */
static void print_corrected_windows(FILE *out, const struct verdict *v, const struct axis_lengths *lengths,
                                    struct axis_range *y) {
    script_block_begin(out, "corrected");
    for (size_t w = 0; w < v->window_count; w++) {
        const struct verdict_window *window = &v->window[w];
        script_row(out, 3,
                   (double[]){axis_length_coordinate(lengths, window->log_n), window->value, window->se});
        axis_include(y, window->value - window->se);
        axis_include(y, window->value + window->se);
    }
    script_row(out, 3, (double[]){NAN, NAN, NAN});
    script_block_end(out);
    script_number(out, "has_corrected", v->window_count > 0);
    script_number(out, "exponent_low", v->exponent.low);
    script_number(out, "exponent_high", v->exponent.high);
    script_number(out, "has_interval", isfinite(v->exponent.low) && isfinite(v->exponent.high));
    axis_include(y, v->exponent.low);
    axis_include(y, v->exponent.high);
}

void growth_figure_windows_of(FILE *out, const struct fit *fit, const struct verdict *verdict) {
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, fit->series->log_n);
    struct axis_range y = axis_empty;
    double law = fit_asymptotic_exponent(fit);
    size_t last = print_plain_windows(out, fit, &lengths, &y);
    print_corrected_windows(out, verdict, &lengths, &y);
    axis_include(&y, law);
    axis_pad(&y, 0.08, 0.01 * fmax(1, fabs(law)));
    print_lengths(out, fit, &lengths, last + 1);
    script_number(out, "y_low", y.low);
    script_number(out, "y_high", y.high);
    script_number(out, "law", law);
    script_number(out, "has_law", isfinite(law));
    script_number(out, "by_n", fit->by_n);
}

void growth_figure_windows(FILE *out, const struct fit *fit) {
    struct verdict verdict;
    verdict_make(&verdict, fit);
    growth_figure_windows_of(out, fit, &verdict);
}

/* ---- residuals ---- */

/* In standard errors; NaN: none. */
static double residual_at(const struct fit *fit, size_t n) {
    const struct ensemble_point *point = &fit->judged[n * fit->criteria + fit->primary];
    return point->se > 0 ? (point->log_ratio - log(fit_judged_exact(fit, n))) / point->se : NAN;
}

const char *growth_figure_lacks_residuals(const struct fit *fit) {
    size_t known = 0;
    for (size_t n = 0; n < fit->lengths && fit->primary < fit->criteria; n++) {
        known += isfinite(residual_at(fit, n));
    }
    return known == 0 ? "no collapse point has both an error and an exact value" : NULL;
}

void growth_figure_residuals(FILE *out, const struct fit *fit) {
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, fit->series->log_n);
    struct axis_range y = {-3, 3};
    script_block_begin(out, "residuals");
    for (size_t n = 0; n < fit->lengths; n++) {
        const double residual = residual_at(fit, n);
        script_row(out, 2, (double[]){axis_length_coordinate(&lengths, fit->series->log_n[n]), residual});
        axis_include(&y, residual);
    }
    script_block_end(out);
    axis_pad(&y, 0.05, 0);
    print_lengths(out, fit, &lengths, fit->lengths);
    script_number(out, "y_low", y.low);
    script_number(out, "y_high", y.high);
}
