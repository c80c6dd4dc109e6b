/* Figures: lines of theory pass through what is known; scripts of good and of poor results hold numbers, and
 * gnuplot draws them without a word on a terminal of letters (the command line's tests draw the files). */
#include "tests/analysis/figures/numbers.h"
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/gnuplot.h"
#include "analysis/figures/template.h"
#include "analysis/sphere/sphere_curves.h"
#include "models/oracle/limits.h"
#include "models/oracle/oracle.h"

/* ---- theory ---- */

static const char few[] =
    "replicates: 64\nn: [1000, 1e20]\nordered_weights: 3\nbeta: {critical: [30, 1, 3]}\n"
    "collapse: {susceptibility: false}\n"
    "series: [{family: spherical, dimension: 4, output: true}]\n";

static int run_few(void **state) {
    *state = experiment_run(few);
    return *state ? 0 : 1;
}

static int free_few(void **state) {
    results_free(*state);
    return 0;
}

/* Own betas hold what the file holds, others what the oracle says, and they are close to each other. */
static void curves_are_exact(void **state) {
    enum { PIECES = 20 };
    const struct results *r = *state;
    const struct results_series *s = &r->series[0];
    const double p[FAMILY_PARAMETERS] = {4};
    struct oracle *oracle = oracle_create(s->family, p, s->log_n[1]);
    struct sphere_curve output = sphere_curve_output(s, 1, PIECES),
                        weights = sphere_curve_weights(s, 1, PIECES, 2);
    assert_in_range(output.count, PIECES + 1, 2 * PIECES); /* there and back again */
    assert_int_equal(weights.count, output.count);
    size_t own = 0;
    for (size_t i = 0; i < output.count; i++) {
        struct oracle_output exact;
        double weight[2], error[2],
            ratio = exp(output.log_lambda[i] + s->log_n[1] * 2 / 3 - s->log_lambda_typ[1]);
        assert_true(oracle_output_at(oracle, ratio, &exact));
        assert_true(oracle_ordered_weights(oracle, ratio, 2, weight, error));
        check_relative(output.value[2 * i], exact.bias, 1e-9);
        check_relative(output.value[2 * i + 1], exact.tangential, 1e-9);
        check_close(weights.value[2 * i], weight[0], 1e-9);
        check_close(weights.value[2 * i + 1], weight[1], 1e-9);
        if (i > 0) {
            assert_true(fabs(output.log_lambda[i] - output.log_lambda[i - 1]) < log(30) / PIECES * 1.001);
        }
        own += own < 3 && fabs(output.log_lambda[i] - sphere_curve_log_lambda(s, 1, own)) < 1e-9;
    }
    assert_int_equal(own, 3);
    sphere_curve_release(&output);
    sphere_curve_release(&weights);
    oracle_free(oracle);
}

static void unknown_values_stay_unknown(void **state) {
    struct results_series *s = ((const struct results *)*state)->series;
    for (size_t b = 0; b < 2; b++) { /* without the first the way from 1 to 3 is the whole */
        double *bias = &s->exact_output_bias[3 + b], known = *bias;
        *bias = NAN;
        struct sphere_curve curve = sphere_curve_output(s, 1, 20);
        assert_int_equal(curve.count, b == 0 ? 1 + 20 + 1 : 3);
        for (size_t i = 0; i < curve.count; i++) { assert_true(isnan(curve.value[2 * i]) == (i == b)); }
        sphere_curve_release(&curve);
        *bias = known;
    }
}

/* Far from the critical scale both limits are there; on it the largest weight's. */
static void limits_are_reached(void **state) {
    (void)state;
    struct results *r =
        experiment_run("replicates: 64\nn: [1e30]\nbeta: {critical: [1e-4, 2, 1e4]}\nseries:\n"
                       "  - {family: spherical, name: d2, dimension: 2, output: true}\n"
                       "  - {family: spherical, name: d5, dimension: 5, output: true}\n");
    for (size_t i = 0; i < 2; i++) {
        const struct results_series *s = &r->series[i];
        struct sphere_curve_limit many = sphere_curve_many(s, log(1e-4)), one = sphere_curve_one(s, log(1e4));
        double tolerance = i == 0 ? 0.02 : 1e-3; /* n_eff is 56 for d = 2 */
        check_close(many.log_bias, log(s->beta[0] * s->exact_output_bias[0]), tolerance);
        check_close(many.log_tangential, log(s->beta[0] * s->exact_output_tangential[0]), 2 * tolerance);
        check_close(one.log_bias, log(s->beta[2] * s->exact_output_bias[2]), 1e-3);
        check_close(one.log_tangential, log(s->beta[2] * s->exact_output_tangential[2]), 1e-3);
        check_close(sphere_curve_top_weight(s, log(2)), s->exact_ordered_weight[s->size[RESULTS_RANK]], 1e-6);
        struct sphere_curve_regimes regimes = sphere_curve_regimes(s, 0);
        assert_true(log(1e-4) < regimes.many && regimes.many < log(2) && regimes.one < log(1e4));
    }
    results_free(r);
}

/* ---- scripts ---- */

/* "" where it cannot be drawn. */
static char *script_of(const struct results_series *s, const struct figure *figure) {
    char *text;
    size_t size;
    struct fit fit;
    struct results_series lone = *s;
    fit_make(&fit, &(struct results){.series = &lone}, 0, "a.h5");
    struct study study = {.count = 1, .fit = &fit};
    FILE *out = open_memstream(&text, &size);
    if (figure->study_print && !figure->study_lacks(&study)) {
        figure_print(out, figure, &study, NULL, &figure_no_wish);
    }
    if (figure->series_print && !figure->series_lacks(&fit)) {
        figure_print(out, figure, &study, &fit, &figure_no_wish);
    }
    fclose(out);
    fit_release(&fit);
    return text;
}

/* What gnuplot says, drawing with letters, as a page and as one column of it. Free with free(). */
static char *words_of_gnuplot(const char *script) {
    struct gnuplot run;
    assert_true(gnuplot_open(&run));
    fprintf(run.script, "set terminal dumb enhanced\nset output '/dev/null'\n%scolumns = 1\n%s", script,
            script);
    gnuplot_draw(&run);
    assert_true(gnuplot_tell(&run));
    fseek(run.said, 0, SEEK_END);
    size_t size = (size_t)ftell(run.said);
    char *words = calloc(size + 1, 1);
    rewind(run.said);
    assert_int_equal(fread(words, 1, size, run.said), size);
    gnuplot_close(&run);
    return words;
}

static bool has_gnuplot(void) {
    static int status = -1;
    if (status == -1) { status = system("gnuplot --version >/dev/null 2>&1"); }
    return status == 0;
}

/* Shortened, scripts are read, and not drawn. */
static bool draws(void) { return !getenv("GAPSCALE_TEST_QUICK") && has_gnuplot(); }

/* Every line of every block of data: numbers, and NaN for what is none. */
static void check_blocks(const char *script) {
    bool inside = false;
    size_t blocks = 0;
    for (const char *line = script; *line; line += strcspn(line, "\n") + 1) {
        if (*line == '$') {
            inside = true;
            blocks++;
            continue;
        }
        if (strncmp(line, "EOD\n", 4) == 0) {
            inside = false;
            continue;
        }
        for (const char *word = line; inside && *word != '\n';) {
            char *end;
            double x = strtod(word, &end);
            if (end == word || isinf(x) || (isnan(x) && strncmp(end - 3, "NaN", 3) != 0)) {
                fail_msg("'%.*s' among numbers", (int)strcspn(line, "\n"), line);
            }
            word = end;
        }
    }
    assert_true(blocks > 0 && !inside);
}

/* The script of a figure, "" where it cannot be drawn: numbers where numbers belong, and drawn in silence. */
static char *check_figure(const struct results_series *s, const struct figure *figure) {
    assert_true(!figure->applies || figure->applies(s));
    char *script = script_of(s, figure);
    if (*script) { check_blocks(script); }
    if (*script && draws()) {
        char *words = words_of_gnuplot(script);
        if (*words) { fail_msg("%s-%s: %s", s->name, figure->name, words); }
        free(words);
    }
    return script;
}

/* Of every series, all figures but these two. */
static void check_figures_but(const struct results *r, const struct figure *one, const struct figure *other) {
    for (size_t i = 0; i < r->series_count; i++) {
        for (size_t f = 0; f < figure_count; f++) {
            const struct figure *figure = figure_list[f];
            if (figure == one || figure == other) { continue; }
            if (figure == figure_named("prescriptions") || figure == figure_named("support")) { continue; }
            free(check_figure(&r->series[i], figure));
        }
    }
}

static void check_figures(const struct results *r) { check_figures_but(r, NULL, NULL); }

/* The middle of a bar is the point; one sequence has no bar. */
static void bars_are_between_sequences(void **state) {
    (void)state;
    double log_n[] = {log(100), log(1000)}, typical[] = {0, 0}, lambda[] = {2, 4}, sequences[] = {3, 1},
           low[] = {0.25, 0.2}, high[] = {1, 0.3}, row[2][4];
    struct results_series s = {.log_n = log_n,
                               .log_lambda_typ = typical,
                               .lambda_between_sequences = lambda,
                               .sequences = sequences,
                               .model_beta_ratio_low = low,
                               .model_beta_ratio_high = high};
    s.size[RESULTS_LOG_N] = 2;
    struct fit fit = {.series = &s, .lengths = 2};
    char *text = numbers_of(figure_named("prescriptions")->series_print, &fit);
    const char *rows = strchr(text, '\n');
    assert_int_equal(sscanf(rows, "%lf %lf %lf %lf %lf %lf %lf %lf", &row[0][0], &row[0][1], &row[0][2],
                            &row[0][3], &row[1][0], &row[1][1], &row[1][2], &row[1][3]),
                     8);
    check_close(row[0][0], log(100), 1e-9);
    check_close(row[0][1], log10(0.5), 1e-9);
    check_close(row[0][3] - row[0][1], row[0][1] - row[0][2], 1e-9);
    check_close(row[1][1], log10(0.25), 1e-9);
    assert_true(row[1][2] == row[1][1] && row[1][3] == row[1][1]);
    assert_non_null(strstr(text, "\nhas_bars = 1\nlacks_bars = 1\n"));
    assert_non_null(strstr(text, "\nfirst = '100'\n")); /* where every m is 1 */
    assert_non_null(strstr(text, "\ncuts_bars = 0\n"));
    free(text);
    low[0] = 1e-3;
    text = numbers_of(figure_named("prescriptions")->series_print, &fit);
    assert_non_null(strstr(text, "\ncuts_bars = 1\n"));
    free(text);
    sequences[0] = 1;
    text = numbers_of(figure_named("prescriptions")->series_print, &fit);
    assert_non_null(strstr(text, "\nhas_bars = 0\n"));
    free(text);
}

static void check_title(const struct results_series *s, const char *model, const char *trained) {
    const struct fit fit = {.series = s};
    char *text = numbers_of(figure_named("prescriptions")->series_print, &fit), *lines;
    size_t size;
    FILE *out = memory_stream_open(&lines, &size);
    script_text(out, "\nmodel", model);
    script_markup(out, "trained", trained);
    memory_stream_close(out, &lines);
    assert_non_null(strstr(text, lines));
    free(lines);
    free(text);
}

/* The title's words on measured rows: nothing that gnuplot takes for a quote or a sign of its own. */
static void titles_name_the_model(void **state) {
    (void)state;
    char model[] = "a 'model'^{x}, `sh`\nβ", longer[200] = {0};
    struct results_series s = {.log_n = (double[]){log(32)}, .model = model, .trained = 512};
    check_title(&s, "a  model  {x},  sh  β", "2^{9}");
    s.trained = NAN;
    check_title(&s, "a  model  {x},  sh  β", "");
    s.model = NULL;
    s.trained = 1000;
    check_title(&s, "", "1000");
    memset(longer, 'x', sizeof longer - 1);
    s.model = longer;
    longer[61] = '\0';
    check_title(&s, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..", "1000");
}

static bool has_template(const char *name) {
    const struct template *template = template_all;
    while (template->name && strcmp(template->name, name) != 0) { template ++; }
    return template->name != NULL;
}

static void figures_have_templates(void **state) {
    (void)state;
    static const char *const others[] = {"style", "open", "close", "flow", "modes", "density", "drift"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) { assert_true(has_template(others[i])); }
    for (size_t f = 0; f < figure_count; f++) {
        const struct figure *figure = figure_list[f];
        assert_true(has_template(figure->name));
        assert_true(!figure->shared || has_template(figure->shared));
        assert_true(*figure->shows);
        assert_int_not_equal(figure->series_print != NULL, figure->study_print != NULL);
    }
}

/* What the environment says does not reach gnuplot, nor needs it a place on a disk. */
static void gnuplot_is_left_alone(void **state) {
    (void)state;
    setenv("GNUTERM", "no-such-terminal", 1);
    setenv("TMPDIR", "/nowhere", 1);
    if (has_gnuplot()) {
        char *words = words_of_gnuplot("plot x\n");
        assert_string_equal(words, "");
        free(words);
    }
    unsetenv("GNUTERM");
    unsetenv("TMPDIR");
}

static double number_in(const char *script, const char *name) {
    char line[40];
    snprintf(line, sizeof line, "\n%s = ", name);
    const char *at = strstr(script, line);
    assert_non_null(at);
    return strtod(at + strlen(line), NULL);
}

/* Numbers of these names rise. */
static void check_order(const char *script, const char *const *names, size_t count) {
    for (size_t i = 1; i < count; i++) {
        assert_true(number_in(script, names[i - 1]) < number_in(script, names[i]));
    }
}

static void good_results_are_drawn(void **state) {
    (void)state;
    struct results *r = experiment_run(
        "replicates: 300\nn: [300, 1e6, 1e20]\ncollapse: {susceptibility: false}\nseries:\n"
        "  - {family: spherical, name: all, dimension: 3, output: true,\n"
        "     beta: {relative_to: lambda_typ, from: 2^-7, to: 2^7, points: 9}}\n"
        "  - {family: spherical, name: many, dimension: 8, output: true, beta: {n_eff: [10, 100]}}\n"
        "  - {family: spherical, name: one, dimension: 4, output: true, beta: {critical: [100, 10000]}}\n");
    const struct figure *of_output = figure_named("output"), *of_weights = figure_named("weights");
    check_figures_but(r, of_output, of_weights);
    char *output = check_figure(&r->series[0], of_output), *weights = check_figure(&r->series[0], of_weights),
         *many = check_figure(&r->series[1], of_weights), *one = check_figure(&r->series[2], of_output);
    assert_non_null(strstr(output, "\nhas_many = 1\n"));
    assert_non_null(strstr(output, "\nhas_one = 1\n"));
    check_order(output, (const char *const[]){"x_low", "many", "one", "x_high"}, 4);
    assert_non_null(strstr(output, "'300' ")); /* the colour bar names the n there are */
    assert_non_null(strstr(output, "'10^{20}' "));
    assert_non_null(strstr(weights, "\ny_log = 0\n"));
    assert_non_null(strstr(weights, "\nhas_rare = 1\n"));
    assert_non_null(strstr(weights, "\nlength = '10^{20}'\n"));
    assert_non_null(strstr(many, "\ny_log = 1\n"));
    assert_non_null(strstr(many, "\nhas_rare = 0\n"));
    assert_non_null(strstr(one, "\nhas_many = 0\n"));
    free(output);
    free(weights);
    free(many);
    free(one);
    results_free(r);
}

/* With theory and without, with entmax and without, and where means are missing. */
static void supports_are_drawn(void **state) {
    (void)state;
    const struct figure *support = figure_named("support");
    struct results *r = experiment_sweep(
        "replicates: 100\nn: [300, 1e20]\nbeta: {from: 1/4, to: 4, points: 5}\nseries:\n"
        "  - {family: gumbel, normalisers: [sparsemax, {entmax: 1.25}, {entmax: 1.5}]}\n"
        "  - {family: powerlaw, kappa: 2, normalisers: [sparsemax]}\n  - {family: gaussian}\n");
    assert_false(support->applies(&r->series[2]));
    char *both = check_figure(&r->series[0], support), *alone = check_figure(&r->series[1], support);
    assert_non_null(strstr(both, "\nhas_limit = 1\n"));
    assert_non_null(strstr(both, "\nalphas = 2\n"));
    assert_non_null(strstr(alone, "\nhas_limit = 0\n"));
    assert_non_null(strstr(alone, "\nalphas = 0\n"));
    for (size_t i = 0; i < 10; i += 2) { r->series[0].mean[RESULTS_SPARSEMAX_SUPPORT][i] = NAN; }
    free(check_figure(&r->series[0], support));
    free(both);
    free(alone);
    results_free(r);
}

/* One n, one beta, one replicate, more ranks than colours, rows shorter than the ranks. */
static void small_results_are_drawn(void **state) {
    (void)state;
    struct results *r =
        experiment_run("replicates: 1\nn: [40]\nordered_weights: 20\nseries:\n"
                       "  - {family: spherical, name: pair, dimension: 3, output: true, beta: [1, 30]}\n"
                       "  - {family: spherical, name: lone, dimension: 3, output: true, beta: [3]}\n"
                       "  - {family: spherical, name: tiny, dimension: 3, output: true, n: [2], "
                       "beta: [1, 30]}\n");
    check_figures(r);
    char *lone = script_of(&r->series[1], figure_named("output"));
    assert_string_equal(lone, "");
    free(lone);
    results_free(r);
}

/* Leaves them missing. */
static void missing_values_are_drawn(void **state) {
    const struct results *r = *state;
    struct results_series *s = &r->series[0];
    for (size_t i = 0; i < 6; i += 2) {
        s->mean[RESULTS_OUTPUT_BIAS][i] = s->exact_output_tangential[i] = NAN;
        s->se[RESULTS_ORDERED_WEIGHT][3 * i] = s->exact_ordered_weight[3 * i] = NAN;
    }
    check_figures(r);
    for (size_t i = 0; i < 6; i++) {
        s->mean[RESULTS_OUTPUT_BIAS][i] = s->exact_output_bias[i] = NAN;
        s->mean[RESULTS_OUTPUT_TANGENTIAL][i] = s->exact_output_tangential[i] = NAN;
        s->mean[MEASURE_PARTICIPATION][i] = NAN;
    }
    for (size_t i = 0; i < 18; i++) { s->mean[RESULTS_ORDERED_WEIGHT][i] = s->exact_ordered_weight[i] = NAN; }
    check_figures(r);
}

/* The columns of the first rows of a block. */
static void read_rows(const char *script, const char *block, size_t rows, size_t columns, double *x) {
    char line[40];
    snprintf(line, sizeof line, "\n$%s << EOD\n", block);
    const char *at = strstr(script, line);
    assert_non_null(at);
    at += strlen(line);
    for (size_t i = 0; i < rows * columns; i++) {
        char *end;
        x[i] = strtod(at, &end);
        assert_true(end > at);
        at = end;
    }
}

/* Panels stand side by side, none for prescriptions that no series goes along, with n below the trained
 * length left out; laws are named without prescriptions. */
static void prescriptions_are_drawn(void **state) {
    (void)state;
    struct results *r =
        experiment_run("replicates: 64\nkeep_replicates: 1\nn: [2^8, 2^12, e^100, e^1000]\n"
                       "collapse: {participation: [], top_two_ratio: [], susceptibility: false}\n"
                       "beta: {prescription: [log, const], coef: 2}\nseries:\n"
                       "  - {family: gumbel}\n  - {family: plateau, name: p}\n");
    const struct figure *figure = figure_named("all-prescriptions");
    assert_int_equal(r->series_count, 4);
    struct study study = {.count = 4, .fit = calloc(4, sizeof *study.fit)};
    for (size_t i = 0; i < 4; i++) { fit_make(&study.fit[i], r, i, "a.h5"); }
    assert_null(figure->study_lacks(&study));
    char *script;
    size_t size;
    FILE *out = open_memstream(&script, &size);
    figure_print(out, figure, &study, NULL, &figure_no_wish);
    fclose(out);
    check_blocks(script);
    assert_non_null(strstr(script, "'gumbel'"));
    assert_non_null(strstr(script, "'p'"));
    check_close(number_in(script, "laws"), 2, 0);
    check_close(number_in(script, "panels"), 2, 0);
    double row[2][3][2], limit = limits_pd_entropy(2 * 4095 * log(4096 / 4095.0));
    read_rows(script, "curves", 6, 2,
              &row[0][0][0]); /* gumbel: const, the first panel, then log, the second */
    for (size_t i = 0; i < 3; i++) {
        double log_n[] = {log(4096), 100, 1000}, part = log(log_n[i] / log_n[0]) / log(log_n[2] / log_n[0]);
        check_close(row[0][i][0], 0.06 + 0.88 * part, 1e-6);
        check_close(row[1][i][0], 1.06 + 0.88 * part, 1e-6);
        check_close(pow(10, row[0][i][1]), limit, i == 0 ? 0.02 : 1e-5);
    }
    assert_true(row[1][2][1] < row[1][1][1] && row[1][1][1] < row[1][0][1]);
    if (draws()) {
        char *words = words_of_gnuplot(script);
        assert_string_equal(words, "");
        free(words);
    }
    free(script);
    for (size_t i = 0; i < 4; i++) { fit_release(&study.fit[i]); }
    free(study.fit);
    results_free(r);
}

/* Of more series than betas, so that some show no point; one n, one replicate; and none of an exponent alone.
 */
static void one_exponent_is_drawn(void **state) {
    (void)state;
    struct results *r = experiment_run("replicates: 3\nn: [1e30]\nbeta: {values: [0.5, 2]}\nseries:\n"
                                       "  - {family: spherical, dimension: 3}\n"
                                       "  - {family: spherical, name: b, dimension: 3, concentration: 3}\n"
                                       "  - {family: powerlaw, kappa: 1}\n");
    const struct figure *figure = figure_named("universality");
    struct fit fit[3];
    char *script = NULL;
    size_t size;
    for (size_t i = 0; i < 3; i++) { fit_make(&fit[i], r, i, "a.h5"); }
    struct study all = {.count = 3, .fit = fit}, lone = {.count = 1, .fit = fit};
    all.class = universality_find(3, fit, &all.class_count);
    assert_null(figure->study_lacks(&all));
    assert_non_null(strstr(figure->study_lacks(&lone), "one exponent"));
    FILE *out = open_memstream(&script, &size);
    figure_print(out, figure, &all, NULL, &figure_no_wish);
    fclose(out);
    assert_non_null(strstr(script, "\nseries = 3\n"));
    assert_non_null(strstr(script, "\nclasses = 1\n"));
    if (draws()) {
        char *words = words_of_gnuplot(script);
        assert_string_equal(words, "");
        free(words);
    }
    universality_release(all.class_count, all.class);
    for (size_t i = 0; i < 3; i++) { fit_release(&fit[i]); }
    free(script);
    results_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_are_exact),        cmocka_unit_test(unknown_values_stay_unknown),
        cmocka_unit_test(limits_are_reached),      cmocka_unit_test(figures_have_templates),
        cmocka_unit_test(gnuplot_is_left_alone),   cmocka_unit_test(good_results_are_drawn),
        cmocka_unit_test(small_results_are_drawn), cmocka_unit_test(missing_values_are_drawn),
        cmocka_unit_test(supports_are_drawn),      cmocka_unit_test(bars_are_between_sequences),
        cmocka_unit_test(titles_name_the_model),   cmocka_unit_test(prescriptions_are_drawn),
        cmocka_unit_test(one_exponent_is_drawn),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests_name("figures", tests, run_few, free_few);
}
