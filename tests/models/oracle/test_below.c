/* P(no score above s) of keys whose scores fall with distance, at many s: against sums key by key, integrals
 * in closed form, and what s* says. */
#include "tests/models/oracle/oracle_law.h"

#include "models/oracle/below.h"
#include "models/theory/positions.h"

static struct oracle oracle_of(const struct law *law, double log_n) {
    return (struct oracle){
        .family = family_find(law->family), .p = law->p, .log_n = log_n, .vector = &vector_base};
}

static double key_by_key(const struct law *law, double keys, double score) {
    const struct family *family = family_find(law->family);
    const struct family_position position = family_position(family, law->p);
    double sum = 0;
    for (double key = 0; key < keys; key++) {
        const double at = score + position.linear * key + position.log * log1p(key);
        sum += log1p(-exp(family->log_tail(law->p, at)));
    }
    return sum;
}

/* With an upper end, a lower, and none; about s*, at scores beside one another and so far apart that
 * thousands of keys begin to reach above between them. */
static void test_few_keys_stand_for_all(void **state) {
    (void)state;
    enum { KEYS = 20000, SCORES = 5 };
    const struct law law[] = {law_at("spherical", 4, 0, 0, 0.0003),    law_at("spherical", 6, 0, 1e-4, 0.003),
                              law_at("spherical", 2, 0, 0, 0.014),     law_at("powerlaw", 0.4, 1, 1e-3, 0),
                              law_at("stretched", 0.3, 1, 0.01, 0.05), law_at("pareto", 10, 0, 1e-3, 0.1),
                              law_at("gaussian", 1, 0, 0, 0.1),        law_at("gumbel", 1, 0, 0.01, 0.3)};
    const double log_n = log(KEYS), spans[] = {0, 1e-3, 0.1, 3};
    for (size_t i = 0; i < sizeof law / sizeof *law; i++) {
        const struct oracle o = oracle_of(&law[i], log_n);
        const double unit = 1 / scale(&law[i], log_n),
                     typical = positions_typical_score(o.family, o.p, log_n);
        struct below below;
        below_open(&below, &o);
        assert_true(below.good);
        for (size_t k = 0; k < sizeof spans / sizeof *spans; k++) {
            double score[SCORES], log_below[SCORES];
            for (int j = 0; j < SCORES; j++) { score[j] = typical + unit * (spans[k] * (0.5 * j - 1) - 0.7); }
            below_at(&below, SCORES, score, log_below);
            for (int j = 0; j < SCORES; j++) {
                const double sum = key_by_key(&law[i], KEYS, score[j]); /* -inf below all scores */
                check_relative(fmax(-1e3, log_below[j]), fmax(-1e3, sum), 3e-11);
            }
        }
        below_close(&below);
    }
}

static double log_below_at(const struct law *law, double log_n, double score) {
    const struct oracle o = oracle_of(law, log_n);
    struct below below;
    double log_below;
    below_open(&below, &o);
    below_at(&below, 1, &score, &log_below);
    below_close(&below);
    return log_below;
}

/* Of Gaussian keys with log penalties c, far above the nearest, int e^x V(s + c x) dx = e^{1/(2 c^2) - s/c}.
 * Of more keys than a double can count, each with a V below all doubles, none is above s* in e^-1 of rows, as
 * G = 1 there. */
static void test_uncountable_keys(void **state) {
    (void)state;
    const double c[] = {0.04, 0.05, 0.1}, score[] = {10, 8, 1.5};
    for (int i = 0; i < 3; i++) {
        const struct law slow = law_at("gaussian", 1, 0, 0, c[i]);
        check_relative(log_below_at(&slow, 900, score[i]), -exp(1 / (2 * c[i] * c[i]) - score[i] / c[i]),
                       1e-11);
    }
    const struct law stretched = law_at("stretched", 0.8, 1, 0, 0.09);
    for (double log_n = 600; log_n <= POSITIONS_FARTHEST; log_n += 50) {
        const double typical = positions_typical_score(family_find("stretched"), stretched.p, log_n);
        check_close(log_below_at(&stretched, log_n, typical), -1, 1e-9);
    }
    const struct law never = law_at("pareto", 0.9, 0, 0, 1); /* sums that do not end */
    assert_true(isnan(log_below_at(&never, 1e5, 5)));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_few_keys_stand_for_all),
                                       cmocka_unit_test(test_uncountable_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
