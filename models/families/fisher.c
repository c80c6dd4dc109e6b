/* Positions are told by u = log(x/(2 - x)), x the distance from one *end* of [0, 2]; near T = 0 the weight at
 * x is w(x) = x^kappa (2 - x)^(kappa - 1) e^(-c x), near T = 2, where x = 2 - T, the same with -c. Its
 * logarithm rises with log x as
 *
 *     q(x) = kappa - (kappa - 1) x/(2 - x) - c x,
 *
 * and the mass up to x is w(x) J(x),
 *
 *     J(x) = int_0^inf exp(-kappa v + (kappa - 1) log1p(x E/(2 - x)) + c x E) dv,   E = 1 - e^-v,
 *
 * of positive terms, which fall from v = 0 on where q > 0 up to x. Either end is used up to the *split*,
 * where q of the near one vanishes or x = 1: q is positive on both sides of it. */
#include "models/families/fisher.h"

#include "models/numeric/chebyshev.h"
#include "models/numeric/legendre.h"
#include "models/numeric/logs.h"
#include "models/numeric/search.h"
#include "models/numeric/vector_inline.h"

/* A place by its distances from one end and from the other. */
struct place {
    double u, x, y;
};

enum { MARKS = 32 };

/* Of u as it grows with log mass, its first two derivatives: a place to start from. */
struct mark {
    double log_mass, u, slope, bend;
};

/* J over u as Chebyshev's series, each on its part of the way from where two terms are all to the split. */
enum { TERMS = VECTOR_TERMS, SERIES = 96 };
struct series {
    double low, high, c[TERMS];
};
struct shares {
    size_t count;
    struct series series[SERIES];
};

struct end {
    double kappa, c;
    struct place split;
    double log_total;            /* mass of all of [0, 2] over w at the split */
    const struct shares *shares; /* NULL: there are none, and J is integrated */
    size_t marks;                /* none: places are looked for from the leading law */
    struct mark mark[MARKS];
};

enum side { NEAR, FAR };

struct fisher {
    struct end end[2];
    double log_v_split;
};

/* Where it is from its own end. */
struct position {
    enum side side;
    struct place place;
};

static struct place place_of(double u) { return (struct place){u, 2 / (1 + exp(-u)), 2 / (1 + exp(u))}; }

static struct place place_mirrored(struct place p) { return (struct place){-p.u, p.y, p.x}; }

/* How far b is beyond a: in many dimensions x itself says it with few digits. */
static double rise_to(struct place a, struct place b) { return 0.5 * b.x * a.y * -expm1(a.u - b.u); }

/* log x, also where x underflows. */
static double log_x(struct place p) { return M_LN2 + (p.u < 0 ? p.u - log1p(exp(p.u)) : -log1p(exp(-p.u))); }

/* ---- masses ---- */

static double slope_at(const struct end *e, double x, double y) {
    return e->kappa - (e->kappa - 1) * x / y - e->c * x;
}

/* From v on, x so small that what is left is a geometric series' first two terms. */
static double share_beyond(const struct end *e, double x) {
    double bend = x * ((e->kappa - 1) / 2 + e->c);
    return (1 + bend / (e->kappa + 1)) / e->kappa;
}

/* The logarithm of J's integrand. Near v = 0 the product (1 - E)(1 + x E/(2 - x)) = 1 + .. is known better
 * than its factors, which in many dimensions nearly cancel: twice = 2 tanh(u/2) is of its first term. */
static inline double exponent_at(const struct end *e, struct place p, double twice, double v) {
    const double part = -vector_expm1_one(-v), near = part * (twice - p.x * part) / p.y,
                 far = part * p.x / p.y,
                 product = vector_log1p_one(part < 0.5 ? near : far) - (part < 0.5 ? 0 : v);
    return (e->kappa - 1) * product - v + e->c * (p.x * part);
}

/* Its integral from v on over a step. */
static double integral_over(const struct end *e, struct place p, double twice, double v, double step) {
    double place[LEGENDRE_TEN], term[LEGENDRE_TEN], sum = 0;
    for (int i = 0; i < LEGENDRE_TEN; i++) {
        const struct legendre_node node = legendre_ten(i);
        place[i] = v + step * node.place;
        term[i] = 0.5 * step * node.weight;
    }
#pragma omp simd
    for (int i = 0; i < LEGENDRE_TEN; i++) { term[i] *= vector_exp_one(exponent_at(e, p, twice, place[i])); }
    for (int i = 0; i < LEGENDRE_TEN; i++) { sum += term[i]; }
    return sum;
}

/* How far from x on J's integrand falls by e^4 at most and bends little, with its pole at x = 2 further off:
 * ten nodes leave less than 1e-16. */
static double smooth_step(const struct end *e, double x, double y, double size) {
    const double modest = 0.03;
    double slope = slope_at(e, x, y), bend = fabs(x * (2 * (e->kappa - 1) / (y * y) + e->c));
    return fmin(fmin(4 / fmax(slope, 0), 1.5 / sqrt(bend)), fmin(log1p(y / x), size > modest ? 1 : 3));
}

static const double SMALL = 1e-8; /* of x (|c| + kappa): then two terms are all */

/* J by quadrature. */
static double integrated_share(const struct end *e, struct place p) {
    const double deepest = -45, twice = 2 * tanh(p.u / 2);
    double v = 0, sum = 0, exponent = 0;
    while (exponent > deepest) {
        double x = p.x * exp(-v), y = p.y - p.x * expm1(-v), size = x * (fabs(e->c) + e->kappa);
        if (size < SMALL) { return sum + exp(exponent) * share_beyond(e, x); }
        double step = smooth_step(e, x, y, size);
        sum += integral_over(e, p, twice, v, step);
        v += step;
        exponent = exponent_at(e, p, twice, v);
    }
    return sum;
}

/* In halves where the last terms are more than rounding, of which halving leaves as much: `before` are those
 * of twice as much. What there is no room for is left out. */
static void cover(const struct end *e, struct shares *s, double low, double high, double before) {
    const double resolved = 2e-15, rounding = 1e-10;
    struct series series = {.low = low, .high = high};
    double value[TERMS], last = 0;
    for (int j = 0; j < TERMS; j++) {
        value[j] = integrated_share(e, place_of(chebyshev_node(TERMS, j, low, high)));
    }
    chebyshev_series(TERMS, value, series.c);
    for (int m = TERMS - 3; m < TERMS; m++) { last = fmax(last, fabs(series.c[m] / series.c[0])); }
    if (s->count == SERIES) { return; }
    if (last <= resolved || (last <= rounding && last > before / 4)) {
        s->series[s->count++] = series;
    } else {
        cover(e, s, low, (low + high) / 2, last);
        cover(e, s, (low + high) / 2, high, last);
    }
}

static void make_shares(struct end *e, struct shares *s) {
    s->count = 0;
    cover(e, s, log(SMALL / (e->kappa + fabs(e->c))) - 1, e->split.u, INFINITY);
    e->shares = s;
}

/* NULL: none has it. */
static const struct series *series_at(const struct shares *s, double u) {
    size_t k;
    if (!s) { return NULL; }
    SEARCH_END(k, s->count, s->series[k].low <= u)
    return k > 0 && u <= s->series[k - 1].high ? &s->series[k - 1] : NULL;
}

/* J; with kappa = 1 an integral of an exponential. */
static double share(const struct end *e, struct place p) {
    if (e->kappa == 1 && fabs(e->c) * p.x > SMALL) { return expm1(e->c * p.x) / (e->c * p.x); }
    const struct series *s = series_at(e->shares, p.u);
    if (!s) { return integrated_share(e, p); }
    return vector_chebyshev_one(s->c, 2 * (2 * p.u - s->low - s->high) / (s->high - s->low));
}

/* log(a/b) where a - b is known. */
static double log_ratio(double log_a, double b, double difference) {
    return fabs(difference) < 0.5 * b ? log1p(difference / b) : log_a - log(b);
}

/* log w over that at the split. */
static double log_weight(const struct end *e, struct place p) {
    struct place s = e->split;
    double rise = p.u < s.u ? -rise_to(p, s) : rise_to(s, p), along = log_ratio(log_x(p), s.x, rise), product;
    if (fabs(rise) < 0.5 * fmin(s.x, s.y)) { /* as in exponent_at */
        product = log1p(rise * (-2 * tanh(s.u / 2) - rise) / (s.x * s.y));
    } else {
        product = along + log_ratio(log_x(place_mirrored(p)), s.y, -rise);
    }
    return (e->kappa - 1) * product + along - e->c * rise;
}

static double log_mass(const struct end *e, struct place p, double share) {
    return log(share) + log_weight(e, p) - e->log_total;
}

/* The smaller root of 2 kappa - (2 kappa - 1 + 2 c) x + c x^2 = (2 - x) q, if below 1. */
static double split_of(double kappa, double c) {
    double b = 2 * kappa - 1, square = b * b + 4 * c * (c - 1);
    return square >= 0 ? fmin(1, 4 * kappa / (b + 2 * c + sqrt(square))) : 1;
}

static struct fisher fisher_make(struct fisher_law law) {
    double kappa = 0.5 * (law.d - 1), x = split_of(kappa, law.concentration);
    struct place split = place_of(log(x / (2 - x)));
    struct fisher f = {.end = {{.kappa = kappa, .c = law.concentration, .split = split},
                               {.kappa = kappa, .c = -law.concentration, .split = place_mirrored(split)}}};
    double near = share(&f.end[NEAR], split), far = share(&f.end[FAR], place_mirrored(split));
    f.end[NEAR].log_total = log(near + far * (split.y / split.x));
    f.end[FAR].log_total = log(near * (split.x / split.y) + far);
    f.log_v_split = log(near) - f.end[NEAR].log_total;
    return f;
}

/* log C of the mass C x^kappa near an end. */
static double log_endpoint(const struct end *e) {
    struct place s = e->split;
    return (e->kappa - 1) * (M_LN2 - log(s.y)) + e->c * s.x - e->kappa * log(s.x) - log(e->kappa) -
           e->log_total;
}

double fisher_log_endpoint(struct fisher_law law) {
    struct fisher f = fisher_make(law);
    return log_endpoint(&f.end[NEAR]);
}

/* ---- positions ---- */

static bool converged(double residual, double log_mass) {
    return fabs(residual) <= 1e-7 * fabs(log_mass); /* the last step cubes it */
}

/* From where the leading law is off by a thousandth up to the split. */
static void make_marks(struct end *e) {
    const double leading = 1e-3, first = fmin(log(leading / (e->kappa + fabs(e->c))), e->split.u - 1);
    for (e->marks = 0; e->marks < MARKS; e->marks++) {
        const double u = e->split.u - (e->split.u - first) * (double)(MARKS - 1 - e->marks) / (MARKS - 1);
        const struct place p = place_of(u);
        const double j = share(e, p), slope = 2 * j / p.y;
        e->mark[e->marks] = (struct mark){log_mass(e, p, j), u, slope,
                                          slope * (1 - slope_at(e, p.x, p.y) * j + j * p.x / p.y)};
    }
}

/* One end's part of the polynomial of fifth order between two marks, the part t of `width` away. */
static double part_of(const struct mark *m, double width, double t) {
    const double r = 1 - t;
    return r * r * r *
           ((1 + 3 * t + 6 * t * t) * m->u +
            width * (t * (1 + 3 * t) * m->slope + width * (t * t / 2) * m->bend));
}

/* u of a mass by the leading law, or between marks, where they are near enough to each other. */
static double start_of(const struct end *e, double log_target) {
    size_t k;
    SEARCH_END(k, e->marks, e->mark[k].log_mass <= log_target)
    if (k == 0 || k == e->marks) {
        return fmin((log_target - log_endpoint(e)) / e->kappa - M_LN2, e->split.u);
    }
    const struct mark *low = &e->mark[k - 1], *high = &e->mark[k];
    const double width = high->log_mass - low->log_mass, t = (log_target - low->log_mass) / width,
                 u = part_of(low, width, t) + part_of(high, -width, 1 - t);
    return u > low->u && u < high->u ? u : low->u;
}

/* Halley's method in u for log mass, concave, from there; Newton's where that would leave. */
static struct place solve_from(const struct end *e, double log_target) {
    double u = start_of(e, log_target), residual = INFINITY;
    for (int i = 0; i < 100 && !converged(residual, log_target); i++) {
        struct place p = place_of(u);
        double j = share(e, p), rest = p.y / 2, step;
        residual = log_target - log_mass(e, p, j);
        step = residual * j / rest;
        double turn = 1 + 0.5 * step * ((slope_at(e, p.x, p.y) - 1 / j) * rest - p.x / 2);
        u = fmin(u + step / fmax(turn, 0.5), e->split.u);
    }
    return place_of(u);
}

static struct position solve(const struct fisher *f, double log_v) {
    if (log_v <= f->log_v_split) { return (struct position){NEAR, solve_from(&f->end[NEAR], log_v)}; }
    if (log_v < 0) { return (struct position){FAR, solve_from(&f->end[FAR], log_one_minus_exp(log_v))}; }
    return (struct position){FAR, place_of(-INFINITY)};
}

/* As seen from the near end. */
static struct place near_place(struct position position) {
    return position.side == NEAR ? position.place : place_mirrored(position.place);
}

/* ---- many questions about one law ---- */

/* What the thread last asked for: answers are the same whatever that was. */
struct memory {
    struct fisher_law law;
    struct fisher fisher;
    struct shares shares[2];
    double log_v; /* of `at`; NaN: none */
    struct position at;
};

static struct memory *recall(struct fisher_law law) {
    static _Thread_local struct memory memory;
    if (memory.law.d != law.d || memory.law.concentration != law.concentration) {
        memory.law = law;
        memory.fisher = fisher_make(law);
        memory.log_v = NAN;
        make_marks(&memory.fisher.end[NEAR]);
        make_marks(&memory.fisher.end[FAR]);
    }
    return &memory;
}

static struct memory *recall_shares(struct fisher_law law) {
    struct memory *memory = recall(law);
    for (enum side side = NEAR; side <= FAR; side++) {
        struct end *end = &memory->fisher.end[side];
        if (!end->shares && end->kappa != 1) { make_shares(end, &memory->shares[side]); }
    }
    return memory;
}

static struct position recall_position(struct memory *memory, double log_v) {
    if (memory->log_v != log_v) {
        memory->at = solve(&memory->fisher, log_v);
        memory->log_v = log_v;
    }
    return memory->at;
}

double fisher_log_tail(struct fisher_law law, double score) {
    double t = -score;
    if (t <= 0) { return -INFINITY; }
    if (t >= 2) { return 0; }
    const struct end *end = recall_shares(law)->fisher.end;
    struct place p = {log(t / (2 - t)), t, 2 - t};
    if (t <= end[NEAR].split.x) { return log_mass(&end[NEAR], p, share(&end[NEAR], p)); }
    p = place_mirrored(p);
    return log_one_minus_exp(fmin(0, log_mass(&end[FAR], p, share(&end[FAR], p))));
}

double fisher_quantile(struct fisher_law law, double log_v) {
    struct fisher f = fisher_make(law);
    return -near_place(solve(&f, log_v)).x;
}

/* -1/(x J) towards the end that the mass is counted from. */
double fisher_log_hazard(struct fisher_law law, double log_v) {
    struct memory *memory = recall_shares(law);
    struct position at = recall_position(memory, log_v);
    double towards = -log_x(at.place) - log(share(&memory->fisher.end[at.side], at.place));
    return at.side == NEAR ? towards : towards + log_one_minus_exp(log_v) - log_v;
}

/* T_2 - T_1 = T_2 (2 - T_1) (1 - e^{u_1 - u_2})/2. So near the query that higher terms are lost, the leading
 * law alone. */
double fisher_log_gap(struct fisher_law law, double log_v_top, double y) {
    const double apart = 0.01;
    struct memory *memory = recall_shares(law);
    const struct end *near = &memory->fisher.end[NEAR];
    struct place top = near_place(recall_position(memory, log_v_top)),
                 bottom = near_place(solve(&memory->fisher, log_v_top + y));
    if (bottom.x * (near->kappa + near->c) < 1e-18) {
        return (log_v_top - log_endpoint(near)) / near->kappa + log_exp_minus_one(y / near->kappa);
    }
    double between = bottom.u - top.u;
    if (between < apart * fmax(1, fmin(fabs(bottom.u), fabs(top.u))) && y < -0.4 * log_v_top) { return NAN; }
    return log_x(bottom) + log_x(place_mirrored(top)) - M_LN2 + log_one_minus_exp(-between);
}

/* ---- drawing ---- */

/* u over the logit of V, which is smooth: singular at odd multiples of pi i, where V is infinite, and almost
 * straight towards the ends. Panels so wide leave 1e-15. */
enum { PANELS = 16 };
static const double width = 1.4; /* of the logit */

/* Draws beyond are made by quantile. */
static double widest(void) { return PANELS * width / 2; }

/* u in the middle, and what it is more at t in [-1, 1]: its powers' coefficients. */
struct panel {
    double middle, rise[TERMS];
};

static double place_of_logit(const struct fisher *f, double logit) {
    return near_place(solve(f, -log1p(exp(-logit)))).u;
}

/* From sum_m a_m T_m to powers. */
static void to_powers(double a[TERMS]) {
    for (int first = 0; first < TERMS - 2; first++) {
        for (int m = TERMS - 1; m > first + 1; m--) {
            a[m - 2] -= a[m];
            a[m] *= 2;
        }
    }
}

static void panel_make(struct panel *p, const struct fisher *f, double logit) {
    double value[TERMS];
    p->middle = place_of_logit(f, logit);
    for (int j = 0; j < TERMS; j++) {
        value[j] = place_of_logit(f, logit + chebyshev_node(TERMS, j, -width / 2, width / 2)) - p->middle;
    }
    chebyshev_series(TERMS, value, p->rise);
    to_powers(p->rise);
}

/* Those of the law that the thread last drew from: the same whatever that was. */
static const struct panel *recall_panels(struct fisher_law law) {
    static _Thread_local struct {
        struct fisher_law law;
        struct panel panel[PANELS];
    } memory;
    if (memory.law.d != law.d || memory.law.concentration != law.concentration) {
        struct fisher f = recall(law)->fisher;
        f.end[NEAR].shares = f.end[FAR].shares = NULL; /* whatever was asked before */
        memory.law = law;
        for (int k = 0; k < PANELS; k++) { panel_make(&memory.panel[k], &f, (k + 0.5) * width - widest()); }
    }
    return memory.panel;
}

static inline double four_terms(const double c[4], double t, double t2) {
    return (c[0] + c[1] * t) + t2 * (c[2] + c[3] * t);
}

/* u at t. */
static inline double panel_at(const struct panel *p, double t) {
    const double t2 = t * t, t4 = t2 * t2;
    const double a = four_terms(p->rise, t, t2), b = four_terms(p->rise + 4, t, t2),
                 c = four_terms(p->rise + 8, t, t2), d = four_terms(p->rise + 12, t, t2);
    return p->middle + ((a + t4 * b) + t4 * t4 * (c + t4 * d));
}

/* -u of logits; anything where they are too wide. */
static void minus_places(const struct panel *panel, size_t n, const double *logit, double *minus_u) {
    const double end = widest();
    for (size_t i = 0; i < n; i++) {
        const double at = (logit[i] + end) * (1 / width);
        int k = (int)at;
        k = k < 0 ? 0 : (k < PANELS ? k : PANELS - 1);
        minus_u[i] = -panel_at(&panel[k], 2 * (at - k) - 1);
    }
}

static void draw_by_panels(struct fisher_law law, const struct vector *vector, size_t n,
                           const double *uniforms, double *scores) {
    const double end = widest();
    double logit[FAMILY_CHUNK];
#pragma omp simd
    for (size_t i = 0; i < n; i++) { scores[i] = uniforms[i] / (1 - uniforms[i]); }
    vector->log(n, scores, logit);
    minus_places(recall_panels(law), n, logit, scores);
    vector->exp(n, scores, scores);
#pragma omp simd
    for (size_t i = 0; i < n; i++) { scores[i] = -2 / (1 + scores[i]); }
    for (size_t i = 0; i < n; i++) {
        if (fabs(logit[i]) > end) { scores[i] = fisher_quantile(law, log(uniforms[i])); }
    }
}

/* V = (1 - e^{-c T})/(1 - e^{-2 c}). */
static void draw_sphere(double c, const struct vector *vector, size_t n, const double *uniforms,
                        double *scores) {
    double all = vector_expm1_one(-2 * c);
#pragma omp simd
    for (size_t i = 0; i < n; i++) { scores[i] = all * uniforms[i]; }
    vector->log1p(n, scores, scores);
#pragma omp simd
    for (size_t i = 0; i < n; i++) { scores[i] /= c; }
}

void fisher_draw(struct fisher_law law, const struct vector *vector, size_t n, const double *uniforms,
                 double *scores) {
    if (law.d == 3) {
        draw_sphere(law.concentration, vector, n, uniforms, scores);
    } else {
        draw_by_panels(law, vector, n, uniforms, scores);
    }
}
