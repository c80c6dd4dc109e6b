/* The sup of y/gap(y) is looked for at the limit y -> 0, where it is the hazard at V = 1/n, on a grid of log
 * y, refined where the grid peaks inside, and at y = log n. */
#include "models/theory/typical.h"

#include <float.h>
#include <math.h>

#include "models/numeric/logs.h"
#include "models/numeric/root.h"
#include "models/theory/positions_scale.h"

enum { SCAN = 64 };

struct search {
    const struct family *family;
    const double *p;
    double log_n;
};

static struct typical typical_at(const struct search *search, double y) {
    double log_gap = search->family->log_gap(search->p, -search->log_n, y);
    return (struct typical){.log_lambda = log(y) - log_gap, .log_rank = y, .log_gap = log_gap};
}

/* Of log y. */
static double log_ratio_at(double x, void *search) { return typical_at(search, exp(x)).log_lambda; }

/* The i-th point of the scan, i = 0..SCAN-1, from log n / 10^4 to log n; -1 the one before. */
static double scan_point(const struct search *search, int i) {
    return search->log_n * exp((i - (SCAN - 1)) * (log(1e4) / (SCAN - 1)));
}

static struct typical typical_iid(struct search *search) {
    double limit = search->family->log_hazard(search->p, -search->log_n), best_value = -INFINITY;
    int best = 0;
    for (int i = 0; i < SCAN; i++) {
        double value = typical_at(search, scan_point(search, i)).log_lambda;
        if (value > best_value) {
            best = i;
            best_value = value;
        }
    }
    double y = scan_point(search, best);
    if (best < SCAN - 1) {
        struct root_summit summit;
        for (int k = 0; k < 3; k++) {
            summit.x[k] = log(scan_point(search, best + k - 1));
            summit.value[k] = log_ratio_at(summit.x[k], search);
        }
        const bool is_inside = summit.value[0] <= summit.value[1];
        y = is_inside ? exp(root_peak((gsl_function){log_ratio_at, search}, summit, 1e-14, 1e-12)) : y;
    }
    struct typical inside = typical_at(search, y);
    double noise = 1e-13 + 8 * DBL_EPSILON * fabs(limit);
    if (inside.log_lambda > limit + noise) { return inside; }
    return (struct typical){.log_lambda = limit, .log_rank = 0, .log_gap = -INFINITY};
}

static struct typical typical_fixed(const struct search *search, bool is_whole) {
    struct family_atom atoms[FAMILY_ATOMS];
    size_t count = search->family->atoms(search->p, search->log_n, is_whole, atoms);
    double log_rank = atoms[0].log_count;
    struct typical best = {.log_rank = log_rank, .log_gap = -INFINITY};
    best.log_lambda = log_rank > 0 ? INFINITY : -INFINITY; /* a tie at the top */
    for (size_t i = 1; i < count; i++) {
        log_rank = log_sum_exp(log_rank, atoms[i].log_count);
        double log_gap = log(atoms[i].gap), value = log(log_rank) - log_gap;
        if (value > best.log_lambda) {
            best = (struct typical){.log_lambda = value, .log_rank = log_rank, .log_gap = log_gap};
        }
    }
    return best;
}

static struct typical typical_any(const struct family *family, const double *p, double log_n, bool is_whole) {
    struct search search = {.family = family, .p = p, .log_n = log_n};
    switch (family->kind) {
    case FAMILY_FIXED: return typical_fixed(&search, is_whole);
    case FAMILY_IID:
        return positions_are_absent(family_position(family, p)) ? typical_iid(&search)
                                                                : positions_scale(family, p, log_n);
    case FAMILY_SAMPLED:
        if (family->log_lambda) { return (struct typical){family->log_lambda(p, log_n), 0, -INFINITY}; }
        break;
    case FAMILY_MEASURED: break;
    }
    return (struct typical){NAN, NAN, NAN};
}

struct typical typical_scale(const struct family *family, const double *p, double log_n) {
    return typical_any(family, p, log_n, true);
}

struct typical typical_along(const struct family *family, const struct schedule *parameter, double log_n) {
    double p[FAMILY_PARAMETERS] = {0};
    family_parameters(family, parameter, log_n, p);
    return typical_scale(family, p, log_n);
}

/* About `step` away in log log n; where keys are counted by their positions, at a whole number of them. */
static double neighbour(double log_n, double step, bool is_whole) {
    const double away = log_n * exp(step), n = rint(exp(log_n));
    if (!is_whole || log_n > log(1e12)) { return away; }
    return log(step < 0 ? fmax(2, fmin(n - 1, rint(exp(away)))) : fmax(n + 1, rint(exp(away))));
}

struct typical_slopes typical_slopes(const struct family *family, const struct schedule *parameter,
                                     double log_n) {
    const double step = 1e-4;
    const bool has_position = family_has_position(family, parameter);
    double at[2];
    struct typical end[2];
    for (int i = 0; i < 2; i++) {
        double p[FAMILY_PARAMETERS] = {0};
        at[i] = neighbour(log_n, i == 0 ? -step : step, has_position);
        family_parameters(family, parameter, at[i], p);
        end[i] = typical_any(family, p, at[i], false);
    }
    const bool inside = isfinite(end[0].log_gap) && isfinite(end[1].log_gap);
    const double apart = has_position ? log(at[1] / at[0]) : 2 * step;
    return (struct typical_slopes){
        .lambda = (end[1].log_lambda - end[0].log_lambda) / apart,
        .log_rank = inside ? log(end[1].log_rank / end[0].log_rank) / apart : NAN,
        .gap = inside ? (end[1].log_gap - end[0].log_gap) / apart : NAN,
    };
}

bool typical_law(const struct family *family, const struct schedule *parameter, struct schedule *law) {
    if (family_has_position(family, parameter)) { return positions_scale_law(family, parameter, law); }
    return family->law && family->law(parameter, law);
}
