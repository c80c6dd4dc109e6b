#include "attention_file.h"

#include <stdio.h>
#include <stdlib.h>

static double read_regime(const struct attention_point *p) { return (double)p->regime; }
static double read_n_eff(const struct attention_point *p) { return p->n_eff; }
static double read_critical(const struct attention_point *p) { return p->critical; }
static double read_bias(const struct attention_point *p) { return p->bias_sigma; }
static double read_tangential(const struct attention_point *p) { return p->tangential_sigma; }
static double read_weight(const struct attention_point *p) { return p->weight_sigma; }
static double read_identity(const struct attention_point *p) { return p->identity_sigma; }
static double read_radial_ratio(const struct attention_point *p) { return p->radial_ratio; }
static double read_radial_ratio_se(const struct attention_point *p) { return p->radial_ratio_se; }
static double read_tangential_ratio(const struct attention_point *p) { return p->tangential_ratio; }
static double read_tangential_ratio_se(const struct attention_point *p) { return p->tangential_ratio_se; }
static double read_radial_p(const struct attention_point *p) { return p->radial_p; }
static double read_tangential_p(const struct attention_point *p) { return p->tangential_p; }
static double read_top_weight(const struct attention_point *p) { return p->top_weight_ratio; }
static double read_top_weight_se(const struct attention_point *p) { return p->top_weight_ratio_se; }
static double read_deficit(const struct attention_point *p) { return p->deficit_ratio; }
static double read_deficit_se(const struct attention_point *p) { return p->deficit_ratio_se; }
static double read_log_deficit(const struct attention_point *p) { return p->log_deficit_ratio; }
static double read_log_deficit_se(const struct attention_point *p) { return p->log_deficit_ratio_se; }

static const struct column {
    const char *name, *long_name;
    double (*read)(const struct attention_point *point);
} column[] = {
    {"regime", "0 subcritical, 1 critical, 2 supercritical", read_regime},
    {"n_eff", "effective number of keys, n/rho(beta)", read_n_eff},
    {"critical", "beta/n^(2/(d-1))", read_critical},
    {"bias_sigma", "mean of 1 - <q,ATT> less its exact value, in standard errors", read_bias},
    {"tangential_sigma", "mean of |ATT_tan|^2 less its exact value, in standard errors", read_tangential},
    {"weight_sigma", "the same of the ordered weight furthest off", read_weight},
    {"identity_sigma", "mean of the identity that must vanish, in standard errors", read_identity},
    {"radial_ratio", "variance of <q,ATT> over that of the central limit", read_radial_ratio},
    {"radial_ratio_se", "its standard error", read_radial_ratio_se},
    {"tangential_ratio", "variance across over that of the central limit", read_tangential_ratio},
    {"tangential_ratio_se", "its standard error", read_tangential_ratio_se},
    {"radial_p", "p-value of <q,ATT> as normal with the limit's mean and variance", read_radial_p},
    {"tangential_p", "p-value of one component across, likewise", read_tangential_p},
    {"top_weight_ratio", "mean of p_(1) over that of the limit law", read_top_weight},
    {"top_weight_ratio_se", "its standard error", read_top_weight_se},
    {"deficit_ratio", "mean of 1 - p_(1) over its limit", read_deficit},
    {"deficit_ratio_se", "its standard error", read_deficit_se},
    {"log_deficit_ratio", "mean of -log(1 - p_(1)) over its limit", read_log_deficit},
    {"log_deficit_ratio_se", "its standard error", read_log_deficit_se},
};
enum { COLUMNS = sizeof column / sizeof *column };
_Static_assert(COLUMNS + 1 <= ATTENTION_COLUMNS, "room for every column and log_n");

static size_t add_attributes(struct attention_page *page, const struct attention *a) {
    size_t count = 0;
    page->attribute[count++] = (struct h5_attribute){.name = "dimension", .number = a->dimension};
    page->attribute[count++] = (struct h5_attribute){.name = "matrix_sigma", .number = a->matrix_sigma};
    page->attribute[count++] =
        (struct h5_attribute){.name = "covariance_sigma", .number = a->covariance_sigma};
    page->attribute[count++] = (struct h5_attribute){.name = "central_limit", .text = a->central_limit};
    for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
        const struct attention_part *part = &a->part[r];
        if (part->points == 0) { continue; }
        const struct h5_attribute of_part[] = {{.text = verdict_name[part->kind]},
                                               {.text = part->sentence},
                                               {.number = part->bias_p},
                                               {.number = part->tangential_p}};
        static const char *const suffix[] = {"verdict", "sentence", "bias_p", "tangential_p"};
        for (size_t i = 0; i < sizeof suffix / sizeof *suffix; i++, count++) {
            snprintf(page->attribute_name[count], WORDS, "%s_%s", attention_regime_name[r], suffix[i]);
            page->attribute[count] = of_part[i];
            page->attribute[count].name = page->attribute_name[count];
        }
    }
    return count;
}

bool attention_file_make(struct attention_page *page, const char *series_name, const struct results_series *s,
                         const struct attention *a, struct h5_group *group) {
    size_t lengths = s->size[RESULTS_LOG_N];
    *page = (struct attention_page){.dimension = {{"log_n", lengths}, {"beta_index", s->size[RESULTS_BETA]}}};
    snprintf(page->name, sizeof page->name, "%s/attention", series_name);
    page->numbers = malloc((COLUMNS * a->count + lengths) * sizeof *page->numbers);
    if (!page->numbers) { return false; }
    double *next = page->numbers;
    page->dataset[0] = (struct h5_dataset){.name = "log_n",
                                           .units = "1",
                                           .long_name = "natural logarithm of the context length n",
                                           .rank = 1,
                                           .number = next};
    for (size_t n = 0; n < lengths; n++) { *next++ = s->log_n[n]; }
    for (size_t c = 0; c < COLUMNS; c++) {
        page->dataset[c + 1] = (struct h5_dataset){.name = column[c].name,
                                                   .units = "1",
                                                   .long_name = column[c].long_name,
                                                   .rank = 2,
                                                   .axis = {0, 1},
                                                   .number = next};
        for (size_t i = 0; i < a->count; i++) { *next++ = column[c].read(&a->point[i]); }
    }
    *group = (struct h5_group){.name = page->name,
                               .dimension_count = 2,
                               .dataset_count = COLUMNS + 1,
                               .attribute_count = add_attributes(page, a),
                               .dimension = page->dimension,
                               .dataset = page->dataset,
                               .attribute = page->attribute};
    return true;
}

void attention_file_release(struct attention_page *page) { free(page->numbers); }
