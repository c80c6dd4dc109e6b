/* Counted rows of all instruction sets, measured: the same bits, and the same however it is asked for. */
#include "tests/test.h"

#include <string.h>

#include "sim/measures/measure.h"
#include "sim/rows/counted.h"
#include "sim/rows/isa.h"
#include "tests/sim/rows/laws.h"

static const char *const isas[] = {"base", "avx2", "avx512"};
enum { ISAS = sizeof isas / sizeof isas[0] };

/* One gap asked for by itself has the count that it has among many, in every instruction set. */
static void check_counts(const struct law *law, double log_n) {
    enum { POINTS = 400 };
    const struct family *family = family_find(law->family);
    double t[POINTS], want[POINTS], got[POINTS], alone,
        log_lambda = typical_scale(family, law->p, log_n).log_lambda;
    for (size_t i = 0; i < POINTS; i++) { t[i] = 0.01 * exp(0.03 * (double)i); }
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        if (!isa) { continue; }
        struct counted_law *shared =
            counted_law_create(family, law->p, log_n, log_lambda, isa->kernel, 0, NULL);
        struct counted *c = counted_create(isa);
        const struct row *row = counted_row(c, shared, test_stream(3));
        measure_log_gap_count(row, POINTS, t, k == 0 ? want : got);
        if (k > 0) { assert_memory_equal(got, want, sizeof got); }
        for (size_t i = 0; i < POINTS; i++) {
            measure_log_gap_count(row, 1, &t[i], &alone);
            check_close(alone, want[i], 0);
        }
        counted_free(c);
        counted_law_free(shared);
    }
}

static void test_counts(void **state) {
    (void)state;
    for (size_t l = 0; l < LAWS; l++) {
        check_counts(&laws[l], 16 * M_LN2);
        check_counts(&laws[l], 300);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
    };
    return cmocka_run_group_tests_name("counts", tests, NULL, NULL);
}
