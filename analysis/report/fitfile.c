#include "analysis/report/fitfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/report/attention_file.h"
#include "analysis/text/words.h"
#include "analysis/verdict/sentence.h"
#include "sim/base/message.h"

enum { DIMENSIONS = 6, DATASETS = 64, ATTRIBUTES = 76 + FAMILY_PARAMETERS, RIVAL_NUMBERS = 3 };
enum axis { LOG_N, CRITERION, QUANTILE, INTERVAL, WINDOW, LAW_WINDOW };

/* One series as a group, with the memory its tables point to. */
struct page {
    const struct fit *fit;
    const struct verdict *verdict;
    char estimate[3][4][WORDS], rival[VERDICT_LAWS][RIVAL_NUMBERS][WORDS]; /* names of attributes */
    char sentence[SENTENCE];
    struct h5_dimension dimension[DIMENSIONS];
    struct h5_dataset dataset[DATASETS];
    struct h5_attribute attribute[ATTRIBUTES];
    size_t dimension_count, dataset_count, attribute_count;
    unsigned place[DIMENSIONS]; /* of an axis in the list of dimensions; empty axes are left out */
    double *numbers, *next, law_window[4][VERDICT_WINDOWS];
    char (*label)[CRITERION_LABEL];
    const char **text;
    char parameter[FAMILY_PARAMETERS][WORDS], law[WORDS];
};

static size_t axis_size(const struct fit *fit, unsigned axis) {
    const size_t size[LAW_WINDOW] = {
        [LOG_N] = fit->lengths,      [CRITERION] = fit->criteria, [QUANTILE] = ORDER_QUANTILES,
        [INTERVAL] = fit->intervals, [WINDOW] = fit->windows,
    };
    return size[axis];
}

/* ---- datasets ---- */

/* Reads one number of a fit at the indices of its axes. */
typedef double reader(const struct fit *fit, const size_t at[H5_RANK]);

static size_t by_criterion(const struct fit *fit, const size_t at[H5_RANK]) {
    return at[0] * fit->criteria + at[1];
}

static double read_log_n(const struct fit *f, const size_t *at) { return f->series->log_n[at[0]]; }
static double read_n(const struct fit *f, const size_t *at) { return f->series->n[at[0]]; }
static double read_lambda_typ(const struct fit *f, const size_t *at) { return f->series->lambda_typ[at[0]]; }
static double read_log_lambda_typ(const struct fit *f, const size_t *at) {
    return f->series->log_lambda_typ[at[0]];
}
static double read_level(const struct fit *f, const size_t *at) {
    (void)f;
    return order_level[at[0]];
}
static double read_exact(const struct fit *f, const size_t *at) { return f->exact[at[0]]; }
static double read_ratio(const struct fit *f, const size_t *at) {
    return exp(f->collapse[by_criterion(f, at)].log_ratio);
}
static double read_ratio_se(const struct fit *f, const size_t *at) {
    return read_ratio(f, at) * f->collapse[by_criterion(f, at)].se;
}
static double read_ratio_se_block(const struct fit *f, const size_t *at) {
    return read_ratio(f, at) * f->collapse_se_block[by_criterion(f, at)];
}
static double read_grid_error(const struct fit *f, const size_t *at) {
    return read_ratio(f, at) * f->collapse[by_criterion(f, at)].grid_error;
}
static double read_log_collapse(const struct fit *f, const size_t *at) {
    return fit_log_collapse(f, at[0], at[1]);
}
static double read_row_count(const struct fit *f, const size_t *at) {
    return (double)f->row_collapse[by_criterion(f, at)].count;
}
static double read_row_quantile(const struct fit *f, const size_t *at) {
    return f->row_collapse[by_criterion(f, at)].quantile[at[2]];
}
static double read_row_low(const struct fit *f, const size_t *at) {
    return f->row_collapse[by_criterion(f, at)].median_low;
}
static double read_row_high(const struct fit *f, const size_t *at) {
    return f->row_collapse[by_criterion(f, at)].median_high;
}
static double read_lambda_quantile(const struct fit *f, const size_t *at) {
    return f->row_lambda[at[0]].quantile[at[1]];
}
static double read_lambda_low(const struct fit *f, const size_t *at) {
    return f->row_lambda[at[0]].median_low;
}
static double read_lambda_high(const struct fit *f, const size_t *at) {
    return f->row_lambda[at[0]].median_high;
}
static double read_next_log_n(const struct fit *f, const size_t *at) { return f->series->log_n[at[0] + 1]; }
static double read_local(const struct fit *f, const size_t *at) {
    return f->local[by_criterion(f, at)].value;
}
static double read_local_se(const struct fit *f, const size_t *at) {
    return f->local[by_criterion(f, at)].se;
}
static double read_local_lambda(const struct fit *f, const size_t *at) {
    return f->local_lambda[at[0]].value;
}
static double read_window(const struct fit *f, const size_t *at) {
    return f->window[by_criterion(f, at)].value;
}
static double read_window_se(const struct fit *f, const size_t *at) {
    return f->window[by_criterion(f, at)].se;
}
static double read_window_count(const struct fit *f, const size_t *at) {
    return (double)f->window[by_criterion(f, at)].count;
}
static double read_window_chi_square(const struct fit *f, const size_t *at) {
    return f->window[by_criterion(f, at)].chi_square;
}
static double read_window_lambda(const struct fit *f, const size_t *at) {
    return f->window_lambda[by_criterion(f, at)].value;
}
static double read_drift(const struct fit *f, const size_t *at) { return f->drift[at[0]].value; }
static double read_drift_se(const struct fit *f, const size_t *at) { return f->drift[at[0]].se; }

static double read_bootstrap(const struct fit *f, const size_t *at) {
    double ratio = exp(f->collapse[at[0] * f->criteria + f->primary].log_ratio);
    return f->primary < f->criteria ? ratio * f->collapse_se_bootstrap[at[0]] : NAN;
}
static double read_controlled(const struct fit *f, const size_t *at) {
    return exp(f->controls[at[0]].log_ratio);
}
static double read_controlled_se(const struct fit *f, const size_t *at) {
    return exp(f->controls[at[0]].log_ratio) * f->controls[at[0]].se;
}
static double read_gain(const struct fit *f, const size_t *at) { return f->controls[at[0]].gain; }
static double read_te_above(const struct fit *f, const size_t *at) { return f->te[at[0]].above.value; }
static double read_te_above_se(const struct fit *f, const size_t *at) { return f->te[at[0]].above.se; }
static double read_te_below(const struct fit *f, const size_t *at) { return f->te[at[0]].below.value; }
static double read_te_below_se(const struct fit *f, const size_t *at) { return f->te[at[0]].below.se; }

static const struct column {
    const char *name, *long_name;
    unsigned rank;
    enum axis axis[H5_RANK];
    reader *read;
} column[] = {
    {"log_n", "natural logarithm of the context length n", 1, {LOG_N}, read_log_n},
    {"quantile", "level of the quantiles", 1, {QUANTILE}, read_level},
    {"n", "context length; inf past the range of a double", 1, {LOG_N}, read_n},
    {"lambda_typ", "deterministic accumulation scale Lambda^typ", 1, {LOG_N}, read_lambda_typ},
    {"log_lambda_typ", "natural logarithm of lambda_typ", 1, {LOG_N}, read_log_lambda_typ},
    {"exact_collapse",
     "the same as `collapse` for the criterion judged, computed without sampling",
     1,
     {LOG_N},
     read_exact},
    {"collapse", "ensemble collapse point in units of lambda_typ", 2, {LOG_N, CRITERION}, read_ratio},
    {"collapse_se",
     "its standard error, by the delta method (susceptibility: jackknife)",
     2,
     {LOG_N, CRITERION},
     read_ratio_se},
    {"collapse_se_block",
     "its standard error, by leaving out one block group at a time",
     2,
     {LOG_N, CRITERION},
     read_ratio_se_block},
    {"collapse_grid_error",
     "what the steps of the beta grid may add to its error",
     2,
     {LOG_N, CRITERION},
     read_grid_error},
    {"collapse_se_bootstrap",
     "standard error for the criterion judged, by resampling block groups",
     1,
     {LOG_N},
     read_bootstrap},
    {"collapse_controlled",
     "collapse point judged, with Y_2 and p_(1) as control variates",
     1,
     {LOG_N},
     read_controlled},
    {"collapse_controlled_se", "its standard error", 1, {LOG_N}, read_controlled_se},
    {"collapse_gain", "variance without controls over variance with them", 1, {LOG_N}, read_gain},
    {"te_rate_above", "-d log2(H/(1 + f log 2))/df at beta = f Lambda_n, f > 4", 1, {LOG_N}, read_te_above},
    {"te_rate_above_se", "its standard error", 1, {LOG_N}, read_te_above_se},
    {"te_exponent_below",
     "exponent of 1 - p_(2)/p_(1) in f at beta = f Lambda_n, f < 1/4",
     1,
     {LOG_N},
     read_te_below},
    {"te_exponent_below_se", "its standard error", 1, {LOG_N}, read_te_below_se},
    {"log_collapse",
     "natural logarithm of the ensemble collapse point in absolute units",
     2,
     {LOG_N, CRITERION},
     read_log_collapse},
    {"row_collapse_count",
     "rows with a collapse point, 0 and inf included",
     2,
     {LOG_N, CRITERION},
     read_row_count},
    {"row_collapse_quantile",
     "quantiles over rows of the row's own collapse point in units of lambda_typ",
     3,
     {LOG_N, CRITERION, QUANTILE},
     read_row_quantile},
    {"row_collapse_median_low",
     "lower end of the 95% interval of that median",
     2,
     {LOG_N, CRITERION},
     read_row_low},
    {"row_collapse_median_high",
     "upper end of the 95% interval of that median",
     2,
     {LOG_N, CRITERION},
     read_row_high},
    {"lambda_quantile",
     "quantiles over rows of Lambda_n in units of lambda_typ",
     2,
     {LOG_N, QUANTILE},
     read_lambda_quantile},
    {"lambda_median_low", "lower end of the 95% interval of that median", 1, {LOG_N}, read_lambda_low},
    {"lambda_median_high", "upper end of the 95% interval of that median", 1, {LOG_N}, read_lambda_high},
    {"interval_log_n_low",
     "log n at the lower end of an interval between neighbouring n",
     1,
     {INTERVAL},
     read_log_n},
    {"interval_log_n_high",
     "log n at the upper end of an interval between neighbouring n",
     1,
     {INTERVAL},
     read_next_log_n},
    {"local_exponent", "slope of log beta_c over the interval", 2, {INTERVAL, CRITERION}, read_local},
    {"local_exponent_se", "its standard error", 2, {INTERVAL, CRITERION}, read_local_se},
    {"local_exponent_lambda_typ",
     "slope of log lambda_typ over the interval",
     1,
     {INTERVAL},
     read_local_lambda},
    {"window_log_n_low",
     "log n at the smallest n of a window; all windows end at the largest n",
     1,
     {WINDOW},
     read_log_n},
    {"window_exponent",
     "slope of log beta_c over the window, by weighted least squares",
     2,
     {WINDOW, CRITERION},
     read_window},
    {"window_exponent_se", "its standard error", 2, {WINDOW, CRITERION}, read_window_se},
    {"window_count", "collapse points in the window", 2, {WINDOW, CRITERION}, read_window_count},
    {"window_chi_square",
     "chi square of the straight line, window_count - 2 degrees of freedom",
     2,
     {WINDOW, CRITERION},
     read_window_chi_square},
    {"window_exponent_lambda_typ",
     "slope of log lambda_typ at the same n with the same weights",
     2,
     {WINDOW, CRITERION},
     read_window_lambda},
    {"drift", "slope of log(beta_c/lambda_typ) in log log n over all n", 1, {CRITERION}, read_drift},
    {"drift_se", "its standard error", 1, {CRITERION}, read_drift_se},
};
enum { COLUMNS = sizeof column / sizeof *column };
_Static_assert(COLUMNS + 8 <= DATASETS, "room for every column, texts and law windows");

static size_t column_size(const struct fit *fit, const struct column *c) {
    size_t size = 1;
    for (unsigned a = 0; a < c->rank; a++) { size *= axis_size(fit, c->axis[a]); }
    return size;
}

static void page_add_dataset(struct page *page, const struct column *c, const double *number,
                             const char *const *text) {
    struct h5_dataset *d = &page->dataset[page->dataset_count++];
    *d = (struct h5_dataset){.name = c->name,
                             .units = text ? NULL : "1",
                             .long_name = c->long_name,
                             .rank = c->rank,
                             .number = number,
                             .text = text};
    for (unsigned a = 0; a < c->rank; a++) { d->axis[a] = page->place[c->axis[a]]; }
}

static void page_add_column(struct page *page, const struct column *c) {
    size_t size = column_size(page->fit, c), at[H5_RANK] = {0};
    if (size == 0) { return; }
    double *number = page->next;
    page->next += size;
    for (size_t i = 0; i < size; i++) {
        size_t rest = i;
        for (unsigned a = c->rank; a-- > 0;) {
            size_t extent = axis_size(page->fit, c->axis[a]);
            at[a] = rest % extent;
            rest /= extent;
        }
        number[i] = c->read(page->fit, at);
    }
    page_add_dataset(page, c, number, NULL);
}

/* The exponent with corrections, by windows of growing smallest n. */
static void page_add_law_windows(struct page *page) {
    static const struct column part[] = {
        {"law_window_log_n", "natural logarithm of the smallest n", 1, {LAW_WINDOW}, NULL},
        {"law_window_points", "collapse points from there on", 1, {LAW_WINDOW}, NULL},
        {"law_window_exponent", "exponent with correction terms", 1, {LAW_WINDOW}, NULL},
        {"law_window_exponent_se", "its standard error", 1, {LAW_WINDOW}, NULL},
    };
    const struct verdict *v = page->verdict;
    if (v->window_count == 0) { return; }
    page->place[LAW_WINDOW] = (unsigned)page->dimension_count;
    page->dimension[page->dimension_count++] = (struct h5_dimension){"law_window", v->window_count};
    for (size_t i = 0; i < v->window_count; i++) {
        const double value[] = {v->window[i].log_n, (double)v->window[i].count, v->window[i].value,
                                v->window[i].se};
        for (size_t k = 0; k < 4; k++) { page->law_window[k][i] = value[k]; }
    }
    for (size_t k = 0; k < 4; k++) { page_add_dataset(page, &part[k], page->law_window[k], NULL); }
}

static void page_add_texts(struct page *page) {
    static const struct column criterion = {
        "criterion", "criterion of the collapse point", 1, {CRITERION}, NULL};
    static const struct column state = {
        "collapse_state", "found, or why there is no collapse point", 2, {LOG_N, CRITERION}, NULL};
    const struct fit *fit = page->fit;
    if (fit->criteria == 0) { return; }
    const char **labels = page->text, **states = page->text + fit->criteria;
    for (size_t k = 0; k < fit->criteria; k++) {
        criterion_label(&fit->series->criterion[k], page->label[k]);
        labels[k] = page->label[k];
    }
    for (size_t i = 0; i < fit->lengths * fit->criteria; i++) {
        states[i] = ensemble_state_name[fit->collapse[i].state];
    }
    page_add_dataset(page, &criterion, NULL, labels);
    page_add_dataset(page, &state, NULL, states);
}

/* ---- attributes ---- */

static void page_add_attribute(struct page *page, const char *name, const char *text, double number) {
    page->attribute[page->attribute_count++] =
        (struct h5_attribute){.name = name, .text = text, .number = number};
}

static void page_add_estimate(struct page *page, size_t which, const char *name,
                              const struct verdict_estimate *e) {
    const double value[] = {e->value, e->low, e->high, e->predicted};
    const char *const suffix[] = {"", "_low", "_high", "_predicted"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(page->estimate[which][i], WORDS, "%s%s", name, suffix[i]);
        page_add_attribute(page, page->estimate[which][i], NULL, value[i]);
    }
}

static void page_add_verdict(struct page *page) {
    const struct verdict *v = page->verdict;
    page_add_attribute(page, "verdict", verdict_name[v->kind], 0);
    page_add_attribute(page, "sentence", sentence_make(page->fit, v, page->sentence), 0);
    page_add_estimate(page, 0, "exponent", &v->exponent);
    page_add_estimate(page, 1, "scale_exponent", &v->slope);
    page_add_estimate(page, 2, "amplitude", &v->amplitude);
    page_add_attribute(page, "exact_chi_square", NULL, v->exact_chi_square);
    page_add_attribute(page, "exact_count", NULL, (double)v->exact_count);
    page_add_attribute(page, "exact_freedom", NULL, (double)v->exact_freedom);
    page_add_attribute(page, "exact_p", NULL, v->exact_p);
    page_add_attribute(page, "settle_replicates", NULL, v->settle.replicates);
    page_add_attribute(page, "settle_log_n", NULL, v->settle.log_n);
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        const char *const prefix[] = {"excluded_sigma", "chi_square", "weight"};
        const double value[] = {v->rival[r].excluded_sigma, v->rival[r].chi_square, v->rival[r].weight};
        for (size_t k = 0; k < RIVAL_NUMBERS; k++) {
            snprintf(page->rival[r][k], WORDS, "%s_%s", prefix[k], verdict_law[r]);
            page_add_attribute(page, page->rival[r][k], NULL, value[k]);
        }
    }
}

static void page_add_slope(struct page *page, const char *name, const char *se_name,
                           const struct exponent *e) {
    page_add_attribute(page, name, NULL, e->value);
    page_add_attribute(page, se_name, NULL, e->se);
}

static void page_add_accumulation(struct page *page) {
    const struct accumulation_fit *a = &page->verdict->accumulation;
    page_add_attribute(page, "lambda_median", NULL, a->median);
    page_add_attribute(page, "lambda_median_low", NULL, a->median_low);
    page_add_attribute(page, "lambda_median_high", NULL, a->median_high);
    page_add_attribute(page, "lambda_median_predicted", NULL, a->limit);
    page_add_slope(page, "xi_alpha", "xi_alpha_se", &a->xi_alpha);
    page_add_slope(page, "xi_delta", "xi_delta_se", &a->xi_delta);
    page_add_slope(page, "xi_lambda", "xi_lambda_se", &a->xi_lambda);
}

static void page_add_attributes(struct page *page) {
    const struct fit *fit = page->fit;
    const struct family *family = fit->series->family;
    page_add_attribute(page, "file", fit->file, 0);
    page_add_attribute(page, "series", fit->series->name, 0);
    page_add_attribute(page, "family", family->name, 0);
    page_add_attribute(page, "class", family_class_name(family->class), 0);
    for (size_t i = 0; i < family->parameter_count; i++) {
        words_schedule(&fit->series->parameter[i], page->parameter[i]);
        page_add_attribute(page, family->parameter[i].name, page->parameter[i], 0);
    }
    page->attribute[page->attribute_count++] =
        (struct h5_attribute){.name = "replicates", .whole = &fit->series->replicates};
    page_add_attribute(page, "variable", fit->by_n ? "n" : "log_n", 0);
    page_add_attribute(page, "asymptotic_law",
                       fit->has_law ? words_schedule(&fit->law, page->law) : "unknown", 0);
    page_add_attribute(page, "asymptotic_exponent", NULL, fit_asymptotic_exponent(fit));
    if (fit->primary < fit->criteria) { page_add_attribute(page, "judged_by", page->label[fit->primary], 0); }
    page_add_verdict(page);
    page_add_accumulation(page);
}

/* ---- pages ---- */

static bool page_make(struct page *page, const struct fit *fit, const struct verdict *verdict) {
    static const char *const dimension_name[LAW_WINDOW] = {"log_n", "criterion", "quantile", "interval",
                                                           "window"};
    *page = (struct page){.fit = fit, .verdict = verdict};
    for (unsigned a = 0; a < LAW_WINDOW; a++) {
        size_t size = axis_size(fit, a);
        page->place[a] = (unsigned)page->dimension_count;
        if (size > 0) {
            page->dimension[page->dimension_count++] = (struct h5_dimension){dimension_name[a], size};
        }
    }
    size_t numbers = 0;
    for (size_t i = 0; i < COLUMNS; i++) { numbers += column_size(fit, &column[i]); }
    page->numbers = page->next = malloc(numbers * sizeof *page->numbers);
    page->label = malloc((fit->criteria + 1) * sizeof *page->label);
    page->text = malloc((fit->criteria * (fit->lengths + 1) + 1) * sizeof *page->text);
    if (!page->numbers || !page->label || !page->text) { return false; }
    for (size_t i = 0; i < COLUMNS; i++) { page_add_column(page, &column[i]); }
    page_add_law_windows(page);
    page_add_texts(page);
    page_add_attributes(page);
    return true;
}

static void page_release(struct page *page) {
    free(page->numbers);
    free(page->label);
    free(page->text);
}

static struct h5_group page_group(const struct page *page) {
    return (struct h5_group){
        .name = page->fit->name,
        .dimension_count = page->dimension_count,
        .dataset_count = page->dataset_count,
        .attribute_count = page->attribute_count,
        .dimension = page->dimension,
        .dataset = page->dataset,
        .attribute = page->attribute,
    };
}

int fitfile_write(const char *path, const struct study *study, const struct store_provenance *provenance) {
    struct page *page = calloc(study->count + 1, sizeof *page);
    struct attention_page *output = calloc(study->count + 1, sizeof *output);
    struct h5_group *group = calloc(2 * study->count + 1, sizeof *group);
    size_t made = 0, groups = 0;
    bool complete = page && output && group;
    while (complete && made < study->count) {
        complete = page_make(&page[made], &study->fit[made], &study->verdict[made]);
        group[groups++] = page_group(&page[made]);
        if (complete && study->attention[made].count > 0) {
            complete = attention_file_make(&output[made], study->fit[made].name, study->fit[made].series,
                                           &study->attention[made], &group[groups++]);
        }
        made++;
    }
    int status = 1;
    if (complete) {
        status = store_write_derived(path, "gapscale-fit", study->file_count, study->paths, groups, group,
                                     provenance);
    } else {
        message_error("%s: not written, out of memory", path);
    }
    for (size_t i = 0; i < made; i++) {
        page_release(&page[i]);
        attention_file_release(&output[i]);
    }
    free(output);
    free(page);
    free(group);
    return status;
}
