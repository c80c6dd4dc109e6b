#include "analysis/figures/frame.h"

#include <math.h>
#include <string.h>

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

void frame_text(FILE *out, const char *text) {
    while (*text) {
        if (*text == '^') {
            size_t length = strcspn(text + 1, " ,;)");
            fprintf(out, "^{%.*s}", (int)length, text + 1);
            text += 1 + length;
            continue;
        }
        if (strchr("_{}@&~\\", *text)) { fputc('\\', out); }
        if (*text == ' ') {
            fputs("\u00a0", out);
        } else if (*text != '\'') {
            fputc(*text, out);
        }
        text++;
    }
}

void frame_line(FILE *out, double x1, const char *y1, double x2, const char *y2) {
    fprintf(out,
            "set arrow from %.10g,%s to %.10g,%s nohead linewidth 1 dashtype 2 linecolor rgb '%s' front\n",
            x1, y1, x2, y2, frame_guide);
}

void frame_label(FILE *out, double x, const char *y, const char *place, const char *text) {
    fprintf(out, "set label '%s' at %.10g,%s %s textcolor rgb '%s' front\n", text, x, y, place, frame_guide);
}

void frame_palette(FILE *out, enum frame_palette part) {
    static const char *const viridis[FRAME_PALETTE_ALL] = {"#440154", "#482475", "#414487", "#355f8d",
                                                           "#2a788e", "#21918c", "#22a884", "#44bf70",
                                                           "#7ad151", "#bddf26", "#fde725"};
    fputs("set palette defined (", out);
    for (size_t i = 0; i < part; i++) { fprintf(out, "%s%zu '%s'", i > 0 ? ", " : "", i, viridis[i]); }
    fputs(")\n", out);
}

/* ---- curves of many n ---- */

enum { CURVES = 12, NAMED = 6 }; /* so many in one figure, at most; so few that the colour bar names each */

size_t frame_curves(size_t lengths) { return lengths < CURVES ? lengths : CURVES; }

size_t frame_curve(size_t lengths, size_t i) {
    size_t count = frame_curves(lengths);
    return count < 2 ? 0 : (i * (lengths - 1) + (count - 1) / 2) / (count - 1);
}

void frame_length_colours(FILE *out, size_t count, const double *log_n) {
    struct axis_lengths lengths = axis_lengths_make(count, log_n);
    struct axis_range range = axis_empty;
    for (size_t n = 0; n < count; n++) { axis_include(&range, axis_length_coordinate(&lengths, log_n[n])); }
    axis_pad(&range, 0, 0.5);
    frame_palette(out, FRAME_PALETTE_DARK);
    if (count <= NAMED) {
        axis_print_these_lengths(out, "cb", &lengths, range, count, log_n);
    } else {
        axis_print_lengths(out, "cb", &lengths, range);
    }
    fputs("set cbtics scale 0\nset cblabel 'context length\u00a0{/:Italic n}' offset 0.5,0\nset rmargin 14\n",
          out);
}
