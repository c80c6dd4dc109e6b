/* Figures of all series: axes are as long as what is drawn, and who is named is drawn. */
#include "tests/analysis/figures/numbers.h"
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>
#include <math.h>

#include "sim/results/note.h"

/* Free with study_drop. */
static struct study study_of(struct results *r) {
    struct study study = {.count = r->series_count, .fit = calloc(r->series_count, sizeof *study.fit)};
    for (size_t i = 0; i < study.count; i++) { fit_make(&study.fit[i], r, i, "a.h5"); }
    study.class = universality_find(study.count, study.fit, &study.class_count);
    return study;
}

static void study_drop(struct study *study) {
    universality_release(study->class_count, study->class);
    for (size_t i = 0; i < study->count; i++) { fit_release(&study->fit[i]); }
    free(study->fit);
}

/* Free with free(). */
static char *study_numbers(const char *name, const struct study *study) {
    char *text;
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    assert_null(figure_named(name)->study_lacks(study));
    figure_named(name)->study_print(out, study);
    memory_stream_close(out, &text);
    return text;
}

static double length_of(const char *name, const struct study *study) {
    char *text = study_numbers(name, study);
    const char *at = strstr(text, "\nx_length = ");
    assert_non_null(at);
    double length = strtod(at + strlen("\nx_length = "), NULL);
    free(text);
    return length;
}

/* A plateau has no errors, hence no place among collapse points over their exact values. */
static void axes_end_where_points_do(void **state) {
    (void)state;
    struct results *r = experiment_run("replicates: 64\nkeep_replicates: 1\n"
                                       "beta: {from: 1/2, to: 8, points: 9}\nseries:\n"
                                       "  - {family: gumbel, n: [2^8, 2^10]}\n"
                                       "  - {family: plateau, n: [2^8, e^1000]}\n");
    struct study study = study_of(r);
    check_close(length_of("all-exact", &study), 1.06 * 2 * M_LN2, 1e-9);
    check_close(length_of("all-collapse", &study), 1.06 * log(1000 / (8 * M_LN2)), 1e-9);
    study_drop(&study);
    results_free(r);
}

/* Where betas are fewer than series each has all of them. */
static void who_is_named_has_points(void **state) {
    (void)state;
    struct results *r = experiment_run("replicates: 64\nn: [1e30]\nbeta: {values: [0.5, 2]}\nseries:\n"
                                       "  - {family: spherical, dimension: 3}\n"
                                       "  - {family: spherical, name: b, dimension: 3, concentration: 3}\n"
                                       "  - {family: powerlaw, kappa: 1}\n");
    struct study study = study_of(r);
    char *text = study_numbers("universality", &study), *at = strstr(text, "$points << EOD\n");
    assert_non_null(at);
    at = strchr(at, '\n');
    for (size_t i = 0; i < 3; i++) {
        for (size_t b = 0; b < 2; b++) {
            check_close(strtod(at, &at), log10(b == 0 ? 0.5 : 2), 1e-6);
            at = strchr(at, '\n');
        }
        at = strstr(at, "\n\n\n");
    }
    free(text);
    study_drop(&study);
    results_free(r);
}

/* Of more than 24 series those that are heads of a model stand behind the others, without a name. */
static void many_heads_step_back(void **state) {
    (void)state;
    enum { SERIES = 25 };
    char config[2048] =
        "replicates: 64\nkeep_replicates: 1\nn: [64]\nbeta: {from: 1/2, to: 8, points: 9}\nseries:\n";
    for (size_t i = 0, at = strlen(config); i < SERIES; i++) {
        at += (size_t)snprintf(config + at, sizeof config - at, "  - {family: gumbel, name: s%zu}\n", i);
    }
    struct results *r = experiment_run(config);
    for (size_t i = 0; i + 1 < SERIES; i++) { note_whole(&r->series[i], "head", i); }
    for (size_t count = SERIES; count > SERIES - 2; count--) {
        r->series_count = count;
        struct study study = study_of(r);
        char *text = study_numbers("all-collapse", &study);
        assert_non_null(
            strstr(text, count == SERIES ? "\narray shown = [0, 0, " : "\narray shown = [1, 1, "));
        assert_non_null(
            strstr(text, count == SERIES ? "\narray faint = [1, 1, " : "\narray faint = [0, 0, "));
        assert_true((strstr(text, "\nlabel_size = 1\n") != NULL) == (count == SERIES));
        free(text);
        study_drop(&study);
    }
    r->series_count = SERIES;
    results_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_end_where_points_do),
        cmocka_unit_test(who_is_named_has_points),
        cmocka_unit_test(many_heads_step_back),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests_name("study figures", tests, NULL, NULL);
}
