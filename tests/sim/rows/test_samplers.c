/* Draws of every iid family against exp(log_tail): in the bulk, in the deep tail, and point by point
 * where the draw is the quantile itself.
 *
 * Fixed seeds. Each Kolmogorov-Smirnov test fails by chance once in 1e5 seeds, each correlation less
 * often: with 2 tests a setting and 23 settings, 5e-4 for the whole file were the seeds drawn anew. */
#include "models/families/family.h"
#include "tests/test.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 100000 };
static const double least_pvalue = 1e-5;
static const double rare = 1e-12; /* V where the deep tail begins */

static const struct setting {
    const char *family;
    double p[FAMILY_PARAMETERS];
} settings[] = {
    {"gaussian", {1}},       {"gaussian", {2.5}},    {"gumbel", {0, 1}},    {"gumbel", {7, 0.03}},
    {"stretched", {0.3, 1}}, {"stretched", {1, 2}},  {"stretched", {4, 1}}, {"powerlaw", {0.5, 1}},
    {"powerlaw", {2, 3}},    {"powerlaw", {300, 1}}, {"spherical", {2}},    {"spherical", {2.5}},
    {"spherical", {3}},      {"spherical", {3.5}},   {"spherical", {4}},    {"spherical", {5}},
    {"spherical", {8}},      {"spherical", {129}},   {"spherical", {1e4}},  {"spherical", {1e9}},
    {"pareto", {0.5}},       {"pareto", {1}},        {"pareto", {40}},
};
enum { SETTINGS = sizeof settings / sizeof *settings };

/* Steele, Lea & Flood's SplitMix64, as a uniform in (0, 1). */
static double next_uniform(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return fmin(((double)(z ^ (z >> 31)) + 0.5) * 0x1p-64, 1 - 0x1p-53);
}

/* Factors for the first and second uniforms (for the gaussian: radii and angles) that still let every
 * score above Q(V = exp(log_v)) occur, with its share of the tail. */
struct reach {
    double start, first, second;
};
static const struct reach everything = {-INFINITY, 1, 1};

static bool is_quantile(const struct setting *setting) {
    if (strcmp(setting->family, "spherical") == 0) { return setting->p[0] == 2 || setting->p[0] == 3; }
    return strcmp(setting->family, "gaussian") != 0;
}

static struct reach reach_of(const struct setting *setting, double log_v) {
    double start = family_find(setting->family)->quantile(setting->p, log_v), p = setting->p[0];
    if (log_v == 0) { return everything; }
    if (is_quantile(setting)) { return (struct reach){start, exp(log_v), 1}; }
    if (strcmp(setting->family, "gaussian") == 0) {
        return (struct reach){start, exp(-0.5 * start * start / (p * p)), 1};
    }
    /* 1 - T = cos(pi U_2) sqrt(1 - U_1^(2/(d-2))): neither factor may be below 1 - T. */
    double depth = -start, w = depth * (2 - depth);
    return (struct reach){start, pow(w, 0.5 * (p - 2)), 2 * asin(sqrt(depth / 2)) / M_PI};
}

static void draw_chunk(const struct setting *setting, const struct reach *reach, uint64_t *state, size_t n,
                       double *scores) {
    const struct family *family = family_find(setting->family);
    double uniforms[2 * FAMILY_CHUNK];
    size_t firsts = strcmp(family->name, "gaussian") == 0 ? n / 2 : n;
    for (size_t i = 0; i < family_uniforms_per_score(family, setting->p) * n; i++) {
        uniforms[i] = next_uniform(state) * (i < firsts ? reach->first : reach->second);
    }
    family->draw(setting->p, &vector_base, n, uniforms, scores);
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* DRAWS tails V of scores whose V is below exp(log_v), relative to that: uniform. */
static double tail_pvalue(const struct setting *setting, double log_v, uint64_t seed) {
    const struct family *family = family_find(setting->family);
    const struct reach reach = reach_of(setting, log_v);
    double *v = malloc(DRAWS * sizeof *v), scores[FAMILY_CHUNK];
    assert_non_null(v);
    size_t count = 0;
    while (count < DRAWS) {
        draw_chunk(setting, &reach, &seed, FAMILY_CHUNK, scores);
        for (size_t i = 0; i < FAMILY_CHUNK && count < DRAWS; i++) {
            assert_true(isfinite(scores[i]));
            if (!(scores[i] > reach.start)) { continue; }
            v[count++] = exp(family->log_tail(setting->p, scores[i]) - log_v);
        }
    }
    qsort(v, DRAWS, sizeof *v, compare);
    double pvalue = test_ks_pvalue(DRAWS, v);
    free(v);
    return pvalue;
}

static void check_tail(double log_v, uint64_t seed) {
    for (size_t k = 0; k < SETTINGS; k++) {
        double pvalue = tail_pvalue(&settings[k], log_v, seed + k);
        if (!(pvalue > least_pvalue)) { fail_msg("%s, setting %zu: p = %g", settings[k].family, k, pvalue); }
    }
}

static void test_bulk(void **state) {
    (void)state;
    check_tail(0, 1000);
}

static void test_deep_tail(void **state) {
    (void)state;
    check_tail(log(rare), 2000);
}

/* Uniforms of every size: down to 2^-65, up to 1 - 2^-53, and in between. */
static double wide_uniform(uint64_t *state, size_t i) {
    double u = next_uniform(state), small = pow(u, 40);
    if (i % 3 == 0) { return u; }
    return i % 3 == 1 ? fmax(small, 0x1p-65) : 1 - fmax(small, 0x1p-53);
}

/* Families that invert their tail: the draw is Q(u), up to the rounding of log u and of the score. */
static void test_draw_is_the_quantile(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (size_t k = 0; k < SETTINGS; k++) {
        const struct family *family = family_find(settings[k].family);
        if (!is_quantile(&settings[k])) { continue; }
        double u[FAMILY_CHUNK], uniforms[2 * FAMILY_CHUNK], scores[FAMILY_CHUNK];
        for (size_t i = 0; i < FAMILY_CHUNK; i++) { u[i] = wide_uniform(&seed, i); }
        for (size_t i = 0; i < 2 * FAMILY_CHUNK; i++) { uniforms[i] = u[i % FAMILY_CHUNK]; }
        family->draw(settings[k].p, &vector_base, FAMILY_CHUNK, uniforms, scores);
        for (size_t i = 0; i < FAMILY_CHUNK; i++) {
            double log_v = u[i] < 0.5 ? log(u[i]) : log1p(u[i] - 1);
            double expected = family->quantile(settings[k].p, log_v);
            double sensitivity = fabs(log_v) / exp(family->log_hazard(settings[k].p, log_v));
            check_close(scores[i], expected, 16 * DBL_EPSILON * (fabs(expected) + sensitivity));
        }
    }
}

/* Both normals of a pair share a radius: they and their squares must still be uncorrelated, within five
 * standard errors. */
static void test_gaussian_pairs_are_independent(void **state) {
    (void)state;
    uint64_t seed = 3;
    double scores[FAMILY_CHUNK], product = 0, square = 0, pairs = 0;
    for (int chunk = 0; chunk < 200; chunk++) {
        draw_chunk(&settings[0], &everything, &seed, FAMILY_CHUNK, scores);
        for (size_t i = 0; i < FAMILY_CHUNK / 2; i++) {
            double a = scores[i], b = scores[i + FAMILY_CHUNK / 2];
            product += a * b;
            square += (a * a - 1) * (b * b - 1) / 2;
            pairs++;
        }
    }
    check_close(product / sqrt(pairs), 0, 5);
    check_close(square / sqrt(pairs), 0, 5);
}

/* Nothing is written past n, and the smallest chunk works. */
static void test_chunk_bounds(void **state) {
    (void)state;
    for (size_t k = 0; k < SETTINGS; k++) {
        uint64_t seed = 5;
        double scores[FAMILY_CHUNK];
        for (size_t i = 0; i < FAMILY_CHUNK; i++) { scores[i] = -12345; }
        draw_chunk(&settings[k], &everything, &seed, 2, scores);
        for (size_t i = 0; i < FAMILY_CHUNK; i++) { assert_true((scores[i] == -12345) == (i >= 2)); }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bulk),
        cmocka_unit_test(test_deep_tail),
        cmocka_unit_test(test_draw_is_the_quantile),
        cmocka_unit_test(test_gaussian_pairs_are_independent),
        cmocka_unit_test(test_chunk_bounds),
    };
    return cmocka_run_group_tests_name("samplers", tests, NULL, NULL);
}
