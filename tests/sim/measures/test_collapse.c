/* How collapse points are looked for: rows as they are nearby a beta, peaks that a grid passes over, grids
 * that are coarse, and rows whose gaps span more decades than their powers may. */
#include "tests/test.h"

#include "models/theory/typical.h"
#include "sim/measures/measure.h"
#include "sim/measures/nearby.h"
#include "sim/rows/counted.h"
#include "sim/rows/measured.h"

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
            nearby_make(&nearby, kernel, row, at, true);
            nearby_make(&there, kernel, row, away, true);
            struct nearby_averages a = nearby_once(&there, away), b = nearby_once(&nearby, away);
            check_close(b.log_z, a.log_z, 1e-11 * fmax(1, a.log_z));
            check_close(b.mean, a.mean, 1e-8 * fmax(1, a.mean));
            check_close(b.variance, a.variance, 1e-4 * a.variance);
            a = nearby_twice(&there, away);
            b = nearby_twice(&nearby, away);
            check_close(b.log_z, a.log_z, 1e-9 * fmax(1, a.log_z));
            check_close(b.mean, a.mean, 1e-7 * fmax(1, a.mean));
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
        for (uint64_t r = 0; r < test_size(law_of[l].rows, 50); r++) {
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

/* chi by sums over every gap. */
static double chi_of(size_t n, const double *gap, double at) {
    double z = 0, mean = 0, square = 0;
    for (size_t i = 0; i < n; i++) { z += exp(-at * gap[i]); }
    for (size_t i = 0; i < n; i++) { mean += at * gap[i] * exp(-at * gap[i]) / z; }
    for (size_t i = 0; i < n; i++) {
        double d = at * gap[i] - mean;
        square += d < 800 ? d * d * exp(-at * gap[i]) / z : 0;
    }
    return square;
}

static double lambda_of(size_t n, const double *gap) {
    double lambda = 0;
    for (size_t k = 1; k < n; k++) {
        double rank = 0;
        for (size_t i = 0; i < n; i++) { rank += gap[i] <= gap[k]; }
        lambda = fmax(lambda, log(rank) / gap[k]);
    }
    return lambda;
}

static double at_collapse(const struct row *row, enum criterion_kind kind, double threshold,
                          const struct measure_grid *grid, enum measure measure) {
    const struct criterion criterion = {kind, threshold};
    double m[MEASURE_VALUES];
    const double at = measure_collapse(isa_best()->kernel, row, &criterion, grid);
    measure_row(isa_best()->kernel, row, at, m);
    return isnan(at) ? NAN : m[measure];
}

static void check_wide(const struct row *row, size_t n, const double *gap, double middle) {
    double at[BETAS], value[BETAS][MEASURE_VALUES];
    for (int b = 0; b < BETAS; b++) { at[b] = middle * exp2(-4 + b / 8.0); }
    measure_betas(isa_best()->kernel, row, BETAS, at, value);
    const struct measure_grid grid = {BETAS, at, (const double(*)[MEASURE_VALUES])value};
    check_close(at_collapse(row, CRITERION_ENTROPY, 1, &grid, MEASURE_ENTROPY), 1, 1e-10);
    check_close(at_collapse(row, CRITERION_PARTICIPATION, 0.5, &grid, MEASURE_PARTICIPATION), 0.5, 1e-10);
    const double peak = at_collapse(row, CRITERION_SUSCEPTIBILITY, 0, &grid, MEASURE_SUSCEPTIBILITY);
    for (int b = 0; b < BETAS; b++) {
        const double chi = value[b][MEASURE_SUSCEPTIBILITY];
        check_relative(chi, chi_of(n, gap, at[b]), 1e-9);
        assert_false(chi > peak * (1 + 1e-9)); /* NaN: it is at an end of the grid */
    }
}

/* Gaps of up to 1, by powers of ten that are uniform down to 10^-span, in units of 1 or of the least. */
static void wide_rows(void **state) {
    (void)state;
    enum { MOST = 3000 };
    static const struct {
        size_t n;
        double span, unit;
    } row_of[] = {{512, 50, 1},      {512, 70, 1},     {512, 70, 1e70},    {512, 150, 1e150}, {512, 140, 1},
                  {512, 300, 1e300}, {MOST, 70, 1e70}, {MOST, 150, 1e150}, {MOST, 300, 1e300}};
    static double score[MOST], gap[MOST];
    struct measured *measured = measured_create(isa_best());
    for (size_t i = 0; i < sizeof row_of / sizeof row_of[0]; i += test_size(1, 4)) {
        const double span = row_of[i].span, unit = row_of[i].unit;
        const struct stream stream = stream_make(3, "wide", span, true, i);
        isa_best()->kernel->uniforms(stream.key, STREAM_SCORES, 0, MOST / 4, score);
        for (size_t k = 0; k < MOST; k++) {
            score[k] = k == 0 ? 0 : -exp10(-span * score[k]);
            gap[k] = -score[k] * unit;
        }
        const struct row *row = measured_row(measured, row_of[i].n, score, unit);
        check_relative(measure_accumulation(row).lambda, lambda_of(row_of[i].n, gap), 1e-14);
        for (double middle = 1 / unit; middle < exp10(span) / unit; middle *= test_size(1, 1000) * 1e9) {
            check_wide(row, row_of[i].n, gap, middle);
        }
    }
    measured_free(measured);
}

/* However far the betas are from each other, roots are roots, and peaks are peaks. */
static void check_coarse(const struct row *row, size_t count, const double *at) {
    const double apart = 0.01;
    double value[BETAS][MEASURE_VALUES], m[MEASURE_VALUES];
    measure_betas(isa_best()->kernel, row, count, at, value);
    const struct measure_grid grid = {count, at, (const double(*)[MEASURE_VALUES])value};
    check_close(at_collapse(row, CRITERION_ENTROPY, 1, &grid, MEASURE_ENTROPY), 1, 1e-8);
    check_close(at_collapse(row, CRITERION_PARTICIPATION, 0.5, &grid, MEASURE_PARTICIPATION), 0.5, 1e-8);
    const struct criterion criterion = {CRITERION_SUSCEPTIBILITY, 0};
    const double peak = measure_collapse(isa_best()->kernel, row, &criterion, &grid);
    measure_row(isa_best()->kernel, row, peak, m);
    const double chi = m[MEASURE_SUSCEPTIBILITY];
    for (int side = -1; side <= 1 && !isnan(peak); side += 2) {
        measure_row(isa_best()->kernel, row, peak * exp(side * apart), m);
        assert_true(m[MEASURE_SUSCEPTIBILITY] < chi);
    }
}

static void coarse_grids(void **state) {
    (void)state;
    const struct {
        const char *family;
        double parameter, log_n;
    } laws[] = {{"gaussian", 1, 6 * M_LN2}, {"gaussian", 1, 690},   {"pareto", 2, 46},
                {"spherical", 3, 5},        {"dotproduct", 3, 690}, {"stretched", 0.5, 46}};
    const struct {
        size_t count;
        double at[9];
    } grids[] = {{1, {1}},
                 {2, {0.001, 1}},
                 {3, {1e-200, 1, 1e200}},
                 {4, {1, 2, 3, 1000}},
                 {4, {1e-300, 1e-200, 1e-100, 1}},
                 {8, {1e-100, 1e-50, 1e-20, 1e-10, 1, 1e10, 1e50, 1e100}},
                 {9, {1e-8, 1e-6, 1e-4, 1e-2, 1, 1e2, 1e4, 1e6, 1e8}},
                 {9, {1. / 16, 1. / 8, 1. / 4, 1. / 2, 1, 2, 4, 8, 16}}};
    struct counted *c = counted_create(isa_best());
    for (size_t l = 0; l < sizeof laws / sizeof *laws; l++) {
        const double p[FAMILY_PARAMETERS] = {laws[l].parameter, l >= 4};
        struct counted_law *law = make_law(laws[l].family, p, laws[l].log_n);
        for (uint64_t r = 0; r < test_size(32, 4); r++) {
            const struct row *row = counted_row(c, law, stream_make(4, "coarse", laws[l].log_n, false, r));
            for (size_t g = 0; g < sizeof grids / sizeof *grids; g++) {
                check_coarse(row, grids[g].count, grids[g].at);
            }
        }
        counted_law_free(law);
    }
    counted_free(c);
}

/* However near they are to each other, peaks are good to 1e-10: second differences of what is rounded are
 * not. */
static void dense_grids(void **state) {
    (void)state;
    enum { DENSE = 768, LEAST = 100 };
    static double dense[DENSE], value[DENSE][MEASURE_VALUES];
    const double p[FAMILY_PARAMETERS] = {1}, log_n = log(200);
    const struct kernel *kernel = isa_best()->kernel;
    const struct criterion peak = {CRITERION_SUSCEPTIBILITY, 0};
    struct counted *c = counted_create(isa_best());
    struct counted_law *law = make_law("gaussian", p, log_n);
    size_t seen = 0;
    for (int b = 0; b < DENSE; b++) { dense[b] = exp2(-1.5 + b / 256.0); }
    for (uint64_t r = 0; r < 400; r++) {
        const struct row *row = counted_row(c, law, stream_make(1, "dense", log_n, false, r));
        const struct measure_grid coarse = {BETAS, beta, (const double(*)[MEASURE_VALUES])value},
                                  fine = {DENSE, dense, (const double(*)[MEASURE_VALUES])value};
        measure_betas(kernel, row, BETAS, beta, value);
        const double at = measure_collapse(kernel, row, &peak, &coarse);
        measure_betas(kernel, row, DENSE, dense, value);
        const double again = measure_collapse(kernel, row, &peak, &fine);
        if (!(fabs(log(again / at)) < 1e-3)) { continue; } /* one of them has no peak, or another one */
        check_relative(again, at, 1e-10);
        seen++;
    }
    assert_true(seen > LEAST);
    counted_law_free(law);
    counted_free(c);
}

/* Two scores that nearly tie, and one at a gap of 1: Y_2 is 1/2 where (1 - w_2)^2 + w_3^2 = 2 w_3 (1 + w_2).
 */
static void near_ties(void **state) {
    (void)state;
    const double gap[] = {1e-4, 1e-8, 1e-12, 1e-100};
    const struct criterion half = {CRITERION_PARTICIPATION, 0.5};
    struct measured *measured = measured_create(isa_best());
    for (size_t i = 0; i < sizeof gap / sizeof *gap; i++) {
        const double score[] = {0, -gap[i], -1};
        const struct row *row = measured_row(measured, 3, score, 1);
        for (size_t count = 0; count <= BETAS; count += BETAS) {
            double value[BETAS][MEASURE_VALUES];
            for (int b = 0; b < BETAS; b++) { beta[b] = exp2(-4 + b / 8.0); }
            measure_betas(isa_best()->kernel, row, BETAS, beta, value);
            const struct measure_grid grid = {count, beta, (const double(*)[MEASURE_VALUES])value};
            const double at = measure_collapse(isa_best()->kernel, row, &half, &grid);
            const double lack = -expm1(-at * gap[i]), third = exp(-at);
            check_relative(lack * lack + third * third, 2 * third * (2 - lack), 1e-10 * at);
        }
    }
    measured_free(measured);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_nearby), cmocka_unit_test(narrow_peaks),
                                       cmocka_unit_test(wide_rows),   cmocka_unit_test(coarse_grids),
                                       cmocka_unit_test(dense_grids), cmocka_unit_test(near_ties)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
