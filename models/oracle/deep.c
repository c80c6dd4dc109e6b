#include "models/oracle/deep.h"

#include <math.h>
#include <stdlib.h>

#include "models/numeric/curve.h"

const double deep_point[2][DEEP_POINTS] = {
    {28.4844154738387794, 20.563697226337812, 14.8510462685263638, 10.4227727594260959, 6.92180830205509731,
     4.16931330385299524, 2.06056012820871787, 0.492585052798709887, -0.678948932430692851,
     -1.62046310510450328},
    {13.1895791494778138, 9.23537847047733294, 6.38856258770671529, 4.19038084224621951, 2.46327758142360943,
     1.10647934515019332, 0.0385742356296651533, -0.816927174536176502, -1.53015857312407171,
     -2.17331113008788179}};
const double deep_weight[2][DEEP_POINTS] = {
    {4.16666141877022679e-12, 7.7046634412529101e-9, 1.77047980830992209e-6, 0.000116753683583365523,
     0.00305907281499484386, 0.0367820443502306585, 0.203872724070021846, 0.445370242292767862,
     0.282102070419425225, 0.0286953141803377868},
    {1.70840390273228009e-11, 3.11640979265900052e-8, 6.99677911906931421e-6, 0.000438573922980667609,
     0.0101741218053156162, 0.0942308734531226521, 0.335809539771547321, 0.411933862286571723,
     0.139830209084175361, 0.00757579171598562402}};

static const double WIDEST = 512; /* times the first u that is known */

/* Over u = how far scores lie above the lower end, in units of 1/Lambda^typ. */
enum { LOG_NUMBER, LOG_DENSITY, FUNCTIONS };
struct deep {
    const struct oracle *law;
    double lowest, end; /* that end; the last u */
    double gap;         /* of the lower end */
    struct curve *curve;
};

static double log_tail_at(const struct deep *d, double u) {
    return d->law->family->log_tail(d->law->p, d->lowest + u / exp(d->law->log_lambda));
}

static void look(double u, double value[CURVE_VALUES], double noise[CURVE_VALUES], void *param) {
    const struct deep *d = param;
    const struct oracle *o = d->law;
    const double log_v = log_tail_at(d, u), known = 2e-13 + 5e-16 * o->log_n;
    for (int q = 0; q < CURVE_VALUES; q++) {
        value[q] = 0;
        noise[q] = known;
    }
    value[LOG_NUMBER] = o->log_n + log_v;
    value[LOG_DENSITY] = value[LOG_NUMBER] + o->family->log_hazard(o->p, log_v) - o->log_lambda;
}

static bool is_resolved(const struct curve *c) {
    struct curve_panel panel;
    for (size_t k = 0; k < curve_panels(c); k++) {
        curve_panel(c, k, &panel);
        if (!panel.resolved) { return false; }
    }
    return true;
}

bool deep_open(struct deep **deep, const struct oracle *law) {
    enum { HALVINGS = 4 };
    const double lambda = exp(law->log_lambda), end = law->family->quantile(law->p, 0),
                 lowest = isfinite(end) ? end : law->family->quantile(law->p, -M_LN2);
    *deep = NULL;
    struct deep *d = calloc(1, sizeof *d);
    if (!d) { return false; }
    d->law = law;
    d->lowest = lowest;
    d->gap = (law->family->quantile(law->p, -law->log_n) - lowest) * lambda;
    d->end = d->gap - law->knot[0].gap;
    d->curve = curve_create(d->end / WIDEST, d->end, HALVINGS, look, d);
    if (!d->curve) {
        deep_free(d);
        return false;
    }
    if (is_resolved(d->curve)) {
        *deep = d;
    } else {
        deep_free(d);
    }
    return true;
}

void deep_free(struct deep *d) {
    if (!d) { return; }
    curve_free(d->curve);
    free(d);
}

double deep_lower_end(const struct deep *d, double beta) { return beta * d->gap; }
double deep_end(const struct deep *d, double beta) { return beta * (d->gap - d->end); }

double deep_from(const struct deep *d, double beta) {
    const double first = deep_point[0][0], least = fmax(110, beta * d->end / WIDEST + 1 + first),
                 nothing = 60;
    double from = least, before;
    do {
        before = from;
        from = fmax(least, nothing - log_tail_at(d, from / beta));
    } while (from > before + 1 && from < beta * d->end);
    return from;
}

bool deep_does(const struct deep *d, double beta, double x) {
    enum { LOOKS = 8 };
    const double steep = 0.3, from = deep_from(d, beta), first = fmax(x, deep_end(d, beta) + DEEP_MARGIN),
                 last = deep_lower_end(d, beta) - from, slope_unit = log(steep * beta);
    bool does = last - first > from;
    for (int i = 0; i <= LOOKS && does; i++) {
        double value[CURVE_VALUES];
        const double u = d->gap - (first + (last - first) * i / LOOKS) / beta;
        does = curve_at(d->curve, u, value) && value[LOG_DENSITY] - value[LOG_NUMBER] < slope_unit;
    }
    return does;
}

/* N and D at the points of a rule. */
static void take_points(const struct deep *d, double beta, double x, const double *point,
                        double value[FUNCTIONS][DEEP_POINTS]) {
    double u[DEEP_POINTS];
    for (int i = 0; i < DEEP_POINTS; i++) { u[i] = d->gap - (x + point[i]) / beta; }
    for (size_t i = 0, run; i < DEEP_POINTS; i += run) {
        double *const row[FUNCTIONS] = {value[LOG_NUMBER] + i, value[LOG_DENSITY] + i};
        run = curve_rows(d->curve, d->law->vector, DEEP_POINTS - i, u + i, FUNCTIONS, row);
        if (run == 0) {
            value[LOG_NUMBER][i] = value[LOG_DENSITY][i] = NAN;
            run = 1;
        }
    }
    d->law->vector->exp(FUNCTIONS * DEEP_POINTS, value[0], value[0]);
}

struct inner deep_at(const struct deep *d, double beta, double x) {
    double value[FUNCTIONS][DEEP_POINTS], square = 0, apart = 0, shared = 0;
    struct inner in = {0};
    take_points(d, beta, x, deep_point[0], value);
    for (int i = 0; i < DEEP_POINTS; i++) {
        const double t = deep_point[0][i] - RULES_EULER, w = deep_weight[0][i],
                     density = w * value[LOG_DENSITY][i] / beta;
        in.psi += w * value[LOG_NUMBER][i];
        in.first += density;
        apart += density * t;
        square += density * t * t;
    }
    take_points(d, beta, x, deep_point[1], value);
    for (int i = 0; i < DEEP_POINTS; i++) { shared += deep_weight[1][i] * value[LOG_DENSITY][i] / beta; }
    in.second = in.first - shared;
    in.entropy = apart;
    in.spread = in.first > 0 ? square - apart * (apart / in.first) : 0;
    return in;
}
