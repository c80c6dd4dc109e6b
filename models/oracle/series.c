/* Compiled once per instruction set with -DISA=NAME, as inner.c. */
#include "models/oracle/series.h"

#include <math.h>
#include <string.h>

/* ---- in powers of a ---- */

/* Those of the next panel, as they are from this one's low end on. */
static void carry(struct panel *p, const struct panel *next) {
    const double step = next->low_b - p->low_b;
    double power = 1;
    p->fall = vector_exp_one(-step);
    for (size_t k = 0; k < TERMS; k++) {
        power *= p->fall;
        p->tail[k] = power * next->tail[k];
        p->tail_offset[k] = power * (next->tail_offset[k] + step * next->tail[k]);
        p->tail_spread[k] =
            power * (next->tail_spread[k] + 2 * step * next->tail_offset[k] + step * step * next->tail[k]);
        p->tail_chord[k] = power * next->tail_chord[k];
        p->tail_square[k] = power * next->tail_square[k];
    }
}

static void add_own(struct panel *p, bool output) {
    double share[INNER], along[INNER], spread[INNER];
#pragma omp simd
    for (size_t i = 0; i < INNER; i++) { share[i] = p->mass[i]; }
    for (size_t k = 0; k < TERMS; k++) {
#pragma omp simd
        for (size_t i = 0; i < INNER; i++) {
            share[i] *= p->ratio[i];
            along[i] = share[i] * p->offset[i];
            spread[i] = along[i] * p->offset[i];
        }
        p->tail[k] += inner_sum_of(share);
        p->tail_offset[k] += inner_sum_of(along);
        p->tail_spread[k] += inner_sum_of(spread);
        for (size_t i = 0; output && i < INNER; i++) {
            const double apart = p->apart + p->offset[i];
            p->tail_chord[k] += share[i] * p->chord[i];
            p->tail_square[k] += share[i] * apart * apart;
        }
    }
}

static void add_up(struct field *f) {
    for (size_t i = f->count; i-- > 0;) {
        if (i + 1 < f->count) { carry(&f->panel[i], &f->panel[i + 1]); }
        add_own(&f->panel[i], f->ask.output);
    }
}

/* ---- in derivatives of M ---- */

/* dM/db at M = n V: where V has a power of its own at 1, as on a circle, differences would miss digits. */
static double density_at(const struct field *f, double count) {
    const double log_v = fmin(0, log(count) - f->o->log_n);
    return count * exp(f->o->family->log_hazard(f->o->p, log_v) - log(f->beta) - f->o->log_lambda);
}

/* By x, given slopes dx/dy; half: of the panel in y. */
static void differentiate(const struct rules *r, double half, const double slope[OUTER], const double *from,
                          double *to) {
    for (size_t i = 0; i < OUTER; i++) { to[i] = 0; }
    for (size_t j = 0; j < OUTER; j++) {
        const double value = from[j] / half;
#pragma omp simd
        for (size_t i = 0; i < OUTER; i++) { to[i] += r->slope[j][i] * value; }
    }
#pragma omp simd
    for (size_t i = 0; i < OUTER; i++) { to[i] /= slope[i]; }
}

/* First derivatives for the output; how far differences are from them. */
static void start_output(const struct field *f, struct series *s) {
    for (size_t i = 0; i < OUTER; i++) {
        const double density = density_at(f, s->m[0][i]), apart = s->x[i] - f->centre;
        s->rough = fmax(s->rough, fabs(s->m[1][i] / density - 1) / s->half);
        s->m[1][i] = density;
        s->chord[1][i] = density * field_chord(f, s->x[i]);
        s->square[1][i] = density * apart * apart;
    }
}

static void make(const struct field *f, double low, double high, struct series *s) {
    const struct rules *r = &f->o->rules;
    const double half = (high - low) / 2, one[OUTER] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    double y[OUTER];
    s->rough = s->half = 0;
    for (size_t j = 0; j < OUTER; j++) { y[j] = low + half * (1 + r->outer.x[j]); }
    profile_gaps(f->o->profile, f->o->vector, OUTER, y, s->x);
    for (size_t j = 0; j < OUTER; j++) { s->x[j] *= f->beta; }
    differentiate(r, half, one, s->x, s->slope);
    f->o->vector->exp(OUTER, y, s->m[0]);
    for (size_t j = 0; j < OUTER; j++) {
        s->half += half * r->outer.w[j] * s->slope[j] / 2;
        s->m[1][j] = s->m[0][j] / s->slope[j];
    }
    if (f->ask.output) { start_output(f, s); }
    for (size_t k = 2; k < MOMENTS + 1; k++) {
        differentiate(r, half, s->slope, s->m[k - 1], s->m[k]);
        if (f->ask.output) {
            differentiate(r, half, s->slope, s->chord[k - 1], s->chord[k]);
            differentiate(r, half, s->slope, s->square[k - 1], s->square[k]);
        }
    }
}

/* Sums over the derivatives, without far scores, node by node. */
struct sums {
    double psi[OUTER], first[OUTER], second[OUTER], entropy[OUTER], spread[OUTER], chord[OUTER], along[OUTER],
        square[OUTER];
};

static void sum_up(const struct field *f, const struct series *s, struct sums *sum) {
    const double *moment = f->o->rules.moment;
    memset(sum, 0, sizeof *sum);
    for (size_t k = 0; k < MOMENTS - 1; k++) {
        const double weight = moment[k], next = (double)(k + 1) * moment[k + 1],
                     square = k < MOMENTS - 2 ? (double)((k + 2) * (k + 1)) * moment[k + 2] : 0;
#pragma omp simd
        for (size_t j = 0; j < OUTER; j++) {
            const double slope = s->m[k + 1][j];
            sum->psi[j] += weight * s->m[k][j];
            sum->first[j] += weight * slope;
            sum->second[j] += weight * s->m[k + 2][j];
            sum->entropy[j] += (next - RULES_EULER * weight) * slope;
            sum->spread[j] += square * slope;
            sum->along[j] += (next + (s->x[j] - f->centre) * weight) * slope;
        }
    }
    for (size_t k = 0; f->ask.output && k < MOMENTS - 1; k++) {
#pragma omp simd
        for (size_t j = 0; j < OUTER; j++) {
            sum->chord[j] += moment[k] * (s->chord[k + 1][j] - s->chord[k + 2][j]);
            sum->square[j] += moment[k] * (s->square[k + 1][j] - s->square[k + 2][j]);
        }
    }
}

static void inner(const struct field *f, const struct series *s, struct inner in[OUTER]) {
    struct sums sum;
    sum_up(f, s, &sum);
    for (size_t j = 0; j < OUTER; j++) {
        const double x = s->x[j], far = inner_far(f, x);
        const struct inner near = {.first = sum.first[j], .entropy = sum.entropy[j], .spread = sum.spread[j]};
        in[j] = (struct inner){
            .psi = sum.psi[j] + far,
            .first = sum.first[j] + far,
            .second = sum.second[j] + far,
            .entropy = sum.entropy[j] + (far > 0 ? far * (f->far_b - RULES_EULER - x) : 0),
            .spread = inner_spread(&near, far, f->far_b - x, f->far_spread),
            .chord = sum.chord[j],
            .along = sum.along[j] + (far > 0 ? far * (f->far_b - f->centre) : 0),
            .square = sum.square[j],
        };
    }
}

/* On the grid of t: dM/dt, and psi plus what lies above. */
static void spread(const struct rules *r, const struct series *s, size_t j, double psi, double density[GRID],
                   double above[GRID]) {
    double slope[ORDERS];
    for (size_t k = 0; k < ORDERS; k++) { slope[k] = s->m[k + 1][j]; }
#pragma omp simd
    for (size_t i = 0; i < GRID; i++) {
        double dense = 0, more = psi;
        for (size_t k = 0; k < ORDERS; k++) {
            dense += slope[k] * r->power[k][i];
            more += slope[k] * r->above[k][i];
        }
        density[i] = dense;
        above[i] = more;
    }
}

/* int dM(t) e^{-t} e^{-e^{-t}} (phi^{n-1} less what it is without the scores above t): of the two largest
 * scores, how much the second weighs; log 2 to leading order, which does where little depends on it, and
 * where the next, by about M' and M''/M' of it (five times that is a choice), is nothing. */
static double no_top(const struct field *f, const struct series *s, size_t j, double psi) {
    const struct rules *r = &f->o->rules;
    const double power = inner_power(f, psi), slope = s->m[1][j], phi = 1 - fmin(psi * f->share, 1 - 0x1p-53),
                 first = power * f->weighed / phi * M_LN2 * slope * slope,
                 next = 5 * (slope + fabs(s->m[2][j] / slope));
    double density[GRID], above[GRID], sum[INNER] = {0};
    if (!f->ask.top_weight || s->half * first * fmin(1, next) <= 1e-13) { return first; }
    spread(r, s, j, psi, density, above);
    for (size_t i = 0; i < GRID; i += INNER) {
        double powers[INNER];
        inner_raise(f, above + i, powers);
#pragma omp simd
        for (size_t k = 0; k < INNER; k++) {
            sum[k] += r->density[i + k] * density[i + k] * (power - powers[k]);
        }
    }
    return inner_sum_of(sum);
}

/* As struct inner_gap says; pi^2/12 to leading order. */
static struct inner_gap gap(const struct field *f, const struct series *s, size_t j, double psi) {
    const struct rules *r = &f->o->rules;
    const double power = inner_power(f, psi), first = power * (M_PI * M_PI / 12) * s->m[1][j] * s->m[1][j],
                 far = inner_far(f, s->x[j]);
    double density[GRID], above[GRID], reached = 0, last = 0;
    struct inner_gap found = {0, 0};
    if (s->half * (first + power * far) <= 1e-15) { return (struct inner_gap){first, 0}; }
    spread(r, s, j, psi, density, above);
    for (size_t i = 0; i < GRID; i += INNER) {
        double powers[INNER], whole = 0;
        inner_raise(f, above + i, powers);
        for (size_t k = 0; k < INNER; k++) {
            double here = reached;
            for (size_t l = 0; l < INNER; l++) {
                here += r->inner.cumulative[l][k] * r->half[i / INNER] * (power - powers[l]);
            }
            whole += r->inner.w[k] * r->half[i / INNER] * (power - powers[k]);
            found.gap += r->density[i + k] * density[i + k] * here;
        }
        reached += whole;
        last = powers[INNER - 1];
    }
    const double apart = fmax(0, f->far_b - s->x[j] - FIELD_LINEAR);
    found.gap += far * (reached + power * apart);
    found.missed = far * apart * last;
    return found;
}

static void ranks(const struct field *f, const struct series *s, size_t j, double psi, double *sum) {
    double density[GRID], above[GRID], lanes[ORACLE_RANKS][INNER];
    spread(&f->o->rules, s, j, psi, density, above);
    memset(lanes, 0, f->ask.ranks * sizeof *lanes);
    for (size_t i = 0; i < GRID; i++) { density[i] *= f->o->rules.density[i]; }
    for (size_t i = 0; i < GRID; i += INNER) {
        f->o->kernel->add_ranks(f, psi, above + i, density + i, lanes);
    }
    for (size_t k = 0; k < f->ask.ranks; k++) { sum[k] = inner_sum_of(lanes[k]); }
}

const struct series_kernel VECTOR_OF_ISA(series_) = {
    .add_up = add_up,
    .make = make,
    .inner = inner,
    .no_top = no_top,
    .gap = gap,
    .ranks = ranks,
};
