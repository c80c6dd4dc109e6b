#include "sim/flow/modes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/rows/isa.h"

enum { AXES = 32, BLOCK = 512 }; /* tokens at a time: their harmonics stay in the cache */

/* What modes are measured with: the zonal harmonics about some axes; on the circle cos and sin. */
struct channels {
    size_t dimension, count;
    unsigned modes;
    double *axis; /* [count][d] */
};

static struct channels channels_create(const struct flow_design *design) {
    size_t d = design->dimension;
    struct channels channels = {d, d == 2 ? 2 : AXES, design->modes, NULL};
    struct stream stream = stream_make(design->seed, "flow-axes", 0, true, 0);
    channels.axis = memory_create(channels.count * d, sizeof(double));
    for (size_t k = 0; d > 2 && k < channels.count; k++) {
        tokens_direction(&stream, k, d, channels.axis + k * d);
    }
    return channels;
}

/* Positions of a block of tokens along an axis. */
static void positions(const struct tokens *tokens, size_t first, size_t count, const double *axis,
                      double *s) {
    memset(s, 0, count * sizeof *s);
    for (size_t c = 0; c < tokens->dimension; c++) {
        const double *x = tokens->x + c * tokens->stride + first;
#pragma omp simd
        for (size_t i = 0; i < count; i++) { s[i] += axis[c] * x[i]; }
    }
}

/* sum[l - 1] += zonal harmonics of degree l at positions s, by their recurrence. */
static void add_zonal(double d, unsigned modes, size_t count, const double *s, double *sum) {
    double before[BLOCK], value[BLOCK];
    for (size_t i = 0; i < count; i++) { before[i] = 1; }
    memcpy(value, s, count * sizeof *s);
    for (unsigned l = 1; l <= modes; l++) {
        double up = (2 * l + d - 2) / (l + d - 2), down = l / (l + d - 2);
        sum[l - 1] += isa_best()->kernel->sum(count, value);
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            double next = up * s[i] * value[i] - down * before[i];
            before[i] = value[i];
            value[i] = next;
        }
    }
}

/* Sums of cos and sin of l theta. */
static void add_circle(unsigned modes, size_t count, const double *x, const double *y, double *cosines,
                       double *sines) {
    double c[BLOCK], s[BLOCK];
    memcpy(c, x, count * sizeof *c);
    memcpy(s, y, count * sizeof *s);
    for (unsigned l = 1; l <= modes; l++) {
        cosines[l - 1] += isa_best()->kernel->sum(count, c);
        sines[l - 1] += isa_best()->kernel->sum(count, s);
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            double next = c[i] * x[i] - s[i] * y[i];
            s[i] = s[i] * x[i] + c[i] * y[i];
            c[i] = next;
        }
    }
}

/* amplitude[k * modes + l - 1] = mean of channel k's harmonic of degree l. */
static void channels_measure(const struct channels *channels, const struct tokens *tokens,
                             double *amplitude) {
    size_t d = channels->dimension, modes = channels->modes, stride = tokens->stride;
    double s[BLOCK];
    memset(amplitude, 0, channels->count * modes * sizeof *amplitude);
    for (size_t first = 0; first < tokens->count; first += BLOCK) {
        size_t count = tokens->count - first < BLOCK ? tokens->count - first : BLOCK;
        if (d == 2) {
            add_circle(channels->modes, count, tokens->x + first, tokens->x + stride + first, amplitude,
                       amplitude + modes);
            continue;
        }
        for (size_t k = 0; k < channels->count; k++) {
            positions(tokens, first, count, channels->axis + k * d, s);
            add_zonal((double)d, channels->modes, count, s, amplitude + k * modes);
        }
    }
    for (size_t m = 0; m < channels->count * modes; m++) { amplitude[m] /= (double)tokens->count; }
}

/* Room for one replicate. */
struct bench {
    struct tokens now, next;
    struct channels channels;
    double *first, *amplitude;
};

static struct bench bench_create(const struct flow_design *design) {
    struct bench bench = {.now = tokens_create(design->dimension, design->count),
                          .next = tokens_create(design->dimension, design->count),
                          .channels = channels_create(design)};
    size_t size = bench.channels.count * design->modes;
    bench.first = memory_create(2 * size, sizeof(double));
    bench.amplitude = bench.first + size;
    return bench;
}

static void bench_free(struct bench *bench) {
    tokens_free(&bench->now);
    tokens_free(&bench->next);
    free(bench->channels.axis);
    free(bench->first);
}

static void bench_step(struct bench *bench, const struct flow_design *design, struct progress *progress,
                       const char *what) {
    struct tokens before = bench->now;
    flow_step(&before, design->beta, design->tau, design->threads, &bench->next);
    bench->now = bench->next;
    bench->next = before;
    progress_add(progress, (double)design->count * (double)design->count, what);
}

/* product[l - 1] = mean over channels of amplitude times first. */
static void bench_products(struct bench *bench, double *product) {
    size_t modes = bench->channels.modes, channels = bench->channels.count;
    channels_measure(&bench->channels, &bench->now, bench->amplitude);
    for (size_t l = 0; l < modes; l++) {
        double sum = 0;
        for (size_t k = 0; k < channels; k++) {
            sum += bench->amplitude[k * modes + l] * bench->first[k * modes + l];
        }
        product[l] = sum / (double)channels;
    }
}

void modes_measure(const struct flow_design *design, struct progress *progress, double *product) {
    struct bench bench = bench_create(design);
    for (size_t r = 0; r < design->replicates; r++) {
        struct stream stream = stream_make(design->seed, "flow", log((double)design->count), false, r);
        tokens_place_uniform(&stream, &bench.now);
        channels_measure(&bench.channels, &bench.now, bench.first);
        for (unsigned s = 0; s <= design->steps; s++) {
            if (s > 0) { bench_step(&bench, design, progress, "modes"); }
            bench_products(&bench, product + (r * (design->steps + 1) + s) * design->modes);
        }
    }
    bench_free(&bench);
}

/* density[b] of tokens on the circle, relative to the uniform one, in part b of the angle from -pi to pi. */
static void density_fill(const struct tokens *tokens, size_t bins, double *density) {
    double share = (double)bins / (double)tokens->count;
    memset(density, 0, bins * sizeof *density);
    for (size_t i = 0; i < tokens->count; i++) {
        double turn = atan2(tokens->x[tokens->stride + i], tokens->x[i]) / (2 * M_PI) + 0.5;
        size_t bin = (size_t)(turn * (double)bins);
        density[bin < bins ? bin : 0] += share;
    }
}

static double zonal_amplitude(const struct tokens *tokens, unsigned mode) {
    double d = (double)tokens->dimension, sum = 0;
    for (size_t i = 0; i < tokens->count; i++) { sum += sphere_harmonic(d, mode, tokens->x[i]); }
    return sphere_harmonic_count(d, mode) * sum / (double)tokens->count;
}

void modes_follow(const struct flow_design *design, unsigned mode, double eps, struct progress *progress,
                  double *amplitude, size_t bins, double *density) {
    struct bench bench = bench_create(design);
    for (size_t r = 0; r < design->replicates; r++) {
        struct stream stream =
            stream_make(design->seed, "flow-followed", log((double)design->count), false, r);
        tokens_place_zonal(&stream, mode, eps, &bench.now);
        for (size_t s = 0; s <= design->steps; s++) {
            size_t at = r * (design->steps + 1) + s;
            if (s > 0) { bench_step(&bench, design, progress, "followed"); }
            amplitude[at] = zonal_amplitude(&bench.now, mode);
            if (density) { density_fill(&bench.now, bins, density + at * bins); }
        }
    }
    bench_free(&bench);
}
