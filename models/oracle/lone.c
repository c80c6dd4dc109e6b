#include "models/oracle/lone.h"

#include <math.h>
#include <string.h>

#include "models/numeric/vector_inline.h"
#include "models/oracle/inner.h"

/* What is looked at, in units of `unit`; the mean and the variance are those that G has. */
enum { MEAN = LONE_ENTROPIES, VARIANCE, LOOKED };
_Static_assert((int)LOOKED <= (int)CURVE_VALUES, "a curve for each");

/* A key that is certain to be saturated to rounding has phi = 1e-17, which its own share takes out again. */
static double phi_of(const struct lone *l, const struct inner *in) {
    const double least = 1e-17, phi = 1 - in->psi * l->field.share;
    return phi > least ? phi : least;
}

/* log phi goes by log(1 - MISSED) up to there. */
static const double HALF_MISSED = 0.5;

static void tell(const struct lone *l, const struct inner *in, double log_phi, double looked[LOOKED]) {
    const double missed = in->psi * l->field.share, part = l->part / phi_of(l, in);
    looked[LONE_LOG_PHI] = missed > 0 ? l->part * in->psi * (log_phi / missed) : -l->part * in->psi;
    looked[LONE_FIRST] = in->first * part;
    looked[LONE_SHARED] = (in->first - in->second) * part;
    looked[MEAN] = in->first > 0 ? in->entropy / in->first : 0;
    looked[VARIANCE] = in->first > 0 ? in->spread / in->first : 0;
}

static void look(const struct lone *l, double depth, double looked[LOOKED]) {
    const double x = l->top - depth;
    const struct inner in = depth < l->deep_from ? inner_at(&l->field, x, inner_span_at(&l->field, x))
                                                 : deep_at(l->deep, l->field.beta, x);
    const double missed = in.psi * l->field.share;
    tell(l, &in, missed < HALF_MISSED ? vector_log1p_one(-missed) : log(phi_of(l, &in)), looked);
}

/* A C - B^2 goes by the variance, as it would be lost in the difference. */
static void take(double unit, const double looked[LOOKED], double value[LONE_FUNCTIONS]) {
    const double first = looked[LONE_FIRST], mean = looked[MEAN], variance = looked[VARIANCE];
    value[LONE_LOG_PHI] = looked[LONE_LOG_PHI];
    value[LONE_FIRST] = first;
    value[LONE_SHARED] = looked[LONE_SHARED];
    value[LONE_ENTROPIES] = first * mean;
    value[LONE_SPREADS] = first * (variance + mean * mean);
    value[LONE_OWN] = variance * first * (first * unit);
}

/* ---- curves ----
 *
 * Over log(1 + depth/NEAR), by which powers of the depth, and exponentials of powers, are smooth over panels
 * that reach over a factor of 4 and more. */

static const double NEAR = 16;

static double place_of(double depth) { return log1p(depth / NEAR); }

/* How many times less well a panel need tell the functions where all keys together have less of them than
 * `enough`, and as much less as they are deep: all means add up to 1 or so. A choice: at most that. */
static double slack_over(const struct lone *l, const struct curve_panel *p, double enough) {
    const double most = 2e6, low = NEAR * expm1(p->low), high = NEAR * expm1(p->high);
    const double log_all = p->at_low[LONE_LOG_PHI] + l->keys.log_unit +
                           comb_log_keys(l->keys.position, l->keys.log_n, high / l->keys.scale);
    return fmin(most, fmax(1, enough / (1 + low / NEAR) * exp(-log_all)));
}

/* Of logarithms the first three: each is smooth over a stretch on which it falls by orders of magnitude. To
 * KNOWN, and what gaps are off; a variance is what squares leave, and a share what is lost of a. */
enum { LOGARITHMS = MEAN };
static const double KNOWN = 6e-13;

static void look_behind(double place, double value[CURVE_VALUES], double noise[CURVE_VALUES], void *param) {
    const struct lone *l = param;
    const double depth = NEAR * expm1(place);
    double looked[LOOKED];
    look(l, depth, looked);
    const double slope = looked[LONE_FIRST] / -looked[LONE_LOG_PHI], mean = looked[MEAN],
                 variance = looked[VARIANCE],
                 known = KNOWN + 2 * l->field.noise * fabs(l->top - depth) * slope, rounding = 1e-15,
                 least = 0.1 * rounding * looked[LONE_FIRST];
    looked[LONE_SHARED] = fmax(looked[LONE_SHARED], least);
    for (int f = 0; f < CURVE_VALUES; f++) {
        value[f] = f < LOGARITHMS ? log(fabs(looked[f])) : 0;
        noise[f] = known;
    }
    noise[LONE_SHARED] += rounding * looked[LONE_FIRST] / looked[LONE_SHARED];
    value[MEAN] = mean;
    noise[MEAN] = known * (1 + fabs(mean));
    value[VARIANCE] = variance;
    noise[VARIANCE] = known * (1 + variance) + rounding * mean * mean;
}

static double slight_behind(const struct curve_panel *panel, void *param) {
    return KNOWN * slack_over(param, panel, 1);
}

void lone_forget(struct lone *l) {
    curve_free(l->behind);
    l->behind = NULL;
}

bool lone_look_behind(struct lone *l) {
    enum { HALVINGS = 3 };
    const double steep = 0.5, middle = l->end / 4;
    double looked[LOOKED];
    struct curve_panel first;
    look(l, fmax(middle, LONE_BEHIND), looked);
    if (!(looked[LONE_FIRST] < steep * -looked[LONE_LOG_PHI])) { return true; }
    l->behind =
        curve_create_end(place_of(LONE_BEHIND), place_of(l->end), HALVINGS, look_behind, slight_behind, l);
    if (!l->behind) { return false; }
    if (curve_panels(l->behind) == 0) {
        lone_forget(l);
        return true;
    }
    curve_panel(l->behind, 0, &first);
    l->behind_from = NEAR * expm1(first.low);
    return true;
}

void lone_open(struct lone *l, const struct oracle *law, double beta, const struct comb_keys *keys) {
    const double most = 650;
    *l = (struct lone){.keys = *keys};
    l->keys.log_unit = -fmin(law->log_n, most);
    l->unit = exp(l->keys.log_unit);
    l->part = exp(-l->keys.log_unit - law->log_n);
    field_open(&l->field, law, beta, (struct oracle_question){.errors = false});
    l->field.x_low = field_knot_b(&l->field, 0);
}

/* Down to where `deep` knows all. */
static bool cover_near(struct lone *l) {
    struct field *f = &l->field;
    const double last = deep_lower_end(l->deep, f->beta) - deep_from(l->deep, f->beta);
    l->deep_from = l->top - last;
    l->end = fmin(l->end, l->top - deep_end(l->deep, f->beta) - DEEP_MARGIN);
    return l->deep_from <= 0 ||
           (field_cover(f, last - FIELD_SATURATED - 1, l->top + FIELD_LINEAR) && field_finish(f));
}

static bool cover_all(struct lone *l) {
    struct field *f = &l->field;
    const double begin = fmax(l->top - l->end - FIELD_SATURATED, f->x_low) - 1;
    l->deep_from = INFINITY;
    l->end = fmin(l->end, l->top - f->x_low);
    if (!field_cover(f, begin, l->top + FIELD_LINEAR) || !field_finish(f)) { return false; }
    if (f->count > 0 && begin < f->x_low) {
        f->panel[0].low_y = -INFINITY; /* nothing is above, and nothing rounds */
        l->end = l->top - f->panel[0].high_b - FIELD_SATURATED - 0.01; /* which is all there is, until here */
    }
    return true;
}

bool lone_cover(struct lone *l, double top, double depth, const struct deep *deep) {
    l->field.x_high = l->top = top;
    l->end = depth;
    l->deep = deep;
    return deep && deep_does(deep, l->field.beta, top - depth) ? cover_near(l) : cover_all(l);
}

void lone_close(struct lone *l) {
    field_close(&l->field);
    lone_forget(l);
}

bool lone_is_over(const struct lone *l, double depth) { return isfinite(l->deep_from) && depth > l->end; }

void lone_at(const struct lone *l, double depth, double value[LONE_FUNCTIONS]) {
    double looked[CURVE_VALUES];
    if (lone_is_over(l, depth)) {
        memset(value, 0, LONE_FUNCTIONS * sizeof *value);
        return;
    }
    if (!l->behind || depth < l->behind_from || !curve_at(l->behind, place_of(depth), looked)) {
        look(l, depth, looked);
    } else {
        l->field.o->vector->exp(LOGARITHMS, looked, looked);
        looked[LONE_LOG_PHI] *= -1;
    }
    take(l->unit, looked, value);
}

/* ---- many depths ---- */

/* What `look` and `take` make of each. */
static void take_all(const struct lone *l, const struct inner in[VECTOR_ROW],
                     double row[LONE_FUNCTIONS][VECTOR_ROW]) {
    const struct vector *vector = l->field.o->vector;
    double less[VECTOR_ROW], log_phi[VECTOR_ROW];
    for (size_t k = 0; k < VECTOR_ROW; k++) {
        const double missed = in[k].psi * l->field.share;
        less[k] = missed < HALF_MISSED ? -missed : 0;
        log_phi[k] = phi_of(l, &in[k]);
    }
    vector->log1p(VECTOR_ROW, less, less);
    vector->log(VECTOR_ROW, log_phi, log_phi);
    for (size_t k = 0; k < VECTOR_ROW; k++) {
        const double missed = in[k].psi * l->field.share;
        double looked[LOOKED], value[LONE_FUNCTIONS];
        tell(l, &in[k], missed < HALF_MISSED ? less[k] : log_phi[k], looked);
        take(l->unit, looked, value);
        for (int f = 0; f < LONE_FUNCTIONS; f++) { row[f][k] = value[f]; }
    }
}

bool lone_begin(struct lone_run *run, const struct lone *l, double first, double step) {
    *run = (struct lone_run){.lone = l, .first = first, .step = step};
    return !(first < l->deep_from) || lattice_open(&run->lattice, &l->field, l->top - first, step);
}

void lone_next(struct lone_run *run, double row[LONE_FUNCTIONS][VECTOR_ROW]) {
    const struct lone *l = run->lone;
    size_t known = 0;
    while (known < VECTOR_ROW && run->first + (double)(run->next + known) * run->step < l->deep_from) {
        known++;
    }
    if (known > 0) {
        struct inner inner[VECTOR_ROW];
        lattice_next(&run->lattice, inner);
        take_all(l, inner, row);
    }
    for (size_t k = known; k < VECTOR_ROW; k++) {
        double value[LONE_FUNCTIONS];
        lone_at(l, run->first + (double)(run->next + k) * run->step, value);
        for (int f = 0; f < LONE_FUNCTIONS; f++) { row[f][k] = value[f]; }
    }
    run->next += VECTOR_ROW;
}

void lone_end(struct lone_run *run) { lattice_close(&run->lattice); }

/* Those that come before curves do. */
static bool fill_near(const struct lone *l, double first, double step, size_t count,
                      double *const row[LONE_FUNCTIONS]) {
    struct lone_run run;
    const bool good = lone_begin(&run, l, first, step);
    for (size_t k = 0; good && k < count; k += VECTOR_ROW) {
        double here[LONE_FUNCTIONS][VECTOR_ROW];
        const size_t size = count - k < VECTOR_ROW ? count - k : VECTOR_ROW;
        lone_next(&run, here);
        for (int f = 0; f < LONE_FUNCTIONS; f++) { memcpy(row[f] + k, here[f], size * sizeof **row); }
    }
    lone_end(&run);
    return good;
}

enum { BLOCK = 256 };

/* Of BLOCK at most, as look_behind has them. */
static void look_at_all(const struct lone *l, double first, double step, size_t count,
                        double *const row[LOOKED]) {
    const struct vector *vector = l->field.o->vector;
    double place[BLOCK], *here[LOOKED];
    for (size_t k = 0; k < count; k++) { place[k] = 1 + (first + (double)k * step) / NEAR; }
    vector->log(count, place, place);
    for (size_t k = 0, run; k < count; k += run) {
        for (int f = 0; f < LOOKED; f++) { here[f] = row[f] + k; }
        run = curve_rows(l->behind, vector, count - k, place + k, LOOKED, here);
        if (run == 0) { /* rounding has put it beyond an end */
            double value[CURVE_VALUES], noise[CURVE_VALUES];
            look_behind(place[k], value, noise, (void *)l); /* which is only read */
            for (int f = 0; f < LOOKED; f++) { *here[f] = value[f]; }
            run = 1;
        }
    }
}

static void fill_behind(const struct lone *l, double first, double step, size_t count,
                        double *const row[LONE_FUNCTIONS]) {
    double *restrict log_phi = row[LONE_LOG_PHI], *restrict of_first = row[LONE_FIRST],
                     *restrict mean = row[MEAN], *restrict variance = row[VARIANCE],
                     *restrict own = row[LONE_OWN];
    look_at_all(l, first, step, count, row);
    for (int f = 0; f < LOGARITHMS; f++) { l->field.o->vector->exp(count, row[f], row[f]); }
#pragma omp simd
    for (size_t k = 0; k < count; k++) {
        const double a = of_first[k], m = mean[k], v = variance[k];
        log_phi[k] = -log_phi[k];
        mean[k] = a * m;
        variance[k] = a * (v + m * m);
        own[k] = v * a * (a * l->unit);
    }
}

bool lone_fill(const struct lone *l, double first, double step, size_t count,
               double *const row[LONE_FUNCTIONS]) {
    double *here[LONE_FUNCTIONS];
    size_t known = 0, near = 0;
    while (known < count && first + (double)known * step <= l->end) { known++; }
    while (near < known && (!l->behind || first + (double)near * step < l->behind_from)) { near++; }
    if (near > 0 && !fill_near(l, first, step, near, row)) { return false; }
    for (size_t k = near; k < known; k += BLOCK) {
        for (int f = 0; f < LONE_FUNCTIONS; f++) { here[f] = row[f] + k; }
        fill_behind(l, first + (double)k * step, step, known - k < BLOCK ? known - k : BLOCK, here);
    }
    for (int f = 0; f < LONE_FUNCTIONS; f++) { memset(row[f] + known, 0, (count - known) * sizeof **row); }
    return true;
}

/* ---- how smooth ---- */

/* A panel whose 16 terms tell a function has singularities 2 widths away at least: to be 24 steps from the
 * middle of 16 points; e^{0.25 k} these tell to 1e-14. So a step is so much of NEAR and the depth at most.
 * Where fewer digits matter both come nearer by the 16th root of that. */
static double longest_part(const struct lone *l, const struct curve_panel *p) {
    const double enough = 10, digits = pow(slack_over(l, p, enough), 1.0 / COMB_TAPS), steps = 24 / digits,
                 fall = 0.25 * digits, width = p->high - p->low;
    double most = -expm1(-2 * width / digits) / steps;
    for (int f = 0; f < LOGARITHMS; f++) {
        most = fmin(most, fall * width / fabs(p->at_high[f] - p->at_low[f]));
    }
    return p->resolved ? most : 0;
}

void lone_smooth_from(const struct lone *l, double step, size_t count, double *from) {
    double behind = l->end;
    size_t left = count;
    for (size_t k = l->behind ? curve_panels(l->behind) : 0; k-- > 0;) {
        struct curve_panel panel;
        curve_panel(l->behind, k, &panel);
        const double low = NEAR * expm1(panel.low), part = longest_part(l, &panel);
        for (; left > 0 && ldexp(step, (int)left - 1) / part - NEAR > low; left--) {
            from[left - 1] = fmin(ldexp(step, (int)left - 1) / part - NEAR, behind);
        }
        behind = low;
    }
    for (; left > 0; left--) { from[left - 1] = behind; }
    for (size_t k = 0; k < count; k++) { from[k] = from[k] < l->end ? from[k] : INFINITY; }
}
