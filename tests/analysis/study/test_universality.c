/* Series of one exponent judged together: what they share, what the density at the query moves, and that a
 * law which is none of theirs is refuted.
 *
 * Fixed seed. False alarms, were it drawn anew: 1e-3 for each of the two verdicts, 1e-3 of the numbers beside
 * theirs. */
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>

#include "analysis/study/declared.h"
#include "analysis/study/universality.h"

/* Keys on the 2-sphere, plain scores of their exponent, and one law of another. */
static const char text[] =
    "seed: 11\nreplicates: 1024\nn: {from: e^20, to: e^2000, points: 8, spacing: loglog}\n"
    "beta: {relative_to: lambda_typ, from: 1/2, to: 4, points: 13}\nkeep_replicates: 64\n"
    "collapse: {entropy: [1], participation: [], top_two_ratio: [], susceptibility: false}\nseries:\n"
    "  - {family: spherical, dimension: 3}\n"
    "  - {family: spherical, name: some, dimension: 3, concentration: 2}\n"
    "  - {family: spherical, name: more, dimension: 3, concentration: 30}\n"
    "  - {family: powerlaw, name: line, kappa: 1, width: 5}\n"
    "  - {family: powerlaw, name: other, kappa: 3}\n"
    "  - {family: gumbel}\n";
enum { SERIES = 6, CLASS = 4 };

static struct results *results; /* of the group */

static int set_up(void **state) {
    (void)state;
    gsl_set_error_handler_off();
    struct config *config = experiment_config(text);
    results = experiment_of(config, isa_best(), 2);
    config_free(config);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    results_free(results);
    return 0;
}

struct judged {
    struct fit fit[SERIES];
    size_t count;
    struct universality *class;
};

static void judged_make(struct judged *j) {
    *j = (struct judged){.count = 0};
    for (size_t i = 0; i < SERIES; i++) { fit_make(&j->fit[i], results, i, "a.h5"); }
    j->class = universality_find(SERIES, j->fit, &j->count);
    for (size_t k = 0; k < j->count; k++) { universality_judge(&j->class[k]); }
}

static void judged_release(struct judged *j) {
    universality_release(j->count, j->class);
    for (size_t i = 0; i < SERIES; i++) { fit_release(&j->fit[i]); }
}

/* In three dimensions T has the density c e^{-c T}/(1 - e^-2c), uniform keys' 1/2. */
static double density(double c) { return c > 0 ? -2 * c / expm1(-2 * c) : 1; }

static void one_exponent_one_law(void **state) {
    (void)state;
    const double concentration[] = {0, 2, 30};
    struct judged j;
    judged_make(&j);
    assert_int_equal(j.count, 1); /* nothing shares the exponent of the fifth, and the last has none */
    const struct universality *u = &j.class[0];
    assert_int_equal(u->count, CLASS);
    if (u->kind != VERDICT_SUPPORTED) { fail_msg("%s", u->sentence); }
    check_close(u->exponent, 1, 1e-12);
    check_close(u->limit, 1.185, 1e-3);
    check_close(u->common, u->limit, 3.5 * u->common_se);
    assert_true(u->common_se < 0.01 && u->unmoved_sigma > 100);
    for (size_t i = 0; i < CLASS; i++) {
        const struct universality_member *m = &u->member[i];
        assert_int_equal(m->points, 8);
        /* beta_c and beta_c/Lambda^typ are a power of n apart */
        check_relative(m->log_amplitude_se, m->log_ratio_se, 1e-6);
        assert_true(m->exponent_se < 1e-3 && fabs(m->exponent - 1) < 4 * m->exponent_se);
        if (i == 3) {
            assert_true(isnan(m->log_density) && isnan(m->log_moved));
            continue;
        }
        check_close(m->log_density, log(density(concentration[i])), 1e-13);
        check_close(m->log_moved_predicted, log(density(concentration[i])), 1e-13);
        check_close(m->log_moved, m->log_moved_predicted, 4 * m->log_moved_se);
    }
    assert_int_equal(u->answer[UNIVERSALITY_EXPONENT].freedom, 4);
    assert_int_equal(u->answer[UNIVERSALITY_RATIO].freedom, 3);
    assert_int_equal(u->answer[UNIVERSALITY_DENSITY].freedom, 2);
    assert_non_null(strstr(u->sentence, "In 4 of 4 series"));
    assert_non_null(strstr(u->sentence, "an unmoved one is more than 100 sigma away"));
    judged_release(&j);
}

/* Judged as what its parameter declares; back again. */
static void declare(size_t series, size_t parameter, double value) {
    results->series[series].parameter[parameter].coef = value;
    assert_true(declared_apply(&results->series[series]));
}

/* Rows of a concentration of 2 that are said to have 2.5: the amplitude is where no density has it. */
static void another_density_is_refuted(void **state) {
    (void)state;
    struct judged j;
    declare(1, 1, 2.5);
    judged_make(&j);
    const struct universality *u = &j.class[0];
    assert_int_equal(u->kind, VERDICT_REFUTED);
    assert_true(u->answer[UNIVERSALITY_DENSITY].p < 1e-6 && u->answer[UNIVERSALITY_EXPONENT].p > 1e-4);
    assert_non_null(strstr(u->sentence, "amplitudes against the density"));
    judged_release(&j);
    declare(1, 1, 2);
}

/* What refutes with 64 replicates or more leaves the verdict open with fewer. */
static void few_replicates_refute_nothing(void **state) {
    (void)state;
    struct judged j;
    declare(1, 1, 20);
    for (uint64_t replicates = 63; replicates <= 64; replicates++) {
        results->series[3].replicates = replicates;
        judged_make(&j);
        assert_true(j.class[0].answer[UNIVERSALITY_DENSITY].p < 1e-9);
        assert_int_equal(j.class[0].kind, replicates < 64 ? VERDICT_UNDECIDED : VERDICT_REFUTED);
        judged_release(&j);
    }
    results->series[3].replicates = 1024;
    declare(1, 1, 2);
}

/* Rows of kappa = 3 that are said to be of kappa = 1, and so in the class. */
static void another_exponent_is_refuted(void **state) {
    (void)state;
    struct judged j;
    declare(4, 0, 1);
    judged_make(&j);
    const struct universality *u = &j.class[0];
    assert_int_equal(u->count, CLASS + 1);
    assert_int_equal(u->kind, VERDICT_REFUTED);
    assert_true(u->answer[UNIVERSALITY_EXPONENT].p < 1e-6);
    assert_non_null(strstr(u->sentence, "exponents against 1/kappa do not agree"));
    judged_release(&j);
    declare(4, 0, 3);
}

/* n at which Lambda^typ is off its power; series along prescriptions are in no class. */
static void short_rows_say_nothing(void **state) {
    (void)state;
    struct config *config = experiment_config(
        "replicates: 64\nn: [2^6, 2^8]\nkeep_replicates: 16\n"
        "collapse: {entropy: [1], participation: [], top_two_ratio: [], susceptibility: false}\n"
        "series: [{family: spherical, dimension: 5}, {family: spherical, name: c, dimension: 5, "
        "concentration: 9}]\n");
    struct results *r = experiment_of(config, isa_best(), 1);
    struct fit fit[2];
    size_t count;
    for (size_t i = 0; i < 2; i++) { fit_make(&fit[i], r, i, "a.h5"); }
    struct universality *class = universality_find(2, fit, &count);
    assert_int_equal(count, 1);
    universality_judge(class);
    assert_int_equal(class->kind, VERDICT_UNDECIDED);
    assert_non_null(strstr(class->sentence, "take larger n"));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(class->member[i].points, 0);
        assert_true(isnan(class->member[i].exponent) && isnan(class->member[i].log_moved));
    }
    universality_release(count, class);
    r->series[1].is_prescribed = true; /* one beta at each n tells no beta_c */
    class = universality_find(2, fit, &count);
    assert_int_equal(count, 0);
    universality_release(count, class);
    for (size_t i = 0; i < 2; i++) { fit_release(&fit[i]); }
    /* one law alone is no class, however often */
    r->series[1].parameter[1].coef = 0;
    for (size_t i = 0; i < 2; i++) { fit_make(&fit[i], r, i, "a.h5"); }
    class = universality_find(2, fit, &count);
    universality_release(count, class);
    assert_int_equal(count, 0);
    for (size_t i = 0; i < 2; i++) { fit_release(&fit[i]); }
    results_free(r);
    config_free(config);
}

/* A series that takes the random numbers of another is told of and asked nothing; of another seed it is. */
static void who_shares_is_left_out(void **state) {
    (void)state;
    struct judged alone;
    judged_make(&alone);
    for (uint64_t other = 0; other < 2; other++) {
        struct fit fit[CLASS + 1];
        size_t count;
        for (size_t i = 0; i < CLASS + 1; i++) {
            fit_make(&fit[i], results, i < CLASS ? i : 1, i < CLASS ? "a.h5" : "b.h5");
            if (i == CLASS) {
                strcat(fit[i].name, "-2");
                fit[i].seed += other;
            }
        }
        struct universality *class = universality_find(CLASS + 1, fit, &count);
        universality_judge(&class[0]);
        assert_int_equal(class[0].count, CLASS + 1);
        assert_true((class[0].member[CLASS].shares == &fit[1]) == (other == 0));
        assert_true(!isnan(class[0].member[CLASS].log_ratio));
        assert_true((strstr(class[0].sentence, "; some-2 takes the random numbers of some and is left out") !=
                     NULL) == (other == 0));
        for (size_t q = 0; q < UNIVERSALITY_QUESTIONS; q++) {
            assert_int_equal(class[0].answer[q].freedom,
                             alone.class[0].answer[q].freedom + (q != UNIVERSALITY_LIMIT) * other);
        }
        assert_true((class[0].common_se == alone.class[0].common_se) == (other == 0));
        universality_release(count, class);
        for (size_t i = 0; i < CLASS + 1; i++) { fit_release(&fit[i]); }
    }
    judged_release(&alone);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_exponent_one_law),       cmocka_unit_test(who_shares_is_left_out),
        cmocka_unit_test(another_density_is_refuted), cmocka_unit_test(another_exponent_is_refuted),
        cmocka_unit_test(short_rows_say_nothing),     cmocka_unit_test(few_replicates_refute_nothing),
    };
    return cmocka_run_group_tests_name("universality", tests, set_up, tear_down);
}
