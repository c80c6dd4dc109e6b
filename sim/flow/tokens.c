#include "sim/flow/tokens.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/families/family.h"
#include "sim/base/memory.h"
#include "sim/rows/normal.h"

struct tokens tokens_create(size_t dimension, size_t count) {
    size_t stride = (count + KERNEL_LANES - 1) / KERNEL_LANES * KERNEL_LANES;
    return (struct tokens){dimension, count, stride, memory_create(dimension * stride, sizeof(double))};
}

void tokens_free(struct tokens *tokens) {
    free(tokens->x);
    tokens->x = NULL;
}

void tokens_put(struct tokens *tokens, size_t i, const double *x) {
    for (size_t c = 0; c < tokens->dimension; c++) { tokens->x[c * tokens->stride + i] = x[c]; }
}

/* ---- draws ----
 *
 * A token has a direction, number i of the stream's directions, and four uniforms, number i of its scores.
 * Attempts at rejection follow one another in steps of ATTEMPT, more than there are tokens. */

static const uint64_t ATTEMPT = (uint64_t)1 << 40;

static void scale_to(size_t d, double *x, double length) {
    double square = 0;
    for (size_t c = 0; c < d; c++) { square += x[c] * x[c]; }
    double factor = length / sqrt(square);
    for (size_t c = 0; c < d; c++) { x[c] *= factor; }
}

/* `normal` has room for d + 1. */
static void draw_direction(const struct stream *stream, uint64_t i, size_t d, double *normal, double *x) {
    uint64_t apart = (d + 3) / 4 * 4;
    normal_fill(isa_best(), stream, STREAM_DIRECTIONS, i * apart, d, normal);
    memcpy(x, normal, d * sizeof *x);
    scale_to(d, x, 1);
}

void tokens_direction(const struct stream *stream, uint64_t i, size_t d, double *x) {
    double *normal = memory_create(d + 1, sizeof *normal);
    draw_direction(stream, i, d, normal, x);
    free(normal);
}

static void draw_four(const struct stream *stream, uint64_t i, double u[4]) {
    isa_best()->kernel->uniforms(stream->key, STREAM_SCORES, i, 1, u);
}

void tokens_place_zonal(const struct stream *stream, unsigned mode, double eps, struct tokens *tokens) {
    size_t d = tokens->dimension;
    double *x = memory_create(2 * d + 1, sizeof *x), u[4], density;
    for (size_t i = 0; i < tokens->count; i++) {
        uint64_t attempt = i;
        do {
            draw_direction(stream, attempt, d, x + d, x);
            draw_four(stream, attempt, u);
            density = 1 + eps * sphere_harmonic((double)d, mode, x[0]);
            attempt += ATTEMPT;
        } while (u[0] * (1 + fabs(eps)) >= density);
        tokens_put(tokens, i, x);
    }
    free(x);
}

/* Whose first attempt is taken. */
void tokens_place_uniform(const struct stream *stream, struct tokens *tokens) {
    tokens_place_zonal(stream, 0, 0, tokens);
}

/* ---- mixtures ---- */

enum { CHUNK = FAMILY_CHUNK };

/* Wood's envelope: b and x_0 of a concentration c, from m = d - 1. */
struct envelope {
    double m, c, b, x0;
};

static struct envelope envelope_make(size_t d, double c) {
    double m = (double)d - 1, b = m / (2 * c + sqrt(4 * c * c + m * m));
    return (struct envelope){m, c, b, (1 - b) / (1 + b)};
}

/* The proposal from z ~ Beta(kappa, kappa); true when it is taken. */
static bool envelope_takes(const struct envelope *e, double z, double u, double *depth) {
    *depth = 2 * e->b * z / (1 - (1 - e->b) * z);
    double w = 1 - *depth, slope = log((1 - e->x0 * w) / (1 - e->x0 * e->x0));
    return e->c * (w - e->x0) + e->m * slope >= log(u);
}

/* T = 1 - <x, mu> of tokens first .. first + count - 1, count <= CHUNK, each of its own component: proposals
 * from uniform keys' scores for all that are left, attempt by attempt. `room` holds 3 CHUNK numbers. */
static void draw_depths(const struct stream *stream, size_t d, uint64_t first, size_t count,
                        const struct sphere_component *const *component, double *room, double *depth) {
    const double p[FAMILY_PARAMETERS] = {(double)d};
    const struct family *spherical = family_find("spherical");
    double *uniform = room, *score = room + 2 * CHUNK, u[4], choice[CHUNK];
    size_t left[CHUNK], waiting = count;
    for (size_t k = 0; k < count; k++) { left[k] = k; }
    for (uint64_t attempt = first; waiting > 0; attempt += ATTEMPT) {
        size_t even = (waiting + 1) / 2 * 2, refused = 0;
        for (size_t k = 0; k < even; k++) {
            draw_four(stream, attempt + left[k < waiting ? k : 0], u);
            uniform[k] = u[0];
            uniform[even + k] = u[1];
            choice[k] = u[2];
        }
        spherical->draw(p, isa_best()->vector, even, uniform, score);
        for (size_t k = 0; k < waiting; k++) {
            struct envelope envelope = envelope_make(d, component[left[k]]->concentration);
            if (!envelope_takes(&envelope, -0.5 * score[k], choice[k], &depth[left[k]])) {
                left[refused++] = left[k];
            }
        }
        waiting = refused;
    }
}

/* By the fourth uniform: draw_depths takes the others. */
static const struct sphere_component *draw_component(const struct stream *stream, uint64_t i,
                                                     const struct sphere_mixture *law) {
    double u[4], total = 0;
    draw_four(stream, i, u);
    for (size_t k = 0; k < law->count; k++) { total += law->component[k].share; }
    double rest = u[3] * total;
    size_t k = 0;
    while (k + 1 < law->count && rest >= law->component[k].share) { rest -= law->component[k++].share; }
    return &law->component[k];
}

void tokens_across(size_t d, const double *mu, double length, double *x) {
    double along = 0;
    for (size_t c = 0; c < d; c++) { along += x[c] * mu[c]; }
    for (size_t c = 0; c < d; c++) { x[c] -= along * mu[c]; }
    scale_to(d, x, length);
}

/* Turns x, uniform, into the point at depth T from mu in the same direction around it. */
static void move_around(size_t d, const double *mu, double depth, double *x) {
    tokens_across(d, mu, 1, x);
    tokens_across(d, mu, sqrt(depth * (2 - depth)), x); /* once more: x may have been almost along mu */
    for (size_t c = 0; c < d; c++) { x[c] += (1 - depth) * mu[c]; }
}

void tokens_place_mixture(const struct stream *stream, const struct sphere_mixture *law,
                          struct tokens *tokens) {
    size_t d = tokens->dimension;
    double *x = memory_create(2 * d + 1 + 4 * CHUNK, sizeof *x), *depth = x + 2 * d + 1,
           *room = depth + CHUNK;
    const struct sphere_component *component[CHUNK];
    for (size_t first = 0; first < tokens->count; first += CHUNK) {
        size_t count = tokens->count - first < CHUNK ? tokens->count - first : CHUNK;
        for (size_t k = 0; k < count; k++) { component[k] = draw_component(stream, first + k, law); }
        draw_depths(stream, d, first, count, component, room, depth);
        for (size_t k = 0; k < count; k++) {
            draw_direction(stream, first + k, d, x + d, x);
            move_around(d, component[k]->mean, depth[k], x);
            tokens_put(tokens, first + k, x);
        }
    }
    free(x);
}
