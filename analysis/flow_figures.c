/* Scripts hold numbers only. gnuplot draws in a directory of its own, under fixed names: whatever the user
 * called the file never enters a script. */
#include "flow_figures.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../models/sphere.h"
#include "../sim/message.h"
#include "figures.h"
#include "frame.h"
#include "gnuplot.h"

static const char *step_colour(unsigned step) {
    const unsigned last = FRAME_COLOURS - 2; /* black stays free */
    return frame_colour[step > 0 && step <= last ? step - 1 : last];
}

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

/* One block a step: l, growth of many tokens and of n, measured, error. */
static void print_modes_data(FILE *out, const struct flow_figures *f) {
    const struct flow_design *design = f->design;
    fputs("$modes << EOD\n", out);
    for (unsigned s = 1; s <= design->steps; s++) {
        for (unsigned l = 1; l <= design->modes; l++) {
            double d = (double)design->dimension,
                   many = sphere_mode_growth_finite(d, design->beta, INFINITY, design->tau, l),
                   at_n =
                       sphere_mode_growth_finite(d, design->beta, log((double)design->count), design->tau, l);
            const struct flow_estimate *e = &f->estimate[(s - 1) * design->modes + l - 1];
            fprintf(out, "%u %.10g %.10g %.10g %.10g\n", l, pow(many, s), pow(at_n, s), e->growth, e->error);
        }
        fputs("\n\n", out);
    }
    fputs("EOD\n", out);
}

static void print_modes(FILE *out, const struct flow_figures *f) {
    const struct flow_design *design = f->design;
    double peak = fastest_mode(design);
    print_modes_data(out, f);
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
    for (unsigned s = 1; s <= design->steps; s++) {
        fprintf(
            out,
            "%s$modes index %u using 1:2 with lines linewidth 1.2 linecolor rgb '%s' title 'n → ∞, %u "
            "step%s', \\\n  $modes index %u using 1:3 with lines linewidth 1.2 dashtype 2 linecolor rgb '%s' "
            "title 'order 1/n', \\\n  $modes index %u using 1:4:5 with yerrorbars pointtype 7 pointsize 0.25 "
            "linewidth 1.2 "
            "linecolor "
            "rgb '%s' title 'measured'",
            s > 1 ? ", \\\n  " : "", s - 1, step_colour(s), s, s > 1 ? "s" : "", s - 1, step_colour(s), s - 1,
            step_colour(s));
    }
    fputc('\n', out);
    sheet_close(out, "modes");
}

static void print_density(FILE *out, const struct flow_figures *f) {
    unsigned steps = f->design->steps;
    fputs("$density << EOD\n", out);
    for (size_t b = 0; b < f->bins; b++) {
        fprintf(out, "%.10g", 360 * ((double)b + 0.5) / (double)f->bins - 180);
        for (unsigned s = 0; s <= steps; s++) { fprintf(out, " %.10g", f->density[s * f->bins + b]); }
        fputc('\n', out);
    }
    fputs("EOD\n", out);
    sheet_begin(out, "density");
    fputs("set xlabel 'angle from the first axis (degrees)'\nset ylabel 'density of tokens / uniform'\n"
          "set xrange [-180:180]\nset xtics 60\nplot ",
          out);
    for (unsigned s = 0; s <= steps; s++) {
        fprintf(out, "%s$density using 1:%u with lines linewidth %s linecolor rgb '%s' title '",
                s ? ", \\\n  " : "", s + 2, s ? "1.3" : "1.6", s ? step_colour(s) : frame_guide);
        fprintf(out, s == 0 ? "before" : (s == 1 ? "after %u step" : "after %u steps"), s);
        fputc('\'', out);
    }
    fputc('\n', out);
    sheet_close(out, "density");
}

/* ---- files ---- */

static int draw_in(const struct flow_figures *figures, const char *directory) {
    struct gnuplot run;
    FILE *script = tmpfile();
    if (!script) {
        message_error("cannot make a temporary file: %s; is TMPDIR writable?", strerror(errno));
        return 1;
    }
    print_modes(script, figures);
    if (figures->density) { print_density(script, figures); }
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

int flow_figures_draw(const struct flow_figures *figures, const char *file) {
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
        failed = draw_in(figures, directory);
        if (!failed) { failed = place(directory, "modes", file, length); }
        if (!failed && figures->density) { failed = place(directory, "density", file, length); }
        place(directory, "modes", NULL, 0);
        place(directory, "density", NULL, 0);
        rmdir(directory);
    }
    free(directory);
    return failed;
}
