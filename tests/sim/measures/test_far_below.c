/* Counted rows whose maximum lies far below the typical one, or whose gaps are of all sizes: sums known for
 * the betas foreseen against sums at any beta. */
#include "tests/test.h"

#include "models/theory/typical.h"
#include "sim/measures/measure.h"
#include "sim/rows/counted_law.h"
#include "sim/rows/isa.h"

/* At betas that were foreseen as at others, where the bulk of the scores lies close below a maximum far below
 * s*, and e^{-beta gap} from s* is nothing in a double. */
static void far_below_typical(void **state) {
    (void)state;
    enum { MANY = 65 };
    const struct {
        const char *family;
        double p[FAMILY_PARAMETERS];
    } far[] = {{"pareto", {0.1}}, {"pareto", {0.5}}, {"stretched", {0.02, 1}}};
    const struct kernel *kernel = isa_best()->kernel;
    const double log_n = 40 * M_LN2;
    double beta[MANY], value[MANY][MEASURE_VALUES], m[MEASURE_VALUES];
    for (int b = 0; b < MANY; b++) { beta[b] = exp2(-4 + 10 * b / (MANY - 1.0)); }
    struct counted *c = counted_create(isa_best());
    for (size_t l = 0; l < sizeof far / sizeof far[0]; l++) {
        const struct family *family = family_find(far[l].family);
        double log_lambda = typical_scale(family, far[l].p, log_n).log_lambda;
        struct counted_law *law = counted_law_create(family, far[l].p, log_n, log_lambda, kernel, MANY, beta);
        for (uint64_t r = 0; r < 100; r++) {
            const struct row *row = counted_row(c, law, stream_make(11, "row", log_n, false, r));
            measure_betas(kernel, row, MANY, beta, value);
            for (int b = 0; b < MANY; b++) {
                measure_row(kernel, row, beta[b], m);
                check_close(value[b][MEASURE_ENTROPY], m[MEASURE_ENTROPY], 1e-9 * log_n);
                check_close(value[b][MEASURE_LOG_PARTICIPATION], m[MEASURE_LOG_PARTICIPATION], 1e-9 * log_n);
            }
        }
        counted_law_free(law);
    }
    counted_free(c);
}

/* Beside betas that ask for scores without weight: where gaps reach to 10^300, and where many hardly differ.
 */
static void far_apart_and_alike(void **state) {
    (void)state;
    enum { FEW = 9, KNOWN = 2 }; /* from which on squares are doubles */
    const struct {
        const char *family;
        double p[FAMILY_PARAMETERS], n;
    } laws[] = {{"powerlaw", {0.05, 1}, 1e15}, {"stretched", {0.02, 1}, 1000}};
    const struct kernel *kernel = isa_best()->kernel;
    const double beta[FEW] = {1e-300, 1e-200, 1e-120, 1e-100, 1e-50, 1e-3, 2, 16, 1000};
    double value[FEW][MEASURE_VALUES], m[MEASURE_VALUES];
    struct counted *c = counted_create(isa_best());
    for (size_t l = 0; l < sizeof laws / sizeof laws[0]; l++) {
        const struct family *family = family_find(laws[l].family);
        const double log_n = log(laws[l].n), log_lambda = typical_scale(family, laws[l].p, log_n).log_lambda;
        struct counted_law *law = counted_law_create(family, laws[l].p, log_n, log_lambda, kernel, FEW, beta);
        for (uint64_t r = 0; r < 20; r++) {
            const struct row *row = counted_row(c, law, stream_make(12, "row", log_n, false, r));
            measure_betas(kernel, row, FEW, beta, value);
            for (int b = KNOWN; b < FEW; b++) {
                measure_row(kernel, row, beta[b], m);
                check_close(value[b][MEASURE_ENTROPY], m[MEASURE_ENTROPY], 1e-10);
                check_close(value[b][MEASURE_SUSCEPTIBILITY], m[MEASURE_SUSCEPTIBILITY], 1e-10);
            }
        }
        counted_law_free(law);
    }
    counted_free(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(far_below_typical),
                                       cmocka_unit_test(far_apart_and_alike)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
