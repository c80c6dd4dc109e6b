/* How collapse points are looked for: rows as they are nearby a beta, and peaks that a grid passes over. */
#include "tests/test.h"

#include "models/theory/typical.h"
#include "sim/measures/measure.h"
#include "sim/measures/nearby.h"
#include "sim/rows/counted.h"

enum { BETAS = 65, ROWS = 20 };
static double beta[BETAS];

static struct counted_law *make_law(const char *name, const double *p, double log_n) {
    const struct family *family = family_find(name);
    for (int b = 0; b < BETAS; b++) { beta[b] = exp2(-4 + b / 8.0); }
    return counted_law_create(family, p, log_n, typical_scale(family, p, log_n).log_lambda,
                              isa_best()->kernel, BETAS, beta);
}

/* Off by d in log beta, what is left out of log Z is of the fifth order in d times a spread of about 6. */
static void rows_nearby(void **state) {
    (void)state;
    const double p[FAMILY_PARAMETERS] = {1}, lengths[] = {16 * M_LN2, 690, 1e5}, d = 1e-3;
    const struct kernel *kernel = isa_best()->kernel;
    struct counted *c = counted_create(isa_best());
    for (size_t n = 0; n < 3; n++) {
        struct counted_law *law = make_law("gaussian", p, lengths[n]);
        for (uint64_t r = 0; r < ROWS; r++) {
            const struct row *row = counted_row(c, law, stream_make(1, "nearby", lengths[n], false, r));
            double at = 0.8 + 0.05 * (double)r, away = at * exp(d);
            struct nearby nearby, there;
            nearby_make(&nearby, kernel, row, at);
            nearby_make(&there, kernel, row, away);
            struct nearby_averages a = nearby_once(&there, away), b = nearby_once(&nearby, away);
            check_close(b.log_z, a.log_z, 1e-11 * fmax(1, a.log_z));
            check_close(away * b.mean, away * a.mean, 1e-8 * fmax(1, away * a.mean));
            check_close(b.variance, a.variance, 1e-4 * a.variance);
            a = nearby_twice(&there, away);
            b = nearby_twice(&nearby, away);
            check_close(b.log_z, a.log_z, 1e-9 * fmax(1, a.log_z));
            check_close(2 * away * b.mean, 2 * away * a.mean, 1e-7 * fmax(1, away * a.mean));
        }
        counted_law_free(law);
    }
    counted_free(c);
}

/* Pareto scores: points and all the rest change places within 1/log n of log beta, where chi is
 * (log n)^2/4; the grid sees nothing of it. Beyond, chi may be 0, or have a lower peak of the first two
 * scores that the grid does see. */
static void narrow_peaks(void **state) {
    (void)state;
    const struct {
        double tail, log_n;
        uint64_t rows;
    } law_of[] = {{2, 1e5, 400}, {50, 1e5, 400}, {2, 1e3, 400}, {50, 1e3, 400}};
    const struct kernel *kernel = isa_best()->kernel;
    const struct criterion peak = {CRITERION_SUSCEPTIBILITY, 0};
    struct counted *c = counted_create(isa_best());
    for (size_t l = 0; l < sizeof law_of / sizeof law_of[0]; l++) {
        const double p[FAMILY_PARAMETERS] = {law_of[l].tail}, log_n = law_of[l].log_n;
        struct counted_law *law = make_law("pareto", p, log_n);
        for (uint64_t r = 0; r < law_of[l].rows; r++) {
            const struct row *row = counted_row(c, law, stream_make(2, "peak", log_n, false, r));
            double value[BETAS][MEASURE_VALUES], m[MEASURE_VALUES];
            measure_betas(kernel, row, BETAS, beta, value);
            struct measure_grid grid = {BETAS, beta, (const double(*)[MEASURE_VALUES])value};
            if (value[0][MEASURE_ENTROPY] < log_n / 2) { continue; } /* its peak lies before the grid */
            measure_row(kernel, row, measure_collapse(kernel, row, &peak, &grid), m);
            check_relative(m[MEASURE_SUSCEPTIBILITY], log_n * log_n / 4, 1e-3 + 10 / log_n);
        }
        counted_law_free(law);
    }
    counted_free(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_nearby), cmocka_unit_test(narrow_peaks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
