/* Series of one exponent (universality.gp; analysis/study/universality.h): mean entropy against
 * beta/Lambda^typ at every series' largest n, beside the limit law of each exponent, and against
 * beta/n^(1/kappa), where amplitudes hold them apart. */
#include <math.h>
#include <stdlib.h>

#include "analysis/figures/figures.h"
#include "models/oracle/limits.h"
#include "sim/base/memory.h"

enum { PIECES = 48 }; /* of a limit law's curve */

/* What is seen, in log10. */
struct view {
    struct axis_range x, y;
};

static const char *lacks(const struct study *study) {
    return study->class_count > 0 ? NULL
                                  : "no two laws reach the upper end of their scores with one exponent";
}

/* log10 of beta/Lambda^typ, of the mean entropy with its ends, and of beta/n^(1/kappa). Entropies that are no
 * larger than three of their errors are left out, and the first number, NaN then, where it is the turn of
 * another member: their points would hide each other. Of betas fewer than members each has all. */
static void print_member(FILE *out, const struct universality *u, size_t member, struct view *view) {
    const struct fit *fit = u->member[member].fit;
    const struct results_series *s = fit->series;
    const size_t n = fit->lengths - 1, betas = s->size[RESULTS_BETA];
    const size_t turns = u->count <= betas ? u->count : 1;
    const double log_amplitude = s->log_lambda_typ[n] - u->exponent * s->log_n[n];
    for (size_t b = 0; b < betas; b++) {
        const size_t at = n * betas + b;
        const double mean = s->mean[MEASURE_ENTROPY][at], se = s->se[MEASURE_ENTROPY][at],
                     x = log10(s->beta_ratio[at]), apart = x + log_amplitude / M_LN10;
        if (!(mean > 3 * se)) { continue; }
        script_row(out, 5,
                   (double[]){b % turns == member % turns ? x : NAN, log10(mean), log10(mean - se),
                              log10(mean + se), apart});
        axis_include(&view->x, x);
        axis_include(&view->x, apart);
        axis_include(&view->y, log10(mean));
    }
    script_row(out, 5, (double[]){NAN, NAN, NAN, NAN, NAN});
    script_next_index(out);
}

static void print_law(FILE *out, const struct universality *u) {
    struct axis_range ratio = axis_empty;
    for (size_t i = 0; i < u->count; i++) {
        const struct results_series *s = u->member[i].fit->series;
        const size_t betas = s->size[RESULTS_BETA], last = (u->member[i].fit->lengths - 1) * betas;
        for (size_t b = 0; b < betas; b++) { axis_include(&ratio, log(s->beta_ratio[last + b])); }
    }
    for (int i = 0; i <= PIECES; i++) {
        double x = ratio.low + (ratio.high - ratio.low) * i / PIECES;
        script_row(out, 2, (double[]){x / M_LN10, log10(limits_weibull_at(1 / u->exponent, exp(x)).entropy)});
    }
    script_next_index(out);
}

/* Of each series its name, the number of its exponent, and its own among those of that exponent. */
static void print_names(FILE *out, const struct study *study) {
    size_t members = 0, at = 0;
    for (size_t k = 0; k < study->class_count; k++) { members += study->class[k].count; }
    double *class = memory_create(3 * members, sizeof *class), *member = class + members,
           *kappa = member + members;
    script_list_begin(out, "series_name");
    for (size_t k = 0; k < study->class_count; k++) {
        kappa[k] = 1 / study->class[k].exponent;
        for (size_t i = 0; i < study->class[k].count; i++, at++) {
            script_list_name(out, at == 0, study->class[k].member[i].fit->name);
            class[at] = (double)(k + 1);
            member[at] = (double)(i + 1);
        }
    }
    script_list_end(out);
    script_numbers(out, "class", members, class);
    script_numbers(out, "member", members, member);
    script_numbers(out, "kappa", study->class_count, kappa);
    script_number(out, "series", (double)members);
    script_number(out, "classes", (double)study->class_count);
    free(class);
}

static void print_universality(FILE *out, const struct study *study) {
    struct view view = {axis_empty, axis_empty};
    script_block_begin(out, "points");
    for (size_t k = 0; k < study->class_count; k++) {
        for (size_t i = 0; i < study->class[k].count; i++) { print_member(out, &study->class[k], i, &view); }
    }
    script_block_end(out);
    script_block_begin(out, "laws");
    for (size_t k = 0; k < study->class_count; k++) { print_law(out, &study->class[k]); }
    script_block_end(out);
    print_names(out, study);
    axis_pad(&view.x, 0.03, 0.5);
    axis_pad(&view.y, 0.05, 0.5);
    axis_print_log(out, "x", view.x);
    axis_print_log(out, "y", view.y);
}

const struct figure universality_figure = {
    .name = "universality",
    .shows = "of series of one exponent at the upper end of their scores: mean H on one curve",
    .is_optional = true,
    .study_lacks = lacks,
    .study_print = print_universality};
