/* Spacings of one measured row: a closed form, rows too short, sinks left out, ties; pooled groups. What the
 * index of many rows says is tried in test_truth.c. */
#include "tests/analysis/diagnosis/laws.h"
#include "tests/analysis/diagnosis/written.h"

#include "analysis/diagnosis/index.h"
#include "sim/measures/leading.h"
#include "sim/rows/measured.h"

enum { LONG = 1024 };

static struct index_row index_at(double n, size_t count, const double *score,
                                 const struct survey_sink *sink) {
    const double unit = 2;
    struct measured *room = measured_create(isa_best());
    struct index_room *index = index_room_create(isa_best());
    const struct scores_row row = {.count = count, .score = score, .position = count - 1};
    const struct row *made = measured_row(room, count, score, unit);
    struct index_row found;
    index_measure(index, &row, n, sink, made->gap, unit, &found);
    measured_free(room);
    index_room_free(index);
    return found;
}

/* Of a row that sees the whole context. */
static struct index_row index_of(size_t count, const double *score, const struct survey_sink *sink) {
    return index_at((double)count, count, score, sink);
}

/* Scores -0, -1, -2, ..: D_k = k, T = sum k (k - 1)/((K - 1) sum k) = 2/3 (K + 1)(K - 1)/((K - 1)(K + 1)). */
static void test_ladder(void **state) {
    (void)state;
    const struct survey_sink none[SURVEY_SINKS] = {{0}};
    double score[LONG];
    for (size_t i = 0; i < LONG; i++) { score[i] = -(double)((i * 517) % LONG); }
    struct index_row row = index_of(LONG, score, none);
    assert_true(row.count == 16);
    check_close(row.statistic, 2.0 / 3, 1e-12);
    for (size_t k = 0; k < 16; k++) { check_close(row.spacing[k], (double)k + 1, 1e-12); }
    assert_true(isnan(row.without_sinks.lambda));
    for (size_t i = 0; i < 100; i++) { score[i] = -(double)i; }
    row = index_of(100, score, none);
    assert_true(row.count == 8 && isnan(row.spacing[8]));
    check_close(row.statistic, 2.0 / 3, 1e-12);
    assert_true(index_of(63, score, none).count == 0);
    assert_true(index_at(64, 58, score, none).count == 8); /* a row of a causal context */
}

static void test_sinks_left_out(void **state) {
    (void)state;
    const struct survey_sink none[SURVEY_SINKS] = {{0}}, two[SURVEY_SINKS] = {{0, 0.5}, {3, 0.2}};
    double score[LONG], without[LONG];
    law_draw(&law_case[0], LONG, "sinks", 1, score);
    score[0] = 50;
    score[3] = 40;
    for (size_t i = 0, kept = 0; i < LONG; i++) {
        if (i != 0 && i != 3) { without[kept++] = score[i]; }
    }
    struct index_row row = index_of(LONG, score, two), same = index_of(LONG - 2, without, none);
    check_close(row.statistic, same.statistic, 0);
    struct measured *room = measured_create(isa_best());
    struct accumulation expected = measure_accumulation(measured_row(room, LONG - 2, without, 1));
    check_close(row.without_sinks.lambda, expected.lambda, 0);
    check_close(row.without_sinks.log_rank, expected.log_rank, 0);
    check_close(row.without_sinks.gap, expected.gap, 0);
    measured_free(room);
    assert_true(index_of(LONG, score, none).statistic < row.statistic - 0.1);
}

/* Lambda_n of a row, whose key i is key[i], without four of its keys; and as it is cut by hand. */
static void check_four_sinks(const double *score, const uint32_t *key, const struct survey_sink sink[]) {
    struct index_room *room = index_room_create(isa_best());
    struct leading *leading = leading_create(isa_best());
    struct scores_row row = {.count = LONG, .score = score, .key = key, .position = 3 * LONG};
    struct leading_scores expected;
    struct index_row found;
    double without[LONG];
    size_t count = 0;
    for (size_t i = 0; i < LONG; i++) {
        bool is_sink = false;
        for (size_t k = 0; k < SURVEY_SINKS; k++) { is_sink |= sink[k].key == (key ? key[i] : i); }
        without[count] = score[i];
        count += !is_sink;
    }
    leading_find(leading, count, without, NULL, &expected);
    index_measure(room, &row, LONG, sink, NULL, 1, &found);
    assert_memory_equal(&found.without_sinks, &expected.accumulation, sizeof expected.accumulation);
    check_close(found.spacing[0], expected.gap[1], 0);
    leading_free(leading);
    index_room_free(room);
}

/* Neighbours, the first and the last, in any order, some of them hidden. */
static void test_sinks_anywhere(void **state) {
    (void)state;
    const struct survey_sink sink[][SURVEY_SINKS] = {
        {{6, 0.5}, {0, 0.4}, {LONG - 1, 0.3}, {7, 0.2}},
        {{2, 0.5}, {1, 0.4}, {0, 0.3}, {3, 0.2}},
        {{3 * LONG, 0.5}, {LONG - 2, 0.4}, {LONG, 0.3}, {9, 0.2}}};
    double score[LONG];
    uint32_t key[LONG];
    law_draw(&law_case[0], LONG, "sinks", 2, score);
    for (size_t i = 0; i < LONG; i++) { key[i] = (uint32_t)(2 * i); }
    for (size_t i = 0; i < 10; i++) { score[i] = score[LONG - 1 - i] = 40 - 2 * (double)i; }
    for (size_t s = 0; s < sizeof sink / sizeof sink[0]; s++) {
        check_four_sinks(score, NULL, sink[s]);
        check_four_sinks(score, key, sink[s]);
    }
}

static void test_all_tie(void **state) {
    (void)state;
    const struct survey_sink none[SURVEY_SINKS] = {{0}};
    double score[LONG] = {0};
    assert_true(isnan(index_of(LONG, score, none).statistic));
}

/* Two heads of Gaussian rows, of which the first `local` ones lose 0.3 a key of distance. */
static void diagnose_two(struct told *t, size_t local) {
    enum { SEQUENCES = 6, HEADS = 2, ROWS = 16, N = 256 };
    const hsize_t size[5] = {SEQUENCES, 1, HEADS, ROWS, N};
    char path[WRITTEN_PATH];
    double *score = malloc(SEQUENCES * HEADS * ROWS * N * sizeof *score);
    hid_t file = written_open(path);
    for (size_t r = 0; r < SEQUENCES * HEADS * ROWS; r++) {
        bool is_local = r / ROWS % HEADS < local;
        law_draw(&law_case[0], N, "rows", r, score + r * N);
        for (size_t k = 0; k < N && is_local; k++) {
            score[r * N + k] -= 0.3 * fabs((double)(N - ROWS + r % ROWS) - (double)k);
        }
    }
    written_scores(file, "n00256", size, H5T_IEEE_F64LE, score);
    H5Fclose(file);
    free(score);
    told_make(t, path, NAN, 0);
    unlink(path);
}

/* What is told of both heads is what the one reads that is not local. */
static void test_local_left_out(void **state) {
    (void)state;
    struct told t;
    char sentence[DIAGNOSIS_SENTENCE];
    diagnose_two(&t, 1);
    const struct diagnosis_point *local = told_group(&t, "L0H0")->point,
                                 *other = told_group(&t, "L0H1")->point, *both = told_group(&t, "all")->point;
    assert_int_equal(told_group(&t, "L0H0")->locality, DIAGNOSIS_LOCAL);
    assert_int_equal(told_group(&t, "L0H1")->locality, DIAGNOSIS_GLOBAL);
    assert_true(local->index.value < other->index.value - 0.1);
    check_close(both->index.value, other->index.value, 1e-12);
    assert_true(both->spacings == INDEX_SPACINGS);
    for (size_t k = 0; k < INDEX_SPACINGS; k++) {
        check_relative(t.results->series[3].spacing_mean[k] / both->median,
                       t.results->series[1].spacing_mean[k] / other->median, 1e-12);
    }
    story_sentence(&t.diagnosis, told_group(&t, "all"), sentence);
    assert_non_null(strstr(sentence, ", without 1 local head)"));
    told_release(&t);
    diagnose_two(&t, 2);
    assert_true(isnan(told_group(&t, "all")->point->index.value));
    assert_true(told_group(&t, "all")->point->spacings == 0);
    told_release(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ladder),         cmocka_unit_test(test_sinks_left_out),
        cmocka_unit_test(test_sinks_anywhere), cmocka_unit_test(test_all_tie),
        cmocka_unit_test(test_local_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
