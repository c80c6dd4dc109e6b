#include "analysis/page/overview.h"

#include <math.h>

#include "analysis/page/grid.h"
#include "analysis/page/html.h"
#include "analysis/page/section.h"
#include "analysis/report/report.h"
#include "sim/results/note.h"

/* ---- how many ---- */

/* Of series, and of what is judged of several series together. */
static void count_verdicts(const struct study *study, size_t count[]) {
    enum verdict_kind kind;
    for (size_t i = 0; i < study->count; i++) {
        if (section_verdict(study, i, &kind)) { count[kind]++; }
    }
    for (size_t i = 0; i < study->class_count; i++) { count[study->class[i].kind]++; }
}

static void print_counts(FILE *out, const struct study *study) {
    static const enum verdict_kind order[] = {VERDICT_SUPPORTED, VERDICT_UNDECIDED, VERDICT_REFUTED};
    size_t count[] = {[VERDICT_UNDECIDED] = 0, [VERDICT_SUPPORTED] = 0, [VERDICT_REFUTED] = 0};
    count_verdicts(study, count);
    if (count[VERDICT_UNDECIDED] + count[VERDICT_SUPPORTED] + count[VERDICT_REFUTED] == 0) { return; }
    fputs("<ul class=\"counts\">", out);
    for (size_t i = 0; i < GRID_COUNT(order); i++) {
        fprintf(out, "<li class=\"%s%s\"><b>%zu</b> %s</li>", verdict_name[order[i]],
                count[order[i]] == 0 ? " none" : "", count[order[i]], verdict_name[order[i]]);
    }
    fputs("</ul>\n", out);
    if (study->class_count > 0) {
        fprintf(
            out,
            "<p class=\"aside\">Counted are series and, below them, what is judged of several together: %zu "
            "of these.</p>\n",
            study->class_count);
    }
}

/* ---- tables ---- */

static void print_name(FILE *out, const struct fit *fit) {
    fprintf(out, "<th scope=\"row\"><a href=\"#s-%s\">%s</a></th>", fit->name, fit->name);
}

/* Which series a table has a row for, and the row behind its name. */
struct table {
    const char *caption;
    bool (*has)(const struct column_place *place);
    void (*heads)(FILE *out);
    void (*row)(FILE *out, const struct column_place *place);
};

static void print_table(FILE *out, const struct study *study, const struct table *table) {
    char room[COLUMN_TEXT];
    size_t rows = 0;
    for (size_t i = 0; i < study->count; i++) {
        struct column_place place = column_place(study, i, room);
        if (!table->has(&place)) { continue; }
        if (rows++ == 0) {
            grid_open(out, table->caption);
            grid_head(out, "series", GLOSSARY_SERIES, NULL);
            table->heads(out);
            grid_body(out);
        }
        table->row(out, &place);
    }
    if (rows > 0) { grid_close(out); }
}

static bool is_measured(const struct column_place *p) {
    return p->fit->series->family->kind == FAMILY_MEASURED;
}

/* ---- collapse points ---- */

static const struct grid_column judged[] = {
    {"in", GLOSSARY_EXPONENT, .column = "variable"},
    {"exponent of beta_c", GLOSSARY_EXPONENT, .column = "exponent", .measure = words_measured},
    {"theory", GLOSSARY_LIMIT, .column = "exponent_predicted", words_number},
    {"as Lambda^typ to the power", GLOSSARY_SLOPE, .column = "scale_exponent", .measure = words_measured},
    {"beta_c/Lambda^typ tends to", GLOSSARY_COLLAPSE, .column = "amplitude", .measure = words_measured},
    {"limit", GLOSSARY_LIMIT, .column = "amplitude_predicted", words_number},
    {"p of exact", GLOSSARY_P, .column = "exact_joint_p", words_number},
    {"Lambda^typ ~", GLOSSARY_LAMBDA_TYP, .column = "asymptotic_law"},
    {"class", GLOSSARY_CLASS, .column = "class"},
};
static void judged_heads(FILE *out) {
    grid_head(out, "verdict", GLOSSARY_VERDICT, NULL);
    grid_heads(out, GRID(column_fit, false, judged));
}
static void judged_row(FILE *out, const struct column_place *place) {
    fputs("<tr>", out);
    print_name(out, place->fit);
    grid_verdict(out, place->verdict->kind);
    grid_cells(out, GRID(column_fit, false, judged), place, false);
    fputs("</tr>\n", out);
}

/* ---- prescriptions ---- */

static const struct grid_column prescribed[] = {
    {"prescription", GLOSSARY_PRESCRIPTION, .column = "name"},
    {"beta/Lambda", GLOSSARY_REGIME, .column = "class"},
    {"entropy", GLOSSARY_FATE, .column = "fate"},
    {"theory", GLOSSARY_LIMIT, .column = "fate_predicted"},
    {"in", GLOSSARY_EXPONENT, .column = "variable"},
    {"rate", GLOSSARY_EXPONENT, .column = "rate", .measure = words_measured},
    {"theory", GLOSSARY_LIMIT, .column = "rate_predicted", words_number},
    {"p of exact", GLOSSARY_P, .column = "exact_joint_p", words_number},
};
static bool has_prescribed(const struct column_place *p) { return p->fit->series->is_prescribed; }
static void prescribed_heads(FILE *out) {
    grid_head(out, "verdict", GLOSSARY_VERDICT, NULL);
    grid_heads(out, GRID(prescribed_columns, false, prescribed));
}
static void prescribed_row(FILE *out, const struct column_place *place) {
    fputs("<tr>", out);
    print_name(out, place->fit);
    grid_verdict(out, place->verdict->prescribed.kind);
    grid_cells(out, GRID(prescribed_columns, false, prescribed), place, false);
    fputs("</tr>\n", out);
}

/* ---- outputs: a row for each regime ---- */

static bool has_output(const struct column_place *p) { return p->attention->count > 0; }
static void output_heads(FILE *out) {
#define QUESTION_HEAD(KEY, name, words, title, meaning) grid_head(out, "p: " title, GLOSSARY_NONE, meaning);
    grid_head(out, "verdict", GLOSSARY_VERDICT, NULL);
    grid_head(out, "regime", GLOSSARY_REGIME, NULL);
    grid_head(out, "points", GLOSSARY_NONE, "points (n, beta) in the regime");
    ATTENTION_QUESTION_TABLE(QUESTION_HEAD)
}
static void output_row(FILE *out, const struct column_place *place) {
    char number[WORDS];
    for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
        const struct attention_part *part = &place->attention->part[r];
        if (part->points == 0) { continue; }
        fputs("<tr>", out);
        print_name(out, place->fit);
        grid_verdict(out, part->kind);
        grid_cell(out, attention_point_regime_name[r], (double)r);
        grid_cell(out, words_number((double)part->points, number), (double)part->points);
        for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) {
            grid_cell(out, words_formatted("%.2g", part->answer[q].p, number), part->answer[q].p);
        }
        fputs("</tr>\n", out);
    }
}

/* ---- measured rows: what the diagnosis says ---- */

static const struct {
    const char *head, *note;
    enum glossary term;
} said[] = {
    {"weight", "locality", GLOSSARY_LOCALITY},
    {"standing", "standing", GLOSSARY_STANDING},
    {"top spacings", "class", GLOSSARY_CLASS},
    {"exponent of log n", "exponent", GLOSSARY_EXPONENT},
    {"prescription", "best", GLOSSARY_PRESCRIPTION},
    {"closest", "closest", GLOSSARY_PRESCRIPTION},
    {"sinks", "sinks", GLOSSARY_SINK},
};
static void measured_heads(FILE *out) {
    grid_head(out, "1/Lambda", GLOSSARY_LAMBDA,
              "beta = 1, the model as trained, over Lambda, at the longest trained n");
    for (size_t i = 0; i < GRID_COUNT(said); i++) { grid_head(out, said[i].head, said[i].term, NULL); }
}
static double note_value(const struct results_series *s, const char *name) {
    const struct h5_attribute *note = note_find(s, name);
    return note && !note->text && !note->whole ? note->number : NAN;
}
/* "KEY WEIGHT, KEY WEIGHT", weights to three figures; what is not so as it is. */
static void print_sinks(FILE *out, const char *text) {
    unsigned long long key;
    double weight;
    int end = 0;
    while (sscanf(text, "%llu %lf%n", &key, &weight, &end) == 2) {
        text += end;
        fprintf(out, "key %llu: %.3g%s", key, weight, *text == ',' ? ", " : "");
        text += *text == ',';
    }
    html_text(out, text);
}

static void print_said(FILE *out, const struct results_series *s, size_t i) {
    char number[WORDS], name[WORDS];
    const struct h5_attribute *note = note_find(s, said[i].note);
    if (!note || (note->text && !*note->text)) {
        grid_cell(out, "-", NAN);
    } else if (note->text && said[i].term == GLOSSARY_SINK) {
        fputs("<td>", out);
        print_sinks(out, note->text);
        fputs("</td>", out);
    } else if (note->text) {
        glossary_say(out, "<td>%t</td>", note->text);
    } else {
        snprintf(name, sizeof name, "%s_low", said[i].note);
        double low = note_value(s, name);
        snprintf(name, sizeof name, "%s_high", said[i].note);
        grid_cell(out, words_measured(note->number, (note_value(s, name) - low) / 2, number), note->number);
    }
}
/* 1/Lambda as the sentence tells it, at the longest trained n. */
static double standing(const struct results_series *s) {
    size_t n = s->size[RESULTS_LOG_N];
    while (n > 1 && s->log_n[n - 1] > log(s->trained)) { n--; }
    return 1 / s->lambda_between_sequences[n - 1];
}
static void diagnosed_row(FILE *out, const struct column_place *place) {
    const struct results_series *s = place->fit->series;
    char number[WORDS];
    double ratio = standing(s);
    fputs("<tr>", out);
    print_name(out, place->fit);
    grid_cell(out, words_number(ratio, number), ratio);
    for (size_t i = 0; i < GRID_COUNT(said); i++) { print_said(out, s, i); }
    fputs("</tr>\n", out);
}

/* ---- series of one exponent ---- */

static void print_classes(FILE *out, const struct study *study) {
    char number[WORDS];
    if (study->class_count == 0) { return; }
    grid_open(out, "Series of one exponent at the upper end of their scores, judged together");
    grid_head(out, "exponent", GLOSSARY_EXPONENT, "beta_c ~ n to this power");
    grid_head(out, "verdict", GLOSSARY_VERDICT, NULL);
    grid_head(out, "series", GLOSSARY_SERIES, NULL);
    grid_body(out);
    for (size_t i = 0; i < study->class_count; i++) {
        const struct universality *u = &study->class[i];
        fprintf(out, "<tr><th scope=\"row\" data-v=\"%.9g\">", u->exponent);
        glossary_say(out, "%m</th>", words_number(u->exponent, number));
        grid_verdict(out, u->kind);
        fputs("<td>", out);
        for (size_t k = 0; k < u->count; k++) {
            fprintf(out, "%s<a href=\"#s-%s\">%s</a>", k > 0 ? ", " : "", u->member[k].fit->name,
                    u->member[k].fit->name);
        }
        fputs("</td></tr>\n", out);
    }
    grid_close(out);
    for (size_t i = 0; i < study->class_count; i++) {
        glossary_say(out, "<p class=\"sentence\">%m</p>\n", study->class[i].sentence);
    }
}

/* ---- what was run ---- */

/* Of all series of a file. */
struct range {
    double first, last; /* log n */
    double least, most; /* replicates at an n */
};

static struct range range_of(const struct results *r) {
    struct range range = {INFINITY, -INFINITY, INFINITY, 0};
    for (size_t i = 0; i < r->series_count; i++) {
        const struct results_series *s = &r->series[i];
        range.first = fmin(range.first, s->log_n[0]);
        range.last = fmax(range.last, s->log_n[s->size[RESULTS_LOG_N] - 1]);
        range.least = fmin(range.least, results_least_replicates(s));
        range.most = fmax(range.most, results_most_replicates(s));
    }
    return range;
}

/* Measured rows have none. */
static void print_randomness(FILE *out, const struct results *r) {
    char seed[WORDS];
    if (r->series_count > 0 && r->series[0].family->kind == FAMILY_MEASURED) {
        grid_cell(out, "-", NAN);
        grid_cell(out, "measured", NAN);
        return;
    }
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)r->seed);
    grid_cell(out, seed, (double)r->seed);
    grid_cell(out, r->common_randomness ? "shared by all n" : "fresh at every n", r->common_randomness);
}

static void print_run(FILE *out, const char *path, const struct results *r) {
    struct range range = range_of(r);
    char first[WORDS], last[WORDS], words[WORDS_LINE];
    glossary_say(out, "<tr><th scope=\"row\">%t</th>", path);
    snprintf(words, sizeof words, "%zu", r->series_count);
    grid_cell(out, words, (double)r->series_count);
    snprintf(words, sizeof words, "%s .. %s", words_length(range.first, first),
             words_length(range.last, last));
    grid_cell(out, words, range.last);
    snprintf(words, sizeof words, range.least < range.most ? "%.0f .. %.0f" : "%.0f", range.least,
             range.most);
    grid_cell(out, words, range.most);
    print_randomness(out, r);
    fputs("</tr>\n", out);
}

static void print_runs(FILE *out, const struct study *study) {
    grid_open(out, "What was run");
    grid_head(out, "file", GLOSSARY_NONE, NULL);
    grid_head(out, "series", GLOSSARY_SERIES, NULL);
    grid_head(out, "n", GLOSSARY_LENGTH, NULL);
    grid_head(out, "replicates", GLOSSARY_REPLICATE, NULL);
    grid_head(out, "seed", GLOSSARY_SEED, NULL);
    grid_head(out, "randomness", GLOSSARY_SEED, NULL);
    grid_body(out);
    for (size_t i = 0; i < study->file_count; i++) { print_run(out, study->paths[i], study->results[i]); }
    grid_close(out);
}

void overview_print(FILE *out, const struct study *study) {
    static const struct table tables[] = {
        {"Collapse points against theory (+- is half a 95% interval)", summary_table_has, judged_heads,
         judged_row},
        {"Entropy along prescriptions (+- is half a 95% interval)", has_prescribed, prescribed_heads,
         prescribed_row},
        {"Attention outputs against exact values: p of each question", has_output, output_heads, output_row},
        {"Measured rows (+- is half a 95% interval between sequences)", is_measured, measured_heads,
         diagnosed_row},
    };
    print_counts(out, study);
    for (size_t i = 0; i < GRID_COUNT(tables); i++) { print_table(out, study, &tables[i]); }
    print_classes(out, study);
    print_runs(out, study);
}
