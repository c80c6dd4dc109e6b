/* How a series' collapse points grow, and how far they lie from exact ones (windows.gp, residuals.gp). */
#include "analysis/figures/growth_figures.h"

#include <math.h>

#include "analysis/figures/figures.h"

/* Whether growth means anything: rows are of a law, and not along a prescription. */
static bool applies(const struct results_series *series) {
    return series->family->kind != FAMILY_MEASURED && !series->is_prescribed;
}

/* ---- exponents by windows ---- */

static const struct exponent *window_at(const struct fit *fit, size_t window) {
    return &fit->window[window * fit->criteria + fit->primary];
}

/* Three points at least, and an error that leaves something to be seen. */
static bool is_seen(const struct exponent *e) { return e->count > 2 && fit_is_known(e) && e->se < 0.25; }

static const char *lacks_windows(const struct fit *fit) {
    size_t seen = 0;
    for (size_t w = 0; w < fit->windows && fit->primary < fit->criteria; w++) {
        seen += is_seen(window_at(fit, w));
    }
    return seen < 2 ? "fewer than two windows of three n have an exponent with an error" : NULL;
}

static void print_lengths(struct canvas *c, size_t count) {
    canvas_include_lengths(c, count);
    axis_pad(&c->x, 0.05, 0.5);
    axis_print_lengths(c->out, "x", &c->axis, c->x);
}

static void print_y(const struct canvas *c) {
    script_number(c->out, "y_low", c->y.low);
    script_number(c->out, "y_high", c->y.high);
}

/* Without corrections, beside Lambda^typ over the same n. Returns the last window that is seen. */
static size_t print_plain_windows(struct canvas *c) {
    const struct fit *fit = c->fit;
    size_t last = 0;
    script_block_begin(c->out, "windows");
    for (size_t w = 0; w < fit->windows; w++) {
        const struct exponent *e = window_at(fit, w);
        const double lambda = fit->window_lambda[w * fit->criteria + fit->primary].value;
        if (!is_seen(e)) { continue; }
        script_row(c->out, 4, (double[]){canvas_length(c, w), e->value, e->se, lambda});
        axis_include(&c->y, e->value - e->se);
        axis_include(&c->y, e->value + e->se);
        axis_include(&c->y, lambda);
        last = w;
    }
    script_block_end(c->out);
    script_number(c->out, "has_scale", fit_has_scale(fit));
    return last;
}

/* With correction terms, as the verdict has them. A line of NaN keeps the block from being empty. */
static void print_corrected_windows(struct canvas *c, const struct verdict *v) {
    script_block_begin(c->out, "corrected");
    for (size_t w = 0; w < v->window_count; w++) {
        const struct verdict_window *window = &v->window[w];
        script_row(c->out, 3,
                   (double[]){axis_length_coordinate(&c->axis, window->log_n), window->value, window->se});
        axis_include(&c->y, window->value - window->se);
        axis_include(&c->y, window->value + window->se);
    }
    script_row(c->out, 3, (double[]){NAN, NAN, NAN});
    script_block_end(c->out);
    script_number(c->out, "has_corrected", v->window_count > 0);
    script_number(c->out, "exponent_low", v->exponent.low);
    script_number(c->out, "exponent_high", v->exponent.high);
    script_number(c->out, "has_interval", isfinite(v->exponent.low) && isfinite(v->exponent.high));
    axis_include(&c->y, v->exponent.low);
    axis_include(&c->y, v->exponent.high);
}

/* What lies so near to the law that ticks of exponents would have many digits alike is seen as its distance
 * from the law, in powers of ten that rows of a script (10 digits) still resolve. */
static void print_exponents_axis(struct canvas *c, double law) {
    const double coarsest = 0.01 * fmax(1, fabs(law)), finest = 1e-6 * coarsest;
    const bool is_near = isfinite(law) && c->y.high - c->y.low < coarsest;
    axis_pad(&c->y, 0.08, is_near ? finest : coarsest);
    const double reach = fmax(c->y.high - law, law - c->y.low);
    script_number(c->out, "y_zero", is_near ? law : 0);
    script_number(c->out, "y_power", is_near ? floor(log10(reach)) : 0);
    print_y(c);
}

void growth_figure_windows_of(struct canvas *c, const struct verdict *verdict) {
    const double law = fit_asymptotic_exponent(c->fit);
    size_t last = print_plain_windows(c);
    print_corrected_windows(c, verdict);
    axis_include(&c->y, law);
    print_lengths(c, last + 1);
    print_exponents_axis(c, law);
    script_number(c->out, "law", law);
    script_number(c->out, "has_law", isfinite(law));
    script_number(c->out, "by_n", c->fit->by_n);
}

static void print_windows(struct canvas *c) {
    struct verdict verdict;
    verdict_make(&verdict, c->fit);
    growth_figure_windows_of(c, &verdict);
}

const struct figure growth_figure_windows = {
    .name = "windows",
    .shows = "the exponent of beta_c, with corrections and without, and that of Lambda^typ, from each n on",
    .applies = applies,
    .series_lacks = lacks_windows,
    .series_print = print_windows};

/* ---- residuals ---- */

/* In standard errors; NaN: none. */
static double residual_at(const struct fit *fit, size_t n) {
    const struct ensemble_point *point = fit_judged(fit, n);
    return point->se > 0 ? (point->log_ratio - log(fit_judged_exact(fit, n))) / point->se : NAN;
}

static const char *lacks_residuals(const struct fit *fit) {
    size_t known = 0;
    for (size_t n = 0; n < fit->lengths; n++) { known += isfinite(residual_at(fit, n)); }
    return known == 0 ? "no collapse point has both an error and an exact value" : NULL;
}

static void print_residuals(struct canvas *c) {
    c->y = (struct axis_range){-3, 3};
    script_block_begin(c->out, "residuals");
    for (size_t n = 0; n < c->lengths; n++) {
        const double residual = residual_at(c->fit, n);
        script_row(c->out, 2, (double[]){canvas_length(c, n), residual});
        axis_include(&c->y, residual);
    }
    script_block_end(c->out);
    axis_pad(&c->y, 0.05, 0);
    print_lengths(c, c->lengths);
    print_y(c);
}

const struct figure growth_figure_residuals = {.name = "residuals",
                                               .shows = "beta_c less its exact value, in standard errors",
                                               .applies = applies,
                                               .series_lacks = lacks_residuals,
                                               .series_print = print_residuals};
