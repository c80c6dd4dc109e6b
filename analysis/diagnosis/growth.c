#include "analysis/diagnosis/growth.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/diagnosis/pooled.h"
#include "sim/base/memory.h"

struct trend_data growth_data(const struct survey *s, const struct diagnosis_group *g) {
    return (struct trend_data){s->facts->sequence_count, s->facts->length_count, g->x, g->y, g->weight};
}

/* ---- variances pooled by half ---- */

struct trend_interval growth_pooled(const struct diagnosis *d, const struct diagnosis_group *g,
                                    growth_maker *make, const void *with, double *se) {
    struct trend_estimate own = make(with, g);
    double sum = 0, heads = 0;
    for (size_t h = 0; h < d->survey->facts->head_count && !g->pooled; h++) {
        if (d->group[h].layer != g->layer) { continue; }
        struct trend_estimate other = make(with, &d->group[h]);
        if (isnan(other.variance) || other.paired != own.paired) { continue; }
        sum += other.variance;
        heads++;
    }
    if (heads >= TREND_POOLED) {
        own.variance = (own.variance + sum / heads) / 2;
        own.freedom *= 2;
    }
    *se = sqrt(own.variance / (double)own.count);
    return trend_between(own);
}

struct level {
    const struct survey *survey;
    size_t length;
};

static struct trend_estimate level_of(const void *with, const struct diagnosis_group *g) {
    const struct level *level = with;
    struct trend_data data = growth_data(level->survey, g);
    data.y = g->level;
    return trend_level(&data, level->length);
}

struct trend_interval growth_level(const struct diagnosis *d, const struct diagnosis_group *g, size_t length,
                                   size_t *sequences) {
    double unused;
    *sequences = level_of(&(struct level){d->survey, length}, g).count;
    return growth_pooled(d, g, level_of, &(struct level){d->survey, length}, &unused);
}

struct slope {
    const struct survey *survey;
    struct trend_estimate (*make)(const struct trend_data *data, size_t first, size_t last);
    size_t first, last;
};

static struct trend_estimate slope_of(const void *with, const struct diagnosis_group *g) {
    const struct slope *slope = with;
    struct trend_data data = growth_data(slope->survey, g);
    return slope->make(&data, slope->first, slope->last);
}

/* ---- where Lambda_n is attained ---- */

static double log_of(const struct survey_row *row, size_t which) {
    switch (which) {
    case DIAGNOSIS_XI_ALPHA: return log(row->log_rank / log(row->count));
    case DIAGNOSIS_XI_DELTA: return log(row->gap);
    default: return log(row->lambda);
    }
}

/* By sequence and length, the mean over a head's rows; NaN where there are none. */
static void fill_means(const struct survey *s, size_t head, size_t which, double *count, double *mean) {
    const struct survey_rows rows = survey_rows_of(s, head, head + 1);
    size_t lengths = s->facts->length_count, cells = s->facts->sequence_count * lengths;
    for (size_t i = 0; i < cells; i++) { count[i] = mean[i] = 0; }
    for (size_t i = 0; i < rows.count; i++) {
        const struct survey_row *row = &s->row[survey_rows_at(rows, i)];
        size_t cell = row->sequence * lengths + row->length;
        if (!isfinite(row->lambda)) { continue; }
        mean[cell] += log_of(row, which);
        count[cell]++;
    }
    for (size_t i = 0; i < cells; i++) { mean[i] /= count[i]; }
}

static void find_xis(const struct survey *s, const struct diagnosis_group *g, struct diagnosis_growth *w) {
    const size_t cells = s->facts->sequence_count * s->facts->length_count,
                 heads = g->head_last - g->head_first;
    double *room = memory_create((heads + 2) * cells, sizeof *room), *count = room + heads * cells,
           *pooled = count + cells;
    const double **mean = memory_create(heads, sizeof *mean);
    struct trend_data data = growth_data(s, g);
    data.y = pooled;
    for (size_t which = 0; which < DIAGNOSIS_XIS; which++) {
        for (size_t h = 0; h < heads; h++) {
            mean[h] = room + h * cells;
            fill_means(s, g->head_first + h, which, count, room + h * cells);
        }
        pooled_mean(heads, s->facts->sequence_count, s->facts->length_count, mean, pooled);
        w->xi[which] = trend_between(trend_slope(&data, w->first, w->last));
    }
    free(mean);
    free(room);
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

/* Whether a group has the same heads at all lengths where it has rows. */
static bool keeps_heads(const struct diagnosis *d, const struct diagnosis_group *g,
                        const struct diagnosis_growth *w) {
    for (size_t h = g->head_first; h < g->head_last; h++) {
        const struct diagnosis_point *p = d->group[h].point;
        for (size_t l = w->first; l < w->last; l++) {
            if (g->point[l].rows > 0 && !p[l].rows != !p[w->first].rows) { return false; }
        }
    }
    return true;
}

/* Of all rows; of heads that differ between lengths as their trend has it. Not finite where half of the rows
 * tie. */
static double log_lambda(const struct survey *s, const struct diagnosis_group *g, size_t length,
                         bool has_all) {
    struct trend_data data = growth_data(s, g);
    return has_all ? log(g->point[length].median) : trend_level(&data, length).mean;
}

/* Lengths where half of the rows tie are left out; NaN where fewer than two are left. */
static double drift_measured(const struct survey *s, const struct diagnosis_group *g,
                             const struct diagnosis_growth *w, enum prescription law, bool has_all) {
    double low = INFINITY, high = -INFINITY;
    size_t count = 0;
    for (size_t l = w->first; l < w->last; l++) {
        double x = log_multiplier(s, law, log(s->facts->length[l])) - log_lambda(s, g, l, has_all);
        if (!isfinite(x)) { continue; }
        low = fmin(low, x);
        high = fmax(high, x);
        count++;
    }
    return count < 2 ? NAN : exp(high - low);
}

/* The least of it over the slopes that the trend may have: it is convex in b. */
static double drift_least(const struct survey *s, const struct diagnosis_group *g,
                          const struct diagnosis_growth *w, enum prescription law) {
    enum { THIRDS = 100 }; /* (2/3)^100 is 2^-58 */
    double low = w->exponent.low, high = w->exponent.high;
    for (int i = 0; i < THIRDS; i++) {
        double third = (high - low) / 3;
        bool falls = drift_along(s, g, w, law, low + third) > drift_along(s, g, w, law, high - third);
        if (falls) {
            low += third;
        } else {
            high -= third;
        }
    }
    return drift_along(s, g, w, law, (low + high) / 2);
}

static struct trend_interval drift_of_trend(const struct survey *s, const struct diagnosis_group *g,
                                            const struct diagnosis_growth *w, enum prescription law) {
    double middle = drift_along(s, g, w, law, w->exponent.value);
    if (isnan(w->exponent.low)) { return (struct trend_interval){exp(middle), NAN, NAN}; }
    double bias = w->exponent_se * drift_along(s, g, w, PRESCRIPTION_CONST, 1); /* over the range of x */
    double low = drift_least(s, g, w, law); /* no slope makes the drift of yarn, which bends, vanish */
    double high =
        fmax(drift_along(s, g, w, law, w->exponent.low), drift_along(s, g, w, law, w->exponent.high));
    return (struct trend_interval){exp(fmax(low, sqrt(fmax(0, middle * middle - bias * bias)))), exp(low),
                                   exp(high)};
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

static void judge_laws(const struct diagnosis *d, const struct diagnosis_group *g,
                       struct diagnosis_growth *w) {
    const struct survey *s = d->survey;
    const bool has_all = keeps_heads(d, g, w);
    const double rounding = 1e-12; /* rows without noise have intervals without width */
    int left = 0;
    w->best = -1;
    w->closest = 0;
    for (int p = 0; p < PRESCRIPTIONS; p++) {
        struct diagnosis_law *law = &w->law[p];
        law->exponent = law_exponent(s, g, w, (enum prescription)p);
        law->drift = drift_measured(s, g, w, (enum prescription)p, has_all);
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

/* Mean over heads and lengths of how much further above the median of log Lambda_n the upper quartile lies
 * than the lower one below it. */
static double skewness(const struct diagnosis *d, const struct diagnosis_group *g,
                       const struct diagnosis_growth *w) {
    double sum = 0, count = 0;
    for (size_t h = g->head_first; h < g->head_last; h++) {
        for (size_t l = w->first; l < w->last; l++) {
            const struct diagnosis_point *p = &d->group[h].point[l];
            double skew = log(p->upper / p->median) - log(p->median / p->lower);
            if (!isfinite(skew)) { continue; }
            sum += skew;
            count++;
        }
    }
    return count > 0 ? sum / count : 0;
}

/* The median of R rows lies above the one of many: in log Lambda_n by 1.75 skewness/R, from R = 4 on within
 * a fifth for keys with light, Gaussian and heavy tails and with a linear penalty; with a sink by up to 1.6
 * times that. */
static double few_rows(const struct diagnosis *d, const struct diagnosis_group *g,
                       const struct diagnosis_growth *w) {
    const double shift = 1.75 * skewness(d, g, w);
    struct trend_data data = growth_data(d->survey, g);
    double *c = memory_create(data.lengths, sizeof *c), sum = 0;
    trend_coefficients(&data, w->first, w->last, c);
    for (size_t l = w->first; l < w->last; l++) {
        sum += g->weight[l] > 0 ? c[l] * shift / g->point[l].rows_each : 0;
    }
    free(c);
    return sum;
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
    w->lack_of_fit = w->few_rows = NAN;
    w->exponent = w->log_amplitude = none;
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) { w->multiplier[k] = none; }
    for (int p = 0; p < PRESCRIPTIONS; p++) {
        w->law[p].drift = NAN;
        w->law[p].trend = none;
    }
}

static size_t count_sequences(const struct trend_data *data, const struct diagnosis_growth *w) {
    size_t count = 0;
    for (size_t s = 0; s < data->sequences; s++) {
        size_t l = w->first;
        while (l < w->last && isnan(data->y[s * data->lengths + l])) { l++; }
        count += l < w->last;
    }
    return count;
}

/* Lengths without rows at either end are left out. */
static void trim(const struct diagnosis_group *g, struct diagnosis_growth *w) {
    while (w->first < w->last && isnan(g->x[w->first])) { w->first++; }
    while (w->last > w->first && isnan(g->x[w->last - 1])) { w->last--; }
}

struct diagnosis_growth growth_make(const struct diagnosis *d, const struct diagnosis_group *g, size_t first,
                                    size_t last) {
    const struct survey *s = d->survey;
    struct trend_data data = growth_data(s, g);
    struct diagnosis_growth w = {.first = first, .last = last};
    double unused;
    forget(&w);
    trim(g, &w);
    if (w.last < w.first + 2) { return w; }
    bool two = g->pooled && trend_slope(&data, w.first, w.last).count == 2;
    const struct slope exponent = {s, two ? trend_slope_by_residuals : trend_slope, w.first, w.last},
                       amplitude = {s, trend_intercept, w.first, w.last};
    w.exponent = growth_pooled(d, g, slope_of, &exponent, &w.exponent_se);
    w.known = !isnan(w.exponent.value);
    if (!w.known) { return w; }
    w.log_amplitude = growth_pooled(d, g, slope_of, &amplitude, &unused);
    w.decided = !isnan(w.exponent.low);
    w.sequences = count_sequences(&data, &w);
    w.few_rows = few_rows(d, g, &w);
    w.lack_of_fit = trend_lack_of_fit(&data, w.first, w.last);
    find_xis(s, g, &w);
    judge_laws(d, g, &w);
    if (w.last == last) { multiply(d, &w); } /* else of a window, maybe: no trend goes on from the longest */
    return w;
}
