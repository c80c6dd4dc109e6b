/* Texts in lines of a terminal, and what help, the manual and colours say. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/colour.h"
#include "sim/base/help.h"
#include "sim/base/memory.h"

static char *filled(const char *text, size_t width, size_t indent, size_t column) {
    char *out;
    size_t length;
    FILE *stream = memory_stream_open(&out, &length);
    help_fill(stream, text, width, indent, column);
    memory_stream_close(stream, &out);
    return out;
}

static void check_filled(const char *text, size_t width, size_t indent, size_t column, const char *wanted) {
    char *out = filled(text, width, indent, column);
    assert_string_equal(out, wanted);
    free(out);
}

static void test_fill(void **state) {
    (void)state;
    check_filled("one two three", 8, 2, 0, "one two\n  three\n");
    check_filled("one two three", 8, 2, 4, "one\n  two\n  three\n");
    check_filled("longerthanaline x", 8, 0, 0, "longerthanaline\nx\n");
    check_filled("a\n\n  b c", 80, 0, 0, "a\n\n  b c\n");
    check_filled("", 8, 0, 0, "\n");
}

static void test_lines(void **state) {
    (void)state;
    char *out;
    size_t length;
    const struct commandline_option known[] = {
        {"output", 'o', "FILE", "where", .text = &(const char *){NULL}},
        {"a-very-long-name-of-an-option", 0, "VALUE", "what follows stands below",
         .text = &(const char *){NULL}}};
    const struct commandline line = {
        .name = "do", .takes = "FILE...", .about = "Does.", .notes = "Done.", .count = 2, .option = known};
    FILE *stream = memory_stream_open(&out, &length);
    help_print(stream, &line);
    memory_stream_close(stream, &out);
    assert_string_equal(out, "usage: gapscale do FILE... [OPTION]...\n\nDoes.\n\n  -o, --output FILE  where\n"
                             "      --a-very-long-name-of-an-option VALUE\n"
                             "                     what follows stands below\n\nDone.\n");
    free(out);
}

/* A stream into a file is no terminal. */
static void test_colours(void **state) {
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_string_equal(colour_of(file, COLOUR_RED), "");
    fclose(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fill), cmocka_unit_test(test_lines),
                                       cmocka_unit_test(test_colours)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
