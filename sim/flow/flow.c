#include "sim/flow/flow.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/vector_inline.h"
#include "sim/base/memory.h"
#include "sim/rows/isa.h"

enum {
    LANES = 8,
    GROUP = 8,          /* queries that share a block of keys while it is in the cache */
    LONGEST = 1024,     /* keys in a block */
    CACHED = 16 * 1024, /* coordinates in a block */
    AXES = 32,
    WORTH_THREADS = 1 << 18, /* pairs: below, waking threads costs more than they do */
};

/* Eight numbers side by side: sums have the same order on every processor and compiler. */
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

static inline void lanes_load(lanes *v, const double *x) { memcpy(v, x, sizeof *v); }

static inline double lanes_sum(const lanes *v) {
    double x[LANES];
    memcpy(x, v, sizeof x);
    return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
}

/* n is a multiple of LANES. */
static double dot(size_t n, const double *a, const double *b) {
    lanes sum = {0}, x, y;
    for (size_t i = 0; i < n; i += LANES) {
        lanes_load(&x, a + i);
        lanes_load(&y, b + i);
        sum += x * y;
    }
    return lanes_sum(&sum);
}

struct flow_tokens flow_tokens_create(size_t dimension, size_t count) {
    size_t stride = (count + LANES - 1) / LANES * LANES;
    return (struct flow_tokens){dimension, count, stride, memory_create(dimension * stride, sizeof(double))};
}

void flow_tokens_free(struct flow_tokens *tokens) {
    free(tokens->x);
    tokens->x = NULL;
}

/* ---- placing ---- */

/* Purposes of a stream's counter; attempts at rejection follow one another in steps of two. */
enum { DRAW_DIRECTION = 0, DRAW_CHOICE = 1, DRAW_STRIDE = 2 };

/* Four uniforms. */
static void draw_four(const struct stream *stream, uint64_t purpose, uint64_t block, double u[4]) {
    isa_best()->kernel->uniforms(stream->key, purpose, block, 1, u);
}

static void draw_normals(const struct stream *stream, uint64_t purpose, uint64_t block, double g[4]) {
    double u[4];
    draw_four(stream, purpose, block, u);
    for (int i = 0; i < 2; i++) {
        double radius = sqrt(-2 * vector_log_one(u[i])), sine, cosine;
        vector_sincos_turn_one(u[2 + i], &sine, &cosine);
        g[2 * i] = radius * cosine;
        g[2 * i + 1] = radius * sine;
    }
}

static void scale_to(size_t d, double *x, double length) {
    double square = 0;
    for (size_t c = 0; c < d; c++) { square += x[c] * x[c]; }
    double factor = length / sqrt(square);
    for (size_t c = 0; c < d; c++) { x[c] *= factor; }
}

/* Direction number i of a purpose: uniform. */
static void draw_direction(const struct stream *stream, uint64_t purpose, uint64_t i, size_t d, double *x) {
    double four[4];
    if (d == 2) {
        draw_four(stream, purpose, i, four);
        vector_sincos_turn_one(four[0], &x[1], &x[0]);
        return;
    }
    uint64_t blocks = (d + 3) / 4;
    for (uint64_t b = 0; b < blocks; b++) {
        draw_normals(stream, purpose, i * blocks + b, four);
        for (size_t c = 4 * b; c < d && c < 4 * b + 4; c++) { x[c] = four[c - 4 * b]; }
    }
    scale_to(d, x, 1);
}

static void tokens_put(struct flow_tokens *tokens, size_t i, const double *x) {
    for (size_t c = 0; c < tokens->dimension; c++) { tokens->x[c * tokens->stride + i] = x[c]; }
}

void flow_place_uniform(const struct stream *stream, struct flow_tokens *tokens) {
    double *x = memory_create(tokens->dimension, sizeof *x);
    for (size_t i = 0; i < tokens->count; i++) {
        draw_direction(stream, DRAW_DIRECTION, i, tokens->dimension, x);
        tokens_put(tokens, i, x);
    }
    free(x);
}

void flow_place_zonal(const struct stream *stream, unsigned mode, double eps, struct flow_tokens *tokens) {
    size_t d = tokens->dimension;
    double *x = memory_create(d, sizeof *x), u[4];
    for (size_t i = 0; i < tokens->count; i++) {
        uint64_t attempt = 0;
        double density;
        do {
            draw_direction(stream, DRAW_DIRECTION + DRAW_STRIDE * attempt, i, d, x);
            draw_four(stream, DRAW_CHOICE + DRAW_STRIDE * attempt, i, u);
            density = 1 + eps * sphere_harmonic((double)d, mode, x[0]);
            attempt++;
        } while (u[0] * (1 + fabs(eps)) >= density);
        tokens_put(tokens, i, x);
    }
    free(x);
}

/* T with T/2 ~ Beta(kappa, kappa), from two uniforms. */
static double symmetric_depth(size_t d, double u1, double u2) {
    double sine, cosine;
    if (d == 2) {
        vector_sincos_turn_one(0.25 * u1, &sine, &cosine);
        return 2 * sine * sine;
    }
    double log_w = 2 * vector_log_one(u1) / (double)(d - 2), radius = sqrt(-vector_expm1_one(log_w));
    vector_sincos_turn_one(0.5 * u2, &sine, &cosine);
    return vector_exp_one(log_w) / (1 + radius) + 2 * radius * sine * sine;
}

/* T = 1 - <x, mu> of token i under concentration c. */
static double draw_depth(const struct stream *stream, uint64_t i, size_t d, double c) {
    double m = (double)d - 1, b = m / (2 * c + sqrt(4 * c * c + m * m)), x0 = (1 - b) / (1 + b);
    double u[4], depth, log_ratio;
    uint64_t attempt = 0;
    do {
        draw_four(stream, DRAW_CHOICE + DRAW_STRIDE * attempt, i, u);
        double z = 0.5 * symmetric_depth(d, u[0], u[1]);
        depth = 2 * b * z / (1 - (1 - b) * z);
        double w = 1 - depth;
        log_ratio = c * (w - x0) + m * vector_log_one((1 - x0 * w) / (1 - x0 * x0));
        attempt++;
    } while (log_ratio < vector_log_one(u[2]));
    return depth;
}

static const struct sphere_component *draw_component(const struct stream *stream, uint64_t i,
                                                     const struct sphere_mixture *law) {
    double u[4], total = 0;
    draw_four(stream, DRAW_CHOICE, i, u); /* the fourth: draw_depth takes the others */
    for (size_t k = 0; k < law->count; k++) { total += law->component[k].share; }
    double rest = u[3] * total;
    size_t k = 0;
    while (k + 1 < law->count && rest >= law->component[k].share) { rest -= law->component[k++].share; }
    return &law->component[k];
}

/* Takes what lies along mu out of x and gives the rest a length. */
static void make_across(size_t d, const double *mu, double length, double *x) {
    double along = 0;
    for (size_t c = 0; c < d; c++) { along += x[c] * mu[c]; }
    for (size_t c = 0; c < d; c++) { x[c] -= along * mu[c]; }
    scale_to(d, x, length);
}

/* Turns x, uniform, into the point at depth T from mu in the same direction around it. */
static void move_around(size_t d, const double *mu, double depth, double *x) {
    make_across(d, mu, 1, x);
    make_across(d, mu, sqrt(depth * (2 - depth)), x); /* once more: x may have been almost along mu */
    for (size_t c = 0; c < d; c++) { x[c] += (1 - depth) * mu[c]; }
}

void flow_place_mixture(const struct stream *stream, const struct sphere_mixture *law,
                        struct flow_tokens *tokens) {
    size_t d = tokens->dimension;
    double *x = memory_create(d, sizeof *x);
    for (size_t i = 0; i < tokens->count; i++) {
        const struct sphere_component *component = draw_component(stream, i, law);
        draw_direction(stream, DRAW_DIRECTION, i, d, x);
        move_around(d, component->mean, draw_depth(stream, i, d, component->concentration), x);
        tokens_put(tokens, i, x);
    }
    free(x);
}

/* ---- attention ---- */

/* Sums of one query over the keys so far: sum[0] of w, sum[1 + c] of w x_c, with w = exp(-beta (gap -
 * least)/2) and gap = |q - x|^2 = 2 (1 - <q, x>), which keeps the digits of near keys. */
struct attention {
    double least, *sum;
};

struct block {
    size_t first, length, padded; /* keys; padded to a multiple of LANES */
};

/* gap[0..padded), inf past the last key. */
static void block_gaps(const struct flow_tokens *keys, const struct block *block, const double *query,
                       size_t stride, double *gap) {
    for (size_t c = 0; c < keys->dimension; c++) {
        const double *x = keys->x + c * keys->stride + block->first;
        double q = query[c * stride];
        for (size_t j = 0; j < block->padded; j += LANES) {
            lanes v, sum = {0};
            if (c > 0) { lanes_load(&sum, gap + j); }
            lanes_load(&v, x + j);
            v -= q;
            sum += v * v;
            memcpy(gap + j, &sum, sizeof sum);
        }
    }
    for (size_t j = block->length; j < block->padded; j++) { gap[j] = INFINITY; }
}

static void attention_add(struct attention *a, const struct flow_tokens *keys, const struct block *block,
                          double beta, double *gap, double *weight) {
    const struct kernel *kernel = isa_best()->kernel;
    size_t d = keys->dimension;
    lanes v, total = {0};
    if (a->least > 0) { /* once a key is where the query is, no gap is less */
        double least = kernel->range(block->length, gap).low;
        if (least < a->least) {
            double factor = vector_exp_one(-0.5 * beta * (a->least - least));
            for (size_t c = 0; c <= d; c++) { a->sum[c] *= factor; }
            a->least = least;
        }
        for (size_t j = 0; j < block->padded; j += LANES) {
            lanes_load(&v, gap + j);
            v -= a->least;
            memcpy(gap + j, &v, sizeof v);
        }
    }
    kernel->weights(block->padded, gap, 0.5 * beta, weight);
    for (size_t j = 0; j < block->padded; j += LANES) {
        lanes_load(&v, weight + j);
        total += v;
    }
    a->sum[0] += lanes_sum(&total);
    for (size_t c = 0; c < d; c++) {
        a->sum[1 + c] += dot(block->padded, weight, keys->x + c * keys->stride + block->first);
    }
}

/* Queries [first, last), at most GROUP. `room` holds 2 LONGEST + GROUP (d + 1) numbers. */
static void attend_group(const struct flow_tokens *keys, const struct flow_tokens *queries, double beta,
                         size_t first, size_t last, double *room, struct flow_tokens *out) {
    size_t d = keys->dimension, longest = LONGEST;
    while (longest > 64 && longest * d > CACHED) { longest /= 2; }
    struct attention a[GROUP];
    double *gap = room, *weight = room + LONGEST, *sum = weight + LONGEST;
    memset(sum, 0, GROUP * (d + 1) * sizeof *sum);
    for (size_t k = 0; k < GROUP; k++) { a[k] = (struct attention){INFINITY, sum + k * (d + 1)}; }
    for (size_t at = 0; at < keys->count; at += longest) {
        size_t length = keys->count - at < longest ? keys->count - at : longest;
        struct block block = {at, length, (length + LANES - 1) / LANES * LANES};
        for (size_t i = first; i < last; i++) {
            block_gaps(keys, &block, queries->x + i, queries->stride, gap);
            attention_add(&a[i - first], keys, &block, beta, gap, weight);
        }
    }
    for (size_t i = first; i < last; i++) {
        for (size_t c = 0; c < d; c++) {
            out->x[c * out->stride + i] = a[i - first].sum[1 + c] / a[i - first].sum[0];
        }
    }
}

void flow_attend(const struct flow_tokens *keys, const struct flow_tokens *queries, double beta, int threads,
                 struct flow_tokens *out) {
    size_t groups = (queries->count + GROUP - 1) / GROUP;
    size_t size = 2 * LONGEST + GROUP * (keys->dimension + 1);
#pragma omp parallel num_threads(threads) if (queries->count * keys->count >= WORTH_THREADS)
    {
        double *room = memory_create(size, sizeof *room);
#pragma omp for schedule(dynamic, 1)
        for (size_t g = 0; g < groups; g++) {
            size_t first = g * GROUP, last = first + GROUP;
            attend_group(keys, queries, beta, first, last < queries->count ? last : queries->count, room,
                         out);
        }
        free(room);
    }
}

void flow_step(const struct flow_tokens *before, double beta, double tau, int threads,
               struct flow_tokens *after) {
    size_t d = before->dimension, stride = before->stride;
    double stay = 1 / (1 + tau), move = tau / (1 + tau); /* what is renormalised needs no size */
    flow_attend(before, before, beta, threads, after);
    for (size_t i = 0; i < before->count; i++) {
        double square = 0;
        for (size_t c = 0; c < d; c++) {
            double *y = &after->x[c * stride + i];
            if (isfinite(tau)) { *y = stay * before->x[c * stride + i] + move * *y; }
            square += *y * *y;
        }
        for (size_t c = 0; c < d; c++) { after->x[c * stride + i] /= sqrt(square); }
    }
}

/* ---- growth of modes ---- */

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
        draw_direction(&stream, DRAW_DIRECTION, k, d, channels.axis + k * d);
    }
    return channels;
}

/* sum[l - 1] += harmonics of degree l at eight tokens. */
static void add_zonal(double d, unsigned modes, const lanes *s, const lanes *mask, lanes *sum) {
    lanes before = *mask, value = *s;
    for (unsigned l = 1; l <= modes; l++) {
        sum[l - 1] += value;
        lanes next = ((2 * l + d - 2) * *s * value - l * before) / (l + d - 2);
        before = value;
        value = next;
    }
}

static void add_circle(unsigned modes, const lanes *x, const lanes *y, lanes *cosines, lanes *sines) {
    lanes c = *x, s = *y;
    for (unsigned l = 1; l <= modes; l++) {
        cosines[l - 1] += c;
        sines[l - 1] += s;
        lanes next = c * *x - s * *y;
        s = s * *x + c * *y;
        c = next;
    }
}

/* amplitude[k * modes + l - 1] = mean of channel k's harmonic of degree l; `sum` holds 2 modes lanes. */
static void channels_measure(const struct channels *channels, const struct flow_tokens *tokens, lanes *sum,
                             double *amplitude) {
    size_t d = channels->dimension, modes = channels->modes, stride = tokens->stride;
    double n = (double)tokens->count;
    for (size_t k = 0; k < channels->count; k += d == 2 ? 2 : 1) {
        memset(sum, 0, 2 * modes * sizeof *sum);
        for (size_t i = 0; i < stride; i += LANES) {
            lanes s = {0}, x, mask;
            lanes_load(&x, tokens->x + i);
            if (d == 2) { /* what is past the last token adds nothing: powers of 0 */
                lanes_load(&s, tokens->x + stride + i);
                add_circle(channels->modes, &x, &s, sum, sum + modes);
                continue;
            }
            for (size_t c = 0; c < d; c++) {
                lanes_load(&x, tokens->x + c * stride + i);
                s += channels->axis[k * d + c] * x;
            }
            for (size_t j = 0; j < LANES; j++) { mask[j] = i + j < tokens->count ? 1 : 0; }
            add_zonal((double)d, channels->modes, &s, &mask, sum);
        }
        for (size_t m = 0; m < (d == 2 ? 2 : 1) * modes; m++) {
            amplitude[k * modes + m] = lanes_sum(&sum[m]) / n;
        }
    }
}

/* Room for one replicate. */
struct bench {
    struct flow_tokens now, next;
    struct channels channels;
    lanes *sum;
    double *first, *amplitude;
};

static struct bench bench_create(const struct flow_design *design) {
    struct bench bench = {.now = flow_tokens_create(design->dimension, design->count),
                          .next = flow_tokens_create(design->dimension, design->count),
                          .channels = channels_create(design)};
    size_t size = bench.channels.count * design->modes;
    bench.sum = aligned_alloc(sizeof(lanes), 2 * design->modes * sizeof(lanes));
    if (!bench.sum) { memory_exhausted(); }
    bench.first = memory_create(2 * size, sizeof(double));
    bench.amplitude = bench.first + size;
    return bench;
}

static void bench_free(struct bench *bench) {
    flow_tokens_free(&bench->now);
    flow_tokens_free(&bench->next);
    free(bench->channels.axis);
    free(bench->sum);
    free(bench->first);
}

static void bench_step(struct bench *bench, const struct flow_design *design, struct progress *progress,
                       const char *what) {
    struct flow_tokens before = bench->now;
    flow_step(&before, design->beta, design->tau, design->threads, &bench->next);
    bench->now = bench->next;
    bench->next = before;
    if (progress) { progress_add(progress, (double)design->count * (double)design->count, what); }
}

/* product[l - 1] = mean over channels of amplitude times first. */
static void bench_products(struct bench *bench, double *product) {
    size_t modes = bench->channels.modes, channels = bench->channels.count;
    channels_measure(&bench->channels, &bench->now, bench->sum, bench->amplitude);
    for (size_t l = 0; l < modes; l++) {
        double sum = 0;
        for (size_t k = 0; k < channels; k++) {
            sum += bench->amplitude[k * modes + l] * bench->first[k * modes + l];
        }
        product[l] = sum / (double)channels;
    }
}

void flow_measure(const struct flow_design *design, struct progress *progress, double *product) {
    struct bench bench = bench_create(design);
    for (size_t r = 0; r < design->replicates; r++) {
        struct stream stream = stream_make(design->seed, "flow", log((double)design->count), false, r);
        flow_place_uniform(&stream, &bench.now);
        channels_measure(&bench.channels, &bench.now, bench.sum, bench.first);
        for (unsigned s = 0; s <= design->steps; s++) {
            if (s > 0) { bench_step(&bench, design, progress, "modes"); }
            bench_products(&bench, product + (r * (design->steps + 1) + s) * design->modes);
        }
    }
    bench_free(&bench);
}

/* histogram[b] = tokens on the circle in part b of the angle from -pi to pi. */
static void histogram_fill(const struct flow_tokens *tokens, size_t bins, double *histogram) {
    memset(histogram, 0, bins * sizeof *histogram);
    for (size_t i = 0; i < tokens->count; i++) {
        double turn = atan2(tokens->x[tokens->stride + i], tokens->x[i]) / (2 * M_PI) + 0.5;
        size_t bin = (size_t)(turn * (double)bins);
        histogram[bin < bins ? bin : 0] += 1;
    }
}

/* Number `taken` of numbers: value their mean, error the sum of their squared deviations from it. */
static void estimate_add(struct flow_estimate *e, double taken, double x) {
    double change = x - e->value;
    e->value += change / taken;
    e->error += change * (x - e->value);
}

void flow_follow(const struct flow_design *design, unsigned mode, double eps, struct progress *progress,
                 double *amplitude, size_t bins, struct flow_estimate *density) {
    double d = (double)design->dimension, n = (double)design->count, count = (double)design->replicates;
    struct bench bench = bench_create(design);
    size_t size = density ? (design->steps + 1) * bins : 0;
    double *histogram = memory_create(bins + 1, sizeof *histogram);
    for (size_t i = 0; i < size; i++) { density[i] = (struct flow_estimate){0}; }
    for (size_t r = 0; r < design->replicates; r++) {
        struct stream stream = stream_make(design->seed, "flow-followed", log(n), false, r);
        flow_place_zonal(&stream, mode, eps, &bench.now);
        for (unsigned s = 0; s <= design->steps; s++) {
            if (s > 0) { bench_step(&bench, design, progress, "followed"); }
            double sum = 0;
            for (size_t i = 0; i < design->count; i++) { sum += sphere_harmonic(d, mode, bench.now.x[i]); }
            amplitude[r * (design->steps + 1) + s] = sphere_harmonic_count(d, mode) * sum / n;
            if (density) { histogram_fill(&bench.now, bins, histogram); }
            for (size_t b = 0; density && b < bins; b++) {
                estimate_add(&density[s * bins + b], (double)r + 1, histogram[b] * (double)bins / n);
            }
        }
    }
    for (size_t i = 0; i < size; i++) { density[i].error = sqrt(density[i].error / (count * (count - 1))); }
    free(histogram);
    bench_free(&bench);
}

/* ---- estimates ---- */

struct flow_estimate flow_ratio(size_t count, size_t stride, const double *up, const double *down) {
    double n = (double)count, ups = 0, downs = 0, mean = 0, square = 0;
    for (size_t r = 0; r < count; r++) {
        ups += up[r * stride];
        downs += down[r * stride];
    }
    double all = ups / downs;
    for (size_t r = 0; r < count; r++) {
        double change = (ups - up[r * stride]) / (downs - down[r * stride]) - all;
        mean += change / n;
        square += change * change;
    }
    return (struct flow_estimate){all - (n - 1) * mean, sqrt((n - 1) / n * (square - n * mean * mean))};
}

void flow_estimate(const struct flow_design *design, const double *product, struct flow_estimate *estimate) {
    size_t modes = design->modes, stride = (design->steps + 1) * modes;
    for (size_t k = 0; k < design->steps * modes; k++) {
        estimate[k] = flow_ratio(design->replicates, stride, product + modes + k, product + k % modes);
    }
}

void flow_residual(const struct flow_design *design, const double *product, unsigned step,
                   const double *growth, double *residual) {
    size_t modes = design->modes;
    double n = (double)design->count;
    for (size_t r = 0; r < design->replicates; r++) {
        const double *first = product + r * (design->steps + 1) * modes, *after = first + step * modes;
        for (size_t l = 0; l < modes; l++) {
            residual[r * modes + l] = n * (after[l] - growth[l] * first[l]);
        }
    }
}

double flow_extrapolate(const struct flow_design *many, double at_many, const struct flow_design *few,
                        double at_few) {
    double n = (double)many->count, m = (double)few->count;
    return (n * at_many - m * at_few) / (n - m);
}

/* Column k less its mean, over its standard deviation; returns the mean over the same. */
static double column_standardise(gsl_matrix *sets, size_t k) {
    double n = (double)sets->size1, mean = 0, square = 0;
    for (size_t r = 0; r < sets->size1; r++) { mean += gsl_matrix_get(sets, r, k) / n; }
    for (size_t r = 0; r < sets->size1; r++) {
        double x = gsl_matrix_get(sets, r, k) - mean;
        gsl_matrix_set(sets, r, k, x);
        square += x * x;
    }
    double deviation = sqrt(square / (n - 1));
    for (size_t r = 0; r < sets->size1; r++) { *gsl_matrix_ptr(sets, r, k) /= deviation; }
    return mean / deviation;
}

struct flow_agreement flow_agreement(size_t count, size_t size, const double *residual) {
    double m = (double)size, n = (double)count, quadratic = NAN;
    if (count <= size + 1) { return (struct flow_agreement){NAN, NAN}; }
    gsl_matrix *sets = gsl_matrix_alloc(count, size), *correlation = gsl_matrix_alloc(size, size);
    gsl_vector *mean = gsl_vector_alloc(size), *solution = gsl_vector_alloc(size);
    if (!sets || !correlation || !mean || !solution) { memory_exhausted(); }
    memcpy(sets->data, residual, count * size * sizeof *residual);
    for (size_t k = 0; k < size; k++) { gsl_vector_set(mean, k, column_standardise(sets, k)); }
    gsl_blas_dsyrk(CblasLower, CblasTrans, 1 / (n - 1), sets, 0, correlation);
    if (gsl_linalg_cholesky_decomp1(correlation) == 0) {
        gsl_linalg_cholesky_solve(correlation, mean, solution);
        gsl_blas_ddot(mean, solution, &quadratic);
        quadratic *= n;
    }
    gsl_matrix_free(sets);
    gsl_matrix_free(correlation);
    gsl_vector_free(mean);
    gsl_vector_free(solution);
    double f = (n - m) / (m * (n - 1)) * quadratic;
    return (struct flow_agreement){quadratic, gsl_cdf_fdist_Q(f, m, n - m)};
}

/* ---- drift ---- */

/* Across mu: towards `towards`, or the axis least along mu where that is parallel to it. */
static void direction_across(size_t d, const double *mu, const double *towards, double *e) {
    const double parallel = 1e-12;
    double along = 0, across = 0;
    for (size_t c = 0; c < d; c++) { along += towards[c] * mu[c]; }
    for (size_t c = 0; c < d; c++) { across = hypot(across, towards[c] - along * mu[c]); }
    if (across > parallel) {
        memcpy(e, towards, d * sizeof *e);
    } else {
        size_t least = 0;
        for (size_t c = 1; c < d; c++) { least = fabs(mu[c]) < fabs(mu[least]) ? c : least; }
        for (size_t c = 0; c < d; c++) { e[c] = c == least; }
    }
    make_across(d, mu, 1, e);
    make_across(d, mu, 1, e); /* once more: what was left may have been little */
}

void flow_probe(const struct sphere_mixture *keys, size_t probes, const double *angle, double *query,
                double *tangent) {
    size_t d = keys->dimension;
    const double *mu = keys->component[0].mean;
    double *e = memory_create(d, sizeof *e);
    direction_across(d, mu, keys->component[keys->count > 1 ? 1 : 0].mean, e);
    for (size_t p = 0; p < probes; p++) {
        double cosine = cos(angle[p]), sine = sin(angle[p]);
        for (size_t c = 0; c < d; c++) {
            query[p * d + c] = cosine * mu[c] + sine * e[c];
            tangent[p * d + c] = sine * mu[c] - cosine * e[c];
        }
    }
    free(e);
}

void flow_drift(const struct flow_design *design, const struct sphere_mixture *keys, size_t probes,
                const double *query, const double *tangent, struct progress *progress, double *drift) {
    size_t d = design->dimension;
    struct flow_tokens tokens = flow_tokens_create(d, design->count);
    struct flow_tokens queries = flow_tokens_create(d, probes), out = flow_tokens_create(d, probes);
    for (size_t p = 0; p < probes; p++) { tokens_put(&queries, p, query + p * d); }
    for (size_t r = 0; r < design->replicates; r++) {
        struct stream stream = stream_make(design->seed, "flow-drift", log((double)design->count), false, r);
        flow_place_mixture(&stream, keys, &tokens);
        flow_attend(&tokens, &queries, design->beta, design->threads, &out);
        for (size_t p = 0; p < probes; p++) {
            double sum = 0;
            for (size_t c = 0; c < d; c++) { sum += out.x[c * out.stride + p] * tangent[p * d + c]; }
            drift[r * probes + p] = sum;
        }
        if (progress) { progress_add(progress, (double)design->count * (double)probes, "drift"); }
    }
    flow_tokens_free(&tokens);
    flow_tokens_free(&queries);
    flow_tokens_free(&out);
}
