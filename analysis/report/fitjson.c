#include "analysis/report/report.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/columns.h"
#include "analysis/text/json.h"
#include "sim/base/message.h"

/* ---- the document ---- */

/* What is printed of a series, and of a class of them, in this order:
 *
 *     KEY              the column of that name
 *     KEY=COLUMN       another column
 *     ~COLUMN          "low" and "high", 95% around a column whose standard error is called COLUMN_se
 *     KEY{ .. }        an object
 *     KEY[LOOP]{ .. }  a list of objects, KEY[LOOP,LOOP]{ .. } along two axes
 *     KEY?COLUMN ..    of these two: null, or an empty list, where a text is missing
 *     KEY@TABLE{ .. }  an object of another table of columns; null where it says nothing
 *     *LOOP{ .. }      what stands in it for each index, its label in the place of %s in keys and columns */
#define SIGMA(KEY, name, ...) " " name "_sigma"
#define SIGMAS ATTENTION_QUESTION_TABLE(SIGMA)

static const char document[] =
    "file name=series group family criterion=judged_by verdict sentence "
    "exponent low=exponent_low high=exponent_high variable exponent_asymptotic=asymptotic_exponent "
    "raw_exponent{value=raw_exponent ~raw_exponent} raw_exponent_lambda_typ drift{value=raw_drift "
    "~raw_drift} "
    "amplitude{value=amplitude low=amplitude_low high=amplitude_high predicted=amplitude_predicted} "
    "scale_exponent{value=scale_exponent low=scale_exponent_low high=scale_exponent_high"
    " predicted=scale_exponent_predicted} "
    "rivals[law]{law excluded_sigma=excluded_sigma_%s chi_square=chi_square_%s weight=weight_%s} "
    "exact{count=exact_count chi_square=exact_chi_square freedom=exact_freedom p=exact_p cut_off few_carry"
    " shift{value=exact_shift ~exact_shift p=exact_shift_p} trend{value=exact_trend ~exact_trend"
    " p=exact_trend_p} joint_p=exact_joint_p} "
    "finite{theory=finite_theory exponent=finite_exponent scale_exponent=finite_scale_exponent"
    " amplitude=finite_amplitude local_exponent=finite_local_exponent} "
    "windows[law_window]{first_log_n=law_window_log_n points=law_window_points exponent=law_window_exponent"
    " ~law_window_exponent} settle?remedy{replicates=settle_replicates log_n=settle_log_n} "
    "te[n]{log_n rate_above=te_rate_above rate_above_se=te_rate_above_se exponent_below=te_exponent_below"
    " exponent_below_se=te_exponent_below_se top_two_ratio=te_top_two_ratio} "
    "accumulation{value=lambda_median low=lambda_median_low high=lambda_median_high"
    " predicted=lambda_median_predicted xi_alpha{value=xi_alpha ~xi_alpha} xi_delta{value=xi_delta ~xi_delta}"
    " xi_lambda{value=xi_lambda ~xi_lambda}} "
    "position?position_growth{lambda=position_growth lambda_limit=position_lambda_limit"
    " window=position_window effective_keys=position_effective_keys} "
    "points?judged_by[n]{log_n log_lambda_typ ratio=collapse ratio_se=collapse_se"
    " ratio_se_bootstrap=collapse_se_bootstrap ratio_controlled=collapse_controlled"
    " ratio_controlled_se=collapse_controlled_se gain=collapse_gain judged judged_se exact=exact_collapse"
    " row_median=row_collapse_quantile} "
    "criteria[criterion]{criterion points[n]{state=collapse_state log_n ratio=collapse ratio_se=collapse_se"
    " ratio_se_block=collapse_se_block row_median=row_collapse_quantile "
    "row_median_low=row_collapse_median_low"
    " row_median_high=row_collapse_median_high}} "
    "normalisers?normalisers{sparsemax?sparsemax[n,beta]{log_n beta_ratio support=sparsemax_support"
    " support_se=sparsemax_support_se support_limit=sparsemax_support_limit entropy=sparsemax_entropy"
    " entropy_se=sparsemax_entropy_se} "
    "entmax[alpha]{alpha=entmax_alpha points[n,beta]{log_n beta_ratio support=entmax_support"
    " support_se=entmax_support_se entropy=entmax_entropy entropy_se=entmax_entropy_se}} "
    "sinks[sink]{score=sink_score sigma=sink_sigma p=sink_p points[n,beta]{log_n beta_ratio "
    "weight=sink_weight"
    " weight_se=sink_weight_se weight_exact=sink_weight_exact entropy=sink_entropy"
    " entropy_se=sink_entropy_se}}} "
    "output@attention{dimension matrix_sigma covariance_sigma n_eff_exponent central_limit "
    "*regime{%s{verdict=%s_verdict points=%s_points *chi_square{%s_chi_square=%s_%s_chi_square"
    " %s_freedom=%s_%s_freedom %s_sigma=%s_%s_sigma %s_p=%s_%s_p} *sigma{%s_sigma=%s_%s_sigma %s_p=%s_%s_p}"
    " left_out=%s_left_out sentence=%s_sentence}} "
    "points[n,beta]{log_n beta regime=regime_name n_eff critical" SIGMAS
    " radial_ratio tangential_ratio radial_p tangential_p top_weight_ratio deficit_ratio log_deficit_ratio}} "
    "prescription@prescription{name trained_log_n coef class class_by exponent_log_n exponent_n limit "
    "statistic fate fate_predicted entropy_limit variable "
    "rate{value=rate low=rate_low high=rate_high predicted=rate_predicted exact=rate_exact first_log_n"
    " last_log_n} exact{count=exact_count chi_square=exact_chi_square p=exact_p"
    " shift{value=exact_shift ~exact_shift p=exact_shift_p} trend{value=exact_trend ~exact_trend"
    " p=exact_trend_p} joint_p=exact_joint_p} "
    "points[n]{log_n log_beta_ratio entropy entropy_se entropy_exact entropy_share entropy_carriers"
    " entropy_used}}";

static const char class_document[] =
    "criterion=judged_by verdict sentence exponent_predicted common_ratio common_ratio_se "
    "common_ratio_predicted unmoved_sigma questions{*test{%s{chi_square=%s_chi_square freedom=%s_freedom "
    "p=%s_p}}} "
    "series[member]{name=member points first_log_n exponent exponent_se ratio ratio_se log_amplitude"
    " log_amplitude_se concentration log_density moved moved_se moved_predicted}";

/* Indices of an axis. */
struct loop {
    const char *name;
    enum column_axis axis;
    size_t first, end; /* SIZE_MAX: all */
};
static const struct loop loop[] = {
    {"n", COLUMN_LOG_N, 0, SIZE_MAX},
    {"criterion", COLUMN_CRITERION, 0, SIZE_MAX},
    {"law", COLUMN_LAW, 0, SIZE_MAX},
    {"law_window", COLUMN_LAW_WINDOW, 0, SIZE_MAX},
    {"beta", COLUMN_BETA, 0, SIZE_MAX},
    {"alpha", COLUMN_ALPHA, 0, SIZE_MAX},
    {"sink", COLUMN_SINK, 0, SIZE_MAX},
    {"member", COLUMN_MEMBER, 0, SIZE_MAX},
    {"test", COLUMN_TEST, 0, SIZE_MAX},
    {"regime", COLUMN_REGIME, 0, SIZE_MAX},
    {"chi_square", COLUMN_QUESTION, 0, ATTENTION_CHI_SQUARES},
    {"sigma", COLUMN_QUESTION, ATTENTION_CHI_SQUARES, ATTENTION_QUESTIONS},
};

/* ---- reading it ---- */

struct item {
    char key[WORDS], name[WORDS]; /* of a column, table or loop; the key where none is written */
    char sign;                    /* what stands before the name, or '=' */
    size_t loops;
    const struct loop *loop[2];
    const char *body; /* NULL: it has none */
};

static const char *read_word(const char *text, char out[WORDS]) {
    int length = (int)strspn(text, "abcdefghijklmnopqrstuvwxyz_%");
    snprintf(out, WORDS, "%.*s", length, text);
    return text + length;
}

static const struct loop *loop_find(const char *name) {
    for (size_t i = 0; i < sizeof loop / sizeof *loop; i++) {
        if (strcmp(loop[i].name, name) == 0) { return &loop[i]; }
    }
    message_error("no loop is called %s", name);
    abort();
}

/* What follows the brace that closes the one before `text`. */
static const char *skip(const char *text) {
    for (size_t depth = 1; depth > 0; text++) {
        depth += *text == '{';
        depth -= *text == '}';
    }
    return text;
}

/* Returns what follows it. */
static const char *item_read(const char *text, struct item *item) {
    char name[WORDS];
    *item = (struct item){.sign = '='};
    text = read_word(text, item->key);
    strcpy(item->name, item->key);
    if (*text && strchr("=~?@*", *text)) {
        item->sign = *text;
        text = read_word(text + 1, item->name);
    }
    while (*text == '[' || *text == ',') {
        text = read_word(text + 1, name);
        item->loop[item->loops++] = loop_find(name);
    }
    text += *text == ']';
    if (*text == '{') {
        item->body = text + 1;
        text = skip(item->body);
    }
    return text;
}

/* ---- printing it ---- */

struct printer {
    FILE *out;
    const struct column_table *table;
    bool array;             /* inside a list along a dimension */
    enum column_axis label; /* of keys */
    struct column_place place;
};

static void print_items(const struct printer *p, const char *text, const char *comma);

static void print_object(const struct printer *p, const char *body) {
    fputc('{', p->out);
    print_items(p, body, "");
    fputc('}', p->out);
}

static const struct column *find(const struct printer *p, const char *name) {
    return column_find(p->table, p->array, name);
}

static bool is_there(const struct printer *p, const struct item *item) {
    return item->sign != '?' || column_text(find(p, item->name), &p->place);
}

static void print_value(const struct printer *p, const struct column *c) {
    if (column_is_text(c)) {
        json_print_string(p->out, column_text(c, &p->place));
    } else {
        json_print_number(p->out, column_number(c, &p->place));
    }
}

static void print_interval(const struct printer *p, const char *name) {
    char error[WORDS + 4];
    snprintf(error, sizeof error, "%s_se", name);
    double value = column_number(find(p, name), &p->place), se = column_number(find(p, error), &p->place);
    fputs("\"low\": ", p->out);
    json_print_number(p->out, value - EXPONENT_SIGMAS_95 * se);
    json_print_member(p->out, "high", value + EXPONENT_SIGMAS_95 * se);
}

static void print_list(const struct printer *p, const struct item *item) {
    struct printer each = *p;
    size_t inner = item->loops > 1 ? column_size(&p->place, item->loop[1]->axis) : 1,
           count = is_there(p, item) ? column_size(&p->place, item->loop[0]->axis) * inner : 0;
    each.array = item->loop[0]->axis < COLUMN_DIMENSIONS;
    fputc('[', p->out);
    for (size_t i = 0; i < count; i++) {
        each.place.at[item->loop[0]->axis] = i / inner;
        if (item->loops > 1) { each.place.at[item->loop[1]->axis] = i % inner; }
        if (i > 0) { fputs(", ", p->out); }
        print_object(&each, item->body);
    }
    fputc(']', p->out);
}

static void print_or_null(const struct printer *p, const struct item *item, bool is_known) {
    if (is_known) {
        print_object(p, item->body);
    } else {
        fputs("null", p->out);
    }
}

static void print_other_table(const struct printer *p, const struct item *item) {
    struct printer other = *p;
    bool is_output = strcmp(item->name, "attention") == 0;
    other.table = is_output ? &attention_columns : &prescribed_columns;
    print_or_null(&other, item,
                  is_output ? p->place.attention->count > 0 : p->place.fit->series->is_prescribed);
}

static void print_key(const struct printer *p, const char *key) {
    const char *label = strstr(key, "%s");
    if (label) {
        fprintf(p->out, "\"%.*s%s%s\": ", (int)(label - key), key, column_label(&p->place, p->label),
                label + 2);
    } else {
        fprintf(p->out, "\"%s\": ", key);
    }
}

static void print_item(const struct printer *p, const struct item *item) {
    if (item->sign == '~') {
        print_interval(p, item->name);
        return;
    }
    print_key(p, item->key);
    if (!item->body) {
        print_value(p, find(p, item->name));
    } else if (item->sign == '@') {
        print_other_table(p, item);
    } else if (item->loops > 0) {
        print_list(p, item);
    } else {
        print_or_null(p, item, is_there(p, item));
    }
}

static void print_each(const struct printer *p, const struct item *item, const char *comma) {
    const struct loop *l = loop_find(item->name);
    struct printer each = *p;
    each.label = l->axis;
    for (size_t i = l->first; i < l->end && i < column_size(&p->place, l->axis); i++) {
        each.place.at[l->axis] = i;
        if (!column_has(&each.place, l->axis, i)) { continue; }
        print_items(&each, item->body, comma);
        comma = ", ";
    }
}

/* Up to the closing brace; `comma` before the first. */
static void print_items(const struct printer *p, const char *text, const char *comma) {
    struct item item;
    for (; *(text += strspn(text, " ")) && *text != '}'; comma = ", ") {
        text = item_read(text, &item);
        if (item.sign == '*') {
            print_each(p, &item, comma);
        } else {
            fputs(comma, p->out);
            print_item(p, &item);
        }
    }
}

static void print_whole(FILE *out, size_t i, const struct column_table *table, struct column_place place,
                        const char *text) {
    const struct printer p = {.out = out, .table = table, .place = place};
    fputs(i > 0 ? ",\n    " : "\n    ", out);
    print_object(&p, text);
}

void fitjson_print(FILE *out, const struct study *study) {
    char room[COLUMN_TEXT];
    fputs("{\"schema\": 1, \"series\": [", out);
    for (size_t i = 0; i < study->count; i++) {
        print_whole(out, i, &column_fit, column_place(study, i, room), document);
    }
    fputs("\n], \"classes\": [", out);
    for (size_t i = 0; i < study->class_count; i++) {
        print_whole(out, i, &universality_columns, column_place_class(study, i, room), class_document);
    }
    fputs("]}\n", out);
}
