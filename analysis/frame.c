#include "frame.h"

#include <math.h>

const char *const frame_colour[FRAME_COLOURS] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#000000"};
const char frame_guide[] = "#6b6b6b";

void frame_begin(FILE *out) {
    fprintf(
        out,
        "reset\nset encoding utf8\n"
        "set border 31 linewidth 0.7 linecolor rgb '#404040'\n"
        "set tics in scale 0.6\nset grid linewidth 0.5 linetype 1 linecolor rgb '#e4e4e4'\nset grid back\n"
        "set key samplen 2.2 spacing 1.2 noautotitle\nset title offset 0,-0.3\n"
        "set tmargin 2\nset bmargin 3.4\nset lmargin 9\n"
        "set bars 0.6\nset cbtics scale 0\nset colorbox noborder user origin graph 1.025, graph 0 size graph "
        "0.03, graph 1\n");
}

/* Between the settings and the plot command. */
void frame_open(FILE *out, const char *name, const char *figure) {
    fprintf(
        out,
        "set terminal svg size 605,416 font 'sans-serif,12' linewidth 1.25 enhanced background rgb 'white'\n"
        "set output '%s-%s.svg'\n",
        name, figure);
}

/* After the plot command. */
void frame_close(FILE *out, const char *name, const char *figure) {
    fprintf(
        out,
        "set terminal pngcairo size 1260,866 font 'sans-serif,9' fontscale 2.5 linewidth 2.4 pointscale 2.1 "
        "enhanced\n"
        "set output '%s-%s.png'\nreplot\n"
        "set terminal pdfcairo size 16cm,11cm font 'sans-serif,9' fontscale 1 linewidth 1.1 pointscale 0.9 "
        "enhanced\n"
        "set output '%s-%s.pdf'\nreplot\nunset output\n",
        name, figure, name, figure);
}

static void print_number(FILE *out, double x) {
    if (isfinite(x)) {
        fprintf(out, " %.10g", x);
    } else {
        fputs(" NaN", out);
    }
}

void frame_row(FILE *out, size_t count, const double *x) {
    for (size_t i = 0; i < count; i++) { print_number(out, x[i]); }
    fputc('\n', out);
}
