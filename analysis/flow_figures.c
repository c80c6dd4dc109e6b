#include "flow_figures.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/message.h"
#include "frame.h"
#include "gnuplot.h"

/* Measured growth of the first and of the last step, beside G_l and its peak near sqrt(2 beta). */
static void print_modes(FILE *out, const char *name, const struct tokens_request *r, const double *predicted,
                        const struct tokens_growth *growth) {
    frame_begin(out);
    fputs("$modes << EOD\n", out);
    for (size_t l = 0; l < r->modes; l++) {
        const struct tokens_growth *last = &growth[(r->steps - 1) * r->modes + l];
        double row[] = {(double)l + 1, predicted[l], growth[l].value, growth[l].se, last->value, last->se};
        frame_row(out, 6, row);
    }
    fputs("EOD\n", out);
    fprintf(out,
            "set title '%zu tokens on the sphere in %zu dimensions, β = %g'\n"
            "set xrange [0.5:%zu.5]\nset xlabel 'harmonic\u00a0 {/:Italic l}'\n"
            "set ylabel 'growth by one step of attention'\nset key right top\n",
            r->n, r->dimension, r->beta, r->modes);
    if (sqrt(2 * r->beta) < (double)r->modes) {
        fprintf(
            out,
            "set arrow from %.6g,graph 0 to %.6g,graph 1 nohead linewidth 1 dashtype 2 linecolor rgb '%s'\n"
            "set label '√(2β)' at %.6g,graph 0.05 left offset 0.6,0 textcolor rgb '%s'\n",
            sqrt(2 * r->beta), sqrt(2 * r->beta), frame_guide, sqrt(2 * r->beta), frame_guide);
    }
    frame_open(out, name, "modes");
    fprintf(out,
            "plot $modes using 1:2 with lines linewidth 1.4 linecolor rgb '%s' title '{/:Italic G_l}', \\\n"
            "  $modes using 1:3:4 with yerrorbars pointtype 7 pointsize 0.5 linecolor rgb '%s' title 'first "
            "step', \\\n"
            "  $modes using 1:5:6 with yerrorbars pointtype 6 pointsize 0.5 linecolor rgb '%s' title 'step "
            "%zu'\n",
            frame_guide, frame_colour[0], frame_colour[1], r->steps);
    frame_close(out, name, "modes");
}

static void print_density(FILE *out, const char *name, const struct tokens_request *r,
                          const double *histogram) {
    frame_begin(out);
    fputs("$density << EOD\n", out);
    for (size_t s = 0; s <= r->steps; s++) {
        for (size_t i = 0; i < TOKENS_BINS; i++) {
            double row[] = {((double)i + 0.5) * 360 / TOKENS_BINS - 180, histogram[s * TOKENS_BINS + i]};
            frame_row(out, 2, row);
        }
        fputs("\n\n", out);
    }
    fputs("EOD\n", out);
    fprintf(out,
            "set title '%zu tokens on the circle, β = %g'\nset xrange [-180:180]\nset xtics 60\n"
            "set xlabel 'angle'\nset ylabel 'density over uniform'\nset yrange [0:*]\nset key right top\n",
            r->n, r->beta);
    frame_open(out, name, "density");
    fputs("plot", out);
    for (size_t s = 0; s <= r->steps && s < FRAME_COLOURS; s++) {
        fprintf(out, "%s $density index %zu using 1:2 with histeps linewidth 1.3 linecolor rgb '%s' title '",
                s > 0 ? ", \\\n " : "", s, frame_colour[(s + FRAME_COLOURS - 1) % FRAME_COLOURS]);
        if (s == 0) {
            fputs("before'", out);
        } else {
            fprintf(out, "after %zu'", s);
        }
    }
    fputc('\n', out);
    frame_close(out, name, "density");
}

/* Names go into a script between quotes. */
static bool name_is_plain(const char *name) {
    if (*name && !strpbrk(name, "'\"\\`\n") && strlen(name) < 3000) { return true; }
    message_error("-o %.60s: a name without quotes, backslashes and line ends, please", name);
    return false;
}

int flow_figures_draw(const char *name, const struct tokens_request *r, const double *predicted,
                      const struct tokens_growth *growth, const double *histogram) {
    if (!name_is_plain(name)) { return 1; }
    FILE *script = tmpfile();
    if (!script) {
        message_error("cannot make a temporary file: %s; is TMPDIR writable?", strerror(errno));
        return 1;
    }
    print_modes(script, name, r, predicted, growth);
    if (histogram) { print_density(script, name, r, histogram); }
    struct gnuplot run;
    if (gnuplot_start(&run, script, ".") || gnuplot_finish(&run)) { return 1; }
    message_say("drew %s-modes%s", name, histogram ? " and the density" : "");
    return 0;
}
