/* Figures of one series say what a reader would take for a fault: where few rows make a mean, and which n
 * were run. */
#include "tests/analysis/figures/numbers.h"

#include <math.h>

#include "tests/analysis/handmade.h"

enum { LENGTHS = 2, POINTS = 3 };

/* Two n; three gaps, or three betas. */
struct made {
    double log_n[LENGTHS], gap[POINTS], ratio[LENGTHS * POINTS], mean[LENGTHS * POINTS], se[LENGTHS * POINTS],
        exact[LENGTHS * POINTS];
    struct results_series series;
    struct fit fit;
};

static void make(struct made *m) {
    *m = (struct made){.log_n = {5, 10}, .gap = {0.1, 1, 100}, .ratio = {0.5, 1, 2, 0.5, 1, 2}};
    struct results_series *s = &m->series;
    s->family = family_find("gaussian");
    s->log_n = m->log_n;
    s->exact_entropy = m->exact;
    for (size_t i = 0; i < LENGTHS * POINTS; i++) { m->exact[i] = NAN; }
    s->gap_grid = m->gap;
    s->beta_ratio = m->ratio;
    s->size[RESULTS_LOG_N] = LENGTHS;
    s->size[RESULTS_GAP] = s->size[RESULTS_BETA] = POINTS;
    s->mean[RESULTS_LOG_GAP_COUNT] = s->mean[MEASURE_ENTROPY] = m->mean;
    s->se[RESULTS_LOG_GAP_COUNT] = s->se[MEASURE_ENTROPY] = m->se;
    m->fit = (struct fit){.series = s, .lengths = LENGTHS};
}

static double number_in(const char *figure, const char *name, const struct made *m) {
    char *text = numbers_of(figure_named(figure)->series_print, &m->fit), line[40];
    snprintf(line, sizeof line, "\n%s = ", name);
    const char *at = strstr(text, line);
    assert_non_null(at);
    const double value = strtod(at + strlen(line), NULL);
    free(text);
    return value;
}

static double share_above(const struct made *m) { return number_in("gap-count", "share_above", m); }

static void means_above_the_envelope_are_told(void **state) {
    struct made m;
    (void)state;
    make(&m);
    const double below[] = {0.07, 0.7, 5, 0.07, 0.9, 10};
    memcpy(m.mean, below, sizeof below);
    check_close(share_above(&m), 0, 0);
    m.mean[3] = 0.14; /* a fifth of the rows, at most */
    check_close(share_above(&m), 0.14 / M_LN2, 1e-9);
    m.gap[0] = 0.01;
    m.mean[0] = m.mean[3] = 0.03; /* too rare to be seen */
    check_close(share_above(&m), 0, 0);
}

static void lengths_that_were_run_are_told(void **state) {
    struct made m;
    double n[LENGTHS];
    (void)state;
    make(&m);
    char *text = numbers_of(figure_named("phase")->series_print, &m.fit),
         *rows = strstr(text, "$run << EOD\n");
    assert_non_null(rows);
    assert_int_equal(sscanf(rows, "$run << EOD %lf %lf", &n[0], &n[1]), 2);
    check_close(n[0], 5, 1e-9);
    check_close(n[1], 10, 1e-9);
    free(text);
}

/* Errors are drawn where they are above a tenth of the mean. */
static void large_errors_have_bars(void **state) {
    struct made m;
    (void)state;
    make(&m);
    const double mean[] = {4, 2, 1, 8, 4, 1}, se[] = {0.3, 0.15, 0.09, 0.3, 0.3, 0.09};
    memcpy(m.mean, mean, sizeof mean);
    memcpy(m.se, se, sizeof se);
    char *text = numbers_of(figure_named("entropy")->series_print, &m.fit);
    assert_non_null(strstr(text, "\nhas_bars = 0\n"));
    free(text);
    m.se[5] = 0.25;
    text = numbers_of(figure_named("entropy")->series_print, &m.fit);
    assert_non_null(strstr(text, "\nhas_bars = 1\n"));
    assert_non_null(strstr(strstr(text, "$measured"), " 1 10 0.25\n"));
    assert_null(strstr(text, " 0.09\n"));
    assert_non_null(strstr(text, "\nhas_lambda = 1\nlambda_place = 0.5\n")); /* betas from 1/2 to 2 */
    free(text);
}

/* Of more betas than are drawn, errors count where a point is. */
static void bars_are_of_points(void **state) {
    enum { BETAS = 48 };
    struct made m;
    double ratio[LENGTHS * BETAS], mean[LENGTHS * BETAS], se[LENGTHS * BETAS], exact[LENGTHS * BETAS];
    (void)state;
    make(&m);
    for (size_t i = 0; i < LENGTHS * BETAS; i++) {
        ratio[i] = 1 + (double)(i % BETAS);
        mean[i] = 1;
        se[i] = 0.01;
        exact[i] = NAN;
    }
    m.series.size[RESULTS_BETA] = BETAS;
    m.series.beta_ratio = ratio;
    m.series.exact_entropy = exact;
    m.series.mean[MEASURE_ENTROPY] = mean;
    m.series.se[MEASURE_ENTROPY] = se;
    for (size_t b = 0; b < 2; b++) { /* of the first n every second beta is drawn */
        se[b] = 0.3;
        char *text = numbers_of(figure_named("entropy")->series_print, &m.fit);
        assert_non_null(strstr(text, b == 1 ? "\nhas_bars = 0\n" : "\nhas_bars = 1\n"));
        free(text);
        se[b] = 0.01;
    }
}

/* The line on the plane has its name beside its last point. */
static void lines_are_named_at_their_ends(void **state) {
    struct made m;
    struct ensemble_point point[LENGTHS] = {0};
    (void)state;
    make(&m);
    m.series.criterion = (struct criterion[]){{.kind = CRITERION_ENTROPY, .threshold = 1}};
    m.fit.criteria = 1;
    m.fit.judged = point;
    for (size_t n = 0; n < LENGTHS; n++) { point[n].log_ratio = n + 1 < LENGTHS ? 0 : 0.25 * M_LN10; }
    char *text = numbers_of(figure_named("phase")->series_print, &m.fit);
    assert_non_null(strstr(text, "\nline_end = 0.25\n"));
    free(text);
}

/* The legend stands where curves are not, which may end high where betas do. */
static void legends_keep_clear_of_curves(void **state) {
    struct made m;
    (void)state;
    make(&m);
    const double falling[] = {4, 1, 0.5, 8, 2, 0.5};
    memcpy(m.mean, falling, sizeof falling);
    for (int high = 0; high < 2; high++) {
        if (high) { m.mean[4] = 7.9; }
        char *text = numbers_of(figure_named("entropy")->series_print, &m.fit);
        assert_non_null(strstr(text, high ? "\nis_crowded = 1\n" : "\nis_crowded = 0\n"));
        free(text);
    }
}

/* And the words beside the line of beta = Lambda^typ: those of n = e^10 come down from 6.7 of 8.4 nats there.
 */
static void words_keep_clear_of_curves(void **state) {
    struct made m;
    (void)state;
    make(&m);
    const double falling[] = {4, 1, 0.5, 8, 2, 0.5};
    memcpy(m.mean, falling, sizeof falling);
    check_close(number_in("entropy", "words_height", &m), 0.8, 0);
    m.mean[4] = 6.7;
    check_close(number_in("entropy", "words_height", &m), 0.3, 0);
}

/* So do those of the threshold, H = 1: a curve passes them at the left, but not at the right. */
static void thresholds_keep_clear_of_curves(void **state) {
    struct made m;
    struct criterion criterion = {CRITERION_ENTROPY, 1};
    (void)state;
    make(&m);
    m.series.criterion = &criterion;
    m.fit.criteria = 1;
    const double steep[] = {1.6, 0.4, 0.1, 1.6, 0.4, 0.1}, flat[] = {8, 4, 0.1, 8, 4, 0.1};
    memcpy(m.mean, steep, sizeof steep);
    check_close(number_in("entropy", "tau_right", &m), 1, 0);
    memcpy(m.mean, flat, sizeof flat);
    check_close(number_in("entropy", "tau_right", &m), 0, 0);
}

/* Where little of log n is left at the smallest betas the map's colours stand for that. */
static void small_shares_have_their_colours(void **state) {
    struct made m;
    (void)state;
    make(&m);
    const double small[] = {0.4, 0.2, 0.1, 1, 0.4, 0.1}, large[] = {4, 2, 1, 8, 4, 1};
    memcpy(m.mean, small, sizeof small);
    check_close(number_in("phase", "share_high", &m), 0.1, 1e-6);
    memcpy(m.mean, large, sizeof large);
    check_close(number_in("phase", "share_high", &m), 1, 0);
}

/* Exponents that are all small fill the figure. */
static void small_exponents_have_their_axis(void **state) {
    struct made m;
    double log_y[LENGTHS * POINTS], y[LENGTHS * POINTS], none[LENGTHS * POINTS] = {0}, all[LENGTHS * POINTS];
    (void)state;
    make(&m);
    m.series.exact_log_participation = m.series.exact_log_mean_participation = m.exact;
    m.series.mean[RESULTS_LOG_PARTICIPATION] = log_y;
    m.series.mean[MEASURE_PARTICIPATION] = m.series.exact_participation = y;
    m.series.se[RESULTS_LOG_PARTICIPATION] = m.series.se[MEASURE_PARTICIPATION] = none;
    m.series.exact_participation_error = none;
    m.series.participation_carriers = all;
    for (int small = 0; small < 2; small++) {
        for (size_t i = 0; i < LENGTHS * POINTS; i++) {
            log_y[i] = -m.log_n[i / POINTS] * (small ? 0.1 : 0.5) / (double)(1 + i % POINTS);
            y[i] = exp(log_y[i]);
            all[i] = 1e9;
        }
        char *text = numbers_of(figure_named("participation")->series_print, &m.fit);
        assert_non_null(strstr(text, small ? "\ny_high = 0.115\n" : "\ny_high = 1.02\n"));
        free(text);
    }
}

/* Measured rows that tie have no Lambda^typ, and no figure in units of it. */
static void tied_rows_lack_figures(void **state) {
    (void)state;
    double log_lambda_typ[] = {INFINITY, INFINITY};
    const struct results_series s = {.log_lambda_typ = log_lambda_typ};
    const struct fit fit = {.series = &s, .lengths = 2};
    for (size_t f = 0; f < figure_count; f++) {
        if (!figure_list[f]->series_print) { continue; }
        assert_non_null(strstr(figure_lacks(figure_list[f], NULL, &fit), "tie at every n"));
    }
}

/* Of the betas of an n, two must be in the range of a double once they are relative to Lambda^typ. */
static void ratios_beyond_doubles_lack_figures(void **state) {
    struct made m;
    (void)state;
    make(&m);
    const struct figure *entropy = figure_named("entropy"), *phase = figure_named("phase");
    m.ratio[1] = m.ratio[4] = INFINITY;
    assert_null(entropy->series_lacks(&m.fit));
    m.ratio[0] = m.ratio[3] = 0;
    assert_non_null(strstr(entropy->series_lacks(&m.fit), "range of a double"));
    assert_non_null(strstr(phase->series_lacks(&m.fit), "range of a double"));
    m.ratio[4] = 1;
    assert_null(entropy->series_lacks(&m.fit));
}

/* As at n = 2, where every row has less than 1 nat at beta = 0: an empty frame is no figure. */
static void no_collapse_lacks_a_figure(void **state) {
    struct made m;
    (void)state;
    make(&m);
    struct ensemble_point judged[LENGTHS] = {ensemble_none, ensemble_none};
    struct order rows[LENGTHS] = {{.quantile = {0}}, {.quantile = {0}}};
    double exact[LENGTHS] = {NAN, 0};
    const struct figure *collapse = figure_named("collapse");
    m.fit.judged = judged;
    m.fit.row_collapse = rows;
    m.fit.exact = exact;
    m.fit.criteria = 1;
    assert_non_null(strstr(collapse->series_lacks(&m.fit), "no collapse point"));
    exact[1] = 2;
    assert_null(collapse->series_lacks(&m.fit));
    exact[1] = NAN;
    rows[0].quantile[ORDER_MEDIAN] = 2;
    assert_null(collapse->series_lacks(&m.fit));
    rows[0].quantile[ORDER_MEDIAN] = INFINITY;
    assert_non_null(collapse->series_lacks(&m.fit));
    judged[0].state = ENSEMBLE_FOUND;
    assert_null(collapse->series_lacks(&m.fit));
}

/* Of rows without randomness, of the median of heavy tails, and of means; the first two have one of the
 * criterion judged alone. */
static void limits_are_of_what_is_judged(void **state) {
    static const struct {
        const char *family;
        double limit;
        bool others;
    } law[] = {{"plateau", 1, false}, {"pareto", M_LN2, false}, {"gumbel", NAN, true}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct results *results = handmade_growing(law[i].family, &(struct schedule){1, 0, 0});
        struct study study = handmade_study(results, "a.h5");
        const double limit = pow(10, figure_limit(&study.fit[0], 0));
        assert_int_equal(study.fit[0].primary, 0);
        check_close(limit, isnan(law[i].limit) ? study.verdict[0].amplitude.predicted : law[i].limit, 1e-12);
        assert_int_equal(isfinite(figure_limit(&study.fit[0], 1)), law[i].others);
        handmade_free(&study, results);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_are_of_points),
        cmocka_unit_test(lines_are_named_at_their_ends),
        cmocka_unit_test(legends_keep_clear_of_curves),
        cmocka_unit_test(words_keep_clear_of_curves),
        cmocka_unit_test(thresholds_keep_clear_of_curves),
        cmocka_unit_test(small_shares_have_their_colours),
        cmocka_unit_test(small_exponents_have_their_axis),
        cmocka_unit_test(large_errors_have_bars),
        cmocka_unit_test(means_above_the_envelope_are_told),
        cmocka_unit_test(lengths_that_were_run_are_told),
        cmocka_unit_test(no_collapse_lacks_a_figure),
        cmocka_unit_test(tied_rows_lack_figures),
        cmocka_unit_test(ratios_beyond_doubles_lack_figures),
        cmocka_unit_test(limits_are_of_what_is_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
