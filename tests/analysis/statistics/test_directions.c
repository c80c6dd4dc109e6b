/* Sums along eigenvectors: of two numbers by hand, of directions left out, of what is not known. */
#include "tests/test.h"

#include <math.h>

#include "analysis/statistics/directions.h"

/* Of correlation r; x' C^-1 x = (x^2 - 2 r x y + y^2)/(1 - r^2), along (1, 1) and (1, -1) of 1 + r and 1 - r.
 */
static struct directions of_two(double x, double y, double r, double least) {
    double number[] = {x, y}, matrix[] = {1, NAN, r, 1}; /* the upper triangle is not read */
    gsl_matrix_view c = gsl_matrix_view_array(matrix, 2, 2);
    const gsl_vector_view v = gsl_vector_view_array(number, 2);
    return directions_sum(&c.matrix, &v.vector, least);
}

static void test_two(void **state) {
    (void)state;
    struct directions d = of_two(1, 3, 0.6, 1e-3);
    check_close(d.square, (1 - 3.6 + 9) / 0.64, 1e-12);
    assert_int_equal(d.count, 2);
    d = of_two(1, 3, 1 - 1e-6, 1e-3); /* (1, 1) alone: (4/sqrt 2)^2/2 */
    check_close(d.square, 4, 1e-5);
    assert_int_equal(d.count, 1);
}

static void test_unknown(void **state) {
    (void)state;
    assert_true(isnan(of_two(1, 3, NAN, 1e-3).square));
    assert_true(isnan(of_two(1, NAN, 0.6, 1e-3).square));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_two), cmocka_unit_test(test_unknown)};
    return cmocka_run_group_tests_name("directions", tests, NULL, NULL);
}
