/* The kernels that counted rows are made with, each against its plain twin, to the bit, in every instruction
 * set. */
#include "tests/test.h"

#include <string.h>

#include "models/theory/profile.h"
#include "models/theory/typical.h"
#include "sim/rows/isa.h"
#include "tests/sim/rows/laws.h"

static const char *const isas[] = {"base", "avx2", "avx512"};
enum { ISAS = sizeof isas / sizeof isas[0] };

/* ---- gaps of a profile ---- */

/* Against the sum of cosines; and the same bits everywhere, in place as well. */
static void test_chebyshev(void **state) {
    (void)state;
    enum { MOST = 77 };
    double c[VECTOR_TERMS], x[MOST], want[MOST], got[MOST];
    for (int k = 0; k < VECTOR_TERMS; k++) { c[k] = cos(1 + 3 * k) * exp(-k); }
    for (int i = 0; i < MOST; i++) { x[i] = 5 + 3 * cos(i); }
    vector_base.chebyshev(MOST, c, 5, 1.0 / 3, x, want);
    for (int i = 0; i < MOST; i++) {
        double sum = 0, angle = acos(fmax(-1, fmin(1, (x[i] - 5) / 3)));
        for (int k = 0; k < VECTOR_TERMS; k++) { sum += c[k] * cos(k * angle); }
        check_close(want[i], sum, 1e-14);
    }
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        for (size_t n = 0; isa && n <= MOST; n++) {
            memcpy(got, x, sizeof x);
            isa->vector->chebyshev(n, c, 5, 1.0 / 3, got, got);
            assert_memory_equal(got, want, n * sizeof *got);
        }
    }
}

/* Together or one by one: the same bits. From below where profiles begin to their ends, overflow included. */
static void test_gaps(void **state) {
    (void)state;
    enum { POINTS = 700 };
    const double log_n[] = {7, 30, 1e4, 1e6};
    double y[POINTS], got[POINTS];
    for (size_t i = 0; i < LAWS * 4; i++) {
        const struct law *law = &laws[i / 4];
        const struct family *family = family_find(law->family);
        double n = log_n[i % 4];
        struct profile *profile =
            profile_create(family, law->p, n, typical_scale(family, law->p, n).log_lambda);
        for (size_t k = 0; k < POINTS; k++) { y[k] = -50 + (n + 50) * pow((double)k / (POINTS - 1), 3); }
        for (size_t k = 0; k < ISAS; k++) {
            const struct isa *isa = isa_find(isas[k]);
            if (!isa) { continue; }
            profile_gaps(profile, isa->vector, POINTS, y, got);
            for (size_t j = 0; j < POINTS; j++) {
                double want = profile_gap(profile, y[j]);
                assert_memory_equal(&got[j], &want, sizeof want);
            }
        }
        profile_free(profile);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chebyshev),
        cmocka_unit_test(test_gaps),
    };
    return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
