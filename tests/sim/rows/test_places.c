/* The kernels that counted rows are made with, each against its plain twin, to the bit, in every instruction
 * set. */
#include "tests/test.h"

#include <Random123/threefry.h>
#include <string.h>

#include "models/numeric/vector_inline.h"
#include "models/theory/profile.h"
#include "models/theory/typical.h"
#include "sim/rows/isa.h"
#include "tests/sim/rows/laws.h"

static const char *const isas[] = {"base", "avx2", "avx512"};
enum { ISAS = sizeof isas / sizeof isas[0] };

/* ---- gaps of a profile ---- */

/* Against the sum of cosines; and the same bits everywhere, in place as well. */
static void test_chebyshev(void **state) {
    (void)state;
    enum { MOST = 77 };
    double c[VECTOR_TERMS], x[MOST], want[MOST], got[MOST];
    for (int k = 0; k < VECTOR_TERMS; k++) { c[k] = cos(1 + 3 * k) * exp(-k); }
    for (int i = 0; i < MOST; i++) { x[i] = 5 + 3 * cos(i); }
    vector_base.chebyshev(MOST, c, 5, 1.0 / 3, x, want);
    for (int i = 0; i < MOST; i++) {
        double sum = 0, angle = acos(fmax(-1, fmin(1, (x[i] - 5) / 3)));
        for (int k = 0; k < VECTOR_TERMS; k++) { sum += c[k] * cos(k * angle); }
        check_close(want[i], sum, 1e-14);
    }
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        for (size_t n = 0; isa && n <= MOST; n++) {
            memcpy(got, x, sizeof x);
            isa->vector->chebyshev(n, c, 5, 1.0 / 3, got, got);
            assert_memory_equal(got, want, n * sizeof *got);
        }
    }
}

/* Together or one by one: the same bits. From below where profiles begin to their ends, overflow included. */
static void test_gaps(void **state) {
    (void)state;
    enum { POINTS = 700 };
    const double log_n[] = {7, 30, 1e4, 1e6};
    double y[POINTS], got[POINTS];
    for (size_t i = 0; i < LAWS * 4; i++) {
        const struct law *law = &laws[i / 4];
        const struct family *family = family_find(law->family);
        double n = log_n[i % 4];
        struct profile *profile =
            profile_create(family, law->p, n, typical_scale(family, law->p, n).log_lambda);
        for (size_t k = 0; k < POINTS; k++) { y[k] = -50 + (n + 50) * pow((double)k / (POINTS - 1), 3); }
        for (size_t k = 0; k < ISAS; k++) {
            const struct isa *isa = isa_find(isas[k]);
            if (!isa) { continue; }
            profile_gaps(profile, isa->vector, POINTS, y, got);
            for (size_t j = 0; j < POINTS; j++) {
                double want = profile_gap(profile, y[j]);
                assert_memory_equal(&got[j], &want, sizeof want);
            }
        }
        profile_free(profile);
    }
}

/* ---- random numbers of places ---- */

enum { MOST = 300 };
static const uint64_t key[4] = {11, 12, 13, 14};

static threefry4x64_ctr_t block_at(uint64_t position) {
    const threefry4x64_key_t k = {{key[0], key[1], key[2], key[3]}};
    threefry4x64_ctr_t counter = {{position, STREAM_SPLITS, 0, 0}};
    return threefry4x64(counter, k);
}

static double uniform_of(uint64_t word) { return ((double)(word >> 11) + 0.5) * 0x1p-53; }

static double plain_normal(uint64_t position) {
    threefry4x64_ctr_t word = block_at(position);
    double sine, cosine;
    vector_sincos_turn_one(uniform_of(word.v[1]), &sine, &cosine);
    return sqrt(-2 * vector_log_one(uniform_of(word.v[0]))) * cosine;
}

/* Bit by bit. */
static double plain_heads(uint64_t position, uint64_t coins) {
    double heads = 0;
    for (uint64_t i = 0; i < coins; i++) {
        heads += (double)(block_at(position + i / 256).v[i / 64 % 4] >> (i % 64) & 1);
    }
    return heads;
}

/* Numbers of coins of all sizes, the ends of words and blocks, 0 and the most among them. */
static double coins_of(size_t i) {
    static const double edge[] = {0, 1, 63, 64, 65, 255, 256, 257, 4095, 4096, 0, 4096};
    size_t edges = sizeof edge / sizeof edge[0];
    return i < edges ? edge[i] : floor(4097 * pow(uniform_of(block_at(i).v[0]), 3));
}

static void test_places(void **state) {
    (void)state;
    static uint64_t position[MOST];
    static double coins[MOST], normal[MOST], heads[MOST], uniform[4 * MOST], got[4 * MOST];
    for (size_t i = 0; i < MOST; i++) {
        position[i] = (i * 0x9e3779b97f4a7c15u) << 4;
        coins[i] = coins_of(i);
        normal[i] = plain_normal(position[i]);
        heads[i] = plain_heads(position[i], (uint64_t)coins[i]);
        for (size_t q = 0; q < 4; q++) { uniform[4 * i + q] = uniform_of(block_at(position[i]).v[q]); }
    }
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        for (size_t n = 0; isa && n <= MOST; n += n < 20 ? 1 : 40) {
            isa->kernel->place_normals(key, STREAM_SPLITS, n, position, got);
            assert_memory_equal(got, normal, n * sizeof *got);
            isa->kernel->place_coins(key, STREAM_SPLITS, n, position, coins, got);
            assert_memory_equal(got, heads, n * sizeof *got);
            isa->kernel->place_uniforms(key, STREAM_SPLITS, n, position, got);
            assert_memory_equal(got, uniform, 4 * n * sizeof *got);
        }
    }
}

/* To whole numbers up to 2^52 and beyond, as rint has them, never below 0 or above all. */
static void test_halves(void **state) {
    (void)state;
    double scores[MOST], normal[MOST], got[MOST];
    for (size_t i = 0; i < MOST; i++) {
        scores[i] = floor(exp2(53.0 * (double)i / (MOST - 1)));
        normal[i] = i % 5 == 4 ? (i % 2 ? 300.0 : -300.0) : plain_normal(i << 4);
    }
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        if (!isa) { continue; }
        isa->kernel->halves(MOST, scores, normal, got);
        for (size_t i = 0; i < MOST; i++) {
            double half = rint(0.5 * (scores[i] + sqrt(scores[i]) * normal[i]));
            assert_true(got[i] == fmin(fmax(half, 0), scores[i]));
        }
    }
}

/* ---- ranks of gaps, and N_n(t) ---- */

static void check_ranks(const struct profile *profile, double log_n) {
    enum { POINTS = 500 };
    double gap[POINTS], want[POINTS], got[POINTS];
    size_t n = 0;
    for (size_t k = 0; k < POINTS; k++) {
        gap[n] = profile_gap(profile, 5.1 * pow(log_n / 5.1, ((double)k + 0.5) / POINTS));
        n += gap[n] < INFINITY && (n == 0 || gap[n] > gap[n - 1]);
    }
    profile_ranks(profile, &vector_base, n, gap, want);
    const double off = 1e-12 + 1e-15 * log_n; /* relative, of the rank or of the gap */
    for (size_t i = 0; i < n; i++) {
        assert_true(profile_gap(profile, want[i] * (1 - off)) <= gap[i] * (1 + off));
        assert_true(profile_gap(profile, want[i] * (1 + off)) >= gap[i] * (1 - off));
    }
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        if (!isa) { continue; }
        profile_ranks(profile, isa->vector, n, gap, got);
        assert_memory_equal(got, want, n * sizeof *got);
    }
}

/* The rank of a gap has that gap, near saturation and overflow, too. */
static void test_ranks(void **state) {
    (void)state;
    const double log_n[] = {6, 12, 30, 700, 1e6};
    for (size_t i = 0; i < LAWS * 5; i++) {
        const struct law *law = &laws[i / 5];
        const struct family *family = family_find(law->family);
        double n = log_n[i % 5];
        struct profile *profile =
            profile_create(family, law->p, n, typical_scale(family, law->p, n).log_lambda);
        assert_true(profile_invert(profile, 5, n));
        check_ranks(profile, n);
        profile_free(profile);
    }
}

/* ---- tables ---- */

static void test_table(void **state) {
    (void)state;
    enum { BINS = 37 };
    static double cell[BINS][2][KERNEL_AVERAGES][KERNEL_LANES], a[BINS], b[BINS];
    double want[KERNEL_AVERAGES][KERNEL_LANES] = {{0}}, got[KERNEL_AVERAGES][KERNEL_LANES];
    for (size_t i = 0; i < BINS; i++) {
        a[i] = 1 + cos((double)i);
        b[i] = sin((double)i);
        for (size_t j = 0; j < 2 * KERNEL_AVERAGES * KERNEL_LANES; j++) {
            (&cell[i][0][0][0])[j] = exp(-0.1 * (double)(i * j % 91));
        }
        for (size_t j = 0; j < KERNEL_AVERAGES * KERNEL_LANES; j++) {
            double once = a[i] * (&cell[i][0][0][0])[j], spread = b[i] * (&cell[i][1][0][0])[j];
            (&want[0][0])[j] += once + spread;
        }
    }
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        if (!isa) { continue; }
        isa->kernel->table(BINS, a, b, (const double(*)[2][KERNEL_AVERAGES][KERNEL_LANES])cell, got);
        assert_memory_equal(got, want, sizeof got);
        isa->kernel->table(0, a, b, (const double(*)[2][KERNEL_AVERAGES][KERNEL_LANES])cell, got);
        for (size_t j = 0; j < KERNEL_AVERAGES * KERNEL_LANES; j++) { check_close((&got[0][0])[j], 0, 0); }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chebyshev), cmocka_unit_test(test_gaps),  cmocka_unit_test(test_places),
        cmocka_unit_test(test_halves),    cmocka_unit_test(test_ranks), cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
