/* Lengths that have different numbers of sequences, of rows, or other heads. Fixed seed; nothing here is left
 * to chance.
 */
#include "tests/analysis/diagnosis/laws.h"
#include "tests/analysis/diagnosis/written.h"

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
            if (p != PRESCRIPTION_YARN) { check_drift(g, &g->trained.law[p]); }
        }
        check_close(g->trained.few_rows, 0, 1e-14); /* as many at every length */
    }
    told_release(&t);
}

/* ---- heads that some lengths lack ---- */

/* Rows of one score and n - 1 others, all as far below it: 2 in head 0, 8 in head 1. */
static void write_plateaus(hid_t file, size_t n, size_t heads) {
    const hsize_t size[5] = {3, 1, heads, 4, n};
    double *score = calloc(3 * heads * 4 * n, sizeof *score);
    char group[16];
    for (size_t i = 0; i < 3 * heads * 4 * n; i++) {
        score[i] = i % n == 0 ? 0 : i / n / 4 % heads == 0 ? -2 : -8;
    }
    snprintf(group, sizeof group, "n%05zu", n);
    written_scores(file, group, size, H5T_IEEE_F64LE, score);
    free(score);
}

/* Lambda_n = log n over how far, exactly, t* stays, and so it is of both together, though the longest rows
 * are of head 0 alone. */
static void test_heads(void **state) {
    (void)state;
    struct told t;
    char path[WRITTEN_PATH];
    hid_t file = written_open(path);
    for (size_t j = 0; j < LENGTHS; j++) { write_plateaus(file, length[j], length[j] < LONG ? 2 : 1); }
    H5Fclose(file);
    told_make(&t, path, NAN, 0);
    unlink(path);
    for (size_t i = 0; i < t.diagnosis.group_count; i++) {
        const struct diagnosis_growth *w = &t.diagnosis.group[i].trained;
        check_close(w->exponent.value, 1, 1e-11);
        check_close(w->xi[DIAGNOSIS_XI_LAMBDA].value, 1, 1e-11);
        check_close(w->xi[DIAGNOSIS_XI_DELTA].value, 0, 1e-11);
        check_close(w->law[PRESCRIPTION_LOG].drift, 1, 1e-11);
    }
    told_release(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sequences), cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_few_rows), cmocka_unit_test(test_drifts),
                                       cmocka_unit_test(test_heads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
