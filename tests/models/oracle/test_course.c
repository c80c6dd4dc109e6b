/* Where prescriptions lead, against closed forms. */
#include "tests/test.h"

#include <gsl/gsl_errno.h>
#include <math.h>

#include "models/oracle/course.h"

static const enum prescription every[] = {PRESCRIPTION_CONST, PRESCRIPTION_SQRT_LOG, PRESCRIPTION_LOG,
                                          PRESCRIPTION_YARN, PRESCRIPTION_LOG2};
enum { EVERY = sizeof every / sizeof *every };

static struct course course(const char *family, double first, enum prescription prescription, double coef) {
    const struct family *f = family_find(family);
    struct schedule parameter[FAMILY_PARAMETERS];
    for (size_t i = 0; i < f->parameter_count; i++) {
        parameter[i] = (struct schedule){f->parameter[i].initial, 0, 0};
    }
    if (!isnan(first)) { parameter[0].coef = first; }
    return course_of(f, parameter, prescription, log(4096), coef, 1e5);
}

/* Every family is critical under the prescription that grows as its Lambda^typ; beyond it supercritical,
 * before it subcritical. Names: sub, critical, super. */
static void test_classes(void **state) {
    static const struct {
        const char *family;
        double first;
        char class[EVERY + 1];
    } known[] = {{"gaussian", NAN, "sc+++"}, {"gumbel", NAN, "c++++"},  {"stretched", 0.5, "+++++"},
                 {"stretched", 2, "sc+++"},  {"stretched", 1, "c++++"}, {"plateau", NAN, "ssc++"},
                 {"powerlaw", 2, "sssss"},   {"spherical", 9, "sssss"}, {"pareto", 2, "+++++"},
                 {"dotproduct", 64, "sc+++"}};
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        for (size_t k = 0; k < EVERY; k++) {
            struct course c = course(known[i].family, known[i].first, every[k], 2);
            assert_true(c.by_law);
            assert_int_equal(c.class, known[i].class[k] == 's'   ? COURSE_SUBCRITICAL
                                      : known[i].class[k] == 'c' ? COURSE_CRITICAL
                                                                 : COURSE_SUPERCRITICAL);
        }
    }
}

/* n f(s) where the normal tail is 1/n. */
static double gaussian_scale(double n) {
    double low = 0, high = 40;
    for (int i = 0; i < 200; i++) {
        double s = (low + high) / 2;
        if (n * erfc(s / M_SQRT2) / 2 > 1) {
            low = s;
        } else {
            high = s;
        }
    }
    return n * exp(-low * low / 2) / sqrt(2 * M_PI);
}

/* At twice the scale weights are Poisson-Dirichlet(1/2): E H = digamma(1) - digamma(1/2) = 2 log 2; for
 * stretched scores of power 1/2 the scale is twice n f(s*). */
static void test_critical(void **state) {
    (void)state;
    const double gumbel = 4095 * log(4096 / 4095.0);
    struct course c = course("gumbel", NAN, PRESCRIPTION_CONST, 2 / gumbel);
    check_relative(c.limit, 2, 1e-12);
    assert_int_equal(c.fate, COURSE_STAYS);
    check_relative(c.entropy, 2 * M_LN2, 1e-12);
    check_close(c.rate, 0, 0);
    c = course("gumbel", NAN, PRESCRIPTION_CONST, 0.99 / gumbel);
    assert_int_equal(c.fate, COURSE_SPREADS);
    check_close(c.rate, 1, 0);

    c = course("gaussian", NAN, PRESCRIPTION_SQRT_LOG, 2);
    check_relative(c.limit, 2 * gaussian_scale(4096) / sqrt(2 * log(4096)), 1e-11);
    assert_int_equal(c.fate, COURSE_STAYS);

    c = course("plateau", NAN, PRESCRIPTION_LOG, 1.25);
    check_relative(c.limit, 1.25, 1e-12);
    assert_int_equal(c.fate, COURSE_COLLAPSES);
    check_relative(c.rate_n, -0.25, 1e-12);
    assert_int_equal(course("plateau", NAN, PRESCRIPTION_LOG, 1).fate, COURSE_SPREADS);
}

/* Yarn's multiplier tends to (0.1 log n)^2: keys whose scale is (log n)^2. */
static void test_yarn(void **state) {
    (void)state;
    const struct schedule scale[FAMILY_PARAMETERS] = {{0, 0, 0}, {1, -2, 0}};
    const double l = log(4096), lambda = 4095 * log(4096 / 4095.0) * l * l;
    struct course yarn = course_of(family_find("gumbel"), scale, PRESCRIPTION_YARN, l, 3, 1e5),
                  log2 = course_of(family_find("gumbel"), scale, PRESCRIPTION_LOG2, l, 3, 1e5);
    check_relative(yarn.limit, 3 * lambda * 0.01, 1e-12);
    check_relative(log2.limit, 3 * lambda / (l * l), 1e-12);
    assert_int_equal(yarn.class, COURSE_CRITICAL);
    assert_int_equal(yarn.fate, yarn.limit > 1 ? COURSE_STAYS : COURSE_SPREADS);
}

/* A scale that follows n^(1/kappa) keeps the gaps at the upper end as they are: kappa = 1 and beta = m = 1
 * has E H = 1.1271791988 (THEORY 5). */
static void test_weibull(void **state) {
    (void)state;
    const struct schedule width[FAMILY_PARAMETERS] = {{1, 0, 0}, {1, 0, 1}};
    struct course c = course_of(family_find("powerlaw"), width, PRESCRIPTION_CONST, log(4096), 1, 100);
    assert_int_equal(c.class, COURSE_CRITICAL);
    assert_int_equal(c.fate, COURSE_STAYS);
    check_relative(c.limit, 1, 1e-12);
    check_close(c.entropy, 1.1271791988, 1e-9);
    c = course_of(family_find("powerlaw"), width, PRESCRIPTION_LOG, log(4096), 1, 100);
    assert_int_equal(c.fate, COURSE_COLLAPSES);
    check_close(c.rate, -1, 1e-12);
    check_close(course("pareto", 2, PRESCRIPTION_LOG, 1).rate_n, -0.5, 1e-12);
}

/* Without a law the local exponent decides, and it is said so: kappa = 2 log n has Lambda^typ = 2 log n
 * e^(1/2). */
static void test_numbers(void **state) {
    (void)state;
    const struct schedule kappa[FAMILY_PARAMETERS] = {{2, 1, 0}, {1, 0, 0}};
    static const enum course_class known[EVERY] = {COURSE_SUBCRITICAL, COURSE_SUBCRITICAL, COURSE_CRITICAL,
                                                   COURSE_SUPERCRITICAL, COURSE_SUPERCRITICAL};
    for (size_t k = 0; k < EVERY; k++) {
        struct course c = course_of(family_find("powerlaw"), kappa, every[k], log(4096), 2, 20);
        assert_false(c.by_law);
        assert_int_equal(c.class, known[k]);
    }
    const struct family *attention = family_find("attention");
    struct schedule p[FAMILY_PARAMETERS];
    for (size_t i = 0; i < attention->parameter_count; i++) {
        p[i] = (struct schedule){attention->parameter[i].initial, 0, 0};
    }
    assert_int_equal(course_of(attention, p, PRESCRIPTION_LOG, log(4096), 1, 10).class, COURSE_UNKNOWN);
}

/* Of queries in d dimensions (log n)^(-d r) are so short that beta ~ Lambda^typ (log n)^r leaves H ~ log n:
 * the mean goes as (log n)^(1 - d r) where that is more than (log n)^-r. */
static void test_short_queries(void **state) {
    (void)state;
    static const struct {
        double dimension;
        enum prescription prescription;
        enum course_fate fate;
        double rate;
    } known[] = {
        {1, PRESCRIPTION_LOG, COURSE_SPREADS, 0.5},     {1, PRESCRIPTION_LOG2, COURSE_COLLAPSES, -0.5},
        {2, PRESCRIPTION_LOG, COURSE_STAYS, 0},         {3, PRESCRIPTION_LOG, COURSE_COLLAPSES, -0.5},
        {64, PRESCRIPTION_LOG, COURSE_COLLAPSES, -0.5}, {1, PRESCRIPTION_CONST, COURSE_SPREADS, 1}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct course c = course("dotproduct", known[i].dimension, known[i].prescription, 2);
        assert_int_equal(c.fate, known[i].fate);
        check_close(c.rate, known[i].rate, 1e-4);
        assert_false(c.of_median);
    }
    assert_true(course("dotproduct", 3, PRESCRIPTION_SQRT_LOG, 2).of_median);
}

/* Gaussian keys with a linear penalty of 0.1 a key: Lambda^typ tends to 1.834968 (THEORY 12), and a row to a
 * law of its own; with log penalties Lambda^typ tends to a constant, too, which does not tell of the entropy.
 */
static void test_positions(void **state) {
    (void)state;
    const struct family *gaussian = family_find("gaussian");
    const size_t at = family_position_index(gaussian);
    struct schedule parameter[FAMILY_PARAMETERS] = {{1, 0, 0}};
    parameter[at] = (struct schedule){1, 0, 0};
    parameter[at + 1] = (struct schedule){0.1, 0, 0};
    struct course c = course_of(gaussian, parameter, PRESCRIPTION_CONST, log(4096), 2, 200);
    assert_true(c.by_law);
    assert_int_equal(c.class, COURSE_CRITICAL);
    check_relative(c.limit, 2, 1e-9);
    assert_int_equal(c.fate, COURSE_STAYS);
    c = course_of(gaussian, parameter, PRESCRIPTION_SQRT_LOG, log(4096), 2, 200);
    assert_int_equal(c.class, COURSE_SUPERCRITICAL);
    assert_int_equal(c.fate, COURSE_COLLAPSES);
    check_close(c.rate, -0.5, 1e-12);

    const struct family *bounded =
        family_find("powerlaw"); /* width 1: neighbours overlap below a step of 1 */
    struct schedule beside[FAMILY_PARAMETERS] = {{2, 0, 0}, {1, 0, 0}};
    beside[family_position_index(bounded)] = (struct schedule){1, 0, 0};
    for (int i = 0; i < 2; i++) {
        beside[family_position_index(bounded) + 1] = (struct schedule){i == 0 ? 0.9 : 1.1, 0, 0};
        c = course_of(bounded, beside, PRESCRIPTION_LOG, log(4096), 1, 200);
        assert_int_equal(c.fate, COURSE_COLLAPSES);
        assert_int_equal(isnan(c.rate), i == 1);
    }

    parameter[at + 1].coef = 0, parameter[at + 2] = (struct schedule){0.5, 0, 0};
    c = course_of(gaussian, parameter, PRESCRIPTION_CONST, log(4096), 2, 200);
    assert_int_equal(c.class, COURSE_CRITICAL);
    assert_int_equal(c.fate, COURSE_UNTOLD);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),   cmocka_unit_test(test_critical),
        cmocka_unit_test(test_yarn),      cmocka_unit_test(test_weibull),
        cmocka_unit_test(test_numbers),   cmocka_unit_test(test_short_queries),
        cmocka_unit_test(test_positions),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests_name("course", tests, NULL, NULL);
}
