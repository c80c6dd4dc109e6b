#include "tests/experiment.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "sim/config/config_read.h"
#include "sim/config/difference.h"
#include "sim/journal/journal.h"
#include "sim/sweep/collect.h"
#include "sim/sweep/record.h"
#include "sim/sweep/sweep.h"

static char directory[64];

static int make_directory(void **state) {
    (void)state;
    strcpy(directory, "/tmp/gapscale-journal-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state) {
    (void)state;
    journal_clear(directory);
    return rmdir(directory);
}

/* A config made from text and its plan. */
struct setting {
    struct config *config;
    struct unit_plan plan;
};

static struct setting setting_make(const char *text) {
    struct setting s = {.config = experiment_config(text)};
    unit_plan_create(&s.plan, s.config);
    return s;
}

static void setting_free(struct setting *s) {
    unit_plan_release(&s->plan);
    config_free(s->config);
}

/* ---- units ---- */

static const char few_text[] = "replicates: 20000\nn: [100, 1e20]\nseries:\n  - family: gaussian\n"
                               "  - {family: spherical, dimension: 5, rows: drawn, n: [2^22]}\n";
static const char many_text[] = "replicates: 50000\nn: [100, 5000, 1e20]\nquantiles: [0.5]\nseries:\n"
                                "  - {family: spherical, dimension: 5, rows: drawn, n: [2^22]}\n"
                                "  - family: gumbel\n  - family: gaussian\n";

/* Units cover every replicate once, whole blocks each, and are found by what they are. */
static void test_units_tile(void **state) {
    (void)state;
    struct setting s = setting_make(few_text);
    double covered = 0;
    for (size_t i = 0; i < s.plan.unit_count; i++) {
        struct unit u = unit_get(&s.plan, i);
        const struct unit_cell *c = u.cell;
        covered += (double)u.replicates;
        assert_int_equal(u.first_replicate % (c->unit_blocks * RESULTS_BLOCK_LENGTH), 0);
        assert_true(c->unit_blocks <= 64 && (c->unit_blocks & (c->unit_blocks - 1)) == 0);
        assert_true(u.replicates > 0 && u.first_replicate + u.replicates <= 20000);
        assert_int_equal(unit_find(&s.plan, c->key, u.first_replicate, u.replicates), i);
        assert_true(unit_find(&s.plan, c->key, u.first_replicate, u.replicates + 1) == SIZE_MAX);
        assert_true(unit_find(&s.plan, c->key, u.first_replicate + 1, u.replicates) == SIZE_MAX);
    }
    check_close(covered, 3 * 20000, 0);
    assert_int_equal(s.plan.cell[0].unit_blocks, 1); /* rows of 2^22 scores */
    setting_free(&s);
}

/* More replicates, more n, more series and other quantiles leave all units as they were but for the last of
 * each cell. */
static void test_units_stay(void **state) {
    (void)state;
    struct setting few = setting_make(few_text), many = setting_make(many_text);
    size_t lost = 0;
    for (size_t i = 0; i < few.plan.unit_count; i++) {
        struct unit u = unit_get(&few.plan, i);
        size_t same = unit_find(&many.plan, u.cell->key, u.first_replicate, u.replicates);
        bool last = u.first_block + u.block_count == u.cell->block_count;
        lost += same == SIZE_MAX;
        assert_true(last || same != SIZE_MAX);
    }
    assert_true(lost <= few.plan.cell_count);
    setting_free(&few);
    setting_free(&many);
}

/* What changes the numbers changes the key. */
static void test_keys_differ(void **state) {
    (void)state;
    static const char *const head[] = {"",
                                       "seed: 5\n",
                                       "beta: [1, 2]\n",
                                       "ordered_weights: 3\n",
                                       "keep_replicates: 3\n",
                                       "common_randomness: true\n",
                                       "collapse: {entropy: [2]}\n",
                                       "rows: drawn\n"};
    enum { HEADS = sizeof head / sizeof head[0] };
    uint8_t key[HEADS][UNIT_KEY];
    for (size_t i = 0; i < HEADS; i++) {
        char text[200];
        snprintf(text, sizeof text, "%sn: [1000]\nseries:\n  - family: gaussian\n", head[i]);
        struct setting s = setting_make(text);
        memcpy(key[i], s.plan.cell[0].key, UNIT_KEY);
        setting_free(&s);
        for (size_t k = 0; k < i; k++) { assert_true(memcmp(key[i], key[k], UNIT_KEY) != 0); }
    }
}

/* ---- records and journals ---- */

static const char small_text[] =
    "replicates: 300\nkeep_replicates: 100\nn: [50, 700]\nbeta: [0.5, 1, 2]\nseries:\n"
    "  - family: gaussian\n"
    "  - {family: spherical, dimension: 4, output: true, n: [200]}\n";

/* Keeps the first record that it is given. */
struct kept_record {
    uint8_t *bytes;
    size_t unit, length;
};

static bool keep_record(void *context, size_t unit, uint8_t *record, size_t length) {
    struct kept_record *kept = context;
    if (kept->bytes) {
        free(record);
    } else {
        *kept = (struct kept_record){record, unit, length};
    }
    return true;
}

static int compute(const struct setting *s, size_t count, const size_t *unit, sweep_accept *accept,
                   void *context) {
    return sweep_compute(&(struct sweep_work){.plan = &s->plan,
                                              .isa = isa_find("base"),
                                              .threads = 2,
                                              .quiet = true,
                                              .unit_count = count,
                                              .unit = unit,
                                              .accept = accept,
                                              .context = context});
}

/* A flip of any one bit, and any cut, is noticed. */
static void test_record_checks(void **state) {
    (void)state;
    struct setting s = setting_make(small_text);
    struct kept_record kept = {.bytes = NULL};
    struct record_head head;
    const size_t first = 0;
    assert_int_equal(compute(&s, 1, &first, keep_record, &kept), EXIT_DONE);
    assert_null(record_check(kept.bytes, kept.length, &head));
    assert_int_equal(head.length, kept.length);
    for (size_t bit = 0; bit < 8 * kept.length; bit += bit < 8 * RECORD_HEAD ? 1 : 1009) {
        kept.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_non_null(record_check(kept.bytes, kept.length, &head));
        kept.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t cut = 0; cut < kept.length; cut += cut < RECORD_HEAD ? 1 : 997) {
        assert_non_null(record_check(kept.bytes, cut, &head));
    }
    free(kept.bytes);
    setting_free(&s);
}

static struct journal *journal_of(const struct setting *s) {
    struct journal_header header = {.config_path = "a 'b'.yaml",
                                    .output = "c.h5",
                                    .config_text = s->config->text,
                                    .config_resolved = s->config->resolved,
                                    .shard = 2,
                                    .shards = 5,
                                    .set_count = 1,
                                    .set = {"x=\n%y"}};
    return journal_create(directory, &header);
}

static void check_same_results(struct results *a, struct results *b) {
    for (size_t s = 0; s < a->series_count; s++) {
        struct results_field fa[RESULTS_FIELDS], fb[RESULTS_FIELDS];
        size_t fields = results_fields(&a->series[s], fa);
        results_fields(&b->series[s], fb);
        for (size_t i = 0; i < fields; i++) {
            size_t count = results_field_size(&a->series[s], &fa[i]);
            if (memcmp(*fa[i].values, *fb[i].values, count * sizeof(double)) != 0) {
                fail_msg("%s: %s differs", a->series[s].name, fa[i].name);
            }
        }
    }
}

/* What goes through a journal, in two runs and the units in any order, is what stayed in memory. */
static void test_journal_round_trip(void **state) {
    (void)state;
    struct setting want = setting_make(small_text), got = setting_make(small_text);
    size_t units = got.plan.unit_count, *backwards = malloc(units * sizeof *backwards);
    struct results *whole = experiment_of(want.config, isa_find("base"), 1);
    assert_non_null(whole);
    for (size_t i = 0; i < units; i++) { backwards[i] = units - 1 - i; }

    struct journal *j = journal_of(&got);
    assert_non_null(j);
    assert_true(journal_scan(j, &got.plan, true));
    assert_int_equal(compute(&got, 1, backwards, journal_accept, j), EXIT_DONE);
    assert_true(journal_flush(j));
    journal_close(j);

    setting_free(&got); /* nothing survives but the journal */
    got = setting_make(small_text);
    j = journal_open(directory);
    assert_non_null(j);
    const struct journal_header *h = journal_header(j);
    assert_string_equal(h->config_path, "a 'b'.yaml");
    assert_string_equal(h->config_resolved, got.config->resolved);
    assert_string_equal(h->set[0], "x=\n%y");
    assert_true(h->shard == 2 && h->shards == 5 && journal_is_ours(j));
    char *command = journal_command(j, 3);
    assert_string_equal(command, "gapscale run 'a '\\''b'\\''.yaml' -o c.h5 --set 'x=\n%y' --shard 3/5");
    free(command);
    assert_true(journal_scan(j, &got.plan, true));
    assert_int_equal(journal_damaged(j) + journal_strange(j), 0);
    for (size_t i = 0; i < units; i++) { assert_true(journal_has(j, i) == (i == units - 1)); }
    assert_int_equal(compute(&got, units - 1, backwards + 1, journal_accept, j), EXIT_DONE);
    assert_true(journal_flush(j));
    struct results *parts = collect_results(&got.plan, "base", journal_record, j);
    assert_non_null(parts);
    check_same_results(whole, parts);
    results_free(whole);
    results_free(parts);
    journal_close(j);
    free(backwards);
    setting_free(&want);
    setting_free(&got);
}

/* A record that no other follows is saved all the same, in its time. */
static void test_journal_tends(void **state) {
    (void)state;
    const double slowest = 5; /* seconds that a record may wait */
    struct setting s = setting_make(small_text);
    struct journal *j = journal_of(&s);
    const size_t unit[] = {0, 1};
    assert_true(j && journal_scan(j, &s.plan, true));
    assert_int_equal(compute(&s, 1, unit, journal_accept, j), EXIT_DONE);
    assert_true(journal_flush(j));
    assert_int_equal(compute(&s, 1, unit + 1, journal_accept, j), EXIT_DONE);
    print_message("waiting up to %.1f s for a record to be saved\n", slowest + 1);
    for (double waited = 0; !journal_has(j, 1) && waited < slowest + 1; waited += 0.1) {
        usleep(100000);
        assert_true(journal_tend(j));
    }
    assert_true(journal_has(j, 1));
    journal_close(j);
    setting_free(&s);
}

/* Two cells of one series: their exact values make records of one length. */
static const char twins_text[] =
    "replicates: 64\nn: [50, 700]\nbeta: [0.5, 1, 2]\nseries:\n  - family: gaussian\n";

static void exchange(const char *one, const char *other) {
    char a[100], b[100], aside[100];
    snprintf(a, sizeof a, "%s/%s", directory, one);
    snprintf(b, sizeof b, "%s/%s", directory, other);
    snprintf(aside, sizeof aside, "%s/aside", directory);
    assert_int_equal(rename(a, aside) | rename(b, a) | rename(aside, b), 0);
}

/* A sound record of another unit that comes to stand in a record's place does not pass for it. */
static void test_record_exchanged(void **state) {
    (void)state;
    struct setting s = setting_make(twins_text);
    const size_t unit[] = {s.plan.unit_count, s.plan.unit_count + 1};
    struct journal *j = journal_of(&s);
    size_t length[2];
    assert_true(j && journal_scan(j, &s.plan, true));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(compute(&s, 1, &unit[i], journal_accept, j), EXIT_DONE);
        assert_true(journal_flush(j));
        assert_non_null(journal_record(j, unit[i], &length[i]));
    }
    assert_int_equal(length[0], length[1]);
    exchange("000001.units", "000002.units");
    for (int i = 0; i < 2; i++) { assert_null(journal_record(j, unit[i], length)); }
    exchange("000001.units", "000002.units");
    for (int i = 0; i < 2; i++) { assert_non_null(journal_record(j, unit[i], length)); }
    journal_close(j);
    setting_free(&s);
}

static void write_units(const char *name, const void *bytes, size_t length) {
    char path[100];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

/* A holder that was taken for dead writes a file of units late, as the next one does: neither is lost. */
static void test_late_writer(void **state) {
    (void)state;
    struct setting s = setting_make(twins_text);
    const size_t mine = 0, late = 1;
    struct kept_record kept = {.bytes = NULL};
    struct journal *j = journal_of(&s);
    size_t length;
    assert_true(j && journal_scan(j, &s.plan, true));
    assert_int_equal(compute(&s, 1, &late, keep_record, &kept), EXIT_DONE);
    write_units("000001.units", kept.bytes, kept.length);
    assert_int_equal(compute(&s, 1, &mine, journal_accept, j), EXIT_DONE);
    assert_true(journal_flush(j));
    assert_non_null(journal_record(j, mine, &length));
    assert_true(journal_scan(j, &s.plan, true));
    assert_true(journal_has(j, mine) && journal_has(j, late));
    assert_int_equal(journal_damaged(j), 0);
    free(kept.bytes);
    journal_close(j);
    setting_free(&s);
}

/* A whole record of another numerics number or of other libraries is refused, and not called damaged. */
static void test_other_numerics(void **state) {
    (void)state;
    struct setting s = setting_make(twins_text);
    const size_t first = 0, numerics = 8 + UNIT_KEY; /* where they stand: the number, then the fingerprint */
    for (size_t at = numerics; at <= numerics + 8; at += 4) {
        struct kept_record kept = {.bytes = NULL};
        struct sha256_ctx hash;
        struct journal *j = journal_of(&s);
        assert_int_equal(compute(&s, 1, &first, keep_record, &kept), EXIT_DONE);
        kept.bytes[at] ^= at < numerics + 8; /* last, the record as it is */
        sha256_init(&hash);
        sha256_update(&hash, kept.length - RECORD_TAIL, kept.bytes);
        sha256_digest(&hash, RECORD_TAIL, kept.bytes + kept.length - RECORD_TAIL);
        write_units("000001.units", kept.bytes, kept.length);
        assert_int_equal(journal_scan(j, &s.plan, true), at == numerics + 8);
        assert_int_equal(journal_damaged(j), 0);
        assert_int_equal(journal_has(j, first), at == numerics + 8);
        free(kept.bytes);
        journal_close(j);
    }
    setting_free(&s);
}

/* ---- differences ---- */

static void test_differences(void **state) {
    (void)state;
    struct setting a = setting_make(
                       "n: [10]\nseries:\n  - family: gaussian\n  - {family: pareto, tail: 2}\n"),
                   b = setting_make(
                       "n: [10]\nreplicates: 7\nseries:\n  - family: gaussian\n  - {family: pareto, "
                       "tail: 3}\n  - family: gumbel\n"),
                   c = setting_make(
                       "n: [10]\nseries:\n  - {family: pareto, tail: 2}\n  - family: gaussian\n");
    struct difference *list;
    assert_int_equal(difference_list(a.config->resolved, b.config->resolved, &list), 3);
    assert_string_equal(list[0].path, "replicates");
    assert_string_equal(list[0].there, "7");
    assert_string_equal(list[1].path, "series.pareto.tail");
    assert_string_equal(list[1].here, "2");
    assert_string_equal(list[2].path, "series.gumbel");
    assert_string_equal(list[2].here, "");
    free(list);
    assert_int_equal(difference_list(a.config->resolved, c.config->resolved, &list), 1);
    assert_string_equal(list[0].path, "series");
    free(list);
    assert_int_equal(difference_list(a.config->resolved, a.config->resolved, &list), 0);
    free(list);
    setting_free(&a);
    setting_free(&b);
    setting_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units_tile),
        cmocka_unit_test(test_units_stay),
        cmocka_unit_test(test_keys_differ),
        cmocka_unit_test(test_record_checks),
        cmocka_unit_test_setup_teardown(test_journal_round_trip, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_journal_tends, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_record_exchanged, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_late_writer, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_other_numerics, make_directory, remove_directory),
        cmocka_unit_test(test_differences),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
