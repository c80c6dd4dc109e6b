/* In which keys two configs differ. */
#include "tests/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/config/difference.h"

/* A text of some 100000 bytes, most of them in one line, as betas written out are. */
static char *long_text(int replicates, int threshold, int seed) {
    char *text;
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    fprintf(out, "replicates: %d\nbeta: [0.125", replicates);
    for (int i = 0; i < 10000; i++) { fprintf(out, ", 0.%07d", i + 1); }
    fprintf(out, "]\ncollapse: {entropy: [%d]}\nseed: %d\n", threshold, seed);
    memory_stream_close(out, &text);
    return text;
}

static void test_behind_a_long_line(void **state) {
    (void)state;
    char *here = long_text(1, 1, 7), *there = long_text(2, 3, 7);
    struct difference *list;
    assert_int_equal(difference_list(here, there, &list), 2);
    assert_string_equal(list[0].path, "replicates");
    assert_string_equal(list[1].path, "collapse");
    assert_string_equal(list[1].here, "{entropy: [1]}");
    assert_string_equal(list[1].there, "{entropy: [3]}");
    free(list);
    free(here);
    free(there);
}

static void test_differences(void **state) {
    (void)state;
    struct config *a = experiment_config(
                      "n: [10]\nseries:\n  - family: gaussian\n  - {family: pareto, tail: 2}\n"),
                  *b = experiment_config(
                      "n: [10]\nreplicates: 7\nseries:\n  - family: gaussian\n  - {family: pareto, "
                      "tail: 3}\n  - family: gumbel\n"),
                  *c = experiment_config(
                      "n: [10]\nseries:\n  - {family: pareto, tail: 2}\n  - family: gaussian\n");
    struct difference *list;
    assert_int_equal(difference_list(a->resolved, b->resolved, &list), 3);
    assert_string_equal(list[0].path, "replicates");
    assert_string_equal(list[0].there, "7");
    assert_string_equal(list[1].path, "series.pareto.tail");
    assert_string_equal(list[1].here, "2");
    assert_string_equal(list[2].path, "series.gumbel");
    assert_string_equal(list[2].here, "");
    free(list);
    assert_int_equal(difference_list(a->resolved, c->resolved, &list), 1);
    assert_string_equal(list[0].path, "series");
    free(list);
    assert_int_equal(difference_list(a->resolved, a->resolved, &list), 0);
    free(list);
    config_free(a);
    config_free(b);
    config_free(c);
}

/* As a damaged file may hold one: a line that libfyaml would not come to the end of. */
static void test_no_text(void **state) {
    (void)state;
    struct difference *list;
    alarm(60);
    assert_int_equal(difference_list("seed: 1\n", "%\xc3\n", &list), 1);
    alarm(0);
    free(list);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_differences),
                                       cmocka_unit_test(test_behind_a_long_line),
                                       cmocka_unit_test(test_no_text)};
    return cmocka_run_group_tests_name("difference", tests, NULL, NULL);
}
