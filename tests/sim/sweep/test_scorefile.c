/* Scores of a config's rows: written, read back as diagnose reads them, and the same to the bit as they are
 * drawn. */
#include "sim/base/message.h"
#include "sim/scores/scores.h"
#include "sim/sweep/scorefile.h"
#include "tests/sim/config/scratch.h"
#include "tests/sim/rows/collect.h"

#include <sys/stat.h>

static const char text[] =
    "seed: 11\nreplicates: 7\nkeep_replicates: 5\nrows: drawn\nn: [40, 3000]\nseries:\n"
    "  - {family: gaussian, sigma: 2}\n"
    "  - {name: layer, family: attention, n: [30, 1100], rotary: 100, width: 8, head: 6}\n"
    "  - {family: plateau}\n"
    "  - {family: pareto, tail: 3, rows: auto}\n"; /* counted at 3000 */
enum { GAUSSIAN, ATTENTION, PLATEAU, PARETO, KEPT = 5, MOST = 3000 };

/* The scores of a replicate, from the generator and the family alone. */
static void draw_directly(const struct config_series *s, double log_n, uint64_t replicate, double *score) {
    double p[FAMILY_PARAMETERS], uniforms[2 * FAMILY_CHUNK], chunk[FAMILY_CHUNK];
    const struct isa *isa = isa_find("base");
    struct stream stream = stream_make(11, s->name, log_n, false, replicate);
    config_parameters(s, log_n, p);
    size_t n = (size_t)llround(exp(log_n)), words = FAMILY_CHUNK * family_uniforms_per_score(s->family, p);
    if (s->family->kind == FAMILY_SAMPLED) {
        collect_scores(isa, s->family, p, log_n, stream, score);
        return;
    }
    for (size_t first = 0; first < n; first += FAMILY_CHUNK) {
        size_t count = n - first < FAMILY_CHUNK ? n - first : FAMILY_CHUNK;
        isa->kernel->uniforms(stream.key, STREAM_SCORES, first / FAMILY_CHUNK * (words / 4), words / 4,
                              uniforms);
        s->family->draw(p, isa->vector, FAMILY_CHUNK, uniforms, chunk);
        memcpy(score + first, chunk, count * sizeof *chunk);
    }
}

/* A row that was read is the next replicate of its series and n: the layer tells the series. */
static void check_row(const struct config *config, const struct scores_row *row, size_t layer,
                      size_t seen[4][2]) {
    static double expected[MOST];
    const struct config_series *s = &config->series[layer];
    size_t n = llround(exp(s->log_n[0])) == (long long)row->count ? 0 : 1;
    assert_int_equal(llround(exp(s->log_n[n])), row->count);
    assert_null(row->key);
    draw_directly(s, s->log_n[n], seen[layer][n]++, expected);
    assert_memory_equal(row->score, expected, row->count * sizeof *expected);
}

static void check_file(const struct config *config, const char *path) {
    size_t seen[4][2] = {{0}};
    struct scores_batch batch;
    struct scores *scores =
        scores_open(&(struct scores_request){.file_count = 1, .file = &path, .scale = NAN, .trained = NAN});
    assert_non_null(scores);
    const struct scores_facts *facts = scores_facts(scores);
    assert_int_equal(facts->sequence_count, KEPT * 5);
    assert_string_equal(facts->element, "float64");
    enum scores_outcome outcome;
    while ((outcome = scores_next(scores, 1, &batch)) == SCORES_MORE) {
        for (size_t i = 0; i < batch.count; i++) {
            check_row(config, &batch.row[i], facts->head[batch.row[i].head].layer, seen);
        }
    }
    assert_int_equal(outcome, SCORES_END);
    const size_t expected[4][2] = {{KEPT, KEPT}, {KEPT, KEPT}, {0, 0}, {KEPT, 0}};
    assert_memory_equal(seen, expected, sizeof seen);
    scores_close(scores);
}

static void test_round_trip(void **state) {
    const struct scratch *scratch = *state;
    char path[300];
    snprintf(path, sizeof path, "%s/s.h5", scratch->directory);
    struct config *config = read_good(scratch, text, 0, NULL);
    struct results *results = results_shape(config);
    for (int again = 0; again < 2; again++) { /* the second over the first */
        assert_int_equal(scorefile_check(path, config), EXIT_DONE);
        int kept = quiet_start(scratch);
        int status = scorefile_write(path, config, results, isa_best(), "run", NULL);
        quiet_end(scratch, kept, NULL);
        assert_int_equal(status, EXIT_DONE);
        check_file(config, path);
    }
    unlink(path);
    results_free(results);
    config_free(config);
}

/* Refused before any work, with words, and left as it was. */
static void check_refused(const struct scratch *scratch, const char *path, const struct config *config,
                          const char *words) {
    char *messages;
    int kept = quiet_start(scratch);
    int status = scorefile_check(path, config);
    quiet_end(scratch, kept, &messages);
    assert_int_equal(status, EXIT_USAGE);
    if (!strstr(messages, words)) { fail_msg("\"%s\" lacks \"%s\"", messages, words); }
    free(messages);
}

static void test_refused(void **state) {
    const struct scratch *scratch = *state;
    char link_path[300], long_path[300] = "";
    struct config *config = read_good(scratch, text, 0, NULL);
    check_refused(scratch, scratch->config, config, "holds no scores that gapscale wrote");
    check_refused(scratch, scratch->directory, config,
                  "is a directory; choose another place with --write-scores FILE");
    check_refused(scratch, "/nowhere/s.h5", config, "cannot write in /nowhere");
    check_refused(scratch, "/nowhere/", config, "is no name of a file");
    check_refused(scratch, "", config, "is no name of a file");
    snprintf(link_path, sizeof link_path, "%s/l.h5", scratch->directory);
    assert_int_equal(symlink("elsewhere.h5", link_path), 0);
    check_refused(scratch, link_path, config, "is a link");
    unlink(link_path);
    check_refused(scratch, memset(long_path, 'x', 250), config, "the name is too long");
    assert_int_equal(mkfifo(link_path, 0600), 0);
    check_refused(scratch, link_path, config, "is no regular file");
    unlink(link_path);
    config_free(config);
    config = read_good(scratch, "n: 1e4\nseries: [{family: gaussian}, {family: plateau}]\n", 0, NULL);
    check_refused(scratch, "s.h5", config, "write `rows: drawn` in a series");
    config_free(config);
    const char *many = "rows: drawn\nn: {from: 2, to: 2050, points: 2049, spacing: linear}\n"
                       "series: [{family: gaussian}]\n";
    config = read_good(scratch, many, 0, NULL);
    check_refused(scratch, "s.h5", config, "a file is read of at most 2048");
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("scorefile", tests, NULL, NULL);
}
