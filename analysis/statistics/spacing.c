#include "analysis/statistics/spacing.h"

#include <gsl/gsl_interp.h>
#include <math.h>
#include <stdlib.h>

#include "models/numeric/legendre.h"
#include "sim/base/memory.h"
#include "sim/rows/isa.h"
#include "sim/rows/stream.h"

double spacing_statistic(size_t count, const double *gap) {
    double weighted = 0, total = 0;
    for (size_t k = 1; k <= count; k++) {
        double spacing = (double)k * (gap[k] - gap[k - 1]);
        weighted += ((double)k - 1) * spacing;
        total += spacing;
    }
    return weighted / (((double)count - 1) * total);
}

/* ---- its mean ---- */

/* Panels in w = -log U: of equal width in log w up to 1, where every large t finds its own scale, then of
 * equal width in w, where e^{-tY} falls within 1/index. */
enum { ORDER = 12, NEAR = 28, FAR = 110, PANELS = NEAR + FAR };
static const double FARTHEST = 45; /* e^-45 of the probability lies beyond */

static double panel_edge(int p) { return p < NEAR ? exp(p - NEAR) : 1 + (FARTHEST - 1) * (p - NEAR) / FAR; }

/* Y and dY/dw at w. */
static double y_at(double index, double w) { return fabs(index) < 1e-9 ? w : expm1(index * w) / index; }
static double slope_at(double index, double w) { return exp(index * w); }

/* phi(t), and int E[e^{-tY}; Y > y]^2 dy, panel by panel from the far end. */
static void moments_at(const struct legendre *rule, double index, double t, double *phi, double *square) {
    double beyond = 0;
    *square = 0;
    for (int p = PANELS - 1; p >= 0; p--) {
        double density[ORDER], whole = 0, half = (panel_edge(p + 1) - panel_edge(p)) / 2;
        double middle = panel_edge(p) + half;
        for (int i = 0; i < ORDER; i++) {
            double w = middle + half * rule->x[i];
            density[i] = exp(-t * y_at(index, w) - w);
            whole += half * rule->w[i] * density[i];
        }
        for (int i = 0; i < ORDER; i++) {
            double before = 0;
            for (int j = 0; j < ORDER; j++) { before += half * rule->cumulative[j][i] * density[j]; }
            double above = beyond + whole - before;
            *square += half * rule->w[i] * slope_at(index, middle + half * rule->x[i]) * above * above;
        }
        beyond += whole;
    }
    *phi = beyond;
}

/* Trapezoidal in log t: the integrand is analytic and falls like powers of t at both ends. */
double spacing_mean(size_t count, double index) {
    const double step = 0.25, lowest = -260, highest = 60, negligible = 1e-12;
    struct legendre rule;
    double sum = 0, largest = 0;
    legendre_make(ORDER, &rule);
    for (double x = highest; x >= lowest; x -= step) {
        double phi, square, t = exp(x);
        moments_at(&rule, index, t, &phi, &square);
        double term = step * t * pow(phi, (double)count - 2) * square;
        sum += term;
        largest = fmax(largest, term);
        if (largest > 0 && term < negligible * largest) { break; }
    }
    return (double)count * sum;
}

/* ---- at finite n ---- */

enum { ROWS = 4000, MOST = 64 };

/* The largest uniforms of n, by their spacings (Renyi 1953), as gaps of the law. */
static double simulated(size_t count, const struct family *family, const double *p, double log_n,
                        uint64_t row) {
    double uniform[MOST + 4], gap[MOST + 1] = {0}, y = 0, log_v_top = 0, n = exp(log_n);
    struct stream stream = stream_make(0, "spacing", log_n, false, row);
    isa_best()->kernel->uniforms(stream.key, STREAM_SCORES, 0, count / 4 + 1, uniform);
    for (size_t k = 0; k <= count; k++) {
        y -= log(uniform[k]) / (n - (double)k);
        double log_v = log(-expm1(-y));
        if (k == 0) { log_v_top = log_v; }
        if (k > 0) { gap[k] = exp(family->log_gap(p, log_v_top, log_v - log_v_top)); }
    }
    return spacing_statistic(count, gap);
}

double spacing_mean_finite(size_t count, const struct family *family, const double *p, double log_n) {
    double *value = memory_create(ROWS, sizeof *value), sum = 0;
#pragma omp parallel for schedule(static)
    for (uint64_t r = 0; r < ROWS; r++) { value[r] = simulated(count, family, p, log_n, r); }
    for (size_t r = 0; r < ROWS; r++) { sum += value[r] / ROWS; }
    free(value);
    return sum;
}

/* ---- its inverse ---- */

void spacing_table_make(size_t count, struct spacing_table *table) {
    const double lowest = -4.5, step = 0.25;
    table->count = count;
#pragma omp parallel for schedule(dynamic, 1)
    for (int i = 0; i < SPACING_POINTS; i++) {
        table->index[i] = lowest + step * i;
        table->mean[i] = spacing_mean(count, table->index[i]);
    }
}

/* Cubic through the points, index as a function of -mean, which rises. */
double spacing_index(const struct spacing_table *table, double mean) {
    double x[SPACING_POINTS];
    if (isnan(mean)) { return NAN; }
    for (int i = 0; i < SPACING_POINTS; i++) { x[i] = -table->mean[i]; }
    if (-mean <= x[0]) { return table->index[0]; }
    if (-mean >= x[SPACING_POINTS - 1]) { return table->index[SPACING_POINTS - 1]; }
    gsl_interp *curve = gsl_interp_alloc(gsl_interp_cspline, SPACING_POINTS);
    if (!curve) { memory_exhausted(); }
    gsl_interp_init(curve, x, table->index, SPACING_POINTS);
    double index = gsl_interp_eval(curve, x, table->index, -mean, NULL);
    gsl_interp_free(curve);
    return index;
}
