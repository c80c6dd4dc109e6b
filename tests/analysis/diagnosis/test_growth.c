/* Lengths that have different numbers of sequences, of rows, or other heads. Fixed seed; nothing here is left
 * to chance.
 */
#include "tests/analysis/diagnosis/laws.h"
#include "tests/analysis/diagnosis/written.h"

#include "analysis/diagnosis/pooled.h"

enum { LENGTHS = 3, LONG = 256 };
static const size_t length[LENGTHS] = {64, 128, 256};

static void write_gaussian(hid_t file, size_t n, size_t sequences, size_t heads, size_t rows) {
    const hsize_t size[5] = {sequences, 1, heads, rows, n};
    size_t all = sequences * heads * rows;
    double *score = malloc(all * n * sizeof *score);
    char group[16];
    for (size_t r = 0; r < all; r++) { law_draw(&law_case[0], n, "rows", r, score + r * n); }
    snprintf(group, sizeof group, "n%05zu", n);
    written_scores(file, group, size, H5T_IEEE_F64LE, score);
    free(score);
}

static void diagnose(struct told *t, const size_t sequences[LENGTHS], const size_t rows[LENGTHS]) {
    char path[WRITTEN_PATH];
    hid_t file = written_open(path);
    for (size_t j = 0; j < LENGTHS; j++) { write_gaussian(file, length[j], sequences[j], 2, rows[j]); }
    H5Fclose(file);
    told_make(t, path, NAN, 0);
    unlink(path);
}

static void check_weights(const struct told *t, const double weight[LENGTHS]) {
    for (size_t i = 0; i < t->diagnosis.group_count; i++) {
        const struct diagnosis_group *g = &t->diagnosis.group[i];
        for (size_t j = 0; j < LENGTHS; j++) { check_relative(g->weight[j], weight[j], 1e-14); }
    }
}

/* Sequences that a length lacks make no difference to its weight: a median is of one sequence's rows. */
static void test_sequences(void **state) {
    (void)state;
    struct told t;
    diagnose(&t, (const size_t[]){3, 6, 4}, (const size_t[]){9, 9, 9});
    check_weights(&t, (const double[]){1, 1, 1});
    told_release(&t);
}

/* 1/(.05^2 + 1.28^2/R), R rows of a sequence. */
static void test_rows(void **state) {
    (void)state;
    struct told t;
    double weight[LENGTHS];
    const size_t rows[LENGTHS] = {4, 8, 16};
    for (size_t j = 0; j < LENGTHS; j++) { weight[j] = 1 / (0.05 * 0.05 + 1.28 * 1.28 / (double)rows[j]); }
    diagnose(&t, (const size_t[]){6, 3, 4}, rows);
    check_weights(&t, weight);
    told_release(&t);
}

/* Errors of means are those of the means of sequences, which are the blocks here. */
static void test_errors(void **state) {
    (void)state;
    struct told t;
    const size_t sequences[LENGTHS] = {3, 6, 4};
    diagnose(&t, sequences, (const size_t[]){9, 9, 9});
    for (size_t i = 0; i < t.results->series_count; i++) {
        const struct results_series *s = &t.results->series[i];
        const size_t betas = s->size[RESULTS_BETA], blocks = s->size[RESULTS_BLOCK];
        for (size_t at = 0; at < LENGTHS * betas; at++) {
            const double count = (double)sequences[at / betas],
                         *block = s->block[MEASURE_ENTROPY] + at * blocks;
            double mean = 0, squares = 0;
            for (size_t g = 0; g < sequences[at / betas]; g++) { mean += block[g] / count; }
            for (size_t g = 0; g < sequences[at / betas]; g++) { squares += pow(block[g] - mean, 2); }
            check_relative(s->mean[MEASURE_ENTROPY][at], mean, 1e-12);
            check_relative(s->se[MEASURE_ENTROPY][at], sqrt(squares / (count - 1) / count), 1e-9);
        }
    }
    told_release(&t);
}

/* What is told of medians of few rows: 1.75 times the mean skewness of the heads' quartiles of log Lambda_n,
 * over R rows a sequence. */
static double few_rows_of(const struct told *t, const struct diagnosis_group *g, const size_t rows[LENGTHS]) {
    const struct trend_data data = {1, LENGTHS, g->x, g->y, g->weight};
    double c[LENGTHS], skew = 0, sum = 0, heads = (double)(g->head_last - g->head_first);
    assert_true(trend_coefficients(&data, 0, LENGTHS, c));
    for (size_t j = 0; j < LENGTHS; j++) {
        for (size_t h = g->head_first; h < g->head_last; h++) {
            const struct diagnosis_point *p = &t->diagnosis.group[h].point[j];
            skew += log(p->upper * p->lower / (p->median * p->median)) / heads / LENGTHS;
        }
        sum += c[j] / (double)rows[j];
    }
    return 1.75 * skew * sum;
}

static void test_few_rows(void **state) {
    (void)state;
    struct told t;
    char sentence[DIAGNOSIS_SENTENCE];
    const size_t rows[LENGTHS] = {4, 8, 16};
    diagnose(&t, (const size_t[]){20, 20, 20}, rows);
    for (size_t i = 0; i < t.diagnosis.group_count; i++) {
        const struct diagnosis_group *g = &t.diagnosis.group[i];
        assert_true(g->trained.few_rows < -0.1);
        check_relative(g->trained.few_rows, few_rows_of(&t, g, rows), 1e-12);
        story_sentence(&t.diagnosis, g, sentence);
        assert_non_null(strstr(sentence, " Medians of few rows (4 of a sequence at n = 2^6) stand too high, "
                                         "which lowers the exponent by some 0."));
        for (int k = 0; k < 4; k++) { /* a quarter of half the interval is little */
            struct diagnosis_group other = *g;
            const double quarter = (g->trained.exponent.high - g->trained.exponent.low) / 8;
            other.trained.few_rows = (k % 2 ? 1 : -1) * (k < 2 ? 0.99 : 1.01) * quarter;
            story_sentence(&t.diagnosis, &other, sentence);
            assert_int_equal(strstr(sentence, "Medians of few rows") != NULL, k >= 2);
            assert_int_equal(strstr(sentence, "which raises the exponent") != NULL, k == 3);
        }
    }
    told_release(&t);
}

/* log m = p x and a constant, exactly: its drift along a trend of slope b is |p - b| times the range of x,
 * and none where the trend may have the slope p. */
static void check_drift(const struct diagnosis_group *g, const struct diagnosis_law *law) {
    const struct trend_interval *b = &g->trained.exponent;
    double range = g->x[LENGTHS - 1] - g->x[0], p = law->exponent;
    double least = fmax(0, fmax(b->low - p, p - b->high)), most = fmax(p - b->low, b->high - p);
    check_relative(law->trend.low, exp(least * range), 1e-10);
    check_relative(law->trend.high, exp(most * range), 1e-10);
    assert_int_equal(law->excluded, least > 0);
}

static void test_drifts(void **state) {
    (void)state;
    struct told t;
    diagnose(&t, (const size_t[]){6, 6, 6}, (const size_t[]){8, 8, 8});
    for (size_t i = 0; i < t.diagnosis.group_count; i++) {
        const struct diagnosis_group *g = &t.diagnosis.group[i];
        for (int p = 0; p < PRESCRIPTIONS; p++) {
            const struct trend_interval *trend = &g->trained.law[p].trend;
            assert_true(trend->low <= trend->value && trend->value <= trend->high);
            if (p != PRESCRIPTION_YARN) { check_drift(g, &g->trained.law[p]); }
        }
        check_close(g->trained.few_rows, 0, 1e-14); /* as many at every length */
    }
    told_release(&t);
}

/* ---- heads that some lengths lack ---- */

/* Rows of one score and n - 1 others, all as far below it: 2 in head 0, 8 in head 1. Heads first .. last - 1
 * have some. */
static void write_plateaus(hid_t file, size_t n, size_t first, size_t last) {
    enum { HEADS = 2, ROWS = 4 };
    const hsize_t size[5] = {3, 1, HEADS, ROWS, n};
    const size_t count = 3 * HEADS * ROWS * n;
    double *score = malloc(count * sizeof *score);
    char group[16];
    for (size_t i = 0; i < count; i++) {
        const size_t head = i / n / ROWS % HEADS;
        score[i] = head < first || head >= last ? -INFINITY : i % n == 0 ? 0 : head == 0 ? -2 : -8;
    }
    snprintf(group, sizeof group, "n%05zu", n);
    written_scores(file, group, size, H5T_IEEE_F64LE, score);
    free(score);
}

static void diagnose_plateaus(struct told *t, const size_t first[LENGTHS], const size_t last[LENGTHS]) {
    char path[WRITTEN_PATH];
    hid_t file = written_open(path);
    for (size_t j = 0; j < LENGTHS; j++) { write_plateaus(file, length[j], first[j], last[j]); }
    H5Fclose(file);
    told_make(t, path, NAN, 0);
    unlink(path);
}

/* Lambda_n = log n over how far, exactly, t* stays, and so it is of both together, though the longest rows
 * are of head 0 alone, whose Lambda_n is told there. */
static void test_heads(void **state) {
    (void)state;
    struct told t;
    diagnose_plateaus(&t, (const size_t[]){0, 0, 0}, (const size_t[]){2, 2, 1});
    for (size_t i = 0; i < t.diagnosis.group_count; i++) {
        const struct diagnosis_growth *w = &t.diagnosis.group[i].trained;
        check_close(w->exponent.value, 1, 1e-11);
        check_close(w->xi[DIAGNOSIS_XI_LAMBDA].value, 1, 1e-11);
        check_close(w->xi[DIAGNOSIS_XI_DELTA].value, 0, 1e-11);
        check_close(w->law[PRESCRIPTION_LOG].drift, 1, 1e-11);
    }
    const struct diagnosis_group *all = told_group(&t, "all");
    check_relative(all->point[0].lambda.value, log(64) / 4, 1e-13); /* mean of log 2 and log 8 */
    check_relative(all->point[2].lambda.value, log(256) / 2, 1e-13);
    assert_int_equal(all->point[2].sequences, 3);
    told_release(&t);
}

static void check_story(const struct told *t, const char *name, const char *words) {
    char sentence[DIAGNOSIS_SENTENCE];
    story_sentence(&t->diagnosis, told_group(t, name), sentence);
    if (!strstr(sentence, words)) { fail_msg("no \"%s\" in: %s", words, sentence); }
}

/* Head 0 has one length and head 1 the two others, as where one sees a window of keys: how far they lie apart
 * is no growth. Of three lengths that nothing links, none grows. */
static void test_heads_apart(void **state) {
    (void)state;
    struct told t;
    diagnose_plateaus(&t, (const size_t[]){0, 1, 1}, (const size_t[]){1, 2, 2});
    const struct diagnosis_group *all = told_group(&t, "all");
    check_close(all->trained.exponent.value, 1, 1e-11);
    check_close(all->trained.xi[DIAGNOSIS_XI_LAMBDA].value, 1, 1e-11);
    check_close(all->trained.law[PRESCRIPTION_LOG].drift, 1, 1e-11);
    check_close(exp(all->trained.log_amplitude.value), 1.0 / 8, 1e-12);
    assert_true(all->point[0].apart && !all->point[1].apart && !all->point[2].apart);
    check_relative(all->point[0].lambda.value, log(64) / 2, 1e-13);
    check_relative(all->point[2].lambda.value, log(256) / 8, 1e-13);
    check_story(&t, "all", "(log n)^(1 +- 0), without lengths that share no head with the others");
    told_release(&t);
    diagnose_plateaus(&t, (const size_t[]){0, 2, 1}, (const size_t[]){1, 2, 2});
    assert_false(told_group(&t, "all")->trained.known);
    check_story(&t, "all", "; growth is undecided: no head has two of the lengths.");
    told_release(&t);
}

/* ---- one sequence ---- */

/* A score and 63 others as far below it; 0: two tie. */
static const double depth[] = {4, 0, 2, 9, 1, 0, 8, 3, 0, 5, 2.5};
enum { DEPTHS = sizeof depth / sizeof *depth };

/* log 64 over the depths, in order 9 8 5 4 3 2.5 2 1 and three that tie: the median is the sixth, and its
 * interval from the third to the ninth, which ties. A second sequence, all of whose rows tie, adds nothing.
 */
static void test_single(void **state) {
    (void)state;
    enum { N = 64 };
    for (size_t sequences = 1; sequences < 3; sequences++) {
        struct told t;
        char path[WRITTEN_PATH];
        double score[2 * DEPTHS * N];
        hid_t file = written_open(path);
        for (size_t i = 0; i < sequences * DEPTHS * N; i++) {
            const double d = i / N < DEPTHS ? depth[i / N] : 0;
            score[i] = i % N == 0 || (d == 0 && i % N == 1) ? 0 : d == 0 ? -7 : -d;
        }
        written_scores(file, "n", (const hsize_t[]){sequences, 1, 1, DEPTHS, N}, H5T_IEEE_F64LE, score);
        H5Fclose(file);
        told_make(&t, path, NAN, 0);
        unlink(path);
        for (size_t i = 0; i < t.diagnosis.group_count; i++) {
            const struct diagnosis_point *p = t.diagnosis.group[i].point;
            assert_int_equal(p->sequences, 1);
            check_relative(p->lambda.value, log(N) / 2.5, 1e-13);
            check_relative(p->lambda.low, log(N) / 5, 1e-13);
            assert_true(isinf(p->lambda.high));
        }
        told_release(&t);
    }
}

/* Of heads whose sequences are others, too, and whose lengths are others, only growth is left. */
static void test_heads_of_other_sequences(void **state) {
    enum { SEQUENCES = 5, POINTS = 4, HEADS = 3, CELLS = SEQUENCES * POINTS };
    static const double height[HEADS] = {0, 3, -1}, level[POINTS] = {1, 1.5, 4, 2};
    static const bool has[HEADS][POINTS] = {{1, 1, 0, 1}, {1, 1, 1, 0}, {0, 1, 1, 1}};
    static const size_t first[HEADS] = {0, 2, 4}, last[HEADS] = {2, 4, 5};
    double value[HEADS][CELLS], pooled[CELLS];
    const double *const all[HEADS] = {value[0], value[1], value[2]};
    (void)state;
    for (size_t i = 0; i < HEADS * CELLS; i++) {
        const size_t k = i / CELLS, s = i % CELLS / POINTS, l = i % POINTS;
        value[k][i % CELLS] = s >= first[k] && s < last[k] && has[k][l] ? height[k] + level[l] : NAN;
    }
    pooled_mean(HEADS, SEQUENCES, POINTS, all, pooled);
    for (size_t i = 0; i < CELLS; i++) {
        const size_t s = i / POINTS, k = s < 2 ? 0 : s < 4 ? 1 : 2;
        assert_int_equal(isnan(pooled[i]), !has[k][i % POINTS]);
        if (!isnan(pooled[i])) { check_close(pooled[i] - pooled[0], level[i % POINTS] - level[0], 1e-11); }
    }
}

/* What the prescriptions are told to be that are left: some, one, none. */
static void test_prescriptions_left(void **state) {
    (void)state;
    struct told t;
    diagnose(&t, (const size_t[]){6, 6, 6}, (const size_t[]){8, 8, 8});
    const char *const says[] = {"; every prescription is excluded at 5%, log the least",
                                "; of the prescriptions only sqrt_log is left",
                                "; prescriptions left at 5%: sqrt_log, yarn (undecided; log is closest)"};
    for (size_t left = 0; left < 3; left++) {
        char sentence[DIAGNOSIS_SENTENCE];
        struct diagnosis_group g = *told_group(&t, "all");
        for (int p = 0; p < PRESCRIPTIONS; p++) { g.trained.law[p].excluded = true; }
        g.trained.law[PRESCRIPTION_SQRT_LOG].excluded = left < 1;
        g.trained.law[PRESCRIPTION_YARN].excluded = left < 2;
        g.trained.closest = PRESCRIPTION_LOG;
        story_sentence(&t.diagnosis, &g, sentence);
        if (!strstr(sentence, says[left])) { fail_msg("no \"%s\" in: %s", says[left], sentence); }
    }
    told_release(&t);
}

/* Rows of plateaus, of heads alone and together: whatever the unit, Lambda_n times how far they stay is log
 * n, and all keys but the first are as far below it. */
static void test_units(void **state) {
    (void)state;
    struct told t;
    diagnose_plateaus(&t, (const size_t[]){0, 0, 0}, (const size_t[]){2, 2, 2});
    for (size_t i = 0; i < t.results->series_count; i++) {
        const struct results_series *s = &t.results->series[i];
        const size_t kept = s->size[RESULTS_REPLICATE];
        for (size_t r = 0; r < LENGTHS * kept; r++) {
            check_relative(s->lambda[r] * s->lambda_gap[r], log((double)length[r / kept]), 1e-12);
            check_relative(s->top_gap[r], s->lambda_gap[r], 1e-12);
        }
    }
    told_release(&t);
}

/* What the file has of a length: where the model stands, beta = 1 in units of Lambda_n, goes down as that
 * goes up. */
static void test_filed(void **state) {
    (void)state;
    struct told t;
    diagnose(&t, (const size_t[]){6, 6, 6}, (const size_t[]){8, 8, 8});
    for (size_t i = 0; i < t.diagnosis.group_count; i++) {
        const struct diagnosis_group *g = &t.diagnosis.group[i];
        const struct results_series *s = &t.results->series[i];
        assert_string_equal(s->name, g->name);
        for (size_t j = 0; j < LENGTHS; j++) {
            const struct diagnosis_point *p = &g->point[j];
            assert_true(p->lambda.low < p->lambda.high);
            check_relative(s->model_beta_ratio[j], 1 / p->median, 1e-15);
            check_relative(s->model_beta_ratio_low[j], 1 / p->lambda.high, 1e-15);
            check_relative(s->model_beta_ratio_high[j], 1 / p->lambda.low, 1e-15);
            check_close(s->lambda_between_sequences[j], p->lambda.value, 0);
            check_close(s->extreme_value_index[j], p->index.value, 0);
            check_close(s->extreme_value_index_gaussian[j], p->gaussian, 0);
            check_close(s->sequences[j], 6, 0);
        }
    }
    told_release(&t);
}

/* Rows of one sequence that come four times each, one after the other, tell no more than once. */
static void test_neighbours(void **state) {
    (void)state;
    enum { ROWS = 48, KEYS = LONG };
    double width[2], *score = malloc(4 * ROWS * KEYS * sizeof *score);
    for (size_t k = 0; k < 2; k++) {
        const size_t times = k == 0 ? 1 : 4;
        const hsize_t size[5] = {1, 1, 1, times * ROWS, KEYS};
        char path[WRITTEN_PATH];
        struct told t;
        for (size_t r = 0; r < times * ROWS; r++) {
            law_draw(&law_case[0], KEYS, "rows", r / times, score + r * KEYS);
        }
        hid_t file = written_open(path);
        written_scores(file, "n00256", size, H5T_IEEE_F64LE, score);
        H5Fclose(file);
        told_make(&t, path, NAN, 0);
        unlink(path);
        const struct trend_interval *lambda = &told_group(&t, "L0H0")->point[0].lambda;
        width[k] = log(lambda->high / lambda->low);
        told_release(&t);
    }
    free(score);
    assert_true(width[0] > 0 && width[1] > 0.9 * width[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sequences),
                                       cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_errors),
                                       cmocka_unit_test(test_few_rows),
                                       cmocka_unit_test(test_drifts),
                                       cmocka_unit_test(test_heads),
                                       cmocka_unit_test(test_heads_apart),
                                       cmocka_unit_test(test_single),
                                       cmocka_unit_test(test_prescriptions_left),
                                       cmocka_unit_test(test_units),
                                       cmocka_unit_test(test_neighbours),
                                       cmocka_unit_test(test_filed),
                                       cmocka_unit_test(test_heads_of_other_sequences)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
