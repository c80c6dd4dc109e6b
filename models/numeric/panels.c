#include "models/numeric/panels.h"

#include <math.h>
#include <string.h>

#include "models/numeric/vector_inline.h"

struct sums {
    double value[PANELS_MOST], error[PANELS_MOST];
};

void panels_aim(struct panels *s, size_t first, size_t end, struct panels_aim aim) {
    for (size_t q = first; q < end; q++) { s->aim[q] = aim; }
}

/* x^power for x in [0, 1]; rounding does not matter here. */
static inline double raise(double x, double power) {
    return vector_exp_one(power * vector_log_one(x > 1e-300 ? x : 1e-300));
}

double panels_error(double scale, const double *last, size_t ends, double power) {
    double most = 0;
    for (size_t k = 0; k < ends; k++) { most = fmax(most, fabs(last[k])); }
    return scale > 0 ? scale * raise(fmin(1, most / scale), power) : 0;
}

static void sum_up(const struct panels *s, double half, const double *value, struct sums *sums) {
    const struct legendre *r = s->rule;
    const size_t count = s->count;
    double scale[PANELS_MOST] = {0}, last[PANELS_ENDS][PANELS_MOST] = {{0}};
    memset(sums->value, 0, count * sizeof *sums->value);
    for (int j = 0; j < r->order; j++, value += count) {
        const double weight = half * r->w[j];
#pragma omp simd
        for (size_t q = 0; q < count; q++) {
            sums->value[q] += weight * value[q];
            scale[q] += fabs(weight * value[q]);
        }
        for (int k = 0; k < PANELS_ENDS; k++) {
            const double moment = r->value[r->order - PANELS_ENDS + k][j] * weight;
#pragma omp simd
            for (size_t q = 0; q < count; q++) { last[k][q] += moment * value[q]; }
        }
    }
#pragma omp simd
    for (size_t q = 0; q < count; q++) {
        double most = 0;
        for (int k = 0; k < PANELS_ENDS; k++) { most = most > fabs(last[k][q]) ? most : fabs(last[k][q]); }
        sums->error[q] = scale[q] > 0 ? scale[q] * raise(most / scale[q], s->aim[q].power) : scale[q];
    }
}

static bool is_resolved(const struct panels *s, const struct sums *sums) {
    for (size_t q = 0; q < s->count; q++) {
        const struct panels_aim *aim = &s->aim[q];
        double allowed = aim->absolute;
        if (aim->relative > 0) { allowed += aim->relative * fabs(s->value[q] + sums->value[q]); }
        if (!(sums->error[q] <= allowed)) { return false; }
    }
    return true;
}

/* After the halves were added: how far the whole, as first computed, was off from them, and what that says of
 * those halves that were kept, whose errors `kept` are in the sum. */
static void raise_errors(struct panels *s, const struct sums *whole, const double *before,
                         const double *kept) {
    for (size_t q = 0; q < s->count; q++) {
        double off = fabs(s->value[q] - before[q] - whole->value[q]), error = whole->error[q];
        if (off > error && kept[q] > 0) { s->error[q] += fmin(off, kept[q] * (off / error - 1)); }
    }
}

/* Adds its errors to `kept` too if it is not halved. */
static void add(struct panels *s, double low, double high, int depth, double *kept) {
    const double half = (high - low) / 2, middle = low + half;
    const struct panels_panel panel = {low, high, middle, half, s->rule, s->value};
    double value[LEGENDRE_MOST * PANELS_MOST];
    struct sums whole;
    s->function(&panel, value, s->param);
    sum_up(s, half, value, &whole);
    if (depth < s->depth && half >= s->narrowest && !is_resolved(s, &whole)) {
        double before[PANELS_MOST], halves[PANELS_MOST] = {0};
        memcpy(before, s->value, s->count * sizeof *before);
        add(s, low, middle, depth + 1, halves);
        add(s, middle, high, depth + 1, halves);
        raise_errors(s, &whole, before, halves);
        return;
    }
    if (s->keep) { s->keep(&panel, whole.value, s->param); }
    for (size_t q = 0; q < s->count; q++) {
        s->value[q] += whole.value[q];
        s->error[q] += whole.error[q];
        kept[q] += whole.error[q];
    }
}

void panels_add(struct panels *s, double low, double high) {
    double kept[PANELS_MOST] = {0};
    add(s, low, high, 0, kept);
}
