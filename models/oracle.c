#include "oracle.h"

#include <math.h>
#include <stdlib.h>

#include "profile.h"
#include "typical.h"
#include "vector_inline.h"

enum { NODES = 8, MOST_PANELS = 1 << 14, MOST_STEPS = 1 << 16 };

static const double EULER = 0.57721566490153286061;
static const double DEEPEST = 41;    /* e^-41 of a score is nothing */
static const double SATURATED = 4.5; /* exp(-e^4.5) is nothing */
static const double LINEAR = 37;     /* 1 - exp(-e^-37) is e^-37 */

static const struct oracle_point out_of_reach = {NAN, INFINITY, NAN, INFINITY, NAN, INFINITY, NAN};

struct oracle {
    const struct family *family;
    const double *p;
    double log_n, log_lambda;
    struct profile *profile; /* NULL for FAMILY_FIXED */
    size_t scan_count;       /* y over its whole range, to find where things happen */
    double *scan_y, *scan_gap;
};

/* ---- what does not depend on beta ---- */

/* y from -40 in steps of 1/8, later finer than the width (y^1/2) of a peak of y - beta g(y), and towards V =
 * 1 ever closer to log n. */
static size_t scan_points(double log_n, double *y) {
    size_t count = 0;
    double at = -40;
    for (; at < log_n - 0.7; at += fmax(0.125, fmin(0.005 * at, 0.25 * sqrt(fmax(0, at))))) {
        if (y) { y[count] = at; }
        count++;
    }
    for (int k = 1; k <= 54; k++) {
        if (y) { y[count] = log_n + log1p(-ldexp(1, -k)); }
        count++;
    }
    return count;
}

struct oracle *oracle_create(const struct family *family, const double *p, double log_n) {
    struct oracle *o = calloc(1, sizeof *o);
    if (!o) { return NULL; }
    o->family = family;
    o->p = p;
    o->log_n = log_n;
    o->log_lambda = typical_scale(family, p, log_n).log_lambda;
    if (family->kind == FAMILY_FIXED) { return o; }
    o->profile = profile_create(family, p, log_n);
    o->scan_count = scan_points(log_n, NULL);
    o->scan_y = calloc(o->scan_count, sizeof *o->scan_y);
    o->scan_gap = calloc(o->scan_count, sizeof *o->scan_gap);
    if (!o->profile || !o->scan_y || !o->scan_gap) {
        oracle_free(o);
        return NULL;
    }
    scan_points(log_n, o->scan_y);
    for (size_t i = 0; i < o->scan_count; i++) { o->scan_gap[i] = profile_gap(o->profile, o->scan_y[i]); }
    return o;
}

void oracle_free(struct oracle *o) {
    if (!o) { return; }
    profile_free(o->profile);
    free(o->scan_y);
    free(o->scan_gap);
    free(o);
}

/* ---- nodes at one beta ---- */

/* Abscissas and weights of Gauss-Legendre on [-1, 1], and the integrals of the Lagrange polynomials from each
 * node to 1. */
struct rule {
    double x[NODES], w[NODES], to_end[NODES][NODES];
};

static void legendre(int degree, double x, double *value, double *slope) {
    double before = 1, now = x;
    for (int k = 2; k <= degree; k++) {
        double next = ((2 * k - 1) * x * now - (k - 1) * before) / k;
        before = now;
        now = next;
    }
    *value = now;
    *slope = degree * (x * now - before) / (x * x - 1);
}

static double lagrange(const struct rule *r, int k, double x) {
    double product = 1;
    for (int j = 0; j < NODES; j++) {
        if (j != k) { product *= (x - r->x[j]) / (r->x[k] - r->x[j]); }
    }
    return product;
}

static void rule_make(struct rule *r) {
    for (int j = 0; j < NODES; j++) {
        double x = -cos(M_PI * (j + 0.75) / (NODES + 0.5)), value, slope;
        for (int step = 0; step < 8; step++) {
            legendre(NODES, x, &value, &slope);
            x -= value / slope;
        }
        legendre(NODES, x, &value, &slope);
        r->x[j] = x;
        r->w[j] = 2 / ((1 - x * x) * slope * slope);
    }
    for (int j = 0; j < NODES; j++) { /* the rule integrates its own Lagrange polynomials exactly */
        for (int k = 0; k < NODES; k++) {
            double half = (1 - r->x[j]) / 2, sum = 0;
            for (int i = 0; i < NODES; i++) { sum += r->w[i] * lagrange(r, k, 1 + half * (r->x[i] - 1)); }
            r->to_end[j][k] = half * sum;
        }
    }
}

/* Panels in increasing y. Node i of panel k is at [k NODES + i]. */
struct nodes {
    size_t count, room;
    double *y, *bg;    /* beta g(y) */
    double *log_mass;  /* log of e^y dy of the node */
    double *mass;      /* e^y dy, at most e^100: where it is more, a < e^-37 and only tails are looked at */
    double *a, *hit;   /* scratch: a and 1 - e^{-a} at one x */
    double *below;     /* mass of all nodes before this one */
    double *log_tail;  /* log of the sum of mass e^{-bg} over this node and all later ones */
    double *tail_mean; /* mean of bg under those weights */
    double log_n, x_low, x_high; /* where the outer integrand lives */
};

static void nodes_release(struct nodes *s) {
    free(s->y);
    free(s->bg);
    free(s->log_mass);
    free(s->mass);
    free(s->a);
    free(s->hit);
    free(s->below);
    free(s->log_tail);
    free(s->tail_mean);
}

static bool array_grow(double **array, size_t count) {
    double *grown = realloc(*array, count * sizeof *grown);
    if (grown) { *array = grown; }
    return grown != NULL;
}

static bool nodes_reserve(struct nodes *s) {
    if (s->count < s->room) { return true; }
    s->room = 2 * s->room + 64;
    size_t numbers = s->room * NODES;
    return array_grow(&s->y, numbers) && array_grow(&s->bg, numbers) && array_grow(&s->log_mass, numbers) &&
           array_grow(&s->mass, numbers) && array_grow(&s->a, numbers) && array_grow(&s->hit, numbers) &&
           array_grow(&s->below, numbers + 1) && array_grow(&s->log_tail, numbers + 1) &&
           array_grow(&s->tail_mean, numbers + 1);
}

/* log of about how many scores have a >= 1, or as many as weigh as much: max over y of y + min(0, x - beta
 * g). */
static double log_share(const struct oracle *o, double beta, double x) {
    double most = -INFINITY;
    for (size_t i = 0; i < o->scan_count; i++) {
        most = fmax(most, o->scan_y[i] + fmin(0, x - beta * o->scan_gap[i]));
    }
    return most;
}

/* x with log_share(x) = level. */
static double share_root(const struct oracle *o, double beta, double level) {
    double low = -1, high = 1;
    while (log_share(o, beta, low) > level) { low *= 2; }
    while (log_share(o, beta, high) < level && high < 1e300) { high *= 2; }
    while (high - low > fmax(0.5, 1e-12 * fabs(low))) {
        double middle = (low + high) / 2;
        if (log_share(o, beta, middle) < level) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

static void find_range(const struct oracle *o, double beta, struct nodes *s) {
    const double most = 60; /* e^-60 of the rows have more */
    s->log_n = o->log_n;
    s->x_low = share_root(o, beta, -38) - 1;
    if (o->log_n > log(most) + 0.7) {
        s->x_high = share_root(o, beta, log(most)) + 1;
    } else { /* few scores: up to where all but one in 2^54 have a > 1 */
        size_t last = o->scan_count - 1;
        while (last > 0 && isinf(o->scan_gap[last])) { last--; }
        s->x_high = fmax(beta * o->scan_gap[last], s->x_low) + 5;
    }
}

static bool is_active(const struct nodes *s, double y, double bg) {
    return y + fmin(0, s->x_high - bg) > -DEEPEST;
}

static bool add_panel(const struct oracle *o, const struct rule *rule, double beta, double low, double high,
                      struct nodes *s) {
    if (!nodes_reserve(s)) { return false; }
    double middle = (low + high) / 2, half = (high - low) / 2;
    for (size_t i = 0; i < NODES; i++) {
        size_t at = s->count * NODES + i;
        s->y[at] = middle + half * rule->x[i];
        s->bg[at] = beta * profile_gap(o->profile, s->y[at]);
        s->log_mass[at] = s->y[at] + log(half * rule->w[i]);
    }
    s->count++;
    return true;
}

/* How much the integrand's logarithm may change over a panel that starts at bg. */
static double panel_change(const struct nodes *s, double bg, double dy, double dbg) {
    return bg < s->x_high + LINEAR ? fmax(dy, dbg) : fabs(dy - dbg);
}

/* Stops, with MOST_PANELS panels, where the scores spread too far above s* (heavy tails). */
static bool make_panels(const struct oracle *o, const struct rule *rule, double beta, double width,
                        struct nodes *s) {
    double y = o->scan_y[0], step = width;
    size_t next = 0;
    while (y < o->log_n - 1e-13 * fmax(1, o->log_n) && s->count < MOST_PANELS) {
        double bg = beta * profile_gap(o->profile, y);
        while (next < o->scan_count && o->scan_y[next] <= y) { next++; }
        bool ahead = next < o->scan_count && is_active(s, o->scan_y[next], beta * o->scan_gap[next]);
        if (!is_active(s, y, bg) && !ahead) { /* nothing until the next point of the scan */
            if (next == o->scan_count) { break; }
            y = o->scan_y[next];
            continue;
        }
        double left = o->log_n - y, change; /* halved again and again: at V = 1 the quantile may branch */
        double end = fmin(y + step, left < 1e-12 ? o->log_n : y + left / 2);
        for (;;) {
            double end_bg = beta * profile_gap(o->profile, end);
            change = panel_change(s, bg, end - y, end_bg - bg);
            if (change <= width || end - y < 1e-12 * fmax(1, fabs(y))) { break; }
            end = y + (end - y) / 2;
        }
        if (!add_panel(o, rule, beta, y, end, s)) { return false; }
        step = (end - y) * (change < width / 2 ? 2 : 1.2);
        y = end;
    }
    return true;
}

/* Sums that many x share. */
static void accumulate_nodes(struct nodes *s) {
    size_t count = s->count * NODES;
    s->below[0] = 0;
    for (size_t i = 0; i < count; i++) {
        s->mass[i] = vector_exp_one(fmin(100, s->log_mass[i]));
        s->below[i + 1] = s->below[i] + s->mass[i];
    }
    s->log_tail[count] = -INFINITY;
    s->tail_mean[count] = 0;
    for (size_t i = count; i-- > 0;) {
        double later = s->log_tail[i + 1], mean = s->tail_mean[i + 1], own = s->log_mass[i] - s->bg[i];
        double high = fmax(own, later), low = fmin(own, later);
        s->log_tail[i] = low > -INFINITY ? high + log1p(exp(low - high)) : high;
        s->tail_mean[i] = own > -INFINITY ? mean + (s->bg[i] - mean) * exp(own - s->log_tail[i]) : mean;
    }
}

/* ---- the integrals at one beta ---- */

/* n E of 1 - e^{-a}, of a e^{-a} (-gamma - log a), and of a^2 e^{-a}. */
struct inner {
    double psi, entropy, participation;
};

/* a and 1 - e^{-a} at x for whole panels around [saturated, linear). */
static void fill_scratch(struct nodes *s, double x, size_t saturated, size_t linear) {
    size_t first = saturated / NODES * NODES, end = (linear + NODES - 1) / NODES * NODES;
#pragma omp simd
    for (size_t i = first; i < end; i++) {
        s->a[i] = vector_exp_one(x - s->bg[i]);
        s->hit[i] = -vector_expm1_one(-s->a[i]);
    }
}

static struct inner inner_at(const struct nodes *s, double x, size_t saturated, size_t linear) {
    double psi = 0, entropy = 0, participation = 0, tail = exp(x + s->log_tail[linear]);
    for (size_t i = saturated; i < linear; i++) {
        double weighted = s->mass[i] * s->a[i] * (1 - s->hit[i]);
        psi += s->mass[i] * s->hit[i];
        entropy -= weighted * (EULER + x - s->bg[i]);
        participation += weighted * s->a[i];
    }
    return (struct inner){
        .psi = s->below[saturated] + psi + tail,
        .entropy = entropy + tail * (s->tail_mean[linear] - EULER - x),
        .participation = participation,
    };
}

/* log phi^power for power = n - 1 or n, given psi = n (1 - phi). */
static double log_phi(double log_n, double psi, bool whole) {
    if (log_n > 40) { return -psi; }
    double n = exp(log_n);
    return (whole ? n : n - 1) * log1p(-fmin(1, psi / n));
}

/* n E[a e^{-a} (E[e^{-a'}; s' <= s])^{n-1}]: for every node, psi over what lies below it. */
static double top_weight_at(const struct nodes *s, const struct rule *rule, double x, size_t saturated,
                            size_t linear) {
    size_t panel = (linear + NODES - 1) / NODES;
    double below = exp(x + s->log_tail[panel * NODES]), sum = 0;
    while (panel-- > saturated / NODES) {
        const size_t at = panel * NODES;
        double density[NODES];
        for (size_t k = 0; k < NODES; k++) { density[k] = s->mass[at + k] * s->hit[at + k] / rule->w[k]; }
        for (size_t j = 0; j < NODES && s->y[at] < 5; j++) {
            double psi = below + vector_exp_one(s->y[at + j]);
            for (size_t k = 0; k < NODES; k++) { psi += rule->to_end[j][k] * density[k]; }
            double weighted = s->mass[at + j] * s->a[at + j] * (1 - s->hit[at + j]);
            sum += weighted * vector_exp_one(log_phi(s->log_n, psi, false));
        }
        for (size_t k = 0; k < NODES; k++) { below += s->mass[at + k] * s->hit[at + k]; }
    }
    return sum;
}

/* The outer integrals by the trapezoid with step h. */
static struct oracle_point integrate(struct nodes *s, const struct rule *rule, double h, bool top_weight) {
    struct oracle_point sum = {0};
    size_t saturated = 0, linear = 0, count = s->count * NODES;
    double steps = ceil((s->x_high - s->x_low) / h);
    for (double i = 0; i <= steps; i++) {
        double x = s->x_low + i * h;
        while (saturated < count && s->bg[saturated] < x - SATURATED) { saturated++; }
        while (linear < count && s->bg[linear] < x + LINEAR) { linear++; }
        fill_scratch(s, x, saturated, linear);
        struct inner in = inner_at(s, x, saturated, linear);
        double power = exp(log_phi(s->log_n, in.psi, false));
        sum.entropy += h * power * in.entropy;
        sum.participation += h * power * in.participation;
        if (top_weight) { sum.top_weight += h * top_weight_at(s, rule, x, saturated, linear); }
        sum.log_partition -= (i == 0 ? 0.5 : 1) * h * exp(log_phi(s->log_n, in.psi, true));
    }
    sum.log_partition -= EULER + s->x_low; /* int (phi^n - 1_{x<0}) dx */
    return sum;
}

/* Panels over which the integrand changes by e^width, outer steps of h; the top weight costs as much again.
 */
static bool compute(const struct oracle *o, double beta, double width, double h, bool top_weight,
                    struct oracle_point *point) {
    struct rule rule;
    struct nodes s = {0};
    rule_make(&rule);
    find_range(o, beta, &s);
    bool good = make_panels(o, &rule, beta, width, &s);
    if (good && (s.count == 0 || s.count == MOST_PANELS || !((s.x_high - s.x_low) / h < MOST_STEPS))) {
        *point = out_of_reach;
    } else if (good) {
        accumulate_nodes(&s);
        *point = integrate(&s, &rule, h, top_weight);
    }
    nodes_release(&s);
    return good;
}

/* One score above N at gap D: x = N e^{-beta D}. */
static void fixed_point(const struct oracle *o, double beta, struct oracle_point *point) {
    struct family_atom atoms[FAMILY_ATOMS];
    size_t count = o->family->atoms(o->p, o->log_n, atoms);
    double log_z = 0, log_two = 0, mean = 0;
    for (size_t i = 1; i < count; i++) {
        double a = beta * exp(log(atoms[i].gap) + o->log_lambda), once = atoms[i].log_count - a,
               twice = once - a;
        log_z = fmax(log_z, once) + log1p(exp(-fabs(log_z - once)));
        log_two = fmax(log_two, twice) + log1p(exp(-fabs(log_two - twice)));
    }
    for (size_t i = 1; i < count; i++) {
        double a = beta * exp(log(atoms[i].gap) + o->log_lambda);
        mean += a * exp(atoms[i].log_count - a - log_z);
    }
    *point = (struct oracle_point){
        .entropy = log_z + mean,
        .participation = exp(log_two - 2 * log_z),
        .top_weight = exp(-log_z),
        .log_partition = log_z,
    };
}

/* The value alone. At large beta the integrand varies on the scale of beta. */
static bool compute_fine(const struct oracle *o, double beta, bool top_weight, struct oracle_point *point) {
    if (o->family->kind == FAMILY_FIXED) {
        fixed_point(o, beta, point);
        return true;
    }
    return compute(o, beta, 1, 0.25 * fmax(1, beta / 16), top_weight, point);
}

bool oracle_at(const struct oracle *o, double beta, struct oracle_point *point) {
    struct oracle_point coarse;
    if (!compute_fine(o, beta, true, point)) { return false; }
    if (o->family->kind == FAMILY_FIXED || isnan(point->entropy)) { return true; }
    if (!compute(o, beta, 1.5, 0.35 * fmax(1, beta / 16), true, &coarse)) { return false; }
    const double rounding = 1e-15 * (1 + o->log_n);
    point->entropy_error = fabs(point->entropy - coarse.entropy) + 100 * rounding;
    point->participation_error = fabs(point->participation - coarse.participation) + rounding;
    point->top_weight_error = fabs(point->top_weight - coarse.top_weight) + rounding;
    return true;
}

double oracle_susceptibility(const struct oracle *o, double beta) {
    const double step = 0.01, offset[] = {-2, -1, 1, 2},
                 weight[] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
    double slope = 0;
    for (size_t i = 0; i < 4; i++) {
        struct oracle_point point;
        if (!compute_fine(o, beta * exp(offset[i] * step), false, &point)) { return NAN; }
        slope += weight[i] * point.entropy / step;
    }
    return -slope;
}

/* ---- collapse points ---- */

/* Goes from negative to positive where the mean collapses. */
static double crossing(const struct oracle *o, bool entropy, double threshold, double log_beta) {
    struct oracle_point point;
    if (!compute_fine(o, exp(log_beta), false, &point)) { return NAN; }
    return entropy ? threshold - point.entropy : point.participation - threshold;
}

/* Bracketed secant (Illinois) in log beta. *slope receives that of the crossing. */
static double crossing_root(const struct oracle *o, bool entropy, double threshold, double *slope) {
    double a = 0, b = log(4), fa = crossing(o, entropy, threshold, a),
           fb = crossing(o, entropy, threshold, b);
    while (fa > 0 && a > -60) { fa = crossing(o, entropy, threshold, a -= 1); }
    while (fb < 0 && b < 60) { fb = crossing(o, entropy, threshold, b += 1); }
    if (!(fa <= 0 && fb >= 0)) { return NAN; }
    *slope = (fb - fa) / (b - a);
    double x = a;
    for (int i = 0, side = 0; i < 60 && b - a > 1e-13; i++) {
        double before = x;
        x = (a * fb - b * fa) / (fb - fa);
        double f = crossing(o, entropy, threshold, x);
        if (isnan(f)) { return NAN; }
        if (f == 0 || fabs(x - before) < 1e-11) { break; }
        if (f < 0) {
            a = x;
            fa = f;
            if (side == -1) { fb /= 2; }
            side = -1;
        } else {
            b = x;
            fb = f;
            if (side == 1) { fa /= 2; }
            side = 1;
        }
    }
    return x;
}

static double collapse(const struct oracle *o, bool entropy, double threshold, double *error) {
    *error = 0;
    double uniform = entropy ? threshold - o->log_n : exp(-o->log_n) - threshold;
    if (uniform >= 0) { return 0; }
    *error = NAN;
    double slope = NAN, x = crossing_root(o, entropy, threshold, &slope);
    struct oracle_point point;
    if (isnan(x) || !oracle_at(o, exp(x), &point)) { return NAN; }
    *error = exp(x) * ((entropy ? point.entropy_error : point.participation_error) / slope + 1e-11);
    return exp(x);
}

double oracle_collapse_entropy(const struct oracle *o, double threshold, double *error) {
    return collapse(o, true, threshold, error);
}

double oracle_collapse_participation(const struct oracle *o, double threshold, double *error) {
    return collapse(o, false, threshold, error);
}
