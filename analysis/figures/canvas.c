#include "analysis/figures/canvas.h"

#include <math.h>
#include <string.h>

struct canvas canvas_make(FILE *out, const struct fit *fit) {
    return (struct canvas){.out = out,
                           .fit = fit,
                           .series = fit->series,
                           .lengths = fit->lengths,
                           .betas = fit->series->size[RESULTS_BETA],
                           .axis = axis_lengths_make(fit->lengths, fit->series->log_n),
                           .x = axis_empty,
                           .y = axis_empty,
                           .is_exact = true};
}

double canvas_length(const struct canvas *c, size_t n) {
    return axis_length_coordinate(&c->axis, c->series->log_n[n]);
}

double canvas_log_ratio(const struct canvas *c, size_t n, size_t b) {
    return log10(c->series->beta_ratio[n * c->betas + b]);
}

void canvas_include_lengths(struct canvas *c, size_t count) {
    for (size_t n = 0; n < count; n++) { axis_include(&c->x, canvas_length(c, n)); }
}

void canvas_print_curves(struct canvas *c, const char *block, bool may_be_empty,
                         void (*print)(struct canvas *canvas, size_t n)) {
    script_block_begin(c->out, block);
    for (c->curve = 0; c->curve < axis_curves(c->lengths); c->curve++) {
        print(c, axis_curve(c->lengths, c->curve));
    }
    if (may_be_empty) { script_row(c->out, 4, (double[]){NAN, NAN, NAN, canvas_length(c, 0)}); }
    script_block_end(c->out);
}

void canvas_print_colours(const struct canvas *c) {
    axis_print_length_colours(c->out, c->lengths, c->series->log_n);
}

/* fmax leaves out what is not known. */
double canvas_longest_bar(const struct canvas *c, unsigned quantity, size_t size, enum canvas_unit unit,
                          double least) {
    const double *mean = c->series->mean[quantity], *se = c->series->se[quantity];
    double longest = NAN;
    for (size_t i = 0; i < axis_curves(c->lengths); i++) {
        const size_t n = axis_curve(c->lengths, i);
        for (size_t at = n * size; at < (n + 1) * size; at++) {
            if (unit == CANVAS_MEAN && !(mean[at] >= least)) { continue; }
            longest = fmax(longest, se[at] / (unit == CANVAS_MEAN    ? mean[at]
                                              : unit == CANVAS_LOG_N ? c->series->log_n[n]
                                                                     : 1));
        }
    }
    return longest;
}

void canvas_print_longest_bar(const struct canvas *c, double error) {
    script_number(c->out, "largest_error", error);
}

void canvas_print_criteria(const struct canvas *c) {
    FILE *out = c->out;
    const struct fit *fit = c->fit;
    const struct criterion *criterion = fit->series->criterion;
    script_list_begin(out, "criterion");
    for (size_t k = 0; k < fit->criteria; k++) {
        char label[CRITERION_LABEL];
        criterion_label(&criterion[k], label);
        label[strcspn(label, "=")] = '\0';
        script_list_word(out, k == 0, label);
    }
    script_list_end(out);
    script_list_begin(out, "threshold");
    for (size_t k = 0; k < fit->criteria; k++) { script_list_number(out, k == 0, criterion[k].threshold); }
    script_list_end(out);
}
