/* Which keys that are sinks somewhere are left out, and that they are at every length. Fixed seed; nothing
 * here is left to chance. */
#include "tests/analysis/diagnosis/laws.h"
#include "tests/analysis/diagnosis/written.h"

enum { LENGTHS = 3, LONG = 256, SEQUENCES = 3, ROWS = 16, KEY = 5 };
static const size_t length[LENGTHS] = {64, 128, 256};

/* Score of KEY beside n - 1 others. */
typedef double key_maker(size_t n, const double *gaussian);

static double nowhere(size_t n, const double *gaussian) {
    (void)n, (void)gaussian;
    return -50;
}

/* In the first head; in others nobody attends to the key. */
static void write_rows(hid_t file, size_t n, size_t heads, key_maker *make) {
    const hsize_t size[5] = {SEQUENCES, 1, heads, ROWS, n};
    double *score = malloc(SEQUENCES * heads * ROWS * n * sizeof *score);
    char group[16];
    for (size_t r = 0; r < SEQUENCES * heads * ROWS; r++) {
        double *row = score + r * n;
        law_draw(&law_case[0], n, "rows", r, row);
        row[KEY] = (r / ROWS % heads == 0 ? make : nowhere)(n, row);
    }
    snprintf(group, sizeof group, "n%05zu", n);
    written_scores(file, group, size, H5T_IEEE_F64LE, score);
    free(score);
}

static void diagnose(struct told *t, size_t heads, key_maker *make) {
    char path[WRITTEN_PATH];
    hid_t file = written_open(path);
    for (size_t j = 0; j < LENGTHS; j++) { write_rows(file, length[j], heads, make); }
    H5Fclose(file);
    told_make(t, path, NAN, 0);
    unlink(path);
}

/* So that the key has a share of the weight. */
static double score_of(size_t n, const double *gaussian, double share) {
    double others = 0;
    for (size_t k = 0; k < n; k++) { others += k == KEY ? 0 : exp(gaussian[k]); }
    return log(others * share / (1 - share));
}

static double fading(size_t n, const double *gaussian) {
    return score_of(n, gaussian, n == LONG ? 0.05 : 0.4);
}
static double passing(size_t n, const double *gaussian) {
    return score_of(n, gaussian, n == length[0] ? 0.4 : 0.001);
}

static void check_sinks(const struct told *t, const bool is_sink[LENGTHS]) {
    for (size_t j = 0; j < LENGTHS; j++) {
        assert_int_equal(survey_sinks(&t->survey, j, 0)->weight > 0, is_sink[j]);
    }
}

static void check_words(const struct told *t, const char *words, bool are_there) {
    char sentence[DIAGNOSIS_SENTENCE];
    story_sentence(&t->diagnosis, told_group(t, "L0H0"), sentence);
    if (!strstr(sentence, words) == are_there) { fail_msg("\"%s\": %s", words, sentence); }
}

/* Above a tenth at two lengths, below at the longest: left out there, too, where it would lie above others.
 */
static void test_fading(void **state) {
    (void)state;
    struct told t, bare;
    diagnose(&t, 1, fading);
    diagnose(&bare, 1, nowhere);
    check_sinks(&t, (const bool[]){true, true, false});
    for (size_t i = 0; i < t.diagnosis.group_count; i++) {
        const struct diagnosis_group *g = &t.diagnosis.group[i], *other = &bare.diagnosis.group[i];
        check_close(g->without_sinks.exponent.value, other->trained.exponent.value, 1e-11);
        check_close(g->without_sinks.exponent.low, other->trained.exponent.low, 1e-11);
        for (size_t j = 0; j < LENGTHS; j++) {
            check_relative(g->point[j].lambda_without_sinks, other->point[j].median, 1e-12);
            check_close(g->point[j].index.value, other->point[j].index.value, 1e-12);
        }
    }
    check_words(&t, " Sinks at other lengths: key 5; without it Lambda_n is ", true);
    check_words(&t, " With its sinks left out at every length Lambda_n ", true);
    told_release(&t);
    told_release(&bare);
}

/* At one shorter length alone: such are many heads' by chance. */
static void test_passing(void **state) {
    (void)state;
    struct told t;
    diagnose(&t, 1, passing);
    check_sinks(&t, (const bool[]){true, false, false});
    for (size_t i = 0; i < t.diagnosis.group_count; i++) {
        const struct diagnosis_group *g = &t.diagnosis.group[i];
        assert_false(g->without_sinks.known);
        for (size_t j = 0; j < LENGTHS; j++) { assert_true(isnan(g->point[j].lambda_without_sinks)); }
    }
    check_words(&t, "inks", false);
    told_release(&t);
}

/* Nothing is told of a head without its sinks that has none; of all heads it is, once one has. */
static void test_one_head_of_two(void **state) {
    (void)state;
    struct told t, bare;
    diagnose(&t, 2, fading);
    diagnose(&bare, 2, nowhere);
    for (size_t i = 0; i < t.diagnosis.group_count; i++) {
        const struct diagnosis_group *g = &t.diagnosis.group[i], *other = &bare.diagnosis.group[i];
        const bool has = strcmp(g->name, "L0H1") != 0;
        assert_int_equal(g->without_sinks.known, has);
        for (size_t j = 0; j < LENGTHS; j++) {
            const double lambda = g->point[j].lambda_without_sinks;
            assert_int_equal(!isnan(lambda), has);
            if (has) { check_relative(lambda, other->point[j].median, 1e-12); }
        }
    }
    told_release(&t);
    told_release(&bare);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fading), cmocka_unit_test(test_passing),
                                       cmocka_unit_test(test_one_head_of_two)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
