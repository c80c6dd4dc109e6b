/* make bench: what things cost here, as ratios to their floor within one run. */
#include "tests/experiment.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/fit/fit.h"
#include "models/theory/typical.h"
#include "sim/measures/measure.h"
#include "sim/rows/drawn.h"
#include "sim/rows/sampler.h"

enum { WORDS = 4096, POINTS = 1024, BETAS = 65, ROWS = 64 };

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
    static double u[WORDS], s[WORDS], c[WORDS], gap[POINTS], one[POINTS], e[POINTS];
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
    double moments =
        TIME(POINTS, isa->kernel->weights(POINTS, gap, 1, e); isa->kernel->moments(POINTS, gap, one, e, out));
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

/* A gaussian row: made, then measured at all betas, Lambda_n and its collapse points. `floor` is the time
 * of 65 betas' exponentials and moments alone, over its points. */
static double bench_row(const struct isa *isa, const char *label, double log_n, bool counted) {
    const struct family *family = family_find("gaussian");
    const double p[FAMILY_PARAMETERS] = {1};
    double log_lambda = typical_scale(family, p, log_n).log_lambda;
    double beta[BETAS], value[BETAS][MEASURE_VALUES], out[KERNEL_MOMENTS];
    for (size_t b = 0; b < BETAS; b++) { beta[b] = exp2(-4 + (double)b / 8); }
    struct sampler_law *shared = NULL;
    double setup =
        TIME(1, sampler_law_free(shared);
             shared = sampler_law_create(family, p, log_n, log_lambda, counted, isa->kernel, BETAS, beta));
    struct sampler *sampler = sampler_create(isa);
    const struct row *row = NULL;
    uint64_t replicate = 0;
    double make =
        TIME(1, row = sampler_row(sampler, shared, stream_make(1, "bench", log_n, false, replicate++)));
    double rows = TIME(
                      1,
                      for (replicate = 0; replicate < ROWS; replicate++) {
                          row =
                              sampler_row(sampler, shared, stream_make(1, "bench", log_n, false, replicate));
                          measure_betas(isa->kernel, row, BETAS, beta, value);
                      }) /
                  ROWS;
    const struct criterion criteria[] = {{CRITERION_ENTROPY, 1},
                                         {CRITERION_PARTICIPATION, 0.5},
                                         {CRITERION_TOP_TWO_RATIO, 0.5},
                                         {CRITERION_SUSCEPTIBILITY, 0}};
    struct measure_grid grid = {BETAS, beta, (const double(*)[MEASURE_VALUES])value};
    double all = TIME(
                     1,
                     for (replicate = 0; replicate < ROWS; replicate++) {
                         row = sampler_row(sampler, shared, stream_make(1, "bench", log_n, false, replicate));
                         measure_betas(isa->kernel, row, BETAS, beta, value);
                         for (size_t c = 0; c < 4; c++) {
                             measure_collapse(isa->kernel, row, &criteria[c], &grid);
                         }
                     }) /
                 ROWS;
    double lambda =
        TIME(
            1,
            for (replicate = 0; replicate < ROWS; replicate++) {
                row = sampler_row(sampler, shared, stream_make(1, "bench", log_n, false, replicate));
                measure_accumulation(row);
            }) /
        ROWS;
    double floor = TIME(
        1, for (size_t b = 0; b < BETAS; b++) {
            isa->kernel->weights(row->point_count, row->gap, beta[b], row->scratch);
            isa->kernel->moments(row->point_count, row->gap, row->count, row->scratch, out);
        });
    printf("  %-9s %7.1f %9.1f %9.1f %9.1f %9.1f %8zu %9.2f %9.0f\n", label, make / 1e3, (rows - make) / 1e3,
           (all - rows) / 1e3, (lambda - make) / 1e3, all / 1e3, row->point_count, (rows - make) / floor,
           setup / all);
    sampler_free(sampler);
    sampler_law_free(shared);
    return all;
}

static void bench_rows(const struct isa *isa, bool counted) {
    static const struct {
        const char *label;
        double log_n;
    } length[] = {{"2^8", 8 * M_LN2},      {"2^12", 12 * M_LN2},  {"2^16", 16 * M_LN2},
                  {"2^20", 20 * M_LN2},    {"1e12", 12 * M_LN10}, {"1e100", 100 * M_LN10},
                  {"1e300", 300 * M_LN10}, {"e^100000", 1e5}};
    double reference = 0, slowest = 0;
    printf("\nus per %s gaussian row, %d betas (%s)\n  %-9s %7s %9s %9s %9s %9s %8s %9s %9s\n",
           counted ? "counted" : "drawn", BETAS, isa->name, "n", "row", "measures", "roots", "Lambda_n",
           "without L", "points", "to floor", "setup");
    for (size_t i = 0; i < sizeof length / sizeof length[0]; i++) {
        if (!counted && length[i].log_n > 15) { break; }
        double all = bench_row(isa, length[i].label, length[i].log_n, counted);
        if (length[i].log_n < 12) { reference = all; }
        slowest = fmax(slowest, all);
    }
    if (counted) { printf("  slowest to n = 2^16: %.2f; `setup` in rows\n", slowest / reference); }
}

static const char noise_text[] =
    "seed: 1\nn: [e^10, e^14, e^50, e^70, e^700, e^1000]\nreplicates: 4096\nkeep_replicates: 1\n"
    "ordered_weights: 1\nbeta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 25}\n"
    "collapse: {entropy: [1.0], participation: [], top_two_ratio: [], susceptibility: false}\n"
    "common_randomness: %s\n"
    "series: [{family: gaussian}, {family: gumbel}, {name: sphere-3, family: spherical, dimension: 3}, "
    "{name: sphere-9, family: spherical, dimension: 9}]\n";

static struct results *noise_results(bool common) {
    char text[sizeof noise_text + 8];
    snprintf(text, sizeof text, noise_text, common ? "true" : "false");
    struct config *config = experiment_config(text);
    struct results *r = experiment_of(config, isa_best(), omp_get_max_threads());
    exact_fill(r, omp_get_max_threads());
    config_free(config);
    return r;
}

/* Variance of log beta_c at n + 1 less that at n, by leaving out a block group at both. */
static double noise_of_step(const struct results_series *s, size_t n) {
    double one[256], other[256], first, second, variance = 0;
    ensemble_leave_out(s, n, &s->criterion[0], one);
    ensemble_leave_out(s, n + 1, &s->criterion[0], other);
    first = ensemble_collapse(s, n, &s->criterion[0]).log_ratio;
    second = ensemble_collapse(s, n + 1, &s->criterion[0]).log_ratio;
    for (size_t g = 0; g < s->size[RESULTS_BLOCK]; g++) {
        double off = (other[g] - second) - (one[g] - first);
        variance += (1 - s->block_size[g] / (double)s->replicates) * off * off;
    }
    return variance;
}

/* As variances over those of plain replicates: by so much more replicates have the same effect. */
static void bench_noise(void) {
    struct results *plain = noise_results(false), *common = noise_results(true);
    printf("\nnoise of a collapse point\n  %-14s %9s %9s %10s %14s %10s\n", "", "log n", "one row's",
           "bootstrap", "common, a step", "controls");
    for (size_t i = 0; i < plain->series_count; i++) {
        struct fit fit;
        fit_make(&fit, &plain->series[i], "");
        for (size_t n = 0; n < fit.lengths; n += 2) {
            double se = fit.collapse[n].se, step = se * se + fit.collapse[n + 1].se * fit.collapse[n + 1].se;
            printf("  %-14s %9.0f %9.3f %10.2f %14.4g %10.1f\n", fit.name, fit.series->log_n[n],
                   se * sqrt((double)fit.series->replicates), pow(fit.collapse_se_bootstrap[n] / se, 2),
                   step / noise_of_step(&common->series[i], n), fit.controls[n].gain);
        }
        fit_release(&fit);
    }
    results_free(plain);
    results_free(common);
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
    bench_rows(isa, false);
    bench_rows(isa, true);
    bench_noise();
    return 0;
}
