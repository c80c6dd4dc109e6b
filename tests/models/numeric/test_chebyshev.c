/* Series against polynomials, and against the generating function of Bessel's functions. */
#include "models/numeric/chebyshev.h"

#include <gsl/gsl_sf_bessel.h>

#include "tests/test.h"

static const int terms[] = {9, CHEBYSHEV_MOST, 5, CHEBYSHEV_MOST}; /* so that each is asked for anew */
enum { ORDERS = sizeof terms / sizeof *terms };

/* T_m alone is its own series, for every m. Nodes fall from high to low. */
static void test_polynomials(void **state) {
    (void)state;
    for (size_t i = 0; i < ORDERS; i++) {
        for (int m = 0; m < terms[i]; m++) {
            double value[CHEBYSHEV_MOST], c[CHEBYSHEV_MOST];
            for (int j = 0; j < terms[i]; j++) {
                const double t = chebyshev_node(terms[i], j, -1, 1);
                value[j] = cos(m * acos(t));
                check_close(t, cos(M_PI * (2 * j + 1) / (2 * terms[i])), 1e-15);
                check_close(chebyshev_node(terms[i], j, 3, 7), 5 + 2 * t, 1e-14);
            }
            chebyshev_series(terms[i], value, c);
            for (int k = 0; k < terms[i]; k++) { check_close(c[k], k == m ? 1 : 0, 2e-14); }
        }
    }
}

/* exp(a t) = I_0(a) + 2 sum I_k(a) T_k(t); at n nodes T_k with k > n stands for -T_{2n-k}. */
static void test_exponential(void **state) {
    (void)state;
    const double a = 1.5;
    for (size_t i = 0; i < ORDERS; i++) {
        const int n = terms[i];
        double value[CHEBYSHEV_MOST], c[CHEBYSHEV_MOST];
        for (int j = 0; j < n; j++) { value[j] = exp(a * chebyshev_node(n, j, -1, 1)); }
        chebyshev_series(n, value, c);
        for (int k = 0; k < n; k++) {
            const double exact = (k == 0 ? 1 : 2) * (gsl_sf_bessel_In(k, a) - gsl_sf_bessel_In(2 * n - k, a) -
                                                     gsl_sf_bessel_In(2 * n + k, a));
            check_close(c[k], exact, 2e-14);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_polynomials),
                                       cmocka_unit_test(test_exponential)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
