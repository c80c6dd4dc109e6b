/* One pass from records to files. */
#include "tests/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "sim/journal/publish.h"
#include "sim/results/precision.h"
#include "sim/results/store.h"

static const char text[] = "replicates: 130\n"
                           "n: [300, 1e20]\n"
                           "beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 5}\n"
                           "series:\n"
                           "  - {family: spherical, dimension: 4, output: true}\n"
                           "  - family: plateau\n";

/* The records of a sweep, and how often each was read. */
struct records {
    struct unit_plan plan;
    struct record {
        uint8_t *bytes;
        size_t length, reads;
    } * record;
};

static bool hold(void *context, size_t unit, uint8_t *bytes, size_t length) {
    struct records *r = context;
    r->record[unit] = (struct record){bytes, length, 0};
    return true;
}

static const uint8_t *source(void *context, size_t unit, size_t *length) {
    struct records *r = context;
    struct record *record = &r->record[unit];
    record->reads++;
    *length = record->length;
    return record->bytes;
}

static bool has(const void *context, size_t unit) {
    const struct records *r = context;
    return r->record[unit].bytes != NULL;
}

/* Of all sampled units, and of the exact values of one cell. */
static struct records records_create(const struct config *config) {
    struct records r;
    unit_plan_create(&r.plan, config);
    size_t count = r.plan.unit_count + 1, *unit = calloc(count, sizeof *unit);
    r.record = calloc(unit_plan_size(&r.plan), sizeof *r.record);
    for (size_t i = 0; i < count; i++) { unit[i] = i; }
    struct sweep_work work = {.plan = &r.plan,
                              .isa = isa_find("base"),
                              .threads = 2,
                              .quiet = true,
                              .unit_count = count,
                              .unit = unit,
                              .accept = hold,
                              .context = &r};
    assert_int_equal(sweep_compute(&work), EXIT_DONE);
    free(unit);
    return r;
}

static void records_free(struct records *r) {
    for (size_t i = 0; i < unit_plan_size(&r->plan); i++) { free(r->record[i].bytes); }
    free(r->record);
    unit_plan_release(&r->plan);
}

static int publish_to(struct records *r, const char *output) {
    return publish_results(&(struct publish){.plan = &r->plan,
                                             .source = source,
                                             .has = has,
                                             .context = r,
                                             .output = output,
                                             .command_line = "",
                                             .isa = "base",
                                             .threads = 2,
                                             .quiet = true});
}

static char directory[] = "/tmp/gapscale-publish-XXXXXX";

static int enter_directory(void **state) {
    (void)state;
    return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave_directory(void **state) {
    (void)state;
    return chdir("/") == 0 ? rmdir(directory) : -1; /* nothing is left in it */
}

static size_t file_size(const char *path) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    fclose(file);
    return (size_t)size;
}

/* Every record there is read once; the archive holds these and the exact values that were missing; the
 * results are those of a sweep in memory, to the digits that a file keeps. */
static void test_one_pass(void **state) {
    (void)state;
    struct config *config = experiment_config(text);
    struct records r = records_create(config);
    assert_int_equal(publish_to(&r, "a.h5"), EXIT_DONE);
    size_t bytes = 0;
    for (size_t i = 0; i < unit_plan_size(&r.plan); i++) {
        assert_int_equal(r.record[i].reads, r.record[i].bytes != NULL);
        bytes += r.record[i].length;
    }
    size_t exact = 0;
    for (size_t i = r.plan.unit_count + 1; i < unit_plan_size(&r.plan); i++) {
        struct unit unit = unit_get(&r.plan, i);
        size_t length;
        free(sweep_exact(&unit, &length));
        exact += length;
    }
    size_t size = file_size("a.h5.units");
    assert_true(size > bytes + exact && size < bytes + exact + 200); /* and its first line */

    struct results *memory = experiment_run(text);
    precision_round(memory);
    struct store_provenance provenance = {.command_line = "", .threads = 1};
    char digest[65], want[65];
    assert_int_equal(store_write("b.h5", memory, &provenance), EXIT_DONE);
    assert_true(store_digest("a.h5", digest) && store_digest("b.h5", want));
    assert_string_equal(digest, want);
    results_free(memory);
    records_free(&r);
    config_free(config);
    assert_int_equal(unlink("a.h5") | unlink("a.h5.units") | unlink("b.h5"), 0);
}

/* A record that cannot be read leaves nothing behind. */
static void test_unreadable(void **state) {
    (void)state;
    struct config *config = experiment_config(text);
    struct records r = records_create(config);
    size_t last = r.plan.unit_count - 1;
    free(r.record[last].bytes);
    r.record[last].bytes = NULL;
    assert_int_equal(publish_to(&r, "a.h5"), EXIT_FAILED);
    assert_true(access("a.h5", F_OK) != 0 && access("a.h5.units", F_OK) != 0);
    records_free(&r);
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_pass),
        cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests_name("publish", tests, enter_directory, leave_directory);
}
