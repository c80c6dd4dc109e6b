/* Figures of flow: the numbers of their script are those of the answer. A stand-in for gnuplot keeps the
 * script and draws nothing. No number here is left to chance. */
#include "tests/directory.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/figures/flow_figures.h"

enum { MOST = 1 << 18 };

/* What flow with these words hands to gnuplot. */
static void draw(char *const *word, size_t words, struct flow_request *r, struct flow_answer *a,
                 char *script) {
    assert_true(flow_request_read(r, words, word));
    flow_answer_make(r, true, a);
    FILE *stub = fopen("gnuplot", "w");
    assert_true(stub && fputs("#!/bin/sh\n/bin/cat >script\nexit 1\n", stub) >= 0 && fclose(stub) == 0);
    assert_int_equal(chmod("gnuplot", S_IRWXU), 0);
    char *path = strdup(getenv("PATH"));
    setenv("PATH", directory, 1);
    assert_false(flow_figures_draw(r, a, "flow.csv"));
    setenv("PATH", path, 1);
    free(path);
    FILE *kept = fopen("script", "r");
    assert_non_null(kept);
    script[fread(script, 1, MOST - 1, kept)] = '\0';
    fclose(kept);
    assert_true(unlink("gnuplot") == 0 && unlink("script") == 0);
}

/* The number after a name that begins a line, or the first of a row of a block, and what follows it. */
static double number_after(const char *text, const char *name, const char **rest) {
    const char *at = strstr(text, name);
    double x = NAN;
    int length = 0;
    if (!at || sscanf(at + strlen(name), "%lf%n", &x, &length) != 1) { fail_msg("no number after %s", name); }
    if (rest) { *rest = at + strlen(name) + length; }
    return x;
}

static void numbers_are_those_of_the_answer(void **state) {
    (void)state;
    char *const word[] = {"dimension=2", "n=128", "beta=8", "modes=4", "steps=3", "replicates=8", "eps=0.1"};
    struct flow_request r;
    struct flow_answer a;
    char *script = malloc(MOST);
    const char *at = script;
    assert_non_null(script);
    draw(word, sizeof word / sizeof *word, &r, &a, script);
    check_close(number_after(script, "\npeak = ", NULL), 4, 1e-9); /* l^2 = 2 beta */
    for (unsigned step = 1; step <= 3; step++) {
        for (unsigned l = 1; l <= 4; l++) {
            const struct estimate *e = (step > 1 ? a.extrapolated : a.estimate) + (step - 1) * 4 + l - 1;
            const double want[] = {l, pow(a.exact[l - 1], step), pow(a.finite[l - 1], step), e->value,
                                   e->error};
            for (size_t k = 0; k < 5; k++) {
                const double x = number_after(at, l + step == 2 && k == 0 ? "\n$modes << EOD\n" : "", &at);
                check_relative(x, want[k], 1e-9);
            }
        }
    }
    const double growth = a.exact[a.mode - 1];
    unsigned curves = 0;
    while (curves < 3 && 0.1 * pow(growth, curves + 1) <= 0.5) { curves++; }
    assert_true(curves > 0 && curves < 3);
    check_close(number_after(script, "\ncurves = ", NULL), curves, 0);
    for (unsigned s = 0; s <= curves; s++) {
        check_relative(number_after(s ? at : script, s ? ", " : "array amplitude = [", &at),
                       0.1 * pow(growth, s), 1e-9);
    }
    for (size_t b = 0; b < FLOW_BINS; b++) {
        check_close(number_after(b ? at : script, b ? "" : "\n$density << EOD\n", &at),
                    360 * (b + 0.5) / FLOW_BINS - 180, 1e-6);
        for (unsigned s = 0; s <= 3; s++) {
            check_relative(number_after(at, "", &at), a.density[s * FLOW_BINS + b].value, 1e-9);
            check_relative(number_after(at, "", &at), a.density[s * FLOW_BINS + b].error, 1e-9);
        }
    }
    free(script);
    flow_answer_free(&a);
    flow_request_free(&r);
}

/* Of keys gathered around means: what theory says of each degree, and what was measured at the probes. */
static void drifts_are_those_of_the_answer(void **state) {
    (void)state;
    char *const word[] = {"dimension=2", "n=64",         "beta=4", "modes=2",
                          "steps=1",     "replicates=8", "eps=0",  "concentration=2"};
    struct flow_request r;
    struct flow_answer a;
    char *script = malloc(MOST);
    const char *at = script;
    assert_non_null(script);
    draw(word, sizeof word / sizeof *word, &r, &a, script);
    for (int degrees = 1; degrees < 180; degrees++) {
        const struct flow_line line = flow_answer_predict(&r, degrees);
        const double want[] = {degrees, line.predicted, line.limit, line.gradient};
        for (size_t k = 0; k < 4; k++) {
            const double x = number_after(at, degrees == 1 && k == 0 ? "$theory << EOD\n" : "", &at);
            assert_int_equal(isnan(x), isnan(want[k]));
            if (!isnan(x)) { check_relative(x, want[k], 1e-9); }
        }
        assert_true(isfinite(line.limit));
    }
    for (size_t p = 0; p < FLOW_PROBES; p++) {
        const struct flow_line *line = &a.drift[p];
        check_relative(number_after(at, p == 0 ? "$probes << EOD\n" : "", &at), line->degrees, 1e-9);
        check_relative(number_after(at, "", &at), line->measured.value, 1e-9);
        check_relative(number_after(at, "", &at), line->measured.error, 1e-9);
    }
    check_close(number_after(script, "\nlaws = ", NULL), 1, 0);
    free(script);
    flow_answer_free(&a);
    flow_request_free(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_those_of_the_answer),
                                       cmocka_unit_test(drifts_are_those_of_the_answer)};
    return cmocka_run_group_tests_name("flow figures", tests, enter_directory, leave_directory);
}
