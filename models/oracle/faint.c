#include "models/oracle/faint.h"

#include <math.h>

#include "models/families/family.h"

static const double TOLD = 3990;  /* of log n: to e^-4000 (oracle.h) */
static const double LEAST = 14;   /* E Y_2 is small where it is below e^-14 */
static const double CERTAIN = 28; /* below e^-28 what Z' fluctuates by changes 1e-11 of E Y_2 */
static const double NOTHING = 40; /* e^-40 */
static const double FIRST = 1e-9; /* b in the place of 0 */
static const double AIM = 1e-10;
enum { QUIET = 3 };

static double turn(void) { return 1 / sqrt(3); }

/* t with 2 b t = 1 + b^2: a score of t s* has all the weight, and comes in n^{1 - t^2} of the rows. */
static double level(double b) { return (1 + b * b) / (2 * b); }

/* The b up to which E Y_2 < e^-less, to leading order: log E Y_2 is log n (2 b^2 - 1) below the turn, log n
 * (1 - t^2) above. 0 where there is none. */
static double small_to(double log_n, double less) {
    if (!(log_n > less)) { return 0; }
    const double t = sqrt(1 + less / log_n), below = sqrt((1 - less / log_n) / 2);
    return below < turn() ? below : t - sqrt(t * t - 1);
}

/* Up to here rows with such a score are e^-NOTHING of E Y_2, and so are squares of what Z fluctuates by,
 * n^{2 b^2 - 1}: log E Y_2 + log n goes as b^2. FIRST where there is no such b. */
static double begin_of(double log_n, double end) {
    double low = FIRST, high = fmin(end, turn());
    for (int i = 0; i < 40; i++) {
        const double b = (low + high) / 2, square = 2 * b * b,
                     apart = fmin(square - 2 + level(b) * level(b), 1 - square);
        *(log_n * apart > NOTHING ? &low : &high) = b;
    }
    return low;
}

static double v_of(const struct faint *f, double b) { return asinh((b - turn()) / f->width); }

void faint_open(struct faint *f, double log_n, const struct vector *vector, const double *x) {
    const double end = log_n > TOLD ? 0 : small_to(log_n, LEAST), begin = begin_of(log_n, end),
                 certain = fmax(begin, small_to(log_n, CERTAIN));
    *f = (struct faint){.log_n = log_n,
                        .vector = vector,
                        .x = x,
                        .width = 1.2 / sqrt(2 * log_n),
                        .begin = begin,
                        .end = end,
                        .panel = {{.end = fmin(turn(), certain)}, {.end = certain}, {.end = end}}};
    for (size_t i = 0; i < FAINT_PANELS; i++) {
        f->panel[i].low = v_of(f, i > 0 ? f->panel[i - 1].end : begin);
        f->panel[i].high = v_of(f, f->panel[i].end);
    }
}

/* ---- one answer ---- */

/* n E p^2 has its largest part at s = top, and nothing beyond low and high; n E a'^2, which is n E a' where
 * a' is large, has nothing beyond `highest`. */
struct scores {
    double beta, c, top, low, high, highest;
};

/* From the top to where what falls as e^{-slope t - t^2/2} is nothing. */
static double width_of(double slope) { return sqrt(slope * slope + 2 * NOTHING) - slope; }

static struct scores scores_at(const struct faint *f, double b) {
    const double one = 1, beta = b * exp(family_gaussian.log_hazard(&one, -f->log_n)),
                 c = (f->log_n + log1p(-exp(-f->log_n))) / beta + beta / 2, top = fmin(2 * beta, c);
    return (struct scores){.beta = beta,
                           .c = c,
                           .top = top,
                           .low = top - width_of(2 * beta - top),
                           .high = top + width_of(top < c ? 0 : c),
                           .highest = top + width_of(top < c ? 0 : c - beta)};
}

/* log n E p^2. By the trapezoid rule, which leaves e^{-2 pi d/step} where poles are d =
 * pi/beta from the real line. */
static double log_certain(const struct faint *f, const struct scores *at) {
    enum { BLOCK = 128 };
    const double beta = at->beta, step = fmin(0.6 / beta, 0.5),
                 most = 2 * beta * (at->top - at->c) - at->top * at->top / 2;
    const size_t count = (size_t)((at->high - at->low) / step) + 1;
    double sum = 0;
    for (size_t done = 0; done < count; done += BLOCK) {
        double term[BLOCK], apart[BLOCK];
        const size_t size = count - done < BLOCK ? count - done : BLOCK;
        for (size_t i = 0; i < size; i++) {
            const double s = at->low + (double)(done + i) * step, z = beta * (s - at->c);
            term[i] = -s * s / 2 + (z < 0 ? 2 * z : 0) - most;
            apart[i] = -fabs(z);
        }
        f->vector->exp(size, term, term);
        f->vector->exp(size, apart, apart);
        for (size_t i = 0; i < size; i++) { sum += term[i] / ((1 + apart[i]) * (1 + apart[i])); }
    }
    return f->log_n + most + log(sum * step) - log(2 * M_PI) / 2;
}

/* What the fluctuations of Z' add to n E p^2, in units of it. */
static double fluctuations(const struct faint *f, const struct scores *at) {
    enum { MOST = 512 }; /* 400 at log n = TOLD */
    const double beta = at->beta, step = fmin(1.2 / beta, 0.5), others = expm1(f->log_n),
                 unit = f->log_n + log(step) - log(2 * M_PI) / 2;
    const size_t count = (size_t)fmin(MOST, (at->highest - at->low) / step),
                 used = (size_t)fmin(MOST, (at->high - at->low) / step);
    double weight[MOST] = {0}, a[MOST] = {0}, rest[MOST], sum[MOST] = {0}, all = 0, more = 0;
    for (size_t i = 0; i < count; i++) {
        const double s = at->low + (double)i * step;
        weight[i] = unit - s * s / 2;
        a[i] = beta * (s - at->c);
    }
    f->vector->exp(count, weight, weight);
    f->vector->exp(count, a, a);
    for (size_t i = 0; i < used; i++) { rest[i] = 1 / (1 + a[i]); }
    for (size_t k = 0; k < count; k++) {
#pragma omp simd
        for (size_t i = 0; i < used; i++) {
            const double r = a[k] * rest[i], part = r / (1 + r);
            sum[i] += weight[k] * (part * part * (3 + 2 * r));
        }
    }
    for (size_t i = 0; i < used; i++) {
        const double p = a[i] * rest[i], share = weight[i] * p * p;
        all += share;
        more += share * (sum[i] - 3 * rest[i] * rest[i] / others);
    }
    return more / all;
}

static double answer(const struct faint *f, double b, bool is_certain) {
    const struct scores at = scores_at(f, b);
    const double value = log_certain(f, &at);
    return is_certain ? value : value + log1p(fluctuations(f, &at));
}

/* ---- polynomials ---- */

static double value_at(const struct faint *f, const struct faint_panel *panel, double x) {
    double share[LEJA_MOST], sum = 0;
    leja_shares(f->x, panel->weight, panel->count, x, share);
    for (size_t j = 0; j < panel->count; j++) { sum += share[j] * panel->value[j]; }
    return sum;
}

/* Errors: of what is left out, 15 (E Y_2)^2 where it was seen; with Z' = E Z'; rounding; of polynomials. */
static void fill(const struct faint *f, struct faint_panel *panel) {
    const bool is_certain = panel != &f->panel[FAINT_PANELS - 1];
    for (int quiet = 0; quiet < QUIET && panel->count < LEJA_MOST;) {
        const size_t at = panel->count;
        const double x = f->x[at], v = (panel->low + panel->high + x * (panel->high - panel->low)) / 2,
                     b = fmax(FIRST, turn() + f->width * sinh(v)),
                     foretold = at > 0 ? value_at(f, panel, x) : INFINITY, value = answer(f, b, is_certain);
        quiet = fabs(value - foretold) < AIM ? quiet + 1 : 0;
        panel->value[at] = value;
        panel->error = fmax(panel->error, (is_certain ? 1e-11 : 50 * exp(2 * value)) + 1e-15 * f->log_n);
        leja_add(f->x, at, panel->weight);
        panel->count++;
    }
    panel->error += panel->count < LEJA_MOST ? 2 * AIM : INFINITY;
}

double faint_at(struct faint *f, double b, double *error) {
    const double at = fmax(b, f->begin), part = b / at;
    struct faint_panel *panel = f->panel;
    while (at >= panel->end && panel + 1 < f->panel + FAINT_PANELS) { panel++; }
    if (panel->count == 0) { fill(f, panel); }
    const double x = (2 * v_of(f, at) - panel->low - panel->high) / (panel->high - panel->low),
                 value = value_at(f, panel, x);
    *error = panel->error;
    return part * part * (value + f->log_n) - f->log_n;
}
