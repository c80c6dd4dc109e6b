/* What ranges of blocks leave: records that depend on nothing but the unit, results that depend on nothing
 * but the records. */
#include "tests/experiment.h"
#include "tests/fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "models/oracle/oracle.h"
#include "sim/base/message.h"
#include "sim/sweep/histogram.h"
#include "sim/sweep/ranks.h"
#include "sim/sweep/record.h"

static const char text[] = "seed: 7\n"
                           "replicates: 300\n"
                           "keep_replicates: 150\n"
                           "n: [300, 1e20]\n"
                           "beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 5}\n"
                           "series:\n"
                           "  - {family: gumbel, n: [2^12], rows: drawn, replicates: 130}\n"
                           "  - {family: spherical, dimension: 4, output: true}\n"
                           "  - family: plateau\n";

/* The partials of all units of a config. */
struct made {
    struct config *config;
    struct unit_plan plan;
    struct unit_list units;
    struct partial **of; /* [units.count] */
};

static struct made made_create(const char *text_of) {
    struct made m = {.config = experiment_config(text_of)};
    unit_plan_create(&m.plan, m.config, true);
    m.units = experiment_units(&m.plan);
    m.of = calloc(m.units.count, sizeof *m.of);
    return m;
}

static uint8_t *record_of(const struct partial *p, size_t *length) {
    *length = 0;
    return record_append(p, NULL, length);
}

/* Every `step`-th unit from `first` on, by itself. */
static void made_compute(struct made *m, size_t first, size_t step, int threads) {
    for (size_t i = first; i < m->units.count; i += step) {
        struct unit one = m->units.unit[i];
        struct experiment_held held = {.count = 0};
        struct sweep_work work = {.plan = &m->plan,
                                  .isa = isa_find("base"),
                                  .threads = threads,
                                  .keep = experiment_hold,
                                  .context = &held};
        assert_int_equal(ranks_lead(&work, &(struct unit_list){1, &one}), EXIT_DONE);
        assert_int_equal(held.count, 1);
        m->of[i] = held.partial[0];
        free(held.partial);
    }
}

static void made_free(struct made *m) {
    experiment_drop(&(struct experiment_held){m->units.count, m->of});
    free(m->units.unit);
    unit_plan_release(&m->plan);
    config_free(m->config);
}

static bool is_coordinate(const struct results_field *of_outline) { return *of_outline->values != NULL; }

/* An outline has no room for what rows bring, and results of it begin with its coordinates and nothing else.
 */
static void test_outline(void **state) {
    (void)state;
    struct config *config = experiment_config(text);
    struct results *outline = results_outline(config, true), *results = results_create(outline, "base");
    size_t coordinates = 0;
    for (size_t i = 0; i < outline->series_count; i++) {
        struct results_field known[RESULTS_FIELDS], field[RESULTS_FIELDS];
        size_t fields = fields_list(&outline->series[i], known);
        assert_int_equal(fields_list(&results->series[i], field), fields);
        for (size_t f = 0; f < fields; f++) {
            size_t count = results_field_size(&results->series[i], &field[f]);
            coordinates += is_coordinate(&known[f]);
            for (size_t k = 0; k < count; k++) {
                double value = (*field[f].values)[k];
                if (is_coordinate(&known[f]) ? value != (*known[f].values)[k] : !isnan(value)) {
                    fail_msg("%s: %s", outline->series[i].name, field[f].name);
                }
            }
        }
    }
    assert_int_equal(coordinates,
                     3 * 11 + 5); /* results/SCHEMA.md; with an output four more and their scales */
    results_free(results);
    results_free(outline);
    config_free(config);
}

/* A unit of a sweep whose results would take half a gigabyte. */
static void test_memory(void **state) {
    (void)state;
    struct made m = made_create("replicates: 200000\nkeep_replicates: 200000\n"
                                "n: {from: 1e3, to: 1e100, points: 50}\nbeta: [1]\n"
                                "series:\n  - family: gaussian\n");
    size_t unit = m.units.count - m.plan.cell_count - 1;
    assert_true(m.units.unit[unit].kept == m.units.unit[unit].replicates);
    made_compute(&m, unit, SIZE_MAX - unit, 1);
    assert_non_null(m.of[unit]);
    made_free(&m);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    assert_true(usage.ru_maxrss < 256 * 1024); /* KiB */
}

/* The same bytes from another plan, in another order, on other threads; and back from bytes. */
static void test_records_are_of_their_units(void **state) {
    (void)state;
    struct made a = made_create(text), b = made_create(text);
    size_t units = a.units.count;
    made_compute(&a, 0, 1, 1);
    for (size_t i = units; i-- > 0;) { made_compute(&b, i, units, 3); }
    for (size_t i = 0; i < units; i++) {
        struct record_head head;
        size_t length[3];
        uint8_t *record[3] = {record_of(a.of[i], &length[0]), record_of(b.of[i], &length[1])};
        struct partial *again = record_read(record[0], length[0], &b.units.unit[i]);
        assert_non_null(again);
        record[2] = record_of(again, &length[2]);
        assert_null(record_check(record[0], length[0], &head));
        assert_int_equal(head.length, length[0]);
        for (size_t k = 1; k < 3; k++) {
            assert_int_equal(length[0], length[k]);
            assert_memory_equal(record[0], record[k], length[0]);
        }
        for (size_t k = 0; k < 3; k++) { free(record[k]); }
        partial_free(again);
    }
    made_free(&a);
    made_free(&b);
}

/* Units of two plans, one of them gone, make the results that a sweep in memory and the oracle make. */
static void test_results_are_of_their_partials(void **state) {
    (void)state;
    struct made odd = made_create(text), all = made_create(text);
    made_compute(&odd, 1, 2, 2);
    made_compute(&all, 0, 2, 2);
    for (size_t i = 1; i < all.units.count; i += 2) {
        size_t length;
        uint8_t *record = record_of(odd.of[i], &length);
        all.of[i] = record_read(record, length, &all.units.unit[i]);
        assert_non_null(all.of[i]);
        free(record);
    }
    made_free(&odd);
    struct results *want = experiment_run(text),
                   *got = experiment_collect(&all.plan, "base",
                                             &(struct experiment_held){all.units.count, all.of});
    fields_check_same(want, got);
    assert_true(isfinite(got->series[1].exact_collapse[0]) && isfinite(got->series[1].output_radial[149]));
    results_free(want);
    results_free(got);
    made_free(&all);
}

/* A record of another shape is refused, whatever it is. */
static void test_other_shapes(void **state) {
    (void)state;
    struct made few = made_create("replicates: 100\nn: [300]\nbeta: [1, 2]\nseries: [{family: gaussian}]\n"),
                many =
                    made_create("replicates: 100\nn: [300]\nbeta: [1, 2, 3]\nseries: [{family: gaussian}]\n");
    made_compute(&few, 0, 1, 1);
    made_compute(&many, 0, 1, 1);
    for (size_t i = 0; i < 2; i++) { /* rows, exact values */
        const struct partial *of[] = {few.of[i], many.of[i]};
        for (size_t k = 0; k < 2; k++) {
            size_t length;
            uint8_t *record = record_of(of[k], &length);
            assert_null(record_read(record, length, &of[1 - k]->of));
            free(record);
        }
    }
    made_free(&few);
    made_free(&many);
}

/* ---- the tree ---- */

/* A block of rows of a kind of its own, without bins. */
static struct partial *block_make(const struct unit_cell *c, size_t block) {
    struct unit of = unit_part(c, block, 1);
    struct partial *p = partial_create(&of);
    for (size_t v = 0; v < c->layout.total; v++) {
        p->mean[v] = sin((double)(1 + block * c->layout.total + v));
        p->spread[v] = (double)(block + v) / 3;
    }
    for (size_t i = 0; i < MEASURE_COUNT * c->layout.betas; i++) { p->group[i] = p->mean[i]; }
    for (size_t i = 0; i < partial_numbers(&of); i++) { p->number[i] = (double)(1000 * block + i); }
    for (size_t i = 0; i < c->layout.binned; i++) { p->filled[i] = 1; }
    p->bin = malloc(c->layout.binned * sizeof *p->bin);
    for (size_t i = 0; i < c->layout.binned; i++) { p->bin[i] = histogram_pack(block * (i + 3) % 17, 64); }
    return p;
}

/* The whole cell, out of nodes of so many blocks, of which every other one passes through a record. */
static uint8_t *grow(const struct unit_cell *c, size_t blocks, size_t *length) {
    struct partial_stack all = {.count = 0};
    for (size_t first = 0; first < c->block_count; first += blocks) {
        struct partial_stack node = {.count = 0};
        for (size_t i = first; i < first + blocks && i < c->block_count; i++) {
            partial_push(&node, block_make(c, i));
        }
        struct partial *p = partial_close(&node);
        if (first / blocks % 2 == 1) {
            uint8_t *record = record_of(p, length);
            struct partial *read = record_read(record, *length, &p->of);
            assert_non_null(read);
            free(record);
            partial_free(p);
            p = read;
        }
        partial_push(&all, p);
    }
    struct partial *whole = partial_close(&all);
    assert_int_equal(whole->of.block_count, c->block_count);
    uint8_t *record = record_of(whole, length);
    partial_free(whole);
    return record;
}

/* The same of two who share the blocks, the second from that one on, which come last first. */
static uint8_t *join(const struct unit_cell *c, size_t from, size_t *length) {
    struct partial_stack first = {.count = 0}, second = {.count = 0};
    for (size_t i = 0; i < from; i++) { partial_push(&first, block_make(c, i)); }
    for (size_t i = c->block_count; i-- > from;) { partial_push(&second, block_make(c, i)); }
    for (size_t i = second.count; i-- > 0;) { partial_push(&first, second.held[i]); }
    free(second.held);
    struct partial *whole = partial_close(&first);
    uint8_t *record = record_of(whole, length);
    partial_free(whole);
    return record;
}

/* However blocks are grouped to nodes, the bits are the same; and the moments those of all rows. */
static void test_tree(void **state) {
    (void)state;
    static const char *const texts[] = {
        "replicates: 1300\nkeep_replicates: 200\nn: [50]\nbeta: [1, 2]\nseries: [{family: gaussian}]\n",
        "replicates: 70001\nkeep_replicates: 200\nn: [50]\nbeta: [1]\nseries: [{family: gaussian}]\n"};
    for (size_t t = 0; t < 2; t++) {
        struct made r = made_create(texts[t]);
        const struct unit_cell *c = r.plan.cell;
        size_t length, other;
        uint8_t *want = grow(c, 1, &length);
        for (size_t blocks = 2; blocks <= 1024; blocks *= 2) {
            uint8_t *got = grow(c, blocks, &other);
            assert_int_equal(length, other);
            assert_memory_equal(want, got, length);
            free(got);
        }
        for (size_t from = 1; from < c->block_count; from = 2 * from + 1) {
            uint8_t *got = join(c, from, &other);
            assert_int_equal(length, other);
            assert_memory_equal(want, got, length);
            free(got);
        }
        struct unit all = unit_part(c, 0, c->block_count);
        struct partial *whole = record_read(want, length, &all);
        assert_non_null(whole);
        assert_true(partial_groups(&all) <= 256 && (t == 0) == (partial_group_blocks(&all) == 1));
        long double sum = 0, groups = 0, count = 0, square = 0;
        for (size_t i = 0; i < c->block_count; i++) {
            struct partial *p = block_make(c, i);
            sum += (long double)p->mean[3] * p->of.replicates;
            square += (long double)p->spread[3] * p->spread[3] +
                      (long double)p->mean[3] * p->mean[3] * p->of.replicates;
            count += p->of.replicates;
            partial_free(p);
        }
        size_t size = partial_group_blocks(&all) * RESULTS_BLOCK_LENGTH;
        for (size_t g = 0; g < partial_groups(&all); g++) {
            size_t left = all.replicates - g * size;
            groups += (long double)whole->group[g * MEASURE_COUNT * c->layout.betas + 3] *
                      (left < size ? left : size);
        }
        check_close(whole->mean[3], (double)(sum / count), 1e-15);
        check_close(whole->spread[3] * whole->spread[3], (double)(square - sum * sum / count),
                    1e-12 * (double)square);
        check_close((double)groups, (double)sum, 1e-12 * (double)count);
        assert_true(whole->number[0] == 0 && whole->number[199] == 3000 + 7);
        partial_free(whole);
        free(want);
        made_free(&r);
    }
}

/* A node leaves the same bytes however many replicates its cell has; its last one tells how long groups are.
 */
static void test_groups_grow(void **state) {
    (void)state;
    struct made few = made_create("replicates: 32768\nn: [50]\nbeta: [1]\nseries: [{family: gaussian}]\n"),
                many = made_create("replicates: 100000\nn: [50]\nbeta: [1]\nseries: [{family: gaussian}]\n");
    for (size_t blocks = 64; blocks <= 512; blocks *= 2) {
        struct partial_stack a = {.count = 0}, b = {.count = 0};
        for (size_t i = 0; i < blocks; i++) {
            partial_push(&a, block_make(few.plan.cell, i));
            partial_push(&b, block_make(many.plan.cell, i));
        }
        struct partial *one = partial_close(&a), *other = partial_close(&b);
        size_t length, same;
        uint8_t *record = record_of(one, &length), *again = record_of(other, &same);
        assert_int_equal(length, same);
        assert_memory_equal(record, again, length);
        assert_int_equal(partial_group_blocks(&one->of), blocks == 512 ? 2 : 1);
        record[RECORD_HEAD - 16] *= 2; /* as if groups were longer */
        assert_null(record_read(record, length, &one->of));
        free(record);
        free(again);
        partial_free(one);
        partial_free(other);
    }
    made_free(&few);
    made_free(&many);
}

/* What a smaller sweep leaves of a unit, where it is a node, joins with the rest of it to the same bytes. */
static void test_part_of_a_unit(void **state) {
    (void)state;
    struct made few = made_create("replicates: 512\nn: [50]\nbeta: [1]\nseries: [{family: gaussian}]\n"),
                many = made_create("replicates: 1000\nn: [50]\nbeta: [1]\nseries: [{family: gaussian}]\n");
    const struct unit_cell *c = many.plan.cell;
    struct experiment_held held = {.count = 0};
    struct sweep_work work = {
        .plan = &many.plan, .isa = isa_find("base"), .threads = 2, .keep = experiment_hold, .context = &held};
    struct unit rest = unit_part(c, 8, 8), there;
    size_t length[2];
    made_compute(&few, 0, 2, 1);
    made_compute(&many, 0, 2, 1);
    assert_true(c->unit_blocks > 8 && unit_find(&many.plan, few.plan.cell->key, 0, 512, &there));
    uint8_t *record = record_of(few.of[0], &length[0]);
    struct partial_stack stack = {.count = 0};
    assert_int_equal(ranks_lead(&work, &(struct unit_list){1, &rest}), EXIT_DONE);
    assert_int_equal(held.count, 1);
    partial_push(&stack, held.partial[0]);
    partial_push(&stack, record_read(record, length[0], &there));
    free(record);
    struct partial *whole = partial_close(&stack);
    uint8_t *got = record_of(whole, &length[0]), *want = record_of(many.of[0], &length[1]);
    assert_int_equal(length[0], length[1]);
    assert_memory_equal(got, want, length[0]);
    partial_free(whole);
    free(held.partial);
    free(want);
    free(got);
    made_free(&few);
    made_free(&many);
}

/* Weights of e^-350 and less, whose squares are none, have errors, and all rows carry their means. */
static void test_tiny(void **state) {
    (void)state;
    struct results *r = experiment_sweep("seed: 1\nreplicates: 200\nn: [1e300]\n"
                                         "beta: {relative_to: lambda_typ, values: [0.01, 0.03, 0.1]}\n"
                                         "series: [{family: gaussian}]\n");
    const struct results_series *s = &r->series[0];
    for (size_t b = 0; b < 3; b++) {
        const double relative = s->se[MEASURE_TOP_WEIGHT][b] / s->mean[MEASURE_TOP_WEIGHT][b];
        assert_true(s->mean[MEASURE_TOP_WEIGHT][b] < 1e-140);
        check_relative(relative, s->se[RESULTS_LOG_TOP_WEIGHT][b], 0.1); /* as the logarithm spreads */
        check_relative(s->top_weight_carriers[b], 200 / (1 + 199 * relative * relative), 1e-12);
    }
    results_free(r);
}

/* A last block of one row weighs as much as each of the 64 before it. */
static void test_one_row_more(void **state) {
    (void)state;
    enum { ROWS = 65 };
    struct results *r =
        experiment_sweep("seed: 1\nreplicates: 65\nkeep_replicates: 65\nn: [1000]\nbeta: [20]\n"
                         "series: [{family: spherical, dimension: 4, output: true}]\n");
    const struct results_series *s = &r->series[0];
    double mean = 0, square = 0;
    for (size_t i = 0; i < ROWS; i++) { mean += s->output_radial[i] / ROWS; }
    for (size_t i = 0; i < ROWS; i++) { square += pow(s->output_radial[i] - mean, 2); }
    check_relative(s->mean[RESULTS_OUTPUT_BIAS][0], mean, 1e-13);
    check_relative(s->se[RESULTS_OUTPUT_BIAS][0], sqrt(square / ROWS / (ROWS - 1)), 1e-12);
    results_free(r);
}

/* A bin holds its values, and is a 64th of them wide. */
static void test_bins(void **state) {
    (void)state;
    for (double value = 0x1p-40; value < 0x1p20; value *= 1.37) {
        const uint64_t bin = histogram_pack(histogram_bin(value), 10);
        const double low = histogram_quantile(1, &bin, 1e-9), high = histogram_quantile(1, &bin, 1 - 1e-9);
        assert_true(low <= value * (1 + 1e-9) && value <= high * (1 + 1e-9));
        assert_true(high < low * (1 + 1.0 / 64 + 1e-9));
    }
}

/* Exact values of an output are the oracle's, and their errors. */
static void test_exact_output(void **state) {
    (void)state;
    struct results *r = experiment_run("seed: 1\nreplicates: 2\nn: [1000]\nbeta: [20]\n"
                                       "series: [{family: spherical, dimension: 4, output: true}]\n");
    const struct results_series *s = &r->series[0];
    struct oracle *oracle = oracle_create(s->family, (double[FAMILY_PARAMETERS]){4}, *s->log_n);
    struct oracle_answer answer;
    assert_non_null(oracle);
    assert_true(oracle_ask(oracle, *s->beta_ratio,
                           (struct oracle_question){.top_weight = true, .errors = true, .output = true},
                           &answer));
    check_relative(*s->exact_output_bias, answer.output.bias, 1e-12);
    check_relative(*s->exact_output_bias_error, answer.output.bias_error, 1e-9);
    check_relative(*s->exact_output_tangential, answer.output.tangential, 1e-12);
    check_relative(*s->exact_output_tangential_error, answer.output.tangential_error, 1e-9);
    check_relative(*s->exact_output_radial_variance, answer.output.radial_variance, 1e-12);
    check_relative(*s->exact_output_radial_variance_error, answer.output.radial_variance_error, 1e-9);
    oracle_free(oracle);
    results_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory), /* first: it looks at the peak of the whole process */
        cmocka_unit_test(test_outline),
        cmocka_unit_test(test_records_are_of_their_units),
        cmocka_unit_test(test_results_are_of_their_partials),
        cmocka_unit_test(test_other_shapes),
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_groups_grow),
        cmocka_unit_test(test_part_of_a_unit),
        cmocka_unit_test(test_tiny),
        cmocka_unit_test(test_one_row_more),
        cmocka_unit_test(test_bins),
        cmocka_unit_test(test_exact_output),
    };
    return cmocka_run_group_tests_name("partial", tests, NULL, NULL);
}
