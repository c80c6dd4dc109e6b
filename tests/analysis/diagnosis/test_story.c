/* Words for files of unusual shape. */
#include "tests/analysis/diagnosis/laws.h"
#include "tests/analysis/diagnosis/written.h"

#include "analysis/statistics/spacing.h"
#include "analysis/text/words.h"

enum { LENGTHS = 3, LONG = 256, ROWS = 8 };
static const size_t length[LENGTHS] = {64, 128, 256};

/* Gaussian scores, of so many sequences at each length; a query sees the nearest `window` keys. */
static void write_shape(hid_t file, const size_t sequences[LENGTHS], size_t window) {
    char group[16];
    for (size_t j = 0; j < LENGTHS; j++) {
        size_t n = length[j];
        const hsize_t size[5] = {sequences[j], 1, 1, ROWS, n};
        double score[4 * ROWS * LONG];
        for (size_t r = 0; r < sequences[j] * ROWS; r++) {
            law_draw(&law_case[0], n, "rows", r, score + r * n);
            for (size_t k = 0; k + window < n; k++) { score[r * n + k] = -INFINITY; }
        }
        snprintf(group, sizeof group, "n%05zu", n);
        written_scores(file, group, size, H5T_IEEE_F64LE, score);
    }
}

static void diagnose_shape(struct told *t, double trained, const size_t sequences[LENGTHS], size_t window) {
    char path[WRITTEN_PATH];
    hid_t file = written_open(path);
    write_shape(file, sequences, window);
    H5Fclose(file);
    told_make(t, path, trained, 0);
    unlink(path);
}

/* Each length has one sequence, another one. */
static void diagnose_strangers(struct told *t) {
    char path[WRITTEN_PATH], name[24];
    hid_t file = written_open(path);
    write_shape(file, (const size_t[]){1, 1, 1}, LONG);
    for (size_t j = 0; j < LENGTHS; j++) {
        snprintf(name, sizeof name, "n%05zu/scores", length[j]);
        assert_true(H5Adelete_by_name(file, name, "sequence_id", H5P_DEFAULT) >= 0);
    }
    H5Fclose(file);
    told_make(t, path, NAN, 0);
    unlink(path);
}

/* One key above equal ones, in 4 sequences of rows. */
static void diagnose_plateaus(struct told *t) {
    const hsize_t size[5] = {4, 1, 1, ROWS, LONG};
    static double score[4 * ROWS * LONG];
    char path[WRITTEN_PATH];
    for (size_t r = 0; r < 4 * ROWS; r++) { score[r * LONG + 7 * r] = 3; }
    hid_t file = written_open(path);
    written_scores(file, "n00256", size, H5T_IEEE_F64LE, score);
    H5Fclose(file);
    told_make(t, path, NAN, 0);
    unlink(path);
}

static void check_words(const struct told *t, const char *words, bool are_there) {
    char sentence[DIAGNOSIS_SENTENCE];
    story_sentence(&t->diagnosis, told_group(t, "L0H0"), sentence);
    if ((strstr(sentence, words) != NULL) != are_there || strstr(sentence, "nan")) {
        fail_msg("%s\"%s\" in: %s", are_there ? "no " : "", words, sentence);
    }
}

/* What lies beyond what spacings tell has no error. */
static void test_beyond(void **state) {
    (void)state;
    struct told t;
    diagnose_plateaus(&t);
    check_words(&t, "(index at least 4.5)", true);
    const struct diagnosis_point *p = story_point(told_group(&t, "L0H0"));
    assert_true(p->index.value == SPACING_END && p->index.high == INFINITY && isnan(p->index_se));
    told_release(&t);
}

static void check_multipliers(const struct told *t, bool are_there) {
    static const char *const group[] = {"L0H0", "L0", "all"};
    for (size_t i = 0; i < 3 * DIAGNOSIS_MULTIPLIERS; i++) {
        const struct diagnosis_growth *w = &told_group(t, group[i % 3])->trained;
        assert_int_equal(isfinite(w->multiplier[i / 3].value), are_there);
    }
}

/* Rows that stop growing count for the length that they reach. */
static void test_window(void **state) {
    (void)state;
    struct told t;
    diagnose_shape(&t, NAN, (const size_t[]){2, 2, 2}, 128);
    char number[WORDS], words[2 * WORDS];
    words_number(1 / told_group(&t, "L0H0")->point[1].lambda.value, number);
    snprintf(words, sizeof words, "As trained beta is %s times Lambda_n at n = 2^7", number);
    check_words(&t, words, true);
    check_words(&t, " No row counts for longer contexts, up to n = 2^8: where a query sees a window of keys",
                true);
    check_multipliers(&t, false);
    told_release(&t);
    diagnose_shape(&t, NAN, (const size_t[]){2, 2, 2}, LONG);
    check_words(&t, "No row counts", false);
    check_multipliers(&t, true);
    told_release(&t);
}

/* All weight on the query's own key: 1 of 256, where equal weights need 231 for 90%. */
static void test_nearest(void **state) {
    (void)state;
    struct told t;
    char path[WRITTEN_PATH];
    double score[2 * ROWS * LONG];
    hid_t file = written_open(path);
    for (size_t i = 0; i < 2 * ROWS * LONG; i++) {
        score[i] = -30 * fabs((double)(i % LONG) - (double)(LONG - ROWS + i / LONG % ROWS));
    }
    written_scores(file, "n", (const hsize_t[]){2, 1, 1, ROWS, LONG}, H5T_IEEE_F64LE, score);
    H5Fclose(file);
    told_make(&t, path, NAN, 0);
    unlink(path);
    check_words(&t, "local (90% of the weight lies in the nearest 0.4% of the keys)", true);
    char sentence[DIAGNOSIS_SENTENCE]; /* a median over heads */
    story_sentence(&t.diagnosis, told_group(&t, "all"), sentence);
    assert_non_null(strstr(sentence, "local (90% of a typical head's weight lies in the nearest 0.4%"));
    told_release(&t);
}

/* Lengths that all lie beyond the trained one, or all but one. */
static void test_trained(void **state) {
    (void)state;
    struct told t;
    diagnose_shape(&t, 16, (const size_t[]){2, 2, 2}, LONG);
    check_words(&t, "no length is within the trained context: growth there is undecided", true);
    check_words(&t, "Beyond the trained length, from n = 2^6 to 2^8, Lambda_n ", true);
    told_release(&t);
    diagnose_shape(&t, 64, (const size_t[]){2, 2, 2}, LONG);
    check_words(&t, "one length says nothing of growth: undecided", true);
    told_release(&t);
}

/* Masked by -100; a steep linear bias, wide scores, and one key far above all others are no masks. */
static void test_parted(void **state) {
    (void)state;
    enum { KINDS = 5, N = 64 };
    struct told t;
    char path[WRITTEN_PATH];
    double score[KINDS * N];
    hid_t file = written_open(path);
    for (size_t r = 0; r < KINDS; r++) {
        double *row = score + r * N;
        law_draw(&law_case[0], N, "rows", r, row);
        for (size_t k = 0; k < N; k++) {
            const double masked = k % 3 == 0 ? -100 : 0, bias = -20.0 * (double)(N - k),
                         lone = k == 5 ? 200 : 0;
            row[k] = r < 2    ? 3 * row[k] + (r == 0 ? masked : masked / 2)
                     : r == 2 ? row[k] + bias
                     : r == 3 ? 300 * row[k]
                              : row[k] + lone;
        }
    }
    written_scores(file, "n00064", (hsize_t[]){1, 1, 1, KINDS, N}, H5T_IEEE_F64LE, score);
    H5Fclose(file);
    told_make(&t, path, NAN, 0);
    unlink(path);
    assert_int_equal(t.survey.row_count, KINDS);
    for (size_t r = 0; r < KINDS; r++) { assert_int_equal(t.survey.row[r].parted, r == 0); }
    told_release(&t);
}

/* A length of one sequence is left out where two others remain, else there is no interval. */
static void test_one_sequence_at_a_length(void **state) {
    (void)state;
    struct told t;
    diagnose_shape(&t, NAN, (const size_t[]){4, 4, 1}, LONG);
    check_words(&t, ", without the lengths of one sequence only", true);
    struct trend_interval left = told_group(&t, "L0H0")->trained.exponent;
    const double y_at_last = told_group(&t, "L0H0")->point[2].median;
    assert_true(left.low < left.value && left.value < left.high && isfinite(y_at_last));
    told_release(&t);
    diagnose_shape(&t, 128, (const size_t[]){4, 4, 4}, LONG);
    check_close(told_group(&t, "L0H0")->trained.exponent.low, left.low, 1e-12);
    check_words(&t, "one sequence only", false);
    told_release(&t);
    diagnose_shape(&t, NAN, (const size_t[]){4, 1, 1}, LONG);
    check_words(&t, "with no interval, since some length has one sequence only: undecided", true);
    told_release(&t);
    diagnose_shape(&t, NAN, (const size_t[]){1, 1, 1}, LONG);
    check_words(&t, "in this sequence only, which says nothing of others: undecided", true);
    told_release(&t);
    diagnose_strangers(&t);
    check_words(&t, "with no interval, since some length has one sequence only: undecided", true);
    told_release(&t);
}

/* Where sequences of the length told of are left out, the sentence says of which it tells. */
static void test_some_sequences_tie(void **state) {
    (void)state;
    enum { SEQUENCES = 3, N = 64 };
    for (size_t tied = 0; tied < 2; tied++) {
        struct told t;
        char path[WRITTEN_PATH];
        double score[SEQUENCES * ROWS * N];
        hid_t file = written_open(path);
        for (size_t r = 0; r < SEQUENCES * ROWS; r++) {
            law_draw(&law_case[0], N, "rows", r, score + r * N);
            if (tied && r < ROWS) { score[r * N] = score[r * N + 1] = 50; }
        }
        written_scores(file, "n00064", (hsize_t[]){SEQUENCES, 1, 1, ROWS, N}, H5T_IEEE_F64LE, score);
        H5Fclose(file);
        told_make(&t, path, NAN, 0);
        unlink(path);
        check_words(&t, " at n = 2^6 in sequences where fewer than half of the rows tie: ", tied > 0);
        told_release(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beyond),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_trained),
        cmocka_unit_test(test_parted),
        cmocka_unit_test(test_one_sequence_at_a_length),
        cmocka_unit_test(test_some_sequences_tie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
