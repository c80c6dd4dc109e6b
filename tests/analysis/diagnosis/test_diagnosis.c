/* What a diagnosis says of rows whose answer is known. Fixed seed. */
#include "tests/analysis/diagnosis/laws.h"
#include "tests/analysis/diagnosis/written.h"
#include "tests/digest.h"

#include "analysis/fit/ensemble.h"
#include "analysis/statistics/order.h"
#include "sim/measures/measure.h"
#include "sim/results/note.h"
#include "sim/results/store.h"

enum { LENGTHS = 3, LONG = 256 };
static const size_t length[LENGTHS] = {64, 128, 256};

/* Score of a key in a row of n keys. */
typedef double score_maker(size_t n, size_t row, size_t key, const double *gaussian);

/* Gaussian rows made into others; query q of `rows` stands at key n - rows + q. The maker's `row` counts
 * those of all heads of a sequence. */
static void diagnose_trained(struct told *t, double trained, size_t sequences, size_t heads, size_t rows,
                             hid_t stored, score_maker *make) {
    char path[WRITTEN_PATH], group[16];
    hid_t file = written_open(path);
    for (size_t j = 0; j < LENGTHS; j++) {
        size_t n = length[j];
        const hsize_t size[5] = {sequences, 1, heads, rows, n};
        size_t all = sequences * heads * rows;
        double *score = malloc(all * n * sizeof *score), gaussian[LONG];
        for (size_t r = 0; r < all; r++) {
            law_draw(&law_case[0], n, "rows", r, gaussian);
            for (size_t k = 0; k < n; k++) { score[r * n + k] = make(n, r % (heads * rows), k, gaussian); }
        }
        snprintf(group, sizeof group, "n%05zu", n);
        written_scores(file, group, size, stored, score);
        free(score);
    }
    H5Fclose(file);
    told_make(t, path, trained, 0);
    unlink(path);
}

static void diagnose_heads(struct told *t, size_t sequences, size_t heads, size_t rows, hid_t stored,
                           score_maker *make) {
    diagnose_trained(t, NAN, sequences, heads, rows, stored, make);
}

static void diagnose(struct told *t, size_t sequences, size_t rows, hid_t stored, score_maker *make) {
    diagnose_heads(t, sequences, 1, rows, stored, make);
}

static double as_drawn(size_t n, size_t row, size_t key, const double *gaussian) {
    (void)n, (void)row;
    return gaussian[key];
}

/* ---- plateaus and ties ---- */

static double plateau(size_t n, size_t row, size_t key, const double *gaussian) {
    (void)n, (void)gaussian;
    return key == row ? 0 : -2;
}

/* H at beta: one weight 1 and n - 1 weights e^{-2 beta}. */
static void check_plateau_collapse(double n, double beta) {
    double rest = (n - 1) * exp(-2 * beta);
    check_close(log1p(rest) + 2 * beta * rest / (1 + rest), 1, 1e-9);
}

/* Lambda_n = log n/2, for every row: log is the law, to rounding. */
static void test_plateau(void **state) {
    (void)state;
    struct told t;
    diagnose(&t, 2, 4, H5T_IEEE_F64LE, plateau);
    const struct diagnosis_group *g = told_group(&t, "L0H0");
    for (size_t j = 0; j < LENGTHS; j++) {
        double n = (double)length[j], top = 1 / (1 + (n - 1) * exp(-2));
        check_relative(g->point[j].median, log(n) / 2, 1e-14);
        check_close(g->point[j].rank, n, 1e-10);
        check_close(g->point[j].gap, 2, 1e-14);
        check_relative(g->point[j].top_key_mass, top, 1e-13);
        check_plateau_collapse(n, g->point[j].collapse);
        check_relative(g->point[j].participation, top * top + (1 - top) * (1 - top) / (n - 1), 1e-12);
    }
    check_close(g->trained.exponent.value, 1, 1e-12);
    check_close(exp(g->trained.log_amplitude.value), 0.5, 1e-12);
    assert_true(g->trained.decided && g->trained.best == PRESCRIPTION_LOG);
    check_close(g->trained.law[PRESCRIPTION_LOG].drift, 1, 1e-12);
    check_close(g->trained.law[PRESCRIPTION_CONST].drift, log(256) / log(64), 1e-12);
    told_release(&t);
}

/* Every second row has two largest scores. */
static double half_tie(size_t n, size_t row, size_t key, const double *gaussian) {
    (void)n;
    return row % 2 == 0 && key < 2 ? 50 : gaussian[key];
}
static double most_tie(size_t n, size_t row, size_t key, const double *gaussian) {
    return half_tie(n, row % 4 == 1 ? 0 : row, key, gaussian);
}

/* No numbers that are none, either. */
static void check_sentence(const struct told *t, const char *name, const char *words) {
    char sentence[DIAGNOSIS_SENTENCE];
    story_sentence(&t->diagnosis, told_group(t, name), sentence);
    if (!strstr(sentence, words) || strstr(sentence, "nan") || strstr(sentence, " inf ") ||
        strstr(sentence, " inf.") || strstr(sentence, " - ")) {
        fail_msg("no \"%s\" in: %s", words, sentence);
    }
}

static void test_ties(void **state) {
    (void)state;
    struct told t;
    diagnose(&t, 2, 8, H5T_IEEE_F64LE, most_tie);
    const struct diagnosis_group *g = told_group(&t, "L0H0");
    const struct results_series *s = &t.results->series[0];
    assert_true(g->point[0].tie_fraction == 0.75);
    assert_true(isinf(g->point[0].median) && isinf(s->lambda_typ[0]));
    assert_true(isnan(s->beta_ratio[0]) && isnan(s->drift[0]) && !g->trained.decided && !g->trained.known);
    check_sentence(&t, "L0H0",
                   "growth is undecided: at fewer than two lengths less than half of the rows tie.");
    check_sentence(&t, "L0H0", " Half of the rows or more tie at n = 2^8: their Lambda_n is infinite");
    told_release(&t);
    diagnose(&t, 2, 10, H5T_IEEE_F64LE, half_tie);
    g = told_group(&t, "L0H0");
    assert_true(g->point[0].tie_fraction == 0.5);
    assert_true(isinf(g->point[0].median) && isnan(t.results->series[0].beta_ratio[0]));
    told_release(&t);
}

static double plain_entropy(size_t n, const double *score, double beta) {
    long double z = 0, mean = 0, top = score[0];
    for (size_t k = 1; k < n; k++) { top = fmaxl(top, score[k]); }
    for (size_t k = 0; k < n; k++) {
        long double gap = beta * (top - score[k]), weight = expl(-gap);
        z += weight;
        mean += weight * gap;
    }
    return (double)(logl(z) + mean / z);
}

/* Where there is no Lambda^typ, means are at the absolute betas, what is in units of it is none, and the few
 * rows that have a Lambda_n are told of at theirs. */
static void test_measures_of_ties(void **state) {
    (void)state;
    enum { ROWS = 8, ALL = 2 * ROWS };
    struct told t;
    diagnose(&t, 2, ROWS, H5T_IEEE_F64LE, most_tie);
    for (size_t i = 0; i < t.results->series_count; i++) { /* the head, its layer, all */
        const struct results_series *s = &t.results->series[i];
        const size_t kept = s->size[RESULTS_REPLICATE], factors = s->size[RESULTS_TE];
        for (size_t j = 0; j < LENGTHS; j++) {
            double gaussian[LONG], score[LONG], want[3] = {0};
            for (size_t r = 0; r < ALL; r++) {
                law_draw(&law_case[0], length[j], "rows", r, gaussian);
                for (size_t k = 0; k < length[j]; k++) {
                    score[k] = most_tie(length[j], r % ROWS, k, gaussian);
                }
                for (size_t b = 0; b < 3; b++) {
                    want[b] += plain_entropy(length[j], score, s->beta[b]) / ALL;
                }
            }
            for (size_t b = 0; b < 3; b++) {
                check_close(s->mean[MEASURE_ENTROPY][j * 3 + b], want[b], 1e-12);
                assert_true(isnan(s->beta_ratio[j * 3 + b]) && isnan(s->mean[MEASURE_GAP_MEAN][j * 3 + b]) &&
                            isnan(s->se[MEASURE_GAP_MEAN][j * 3 + b]));
            }
            assert_int_equal(ensemble_collapse(s, j, &s->criterion[0]).state, ENSEMBLE_TIED);
            for (size_t r = 0; r < kept; r++) {
                assert_true(isnan(s->lambda[j * kept + r]) && isnan(s->top_gap[j * kept + r]) &&
                            isnan(s->collapse[j * s->size[RESULTS_CRITERION] * kept + r]));
            }
            assert_true(s->mean[RESULTS_TE_ENTROPY][(j + 1) * factors - 1] < 1e-9);
        }
    }
    told_release(&t);
}

/* Two heads of 8 rows: the second has twice the Lambda_n, and ties at the middle length. */
static double uneven(size_t n, size_t row, size_t key, const double *gaussian) {
    if (row < 8) { return gaussian[key]; }
    return n == length[1] && key < 2 ? 50 : gaussian[key] / 2;
}

/* A head that is missing at a length does not move its layer by what it lies above the other. */
static void test_missing_head(void **state) {
    (void)state;
    enum { SEQUENCES = 3 };
    struct told t;
    diagnose_heads(&t, SEQUENCES, 2, 8, H5T_IEEE_F64LE, uneven);
    const double *first = told_group(&t, "L0H0")->y, *second = told_group(&t, "L0H1")->y;
    const struct diagnosis_group *layer = told_group(&t, "L0");
    double above = 0;
    for (size_t s = 0; s < SEQUENCES; s++) {
        assert_true(isnan(second[s * LENGTHS + 1]));
        above += (second[s * LENGTHS] - first[s * LENGTHS]) / (2 * SEQUENCES);
        above += (second[s * LENGTHS + 2] - first[s * LENGTHS + 2]) / (2 * SEQUENCES);
    }
    assert_true(above > 0.3);
    for (size_t s = 0; s < SEQUENCES; s++) {
        check_close(layer->y[s * LENGTHS + 1], first[s * LENGTHS + 1] + above / 2, 1e-12);
        check_close(layer->y[s * LENGTHS], (first[s * LENGTHS] + second[s * LENGTHS]) / 2, 1e-12);
    }
    assert_true(layer->point[1].tied == SEQUENCES && layer->point[0].tied == 0);
    check_sentence(&t, "L0", "leave out 3 sequences");
    const struct diagnosis_law *law = told_group(&t, "L0H1")->trained.law; /* of the other two lengths */
    check_relative(
        law[PRESCRIPTION_CONST].drift,
        exp(fabs(log(told_group(&t, "L0H1")->point[0].median / told_group(&t, "L0H1")->point[2].median))),
        1e-12);
    told_release(&t);
}

/* Kept until the program ends. */
static hid_t half_float(void) {
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    assert_true(H5Tset_fields(type, 15, 10, 5, 0, 10) >= 0 && H5Tset_size(type, 2) >= 0 &&
                H5Tset_ebias(type, 15) >= 0);
    return type;
}

/* A linear bias: scores far below the top are rounded more than those that decide. */
static double sloping(size_t n, size_t row, size_t key, const double *gaussian) {
    (void)row;
    return gaussian[key] - 2 * (double)(n - 1 - key);
}

static void check_float16(score_maker *make) {
    struct told whole, rounded;
    diagnose(&whole, 2, 64, H5T_IEEE_F64LE, make);
    diagnose(&rounded, 2, 64, half_float(), make);
    const struct diagnosis_point *a = &told_group(&whole, "L0H0")->point[2],
                                 *b = &told_group(&rounded, "L0H0")->point[2];
    assert_string_equal(rounded.diagnosis.survey->facts->element, "float16");
    assert_true(a->rounding < 1e-14 && b->rounding > 1e-4 && b->rounding < 0.1);
    check_close(log(b->median / a->median), 0, 3 * b->rounding);
    size_t far = 0;
    for (size_t i = 0; i < whole.survey.row_count; i++) {
        const struct survey_row *x = &whole.survey.row[i], *y = &rounded.survey.row[i];
        far += !(fabs(log(x->lambda / y->lambda)) <= 2 * y->rounding);
    }
    assert_int_equal(far, 0);
    told_release(&whole);
    told_release(&rounded);
}

/* Rounding to 11 bits makes ties and moves Lambda_n; how much is told. */
static void test_float16(void **state) {
    (void)state;
    check_float16(as_drawn);
    check_float16(sloping);
}

/* ---- sinks ---- */

/* Key 0 has the weight 1/2, wherever the query stands. */
static double sink(size_t n, size_t row, size_t key, const double *gaussian) {
    double total = 0;
    for (size_t k = 1; k < n; k++) { total += exp(gaussian[k]); }
    (void)row;
    return key == 0 ? log(total) : gaussian[key];
}

static void test_sink(void **state) {
    (void)state;
    struct told t;
    diagnose(&t, 3, 16, H5T_IEEE_F64LE, sink);
    for (size_t j = 0; j < LENGTHS; j++) {
        const struct survey_sink *found = survey_sinks(&t.survey, j, 0);
        const struct diagnosis_point *p = &told_group(&t, "L0H0")->point[j];
        assert_int_equal(found[0].key, 0);
        check_close(found[0].weight, 0.5, SURVEY_ROUNDING);
        check_close(found[1].weight, 0, 0);
        assert_true(p->lambda_without_sinks > 0 && p->lambda_without_sinks != p->median);
    }
    char sentence[DIAGNOSIS_SENTENCE];
    story_sentence(&t.diagnosis, told_group(&t, "L0H0"), sentence);
    assert_non_null(
        strstr(sentence, "Sinks: key 0 with 0.50 of far queries' weight (strong); without it Lambda_n"));
    story_sentence(&t.diagnosis, told_group(&t, "all"), sentence);
    assert_non_null(strstr(sentence, "Heads with sinks: 1 of 1."));
    told_release(&t);
}

/* The same rows, whose key 0 nobody attends to. */
static double no_sink(size_t n, size_t row, size_t key, const double *gaussian) {
    (void)n, (void)row;
    return key == 0 ? -50 : gaussian[key];
}

static void check_interval(const struct trend_interval *found, const struct trend_interval *expected) {
    check_close(found->value, expected->value, 1e-11);
    check_close(found->low, expected->low, 1e-11);
    check_close(found->high, expected->high, 1e-11);
}

static void check_growth(const struct diagnosis_growth *found, const struct diagnosis_growth *expected) {
    assert_true(found->known && found->decided);
    check_interval(&found->exponent, &expected->exponent);
    check_interval(&found->log_amplitude, &expected->log_amplitude);
    check_interval(&found->multiplier[1], &expected->multiplier[1]);
    for (int k = 0; k < DIAGNOSIS_XIS; k++) { check_interval(&found->xi[k], &expected->xi[k]); }
    for (int k = 0; k < PRESCRIPTIONS; k++) {
        check_relative(found->law[k].drift, expected->law[k].drift, 1e-12);
        assert_int_equal(found->law[k].excluded, expected->law[k].excluded);
    }
}

/* Growth and advice without the sink are those of rows that never had one; with it they are others. Over the
 * trained lengths, and beyond the last of them but one. */
static void test_growth_without_sink(void **state) {
    (void)state;
    struct told t, bare;
    diagnose_trained(&t, length[1], 3, 2, 16, H5T_IEEE_F64LE, sink);
    diagnose_trained(&bare, length[1], 3, 2, 16, H5T_IEEE_F64LE, no_sink);
    for (size_t i = 0; i < t.diagnosis.group_count; i++) {
        const struct diagnosis_group *g = &t.diagnosis.group[i], *other = &bare.diagnosis.group[i];
        assert_true(!other->without_sinks.known && !other->beyond_without_sinks.known);
        check_growth(&g->without_sinks, &other->trained);
        check_growth(&g->beyond_without_sinks, &other->beyond);
        assert_true(fabs(g->trained.exponent.value - other->trained.exponent.value) > 1e-3);
        assert_true(fabs(g->beyond.exponent.value - other->beyond.exponent.value) > 1e-3);
        for (size_t j = 0; j < LENGTHS; j++) {
            check_relative(g->point[j].lambda_without_sinks, other->point[j].median, 1e-12);
        }
        check_sentence(&t, g->name, "With its sinks left out at every length Lambda_n ");
        check_sentence(&t, g->name, "With the sinks left out there, too, Lambda_n ");
    }
    told_release(&t);
    told_release(&bare);
}

static void check_no_sinks(const struct told *t) {
    for (size_t j = 0; j < LENGTHS; j++) {
        check_close(survey_sinks(&t->survey, j, 0)->weight, 0, 0);
        assert_true(isnan(told_group(t, "L0H0")->point[j].lambda_without_sinks));
    }
}

/* 16 neighbouring rows attend to the same near keys: those are no sinks. Scores fall by 1 a key of distance.
 */
static double neighbours(size_t n, size_t row, size_t key, const double *gaussian) {
    (void)gaussian, (void)row;
    return -fabs((double)n - 8 - (double)key);
}

static void test_no_sinks(void **state) {
    (void)state;
    struct told t;
    diagnose(&t, 3, 16, H5T_IEEE_F64LE, as_drawn);
    check_no_sinks(&t);
    told_release(&t);
    diagnose(&t, 3, 16, H5T_IEEE_F64LE, neighbours);
    check_no_sinks(&t);
    told_release(&t);
}

/* Medians over rows, of layers and all heads too, as both readings find them. */
static void test_entropies(void **state) {
    (void)state;
    struct told t;
    diagnose_heads(&t, 2, 3, 16, H5T_IEEE_F64LE, as_drawn);
    for (size_t i = 0; i < t.diagnosis.group_count * LENGTHS; i++) {
        const size_t group = i / LENGTHS, l = i % LENGTHS, at = (l * 3 + 1) * ORDER_QUANTILES + ORDER_MEDIAN;
        check_close(t.results->series[group].entropy_quantile[at], t.diagnosis.group[group].point[l].entropy,
                    1e-10);
    }
    told_release(&t);
}

/* ---- locality, sequences ---- */

static double penalty(size_t n, size_t row, size_t key, const double *gaussian) {
    double query = (double)(n - 16 + row);
    return gaussian[key] - 0.3 * fabs(query - (double)key);
}

static void test_local(void **state) {
    (void)state;
    struct told t;
    diagnose(&t, 16, 16, H5T_IEEE_F64LE, penalty);
    const struct diagnosis_group *g = told_group(&t, "L0H0");
    assert_int_equal(g->locality, DIAGNOSIS_LOCAL);
    assert_string_equal(story_class(g), "local");
    assert_true(!g->trained.law[PRESCRIPTION_CONST].excluded && g->trained.law[PRESCRIPTION_LOG2].excluded);
    told_release(&t);
    diagnose(&t, 16, 16, H5T_IEEE_F64LE, as_drawn);
    g = told_group(&t, "L0H0");
    assert_int_equal(g->locality, DIAGNOSIS_GLOBAL);
    assert_string_equal(story_class(g), "like Gaussian");
    told_release(&t);
}

static void test_one_sequence(void **state) {
    (void)state;
    struct told t;
    char sentence[DIAGNOSIS_SENTENCE];
    diagnose(&t, 1, 64, H5T_IEEE_F64LE, as_drawn);
    for (size_t i = 0; i < t.diagnosis.group_count; i++) {
        const struct diagnosis_group *g = &t.diagnosis.group[i];
        assert_true(g->trained.known && !g->trained.decided && g->trained.best == -1);
        assert_true(isnan(g->trained.exponent.low) && isfinite(g->trained.exponent.value));
        assert_true(g->point[2].lambda.low < g->point[2].lambda.value);
        assert_true(strstr(story_sentence(&t.diagnosis, g, sentence), "this sequence only") != NULL);
        assert_true(strstr(sentence, "undecided") != NULL);
    }
    told_release(&t);
}

/* ---- where Lambda_n is attained ---- */

/* Slope in log log n of the mean over all rows of these heads of log t*: their numbers are equal. */
static double slope_of_gaps(const struct survey *s, const struct diagnosis_group *g) {
    double mean[8] = {0}, x[8] = {0}, middle = 0, covariance = 0, square = 0;
    size_t lengths = s->facts->length_count, count[8] = {0};
    for (size_t i = 0; i < s->row_count; i++) {
        const struct survey_row *r = &s->row[i];
        if (r->head < g->head_first || r->head >= g->head_last) { continue; }
        mean[r->length] += log(r->gap);
        x[r->length] += log(log(r->count));
        count[r->length]++;
    }
    for (size_t l = 0; l < lengths; l++) {
        mean[l] /= (double)count[l];
        x[l] /= (double)count[l];
        middle += x[l] / (double)lengths;
    }
    for (size_t l = 0; l < lengths; l++) {
        covariance += (x[l] - middle) * mean[l];
        square += (x[l] - middle) * (x[l] - middle);
    }
    return covariance / square;
}

static void test_coordinates(void **state) {
    (void)state;
    struct told t;
    diagnose(&t, 4, 16, H5T_IEEE_F64LE, as_drawn);
    for (size_t i = 0; i < t.diagnosis.group_count; i++) {
        const struct diagnosis_group *g = &t.diagnosis.group[i];
        const struct trend_interval *xi = g->trained.xi;
        assert_true(g->trained.known && xi[DIAGNOSIS_XI_ALPHA].low < xi[DIAGNOSIS_XI_ALPHA].value);
        check_close(xi[DIAGNOSIS_XI_LAMBDA].value,
                    xi[DIAGNOSIS_XI_ALPHA].value - xi[DIAGNOSIS_XI_DELTA].value + 1, 1e-10);
        check_close(xi[DIAGNOSIS_XI_DELTA].value, slope_of_gaps(&t.survey, g), 1e-10);
    }
    told_release(&t);
}

/* ---- the file ---- */

/* Words and numbers of a group are attributes that are read back and that the digest covers. */
static void test_notes(void **state) {
    (void)state;
    struct told t;
    char path[] = "/tmp/gapscale-notes-XXXXXX", sentence[DIAGNOSIS_SENTENCE], digest[3][65];
    int descriptor = mkstemp(path);
    diagnose(&t, 4, 16, H5T_IEEE_F64LE, sink);
    assert_true(descriptor >= 0 && close(descriptor) == 0);
    assert_int_equal(store_write(path, t.results, &(struct store_provenance){.threads = 1}), 0);
    struct results *read = store_read(path);
    assert_non_null(read);
    digest_of(t.results, digest[0]);
    digest_of(read, digest[1]);
    assert_string_equal(digest[0], digest[1]);
    for (size_t i = 0; i < read->series_count; i++) {
        const struct diagnosis_group *g = &t.diagnosis.group[i];
        const struct results_series *s = &read->series[i];
        assert_string_equal(note_find(s, "class")->text, story_class(g));
        assert_string_equal(note_find(s, "sentence")->text, story_sentence(&t.diagnosis, g, sentence));
        check_close(note_find(s, "exponent")->number, g->trained.exponent.value, 0);
        check_close(note_find(s, "exponent_low")->number, g->trained.exponent.low, 0);
        check_close(note_find(s, "xi_delta_high")->number, g->trained.xi[DIAGNOSIS_XI_DELTA].high, 0);
        check_close(s->multiplier[2], g->trained.multiplier[2].value, 0);
        assert_int_equal(note_find(s, "head") != NULL, !g->pooled);
        assert_int_equal(note_find(s, "layer") != NULL, !g->whole);
    }
    assert_true(note_find(&read->series[0], "head")->whole);
    assert_int_equal(strncmp(note_find(&read->series[0], "sinks")->text, "0 0.5", 3), 0);
    check_close(note_find(&read->series[0], "exponent_without_sinks")->number,
                t.diagnosis.group[0].without_sinks.exponent.value, 0);
    check_close(note_find(&read->series[0], "xi_alpha_without_sinks_low")->number,
                t.diagnosis.group[0].without_sinks.xi[DIAGNOSIS_XI_ALPHA].low, 0);
    assert_null(note_find(&read->series[0], "exponent_beyond_without_sinks"));
    ((char *)(void *)note_find(&read->series[0], "class")->text)[0] = 'x';
    digest_of(read, digest[2]);
    assert_string_not_equal(digest[0], digest[2]);
    results_free(read);
    told_release(&t);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plateau),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_measures_of_ties),
        cmocka_unit_test(test_missing_head),
        cmocka_unit_test(test_float16),
        cmocka_unit_test(test_growth_without_sink),
        cmocka_unit_test(test_sink),
        cmocka_unit_test(test_no_sinks),
        cmocka_unit_test(test_entropies),
        cmocka_unit_test(test_local),
        cmocka_unit_test(test_one_sequence),
        cmocka_unit_test(test_coordinates),
        cmocka_unit_test(test_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
