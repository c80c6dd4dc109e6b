#include "analysis/verdict/settle.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "analysis/verdict/rivals.h"

/* Two figures, upwards. */
static double round_up(double x) {
    double unit = pow(10, floor(log10(x)) - 1);
    return ceil(x / unit - 1e-9) * unit;
}

const struct verdict_settle settle_nothing = {NAN, NAN};
static const double log_far = 300 * M_LN10, furthest = 1e6; /* log n: where laws show, and that rows reach */

/* Replicates behind a collapse point: all of them, or the kept ones behind a median. */
static double rows_judged(const struct judge *j) {
    const struct results_series *s = j->fit->series;
    return j->points.kind == POINTS_ROWS ? (double)s->size[RESULTS_REPLICATE] : results_least_replicates(s);
}

/* Replicates shrink noise as their root, larger n the neglected corrections as 1/L. */
static struct verdict_settle settle_interval(const struct judge *j, double half, double needed,
                                             double noise) {
    double times = half / needed;
    if (!(times > 1) || isinf(times)) { return settle_nothing; }
    if (noise >= 0.5) { return (struct verdict_settle){round_up(rows_judged(j) * times * times), NAN}; }
    double systematic = half * sqrt(1 - noise),
           further = round_up(j->points.log_n[j->points.count - 1] * fmax(systematic / needed, 2));
    return (struct verdict_settle){NAN, further <= furthest ? further : NAN};
}

/* So narrow that what is off by this much is contradicted. */
static struct verdict_settle settle_estimate(const struct judge *j, const struct verdict_estimate *e) {
    double off = fabs(e->predicted - e->value);
    return settle_interval(j, e->predicted > e->value ? e->high - e->value : e->value - e->low, off / 2,
                           e->noise);
}

/* So narrow that the rival is excluded, five times in six: one sigma to spare. */
static struct verdict_settle settle_rival(const struct judge *j, const struct verdict *v) {
    size_t rival = v->closest;
    double sigma = rivals_expected_sigma(j, v, rival);
    bool is_power = rivals_is_power(j, rival);
    if (isnan(sigma)) { sigma = fmax(1, v->rival[rival].excluded_sigma); }
    return settle_interval(j, VERDICT_EXCLUDED + 1, sigma, is_power ? v->exponent.noise : 1);
}

/* So many groups that their joint covariance is known. */
static struct verdict_settle settle_groups(const struct judge *j) {
    size_t groups = j->points.count + POINTS_MORE_GROUPS;
    return (struct verdict_settle){
        (double)groups * (j->points.kind == POINTS_ROWS ? 1 : RESULTS_BLOCK_LENGTH), NAN};
}

/* So many replicates that chi square, if it goes on like this, is impossible. */
static struct verdict_settle settle_exact(const struct judge *j, const struct verdict *v) {
    if (v->exact_p < JUDGE_IMPOSSIBLE) { return (struct verdict_settle){RESULTS_BLOCK_LENGTH, NAN}; }
    double freedom = (double)v->exact_freedom,
           needed = gsl_cdf_chisq_Qinv(JUDGE_IMPOSSIBLE, freedom) - freedom;
    return settle_interval(j, sqrt(needed), sqrt(v->exact_chi_square - freedom), 1);
}

/* Of rows whose every score is sampled there are none much longer. */
static struct verdict_settle settle_far(const struct judge *j) {
    bool sampled = j->fit->series->family->kind == FAMILY_SAMPLED;
    return sampled ? settle_nothing : (struct verdict_settle){NAN, log_far};
}

struct verdict_settle settle_make(const struct judge *j, const struct verdict *v) {
    if (v->kind != VERDICT_UNDECIDED) { return settle_nothing; }
    switch (v->ground) {
    case GROUND_NO_GROUPS: return settle_groups(j);
    case GROUND_FEW:
    case GROUND_CLOSE:
    case GROUND_SMALL: return settle_far(j);
    case GROUND_EXACT: return settle_exact(j, v);
    case GROUND_EXPONENT: return settle_estimate(j, &v->exponent);
    case GROUND_SLOPE: return settle_estimate(j, &v->slope);
    case GROUND_AMPLITUDE: return settle_estimate(j, &v->amplitude);
    case GROUND_RIVAL: return settle_rival(j, v);
    case GROUND_PRESCRIBED:
    case GROUND_MEASURED:
    case GROUND_CRITERION:
    case GROUND_NO_ERRORS:
    case GROUND_NO_POINTS:
    case GROUND_CUT_OFF:
    case GROUND_NO_THEORY:
    case GROUND_REACH:
    case GROUND_NOTHING: break;
    }
    return settle_nothing;
}
