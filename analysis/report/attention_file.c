#include "analysis/report/attention_file.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a column lies in a point. */
static const struct column {
    const char *name, *long_name;
    size_t offset;
} column[] = {
#define AT(member) offsetof(struct attention_point, member)
    {"n_eff", "effective number of keys, n/rho(beta)", AT(n_eff)},
    {"critical", "beta/n^(2/(d-1))", AT(critical)},
    {"bias_sigma", "mean of 1 - <q,ATT> less its exact value, in standard errors",
     AT(deviation[ATTENTION_BIAS].sigma)},
    {"tangential_sigma", "mean of |ATT_tan|^2 less its exact value, in standard errors",
     AT(deviation[ATTENTION_TANGENTIAL].sigma)},
    {"variance_sigma", "variance of <q,ATT> less its exact value, in standard errors",
     AT(deviation[ATTENTION_VARIANCE].sigma)},
    {"entropy_sigma", "mean of H less its exact value, in standard errors",
     AT(deviation[ATTENTION_ENTROPY].sigma)},
    {"participation_sigma", "mean of Y_2 less its exact value, in standard errors",
     AT(deviation[ATTENTION_PARTICIPATION].sigma)},
    {"weight_sigma", "the same of the ordered weight furthest off", AT(deviation[ATTENTION_WEIGHT].sigma)},
    {"identity_sigma", "mean of the identity that must vanish, in standard errors",
     AT(deviation[ATTENTION_IDENTITY].sigma)},
    {"matrix_sigma", "component of V ATT furthest from V times the exact mean of ATT, in standard errors",
     AT(deviation[ATTENTION_MATRIX].sigma)},
    {"covariance_sigma",
     "covariance of V ATT furthest from what the variances along and across give, likewise",
     AT(deviation[ATTENTION_COVARIANCE].sigma)},
    {"radial_ratio", "variance of <q,ATT> over that of the central limit", AT(radial_ratio)},
    {"radial_ratio_se", "its standard error", AT(radial_ratio_se)},
    {"tangential_ratio", "variance across over that of the central limit", AT(tangential_ratio)},
    {"tangential_ratio_se", "its standard error", AT(tangential_ratio_se)},
    {"radial_p", "p-value of <q,ATT> as normal with the limit's mean and variance", AT(radial_p)},
    {"tangential_p", "p-value of one component across, likewise", AT(tangential_p)},
    {"top_weight_ratio", "mean of p_(1) over that of the limit law", AT(top_weight_ratio)},
    {"top_weight_ratio_se", "its standard error", AT(top_weight_ratio_se)},
    {"deficit_ratio", "mean of 1 - p_(1) over its limit", AT(deficit_ratio)},
    {"deficit_ratio_se", "its standard error", AT(deficit_ratio_se)},
    {"log_deficit_ratio", "mean of -log(1 - p_(1)) over its limit", AT(log_deficit_ratio)},
    {"log_deficit_ratio_se", "its standard error", AT(log_deficit_ratio_se)},
#undef AT
};
enum { COLUMNS = sizeof column / sizeof *column };
_Static_assert(COLUMNS + 2 <= ATTENTION_COLUMNS, "room for every column, log_n and the regime");

/* Named FIRST, FIRST_SECOND or FIRST_SECOND_THIRD. */
static void add_attribute(struct attention_page *page, size_t *count, struct h5_attribute attribute,
                          const char *first, const char *second, const char *third) {
    char *name = page->attribute_name[*count];
    snprintf(name, WORDS, "%s%s%s%s%s", first, *second ? "_" : "", second, *third ? "_" : "", third);
    attribute.name = name;
    page->attribute[(*count)++] = attribute;
}

static size_t add_attributes(struct attention_page *page, const struct attention *a) {
    size_t count = 0;
    const struct {
        const char *name;
        double value;
    } number[] = {{"dimension", a->dimension},
                  {"matrix_sigma", attention_worst(a, ATTENTION_MATRIX)},
                  {"covariance_sigma", attention_worst(a, ATTENTION_COVARIANCE)},
                  {"n_eff_exponent", a->gaussian.exponent}};
    for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
        add_attribute(page, &count, (struct h5_attribute){.number = number[i].value}, number[i].name, "", "");
    }
    add_attribute(page, &count, (struct h5_attribute){.text = a->gaussian.sentence}, "central_limit", "", "");
    for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
        const struct attention_part *part = &a->part[r];
        const char *regime = attention_point_regime_name[r];
        if (part->points == 0) { continue; }
        add_attribute(page, &count, (struct h5_attribute){.text = verdict_name[part->kind]}, regime,
                      "verdict", "");
        add_attribute(page, &count, (struct h5_attribute){.text = part->sentence}, regime, "sentence", "");
        for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) {
            add_attribute(page, &count, (struct h5_attribute){.number = part->answer[q].p}, regime,
                          attention_point_question_name[q], "p");
        }
    }
    return count;
}

static struct h5_dataset *add_column(struct attention_page *page, size_t at, const char *name,
                                     const char *long_name, double *number) {
    page->dataset[at] = (struct h5_dataset){
        .name = name, .units = "1", .long_name = long_name, .rank = 2, .axis = {0, 1}, .number = number};
    return &page->dataset[at];
}

bool attention_file_make(struct attention_page *page, const char *series_name, const struct results_series *s,
                         const struct attention *a, struct h5_group *group) {
    size_t lengths = s->size[RESULTS_LOG_N];
    *page = (struct attention_page){.dimension = {{"log_n", lengths}, {"beta_index", s->size[RESULTS_BETA]}}};
    snprintf(page->name, sizeof page->name, "%s/attention", series_name);
    page->numbers = malloc(((COLUMNS + 1) * a->count + lengths) * sizeof *page->numbers);
    if (!page->numbers) { return false; }
    double *next = page->numbers;
    add_column(page, 0, "log_n", "natural logarithm of the context length n", next)->rank = 1;
    for (size_t n = 0; n < lengths; n++) { *next++ = s->log_n[n]; }
    add_column(page, 1, "regime", "0 subcritical, 1 critical, 2 supercritical", next);
    for (size_t i = 0; i < a->count; i++) { *next++ = (double)a->point[i].regime; }
    for (size_t c = 0; c < COLUMNS; c++) {
        add_column(page, c + 2, column[c].name, column[c].long_name, next);
        for (size_t i = 0; i < a->count; i++) {
            memcpy(next++, (const char *)&a->point[i] + column[c].offset, sizeof(double));
        }
    }
    *group = (struct h5_group){.name = page->name,
                               .dimension_count = 2,
                               .dataset_count = COLUMNS + 2,
                               .attribute_count = add_attributes(page, a),
                               .dimension = page->dimension,
                               .dataset = page->dataset,
                               .attribute = page->attribute};
    return true;
}

void attention_file_release(struct attention_page *page) { free(page->numbers); }
