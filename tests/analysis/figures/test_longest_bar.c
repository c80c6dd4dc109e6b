/* Every figure says what its bars are, or how long the longest would be. */
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures/canvas.h"
#include "analysis/figures/template.h"

static void every_template_that_draws_says_so(void **state) {
    (void)state;
    size_t draw = 0;
    for (const struct template *t = template_all; t->name; t++) {
        if (!strstr(t->text, "\nplot ") && !strstr(t->text, "    plot ")) { continue; }
        draw++;
        const char *shared[] = {"all-collapse", "all-exact"}; /* all.gp says it */
        bool by_other = strcmp(t->name, shared[0]) == 0 || strcmp(t->name, shared[1]) == 0;
        if (!by_other && !strstr(t->text, "@note_place")) { fail_msg("%s.gp says nothing of bars", t->name); }
    }
    assert_true(draw > 15);
}

static void longest_is_found(void **state) {
    (void)state;
    double mean[] = {10, 1, 0.1, 20, 2, 0.2}, se[] = {1, NAN, 0.1, 1, 0.5, 0.001}, log_n[] = {5, 10};
    struct results_series s = {.log_n = log_n};
    const struct fit fit = {.series = &s, .lengths = 2};
    const struct canvas c = canvas_make(stdout, &fit);
    s.mean[MEASURE_ENTROPY] = mean;
    s.se[MEASURE_ENTROPY] = se;
    check_close(canvas_longest_bar(&c, MEASURE_ENTROPY, 3, CANVAS_MEAN, 0), 1, 1e-12);
    check_close(canvas_longest_bar(&c, MEASURE_ENTROPY, 3, CANVAS_MEAN, 0.5), 0.25, 1e-12);
    assert_true(isnan(canvas_longest_bar(&c, MEASURE_ENTROPY, 3, CANVAS_MEAN, 100)));
    check_close(canvas_longest_bar(&c, MEASURE_ENTROPY, 3, CANVAS_LOG_N, 0), 0.2, 1e-12);
    check_close(canvas_longest_bar(&c, MEASURE_ENTROPY, 3, CANVAS_ONE, 0), 1, 1e-12);
    for (size_t i = 0; i < 6; i++) { se[i] = NAN; }
    assert_true(isnan(canvas_longest_bar(&c, MEASURE_ENTROPY, 3, CANVAS_LOG_N, 0)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_template_that_draws_says_so),
        cmocka_unit_test(longest_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
