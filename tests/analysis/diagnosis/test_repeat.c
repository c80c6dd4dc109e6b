/* A text that was read twice is found, whatever else there is. */
#include "tests/test.h"

#include "analysis/diagnosis/repeat.h"

enum { SEQUENCES = 3, LENGTHS = 2, ROWS = 4, ALL = SEQUENCES * LENGTHS * ROWS };

/* Sequence 2 repeats sequence 0 at the first length, but for rounding; each has rows of its own at another.
 */
static void make_rows(struct survey_row row[ALL], struct diagnosis_row found[ALL]) {
    for (uint32_t i = 0; i < ALL; i++) {
        uint32_t sequence = i / (LENGTHS * ROWS), length = i / ROWS % LENGTHS, text = sequence;
        if (length == 0 && sequence == 2) { text = 0; }
        double value = 1 + 0.1 * (i % ROWS) + 0.01 * text + 0.3 * length, rounding = 1 + 1e-6 * sequence;
        row[i] = (struct survey_row){
            .length = length, .sequence = sequence, .count = 100, .lambda = 1000 * sequence};
        found[i] = (struct diagnosis_row){
            .entropy = value * rounding, .participation = 1 / value / rounding, .top_weight = 0.1 * value};
    }
}

static void test_repeat(void **state) {
    (void)state;
    struct survey_row row[ALL];
    struct diagnosis_row found[ALL];
    struct scores_facts facts = {.head_count = 1, .length_count = LENGTHS, .sequence_count = SEQUENCES};
    struct survey survey = {.facts = &facts, .row_count = ALL, .row = row};
    const struct diagnosis diagnosis = {.survey = &survey, .row = found};
    size_t first, second;
    make_rows(row, found);
    assert_false(repeat_find(&diagnosis, &first, &second)); /* they differ at the second length */
    for (size_t i = 0; i < ROWS; i++) { row[LENGTHS * ROWS - 1 - i].sequence = 1; } /* 0 has none there */
    assert_true(repeat_find(&diagnosis, &first, &second));
    assert_true(first == 0 && second == 2);
    found[1].top_weight *= 1.001;
    assert_false(repeat_find(&diagnosis, &first, &second));
}

/* One row that agrees may do so by chance. */
static void test_one_row(void **state) {
    (void)state;
    struct survey_row row[2] = {{.count = 2}, {.count = 2, .sequence = 1}};
    struct diagnosis_row found[2] = {{.entropy = 0.5}, {.entropy = 0.5}};
    struct scores_facts facts = {.head_count = 1, .length_count = 1, .sequence_count = 2};
    struct survey survey = {.facts = &facts, .row_count = 2, .row = row};
    const struct diagnosis diagnosis = {.survey = &survey, .row = found};
    size_t first, second;
    assert_false(repeat_find(&diagnosis, &first, &second));
}

/* Rows whose weights are one key's, or equal, agree in any two texts. */
static void test_plain_rows(void **state) {
    (void)state;
    const struct diagnosis_row one_key = {.participation = 1, .top_weight = 1};
    struct survey_row row[4] = {
        {.count = 9}, {.count = 9}, {.count = 9, .sequence = 1}, {.count = 9, .sequence = 1}};
    struct diagnosis_row found[4] = {one_key, one_key, one_key, one_key};
    struct scores_facts facts = {.head_count = 1, .length_count = 1, .sequence_count = 2};
    struct survey survey = {.facts = &facts, .row_count = 4, .row = row};
    const struct diagnosis diagnosis = {.survey = &survey, .row = found};
    size_t first, second;
    assert_false(repeat_find(&diagnosis, &first, &second));
    for (size_t i = 0; i < 4; i++) {
        found[i].entropy = log(9);
        found[i].participation = found[i].top_weight = 1 / 9.0;
    }
    assert_false(repeat_find(&diagnosis, &first, &second));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_repeat), cmocka_unit_test(test_one_row),
                                       cmocka_unit_test(test_plain_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
