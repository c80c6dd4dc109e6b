#include "analysis/report/columns.h"

static const void *prescribed_of(const struct column_place *p) { return &p->verdict->prescribed; }
static const void *course_of_place(const struct column_place *p) { return &p->verdict->prescribed.course; }
static const void *series_of(const struct column_place *p) { return p->fit->series; }

static struct prescribed_point point(const struct column_place *p) {
    return prescribed_at(&p->verdict->prescribed, p->fit->series, p->at[COLUMN_LOG_N]);
}
static double log_ratio(const struct column_place *p) { return point(p).log_ratio; }
static double entropy(const struct column_place *p) { return point(p).entropy; }
static double entropy_se(const struct column_place *p) { return point(p).se; }
static double exact(const struct column_place *p) { return point(p).exact; }
static double share(const struct column_place *p) { return entropy(p) / column_log_n(p); }
static double carriers(const struct column_place *p) { return point(p).carriers; }
static double used(const struct column_place *p) { return point(p).is_used; }

static const char *ground(const struct column_place *p) {
    return p->verdict->prescribed.course.by_law ? "law" : "local exponent";
}
static const char *statistic(const struct column_place *p) {
    return p->verdict->prescribed.is_median ? "median" : "mean";
}
static const char *variable(const struct column_place *p) {
    return p->verdict->prescribed.by_n ? "n" : "log_n";
}
static double rate_predicted(const struct column_place *p) {
    const struct prescribed *v = &p->verdict->prescribed;
    return v->by_n ? v->course.rate_n : v->course.rate;
}

#define N COLUMN_ALONG(COLUMN_LOG_N)
#define IN(MEMBER) COLUMN_OF(prescribed_of, prescribed, MEMBER)
#define IN_COURSE(MEMBER) COLUMN_OF(course_of_place, course, MEMBER)

static const struct column column[] = {
    {"name", "the prescription", COLUMN_NAME(series_of, results_series, prescription, prescription_name)},
    {"trained_log_n", "log n_0 of the trained length", COLUMN_OF(series_of, results_series, log_trained)},
    {"coef", "beta/Lambda^typ there", COLUMN_OF(series_of, results_series, coef)},
    {"class", "of beta/Lambda^typ as n -> inf: subcritical, critical, supercritical or unknown",
     COLUMN_NAME(course_of_place, course, class, course_class_name)},
    {"class_by", "what says so: the law of Lambda^typ, or its local exponent at the largest n",
     .text = ground},
    {"exponent_log_n", "beta/Lambda^typ ~ (log n)^this ..", IN_COURSE(log_power)},
    {"exponent_n", ".. n^this", IN_COURSE(power)},
    {"limit", "of beta/Lambda^typ where critical", IN_COURSE(limit)},
    {"statistic", "of the entropy over rows: mean or median", .text = statistic},
    {"fate", "of the entropy: stays, spreads, collapses or untold",
     COLUMN_NAME(prescribed_of, prescribed, fate, course_fate_name)},
    {"fate_predicted", "the same in theory as n -> inf",
     COLUMN_NAME(course_of_place, course, fate, course_fate_name)},
    {"entropy_limit", "of the entropy in theory, where it stays", IN_COURSE(entropy)},
    {"variable", "what rates are of: n or log_n", .text = variable},
    {"rate", "exponent of the entropy in the variable over the upper half of log log n", IN(rate)},
    {"rate_low", "lower end of its 95% interval", IN(low)},
    {"rate_high", "upper end of its 95% interval", IN(high)},
    {"rate_predicted", "its value in theory as n -> inf", .number = rate_predicted},
    {"rate_exact", "that of exact means over the same n", IN(exact)},
    {"first_log_n", "where those n begin", IN(first_log_n)},
    {"last_log_n", "where they end", IN(last_log_n)},
    {"points", "n from the trained length on whose mean 100 rows carry, or a quarter of all",
     COLUMN_COUNT(prescribed_of, prescribed, points)},
    {"left_out", "the other n from there on", COLUMN_COUNT(prescribed_of, prescribed, left_out)},
    {"exact_count", "mean entropies compared with exact ones",
     COLUMN_COUNT(prescribed_of, prescribed, exact_count)},
    {"exact_chi_square", "chi square of their logarithms, nothing fitted", IN(exact_chi_square)},
    {"exact_p", "probability of a larger one, or of a larger deviation where n share their rows",
     IN(exact_p)},
    {"exact_shift", "what the logarithms are off at all n alike", IN(exact_shift.value)},
    {"exact_shift_se", "its standard error", IN(exact_shift.se)},
    {"exact_shift_p", "probability of one as far from 0", IN(exact_shift.p)},
    {"exact_trend", "slope of what they are off in log log n", IN(exact_trend.value)},
    {"exact_trend_se", "its standard error", IN(exact_trend.se)},
    {"exact_trend_p", "probability of one as far from 0", IN(exact_trend.p)},
    {"exact_joint_p", "probability of one of these p being as small as the least", IN(exact_joint_p)},

    {"log_n", "natural logarithm of the context length n", N, .number = column_log_n},
    {"log_beta_ratio", "natural logarithm of beta/Lambda^typ", N, .number = log_ratio},
    {"entropy", "mean of H, or its median", N, .number = entropy},
    {"entropy_se", "its standard error", N, .number = entropy_se},
    {"entropy_exact", "mean of H, computed without sampling; NaN beside a median", N, .number = exact},
    {"entropy_share", "entropy/log n", N, .number = share},
    {"entropy_carriers", "rows that carry the mean: N/(1 + N (se/H)^2)", N, .number = carriers},
    {"entropy_used", "1 where it is used, 0 where rare rows carry it", N, .number = used},
};

const struct column_table prescribed_columns = {sizeof column / sizeof *column, column};
