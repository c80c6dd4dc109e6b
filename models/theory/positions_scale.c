#include "models/theory/positions_scale.h"

#include <float.h>
#include <math.h>

#include "models/numeric/root.h"

enum { SCAN = 64 };

struct search {
    const struct family *family;
    const double *p;
    double log_n, typical_score, unit;
};

static double log_count_below(const struct search *s, double gap) {
    return positions_log_count(s->family, s->p, s->log_n, 0, s->typical_score - gap);
}

/* log(log G/gap) at a gap of e^x units. */
static double log_ratio(double x, const struct search *s) {
    const double gap = s->unit * exp(x);
    return log(log_count_below(s, gap)) - log(gap);
}

/* From a hundredth of the unit on. */
static double scan_point(int i) { return log(1e-2) + i * (log(1e10) / (SCAN - 1)); }

static struct typical at_gap(const struct search *s, double gap) {
    const double log_rank = log_count_below(s, gap);
    return (struct typical){.log_lambda = log(log_rank / gap), .log_rank = log_rank, .log_gap = log(gap)};
}

/* log G at the points of the scan, up to where G is n. */
struct scanned {
    int count;
    double log_rank[SCAN];
};

/* At least log G at that gap. */
static double log_rank_above(const struct search *s, const struct scanned *scanned, double gap) {
    int i = 0;
    while (i < scanned->count && s->unit * exp(scan_point(i)) < gap) { i++; }
    return i < scanned->count ? scanned->log_rank[i] : s->log_n;
}

/* Whether V has a kink at the lowest score: 1 - V goes as x^q there, q not far above 1. */
static bool has_kink(const struct search *s, double lowest) {
    const double least = -1e-9, most = 1.2,
                 ratio = (s->family->quantile(s->p, 2 * least) - lowest) /
                         (s->family->quantile(s->p, least) - lowest);
    return isfinite(lowest) && log(ratio) * most >= M_LN2;
}

/* Where a key reaches one end of its scores, of keys below n. */
struct kinks {
    const struct search *search;
    struct family_position position;
    double end;
};

/* Not before it, whatever is rounded; 0 where that is at s*. */
static double kink_gap(const struct kinks *k, double key) {
    const double score = k->search->typical_score,
                 gap = score - k->end + k->position.linear * key + k->position.log * log1p(key),
                 rounding = 4 * DBL_EPSILON * (fabs(score) + fabs(gap));
    return gap > 256 * rounding ? gap + rounding : 0;
}

static double kink_ratio(const struct kinks *k, double key) {
    const double gap = kink_gap(k, key);
    return gap > 0 ? at_gap(k->search, gap).log_lambda : -INFINITY;
}

/* The first key whose kink is not before a gap. */
static double kink_from(const struct kinks *k, double gap) {
    double low = -1, high = rint(exp(fmin(k->search->log_n, 36)));
    while (high - low > 1) {
        const double middle = floor((low + high) / 2);
        *(kink_gap(k, middle) < gap ? &low : &high) = middle;
    }
    return high;
}

/* The best, or what is higher at the lowest score of one of the nearest keys, or of one between two gaps,
 * where such ratios rise and fall: keys that hardly meet make many maxima. */
static struct typical or_at_kink(const struct search *s, const struct scanned *scanned, double from,
                                 double to, struct typical best) {
    enum { NEAREST = 32 }; /* a choice */
    const double noise = 1e-11;
    const struct kinks k = {s, family_position(s->family, s->p), s->family->quantile(s->p, 0)};
    if (!has_kink(s, k.end)) { return best; }
    for (double key = 0; key < NEAREST; key++) {
        const double gap = kink_gap(&k, key);
        if (!(gap > 0 && log(log_rank_above(s, scanned, gap) / gap) > best.log_lambda + noise)) { continue; }
        const struct typical there = at_gap(s, gap);
        best = there.log_lambda > best.log_lambda + noise ? there : best;
    }
    double first = kink_from(&k, from), last = kink_from(&k, to);
    while (last - first > 1) {
        const double middle = floor((first + last) / 2);
        *(kink_ratio(&k, middle - 1) < kink_ratio(&k, middle) ? &first : &last) = middle;
    }
    const double ratio = kink_ratio(&k, first);
    return ratio > best.log_lambda + noise ? at_gap(s, kink_gap(&k, first)) : best;
}

static double ratio_of(double x, void *search) { return log_ratio(x, search); }

/* Where log(log G/gap) is highest between three points; it may be at a kink, where V reaches 1. */
static double highest_between(const struct search *s, struct root_summit summit) {
    const double enough = 1e-13, kink = 1e-12;
    return root_peak((gsl_function){ratio_of, (void *)s}, summit, enough, kink); /* s is only read */
}

/* Whether V rises as x^q, q < 1, behind the highest score. */
static bool is_steep(const struct search *s) {
    return s->family->class == FAMILY_WEIBULL && positions_power(s->family, s->p) < 1 - 1e-9;
}

/* The best, or what is higher behind the highest score of one of the next keys below s*, up to where the key
 * after it begins. */
static struct typical or_behind_start(const struct search *s, struct typical best) {
    enum { NEXT = 32, LOOKS = 9 }; /* choices */
    const double noise = 1e-11, n = rint(exp(fmin(s->log_n, 36)));
    const struct kinks k = {s, family_position(s->family, s->p), 0};
    if (!is_steep(s)) { return best; }
    const double first = kink_from(&k, DBL_MIN);
    for (double key = first; key < fmin(n, first + NEXT); key++) {
        const double start = kink_gap(&k, key), width = kink_gap(&k, key + 1) - start;
        if (!(log(log_count_below(s, start + width) / start) > best.log_lambda + noise)) { continue; }
        double x[LOOKS], value[LOOKS];
        int top = 0;
        for (int i = 0; i < LOOKS; i++) {
            x[i] = log((start + ldexp(width, 2 * (i + 1 - LOOKS))) / s->unit);
            value[i] = log_ratio(x[i], s);
            top = value[i] > value[top] ? i : top;
        }
        double at = x[top];
        if (top > 0 && top + 1 < LOOKS) {
            at = highest_between(s, (struct root_summit){{x[top - 1], x[top], x[top + 1]},
                                                         {value[top - 1], value[top], value[top + 1]}});
        }
        const struct typical there = at_gap(s, s->unit * exp(at));
        best = there.log_lambda > best.log_lambda + noise ? there : best;
    }
    return best;
}

/* The sup over gaps, as typical.c has it over ranks. From where the ratio is too small for any G it falls. */
static struct typical highest_ratio(const struct search *s) {
    int best = 0;
    double value[SCAN], best_value = -INFINITY;
    struct scanned scanned = {0};
    for (int i = 0; i < SCAN && log(s->log_n / s->unit) - scan_point(i) > best_value; i++) {
        value[i] = log_ratio(scan_point(i), s);
        if (value[i] > best_value) {
            best = i;
            best_value = value[i];
        }
        scanned.log_rank[scanned.count++] = exp(value[i]) * s->unit * exp(scan_point(i));
    }
    struct root_summit p;
    for (int k = 0; k < 3; k++) {
        const int i = best + k - 1;
        p.x[k] = scan_point(i);
        p.value[k] = i >= 0 && i < scanned.count ? value[i] : log_ratio(p.x[k], s);
    }
    const bool inside = p.value[0] <= p.value[1] && p.value[2] <= p.value[1];
    const struct typical smooth = at_gap(s, s->unit * exp(inside ? highest_between(s, p) : p.x[1]));
    return or_behind_start(s, or_at_kink(s, &scanned, s->unit * exp(p.x[0]), s->unit * exp(p.x[2]), smooth));
}

struct typical positions_scale(const struct family *family, const double *p, double log_n) {
    const struct family_position position = family_position(family, p);
    struct search s = {
        .family = family, .p = p, .log_n = log_n, .typical_score = positions_typical_score(family, p, log_n)};
    if (isnan(s.typical_score)) { return (struct typical){NAN, NAN, NAN}; }
    const double log_density = positions_log_density(family, p, log_n, s.typical_score),
                 depth = -family->log_tail(p, s.typical_score),
                 noise = 1e-11 + 200 * DBL_EPSILON * fmin(depth, log_n), /* of log G at the first gap */
        widest =
            family->quantile(p, -2 * log_n) - family->quantile(p, -M_LN2) + position.linear + position.log;
    s.unit = fmin(exp(-log_density), widest); /* keys that hardly meet have no density between them */
    const struct typical inside = highest_ratio(&s);
    if (inside.log_lambda > log_density + noise) { return inside; }
    return (struct typical){.log_lambda = log_density, .log_rank = 0, .log_gap = -INFINITY};
}

double positions_scale_limit(const struct family *family, const double *p) {
    const double settled = 1e-9, last = positions_scale(family, p, POSITIONS_FARTHEST).log_lambda,
                 before = positions_scale(family, p, POSITIONS_FARTHEST / 2).log_lambda;
    return fabs(last - before) < settled ? last : NAN;
}

bool positions_scale_law(const struct family *family, const struct schedule *parameter,
                         struct schedule *law) {
    double p[FAMILY_PARAMETERS];
    if (!family_is_constant(family, parameter)) { return false; }
    family_parameters(family, parameter, 1, p);
    *law = (struct schedule){exp(positions_scale_limit(family, p)), 0, 0};
    return isfinite(law->coef) && law->coef > 0;
}
