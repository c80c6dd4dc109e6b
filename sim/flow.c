#include "flow.h"

#include <Random123/threefry.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../models/vector_inline.h"
#include "normal.h"

enum { AXES = 8, ATTEMPTS = 256 };

/* ---- drawing ---- */

static void normalise(size_t d, size_t n, size_t i, double *x) {
    double square = 0;
    for (size_t c = 0; c < d; c++) { square += x[c * n + i] * x[c * n + i]; }
    for (size_t c = 0; c < d; c++) { x[c * n + i] /= sqrt(square); }
}

static bool draw_uniform(const struct isa *isa, const struct stream *stream, size_t d, size_t n, double *x) {
    double *normal = malloc((d * n + NORMAL_RUN) * sizeof *normal);
    if (!normal) { return false; }
    normal_fill(isa, stream, STREAM_DIRECTIONS, 0, d * n, normal);
    for (size_t k = 0; k < d * n; k++) { x[k] = normal[k]; }
    for (size_t i = 0; i < n; i++) { normalise(d, n, i, x); }
    free(normal);
    return true;
}

/* Uniforms of one attempt at one token. */
static double attempt_uniform(const struct stream *stream, uint64_t token, uint64_t attempt) {
    threefry4x64_key_t key = {{stream->key[0], stream->key[1], stream->key[2], stream->key[3]}};
    threefry4x64_ctr_t counter = {{token, STREAM_REST, attempt, 0}};
    return ((double)(threefry4x64(counter, key).v[0] >> 11) + 0.5) * 0x1p-53;
}

/* Wood's (1994) rejection: from a uniform point with overlap s to one of density e^{c w}. What it accepts has
 * overlap w, and keeps its direction across. NaN where it rejects. */
static double wood(double concentration, size_t d, double s, double u) {
    double m = (double)d - 1, b = m / (2 * concentration + hypot(2 * concentration, m)),
           x0 = (1 - b) / (1 + b), z = (1 - s) / 2, w = (1 - (1 + b) * z) / (1 - (1 - b) * z);
    double level = concentration * (w - x0) + m * (vector_log1p_one(-x0 * w) - vector_log1p_one(-x0 * x0));
    return level >= vector_log_one(u) ? w : NAN;
}

/* One token about the first axis. */
static bool draw_about_axis(const struct isa *isa, const struct stream *stream, double concentration,
                            size_t d, uint64_t token, double *point) {
    for (uint64_t attempt = 0; attempt < ATTEMPTS; attempt++) {
        uint64_t room = (d + 7) / 4 * 4;
        normal_fill(isa, stream, STREAM_DIRECTIONS, (token * ATTEMPTS + attempt) * room, d, point);
        normalise(d, 1, 0, point);
        double w = wood(concentration, d, point[0], attempt_uniform(stream, token, attempt)),
               across = sqrt(fmax(0, 1 - point[0] * point[0]));
        if (isnan(w) || !(across > 0)) { continue; }
        for (size_t c = 1; c < d; c++) { point[c] *= sqrt(fmax(0, (1 - w) * (1 + w))) / across; }
        point[0] = w;
        return true;
    }
    return false;
}

bool flow_draw(const struct isa *isa, const struct stream *stream, const struct flow_density *density,
               size_t d, size_t n, double *x) {
    if (density->concentration == 0) { return draw_uniform(isa, stream, d, n, x); }
    double *point = malloc((d + NORMAL_RUN) * sizeof *point);
    bool good = point != NULL;
    for (size_t i = 0; good && i < n; i++) {
        good = draw_about_axis(isa, stream, density->concentration, d, i, point);
        double turn =
                   density->angle / (2 * M_PI) + (double)(i % density->clusters) / (double)density->clusters,
               sine, cosine, first = point ? point[0] : 0, second = point ? point[1] : 0;
        vector_sincos_turn_one(turn - floor(turn), &sine, &cosine);
        x[i] = cosine * first - sine * second;
        x[n + i] = sine * first + cosine * second;
        for (size_t c = 2; good && c < d; c++) { x[c * n + i] = point[c]; }
    }
    free(point);
    return good;
}

/* ---- attention ---- */

void flow_attend(const struct isa *isa, size_t d, size_t n, const double *x, double beta, const double *query,
                 double *scratch, double *att) {
    double *gap = scratch, *weight = scratch + n;
    for (size_t j = 0; j < n; j++) { gap[j] = 1; }
    for (size_t c = 0; c < d; c++) {
        const double *key = x + c * n, q = query[c];
#pragma omp simd
        for (size_t j = 0; j < n; j++) { gap[j] -= q * key[j]; }
    }
    double nearest = isa->kernel->range(n, gap).low;
    for (size_t j = 0; j < n; j++) { gap[j] -= nearest; }
    isa->kernel->weights(n, gap, beta, weight);
    for (size_t j = 0; j < n; j++) { gap[j] = 1; }
    double z = isa->kernel->dot(n, weight, gap);
    for (size_t c = 0; c < d; c++) { att[c] = isa->kernel->dot(n, weight, x + c * n) / z; }
}

static void move_token(const struct isa *isa, size_t d, size_t n, const double *x, double beta, double tau,
                       size_t i, double *scratch, double *moved) {
    double *query = scratch, *att = scratch + d, *rest = scratch + 2 * d;
    for (size_t c = 0; c < d; c++) { query[c] = x[c * n + i]; }
    flow_attend(isa, d, n, x, beta, query, rest, att);
    for (size_t c = 0; c < d; c++) { moved[c * n + i] = isinf(tau) ? att[c] : query[c] + tau * att[c]; }
    normalise(d, n, i, moved);
}

bool flow_step(const struct isa *isa, size_t d, size_t n, const double *x, double beta, double tau,
               int threads, double *moved) {
    bool good = true;
#pragma omp parallel num_threads(threads)
    {
        double *scratch = malloc(2 * (n + d) * sizeof *scratch);
        if (!scratch) {
#pragma omp atomic write
            good = false;
        }
#pragma omp for schedule(static)
        for (size_t i = 0; i < n; i++) {
            if (scratch) { move_token(isa, d, n, x, beta, tau, i, scratch, moved); }
        }
        free(scratch);
    }
    return good;
}

/* ---- modes ---- */

size_t flow_axes(size_t d) { return d < AXES ? d : AXES; }

/* cos(l theta) and sin(l theta) by powers of e^{i theta}. */
static void add_circle(double cosine, double sine, size_t modes, double *amplitude) {
    double c = 1, s = 0;
    for (size_t l = 0; l < modes; l++) {
        double next = c * cosine - s * sine;
        s = c * sine + s * cosine;
        c = next;
        amplitude[2 * l] += c;
        amplitude[2 * l + 1] += s;
    }
}

/* Gegenbauer polynomials scaled to 1 at the pole: P_{l+1} = ((2l + d - 2) s P_l - l P_{l-1})/(l + d - 2). */
static void add_zonal(double s, size_t d, size_t modes, size_t axes, double *amplitude) {
    double before = 1, here = s;
    for (size_t l = 1; l <= modes; l++) {
        double degree = (double)l, m = (double)d - 2;
        amplitude[(l - 1) * axes] += here;
        double next = ((2 * degree + m) * s * here - degree * before) / (degree + m);
        before = here;
        here = next;
    }
}

void flow_amplitudes(size_t d, size_t n, const double *x, size_t modes, double *amplitude) {
    size_t axes = flow_axes(d);
    memset(amplitude, 0, modes * axes * sizeof *amplitude);
    for (size_t i = 0; i < n; i++) {
        if (d == 2) {
            add_circle(x[i], x[n + i], modes, amplitude);
        } else {
            for (size_t k = 0; k < axes; k++) { add_zonal(x[k * n + i], d, modes, axes, amplitude + k); }
        }
    }
    for (size_t k = 0; k < modes * axes; k++) { amplitude[k] /= (double)n; }
}
