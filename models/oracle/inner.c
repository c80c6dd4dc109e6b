#include "models/oracle/inner.h"

#include <math.h>
#include <string.h>

#include "models/numeric/panels.h"
#include "models/numeric/search.h"

/* The first panel that reaches above b. */
static size_t panel_at(const struct field *f, double b) {
    size_t k;
    SEARCH_END(k, f->count, !(f->panel[k].high_b > b))
    return k;
}

struct inner_span inner_span_at(const struct field *f, double x) {
    size_t end = panel_at(f, x + FIELD_SERIES) + 1;
    return (struct inner_span){panel_at(f, x - FIELD_SATURATED), end < f->count ? end : f->count};
}

/* Adds a panel's terms, and keeps what the top weight needs. e^600 is for panels of saturated scores. */
static inline void add_near(const struct panel *p, double x, struct kept *kept, struct inner *sum) {
    double psi = 0, first = 0, second = 0, entropy = 0, scale = vector_exp_one(fmin(x - p->low_b, 600)),
           shift = RULES_EULER + x - p->low_b;
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
    double scale = exp(x - p->low_b), shift = RULES_EULER + x - p->low_b, power = 1;
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

struct inner inner_at(const struct field *f, double x, struct inner_span span) {
    const size_t begin = span.begin, end = span.end;
    struct inner sum = {0};
    for (size_t i = begin; i < end; i++) { add_near(&f->panel[i], x, &f->kept[i], &sum); }
    for (size_t i = begin; f->ask.output && i < end; i++) { add_output(&f->panel[i], x, &f->kept[i], &sum); }
    if (end < f->count) { add_tail(&f->panel[end], x, &sum); }
    double far = exp(x + f->far_mass);
    sum.psi += far + exp(begin < f->count ? f->panel[begin].low_y : f->end_y);
    sum.first += far;
    sum.second += far;
    sum.entropy += far * (f->far_b - RULES_EULER - x);
    sum.along += far * (f->far_b - f->centre);
    return sum;
}

/* ---- the scores in order ---- */

/* Panels before f->small, in which hardly any score is above another: adds their mass e^{-a} to psi, and
 * returns the sum of their weights. Those before `seen` are kept already. */
static double top_of_small(const struct field *f, double x, struct inner_span span, double *psi) {
    const size_t begin = span.begin, to = f->small;
    size_t seen = span.end;
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

/* For each node of a panel psi plus what lies above it; to psi is added what lies above the next panel. */
static inline void add_above(const struct rules *r, const struct panel *p, const struct kept *kept,
                             double *psi, double above[INNER]) {
    double total = 0;
    for (size_t j = 0; j < INNER; j++) { above[j] = *psi; }
    for (size_t k = 0; k < INNER; k++) {
        double share = p->mass[k] * kept->kept[k], density = share / r->inner.w[k];
        total += share;
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { above[j] += r->inner.cumulative[k][j] * density; }
    }
    *psi += total;
}

/* The panel's nodes as they are at x; NULL from where on less than 1e-17 is left, `far` with it. */
static inline const struct kept *kept_at(const struct field *f, double x, double power, size_t i, size_t seen,
                                         double far) {
    const struct panel *p = &f->panel[i];
    if (i >= seen) {
        double scale = vector_exp_one(x - p->low_b);
        if (power * (scale * p->tail[0] + far) < 1e-17) { return NULL; }
        keep_far(p, scale, &f->kept[i]);
    }
    return &f->kept[i];
}

double inner_top(const struct field *f, double x, double psi, double power, struct inner_span span) {
    double sum = power * top_of_small(f, x, span, &psi);
    for (size_t i = span.begin > f->small ? span.begin : f->small; i < f->large; i++) {
        const struct kept *kept = kept_at(f, x, power, i, span.end, 0);
        double above[INNER], powers[INNER];
        if (!kept) { break; }
        add_above(&f->o->rules, &f->panel[i], kept, &psi, above);
        inner_raise(f, above, powers);
        for (size_t j = 0; j < INNER; j++) { sum += kept->weight[j] * powers[j]; }
    }
    return sum;
}

/* Where the power of what lies below underflows before k counts it down: from its logarithm. */
static void add_ranks_by_log(const struct field *f, double psi, double above, double weight, double *sum) {
    double lost = fmin(psi * f->share, 1 - 0x1p-53), factor = above / (1 - lost),
           term = log(weight) + f->others * log1p(-lost);
    for (size_t k = 0; k < f->ask.ranks; k++) {
        sum[k] += exp(term);
        term += log(factor / (double)(k + 1) * fmax(0, 1 - (double)(k + 1) * f->share));
    }
}

/* From rank to rank terms go by above/(phi without what is above) times (n - k)/k. */
void inner_add_ranks(const struct field *f, double psi, const double both[INNER], const double weight[INNER],
                     double *sum) {
    double term[INNER], factor[INNER], power[INNER];
    inner_raise(f, both, power);
    for (size_t j = 0; j < INNER; j++) {
        const double above = fmax(0, both[j] - psi);
        term[j] = weight[j] * power[j];
        factor[j] = above / (1 - fmin(both[j] * f->share, 1 - 0x1p-53));
        if (power[j] < 1e-200 && !f->many && weight[j] > 0 && above > 0) {
            add_ranks_by_log(f, both[j], above, weight[j], sum);
            term[j] = 0;
        }
    }
    for (size_t k = 0; k < f->ask.ranks; k++) {
        const double fall = fmax(0, 1 - (double)(k + 1) * f->share) / (double)(k + 1);
        double total = 0;
#pragma omp simd reduction(+ : total)
        for (size_t j = 0; j < INNER; j++) {
            total += term[j];
            term[j] *= factor[j] * fall;
        }
        if (!(total != 0)) { break; }
        sum[k] += total;
    }
}

void inner_ranks(const struct field *f, double x, double psi, double power, struct inner_span span,
                 double *sum) {
    double both = psi;
    memset(sum, 0, f->ask.ranks * sizeof *sum);
    sum[0] = power * top_of_small(f, x, span, &both);
    for (size_t i = span.begin > f->small ? span.begin : f->small; i < f->large; i++) {
        const struct kept *kept = kept_at(f, x, power, i, span.end, 0);
        double above[INNER];
        if (!kept) { break; }
        add_above(&f->o->rules, &f->panel[i], kept, &both, above);
        inner_add_ranks(f, psi, above, kept->weight, sum);
    }
}

/* ---- gaps ----
 *
 * By parts: sum of weights times K(b), K(b) the integral up to b of G(t) = phi^{n-1} - (E[e^{-a'}; b' >
 * t])^{n-1}, which is phi^{n-1} from where many scores are above. */

/* K from panel to panel: its value at b = end, psi plus what lies above. */
struct climb {
    double reached, end, psi;
};

/* Sum over a panel of weight K(b), K(b) = K(low_b) + G(b) offset - int offset dG. */
static double climb_panel(const struct field *f, const struct panel *p, const struct kept *kept, double power,
                          struct climb *climb) {
    const struct rules *r = &f->o->rules;
    const double width = p->high_b - p->low_b;
    double above[INNER], powers[INNER], missed[INNER] = {0}, sum = 0, whole = 0;
    add_above(r, p, kept, &climb->psi, above);
    inner_raise(f, above, powers);
    for (size_t k = 0; k < INNER; k++) {
        const double rest = 1 - fmin(above[k] * f->share, 1 - 0x1p-53),
                     rise = p->offset[k] * p->mass[k] * kept->kept[k] * f->weighed * powers[k] / rest;
        whole += rise;
        for (size_t j = 0; j < INNER; j++) { missed[j] += r->inner.cumulative[k][j] * rise / r->inner.w[k]; }
    }
    for (size_t j = 0; j < INNER; j++) {
        sum += kept->weight[j] * (climb->reached + (power - powers[j]) * p->offset[j] - missed[j]);
    }
    climb->reached += (power - inner_power(f, climb->psi)) * width - whole;
    climb->end = p->high_b;
    return sum;
}

/* The panels from i on, where G is phi^{n-1}. */
static double climb_rest(const struct field *f, double x, double power, struct inner_span span, size_t i,
                         const struct climb *climb) {
    double sum = 0;
    for (; i < span.end; i++) {
        const struct panel *p = &f->panel[i];
        for (size_t j = 0; j < INNER; j++) {
            sum += f->kept[i].weight[j] * (climb->reached + power * (p->low_b + p->offset[j] - climb->end));
        }
    }
    if (i < f->count) {
        const struct panel *p = &f->panel[i];
        struct inner rest = {0};
        add_tail(p, x, &rest);
        sum += rest.first * (climb->reached + power * (RULES_EULER + x - climb->end)) + power * rest.entropy;
    }
    return sum;
}

struct inner_gap inner_gap(const struct field *f, double x, double psi, double power,
                           struct inner_span span) {
    const double far = exp(x + f->far_mass);
    struct climb climb = {0, span.begin < f->count ? f->panel[span.begin].low_b : f->x_high + FIELD_LINEAR,
                          psi};
    struct inner_gap found = {0, 0};
    size_t i = span.begin;
    for (; i < f->large; i++) {
        const struct kept *kept = kept_at(f, x, power, i, span.end, far);
        if (!kept) { return found; }
        found.gap += climb_panel(f, &f->panel[i], kept, power, &climb);
    }
    found.gap += climb_rest(f, x, power, span, i, &climb);
    if (far > 0) {
        const double apart = fmax(0, f->far_b - climb.end);
        found.gap += far * (climb.reached + power * apart);
        found.missed = i < f->count ? 0 : far * apart * inner_power(f, climb.psi);
    }
    return found;
}

/* ---- errors ---- */

struct inner inner_error(const struct field *f, double x, struct inner_span span) {
    enum { SUMS = 4 };
    const struct rules *r = &f->o->rules;
    struct inner error = {0};
    for (size_t i = span.begin; i < span.end; i++) {
        const struct panel *p = &f->panel[i];
        double value[SUMS] = {0}, last[SUMS][INNER_ENDS] = {{0}};
        for (size_t j = 0; j < INNER; j++) {
            double log_a = x - p->low_b - p->offset[j], a = exp(log_a), weight = p->mass[j] * a * exp(-a),
                   apart = p->apart + p->offset[j],
                   term[SUMS] = {-p->mass[j] * expm1(-a), weight * (1 + a + fabs(RULES_EULER + log_a)),
                                 weight * apart, weight * a * apart * apart};
            for (size_t q = 0; q < SUMS; q++) {
                value[q] += fabs(term[q]);
                for (size_t k = 0; k < INNER_ENDS; k++) {
                    last[q][k] += term[q] * r->inner.value[INNER - INNER_ENDS + k][j];
                }
            }
        }
        error.psi += panels_error(value[0], last[0], INNER_ENDS, INNER_POWER);
        error.entropy += panels_error(value[1], last[1], INNER_ENDS, INNER_POWER);
        error.along += panels_error(value[2], last[2], INNER_ENDS, INNER_POWER);
        error.square += panels_error(value[3], last[3], INNER_ENDS, INNER_POWER);
    }
    return error;
}
