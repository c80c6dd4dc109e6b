#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/peer.h"

/* SplitMix64 of a counter (Steele, Lea & Flood 2014): no number waits for the one before. */
static void uniforms(uint64_t seed, size_t n, double *restrict u) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        uint64_t z = seed + (i + 1) * 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        u[i] = ((double)(int64_t)(z >> 12) + 0.5) * 0x1p-52;
    }
}

/* Box and Muller (1958): two normals of two uniforms. Sines and cosines by loops of their own: there is no
 * vector function for both. */
static void normals(uint64_t seed, size_t n, double *restrict x, double *restrict room) {
    const size_t half = n / 2;
    uniforms(seed, n + 1, room);
    double *restrict radius = room, *restrict turn = room + half;
#pragma omp simd
    for (size_t i = 0; i < half; i++) { radius[i] = sqrt(-2 * log(radius[i])); }
#pragma omp simd
    for (size_t i = 0; i < half; i++) { x[i] = radius[i] * cos(2 * M_PI * turn[i]); }
#pragma omp simd
    for (size_t i = 0; i < half; i++) { x[half + i] = radius[i] * sin(2 * M_PI * turn[i]); }
    if (n > 2 * half) { x[n - 1] = sqrt(-2 * log(room[n])) * cos(2 * M_PI * room[n - 1]); }
}

/* The first coordinate of a normal vector over its length. */
static void spherical(uint64_t seed, const struct peer_task *task, double *restrict x,
                      double *restrict room) {
    const size_t n = task->n;
    double *restrict other = room, *restrict square = room + n;
    normals(seed, n, x, room);
#pragma omp simd
    for (size_t i = 0; i < n; i++) { square[i] = x[i] * x[i]; }
    for (size_t c = 1; c < (size_t)task->parameter; c++) {
        double words[2];
        uniforms(seed + c, 2, words);
        normals(seed ^ (uint64_t)(words[0] * 0x1p60), n, other, square + n);
#pragma omp simd
        for (size_t i = 0; i < n; i++) { square[i] += other[i] * other[i]; }
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) { x[i] /= sqrt(square[i]); }
}

static void draw(uint64_t seed, const struct peer_task *task, double *restrict x, double *restrict room) {
    const size_t n = task->n;
    const double power = 1 / task->parameter;
    if (task->law == PEER_GAUSSIAN) {
        normals(seed, n, x, room);
        return;
    }
    if (task->law == PEER_SPHERICAL) {
        spherical(seed, task, x, room);
        return;
    }
    uniforms(seed, n, room);
    switch (task->law) {
    case PEER_GUMBEL:
#pragma omp simd
        for (size_t i = 0; i < n; i++) { x[i] = -log(-log(room[i])); }
        break;
    case PEER_POWERLAW:
#pragma omp simd
        for (size_t i = 0; i < n; i++) { x[i] = -pow(room[i], power); }
        break;
    case PEER_STRETCHED:
#pragma omp simd
        for (size_t i = 0; i < n; i++) { x[i] = pow(-log(room[i]), power); }
        break;
    default:
#pragma omp simd
        for (size_t i = 0; i < n; i++) { x[i] = pow(room[i], -power); }
    }
}

/* ---- measures ---- */

struct sums {
    double z, first, second, third, squares;
};

/* e^-x, in place. Vector functions hand what underflows to scalar ones; in one loop the compiler would choose
 * among results. */
static inline void decay(size_t n, double *restrict x) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) { x[i] = x[i] < 700 ? -x[i] : -700; }
#pragma omp simd
    for (size_t i = 0; i < n; i++) { x[i] = exp(x[i]); }
}

/* Weights of a block first: a call in a loop of sums would have them all stored and loaded again. */
static struct sums sums_at(size_t n, const double *restrict gap, double beta) {
    enum { BLOCK = 512 };
    double z = 0, first = 0, second = 0, third = 0, squares = 0, w[BLOCK];
    for (size_t start = 0; start < n; start += BLOCK) {
        const size_t some = n - start < BLOCK ? n - start : BLOCK;
        const double *restrict g = gap + start;
#pragma omp simd
        for (size_t i = 0; i < some; i++) { w[i] = beta * g[i]; }
        decay(some, w);
#pragma omp simd reduction(+ : z, first, second, third, squares)
        for (size_t i = 0; i < some; i++) {
            const double wg = w[i] * g[i], wgg = wg * g[i];
            z += w[i];
            first += wg;
            second += wgg;
            third += wgg * g[i];
            squares += w[i] * w[i];
        }
    }
    return (struct sums){z, first, second, third, squares};
}

static double entropy_of(const struct sums *s, double beta) { return log(s->z) + beta * s->first / s->z; }
static double participation_of(const struct sums *s) { return s->squares / (s->z * s->z); }
static double variance_of(const struct sums *s) {
    const double mean = s->first / s->z;
    return s->second / s->z - mean * mean;
}

static struct peer_measures measures_at(size_t n, const double *gap, double second, double beta) {
    const struct sums s = sums_at(n, gap, beta);
    return (struct peer_measures){.entropy = entropy_of(&s, beta),
                                  .participation = participation_of(&s),
                                  .top_weight = 1 / s.z,
                                  .top_two_ratio = exp(-beta * second),
                                  .susceptibility = beta * beta * variance_of(&s),
                                  .log_z = log(s.z),
                                  .gap_mean = s.first / s.z};
}

enum sought { ENTROPY, PARTICIPATION, MAXIMUM };

/* What vanishes at the collapse point; for the maximum the slope of log chi by log beta. */
static double excess(const struct peer_task *task, const double *gap, enum sought sought, double x) {
    const double beta = exp(x);
    const struct sums s = sums_at(task->n, gap, beta);
    if (sought == ENTROPY) { return log(entropy_of(&s, beta)); }
    if (sought == PARTICIPATION) { return 0.5 - participation_of(&s); }
    const double m = s.first / s.z, v = variance_of(&s),
                 k = s.third / s.z - 3 * m * s.second / s.z + 2 * m * m * m;
    return 2 - beta * k / v;
}

/* By the Illinois rule (Dowell & Jarratt 1971), from what it is at both ends. */
static double root_between(const struct peer_task *task, const double *gap, enum sought sought, double low,
                           double high, double at_low, double at_high) {
    double x = low;
    if (!(at_low * at_high <= 0)) { return 0; }
    for (int i = 0; i < 40 && fabs(high - low) > 1e-10; i++) {
        const double before = x;
        x = (low * at_high - high * at_low) / (at_high - at_low);
        const double at = excess(task, gap, sought, x);
        if (fabs(x - before) < 1e-10 || at == 0) { break; }
        if (at * at_high < 0) {
            low = high, at_low = at_high;
        } else {
            at_low /= 2;
        }
        high = x, at_high = at;
    }
    return exp(x);
}

static double known(const struct peer_measures *at, enum sought sought) {
    return sought == ENTROPY ? log(at->entropy) : 0.5 - at->participation;
}

static double crossing(const struct peer_task *task, const double *gap, enum sought sought,
                       const struct peer_measures *at) {
    size_t i = 1;
    while (i < PEER_BETAS && (known(&at[i], sought) > 0) == (known(&at[0], sought) > 0)) { i++; }
    if (i == PEER_BETAS) { return 0; }
    return root_between(task, gap, sought, log(task->beta[i - 1]), log(task->beta[i]),
                        known(&at[i - 1], sought), known(&at[i], sought));
}

static double maximum(const struct peer_task *task, const double *gap, const struct peer_measures *at) {
    size_t top = 0;
    for (size_t b = 1; b < PEER_BETAS; b++) {
        if (at[b].susceptibility > at[top].susceptibility) { top = b; }
    }
    if (top == 0 || top + 1 == PEER_BETAS) { return 0; }
    const double low = log(task->beta[top - 1]), high = log(task->beta[top + 1]);
    return root_between(task, gap, MAXIMUM, low, high, excess(task, gap, MAXIMUM, low),
                        excess(task, gap, MAXIMUM, high));
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What the first attain: a gap beyond log n over that attains no more, and only nearer ones are sorted. */
static double accumulation(const struct peer_task *task, const double *gap, const double first[PEER_RANKS],
                           double *near) {
    double lambda = 0;
    for (size_t k = 1; k < PEER_RANKS; k++) { lambda = fmax(lambda, log((double)k + 1) / first[k]); }
    const double furthest = log((double)task->n) / lambda;
    size_t count = 0;
    for (size_t i = 0; i < task->n; i++) {
        if (gap[i] <= furthest) { near[count++] = gap[i]; }
    }
    qsort(near, count, sizeof *near, by_size);
    for (size_t k = 1; k < count; k++) { lambda = fmax(lambda, log((double)k + 1) / near[k]); }
    return lambda;
}

/* The smallest in order. */
static void find_first(size_t n, const double *restrict gap, double first[PEER_RANKS]) {
    for (size_t k = 0; k < PEER_RANKS; k++) { first[k] = 1e300; }
    for (size_t i = 0; i < n; i++) {
        if (gap[i] >= first[PEER_RANKS - 1]) { continue; }
        size_t k = PEER_RANKS - 1;
        for (; k > 0 && first[k - 1] > gap[i]; k--) { first[k] = first[k - 1]; }
        first[k] = gap[i];
    }
}

/* In one loop that is long enough for the vector function. */
static void ordered_weights(const struct peer_task *task, const double *restrict first,
                            struct peer_answer *restrict a) {
    for (size_t b = 0; b < PEER_BETAS; b++) {
        const double beta = task->beta[b], log_z = a->at[b].log_z;
        for (size_t k = 0; k < PEER_RANKS; k++) { a->ordered[b][k] = beta * first[k] + log_z; }
    }
    decay(PEER_BETAS * PEER_RANKS, a->ordered[0]);
}

/* Below the second score there is one, and from where all are on there are all. */
static void counts(const struct peer_task *task, const double *restrict gap, double second,
                   double *restrict log_count) {
    size_t count = 0;
    for (size_t j = 0; j < PEER_GAPS; j++) {
        const double t = task->gap[j];
        if (t >= second && count < task->n) {
            count = 0;
#pragma omp simd reduction(+ : count)
            for (size_t i = 0; i < task->n; i++) { count += gap[i] <= t; }
        }
        log_count[j] = count > 0 ? (double)count : 1;
    }
#pragma omp simd
    for (size_t j = 0; j < PEER_GAPS; j++) { log_count[j] = log(log_count[j]); }
}

/* Weights below the normal numbers are 0, as in a program all of which is made with fast mathematics. */
#ifdef __SSE__
static unsigned no_subnormals(void) {
    const unsigned was = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(was | 0x8040);
    return was;
}
static void restore(unsigned was) { __builtin_ia32_ldmxcsr(was); }
#else
static unsigned no_subnormals(void) { return 0; }
static void restore(unsigned was) { (void)was; }
#endif

static void make_row(uint64_t seed, const struct peer_task *task, struct peer_answer *a) {
    const size_t n = task->n;
    double *restrict gap = task->room, top = -1e300, first[PEER_RANKS];
    draw(seed * 0xd1342543de82ef95u, task, gap, task->room + n);
#pragma omp simd reduction(max : top)
    for (size_t i = 0; i < n; i++) { top = gap[i] > top ? gap[i] : top; }
#pragma omp simd
    for (size_t i = 0; i < n; i++) { gap[i] = top - gap[i]; }
    find_first(n, gap, first);
    const double second = first[1];
    for (size_t b = 0; b < PEER_BETAS; b++) { a->at[b] = measures_at(n, gap, second, task->beta[b]); }
    a->lambda = accumulation(task, gap, first, task->room + n);
    for (int f = 0; f < PEER_FACTORS; f++) {
        a->te[f] = measures_at(n, gap, second, ldexp(a->lambda, f - PEER_FACTORS / 2));
    }
    ordered_weights(task, first, a);
    counts(task, gap, second, a->log_count);
    a->root_entropy = crossing(task, gap, ENTROPY, a->at);
    a->root_participation = crossing(task, gap, PARTICIPATION, a->at);
    a->root_top_two = M_LN2 / second;
    a->root_susceptibility = maximum(task, gap, a->at);
}

void peer_tuned_row(uint64_t seed, const struct peer_task *task, struct peer_answer *answer) {
    const unsigned was = no_subnormals();
    make_row(seed, task, answer);
    restore(was);
}
