#include "analysis/report/columns.h"

#include <math.h>

static const struct universality_member *member(const struct column_place *p) {
    return &p->class->member[p->at[COLUMN_MEMBER]];
}
static const void *member_of(const struct column_place *p) { return member(p); }
static const void *class_of(const struct column_place *p) { return p->class; }
static const void *answer_of(const struct column_place *p) { return &p->class->answer[p->at[COLUMN_TEST]]; }

static double ratio(const struct column_place *p) { return exp(member(p)->log_ratio); }
static double ratio_se(const struct column_place *p) { return ratio(p) * member(p)->log_ratio_se; }
static double moved(const struct column_place *p) { return exp(member(p)->log_moved); }
static double moved_se(const struct column_place *p) { return moved(p) * member(p)->log_moved_se; }
static double moved_predicted(const struct column_place *p) { return exp(member(p)->log_moved_predicted); }

static const char *sentence(const struct column_place *p) { return p->class->sentence; }
static const char *name(const struct column_place *p) { return member(p)->fit->name; }

#define IN(MEMBER) COLUMN_OF(class_of, universality, MEMBER)
#define ANSWER COLUMN_ALONG(COLUMN_TEST)
#define MEMBER COLUMN_ALONG(COLUMN_MEMBER)
#define IN_MEMBER(NAME) COLUMN_OF(member_of, universality_member, NAME)

static const struct column column[] = {
    {"judged_by", "criterion that is judged", .text = column_criterion},
    {"verdict", "supported, refuted or undecided", COLUMN_NAME(class_of, universality, kind, verdict_name)},
    {"sentence", "the verdict in words", .text = sentence},
    {"exponent_predicted", "exponent of beta_c in n in theory", IN(exponent)},
    {"common_ratio", "what beta_c/Lambda^typ tends to, of all series", IN(common)},
    {"common_ratio_se", "its standard error", IN(common_se)},
    {"common_ratio_predicted", "the same in the limit law", IN(limit)},
    {"unmoved_sigma", "standard errors that exclude an amplitude which no density moves", IN(unmoved_sigma)},
    {"%s_chi_square", "chi square of a question", ANSWER,
     COLUMN_OF(answer_of, universality_answer, chi_square)},
    {"%s_freedom", "its degrees of freedom", ANSWER, COLUMN_COUNT(answer_of, universality_answer, freedom)},
    {"%s_p", "probability of a larger one", ANSWER, COLUMN_OF(answer_of, universality_answer, p)},

    {"points", "n that are used: from where on lambda_typ keeps to its power of n", MEMBER,
     COLUMN_COUNT(member_of, universality_member, points)},
    {"first_log_n", "natural logarithm of the smallest of them", MEMBER, IN_MEMBER(first_log_n)},
    {"exponent", "exponent of beta_c in n", MEMBER, IN_MEMBER(exponent)},
    {"exponent_se", "its standard error, systematic parts included, as of all here", MEMBER,
     IN_MEMBER(exponent_se)},
    {"ratio", "what beta_c/Lambda^typ tends to", MEMBER, .number = ratio},
    {"ratio_se", "its standard error", MEMBER, .number = ratio_se},
    {"log_amplitude", "natural logarithm of what beta_c/n^exponent of theory tends to", MEMBER,
     IN_MEMBER(log_amplitude)},
    {"log_amplitude_se", "its standard error", MEMBER, IN_MEMBER(log_amplitude_se)},
    {"concentration", "of keys around the query; NaN for other scores", MEMBER, IN_MEMBER(concentration)},
    {"log_density", "natural logarithm of the density at the query over that of uniform keys", MEMBER,
     IN_MEMBER(log_density)},
    {"moved", "amplitude over that of the least concentrated keys", MEMBER, .number = moved},
    {"moved_se", "its standard error", MEMBER, .number = moved_se},
    {"moved_predicted", "the same by the densities at the query alone", MEMBER, .number = moved_predicted},
    {"member", "group of the series in this file", MEMBER, .text = name},
};

const struct column_table universality_columns = {sizeof column / sizeof *column, column};
