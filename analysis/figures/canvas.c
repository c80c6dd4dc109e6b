#include "analysis/figures/canvas.h"

#include <math.h>

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

void canvas_print_curves(struct canvas *c, const char *block,
                         void (*print)(struct canvas *canvas, size_t n, size_t i)) {
    script_block_begin(c->out, block);
    for (size_t i = 0; i < axis_curves(c->lengths); i++) { print(c, axis_curve(c->lengths, i), i); }
    script_block_end(c->out);
}

void canvas_print_colours(const struct canvas *c) {
    axis_print_length_colours(c->out, c->lengths, c->series->log_n);
}
