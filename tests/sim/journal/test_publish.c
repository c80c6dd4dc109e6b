/* One pass from records to files. */
#include "tests/digest.h"
#include "tests/directory.h"
#include "tests/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "sim/journal/journal.h"
#include "sim/journal/publish.h"
#include "sim/results/precision.h"
#include "sim/results/store.h"
#include "sim/sweep/ranks.h"

static const char text[] = "replicates: 130\n"
                           "n: [300, 1e20]\n"
                           "beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 5}\n"
                           "series:\n"
                           "  - {family: spherical, dimension: 4, output: true}\n"
                           "  - family: plateau\n";

/* A sweep whose sampled units are in a journal, and the exact values of one cell. */
struct setting {
    struct config *config;
    struct unit_plan plan;
    struct journal *journal;
};

static void setting_make(struct setting *s) {
    s->config = experiment_config(text);
    unit_plan_create(&s->plan, s->config, true);
    struct unit_list some = unit_shares(&s->plan, 0, 1);
    some.count = s->plan.cell_count + 1;
    struct journal_header header = {.config_path = "",
                                    .output = "",
                                    .config_text = s->config->text,
                                    .config_resolved = s->config->resolved,
                                    .shards = 1};
    s->journal = journal_make(directory, &header);
    assert_non_null(s->journal);
    journal_begin(s->journal, &s->plan);
    struct sweep_work work = {
        .plan = &s->plan, .isa = isa_find("base"), .threads = 2, .keep = journal_keep, .context = s->journal};
    assert_int_equal(ranks_lead(&work, &some), EXIT_DONE);
    free(some.unit);
    assert_true(journal_sync(s->journal) && journal_scan(s->journal, 0));
}

static void setting_free(struct setting *s) {
    journal_close(s->journal);
    journal_clear(directory);
    unit_plan_release(&s->plan);
    config_free(s->config);
}

/* Where there was nothing before. */
static int publish_to(const struct setting *s, const char *output) {
    struct publish_place place = {.path = output, .config = s->config};
    snprintf(place.archive, sizeof place.archive, "%s.units", output);
    return publish_results(s->journal->records, &place, "", "base", true, NULL);
}

static size_t file_size(const char *path) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    fclose(file);
    return (size_t)size;
}

/* The archive holds every cell and its exact values, those that were missing too, as nodes that do not join;
 * the results are those of a sweep in memory, to the digits that a file keeps. */
static void test_one_pass(void **state) {
    (void)state;
    struct setting s;
    setting_make(&s);
    assert_int_equal(publish_to(&s, "a.h5"), EXIT_DONE);
    struct records *archive = records_create(&s.plan, numerics_here());
    struct unit_list all = unit_shares(&s.plan, 0, 1);
    assert_true(records_scan(archive, 1, &(char *){"a.h5.units"}, 0));
    assert_int_equal(records_missing(archive, &all, NULL).count, 0);
    assert_true((double)file_size("a.h5.units") == records_bytes(archive));
    free(all.unit);
    records_free(archive);

    struct results *memory = experiment_run(text);
    precision_round(memory);
    struct store_provenance provenance = {.command_line = "", .threads = 1};
    char digest[65], want[65];
    assert_int_equal(store_write("b.h5", memory, &provenance), EXIT_DONE);
    assert_true(digest_read("a.h5", digest) && digest_read("b.h5", want));
    assert_string_equal(digest, want);
    results_free(memory);
    setting_free(&s);
    assert_int_equal(unlink("a.h5") | unlink("a.h5.units") | unlink("b.h5"), 0);
}

/* A record that cannot be read leaves nothing behind. */
static void test_unreadable(void **state) {
    (void)state;
    struct setting s;
    setting_make(&s);
    assert_int_equal(truncate("000001.units", (off_t)file_size("000001.units") - 1), 0);
    assert_int_equal(publish_to(&s, "a.h5"), EXIT_FAILED);
    assert_true(access("a.h5", F_OK) != 0 && access("a.h5.units", F_OK) != 0);
    setting_free(&s);
}

/* Nothing is read of what a sparse file leaves out: of a terabyte before the records and one behind them,
 * which would take minutes. */
static void test_holes(void **state) {
    (void)state;
    struct setting s;
    setting_make(&s);
    const off_t hole = (off_t)1 << 40;
    const size_t length = file_size("000001.units");
    char *bytes = malloc(length);
    FILE *file = fopen("000001.units", "r+");
    assert_true(file && fread(bytes, 1, length, file) == length && ftruncate(fileno(file), 0) == 0);
    assert_true(fseeko(file, hole, SEEK_SET) == 0 && fwrite(bytes, 1, length, file) == length);
    assert_true(fclose(file) == 0 && truncate("000001.units", 2 * hole) == 0);
    const clock_t start = clock();
    assert_true(journal_scan(s.journal, 0));
    assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
    assert_int_equal(s.journal->records->damaged, 2);
    assert_true(records_bytes(s.journal->records) == (double)length);
    free(bytes);
    setting_free(&s);
}

static void put(const char *path, const char *words) {
    FILE *file = fopen(path, "w");
    assert_true(file && fputs(words, file) >= 0 && fclose(file) == 0);
}

/* What others put there while records were read is left alone, and no archive stands beside it; results of
 * this very config stay, too, and there the work is done. */
static void test_taken(void **state) {
    (void)state;
    struct setting s;
    setting_make(&s);
    put("a.h5", "notes");
    assert_int_equal(publish_to(&s, "a.h5"), EXIT_USAGE);
    assert_true(file_size("a.h5") == strlen("notes") && access("a.h5.units", F_OK) != 0);
    assert_int_equal(unlink("a.h5"), 0);
    struct results *memory = experiment_run(text);
    struct store_provenance provenance = {.command_line = "made elsewhere", .threads = 1};
    assert_int_equal(store_write("a.h5", memory, &provenance), EXIT_DONE);
    results_free(memory);
    struct stat before, after;
    assert_int_equal(stat("a.h5", &before), 0);
    assert_int_equal(publish_to(&s, "a.h5"), EXIT_DONE);
    assert_int_equal(stat("a.h5", &after), 0);
    assert_true(before.st_ino == after.st_ino && access("a.h5.units", F_OK) == 0);
    setting_free(&s);
    assert_int_equal(unlink("a.h5") | unlink("a.h5.units"), 0);
}

/* What was there when the place was checked is not looked into again; what was put in its place is. */
static void test_known(void **state) {
    (void)state;
    for (int replaced = 0; replaced < 2; replaced++) {
        struct setting s;
        setting_make(&s);
        struct publish_place before = {.path = "a.h5", .config = s.config};
        assert_int_equal(publish_check(&before), EXIT_DONE);
        assert_int_equal(before.file.st_nlink, 0);
        put("a.h5", "notes");
        assert_int_equal(lstat("a.h5", &before.file), 0);
        put("b", "others");
        if (replaced) { assert_int_equal(rename("b", "a.h5"), 0); }
        assert_int_equal(publish_results(s.journal->records, &before, "", "base", true, NULL),
                         replaced ? EXIT_USAGE : EXIT_DONE);
        assert_true((file_size("a.h5") == strlen("others")) == replaced);
        unlink("a.h5.units");
        unlink("b");
        setting_free(&s);
        assert_int_equal(unlink("a.h5"), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_pass), cmocka_unit_test(test_unreadable), cmocka_unit_test(test_holes),
        cmocka_unit_test(test_taken),    cmocka_unit_test(test_known),
    };
    return cmocka_run_group_tests_name("publish", tests, enter_directory, leave_directory);
}
