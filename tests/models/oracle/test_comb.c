/* Sums over keys at positions against the keys one by one. */
#include "models/oracle/comb.h"
#include "tests/test.h"

#include <stdlib.h>

enum { COUNT = 700 };

/* A smooth row, and 0 at both ends. */
static double row_at(double k) { return exp(-(k - 300) * (k - 300) / 5e3) * (1 + 0.5 * sin(k / 9)); }

/* All keys at x_i; those between points alone. */
static double sum_at(double i, double step_keys, double keys, bool between) {
    long double sum = 0;
    for (double j = 0; j < keys && i + j / step_keys < COUNT; j++) {
        const double steps = j / step_keys;
        sum += between && fabs(steps - round(steps)) < 1e-9 ? 0 : row_at(i + steps);
    }
    return (double)sum;
}

static struct comb comb_of(double linear, double scale, double step, double keys) {
    const struct family_position position = {.linear = linear, .log = 0};
    struct comb comb;
    assert_int_equal(comb_open(&comb, &vector_base, position, log(keys), scale, step, COUNT, COUNT),
                     COMB_MADE);
    return comb;
}

/* What moduli of weights make of a positive row is no less, and hardly more. */
static void check_sums(const struct comb *comb, double step_keys, double keys) {
    double *row = calloc(4 * comb_room(comb), sizeof *row), *sum = row + comb_room(comb),
           *size = sum + comb_room(comb), *between = size + comb_room(comb);
    for (size_t k = 0; k < COUNT; k++) { row[k] = row_at((double)k); }
    comb_add(comb, &vector_base, 0, row, sum);
    comb_add_miss(comb, &vector_base, 0, true, row, size);
    comb_add_miss(comb, &vector_base, 0, false, row, between);
    for (size_t i = 0; i < comb->sums; i += i < 20 ? 1 : 41) {
        const double all = sum_at((double)(COMB_FIRST + i), step_keys, keys, false),
                     apart = sum_at((double)(COMB_FIRST + i), step_keys, keys, true);
        const double rounding = 1e-14 * all + 1e-13 * fmax(1, step_keys);
        check_close(sum[i], all, rounding);
        assert_true(size[i] > all - rounding && size[i] < 1.5 * all + step_keys);
        assert_true(between[i] > apart - rounding && between[i] <= size[i] + rounding);
        assert_true(apart > 0 || between[i] == 0 || comb->stride == 0);
    }
    free(row);
}

/* Keys of a step, from many to one of several steps. Where they are whole numbers weights are the same from
 * one on; a little off, they are not, and sums are the same all the same. */
static void test_steps(void **state) {
    (void)state;
    const double step_keys[] = {1000, 64, 33, 7, 2, 1, 0.5, 1.0 / 3, 0.1}, linear = 0.37, scale = 2.6;
    for (size_t i = 0; i < sizeof step_keys / sizeof *step_keys; i++) {
        const double step = linear * scale * step_keys[i], keys = 1e9, off = 1 + 1e-11;
        struct comb regular = comb_of(linear, scale, step, keys);
        assert_true(regular.stride > 0 && regular.taps < COMB_TAPS);
        check_sums(&regular, step_keys[i], keys);
        comb_close(&regular);
        struct comb other = comb_of(linear, scale, step * off, keys);
        assert_int_equal(other.stride, 0);
        check_sums(&other, step_keys[i] * off, keys);
        comb_close(&other);
    }
}

/* Keys that end within the grid, or not quite. */
static void test_few(void **state) {
    (void)state;
    struct comb few = comb_of(1, 1, 2, 600), enough = comb_of(1, 1, 2, 1402), apart = comb_of(1, 3, 1, 70);
    assert_true(few.stride == 0 && enough.stride == 1 && apart.stride == 3);
    check_sums(&few, 2, 600);
    check_sums(&enough, 2, 1402);
    check_sums(&apart, 1.0 / 3, 70);
    comb_close(&few);
    comb_close(&enough);
    comb_close(&apart);
}

/* Sums of w^-t log^k w, k = 0 to 2, over 1 + j = w up to that many keys. */
static void sums_of_powers(double t, double keys, double sum[3]) {
    long double all[3] = {0};
    for (double w = 1; w <= keys; w++) {
        const double x = log(w), y = exp(-t * x);
        all[0] += y;
        all[1] += y * x;
        all[2] += y * x * x;
    }
    for (int k = 0; k < 3; k++) { sum[k] = (double)all[k]; }
}

/* Of e^-x (c_0 + c_1 x + c_2 x^2), known on a short grid and falling beyond, with log penalties: at x_i the
 * keys are powers. Their sums at n = 2^23, half of it as a continuum, and integrals far out. */
static void check_falls(double log_n, double t, const double power[3]) {
    enum { SHORT = 60 };
    const double step = 0.19, c[3] = {0.3, -0.2, 0.7}, end = SHORT * step, scale = 3;
    const struct family_position position = {.linear = 0, .log = t / scale};
    const size_t reach = (size_t)((t * log_n + 60) / step);
    struct comb comb;
    assert_int_equal(comb_open(&comb, &vector_base, position, log_n, scale, step, SHORT, reach), COMB_MADE);
    double *row = calloc(2 * comb_room(&comb), sizeof *row), *sum = row + comb_room(&comb);
    for (size_t k = 0; k < SHORT; k++) {
        const double x = (double)k * step;
        row[k] = exp(-x) * (c[0] + x * (c[1] + x * c[2]));
    }
    const double shrink = exp(-end);
    const struct comb_fall fall = {
        {shrink * (c[0] + end * (c[1] + end * c[2])), shrink * (c[1] + 2 * end * c[2]), shrink * c[2]}};
    comb_add(&comb, &vector_base, 0, row, sum);
    for (size_t i = 0; i < comb.sums; i += i < 80 ? 7 : 101) {
        const double x = (double)(COMB_FIRST + i) * step, p0 = power[0], p1 = t * power[1],
                     p2 = t * t * power[2],
                     all =
                         exp(-x) * (c[0] * p0 + c[1] * (x * p0 + p1) + c[2] * (x * x * p0 + 2 * x * p1 + p2));
        check_close(sum[i] + comb_fall_at(&comb, &fall, i), all, 1e-12 * all);
    }
    free(row);
    comb_close(&comb);
}

static void test_falls(void **state) {
    (void)state;
    const double keys = 0x1p23, log_n = 690, root = exp(log_n / 2);
    double power[3];
    sums_of_powers(0.4, keys, power);
    check_falls(log(keys), 0.4, power);
    check_falls(log_n, 0.5,
                (double[]){2 * root, root * (2 * log_n - 4), root * (2 * log_n * (log_n - 4) + 16)});
}

/* Increasing sums, of keys of all scales, from the row before the first that is large enough to that where
 * they are nothing: those are the same, and no others are added. */
static void test_trim(void **state) {
    (void)state;
    const double low = -30, high = -1e-3;
    const struct comb_fall no_fall = {{0, 0, 0}};
    struct comb all, few;
    const struct family_position position = {.linear = 0.01, .log = 0.3};
    for (int i = 0; i < 2; i++) {
        struct comb *comb = i == 0 ? &all : &few;
        assert_int_equal(comb_open(comb, &vector_base, position, log(1e6), 1, 0.1, COUNT, COUNT), COMB_MADE);
    }
    const size_t room = comb_room(&all);
    double *row = calloc(3 * room, sizeof *row), *sum = row + room, *part = sum + room;
    for (size_t k = 0; k < COUNT; k++) { row[k] = -exp(5 - 0.1 * (double)k); }
    const size_t begin = comb_trim(&few, &vector_base, row, &no_fall, low, high);
    comb_add(&all, &vector_base, 0, row, sum);
    comb_add(&few, &vector_base, begin, row, part);
    assert_true(begin > 0 && begin % VECTOR_ROW == 0 && few.sums < all.sums && sum[few.sums] >= high);
    assert_true(sum[begin] < low && sum[begin + VECTOR_ROW] >= low && sum[few.sums - VECTOR_ROW] < high);
    for (size_t i = 0; i < all.sums; i++) {
        assert_true(part[i] == (i < begin || i >= few.sums ? 0 : sum[i]));
    }
    free(row);
    comb_close(&all);
    comb_close(&few);
}

/* Keys that are dealt to grids whose steps grow with depth, a few for many where there are many: sums of what
 * is smooth on each, key by key; to log n = 16 by a continuum, whose sum of powers is that of sums_of_powers.
 */
static void test_lots(void **state) {
    (void)state;
    enum { LOTS = 3, ROOM = 400 };
    const struct comb_keys kinds[] = {{{.linear = 0.002, .log = 0.3}, log(1e5), 2, -1},
                                      {{.linear = 7, .log = 0}, 50, 1, 2},
                                      {{.linear = 0, .log = 1.5}, log(0x1p23), 4, 0}};
    const double begin[LOTS] = {0, 40, 90}, step[LOTS] = {0.25, 0.5, 1}, fall = 60;
    for (size_t i = 0; i < 3; i++) {
        double weight[LOTS][ROOM] = {{0}}, exact[LOTS][ROOM] = {{0}}, sum = 0, at_points = 0;
        struct comb_lot lot[LOTS];
        for (size_t k = 0; k < LOTS; k++) {
            lot[k] = (struct comb_lot){begin[k], step[k], weight[k], exact[k], ROOM - COMB_TAPS};
        }
        assert_true(comb_lay_out(&vector_base, &kinds[i], LOTS, lot));
        for (size_t k = 0; k < LOTS; k++) {
            for (size_t l = 0; l < ROOM; l++) {
                const double depth = ((double)l - COMB_FIRST) * step[k];
                sum += weight[k][l] * exp(-depth * depth / (fall * fall));
                at_points += exact[k][l];
                assert_true(weight[k][l] == 0 ||
                            (depth > begin[k] - COMB_FIRST * step[k] &&
                             (k + 1 == LOTS || depth < begin[k + 1] + COMB_FIRST * step[k])));
            }
        }
        const struct family_position p = kinds[i].position;
        long double all = 0;
        double keys_at_points = 0;
        for (double j = 0; j < rint(exp(fmin(kinds[i].log_n, 17))); j++) {
            const double depth = kinds[i].scale * (p.linear * j + p.log * log1p(j));
            if (depth > (ROOM - COMB_TAPS) * step[LOTS - 1]) { break; }
            all += exp(-depth * depth / (fall * fall));
            keys_at_points += depth == 0 || (p.log == 0 && i == 1);
        }
        check_close(sum, (double)all * exp(kinds[i].log_unit), 1e-11 * sum);
        check_close(at_points, keys_at_points * exp(kinds[i].log_unit), 1e-12 * at_points);
    }
}

/* A step of at most that, not much shorter, and regular however often it is halved. */
static void test_step(void **state) {
    (void)state;
    for (double wanted = 1e-3; wanted < 1e6; wanted *= 1.37) {
        const double penalty = 0.37 * 2.6;
        double step = comb_step(0.37, 2.6, wanted);
        assert_true(step <= wanted * (1 + 1e-12) && step > 0.499 * wanted);
        for (int i = 0; i < 8; i++, step /= 2) {
            const double ratio = fmax(step / penalty, penalty / step);
            check_close(ratio, round(ratio), 1e-12 * ratio);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps), cmocka_unit_test(test_few),  cmocka_unit_test(test_falls),
        cmocka_unit_test(test_trim),  cmocka_unit_test(test_lots), cmocka_unit_test(test_step),
    };
    return cmocka_run_group_tests_name("comb", tests, NULL, NULL);
}
