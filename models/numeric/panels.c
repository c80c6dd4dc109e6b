#include "models/numeric/panels.h"

#include <math.h>
#include <string.h>

struct sums {
    double value[PANELS_MOST], error[PANELS_MOST];
};

void panels_aim(struct panels *s, size_t first, size_t end, struct panels_aim aim) {
    for (size_t q = first; q < end; q++) { s->aim[q] = aim; }
}

double panels_error(double scale, const double *last, size_t ends, double power) {
    double most = 0;
    for (size_t k = 0; k < ends; k++) { most = fmax(most, fabs(last[k])); }
    return scale > 0 ? scale * pow(fmin(1, most / scale), power) : 0;
}

static void sum_up(const struct panels *s, double half, const double *value, struct sums *sums) {
    const struct legendre *r = s->rule;
    const int first = r->order - PANELS_ENDS;
    double scale[PANELS_MOST] = {0}, last[PANELS_MOST][PANELS_ENDS] = {{0}};
    memset(sums->value, 0, s->count * sizeof *sums->value);
    for (int j = 0; j < r->order; j++) {
        for (size_t q = 0; q < s->count; q++) {
            double term = half * r->w[j] * value[(size_t)j * s->count + q];
            sums->value[q] += term;
            scale[q] += fabs(term);
            for (int k = 0; k < PANELS_ENDS; k++) { last[q][k] += r->value[first + k][j] * term; }
        }
    }
    for (size_t q = 0; q < s->count; q++) {
        sums->error[q] = panels_error(scale[q], last[q], PANELS_ENDS, s->aim[q].power);
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

/* After the halves were added: how far the whole, as first computed, was off from them. */
static void raise_errors(struct panels *s, const struct sums *whole, const struct sums *before,
                         const double *raw) {
    for (size_t q = 0; q < s->count; q++) {
        double off = fabs(s->value[q] - before->value[q] - whole->value[q]),
               parts = (s->raw[q] - raw[q]) * (off / whole->error[q]);
        if (off > whole->error[q]) { s->error[q] = fmax(s->error[q], before->error[q] + fmin(off, parts)); }
    }
}

static void add(struct panels *s, double low, double high, int depth) {
    const double half = (high - low) / 2, middle = low + half;
    const struct panels_panel panel = {low, high, middle, half, s->rule, s->value};
    double value[LEGENDRE_MOST * PANELS_MOST];
    struct sums whole;
    s->function(&panel, value, s->param);
    sum_up(s, half, value, &whole);
    if (depth < s->depth && half >= s->narrowest && !is_resolved(s, &whole)) {
        struct sums before;
        double raw[PANELS_MOST];
        memcpy(before.value, s->value, sizeof before.value);
        memcpy(before.error, s->error, sizeof before.error);
        memcpy(raw, s->raw, sizeof raw);
        add(s, low, middle, depth + 1);
        add(s, middle, high, depth + 1);
        raise_errors(s, &whole, &before, raw);
        return;
    }
    if (s->keep) { s->keep(&panel, whole.value, s->param); }
    for (size_t q = 0; q < s->count; q++) {
        s->value[q] += whole.value[q];
        s->error[q] += whole.error[q];
        s->raw[q] += whole.error[q];
    }
}

void panels_add(struct panels *s, double low, double high) { add(s, low, high, 0); }
