#include "models/theory/limits.h"

#include <gsl/gsl_sf_expint.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

#include "models/numeric/panels.h"
#include "models/numeric/root.h"

/* ---- Weibull class ----
 *
 * With a = e^(v-y), dM the mean measure, psi(v) = int (1 - e^-a) dM and G(y) = int_0^y e^-a dM,
 *
 *     E H       = int e^-psi psi' kay dv,  kay(v) = int K(a) dM,  K(a) = E_1(a) + e^-a (gamma + log a) >= 0
 *     E Y_2     = int e^-psi [int a^2 e^-a dM] dv
 *     E p_(1)   = int e^-psi [int a e^-a e^-G dM] dv
 *     E sum p y = kappa int psi e^-psi dv
 *
 * in which every integrand is positive, so that relative accuracy survives where a value is tiny (E H by
 * parts: d kay/dv = int a e^-a (-gamma - log a) dM). Inner integrals ascend by panels over log y below y = 1
 * and over y - v above; outer ones go both ways from a v where psi is of order 1. Widths of panels are
 * choices that mostly resolve the integrand at once; panels.h halves what they do not. */

#define EULER 0.57721566490153286061

/* Choices. For this relative AIM 10 nodes on panels of 1 took 1.6 times as long, 12 on panels of 1.4 took 1.4
 * times; panels wider than this would take less, but their errors were not looked at. */
enum { NODES = 16 };
static const double WIDE = 2.2, AIM = 1e-11;
static const double POWER = 2.5; /* panels.h */

struct process {
    double kappa, log_unit; /* M(y) = (y/unit)^kappa, unit = kappa ratio */
    struct legendre rule;
    bool top; /* compute the top weight too */
};

/* The inner integrals at one v: psi, its slope, kay, those of E Y_2 and E p_(1), and G as far as panels came.
 */
enum { PSI, SLOPE, KAY, SQUARE, TOP, PASSED, INNER };
struct inner {
    double value[INNER], error[INNER];
};

/* A way over log y, or over s = y - v. */
struct way {
    const struct process *process;
    double v;
    bool logarithmic;
};

/* K(a)/a for a = e^t. */
static double entropy_kernel(double t) {
    double a = exp(t);
    if (a >= 1) { return (gsl_sf_expint_E1(a) + exp(-a) * (EULER + t)) / a; }
    double ein = 1, term = 1;
    for (int j = 2; fabs(term) > 1e-17; j++) {
        term *= -a / j;
        ein += term / j;
    }
    return ein - (a > 0 ? -expm1(-a) / a : 1) * (EULER + t);
}

static const double DARK = 60; /* e^-G is nothing beyond */

/* G at the nodes comes from that at the panel's start. */
static void add_shadow(const struct panels_panel *panel, double *value) {
    const struct legendre *rule = panel->rule;
    for (int i = 0; i < rule->order; i++) {
        double g = panel->before[PASSED];
        for (int j = 0; j < rule->order; j++) {
            g += panel->half * rule->cumulative[j][i] * value[j * INNER + PASSED];
        }
        value[i * INNER + TOP] *= exp(-g);
    }
}

static void inner_integrand(const struct panels_panel *panel, double *value, void *param) {
    const struct way *way = param;
    const struct process *process = way->process;
    const bool top = process->top && panel->before[PASSED] < DARK;
    for (int i = 0; i < panel->rule->order; i++) {
        double x = panel->middle + panel->half * panel->rule->x[i], *at = value + i * INNER;
        double y = way->logarithmic ? exp(x) : way->v + x, t = way->logarithmic ? way->v - y : -x;
        double log_y = way->logarithmic ? x : log(y), a = exp(t), fade = exp(-a);
        double log_density = log(process->kappa) + process->kappa * (log_y - process->log_unit);
        if (!way->logarithmic) { log_density -= log_y; }
        double scaled = exp(log_density + t); /* a dM */
        at[PSI] = scaled * (a > 0 ? -expm1(-a) / a : 1);
        at[SLOPE] = scaled * fade;
        at[KAY] = scaled * entropy_kernel(t);
        at[SQUARE] = scaled * fade * a;
        at[TOP] = top ? scaled * fade : 0;
        at[PASSED] = fade * exp(fmin(log_density, 600)); /* where that caps, e^-G is 0 */
    }
    if (top) { add_shadow(panel, value); }
}

/* The change of M itself matters only while e^-G does not vanish. */
static double linear_width(const struct process *process, double y, double s, double passed) {
    double width = fmin(fmin(y, 4 * WIDE), WIDE * (2 + 0.5 * sqrt(process->kappa)));
    if (s < 3) { width = WIDE; }
    return passed < DARK ? fmin(width, fmax(2 * WIDE * y / process->kappa, 1e-3)) : width;
}

/* From y below which M is e^-40, at first with the power alone, where y is below rounding of v - y. */
static void ascend_to_one(const struct process *process, struct panels *sum) {
    const double kappa = process->kappa, start = fmin(0, process->log_unit) - 40 / kappa;
    sum->value[PSI] = exp(kappa * (start - process->log_unit));
    for (double x = start, width; x < 0; x += width) {
        width = x < -45 ? fmin(-38 - x, 1.5 * WIDE / kappa) : fmin(-x, WIDE * fmin(1, 2 / kappa));
        panels_add(sum, x, x + width);
    }
}

/* From s on to where nothing is added any more: past a = e^-5, and past the M of most weight at y = kappa. */
static void ascend(const struct process *process, double v, double s, struct panels *sum) {
    double before = -1;
    while (s < 5 || v + s < process->kappa + 1 || sum->value[KAY] > before * (1 + 1e-17)) {
        before = sum->value[KAY];
        double width = linear_width(process, v + s, s, sum->value[PASSED]);
        panels_add(sum, s, s + width);
        s += width;
    }
}

static struct inner inner_at(const struct process *process, double v) {
    const double shadow = 3.5; /* a e^-a < 2e-13 for y < v - shadow */
    struct way way = {process, v, v < 1 + shadow};
    struct panels sum = {
        .rule = &process->rule, .count = INNER, .function = inner_integrand, .param = &way, .depth = 4};
    panels_aim(&sum, 0, INNER, (struct panels_aim){0, AIM, POWER});
    sum.aim[PASSED].absolute = AIM;
    if (v > 1) { /* where little of e^-a is left at first, of what comes later: int a e^-a ds = 1 */
        const double density = process->kappa * exp(process->kappa * (log(v) - process->log_unit)) / v;
        sum.aim[SLOPE].absolute = sum.aim[SQUARE].absolute = AIM * density;
        sum.aim[TOP].absolute = AIM * fmin(1, density);
    }
    if (way.logarithmic) {
        ascend_to_one(process, &sum);
        way.logarithmic = false;
        ascend(process, v, 1 - v, &sum);
    } else {
        sum.value[PSI] = exp(process->kappa * (log(v - shadow) - process->log_unit));
        ascend(process, v, -shadow, &sum);
    }
    struct inner inner;
    memcpy(inner.value, sum.value, sizeof inner.value);
    memcpy(inner.error, sum.error, sizeof inner.error);
    return inner;
}

/* The means, and from as many components on the integrals of what the inner errors make of them. */
enum { ENTROPY, PARTICIPATION, TOP_WEIGHT, MEAN_GAP, OBSERVABLES };

static void outer_integrand(const struct panels_panel *panel, double *value, void *param) {
    const struct process *process = param;
    for (int i = 0; i < panel->rule->order; i++, value += 2 * (size_t)OBSERVABLES) {
        const struct inner in = inner_at(process, panel->middle + panel->half * panel->rule->x[i]);
        const double *x = in.value, *off = in.error, fade = exp(-x[PSI]);
        double *error = value + OBSERVABLES;
        value[ENTROPY] = fade * x[SLOPE] * x[KAY];
        value[PARTICIPATION] = fade * x[SQUARE];
        value[TOP_WEIGHT] = fade * x[TOP];
        value[MEAN_GAP] = fade * process->kappa * x[PSI];
        for (int k = 0; k < OBSERVABLES; k++) { error[k] = value[k] * off[PSI]; }
        error[ENTROPY] += fade * (off[SLOPE] * x[KAY] + x[SLOPE] * off[KAY]);
        error[PARTICIPATION] += fade * off[SQUARE];
        error[TOP_WEIGHT] += fade * off[TOP];
        error[MEAN_GAP] += fade * process->kappa * off[PSI];
    }
}

/* By the scale on which psi varies, which is never less than 1; towards 0, where powers of v are singular, no
 * panel comes nearer than its width (`part` of v: 1 upwards, 1/2 downwards). */
static double outer_width(const struct inner *inner, double v, double part) {
    if (v < 2) { return WIDE; }
    return fmax(WIDE, fmin(WIDE * inner->value[PSI] / inner->value[SLOPE], part * v));
}

/* Adds the panel [low, high]; false when it no longer matters. */
static bool add_outer(struct panels *sum, double low, double high) {
    double before[OBSERVABLES];
    for (int k = 0; k < OBSERVABLES; k++) { before[k] = sum->value[k]; }
    panels_add(sum, low, high);
    bool matters = false;
    for (int k = 0; k < OBSERVABLES; k++) { matters |= sum->value[k] - before[k] > 1e-17 * before[k]; }
    return matters;
}

/* Both ways from where psi is of order 1: N_eff e^v is, or M(v). */
static void integrate(const struct process *process, double ratio, struct panels *sum) {
    const double kappa = process->kappa, deepest = 50 + 3 / kappa; /* e^-psi beats the power psi^(1/kappa) */
    const double start =
        ratio < 1 ? kappa * process->log_unit - gsl_sf_lngamma(kappa + 1) : exp(process->log_unit);
    for (double v = start;;) {
        const struct inner inner = inner_at(process, v);
        if (!(inner.value[PSI] < deepest)) { break; }
        double next = v + outer_width(&inner, v, 1);
        add_outer(sum, v, next);
        v = next;
    }
    for (double v = start;;) {
        const struct inner inner = inner_at(process, v);
        double next = v - outer_width(&inner, v, 0.5);
        if (!add_outer(sum, next, v) && inner.value[PSI] < 1) { break; }
        v = next;
    }
}

/* Of sums of exponentials of kappa times a logarithm. */
static double rounding(double kappa, double ratio) {
    return 1e-14 * (1 + kappa * (1 + fabs(log(ratio))) + 1 / kappa);
}

struct means {
    double value[OBSERVABLES], error[OBSERVABLES];
};

static struct means weibull_means(double kappa, double ratio, bool top) {
    struct process process = {.kappa = kappa, .log_unit = log(kappa) + log(ratio), .top = top};
    legendre_make(NODES, &process.rule);
    struct panels sum = {.rule = &process.rule,
                         .count = 2 * (size_t)OBSERVABLES,
                         .function = outer_integrand,
                         .param = &process,
                         .depth = 6};
    panels_aim(&sum, 0, OBSERVABLES, (struct panels_aim){0, AIM, POWER});
    panels_aim(&sum, OBSERVABLES, sum.count, (struct panels_aim){INFINITY, 0, POWER});
    integrate(&process, ratio, &sum);
    struct means means;
    for (int k = 0; k < OBSERVABLES; k++) {
        means.value[k] = sum.value[k];
        means.error[k] = sum.error[k] + sum.value[OBSERVABLES + k] + rounding(kappa, ratio) * sum.value[k];
    }
    return means;
}

struct limits_weibull limits_weibull_at(double kappa, double ratio) {
    struct means x = {{NAN, NAN, NAN, NAN}, {NAN, NAN, NAN, NAN}};
    if (kappa > 0 && kappa < INFINITY && ratio > 0 && ratio < INFINITY) {
        x = weibull_means(kappa, ratio, true);
    }
    for (int k = 0; k < OBSERVABLES; k++) {
        if (!isfinite(x.value[k] + x.error[k])) { x.value[k] = NAN, x.error[k] = INFINITY; }
    }
    return (struct limits_weibull){
        x.value[ENTROPY],    x.error[ENTROPY],    x.value[PARTICIPATION], x.error[PARTICIPATION],
        x.value[TOP_WEIGHT], x.error[TOP_WEIGHT], x.value[MEAN_GAP],      x.error[MEAN_GAP],
    };
}

struct crossing {
    double kappa, threshold, sign; /* -1: of a mean that rises */
    int observable;
};

/* Of x = log ratio. */
static double excess(double x, void *param) {
    const struct crossing *c = param;
    return c->sign * log(weibull_means(c->kappa, exp(x), false).value[c->observable] / c->threshold);
}

double limits_weibull_collapse_entropy(double kappa, double threshold) {
    struct crossing crossing = {kappa, threshold, 1, ENTROPY};
    if (!(kappa > 0 && kappa < INFINITY && threshold > 0 && threshold < INFINITY)) { return NAN; }
    return exp(root_near((gsl_function){excess, &crossing}, 0.4, 1, 1e-11));
}

double limits_weibull_collapse_participation(double kappa, double threshold) {
    struct crossing crossing = {kappa, threshold, -1, PARTICIPATION};
    if (!(kappa > 0 && kappa < INFINITY && threshold > 0 && threshold < 1)) { return NAN; }
    return exp(root_near((gsl_function){excess, &crossing}, 0.2, 0.8, 1e-11));
}

double limits_weibull_near_ties(double kappa, double ratio) {
    return kappa > 0.5 && ratio > 0 ? gsl_sf_gamma(2 - 1 / kappa) / ratio : NAN;
}
