/* E of the largest score of keys at positions, whose law has a kink at each key: against panels from kink to
 * kink, one key, and known values. */
#include "tests/models/oracle/oracle_law.h"

#include "models/oracle/highest.h"
#include "models/theory/positions.h"

/* The mean of a row's largest of uniform scores below 0, whose law has a kink at each key: of log Z less log
 * of its part in the largest weight. By Simpson's rule from kink to kink. */
static void test_highest(void **state) {
    (void)state;
    enum { KEYS = 50, STEPS = 64 };
    const double linear = 0.02, beta = 2;
    const struct law law = law_at("powerlaw", 1, 1, linear, 0);
    const double score = positions_typical_score(family_find("powerlaw"), law.p, log(KEYS));
    double depth = 0; /* E of what it lacks to 0 */
    for (int i = 0; i < KEYS * STEPS; i++) {
        double value[3];
        for (int k = 0; k < 3; k++) {
            const double t = linear / STEPS * (i + 0.5 * k);
            value[k] = 1;
            for (int j = 0; j < KEYS; j++) { value[k] *= 1 - fmin(1, fmax(0, t - linear * j)); }
        }
        depth += linear / STEPS * (value[0] + 4 * value[1] + value[2]) / 6;
    }
    const struct oracle_point x = point_at(&law, log(KEYS), beta);
    check_close(-(x.log_partition + x.log_top_weight) / beta, (score + depth) * scale(&law, log(KEYS)),
                1e-11);
}

/* Kinks that are slight, and not; many keys, and few of them: against panels between kinks that were halved
 * until 1e-14 was left. */
static void test_highest_between_kinks(void **state) {
    (void)state;
    const struct {
        double dimension, linear, log, log_n, highest;
    } known[] = {{8, 0.01, 0, 10, -0.384982188599},       {9, 0.01, 0, 10, -0.395011407624},
                 {10, 0.03, 0, 10, -0.415507930635},      {2, 0.001, 0, 10, -0.186820294350},
                 {3, 0.001, 0, 64, -0.237177795697},      {5, 0.01, 0, 64, -0.334136073862},
                 {3, 0.001, 0, 4, -0.102176278870},       {2, 0.001, 0, 5, -0.186820293668},
                 {2, 0, 0.1, 10 * M_LN2, -1.117187751795}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct law law = law_at("spherical", known[i].dimension, 0, known[i].linear, known[i].log);
        const struct oracle_point x = point_at(&law, known[i].log_n, 1);
        check_close(-(x.log_partition + x.log_top_weight), known[i].highest, 1e-11);
    }
}

/* Keys about the query that hardly meet, each far below the one before in units of 1/Lambda^typ: the same, by
 * Simpson's rule over the fourth root of the distance from each kink; and as one key is alone where the
 * second has a score near its, H falls as 1/beta. */
static void test_keys_far_apart(void **state) {
    (void)state;
    enum { KEYS = 8, STEPS = 400 };
    const struct law law = law_at("spherical", 2, 30, 0, 0.3);
    const struct family *family = family_find("spherical");
    const double log_n = 16 * M_LN2, score = positions_typical_score(family, law.p, log_n);
    double depth = 0;
    for (int k = 0; k < KEYS; k++) {
        const double low = 0.3 * log1p(k), width = 0.3 * log1p(k + 1) - low;
        for (int i = 0; i <= STEPS; i++) {
            const double v = (double)i / STEPS, weight = i % STEPS == 0 ? 1 : 2 + 2 * (i % 2);
            double power = 1;
            for (int j = 0; j <= k; j++) {
                power *= -expm1(family->log_tail(law.p, 0.3 * log1p(j) - low - width * v * v * v * v));
            }
            depth += weight / (3 * STEPS) * width * 4 * v * v * v * power;
        }
    }
    const struct oracle_point x = point_at(&law, log_n, 0.3), y = point_at(&law, log_n, 0.5);
    check_relative(-(x.log_partition + x.log_top_weight) / 0.3, (score + depth) * scale(&law, log_n), 1e-9);
    check_relative(0.5 * y.entropy, 0.3 * x.entropy, 1e-4);
}

/* Powers so small that keys hardly meet, whose rise behind a key's highest score is steeper than doubles
 * tell, and rows that reach 1e13 units of 1/Lambda^typ from s*: by Simpson's rule over the 40th root of the
 * distance from each kink. Setups of these did not end. */
static void test_highest_of_steep_keys(void **state) {
    (void)state;
    enum { STEPS = 16000 };
    const struct {
        double kappa, linear, log, log_n;
        int keys;
    } rows[] = {{0.0739, 0.00125, 0.636, 56, 4}, {0.0632, 0.1688, 0, 19, 6}};
    for (size_t r = 0; r < 2; r++) {
        const struct law law = law_at("powerlaw", rows[r].kappa, 1, rows[r].linear, rows[r].log);
        const double score = positions_typical_score(family_find("powerlaw"), law.p, rows[r].log_n);
        double depth = 0, place[7];
        for (int k = 0; k < rows[r].keys; k++) { place[k] = rows[r].linear * k + rows[r].log * log1p(k); }
        place[rows[r].keys] = 1;
        for (int k = 0; k < rows[r].keys; k++) {
            const double width = place[k + 1] - place[k];
            for (int i = 1; i <= STEPS; i++) {
                const double v = (double)i / STEPS, weight = i == STEPS ? 1 : 2 + 2 * (i % 2),
                             t = width * pow(v, 40);
                double below = 1;
                for (int j = 0; j <= k; j++) { below *= 1 - pow(place[k] - place[j] + t, rows[r].kappa); }
                depth += weight / (3 * STEPS) * width * 40 * pow(v, 39) * below;
            }
        }
        struct oracle *o = make_oracle(&law, rows[r].log_n);
        check_relative(o->highest, (score + depth) * scale(&law, rows[r].log_n), 1e-11);
        oracle_free(o);
    }
}

/* 0 <= -E log p_(1) <= E H, where many kinks are on the way to those that are too near to be told apart. */
static void test_highest_beyond_kinks(void **state) {
    (void)state;
    const struct {
        struct law law;
        double log_n;
    } rows[] = {{law_at("powerlaw", 0.5, 1, 0, 0.0002433), 19.88},
                {law_at("spherical", 2, 0, 0, 0.001787), 94},
                {law_at("spherical", 3, 3, 0, 0.006049), 16.31}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const struct oracle_point x = point_at(&rows[r].law, rows[r].log_n, 100);
        assert_true(x.entropy < 0.05 && x.entropy_error < 1e-6 && x.log_top_weight_error < 1e-6);
        assert_true(-x.log_top_weight > -x.log_top_weight_error);
        assert_true(-x.log_top_weight < x.entropy + x.entropy_error + x.log_top_weight_error);
    }
}

/* E (s* - s_(1)) of keys with penalties slope log(1 + j), V = depth^kappa, beyond the last key down to 1: by
 * Simpson's rule over the fourth root of the distance from each kink. */
enum { MANY_KEYS = 400 };
static double highest_of_many(double kappa, double slope, double score) {
    enum { LAST = 16000 };
    double depth = 0, place[MANY_KEYS + 1];
    for (int k = 0; k < MANY_KEYS; k++) { place[k] = slope * log1p(k); }
    place[MANY_KEYS] = 0.4;
    for (int k = 0; k < MANY_KEYS; k++) {
        const double width = place[k + 1] - place[k];
        const int steps = k + 1 < MANY_KEYS ? 2 * (48 + 8000 / (k + 1)) : LAST;
        for (int i = 1; i <= steps; i++) {
            const double v = (double)i / steps, weight = i == steps ? 1 : 2 + 2 * (i % 2);
            double below = 1;
            for (int j = 0; j <= k && below > 1e-20; j++) {
                below *= 1 - pow(place[k] - place[j] + width * v * v * v * v, kappa);
            }
            depth += weight / (3 * steps) * width * 4 * v * v * v * below;
        }
    }
    return score + depth;
}

/* Many kinks that keys at log penalties make, and rows that reach down behind the last. What the mean is off
 * is within its part of the errors of E log p_(1). */
static void test_highest_of_many_keys(void **state) {
    (void)state;
    const struct { double kappa, slope; } rows[] = {{0.5, 0.001}, {1.85, 0.01}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const double beta = 100, log_n = log(MANY_KEYS);
        const struct law law = law_at("powerlaw", rows[r].kappa, 1, 0, rows[r].slope);
        const double score = positions_typical_score(family_find("powerlaw"), law.p, log_n),
                     highest = highest_of_many(rows[r].kappa, rows[r].slope, score) * scale(&law, log_n);
        struct oracle *o = make_oracle(&law, log_n);
        const struct oracle_point x = point_at(&law, log_n, beta);
        const double stated = (x.log_top_weight_error - x.log_partition_error) / beta;
        check_close(o->highest, highest, 1e-10);
        check_close(o->highest, highest, stated);
        assert_true(stated < 1e-8);
        oracle_free(o);
    }
}

/* Penalties so slight that the steps between keys are less than their rounding: of keys without end, whose V
 * is a power of depth far below 1, none is above -x in exp(-e^((x + s*) / c)) of rows. */
static void test_highest_of_slight_steps(void **state) {
    (void)state;
    const double beta = 100, log_n = 690, euler = 0.57721566490153286, slope[] = {1e-8, 1e-10};
    const struct law law[] = {law_at("powerlaw", 1.8, 1, 0, slope[0]),
                              law_at("spherical", 4, 0, 0, slope[1])};
    for (size_t r = 0; r < sizeof law / sizeof *law; r++) {
        struct oracle *o = make_oracle(&law[r], log_n);
        const struct oracle_point x = point_at(&law[r], log_n, beta);
        const double stated = (x.log_top_weight_error - x.log_partition_error) / beta;
        check_close(o->highest, -euler * slope[r] * scale(&law[r], log_n), stated);
        assert_true(stated < 1e-7);
        oracle_free(o);
    }
}

/* E of the highest of scores above 0, V = exp(-s^1/2) less penalties, over u = s^1/2. */
static void test_highest_above_an_end(void **state) {
    (void)state;
    enum { KEYS = 20, STEPS = 20000 };
    const double linear = 1, beta = 2, last = 40, log_n = log(KEYS);
    const struct law law = law_at("stretched", 0.5, 1, linear, 0);
    const double score = positions_typical_score(family_find("stretched"), law.p, log_n);
    double highest = 0;
    for (int i = 0; i <= 2 * STEPS; i++) {
        const double u = last * i / (2 * STEPS);
        double log_below = 0;
        for (int j = 0; j < KEYS; j++) { log_below += log1p(-exp(-sqrt(u * u + linear * j))); }
        highest += last / (6 * STEPS) *
                   (i == 0 || i == 2 * STEPS ? 1
                    : i % 2                  ? 4
                                             : 2) *
                   2 * u * -expm1(log_below);
    }
    const struct oracle_point x = point_at(&law, log_n, beta);
    check_close(-(x.log_partition + x.log_top_weight) / beta, (score - highest) * scale(&law, log_n), 1e-11);
}

/* Keys on a circle that never meet, from s* at the lowest score on: the nearest one, -2 to 0, is -1 in
 * the mean. And a tail so heavy that rows reach 2000 units of it. */
static void test_highest_from_an_end(void **state) {
    (void)state;
    const struct law circle = law_at("spherical", 2, 0, 8.8, 0), heavy = law_at("pareto", 5, 0, 0.5, 0);
    const double log_n = log(12), beta = 16,
                 score = positions_typical_score(family_find("spherical"), circle.p, log_n);
    const struct oracle_point x = point_at(&circle, log_n, beta), y = point_at(&heavy, log(18), 1);
    check_close(-(x.log_partition + x.log_top_weight) / beta, (score + 1) * scale(&circle, log_n), 1e-12);
    check_close(y.gap_mean, 0.23813323, 1e-8);
}

/* Keys with scores far narrower than their penalties: the nearest one, whose mean is known, is the highest.
 */
static void test_highest_of_narrow_keys(void **state) {
    (void)state;
    const struct {
        struct law law;
        double nearest;
    } rows[] = {{law_at("gaussian", 1, 0, 1000, 0), 0},
                {law_at("gaussian", 1e-3, 0, 10, 0), 0},
                {law_at("gumbel", 0, 1, 1e4, 0), 0.57721566490153286},
                {law_at("stretched", 30, 1, 100, 3), tgamma(1 + 1 / 30.0)}};
    const double log_n = log(10);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const double score = positions_typical_score(family_find(rows[r].law.family), rows[r].law.p, log_n);
        struct oracle *o = make_oracle(&rows[r].law, log_n);
        check_close(o->highest, (score - rows[r].nearest) * scale(&rows[r].law, log_n), 1e-10);
        oracle_free(o);
    }
}

/* Rows whose highest scores are those of so many keys far behind, of V = depth^power, that they come from
 * much farther below a key's end than one key alone at that n. By Simpson's rule over depths, of the keys'
 * sums: one by one, and over x = log(1 + j). */
static double depth_of_far_keys(double power, double slope, double last) {
    enum { FEW = 100, STEPS = 2000, PARTS = 600 };
    const double from = log(FEW + 0.5);
    double depth = 0;
    for (int i = 1; i <= STEPS; i++) {
        const double d = last * i / STEPS, to = d / slope, weight = i == STEPS ? 1 : 2 + 2 * (i % 2);
        double above = 0, far = 0;
        for (int j = 0; j < FEW && slope * log1p(j) < d; j++) {
            above -= log1p(-pow(d - slope * log1p(j), power));
        }
        for (int k = 0; to > from && k <= PARTS; k++) {
            const double x = from + (to - from) * k / PARTS, share = k % PARTS == 0 ? 1 : 2 + 2 * (k % 2);
            far += share * exp(x + power * log(fmax(0, d - slope * x)));
        }
        above += far * (to - from) / (3 * PARTS);
        depth += weight * last / (3 * STEPS) * exp(-above);
    }
    return depth + last / (3 * STEPS);
}

static void test_highest_of_far_keys(void **state) {
    (void)state;
    const double power = 15, slope = 0.003, last = 0.6, log_n = 690;
    const struct law law = law_at("powerlaw", power, 1, 0, slope);
    struct oracle *o = make_oracle(&law, log_n);
    const double unit = scale(&law, log_n),
                 score = positions_typical_score(family_find("powerlaw"), law.p, log_n);
    const struct oracle_point x = point_at(&law, log_n, 1);
    check_close(o->highest, (score + depth_of_far_keys(power, slope, last)) * unit, 1e-9);
    assert_true(x.log_top_weight_error - x.log_partition_error < 2e-11);
    oracle_free(o);
}

/* How far below s* rows of 50 keys have no score: about e^-34.5 of them, however that is looked for. */
static void test_lowest(void **state) {
    (void)state;
    enum { KEYS = 50 };
    const struct law rows[] = {law_at("powerlaw", 1, 1, 0.02, 0), law_at("powerlaw", 1, 1, 0, 0.1),
                               law_at("spherical", 2, 0, 0.01, 0.1), law_at("gaussian", 1, 0, 0.1, 0),
                               law_at("pareto", 10, 0, 0.0001, 0)};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const struct family *family = family_find(rows[r].family);
        const double *p = rows[r].p, score = positions_typical_score(family, p, log(KEYS));
        const struct family_position position = family_position(family, p);
        struct oracle *o = make_oracle(&rows[r], log(KEYS));
        struct highest highest;
        double log_none = 0;
        assert_true(highest_mean(o, score, 1 / scale(&rows[r], log(KEYS)), &highest));
        for (int i = 0; i < KEYS; i++) {
            const double penalty = position.linear * i + position.log * log1p(i);
            log_none += log1p(-exp(family->log_tail(p, score - highest.lowest + penalty)));
        }
        assert_true(log_none < -34.4 && log_none > -37);
        oracle_free(o);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_highest),
                                       cmocka_unit_test(test_lowest),
                                       cmocka_unit_test(test_highest_between_kinks),
                                       cmocka_unit_test(test_keys_far_apart),
                                       cmocka_unit_test(test_highest_of_steep_keys),
                                       cmocka_unit_test(test_highest_of_many_keys),
                                       cmocka_unit_test(test_highest_of_slight_steps),
                                       cmocka_unit_test(test_highest_beyond_kinks),
                                       cmocka_unit_test(test_highest_above_an_end),
                                       cmocka_unit_test(test_highest_from_an_end),
                                       cmocka_unit_test(test_highest_of_narrow_keys),
                                       cmocka_unit_test(test_highest_of_far_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
