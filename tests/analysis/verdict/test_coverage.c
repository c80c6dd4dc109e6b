/* Coverage of every interval and error that `fit` quotes, on whole small experiments repeated.
 *
 * Fixed seeds. What is quoted is checked in two ways, each of which fails right intervals once in 10^4: by
 * how many of the 95% and 68% intervals hold the truth (binomial), and by the sum of squares of what they are
 * off in units of their errors (chi square), in each series and in all together. Both ways together find in
 * 16 experiments what the first alone finds in 25: errors of one quantity of one series that are too small by
 * a factor 1.5, 2 or 3 with probability 0.18, 0.76 and 0.99 (0.10, 0.63 and 0.99), in 4 what that finds in 6:
 * 0.03, 0.19 and 0.61 (0.02, 0.10 and 0.37); such errors in all series of 16 experiments are always found. */
#include "tests/analysis/standard.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

/* One quoted quantity in all experiments: its 95% intervals, and where the truth lay. */
enum { TRIALS = 400, LENGTHS = 8 };
struct quoted {
    const char *name;
    size_t count;
    double value[TRIALS * LENGTHS], low[TRIALS * LENGTHS], high[TRIALS * LENGTHS], truth[TRIALS * LENGTHS];
    double freedom;   /* of Student's law that its intervals come from; 0: the normal law */
    bool has_inner;   /* there is an interval of 68% */
    bool statistical; /* nothing systematic is carried: neither more nor less than nominal */
};

static size_t trials_of(size_t all, size_t some, size_t quick) {
    return getenv("GAPSCALE_TEST_LONG") ? all : getenv("GAPSCALE_TEST_QUICK") ? quick : some;
}

/* `truth` NaN: taken from all experiments together. */
static void quote(struct quoted *q, double value, double low, double high, double truth) {
    assert_true(q->count < TRIALS * LENGTHS && isfinite(value) && low <= value && value <= high);
    q->value[q->count] = value;
    q->low[q->count] = low;
    q->high[q->count] = high;
    q->truth[q->count++] = truth;
}

static void quote_estimate(struct quoted *q, const struct verdict_estimate *e, double truth) {
    q->has_inner = true;
    quote(q, e->value, e->low, e->high, truth);
}

/* Half a 95% interval of Student's law, or of the normal law, in standard errors. */
static double half_width(double freedom) {
    return freedom > 0 ? gsl_cdf_tdist_Pinv(0.975, freedom) : EXPONENT_SIGMAS_95;
}

static void quote_error(struct quoted *q, double value, double se, double freedom, double truth) {
    double half = half_width(freedom);
    q->has_inner = true;
    q->freedom = freedom;
    quote(q, value, value - half * se, value + half * se, truth);
}

/* What is off by so much of half a 95% interval, as a normal deviate. */
static double sigmas(double part, double freedom) {
    double off = part * half_width(freedom);
    return freedom > 0 ? gsl_cdf_ugaussian_Qinv(gsl_cdf_tdist_Q(off, freedom)) : off;
}

struct tally {
    unsigned count, whole, half; /* all, and those in the 95% and 68% intervals */
    double squares, freedom;
};

static struct tally count_up(const struct quoted *q) {
    struct tally tally = {.count = (unsigned)q->count, .freedom = (double)q->count};
    double mean = 0;
    for (size_t i = 0; i < q->count; i++) { mean += q->value[i] / (double)q->count; }
    if (q->count > 0 && isnan(q->truth[0])) { tally.freedom--; }
    for (size_t i = 0; i < q->count; i++) {
        double truth = isnan(q->truth[i]) ? mean : q->truth[i], off = fabs(truth - q->value[i]),
               width = truth > q->value[i] ? q->high[i] - q->value[i] : q->value[i] - q->low[i],
               z = off > 0 ? sigmas(off / width, q->freedom) : 0;
        tally.whole += off <= width;
        tally.half += z <= 1;
        tally.squares += z * z;
    }
    return tally;
}

/* No more than one in 10^4 has so few of them; with `both` no more have so many. */
static bool count_is_likely(unsigned count, double probability, unsigned all, bool both) {
    return gsl_cdf_binomial_P(count, probability, all) > 1e-4 &&
           (!both || count == 0 || gsl_cdf_binomial_Q(count - 1, probability, all) > 1e-4);
}

/* Likewise of a chi square, which a twentieth is allowed for noise that is not quite normal. */
static bool squares_are_likely(double squares, double freedom, bool both) {
    const double slack = 1.05;
    return gsl_cdf_chisq_Q(squares / slack, freedom) > 1e-4 &&
           (!both || gsl_cdf_chisq_P(squares * slack, freedom) > 1e-4);
}

/* Prints a line of the table; whether it is as it should be. */
static bool covers(const struct quoted *q) {
    struct tally t = count_up(q);
    printf("      %-26s", q->name);
    if (q->has_inner) { printf(" 68%%: %.3f ", t.half / (double)t.count); }
    printf(" 95%%: %.3f  of %u; chi^2 %.1f of %g\n", t.whole / (double)t.count, t.count, t.squares,
           t.freedom);
    bool good = count_is_likely(t.whole, 0.95, t.count, q->statistical) &&
                (!q->has_inner || count_is_likely(t.half, 0.6827, t.count, q->statistical)) &&
                squares_are_likely(t.squares, t.freedom, q->statistical);
    if (!good) { printf("      FAILS: %s\n", q->name); }
    return good;
}

/* Everything that is quoted of one series. */
enum {
    RAW,
    DRIFT,
    EXPONENT,
    SLOPE,
    AMPLITUDE,
    POINT,
    BOOTSTRAP,
    CONTROLLED,
    ROWS,
    LAMBDA,
    XI_ALPHA,
    XI_DELTA,
    XI_LAMBDA,
    TE_ABOVE,
    TE_BELOW,
    QUOTED
};
static const struct quoted quoted_form[QUOTED] = {
    [RAW] = {.name = "exponent, uncorrected", .statistical = true},
    [DRIFT] = {.name = "drift", .statistical = true},
    [EXPONENT] = {.name = "exponent"},
    [SLOPE] = {.name = "scale exponent"},
    [AMPLITUDE] = {.name = "amplitude"},
    [POINT] = {.name = "collapse points, delta", .statistical = true},
    [BOOTSTRAP] = {.name = "the same, bootstrap", .statistical = true},
    [CONTROLLED] = {.name = "the same, controls"},
    [ROWS] = {.name = "median of rows' points"},
    [LAMBDA] = {.name = "median Lambda_n"},
    [XI_ALPHA] = {.name = "xi_alpha", .statistical = true},
    [XI_DELTA] = {.name = "xi_Delta", .statistical = true},
    [XI_LAMBDA] = {.name = "xi_Lambda", .statistical = true},
    [TE_ABOVE] = {.name = "TE rate above"},
    [TE_BELOW] = {.name = "TE exponent below"},
};

/* Every quantity of every series, and of all series together. */
static bool all_cover(const struct results *r, const struct quoted quoted[STANDARD_SERIES][QUOTED]) {
    bool good = true;
    for (size_t i = 0; i < STANDARD_SERIES; i++) {
        printf("    %s\n", r->series[i].name);
        for (size_t q = 0; q < QUOTED; q++) {
            if (quoted[i][q].count > 0) { good = covers(&quoted[i][q]) && good; }
        }
    }
    for (size_t q = 0; q < QUOTED; q++) {
        double squares = 0, freedom = 0;
        for (size_t i = 0; i < STANDARD_SERIES; i++) {
            struct tally t = count_up(&quoted[i][q]);
            squares += t.squares;
            freedom += t.freedom;
        }
        if (freedom == 0 || squares_are_likely(squares, freedom, quoted_form[q].statistical)) { continue; }
        printf("    FAILS in all series: %s, chi^2 %.1f of %g\n", quoted_form[q].name, squares, freedom);
        good = false;
    }
    return good;
}

/* Of simulation against exact values, over all series and experiments: chi squares as likely as their tests,
 * which go by Hotelling's law where a joint covariance is an estimate; of deviations together and of their
 * slope, by Student's, likewise. */
struct exact {
    double chi_square, freedom;
    double directed, directions;
};

static void add_exact(struct exact *exact, const struct verdict *v) {
    if (isnan(v->exact_p)) { return; }
    exact->chi_square += gsl_cdf_chisq_Qinv(v->exact_p, (double)v->exact_freedom);
    exact->freedom += (double)v->exact_freedom;
    exact->directed += gsl_cdf_chisq_Qinv(v->exact_shift.p, 1) + gsl_cdf_chisq_Qinv(v->exact_trend.p, 1);
    exact->directions += 2;
}

/* The mean square of bootstrap errors over delta errors. */
struct ratio {
    size_t count;
    double sum;
};

/* Collapse points at every n beside exact values. Errors from groups come with Student's law. */
static void quote_points(struct quoted quoted[QUOTED], const struct fit *fit, struct ratio *ratio) {
    double groups = (double)fit->series->size[RESULTS_BLOCK];
    for (size_t n = 0; n < fit->lengths; n++) {
        const struct ensemble_point *p = &fit->collapse[n * fit->criteria + fit->primary];
        double exact = log(fit->exact[n]), bootstrap = fit->collapse_se_bootstrap[n];
        quote_error(&quoted[POINT], p->log_ratio, p->se, 0, exact);
        quote_error(&quoted[BOOTSTRAP], p->log_ratio, bootstrap, groups - 1, exact);
        quote_error(&quoted[CONTROLLED], fit->controls[n].log_ratio, fit->controls[n].se, groups - 3, exact);
        ratio->sum += bootstrap * bootstrap / (p->se * p->se);
        ratio->count++;
    }
}

/* A median has an interval of order statistics, of 95% only. */
static void quote_order(struct quoted *q, const struct order *o) {
    quote(q, o->quantile[ORDER_MEDIAN], o->median_low, o->median_high, NAN);
}

static void quote_slope(struct quoted *q, const struct exponent *e) {
    if (!isnan(e->value)) { quote_error(q, e->value, e->se, 0, NAN); }
}

static void quote_laws(struct quoted quoted[QUOTED], const struct verdict *v, double exponent, double limit) {
    quote_estimate(&quoted[EXPONENT], &v->exponent, exponent);
    quote_estimate(&quoted[SLOPE], &v->slope, 1);
    quote_estimate(&quoted[AMPLITUDE], &v->amplitude, limit);
}

static void quote_series(struct quoted quoted[QUOTED], const struct results *r, size_t series,
                         size_t *refuted, struct exact *exact, struct ratio *ratio) {
    struct fit fit;
    struct verdict v;
    fit_make(&fit, r, series, "a.h5");
    verdict_make(&v, &fit);
    size_t last = fit.lengths - 1;
    quote_laws(quoted, &v, standard_exponent[series], standard_limit[series]);
    quote_slope(&quoted[RAW], &fit.window[fit.primary]);
    quote_slope(&quoted[DRIFT], &fit.drift[fit.primary]);
    if (fit.series->family->class != FAMILY_FRECHET) { quote_points(quoted, &fit, ratio); }
    quote_order(&quoted[ROWS], &fit.row_collapse[last]);
    quote_order(&quoted[LAMBDA], &fit.row_lambda[last]);
    quote_slope(&quoted[XI_ALPHA], &v.accumulation.xi_alpha);
    quote_slope(&quoted[XI_DELTA], &v.accumulation.xi_delta);
    quote_slope(&quoted[XI_LAMBDA], &v.accumulation.xi_lambda);
    if (fit.series->family->class != FAMILY_FRECHET) { /* there the top two stay apart but in rare rows */
        quote_slope(&quoted[TE_ABOVE], &fit.te[last].above);
        quote_slope(&quoted[TE_BELOW], &fit.te[last].below);
    }
    *refuted += v.kind == VERDICT_REFUTED;
    add_exact(exact, &v);
    fit_release(&fit);
}

/* On these rows both errors of a collapse point are one: squares of bootstrap errors from 12 groups scatter
 * by sqrt(2/11) = 0.43; their mean is off by 4 times that over sqrt(count) with probability 6e-5. */
static void check_ratio(const struct ratio *r) {
    double mean = r->sum / (double)r->count;
    printf("    square of bootstrap over delta errors: %.4f, mean of %zu\n", mean, r->count);
    check_close(mean, 1, 4 * sqrt(2.0 / 11 / (double)r->count) + 0.01);
}

static void test_coverage(void **state) {
    const struct results *exact_values = *state;
    static struct quoted quoted[STANDARD_SERIES][QUOTED];
    size_t trials = trials_of(TRIALS, 16, 2), refuted = 0;
    struct ratio ratio = {0, 0};
    struct exact exact = {.freedom = 0};
    for (size_t i = 0; i < STANDARD_SERIES; i++) { memcpy(quoted[i], quoted_form, sizeof quoted_form); }
    for (size_t t = 0; t < trials; t++) {
        struct results *r = standard_run(1000 + t, false, exact_values);
        for (size_t i = 0; i < STANDARD_SERIES; i++) {
            quote_series(quoted[i], r, i, &refuted, &exact, &ratio);
        }
        results_free(r);
    }
    assert_true(all_cover(exact_values, quoted));
    check_ratio(&ratio);
    printf("    true laws refuted: %zu of %zu; exact chi^2 %.1f of %g\n", refuted, STANDARD_SERIES * trials,
           exact.chi_square, exact.freedom);
    assert_true(refuted <= trials / 50 + 1);
    assert_true(squares_are_likely(exact.chi_square, exact.freedom, true));
    printf("    directed squares %.1f of %g\n", exact.directed, exact.directions);
    assert_true(squares_are_likely(exact.directed, exact.directions, true));
}

/* Intervals from the joint covariance, of means and of medians; chi squares of the exact test are neither too
 * small nor too large; true laws are not refuted. */
static void test_common_coverage(void **state) {
    const struct results *exact_values = *state;
    static struct quoted quoted[STANDARD_SERIES][QUOTED];
    struct exact exact = {.freedom = 0};
    size_t refuted = 0, trials = trials_of(TRIALS, 4, 1);
    for (size_t i = 0; i < STANDARD_SERIES; i++) { memcpy(quoted[i], quoted_form, sizeof quoted_form); }
    for (size_t t = 0; t < trials; t++) {
        struct results *r = standard_run(7000 + t, true, exact_values);
        for (size_t i = 0; i < STANDARD_SERIES; i++) {
            struct verdict v = standard_judge(r, i, true, NULL);
            quote_laws(quoted[i], &v, standard_exponent[i], standard_limit[i]);
            refuted += v.kind == VERDICT_REFUTED;
            add_exact(&exact, &v);
        }
        results_free(r);
    }
    assert_true(all_cover(exact_values, quoted));
    printf("    true laws refuted: %zu of %zu; exact chi^2 %.1f of %g\n", refuted, STANDARD_SERIES * trials,
           exact.chi_square, exact.freedom);
    assert_true(refuted <= trials / 50 + 1);
    assert_true(squares_are_likely(exact.chi_square, exact.freedom, true));
    printf("    directed squares %.1f of %g\n", exact.directed, exact.directions);
    assert_true(squares_are_likely(exact.directed, exact.directions, false));
}

/* Exact values are those of one experiment of a few rows. */
static int set_up(void **state) {
    *state = standard_exact();
    return *state ? 0 : 1;
}

static int tear_down(void **state) {
    results_free(*state);
    return 0;
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_common_coverage),
    };
    return cmocka_run_group_tests_name("coverage", tests, set_up, tear_down);
}
