#include "analysis/report/fitjson.h"

#include <math.h>
#include <string.h>

#include "analysis/report/attention_columns.h"
#include "analysis/report/prescribed_columns.h"
#include "analysis/report/universality_columns.h"
#include "analysis/text/json.h"

/* ---- the document ---- */

enum form {
    MEMBER,   /* a column */
    INTERVAL, /* "low" and "high", 95% around a column whose standard error is called NAME_se */
    OBJECT,   /* of what follows up to END; null where its column is missing */
    LIST,     /* of such objects, along one or two axes; empty where its column is missing */
    EACH,     /* what follows up to END for indices of an axis, with their labels for the %s of keys */
    OUTPUT,   /* another table of columns, up to END; null where there is no output */
    ALONG,    /* likewise, along a prescription */
    END
};

struct entry {
    enum form form;
    const char *key, *column;
    enum column_axis axis[2];
    size_t first, end; /* of indices */
};

#define NONE COLUMN_AXES
#define SAME(NAME)                                                                                           \
    { MEMBER, NAME, NAME, {NONE, NONE}, 0, 0 }
#define AS(KEY, NAME)                                                                                        \
    { MEMBER, KEY, NAME, {NONE, NONE}, 0, 0 }
#define BETWEEN(NAME)                                                                                        \
    { INTERVAL, "low", NAME, {NONE, NONE}, 0, 0 }
#define OPEN(KEY, NAME)                                                                                      \
    { OBJECT, KEY, NAME, {NONE, NONE}, 0, 0 }
#define OPEN_LIST(KEY, NAME, AXIS, INNER)                                                                    \
    { LIST, KEY, NAME, {AXIS, INNER}, 0, 0 }
#define FOR(AXIS, FIRST, BEYOND)                                                                             \
    { EACH, NULL, NULL, {AXIS, NONE}, FIRST, BEYOND }
#define CLOSE                                                                                                \
    { END, NULL, NULL, {NONE, NONE}, 0, 0 }
#define SIGMA(KEY, name, ...) SAME(name "_sigma"),
#define ESTIMATE(KEY, NAME)                                                                                  \
    OPEN(KEY, NULL), AS("value", NAME), AS("low", NAME "_low"), AS("high", NAME "_high"),                    \
        AS("predicted", NAME "_predicted"), CLOSE
#define SLOPE(KEY, NAME) OPEN(KEY, NULL), AS("value", NAME), BETWEEN(NAME), CLOSE

static const struct entry document[] = {
    SAME("file"),
    AS("name", "series"),
    SAME("group"),
    SAME("family"),
    AS("criterion", "judged_by"),
    SAME("verdict"),
    SAME("sentence"),
    SAME("exponent"),
    AS("low", "exponent_low"),
    AS("high", "exponent_high"),
    SAME("variable"),
    AS("exponent_asymptotic", "asymptotic_exponent"),
    SLOPE("raw_exponent", "raw_exponent"),
    SAME("raw_exponent_lambda_typ"),
    SLOPE("drift", "raw_drift"),
    ESTIMATE("amplitude", "amplitude"),
    ESTIMATE("scale_exponent", "scale_exponent"),
    OPEN_LIST("rivals", NULL, COLUMN_LAW, NONE),
    SAME("law"),
    AS("excluded_sigma", "excluded_sigma_%s"),
    AS("chi_square", "chi_square_%s"),
    AS("weight", "weight_%s"),
    CLOSE,
    OPEN("exact", NULL),
    AS("count", "exact_count"),
    AS("chi_square", "exact_chi_square"),
    AS("freedom", "exact_freedom"),
    AS("p", "exact_p"),
    SAME("cut_off"),
    CLOSE,
    OPEN("finite", NULL),
    AS("theory", "finite_theory"),
    AS("exponent", "finite_exponent"),
    AS("scale_exponent", "finite_scale_exponent"),
    AS("amplitude", "finite_amplitude"),
    AS("local_exponent", "finite_local_exponent"),
    CLOSE,
    OPEN_LIST("windows", NULL, COLUMN_LAW_WINDOW, NONE),
    AS("first_log_n", "law_window_log_n"),
    AS("points", "law_window_points"),
    AS("exponent", "law_window_exponent"),
    BETWEEN("law_window_exponent"),
    CLOSE,
    OPEN("settle", "remedy"),
    AS("replicates", "settle_replicates"),
    AS("log_n", "settle_log_n"),
    CLOSE,
    OPEN_LIST("te", NULL, COLUMN_LOG_N, NONE),
    SAME("log_n"),
    AS("rate_above", "te_rate_above"),
    AS("rate_above_se", "te_rate_above_se"),
    AS("exponent_below", "te_exponent_below"),
    AS("exponent_below_se", "te_exponent_below_se"),
    AS("top_two_ratio", "te_top_two_ratio"),
    CLOSE,
    OPEN("accumulation", NULL),
    AS("value", "lambda_median"),
    AS("low", "lambda_median_low"),
    AS("high", "lambda_median_high"),
    AS("predicted", "lambda_median_predicted"),
    SLOPE("xi_alpha", "xi_alpha"),
    SLOPE("xi_delta", "xi_delta"),
    SLOPE("xi_lambda", "xi_lambda"),
    CLOSE,
    OPEN("position", "position_growth"),
    AS("lambda", "position_growth"),
    AS("lambda_limit", "position_lambda_limit"),
    AS("window", "position_window"),
    AS("effective_keys", "position_effective_keys"),
    CLOSE,
    OPEN_LIST("points", "judged_by", COLUMN_LOG_N, NONE),
    SAME("log_n"),
    SAME("log_lambda_typ"),
    AS("ratio", "collapse"),
    AS("ratio_se", "collapse_se"),
    AS("ratio_se_bootstrap", "collapse_se_bootstrap"),
    AS("ratio_controlled", "collapse_controlled"),
    AS("ratio_controlled_se", "collapse_controlled_se"),
    AS("gain", "collapse_gain"),
    SAME("judged"),
    SAME("judged_se"),
    AS("exact", "exact_collapse"),
    AS("row_median", "row_collapse_quantile"),
    CLOSE,
    OPEN_LIST("criteria", NULL, COLUMN_CRITERION, NONE),
    SAME("criterion"),
    OPEN_LIST("points", NULL, COLUMN_LOG_N, NONE),
    AS("state", "collapse_state"),
    SAME("log_n"),
    AS("ratio", "collapse"),
    AS("ratio_se", "collapse_se"),
    AS("ratio_se_block", "collapse_se_block"),
    AS("row_median", "row_collapse_quantile"),
    AS("row_median_low", "row_collapse_median_low"),
    AS("row_median_high", "row_collapse_median_high"),
    CLOSE,
    CLOSE,
    OPEN("normalisers", "normalisers"),
    OPEN_LIST("sparsemax", "sparsemax", COLUMN_LOG_N, COLUMN_BETA),
    SAME("log_n"),
    SAME("beta_ratio"),
    AS("support", "sparsemax_support"),
    AS("support_se", "sparsemax_support_se"),
    AS("support_limit", "sparsemax_support_limit"),
    AS("entropy", "sparsemax_entropy"),
    AS("entropy_se", "sparsemax_entropy_se"),
    CLOSE,
    OPEN_LIST("entmax", NULL, COLUMN_ALPHA, NONE),
    AS("alpha", "entmax_alpha"),
    OPEN_LIST("points", NULL, COLUMN_LOG_N, COLUMN_BETA),
    SAME("log_n"),
    SAME("beta_ratio"),
    AS("support", "entmax_support"),
    AS("support_se", "entmax_support_se"),
    AS("entropy", "entmax_entropy"),
    AS("entropy_se", "entmax_entropy_se"),
    CLOSE,
    CLOSE,
    OPEN_LIST("sinks", NULL, COLUMN_SINK, NONE),
    AS("score", "sink_score"),
    AS("sigma", "sink_sigma"),
    AS("p", "sink_p"),
    OPEN_LIST("points", NULL, COLUMN_LOG_N, COLUMN_BETA),
    SAME("log_n"),
    SAME("beta_ratio"),
    AS("weight", "sink_weight"),
    AS("weight_se", "sink_weight_se"),
    AS("weight_exact", "sink_weight_exact"),
    AS("entropy", "sink_entropy"),
    AS("entropy_se", "sink_entropy_se"),
    CLOSE,
    CLOSE,
    CLOSE,
    {OUTPUT, "output", NULL, {NONE, NONE}, 0, 0},
    SAME("dimension"),
    SAME("matrix_sigma"),
    SAME("covariance_sigma"),
    SAME("n_eff_exponent"),
    SAME("central_limit"),
    FOR(COLUMN_REGIME, 0, ATTENTION_REGIMES),
    OPEN("%s", NULL),
    AS("verdict", "%s_verdict"),
    AS("points", "%s_points"),
    FOR(COLUMN_QUESTION, 0, ATTENTION_CHI_SQUARES),
    AS("%s_chi_square", "%s_%s_chi_square"),
    AS("%s_freedom", "%s_%s_freedom"),
    AS("%s_sigma", "%s_%s_sigma"),
    AS("%s_p", "%s_%s_p"),
    CLOSE,
    FOR(COLUMN_QUESTION, ATTENTION_CHI_SQUARES, ATTENTION_QUESTIONS),
    AS("%s_sigma", "%s_%s_sigma"),
    AS("%s_p", "%s_%s_p"),
    CLOSE,
    AS("left_out", "%s_left_out"),
    AS("sentence", "%s_sentence"),
    CLOSE,
    CLOSE,
    OPEN_LIST("points", NULL, COLUMN_LOG_N, COLUMN_BETA),
    SAME("log_n"),
    SAME("beta"),
    AS("regime", "regime_name"),
    SAME("n_eff"),
    SAME("critical"),
    ATTENTION_QUESTION_TABLE(SIGMA) SAME("radial_ratio"),
    SAME("tangential_ratio"),
    SAME("radial_p"),
    SAME("tangential_p"),
    SAME("top_weight_ratio"),
    SAME("deficit_ratio"),
    SAME("log_deficit_ratio"),
    CLOSE,
    CLOSE,
    {ALONG, "prescription", NULL, {NONE, NONE}, 0, 0},
    SAME("name"),
    SAME("trained_log_n"),
    SAME("coef"),
    SAME("class"),
    SAME("class_by"),
    SAME("exponent_log_n"),
    SAME("exponent_n"),
    SAME("limit"),
    SAME("statistic"),
    SAME("fate"),
    SAME("fate_predicted"),
    SAME("entropy_limit"),
    SAME("variable"),
    OPEN("rate", NULL),
    AS("value", "rate"),
    AS("low", "rate_low"),
    AS("high", "rate_high"),
    AS("predicted", "rate_predicted"),
    AS("exact", "rate_exact"),
    SAME("first_log_n"),
    SAME("last_log_n"),
    CLOSE,
    OPEN("exact", NULL),
    AS("count", "exact_count"),
    AS("chi_square", "exact_chi_square"),
    AS("p", "exact_p"),
    CLOSE,
    OPEN_LIST("points", NULL, COLUMN_LOG_N, NONE),
    SAME("log_n"),
    SAME("log_beta_ratio"),
    SAME("entropy"),
    SAME("entropy_se"),
    SAME("entropy_exact"),
    SAME("entropy_share"),
    SAME("entropy_carriers"),
    SAME("entropy_used"),
    CLOSE,
    CLOSE,
    CLOSE,
};

static const struct entry class_document[] = {
    AS("criterion", "judged_by"),
    SAME("verdict"),
    SAME("sentence"),
    SAME("exponent_predicted"),
    SAME("common_ratio"),
    SAME("common_ratio_se"),
    SAME("common_ratio_predicted"),
    SAME("unmoved_sigma"),
    OPEN("questions", NULL),
    FOR(COLUMN_TEST, 0, UNIVERSALITY_QUESTIONS),
    OPEN("%s", NULL),
    AS("chi_square", "%s_chi_square"),
    AS("freedom", "%s_freedom"),
    AS("p", "%s_p"),
    CLOSE,
    CLOSE,
    CLOSE,
    OPEN_LIST("series", NULL, COLUMN_MEMBER, NONE),
    AS("name", "member"),
    SAME("points"),
    SAME("first_log_n"),
    SAME("exponent"),
    SAME("exponent_se"),
    SAME("ratio"),
    SAME("ratio_se"),
    SAME("log_amplitude"),
    SAME("log_amplitude_se"),
    SAME("concentration"),
    SAME("log_density"),
    SAME("moved"),
    SAME("moved_se"),
    SAME("moved_predicted"),
    CLOSE,
    CLOSE,
};

/* ---- how it is printed ---- */

struct printer {
    FILE *out;
    const struct column_table *table;
    bool array;             /* inside a list along a dimension */
    enum column_axis label; /* of keys */
    struct column_place place;
};

static void print_members(const struct printer *p, const struct entry *entry, const char *comma);

/* The first entry beyond what `entry` opens. */
static const struct entry *skip(const struct entry *entry) {
    size_t depth = 0;
    do {
        depth += entry->form != MEMBER && entry->form != INTERVAL && entry->form != END;
        depth -= entry->form == END;
        entry++;
    } while (depth > 0);
    return entry;
}

static void print_object(const struct printer *p, const struct entry *first) {
    fputc('{', p->out);
    print_members(p, first, "");
    fputc('}', p->out);
}

static const struct column *find(const struct printer *p, const char *name) {
    return column_find(p->table, p->array, name);
}

static bool is_there(const struct printer *p, const char *name) {
    return !name || find(p, name)->text(&p->place);
}

static void print_value(const struct printer *p, const struct column *c) {
    if (!c->text) {
        json_print_number(p->out, column_number(c, &p->place));
        return;
    }
    const char *text = c->text(&p->place);
    if (text) {
        json_print_string(p->out, text);
    } else {
        fputs("null", p->out);
    }
}

static void print_interval(const struct printer *p, const char *name) {
    char error[WORDS];
    snprintf(error, sizeof error, "%s_se", name);
    double value = column_number(find(p, name), &p->place), se = column_number(find(p, error), &p->place);
    json_print_number(p->out, value - EXPONENT_SIGMAS_95 * se);
    json_print_member(p->out, "high", value + EXPONENT_SIGMAS_95 * se);
}

static void print_list(const struct printer *p, const struct entry *list) {
    struct printer item = *p;
    size_t inner = list->axis[1] == NONE ? 1 : column_size(&p->place, list->axis[1]),
           count = is_there(p, list->column) ? column_size(&p->place, list->axis[0]) * inner : 0;
    item.array = list->axis[0] < COLUMN_DIMENSIONS;
    fputc('[', p->out);
    for (size_t i = 0; i < count; i++) {
        item.place.at[list->axis[0]] = i / inner;
        if (list->axis[1] != NONE) { item.place.at[list->axis[1]] = i % inner; }
        if (i > 0) { fputs(", ", p->out); }
        print_object(&item, list + 1);
    }
    fputc(']', p->out);
}

static void print_or_null(const struct printer *p, const struct entry *object, bool is_known) {
    if (is_known) {
        print_object(p, object + 1);
    } else {
        fputs("null", p->out);
    }
}

static void print_entry(const struct printer *p, const struct entry *entry) {
    struct printer output = *p;
    switch (entry->form) {
    case MEMBER: print_value(p, find(p, entry->column)); break;
    case INTERVAL: print_interval(p, entry->column); break;
    case OBJECT: print_or_null(p, entry, is_there(p, entry->column)); break;
    case LIST: print_list(p, entry); break;
    case OUTPUT:
        output.table = &attention_columns;
        print_or_null(&output, entry, p->place.attention->count > 0);
        break;
    case ALONG:
        output.table = &prescribed_columns;
        print_or_null(&output, entry, p->place.fit->series->is_prescribed);
        break;
    case EACH:
    case END: break;
    }
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

static void print_each(const struct printer *p, const struct entry *entry, const char *comma) {
    struct printer each = *p;
    each.label = entry->axis[0];
    for (size_t i = entry->first; i < entry->end; i++) {
        each.place.at[each.label] = i;
        if (!column_has(&each.place, each.label, i)) { continue; }
        print_members(&each, entry + 1, comma);
        comma = ", ";
    }
}

/* Up to the END; `comma` before the first. */
static void print_members(const struct printer *p, const struct entry *entry, const char *comma) {
    for (; entry->form != END; entry = skip(entry)) {
        if (entry->form == EACH) {
            print_each(p, entry, comma);
        } else {
            fputs(comma, p->out);
            print_key(p, entry->key);
            print_entry(p, entry);
        }
        comma = ", ";
    }
}

static void print_whole(FILE *out, size_t i, const struct column_table *table, struct column_place place,
                        const struct entry *first) {
    const struct printer p = {.out = out, .table = table, .place = place};
    fputs(i > 0 ? ",\n    " : "\n    ", out);
    print_object(&p, first);
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
