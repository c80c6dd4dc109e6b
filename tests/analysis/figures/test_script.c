/* Scripts: own words stand before the line that draws, and nothing in them ends their string; titles fit;
 * data alone. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures/figures.h"
#include "analysis/figures/gnuplot.h"
#include "analysis/figures/script.h"
#include "analysis/figures/template.h"

static void each_figure_draws_in_one_line(void **state) {
    (void)state;
    for (size_t f = 0; f < figure_count; f++) {
        const struct template *t = template_all;
        while (strcmp(t->name, figure_list[f]->name) != 0) { t++; }
        const char *draws = strstr(t->text, "\nplot ");
        if (!draws || strstr(draws + 1, "\nplot ")) {
            fail_msg("%s.gp draws in no line, or in several", t->name);
        }
    }
}

static void own_lines_come_before_it(void **state) {
    char *text;
    size_t size;
    (void)state;
    FILE *out = open_memstream(&text, &size);
    script_template_with(out, "te", "own = 1\n");
    fclose(out);
    const char *own = strstr(text, "\nown = 1\nplot ");
    assert_non_null(own);
    assert_null(strstr(own + 1, "set title"));
    free(text);
}

/* Words that a title of one column has no room for are smaller by what is seen of them: 35 letters in the
 * room of 30, not the 46 that gnuplot reads. */
static void titles_are_as_long_as_they_look(void **state) {
    struct gnuplot run;
    char words[256] = "";
    (void)state;
    if (system("gnuplot --version >/dev/null 2>&1") != 0) { return; }
    assert_true(gnuplot_open(&run));
    fputs("columns = 1\n", run.script);
    script_template(run.script, "style");
    fputs("print heading('all', 'measured rows', 'trained at {/:Italic n} = 2^{6}')\n", run.script);
    gnuplot_draw(&run);
    rewind(run.said);
    assert_non_null(fgets(words, sizeof words, run.said));
    assert_non_null(strstr(words, "{/*0.86 measured rows, "));
    gnuplot_close(&run);
}

static void labels_cannot_end_their_string(void **state) {
    char *text;
    size_t size;
    (void)state;
    FILE *out = open_memstream(&text, &size);
    script_label(out, "title", "it's β_c\nsystem('x')");
    fclose(out);
    assert_string_equal(text, "set title 'it''s β_c system(''x'')'\n");
    free(text);
}

static void long_names_keep_their_ends(void **state) {
    char *text;
    size_t size;
    (void)state;
    FILE *out = open_memstream(&text, &size);
    script_list_name(out, true, "a");
    script_list_name(out, false, "sixteen-letters_");
    script_list_name(out, false, "keys-on-a-sphere_5");
    script_name(out, "\nname", "keys-on-a-sphere-of-many-dimensions");
    fclose(out);
    assert_string_equal(text, "'a', 'sixteen-letters\\_', 'keys-on-a\u2026here\\_5'"
                              "\nname = 'keys-on-a-s\u2026mensions'\n");
    free(text);
}

static void data_stand_alone(void **state) {
    char *text;
    size_t size;
    (void)state;
    FILE *out = open_memstream(&text, &size);
    script_print_data(out, "columns = 1\n# Place of n: log n.\n$one << EOD\n 1 2\n\n 3 NaN\nEOD\nx = 2\n# "
                           "Words.\n#   $one    a, b\n"
                           "#   x       c\n$two << EOD\n 5\nEOD\nplot $one\n");
    fclose(out);
    assert_string_equal(
        text, "# Place of n: log n.\n#   $one    a, b\n\n\n# $one\n 1 2\n\n 3 NaN\n\n\n# $two\n 5\n");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_figure_draws_in_one_line),   cmocka_unit_test(own_lines_come_before_it),
        cmocka_unit_test(titles_are_as_long_as_they_look), cmocka_unit_test(labels_cannot_end_their_string),
        cmocka_unit_test(long_names_keep_their_ends),      cmocka_unit_test(data_stand_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
