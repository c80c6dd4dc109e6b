/* The tables of columns: every row is whole, and what is written to the fit file is what the columns say. */
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/columns.h"
#include "analysis/report/report.h"
#include "analysis/study/study.h"
#include "sim/results/store.h"
#include "tests/h5whole.h"

static const struct column_table *const tables[] = {&column_fit, &attention_columns, &prescribed_columns,
                                                    &universality_columns};

/* One way to get it, a meaning, as many labels as naming axes, columns outside the file last, and names that
 * are told apart. */
static void rows_are_whole(void **state) {
    (void)state;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            const struct column *c = &tables[t]->column[i];
            size_t labels = 0;
            for (const char *s = c->name; (s = strstr(s, "%s")); s++) { labels++; }
            assert_int_equal(!!c->number + !!c->of + !!c->text + !!c->whole, 1);
            assert_true(*c->meaning);
            assert_true(c->aside || labels == (column_is_array(c) ? 0 : c->rank));
            assert_true(i == 0 || c->aside >= c[-1].aside);
            assert_ptr_equal(column_find(tables[t], column_is_array(c), c->name), c);
        }
    }
}

static void check_dataset(const struct h5_group *group, const struct column *c, struct column_place *place) {
    const struct h5_dataset *d = h5content_dataset(group, c->name);
    size_t count = 1;
    for (unsigned a = 0; a < c->rank; a++) { count *= column_size(place, c->axis[a]); }
    if (count == 0) {
        assert_null(d);
        return;
    }
    assert_non_null(d);
    assert_int_equal(d->rank, c->rank);
    assert_string_equal(d->long_name, c->meaning);
    for (size_t i = 0; i < count; i++) {
        size_t rest = i;
        for (unsigned a = c->rank; a-- > 0; rest /= column_size(place, c->axis[a])) {
            place->at[c->axis[a]] = rest % column_size(place, c->axis[a]);
        }
        if (column_is_text(c)) {
            assert_string_equal(d->text[i], column_text(c, place));
            continue;
        }
        double number = column_number(c, place);
        assert_string_equal(d->units, COLUMN_UNIT);
        assert_memory_equal(&d->number[i], &number, sizeof number);
    }
}

static void check_single(const struct h5_group *group, const struct column *c,
                         const struct column_place *place) {
    char name[WORDS];
    const struct h5_attribute *a =
        h5content_attribute(group->attribute_count, group->attribute, column_name(c, place, name));
    if (!a) { fail_msg("no attribute %s", name); }
    if (column_is_text(c)) {
        assert_string_equal(a->text, column_text(c, place));
    } else if (!c->whole) {
        double number = column_number(c, place);
        assert_true(a->number == number || (isnan(a->number) && isnan(number)));
    }
}

/* Along naming axes at their first labels with anything. */
static void check_group(const struct h5_content *file, const char *name, const struct column_table *table,
                        struct column_place place) {
    const struct h5_group *group = NULL;
    for (size_t g = 0; g < file->group_count; g++) {
        if (strcmp(file->group[g].name, name) == 0) { group = &file->group[g]; }
    }
    assert_non_null(group);
    for (size_t i = 0; i < table->count && !table->column[i].aside; i++) {
        struct column_place at = place;
        if (column_is_array(&table->column[i])) {
            check_dataset(group, &table->column[i], &at);
        } else {
            for (unsigned a = 0; a < table->column[i].rank; a++) {
                enum column_axis axis = table->column[i].axis[a];
                while (!column_has(&at, axis, at.at[axis])) { at.at[axis]++; }
            }
            check_single(group, &table->column[i], &at);
        }
    }
}

static void file_holds_the_columns(void **state) {
    (void)state;
    struct results *results =
        experiment_run("seed: 4\nreplicates: 200\nkeep_replicates: 200\nn: [e^10, e^19, e^50]\n"
                       "beta: {relative_to: lambda_typ, from: 1/4, to: 16, points: 5}\nseries:\n"
                       "  - {family: spherical, dimension: 3, output: true}\n"
                       "  - {family: gumbel, beta: {prescription: yarn, trained: e^10, coef: 2}}\n");
    struct study study = {.file_count = 0, .count = 2, .fit = calloc(2, sizeof *study.fit)};
    for (size_t i = 0; i < 2; i++) { fit_make(&study.fit[i], results, i, "a.h5"); }
    study_judge(&study);
    char path[] = "/tmp/gapscale-fit-XXXXXX", room[COLUMN_TEXT];
    close(mkstemp(path));
    assert_int_equal(
        fitfile_write(path, &study, &(struct store_provenance){.command_line = "test", .threads = 1}), 0);
    struct h5whole whole = h5whole_read(path);
    const struct h5_content *file = whole.content;
    unlink(path);
    assert_non_null(file);
    struct column_place place = column_place(&study, 0, room);
    check_group(file, "spherical", &column_fit, place);
    check_group(file, "spherical/attention", &attention_columns, place);
    place = column_place(&study, 1, room);
    check_group(file, "gumbel", &column_fit, place);
    check_group(file, "gumbel/prescription", &prescribed_columns, place);
    h5whole_free(&whole);
    study_release(&study);
    results_free(results);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(file_holds_the_columns),
    };
    return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
