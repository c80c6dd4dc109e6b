/* Compiled once per instruction set with -DISA=NAME. Sums over nodes go by lanes, INNER of them, so that all
 * instruction sets give the same bits. */
#include "models/oracle/inner.h"

#include <math.h>
#include <string.h>

#include "models/numeric/search.h"

/* The first panel that reaches above b. */
static size_t panel_at(const struct field *f, double b) {
    size_t k;
    SEARCH_END(k, f->count, !(f->panel[k].high_b > b))
    return k;
}

static struct inner_span span_at(const struct field *f, double x) {
    size_t end = panel_at(f, x + FIELD_SERIES) + 1;
    return (struct inner_span){panel_at(f, x - FIELD_SATURATED), end < f->count ? end : f->count};
}

/* e^{x - b} at the low end of panel i, given that of the panel before; anew near `first`, where scores may be
 * saturated, which e^600 is for. */
static inline double scale_at(const struct field *f, size_t i, size_t first, double x, double before) {
    return i < first + 2 ? vector_exp_one(fmin(x - f->panel[i].low_b, 600)) : before * f->panel[i - 1].fall;
}

/* ---- at one x ---- */

#define MOST 60.0 /* e^-60 is 0 beside 1 */

/* Sums over the nodes of all panels so far, lane by lane. */
struct lanes {
    double psi[INNER], first[INNER], second[INNER], entropy[INNER], spread[INNER], chord[INNER], along[INNER],
        square[INNER];
};

/* Adds a panel's terms, and keeps what the ordered scores need. */
static inline void add_near(const struct panel *p, double x, double scale, struct kept *kept,
                            struct lanes *sum) {
    const double from = x - p->low_b, shift = RULES_EULER + from;
    kept->scale = scale;
#pragma omp simd
    for (size_t i = 0; i < INNER; i++) {
        double a = scale * p->ratio[i], missed = vector_decay_less_one(a < MOST ? -a : -MOST),
               weight = p->mass[i] * a * (1 + missed);
        kept->kept[i] = 1 + missed;
        kept->weight[i] = weight;
        sum->psi[i] -= p->mass[i] * missed;
        sum->first[i] += weight;
        sum->second[i] += weight * (1 - a);
        sum->entropy[i] += weight * (p->offset[i] - shift);
        sum->spread[i] += weight * (p->offset[i] - from) * (p->offset[i] - from);
    }
}

/* The same panel's terms of the output. */
static inline void add_output(const struct panel *p, const struct kept *kept, struct lanes *sum) {
    const double scale = kept->scale;
#pragma omp simd
    for (size_t i = 0; i < INNER; i++) {
        double twice = kept->weight[i] * (scale * p->ratio[i]), apart = p->apart + p->offset[i];
        sum->chord[i] += twice * p->chord[i];
        sum->along[i] += kept->weight[i] * apart;
        sum->square[i] += twice * apart * apart;
    }
}

/* The panels from p on, by powers of a. */
static void add_tail(const struct panel *p, double x, struct inner *sum) {
    const double second[TERMS] = {1, -2, 1.5, -2.0 / 3}, first[TERMS] = {1, -1, 0.5, -1.0 / 6};
    double from = x - p->low_b, scale = vector_exp_one(from), shift = RULES_EULER + from, power = 1;
    for (size_t k = 0; k < TERMS; k++) {
        power *= scale;
        double term = first[k] * power * p->tail[k];
        sum->psi += term / (double)(k + 1);
        sum->first += term;
        sum->second += second[k] * power * p->tail[k];
        sum->entropy += first[k] * power * (p->tail_offset[k] - shift * p->tail[k]);
        sum->spread +=
            first[k] * power * (p->tail_spread[k] - 2 * from * p->tail_offset[k] + from * from * p->tail[k]);
        sum->chord += (first[k] - second[k]) * power * p->tail_chord[k];
        sum->along += first[k] * power * (p->tail_offset[k] + p->apart * p->tail[k]);
        sum->square += (first[k] - second[k]) * power * p->tail_square[k];
    }
}

static struct inner at(const struct field *f, double x, struct inner_span span) {
    const size_t begin = span.begin, end = span.end;
    struct lanes lanes = {{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}};
    double scale = 0;
    for (size_t i = begin; i < end; i++) {
        scale = scale_at(f, i, begin, x, scale);
        add_near(&f->panel[i], x, scale, &f->kept[i], &lanes);
    }
    for (size_t i = begin; f->ask.output && i < end; i++) { add_output(&f->panel[i], &f->kept[i], &lanes); }
    struct inner sum = {
        .psi = inner_sum_of(lanes.psi),
        .first = inner_sum_of(lanes.first),
        .second = inner_sum_of(lanes.second),
        .entropy = inner_sum_of(lanes.entropy),
        .spread = inner_sum_of(lanes.spread),
        .chord = inner_sum_of(lanes.chord),
        .along = inner_sum_of(lanes.along),
        .square = inner_sum_of(lanes.square),
    };
    if (end < f->count) { add_tail(&f->panel[end], x, &sum); }
    const double far = inner_add_far(f, x, &sum);
    sum.psi += far + exp(begin < f->count ? f->panel[begin].low_y : f->end_y);
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
    kept->scale = scale;
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
    double share[INNER];
#pragma omp simd
    for (size_t j = 0; j < INNER; j++) {
        share[j] = p->mass[j] * kept->kept[j];
        above[j] = *psi;
    }
    for (size_t k = 0; k < INNER; k++) {
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { above[j] += r->below[k][j] * share[k]; }
    }
    *psi += inner_sum_of(share);
}

/* Weight that later scores need not have to be looked at. The top weight can do without 1e-15, over all x a
 * hundred times that, a hundredth of what panels aim at: a choice. */
#define NOTHING_LEFT 1e-17
#define LITTLE_LEFT 1e-15

/* The panel's nodes as they are at x, after those of the panel before; NULL from where on less than `least`
 * is left, `far` with it. */
static inline const struct kept *kept_at(const struct field *f, double x, double power, size_t i,
                                         struct inner_span span, double far, double least) {
    const struct panel *p = &f->panel[i];
    if (i >= span.end) {
        const size_t begin = span.begin > f->small ? span.begin : f->small,
                     first = begin > span.end ? begin : span.end;
        const double scale = scale_at(f, i, first, x, i > 0 ? f->kept[i - 1].scale : 0);
        if (power * (scale * p->tail[0] + far) < least) { return NULL; }
        keep_far(p, scale, &f->kept[i]);
    }
    return &f->kept[i];
}

/* Up to this y a panel has less than 1e-3 scores: over it phi^{n-1} falls by so little that four terms of the
 * exponential tell it: e^5/120 is 1e-17. */
#define SLIGHT (-7.0)

/* What it is multiplied by when psi, 1 - psi/n = rest, grows by `more`. */
static inline double fall_by(const struct field *f, double more, double rest) {
    const double part = more / rest, e = f->weighed * part * (1 + 0.5 * part * f->share);
    return 1 - e * (1 - e * (1.0 / 2) * (1 - e * (1.0 / 3) * (1 - e * (1.0 / 4))));
}

/* Adds a panel's part of the top weight, `power` at its low end; to psi is added what lies above the next. */
static inline void add_slight(const struct field *f, const struct panel *p, const struct kept *kept,
                              double *psi, double *power, double sum[INNER]) {
    const double rest = 1 - *psi * f->share, here = *power;
    double above[INNER], more = 0;
    add_above(&f->o->rules, p, kept, &more, above);
#pragma omp simd
    for (size_t j = 0; j < INNER; j++) { sum[j] += kept->weight[j] * (here * fall_by(f, above[j], rest)); }
    *psi += more;
    *power *= fall_by(f, more, rest);
}

static inline void add_top(const struct field *f, const struct panel *p, const struct kept *kept, double *psi,
                           double sum[INNER]) {
    double above[INNER], powers[INNER];
    add_above(&f->o->rules, p, kept, psi, above);
    inner_raise(f, above, powers);
#pragma omp simd
    for (size_t j = 0; j < INNER; j++) { sum[j] += kept->weight[j] * powers[j]; }
}

/* A wide panel's part where a < e^-SERIES. */
static inline void add_wide(const struct field *f, const struct wide *w, double scale, double *psi,
                            double *power, double sum[INNER]) {
    const double square = 0.5 * scale * scale, more = w->count - scale * w->first + square * w->second;
    double above[INNER], powers[INNER], weight[INNER];
#pragma omp simd
    for (size_t j = 0; j < INNER; j++) {
        const double a = scale * w->ratio[j];
        weight[j] = w->mass[j] * a * (1 - a * (1 - a * (1.0 / 2 - a * (1.0 / 6))));
        above[j] = w->count_to[j] - scale * w->first_to[j] + square * w->second_to[j];
    }
    if (f->terms > 0 && w->high_y < SLIGHT) {
        const double rest = 1 - *psi * f->share, here = *power;
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { sum[j] += weight[j] * (here * fall_by(f, above[j], rest)); }
        *power *= fall_by(f, more, rest);
    } else {
        const double from = *psi;
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { above[j] += from; }
        inner_raise(f, above, powers);
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { sum[j] += weight[j] * powers[j]; }
    }
    *psi += more;
}

static double top(const struct field *f, double x, double psi, double power, struct inner_span span) {
    double sum[INNER] = {0}, small = power * top_of_small(f, x, span, &psi), here = inner_power(f, psi);
    size_t i = span.begin > f->small ? span.begin : f->small, next;
    const size_t near = i > span.end ? i : span.end;
    SEARCH_END(next, f->wides, (next > 0 ? f->wide[next - 1].end : f->small) < near)
    const size_t wide = next < f->wides ? (next > 0 ? f->wide[next - 1].end : f->small) : f->large;
    for (; i < wide; i++) {
        const struct panel *p = &f->panel[i];
        const struct kept *kept = kept_at(f, x, power, i, span, 0, LITTLE_LEFT);
        if (!kept) { return small + inner_sum_of(sum); }
        if (f->terms > 0 && p->high_y < SLIGHT) {
            add_slight(f, p, kept, &psi, &here, sum);
        } else {
            add_top(f, p, kept, &psi, sum);
        }
    }
    double scale = next < f->wides ? vector_exp_one(x - f->wide[next].low_b) : 0;
    for (; next < f->wides; next++) {
        const struct wide *w = &f->wide[next];
        if (power * (scale * f->panel[i].tail[0]) < LITTLE_LEFT) { break; }
        add_wide(f, w, scale, &psi, &here, sum);
        i = w->end;
        scale *= w->fall;
    }
    return small + inner_sum_of(sum);
}

/* Where the power of what lies below underflows before k counts it down: from its logarithm. */
static void add_ranks_by_log(const struct field *f, double psi, double above, double weight,
                             double (*sum)[INNER]) {
    double lost = fmin(psi * f->share, 1 - 0x1p-53), factor = above / (1 - lost),
           term = log(weight) + f->others * log1p(-lost);
    for (size_t k = 0; k < f->ask.ranks; k++) {
        sum[k][0] += exp(term);
        term += log(factor * f->rank_fall[k]);
    }
}

#define NOTHING 1e-280 /* before products of terms lose their digits, which takes long */

/* From rank to rank terms go by above/(phi without what is above) times (n - k)/k. */
static void add_ranks(const struct field *f, double psi, const double both[INNER], const double weight[INNER],
                      double (*sum)[INNER]) {
    double term[INNER], factor[INNER], power[INNER];
    inner_raise(f, both, power);
#pragma omp simd
    for (size_t j = 0; j < INNER; j++) {
        const double lost = both[j] * f->share, above = both[j] - psi;
        term[j] = weight[j] * power[j];
        factor[j] = (above > 0 ? above : 0) / (1 - (lost < 1 - 0x1p-53 ? lost : 1 - 0x1p-53));
    }
    for (size_t j = 0; f->terms == 0 && j < INNER; j++) {
        if (power[j] < 1e-200 && weight[j] > 0 && both[j] > psi) {
            add_ranks_by_log(f, both[j], both[j] - psi, weight[j], sum);
            term[j] = 0;
        }
    }
    double most = 1;
    for (size_t k = 0; k < f->ask.ranks && most > NOTHING;) {
        const size_t end = k + 4 < f->ask.ranks ? k + 4 : f->ask.ranks;
        for (; k < end; k++) {
            const double fall = f->rank_fall[k];
#pragma omp simd
            for (size_t j = 0; j < INNER; j++) {
                sum[k][j] += term[j];
                term[j] *= factor[j] * fall;
            }
        }
        most = 0;
#pragma omp simd reduction(max : most)
        for (size_t j = 0; j < INNER; j++) { most = most > term[j] ? most : term[j]; }
    }
}

static void ranks(const struct field *f, double x, double psi, double power, struct inner_span span,
                  double *sum) {
    double lanes[ORACLE_RANKS][INNER], both = psi;
    memset(lanes, 0, f->ask.ranks * sizeof *lanes);
    lanes[0][0] = power * top_of_small(f, x, span, &both);
    for (size_t i = span.begin > f->small ? span.begin : f->small; i < f->large; i++) {
        const struct kept *kept = kept_at(f, x, power, i, span, 0, NOTHING_LEFT);
        double above[INNER];
        if (!kept) { break; }
        add_above(&f->o->rules, &f->panel[i], kept, &both, above);
        add_ranks(f, psi, above, kept->weight, lanes);
    }
    for (size_t k = 0; k < f->ask.ranks; k++) { sum[k] = inner_sum_of(lanes[k]); }
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
    double above[INNER], powers[INNER], rise[INNER], missed[INNER] = {0}, sum[INNER];
    add_above(r, p, kept, &climb->psi, above);
    inner_raise(f, above, powers);
#pragma omp simd
    for (size_t k = 0; k < INNER; k++) {
        const double lost = above[k] * f->share, rest = 1 - (lost < 1 - 0x1p-53 ? lost : 1 - 0x1p-53);
        rise[k] = p->offset[k] * p->mass[k] * kept->kept[k] * f->weighed * powers[k] / rest;
    }
    for (size_t k = 0; k < INNER; k++) {
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { missed[j] += r->below[k][j] * rise[k]; }
    }
#pragma omp simd
    for (size_t j = 0; j < INNER; j++) {
        sum[j] = kept->weight[j] * (climb->reached + (power - powers[j]) * p->offset[j] - missed[j]);
    }
    climb->reached += (power - inner_power(f, climb->psi)) * width - inner_sum_of(rise);
    climb->end = p->high_b;
    return inner_sum_of(sum);
}

/* The panels from i on, where G is phi^{n-1}. */
static double climb_rest(const struct field *f, double x, double power, struct inner_span span, size_t i,
                         const struct climb *climb) {
    double sum[INNER] = {0}, last = 0;
    for (; i < span.end; i++) {
        const struct panel *p = &f->panel[i];
        const struct kept *kept = &f->kept[i];
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) {
            sum[j] += kept->weight[j] * (climb->reached + power * (p->low_b + p->offset[j] - climb->end));
        }
    }
    if (i < f->count) {
        struct inner rest = {0};
        add_tail(&f->panel[i], x, &rest);
        last = rest.first * (climb->reached + power * (RULES_EULER + x - climb->end)) + power * rest.entropy;
    }
    return inner_sum_of(sum) + last;
}

static struct inner_gap gap(const struct field *f, double x, double psi, double power,
                            struct inner_span span) {
    const double far = inner_far(f, x);
    struct climb climb = {0, span.begin < f->count ? f->panel[span.begin].low_b : f->x_high + FIELD_LINEAR,
                          psi};
    struct inner_gap found = {0, 0};
    size_t i = span.begin;
    for (; i < f->large; i++) {
        const struct kept *kept = kept_at(f, x, power, i, span, far, NOTHING_LEFT);
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

/* As panels_error has it: of terms at the nodes, from the last INNER_ENDS of their moments. */
static inline double error_of(const struct legendre *r, const double term[INNER]) {
    double value[INNER], last[INNER_ENDS][INNER];
#pragma omp simd
    for (size_t j = 0; j < INNER; j++) { value[j] = fabs(term[j]); }
    for (size_t k = 0; k < INNER_ENDS; k++) {
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { last[k][j] = term[j] * r->value[INNER - INNER_ENDS + k][j]; }
    }
    const double scale = inner_sum_of(value), a = fabs(inner_sum_of(last[0])),
                 b = fabs(inner_sum_of(last[1])), most = a > b ? a : b,
                 part = most < scale ? most / scale : 1;
    return scale > 0 ? scale * (part * part * part) : 0;
}

static struct inner error(const struct field *f, double x, struct inner_span span) {
    const struct legendre *r = &f->o->rules.inner;
    struct inner error = {0};
    for (size_t i = span.begin; i < span.end; i++) {
        const struct panel *p = &f->panel[i];
        const struct kept *kept = &f->kept[i];
        const double scale = kept->scale, from = x - p->low_b, shift = RULES_EULER + from;
        double missed[INNER], entropy[INNER], spread[INNER], along[INNER], square[INNER];
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) {
            const double a = scale * p->ratio[j], weight = kept->weight[j], apart = p->apart + p->offset[j];
            missed[j] = p->mass[j] * (1 - kept->kept[j]);
            entropy[j] = weight * (1 + a + fabs(shift - p->offset[j]));
            spread[j] = weight * (from - p->offset[j]) * (from - p->offset[j]);
            along[j] = weight * apart;
            square[j] = weight * a * apart * apart;
        }
        error.psi += error_of(r, missed);
        error.entropy += error_of(r, entropy);
        error.spread += error_of(r, spread);
        error.along += error_of(r, along);
        error.square += error_of(r, square);
    }
    return error;
}

static double squares(size_t count, const double *a, const double *weight, double times) {
    double sum[INNER] = {0};
    for (size_t i = 0; i < count; i += INNER) {
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) {
            const double scaled = times * a[i + j];
            sum[j] += weight[i + j] * (scaled * scaled) * vector_decay_one(-scaled);
        }
    }
    return inner_sum_of(sum);
}

const struct inner_kernel VECTOR_OF_ISA(inner_) = {
    .span_at = span_at,
    .at = at,
    .top = top,
    .ranks = ranks,
    .add_ranks = add_ranks,
    .gap = gap,
    .error = error,
    .squares = squares,
};
