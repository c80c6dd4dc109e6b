#include "analysis/report/columns.h"

#include <math.h>

static const struct attention_part *part_of(const struct column_place *p) {
    return &p->attention->part[p->at[COLUMN_REGIME]];
}

static const void *regime_of(const struct column_place *p) { return part_of(p); }
static const void *attention_of(const struct column_place *p) { return p->attention; }
static const void *point_of(const struct column_place *p) { return &p->attention->point[column_point(p)]; }
static const void *answer_of(const struct column_place *p) {
    return &part_of(p)->answer[p->at[COLUMN_QUESTION]];
}

static double matrix(const struct column_place *p) { return attention_worst(p->attention, ATTENTION_MATRIX); }
static double covariance(const struct column_place *p) {
    return attention_worst(p->attention, ATTENTION_COVARIANCE);
}
static double beta(const struct column_place *p) { return p->fit->series->beta[column_point(p)]; }
static double regime(const struct column_place *p) {
    return (double)p->attention->point[column_point(p)].regime;
}

static const char *central_limit(const struct column_place *p) { return p->attention->gaussian.sentence; }
static const char *sentence(const struct column_place *p) { return part_of(p)->sentence; }

#define POINT COLUMN_ALONG(COLUMN_LOG_N, COLUMN_BETA)
#define PART COLUMN_ALONG(COLUMN_REGIME)
#define ANSWER COLUMN_ALONG(COLUMN_REGIME, COLUMN_QUESTION)
#define IN_POINT(MEMBER) COLUMN_OF(point_of, attention_point, MEMBER)
#define IN_ANSWER(MEMBER) COLUMN_OF(answer_of, attention_answer, MEMBER)
#define SIGMA(KEY, name, words, head, meaning)                                                               \
    {name "_sigma", meaning, POINT, IN_POINT(deviation[ATTENTION_##KEY].sigma)},
#define RATIO(MEMBER, MEANING)                                                                               \
    {#MEMBER, MEANING, POINT, IN_POINT(MEMBER)}, {                                                           \
#MEMBER "_se", "its standard error", POINT, IN_POINT(MEMBER##_se)                                    \
    }

static const struct column column[] = {
    {"dimension", "of the sphere", COLUMN_OF(attention_of, attention, dimension)},
    {"matrix_sigma", "the largest of the columns of that name", .number = matrix},
    {"covariance_sigma", "the largest of the columns of that name", .number = covariance},
    {"n_eff_exponent", "n_eff ~ n^this between the two largest n at the largest beta",
     COLUMN_OF(attention_of, attention, gaussian.exponent)},
    {"central_limit", "where the output is Gaussian, and why not before", .text = central_limit},
    {"%s_verdict", "supported, refuted or undecided", PART,
     COLUMN_NAME(regime_of, attention_part, kind, verdict_name)},
    {"%s_sentence", "the verdict in words", PART, .text = sentence},
    {"%s_%s_p", "p-value of a question", ANSWER, IN_ANSWER(p)},

    {"log_n", "natural logarithm of the context length n", COLUMN_ALONG(COLUMN_LOG_N),
     .number = column_log_n},
    {"regime", "0 subcritical, 1 critical, 2 supercritical", POINT, .number = regime},
    {"n_eff", "effective number of keys, n/rho(beta)", POINT, IN_POINT(n_eff)},
    {"critical", "beta/n^(2/(d-1))", POINT, IN_POINT(critical)},
    ATTENTION_QUESTION_TABLE(SIGMA) RATIO(radial_ratio, "variance of <q,ATT> over that of the central limit"),
    RATIO(tangential_ratio, "variance across over that of the central limit"),
    {"radial_p", "p-value of <q,ATT> as normal with the limit's mean and variance", POINT,
     IN_POINT(radial_p)},
    {"tangential_p", "p-value of one component across, likewise", POINT, IN_POINT(tangential_p)},
    RATIO(top_weight_ratio, "mean of p_(1) over that of the limit law"),
    RATIO(deficit_ratio, "mean of 1 - p_(1) over its limit"),
    RATIO(log_deficit_ratio, "mean of -log(1 - p_(1)) over its limit"),

    {"beta", "inverse temperature", POINT, .number = beta, .aside = true},
    {"regime_name", "regime in words", POINT,
     COLUMN_NAME(point_of, attention_point, regime, attention_point_regime_name), .aside = true},
    {"%s_points", "points in a regime", PART, COLUMN_COUNT(regime_of, attention_part, points), .aside = true},
    {"%s_left_out", "of them without exact values as good as the rows", PART,
     COLUMN_COUNT(regime_of, attention_part, left_out), .aside = true},
    {"%s_%s_chi_square", "chi square of a question", ANSWER, IN_ANSWER(chi_square), .aside = true},
    {"%s_%s_freedom", "its degrees of freedom", ANSWER, IN_ANSWER(freedom), .aside = true},
    {"%s_%s_sigma", "deviation furthest from 0, in standard errors", ANSWER, IN_ANSWER(sigma), .aside = true},
};

const struct column_table attention_columns = {sizeof column / sizeof *column, column};
