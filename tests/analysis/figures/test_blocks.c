/* Blocks of figures that show the same twice, as measured and as theory has it: the points lie on the curves.
 *
 * Fixed seeds; of some hundred points one would lie 5 standard errors off once in 10^4 were they drawn anew.
 */
#include "tests/analysis/figures/numbers.h"

#include <math.h>

#include "tests/experiment.h"

enum { ROWS = 4000, COLUMNS = 6 };

/* Rows of a block, gaps left out. */
struct block {
    size_t count;
    double x[ROWS][COLUMNS];
};

static void read_block(const char *text, const char *name, size_t columns, struct block *b) {
    char line[40];
    snprintf(line, sizeof line, "$%s << EOD\n", name);
    const char *at = strstr(text, line);
    assert_non_null(at);
    at += strlen(line);
    for (b->count = 0; strncmp(at + strspn(at, "\n"), "EOD", 3) != 0; b->count++) {
        assert_true(b->count < ROWS);
        for (size_t k = 0; k < columns; k++) {
            char *end;
            b->x[b->count][k] = strtod(at, &end);
            assert_true(end > at);
            at = end;
        }
    }
    assert_true(b->count > 0);
}

/* y where x and z are the same as there; NaN where they nowhere are. */
static double value_at(const struct block *b, double x, size_t column, double z, size_t kind) {
    for (size_t i = 0; i < b->count; i++) {
        if (fabs(b->x[i][0] - x) < 1e-9 && fabs(b->x[i][kind] - z) < 1e-9) { return b->x[i][column]; }
    }
    return NAN;
}

static struct block curves, points;

static char *series_text(const char *figure, const struct results *r, size_t series) {
    struct fit fit;
    fit_make(&fit, r, series, "a.h5");
    char *text = numbers_of(figure_named(figure)->series_print, &fit);
    fit_release(&fit);
    return text;
}

static void exponents_of_participation(void **state) {
    (void)state;
    struct results *r = experiment_run("replicates: 400\nn: [2^8, 2^16, 1e30]\n"
                                       "beta: {relative_to: lambda_typ, from: 1/2, to: 4, points: 7}\n"
                                       "series: [{family: gaussian}]\n");
    char *text = series_text("participation", r, 0);
    read_block(text, "curves", 4, &curves);
    read_block(text, "measured", 4, &points);
    assert_int_equal(points.count, 3 * 7);
    for (size_t i = 0; i < points.count; i++) {
        const double *row = points.x[i], typical = value_at(&curves, row[0], 1, row[3], 3),
                     mean = value_at(&curves, row[0], 2, row[3], 3);
        const double log_n = r->series[0].log_n[i / 7];
        check_close(row[1], typical, 5 * r->series[0].se[RESULTS_LOG_PARTICIPATION][i] / log_n + 1e-6);
        check_relative(mean, -log(r->series[0].exact_participation[i]) / log_n, 1e-6);
    }
    free(text);
    results_free(r);
}

/* And the limit, at some of the betas where one key has a large part of the weight. */
static void weights_of_keys(void **state) {
    (void)state;
    struct results *r = experiment_run("replicates: 1000\nn: [1e20]\nordered_weights: 3\n"
                                       "beta: {critical: [0.3, 1, 2, 4, 30]}\n"
                                       "collapse: {susceptibility: false}\n"
                                       "series: [{family: spherical, dimension: 5, output: true}]\n");
    static struct block limit;
    char *text = series_text("weights", r, 0);
    read_block(text, "exact", 3, &curves);
    read_block(text, "measured", 6, &points);
    read_block(text, "limit", 2, &limit);
    size_t compared = 0;
    for (size_t i = 0; i < points.count; i++) {
        const double *row = points.x[i];
        if (isnan(row[1])) { continue; }
        check_close(row[1], value_at(&curves, row[0], 1, row[4], 2), 5 * (row[3] - row[2]) / 2 + 1e-6);
        compared++;
    }
    assert_true(compared >= points.count / 2);
    size_t shown = 0; /* a line of NaN ends them */
    for (; !isnan(limit.x[shown][0]); shown++) {
        check_close(limit.x[shown][1], value_at(&curves, limit.x[shown][0], 1, 1, 2), 1e-6);
    }
    for (size_t b = 0; b < 5; b++) {
        const double top = r->series[0].mean[RESULTS_ORDERED_WEIGHT][3 * b];
        shown -= top > 0.1 && top < 0.95;
    }
    assert_true(limit.count > 2 && shown == 0);
    free(text);
    results_free(r);
}

static void entropies_along_prescriptions(void **state) {
    (void)state;
    struct results *r = experiment_run("replicates: 400\nn: [2^8, 2^12, e^100, e^1000]\n"
                                       "beta: {prescription: const, coef: 2}\nseries: [{family: gumbel}]\n");
    struct study study = {.count = 1, .fit = calloc(1, sizeof *study.fit)};
    fit_make(&study.fit[0], r, 0, "a.h5");
    char *text;
    size_t size;
    FILE *out = memory_stream_open(&text, &size);
    figure_named("all-prescriptions")->study_print(out, &study);
    memory_stream_close(out, &text);
    read_block(text, "curves", 2, &curves);
    read_block(text, "points", 4, &points);
    assert_int_equal(points.count, 4); /* three n from the trained length on, and the end of the law */
    for (size_t i = 0; i < 3; i++) {
        const double *row = points.x[i];
        check_close(row[1], curves.x[i][1], 5 * (row[3] - row[1]) + 1e-6);
        check_close(row[0], curves.x[i][0], 1e-9);
        check_close(row[3] - row[1], row[1] - row[2], 1e-9);
    }
    free(text);
    fit_release(&study.fit[0]);
    free(study.fit);
    results_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(exponents_of_participation),
                                       cmocka_unit_test(weights_of_keys),
                                       cmocka_unit_test(entropies_along_prescriptions)};
    return cmocka_run_group_tests_name("blocks", tests, NULL, NULL);
}
