/* make bench: what things cost here, as ratios to their floor within one run. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "../models/typical.h"
#include "../sim/drawn.h"
#include "../sim/measure.h"

enum { WORDS = 4096, POINTS = 1024, BETAS = 65 };

/* Nanoseconds per item of the fastest of several runs. */
#define TIME(items, ...)                                                                                     \
    ({                                                                                                       \
        double best_ = INFINITY;                                                                             \
        for (int run_ = 0; run_ < 7; run_++) {                                                               \
            double start_ = omp_get_wtime();                                                                 \
            __VA_ARGS__;                                                                                     \
            best_ = fmin(best_, omp_get_wtime() - start_);                                                   \
        }                                                                                                    \
        best_ * 1e9 / (double)(items);                                                                       \
    })

static void bench_kernels(const struct isa *isa) {
    static double u[WORDS], s[WORDS], c[WORDS], gap[POINTS], one[POINTS];
    const uint64_t key[4] = {1, 2, 3, 4};
    double out[KERNEL_MOMENTS];
    for (size_t i = 0; i < POINTS; i++) {
        gap[i] = 0.01 * (double)i;
        one[i] = 1;
    }
    double words = TIME(WORDS, isa->kernel->uniforms(key, 0, 0, WORDS / 4, u));
    double log_time = TIME(WORDS, isa->vector->log(WORDS, u, s)),
           exp_time = TIME(WORDS, isa->vector->exp(WORDS, u, s));
    double turn = TIME(WORDS, isa->vector->sincos_turn(WORDS, u, s, c));
    double moments = TIME(POINTS, isa->kernel->moments(POINTS, gap, one, 1, out));
    printf("%-7s %8.2f %8.2f %8.2f %8.2f %10.2f (%.1f exp)\n", isa->name, words, log_time, exp_time, turn,
           moments, moments / exp_time);
}

static const struct {
    const char *name;
    double p[FAMILY_PARAMETERS];
} law[] = {
    {"gaussian", {1}},    {"gumbel", {0, 1}}, {"stretched", {3, 1}},
    {"powerlaw", {2, 1}}, {"spherical", {5}}, {"pareto", {2}},
};

/* Drawing alone, and drawing with binning, as a ratio to making the random words. */
static void bench_family(const struct isa *isa, size_t l, double word) {
    enum { LENGTH = 1 << 16 };
    const struct family *family = family_find(law[l].name);
    static double u[2 * FAMILY_CHUNK], s[FAMILY_CHUNK];
    const uint64_t key[4] = {1, 2, 3, 4};
    size_t words = FAMILY_CHUNK * family->uniforms_per_score;
    double log_lambda = typical_scale(family, law[l].p, log(LENGTH)).log_lambda;
    struct drawn *drawn = drawn_create(isa);
    double floor = word * family->uniforms_per_score;
    double draw = TIME(FAMILY_CHUNK, isa->kernel->uniforms(key, 0, 0, words / 4, u);
                       family->draw(law[l].p, isa->vector, FAMILY_CHUNK, u, s));
    double row = TIME(LENGTH, drawn_row(drawn, family, law[l].p, log(LENGTH), log_lambda,
                                        stream_make(1, "bench", 1, true, 0)));
    printf("  %-10s %8.2f %8.2f %8.2f   %5.1f\n", law[l].name, floor, draw, row, row / floor);
    drawn_free(drawn);
}

/* A gaussian row of length 2^k: drawn, then measured at all betas, Lambda_n and its collapse points. */
static void bench_row(const struct isa *isa, int k) {
    const struct family *family = family_find("gaussian");
    const double p[FAMILY_PARAMETERS] = {1};
    double log_n = k * log(2), log_lambda = typical_scale(family, p, log_n).log_lambda;
    struct drawn *drawn = drawn_create(isa);
    const struct row *row = NULL;
    uint64_t replicate = 0;
    double draw = TIME(1, row = drawn_row(drawn, family, p, log_n, log_lambda,
                                          stream_make(1, "bench", log_n, false, replicate++)));
    double beta[BETAS], value[BETAS][MEASURE_COUNT];
    for (size_t b = 0; b < BETAS; b++) { beta[b] = exp2(-4 + (double)b / 8); }
    double measures = TIME(
        1, for (size_t b = 0; b < BETAS; b++) { measure_row(isa->kernel, row, beta[b], value[b]); });
    double lambda = TIME(1, measure_accumulation(row));
    const struct criterion criteria[] = {
        {CRITERION_ENTROPY, 1}, {CRITERION_PARTICIPATION, 0.5}, {CRITERION_SUSCEPTIBILITY, 0}};
    struct measure_grid grid = {BETAS, beta, (const double(*)[MEASURE_COUNT])value};
    double roots = TIME(
        1, for (size_t c = 0; c < 3; c++) { measure_collapse(isa->kernel, row, &criteria[c], &grid); });
    double exponentials = TIME(
        BETAS * row->point_count * 2, for (size_t b = 0; b < BETAS; b++) {
            isa->kernel->sum(row->point_count, row->gap, row->log_count, row->weight, beta[b], 0);
            isa->kernel->sum(row->point_count, row->gap, row->log_count, row->weight, 2 * beta[b], 0);
        });
    printf("  2^%-3d %9.1f %9.1f %9.1f %9.1f %8zu   %5.2f\n", k, draw / 1e3, measures / 1e3, lambda / 1e3,
           roots / 1e3, row->point_count, measures / (exponentials * (double)(BETAS * row->point_count * 2)));
    drawn_free(drawn);
}

int main(void) {
    const char *const name[] = {"base", "avx2", "avx512"};
    printf("ns per number   word      log      exp   sincos   moments\n");
    for (size_t i = 0; i < 3; i++) {
        if (isa_find(name[i])) { bench_kernels(isa_find(name[i])); }
    }
    const struct isa *isa = isa_best();
    static double u[WORDS];
    const uint64_t key[4] = {1, 2, 3, 4};
    double word = TIME(WORDS, isa->kernel->uniforms(key, 0, 0, WORDS / 4, u));
    printf("\nns per score at n = 2^16 (%s)\n  %-10s %8s %8s %8s   row/words\n", isa->name, "", "words",
           "drawn", "row");
    for (size_t l = 0; l < sizeof law / sizeof law[0]; l++) { bench_family(isa, l, word); }
    printf("\nus per gaussian row, %d betas (%s)\n  n          row  measures  Lambda_n     roots   points   "
           "measures/exponentials\n",
           BETAS, isa->name);
    for (int k = 8; k <= 20; k += 4) { bench_row(isa, k); }
    return 0;
}
