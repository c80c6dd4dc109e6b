/* A step of attention: against the same written down plainly, at its limits, on any number of threads. */
#include "sim/flow/modes.h"
#include "tests/test.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

static struct stream stream_of(uint64_t replicate) { return stream_make(7, "test", 0, true, replicate); }

static double norm(const struct tokens *t, size_t i) {
    double square = 0;
    for (size_t c = 0; c < t->dimension; c++) { square += t->x[c * t->stride + i] * t->x[c * t->stride + i]; }
    return sqrt(square);
}

static void check_norms(const struct tokens *t) {
    for (size_t i = 0; i < t->count; i++) { check_close(norm(t, i), 1, 8 * DBL_EPSILON); }
}

/* Attention written down once more, plainly. */
static void attend_plainly(const struct tokens *keys, const double *query, double beta, double *out) {
    double mass = 0;
    memset(out, 0, keys->dimension * sizeof *out);
    for (size_t j = 0; j < keys->count; j++) {
        double s = 0;
        for (size_t c = 0; c < keys->dimension; c++) { s += query[c] * keys->x[c * keys->stride + j]; }
        double w = exp(beta * (s - 1));
        mass += w;
        for (size_t c = 0; c < keys->dimension; c++) { out[c] += w * keys->x[c * keys->stride + j]; }
    }
    for (size_t c = 0; c < keys->dimension; c++) { out[c] /= mass; }
}

static void test_step(void **state) {
    (void)state;
    const size_t dimension[] = {2, 3, 8, 100}, count[] = {2, 77, 1500, 1031};
    const double tau[] = {INFINITY, 0.5, 3, INFINITY};
    for (size_t k = 0; k < 4; k++) {
        size_t d = dimension[k];
        double beta = 11, att[100], query[100];
        struct tokens x = tokens_create(d, count[k]), y = tokens_create(d, count[k]);
        struct stream stream = stream_of(40 + k);
        tokens_place_uniform(&stream, &x);
        flow_step(&x, beta, tau[k], 2, &y);
        check_norms(&y);
        for (size_t i = 0; i < count[k]; i += 1 + count[k] / 50) {
            double square = 0;
            for (size_t c = 0; c < d; c++) { query[c] = x.x[c * x.stride + i]; }
            attend_plainly(&x, query, beta, att);
            for (size_t c = 0; c < d; c++) {
                if (isfinite(tau[k])) { att[c] = query[c] + tau[k] * att[c]; }
                square += att[c] * att[c];
            }
            for (size_t c = 0; c < d; c++) {
                check_close(y.x[c * y.stride + i], att[c] / sqrt(square), 1e-13);
            }
        }
        tokens_free(&x);
        tokens_free(&y);
    }
}

/* tau -> 0 moves nothing; beta -> inf leaves every token where it is, even where exp(beta s) is nothing. */
static void test_step_limits(void **state) {
    (void)state;
    const double beta[] = {5, 1e9, 1e300}, tau[] = {1e-300, INFINITY, 2};
    struct tokens x = tokens_create(3, 300), y = tokens_create(3, 300);
    struct stream stream = stream_of(50);
    tokens_place_uniform(&stream, &x);
    for (size_t k = 0; k < 3; k++) {
        flow_step(&x, beta[k], tau[k], 1, &y);
        for (size_t i = 0; i < 300; i++) {
            for (size_t c = 0; c < 3; c++) {
                check_close(y.x[c * y.stride + i], x.x[c * x.stride + i], 1e-15);
            }
        }
    }
    tokens_free(&y);
    struct tokens query = tokens_create(3, 1), out = tokens_create(3, 1);
    query.x[0] = 1; /* no key is near: the nearest takes all */
    flow_attend(&x, &query, 1e8, 1, &out);
    size_t nearest = 0;
    for (size_t i = 1; i < 300; i++) { nearest = x.x[i] > x.x[nearest] ? i : nearest; }
    check_close(out.x[0], x.x[nearest], 1e-12);
    check_close(out.x[out.stride], x.x[x.stride + nearest], 1e-12);
    tokens_free(&x);
    tokens_free(&query);
    tokens_free(&out);
}

static void test_threads(void **state) {
    (void)state;
    struct flow_design design = {.dimension = 3,
                                 .count = 1100,
                                 .beta = 9,
                                 .tau = INFINITY,
                                 .modes = 5,
                                 .steps = 2,
                                 .replicates = 2,
                                 .seed = 3,
                                 .threads = 1};
    double product[2][2 * 3 * 5], amplitude[2][2 * 3];
    for (int k = 0; k < 2; k++) {
        design.threads = k == 0 ? 1 : 3;
        modes_measure(&design, NULL, product[k]);
        modes_follow(&design, 4, 0.3, NULL, amplitude[k], 0, NULL);
    }
    assert_memory_equal(product[0], product[1], sizeof product[0]);
    assert_memory_equal(amplitude[0], amplitude[1], sizeof amplitude[0]);
}

/* On the circle an amplitude is the density's, but for the width of its parts. */
static void test_amplitude_of_density(void **state) {
    (void)state;
    enum { TOKENS = 64, MODE = 2, STEPS = 1, PARTS = 4096 };
    const struct flow_design design = {.dimension = 2,
                                       .count = TOKENS,
                                       .beta = 4,
                                       .tau = INFINITY,
                                       .modes = MODE,
                                       .steps = STEPS,
                                       .replicates = 1,
                                       .seed = 7,
                                       .threads = 1};
    double amplitude[STEPS + 1], *density = malloc((STEPS + 1) * PARTS * sizeof *density);
    assert_non_null(density);
    modes_follow(&design, MODE, 0.3, NULL, amplitude, PARTS, density);
    for (size_t s = 0; s <= STEPS; s++) {
        double sum = 0;
        for (size_t b = 0; b < PARTS; b++) {
            sum += 2 * density[s * PARTS + b] * cos(MODE * 2 * M_PI * (b + 0.5) / PARTS) / PARTS;
        }
        check_close(amplitude[s], sum, 2 * MODE * M_PI / PARTS);
    }
    free(density);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_step),
        cmocka_unit_test(test_step_limits),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_amplitude_of_density),
    };
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
