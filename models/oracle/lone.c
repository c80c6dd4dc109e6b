#include "models/oracle/lone.h"

#include <math.h>
#include <string.h>

#include "models/numeric/vector_inline.h"
#include "models/oracle/inner.h"

_Static_assert((int)LONE_FUNCTIONS == (int)CURVE_VALUES, "a curve for each");

/* In units of `unit`; but for the last, which is `spread` to A: the variance that b has. SPREADS of inner.h's
 * are about the mean. A key that is certain to be saturated to rounding has phi = 1e-17, which its own share
 * takes out again. */
static void look(const struct lone *l, double depth, double value[LONE_FUNCTIONS]) {
    const double least = 1e-17, x = l->top - depth;
    const struct inner in = depth < l->deep_from ? inner_at(&l->field, x, inner_span_at(&l->field, x))
                                                 : deep_at(l->deep, l->field.beta, x);
    const double missed = in.psi * l->field.share, phi = fmax(least, 1 - missed), part = l->part / phi,
                 logarithm = missed < 0.5 ? vector_log1p_one(-missed) : log(phi);
    value[LONE_LOG_PHI] = missed > 0 ? l->part * in.psi * (logarithm / missed) : -l->part * in.psi;
    value[LONE_FIRST] = in.first * part;
    value[LONE_SHARED] = (in.first - in.second) * part;
    value[LONE_ENTROPIES] = in.entropy * part;
    value[LONE_SPREADS] = (in.spread + (in.first > 0 ? in.entropy * (in.entropy / in.first) : 0)) * part;
    value[LONE_OWN] = in.first > 0 ? in.spread / in.first : 0;
}

/* A C - B^2, in those units. */
static double own_of(const struct lone *l, double variance, double first) {
    return variance * first * (first * l->unit);
}

/* ---- curves ---- */

/* Of logarithms the first three, to A the next two: each is smooth over a stretch on which it falls by orders
 * of magnitude. To 6e-13, and what gaps are off. */
enum { LOGARITHMS = 3 };

static void look_behind(double depth, double value[CURVE_VALUES], double noise[CURVE_VALUES], void *param) {
    const struct lone *l = param;
    look(l, depth, value);
    const double first = value[LONE_FIRST], slope = first / -value[LONE_LOG_PHI],
                 known = 6e-13 + 2 * l->field.noise * fabs(l->top - depth) * slope;
    for (int f = 0; f < LOGARITHMS; f++) {
        value[f] = log(fabs(value[f]));
        noise[f] = known;
    }
    value[LONE_ENTROPIES] /= first;
    value[LONE_SPREADS] /= first;
    for (int f = LOGARITHMS; f < LONE_FUNCTIONS; f++) { noise[f] = known * (1 + fabs(value[f])); }
}

static void take_exponentials(const struct lone *l, double value[LONE_FUNCTIONS],
                              const double exponential[LOGARITHMS]) {
    const double first = exponential[LONE_FIRST];
    value[LONE_LOG_PHI] = -exponential[LONE_LOG_PHI];
    value[LONE_FIRST] = first;
    value[LONE_SHARED] = exponential[LONE_SHARED];
    value[LONE_ENTROPIES] *= first;
    value[LONE_SPREADS] *= first;
    value[LONE_OWN] = own_of(l, value[LONE_OWN], first);
}

bool lone_look_behind(struct lone *l) {
    enum { HALVINGS = 4 };
    const double steep = 0.5, middle = l->end / 4;
    double value[LONE_FUNCTIONS];
    look(l, fmax(middle, LONE_BEHIND), value);
    if (!(value[LONE_FIRST] < steep * -value[LONE_LOG_PHI])) { return true; }
    l->behind = curve_create(LONE_BEHIND, l->end, HALVINGS, look_behind, l);
    return l->behind;
}

void lone_open(struct lone *l, const struct oracle *law, double beta) {
    const double most = 650;
    *l = (struct lone){.log_unit = -fmin(law->log_n, most)};
    l->unit = exp(l->log_unit);
    l->part = exp(-l->log_unit - law->log_n);
    field_open(&l->field, law, beta, (struct oracle_question){.errors = false});
    l->field.x_low = field_knot_b(&l->field, 0);
}

/* Down to where `deep` knows all. */
static bool cover_near(struct lone *l) {
    struct field *f = &l->field;
    const double last = deep_lower_end(l->deep, f->beta) - deep_from(l->deep, f->beta);
    l->deep_from = l->top - last;
    l->end = l->top - deep_end(l->deep, f->beta) - DEEP_MARGIN;
    return l->deep_from <= 0 ||
           (field_cover(f, last - FIELD_SATURATED - 1, l->top + FIELD_LINEAR) && field_finish(f));
}

static bool cover_all(struct lone *l) {
    struct field *f = &l->field;
    l->deep_from = INFINITY;
    l->end = l->top - f->x_low;
    if (!field_cover(f, f->x_low - 1, l->top + FIELD_LINEAR) || !field_finish(f)) { return false; }
    if (f->count > 0) {
        f->panel[0].low_y = -INFINITY; /* nothing is above, and nothing rounds */
        l->end = l->top - f->panel[0].high_b - FIELD_SATURATED - 0.01; /* which is all there is, until here */
    }
    return true;
}

bool lone_cover(struct lone *l, double top, const struct deep *deep) {
    l->field.x_high = l->top = top;
    l->deep = deep;
    return deep && deep_does(deep, l->field.beta) ? cover_near(l) : cover_all(l);
}

void lone_forget(struct lone *l) {
    curve_free(l->behind);
    l->behind = NULL;
}

void lone_close(struct lone *l) {
    field_close(&l->field);
    lone_forget(l);
}

void lone_at(const struct lone *l, double depth, double value[LONE_FUNCTIONS]) {
    double exponential[LOGARITHMS];
    if (!l->behind || depth < LONE_BEHIND || !curve_at(l->behind, depth, value)) {
        look(l, depth, value);
        value[LONE_OWN] = own_of(l, value[LONE_OWN], value[LONE_FIRST]);
    } else {
        l->field.o->vector->exp(LOGARITHMS, value, exponential);
        take_exponentials(l, value, exponential);
    }
    for (int f = 0; f < LONE_FUNCTIONS; f++) { value[f] *= l->unit; }
}

/* As many as a panel of the curve has, at increasing depths. */
static size_t fill_behind(const struct lone *l, size_t count, const double *depth,
                          double *const row[LONE_FUNCTIONS]) {
    const struct vector *vector = l->field.o->vector;
    const size_t run = curve_rows(l->behind, vector, count, depth, LONE_FUNCTIONS, row);
    for (int f = 0; f < LOGARITHMS; f++) { vector->exp(run, row[f], row[f]); }
    for (size_t k = 0; k < run; k++) {
        const double first = row[LONE_FIRST][k];
        row[LONE_LOG_PHI][k] = -row[LONE_LOG_PHI][k];
        row[LONE_ENTROPIES][k] *= first;
        row[LONE_SPREADS][k] *= first;
        row[LONE_OWN][k] = own_of(l, row[LONE_OWN][k], first);
    }
    return run;
}

static void fill_one(const struct lone *l, double depth, double *const row[LONE_FUNCTIONS]) {
    double value[LONE_FUNCTIONS];
    look(l, depth, value);
    value[LONE_OWN] = own_of(l, value[LONE_OWN], value[LONE_FIRST]);
    for (int f = 0; f < LONE_FUNCTIONS; f++) { *row[f] = value[f]; }
}

void lone_fill(const struct lone *l, double first, double step, size_t count,
               double *const row[LONE_FUNCTIONS]) {
    enum { BLOCK = 256 };
    double depth[BLOCK], *here[LONE_FUNCTIONS];
    size_t known = 0;
    while (known < count && first + (double)known * step <= l->end) { known++; }
    for (size_t k = 0, run; k < known; k += run) {
        const size_t block = known - k < BLOCK ? known - k : BLOCK;
        for (size_t i = 0; i < block; i++) { depth[i] = first + (double)(k + i) * step; }
        for (int f = 0; f < LONE_FUNCTIONS; f++) { here[f] = row[f] + k; }
        run = l->behind && depth[0] >= LONE_BEHIND ? fill_behind(l, block, depth, here) : 0;
        if (run == 0) {
            fill_one(l, depth[0], here);
            run = 1;
        }
    }
    for (int f = 0; f < LONE_FUNCTIONS; f++) { memset(row[f] + known, 0, (count - known) * sizeof **row); }
}

/* ---- how smooth ---- */

/* A panel whose 16 terms tell a function has singularities 2 widths away at least, 23 steps from the middle
 * of 16 points; e^{0.25 k} these tell to 1e-14. */
static double longest_step(const struct curve_panel *p, double width) {
    const double steps = 12, fall = 0.25;
    double most = width / steps;
    for (int f = 0; f < LOGARITHMS; f++) {
        most = fmin(most, fall * (p->high - p->low) / fabs(p->at_high[f] - p->at_low[f]));
    }
    return p->resolved ? most : 0;
}

/* What is left of the last octave may be short. */
double lone_smooth_from(const struct lone *l, double step) {
    const size_t count = l->behind ? curve_panels(l->behind) : 0;
    struct curve_panel panel, before;
    double from = l->end;
    for (size_t k = count; k-- > 0; from = panel.low) {
        curve_panel(l->behind, k, &panel);
        double width = panel.high - panel.low;
        if (k > 0 && k + 1 == count) {
            curve_panel(l->behind, k - 1, &before);
            width = fmax(width, before.high - before.low);
        }
        if (longest_step(&panel, width) < step) { break; }
    }
    return from < l->end ? from : INFINITY;
}
