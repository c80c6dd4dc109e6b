#include "analysis/statistics/spacing.h"

#include <gsl/gsl_interp.h>
#include <math.h>
#include <stdlib.h>

#include "models/numeric/legendre.h"
#include "sim/rows/isa.h"

double spacing_statistic(size_t count, const double *gap) {
    double weighted = 0, total = 0;
    for (size_t k = 1; k <= count; k++) {
        double spacing = (double)k * (gap[k] - gap[k - 1]);
        weighted += ((double)k - 1) * spacing;
        total += spacing;
    }
    return weighted / (((double)count - 1) * total);
}

/* ---- its mean, given that all scores lie above one ---- */

/* Nodes in w = -log U, panel by panel: up to w = 1 of equal width in log w, where every large t finds its own
 * scale, then of equal width in w, the narrower the steeper the law. */
enum { ORDER = 8, NEAR = 20, FAR = 112, PANELS = NEAR + FAR, NODES = PANELS * ORDER };
static const double FARTHEST = 45, STEEPEST = SPACING_END; /* e^-45 of the probability lies beyond */

/* Y of a law: its scores above a threshold in units of their slope there. */
struct excess {
    struct legendre rule;
    int panels;
    double half[PANELS];       /* half of a panel's width */
    double w[NODES], y[NODES]; /* Y at w */
    double dy[NODES];          /* dY, the quadrature's weight within it */
};

/* Panels for a law whose d log(dY/dw)/dw is at most `steep` in size. */
static void place_nodes(double steep, struct excess *e) {
    const double width = 1.8;
    int far = (int)ceil((FARTHEST - 1) * fmin(fmax(1, steep), STEEPEST) / width);
    legendre_make(ORDER, &e->rule);
    e->panels = NEAR + far;
    for (int p = 0; p < e->panels; p++) {
        double low = p == 0 ? 0 : p <= NEAR ? exp(p - NEAR) : 1 + (FARTHEST - 1) * (p - NEAR) / far;
        double high = p < NEAR ? exp(p + 1 - NEAR) : 1 + (FARTHEST - 1) * (p + 1 - NEAR) / far;
        e->half[p] = (high - low) / 2;
        for (int i = 0; i < ORDER; i++) {
            e->w[p * ORDER + i] = low + e->half[p] * (1 + e->rule.x[i]);
            e->dy[p * ORDER + i] = e->half[p] * e->rule.w[i];
        }
    }
}

/* exp(-t Y - w) at the nodes that it does not vanish at; of how many panels. */
static int density_at(const struct excess *e, double t, double density[NODES]) {
    const double vanished = -60;
    int panels = 0;
    while (panels < e->panels && -t * e->y[panels * ORDER] - e->w[panels * ORDER] > vanished) { panels++; }
    for (int k = 0; k < panels * ORDER; k++) { density[k] = -t * e->y[k] - e->w[k]; }
    isa_best()->vector->exp((size_t)panels * ORDER, density, density);
    return panels;
}

/* phi(t), and int E[e^{-tY}; Y > y]^2 dy, panel by panel from the far end. */
static void moments_at(const struct excess *e, double t, double *phi, double *square) {
    double density[NODES], beyond = 0;
    *square = 0;
    for (int p = density_at(e, t, density) - 1; p >= 0; p--) {
        const double *d = density + p * ORDER, *dy = e->dy + p * ORDER;
        double before[ORDER] = {0}, whole = 0;
        for (int j = 0; j < ORDER; j++) {
            whole += e->half[p] * e->rule.w[j] * d[j];
            for (int i = 0; i < ORDER; i++) { before[i] += e->half[p] * e->rule.cumulative[j][i] * d[j]; }
        }
        for (int i = 0; i < ORDER; i++) {
            double above = beyond + whole - before[i];
            *square += dy[i] * above * above;
        }
        beyond += whole;
    }
    *phi = beyond;
}

/* Trapezoidal in log t: the integrand is analytic and falls like powers of t at both ends. */
static double mean_of(size_t count, const struct excess *e) {
    const double step = 0.5, lowest = -260, highest = 12, negligible = 1e-10;
    double sum = 0, largest = 0;
    for (double x = highest; x >= lowest; x -= step) {
        double phi, square, t = exp(x);
        moments_at(e, t, &phi, &square);
        double term = step * t * pow(phi, (double)count - 2) * square;
        sum += term;
        largest = fmax(largest, term);
        if (largest > 0 && term < negligible * largest) { break; }
    }
    return (double)count * sum;
}

double spacing_mean(size_t count, double index) {
    struct excess e;
    place_nodes(fabs(index), &e);
    for (int k = 0; k < e.panels * ORDER; k++) {
        e.y[k] = fabs(index) < 1e-9 ? e.w[k] : expm1(index * e.w[k]) / index;
        e.dy[k] *= exp(index * e.w[k]);
    }
    return mean_of(count, &e);
}

/* ---- at finite n ---- */

static double mean_above(size_t count, const struct family *family, const double *p, double log_v) {
    struct excess e;
    double slope = -family->log_hazard(p, log_v);
    place_nodes(fabs(-family->log_hazard(p, log_v - FARTHEST) - slope) / FARTHEST, &e);
    for (int k = 0; k < e.panels * ORDER; k++) {
        double w = e.w[k];
        e.y[k] = exp(family->log_gap(p, log_v - w, w) - slope);
        e.dy[k] *= exp(-family->log_hazard(p, log_v - w) - slope);
    }
    return mean_of(count, &e);
}

/* Over the law of V at the score after the largest K: trapezoidal in log V by its own standard deviations,
 * where it is close to normal. */
double spacing_mean_finite(size_t count, const struct family *family, const double *p, double log_n) {
    enum { REACH = 5 };
    double points = (double)count + 1, n = exp(log_n), sum = 0, total = 0;
    for (int i = -REACH; i <= REACH; i++) {
        double log_v = log(points) - log_n + i / sqrt(points);
        if (log_v >= 0) { break; }
        double weight = exp(points * i / sqrt(points) + (n - points) * log1p(-exp(log_v)) + points);
        sum += weight * mean_above(count, family, p, log_v);
        total += weight;
    }
    return sum / total;
}

/* ---- its inverse ---- */

void spacing_table_make(size_t count, struct spacing_table *table) {
    const double lowest = -SPACING_END, step = 0.25;
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
    gsl_interp_init(curve, x, table->index, SPACING_POINTS);
    double index = gsl_interp_eval(curve, x, table->index, -mean, NULL);
    gsl_interp_free(curve);
    return index;
}
