#include "sim/measures/output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/logs.h"
#include "sim/base/memory.h"
#include "sim/rows/normal.h"

enum { NORMALS = 1 << 17 };           /* directions are made for so many numbers at a time */
static const double NEGLIGIBLE = 100; /* e^-100 of the largest weight, even of e^50 keys */

/* Sums over keys at one beta, relative to the row's maximum, w = e^{-beta gap}. */
struct sums {
    double z, depth, chord, chord_twice; /* of w, w T, w T(2-T), w^2 T(2-T) */
};

struct output {
    const struct isa *isa;
    size_t dimension, tangents, room; /* tangents = dimension - 1; room for so many betas */
    size_t stride;                    /* keys whose directions are made at a time: a power of 2, at least 4 */
    double *normal;                   /* [tangents][stride] */
    double *vector;                   /* [betas][dimension]: sums of w k, then ATT */
    struct sums *sums;                /* [betas] */
    struct output_sums *found;        /* [betas] */
    double radius[KEY_BATCH];         /* what a key's normals are multiplied with */
    double sine[KEY_BATCH], depth[KEY_BATCH],
        chord[KEY_BATCH]; /* length of the tangential part; number x T, x T(2-T) */
    double weight[KEY_BATCH], work[KEY_BATCH];
    struct key_batch batch;

    /* the row at hand */
    const struct stream *stream;
    const struct output_request *asked;
};

struct output *output_create(const struct isa *isa) {
    struct output *o = memory_create(1, sizeof *o);
    o->isa = isa;
    return o;
}

static void output_reserve(struct output *o, size_t dimension, size_t betas) {
    if (o->dimension == dimension && o->room >= betas) { return; }
    o->dimension = dimension;
    o->tangents = dimension - 1;
    o->room = betas;
    o->stride = KEY_BATCH;
    while (o->stride > 4 && o->stride * o->tangents > NORMALS) { o->stride /= 2; }
    o->normal = memory_resize(o->normal, o->stride * o->tangents, sizeof *o->normal);
    o->vector = memory_resize(o->vector, betas * dimension, sizeof *o->vector);
    o->sums = memory_resize(o->sums, betas, sizeof *o->sums);
    o->found = memory_resize(o->found, betas, sizeof *o->found);
}

void output_free(struct output *o) {
    free(o->normal);
    free(o->vector);
    free(o->sums);
    free(o->found);
    free(o);
}

struct output_sums output_at(const struct output *o, size_t beta_index) {
    return o->found[beta_index];
}

const double *output_vector(const struct output *o, size_t beta_index) {
    return o->vector + beta_index * o->dimension;
}

/* ---- keys ---- */

static void make_radii(struct output *o, const struct key_batch *batch, size_t from, size_t count) {
    const double *expected = batch->expected + from, tangents = (double)o->tangents;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        double t = batch->depth[from + i], chord = t * (2 - t), number = batch->number[from + i];
        chord = chord > 0 ? chord : 0;
        o->sine[i] = sqrt(chord);
        o->depth[i] = number * t;
        o->chord[i] = number * chord;
        o->radius[i] = 0;
    }
    for (size_t c = 0; batch->single && c < o->tangents; c++) {
        const double *normal = o->normal + c * o->stride;
#pragma omp simd
        for (size_t i = 0; i < count; i++) { o->radius[i] += normal[i] * normal[i]; }
    }
    if (batch->single) {
#pragma omp simd
        for (size_t i = 0; i < count; i++) { o->radius[i] = 1 / sqrt(o->radius[i]) * o->sine[i]; }
    } else {
#pragma omp simd
        for (size_t i = 0; i < count; i++) { o->radius[i] = sqrt(expected[i] / tangents) * o->sine[i]; }
    }
}

/* `count` keys from `from` on of a batch. */
static void add_keys(struct output *o, const struct key_batch *batch, size_t from, size_t count, size_t b) {
    const struct kernel *kernel = o->isa->kernel;
    struct sums *s = &o->sums[b];
    double *vector = o->vector + b * o->dimension;
    kernel->weights(count, batch->gap + from, o->asked->beta_ratio[b], o->weight);
    s->z += kernel->dot(count, o->weight, batch->number + from);
    s->depth += kernel->dot(count, o->weight, o->depth);
    s->chord += kernel->dot(count, o->weight, o->chord);
#pragma omp simd
    for (size_t i = 0; i < count; i++) { o->work[i] = o->weight[i] * o->weight[i]; }
    s->chord_twice += kernel->dot(count, o->work, o->chord);
#pragma omp simd
    for (size_t i = 0; i < count; i++) { o->work[i] = o->weight[i] * o->radius[i]; }
    for (size_t c = 0; c < o->tangents; c++) {
        vector[1 + c] += kernel->dot(count, o->work, o->normal + c * o->stride);
    }
}

static void visit_keys(void *context, const struct key_batch *batch) {
    struct output *o = context;
    const double *beta_ratio = o->asked->beta_ratio;
    for (size_t from = 0; from < batch->count; from += o->stride) {
        size_t count = batch->count - from < o->stride ? batch->count - from : o->stride;
        double nearest = o->isa->kernel->range(count, batch->gap + from).low;
        if (beta_ratio[0] * nearest > NEGLIGIBLE) { continue; }
        normal_fill(o->isa, o->stream, STREAM_DIRECTIONS, (batch->first + from) * o->tangents,
                    o->stride * o->tangents, o->normal);
        make_radii(o, batch, from, count);
        for (size_t b = 0; b < o->asked->count && beta_ratio[b] * nearest <= NEGLIGIBLE; b++) {
            add_keys(o, batch, from, count, b);
        }
    }
}

/* ---- bulk ---- */

/* The bulk under weights e^{-beta gap}: log of their sum, mean of T and of T^2. */
struct layer {
    double log_mass, depth, square;
};

static struct layer bulk_layer(const struct output *o, const struct row *row, double beta_ratio,
                               double length) {
    if (!row->bulk) { return (struct layer){.log_mass = -INFINITY}; }
    struct bulk_sums b = bulk_sums(row->bulk, o->isa->kernel, beta_ratio, -INFINITY);
    double depth = (b.mean + row->bulk_offset) * length - row->top_score;
    return (struct layer){b.log_z - beta_ratio * row->bulk_offset, depth,
                          depth * depth + b.variance * length * length};
}

/* ---- a row ---- */

/* Of more than 2^52 keys above the bulk rows have their expected number. Variance of the bias from that,
 * given what one more of them in proportion changes. */
static double keys_fluctuation(const struct row *row, double change) {
    if (!row->bulk) { return 0; }
    return change * change / row->part[row->part_count - 1].last;
}

/* From sums to means at one beta; o->normal holds the bulk's normals, one a component of ATT. */
static void finish(struct output *o, const struct row *row, size_t b) {
    struct sums *s = &o->sums[b];
    const double beta = o->asked->beta[b], ratio = o->asked->beta_ratio[b], length = ratio / beta;
    double *vector = o->vector + b * o->dimension;
    struct layer bulk = bulk_layer(o, row, ratio, length), twice = bulk_layer(o, row, 2 * ratio, length);
    double log_z = log_sum_exp(log(s->z), bulk.log_mass), keys = exp(-log_z),
           mine = exp(bulk.log_mass - log_z), pairs = exp(twice.log_mass - 2 * log_z),
           chord_twice = 2 * twice.depth - twice.square;
    double bias = keys * s->depth + mine * bulk.depth,
           chord = keys * s->chord + mine * (2 * bulk.depth - bulk.square),
           spread = sqrt(pairs * fmax(0, twice.square - 2 * bias * twice.depth + bias * bias) +
                         keys_fluctuation(row, keys * (s->depth - bias * s->z))),
           tangential = sqrt(pairs * fmax(0, chord_twice) / (double)o->tangents);
    if (row->bulk) { bias += spread * o->normal[0]; }
    vector[0] = 1 - bias;
    for (size_t c = 1; c < o->dimension; c++) {
        vector[c] = keys * vector[c] + (row->bulk ? tangential * o->normal[c] : 0);
    }
    o->found[b] = (struct output_sums){
        .bias = bias,
        .tangential = o->isa->kernel->dot(o->tangents, vector + 1, vector + 1),
        .identity = keys * keys * s->chord_twice + pairs * chord_twice -
                    (1 + o->asked->concentration / beta) * chord + (double)o->tangents / beta * (1 - bias),
    };
}

void output_measure(struct output *o, struct sampler *sampler, const struct sampler_law *law,
                    const struct row *row, const struct stream *stream,
                    const struct output_request *request) {
    output_reserve(o, request->dimension, request->count);
    o->stream = stream;
    o->asked = request;
    memset(o->vector, 0, request->count * o->dimension * sizeof *o->vector);
    memset(o->sums, 0, request->count * sizeof *o->sums);
    sampler_keys(sampler, law, &o->batch, visit_keys, o);
    if (row->bulk) { normal_fill(o->isa, stream, STREAM_BULK, 0, o->dimension, o->normal); }
    for (size_t b = 0; b < request->count; b++) { finish(o, row, b); }
}
