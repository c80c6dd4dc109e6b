/* Rows whose measures are known in closed form: the plateau, and gumbel rows above freezing. */
#include "tests/sim/measures/ordered.h"
#include "tests/sim/measures/sample.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_psi.h>

#include "sim/rows/sampler.h"

/* ---- closed forms ---- */

/* One score above N at gap D: H = log(1 + x) + beta D x/(1 + x), x = N e^{-beta D}. */
static void check_plateau_at(const struct row *row, double log_below, double gap, double beta, double log_n) {
    double a = beta * gap, log_x = log_below - a, m[MEASURE_VALUES], share = 1 / (1 + exp(-log_x));
    double log_z = log_x > 0 ? log_x + log1p(exp(-log_x)) : log1p(exp(log_x));
    /* log x is a difference of numbers as large as log n and loses that many ulp */
    double loss = 4 * 0x1p-52 * (1 + log_n + a);
    measure_row(isa_best()->kernel, row, beta, m);
    check_close(m[MEASURE_ENTROPY], log_z + a * share, 1e-12 * (1 + a * share + log_z) + a * loss);
    check_close(m[MEASURE_TOP_WEIGHT], exp(-log_z), 1e-12 + loss);
    double log_twice = log_below - 2 * a; /* Y_2 = Z(2 beta)/Z(beta)^2, relative however small */
    double log_y = fmax(log_twice, 0) + log1p(exp(-fabs(log_twice))) - 2 * log_z;
    if (log_y > -700) { check_relative(m[MEASURE_PARTICIPATION], exp(log_y), 1e-12 + 4 * loss); }
    check_close(m[MEASURE_TOP_TWO_RATIO], exp(-a), 1e-12);
}

static void check_plateau(struct sampler *sampler, double alpha, double log_n) {
    const struct family *family = family_find("plateau");
    const double p[FAMILY_PARAMETERS] = {0.7, alpha};
    double log_lambda = typical_scale(family, p, log_n).log_lambda;
    struct sampler_law *law =
        sampler_law_create(family, p, log_n, log_lambda, false, isa_best()->kernel, 0, NULL);
    const struct row *row = sampler_row(sampler, law, test_stream(0));
    double gap = 0.7 * exp(log_lambda), log_count;
    measure_log_gap_count(isa_best()->kernel, row, 1, &(double){1.01 * gap},
                          &log_count); /* the one on top among them */
    double log_below = log_count + log1p(-exp(-log_count));
    if (log_n < 30) {
        check_close(log_below, log(fmin(floor(exp(alpha * log_n) * (1 + 1e-15)), rint(exp(log_n)) - 1)),
                    1e-12);
    } else {
        check_relative(log_below, alpha * log_n, 1e-12);
    }
    for (double factor = 0.01; factor < 30; factor *= 1.3) {
        check_plateau_at(row, log_below, gap, factor, log_n);
    }
    for (double log_x = -3; log_x <= 3; log_x += 0.5) { /* where the one and the many weigh the same */
        double balance = (log_below - log_x) / gap;
        if (balance > 0) {
            check_plateau_at(row, log_below, gap, balance, log_n);
            check_plateau_at(row, log_below, gap, balance / 2, log_n); /* the same for Y_2 */
        }
    }
    check_relative(measure_accumulation(row).lambda, 1, 1e-12); /* Lambda^typ is the row's own */
    check_close(measure_top_gap(row), gap, 1e-12 * gap);
    check_close(ordered_weight(row, 1, 0, 3), log_below > 0.5 ? exp(-gap) : 0, 1e-12);
    sampler_law_free(law);
}

static void test_plateau(void **state) {
    (void)state;
    struct sampler *sampler = sampler_create(isa_best());
    const double log_n[] = {log(2), log(3), log(1000), 20, 200, 700, 1e4, 1e6};
    for (size_t i = 0; i < sizeof log_n / sizeof log_n[0]; i++) {
        check_plateau(sampler, 1, log_n[i]);
        check_plateau(sampler, 0.3, log_n[i]);
    }
    sampler_free(sampler);
}

/* E H and E Y_2 of n gumbel scores at beta = b/scale, exactly (THEORY, the oracle for i.i.d. rows): the
 * weights are (n E)^-b with E exponential. Trapezoid sums in log E and log u, whose error falls faster than
 * any power of the step; halving it moves neither by 1e-11. */
static void gumbel_exact(double n, double b, double *entropy, double *participation) {
    const double step = 0.05;
    *entropy = *participation = 0;
    for (double x = -40 * b; x <= 10 * b; x += step) { /* n E from e^-40 on, and e^-e^10 left out */
        double missing = 0, h = 0, y = 0;              /* 1 - phi(u) and the two integrands, u = e^x */
        for (double v = -40 - log(n); v <= 5; v += step) {
            double share = exp(v - exp(v)) * step, log_a = x - b * (v + log(n)), a = exp(fmin(log_a, 7));
            missing += share * -expm1(-a);
            h += share * a * exp(-a) * (-M_EULER - log_a);
            y += share * a * a * exp(-a);
        }
        if (missing >= 1) { continue; }
        double others = step * n * exp((n - 1) * log1p(-missing));
        *entropy += others * h;
        *participation += others * y;
    }
}

/* Gumbel rows above freezing: their weights tend to Poisson-Dirichlet(1/b, 0), with E H = digamma(1) -
 * digamma(1 - 1/b) and E Y_2 = 1 - 1/b (THEORY, limit laws). How far a finite row is from that is computed,
 * not guessed (at n = 2^14, b = 1.5 it is -0.11 in H, four thousand rows see it at five standard errors), and
 * must vanish like n^(1-b) log n. Six means within 4.5 standard errors of the exact ones: false alarm 4e-5.
 */
static void test_poisson_dirichlet(void **state) {
    (void)state;
    const uint64_t rows = getenv("GAPSCALE_TEST_QUICK") ? 1000 : 4000;
    const struct law gumbel = {"gumbel", {0, 1}};
    const double b[] = {1.5, 2, 3}, n = 16384;
    double sum[3][2] = {{0}}, square[3][2] = {{0}};
    struct drawn *drawn = drawn_create(isa_best());
    double unit = exp(-typical_scale(family_find("gumbel"), gumbel.p, log(n)).log_lambda);
    for (uint64_t r = 0; r < rows; r++) {
        const struct row *row = make_row(drawn, &gumbel, (size_t)n, r);
        for (size_t i = 0; i < 3; i++) {
            double m[MEASURE_VALUES];
            measure_row(isa_best()->kernel, row, b[i] * unit, m);
            for (size_t k = 0; k < 2; k++) {
                double x = m[k == 0 ? MEASURE_ENTROPY : MEASURE_PARTICIPATION];
                sum[i][k] += x;
                square[i][k] += x * x;
            }
        }
    }
    drawn_free(drawn);
    for (size_t i = 0; i < 3; i++) {
        double want[2], far[2], limit[2] = {gsl_sf_psi(1) - gsl_sf_psi(1 - 1 / b[i]), 1 - 1 / b[i]};
        gumbel_exact(n, b[i], &want[0], &want[1]);
        gumbel_exact(0x1p60, b[i], &far[0], &far[1]);
        for (size_t k = 0; k < 2; k++) {
            double mean = sum[i][k] / (double)rows,
                   se = sqrt((square[i][k] / (double)rows - mean * mean) / (double)rows);
            check_close(mean, want[k], 4.5 * se);
            check_close(far[k], limit[k], 100 * pow(0x1p60, fmax(1 - b[i], -1)) + 1e-10);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plateau),
        cmocka_unit_test(test_poisson_dirichlet),
    };
    return cmocka_run_group_tests_name("closed forms", tests, NULL, NULL);
}
