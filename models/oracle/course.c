#include "models/oracle/course.h"

#include <math.h>

#include "models/oracle/limits.h"
#include "models/theory/positions.h"
#include "models/theory/typical.h"

const char *const course_class_name[COURSE_CLASSES] = {"unknown", "subcritical", "critical", "supercritical"};
const char *const course_fate_name[COURSE_FATES] = {"untold", "spreads", "stays", "collapses"};

static double log_lambda(const struct family *family, const struct schedule *parameter, double log_n) {
    return typical_along(family, parameter, log_n).log_lambda;
}

static enum course_class class_of(double log_power, double power, double nothing) {
    double exponent = fabs(power) > nothing ? power : log_power;
    if (isnan(exponent)) { return COURSE_UNKNOWN; }
    return exponent > nothing    ? COURSE_SUPERCRITICAL
           : exponent < -nothing ? COURSE_SUBCRITICAL
                                 : COURSE_CRITICAL;
}

/* Of beta/Lambda^typ alone. */
static struct course course_of_ratio(const struct family *family, const struct schedule *parameter,
                                     enum prescription prescription, double log_trained, double coef,
                                     double log_n) {
    const double exact = 1e-9, local = 0.05; /* what passes for an exponent 0 */
    struct course c = {.limit = NAN, .entropy = NAN, .rate = NAN, .rate_n = NAN};
    struct schedule law;
    c.by_law = typical_law(family, parameter, &law);
    if (c.by_law) {
        c.log_power = prescription_power(prescription) - law.log_power;
        c.power = -law.power;
        c.class = class_of(c.log_power, c.power, exact);
        if (c.class == COURSE_CRITICAL) {
            c.limit = coef / law.coef *
                      exp(log_lambda(family, parameter, log_trained) +
                          prescription_log_amplitude(prescription, log_trained));
        }
        return c;
    }
    const double step = 1e-3, slope = (log_lambda(family, parameter, log_n * exp(step)) -
                                       log_lambda(family, parameter, log_n * exp(-step))) /
                                      (2 * step);
    c.log_power = prescription_power(prescription) - slope;
    c.class = class_of(c.log_power, 0, local);
    return c;
}

/* Weights of the limit law at that ratio; N equals below one winner weigh N^(1 - ratio) of it together. */
static void tell_critical(const struct family *family, const double *p, double log_n,
                          const struct limits *limits, struct course *c) {
    const double same = 1e-9;
    double ratio = c->limit * (family->row_scale ? family->row_scale(p, 0.5) : 1);
    c->of_median = family->row_scale;
    if (isnan(ratio)) { return; }
    if (limits->law == LIMITS_WEIBULL) {
        c->fate = COURSE_STAYS;
        c->entropy = limits_weibull_at(limits->exponent, ratio).entropy;
        c->rate = 0;
    } else if (family->class == FAMILY_GUMBEL) {
        double shape = limits->law == LIMITS_SLOW_GUMBEL ? limits->exponent : 1;
        c->fate = ratio > 1 + same ? COURSE_STAYS : COURSE_SPREADS;
        c->rate = ratio > 1 + same ? 0 : ratio < 1 - same ? 1 : NAN;
        if (c->fate == COURSE_STAYS && !family->row_scale) { c->entropy = limits_pd_entropy(ratio / shape); }
    } else if (family->kind == FAMILY_FIXED) {
        c->fate = ratio > 1 + same ? COURSE_COLLAPSES : COURSE_SPREADS;
        c->rate = ratio > 1 + same ? NAN : 1;
        if (ratio > 1 + same) { c->rate_n = (1 - ratio) * typical_scale(family, p, log_n).log_rank / log_n; }
    }
}

/* The exponent d of the chance ~ x^d that a row's scale is below x. */
static double smallness_of_scales(const struct family *family, const double *p) {
    const double low = 1e-14, high = 1e-12;
    return log(high / low) / log(family->row_scale(p, high) / family->row_scale(p, low));
}

/* Rows whose scale is below Lambda^typ/beta keep H ~ log n, and beyond a power of log n carry the mean. */
static void add_small_scales(const struct family *family, const double *p, struct course *c) {
    const double same = 1e-6, small = 1 - smallness_of_scales(family, p) * c->log_power;
    if (c->power != 0 || small <= c->rate) { return; }
    c->rate = fabs(small) < same ? 0 : small;
    c->fate = c->rate > 0 ? COURSE_SPREADS : c->rate < 0 ? COURSE_COLLAPSES : COURSE_STAYS;
}

/* Rows with a near-tie carry the mean: in the Gumbel class and that of upper endpoints of exponent above 1/2
 * E H ~ Lambda/beta. */
static void tell_collapse(const struct family *family, const double *p, const struct limits *limits,
                          struct course *c) {
    c->fate = COURSE_COLLAPSES;
    if (family->kind == FAMILY_FIXED) { return; }
    double power = limits->law == LIMITS_WEIBULL && limits->exponent < 0.5 ? 2 * limits->exponent : 1;
    if (c->power != 0) {
        c->rate_n = -power * c->power;
    } else {
        c->rate = -power * c->log_power;
    }
    if (family->row_scale) { add_small_scales(family, p, c); }
}

static void tell_spreading(const struct limits *limits, struct course *c) {
    c->fate = COURSE_SPREADS;
    bool by_log = limits->law == LIMITS_WEIBULL && c->by_law && c->power == 0; /* then as log log n */
    c->rate = by_log ? 0 : 1;
}

/* The keys near enough to matter are the same at every n, and so is the law of a row. With log penalties
 * alone far keys may carry the entropy of a row whose top they do not reach. */
static void tell_at_positions(const struct family *family, const double *p, struct course *c) {
    const struct family_position position = family_position(family, p);
    const double step = position.linear + position.log * M_LN2;
    if (!c->by_law || position.linear == 0) { return; }
    if (c->class == COURSE_CRITICAL) {
        c->fate = COURSE_STAYS;
        c->rate = 0;
    } else if (c->class == COURSE_SUPERCRITICAL) {
        c->fate = COURSE_COLLAPSES;
        /* no two keys of bounded scores that do not overlap tie nearly: H falls as e^(-beta gap) */
        const bool apart = family->class == FAMILY_WEIBULL && step >= -family->quantile(p, 0);
        c->rate = apart ? NAN : -c->log_power;
    }
}

struct course course_of(const struct family *family, const struct schedule *parameter,
                        enum prescription prescription, double log_trained, double coef, double log_n) {
    struct course c = course_of_ratio(family, parameter, prescription, log_trained, coef, log_n);
    double p[FAMILY_PARAMETERS] = {0};
    if (c.class == COURSE_UNKNOWN) { return c; }
    family_parameters(family, parameter, log_n, p);
    if (!positions_are_absent(family_position(family, p))) {
        tell_at_positions(family, p, &c);
        return c;
    }
    const struct limits limits = limits_law_of(family, p, log_n);
    switch (c.class) {
    case COURSE_CRITICAL: tell_critical(family, p, log_n, &limits, &c); break;
    case COURSE_SUPERCRITICAL: tell_collapse(family, p, &limits, &c); break;
    case COURSE_SUBCRITICAL: tell_spreading(&limits, &c); break;
    case COURSE_UNKNOWN:
    case COURSE_CLASSES: break;
    }
    return c;
}
