/* Every figure says what its bars are, or how long the longest would be. */
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures/longest_bar.h"
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
    struct longest_bar bar = {&s, MEASURE_ENTROPY, 3};
    s.size[RESULTS_LOG_N] = 2;
    s.mean[MEASURE_ENTROPY] = mean;
    s.se[MEASURE_ENTROPY] = se;
    check_close(longest_bar_relative(bar, 0), 1, 1e-12);
    check_close(longest_bar_relative(bar, 0.5), 0.25, 1e-12);
    assert_true(isnan(longest_bar_relative(bar, 100)));
    check_close(longest_bar_of_share(bar), 0.2, 1e-12);
    check_close(longest_bar_absolute(bar), 1, 1e-12);
    for (size_t i = 0; i < 6; i++) { se[i] = NAN; }
    assert_true(isnan(longest_bar_of_share(bar)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_template_that_draws_says_so),
        cmocka_unit_test(longest_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
