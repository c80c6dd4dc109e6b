/* make bench, counted rows as a sweep keeps them: everything stored, without outputs. CPU time of one thread,
 * of every part of every row by itself; the laws take turns, so that medians and quartiles are of one run,
 * whatever else the machine does. The floor is what a row cannot do without: random words and exponentials.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/statistics/order.h"
#include "models/theory/typical.h"
#include "sim/base/memory.h"
#include "sim/measures/measure.h"
#include "sim/rows/sampler.h"

enum { BETAS = 65, GAPS = 73, FACTORS = 17, RANKS = 8, ROUNDS = 20, ROWS = 50, SAMPLES = ROUNDS * ROWS };
enum part { MAKE, GRID, ROOTS, LAMBDA, TE, ORDERED, COUNTS, PARTS };
static const char *const part_name[PARTS] = {"make", "betas", "roots", "Lambda", "TE", "ordered", "N_n(t)"};

static const struct {
    const char *family, *n;
    double p[FAMILY_PARAMETERS], log_n;
} law[] = {
    {"gaussian", "2^10", {1}, 10 * M_LN2},    {"gaussian", "2^16", {1}, 16 * M_LN2},
    {"gaussian", "2^40", {1}, 40 * M_LN2},    {"gaussian", "1e300", {1}, 300 * M_LN10},
    {"gaussian", "e^100000", {1}, 1e5},       {"gumbel", "2^16", {0, 1}, 16 * M_LN2},
    {"gumbel", "e^100000", {0, 1}, 1e5},      {"spherical", "2^16", {5}, 16 * M_LN2},
    {"powerlaw", "2^16", {2, 1}, 16 * M_LN2}, {"stretched", "2^16", {3, 1}, 16 * M_LN2},
    {"pareto", "2^16", {2}, 16 * M_LN2},      {"pareto", "1e300", {2}, 300 * M_LN10},
};
enum { LAWS = sizeof law / sizeof law[0] };

static double cpu_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + 1e-3 * (double)t.tv_nsec;
}

struct cell {
    struct sampler_law *law;
    double time[PARTS + 1][SAMPLES]; /* the last: all of them */
};

static double beta[BETAS], gap[GAPS];

static void measure_parts(const struct isa *isa, const struct row *row, double at[PARTS + 1]) {
    static double value[BETAS][MEASURE_VALUES], te[FACTORS][MEASURE_VALUES], ordered[BETAS * RANKS],
        count[GAPS];
    static const struct criterion criterion[] = {{CRITERION_ENTROPY, 1},
                                                 {CRITERION_PARTICIPATION, 0.5},
                                                 {CRITERION_TOP_TWO_RATIO, 0.5},
                                                 {CRITERION_SUSCEPTIBILITY, 0}};
    const struct measure_grid grid = {BETAS, beta, (const double(*)[MEASURE_VALUES])value};
    double factor[FACTORS];
    measure_betas(isa->kernel, row, BETAS, beta, value);
    at[GRID + 1] = cpu_us();
    for (size_t k = 0; k < 4; k++) { measure_collapse(isa->kernel, row, &criterion[k], &grid); }
    at[ROOTS + 1] = cpu_us();
    double lambda = measure_accumulation(row).lambda;
    at[LAMBDA + 1] = cpu_us();
    for (int k = 0; k < FACTORS; k++) { factor[k] = ldexp(lambda, k - FACTORS / 2); }
    measure_betas(isa->kernel, row, FACTORS, factor, te);
    at[TE + 1] = cpu_us();
    measure_ordered_weights(isa->vector, row, BETAS, beta, grid.value, RANKS, ordered);
    at[ORDERED + 1] = cpu_us();
    measure_log_gap_count(row, GAPS, gap, count);
    at[COUNTS + 1] = cpu_us();
}

/* `clock` is what looking at the clock takes. */
static void time_row(const struct isa *isa, struct sampler *sampler, struct cell *cell, double log_n,
                     size_t sample, double clock) {
    double at[PARTS + 1];
    at[0] = cpu_us();
    const struct row *row =
        sampler_row(sampler, cell->law, stream_make(1, "bench", log_n, false, (uint64_t)sample));
    at[MAKE + 1] = cpu_us();
    measure_parts(isa, row, at);
    for (size_t k = 0; k < PARTS; k++) { cell->time[k][sample] = at[k + 1] - at[k] - clock; }
    cell->time[PARTS][sample] = at[PARTS] - at[0] - PARTS * clock;
}

static double clock_cost(void) {
    double least = INFINITY;
    for (int i = 0; i < 1000; i++) {
        double start = cpu_us();
        least = fmin(least, cpu_us() - start);
    }
    return least;
}

/* 2048 random words and as many exponentials. */
static double floor_cost(const struct isa *isa) {
    enum { WORDS = 2048, TRIES = 201 };
    static double u[WORDS], time[TRIES], scratch[TRIES];
    const uint64_t key[4] = {1, 2, 3, 4};
    for (size_t i = 0; i < TRIES; i++) {
        double start = cpu_us();
        isa->kernel->uniforms(key, 0, i, WORDS / 4, u);
        isa->kernel->weights(WORDS, u, 1, u);
        time[i] = cpu_us() - start;
    }
    return order_make(TRIES, time, scratch).quantile[ORDER_MEDIAN];
}

static void print_cell(const struct cell *cell, size_t l, double floor) {
    double scratch[SAMPLES], mean = 0;
    printf("  %-10s %-9s", law[l].family, law[l].n);
    for (size_t k = 0; k < PARTS; k++) {
        printf(" %8.1f", order_make(SAMPLES, cell->time[k], scratch).quantile[ORDER_MEDIAN]);
    }
    for (size_t i = 0; i < SAMPLES; i++) { mean += cell->time[PARTS][i] / SAMPLES; }
    struct order all = order_make(SAMPLES, cell->time[PARTS], scratch);
    double median = all.quantile[ORDER_MEDIAN];
    printf(" %8.1f [%5.1f %5.1f] %8.1f %9.1f\n", median, all.quantile[ORDER_MEDIAN - 1],
           all.quantile[ORDER_MEDIAN + 1], mean, median / floor);
}

static void bench_isa(const struct isa *isa) {
    struct cell *cell = memory_create(LAWS, sizeof *cell);
    struct sampler *sampler = sampler_create(isa);
    double clock = clock_cost(), floor = floor_cost(isa) - clock;
    for (size_t l = 0; l < LAWS; l++) {
        const struct family *family = family_find(law[l].family);
        double log_lambda = typical_scale(family, law[l].p, law[l].log_n).log_lambda;
        cell[l].law =
            sampler_law_create(family, law[l].p, law[l].log_n, log_lambda, true, isa->kernel, BETAS, beta);
    }
    for (size_t sample = 0; sample < SAMPLES; sample += ROWS) {
        for (size_t l = 0; l < LAWS; l++) {
            for (size_t i = 0; i < ROWS; i++) {
                time_row(isa, sampler, &cell[l], law[l].log_n, sample + i, clock);
            }
        }
    }
    printf("\nus of CPU time per kept counted row, medians (%s; floor %.1f us)\n  %-10s %-9s", isa->name,
           floor, "", "n");
    for (size_t k = 0; k < PARTS; k++) { printf(" %8s", part_name[k]); }
    printf(" %8s [ quartiles ] %8s %9s\n", "all", "mean", "to floor");
    for (size_t l = 0; l < LAWS; l++) {
        print_cell(&cell[l], l, floor);
        sampler_law_free(cell[l].law);
    }
    sampler_free(sampler);
    free(cell);
}

int main(void) {
    const char *const name[] = {"avx2", "avx512"};
    for (int b = 0; b < BETAS; b++) { beta[b] = exp2(-4 + b / 8.0); }
    for (int k = 0; k < GAPS; k++) { gap[k] = ldexp(1 + 0.25 * (k % 4), -8 + k / 4); }
    for (size_t i = 0; i < 2; i++) {
        if (isa_find(name[i])) { bench_isa(isa_find(name[i])); }
    }
    if (!isa_find(name[0])) { bench_isa(isa_best()); }
    return 0;
}
