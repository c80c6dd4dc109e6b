#include "analysis/page/section.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/page/grid.h"
#include "analysis/page/svg.h"
#include "analysis/report/report.h"
#include "sim/base/memory.h"
#include "sim/results/note.h"

static bool is_measured(const struct fit *fit) { return fit->series->family->kind == FAMILY_MEASURED; }

bool section_has_figures(const struct study *study, size_t series) {
    enum { MANY = 12 };
    const struct results_series *s = study->fit[series].series;
    return !is_measured(&study->fit[series]) || study->count <= MANY || !note_find(s, "head");
}

bool section_verdict(const struct study *study, size_t series, enum verdict_kind *kind) {
    const struct fit *fit = &study->fit[series];
    const struct attention *attention = &study->attention[series];
    if (is_measured(fit)) { return false; }
    *kind = study->verdict[series].kind;
    if (fit->series->is_prescribed || !attention_table_is_alone(fit, attention)) { return true; }
    *kind = VERDICT_SUPPORTED;
    for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
        const struct attention_part *part = &attention->part[r];
        if (part->points == 0 || *kind == VERDICT_REFUTED) { continue; }
        if (part->kind != VERDICT_SUPPORTED) { *kind = part->kind; }
    }
    return true;
}

/* ---- figures ---- */

/* What cannot be drawn, and why, in one paragraph. */
static void print_missing(FILE *out, const struct drawing_sheet *sheet) {
    size_t told = 0;
    for (size_t i = 0; i < sheet->count; i++) {
        const struct drawing *drawing = &sheet->drawing[i];
        if (!drawing->missing) { continue; }
        glossary_say(out, "%s<i>%s</i> (%m)", told++ == 0 ? "<p class=\"aside\">Not drawn: " : ", ",
                     drawing->figure->name, drawing->missing);
    }
    if (told > 0) { fputs(".</p>\n", out); }
}

void section_print_figures(FILE *out, const struct drawing_sheet *sheet, size_t number, const char *of) {
    size_t drawn = 0;
    for (size_t i = 0; i < sheet->count; i++) { drawn += sheet->drawing[i].svg != NULL; }
    if (drawn > 0) { fputs("<div class=\"figures\">\n", out); }
    for (size_t i = 0; i < sheet->count; i++) {
        const struct drawing *drawing = &sheet->drawing[i];
        if (!drawing->svg) { continue; }
        char *name = memory_format("f%zu-%zu:", number, i),
             *title = memory_format("%s: %s", of, drawing->figure->name),
             *description = memory_format("%s; numbers stand in tables of this page", drawing->figure->shows);
        glossary_say(out,
                     "<figure class=\"%s\"><div class=\"scroll\" role=\"group\" tabindex=\"0\" "
                     "aria-label=\"%p\">",
                     drawing->figure->name, title);
        svg_print(out, drawing->svg, name, title, description);
        glossary_say(out, "</div><figcaption>%m</figcaption></figure>\n", drawing->figure->shows);
        free(description);
        free(title);
        free(name);
    }
    if (drawn > 0) { fputs("</div>\n", out); }
    print_missing(out, sheet);
}

/* ---- numbers ---- */

static const struct grid_column points[] = {
    {"n", GLOSSARY_LENGTH, .column = "log_n", words_length},
    {"Lambda^typ", GLOSSARY_LAMBDA_TYP, .column = "log_lambda_typ", words_exponential},
    {"beta_c/Lambda^typ", GLOSSARY_COLLAPSE, .column = "judged", .measure = words_measured,
     .error = "judged_se"},
    {"exact", GLOSSARY_EXACT, .column = "judged_exact", words_number},
    {"residual", GLOSSARY_RESIDUAL, .column = "judged_sigma", grid_fixed},
    {"rows' median", GLOSSARY_COLLAPSE, .column = "row_collapse_quantile", words_number},
    {"median Lambda_n/Lambda^typ", GLOSSARY_LAMBDA, .column = "lambda_quantile", words_number},
    {"local exponent", GLOSSARY_LOCAL, .column = "local_exponent", .measure = words_measured,
     .error = "local_exponent_se"},
    {"of Lambda^typ", GLOSSARY_LAMBDA_TYP, .column = "local_exponent_lambda_typ", words_number},
    {"point", GLOSSARY_CRITERION, .column = "collapse_state"},
};
static const struct grid_column windows[] = {
    {"from n", GLOSSARY_WINDOW, .column = "window_log_n_low", words_length},
    {"points", GLOSSARY_NONE, .column = "window_count", words_number},
    {"exponent, uncorrected", GLOSSARY_EXPONENT, .column = "window_exponent", .measure = words_measured,
     .error = "window_exponent_se"},
    {"of Lambda^typ", GLOSSARY_LAMBDA_TYP, .column = "window_exponent_lambda_typ", words_number},
};
static const struct grid_column law_windows[] = {
    {"from n", GLOSSARY_WINDOW, .column = "law_window_log_n", words_length},
    {"points", GLOSSARY_NONE, .column = "law_window_points", words_number},
    {"exponent, corrected", GLOSSARY_EXPONENT, .column = "law_window_exponent", .measure = words_measured,
     .error = "law_window_exponent_se"},
};
static const struct grid_column rivals[] = {
    {"law", GLOSSARY_RIVAL, .column = "law"},
    {"excluded by so many sigma", GLOSSARY_RIVAL, .column = "excluded_sigma_%s", words_number},
    {"chi^2", GLOSSARY_NONE, .column = "chi_square_%s", words_number},
    {"Akaike weight", GLOSSARY_RIVAL, .column = "weight_%s", words_number},
};
static const struct grid_column rates[] = {
    {"n", GLOSSARY_LENGTH, .column = "log_n", words_length},
    {"rate above", GLOSSARY_TE, .column = "te_rate_above", .measure = words_measured,
     .error = "te_rate_above_se"},
    {"exponent below", GLOSSARY_TE, .column = "te_exponent_below", .measure = words_measured,
     .error = "te_exponent_below_se"},
    {"p_(2)/p_(1)", GLOSSARY_TOP, .column = "te_top_two_ratio", words_number},
};
static const struct grid_column courses[] = {
    {"n", GLOSSARY_LENGTH, .column = "log_n", words_length},
    {"beta/Lambda^typ", GLOSSARY_PRESCRIPTION, .column = "log_beta_ratio", words_exponential},
    {"H", GLOSSARY_ENTROPY, .column = "entropy", .measure = words_measured, .error = "entropy_se"},
    {"exact", GLOSSARY_EXACT, .column = "entropy_exact", words_number},
    {"H/log n", GLOSSARY_ENTROPY, .column = "entropy_share", words_number},
    {"rows that carry it", GLOSSARY_REPLICATE, .column = "entropy_carriers", words_number},
};

/* Deviations of every question at every point. */
static void print_output(FILE *out, const struct column_place *series) {
#define QUESTION(KEY, name, words, title, ...) {.head = title, .column = name "_sigma", .say = grid_fixed},
    static const struct grid_column column[] = {
        {"n", GLOSSARY_LENGTH, .column = "log_n", words_length},
        {"beta", GLOSSARY_BETA, .column = "beta", words_number},
        {"regime", GLOSSARY_REGIME, .column = "regime_name"},
        {"n_eff", GLOSSARY_EFFECTIVE, .column = "n_eff", words_number},
        {"beta/n^(2/(d-1))", GLOSSARY_NONE, .column = "critical", words_number},
        ATTENTION_QUESTION_TABLE(QUESTION)};
    const struct attention *a = series->attention;
    struct column_place place = *series;
    if (a->count == 0) { return; }
    grid_open(out, "Attention output: deviations from exact values in standard errors");
    grid_heads(out, GRID(attention_columns, true, column));
    grid_body(out);
    for (size_t i = 0; i < a->count; i++) {
        place.at[COLUMN_LOG_N] = a->point[i].n;
        place.at[COLUMN_BETA] = a->point[i].beta_index;
        fputs("<tr>", out);
        grid_cells(out, GRID(attention_columns, true, column), &place, true);
        fputs("</tr>\n", out);
    }
    grid_close(out);
}

/* What a diagnosis says of a group beside its sentence. */
static void print_notes(FILE *out, const struct results_series *s) {
    char number[WORDS];
    if (s->note_count == 0) { return; }
    grid_open(out, "Said by the diagnosis");
    grid_head(out, "name", GLOSSARY_NONE, NULL);
    grid_head(out, "value", GLOSSARY_NONE, NULL);
    grid_body(out);
    for (size_t i = 0; i < s->note_count; i++) {
        const struct h5_attribute *note = &s->note[i];
        if (strcmp(note->name, "sentence") == 0) { continue; }
        glossary_say(out, "<tr><th scope=\"row\">%t</th>", note->name);
        if (note->text) {
            glossary_say(out, "<td>%t</td>", note->text);
        } else {
            double value = note->whole ? (double)*note->whole : note->number;
            grid_cell(out, words_number(value, number), value);
        }
        fputs("</tr>\n", out);
    }
    grid_close(out);
}

static void print_numbers(FILE *out, const struct column_place *place) {
    const struct fit *fit = place->fit;
    fprintf(out, "<details><summary>Numbers of %s</summary>\n", fit->name);
    if (fit->series->is_prescribed) {
        grid_print(out, "Entropy along the prescription", GRID(prescribed_columns, true, courses), place,
                   COLUMN_LOG_N);
    } else if (!attention_table_is_alone(fit, place->attention)) {
        grid_print(out, "Collapse points", GRID(column_fit, true, points), place, COLUMN_LOG_N);
        if (!is_measured(fit)) {
            fputs("<div class=\"pair\">", out);
            grid_print(out, "Exponent by windows, without corrections", GRID(column_fit, true, windows),
                       place, COLUMN_WINDOW);
            fputs("<div>", out);
            grid_print(out, "The same with corrections", GRID(column_fit, true, law_windows), place,
                       COLUMN_LAW_WINDOW);
            grid_print(out, "Rival laws", GRID(column_fit, false, rivals), place, COLUMN_LAW);
            fputs("</div></div>", out);
        }
        grid_print(out, "Both halves of the TE theorem", GRID(column_fit, true, rates), place, COLUMN_LOG_N);
    }
    print_output(out, place);
    print_notes(out, fit->series);
    fputs("</details>\n", out);
}

/* ---- a series ---- */

static void print_law(FILE *out, const struct column_place *place) {
    const struct results_series *s = place->fit->series;
    char text[WORDS_LINE];
    glossary_link(out, GLOSSARY_FAMILY, s->family->name);
    if (s->family->parameter_count > 0) {
        glossary_say(out, ", %m", words_parameters(s->family, s->parameter, text));
    }
    glossary_say(out, "; %l %s; %l ~ %m", GLOSSARY_CLASS, "class", family_class_name(s->family->class),
                 GLOSSARY_LAMBDA_TYP, NULL,
                 place->fit->has_law ? words_schedule(&place->fit->law, text) : "not known in closed form");
    if (s->is_prescribed) {
        glossary_say(out, "; %l %s", GLOSSARY_PRESCRIPTION, NULL, prescription_name[s->prescription]);
    }
}

static void print_facts(FILE *out, const struct column_place *place) {
    const struct fit *fit = place->fit;
    const struct results_series *s = fit->series;
    char label[CRITERION_LABEL], first[WORDS], last[WORDS];
    fputs("<p class=\"facts\">", out);
    if (is_measured(fit)) {
        glossary_link(out, GLOSSARY_MEASURED, NULL);
    } else {
        print_law(out, place);
    }
    glossary_say(out, "; %l = %m … %m", GLOSSARY_LENGTH, NULL, words_length(s->log_n[0], first),
                 words_length(s->log_n[fit->lengths - 1], last));
    fprintf(out, s->target > 0 ? ", up to %llu " : ", %llu ", (unsigned long long)s->replicates);
    glossary_link(out, GLOSSARY_REPLICATE, NULL);
    if (fit_criterion(fit) && !s->is_prescribed) {
        criterion_label(fit_criterion(fit), label);
        glossary_say(out, "; %l from %l", GLOSSARY_COLLAPSE, NULL, GLOSSARY_CRITERION, label);
    }
    fputs("</p>\n", out);
}

static void print_sentence(FILE *out, const char *text) {
    glossary_say(out, "<p class=\"sentence\">%m</p>\n", text);
}

static void print_sentences(FILE *out, const struct column_place *place) {
    const struct h5_attribute *note = note_find(place->fit->series, "sentence");
    char sentence[SENTENCE];
    if (note && note->text) {
        print_sentence(out, note->text);
    } else if (place->fit->series->is_prescribed || !attention_table_is_alone(place->fit, place->attention)) {
        print_sentence(out, sentence_make(place->fit, place->verdict, sentence));
        if (*sentence_coarse(place->fit, sentence)) { print_sentence(out, sentence); }
    }
    for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
        const struct attention_part *part = &place->attention->part[r];
        if (part->points == 0) { continue; }
        glossary_say(out, "<p class=\"sentence\">%l ", GLOSSARY_OUTPUT, NULL);
        grid_badge(out, part->kind);
        glossary_say(out, " %m</p>\n", part->sentence);
    }
    if (*place->attention->gaussian.sentence) { print_sentence(out, place->attention->gaussian.sentence); }
}

void section_print(FILE *out, const struct study *study, size_t series, const struct drawing_sheet *sheet) {
    const struct fit *fit = &study->fit[series];
    char room[COLUMN_TEXT], id[CONFIG_NAME + 32];
    enum verdict_kind kind;
    struct column_place place = column_place(study, series, room);
    snprintf(id, sizeof id, "s-%s", fit->name);
    fprintf(out, "<section class=\"series\" id=\"%s\" aria-labelledby=\"%s:h\"><h3 id=\"%s:h\">%s ", id, id,
            id, fit->name);
    if (section_verdict(study, series, &kind)) { grid_badge(out, kind); }
    fputs("</h3>\n", out);
    print_facts(out, &place);
    print_sentences(out, &place);
    section_print_figures(out, sheet, series, fit->name);
    print_numbers(out, &place);
    fputs("</section>\n", out);
}
