/* Sparse normalisers of rows against all their scores in order, and against laws in closed form. */
#include "tests/sim/measures/sample.h"

#include "sim/measures/normaliser.h"
#include "sim/rows/counted.h"
#include "sim/rows/sampler.h"

static struct normalised entmax_of(struct normaliser *workspace, const struct row *row, double alpha,
                                   double beta) {
    normaliser_begin(workspace, row);
    return normaliser_entmax(workspace, alpha, beta);
}

/* ---- against every score ---- */

/* Sparsemax of gaps in order: k keys have weight iff beta (k gap_k - sum of those above) < 1. */
static long double sorted_cut(size_t n, const double *gap, long double beta) {
    long double sum = 0;
    size_t k = 1;
    while (k < n && beta * ((long double)k * gap[k] - sum) < 1) { sum += gap[k++]; }
    return (1 / beta + sum) / (long double)k;
}

/* Quicker for whole powers. */
static long double power_of(long double x, long double power) {
    long double result = 1;
    if (power != floorl(power)) { return powl(x, power); }
    for (unsigned k = (unsigned)power; k > 0; k /= 2, x *= x) { result *= k % 2 ? x : 1; }
    return result;
}

/* T by bisection on the sum over all keys. */
static long double bisected_cut(size_t n, const double *gap, long double power, long double scale) {
    long double low = 0, high = 1 / scale;
    for (int step = 0; step < 64; step++) {
        long double cut = (low + high) / 2, sum = 0;
        for (size_t i = 0; i < n && gap[i] < cut; i++) { sum += power_of(scale * (cut - gap[i]), power); }
        *(sum < 1 ? &low : &high) = cut;
    }
    return high;
}

static struct normalised brute_entmax(size_t n, const double *gap, long double alpha, long double beta) {
    long double power = 1 / (alpha - 1), scale = (alpha - 1) * beta,
                cut = alpha == 2 ? sorted_cut(n, gap, beta) : bisected_cut(n, gap, power, scale);
    struct normalised x = {.top_weight = (double)power_of(scale * cut, power)};
    for (size_t i = 0; i < n && gap[i] < cut; i++) {
        long double p = power_of(scale * (cut - gap[i]), power);
        x.support++;
        x.entropy -= p > 0 ? (double)(p * logl(p)) : 0;
        x.participation += (double)(p * p);
    }
    return x;
}

/* The file's own words: exact to 4096 keys, 1e-3 beyond. */
static void compare(const char *what, const struct row *row, size_t n, const double *gap, double alpha,
                    double beta, struct normaliser *workspace) {
    struct normalised want = brute_entmax(n, gap, alpha, beta), got = entmax_of(workspace, row, alpha, beta);
    bool single = want.support < 3500; /* and so is the end of the part */
    double close = single ? 1e-9 : 1e-4;
    double support = single ? 1e-9 : 1e-3 * want.support;
    if (!(fabs(got.support - want.support) <= support) || !(fabs(got.entropy - want.entropy) <= close) ||
        !(fabs(got.participation / want.participation - 1) <= 10 * close) ||
        !(fabs(got.top_weight / want.top_weight - 1) <= 10 * close)) {
        fail_msg("%s, n = %zu, alpha = %g, beta = %g: support %.9g, H %.12g, Y_2 %.12g, p_(1) %.12g; exactly "
                 "%g, %.12g, %.12g, %.12g",
                 what, n, alpha, beta, got.support, got.entropy, got.participation, got.top_weight,
                 want.support, want.entropy, want.participation, want.top_weight);
    }
}

static const double alphas[] = {1.05, 1.5, 2, 1.7}, factors[] = {1e-6, 0.003, 0.03, 0.3, 1, 100};

static void test_drawn(void **state) {
    (void)state;
    const size_t length[] = {2, 3, 100, 257, 1500, getenv("GAPSCALE_TEST_LONG") ? 100000 : 6000};
    struct drawn *drawn = drawn_create(isa_best());
    struct normaliser *workspace = normaliser_create();
    for (size_t l = 0; l < LAWS; l++) {
        for (size_t i = 0; i < 6; i++) {
            double *gap = row_gaps(&laws[l], length[i], test_stream(i));
            const struct row *row = make_row(drawn, &laws[l], length[i], i);
            double lambda = measure_accumulation(row).lambda;
            for (size_t k = 0; k < (length[i] < 1000 ? 24 : 18); k++) {
                if ((length[i] > 1000 && (k + l) % 7 > 0) || (length[i] > 500 && (k + l) % 2 > 0)) {
                    continue;
                }
                compare(laws[l].family, row, length[i], gap, alphas[k / 6], factors[k % 6] * lambda,
                        workspace);
            }
            free(gap);
        }
    }
    normaliser_free(workspace);
    drawn_free(drawn);
}

/* Far below a score that stands far out most of the others are in one part: T among the few at its top. */
static void test_heavy(void **state) {
    (void)state;
    enum { N = 10000 };
    const struct law law = {"pareto", {0.5}};
    const size_t support[] = {70, 300, 1000, 3000};
    struct drawn *drawn = drawn_create(isa_best());
    struct normaliser *workspace = normaliser_create();
    for (uint64_t r = 0; r < 3; r++) {
        double *gap = row_gaps(&law, N, test_stream(r));
        const struct row *row = make_row(drawn, &law, N, r);
        for (size_t i = 0; i < 4; i++) {
            const size_t k = support[i];
            double sum = 0;
            for (size_t j = 0; j < k; j++) { sum += gap[k] - gap[j]; }
            compare(law.family, row, N, gap, 2, (1 - 1e-6) / sum, workspace); /* of k keys and one */
        }
        compare(law.family, row, N, gap, 1.5, 1 / gap[500], workspace);
        free(gap);
    }
    normaliser_free(workspace);
    drawn_free(drawn);
}

static int ascending(const void *a, const void *b) { return -descending(a, b); }

/* The scores of a counted row one by one, as its own refining tells them. */
static size_t list_gaps(const struct row *row, double *gap) {
    const struct row_part *finer;
    struct row_part open[512];
    size_t count = row->top_count, left = row->part_count;
    memcpy(gap, row->gap, count * sizeof *gap);
    memcpy(open, row->part, left * sizeof *open);
    while (left > 0) {
        struct row_part part = open[--left];
        if (part.lower == part.upper) {
            for (size_t k = 0; k < (size_t)(part.last - part.before); k++) { gap[count++] = part.lower; }
            continue;
        }
        size_t found = row->refine(row->maker, &part, 1, 0, &finer);
        memcpy(open + left, finer, found * sizeof *open);
        left += found;
    }
    qsort(gap, count, sizeof *gap, ascending);
    return count;
}

static void test_counted(void **state) {
    (void)state;
    const size_t n = 1500;
    double gap[1500];
    struct counted *counted = counted_create(isa_best());
    struct normaliser *workspace = normaliser_create();
    for (size_t l = 0; l < LAWS; l++) {
        const struct family *family = family_find(laws[l].family);
        double log_n = log((double)n), log_lambda = typical_scale(family, laws[l].p, log_n).log_lambda;
        struct counted_law *law =
            counted_law_create(family, laws[l].p, log_n, log_lambda, isa_best()->kernel, 0, NULL);
        const struct row *row = counted_row(counted, law, test_stream(l));
        assert_int_equal(list_gaps(row, gap), n);
        for (size_t k = l % 5; k < 18; k += 5) {
            compare(laws[l].family, row, n, gap, alphas[k / 6], factors[k % 6], workspace);
        }
        counted_law_free(law);
    }
    normaliser_free(workspace);
    counted_free(counted);
}

/* Betas that tell no keys apart, of as many keys as a double can count one by one: all weights are equal. */
static void test_equal_weights(void **state) {
    (void)state;
    const double length[] = {1e15, 3e15, 4.5e15}, beta[] = {1e-30, 1e-50, 1e-100, 0};
    struct counted *counted = counted_create(isa_best());
    struct normaliser *workspace = normaliser_create();
    const struct family *family = family_find(laws[0].family);
    for (size_t i = 0; i < 12; i++) {
        double log_n = log(length[i % 3]);
        double log_lambda = typical_scale(family, laws[0].p, log_n).log_lambda;
        struct counted_law *law =
            counted_law_create(family, laws[0].p, log_n, log_lambda, isa_best()->kernel, 0, NULL);
        const struct row *row = counted_row(counted, law, test_stream(i));
        for (double alpha = 1.25; alpha <= 2; alpha += 0.25) {
            struct normalised x = entmax_of(workspace, row, alpha, beta[i / 3]);
            check_relative(x.support, length[i % 3], 1e-12);
            check_relative(x.entropy, log_n, 1e-12);
            check_relative(x.top_weight, 1 / length[i % 3], 0.1);
        }
        counted_law_free(law);
    }
    normaliser_free(workspace);
    counted_free(counted);
}

/* Rows whose scores are multiplied: as those at a beta times as large. */
static void test_stretched(void **state) {
    (void)state;
    struct drawn *drawn = drawn_create(isa_best());
    struct normaliser *workspace = normaliser_create();
    struct row row = *make_row(drawn, &laws[0], 300, 3);
    struct normalised plain = entmax_of(workspace, &row, 1.5, 0.75);
    row.stretch = 3;
    check_relative(entmax_of(workspace, &row, 1.5, 0.25).entropy, plain.entropy, 1e-13);
    check_close(entmax_of(workspace, &row, 1.5, INFINITY).support, 1, 0);
    normaliser_free(workspace);
    drawn_free(drawn);
}

/* A sink is a key like another: the row without its maximum, and the maximum as the sink. */
static void test_sink(void **state) {
    (void)state;
    struct drawn *drawn = drawn_create(isa_best());
    double *gap = row_gaps(&laws[0], 300, test_stream(1)), beta = 1.3, m[MEASURE_VALUES],
           rest[MEASURE_VALUES];
    const struct row *row = make_row(drawn, &laws[0], 300, 1);
    measure_row(isa_best()->kernel, row, beta, m);
    double second = gap[1];
    for (size_t i = 1; i < 300; i++) { gap[i] -= second; }
    struct exact x = brute_force(299, gap + 1, beta);
    rest[MEASURE_LOG_PARTITION] = (double)x.log_z;
    rest[MEASURE_ENTROPY] = (double)x.entropy;
    rest[MEASURE_PARTICIPATION] = (double)x.participation;
    struct normaliser_sink sink = normaliser_sink(rest, beta * second);
    check_relative(sink.weight, m[MEASURE_TOP_WEIGHT], 1e-12);
    check_relative(sink.entropy, m[MEASURE_ENTROPY], 1e-12);
    check_relative(sink.participation, m[MEASURE_PARTICIPATION], 1e-12);
    check_close(normaliser_sink(rest, -INFINITY).entropy, rest[MEASURE_ENTROPY], 1e-14);
    check_close(normaliser_sink(rest, INFINITY).weight, 1, 0);
    free(gap);
    drawn_free(drawn);
}

/* ---- laws: exponential scores (gumbel rows at n = e^1000 are that to e^-1000) ---- */

struct exponential {
    struct counted *counted;
    struct counted_law *law;
    struct normaliser *workspace;
};

static struct exponential exponential_create(void) {
    const struct family *family = family_find("gumbel");
    static const double p[FAMILY_PARAMETERS] = {0, 1};
    const double log_n = 1000, log_lambda = typical_scale(family, p, log_n).log_lambda;
    return (struct exponential){counted_create(isa_best()),
                                counted_law_create(family, p, log_n, log_lambda, isa_best()->kernel, 0, NULL),
                                normaliser_create()};
}

static void exponential_free(struct exponential *e) {
    normaliser_free(e->workspace);
    counted_law_free(e->law);
    counted_free(e->counted);
}

enum { BINS = 12 };

/* Pearson's chi square against Poisson(mean); what is rarer than once is counted with what is next. */
static double poisson_chi_square(double mean, const double seen[BINS], double rows) {
    double chi2 = 0, left = rows, expected = rows * exp(-mean), s = 0, e = 0;
    for (size_t k = 0; k < BINS; k++) {
        e += k + 1 < BINS ? expected : left;
        s += seen[k];
        if (e >= 5 || k + 1 == BINS) {
            chi2 += e > 0 ? (s - e) * (s - e) / fmax(e, 5) : 0;
            s = e = 0;
        }
        left -= expected;
        expected *= mean / (double)(k + 1);
    }
    return chi2;
}

/* Support - 1 of sparsemax is Poisson(1/b). Three chi squares with at most 11 degrees of freedom above 45
 * each: a fair draw fails once in 10^5. */
static void test_poisson(void **state) {
    (void)state;
    const double ratio[] = {0.25, 1, 3};
    const uint64_t rows = getenv("GAPSCALE_TEST_LONG") ? 200000 : 8000;
    struct exponential e = exponential_create();
    double seen[3][BINS] = {{0}};
    for (uint64_t r = 0; r < rows; r++) {
        const struct row *row = counted_row(e.counted, e.law, test_stream(r));
        for (size_t b = 0; b < 3; b++) {
            double more = entmax_of(e.workspace, row, 2, ratio[b]).support - 1;
            seen[b][(size_t)fmin(more, BINS - 1)]++;
        }
    }
    for (size_t b = 0; b < 3; b++) {
        double chi2 = poisson_chi_square(1 / ratio[b], seen[b], (double)rows);
        if (chi2 > 45) { fail_msg("b = %g: chi^2 = %g for %d values", ratio[b], chi2, BINS); }
    }
    exponential_free(&e);
}

/* The same where supports are large: mean 1 + 1/b and variance 1/b, each within 5 of its standard deviations
 * (a fair draw fails once in 10^6); the first within single scores, the others where parts stay whole. */
static void test_large_support(void **state) {
    (void)state;
    enum { ROWS = 200 };
    const double mean[] = {1000, 1e5, 1e8};
    struct exponential e = exponential_create();
    double sum[3] = {0}, squares[3] = {0};
    for (uint64_t r = 0; r < ROWS; r++) {
        const struct row *row = counted_row(e.counted, e.law, test_stream(r));
        for (size_t k = 0; k < 3; k++) {
            double off = (entmax_of(e.workspace, row, 2, 1 / mean[k]).support - 1 - mean[k]) / sqrt(mean[k]);
            sum[k] += off;
            squares[k] += off * off;
        }
    }
    for (size_t k = 0; k < 3; k++) {
        check_close(sum[k] / ROWS, 0, 5 / sqrt(ROWS));
        check_close(squares[k] / ROWS, 1, 5 * sqrt(2.0 / ROWS));
    }
    exponential_free(&e);
}

/* In the bulk N(t) = e^t, so that sum p = N(T) s^q Gamma(q + 1) and sum p^2 = N(T) s^{2q} Gamma(2 q + 1)
 * with s = (alpha - 1) b and q = 1/(alpha - 1); relative fluctuations are 1/sqrt(N). */
static void test_bulk(void **state) {
    (void)state;
    const double ratio[] = {1e-20, 1e-100}, alpha[] = {2, 1.5, 1.25};
    struct exponential e = exponential_create();
    const struct row *row = counted_row(e.counted, e.law, test_stream(0));
    for (size_t k = 0; k < 6; k++) {
        double q = 1 / (alpha[k / 2] - 1), s = ratio[k % 2] * (alpha[k / 2] - 1),
               log_n = -q * log(s) - lgamma(q + 1);
        struct normalised x = entmax_of(e.workspace, row, alpha[k / 2], ratio[k % 2]);
        check_close(x.support < INFINITY ? log(x.support) : log_n, log_n, 1e-7);
        check_relative(x.participation, exp(log_n + 2 * q * log(s) + lgamma(2 * q + 1)), 1e-7);
        /* -log p = -q log(s u), u of law Gamma(q + 1) */
        double digamma = -0.57721566490153286;
        for (int i = 1; i <= (int)q; i++) { digamma += 1.0 / i; }
        check_close(x.entropy, -q * (log(s) + digamma), 1e-6);
    }
    exponential_free(&e);
}

/* Power-law rows of e^200 keys at beta = 1: N(t) = n t^kappa but for the maximum's own e^-100, so that
 * sum p = n s^q T^{kappa + q} Gamma(kappa + 1) Gamma(q + 1)/Gamma(kappa + q + 1). Far from where Lambda^typ
 * is.
 */
static void test_bulk_of_powers(void **state) {
    (void)state;
    const struct family *family = family_find("powerlaw");
    const double p[FAMILY_PARAMETERS] = {2, 1}, log_n = 200,
                 log_lambda = typical_scale(family, p, log_n).log_lambda, alpha[] = {1.05, 1.5, 2};
    struct counted *counted = counted_create(isa_best());
    struct normaliser *workspace = normaliser_create();
    struct counted_law *law = counted_law_create(family, p, log_n, log_lambda, isa_best()->kernel, 0, NULL);
    const struct row *row = counted_row(counted, law, test_stream(0));
    for (size_t k = 0; k < 3; k++) {
        double q = 1 / (alpha[k] - 1), s = alpha[k] - 1,
               log_cut = -(log_n + q * log(s) + lgamma(3) + lgamma(q + 1) - lgamma(q + 3)) / (q + 2);
        struct normalised x = entmax_of(workspace, row, alpha[k], exp(-log_lambda));
        check_close(log(x.support), log_n + 2 * log_cut, 1e-7);
        check_relative(x.top_weight, exp(q * (log(s) + log_cut)), 1e-6);
    }
    counted_law_free(law);
    normaliser_free(workspace);
    counted_free(counted);
}

/* ---- all keys of a bulk have weight ---- */

/* Power-law rows of e^200 keys, V(gap) = gap^2 up to gap 1: under sparsemax p = (1 + c (2/3 - gap))/n, c = n
 * beta, where c < 3. */
static void test_all_of_a_bulk(void **state) {
    (void)state;
    const struct family *family = family_find("powerlaw");
    const double p[FAMILY_PARAMETERS] = {2, 1}, log_n = 200, c[] = {2.9, 1, 1e-6, 1e-60};
    double log_lambda = typical_scale(family, p, log_n).log_lambda;
    struct counted *counted = counted_create(isa_best());
    struct normaliser *workspace = normaliser_create();
    struct counted_law *law = counted_law_create(family, p, log_n, log_lambda, isa_best()->kernel, 0, NULL);
    const struct row *row = counted_row(counted, law, test_stream(0));
    for (size_t k = 0; k < 4; k++) {
        struct normalised x = entmax_of(workspace, row, 2, c[k] * exp(-log_n - log_lambda));
        double lost = 0; /* E (1 + y) log(1 + y) over the keys, y = c (2/3 - gap) */
        for (int i = 0; i < 100000; i++) {
            double gap = (i + 0.5) / 100000, y = c[k] * (2.0 / 3 - gap);
            lost += 2 * gap / 100000 * (1 + y) * log1p(y);
        }
        check_relative(x.support, exp(log_n), 1e-12);
        check_relative(x.top_weight, (1 + c[k] * 2 / 3) * exp(-log_n), 1e-6);
        check_relative(x.participation, (1 + c[k] * c[k] / 18) * exp(-log_n), 1e-6);
        check_close(x.entropy, log_n - lost, 1e-6);
    }
    counted_law_free(law);
    normaliser_free(workspace);
    counted_free(counted);
}

/* Gaussian rows, whose last gap is infinite, from betas where all weights are equal on: entropy falls, and
 * does not jump where T comes among the gaps. */
static void test_nearly_equal_weights(void **state) {
    (void)state;
    const struct family *family = family_find("gaussian");
    const double p[FAMILY_PARAMETERS] = {1}, log_n = 1000, alpha[] = {1.1, 1.5};
    double log_lambda = typical_scale(family, p, log_n).log_lambda;
    struct counted *counted = counted_create(isa_best());
    struct normaliser *workspace = normaliser_create();
    struct counted_law *law = counted_law_create(family, p, log_n, log_lambda, isa_best()->kernel, 0, NULL);
    const struct row *row = counted_row(counted, law, test_stream(0));
    for (size_t k = 0; k < 2; k++) {
        double q = 1 / (alpha[k] - 1), before = log_n;
        check_relative(entmax_of(workspace, row, alpha[k], 1e-290).entropy, log_n, 1e-9);
        for (double log_t = 4.5; log_t > 3; log_t -= 0.05) { /* of T, were all gaps 0 */
            double beta = exp(-log_n / q - log_t - log_lambda) / (alpha[k] - 1);
            struct normalised x = entmax_of(workspace, row, alpha[k], beta);
            assert_true(x.entropy <= before * (1 + 1e-12) && x.entropy > before - 2);
            before = x.entropy;
        }
    }
    counted_law_free(law);
    normaliser_free(workspace);
    counted_free(counted);
}

/* One key above N equal ones: p_(1) = (1 + N beta gap)/(1 + N) for sparsemax while beta gap < 1; the same
 * equation of degree 2 for alpha = 1.5. */
static void test_plateau(void **state) {
    (void)state;
    const struct family *family = family_find("plateau");
    const double p[FAMILY_PARAMETERS] = {2, 1}, log_length[] = {log(5), log(1e6), 1e5};
    struct sampler *sampler = sampler_create(isa_best());
    struct normaliser *workspace = normaliser_create();
    for (size_t i = 0; i < 3; i++) {
        double log_lambda = typical_scale(family, p, log_length[i]).log_lambda, n = exp(log_length[i]) - 1;
        struct sampler_law *law =
            sampler_law_create(family, p, log_length[i], log_lambda, false, isa_best()->kernel, 0, NULL);
        const struct row *row = sampler_row(sampler, law, test_stream(0));
        double beta = 0.3, ratio = beta / exp(log_lambda);
        struct normalised x = entmax_of(workspace, row, 2, ratio),
                          one = entmax_of(workspace, row, 2, 0.6 / exp(log_lambda));
        double top = isfinite(n) ? (1 + n * beta * 2) / (1 + n) : beta * 2, rest = 1 - top;
        if (isfinite(n)) { check_relative(x.support, 1 + n, 1e-14); }
        check_relative(x.top_weight, top, 1e-12);
        check_relative(x.entropy, -top * log(top) - rest * (log(rest) - fmin(log(n), log_length[i])), 1e-12);
        check_relative(x.participation, top * top + rest * rest / n, 1e-12);
        check_close(one.support, 1, 0);
        check_close(one.top_weight, 1, 1e-14);
        sampler_law_free(law);
    }
    normaliser_free(workspace);
    sampler_free(sampler);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_heavy),
        cmocka_unit_test(test_counted),
        cmocka_unit_test(test_stretched),
        cmocka_unit_test(test_sink),
        cmocka_unit_test(test_poisson),
        cmocka_unit_test(test_large_support),
        cmocka_unit_test(test_bulk),
        cmocka_unit_test(test_plateau),
        cmocka_unit_test(test_bulk_of_powers),
        cmocka_unit_test(test_equal_weights),
        cmocka_unit_test(test_all_of_a_bulk),
        cmocka_unit_test(test_nearly_equal_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
