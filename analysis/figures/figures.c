#include "analysis/figures/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/text/words.h"
#include "analysis/verdict/judge.h"
#include "sim/base/memory.h"

#define FIGURES(ENTRY)                                                                                       \
    ENTRY(series_figure_entropy)                                                                             \
    ENTRY(series_figure_participation)                                                                       \
    ENTRY(series_figure_collapse)                                                                            \
    ENTRY(series_figure_gap_count)                                                                           \
    ENTRY(phase_figure)                                                                                      \
    ENTRY(te_figure)                                                                                         \
    ENTRY(growth_figure_windows)                                                                             \
    ENTRY(growth_figure_residuals)                                                                           \
    ENTRY(sphere_figure_output)                                                                              \
    ENTRY(sphere_figure_weights)                                                                             \
    ENTRY(normaliser_figure_support)                                                                         \
    ENTRY(diagnosis_figure_prescriptions)                                                                    \
    ENTRY(study_figure_collapse)                                                                             \
    ENTRY(study_figure_exact)                                                                                \
    ENTRY(universality_figure)                                                                               \
    ENTRY(along_figure_prescriptions)

#define DECLARE(NAME) extern const struct figure NAME;
FIGURES(DECLARE)
#define LIST(NAME) &NAME,
const struct figure *const figure_list[] = {FIGURES(LIST)};
const size_t figure_count = sizeof figure_list / sizeof *figure_list;

const char *figure_lacks_betas(const struct fit *fit) {
    const size_t betas = fit->series->size[RESULTS_BETA];
    for (size_t n = 0; n < fit->lengths; n++) {
        size_t held = 0;
        for (size_t b = 0; b < betas; b++) {
            held += isfinite(log10(fit->series->beta_ratio[n * betas + b]));
        }
        if (held >= 2) { return NULL; }
    }
    return betas < 2 ? "it takes two betas or more"
                     : "it takes two betas or more whose beta/Lambda^typ is in the range of a double";
}

double figure_limit(const struct fit *fit, size_t criterion) {
    const struct limits law = judge_limits(fit);
    const struct family *family = fit->series->family;
    if (criterion == fit->primary) { return log10(judge_constant(fit, &law)); }
    return family_is_judged_by_rows(family) || family->kind == FAMILY_FIXED
               ? NAN
               : log10(judge_limit(&law, &fit->series->criterion[criterion]));
}

bool figure_belongs(const struct figure *figure, const struct study *study, const struct fit *fit,
                    bool asked) {
    if (!fit) {
        return figure->study_print && (asked || !figure->is_optional || !figure->study_lacks(study));
    }
    return figure->series_print && (!figure->applies || figure->applies(fit->series));
}

/* Whether most rows tie at every n: there is no Lambda^typ to measure by. */
static bool lacks_scale(const struct fit *fit) {
    size_t n = 0;
    while (n < fit->lengths && isinf(fit->series->log_lambda_typ[n])) { n++; }
    return fit->lengths > 0 && n == fit->lengths;
}

const char *figure_lacks(const struct figure *figure, const struct study *study, const struct fit *fit) {
    if (fit && lacks_scale(fit)) {
        return "half of the rows or more tie at every n: Lambda_n is infinite, and no beta is relative to it";
    }
    return fit ? figure->series_lacks(fit) : figure->study_lacks(study);
}

const struct figure_wish figure_no_wish = {0};

static void print_templates(FILE *out, const struct figure *figure, const struct figure_wish *wish) {
    char *own;
    size_t size;
    FILE *lines = memory_stream_open(&own, &size);
    if (wish->title) { script_label(lines, "title", wish->title); }
    if (wish->x_label) { script_label(lines, "xlabel", wish->x_label); }
    if (wish->y_label) { script_label(lines, "ylabel", wish->y_label); }
    memory_stream_close(lines, &own);
    if (figure->shared) { script_template(out, figure->shared); }
    script_template_with(out, figure->name, own);
    free(own);
}

static void print_series(FILE *out, const struct figure *figure, const struct fit *fit) {
    const struct family *family = fit->series->family;
    enum { MOST = 54 }; /* letters that a title of one column holds */
    char parameters[WORDS_LINE];
    script_name(out, "name", fit->name);
    script_text(out, "family", family->kind == FAMILY_MEASURED ? "measured rows" : family->name);
    words_parameters(family, fit->series->parameter, parameters);
    if (strlen(parameters) > MOST) { memcpy(parameters + MOST, "..", sizeof ".."); }
    script_text(out, "parameters", parameters);
    struct canvas canvas = canvas_make(out, fit);
    figure->series_print(&canvas);
}

void figure_print(FILE *out, const struct figure *figure, const struct study *study, const struct fit *fit,
                  const struct figure_wish *wish) {
    script_template(out, "style");
    if (fit) {
        print_series(out, figure, fit);
    } else {
        figure->study_print(out, study);
    }
    print_templates(out, figure, wish);
}

void figure_open(FILE *out, const char *stem, const struct picture *picture, const struct figure_wish *wish) {
    for (size_t f = 0; f < PICTURE_FORMATS; f++) {
        fprintf(out, "%s_file = ", picture_extension[f]);
        if (picture) {
            fprintf(out, "'/proc/self/fd/%d'\n", picture->memory[f]);
        } else {
            fprintf(out, "'%s.%s'\n", stem, picture_extension[f]);
        }
    }
    script_number(out, "columns", wish->columns);
    script_template(out, wish->is_inline ? "inline" : "open");
}

void figure_close(FILE *out, const struct figure_wish *wish) {
    if (wish->is_inline) {
        fputs("unset output\n", out);
    } else {
        script_template(out, "close");
    }
}
