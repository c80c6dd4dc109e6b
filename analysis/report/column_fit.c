/* The columns of a fit: where each number lies or how it is computed, then the table. */
#include "analysis/report/columns.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/fit/beside.h"

/* ---- where numbers lie ---- */

/* The place in an array (axis, criterion); false without a criterion, or before the first. */
static bool by_criterion(const struct column_place *p, enum column_axis axis, size_t *at) {
    size_t criterion = p->at[COLUMN_CRITERION], index = p->at[axis];
    *at = index * p->fit->criteria + criterion;
    return criterion < p->fit->criteria && index < column_size(p, axis);
}

#define BY_CRITERION(FUNCTION, AXIS, MEMBER)                                                                 \
    static const void *FUNCTION(const struct column_place *p) {                                              \
        size_t at;                                                                                           \
        return by_criterion(p, AXIS, &at) ? &p->fit->MEMBER[at] : NULL;                                      \
    }
BY_CRITERION(point_of, COLUMN_LOG_N, collapse)
BY_CRITERION(judged_of, COLUMN_LOG_N, judged)
BY_CRITERION(rows_of, COLUMN_LOG_N, row_collapse)
BY_CRITERION(local_of, COLUMN_INTERVAL, local)
BY_CRITERION(window_of, COLUMN_WINDOW, window)
BY_CRITERION(window_lambda_of, COLUMN_WINDOW, window_lambda)

static const void *local_lambda_of(const struct column_place *p) {
    size_t interval = p->at[COLUMN_INTERVAL];
    return interval < p->fit->intervals ? &p->fit->local_lambda[interval] : NULL;
}
static const void *drift_of(const struct column_place *p) {
    size_t criterion = p->at[COLUMN_CRITERION];
    return criterion < p->fit->criteria ? &p->fit->drift[criterion] : NULL;
}
static const void *lambda_of(const struct column_place *p) {
    return &p->fit->row_lambda[p->at[COLUMN_LOG_N]];
}
static const void *controls_of(const struct column_place *p) {
    return &p->fit->controls[p->at[COLUMN_LOG_N]];
}
static const void *te_of(const struct column_place *p) { return &p->fit->te[p->at[COLUMN_LOG_N]]; }
static const void *exact_of(const struct column_place *p) { return &p->fit->exact[p->at[COLUMN_LOG_N]]; }
static const void *verdict_of(const struct column_place *p) { return p->verdict; }
static const void *rival_of(const struct column_place *p) { return &p->verdict->rival[p->at[COLUMN_LAW]]; }
static const void *law_window_of(const struct column_place *p) {
    return &p->verdict->window[p->at[COLUMN_LAW_WINDOW]];
}

/* Over all n, where there is one to state. */
static const void *raw_of(const struct column_place *p) { return fit_raw_exponent(p->fit); }
static const void *raw_lambda_of(const struct column_place *p) {
    return raw_of(p) ? &p->fit->window_lambda[p->fit->primary] : NULL;
}
static const void *raw_drift_of(const struct column_place *p) {
    return raw_of(p) ? &p->fit->drift[p->fit->primary] : NULL;
}

/* ---- numbers that are computed ---- */

#define OF_SERIES(FUNCTION, KEY, AT)                                                                         \
    static double FUNCTION(const struct column_place *p) { return p->fit->series->KEY[AT]; }
OF_SERIES(length, n, p->at[COLUMN_LOG_N])
OF_SERIES(lambda_typ, lambda_typ, p->at[COLUMN_LOG_N])
OF_SERIES(log_lambda_typ, log_lambda_typ, p->at[COLUMN_LOG_N])
OF_SERIES(interval_low, log_n, p->at[COLUMN_INTERVAL])
OF_SERIES(interval_high, log_n, p->at[COLUMN_INTERVAL] + 1)
OF_SERIES(window_low, log_n, p->at[COLUMN_WINDOW])
static double level(const struct column_place *p) { return order_level[p->at[COLUMN_QUANTILE]]; }

/* From a collapse point; NaN where there is none. */
#define OF_POINT(FUNCTION, FIND, NUMBER)                                                                     \
    static double FUNCTION(const struct column_place *p) {                                                   \
        const struct ensemble_point *point = FIND(p);                                                        \
        return point ? NUMBER : NAN;                                                                         \
    }
OF_POINT(ratio, point_of, exp(point->log_ratio))
OF_POINT(ratio_se, point_of, exp(point->log_ratio) * point->se)
OF_POINT(grid_error, point_of, exp(point->log_ratio) * point->grid_error)
OF_POINT(log_collapse, point_of, log_lambda_typ(p) + point->log_ratio)
OF_POINT(judged, judged_of, exp(point->log_ratio))
OF_POINT(judged_se, judged_of, exp(point->log_ratio) * point->se)

static double log_judged(const struct column_place *p) {
    size_t criterion = p->at[COLUMN_CRITERION];
    return criterion < p->fit->criteria ? fit_log_judged(p->fit, p->at[COLUMN_LOG_N], criterion) : NAN;
}
static double judged_exact(const struct column_place *p) {
    return fit_judged_exact(p->fit, p->at[COLUMN_LOG_N]);
}
static double judged_sigma(const struct column_place *p) {
    return (judged(p) - judged_exact(p)) / judged_se(p);
}
static double ratio_se_block(const struct column_place *p) {
    size_t at;
    return by_criterion(p, COLUMN_LOG_N, &at) ? ratio(p) * p->fit->collapse_se_block[at] : NAN;
}
static double bootstrap(const struct column_place *p) {
    struct column_place judged = *p;
    judged.at[COLUMN_CRITERION] = p->fit->primary;
    return ratio(&judged) * p->fit->collapse_se_bootstrap[p->at[COLUMN_LOG_N]];
}
static double controlled(const struct column_place *p) {
    return exp(p->fit->controls[p->at[COLUMN_LOG_N]].log_ratio);
}
static double controlled_se(const struct column_place *p) {
    return controlled(p) * p->fit->controls[p->at[COLUMN_LOG_N]].se;
}
static double row_quantile(const struct column_place *p) {
    const struct order *rows = rows_of(p);
    return rows ? rows->quantile[p->at[COLUMN_QUANTILE]] : NAN;
}
static double lambda_quantile(const struct column_place *p) {
    const struct order *rows = lambda_of(p);
    return rows->quantile[p->at[COLUMN_QUANTILE]];
}
static double asymptotic(const struct column_place *p) { return fit_asymptotic_exponent(p->fit); }

static const uint64_t *replicates(const struct column_place *p) { return &p->fit->series->replicates; }
static double replicates_here(const struct column_place *p) {
    return results_replicates(p->fit->series, p->at[COLUMN_LOG_N]);
}

/* ---- other normalisers ---- */

static size_t alpha_at(const struct column_place *p) {
    return column_point(p) * column_size(p, COLUMN_ALPHA) + p->at[COLUMN_ALPHA];
}
static size_t sink_at(const struct column_place *p) {
    return column_point(p) * column_size(p, COLUMN_SINK) + p->at[COLUMN_SINK];
}

/* A mean of the series and its error: two functions. */
#define QUANTITY(FUNCTION, AT, KEY)                                                                          \
    static double FUNCTION(const struct column_place *p) { return p->fit->series->mean[KEY][AT(p)]; }        \
    static double FUNCTION##_se(const struct column_place *p) { return p->fit->series->se[KEY][AT(p)]; }
QUANTITY(softmax_entropy, column_point, MEASURE_ENTROPY)
QUANTITY(sparsemax_support, column_point, RESULTS_SPARSEMAX_SUPPORT)
QUANTITY(sparsemax_entropy, column_point, RESULTS_SPARSEMAX_ENTROPY)
QUANTITY(entmax_support, alpha_at, RESULTS_ENTMAX_SUPPORT)
QUANTITY(entmax_entropy, alpha_at, RESULTS_ENTMAX_ENTROPY)
QUANTITY(sink_weight, sink_at, RESULTS_SINK_WEIGHT)
QUANTITY(sink_entropy, sink_at, RESULTS_SINK_ENTROPY)

OF_SERIES(beta_ratio, beta_ratio, column_point(p))
OF_SERIES(entmax_alpha, entmax_alpha, p->at[COLUMN_ALPHA])
OF_SERIES(sink_score, sink_score, p->at[COLUMN_SINK])
OF_SERIES(sink_weight_exact, exact_sink_weight, sink_at(p))
static double support_limit(const struct column_place *p) {
    return beside_support_limit(p->fit->series, p->at[COLUMN_LOG_N], p->at[COLUMN_BETA]);
}
static double sink_sigma(const struct column_place *p) {
    return beside_sink(p->fit->series, p->at[COLUMN_SINK]).sigma;
}
static double sink_p(const struct column_place *p) {
    return beside_sink(p->fit->series, p->at[COLUMN_SINK]).p;
}
static const char *normalisers(const struct column_place *p) {
    return beside_is_asked(p->fit->series) ? "asked for" : NULL;
}
static const char *sparsemax(const struct column_place *p) {
    return p->fit->series->sparsemax ? "asked for" : NULL;
}

/* ---- texts ---- */

static const char *file(const struct column_place *p) { return p->fit->file; }
static const char *series(const struct column_place *p) { return p->fit->series->name; }
static const char *group(const struct column_place *p) { return p->fit->name; }
static const char *family(const struct column_place *p) { return p->fit->series->family->name; }
static const char *extreme_class(const struct column_place *p) {
    return family_class_name(p->fit->series->family->class);
}
static const char *parameter(const struct column_place *p) {
    const struct results_series *s = p->fit->series;
    return words_parameter(s->family, s->parameter, p->at[COLUMN_PARAMETER], p->room);
}
static const char *variable(const struct column_place *p) { return p->fit->by_n ? "n" : "log_n"; }
static const char *asymptotic_law(const struct column_place *p) {
    return p->fit->has_law ? words_schedule(&p->fit->law, p->room) : "unknown";
}
static const char *sentence(const struct column_place *p) {
    return sentence_make(p->fit, p->verdict, p->room);
}
static const char *rival(const struct column_place *p) { return column_label(p, COLUMN_LAW); }
/* Whether Lambda^typ of keys at positions settles. */
static const char *growth(const struct column_place *p) {
    const struct accumulation_reach *reach = &p->verdict->reach;
    return !reach->present ? NULL : isnan(reach->limit) ? "grows" : "settles";
}
/* What would decide an undecided verdict. */
static const char *remedy(const struct column_place *p) {
    const struct verdict_settle *settle = &p->verdict->settle;
    return !isnan(settle->replicates) ? "replicates" : !isnan(settle->log_n) ? "log_n" : NULL;
}

/* ---- the table ---- */

#define IN(MEMBER) COLUMN_OF(verdict_of, verdict, MEMBER)
#define COUNT(MEMBER) COLUMN_COUNT(verdict_of, verdict, MEMBER)
#define ESTIMATE(NAME, MEMBER, MEANING)                                                                      \
    {NAME, MEANING, IN(MEMBER.value)}, {NAME "_low", "lower end of its 95% interval", IN(MEMBER.low)},       \
        {NAME "_high", "upper end of its 95% interval", IN(MEMBER.high)}, {                                  \
        NAME "_predicted", "its value in theory", IN(MEMBER.predicted)                                       \
    }
#define ALONG(...) COLUMN_ALONG(__VA_ARGS__)
/* A value and its error. */
#define WITH_ERROR(NAME, MEANING, AXES, FIND, TYPE, VALUE, ERROR)                                            \
    {NAME, MEANING, AXES, COLUMN_OF(FIND, TYPE, VALUE)}, {                                                   \
        NAME "_se", "its standard error", AXES, COLUMN_OF(FIND, TYPE, ERROR)                                 \
    }
#define SLOPE(NAME, MEMBER, MEANING)                                                                         \
    WITH_ERROR(NAME, MEANING, .rank = 0, verdict_of, verdict, MEMBER.value, MEMBER.se)
/* A mean under another normaliser. */
#define BESIDE(NAME, MEANING, ...)                                                                           \
    {#NAME, MEANING, ALONG(__VA_ARGS__), .number = NAME, .aside = true}, {                                   \
#NAME "_se", "its standard error", ALONG(__VA_ARGS__), .number = NAME##_se, .aside = true            \
    }
#define N COLUMN_LOG_N
#define K COLUMN_CRITERION

static const struct column column[] = {
    {"file", "results file the series came from", .text = file},
    {"series", "its name there", .text = series},
    {"family", "family of its law", .text = family},
    {"class", "extreme-value class of the family", .text = extreme_class},
    {"%s", "parameter of the family", ALONG(COLUMN_PARAMETER), .text = parameter},
    {"replicates", "rows per n, under a target the most", .whole = replicates, .by_n = true},
    {"variable", "what exponents are of: n or log_n", .text = variable},
    {"asymptotic_law", "Lambda^typ as n -> inf", .text = asymptotic_law},
    {"asymptotic_exponent", "its exponent in the variable", .number = asymptotic},
    {"judged_by", "criterion that is judged", .text = column_criterion},
    {"verdict", "supported, refuted or undecided", COLUMN_NAME(verdict_of, verdict, kind, verdict_name)},
    {"sentence", "the verdict in words", .text = sentence},
    ESTIMATE("exponent", exponent, "exponent of beta_c in the variable, with correction terms"),
    ESTIMATE("scale_exponent", slope, "slope of log beta_c against log Lambda^typ"),
    ESTIMATE("amplitude", amplitude, "beta_c/Lambda^typ as n -> inf"),
    {"exact_chi_square", "chi square of simulation against exact values", IN(exact_chi_square)},
    {"exact_count", "collapse points compared", COUNT(exact_count)},
    {"exact_freedom", "degrees of freedom", COUNT(exact_freedom)},
    {"exact_p", "probability of a larger chi square", IN(exact_p)},
    SLOPE("exact_shift", exact_shift, "what log beta_c is off exact values at all n alike"),
    {"exact_shift_p", "probability of one as far from 0", IN(exact_shift.p)},
    SLOPE("exact_trend", exact_trend, "slope of what it is off them in log log n"),
    {"exact_trend_p", "probability of one as far from 0", IN(exact_trend.p)},
    {"exact_joint_p", "probability of one of these p being as small as the least", IN(exact_joint_p)},
    {"cut_off", "n left out, since the beta grid ends at the collapse point or before", COUNT(cut_off)},
    {"few_carry", "n left out, since few rows carry the mean where it crosses", COUNT(few_carry)},
    {"finite_theory", "theory at these n, fitted alike: exact, lambda_typ or none",
     COLUMN_NAME(verdict_of, verdict, theory, verdict_theory_name)},
    {"finite_exponent", "exponent that the same fit makes of it", IN(exponent.finite)},
    {"finite_scale_exponent", "its slope against log Lambda^typ, likewise", IN(slope.finite)},
    {"finite_amplitude", "what its ratio to Lambda^typ tends to, likewise", IN(amplitude.finite)},
    {"finite_local_exponent", "its exponent between the two largest n", IN(local_exponent)},
    {"settle_replicates", "replicates at every n that would decide", IN(settle.replicates)},
    {"settle_log_n", "largest log n that would decide", IN(settle.log_n)},
    {"excluded_sigma_%s", "standard errors that exclude a law", ALONG(COLUMN_LAW),
     COLUMN_OF(rival_of, verdict_rival, excluded_sigma)},
    {"chi_square_%s", "its chi square, with correction terms", ALONG(COLUMN_LAW),
     COLUMN_OF(rival_of, verdict_rival, chi_square)},
    {"weight_%s", "its Akaike weight", ALONG(COLUMN_LAW), COLUMN_OF(rival_of, verdict_rival, weight)},
    {"lambda_median", "median of Lambda_n/Lambda^typ at the largest n", IN(accumulation.median)},
    {"lambda_median_low", "lower end of its 95% interval", IN(accumulation.median_low)},
    {"lambda_median_high", "upper end of its 95% interval", IN(accumulation.median_high)},
    {"lambda_median_predicted", "its value in theory", IN(accumulation.limit)},
    {"position_lambda_limit", "Lambda^typ as n -> inf where scores fall with distance, if it settles",
     IN(reach.limit)},
    {"position_window", "nearest keys that 99% of the competitors at the top come from, at the largest n",
     IN(reach.window)},
    {"position_effective_keys", "keys without penalty that have the same typical maximum there",
     IN(reach.effective)},
    SLOPE("xi_alpha", accumulation.xi_alpha, "exponent of log(rank)/log n where rows attain Lambda_n"),
    SLOPE("xi_delta", accumulation.xi_delta, "exponent of the gap there"),
    SLOPE("xi_lambda", accumulation.xi_lambda, "exponent of Lambda_n"),

    {"log_n", "natural logarithm of the context length n", ALONG(N), .number = column_log_n},
    {"quantile", "level of the quantiles", ALONG(COLUMN_QUANTILE), .number = level},
    {"n", "context length; inf past the range of a double", ALONG(N), .number = length},
    {"lambda_typ", "deterministic accumulation scale Lambda^typ", ALONG(N), .number = lambda_typ},
    {"log_lambda_typ", "natural logarithm of lambda_typ", ALONG(N), .number = log_lambda_typ},
    {"replicates", "rows at this n", ALONG(N), .number = replicates_here},
    {"exact_collapse", "the same as `collapse` for the criterion judged, computed without sampling", ALONG(N),
     .of = exact_of},
    {"collapse", "ensemble collapse point in units of lambda_typ", ALONG(N, K), .number = ratio},
    {"collapse_se", "its standard error, by the delta method (susceptibility: jackknife and grid)",
     ALONG(N, K), .number = ratio_se},
    {"judged", "beta_c in units of lambda_typ: `collapse`, or the median of rows where few carry the mean",
     ALONG(N, K), .number = judged},
    {"judged_se", "its standard error, with what the steps of the beta grid add to it", ALONG(N, K),
     .number = judged_se},
    {"collapse_se_block", "standard error of `collapse`, by leaving out one block group at a time",
     ALONG(N, K), .number = ratio_se_block},
    {"collapse_grid_error", "what the steps of the beta grid may add to its error", ALONG(N, K),
     .number = grid_error},
    {"collapse_se_bootstrap", "standard error for the criterion judged, by resampling block groups", ALONG(N),
     .number = bootstrap},
    {"collapse_controlled", "collapse point judged, with Y_2 and p_(1) as control variates", ALONG(N),
     .number = controlled},
    {"collapse_controlled_se", "its standard error", ALONG(N), .number = controlled_se},
    {"collapse_gain", "variance without controls over variance with them", ALONG(N),
     COLUMN_OF(controls_of, controls, gain)},
    WITH_ERROR("te_rate_above", "-d log2(H/(1 + f log 2))/df at beta = f Lambda_n, f > 4", ALONG(N), te_of,
               te, above.value, above.se),
    WITH_ERROR("te_exponent_below", "exponent of 1 - p_(2)/p_(1) in f at beta = f Lambda_n, f < 1/4",
               ALONG(N), te_of, te, below.value, below.se),
    {"log_collapse", "natural logarithm of the ensemble collapse point in absolute units", ALONG(N, K),
     .number = log_collapse},
    {"row_collapse_count", "rows with a collapse point, 0 and inf included", ALONG(N, K),
     COLUMN_COUNT(rows_of, order, count)},
    {"row_collapse_quantile", "quantiles over rows of the row's own collapse point in units of lambda_typ",
     ALONG(N, K, COLUMN_QUANTILE), .number = row_quantile},
    {"row_collapse_median_low", "lower end of the 95% interval of that median", ALONG(N, K),
     COLUMN_OF(rows_of, order, median_low)},
    {"row_collapse_median_high", "upper end of the 95% interval of that median", ALONG(N, K),
     COLUMN_OF(rows_of, order, median_high)},
    {"lambda_quantile", "quantiles over rows of Lambda_n in units of lambda_typ", ALONG(N, COLUMN_QUANTILE),
     .number = lambda_quantile},
    {"lambda_median_low", "lower end of the 95% interval of that median", ALONG(N),
     COLUMN_OF(lambda_of, order, median_low)},
    {"lambda_median_high", "upper end of the 95% interval of that median", ALONG(N),
     COLUMN_OF(lambda_of, order, median_high)},
    {"interval_log_n_low", "log n at the lower end of an interval between neighbouring n",
     ALONG(COLUMN_INTERVAL), .number = interval_low},
    {"interval_log_n_high", "log n at the upper end of an interval between neighbouring n",
     ALONG(COLUMN_INTERVAL), .number = interval_high},
    WITH_ERROR("local_exponent", "slope of log beta_c over the interval", ALONG(COLUMN_INTERVAL, K), local_of,
               exponent, value, se),
    {"local_exponent_lambda_typ", "slope of log lambda_typ over the interval", ALONG(COLUMN_INTERVAL),
     COLUMN_OF(local_lambda_of, exponent, value)},
    {"window_log_n_low", "log n at the smallest n of a window; all windows end at the largest n",
     ALONG(COLUMN_WINDOW), .number = window_low},
    WITH_ERROR("window_exponent", "slope of log beta_c over the window, by least squares, all n alike",
               ALONG(COLUMN_WINDOW, K), window_of, exponent, value, se),
    {"window_count", "collapse points in the window", ALONG(COLUMN_WINDOW, K),
     COLUMN_COUNT(window_of, exponent, count)},
    {"window_chi_square", "chi square of the nearest straight line, window_count - 2 degrees of freedom",
     ALONG(COLUMN_WINDOW, K), COLUMN_OF(window_of, exponent, chi_square)},
    {"window_exponent_lambda_typ", "slope of log lambda_typ at the same n", ALONG(COLUMN_WINDOW, K),
     COLUMN_OF(window_lambda_of, exponent, value)},
    WITH_ERROR("drift", "slope of log(beta_c/lambda_typ) in log log n over all n", ALONG(K), drift_of,
               exponent, value, se),
    {"law_window_log_n", "natural logarithm of the smallest n", ALONG(COLUMN_LAW_WINDOW),
     COLUMN_OF(law_window_of, verdict_window, log_n)},
    {"law_window_points", "collapse points from there on", ALONG(COLUMN_LAW_WINDOW),
     COLUMN_COUNT(law_window_of, verdict_window, count)},
    WITH_ERROR("law_window_exponent", "exponent with correction terms", ALONG(COLUMN_LAW_WINDOW),
               law_window_of, verdict_window, value, se),
    {"criterion", "criterion of the collapse point", ALONG(K), .text = column_criterion},
    {"collapse_state", "found, or why there is no collapse point", ALONG(N, K),
     COLUMN_NAME(point_of, ensemble_point, state, ensemble_state_name)},

    {"group", "name of the series in the fit file", .text = group, .aside = true},
    {"position_growth", "settles or grows: Lambda^typ where scores fall with distance", .text = growth,
     .aside = true},
    {"remedy", "what would decide: replicates or log_n", .text = remedy, .aside = true},
    {"law", "name of a rival law", ALONG(COLUMN_LAW), .text = rival, .aside = true},
    {"log_judged", "natural logarithm of beta_c in absolute units, as it is judged", ALONG(N, K),
     .number = log_judged, .aside = true},
    {"judged_relative_se", "its standard error", ALONG(N, K), COLUMN_OF(judged_of, ensemble_point, se),
     .aside = true},
    {"judged_exact", "the same computed without sampling, where that is known", ALONG(N),
     .number = judged_exact, .aside = true},
    {"judged_sigma", "beta_c less its exact value, in standard errors", ALONG(N), .number = judged_sigma,
     .aside = true},
    {"te_top_two_ratio", "mean p_(2)/p_(1) at the smallest factor", ALONG(N), COLUMN_OF(te_of, te, ratio),
     .aside = true},
    {"raw_exponent", "slope of log beta_c over all n, without corrections",
     COLUMN_OF(raw_of, exponent, value), .aside = true},
    {"raw_exponent_se", "its standard error", COLUMN_OF(raw_of, exponent, se), .aside = true},
    {"raw_exponent_lambda_typ", "slope of log lambda_typ at the same n",
     COLUMN_OF(raw_lambda_of, exponent, value), .aside = true},
    {"raw_drift", "drift of the criterion judged", COLUMN_OF(raw_drift_of, exponent, value), .aside = true},
    {"raw_drift_se", "its standard error", COLUMN_OF(raw_drift_of, exponent, se), .aside = true},
    {"normalisers", "whether other normalisers than softmax are asked for", .text = normalisers,
     .aside = true},
    {"sparsemax", "whether sparsemax is", .text = sparsemax, .aside = true},
    {"beta_ratio", "beta/Lambda^typ", ALONG(N, COLUMN_BETA), .number = beta_ratio, .aside = true},
    BESIDE(softmax_entropy, "mean of H", N, COLUMN_BETA),
    BESIDE(sparsemax_support, "keys with weight", N, COLUMN_BETA),
    {"sparsemax_support_limit", "what that tends to as n grows", ALONG(N, COLUMN_BETA),
     .number = support_limit, .aside = true},
    BESIDE(sparsemax_entropy, "H of the weights", N, COLUMN_BETA),
    {"entmax_alpha", "alpha", ALONG(COLUMN_ALPHA), .number = entmax_alpha, .aside = true},
    BESIDE(entmax_support, "keys with weight", N, COLUMN_BETA, COLUMN_ALPHA),
    BESIDE(entmax_entropy, "H of the weights", N, COLUMN_BETA, COLUMN_ALPHA),
    {"sink_score", "score of the sink", ALONG(COLUMN_SINK), .number = sink_score, .aside = true},
    {"sink_sigma", "deviation of its mean weights from exact ones, the furthest", ALONG(COLUMN_SINK),
     .number = sink_sigma, .aside = true},
    {"sink_p", "probability of one so far", ALONG(COLUMN_SINK), .number = sink_p, .aside = true},
    BESIDE(sink_weight, "weight of the sink", N, COLUMN_BETA, COLUMN_SINK),
    {"sink_weight_exact", "the same without sampling", ALONG(N, COLUMN_BETA, COLUMN_SINK),
     .number = sink_weight_exact, .aside = true},
    BESIDE(sink_entropy, "H of all weights", N, COLUMN_BETA, COLUMN_SINK),
};

const struct column_table column_fit = {sizeof column / sizeof *column, column};
