#include "tests/fields.h"
#include "tests/sim/setting.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "sim/config/config_read.h"
#include "sim/journal/journal.h"
#include "sim/sweep/exact.h"
#include "sim/sweep/ranks.h"
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

/* ---- records and journals ---- */

static const char small_text[] =
    "replicates: 300\nkeep_replicates: 100\nn: [50, 700]\nbeta: [0.5, 1, 2]\nseries:\n"
    "  - family: gaussian\n"
    "  - {family: spherical, dimension: 4, output: true, n: [200]}\n";

/* Units from `first` to before `end`, in their order. */
static int compute(const struct setting *s, size_t first, size_t end, struct journal *j) {
    struct unit units[100];
    assert_true(end - first <= 100);
    memcpy(units, s->units.unit + first, (end - first) * sizeof *units);
    return ranks_lead(
        &(struct sweep_work){
            .plan = &s->plan, .isa = isa_find("base"), .threads = 2, .keep = journal_keep, .context = j},
        &(struct unit_list){end - first, units});
}

/* The record of exact values. */
static uint8_t *exact_record(const struct setting *s, size_t cell, size_t *length) {
    struct partial *p = exact_partial(&s->units.unit[s->sampled + cell]);
    *length = 0;
    uint8_t *record = record_append(p, NULL, length);
    partial_free(p);
    return record;
}

/* A flip of any one bit, and any cut, is noticed. */
static void test_record_checks(void **state) {
    (void)state;
    struct setting s = setting_make(small_text);
    struct record_head head;
    size_t length;
    uint8_t *record = exact_record(&s, 0, &length);
    assert_null(record_check(record, length, &head));
    assert_int_equal(head.length, length);
    for (size_t bit = 0; bit < 8 * length; bit += bit < 8 * RECORD_HEAD ? 1 : 1009) {
        record[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_non_null(record_check(record, length, &head));
        record[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t cut = 0; cut < length; cut += cut < RECORD_HEAD ? 1 : 97) {
        assert_non_null(record_check(record, cut, &head));
    }
    free(record);
    setting_free(&s);
}

static bool has(const struct setting *s, struct records *r, size_t unit) {
    struct unit_list missing = records_missing(r, &(struct unit_list){1, &s->units.unit[unit]}, NULL);
    free(missing.unit);
    return missing.count == 0;
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
    struct journal *j = journal_make(directory, &header);
    assert_non_null(j);
    journal_begin(j, &s->plan);
    return j;
}

/* What is left of it, and nothing else. */
static struct journal *reopened(struct journal *j, const struct setting *s) {
    journal_close(j);
    j = journal_open(directory);
    assert_non_null(j);
    journal_begin(j, &s->plan);
    assert_true(journal_scan(j, 0));
    return j;
}

static struct partial *whole_of(const struct setting *s, const struct journal *j, size_t cell) {
    const struct unit whole = unit_whole(&s->plan.cell[cell]);
    struct partial_stack stack = {.count = 0};
    assert_true(records_read(j->records, &whole, &stack));
    return partial_close(&stack);
}

/* What goes through a journal, in two runs and the last unit first, is what stayed in memory. */
static void test_journal_round_trip(void **state) {
    (void)state;
    struct setting want = setting_make(small_text), got = setting_make(small_text);
    size_t units = got.sampled;
    struct results *whole = experiment_of(want.config, isa_find("base"), 1);
    struct journal *j = journal_of(&got);
    assert_int_equal(compute(&got, units - 1, units, j), EXIT_DONE);
    assert_true(journal_sync(j));
    journal_close(j);

    setting_free(&got); /* nothing survives but the journal */
    got = setting_make(small_text);
    j = journal_open(directory);
    assert_non_null(j);
    const struct journal_header *h = &j->header;
    assert_string_equal(h->config_path, "a 'b'.yaml");
    assert_string_equal(h->config_resolved, got.config->resolved);
    assert_string_equal(h->set[0], "x=\n%y");
    assert_true(h->shard == 2 && h->shards == 5 && journal_is_ours(j));
    char *command = journal_header_command(h, 3);
    assert_string_equal(command, "gapscale run 'a '\\''b'\\''.yaml' -o c.h5 --set $'x=\\012%y' --shard 3/5");
    free(command);
    journal_begin(j, &got.plan);
    assert_true(journal_scan(j, 0));
    assert_int_equal(j->records->damaged + j->records->strange, 0);
    for (size_t i = 0; i < units; i++) { assert_true(has(&got, j->records, i) == (i == units - 1)); }
    assert_int_equal(compute(&got, 0, units - 1, j), EXIT_DONE);
    assert_true(journal_sync(j) && journal_scan(j, 0));
    struct results *parts = results_create(got.plan.outline, "base");
    for (size_t i = 0; i < got.plan.cell_count; i++) {
        struct partial *p = whole_of(&got, j, i);
        partial_collect(p, parts);
        partial_free(p);
    }
    fields_check_same(whole, parts);
    results_free(whole);
    results_free(parts);
    journal_close(j);
    setting_free(&want);
    setting_free(&got);
}

/* A unit that is kept is there for whoever looks, whatever becomes of its writer. */
static void test_kept_at_once(void **state) {
    (void)state;
    struct setting s = setting_make(small_text);
    struct journal *writer = journal_of(&s), *j = journal_open(directory);
    struct partial *exact = exact_partial(&s.units.unit[s.sampled]);
    assert_non_null(j);
    journal_begin(j, &s.plan);
    for (int i = 0; i < 2; i++) {
        assert_true(journal_scan(j, 0) && has(&s, j->records, s.sampled) == (i == 1));
        if (i == 0) { assert_true(journal_keep(writer, exact)); }
    }
    partial_free(exact);
    assert_true(journal_sync(writer));
    journal_close(writer);
    journal_close(j);
    setting_free(&s);
}

/* Two cells of one series: their exact values make records of one length. */
static const char twins_text[] =
    "replicates: 64\nn: [50, 700]\nbeta: [0.5, 1, 2]\nseries:\n  - family: gaussian\n";

static void write_units(const char *name, const char *mode, const void *bytes, size_t length) {
    char path[100];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

/* A sound record of another unit that comes to stand in a record's place does not pass for it. */
static void test_record_exchanged(void **state) {
    (void)state;
    struct setting s = setting_make(twins_text);
    struct journal *j = journal_of(&s);
    size_t length[2], unit = s.sampled;
    uint8_t *record[2] = {exact_record(&s, 0, &length[0]), exact_record(&s, 1, &length[1])};
    struct partial_stack stack = {.count = 0};
    assert_int_equal(length[0], length[1]);
    write_units("000001.units", "w", record[0], length[0]);
    assert_true(journal_scan(j, 0) && has(&s, j->records, unit));
    write_units("000001.units", "w", record[1], length[1]);
    assert_false(records_read(j->records, &s.units.unit[unit], &stack));
    write_units("000001.units", "w", record[0], length[0]);
    assert_true(records_read(j->records, &s.units.unit[unit], &stack));
    partial_drop(&stack);
    for (int i = 0; i < 2; i++) { free(record[i]); }
    journal_close(j);
    setting_free(&s);
}

/* Three records, of which any one is damaged anywhere, or the last is cut off: the others are found. */
static void test_scanning(void **state) {
    (void)state;
    struct setting s =
        setting_make("replicates: 64\nn: [50, 100, 700]\nbeta: [1]\nseries:\n  - family: gaussian\n");
    uint8_t *all = NULL;
    size_t length[3], end = 0, unit = s.sampled;
    for (size_t i = 0; i < 3; i++) {
        uint8_t *record = exact_record(&s, i, &length[i]);
        all = realloc(all, end + length[i]);
        memcpy(all + end, record, length[i]);
        end += length[i];
        free(record);
    }
    assert_true(length[0] == length[1] && length[1] == length[2]);
    for (size_t at = 0; at < 2 * end; at += at % length[0] < RECORD_HEAD ? 1 : 41) {
        const bool cut = at >= end;
        struct journal *j = journal_of(&s);
        if (!cut) { all[at] ^= 8; }
        write_units("000001.units", "w", all, cut ? at - end : end);
        if (!cut) { all[at] ^= 8; }
        bool whole = at % length[0] == 0;
        assert_true(journal_scan(j, 0));
        assert_int_equal(j->records->damaged, cut && whole ? 0 : 1);
        for (size_t i = 0; i < 3; i++) {
            bool there = cut ? (i + 1) * length[0] <= at - end : at / length[0] != i;
            assert_int_equal(has(&s, j->records, unit + i), there);
        }
        journal_close(j);
    }
    free(all);
    setting_free(&s);
}

/* Cells of which one has many units. */
static const char cheap_text[] =
    "replicates: 2000\nn: [2^22, 70]\nrows: drawn\nbeta: [1]\ncollapse: {susceptibility: false}\n"
    "series: [{name: cheap, family: plateau}]\n";

/* What several writers left becomes one file, in which nodes stand for their halves, and stays what it was.
 */
static void test_packing(void **state) {
    (void)state;
    struct setting s = setting_make(cheap_text);
    struct journal *j = journal_of(&s);
    for (size_t writer = 0; writer < 3; writer++) { /* every third unit each, and some twice */
        for (size_t i = writer; i < s.units.count; i += 3 - writer % 2) {
            assert_int_equal(compute(&s, i, i + 1, j), EXIT_DONE);
        }
        assert_true(journal_sync(j));
        if (writer < 2) {
            journal_close(j);
            j = journal_open(directory);
            journal_begin(j, &s.plan);
        }
    }
    j = reopened(j, &s);
    assert_int_equal(j->records->files.count, 3);
    size_t length[2] = {0};
    struct partial *before = whole_of(&s, j, 0);
    uint8_t *want = record_append(before, NULL, &length[0]);
    assert_true(journal_pack(j, NULL));
    double bytes = records_bytes(j->records);
    j = reopened(j, &s);
    assert_int_equal(j->records->files.count, 1);
    assert_true(records_bytes(j->records) == bytes);
    struct partial *after = whole_of(&s, j, 0);
    uint8_t *got = record_append(after, NULL, &length[1]);
    assert_int_equal(length[0], length[1]);
    assert_memory_equal(want, got, length[0]);
    free(want);
    free(got);
    partial_free(before);
    partial_free(after);
    journal_close(j);
    setting_free(&s);
}

static bool keep_and_pack(void *journal, const struct partial *p) {
    return journal_keep(journal, p) && journal_pack_own(journal);
}

/* A writer packs what it alone has written, again and again while threads go on to write: all of it is in one
 * file in the end, and another's stays. */
static void test_packing_own(void **state) {
    (void)state;
    struct setting s = setting_make(cheap_text);
    struct journal *j = journal_of(&s);
    size_t length, units = s.sampled;
    uint8_t *record = exact_record(&s, 1, &length);
    write_units("000001.units", "w", record, length);
    struct sweep_work work = {
        .plan = &s.plan, .isa = isa_find("base"), .threads = 3, .keep = keep_and_pack, .context = j};
    struct unit_list sampled = unit_shares(&s.plan, 0, 1);
    sampled.count = s.plan.cell_count;
    assert_int_equal(ranks_lead(&work, &sampled), EXIT_DONE);
    free(sampled.unit);
    assert_true(journal_pack_own(j));
    j = reopened(j, &s);
    assert_int_equal(j->records->files.count, 2);
    assert_int_equal(j->records->damaged, 0);
    for (size_t i = 0; i < units; i++) { assert_true(has(&s, j->records, i)); }
    assert_true(has(&s, j->records, units + 1) && !has(&s, j->records, units));
    free(record);
    journal_close(j);
    setting_free(&s);
}

/* A file that is packed and cannot be removed is told of, and what was packed goes on. */
static void test_stays_behind(void **state) {
    (void)state;
    struct setting s = setting_make(twins_text);
    struct journal *j = journal_of(&s);
    size_t length;
    uint8_t *record = exact_record(&s, 0, &length);
    write_units("000001.units", "w", record, length);
    write_units("000002.units", "w", record, length);
    j = reopened(j, &s);
    char path[2][100];
    for (int k = 0; k < 2; k++) { snprintf(path[k], sizeof path[k], "%s/%06d.units", directory, k + 1); }
    assert_int_equal(unlink(path[1]) + mkdir(path[1], 0777), 0); /* which unlink() does not remove */
    assert_true(journal_pack(j, NULL));
    assert_true(rmdir(path[1]) == 0 && access(path[0], F_OK) != 0);
    j = reopened(j, &s);
    assert_true(j->records->files.count == 1 && has(&s, j->records, s.sampled));
    free(record);
    journal_close(j);
    setting_free(&s);
}

/* Another process packs a journal that was scanned here, into the same file or into a new one: what was known
 * is read from there. */
static void test_packed_beside(void **state) {
    (void)state;
    struct setting s = setting_make(cheap_text);
    char apart[96], name[128];
    snprintf(apart, sizeof apart, "%s/apart", directory);
    snprintf(name, sizeof name, "%s/000009.units", directory);
    for (int renamed = 0; renamed < 2; renamed++) {
        struct journal *j = journal_of(&s);
        for (size_t i = s.units.count; i-- > 0;) { assert_int_equal(compute(&s, i, i + 1, j), EXIT_DONE); }
        assert_true(journal_sync(j));
        journal_close(j);
        struct journal *here = journal_open(directory), *other = journal_open(directory);
        journal_begin(here, &s.plan);
        journal_begin(other, &s.plan);
        assert_true(journal_scan(here, 0) && journal_scan(other, 0));
        struct partial *before = whole_of(&s, here, 0);
        char *was = strdup(here->records->files.file[0].path);
        assert_int_equal(records_pack(other->records, NULL, renamed ? name : was, NULL), EXIT_DONE);
        if (renamed) { assert_int_equal(unlink(was), 0); }
        struct partial *after = whole_of(&s, here, 0);
        assert_int_equal(after->of.replicates, before->of.replicates);
        assert_memory_equal(after->mean, before->mean, before->of.cell->layout.total * sizeof *before->mean);
        assert_int_equal(records_pack(here->records, NULL, apart, NULL), EXIT_DONE);
        assert_true(records_bytes(here->records) == records_bytes(other->records));
        unlink(name);
        unlink(was);
        assert_int_equal(unlink(apart), 0);
        partial_free(before);
        partial_free(after);
        free(was);
        journal_close(here);
        journal_close(other);
    }
    setting_free(&s);
}

/* A file that is gone when it is read, as of a writer that packs while others look, is none; a directory that
 * cannot be listed is not taken for an empty one. */
static void test_unlisted(void **state) {
    (void)state;
    struct setting s = setting_make(twins_text);
    struct journal *j = journal_of(&s);
    char path[100];
    snprintf(path, sizeof path, "%s/000001.units", directory);
    assert_int_equal(symlink("gone", path), 0);
    assert_true(journal_scan(j, 0));
    assert_int_equal(unlink(path) + chmod(directory, 0311), 0);
    const uid_t self = geteuid();
    assert_true(self != 0 || (chown(directory, 65534, 65534) == 0 && seteuid(65534) == 0));
    assert_false(journal_scan(j, 0));
    assert_int_equal(seteuid(self) + chmod(directory, 0755), 0);
    journal_close(j);
    setting_free(&s);
}

/* A holder that was taken for dead writes a file of units late, as the next one does: neither is lost. */
static void test_late_writer(void **state) {
    (void)state;
    struct setting s = setting_make(twins_text);
    struct journal *j = journal_of(&s);
    size_t length, late = s.sampled;
    uint8_t *record = exact_record(&s, 0, &length);
    assert_true(journal_scan(j, 0));
    write_units("000001.units", "w", record, length);
    assert_int_equal(compute(&s, 0, 1, j), EXIT_DONE);
    assert_true(journal_sync(j));
    j = reopened(j, &s);
    assert_true(has(&s, j->records, 0) && has(&s, j->records, late));
    assert_int_equal(j->records->damaged, 0);
    free(record);
    journal_close(j);
    setting_free(&s);
}

/* A whole record of another numerics number or of other libraries is refused, and not called damaged. */
static void test_other_numerics(void **state) {
    (void)state;
    struct setting s = setting_make(twins_text);
    const size_t numerics = 8 + UNIT_KEY; /* where they stand: the number, then the fingerprint */
    for (size_t at = numerics; at <= numerics + 8; at += 4) {
        struct sha256_ctx hash;
        struct journal *j = journal_of(&s);
        size_t length;
        uint8_t *record = exact_record(&s, 0, &length);
        record[at] ^= at < numerics + 8; /* last, the record as it is */
        sha256_init(&hash);
        sha256_update(&hash, length - RECORD_TAIL, record);
        sha256_digest(&hash, RECORD_TAIL, record + length - RECORD_TAIL);
        write_units("000001.units", "w", record, length);
        assert_int_equal(journal_scan(j, 0), at == numerics + 8);
        assert_int_equal(j->records->damaged, 0);
        if (at == numerics + 8) { assert_true(has(&s, j->records, s.sampled)); }
        free(record);
        journal_close(j);
    }
    setting_free(&s);
}

/* A header larger than any, or of more shards, is damaged, and takes no memory and time; it is made again. */
static void test_vast_header(void **state) {
    (void)state;
    struct setting s = setting_make(small_text);
    struct journal_header header = {.program = "",
                                    .compiler = "",
                                    .config_path = "",
                                    .output = "",
                                    .config_text = s.config->text,
                                    .config_resolved = s.config->resolved,
                                    .shards = 1};
    char path[FILES_PATH];
    files_path(directory, "header", path);
    journal_close(journal_make(directory, &header));
    assert_int_equal(truncate(path, (off_t)300 << 30), 0);
    assert_null(journal_open(directory));
    header.shards = SIZE_MAX;
    assert_true(journal_header_write(directory, &header));
    assert_null(journal_open(directory));
    header.shards = 1;
    struct journal *j = journal_make(directory, &header);
    assert_non_null(j);
    journal_close(j);
    setting_free(&s);
}

/* A journal that is made with another's header leaves that one its texts. */
static void test_header_of_another(void **state) {
    (void)state;
    struct setting s = setting_make(small_text);
    journal_close(journal_of(&s));
    struct journal *j = journal_open(directory);
    assert_non_null(j);
    assert_true(journal_clear(directory));
    journal_close(journal_make(directory, &j->header));
    assert_string_equal(j->header.config_resolved, s.config->resolved);
    journal_close(j);
    setting_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_checks),
        cmocka_unit_test_setup_teardown(test_journal_round_trip, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_kept_at_once, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_record_exchanged, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_scanning, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_packing, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_packing_own, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_stays_behind, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_packed_beside, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_unlisted, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_late_writer, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_other_numerics, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_vast_header, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_header_of_another, make_directory, remove_directory),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
