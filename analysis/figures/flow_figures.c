/* Scripts hold numbers only. gnuplot draws in a directory of its own, under fixed names: whatever the user
 * called the file never enters a script. */
#include "analysis/figures/flow_figures.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/figures/figures.h"
#include "analysis/figures/frame.h"
#include "analysis/figures/gnuplot.h"
#include "sim/base/message.h"

static const double most_first_order = 0.5; /* of eps G^s, which is compared with 1 */

/* Black stays free; later steps would have no colour of their own. */
enum { MOST_STEPS = FRAME_COLOURS - 1 };
static unsigned steps_shown(const struct flow_request *r) {
    return r->design.steps < MOST_STEPS ? r->design.steps : MOST_STEPS;
}

static const char *step_colour(unsigned step) { return frame_colour[step - 1]; }
static const char *density_colour(unsigned step) { return step > 0 ? step_colour(step) : frame_guide; }

/* ---- scripts ---- */

static void sheet_begin(FILE *out, const char *name) {
    fprintf(
        out,
        "reset\nset encoding utf8\nset border 31 linewidth 0.7 linecolor rgb '#404040'\n"
        "set tics in scale 0.6\nset grid linewidth 0.5 linetype 1 linecolor rgb '#e4e4e4'\nset grid back\n"
        "set key outside right top vertical Left reverse samplen 2.2 spacing 1.2 noautotitle\n"
        "set bars 0.6\nset tmargin 1.5\n"
        "set terminal svg size 605,416 font 'sans-serif,12' linewidth 1.25 noenhanced background rgb "
        "'white'\nset output '%s.svg'\n",
        name);
}

static void sheet_close(FILE *out, const char *name) {
    fprintf(out,
            "set terminal pngcairo size 1260,866 font 'sans-serif,9' fontscale 2.5 linewidth 2.4 pointscale "
            "2.1 noenhanced\nset output '%s.png'\nreplot\n"
            "set terminal pdfcairo size 16cm,11cm font 'sans-serif,9' fontscale 1 linewidth 1.1 pointscale "
            "0.9 noenhanced\nset output '%s.pdf'\nreplot\nunset output\n",
            name, name);
}

/* The l with l (l + d - 2) = 2 beta, where a full step's growth is largest for beta >> 1. */
static double fastest_mode(const struct flow_design *design) {
    double half = 0.5 * ((double)design->dimension - 2);
    return sqrt(half * half + 2 * design->beta) - half;
}

/* One block a step: l, growth of many tokens and of n, measured, error; after the first step extrapolated. */
static void print_modes_data(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    fputs("$modes << EOD\n", out);
    for (unsigned s = 1; s <= steps_shown(r); s++) {
        for (unsigned l = 1; l <= r->design.modes; l++) {
            const struct estimate *e = s > 1 ? a->extrapolated : a->estimate;
            e += (s - 1) * r->design.modes + l - 1;
            fprintf(out, "%u", l);
            frame_row(out, 4,
                      (double[]){pow(a->exact[l - 1], s), pow(a->finite[l - 1], s), e->value, e->error});
        }
        fputs("\n\n", out);
    }
    fputs("EOD\n", out);
}

static void print_modes(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    const struct flow_design *design = &r->design;
    double peak = fastest_mode(design);
    print_modes_data(out, r, a);
    sheet_begin(out, "modes");
    fprintf(out,
            "set xlabel 'degree l of the mode'\nset ylabel 'growth of its amplitude'\nset xrange [0.5:%g]\n",
            design->modes + 0.5);
    if (peak < design->modes + 0.5) {
        fprintf(out,
                "set arrow from %.10g, graph 0 to %.10g, graph 1 nohead linewidth 1 dashtype 2 linecolor rgb "
                "'%s'\n"
                "set label '%s' at %.10g, graph 0.04 left offset 0.6,0 textcolor rgb '%s'\n",
                peak, peak, frame_guide, design->dimension == 2 ? "l = √(2β)" : "l (l+d−2) = 2β", peak,
                frame_guide);
    }
    fputs("plot ", out);
    for (unsigned s = 1; s <= steps_shown(r); s++) {
        const char *colour = step_colour(s);
        fprintf(out,
                "%s$modes index %u using 1:2 with lines linewidth 1.2 linecolor rgb '%s' title 'n → ∞, %u "
                "step%s'",
                s > 1 ? ", \\\n  " : "", s - 1, colour, s, s > 1 ? "s" : "");
        if (s == 1) {
            fprintf(out,
                    ", \\\n  $modes index 0 using 1:3 with lines linewidth 1.2 dashtype 2 linecolor rgb '%s' "
                    "title 'order 1/n'",
                    colour);
        }
        fprintf(
            out,
            ", \\\n  $modes index %u using 1:4:5 with yerrorbars pointtype 7 pointsize 0.25 linewidth 1.2 "
            "linecolor rgb '%s' title '%s'",
            s - 1, colour, s > 1 ? "extrapolated" : "measured");
    }
    fputc('\n', out);
    sheet_close(out, "modes");
}

/* A line an angle in degrees: density and error of every step. */
static void print_density_data(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    fputs("$density << EOD\n", out);
    for (size_t b = 0; b < FLOW_BINS; b++) {
        fprintf(out, "%.10g", 360 * ((double)b + 0.5) / FLOW_BINS - 180);
        for (unsigned s = 0; s <= steps_shown(r); s++) {
            const struct estimate *e = &a->density[s * FLOW_BINS + b];
            fprintf(out, " %.10g %.10g", e->value, e->error);
        }
        fputc('\n', out);
    }
    fputs("EOD\n", out);
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
    print_density_data(out, r, a);
    sheet_begin(out, "density");
    fputs("set xlabel 'angle from the first axis (degrees)' offset 0,0.4\nset ylabel 'density of tokens / "
          "uniform'\n"
          "set xrange [-180:180]\nset xtics 60\nset samples 721\n"
          "set key outside bottom center horizontal Left reverse samplen 2.2 width -4 maxrows 2\nplot ",
          out);
    for (unsigned s = 0; s <= steps; s++) {
        fprintf(out,
                "$density using 1:($%u-$%u):($%u+$%u) with filledcurves fillstyle transparent solid 0.2 "
                "noborder fillcolor rgb '%s', \\\n  ",
                2 * s + 2, 2 * s + 3, 2 * s + 2, 2 * s + 3, density_colour(s));
    }
    for (unsigned s = 0; s <= steps; s++) {
        fprintf(out, "$density using 1:%u with lines linewidth %s linecolor rgb '%s' title '", 2 * s + 2,
                s ? "1.3" : "1.6", density_colour(s));
        fprintf(out, s == 0 ? "before" : (s == 1 ? "after %u step" : "after %u steps"), s);
        fputs("', \\\n  ", out);
    }
    for (unsigned s = 0; s <= curves; s++) {
        fprintf(out,
                "1 + %.10g*cos(%u*x*pi/180) with lines dashtype 2 linewidth 0.8 linecolor rgb '%s', \\\n  ",
                r->value[FLOW_EPS] * pow(a->exact[a->mode - 1], s), a->mode, density_colour(s));
    }
    fprintf(out, "NaN with lines dashtype 2 linewidth 0.8 linecolor rgb '%s' title '", frame_guide);
    fputs("first order in ε", out);
    if (curves < steps) { fprintf(out, ", to step %u", curves); }
    fputs("'\n", out);
    sheet_close(out, "density");
}

/* Lines of the angle: prediction at n, n -> inf, gradient; then the probes, with error bars. */
static void print_drift(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    fputs("$theory << EOD\n", out);
    for (int degrees = 1; degrees < 180; degrees++) {
        struct flow_line line = flow_answer_predict(r, degrees);
        fprintf(out, "%d", degrees);
        frame_row(out, 3, (double[]){line.predicted, line.limit, line.gradient});
    }
    fputs("EOD\n$probes << EOD\n", out);
    for (size_t p = 0; p < FLOW_PROBES; p++) {
        const struct flow_line *line = &a->drift[p];
        frame_row(out, 3, (double[]){line->degrees, line->measured.value, line->measured.error});
    }
    fputs("EOD\n", out);
    sheet_begin(out, "drift");
    fprintf(
        out,
        "set xlabel 'angle from the %smean (degrees)'\nset ylabel 'β × drift towards it'\n"
        "set xrange [0:180]\nset xtics 30\n"
        "plot $theory using 1:4 with lines dashtype 3 linewidth 1.2 linecolor rgb '%s' title '∇ log f', "
        "\\\n  $theory using 1:3 with lines linewidth 1.2 linecolor rgb '%s' title 'n → ∞', \\\n  "
        "$theory using 1:2 with lines dashtype 2 linewidth 1.2 linecolor rgb '%s' title 'order 1/n', \\\n  "
        "$probes using 1:2:3 with yerrorbars pointtype 7 pointsize 0.4 linewidth 1.2 linecolor rgb '%s' "
        "title 'measured'\n",
        r->keys.count > 1 ? "first " : "", frame_guide, frame_colour[0], frame_colour[0], frame_colour[1]);
    sheet_close(out, "drift");
}

/* ---- files ---- */

struct sheet {
    const char *name;
    void (*print)(FILE *out, const struct flow_request *request, const struct flow_answer *answer);
    bool wanted;
};
enum { SHEETS = 3 };

static int draw_in(const struct sheet *sheet, const struct flow_request *r, const struct flow_answer *a,
                   const char *directory) {
    struct gnuplot run;
    FILE *script = tmpfile();
    if (!script) {
        message_error("cannot make a temporary file: %s; is TMPDIR writable?", strerror(errno));
        return 1;
    }
    for (size_t k = 0; k < SHEETS; k++) {
        if (sheet[k].wanted) { sheet[k].print(script, r, a); }
    }
    return gnuplot_start(&run, script, directory) || gnuplot_finish(&run);
}

/* Moves DIRECTORY/NAME.EXT to STEM-NAME.EXT, or, without a stem, removes it. */
static int place(const char *directory, const char *name, const char *stem, size_t length) {
    int failed = 0;
    for (size_t e = 0; e < FIGURE_FORMATS; e++) {
        char *from, *to;
        if (asprintf(&from, "%s/%s.%s", directory, name, figure_extension[e]) < 0) { return 1; }
        if (!stem) {
            unlink(from);
        } else if (asprintf(&to, "%.*s-%s.%s", (int)length, stem, name, figure_extension[e]) < 0) {
            failed = 1;
        } else {
            if (rename(from, to) != 0) {
                message_error("cannot write %s: %s", to, strerror(errno));
                failed = 1;
            }
            free(to);
        }
        free(from);
    }
    if (stem && !failed) { message_say("drew %.*s-%s", (int)length, stem, name); }
    return failed;
}

int flow_figures_draw(const struct flow_request *request, const struct flow_answer *answer,
                      const char *file) {
    const struct sheet sheet[SHEETS] = {{"modes", print_modes, true},
                                        {"density", print_density, answer->density != NULL},
                                        {"drift", print_drift, request->keys.count > 0}};
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file, *dot = strrchr(name, '.');
    size_t length = dot && dot > name ? (size_t)(dot - file) : strlen(file);
    char *directory;
    if (asprintf(&directory, "%.*s.flow-XXXXXX", (int)(name - file), file) < 0) {
        message_error("out of memory");
        return 1;
    }
    int failed = 1;
    if (!mkdtemp(directory)) {
        message_error("cannot make a directory beside %s: %s", file, strerror(errno));
    } else {
        failed = draw_in(sheet, request, answer, directory);
        for (size_t k = 0; k < SHEETS; k++) {
            if (sheet[k].wanted && !failed) { failed = place(directory, sheet[k].name, file, length); }
            place(directory, sheet[k].name, NULL, 0);
        }
        rmdir(directory);
    }
    free(directory);
    return failed;
}
