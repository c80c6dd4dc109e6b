/* What a file keeps of values of which there are many. */
#include "tests/sim/results/sample.h"

#include <float.h>

#include "sim/results/precision.h"

enum { KEPT = 500 };

/* A series of one n whose kept Lambda_n are these, rounded. */
static struct results *rounded(size_t count, const double *lambda) {
    char text[200];
    snprintf(text, sizeof text,
             "replicates: %zu\nkeep_replicates: %zu\nn: [16]\nbeta: [1]\nseries: [{family: gaussian}]\n",
             count, count);
    struct results *r = sample_plan(text, "base");
    memcpy(r->series[0].lambda, lambda, count * sizeof *lambda);
    precision_round(r);
    return r;
}

static double uniform(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Values over many orders of magnitude, in order: floats, where what they differ by allows it, in that order.
 */
static void test_bits(void **state) {
    (void)state;
    uint64_t random = 1;
    double value[KEPT];
    for (size_t i = 0; i < KEPT; i++) { value[i] = (i % 3 ? 1 : -1) * exp(160 * uniform(&random) - 80); }
    qsort(value, KEPT, sizeof *value, ascending);
    struct results *r = rounded(KEPT, value);
    const double *got = r->series[0].lambda, distance = value[3 * KEPT / 4] - value[KEPT / 4];
    size_t changed = 0;
    for (size_t i = 0; i < KEPT; i++) {
        check_relative(got[i], value[i], 0x1p-24);
        changed += got[i] != value[i];
        assert_true(i == 0 || got[i] >= got[i - 1]);
        if (fabs(value[i]) < distance) { assert_true(got[i] == (double)(float)got[i]); }
    }
    assert_true(changed > KEPT / 2);
    results_free(r);
}

/* Where values differ by little, what they differ by keeps fourteen bits. */
static void test_spread(void **state) {
    (void)state;
    uint64_t random = 1;
    for (double spread = 1e-3; spread > 1e-13; spread /= 10) {
        double value[KEPT];
        for (size_t i = 0; i < KEPT; i++) { value[i] = 3 + spread * (uniform(&random) - 0.5); }
        struct results *r = rounded(KEPT, value);
        for (size_t i = 0; i < KEPT; i++) {
            /* the quartiles of uniform values are half of their range apart */
            check_close(r->series[0].lambda[i], value[i], fmin(spread * 0.6 * 0x1p-15, 4 * 0x1p-25));
        }
        results_free(r);
    }
}

/* No number is lost: not at the ends of a double's range, not what stands between others. */
static void test_odd_values(void **state) {
    (void)state;
    const double odd[] = {0,       INFINITY,    -INFINITY, NAN, DBL_MAX, -DBL_MAX,
                          DBL_MIN, 0x1.8p-1074, 1,         2,   3,       -0.0};
    enum { ODD = sizeof odd / sizeof odd[0] };
    struct results *r = rounded(ODD, odd);
    assert_memory_equal(r->series[0].lambda, odd, sizeof odd);
    results_free(r);
}

/* Rows without chance, and a row alone, are exact. */
static void test_without_spread(void **state) {
    (void)state;
    const double equal[] = {0.1, 0.1, 0.1, 0.1, 0.1};
    for (size_t count = 1; count <= 5; count += 4) {
        struct results *r = rounded(count, equal);
        assert_memory_equal(r->series[0].lambda, equal, count * sizeof *equal);
        results_free(r);
    }
}

static bool is_of_many(const struct results_field *f) {
    const char *end = strrchr(f->name, '_');
    return f->kind == RESULTS_KEPT || (end && strcmp(end, "_block") == 0);
}

/* Values of kept rows and of blocks, of every series: no other number moves. */
static void test_which(void **state) {
    (void)state;
    struct results *r = sample_results("base"), *before = sample_results("base");
    precision_round(r);
    for (size_t i = 0; i < r->series_count; i++) {
        struct results_field field[RESULTS_FIELDS], old[RESULTS_FIELDS];
        size_t fields = fields_list(&r->series[i], field);
        fields_list(&before->series[i], old);
        for (size_t f = 0; f < fields; f++) {
            size_t bytes = results_field_size(&r->series[i], &field[f]) * sizeof(double);
            bool same = memcmp(*field[f].values, *old[f].values, bytes) == 0;
            if (same == is_of_many(&field[f])) { fail_msg("%s: %s", field[f].name, same ? "same" : "moved"); }
        }
    }
    results_free(r);
    results_free(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_bits, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_spread, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_odd_values, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_without_spread, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_which, sample_make_place, sample_remove_place),
    };
    return cmocka_run_group_tests_name("precision", tests, NULL, NULL);
}
