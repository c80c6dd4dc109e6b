/* Counted rows: the same law as drawn rows, the exact means where nothing can be drawn, and the errors that
 * sampling would hide, computed without noise.
 *
 * Fixed seeds. With fresh ones the two-sample tests (about 700 at p = 1e-7, 200 moments at 5 or 6 standard
 * errors) would raise 2e-4 false alarms a run, the means (at most 700 at 4 standard errors) 4e-2. */
#include "tests/sim/measures/ordered.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "models/oracle/oracle.h"
#include "models/theory/typical.h"
#include "sim/measures/measure.h"
#include "sim/rows/counted_law.h"
#include "sim/rows/drawn.h"

struct law {
    const char *family;
    double p[FAMILY_PARAMETERS];
};
static const struct law laws[] = {
    {"gaussian", {1}},      {"gumbel", {0, 1}},    {"stretched", {0.5, 1}}, {"stretched", {3, 1}},
    {"powerlaw", {0.4, 1}}, {"powerlaw", {40, 1}}, {"spherical", {2}},      {"spherical", {5}},
    {"spherical", {129}},   {"pareto", {2}},
};
enum { LAWS = sizeof laws / sizeof laws[0] };

static bool quick(void) { return getenv("GAPSCALE_TEST_QUICK") != NULL; }

static double log_lambda_of(const struct law *law, double log_n) {
    return typical_scale(family_find(law->family), law->p, log_n).log_lambda;
}

/* ---- what is looked at in a row ---- */

enum { BETAS = 8, GAPS = 8, CRITERIA = 4, RANKS = 4 };
static const double betas[BETAS] = {0.1, 0.3, 0.6, 0.9, 1.2, 1.8, 2.5, 8},
                    gaps[GAPS] = {0.3, 1, 2, 3, 4.1, 5.3, 7, 9};
static struct counted_law *make_law(const struct law *law, double log_n) {
    struct counted_law *made = counted_law_create(
        family_find(law->family), law->p, log_n, log_lambda_of(law, log_n), isa_best()->kernel, BETAS, betas);
    assert_non_null(made);
    return made;
}

enum {
    VALUE_ENTROPY,
    VALUE_PARTICIPATION = VALUE_ENTROPY + BETAS,
    VALUE_SUSCEPTIBILITY = VALUE_PARTICIPATION + BETAS,
    VALUE_LAMBDA = VALUE_SUSCEPTIBILITY + BETAS,
    VALUE_TOP_GAP,
    VALUE_COLLAPSE,
    VALUE_ORDERED = VALUE_COLLAPSE + CRITERIA,
    VALUE_COUNT = VALUE_ORDERED + RANKS,
    VALUES = VALUE_COUNT + GAPS
};

static void look_at(const struct row *row, double *value) {
    const struct kernel *kernel = isa_best()->kernel;
    const struct criterion criteria[CRITERIA] = {{CRITERION_ENTROPY, 1},
                                                 {CRITERION_PARTICIPATION, 0.5},
                                                 {CRITERION_TOP_TWO_RATIO, 0.5},
                                                 {CRITERION_SUSCEPTIBILITY, 0}};
    double measured[BETAS][MEASURE_VALUES];
    for (size_t b = 0; b < BETAS; b++) {
        measure_row(kernel, row, betas[b], measured[b]);
        value[VALUE_ENTROPY + b] = measured[b][MEASURE_ENTROPY];
        value[VALUE_PARTICIPATION + b] = measured[b][MEASURE_PARTICIPATION];
        value[VALUE_SUSCEPTIBILITY + b] = measured[b][MEASURE_SUSCEPTIBILITY];
    }
    value[VALUE_LAMBDA] = measure_accumulation(row).lambda;
    value[VALUE_TOP_GAP] = measure_top_gap(row);
    struct measure_grid grid = {BETAS, betas, (const double(*)[MEASURE_VALUES])measured};
    for (size_t i = 0; i < CRITERIA; i++) {
        double at = measure_collapse(kernel, row, &criteria[i], &grid);
        value[VALUE_COLLAPSE + i] = isnan(at) ? INFINITY : at; /* no peak of chi within the grid */
    }
    for (size_t k = 0; k < RANKS; k++) {
        value[VALUE_ORDERED + k] = ordered_weight(row, betas[4], measured[4][MEASURE_LOG_PARTITION], k + 1);
    }
    measure_log_gap_count(isa_best()->kernel, row, GAPS, gaps, value + VALUE_COUNT);
}

/* values[v * rows + r]. */
static double *sample(const struct law *law, double log_n, size_t rows, bool counted, uint64_t seed) {
    double *values = malloc(VALUES * rows * sizeof *values), one[VALUES],
           log_lambda = log_lambda_of(law, log_n);
    struct counted_law *shared = make_law(law, log_n);
    struct counted *c = counted_create(isa_best());
    struct drawn *d = drawn_create(isa_best());
    for (size_t r = 0; r < rows; r++) {
        struct stream stream = stream_make(seed, law->family, log_n, false, r);
        look_at(counted ? counted_row(c, shared, stream)
                        : drawn_row(d, family_find(law->family), law->p, log_n, log_lambda, stream),
                one);
        for (size_t v = 0; v < VALUES; v++) { values[v * rows + r] = one[v]; }
    }
    counted_free(c);
    drawn_free(d);
    counted_law_free(shared);
    return values;
}

/* ---- the same law as drawn rows ---- */

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Two-sample Kolmogorov-Smirnov; sorts both. */
static double two_sample_pvalue(size_t n, double *x, size_t m, double *y) {
    qsort(x, n, sizeof *x, ascending);
    qsort(y, m, sizeof *y, ascending);
    double d = 0, sum = 0;
    for (size_t i = 0, j = 0; i < n && j < m;) {
        double at = fmin(x[i], y[j]),
               close = isfinite(at) ? 1e-12 * fabs(at) : 0; /* a tie but for rounding */
        while (i < n && x[i] <= at + close) { i++; }
        while (j < m && y[j] <= at + close) { j++; }
        d = fmax(d, fabs((double)i / (double)n - (double)j / (double)m));
    }
    double root = sqrt((double)n * (double)m / (double)(n + m)), z = (root + 0.12 + 0.11 / root) * d;
    if (z < 0.3) { return 1; }
    for (int k = 1; k <= 100; k++) { sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * z * z); }
    return fmin(1, sum);
}

static double mean_of(size_t n, const double *x) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) { sum += x[i]; }
    return sum / (double)n;
}

/* Of x and y; the variance where they are the same. */
static double covariance_of(size_t n, const double *x, const double *y) {
    double a = mean_of(n, x), b = mean_of(n, y), sum = 0;
    for (size_t i = 0; i < n; i++) { sum += (x[i] - a) * (y[i] - b); }
    return sum / (double)(n - 1);
}

/* N_n(t): means within 5 standard errors, variances within 6 of a chi-square's (kurtosis allowed for). */
static void check_gap_counts(size_t n, const double *x, size_t m, const double *y) {
    for (size_t g = 0; g < GAPS; g++, x += n, y += m) {
        double vx = covariance_of(n, x, x), vy = covariance_of(m, y, y);
        check_close(mean_of(n, x), mean_of(m, y), 5 * sqrt(vx / (double)n + vy / (double)m) + 2e-4);
        if (vx > 1e-8) { check_close(log(vx / vy), 0, 6 * sqrt(4 / (double)n + 4 / (double)m)); }
    }
}

struct ranked {
    double value;
    size_t at;
};

static int by_value(const void *a, const void *b) {
    return ascending(&((const struct ranked *)a)->value, &((const struct ranked *)b)->value);
}

static void ranks_of(size_t n, const double *x, double *rank) {
    struct ranked *sorted = malloc(n * sizeof *sorted);
    for (size_t i = 0; i < n; i++) { sorted[i] = (struct ranked){x[i], i}; }
    qsort(sorted, n, sizeof *sorted, by_value);
    for (size_t i = 0; i < n; i++) { rank[sorted[i].at] = (double)i; }
    free(sorted);
}

/* Spearman's, because entropies can have long tails; in Fisher's z, with its standard error of 1.03 n^-1/2.
 */
static double rank_correlation(size_t n, const double *x, const double *y) {
    double *rank = malloc(2 * n * sizeof *rank);
    ranks_of(n, x, rank);
    ranks_of(n, y, rank + n);
    double z = atanh(covariance_of(n, rank, rank + n) / covariance_of(n, rank, rank));
    free(rank);
    return z;
}

/* The joint law across beta: H at neighbouring betas, while it is more than rounding. */
static void check_correlations(size_t n, const double *x, size_t m, const double *y) {
    for (size_t b = 0; b + 1 < BETAS && mean_of(n, x + (b + 1) * n) > 1e-3; b++) {
        check_close(rank_correlation(n, x + b * n, x + (b + 1) * n),
                    rank_correlation(m, y + b * m, y + (b + 1) * m),
                    6 * sqrt(1.5 / (double)n + 1.5 / (double)m));
    }
}

static void check_against_drawn(const struct law *law, double log_n, size_t counted, size_t drawn) {
    double *x = sample(law, log_n, counted, true, 11), *y = sample(law, log_n, drawn, false, 12);
    check_gap_counts(counted, x + VALUE_COUNT * counted, drawn, y + VALUE_COUNT * drawn);
    check_correlations(counted, x, drawn, y);
    for (size_t v = 0; v < VALUE_COUNT; v++) {
        double p = two_sample_pvalue(counted, x + v * counted, drawn, y + v * drawn);
        if (!(p > 1e-7)) { fail_msg("%s, log n = %g: value %zu has p = %g", law->family, log_n, v, p); }
    }
    free(x);
    free(y);
}

static void test_against_drawn(void **state) {
    (void)state;
    for (size_t l = 0; l < LAWS; l++) {
        check_against_drawn(&laws[l], 12 * M_LN2, quick() ? 200 : 6000, quick() ? 200 : 6000);
        if (quick() && l % 3 > 0) { continue; }
        check_against_drawn(&laws[l], 16 * M_LN2, quick() ? 100 : 4000, quick() ? 40 : 1500);
    }
}

/* ---- exact means at any length ---- */

/* Within 4 standard errors, and 1e-9 of itself: where the bulk has all but 1e-9 of the weight, that rest is
 * the largest scores' and has so long a tail that no standard error tells. */
static void check_mean(size_t rows, const double *x, double want, double error) {
    double se = sqrt(covariance_of(rows, x, x) / (double)rows);
    check_close(mean_of(rows, x), want, 4 * se + error + 1e-9 * want);
}

static void test_exact_means(void **state) {
    (void)state;
    const double log_n[] = {log(22026), log(1e12), 100 * M_LN10, 1e5};
    size_t rows = quick() ? 200 : 3000;
    for (size_t l = 0; l < LAWS; l++) {
        for (size_t k = quick() ? l % 4 : 0; k < 4; k += quick() ? 4 : 1) {
            double *x = sample(&laws[l], log_n[k], rows, true, 21);
            struct oracle *oracle = oracle_create(family_find(laws[l].family), laws[l].p, log_n[k]);
            for (size_t b = 0; b < BETAS; b++) {
                struct oracle_point want;
                assert_true(oracle_at(oracle, betas[b], &want));
                /* where the largest scores fight the whole row, fifty rows at least must differ from log n,
                 * or 0 */
                bool heavy = typical_scale(family_find(laws[l].family), laws[l].p, log_n[k]).log_rank > 0;
                double few = heavy ? 50 * log_n[k] / (double)rows : 0.01;
                if (want.entropy > few && (!heavy || log_n[k] - want.entropy > few)) {
                    check_mean(rows, x + (VALUE_ENTROPY + b) * rows, want.entropy, want.entropy_error);
                }
                if (want.participation > 0.01 && 1 - want.participation > fmax(0.01, 50 / (double)rows)) {
                    check_mean(rows, x + (VALUE_PARTICIPATION + b) * rows, want.participation,
                               want.participation_error);
                }
            }
            oracle_free(oracle);
            free(x);
        }
    }
}

/* ---- one row has one N_n ---- */

/* N_n(t) <= e^{Lambda t} everywhere, with equality at the gap that attains it; N_n grows; refined parts add
 * up. Where the sup was taken without refining down to single scores, to a few times 5e-5. */
static void check_consistent(const struct row *row) {
    enum { POINTS = 400 };
    struct accumulation a = measure_accumulation(row);
    double t[POINTS], log_count[POINTS];
    for (size_t i = 0; i < POINTS; i++) { t[i] = 0.01 * exp(0.03 * (double)i); }
    measure_log_gap_count(isa_best()->kernel, row, POINTS, t, log_count);
    for (size_t i = 0; i < POINTS; i++) {
        assert_true(log_count[i] <= a.lambda * t[i] * (1 + 5 * 5e-5) + 1e-9);
        assert_true(i == 0 || log_count[i] >= log_count[i - 1] - 1e-9);
    }
    measure_log_gap_count(isa_best()->kernel, row, 1, &(double){a.gap * (1 + 1e-9)}, log_count);
    check_close(log_count[0], a.log_rank, 0x1p-8);
}

/* a <= b but for rounding. */
static void check_order(double a, double b) { assert_true(a <= b + 1e-12 * fabs(b)); }

static void check_parts(const struct row *row) {
    double before = (double)row->top_count, lower = row->gap[row->top_count - 1];
    for (size_t i = 0; i < row->part_count; i++) {
        const struct row_part *part = &row->part[i], *finer;
        check_order(lower, part->lower);
        check_order(part->lower, part->upper);
        check_close(part->before, before, 0);
        size_t count = row->refine(row->maker, part, 1, 0, &finer);
        for (size_t k = 0; k < count; k++) {
            check_order(lower, finer[k].lower);
            check_order(finer[k].upper, part->upper);
            check_close(finer[k].before, before, 0);
            before = finer[k].last;
            lower = finer[k].upper;
        }
        if (count > 1) { check_close(before, part->last, 0); }
        before = part->last;
        lower = part->upper;
    }
    if (!row->bulk) { check_close(before, exp(row->log_n), 1e-9 * before); }
}

static void test_one_counting_function(void **state) {
    (void)state;
    const double log_n[] = {log(3), log(500), log(600), 9, 16 * M_LN2, 30, 36.5, 37, 300, 1e6};
    struct counted *c = counted_create(isa_best());
    for (size_t l = 0; l < LAWS; l++) {
        for (size_t k = 0; k < sizeof log_n / sizeof log_n[0]; k++) {
            struct counted_law *law = make_law(&laws[l], log_n[k] < 36 ? log(rint(exp(log_n[k]))) : log_n[k]);
            for (uint64_t r = 0; r < (quick() ? 2 : 8); r++) {
                const struct row *row = counted_row(c, law, stream_make(5, "row", log_n[k], false, r));
                check_parts(row);
                check_consistent(row);
            }
            counted_law_free(law);
        }
    }
    counted_free(c);
}

/* A grid that has vanished, or overflows, leads to the same root by a thousand steps. */
static void check_from_afar(const struct row *row, double beta, double root) {
    const struct criterion entropy = {CRITERION_ENTROPY, 1};
    double value[1][MEASURE_VALUES];
    struct measure_grid grid = {1, &beta, (const double(*)[MEASURE_VALUES])value};
    measure_row(isa_best()->kernel, row, beta, value[0]);
    check_relative(measure_collapse(isa_best()->kernel, row, &entropy, &grid), root, 1e-9);
}

/* Long rows: the entropy at the row's own root is the threshold, and nothing is NaN at betas that were not
 * prepared, up to far above and below Lambda_n; n = 2^53 and its neighbours agree with log n at small beta.
 */
static void test_any_beta(void **state) {
    (void)state;
    const double log_n[] = {52.9 * M_LN2, 53 * M_LN2, 53.1 * M_LN2, 1e4, 1e5, 1e6};
    const struct kernel *kernel = isa_best()->kernel;
    const struct criterion entropy = {CRITERION_ENTROPY, 1}, half = {CRITERION_PARTICIPATION, 0.5};
    struct counted *c = counted_create(isa_best());
    for (size_t l = 0; l < LAWS; l++) {
        for (size_t k = l % test_size(1, 3); k < sizeof log_n / sizeof log_n[0]; k += test_size(1, 3)) {
            struct counted_law *law = make_law(&laws[l], log_n[k]);
            for (uint64_t r = 0; r < (quick() ? 4 : 40); r++) {
                const struct row *row = counted_row(c, law, stream_make(9, "row", log_n[k], false, r));
                double grid_value[BETAS][MEASURE_VALUES], m[MEASURE_VALUES];
                measure_betas(kernel, row, BETAS, betas, grid_value);
                struct measure_grid grid = {BETAS, betas, (const double(*)[MEASURE_VALUES])grid_value};
                double at = measure_collapse(kernel, row, &entropy, &grid);
                if (r == 0 && k == l % 6) { check_from_afar(row, 0, at); }
                if (r == 0 && k == (l + 3) % 6) { check_from_afar(row, INFINITY, at); }
                measure_row(kernel, row, at, m);
                check_close(m[MEASURE_ENTROPY], 1, 1e-6);
                at = measure_collapse(kernel, row, &half, &grid);
                measure_row(kernel, row, at, m);
                check_close(m[MEASURE_PARTICIPATION], 0.5, 1e-6);
                double before = log_n[k] * (1 + 1e-9);
                /* the bulk is every row's, but for an offset: every fourth row sweeps it */
                for (double beta = 0x1p-9; beta < 300 && r % 4 == 0; beta *= 1.37) {
                    measure_row(kernel, row, beta, m);
                    assert_true(m[MEASURE_ENTROPY] <= before + 1e-9 && m[MEASURE_ENTROPY] > -1e-9);
                    before = m[MEASURE_ENTROPY] + 1e-9 * log_n[k];
                }
                measure_row(kernel, row, 1e-140, m);
                if (log_n[k] < 100) { check_relative(m[MEASURE_ENTROPY], log_n[k], 1e-6); }
                assert_false(isnan(m[MEASURE_SUSCEPTIBILITY]));
            }
            counted_law_free(law);
        }
    }
    counted_free(c);
}

/* ---- what sampling hides ---- */

/* The places where a range of V is looked at: Gauss-Legendre points of STEPS equal pieces of a bin. */
enum { STEPS = 64, PLACES = 4 * STEPS, TOPS = 400 };
static const double legendre_x[] = {-0.86113631159405257522, -0.33998104358485626480},
                    legendre_w[] = {0.34785484513745385737, 0.65214515486254614263};

/* A law at one n with the gaps that no beta changes. */
struct hidden {
    struct counted_law *law;
    const struct counted_bin *bin;
    size_t bins, tops;
    double shift;                      /* gap of a typical maximum with n V = e^-3: gaps are from there */
    double (*gap)[PLACES];             /* [bins] */
    double top_gap[TOPS], top_y[TOPS]; /* below that maximum, above the bins */
};

/* y at a position u in [0, 1] of the range of V of a bin; how many scores it has, in expectation. */
static double place_in(const struct counted_law *law, const struct counted_bin *bin, double u) {
    double low, width;
    counted_index_range(counted_address_index(bin->address), &low, &width);
    return counted_place(law, counted_address_octave(bin->address), low + u * width);
}
static double scores_in(const struct counted_law *law, const struct counted_bin *bin) {
    uint64_t octave = counted_address_octave(bin->address);
    double low, width, mirror = (double)octave - law->upper;
    counted_index_range(counted_address_index(bin->address), &low, &width);
    return width *
           exp(mirror > 0 ? law->log_n - (mirror + 1) * M_LN2 : law->log_top + ((double)octave - 1) * M_LN2);
}

static void hidden_create(struct hidden *h, const struct law *law, double log_n) {
    struct profile *profile =
        profile_create(family_find(law->family), law->p, log_n, log_lambda_of(law, log_n));
    h->law = make_law(law, log_n);
    h->bin = h->law->bin;
    h->bins = (size_t)(h->law->upper + h->law->mirrored) << h->law->depth;
    h->shift = profile_gap(profile, -3);
    h->gap = malloc(h->bins * sizeof *h->gap);
    for (size_t b = 0; b < h->bins; b++) {
        for (size_t i = 0; i < PLACES; i++) {
            double x = i % 4 < 2 ? legendre_x[i % 4] : -legendre_x[3 - i % 4],
                   u = ((double)(i / 4) + 0.5 + 0.5 * x) / STEPS;
            h->gap[b][i] = profile_gap(profile, place_in(h->law, &h->bin[b], u)) - h->shift;
        }
    }
    h->tops = 0;
    for (double y = -3; y < log(scores_in(h->law, &h->bin[0])); y += 0.05) {
        assert_true(h->tops < TOPS);
        h->top_y[h->tops] = y;
        h->top_gap[h->tops++] = profile_gap(profile, y) - h->shift;
    }
    profile_free(profile);
}

static void hidden_free(struct hidden *h) {
    counted_law_free(h->law);
    free(h->gap);
}

/* f = e^{-beta g}, or that times g. */
static double looked_at(double beta, double gap, bool times_gap) {
    double f = exp(-beta * gap) * (times_gap ? gap : 1);
    return isnan(f) ? 0 : f;
}

/* Mean and variance of f for one score of a bin: from the bin's points, and by quadrature. */
struct bin_moments {
    double mean, square;
};

static struct bin_moments from_points(const struct counted_bin *bin, double beta, double shift,
                                      bool times_gap) {
    struct bin_moments m = {0, 0};
    double noise = 0;
    for (size_t i = 0; i < COUNTED_NODES; i++) {
        double f = looked_at(beta, bin->node[i] - shift, times_gap);
        m.mean += bin->weight[i] * f;
        noise += bin->spread[i] * f;
    }
    m.square = noise * noise;
    return m;
}

static struct bin_moments by_quadrature(const double gap[PLACES], double beta, bool times_gap) {
    struct bin_moments m = {0, 0};
    for (size_t i = 0; i < PLACES; i++) {
        double weight = 0.5 * legendre_w[i % 4 < 2 ? i % 4 : 3 - i % 4] / STEPS,
               f = looked_at(beta, gap[i], times_gap);
        m.mean += weight * f;
        m.square += weight * f * f;
    }
    m.square -= m.mean * m.mean;
    return m;
}

/* Effect on E sum f and Var sum f of the whole row. The exact variance is that of n independent scores
 * about the mean field, of which the bins' own noise is a part; the top (e^y dy, y < log n V*) counts as
 * exact, and so does everything for the sum over the row's maximum, 1 and more. */
static void check_hidden(const struct hidden *h, const char *name, double beta, bool times_gap) {
    double mean = 0, wrong = 0, variance = 0, wrong_variance = 0;
    for (size_t i = 0; i < h->tops; i++) {
        double f = exp(-beta * h->top_gap[i]) * (times_gap ? h->top_gap[i] : 1);
        mean += exp(h->top_y[i]) * 0.05 * fabs(f);
        variance += exp(h->top_y[i]) * 0.05 * f * f;
    }
    for (size_t b = 0; b < h->bins; b++) {
        struct bin_moments points = from_points(&h->bin[b], beta, h->shift, times_gap),
                           exact = by_quadrature(h->gap[b], beta, times_gap);
        double scores = scores_in(h->law, &h->bin[b]);
        mean += scores * fabs(exact.mean);
        wrong += scores * fabs(points.mean - exact.mean);
        variance += scores * (exact.square + exact.mean * exact.mean);
        wrong_variance += scores * fabs(points.square - exact.square);
    }
    if (!(wrong <= 1e-9 * (1 + mean)) || !(wrong_variance <= 1e-3 * variance + 0x1p-52)) {
        fail_msg("%s, beta = %g: mean off by %.2g of %.3g, variance by %.2g of %.3g", name, beta, wrong, mean,
                 wrong_variance, variance);
    }
}

static void test_hidden_errors(void **state) {
    (void)state;
    const double log_n[] = {7, 12, 27, 60, 1e4};
    for (size_t l = 0; l < LAWS; l++) {
        for (size_t k = 0; k < 5; k++) {
            char name[80];
            struct hidden hidden;
            snprintf(name, sizeof name, "%s(%g), log n = %g", laws[l].family, laws[l].p[0], log_n[k]);
            hidden_create(&hidden, &laws[l], log_n[k]);
            for (double beta = 0x1p-6; beta <= 64; beta *= (double)test_size(2, 8)) {
                check_hidden(&hidden, name, beta, false);
                check_hidden(&hidden, name, beta, true);
            }
            hidden_free(&hidden);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_drawn),         cmocka_unit_test(test_exact_means),
        cmocka_unit_test(test_one_counting_function), cmocka_unit_test(test_any_beta),
        cmocka_unit_test(test_hidden_errors),
    };
    return cmocka_run_group_tests_name("counted", tests, NULL, NULL);
}
