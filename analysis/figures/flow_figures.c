/* Scripts hold numbers only: whatever the user called the file never enters one. */
#include "analysis/figures/flow_figures.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/figures.h"
#include "analysis/figures/gnuplot.h"
#include "analysis/figures/script.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"

static const double most_first_order = 0.5; /* of eps G^s, which is compared with 1 */

enum { MOST_STEPS = 6 }; /* later ones would have no colour of their own */
static unsigned steps_shown(const struct flow_request *r) {
    return r->design.steps < MOST_STEPS ? r->design.steps : MOST_STEPS;
}

/* ---- numbers ---- */

/* What titles tell. */
static void print_design(FILE *out, const struct flow_request *r) {
    char length[AXIS_LENGTH];
    script_number(out, "dimension", r->value[FLOW_DIMENSION]);
    script_number(out, "beta", r->value[FLOW_BETA]);
    script_markup(out, "length", axis_length_name(log(r->value[FLOW_LENGTH]), length));
}

/* The l with l (l + d - 2) = 2 beta, where a full step's growth is largest for beta >> 1. */
static double fastest_mode(const struct flow_design *design) {
    double half = 0.5 * ((double)design->dimension - 2);
    return sqrt(half * half + 2 * design->beta) - half;
}

static void print_modes(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    const struct flow_design *design = &r->design;
    script_block_begin(out, "modes");
    for (unsigned s = 1; s <= steps_shown(r); s++) {
        for (unsigned l = 1; l <= design->modes; l++) {
            const struct estimate *e = s > 1 ? a->extrapolated : a->estimate;
            e += (s - 1) * design->modes + l - 1;
            script_row(out, 5,
                       (double[]){l, pow(a->exact[l - 1], s), pow(a->finite[l - 1], s), e->value, e->error});
        }
        script_next_index(out);
    }
    script_block_end(out);
    script_number(out, "steps", steps_shown(r));
    script_number(out, "modes", design->modes);
    script_number(out, "peak", fastest_mode(design));
    script_number(out, "on_circle", design->dimension == 2);
}

/* How many steps have a curve of first order. */
static unsigned steps_of_first_order(const struct flow_request *r, const struct flow_answer *a) {
    unsigned s = 0;
    while (s < steps_shown(r) && r->value[FLOW_EPS] * pow(a->exact[a->mode - 1], s + 1) <= most_first_order) {
        s++;
    }
    return s;
}

static void print_density(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    unsigned steps = steps_shown(r), curves = steps_of_first_order(r, a);
    script_block_begin(out, "density");
    for (size_t b = 0; b < FLOW_BINS; b++) {
        double row[1 + 2 * (MOST_STEPS + 1)] = {360 * ((double)b + 0.5) / FLOW_BINS - 180};
        for (unsigned s = 0; s <= steps; s++) {
            const struct estimate *e = &a->density[s * FLOW_BINS + b];
            row[2 * s + 1] = e->value;
            row[2 * s + 2] = e->error;
        }
        script_row(out, 1 + 2 * (steps + 1), row);
    }
    script_block_end(out);
    script_list_begin(out, "amplitude");
    for (unsigned s = 0; s <= curves; s++) {
        script_list_number(out, s == 0, r->value[FLOW_EPS] * pow(a->exact[a->mode - 1], s));
    }
    script_list_end(out);
    script_number(out, "steps", steps);
    script_number(out, "curves", curves);
    script_number(out, "mode", a->mode);
}

static void print_drift(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    script_block_begin(out, "theory");
    for (int degrees = 1; degrees < 180; degrees++) {
        struct flow_line line = flow_answer_predict(r, degrees);
        script_row(out, 4, (double[]){degrees, line.predicted, line.limit, line.gradient});
    }
    script_block_end(out);
    script_block_begin(out, "probes");
    for (size_t p = 0; p < FLOW_PROBES; p++) {
        const struct flow_line *line = &a->drift[p];
        script_row(out, 3, (double[]){line->degrees, line->measured.value, line->measured.error});
    }
    script_block_end(out);
    script_number(out, "laws", (double)r->keys.count);
}

/* ---- files ---- */

struct sheet {
    const char *name;
    void (*print)(FILE *out, const struct flow_request *request, const struct flow_answer *answer);
    bool wanted;
    struct picture picture;
};
enum { SHEETS = 3 };

/* Where nothing failed, all there is of them in one script. */
static bool draw_picture(struct sheet *sheet, const struct flow_request *r, const struct flow_answer *a) {
    struct gnuplot run;
    bool good = gnuplot_open(&run);
    for (size_t k = 0; k < SHEETS && good; k++) {
        if (!sheet[k].wanted) { continue; }
        good = picture_create(&sheet[k].picture);
        figure_open(run.script, NULL, &sheet[k].picture, &figure_no_wish);
        script_template(run.script, "style");
        print_design(run.script, r);
        sheet[k].print(run.script, r, a);
        script_template(run.script, "flow");
        script_template(run.script, sheet[k].name);
        figure_close(run.script, &figure_no_wish);
    }
    if (good) {
        gnuplot_draw(&run);
        good = gnuplot_tell(&run);
    }
    gnuplot_close(&run);
    return good;
}

/* As STEM-NAME.EXT. False after a message. */
static bool place(const struct sheet *sheet, const char *stem, size_t length) {
    char *path = memory_format("%.*s-%s", (int)length, stem, sheet->name);
    bool good = picture_write(&sheet->picture, path);
    if (good) { message_say("drew %s", path); }
    free(path);
    return good;
}

bool flow_figures_draw(const struct flow_request *request, const struct flow_answer *answer,
                       const char *file) {
    struct sheet sheet[SHEETS] = {{"modes", print_modes, true, picture_none},
                                  {"density", print_density, answer->density != NULL, picture_none},
                                  {"drift", print_drift, request->keys.count > 0, picture_none}};
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file, *dot = strrchr(name, '.');
    size_t length = dot && dot > name ? (size_t)(dot - file) : strlen(file);
    bool good = draw_picture(sheet, request, answer);
    for (size_t k = 0; k < SHEETS; k++) {
        if (sheet[k].wanted && good) { good = place(&sheet[k], file, length); }
        picture_free(&sheet[k].picture);
    }
    return good;
}
