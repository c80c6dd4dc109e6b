#include "tests/sim/results/sample.h"

static char top[4096]; /* of the repository: where the tests start */

static bool in_file(const struct results_field *f) { return f->units != NULL; }

/* What a series may have beyond what every one has. */
enum kind { PLAIN, OUTPUT, SPARSEMAX, ENTMAX, SINKS, TARGETED, MEASURED, KINDS };

/* How many rows such a series has, and in `field` which. */
static size_t fields_of(enum kind kind, struct results_field field[RESULTS_FIELDS]) {
    static struct results_series series[KINDS];
    struct results_series *s = &series[kind];
    s->size[RESULTS_COMPONENT] = kind == OUTPUT;
    s->sparsemax = kind == SPARSEMAX;
    s->size[RESULTS_ALPHA] = kind == ENTMAX;
    s->size[RESULTS_SINK] = kind == SINKS;
    s->target = kind == TARGETED ? 0.1 : 0;
    s->family = family_stored(kind == MEASURED ? "empirical" : "spherical");
    return fields_list(s, field);
}

/* Each row belongs to all series or to those of one kind. */
static void test_owners(void **state) {
    (void)state;
    struct results_field field[RESULTS_FIELDS];
    size_t every = fields_of(PLAIN, field), total = every;
    for (enum kind kind = PLAIN + 1; kind < KINDS; kind++) {
        size_t fields = fields_of(kind, field);
        assert_true(every < fields);
        total += fields - every;
    }
    assert_int_equal(total, RESULTS_FIELDS);
}

/* Each row as it says, and each array of results given or measured as its row says. */
static void test_rows(void **state) {
    (void)state;
    struct results *r = sample_plan(sample_config, "base");
    for (size_t i = 0; i < r->series_count; i++) {
        struct results_field field[RESULTS_FIELDS];
        size_t fields = fields_list(&r->series[i], field);
        struct results_field same[RESULTS_FIELDS];
        size_t extra = fields_of(SPARSEMAX, same) + fields_of(ENTMAX, same) + fields_of(SINKS, same) -
                       3 * fields_of(PLAIN, same);
        assert_int_equal(fields, fields_of(results_has_output(&r->series[i]) ? OUTPUT : PLAIN, same) +
                                     (r->series[i].sparsemax ? extra : 0));
        for (size_t f = 0; f < fields; f++) {
            const struct results_field *x = &field[f];
            assert_true(f == 0 || in_file(&field[f - 1]) || !in_file(x));
            assert_true((x->kind == RESULTS_EXACT) == (strncmp(x->name, "exact/", 6) == 0));
            assert_true((x->kind == RESULTS_KEPT) == (x->axis[x->rank - 1] == RESULTS_REPLICATE));
            assert_true(x->kind == RESULTS_GIVEN || x->axis[0] == RESULTS_LOG_N);
            for (size_t k = 0; k < results_field_size(&r->series[i], x); k++) {
                assert_true(isnan((*x->values)[k]) == (x->kind != RESULTS_GIVEN));
            }
            for (size_t k = 0; k < f; k++) {
                assert_string_not_equal(field[k].name, x->name);
                assert_ptr_not_equal(field[k].values, x->values);
            }
        }
    }
    results_free(r);
}

/* Numbers of a replicate: the quantities' axes, those of the output only where there is one. */
static void test_quantities(void **state) {
    (void)state;
    struct results *r = sample_plan(sample_config, "base");
    const struct results_series *plain = &r->series[0], *output = &r->series[2];
    assert_int_equal(results_quantity_size(plain, (enum results_quantity)MEASURE_ENTROPY), 3);
    assert_int_equal(results_quantity_size(plain, RESULTS_ORDERED_WEIGHT), 3 * 2);
    assert_int_equal(results_quantity_size(plain, RESULTS_TE_ENTROPY), plain->size[RESULTS_TE]);
    assert_int_equal(results_quantity_size(plain, RESULTS_OUTPUT_BIAS), 0);
    assert_int_equal(results_quantity_size(output, RESULTS_OUTPUT_BIAS), 3);
    assert_int_equal(results_quantity_size(output, RESULTS_OUTPUT), 3 * 2);
    assert_int_equal(results_quantity_size(output, RESULTS_OUTPUT_PAIR), 3 * 3);
    assert_true(RESULTS_OUTPUT_PAIR < RESULTS_FIRST_OF_KEPT && RESULTS_FIRST_OF_KEPT <= RESULTS_TE_ENTROPY);
    results_free(r);
}

/* The same datasets in the file as in the table; besides, criteria, copies of what exact values need, and the
 * second name of `lambda`. */
static void test_file(void **state) {
    (void)state;
    struct results *r = sample_results("base");
    sample_write("a.h5", r);
    struct h5whole whole = h5whole_read("a.h5");
    struct h5_content *c = whole.content;
    assert_non_null(c);
    assert_int_equal(c->group_count, 2 * r->series_count);
    for (size_t i = 0; i < c->group_count; i += 2) {
        const struct h5_group *own = &c->group[i], *exact = &c->group[i + 1];
        struct results_series *s = r->series;
        while (strcmp(s->name, own->name) != 0) { s++; }
        struct results_field field[RESULTS_FIELDS];
        size_t fields = fields_list(s, field), written = 0;
        for (size_t f = 0; f < fields && in_file(&field[f]); f++, written++) {
            bool within = field[f].kind == RESULTS_EXACT;
            const struct h5_dataset *d =
                h5content_dataset(within ? exact : own, field[f].name + (within ? strlen("exact/") : 0));
            assert_non_null(d);
            assert_string_equal(d->units, field[f].units);
            assert_string_equal(d->long_name, field[f].long_name);
        }
        assert_int_equal(own->dataset_count + exact->dataset_count, written + 5);
        assert_non_null(h5content_dataset(own, "lambda_n"));
        assert_non_null(h5content_dataset(own, "criterion"));
        const char *const copies[] = {"log_n", "beta_ratio", "criterion"};
        for (size_t k = 0; k < 3; k++) { assert_non_null(h5content_dataset(exact, copies[k])); }
    }
    h5whole_free(&whole);
    results_free(r);
}

static char *read_page(void) {
    char path[4200];
    snprintf(path, sizeof path, "%s/results/SCHEMA.md", top);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 1 << 16);
    assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
    fclose(file);
    return text;
}

/* How many of the rows are in the file; the page has each. */
static size_t check_page(const char *page, const struct results_field *field, size_t fields) {
    while (!in_file(&field[fields - 1])) { fields--; }
    for (size_t f = 0; f < fields; f++) {
        char row[300] = "";
        size_t at = (size_t)snprintf(row, sizeof row, "| `%s` |", field[f].name);
        for (unsigned k = 0; k < field[f].rank; k++) {
            at += (size_t)snprintf(row + at, sizeof row - at, "%s %s", k ? "," : "",
                                   results_dimension_name[field[f].axis[k]]);
        }
        snprintf(row + at, sizeof row - at, " | %s | %s |\n", field[f].units, field[f].long_name);
        if (!strstr(page, row)) { fail_msg("SCHEMA.md lacks the row %s", row); }
    }
    return fields;
}

/* results/SCHEMA.md has a row for every row of the table, word for word, and no other. */
static void test_page(void **state) {
    (void)state;
    char *page = read_page(), *end = strstr(page, "## Fit file");
    assert_non_null(end);
    *end = '\0';
    struct results_field field[RESULTS_FIELDS];
    size_t rows = 0, every = check_page(page, field, fields_of(PLAIN, field)), stored = every;
    for (enum kind kind = PLAIN + 1; kind < KINDS; kind++) {
        stored += check_page(page, field, fields_of(kind, field)) - every;
    }
    for (char *line = strstr(page, "| dataset |"); line; line = strstr(line + 1, "\n| `")) { rows++; }
    assert_int_equal(rows, stored + 3); /* its head, criterion and prescription */
    free(page);
}
/* At most 256 groups of blocks, a power of two of these in each; a begun block is one. */
static void test_block_groups(void **state) {
    (void)state;
    const uint64_t most = 256 * (uint64_t)RESULTS_BLOCK_LENGTH;
    for (uint64_t times = 1; times <= 4; times *= 2) {
        assert_int_equal(results_blocks_per_group(times * most), times);
        assert_int_equal(results_blocks_per_group(times * most + 1), 2 * times);
    }
}

int main(void) {
    if (!getcwd(top, sizeof top)) { return 1; }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_quantities, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_file, sample_make_place, sample_remove_place),
        cmocka_unit_test(test_owners),
        cmocka_unit_test(test_block_groups),
        cmocka_unit_test(test_page),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
