/* Keys whose scores fall with distance: THEORY's values, which a program of its own gave, and sums key by
 * key in long double with the C library's functions. */
#include "models/theory/positions_scale.h"
#include "models/theory/typical.h"
#include "tests/test.h"

#include <string.h>

struct place {
    const char *family;
    double first, second, linear, log;
};

static const struct family *law_of(const struct place *place, double p[FAMILY_PARAMETERS]) {
    const struct family *family = family_find(place->family);
    const size_t at = family_position_index(family);
    memset(p, 0, FAMILY_PARAMETERS * sizeof *p);
    p[0] = place->first;
    if (at > 1) { p[1] = place->second; }
    p[at] = 1;
    p[at + 1] = place->linear;
    p[at + 2] = place->log;
    return family;
}

static double lambda_of(const struct place *place, double log_n) {
    double p[FAMILY_PARAMETERS];
    const struct family *family = law_of(place, p);
    return exp(typical_scale(family, p, log_n).log_lambda);
}

/* THEORY 5: Gaussian scores with linear penalties as n -> inf, to the digits there; n = e^100000 is the same
 * as n = 10^4. */
static void test_linear_penalties(void **state) {
    (void)state;
    const struct {
        double linear, typical_score, lambda;
    } known[] = {{0.01, 1.943347, 2.628998}, {0.1, 0.951743, 1.834968}, {1, -0.412921, 0.830057}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct place place = {"gaussian", 1, 0, known[i].linear, 0};
        double p[FAMILY_PARAMETERS];
        const struct family *family = law_of(&place, p);
        check_close(positions_typical_score(family, p, 1e5), known[i].typical_score, 6e-7);
        check_close(lambda_of(&place, 1e5), known[i].lambda, 6e-7);
        check_relative(lambda_of(&place, log(1e4)), lambda_of(&place, 1e5), 1e-11);
        check_relative(exp(positions_scale_limit(family, p)), lambda_of(&place, 1e5), 1e-11);
    }
}

/* Penalties c log(1 + i) of Gaussian scores. */
static void test_log_penalties(void **state) {
    (void)state;
    const struct place slow = {"gaussian", 1, 0, 0, 0.2}, fast = {"gaussian", 1, 0, 0, 0.5};
    double p[FAMILY_PARAMETERS];
    check_close(lambda_of(&slow, 10), 3.88, 5e-3);
    check_close(lambda_of(&slow, 20), 4.92, 5e-3);
    check_close(lambda_of(&slow, POSITIONS_FARTHEST), 5.024, 5e-4);
    check_close(lambda_of(&fast, POSITIONS_FARTHEST), 2.310, 5e-4);
    const struct family *family = law_of(&slow, p);
    check_close(exp(positions_scale_limit(family, p)), 5.024, 5e-4);
    check_relative(lambda_of(&slow, 2 * POSITIONS_FARTHEST), lambda_of(&slow, POSITIONS_FARTHEST), 1e-12);
    const struct place heavy = {"pareto", 10, 0, 0, 0.2};
    assert_true(isnan(lambda_of(&heavy, 2 * POSITIONS_FARTHEST)));
}

/* Exponential scores of scale w: as many keys without penalty, sum (1 + i)^{-c/w}, have the same s*, which is
 * w log of it; Lambda^typ is 1/w. zeta(2) = pi^2/6. */
static void test_exponential_tail(void **state) {
    (void)state;
    const double w = 0.7;
    const struct {
        double log, log_n, effective;
    } known[] = {{2 * w, 700, M_PI * M_PI / 6}, {0.5 * w, 0, NAN}, {w, 0, NAN}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct place place = {"stretched", 1, w, 0, known[i].log};
        double p[FAMILY_PARAMETERS], log_n = known[i].log_n, effective = known[i].effective;
        const struct family *family = law_of(&place, p);
        if (isnan(effective)) {
            const double n = 300000;
            long double sum = 0;
            for (double k = n; k >= 1; k--) { sum += powl(k, -(long double)known[i].log / w); }
            effective = (double)sum;
            log_n = log(n);
        }
        const struct positions_reach reach = positions_reach(family, p, log_n);
        check_relative(exp(reach.log_effective), effective, 1e-12);
        check_relative(positions_typical_score(family, p, log_n), w * log(effective), 1e-12);
        check_relative(lambda_of(&place, log_n), 1 / w, 1e-11);
    }
}

/* As many keys as there may be. Log penalties c: of exponential scores sum i^{-1/2} = 2 sqrt n + zeta(1/2),
 * of Gaussian ones far above the nearest keys int e^x V(s + c x) dx = e^{1/(2 c^2) - s/c}. Small linear ones:
 * integrals and half of the end terms, geometric series. */
static void test_continua(void **state) {
    (void)state;
    const struct place half = {"stretched", 1, 0.7, 0, 0.35};
    double p[FAMILY_PARAMETERS];
    const struct family *family = law_of(&half, p);
    for (double log_n = 30; log_n < POSITIONS_FARTHEST; log_n *= 1.3) {
        const double sum = M_LN2 + log_n / 2 + log1p(-1.4603545088095868 * exp(-log_n / 2) / 2);
        check_close(positions_log_count(family, p, log_n, 0, 0.7), sum - 1, 1e-12);
        check_relative(positions_typical_score(family, p, log_n), 0.7 * sum, 1e-12);
    }
    const double c[] = {0.04, 0.05, 0.1}, score[] = {10, 8, 1.5};
    for (int i = 0; i < 3; i++) {
        const struct place slow = {"gaussian", 1, 0, 0, c[i]};
        family = law_of(&slow, p);
        const double sum = 1 / (2 * c[i] * c[i]) - score[i] / c[i];
        check_close(positions_log_count(family, p, 900, 0, score[i]), sum, 1e-12);
    }
    const double step = 1e-12, s = 5, lengths[] = {21, 27, 36.5, 690, 1e5};
    const struct place heavy = {"pareto", 2, 0, step, 0}, plain = {"stretched", 1, 1, step, 0};
    for (int i = 0; i < 5; i++) {
        const double length = step * rint(exp(lengths[i])), end = s + length;
        family = law_of(&heavy, p);
        check_close(positions_log_count(family, p, lengths[i], 0, s),
                    log((1 / s - 1 / end) / step + (1 / (s * s) - 1 / (end * end)) / 2), 1e-12);
        family = law_of(&plain, p);
        check_close(positions_log_count(family, p, lengths[i], 0, s), log(expm1(-length) / expm1(-step)) - s,
                    1e-12);
    }
    const struct place never = {"pareto", 0.9, 0, 1, 0}; /* sums that do not end */
    family = law_of(&never, p);
    assert_true(isnan(positions_log_count(family, p, 1e5, 0, s)));
}

/* log G key by key. */
static double plain_count(const struct place *place, double n, double first, double score) {
    long double sum = 0;
    for (double i = n - 1; i >= first; i--) {
        const long double s = (long double)score + place->linear * i + place->log * log1pl(i);
        if (strcmp(place->family, "gaussian") == 0) {
            sum += erfcl(s / (place->first * sqrtl(2))) / 2;
        } else if (strcmp(place->family, "powerlaw") == 0) {
            sum += s >= 0 ? 0 : powl(fminl(1, -s / place->second), place->first);
        } else if (strcmp(place->family, "pareto") == 0) {
            sum += s <= 1 ? 1 : powl(s, -place->first);
        } else {
            sum += -expm1l(-expl(-(s - 0) / place->second)); /* gumbel, from its location */
        }
    }
    return (double)logl(sum);
}

static void test_sums(void **state) {
    (void)state;
    const struct place places[] = {
        {"gaussian", 1.5, 0, 0.003, 0}, {"gaussian", 1, 0, 0.01, 0.3}, {"gaussian", 1, 0, 0, 0.2},
        {"powerlaw", 2.5, 4, 0.001, 0}, {"powerlaw", 0.5, 4, 0, 0.3},  {"pareto", 2.5, 0, 0.1, 0},
        {"gumbel", 0, 1.2, 0.02, 0.1},  {"gumbel", 0, 1.2, 0, 1.3},    {"powerlaw", 0.1, 4, 1e-4, 0},
        {"powerlaw", 0.05, 4, 2e-4, 0}, {"powerlaw", 0.2, 4, 0, 0.09}};
    const double scores[] = {-30, -4, -0.7, 2.3, 5}, n = 50000, firsts[] = {0, 5, 100, 3001};
    for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
        for (size_t s = 0; s < sizeof scores / sizeof *scores; s += test_size(1, 2)) {
            for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++) {
                double p[FAMILY_PARAMETERS], plain = plain_count(&places[k], n, firsts[f], scores[s]);
                const struct family *family = law_of(&places[k], p);
                if (plain < -600) { continue; }
                check_close(positions_log_count(family, p, log(n), firsts[f], scores[s]), plain, 1e-11);
            }
        }
    }
}

/* Two keys of powerlaw scores that never meet: the second is 2 below, whose log 2/2 is the sup. */
static void test_keys_apart(void **state) {
    (void)state;
    const struct place place = {"powerlaw", 2, 1, 2, 0};
    check_relative(lambda_of(&place, 20), log(2) / 2, 1e-7);
    /* Gaussian ones, whose s* is anywhere between two, where V is 1 to rounding. */
    const struct place far = {"gaussian", 1, 0, 1e6, 0};
    assert_true(lambda_of(&far, 20) > log(2) / 2e6 && lambda_of(&far, 20) < 2 * log(2) / 1e6);
}

/* Powerlaw keys that hardly meet: log G/gap has a maximum wherever one of them reaches its lowest score, and
 * s* is there for the first. The highest of all, key by key. */
static void test_maxima_of_keys(void **state) {
    (void)state;
    for (int n = 3; n <= 48; n *= 2) {
        for (double slope = 1.5; slope < 3.5; slope += 0.25) {
            const struct place place = {"powerlaw", 2, 1, 0, slope};
            double best = 0;
            for (int j = 1; j < n; j++) {
                double count = 0;
                for (int i = 0; i < n; i++) {
                    const double part = fmax(0, 1 + slope * (log1p(j) - log1p(i)));
                    count += fmin(1, part * part);
                }
                best = fmax(best, log(count) / (slope * log1p(j)));
            }
            assert_true(lambda_of(&place, log(n)) > best * (1 - 1e-7));
        }
    }
}

/* Cusps one beside the other, and the highest is that of a key far away. */
static void test_cusps(void **state) {
    (void)state;
    const double n = 2000, linear[] = {0.01, 0.03, 0.1};
    for (int k = 0; k < 3; k++) {
        const struct place place = {"stretched", 0.5, 1, linear[k], 0};
        double p[FAMILY_PARAMETERS], best = 0;
        const struct family *family = law_of(&place, p);
        const double typical = positions_typical_score(family, p, log(n));
        for (double key = 0; key < n; key++) {
            double count = key + 1;
            for (double i = key + 1; i < n; i++) { count += exp(-sqrt(linear[k] * (i - key))); }
            best = fmax(best, log(count) / (typical + linear[k] * key));
        }
        assert_true(lambda_of(&place, log(n)) > best * (1 - 1e-10));
    }
}

/* Also where doubles do not tell the score of keys at e^-60 from the highest one. */
static void test_power(void **state) {
    (void)state;
    const double kappa[] = {0.05, 0.082, 0.3, 1, 2.5, 20};
    for (size_t i = 0; i < sizeof kappa / sizeof *kappa; i++) {
        const struct place place = {"powerlaw", kappa[i], 1, 0.1, 0};
        double p[FAMILY_PARAMETERS];
        check_relative(positions_power(law_of(&place, p), p), kappa[i], 1e-12);
    }
    const struct place sphere = {"spherical", 4, 0, 0.1, 0};
    double p[FAMILY_PARAMETERS];
    check_relative(positions_power(law_of(&sphere, p), p), 1.5, 1e-12);
}

/* Powers below 1, where G is steep behind the highest score of a key: key by key, over finer and finer gaps
 * behind each. */
static void test_starts(void **state) {
    (void)state;
    const struct {
        double kappa, linear, log, n;
    } at[] = {{0.88, 0, 0.1117, 88}, {0.46, 0.719, 0.406, 60}, {0.63, 0, 0.06, 92}, {0.25, 0.0887, 4.54, 50}};
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        const struct place place = {"powerlaw", at[k].kappa, 1, at[k].linear, at[k].log};
        double p[FAMILY_PARAMETERS], best = 0;
        const struct family *family = law_of(&place, p);
        const double typical = positions_typical_score(family, p, log(at[k].n));
        for (int j = 1; j < 16; j++) {
            for (double apart = 1; apart > 1e-6; apart *= 0.9) {
                const double gap = typical + at[k].linear * j + at[k].log * log1p(j) + apart;
                if (!(gap > 1e-5)) { continue; }
                best = fmax(best, plain_count(&place, at[k].n, 0, typical - gap) / gap);
            }
        }
        assert_true(lambda_of(&place, log(at[k].n)) > best * (1 - 1e-9));
    }
}

/* s* above all doubles. */
static void test_uncountable_keys(void **state) {
    (void)state;
    double p[FAMILY_PARAMETERS];
    const struct place beyond = {"pareto", 0.5, 0, 0.03, 0};
    const struct family *family = law_of(&beyond, p);
    assert_true(isnan(positions_typical_score(family, p, 690)) && isnan(lambda_of(&beyond, 690)));
}

/* Two Gaussian keys, the second 10 farther down: the sup is where it joins, at a gap that 1/G' at s*, 3e5,
 * knows nothing of. By a scan of log G/gap with erfc, G - 1 summed without the 1. */
static void test_joining(void **state) {
    (void)state;
    const struct place far = {"gaussian", 1, 0, 10, 0};
    const double typical = -5;
    double best = 0;
    for (double gap = 1; gap < 30; gap += 1e-4) {
        const double s = typical - gap, more = erfc((s + 10) / M_SQRT2) / 2 - erfc(-s / M_SQRT2) / 2;
        best = fmax(best, log1p(more) / gap);
    }
    check_relative(lambda_of(&far, M_LN2), best, 1e-8);
    check_relative(lambda_of(&far, log(1000)), best, 1e-8);
}

/* Outside the window the mean weight is what it says, key by key; without the half of it it is not. */
static void test_window(void **state) {
    (void)state;
    const struct place place = {"gaussian", 1, 0, 0.05, 0};
    double p[FAMILY_PARAMETERS];
    const struct family *family = law_of(&place, p);
    const double beta = 0.3, score = positions_typical_score(family, p, 1e5),
                 window = exp(positions_log_window(family, p, 1e5, beta));
    double missed[2] = {0, 0};
    for (double i = floor(window / 2); i < 4 * window; i++) { /* E min(1, e^{beta (x - b - s*)}) */
        const double b = 0.05 * i + score, above = erfc(b / sqrt(2)) / 2,
                     below = exp(beta * beta / 2 - beta * b) * erfc((beta - b) / sqrt(2)) / 2;
        missed[0] += i < window ? 0 : above + below;
        missed[1] += above + below;
    }
    assert_true(log(missed[0]) < POSITIONS_MISSED && log(missed[1]) > POSITIONS_MISSED + 1);
    check_close(positions_log_window(family, p, log(300), beta), log(300), 0);
    const struct place hardly = {"gaussian", 1, 0, 1e-300, 0};
    family = law_of(&hardly, p);
    check_close(positions_log_window(family, p, log(4096), beta), log(4096), 0);
    assert_true(isnan(positions_log_window(family, p, 700, beta)));
    const struct place log_alone = {"gaussian", 1, 0, 0, 0.2};
    family = law_of(&log_alone, p);
    assert_true(isnan(positions_log_window(family, p, 20, beta)));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_linear_penalties),
                                       cmocka_unit_test(test_log_penalties),
                                       cmocka_unit_test(test_exponential_tail),
                                       cmocka_unit_test(test_sums),
                                       cmocka_unit_test(test_keys_apart),
                                       cmocka_unit_test(test_maxima_of_keys),
                                       cmocka_unit_test(test_continua),
                                       cmocka_unit_test(test_cusps),
                                       cmocka_unit_test(test_starts),
                                       cmocka_unit_test(test_uncountable_keys),
                                       cmocka_unit_test(test_joining),
                                       cmocka_unit_test(test_power),
                                       cmocka_unit_test(test_window)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
