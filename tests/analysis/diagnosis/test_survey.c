/* The survey of measured scores, and what the second reading finds at beta = 1, against sums over every
 * score, and against the references of the shared files. */
#include "tests/sim/scores/files.h"

#include "tests/analysis/diagnosis/written.h"

enum { HEADS = 2, QUERIES = 80, KEYS = 80 };

static struct survey survey_good(struct scratch *s, struct scores *scores, int threads) {
    struct survey survey;
    quiet_start(s);
    bool good = survey_make(scores, threads, &survey);
    quiet_end(s);
    if (!good) { fail_msg("%s", s->said); }
    return survey;
}

/* ---- one row ---- */

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static double top_of(size_t count, const double *score) {
    double top = -INFINITY;
    for (size_t i = 0; i < count; i++) { top = fmax(top, score[i]); }
    return top;
}

/* sum_k p^q at beta; q = 0: the entropy. */
static double moment(size_t count, const double *score, double beta, double q) {
    double z = 0, sum = 0, top = top_of(count, score);
    for (size_t i = 0; i < count; i++) { z += exp(beta * (score[i] - top)); }
    for (size_t i = 0; i < count; i++) {
        double p = exp(beta * (score[i] - top)) / z;
        sum += q > 0 ? pow(p, q) : p > 0 ? -p * log(p) : 0;
    }
    return sum;
}

static double inverse_top_weight(size_t count, const double *score) {
    double sum = 0, top = top_of(count, score);
    for (size_t i = 0; i < count; i++) { sum += exp(score[i] - top); }
    return sum;
}

static void check_row_found(const struct survey_row *found, const struct diagnosis_row *again, size_t count,
                            const double *score) {
    double *sorted = copy_of(score, count * sizeof *score), lambda = 0, best = 0;
    qsort(sorted, count, sizeof *sorted, descending);
    for (size_t k = 1; k < count; k++) {
        double gap = sorted[0] - sorted[k], ratio = gap > 0 ? log((double)k + 1) / gap : INFINITY;
        if (k + 1 < count && sorted[k + 1] == sorted[k]) { continue; }
        if (ratio > lambda) { best = (double)k + 1; }
        lambda = fmax(lambda, ratio);
    }
    assert_true(found->count == (double)count);
    if (isinf(lambda)) {
        assert_true(isinf(found->lambda));
    } else {
        check_relative(found->lambda, lambda, 1e-12);
        check_relative(exp(found->log_rank), best, 1e-12);
    }
    check_relative(again->entropy, moment(count, score, 1, 0), 1e-9);
    check_relative(again->participation, moment(count, score, 1, 2), 1e-9);
    check_relative(1 / again->top_weight, inverse_top_weight(count, score), 1e-9);
    free(sorted);
}

/* ---- a file ---- */

/* Scores with a heavy key 3, hidden keys and ties, of a context where some queries see all. */
static struct scores *open_sample(struct scratch *s, double *value, bool masked) {
    struct file_path path = file_in(s, "a.h5");
    for (size_t i = 0; i < HEADS * QUERIES * KEYS; i++) {
        value[i] = simple_number(i) / 4 + simple_number(3 * i) / 64;
        if (i % KEYS == 3) { value[i] += 6; }
        if (masked && i % 7 == 5) { value[i] = -INFINITY; }
    }
    hid_t file = h5_new(path.text);
    h5_number(file, "causal", !masked);
    H5Dclose(h5_array(file, "scores", H5T_IEEE_F64LE, 3, (hsize_t[]){HEADS, QUERIES, KEYS}, NULL, value));
    H5Fclose(file);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    request.length = (double[]){20, 70, 80};
    request.length_count = 3;
    return open_good(s, &request);
}

static size_t distance(const struct scores_row *row, size_t i) {
    size_t key = row->key ? row->key[i] : i;
    return key > row->position ? key - row->position : row->position - key;
}

static size_t key_at(const struct scores_row *row, size_t i) { return row->key ? row->key[i] : i; }

/* Mean weights by rank of nearness, brute force. */
static void mean_near(const struct rows *rows, size_t length, size_t head, size_t n, double *weight,
                      double *even, size_t *count) {
    *count = 0;
    for (size_t i = 0; i < n; i++) { weight[i] = even[i] = 0; }
    for (size_t i = 0; i < rows->count; i++) {
        const struct scores_row *row = &rows->row[i];
        if (row->length != length || row->head != head) { continue; }
        double top = top_of(row->count, row->score), z = 0;
        for (size_t k = 0; k < row->count; k++) { z += exp(row->score[k] - top); }
        for (size_t k = 0; k < row->count; k++) {
            size_t rank = 0;
            for (size_t j = 0; j < row->count; j++) {
                rank +=
                    distance(row, j) < distance(row, k) || (distance(row, j) == distance(row, k) && j < k);
            }
            weight[rank] += exp(row->score[k] - top) / z;
            even[rank] += 1 / (double)row->count;
        }
        ++*count;
    }
}

static double holding(size_t n, const double *value, double share) {
    double total = 0, sum = 0;
    for (size_t k = 0; k < n; k++) { total += value[k]; }
    for (size_t k = 0; k < n; k++) {
        sum += value[k];
        if (sum >= share * total * (1 - 1e-12)) { return (double)k + 1; }
    }
    return (double)n;
}

static void check_places(const struct survey *survey, const struct rows *rows) {
    for (size_t l = 0; l < survey->facts->length_count; l++) {
        for (size_t h = 0; h < HEADS; h++) {
            double weight[KEYS], even[KEYS];
            size_t n = (size_t)survey->facts->length[l], count;
            mean_near(rows, l, h, n, weight, even, &count);
            const struct survey_place *p = survey_at(survey, l, h, 0);
            assert_int_equal(p->rows, count);
            if (count == 0) { continue; }
            check_close(p->near, holding(n, weight, 0.9) / holding(n, even, 0.9), 1e-12);
            for (size_t w = 0; w < SURVEY_WINDOWS; w++) {
                double mass = 0;
                for (size_t k = 0; k < n && (double)k < survey_window[w]; k++) {
                    mass += weight[k] / (double)count;
                }
                check_close(p->mass[w], mass, SURVEY_ROUNDING);
            }
        }
    }
}

static void check_sinks(const struct survey *survey, const struct rows *rows) {
    for (size_t l = 0; l < survey->facts->length_count; l++) {
        for (size_t h = 0; h < HEADS; h++) {
            double weight[KEYS] = {0}, far = fmax(16, survey->facts->length[l] / 8);
            size_t seen[KEYS] = {0}, count = 0, expected = 0;
            for (size_t i = 0; i < rows->count; i++) {
                const struct scores_row *row = &rows->row[i];
                if (row->length != l || row->head != h) { continue; }
                double top = top_of(row->count, row->score), z = 0;
                for (size_t k = 0; k < row->count; k++) { z += exp(row->score[k] - top); }
                for (size_t k = 0; k < row->count; k++) {
                    if ((double)distance(row, k) > far) {
                        weight[key_at(row, k)] += exp(row->score[k] - top) / z;
                        seen[key_at(row, k)]++;
                    }
                }
                count++;
            }
            const struct survey_sink *sink = survey_sinks(survey, l, h);
            for (size_t i = 0; i < SURVEY_SINKS && sink[i].weight > 0; i++) {
                check_close(sink[i].weight, weight[sink[i].key] / (double)seen[sink[i].key], SURVEY_ROUNDING);
            }
            for (size_t k = 0; k < KEYS; k++) {
                expected += seen[k] >= 8 && (double)seen[k] >= (double)count / 4 &&
                            weight[k] / (double)seen[k] >= 0.1;
            }
            for (size_t i = 0; i < SURVEY_SINKS; i++) { assert_int_equal(sink[i].weight > 0, i < expected); }
            if (l > 0 && count >= 8) { assert_true(expected > 0 && sink[0].key == 3); }
        }
    }
}

static void check_same_rows(const struct survey *a, const struct survey *b) {
    const size_t first = offsetof(struct survey_row, count);
    assert_int_equal(a->row_count, b->row_count);
    for (size_t i = 0; i < a->row_count; i++) {
        const struct survey_row *x = &a->row[i], *y = &b->row[i];
        assert_true(x->length == y->length && x->head == y->head && x->sequence == y->sequence);
        assert_memory_equal(&x->count, &y->count, sizeof *x - first);
    }
}

static void check_brute_force(struct scratch *s, bool masked) {
    static double value[HEADS * QUERIES * KEYS];
    struct rows rows;
    struct scores *scores = open_sample(s, value, masked);
    assert_int_equal(read_rows(scores, 1, &rows), SCORES_END);
    struct survey one = survey_good(s, scores, 1);
    assert_int_equal(one.row_count, rows.count);
    struct diagnosis again = told_survey(scores, &one);
    for (size_t i = 0; i < rows.count; i++) {
        check_row_found(&one.row[i], &again.row[i], rows.row[i].count, rows.row[i].score);
    }
    diagnosis_release(&again);
    check_places(&one, &rows);
    check_sinks(&one, &rows);
    for (int threads = 2; threads <= 5; threads++) { /* the same bits */
        struct survey more = survey_good(s, scores, threads);
        size_t places = 3 * HEADS;
        check_same_rows(&more, &one);
        assert_memory_equal(more.place, one.place, places * sizeof *one.place);
        for (size_t i = 0; i < places * SURVEY_SINKS; i++) {
            assert_int_equal(more.sink[i].key, one.sink[i].key);
            assert_memory_equal(&more.sink[i].weight, &one.sink[i].weight, sizeof one.sink[i].weight);
        }
        survey_release(&more);
    }
    survey_release(&one);
    free_rows(&rows);
    scores_close(scores);
}

static void test_causal(void **state) { check_brute_force(*state, false); }

static void test_masked(void **state) { check_brute_force(*state, true); }

enum { LONG = 9000, PLACES = 16 };

/* How many keys are nearer to the query than this one, the earlier of two at a distance first. */
static double keys_nearer(size_t position, size_t key) {
    size_t apart = key > position ? key - position : position - key, nearer = 0;
    for (size_t j = 0; j < LONG; j++) {
        size_t other = j > position ? j - position : position - j;
        nearer += other < apart || (other == apart && j < key);
    }
    return (double)nearer;
}

/* A query that sees keys on both sides: all the weight at one key, another one for each head. */
static void check_both_sides(struct scratch *s, double position) {
    struct file_path path = file_in(s, "a.h5");
    double *value = simple_numbers(PLACES * LONG, 1);
    size_t key[PLACES] = {0, 1, LONG - 1, LONG - 2, (size_t)position};
    for (size_t h = 0; h < PLACES; h++) {
        if (h > 4) { key[h] = (h * 7919 + (size_t)position) % LONG; }
        value[h * LONG + key[h]] = 100;
    }
    hid_t file = h5_new(path.text);
    h5_number(file, "causal", 0);
    H5Dclose(h5_array(file, "query_position", H5T_STD_I32LE, 1, (hsize_t[]){1}, NULL, &position));
    H5Dclose(h5_array(file, "scores", H5T_IEEE_F64LE, 3, (hsize_t[]){PLACES, 1, LONG}, NULL, value));
    H5Fclose(file);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    struct scores *scores = open_good(s, &request);
    struct survey survey = survey_good(s, scores, 1);
    for (size_t h = 0; h < PLACES; h++) {
        double nearer = keys_nearer((size_t)position, key[h]);
        const struct survey_place *p = survey_at(&survey, 0, h, 0);
        check_close(p->near, (nearer + 1) / (0.9 * LONG), 1e-12);
        for (size_t w = 0; w < SURVEY_WINDOWS; w++) {
            check_close(p->mass[w], nearer < survey_window[w] ? 1 : 0, 1e-12);
        }
    }
    survey_release(&survey);
    scores_close(scores);
    free(value);
}

static void test_both_sides(void **state) {
    const double position[] = {0, 1, 2047, 2048, 2049, 4096, 4499, 4500, 4501, 8000, LONG - 2, LONG - 1};
    for (size_t i = 0; i < sizeof position / sizeof *position; i++) { check_both_sides(*state, position[i]); }
}

/* Two groups of one sequence give one place: their mean over rows. */
static void test_groups_together(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    struct survey_place apart[2];
    const hsize_t queries[2] = {3, 9};
    for (size_t both = 0; both < 3; both++) {
        hid_t file = h5_new(path.text);
        for (size_t g = 0; g < 2; g++) {
            if (both < 2 && g != both) { continue; }
            hid_t group = H5Gcreate2(file, g ? "b" : "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
            double *value = simple_numbers(queries[g] * 40, g);
            h5_text(group, "axes", "sequence,query,key", 0);
            h5_numbers(group, "sequence_id", 1, (double[]){1});
            H5Dclose(
                h5_array(group, "scores", H5T_IEEE_F64LE, 3, (hsize_t[]){1, queries[g], 40}, NULL, value));
            H5Dclose(h5_array(group, "query_position", H5T_STD_I8LE, 1, queries + g, NULL,
                              (double[]){0, 1, 2, 3, 4, 5, 6, 7, 8}));
            free(value);
            H5Gclose(group);
        }
        H5Fclose(file);
        const char *name = path.text;
        struct scores_request request = request_for(&name);
        struct scores *scores = open_good(s, &request);
        struct survey survey = survey_good(s, scores, 1);
        const struct survey_place *p = survey_at(&survey, 0, 0, 0);
        if (both < 2) { apart[both] = *p; }
        if (both == 2) {
            assert_int_equal(p->rows, 12);
            check_close(p->mass[0], (3 * apart[0].mass[0] + 9 * apart[1].mass[0]) / 12, 1e-12);
            assert_true(p->near >= fmin(apart[0].near, apart[1].near) &&
                        p->near <= fmax(apart[0].near, apart[1].near));
        }
        survey_release(&survey);
        scores_close(scores);
    }
}

/* Of a file of one matrix, in which nothing says where queries stand. */
static struct scores *matrix_scores(struct scratch *s, size_t queries, size_t keys, const double *value) {
    struct file_path path = file_in(s, "a.h5");
    const char *name = path.text;
    hid_t file = h5_new(path.text);
    h5_matrix(file, "scores", queries, keys, value);
    H5Fclose(file);
    struct scores_request request = request_for(&name);
    return open_good(s, &request);
}

/* Chosen queries, or those of another context: their keys are neither near nor far, and any may be a sink. */
static void test_nowhere(void **state) {
    enum { CHOSEN = 12, SEEN = 40, HEAVY = 3 };
    struct scratch *s = *state;
    double *value = simple_numbers(CHOSEN * SEEN, 5), weight = 0;
    for (size_t q = 0; q < CHOSEN; q++) {
        value[q * SEEN + HEAVY] = 8;
        weight +=
            exp(8 - top_of(SEEN, value + q * SEEN)) / inverse_top_weight(SEEN, value + q * SEEN) / CHOSEN;
    }
    struct scores *scores = matrix_scores(s, CHOSEN, SEEN, value);
    struct survey survey = survey_good(s, scores, 2);
    assert_int_equal(survey.row_count, CHOSEN);
    assert_true(isnan(survey_at(&survey, 0, 0, 0)->near));
    for (size_t w = 0; w < SURVEY_WINDOWS; w++) { assert_true(isnan(survey_at(&survey, 0, 0, 0)->mass[w])); }
    assert_int_equal(survey_sinks(&survey, 0, 0)[0].key, HEAVY);
    check_close(survey_sinks(&survey, 0, 0)[0].weight, weight, SURVEY_ROUNDING);
    survey_release(&survey);
    scores_close(scores);
    free(value);
}

/* Of few keys each has a share above a sink's least weight. */
static void test_few_keys(void **state) {
    enum { CHOSEN = 200, SEEN = 6 };
    struct scratch *s = *state;
    double *value = simple_numbers(CHOSEN * SEEN, 6);
    for (size_t i = 0; i < CHOSEN * SEEN; i++) { value[i] /= 16; }
    struct scores *scores = matrix_scores(s, CHOSEN, SEEN, value);
    struct survey survey = survey_good(s, scores, 2);
    assert_int_equal(survey.row_count, CHOSEN);
    assert_true(survey_sinks(&survey, 0, 0)->weight == 0);
    survey_release(&survey);
    scores_close(scores);
    free(value);
}

/* Nothing to survey is no error here; rows of one score, all tied. */
static void test_ties(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    double value[2 * 40];
    for (size_t i = 0; i < 80; i++) { value[i] = 1; }
    hid_t file = h5_new(path.text);
    h5_matrix(file, "scores", 2, 40, value);
    H5Dclose(h5_array(file, "query_position", H5T_STD_I8LE, 1, (hsize_t[]){2}, NULL, (double[]){0, 1}));
    H5Fclose(file);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    struct scores *scores = open_good(s, &request);
    struct survey survey = survey_good(s, scores, 1);
    assert_true(isinf(survey.row[0].lambda) && isinf(survey.row[0].rounding));
    struct diagnosis again = told_survey(scores, &survey);
    check_close(again.row[0].entropy, log(40), 1e-12);
    diagnosis_release(&again);
    check_close(survey_at(&survey, 0, 0, 0)->near, 1, 1e-12);
    survey_release(&survey);
    scores_close(scores);
    request.length = (double[]){1000};
    request.length_count = 1;
    scores = open_good(s, &request);
    survey = survey_good(s, scores, 1);
    assert_int_equal(survey.row_count, 0);
    survey_release(&survey);
    scores_close(scores);
}

/* ---- the shared files ---- */

enum { VALUES = 8 };
static const char *const value_name[VALUES] = {"Lambda", "L25", "L75", "kstar", "H", "Y2", "pmax", "inf"};

static int ascending(const void *a, const void *b) { return descending(b, a); }

/* As NumPy's: linear between order statistics. */
static double quantile(size_t count, const double *sorted, double q) {
    double at = q * (double)(count - 1);
    size_t low = (size_t)at, high = low + 1 < count ? low + 1 : low;
    return sorted[low] == sorted[high] ? sorted[low]
                                       : sorted[low] + (at - (double)low) * (sorted[high] - sorted[low]);
}

static double value_of(const struct survey_row *r, const struct diagnosis_row *again, size_t which) {
    const double value[VALUES] = {r->lambda,         r->lambda,       r->lambda,
                                  exp(r->log_rank),  again->entropy,  again->participation,
                                  again->top_weight, isinf(r->lambda)};
    return value[which];
}

static double over_rows(const struct diagnosis *d, size_t length, size_t head, size_t which, size_t *count) {
    const struct survey *survey = d->survey;
    double *value = malloc(survey->row_count * sizeof *value), sum = 0;
    assert_non_null(value);
    *count = 0;
    for (size_t i = 0; i < survey->row_count; i++) {
        if (survey->row[i].length != length || survey->row[i].head != head) { continue; }
        value[(*count)++] = value_of(&survey->row[i], &d->row[i], which);
        sum += value[*count - 1];
    }
    qsort(value, *count, sizeof *value, ascending);
    const double level = which == 1 ? 0.25 : which == 2 ? 0.75 : 0.5;
    double found = which + 1 == VALUES ? sum / (double)*count : quantile(*count, value, level);
    free(value);
    return found;
}

static const char reference_table[] = "import json, sys\n"
                                      "for name, head in json.load(open(sys.argv[1]))['heads'].items():\n"
                                      "    for p in head['by_n']:\n"
                                      "        print(name[1:].replace('H', ' '), p['n'], p['rows'], "
                                      "*[repr(float(p[k])) for k in sys.argv[2:]])\n";

/* Every head at every length of one file as its reference has them. */
static void check_shared(struct scratch *s, const char *name) {
    const char *place = getenv("GAPSCALE_SHARED");
    char path[FILES_PATH], command[4096];
    struct file_path script = file_in(s, "table.py");
    snprintf(path, sizeof path, "%.300s/%s.h5", place ? place : "../shared/data/attention", name);
    if (access(path, R_OK) != 0 || access("/usr/bin/python3", X_OK) != 0) { skip(); }
    write_bytes(script.text, reference_table, strlen(reference_table), NULL, 0);
    int length = snprintf(command, sizeof command, "/usr/bin/python3 %s %.*s.reference.json", script.text,
                          (int)strlen(path) - 3, path);
    for (size_t i = 0; i < VALUES; i++) {
        length += snprintf(command + length, sizeof command - (size_t)length, " %s", value_name[i]);
    }
    const char *file = path;
    struct scores_request request = request_for(&file);
    struct scores *scores = open_good(s, &request);
    const struct scores_facts *facts = scores_facts(scores);
    struct survey survey = survey_good(s, scores, 2);
    struct diagnosis again = told_survey(scores, &survey);
    FILE *table = popen(command, "r");
    size_t layer, head, rows, lines = 0, count;
    double n;
    assert_non_null(table);
    while (fscanf(table, "%zu %zu %lf %zu", &layer, &head, &n, &rows) == 4) {
        size_t h = 0, l = 0;
        while (h < facts->head_count && (facts->head[h].layer != layer || facts->head[h].head != head)) {
            h++;
        }
        while (l < facts->length_count && facts->length[l] != n) { l++; }
        assert_true(h < facts->head_count && l < facts->length_count);
        for (size_t i = 0; i < VALUES; i++) {
            /* Collapse points are told to 1e-7, and checked to more against plain sums. */
            double expected, found = over_rows(&again, l, h, i, &count), rounding = i == 7 ? 1e-6 : 1e-9;
            assert_int_equal(fscanf(table, "%lf", &expected), 1);
            if (!(found == expected || fabs(found - expected) <= rounding * fabs(expected))) {
                fail_msg("%s L%zuH%zu at %g: %s = %.15g, the reference has %.15g", name, layer, head, n,
                         value_name[i], found, expected);
            }
        }
        assert_int_equal(count, rows);
        lines++;
    }
    assert_int_equal(pclose(table), 0);
    assert_int_equal(lines, facts->head_count * facts->length_count);
    diagnosis_release(&again);
    survey_release(&survey);
    scores_close(scores);
}

static void test_shared_stories260K(void **state) { check_shared(*state, "stories260K"); }

static void test_shared_ppocrv4(void **state) { check_shared(*state, "ppocrv4_rec"); }

static void test_shared_ppocrv4_float16(void **state) { check_shared(*state, "ppocrv4_rec.float16"); }

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_causal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_masked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_both_sides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_groups_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nowhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_few_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ties, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shared_stories260K, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shared_ppocrv4, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shared_ppocrv4_float16, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
