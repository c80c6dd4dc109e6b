#include "models/oracle/oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/legendre.h"
#include "models/numeric/logs.h"
#include "models/numeric/root.h"
#include "models/numeric/vector_inline.h"
#include "models/theory/profile.h"
#include "models/theory/sphere.h"
#include "models/theory/typical.h"

enum { INNER = 8, ENDS = 4, OUTER = 16, TERMS = 4, DEPTH = 4, ORDERS = 8, MOMENTS = 12, GRID = 19 * INNER };

static const double EULER = 0.57721566490153286061;
static const double SATURATED = 3.7; /* a > e^3.7: the score's term in phi is nothing */
static const double SERIES = 7.5;    /* a < e^-7.5: four terms in powers of a */
static const double LINEAR = 38;     /* a < e^-38: one term */
static const double DEEPEST = -40;   /* e^-40 of the rows have a score with y below it */
static const double EARLIEST = -36;  /* e^-36 of the rows decide anything at smaller x */
static const double SMALL = -20,
                    LARGE = 5;         /* y of the scores that can be the second, or the first, of a row */
static const double MANY = 8;          /* log n from where (1 - psi/n)^n goes by a series in psi/n */
static const double OUTER_WIDTH = 2.6; /* e^{-e^x} and its like, by 16 nodes */
enum { MOST_FAR = 1 << 13 };           /* panels: a heavy tail at a huge n and beta would take millions */
static const double LONG = 100; /* scores that spread so far have their local density and its derivatives */

/* Quadrature inside a row's sum, and outside. The last Legendre polynomials give the rest of a series by how
 * it ends. */
struct rules {
    struct legendre inner, outer;
    double slope[OUTER][OUTER]; /* [i][j]: the j-th Lagrange polynomial's slope at node i */
    double moment[MOMENTS];     /* E G^k/k! of a Gumbel variable G, of density e^{-t} e^{-e^{-t}} */
    /* On a grid of t: t^k/k!, the integral up to there of e^{-e^{-t}} t^k/k!, and weight times density. */
    double power[ORDERS][GRID], above[ORDERS][GRID], density[GRID];
};

struct knot {
    double y, gap;
};

struct oracle {
    const struct family *family;
    const double *p;
    double log_n, log_lambda, fineness;
    double highest;          /* E g of a row's maximum; FAMILY_FIXED: 0 */
    struct profile *profile; /* NULL for FAMILY_FIXED */
    struct rules rules;
    size_t knots, room; /* see knots_make */
    struct knot *knot;
};

/* ---- rules ---- */

static void make_slope(struct rules *r) {
    double scale[OUTER];
    for (int i = 0; i < OUTER; i++) {
        scale[i] = 1;
        for (int j = 0; j < OUTER; j++) { scale[i] *= i == j ? 1 : r->outer.x[i] - r->outer.x[j]; }
    }
    for (int i = 0; i < OUTER; i++) {
        r->slope[i][i] = 0;
        for (int j = 0; j < OUTER; j++) {
            if (i == j) { continue; }
            r->slope[i][j] = scale[i] / scale[j] / (r->outer.x[i] - r->outer.x[j]);
            r->slope[i][i] -= r->slope[i][j];
        }
    }
}

/* From E e^{sG} = Gamma(1 - s), log Gamma(1 - s) = gamma s + zeta(2) s^2/2 + zeta(3) s^3/3 + ... */
static void make_moments(struct rules *r) {
    static const double zeta[MOMENTS] = {
        0,
        0.57721566490153286061, /* gamma */
        1.64493406684822643647,
        1.20205690315959428540,
        1.08232323371113819152,
        1.03692775514336992633,
        1.01734306198444913971,
        1.00834927738192282684,
        1.00407735619794433938,
        1.00200839282608221442,
        1.00099457512781808534,
        1.00049418860411946456,
    };
    r->moment[0] = 1;
    for (int k = 1; k < MOMENTS; k++) {
        r->moment[k] = 0;
        for (int j = 1; j <= k; j++) { r->moment[k] += zeta[j] * r->moment[k - j] / k; }
    }
}

/* Panels of width 1 from -SATURATED on, then of 4.3. */
static void make_grid(struct rules *r) {
    double low = -SATURATED, before[ORDERS] = {0};
    for (int panel = 0; panel < GRID / INNER; panel++) {
        const double half = panel < 12 ? 0.5 : 2.15;
        for (int j = 0; j < INNER; j++) {
            double t = low + half * (1 + r->inner.x[j]), term = 1;
            r->density[panel * INNER + j] = half * r->inner.w[j] * exp(-t - exp(-t));
            for (int k = 0; k < ORDERS; term *= t / ++k) { r->power[k][panel * INNER + j] = term; }
        }
        for (int k = 0; k < ORDERS; k++) {
            double total = 0, *above = &r->above[k][panel * INNER];
            for (int j = 0; j < INNER; j++) { above[j] = before[k]; }
            for (int i = 0; i < INNER; i++) {
                double t = low + half * (1 + r->inner.x[i]),
                       mass = half * r->inner.w[i] * exp(-exp(-t)) * r->power[k][panel * INNER + i];
                total += mass;
                for (int j = 0; j < INNER; j++) {
                    above[j] += r->inner.cumulative[i][j] * (mass / r->inner.w[i]);
                }
            }
            before[k] += total;
        }
        low += 2 * half;
    }
}

static void rules_make(struct rules *r) {
    legendre_make(INNER, &r->inner);
    legendre_make(OUTER, &r->outer);
    make_slope(r);
    make_moments(r);
    make_grid(r);
}

/* ---- knots ---- */

static bool knots_add(struct oracle *o, double y, double gap) {
    if (o->knots == o->room) {
        size_t room = 2 * o->room + 128;
        struct knot *grown = realloc(o->knot, room * sizeof *grown);
        if (!grown) { return false; }
        o->knot = grown;
        o->room = room;
    }
    o->knot[o->knots++] = (struct knot){y, gap};
    return true;
}

/* Whether the slope of the gaps changes by at most a factor of 2 or so, as far as rounding lets one see. */
static bool is_straight(const struct oracle *o, double low, double high) {
    double first = profile_gap(o->profile, low), middle = profile_gap(o->profile, (low + high) / 2),
           last = profile_gap(o->profile, high);
    if (!isfinite(last)) { return false; }
    const double noise = fmax(1e-12, 1e-14 * o->log_n);
    if (last - first <= noise * fmax(fabs(first), fabs(last))) { return true; }
    return fabs(log((last - middle) / (middle - first))) <= 0.35; /* NaN, from noise, is not straight */
}

/* Knots up to `end`. False when out of memory. */
static bool knots_to(struct oracle *o, double end, double *step) {
    double y = o->knot[o->knots - 1].y;
    while (y < end) {
        const struct knot *last = &o->knot[o->knots - 1];
        const double least = 1e-9 * fmax(1, fabs(y));
        double most = y < 0 ? fmin(-0.25 * y, 4) : fmin(fmin(0.02 * y, 0.25 * sqrt(y)), 0.5 * (o->log_n - y));
        *step = fmin(1.5 * *step, fmax(1, most));
        double next = y + *step < end - least ? y + *step : end;
        while (!is_straight(o, y, next) && next - y > least) { next = y + (next - y) / 2; }
        double gap = profile_gap(o->profile, next);
        if (!isfinite(gap) || gap < last->gap - 1e-6 * fabs(last->gap)) {
            return true;
        } /* V = 1, to rounding */
        if (next < end) { *step = next - y; }
        if (!knots_add(o, next, gap)) { return false; }
        y = next;
    }
    return true;
}

/* Points in y, none too far from the next for the integrals: about 1 at most (later the width y^1/2 of a peak
 * of y - beta g(y)), the slope of g straight between them, and towards V = 1, where the quantile may branch,
 * ever closer to log n. */
static bool knots_make(struct oracle *o) {
    double step = 1;
    bool good =
        knots_add(o, DEEPEST, profile_gap(o->profile, DEEPEST)) && knots_to(o, o->log_n - M_LN2, &step);
    for (int k = 2; good && k <= 52; k += k < 16 ? 1 : k < 36 ? 2 : 4) {
        good = knots_to(o, o->log_n + log1p(-ldexp(1, -k)), &step);
    }
    return good;
}

/* int g(y) over [low, high] with the density e^y (1 - e^y/n)^{n-1} of the maximum's y. */
static double highest_between(const struct oracle *o, double low, double high) {
    double sum = 0, others = expm1(o->log_n);
    for (int i = 0; i < INNER; i++) {
        double y = (low + high) / 2 + (high - low) / 2 * o->rules.inner.x[i], v = exp(y - o->log_n),
               power = o->log_n > 40 ? -exp(y) : others * log1p(-v), g = profile_gap(o->profile, y);
        if (power > -700 && isfinite(g)) {
            sum += (high - low) / 2 * o->rules.inner.w[i] * exp(y + power) * g;
        }
    }
    return sum;
}

/* Towards V = 1, where quantiles may run away, in ever shorter panels. */
static double highest_mean(const struct oracle *o) {
    const double step = 0.5, last = 8;
    double sum = 0, low = PROFILE_LOWEST;
    while (low < last && o->log_n - low > 2 * step) {
        sum += highest_between(o, low, low + step);
        low += step;
    }
    for (int k = 0; k < 50 && low < last; k++) {
        double next = (low + o->log_n) / 2;
        sum += highest_between(o, low, next);
        low = next;
    }
    return sum;
}

struct oracle *oracle_create(const struct family *family, const double *p, double log_n) {
    struct oracle *o = calloc(1, sizeof *o);
    if (!o) { return NULL; }
    o->family = family;
    o->p = p;
    o->log_n = log_n;
    o->fineness = 1;
    o->log_lambda = typical_scale(family, p, log_n).log_lambda;
    if (family->kind == FAMILY_FIXED) { return o; }
    rules_make(&o->rules);
    o->profile = profile_create(family, p, log_n);
    if (o->profile && knots_make(o)) {
        o->highest = highest_mean(o);
        return o;
    }
    oracle_free(o);
    return NULL;
}

void oracle_free(struct oracle *o) {
    if (!o) { return; }
    profile_free(o->profile);
    free(o->knot);
    free(o);
}

void oracle_refine(struct oracle *o, double fineness) { o->fineness = fineness; }

/* ---- the scores at one beta ---- */

/* Scores over a short stretch of y, b = beta g: the nodes' masses e^y dy, b - low_b and its e^-. Sums over
 * this panel and all later ones of mass e^{-k (b - low_b)}, k = 1.., and of the same times b - low_b. */
struct panel {
    double low_y, high_y, low_b, high_b;
    double mass[INNER], offset[INNER], ratio[INNER];
    double tail[TERMS], tail_offset[TERMS];
    /* For the output: T(2-T) at the nodes; low_b less the centre; sums of mass e^{-k ...} times T(2-T), and
     * times the squared distance of b from the centre. */
    double chord[INNER], apart, tail_chord[TERMS], tail_square[TERMS];
};

/* What a panel becomes at one x: e^{-a}, and mass a e^{-a}. */
struct kept {
    double kept[INNER], weight[INNER];
};

enum {
    ENTROPY,
    PARTICIPATION,
    NO_PARTICIPATION,
    TOP,
    NO_TOP,
    POSITION,
    FAR,
    TANGENTIAL,
    ALONG,  /* sum p (b - centre) */
    RADIAL, /* its square */
    QUANTITIES
};

enum { WITH_TOP = 1, WITH_ERRORS = 2, WITH_OUTPUT = 4 };

struct field {
    const struct oracle *o;
    double beta, others, share, weighed; /* n - 1, 1/n, (n - 1)/n */
    bool many, top_weight, errors, output;
    double typical_depth, length;     /* for the output: T = typical_depth + b length */
    double centre;                    /* likewise: b from about E sum p b on */
    double x_low, x_high, end_y;      /* where the outer integrand lives; where the panels end */
    size_t count, room, small, large; /* panels; the first with y > SMALL, with y > LARGE */
    struct panel *panel;
    struct kept *kept;
    double far_mass, far_b; /* scores with b > x_high + LINEAR: log of the sum of e^{y - b} dy, mean of b */
    double far_error;       /* relative */
    double value[QUANTITIES], error[QUANTITIES], noise; /* noise: relative error of gaps */
};

static double gap_at(const struct field *f, double y) { return f->beta * profile_gap(f->o->profile, y); }

static double knot_b(const struct field *f, size_t knot) { return f->beta * f->o->knot[knot].gap; }

/* The last knot with b <= x, or the first of all. */
static size_t knot_before(const struct field *f, double x) {
    size_t low = 0, high = f->o->knots;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (knot_b(f, middle) <= x) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* y with beta g(y) = x, or the nearest there is. */
static double y_at(const struct field *f, double x) {
    size_t knot = knot_before(f, x);
    struct root r = {.low = f->o->knot[knot].y, .at_low = knot_b(f, knot) - x};
    if (r.at_low >= 0 || knot + 1 == f->o->knots) { return r.low; }
    r.high = f->o->knot[knot + 1].y;
    r.at_high = knot_b(f, knot + 1) - x;
    double y = r.low;
    for (int i = 0; i < 50 && r.high - r.low > 1e-15 * fmax(1, fabs(r.low)); i++) {
        y = root_guess(&r);
        double miss = gap_at(f, y) - x;
        if (fabs(miss) <= 1e-15 * fabs(x)) { break; }
        root_narrow(&r, y, miss);
    }
    return y;
}

/* From where e^EARLIEST scores have a >= 1, or as many weigh as much, to where so many do that phi^{n-1} is
 * e^-42. */
static void find_range(struct field *f) {
    const struct oracle *o = f->o;
    const double most = f->many ? log(42) : o->log_n + log(-expm1(-42 / f->others));
    size_t last = o->knots - 1;
    f->x_low = INFINITY;
    f->x_high = knot_b(f, last);
    for (size_t i = 0; i <= last; i++) {
        double y = o->knot[i].y, b = knot_b(f, i);
        if (y >= EARLIEST) { f->x_low = fmin(f->x_low, b + EARLIEST - y); }
        if (y >= most) { f->x_high = fmin(f->x_high, b + most - y); }
    }
    f->x_low -= 1;
    f->x_high = fmax(f->x_high, f->x_low) + (o->log_n > 5 ? 1 : 4);
}

static double chord_at(const struct field *f, double b) {
    double depth = f->typical_depth + b * f->length;
    return fmax(0, depth * (2 - depth));
}

static bool add_panel(struct field *f, double low, double high, double high_b) {
    if (f->count == f->room) {
        size_t room = 2 * f->room + 128;
        struct panel *grown = realloc(f->panel, room * sizeof *grown);
        if (!grown) { return false; }
        f->panel = grown;
        f->room = room;
    }
    const struct rules *r = &f->o->rules;
    struct panel *p = &f->panel[f->count++];
    double half = (high - low) / 2, middle = low + half;
    bool joined = f->count > 1 && p[-1].high_y == low;
    p->low_y = low;
    p->high_y = high;
    p->low_b = joined ? p[-1].high_b : gap_at(f, low);
    p->high_b = high_b;
    for (size_t i = 0; i < INNER; i++) { /* at V = 1 the profile may be noise */
        double offset = gap_at(f, middle + half * r->inner.x[i]) - p->low_b;
        p->offset[i] = fmax(0, fmin(offset, high_b - p->low_b));
        p->chord[i] = f->output ? chord_at(f, p->low_b + p->offset[i]) : 0;
    }
    p->apart = p->low_b - f->centre;
#pragma omp simd
    for (size_t i = 0; i < INNER; i++) {
        p->ratio[i] = vector_exp_one(-p->offset[i]);
        p->mass[i] = vector_exp_one(middle + half * r->inner.x[i]) * half * r->inner.w[i];
    }
    return true;
}

/* Panels from b = low (at most: from a knot if one is near) to the first end of a panel with b >= high, each
 * of at most 1 or so in y and in b. */
static bool cover(struct field *f, double low, double high) {
    const struct oracle *o = f->o;
    size_t knot = knot_before(f, low);
    double y = low - knot_b(f, knot) > 20 ? y_at(f, low) : o->knot[knot].y;
    if (f->count > 0) { y = fmax(y, f->panel[f->count - 1].high_y); }
    double b = gap_at(f, y);
    for (; knot + 1 < o->knots && b < high; knot++) {
        if (o->knot[knot + 1].y <= y) { continue; }
        double end = o->knot[knot + 1].y, end_b = knot_b(f, knot + 1), start = y,
               bent = fabs(2 * gap_at(f, (y + end) / 2) - b - end_b);
        double change = fmax((end - y) / fmax(1, fmin(-0.25 * end, 4)), end_b - b + bent);
        double most = fmax(1, (end - y) / (1e-15 * fmax(1, fabs(y)))); /* that doubles can tell apart */
        double pieces = fmin(ceil(f->o->fineness * change), most), piece = (end - y) / pieces;
        for (double i = 1; i <= pieces && b < high; i++) {
            double next = i < pieces ? start + i * piece : end;
            b = i < pieces ? fmin(gap_at(f, next), end_b) : end_b;
            if (!add_panel(f, y, next, b)) { return false; }
            y = next;
        }
    }
    return true;
}

static void accumulate_tails(struct field *f) {
    for (size_t at = f->count; at-- > 0;) {
        struct panel *p = &f->panel[at];
        double step = at + 1 < f->count ? p[1].low_b - p->low_b : 0, fall = exp(-step), power = 1;
        for (size_t k = 0; k < TERMS; k++) {
            power *= fall;
            p->tail[k] = at + 1 < f->count ? power * p[1].tail[k] : 0;
            p->tail_offset[k] = at + 1 < f->count ? power * (p[1].tail_offset[k] + step * p[1].tail[k]) : 0;
            p->tail_chord[k] = at + 1 < f->count ? power * p[1].tail_chord[k] : 0;
            p->tail_square[k] = at + 1 < f->count ? power * p[1].tail_square[k] : 0;
        }
        for (size_t i = 0; i < INNER; i++) {
            double share = p->mass[i], apart = p->apart + p->offset[i];
            for (size_t k = 0; k < TERMS; k++) {
                share *= p->ratio[i];
                p->tail[k] += share;
                p->tail_offset[k] += share * p->offset[i];
                p->tail_chord[k] += share * p->chord[i];
                p->tail_square[k] += share * apart * apart;
            }
        }
    }
}

/* Geometrically falling coefficients c_0, c_1, ...: what a Gauss rule with N nodes makes of c_2N and on, from
 * some of the last of c_0 .. c_{N-1}. */
static double gauss_error(double scale, const double last[ENDS], size_t from, double power) {
    double most = 0;
    for (size_t k = from; k < ENDS; k++) { most = fmax(most, fabs(last[k])); }
    return scale > 0 ? scale * pow(fmin(1, most / scale), power) : 0;
}

static void add_far(struct field *f, double low, double high) {
    const struct rules *r = &f->o->rules;
    double half = (high - low) / 2, middle = low + half, own[INNER], b[INNER], most = f->far_mass,
           last[ENDS] = {0}, sum = 0, mean = 0;
    for (size_t i = 0; i < INNER; i++) {
        double y = middle + half * r->inner.x[i];
        b[i] = gap_at(f, y);
        own[i] = y - b[i] + log(half * r->inner.w[i]);
        most = fmax(most, own[i]);
    }
    for (size_t i = 0; i < INNER; i++) {
        double weight = exp(own[i] - most);
        sum += weight;
        mean += weight > 0 ? weight * (b[i] - f->far_b) : 0;
        for (size_t k = 0; k < ENDS; k++) { last[k] += r->inner.value[INNER - ENDS + k][i] * weight; }
    }
    double before = exp(f->far_mass - most), all = sum + before;
    f->far_error = (f->far_error * before + gauss_error(sum, last, 2, 3)) / all;
    f->far_b += mean / all;
    f->far_mass = most + log(all);
}

/* All scores from y on, where only a is looked at: panels over which e^{y - b} changes by e^2 at most. */
static void add_all_far(struct field *f, double y) {
    const struct oracle *o = f->o;
    size_t added = 0;
    for (size_t knot = 0; knot + 1 < o->knots; knot++) {
        double end = o->knot[knot + 1].y, step = end - y;
        if (end <= y) { continue; }
        double b = fmax(knot_b(f, knot), f->x_high + LINEAR);
        while (y < end && end + f->x_high - b > -41) {
            if (added++ == MOST_FAR) {
                f->far_error = INFINITY; /* out of reach */
                return;
            }
            double next = fmin(end, y + step), next_b;
            b = gap_at(f, y);
            while (next_b = gap_at(f, next), f->o->fineness * fabs(next - y - (next_b - b)) > 2 &&
                                                 next - y > 1e-10 * fmax(1, fabs(y))) {
                next = y + (next - y) / 2;
            }
            add_far(f, y, next);
            step = 2 * (next - y);
            y = next;
            b = next_b;
        }
        y = end;
    }
}

/* ---- one x ---- */

/* The first panel that reaches above b. */
static size_t panel_at(const struct field *f, double b) {
    size_t low = 0, high = f->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (f->panel[middle].high_b > b) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* phi^{n-1}, given psi = n (1 - phi). */
static inline double power_of_few(const struct field *f, double psi) {
    double share = psi * f->share;
    return vector_exp_one(f->others * vector_log1p_one(share < 1 ? -share : -1 + 0x1p-53));
}

/* The same from n = e^8 on, by the series of the logarithm. */
static inline double power_of_many(const struct field *f, double psi) {
    double share = psi * f->share, u = share < 0.02 ? share : 0.02, sum = 1.0 / 5;
    for (int k = 4; k > 0; k--) { sum = sum * u + 1.0 / k; }
    return vector_exp_one(-f->weighed * psi * sum);
}

static double power_at(const struct field *f, double psi) {
    return f->many ? power_of_many(f, psi) : power_of_few(f, psi);
}

/* n E of 1 - e^{-a}, its first two derivatives by x, and a e^{-a} (-gamma - log a). For the output, with X =
 * b - centre: of a^2 e^{-a} T(2-T), a e^{-a} X, and a^2 e^{-a} X^2. */
struct inner {
    double psi, first, second, entropy, chord, along, square;
};

/* Adds a panel's terms, and keeps what the top weight needs. */
static inline void add_near(const struct panel *p, double x, struct kept *kept, struct inner *sum) {
    double psi = 0, first = 0, second = 0, entropy = 0, scale = vector_exp_one(fmin(x - p->low_b, 600)),
           shift = EULER + x - p->low_b;
#pragma omp simd reduction(+ : psi, first, second, entropy)
    for (size_t i = 0; i < INNER; i++) {
        double a = scale * p->ratio[i], missed = vector_expm1_one(-a), weight = p->mass[i] * a * (1 + missed);
        kept->kept[i] = 1 + missed;
        kept->weight[i] = weight;
        psi -= p->mass[i] * missed;
        first += weight;
        second += weight * (1 - a);
        entropy += weight * (p->offset[i] - shift);
    }
    sum->psi += psi;
    sum->first += first;
    sum->second += second;
    sum->entropy += entropy;
}

/* The same panel's terms of the output. */
static inline void add_output(const struct panel *p, double x, const struct kept *kept, struct inner *sum) {
    double chord = 0, along = 0, square = 0, scale = vector_exp_one(fmin(x - p->low_b, 600));
#pragma omp simd reduction(+ : chord, along, square)
    for (size_t i = 0; i < INNER; i++) {
        double twice = kept->weight[i] * scale * p->ratio[i], apart = p->apart + p->offset[i];
        chord += twice * p->chord[i];
        along += kept->weight[i] * apart;
        square += twice * apart * apart;
    }
    sum->chord += chord;
    sum->along += along;
    sum->square += square;
}

/* The panels from p on, by powers of a. */
static void add_tail(const struct panel *p, double x, struct inner *sum) {
    const double second[TERMS] = {1, -2, 1.5, -2.0 / 3}, first[TERMS] = {1, -1, 0.5, -1.0 / 6};
    double scale = exp(x - p->low_b), shift = EULER + x - p->low_b, power = 1;
    for (size_t k = 0; k < TERMS; k++) {
        power *= scale;
        double term = first[k] * power * p->tail[k];
        sum->psi += term / (double)(k + 1);
        sum->first += term;
        sum->second += second[k] * power * p->tail[k];
        sum->entropy += first[k] * power * (p->tail_offset[k] - shift * p->tail[k]);
        sum->chord += (first[k] - second[k]) * power * p->tail_chord[k];
        sum->along += first[k] * power * (p->tail_offset[k] + p->apart * p->tail[k]);
        sum->square += (first[k] - second[k]) * power * p->tail_square[k];
    }
}

static struct inner inner_at(const struct field *f, double x, size_t begin, size_t end) {
    struct inner sum = {0};
    for (size_t i = begin; i < end; i++) { add_near(&f->panel[i], x, &f->kept[i], &sum); }
    for (size_t i = begin; f->output && i < end; i++) { add_output(&f->panel[i], x, &f->kept[i], &sum); }
    if (end < f->count) { add_tail(&f->panel[end], x, &sum); }
    double far = exp(x + f->far_mass);
    sum.psi += far + exp(begin < f->count ? f->panel[begin].low_y : f->end_y);
    sum.first += far;
    sum.second += far;
    sum.entropy += far * (f->far_b - EULER - x);
    sum.along += far * (f->far_b - f->centre);
    return sum;
}

/* Panels before `to`, of which the first `seen` are kept already, in which hardly any score is above another:
 * adds their mass e^{-a} to psi, and returns the sum of their weights. */
static double top_of_small(const struct field *f, double x, size_t begin, size_t seen, size_t to,
                           double *psi) {
    double sum = 0;
    for (size_t i = begin; i < to && i < seen; i++) {
        for (size_t j = 0; j < INNER; j++) {
            sum += f->kept[i].weight[j];
            *psi += f->panel[i].mass[j] * f->kept[i].kept[j];
        }
    }
    if (seen < begin) { seen = begin; }
    if (seen < to && to < f->count) {
        struct inner from = {0}, rest = {0};
        add_tail(&f->panel[seen], x, &from);
        add_tail(&f->panel[to], x, &rest);
        *psi += exp(f->panel[to].low_y) - exp(f->panel[seen].low_y) - (from.psi - rest.psi);
        sum += from.first - rest.first;
    }
    return sum;
}

/* e^{-a} and mass a e^{-a} where a < e^-SERIES. */
static inline void keep_far(const struct panel *p, double scale, struct kept *kept) {
#pragma omp simd
    for (size_t i = 0; i < INNER; i++) {
        double a = scale * p->ratio[i];
        kept->kept[i] = 1 - a * (1 - a * (1.0 / 2 - a * (1.0 / 6 - a * (1.0 / 24))));
        kept->weight[i] = p->mass[i] * a * kept->kept[i];
    }
}

/* A panel's terms of top_at; to psi it adds what lies above the next one. */
static inline double top_of_panel(const struct field *f, const struct panel *p, const struct kept *kept,
                                  double *psi) {
    const struct rules *r = &f->o->rules;
    double above[INNER], sum = 0, total = 0;
    for (size_t j = 0; j < INNER; j++) { above[j] = *psi; }
    for (size_t k = 0; k < INNER; k++) {
        double share = p->mass[k] * kept->kept[k], density = share / r->inner.w[k];
        total += share;
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { above[j] += r->inner.cumulative[k][j] * density; }
    }
    *psi += total;
    if (f->many) {
#pragma omp simd reduction(+ : sum)
        for (size_t j = 0; j < INNER; j++) { sum += kept->weight[j] * power_of_many(f, above[j]); }
    } else {
#pragma omp simd reduction(+ : sum)
        for (size_t j = 0; j < INNER; j++) { sum += kept->weight[j] * power_of_few(f, above[j]); }
    }
    return sum;
}

/* n E[a e^{-a} (E[e^{-a'}; s' <= s])^{n-1}]: for every node, psi and what lies above it. `power` is that of
 * psi alone. */
static double top_at(const struct field *f, double x, double psi, double power, size_t begin, size_t end) {
    double sum = power * top_of_small(f, x, begin, end, f->small, &psi);
    for (size_t i = begin > f->small ? begin : f->small; i < f->large; i++) {
        const struct panel *p = &f->panel[i];
        if (i >= end) {
            double scale = vector_exp_one(x - p->low_b);
            if (power * scale * p->tail[0] < 1e-17) { break; }
            keep_far(p, scale, &f->kept[i]);
        }
        sum += top_of_panel(f, p, &f->kept[i], &psi);
    }
    return sum;
}

/* ---- the integrals over x ---- */

/* Of (sum p X)^2, X = b - centre: n E[a^2 e^{-a} X^2] phi^{n-1} + n (n-1) (E[a e^{-a} X])^2 phi^{n-2}. */
static double radial_at(const struct field *f, const struct inner *in, double power) {
    double phi = 1 - fmin(in->psi * f->share, 1 - 0x1p-53);
    return power * (in->square + f->weighed * in->along * in->along / phi);
}

static void sample(const struct field *f, double x, double *value) {
    size_t begin = panel_at(f, x - SATURATED), end = panel_at(f, x + SERIES) + 1;
    if (end > f->count) { end = f->count; }
    struct inner in = inner_at(f, x, begin, end);
    double power = power_at(f, in.psi), total = power * in.first;
    value[ENTROPY] = power * in.entropy;
    value[PARTICIPATION] = power * (in.first - in.second);
    value[NO_PARTICIPATION] = power * in.second;
    value[TOP] = f->top_weight && total > 1e-15 ? top_at(f, x, in.psi, power, begin, end) : total;
    value[NO_TOP] = total - value[TOP];
    value[POSITION] = total * (x - f->x_high);
    value[FAR] = power * exp(x + f->far_mass);
    value[TANGENTIAL] = power * in.chord;
    value[ALONG] = power * in.along;
    value[RADIAL] = radial_at(f, &in, power);
}

/* The inner rule's errors at x: in psi, for `entropy` in any of the next three and in chord, in along and in
 * square. */
static struct inner inner_error(const struct field *f, double x, size_t begin, size_t end) {
    enum { SUMS = 4 };
    const struct rules *r = &f->o->rules;
    struct inner error = {0};
    for (size_t i = begin; i < end; i++) {
        const struct panel *p = &f->panel[i];
        double value[SUMS] = {0}, last[SUMS][ENDS] = {{0}};
        for (size_t j = 0; j < INNER; j++) {
            double log_a = x - p->low_b - p->offset[j], a = exp(log_a), weight = p->mass[j] * a * exp(-a),
                   apart = p->apart + p->offset[j],
                   term[SUMS] = {-p->mass[j] * expm1(-a), weight * (1 + a + fabs(EULER + log_a)),
                                 weight * apart, weight * a * apart * apart};
            for (size_t q = 0; q < SUMS; q++) {
                value[q] += fabs(term[q]);
                for (size_t k = 0; k < ENDS; k++) {
                    last[q][k] += term[q] * r->inner.value[INNER - ENDS + k][j];
                }
            }
        }
        error.psi += gauss_error(value[0], last[0], 2, 3);
        error.entropy += gauss_error(value[1], last[1], 2, 3);
        error.along += gauss_error(value[2], last[2], 2, 3);
        error.square += gauss_error(value[3], last[3], 2, 3);
    }
    return error;
}

static void add_inner_error(struct field *f, double x, double width) {
    size_t begin = panel_at(f, x - SATURATED), end = panel_at(f, x + SERIES) + 1;
    if (end > f->count) { end = f->count; }
    struct inner in = inner_at(f, x, begin, end);
    double power = width * power_at(f, in.psi);
    if (power < 1e-20) { return; }
    struct inner error = inner_error(f, x, begin, end);
    f->error[ENTROPY] += power * (error.entropy + fabs(in.entropy) * error.psi);
    for (size_t q = PARTICIPATION; q <= TANGENTIAL; q++) {
        f->error[q] += power * (error.entropy + in.first * error.psi);
    }
    const struct inner most = {
        .psi = in.psi, .along = fabs(in.along) + error.along, .square = in.square + error.square};
    f->error[ALONG] += power * (error.along + fabs(in.along) * error.psi);
    f->error[RADIAL] += radial_at(f, &most, power) * (1 + error.psi) - radial_at(f, &in, power);
}

/* int dM(t) e^{-t} e^{-e^{-t}} (phi^{n-1} less what it is without the scores above t), from M's derivatives:
 * of the two largest scores, how much the second weighs. */
static double no_top_long(const struct field *f, double psi, const double slope[ORDERS]) {
    const struct rules *r = &f->o->rules;
    double density[GRID] = {0}, above[GRID], sum = 0, power = power_at(f, psi);
    for (size_t i = 0; i < GRID; i++) { above[i] = psi; }
    for (size_t k = 0; k < ORDERS; k++) {
#pragma omp simd
        for (size_t i = 0; i < GRID; i++) {
            density[i] += slope[k] * r->power[k][i];
            above[i] += slope[k] * r->above[k][i];
        }
    }
    if (f->many) {
#pragma omp simd
        for (size_t i = 0; i < GRID; i++) { above[i] = power_of_many(f, above[i]); }
    } else {
#pragma omp simd
        for (size_t i = 0; i < GRID; i++) { above[i] = power_of_few(f, above[i]); }
    }
    for (size_t i = 0; i < GRID; i++) { sum += r->density[i] * density[i] * (power - above[i]); }
    return sum;
}

/* dM/db at M = n V: where V has a power of its own at 1, as on a circle, differences would miss digits. */
static double density_at(const struct field *f, double count) {
    const double log_v = fmin(0, log(count) - f->o->log_n);
    return count * exp(f->o->family->log_hazard(f->o->p, log_v) - log(f->beta) - f->o->log_lambda);
}

/* What sample does, where n V = M(b) hardly changes while b does by 1: psi = E M(x + G). Returns by what part
 * slopes of slopes may be off, from how far the first is from the density; 0 where no output is asked for. */
static double sample_long(const struct field *f, double middle, double half, double value[][QUANTITIES]) {
    const struct rules *r = &f->o->rules;
    /* n V and its slopes; of dV T(2-T), and of dV X^2. */
    double m[MOMENTS + 2][OUTER], chord[MOMENTS + 2][OUTER] = {{0}}, square[MOMENTS + 2][OUTER] = {{0}};
    double rough = 0;
    for (size_t j = 0; j < OUTER; j++) { m[0][j] = exp(y_at(f, middle + half * r->outer.x[j])); }
    for (size_t k = 1; k < MOMENTS + 2; k++) {
        for (size_t i = 0; i < OUTER; i++) {
            m[k][i] = 0;
            for (size_t j = 0; j < OUTER; j++) {
                m[k][i] += r->slope[i][j] * m[k - 1][j] / half;
                chord[k][i] += r->slope[i][j] * chord[k - 1][j] / half;
                square[k][i] += r->slope[i][j] * square[k - 1][j] / half;
            }
            if (k == 1 && f->output) {
                const double b = middle + half * r->outer.x[i];
                const double density = density_at(f, m[0][i]);
                rough = fmax(rough, fabs(m[1][i] / density - 1));
                m[1][i] = density;
                chord[1][i] = m[1][i] * chord_at(f, b);
                square[1][i] = m[1][i] * (b - f->centre) * (b - f->centre);
            }
        }
    }
    for (size_t j = 0; j < OUTER; j++) {
        double x = middle + half * r->outer.x[j], far = exp(x + f->far_mass), slope[ORDERS];
        struct inner in = {far, far, far, far * (f->far_b - EULER - x), 0, far * (f->far_b - f->centre), 0};
        for (size_t k = 0; k < MOMENTS - 1; k++) {
            in.psi += r->moment[k] * m[k][j];
            in.first += r->moment[k] * m[k + 1][j];
            in.second += r->moment[k] * m[k + 2][j];
            in.chord += r->moment[k] * (chord[k + 1][j] - chord[k + 2][j]);
            in.along += ((double)(k + 1) * r->moment[k + 1] + (x - f->centre) * r->moment[k]) * m[k + 1][j];
            in.square += r->moment[k] * (square[k + 1][j] - square[k + 2][j]);
            in.entropy += ((double)(k + 1) * r->moment[k + 1] - EULER * r->moment[k]) * m[k + 1][j];
        }
        double power = power_at(f, in.psi), total = power * in.first,
               no_top = power * M_LN2 * m[1][j] * m[1][j];
        for (size_t k = 0; k < ORDERS; k++) { slope[k] = m[k + 1][j]; }
        if (f->top_weight && half * no_top > 1e-15) { no_top = no_top_long(f, in.psi, slope); }
        memcpy(value[j],
               (double[QUANTITIES]){power * in.entropy, power * (in.first - in.second), power * in.second,
                                    total - no_top, no_top, total * (x - f->x_high), power * far,
                                    power * in.chord, power * in.along, radial_at(f, &in, power)},
               sizeof value[j]);
    }
    return rough / half;
}

/* The sum over a panel, and its error. */
static void panel_sum(const struct field *f, double half, double value[][QUANTITIES], double *sum,
                      double *error) {
    const struct rules *r = &f->o->rules;
    for (size_t q = 0; q < QUANTITIES; q++) {
        double scale = 0, last[ENDS] = {0};
        sum[q] = 0;
        for (size_t j = 0; j < OUTER; j++) {
            double term = half * r->outer.w[j] * value[j][q];
            sum[q] += term;
            scale += fabs(term);
            for (size_t k = 0; k < ENDS; k++) { last[k] += r->outer.value[OUTER - ENDS + k][j] * term; }
        }
        error[q] = gauss_error(scale, last, 0, q < TANGENTIAL ? 2.5 : 2); /* few keys: slower ends */
    }
}

static bool is_resolved(const struct field *f, const double *sum, const double *error) {
    const double most = 2e-11;
    return error[ENTROPY] <= most && error[NO_TOP] <= most &&
           (!f->output || error[RADIAL] <= most * (f->value[RADIAL] + sum[RADIAL]));
}

/* Adds the panel, in halves where it is not resolved. */
static void integrate_panel(struct field *f, double low, double high, bool is_long, int depth) {
    const double half = (high - low) / 2, middle = low + half;
    double value[OUTER][QUANTITIES], sum[QUANTITIES], error[QUANTITIES], rough = 0;
    if (is_long) {
        rough = sample_long(f, middle, half, value);
    } else {
        for (size_t j = 0; j < OUTER; j++) { sample(f, middle + half * f->o->rules.outer.x[j], value[j]); }
    }
    panel_sum(f, half, value, sum, error);
    if (depth < DEPTH && !(is_long && half < LONG) && !is_resolved(f, sum, error)) {
        integrate_panel(f, low, middle, is_long, depth + 1);
        integrate_panel(f, middle, high, is_long, depth + 1);
        return;
    }
    const double noise = f->noise * (is_long ? 1e4 / (half * half) : 1); /* slopes enlarge it */
    for (size_t q = 0; q < QUANTITIES; q++) {
        f->value[q] += sum[q];
        f->error[q] += error[q] + rough * fabs(sum[q]);
        if (q <= TANGENTIAL) {
            f->error[q] += noise * fabs(middle) * (sum[PARTICIPATION] + fabs(sum[NO_PARTICIPATION]));
        }
    }
    if (f->errors && !is_long) { add_inner_error(f, middle, high - low); }
}

/* Where the next panel over x ends: it spans a unit or two, or what lies between two knots where that is
 * more. */
static double next_edge(const struct field *f, double x) {
    const double rare = -f->o->knot[knot_before(f, x + 4 * OUTER_WIDTH)].y,
                 early =
                     fmax(1, fmin(fmin(f->x_high - x - 10, rare) / 6, 4)), /* wider where little is to come */
        width = OUTER_WIDTH * early / f->o->fineness;
    const size_t knot = knot_before(f, x + OUTER_WIDTH / 2) + 1;
    double end = x + width, last = f->x_high - (LINEAR + 2);
    if (x > knot_b(f, 0) && knot < f->o->knots) {
        end = fmax(end, x + (knot_b(f, knot) - x) / f->o->fineness);
    } else if (x > knot_b(f, 0)) {
        end = fmax(end, f->x_high);
    }
    if (x < last && end > last && end - x > LINEAR) { end = last; }
    return fmin(end, f->x_high);
}

static bool make_panels(struct field *f) {
    double low = NAN, high = -INFINITY;
    for (double x = f->x_low, end; x < f->x_high; x = end) {
        end = next_edge(f, x);
        if (end - x >= LONG) { continue; }
        if (x - SATURATED > high) {
            if (!isnan(low) && !cover(f, low, high)) { return false; }
            low = x - SATURATED;
        }
        high = end + LINEAR;
    }
    if (!isnan(low) && !cover(f, low, high)) { return false; }
    f->kept = calloc(f->count + 1, sizeof *f->kept);
    if (!f->kept) { return false; }
    f->end_y = y_at(f, f->x_high + LINEAR);
    if (f->count > 0) { f->end_y = fmax(f->end_y, f->panel[f->count - 1].high_y); }
    while (f->small < f->count && f->panel[f->small].low_y < SMALL) { f->small++; }
    while (f->large < f->count && f->panel[f->large].low_y < LARGE) { f->large++; }
    accumulate_tails(f);
    add_all_far(f, f->end_y);
    return true;
}

/* What the sum of all weights, which is 1, misses; from the rounding of x, which cancels out of ratios, comes
 * a part of that. */
static double lost_weight(const struct field *f, double total) {
    return 4 * fmax(0, fabs(1 - total) - 4e-16 * f->o->log_n);
}

/* Participation and top weight from where they lose no digits: themselves where small, else what is missing
 * from 1. */
static void small_or_rest(const struct field *f, int direct, double *value, double *error) {
    const double small = f->value[direct], rest = f->value[direct + 1];
    *value = small < 0.5 ? small : 1 - rest;
    *error = f->error[small < 0.5 ? direct : direct + 1] + lost_weight(f, small + rest) + 2e-11;
}

static void collect(const struct field *f, struct oracle_point *point) {
    const double total = f->value[PARTICIPATION] + f->value[NO_PARTICIPATION],
                 far = f->far_error * (1 + 4 * sqrt(f->o->log_n)) + f->noise * fabs(f->far_b);
    small_or_rest(f, PARTICIPATION, &point->participation, &point->participation_error);
    small_or_rest(f, TOP, &point->top_weight, &point->top_weight_error);
    point->entropy = f->value[ENTROPY] / total;
    point->entropy_error = f->error[ENTROPY] + far * f->value[FAR] + 2e-11 + 1e-13 * f->o->log_n +
                           lost_weight(f, total) * (1 + point->entropy);
    point->log_partition = -EULER - f->x_high - f->value[POSITION] / total;
    double rare = exp(EARLIEST) * fabs(f->x_low); /* what comes from rows that were left out */
    if (rare > 1e-6 * (1 + fabs(point->log_partition))) { point->log_partition = NAN; }
    point->gap_mean = (point->entropy - point->log_partition) / f->beta - f->o->highest;
    if (!isfinite(total + point->entropy_error + point->participation_error + point->top_weight_error)) {
        *point = (struct oracle_point){NAN, INFINITY, NAN, INFINITY, NAN, INFINITY, NAN, NAN};
    }
}

/* Where outputs lie, as a b: far below the critical beta, far above it. */
static double output_centre(const struct field *f) {
    const double absolute = f->beta * exp(f->o->log_lambda), nearest = f->beta * f->o->highest,
                 mean =
                     (sphere_bias(f->o->family->dimension(f->o->p), absolute) - f->typical_depth) / f->length;
    return isfinite(mean) && isfinite(absolute) ? fmax(mean, nearest) : nearest;
}

/* `wanted`: of WITH_TOP, WITH_ERRORS, WITH_OUTPUT. */
static bool field_open(struct field *f, const struct oracle *o, double beta, unsigned wanted) {
    *f = (struct field){.o = o,
                        .beta = beta,
                        .others = expm1(o->log_n),
                        .share = exp(-o->log_n),
                        .weighed = -expm1(-o->log_n),
                        .many = o->log_n > MANY,
                        .top_weight = wanted & WITH_TOP,
                        .errors = wanted & WITH_ERRORS,
                        .output = wanted & WITH_OUTPUT,
                        .far_mass = -INFINITY,
                        .noise = 1e-13 + 4e-16 * fabs(o->log_lambda)};
    if (f->output) {
        f->typical_depth = -o->family->quantile(o->p, -o->log_n);
        f->length = exp(-log(beta) - o->log_lambda);
        f->centre = output_centre(f);
    }
    find_range(f);
    return make_panels(f);
}

static void field_close(struct field *f) {
    free(f->panel);
    free(f->kept);
}

static void integrate(struct field *f) {
    for (double x = f->x_low, end; x < f->x_high; x = end) {
        end = next_edge(f, x);
        if (!(end > x)) { /* b has run out of digits */
            f->value[PARTICIPATION] = NAN;
            break;
        }
        integrate_panel(f, x, end, end - x >= LONG, 0);
    }
}

/* ---- ordered weights ---- */

/* Adds a score's terms for k = 1 .. count: `above` = n E[e^{-a'}; s' > s], weight = mass a e^{-a}. The powers
 * of what lies below may underflow before k counts them down: then from their logarithm. */
static void add_ranks(const struct field *f, double psi, double above, double weight, size_t count,
                      double *sum) {
    double lost = fmin((psi + above) * f->share, 1 - 0x1p-53), factor = above / (1 - lost),
           power = power_at(f, psi + above), term = weight * power, log_term = 0;
    const bool by_log = power < 1e-200 && !f->many && weight > 0 && above > 0;
    if (by_log) { log_term = log(weight) + f->others * log1p(-lost); }
    for (size_t k = 0; k < count && (by_log || term != 0); k++) {
        double next = factor / (double)(k + 1) * fmax(0, 1 - (double)(k + 1) * f->share);
        sum[k] += by_log ? exp(log_term) : term;
        term *= next;
        log_term += log(next);
    }
}

static void ranks_of_panel(const struct field *f, const struct panel *p, const struct kept *kept, double psi,
                           double *above, size_t count, double *sum) {
    const struct rules *r = &f->o->rules;
    double here[INNER], total = 0;
    for (size_t j = 0; j < INNER; j++) { here[j] = *above; }
    for (size_t k = 0; k < INNER; k++) {
        double share = p->mass[k] * kept->kept[k], density = share / r->inner.w[k];
        total += share;
        for (size_t j = 0; j < INNER; j++) { here[j] += r->inner.cumulative[k][j] * density; }
    }
    *above += total;
    for (size_t j = 0; j < INNER; j++) { add_ranks(f, psi, fmax(0, here[j]), kept->weight[j], count, sum); }
}

/* At one x, where scores are looked at one by one. */
static void sample_ranks(const struct field *f, double x, size_t count, double *sum) {
    size_t begin = panel_at(f, x - SATURATED), end = panel_at(f, x + SERIES) + 1;
    if (end > f->count) { end = f->count; }
    struct inner in = inner_at(f, x, begin, end);
    double power = power_at(f, in.psi), both = in.psi;
    memset(sum, 0, count * sizeof *sum);
    if (!(power * in.first > 1e-15)) { return; }
    sum[0] = power * top_of_small(f, x, begin, end, f->small, &both);
    double above = both - in.psi;
    for (size_t i = begin > f->small ? begin : f->small; i < f->large; i++) {
        const struct panel *p = &f->panel[i];
        if (i >= end) {
            double scale = vector_exp_one(x - p->low_b);
            if (power * scale * p->tail[0] < 1e-17) { break; }
            keep_far(p, scale, &f->kept[i]);
        }
        ranks_of_panel(f, p, &f->kept[i], in.psi, &above, count, sum);
    }
}

/* The same over a long panel (see no_top_long). */
static void sample_ranks_long(const struct field *f, double middle, double half, size_t count,
                              double (*sum)[ORACLE_RANKS]) {
    const struct rules *r = &f->o->rules;
    double m[MOMENTS + 1][OUTER] = {{0}};
    for (size_t j = 0; j < OUTER; j++) { m[0][j] = exp(y_at(f, middle + half * r->outer.x[j])); }
    for (size_t k = 1; k < MOMENTS + 1; k++) {
        for (size_t i = 0; i < OUTER; i++) {
            for (size_t j = 0; j < OUTER; j++) { m[k][i] += r->slope[i][j] * m[k - 1][j] / half; }
        }
    }
    for (size_t j = 0; j < OUTER; j++) {
        double psi = exp(middle + half * r->outer.x[j] + f->far_mass);
        for (size_t k = 0; k < MOMENTS - 1; k++) { psi += r->moment[k] * m[k][j]; }
        memset(sum[j], 0, count * sizeof *sum[j]);
        for (size_t i = 0; i < GRID; i++) {
            double density = 0, above = 0;
            for (size_t k = 0; k < ORDERS; k++) {
                density += m[k + 1][j] * r->power[k][i];
                above += m[k + 1][j] * r->above[k][i];
            }
            add_ranks(f, psi, fmax(0, above), r->density[i] * density, count, sum[j]);
        }
    }
}

/* Adds a panel's weights and their errors, in halves where it is not resolved. */
static void integrate_ranks(const struct field *f, double low, double high, bool is_long, int depth,
                            size_t count, double *weight, double *error) {
    const struct rules *r = &f->o->rules;
    const double half = (high - low) / 2, middle = low + half, most = 2e-11;
    double value[OUTER][ORACLE_RANKS], sum[ORACLE_RANKS], off[ORACLE_RANKS], worst = 0;
    if (is_long) {
        sample_ranks_long(f, middle, half, count, value);
    } else {
        for (size_t j = 0; j < OUTER; j++) {
            sample_ranks(f, middle + half * r->outer.x[j], count, value[j]);
        }
    }
    for (size_t k = 0; k < count; k++) {
        double scale = 0, last[ENDS] = {0};
        sum[k] = 0;
        for (size_t j = 0; j < OUTER; j++) {
            double term = half * r->outer.w[j] * value[j][k];
            sum[k] += term;
            scale += fabs(term);
            for (size_t e = 0; e < ENDS; e++) { last[e] += r->outer.value[OUTER - ENDS + e][j] * term; }
        }
        off[k] = gauss_error(scale, last, 0, 2.5);
        worst = fmax(worst, off[k]);
    }
    if (depth < DEPTH && !(is_long && half < LONG) && worst > most) {
        integrate_ranks(f, low, middle, is_long, depth + 1, count, weight, error);
        integrate_ranks(f, middle, high, is_long, depth + 1, count, weight, error);
        return;
    }
    for (size_t k = 0; k < count; k++) {
        weight[k] += sum[k];
        error[k] += off[k] + 1e-10 * sum[k];
    }
}

/* Rows of FAMILY_FIXED: the scores of the atoms in turn. */
static void fixed_ranks(const struct oracle *o, double beta, size_t count, double *weight) {
    struct family_atom atoms[FAMILY_ATOMS];
    size_t kinds = o->family->atoms(o->p, o->log_n, atoms);
    double log_z = -INFINITY, rank = 0;
    for (size_t i = 0; i < kinds; i++) {
        log_z = log_sum_exp(log_z, atoms[i].log_count - beta * exp(log(atoms[i].gap) + o->log_lambda));
    }
    for (size_t i = 0; i < kinds; i++) {
        double end = rank + rint(exp(fmin(atoms[i].log_count, 100)));
        for (; rank < end && rank < (double)count; rank++) {
            weight[(size_t)rank] = exp(-beta * exp(log(atoms[i].gap) + o->log_lambda) - log_z);
        }
    }
}

static const double LARGEST_BETA = 1e12; /* beyond it b loses the digits of x */

bool oracle_ordered_weights(const struct oracle *o, double beta, size_t count, double *weight,
                            double *error) {
    struct field f;
    for (size_t k = 0; k < count; k++) { weight[k] = error[k] = 0; }
    if (o->family->kind == FAMILY_FIXED) {
        fixed_ranks(o, beta, count, weight);
        return true;
    }
    struct oracle finer = *o; /* y of the k-th score spreads by k^{-1/2} */
    finer.fineness *= fmax(1, sqrt((double)count) / 4);
    bool good = field_open(&f, &finer, fmin(beta, LARGEST_BETA), WITH_TOP);
    for (double x = f.x_low, end; good && x < f.x_high; x = end) {
        end = next_edge(&f, x);
        if (!(end > x)) { /* b has run out of digits */
            for (size_t k = 0; k < count; k++) { weight[k] = NAN; }
            break;
        }
        integrate_ranks(&f, x, end, end - x >= LONG, 0, count, weight, error);
    }
    for (size_t k = 0; k < count; k++) {
        error[k] += 2e-11 + (beta > LARGEST_BETA ? 1 - weight[0] : 0);
        if (!isfinite(weight[k] + f.far_error)) {
            weight[k] = NAN;
            error[k] = INFINITY;
        }
    }
    field_close(&f);
    return good;
}

/* ---- answers ---- */

/* The top weight costs as much again, the errors a little. */
static bool compute(const struct oracle *o, double beta, bool all, struct oracle_point *point) {
    struct field f;
    bool good = field_open(&f, o, beta, all ? WITH_TOP | WITH_ERRORS : 0);
    if (good) {
        integrate(&f);
        collect(&f, point);
    }
    field_close(&f);
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
        log_z = log_sum_exp(log_z, once);
        log_two = log_sum_exp(log_two, twice);
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
        .gap_mean = mean / beta,
    };
}

/* Beyond LARGEST_BETA, what is left there bounds what is left further on. */
static bool any_point(const struct oracle *o, double beta, bool all, struct oracle_point *point) {
    if (o->family->kind == FAMILY_FIXED) {
        fixed_point(o, beta, point);
        return true;
    }
    if (!compute(o, fmin(beta, LARGEST_BETA), all, point)) { return false; }
    if (beta > LARGEST_BETA) {
        point->entropy_error += point->entropy;
        point->participation_error += 1 - point->participation;
        point->top_weight_error += 1 - point->top_weight;
        point->log_partition = point->gap_mean = NAN;
    }
    return true;
}

/* Means over so many keys on a sphere that they are those of the central limit with its 1/n terms, or at a
 * beta so small that scores hardly differ and these are all there is. The keys that make Y_2 and what is
 * across, those of 2 beta, must be there; where they are not the limit's moments are those of rows that never
 * come. `error` is relative, of the 1/n terms. */
static bool is_central(const struct oracle *o, double beta, struct sphere_subcritical *limit, double *error) {
    const double many = log(1e8), crowd = 20, slight = 1e-8;
    if (!o->family->dimension) { return false; }
    double d = o->family->dimension(o->p), log_n_eff = o->log_n - sphere_log_rho(d, beta),
           log_keys = o->log_n + o->family->log_tail(o->p, -sphere_bias(d, 2 * beta));
    const double differ = beta * (beta / d); /* the variance of scores */
    if (differ < slight) {
        *error = 4 * differ * (exp(-o->log_n) + differ) + 1e-11;
    } else if (log_n_eff > many && log_keys > crowd) {
        *error = 100 * exp(-log_n_eff) + exp(-log_keys / 2) + 1e-11;
    } else {
        return false;
    }
    sphere_subcritical(d, beta, o->log_n, limit);
    return true;
}

bool oracle_at(const struct oracle *o, double beta, struct oracle_point *point) {
    struct sphere_subcritical limit;
    double error;
    if (!any_point(o, beta, true, point)) { return false; }
    if (beta <= LARGEST_BETA && is_central(o, beta * exp(o->log_lambda), &limit, &error)) {
        point->participation = limit.participation;
        point->participation_error = error * limit.participation;
    }
    return true;
}

/* Errors of sum p X and of (sum p X)^2, X = b - centre: quadrature; rows left out, whose keys may lie as far
 * as `first` or `last`; the lowest keys, whose b is rounding up to T = 2; far keys, their squares left out;
 * rounding of b and of x - b. */
struct along_error {
    double mean, square;
};

static struct along_error along_error(const struct field *f, double total) {
    const struct oracle *o = f->o;
    const double radial = f->value[RADIAL], shared = f->value[PARTICIPATION], centre = fabs(f->centre),
                 spread = shared > 1e-11 ? sqrt(radial / shared) : 1 + centre, /* of the keys that matter */
        x = fabs(f->x_high + f->value[POSITION] / total), rare = 2 * exp(EARLIEST),
                 first = knot_b(f, 0) - f->centre, lowest = knot_b(f, o->knots - 1) - f->centre,
                 last = fmax(0, fmin(f->x_high - f->centre, lowest)),
                 missed = -expm1(o->knot[o->knots - 2].y - o->log_n) * exp(-fmax(0, lowest)),
                 rounding = f->noise * (centre + spread) + 4e-16 * x,
                 lost = lost_weight(f, total) + rounding / fmax(1, spread) + 1e-15 * o->log_n + 2e-11;
    double far = 0, far_square = 0;
    if (f->value[FAR] > 0) {
        far = f->value[FAR] * (f->far_error * (1 + 4 * sqrt(o->log_n)) + f->noise * fabs(f->far_b));
        far_square = f->value[FAR] * exp(-LINEAR) * (f->far_b - f->centre) * (f->far_b - f->centre);
    }
    return (struct along_error){
        .mean = f->error[ALONG] + rounding + lost * spread + far + rare * fabs(first) + missed * fabs(lowest),
        .square = f->error[RADIAL] + 2 * (lost + rounding / spread) * radial +
                  far * (2 * sqrt(radial) + far) + far_square + rare * (first * first + last * last) +
                  2 * missed * shared * lowest * lowest,
    };
}

static void quadrature_output(const struct field *f, struct oracle_output *output) {
    struct oracle_point point;
    collect(f, &point);
    const double total = f->value[PARTICIPATION] + f->value[NO_PARTICIPATION], mean = f->value[ALONG] / total,
                 relative = point.participation_error / point.participation, area = f->length * f->length;
    const struct along_error error = along_error(f, total);
    output->bias = f->typical_depth + (f->centre + mean) * f->length;
    output->bias_error = error.mean * f->length + 1e-15 * output->bias;
    output->tangential = f->value[TANGENTIAL];
    output->tangential_error = fmin(f->error[TANGENTIAL], relative * output->tangential) +
                               (1e-13 + 1e-15 * f->o->log_n) * output->tangential;
    output->radial_variance = area * (f->value[RADIAL] / total - mean * mean);
    output->radial_variance_error = area * (error.square + error.mean * (2 * fabs(mean) + error.mean));
    if (!(point.participation_error < point.participation)) {
        output->tangential = output->radial_variance = NAN;
    }
    if (!(output->bias_error <= output->bias)) { output->bias = NAN; }
    if (!(output->radial_variance_error < output->radial_variance)) { output->radial_variance = NAN; }
}

/* What is not known is NaN. */
static void or_nothing(double *value, double *error) {
    if (!isfinite(*value + *error)) {
        *value = NAN;
        *error = INFINITY;
    }
}

bool oracle_output_at(const struct oracle *o, double beta, struct oracle_output *output) {
    const double at = fmin(beta, LARGEST_BETA), absolute = at * exp(o->log_lambda);
    struct sphere_subcritical limit;
    struct field f;
    double error;
    *output = (struct oracle_output){NAN, INFINITY, NAN, INFINITY, NAN, INFINITY};
    if (!o->family->dimension) { return true; }
    const double d = o->family->dimension(o->p);
    if (beta <= LARGEST_BETA && is_central(o, absolute, &limit, &error)) {
        output->bias = limit.bias;
        output->bias_error = error * fabs(limit.bias - sphere_bias(d, absolute)) + 1e-12 * limit.bias;
        output->tangential = (d - 1) * limit.tangential_variance;
        output->tangential_error = error * output->tangential;
        output->radial_variance = limit.radial_variance;
        output->radial_variance_error = error * output->radial_variance;
        return true;
    }
    bool good = field_open(&f, o, at, WITH_ERRORS | WITH_OUTPUT);
    if (good) {
        integrate(&f);
        quadrature_output(&f, output);
        or_nothing(&output->bias, &output->bias_error);
        or_nothing(&output->tangential, &output->tangential_error);
        or_nothing(&output->radial_variance, &output->radial_variance_error);
    }
    field_close(&f);
    return good;
}

double oracle_susceptibility(const struct oracle *o, double beta) {
    const double step = 0.01, offset[] = {-2, -1, 1, 2},
                 weight[] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
    double slope = 0;
    for (size_t i = 0; i < 4; i++) {
        struct oracle_point point;
        if (!any_point(o, beta * exp(offset[i] * step), false, &point)) { return NAN; }
        slope += weight[i] * point.entropy / step;
    }
    return -slope;
}

/* ---- collapse points ---- */

/* Goes from negative to positive where the mean collapses. */
static double crossing(const struct oracle *o, bool entropy, double threshold, double log_beta) {
    struct oracle_point point;
    if (!any_point(o, exp(log_beta), false, &point)) { return NAN; }
    return entropy ? threshold - point.entropy : point.participation - threshold;
}

/* In log beta; brackets grow by doubled steps. */
static double crossing_root(const struct oracle *o, bool entropy, double threshold) {
    struct root r = {.low = 0.5, .high = 1};
    r.at_low = crossing(o, entropy, threshold, r.low);
    r.at_high = crossing(o, entropy, threshold, r.high);
    for (double step = 1; r.at_high < 0 && r.high < 100; step *= 2) {
        r.low = r.high;
        r.at_low = r.at_high;
        r.at_high = crossing(o, entropy, threshold, r.high += step);
    }
    for (double step = 0.5; r.at_low > 0 && r.low > -100; step *= 2) {
        r.high = r.low;
        r.at_high = r.at_low;
        r.at_low = crossing(o, entropy, threshold, r.low -= step);
    }
    if (!(r.at_low <= 0 && r.at_high >= 0)) { return NAN; }
    double x = r.low;
    for (int i = 0; i < 60 && r.high - r.low > 1e-11; i++) {
        double before = x;
        x = root_guess(&r);
        double f = crossing(o, entropy, threshold, x);
        if (isnan(f)) { return NAN; }
        if (f == 0 || fabs(x - before) < 1e-11) { break; }
        root_narrow(&r, x, f);
    }
    return x;
}

static double collapse(const struct oracle *o, bool entropy, double threshold, double *error) {
    *error = 0;
    double uniform = entropy ? threshold - o->log_n : exp(-o->log_n) - threshold;
    if (uniform >= 0) { return 0; }
    *error = NAN;
    const double x = crossing_root(o, entropy, threshold), step = 1e-3,
                 slope =
                     (crossing(o, entropy, threshold, x + step) - crossing(o, entropy, threshold, x - step)) /
                     (2 * step);
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
