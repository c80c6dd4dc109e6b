/* Tables and sentences on narrow terminals. */
#include "tests/test.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/text/fold.h"
#include "sim/base/memory.h"

static void check(const char *text, size_t width, const char *expected) {
    char *printed;
    size_t length;
    FILE *out = memory_stream_open(&printed, &length);
    fold_print(out, text, width);
    memory_stream_close(out, &printed);
    assert_string_equal(printed, expected);
    free(printed);
}

static const char table[] = "   n" FOLD "  alpha" FOLD "  beta" FOLD "  gamma\n"
                            "   8" FOLD "      1" FOLD "     2" FOLD "      3\n"
                            "1000" FOLD "      -" FOLD "      " FOLD "      \n"
                            "behind\n";

static void test_tables(void **state) {
    (void)state;
    check(table, SIZE_MAX,
          "   n  alpha  beta  gamma\n"
          "   8      1     2      3\n"
          "1000      -\n"
          "behind\n");
    check(table, 24,
          "   n  alpha  beta  gamma\n"
          "   8      1     2      3\n"
          "1000      -\n"
          "behind\n");
    check(table, 23,
          "   n  alpha  beta\n"
          "   8      1     2\n"
          "1000      -\n"
          "\n"
          "   n  gamma\n"
          "   8      3\n"
          "1000\n"
          "behind\n");
    check(table, 1,
          "   n  alpha\n   8      1\n1000      -\n\n"
          "   n  beta\n   8     2\n1000\n\n"
          "   n  gamma\n   8      3\n1000\nbehind\n");
}

/* Rows shorter than others, a cell wider than its head, and a title that is no column. */
static void test_odd_tables(void **state) {
    (void)state;
    check("name" FOLD " a\nfrom the longest on" FOLD "\nx   " FOLD " 1" FOLD " wide\n", 8,
          "name a\nfrom the longest on\nx    1\n\nname\nfrom the longest on\nx    wide\n");
}

static void test_sentences(void **state) {
    (void)state;
    check("a sentence at the edge\n", 12, "a sentence\nat the edge\n");
    check("  one that begins further in\n\n  next", 17, "  one that begins\n    further in\n\n  next\n");
    check("  x 0.12 +- 0.34\n", 14, "  x\n    0.12 +- 0.34\n");
    check("  as (log n)^(1 +- 2) there\n", 9, "  as\n    (log n)^(1 +- 2)\n    there\n");
    check("a log\nnext, log not\n", 9, "a log\nnext, log\nnot\n");
    check("unbreakableword and more\n", 5, "unbreakableword\nand\nmore\n");
    char wide[2 * FOLD_SENTENCE + 2] = "";
    for (size_t i = 0; i < FOLD_SENTENCE; i++) { strcat(wide, "a "); }
    wide[2 * FOLD_SENTENCE - 1] = '\0';
    char folded[sizeof wide + 1];
    snprintf(folded, sizeof folded, "%s\n", wide);
    folded[FOLD_SENTENCE - 1] = '\n';
    check(wide, SIZE_MAX, folded);
}

/* Marks take no room, and go nowhere but to terminals; what else a terminal would obey goes nowhere at all.
 */
static void test_marks(void **state) {
    (void)state;
    char text[64];
    snprintf(text, sizeof text, "%sgood%s news, \033[1m\xc3\xa4\n", fold_colour(COLOUR_GREEN),
             fold_colour(COLOUR_PLAIN));
    check(text, 16, "good news, ?[1m\xc3\xa4\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tables), cmocka_unit_test(test_odd_tables),
                                       cmocka_unit_test(test_sentences), cmocka_unit_test(test_marks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
