#include "analysis/diagnosis/growth.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"

struct trend_data growth_data(const struct survey *s, const struct diagnosis_group *g) {
    return (struct trend_data){s->facts->sequence_count, s->facts->length_count, g->x, g->y, g->weight};
}

/* ---- variances pooled by half ---- */

/* Own variance and degrees of freedom, or half-pooled with those of the heads of its layer. */
static void half_pool(double own, double sum, size_t heads, double *variance, double *freedom) {
    if (heads < TREND_POOLED) {
        *variance = own;
        return;
    }
    *variance = (own + sum / (double)heads) / 2;
    *freedom *= 2;
}

struct pooling {
    const struct diagnosis *d;
    const struct diagnosis_group *group;
    size_t first, last; /* heads of the same layer */
};

static struct pooling pooling_of(const struct diagnosis *d, const struct diagnosis_group *g) {
    struct pooling p = {d, g, 0, 0};
    const struct scores_facts *f = d->survey->facts;
    if (g->pooled) { return p; }
    while (f->head[p.first].layer != g->layer) { p.first++; }
    for (p.last = p.first; p.last < f->head_count && f->head[p.last].layer == g->layer;) { p.last++; }
    return p;
}

struct trend_interval growth_level(const struct diagnosis *d, const struct diagnosis_group *g,
                                   size_t length) {
    const struct survey *s = d->survey;
    struct pooling p = pooling_of(d, g);
    struct trend_data data = growth_data(s, g);
    struct trend_spread own = trend_level(&data, length);
    double sum = 0, variance = own.variance, freedom = (double)own.count - 1;
    size_t heads = 0;
    for (size_t h = p.first; h < p.last; h++) {
        struct trend_data other = growth_data(s, &d->group[h]);
        double v = trend_level(&other, length).variance;
        if (isnan(v)) { continue; }
        sum += v;
        heads++;
    }
    half_pool(own.variance, sum, heads, &variance, &freedom);
    return trend_between(own.mean, variance, own.count, freedom);
}

typedef struct trend_slope slope_maker(const struct trend_data *data, size_t first, size_t last);

static struct trend_interval slope_interval(const struct pooling *p, slope_maker *make, size_t first,
                                            size_t last, double *se) {
    const struct survey *s = p->d->survey;
    struct trend_data data = growth_data(s, p->group);
    struct trend_slope own = make(&data, first, last);
    double sum = 0, variance = own.variance, freedom = own.freedom;
    size_t heads = 0;
    for (size_t h = p->first; h < p->last; h++) {
        struct trend_data other = growth_data(s, &p->d->group[h]);
        struct trend_slope slope = make(&other, first, last);
        if (isnan(slope.variance) || slope.paired != own.paired) { continue; }
        sum += slope.variance;
        heads++;
    }
    half_pool(own.variance, sum, heads, &variance, &freedom);
    *se = sqrt(variance / (double)own.count);
    return trend_between(own.mean, variance, own.count, freedom);
}

/* ---- growth ---- */

static double log_multiplier(const struct survey *s, enum prescription law, double log_n) {
    return prescription_log_multiplier(law, log_n, log(s->facts->length[0]));
}

/* Largest minus smallest log(m/Lambda) along a trend of slope b. */
static double drift_along(const struct survey *s, const struct diagnosis_group *g,
                          const struct diagnosis_growth *w, enum prescription law, double b) {
    double low = INFINITY, high = -INFINITY;
    for (size_t l = w->first; l < w->last; l++) {
        double x = log_multiplier(s, law, exp(g->x[l])) - b * g->x[l];
        if (!(g->weight[l] > 0)) { continue; }
        low = fmin(low, x);
        high = fmax(high, x);
    }
    return high - low;
}

/* Lengths where half of the rows tie are left out; NaN where fewer than two are left. */
static double drift_measured(const struct survey *s, const struct diagnosis_group *g,
                             const struct diagnosis_growth *w, enum prescription law) {
    double low = INFINITY, high = -INFINITY;
    size_t count = 0;
    for (size_t l = w->first; l < w->last; l++) {
        double x = log_multiplier(s, law, log(s->facts->length[l])) - log(g->point[l].median);
        if (!isfinite(x)) { continue; }
        low = fmin(low, x);
        high = fmax(high, x);
        count++;
    }
    return count < 2 ? NAN : exp(high - low);
}

static struct trend_interval drift_of_trend(const struct survey *s, const struct diagnosis_group *g,
                                            const struct diagnosis_growth *w, enum prescription law) {
    enum { STEPS = 200 };
    double middle = drift_along(s, g, w, law, w->exponent.value), low = INFINITY, high = 0;
    double bias = w->exponent_se * drift_along(s, g, w, PRESCRIPTION_CONST, 1); /* over the range of x */
    for (int i = 0; i <= STEPS && !isnan(w->exponent.low); i++) {
        double b = w->exponent.low + (w->exponent.high - w->exponent.low) * i / STEPS;
        double drift = drift_along(s, g, w, law, b);
        low = fmin(low, drift);
        high = fmax(high, drift);
    }
    double value = isnan(bias) ? middle : sqrt(fmax(0, middle * middle - bias * bias));
    if (isnan(w->exponent.low)) { return (struct trend_interval){exp(value), NAN, NAN}; }
    return (struct trend_interval){exp(value), exp(low), exp(high)};
}

/* Exponent of a prescription over these lengths, with the trend's own coefficients. */
static double law_exponent(const struct survey *s, const struct diagnosis_group *g,
                           const struct diagnosis_growth *w, enum prescription law) {
    struct trend_data data = growth_data(s, g);
    double *c = memory_create(s->facts->length_count, sizeof *c), sum = 0;
    trend_coefficients(&data, w->first, w->last, c);
    for (size_t l = w->first; l < w->last; l++) {
        sum += g->weight[l] > 0 ? c[l] * log_multiplier(s, law, exp(g->x[l])) : 0;
    }
    free(c);
    return sum;
}

static void judge_laws(const struct survey *s, const struct diagnosis_group *g, struct diagnosis_growth *w) {
    const double rounding = 1e-12; /* rows without noise have intervals without width */
    int left = 0;
    w->best = -1;
    w->closest = 0;
    for (int p = 0; p < PRESCRIPTIONS; p++) {
        struct diagnosis_law *law = &w->law[p];
        law->exponent = law_exponent(s, g, w, (enum prescription)p);
        law->drift = drift_measured(s, g, w, (enum prescription)p);
        law->trend = drift_of_trend(s, g, w, (enum prescription)p);
        law->excluded =
            law->exponent < w->exponent.low - rounding || law->exponent > w->exponent.high + rounding;
        if (fabs(law->exponent - w->exponent.value) < fabs(w->law[w->closest].exponent - w->exponent.value)) {
            w->closest = p;
        }
        if (!law->excluded) {
            left++;
            w->best = p;
        }
    }
    if (left != 1 || !w->decided) { w->best = -1; }
}

static void multiply(const struct diagnosis *d, struct diagnosis_growth *w) {
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) {
        double log_base = log(d->base), step = log(log(diagnosis_multiplier[k] * d->base) / log_base);
        const struct trend_interval *b = &w->exponent;
        w->multiplier[k] =
            (struct trend_interval){exp(step * b->value), exp(step * b->low), exp(step * b->high)};
    }
}

static void forget(struct diagnosis_growth *w) {
    const struct trend_interval none = {NAN, NAN, NAN};
    w->best = -1;
    w->lack_of_fit = NAN;
    w->exponent = w->log_amplitude = none;
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) { w->multiplier[k] = none; }
    for (int p = 0; p < PRESCRIPTIONS; p++) {
        w->law[p].drift = NAN;
        w->law[p].trend = none;
    }
}

/* Lengths without rows at either end are left out. */
static void trim(const struct diagnosis_group *g, struct diagnosis_growth *w) {
    while (w->first < w->last && isnan(g->x[w->first])) { w->first++; }
    while (w->last > w->first && isnan(g->x[w->last - 1])) { w->last--; }
}

void growth_make(const struct diagnosis *d, const struct diagnosis_group *g, size_t first, size_t last,
                 struct diagnosis_growth *w) {
    const struct survey *s = d->survey;
    struct trend_data data = growth_data(s, g);
    struct pooling pooling = pooling_of(d, g);
    double unused;
    *w = (struct diagnosis_growth){.first = first, .last = last};
    forget(w);
    trim(g, w);
    if (w->last < w->first + 2) { return; }
    bool two = g->pooled && trend_slope(&data, w->first, w->last).count == 2;
    w->exponent = slope_interval(&pooling, two ? trend_slope_by_residuals : trend_slope, w->first, w->last,
                                 &w->exponent_se);
    w->known = !isnan(w->exponent.value);
    if (!w->known) { return; }
    w->log_amplitude = slope_interval(&pooling, trend_intercept, w->first, w->last, &unused);
    w->decided = !isnan(w->exponent.low);
    w->lack_of_fit = trend_lack_of_fit(&data, w->first, w->last);
    coordinates_make(s, g->head_first, g->head_last, g->x, g->weight, w->first, w->last, w->xi);
    judge_laws(s, g, w);
    multiply(d, w);
}
