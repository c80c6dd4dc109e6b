#include "analysis/figures/figures.h"

#include <stdlib.h>

#include "analysis/figures/along_figures.h"
#include "analysis/figures/diagnosis_figures.h"
#include "analysis/figures/growth_figures.h"
#include "analysis/figures/normaliser_figures.h"
#include "analysis/figures/script.h"
#include "analysis/figures/series_figures.h"
#include "analysis/figures/sphere_figures.h"
#include "analysis/figures/study_figures.h"
#include "analysis/figures/te_figure.h"
#include "analysis/figures/universality_figure.h"
#include "analysis/text/words.h"
#include "sim/base/memory.h"

const struct figure figure_list[] = {
    {.name = "entropy",
     .shows = "mean H against beta/Lambda^typ",
     .series_lacks = series_figure_lacks_betas,
     .series_print = series_figure_entropy},
    {.name = "participation",
     .shows = "how Y_2 falls with n, typically and in the mean",
     .series_lacks = series_figure_lacks_participation,
     .series_print = series_figure_participation},
    {.name = "collapse",
     .shows = "beta_c/Lambda^typ against n, by every criterion",
     .series_lacks = series_figure_lacks_criteria,
     .series_print = series_figure_collapse},
    {.name = "gap-count",
     .shows = "N_n(t) and its envelope",
     .series_lacks = series_figure_lacks_gap_counts,
     .series_print = series_figure_gap_count},
    {.name = "phase",
     .shows = "H over n and beta",
     .series_lacks = series_figure_lacks_a_plane,
     .series_print = series_figure_phase},
    {.name = "te",
     .shows = "both halves of the theorem that Lambda_n is the critical scale",
     .series_lacks = te_figure_lacks,
     .series_print = te_figure_print},
    {.name = "windows",
     .shows = "the exponent of beta_c, with corrections and without, and that of Lambda^typ, from each n on",
     .applies = growth_figure_applies,
     .series_lacks = growth_figure_lacks_windows,
     .series_print = growth_figure_windows},
    {.name = "residuals",
     .shows = "beta_c less its exact value, in standard errors",
     .applies = growth_figure_applies,
     .series_lacks = growth_figure_lacks_residuals,
     .series_print = growth_figure_residuals},
    {.name = "output",
     .shared = "sphere",
     .shows = "keys on a sphere: displacement of the attention output in its three regimes",
     .applies = results_has_output,
     .series_lacks = series_figure_lacks_betas,
     .series_print = sphere_figure_output},
    {.name = "weights",
     .shared = "sphere",
     .shows = "keys on a sphere: ordered weights beside their law",
     .applies = results_has_output,
     .series_lacks = series_figure_lacks_betas,
     .series_print = sphere_figure_weights},
    {.name = "support",
     .shows = "sparsemax and entmax: how many keys have weight",
     .applies = normaliser_figure_applies,
     .series_lacks = series_figure_lacks_betas,
     .series_print = normaliser_figure_support},
    {.name = "prescriptions",
     .shows = "measured rows: beta/Lambda against n under each prescription",
     .applies = diagnosis_figure_applies,
     .series_lacks = diagnosis_figure_lacks_lengths,
     .series_print = diagnosis_figure_prescriptions},
    {.name = "all-collapse",
     .shared = "all",
     .shows = "of all series: beta_c/Lambda^typ",
     .study_lacks = study_figure_lacks_collapse,
     .study_print = study_figure_collapse},
    {.name = "all-exact",
     .shared = "all",
     .shows = "of all series: beta_c over its exact value",
     .study_lacks = study_figure_lacks_exact,
     .study_print = study_figure_exact},
    {.name = "universality",
     .shows = "of series of one exponent at the upper end of their scores: mean H on one curve",
     .is_optional = true,
     .study_lacks = universality_figure_lacks,
     .study_print = universality_figure_print},
    {.name = "all-prescriptions",
     .shows = "of all series along prescriptions: mean H against n, a panel for each",
     .is_optional = true,
     .study_lacks = along_figure_lacks,
     .study_print = along_figure_print},
};
const size_t figure_count = sizeof figure_list / sizeof *figure_list;

bool figure_belongs(const struct figure *figure, const struct study *study, const struct fit *fit,
                    bool asked) {
    if (!fit) {
        return figure->study_print && (asked || !figure->is_optional || !figure->study_lacks(study));
    }
    return figure->series_print && (!figure->applies || figure->applies(fit->series));
}

const char *figure_lacks(const struct figure *figure, const struct study *study, const struct fit *fit) {
    return fit ? figure->series_lacks(fit) : figure->study_lacks(study);
}

const struct figure_wish figure_no_wish = {0};

static void print_labels(FILE *out, const struct figure_wish *wish) {
    if (wish->title) { script_label(out, "title", wish->title); }
    if (wish->x_label) { script_label(out, "xlabel", wish->x_label); }
    if (wish->y_label) { script_label(out, "ylabel", wish->y_label); }
}

static void print_templates(FILE *out, const struct figure *figure, const struct figure_wish *wish) {
    char *own;
    size_t size;
    FILE *lines = memory_stream_open(&own, &size);
    print_labels(lines, wish);
    memory_stream_close(lines, &own);
    if (figure->shared) { script_template(out, figure->shared); }
    script_template_with(out, figure->name, own);
    free(own);
}

static void print_series(FILE *out, const struct figure *figure, const struct fit *fit) {
    const struct family *family = fit->series->family;
    char parameters[WORDS_LINE];
    script_text(out, "name", fit->name);
    script_text(out, "family", family->kind == FAMILY_MEASURED ? "measured rows" : family->name);
    script_text(out, "parameters", words_parameters(family, fit->series->parameter, parameters));
    figure->series_print(out, fit);
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

static void print_opening(FILE *out, const struct figure_wish *wish) {
    script_number(out, "columns", wish->columns);
    script_template(out, "open");
}

void figure_open(FILE *out, const char *stem, const struct figure_wish *wish) {
    for (size_t f = 0; f < PICTURE_FORMATS; f++) {
        fprintf(out, "%s_file = '%s.%s'\n", picture_extension[f], stem, picture_extension[f]);
    }
    print_opening(out, wish);
}

void figure_open_picture(FILE *out, const struct picture *picture, const struct figure_wish *wish) {
    for (size_t f = 0; f < PICTURE_FORMATS; f++) {
        fprintf(out, "%s_file = '/proc/self/fd/%d'\n", picture_extension[f], picture->memory[f]);
    }
    print_opening(out, wish);
}

void figure_close(FILE *out) { script_template(out, "close"); }
