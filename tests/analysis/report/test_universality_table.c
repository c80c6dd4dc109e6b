/* Series judged together: the same numbers as a table, as JSON and in the fit file. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/report/report.h"
#include "analysis/study/study.h"
#include "analysis/text/fold.h"
#include "sim/results/store.h"
#include "tests/h5whole.h"

/* A class of two made-up members, one on a sphere, the other not measured. */
struct made {
    struct criterion criterion;
    struct results_series series;
    struct fit fit[2];
    struct verdict verdict[2];
    struct attention attention[2];
    struct universality_member member[2];
    struct universality class;
    struct study study;
};

static void make(struct made *m) {
    *m = (struct made){.criterion = {CRITERION_ENTROPY, 1}};
    m->series =
        (struct results_series){.name = "s", .family = family_find("gaussian"), .criterion = &m->criterion};
    for (size_t i = 0; i < 2; i++) {
        m->fit[i] = (struct fit){.series = &m->series, .criteria = 1};
        snprintf(m->fit[i].name, sizeof m->fit[i].name, "name-%zu", i);
        m->member[i] = (struct universality_member){&m->fit[i], NULL, 0,   NAN, NAN, NAN, NAN, NAN,
                                                    NAN,        NAN,  NAN, NAN, NAN, NAN, NAN};
    }
    m->member[1] = (struct universality_member){.fit = &m->fit[1],
                                                .points = 5,
                                                .first_log_n = log(1000),
                                                .exponent = 0.5,
                                                .exponent_se = 0.01,
                                                .log_ratio = log(1.5),
                                                .log_ratio_se = 0.02,
                                                .log_amplitude = 3,
                                                .log_amplitude_se = 0.03,
                                                .concentration = 7,
                                                .log_density = log(4),
                                                .log_moved = log(2),
                                                .log_moved_se = 0.04,
                                                .log_moved_predicted = log(2.25)};
    m->class = (struct universality){.exponent = 0.5,
                                     .limit = 1.625,
                                     .common = 1.5,
                                     .common_se = 0.25,
                                     .unmoved_sigma = 12,
                                     .count = 2,
                                     .member = m->member,
                                     .kind = VERDICT_SUPPORTED,
                                     .sentence = "Supported: \"so\"."};
    for (size_t q = 0; q < UNIVERSALITY_QUESTIONS; q++) {
        m->class.answer[q] = (struct universality_answer){0.5 + (double)q, q + 1, 0.125};
    }
    m->study = (struct study){.fit = m->fit,
                              .verdict = m->verdict,
                              .attention = m->attention,
                              .class_count = 1,
                              .class = &m->class};
}

static void table_print_folded(FILE *out, const struct study *study) {
    struct fold fold;
    universality_table_print(fold_begin(&fold, out), study);
    fold_end(&fold);
}

typedef void printer(FILE *out, const struct study *study);

static char *printed(printer *print, const struct study *study) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    print(out, study);
    fclose(out);
    return text;
}

static void check_holds(printer *print, const struct study *study, size_t count, const char *const *words) {
    char *text = printed(print, study);
    for (size_t i = 0; i < count; i++) {
        if (!strstr(text, words[i])) { fail_msg("no %s in\n%s", words[i], text); }
    }
    free(text);
}

static void test_texts(void **state) {
    (void)state;
    static const char *const json[] = {
        "\"criterion\": \"entropy=1\"",
        "\"sentence\": \"Supported: \\\"so\\\".\"",
        "\"exponent_predicted\": 0.5, \"common_ratio\": 1.5, \"common_ratio_se\": 0.25, ",
        "\"questions\": {\"exponent\": {\"chi_square\": 0.5, \"freedom\": 1, \"p\": 0.125}, \"ratio\": {",
        "\"density\": {\"chi_square\": 3.5, \"freedom\": 4, \"p\": 0.125}}, ",
        "\"series\": [{\"name\": \"name-0\", ",
        "\"points\": 0, \"first_log_n\": null, ",
        "\"concentration\": 7, ",
        "\"moved\": 2, "};
    static const char *const table[] = {
        "kappa = 2 ",     "(entropy=1) ~ n^0.5", "name-0                       -      0",
        "0.500 +- 0.010", "1.500 +- 0.030",      "2.000 +- 0.080",
        "2.25\n",         "  Supported: \"so\"."};
    struct made m;
    make(&m);
    check_holds(fitjson_print, &m.study, sizeof json / sizeof *json, json);
    check_holds(table_print_folded, &m.study, sizeof table / sizeof *table, table);
    char *marked = printed(universality_table_print, &m.study), sentence[64];
    snprintf(sentence, sizeof sentence, "  %sSupported%s: \"so\".\n", fold_colour(COLOUR_GREEN),
             fold_colour(COLOUR_PLAIN));
    assert_non_null(strstr(marked, sentence));
    free(marked);
    m.study.class_count = 0;
    char *none = printed(fitjson_print, &m.study), *silence = printed(table_print_folded, &m.study);
    assert_non_null(strstr(none, "\"classes\": []"));
    assert_string_equal(silence, "");
    free(none);
    free(silence);
}

static double attribute(const struct h5_group *group, const char *name) {
    const struct h5_attribute *a = h5content_attribute(group->attribute_count, group->attribute, name);
    assert_true(a && !a->text);
    return a->number;
}

static void test_page(void **state) {
    (void)state;
    struct made m;
    make(&m);
    char path[] = "/tmp/gapscale-class-XXXXXX";
    close(mkstemp(path));
    assert_int_equal(
        fitfile_write(path, &m.study, &(struct store_provenance){.command_line = "test", .threads = 1}), 0);
    struct h5whole whole = h5whole_read(path);
    const struct h5_content *file = whole.content;
    unlink(path);
    assert_true(file && file->group_count == 1);
    struct h5_group group = file->group[0];
    assert_string_equal(group.name, "_class-1");
    assert_true(attribute(&group, "unmoved_sigma") == 12 && attribute(&group, "limit_chi_square") == 2.5);
    assert_true(attribute(&group, "common_ratio_predicted") == 1.625 &&
                attribute(&group, "density_freedom") == 4);
    const struct h5_attribute *verdict =
        h5content_attribute(group.attribute_count, group.attribute, "verdict");
    assert_string_equal(verdict->text, "supported");
    const struct h5_dataset *moved = h5content_dataset(&group, "moved_se"),
                            *name = h5content_dataset(&group, "member");
    assert_true(moved && name && group.dimension[0].size == 2);
    assert_string_equal(name->text[1], "name-1");
    assert_true(isnan(moved->number[0]));
    check_relative(moved->number[1], 0.08, 1e-15);
    h5whole_free(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts), cmocka_unit_test(test_page)};
    return cmocka_run_group_tests_name("universality_table", tests, NULL, NULL);
}
