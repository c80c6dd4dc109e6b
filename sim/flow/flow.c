#include "sim/flow/flow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/rows/isa.h"

enum {
    GROUP = 8,               /* queries that share a block of keys while it is in the cache */
    LONGEST = 1024,          /* keys in a block */
    CACHED = 16 * 1024,      /* coordinates in a block */
    WORTH_THREADS = 1 << 18, /* pairs: below, waking threads costs more than they do */
};

/* Sums of one query over the keys so far: sum[0] of w, sum[1 + c] of w x_c, with w = exp(-beta (gap -
 * least)/2) and gap = |q - x|^2 = 2 (1 - <q, x>), which keeps the digits of near keys. */
struct attention {
    double least, *sum;
};

struct block {
    size_t first, length, padded; /* keys; padded to a multiple of KERNEL_LANES */
};

static void subtract(size_t n, double least, double *gap) {
#pragma omp simd
    for (size_t j = 0; j < n; j++) { gap[j] -= least; }
}

/* The block's gaps stand in `gap`, inf past the last key. */
static void attention_add(struct attention *a, const struct tokens *keys, const struct block *block,
                          double beta, double *gap, double *weight) {
    const struct kernel *kernel = isa_best()->kernel;
    size_t d = keys->dimension;
    if (a->least > 0) { /* once a key is where the query is, no gap is less */
        double least = kernel->range(block->length, gap).low;
        if (least < a->least) {
            double factor = exp(-0.5 * beta * (a->least - least));
            for (size_t c = 0; c <= d; c++) { a->sum[c] *= factor; }
            a->least = least;
        }
        subtract(block->padded, a->least, gap);
    }
    kernel->weights(block->padded, gap, 0.5 * beta, weight);
    a->sum[0] += kernel->sum(block->padded, weight);
    for (size_t c = 0; c < d; c++) {
        a->sum[1 + c] += kernel->dot(block->padded, weight, keys->x + c * keys->stride + block->first);
    }
}

/* Queries [first, last), at most GROUP. `room` holds 2 LONGEST + GROUP (d + 1) numbers. */
static void attend_group(const struct tokens *keys, const struct tokens *queries, double beta, size_t first,
                         size_t last, double *room, struct tokens *out) {
    size_t d = keys->dimension, longest = LONGEST;
    while (longest > 64 && longest * d > CACHED) { longest /= 2; }
    struct attention a[GROUP];
    double *gap = room, *weight = room + LONGEST, *sum = weight + LONGEST;
    memset(sum, 0, GROUP * (d + 1) * sizeof *sum);
    for (size_t k = 0; k < GROUP; k++) { a[k] = (struct attention){INFINITY, sum + k * (d + 1)}; }
    for (size_t at = 0; at < keys->count; at += longest) {
        size_t length = keys->count - at < longest ? keys->count - at : longest;
        struct block block = {at, length, (length + KERNEL_LANES - 1) / KERNEL_LANES * KERNEL_LANES};
        for (size_t i = first; i < last; i++) {
            isa_best()->kernel->distances(block.padded, d, keys->x + at, keys->stride, queries->x + i,
                                          queries->stride, gap);
            for (size_t j = length; j < block.padded; j++) { gap[j] = INFINITY; }
            attention_add(&a[i - first], keys, &block, beta, gap, weight);
        }
    }
    for (size_t i = first; i < last; i++) {
        for (size_t c = 0; c < d; c++) {
            out->x[c * out->stride + i] = a[i - first].sum[1 + c] / a[i - first].sum[0];
        }
    }
}

void flow_attend(const struct tokens *keys, const struct tokens *queries, double beta, int threads,
                 struct tokens *out) {
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

void flow_step(const struct tokens *before, double beta, double tau, int threads, struct tokens *after) {
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
