/* Scripts hold nothing a user wrote but series' names, which are letters, digits, '_' and '-'. */
#include "analysis/figures/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/frame.h"
#include "analysis/figures/sphere_figures.h"
#include "analysis/text/words.h"

const char *const figure_name[FIGURES] = {"entropy", "collapse", "gap-count", "phase",
                                          "te",      "output",   "weights"};
const char *const figure_extension[FIGURE_FORMATS] = {"svg", "png", "pdf"};

static const int marker[] = {7, 5, 9, 13, 11, 6, 4, 8, 12};
enum { MARKERS = sizeof marker / sizeof *marker };

/* ---- the frame ---- */

static void print_title(FILE *out, const struct fit *fit) {
    char parameters[WORDS_LINE];
    const char *family = fit->series->family->name;
    fputs("set title '{/:Bold ", out);
    frame_text(out, fit->name);
    fprintf(out, ":}\u00a0 %s%s", strcmp(fit->name, family) == 0 ? "" : family,
            strcmp(fit->name, family) == 0 ? "" : ", ");
    frame_text(out, words_parameters(fit->series->family, fit->series->parameter, parameters));
    fputs("'\n", out);
}

/* ---- what several figures show ---- */

static const char beta_label[] = "inverse temperature\u00a0 β\u00a0/\u00a0Λ_{{/:Italic n}}^{typ}";
static const char beta_collapse_label[] = "collapse point\u00a0 β_{c}";

/* ---- entropy ---- */

static double log10_ratio(const struct fit *fit, size_t n, size_t b) {
    return log10(fit->series->beta_ratio[n * fit->series->size[RESULTS_BETA] + b]);
}

static double entropy_mean(const struct fit *fit, size_t n, size_t b) {
    return fit->series->mean[MEASURE_ENTROPY][n * fit->series->size[RESULTS_BETA] + b];
}

/* The threshold of the primary criterion where that is the entropy, else NaN. */
static double entropy_threshold(const struct fit *fit) {
    if (fit->primary == fit->criteria || fit->series->criterion[fit->primary].kind != CRITERION_ENTROPY) {
        return NAN;
    }
    return fit->series->criterion[fit->primary].threshold;
}

/* Returns its upper end. */
static double print_entropy_axis(FILE *out, struct axis_range entropy) {
    const double low = 0.1, high = 30; /* nats: beyond, only a logarithmic axis shows how it falls */
    bool is_log = entropy.high > high || (entropy.high < low && entropy.low > 0);
    double top = entropy.high > 0 ? (is_log ? 1.5 : 1.05) * entropy.high : 1;
    if (is_log) {
        fprintf(out, "set logscale y\nset format y '%s'\n", entropy.high > high ? "%h" : "10^{%L}");
    }
    fprintf(out, "set yrange [%.6g:%.6g]\n", is_log ? (entropy.high > high ? 0.01 : 0.7 * entropy.low) : 0,
            top);
    return top;
}

static void print_entropy(FILE *out, const struct fit *fit) {
    bool few = fit->series->size[RESULTS_BETA] < 10; /* betas, so that each is to be seen */
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, fit->series->log_n);
    struct axis_range range = axis_empty, entropy = axis_empty;
    double tau = entropy_threshold(fit);
    fputs("$curves << EOD\n", out);
    for (size_t i = 0; i < frame_curves(fit->lengths); i++) {
        size_t n = frame_curve(fit->lengths, i);
        for (size_t b = 0; b < fit->series->size[RESULTS_BETA]; b++) {
            double row[] = {log10_ratio(fit, n, b), entropy_mean(fit, n, b),
                            axis_length_coordinate(&lengths, fit->series->log_n[n])};
            axis_include(&range, row[0]);
            axis_include(&entropy, row[1]);
            frame_row(out, 3, row);
        }
        fputc('\n', out);
    }
    fputs("EOD\n", out);
    axis_pad(&range, few ? 0.03 : 0, 0.1);
    axis_print_log(out, "x", range);
    fprintf(out, "set xlabel '%s'\nset ylabel 'mean entropy\u00a0 ⟨{/:Italic H}⟩\u00a0 (nats)'\n",
            beta_label);
    double top = print_entropy_axis(out, entropy);
    if (range.low < 0 && range.high > 0) {
        frame_line(out, 0, "graph 0", 0, "graph 1");
        frame_label(out, 0, "graph 0.95", "left offset 0.6,0", "β\u00a0=\u00a0Λ^{typ}");
    }
    if (tau < top) {
        char height[WORDS], words[WORDS];
        snprintf(height, sizeof height, "%.10g", tau);
        snprintf(words, sizeof words, "⟨{/:Italic H}⟩\u00a0=\u00a0%.4g", tau);
        frame_line(out, range.low, height, range.high, height);
        frame_label(out, range.high, height, "right offset -0.6,0.6", words);
    }
    frame_length_colours(out, fit->lengths, fit->series->log_n);
    frame_open(out, fit->name, figure_name[FIGURE_ENTROPY]);
    fprintf(out, "plot $curves using 1:2:3 with %s linewidth 1.4 linecolor palette\n",
            few ? "linespoints pointtype 7 pointsize 0.5" : "lines");
}

/* ---- collapse ---- */

static void print_criterion(FILE *out, const struct criterion *criterion) {
    static const char *const symbol[] = {
        [CRITERION_ENTROPY] = "⟨{/:Italic H}⟩",
        [CRITERION_PARTICIPATION] = "⟨{/:Italic Y}_{2}⟩",
        [CRITERION_TOP_TWO_RATIO] = "⟨{/:Italic p}_{(2)}/{/:Italic p}_{(1)}⟩",
        [CRITERION_SUSCEPTIBILITY] = "largest\u00a0⟨{/:Italic χ}⟩",
    };
    fputs(symbol[criterion->kind], out);
    if (criterion->kind != CRITERION_SUSCEPTIBILITY) {
        fprintf(out, "\u00a0=\u00a0%.4g", criterion->threshold);
    }
}

/* One block a criterion: log10 of Lambda^typ, beta_c and its ends; then the rows' medians with quartiles. */
static void print_collapse_data(FILE *out, const struct fit *fit, struct axis_range *x,
                                struct axis_range *y) {
    const struct results_series *s = fit->series;
    fputs("$points << EOD\n", out);
    for (size_t k = 0; k <= fit->criteria; k++) {
        bool rows = k == fit->criteria;
        for (size_t n = 0; n < fit->lengths; n++) {
            const struct ensemble_point *point =
                &fit->collapse[n * fit->criteria + (rows ? fit->primary : k)];
            const double *quantile = fit->row_collapse[n * fit->criteria + fit->primary].quantile;
            double lambda = s->log_lambda_typ[n] / M_LN10, se = isnan(point->se) ? 0 : point->se;
            double ends[] = {point->log_ratio, point->log_ratio - se, point->log_ratio + se};
            if (rows) {
                for (size_t q = 0; q < 3; q++) {
                    ends[q] = log(quantile[q == 0 ? ORDER_MEDIAN : q == 1 ? 1 : 3]);
                }
            }
            double row[] = {lambda, lambda + ends[0] / M_LN10, lambda + ends[1] / M_LN10,
                            lambda + ends[2] / M_LN10};
            frame_row(out, 4, row);
            axis_include(x, row[0]);
            for (size_t i = 0; i < 4; i++) { axis_include(y, row[i]); }
        }
        fputs("\n\n", out);
    }
    fputs("EOD\n", out);
}

static void print_collapse(FILE *out, const struct fit *fit) {
    struct axis_range x = axis_empty, y = axis_empty;
    size_t last = fit_last(fit, fit->primary);
    print_collapse_data(out, fit, &x, &y);
    axis_pad(&x, 0.06, 0.1);
    axis_pad(&y, 0.06, 0.1);
    axis_print_log(out, "x", x);
    axis_print_log(out, "y", y);
    fprintf(out, "set xlabel 'accumulation scale\u00a0 Λ_{{/:Italic n}}^{typ}'\nset ylabel '%s'\n",
            beta_collapse_label);
    fputs("set lmargin\nset key outside right top vertical Left reverse width -2\n", out);
    frame_open(out, fit->name, figure_name[FIGURE_COLLAPSE]);
    fprintf(out,
            "plot x with lines linewidth 1.2 dashtype 2 linecolor rgb '%s' title 'β_{c}\u00a0=\u00a0Λ^{typ}'",
            frame_guide);
    if (last < fit->lengths) {
        double offset = fit->collapse[last * fit->criteria + fit->primary].log_ratio;
        fprintf(out,
                ", \\\n  x + %.10g with lines linewidth 1 dashtype 3 linecolor rgb '%s' title "
                "'β_{c}\u00a0=\u00a0%.3g\u00a0Λ^{typ}'",
                offset / M_LN10, frame_guide, exp(offset));
    }
    fprintf(out,
            ", \\\n  $points index %zu using 1:2:3:4 with yerrorbars pointtype 6 pointsize 0.9 linewidth 0.8 "
            "linecolor rgb '#9a9a9a' title 'rows: quartiles'",
            fit->criteria);
    for (size_t k = 0; k < fit->criteria; k++) {
        if (fit_first(fit, k) == fit->lengths) { continue; }
        fprintf(out,
                ", \\\n  $points index %zu using 1:2:3:4 with yerrorbars pointtype %d pointsize 0.7 "
                "linewidth 1.2 "
                "linecolor rgb '%s' title '",
                k, marker[k % MARKERS], frame_colour[k % FRAME_COLOURS]);
        print_criterion(out, &fit->series->criterion[k]);
        fputc('\'', out);
    }
    fputc('\n', out);
}

/* ---- gap count ---- */

/* What is worth seeing of log N: not what is rarer than one further score in twenty rows, nor gaps that hold
 * all scores but a few. */
static const double gap_count_least = 0.05, gap_count_full = 0.995;

static void print_gap_curve(FILE *out, const struct fit *fit, size_t n, double colour_value,
                            struct axis_range *x, struct axis_range *y) {
    const struct results_series *s = fit->series;
    size_t gaps = s->size[RESULTS_GAP];
    bool full = false;
    for (size_t g = 0; g < gaps; g++) {
        double log_count = s->mean[RESULTS_LOG_GAP_COUNT][n * gaps + g];
        double row[] = {log10(s->gap_grid[g]), log10(log_count), colour_value};
        if (log_count >= gap_count_least) {
            if (!full) { axis_include(x, row[0]); }
            axis_include(y, row[1]);
        }
        full = log_count >= gap_count_full * s->log_n[n];
        frame_row(out, 3, row);
    }
    fputc('\n', out);
}

static void print_gap_count(FILE *out, const struct fit *fit) {
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, fit->series->log_n);
    struct axis_range x = axis_empty, y = axis_empty;
    fputs("$curves << EOD\n", out);
    for (size_t i = 0; i < frame_curves(fit->lengths); i++) {
        size_t n = frame_curve(fit->lengths, i);
        print_gap_curve(out, fit, n, axis_length_coordinate(&lengths, fit->series->log_n[n]), &x, &y);
    }
    fputs("EOD\n", out);
    axis_pad(&x, 0.04, 0.5);
    axis_pad(&y, 0.04, 0.5);
    axis_print_log(out, "x", x);
    axis_print_log(out, "y", y);
    fputs("set xlabel 'gap\u00a0 {/:Italic t}\u00a0Λ_{{/:Italic n}}^{typ}'\n"
          "set ylabel 'mean log count\u00a0 ⟨log\u00a0{/:Italic N}_{{/:Italic n}}({/:Italic t})⟩'\n"
          "set key inside bottom right Left reverse\n",
          out);
    frame_length_colours(out, fit->lengths, fit->series->log_n);
    frame_open(out, fit->name, figure_name[FIGURE_GAP_COUNT]);
    fprintf(out,
            "plot $curves using 1:2:3 with lines linewidth 1.4 linecolor palette, \\\n"
            "  x with lines linewidth 1.4 dashtype 2 linecolor rgb '%s' title "
            "'envelope\u00a0 {/:Italic N}\u00a0=\u00a0e^{\u00a0Λ^{typ}\u00a0{/:Italic t}}'\n",
            frame_guide);
}

/* ---- phase diagram ---- */

/* H/log n of one n at log10 of beta/Lambda^typ, linear between the grid's points; NaN outside. */
static double entropy_share(const struct fit *fit, size_t n, double x) {
    size_t count = fit->series->size[RESULTS_BETA], b = 0;
    const double rounding = 1e-12;
    while (b + 2 < count && log10_ratio(fit, n, b + 1) < x) { b++; }
    double low = log10_ratio(fit, n, b), high = log10_ratio(fit, n, b + 1);
    if (!(x >= low - rounding && x <= high + rounding)) { return NAN; }
    double part = (x - low) / (high - low);
    double entropy = (1 - part) * entropy_mean(fit, n, b) + part * entropy_mean(fit, n, b + 1);
    return entropy / fit->series->log_n[n];
}

/* The shares on a regular grid, linear between neighbouring n. */
static void print_phase_map(FILE *out, const struct fit *fit, const struct axis_lengths *lengths,
                            struct axis_range x, struct axis_range y) {
    enum { COLUMNS = 160, ROWS = 120 };
    const double *log_n = fit->series->log_n;
    fputs("$map << EOD\n", out);
    for (size_t j = 0; j < ROWS; j++) {
        double height = y.low + (y.high - y.low) * (double)j / (ROWS - 1);
        size_t n = 0;
        double left = entropy_share(fit, 0, height), right = entropy_share(fit, 1, height);
        for (size_t i = 0; i < COLUMNS; i++) {
            double place = x.low + (x.high - x.low) * (double)i / (COLUMNS - 1);
            while (n + 2 < fit->lengths && axis_length_coordinate(lengths, log_n[n + 1]) < place) {
                n++;
                left = right;
                right = entropy_share(fit, n + 1, height);
            }
            double low = axis_length_coordinate(lengths, log_n[n]),
                   high = axis_length_coordinate(lengths, log_n[n + 1]);
            double part = (place - low) / (high - low),
                   row[] = {place, height, (1 - part) * left + part * right};
            frame_row(out, 3, row);
        }
        fputc('\n', out);
    }
    fputs("EOD\n", out);
}

static void print_phase_line(FILE *out, const struct fit *fit, const struct axis_lengths *lengths) {
    fputs("$line << EOD\n", out);
    for (size_t n = 0; n < fit->lengths; n++) {
        const struct ensemble_point *point = &fit->collapse[n * fit->criteria + fit->primary];
        double row[] = {axis_length_coordinate(lengths, fit->series->log_n[n]), point->log_ratio / M_LN10};
        frame_row(out, 2, row);
    }
    fputs("EOD\n", out);
}

static void print_phase(FILE *out, const struct fit *fit) {
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, fit->series->log_n);
    struct axis_range x = axis_empty, y = axis_empty;
    for (size_t n = 0; n < fit->lengths; n++) {
        axis_include(&x, axis_length_coordinate(&lengths, fit->series->log_n[n]));
        for (size_t b = 0; b < fit->series->size[RESULTS_BETA]; b++) {
            axis_include(&y, log10_ratio(fit, n, b));
        }
    }
    bool has_line = fit->primary < fit->criteria && fit_last(fit, fit->primary) < fit->lengths;
    print_phase_map(out, fit, &lengths, x, y);
    if (has_line) { print_phase_line(out, fit, &lengths); }
    axis_print_lengths(out, "x", &lengths, x);
    axis_print_log(out, "y", y);
    frame_palette(out, FRAME_PALETTE_ALL);
    fprintf(out,
            "set cbrange [0:1]\nset cbtics scale 0 0.2\nset cblabel 'mean entropy\u00a0 ⟨{/:Italic "
            "H}⟩\u00a0/\u00a0log\u00a0{/:Italic n}' offset 0.5,0\n"
            "set xlabel 'context length\u00a0{/:Italic n}'\nset ylabel '%s'\nset rmargin 12\nunset grid\n"
            "set object rectangle from graph 0,0 to graph 1,1 behind fillcolor rgb '%s' fillstyle noborder\n",
            beta_label, frame_guide); /* where no beta was measured */
    fprintf(out, "set key at graph 0.02, graph 0.97 left top Left reverse textcolor rgb 'white'\n");
    frame_open(out, fit->name, figure_name[FIGURE_PHASE]);
    fputs("plot $map using 1:2:3 with image", out);
    if (y.low < 0 && y.high > 0) {
        fputs(", \\\n  0 with lines linewidth 1.2 dashtype 2 linecolor rgb 'white' title "
              "'β\u00a0=\u00a0Λ^{typ}'",
              out);
    }
    if (has_line) {
        fprintf(
            out,
            ", \\\n  $line using 1:2 with linespoints pointtype 7 pointsize 0.5 linewidth 1.4 linecolor rgb "
            "'white' title '");
        print_criterion(out, &fit->series->criterion[fit->primary]);
        fputc('\'', out);
    }
    fputc('\n', out);
}

/* ---- the TE theorem ---- */

/* Both halves against beta over the row's own Lambda_n: H/log n falls, the top-two ratio must rise to 1
 * below. */
static void print_te(FILE *out, const struct fit *fit) {
    const struct results_series *s = fit->series;
    struct axis_lengths lengths = axis_lengths_make(fit->lengths, s->log_n);
    size_t factors = s->size[RESULTS_TE];
    fputs("$curves << EOD\n", out);
    for (size_t i = 0; i < frame_curves(fit->lengths); i++) {
        size_t n = frame_curve(fit->lengths, i);
        for (size_t f = 0; f < factors; f++) {
            double row[] = {log10(s->te_factor[f]),
                            s->mean[RESULTS_TE_ENTROPY][n * factors + f] / s->log_n[n],
                            s->mean[RESULTS_TE_TOP_TWO_RATIO][n * factors + f],
                            axis_length_coordinate(&lengths, s->log_n[n])};
            frame_row(out, 4, row);
        }
        fputc('\n', out);
    }
    fputs("EOD\n", out);
    axis_print_log(out, "x", (struct axis_range){log10(s->te_factor[0]), log10(s->te_factor[factors - 1])});
    fputs("set xlabel 'inverse temperature\u00a0 β\u00a0/\u00a0Λ_{{/:Italic n}} of the row'\nset yrange "
          "[0:1.05]\n"
          "set ylabel 'means over rows'\nset key at graph 0.98, graph 0.98 right top reverse Left\n",
          out);
    frame_line(out, 0, "graph 0", 0, "graph 1");
    frame_length_colours(out, fit->lengths, fit->series->log_n);
    frame_open(out, fit->name, figure_name[FIGURE_TE]);
    fputs("plot $curves using 1:2:4 with lines linewidth 1.4 linecolor palette title "
          "'{/:Italic H}\u00a0/\u00a0log\u00a0{/:Italic n}', \\\n  $curves using 1:3:4 with lines linewidth "
          "1.4 dashtype 2 "
          "linecolor palette title '{/:Italic p}_{(2)}/{/:Italic p}_{(1)}'\n",
          out);
}

/* ---- figures of a series ---- */

static bool te_is_known(const struct fit *fit) {
    for (size_t i = 0; i < fit->lengths * fit->series->size[RESULTS_TE]; i++) {
        if (isfinite(fit->series->mean[RESULTS_TE_ENTROPY][i])) { return true; }
    }
    return false;
}

bool figure_applies(const struct fit *fit, enum figure figure) {
    return (figure != FIGURE_OUTPUT && figure != FIGURE_WEIGHTS) || results_has_output(fit->series);
}

const char *figure_obstacle(const struct fit *fit, enum figure figure) {
    size_t betas = fit->series->size[RESULTS_BETA];
    switch (figure) {
    case FIGURE_ENTROPY: return betas < 2 ? "it takes two betas or more" : NULL;
    case FIGURE_COLLAPSE: return fit->criteria == 0 ? "no collapse criterion was asked for" : NULL;
    case FIGURE_GAP_COUNT:
        return fit->series->size[RESULTS_GAP] < 2 ? "the results hold no gap counts" : NULL;
    case FIGURE_PHASE: return betas < 2 || fit->lengths < 2 ? "it takes two n and two betas or more" : NULL;
    case FIGURE_TE: return te_is_known(fit) ? NULL : "no row's Lambda_n was kept";
    case FIGURE_OUTPUT:
    case FIGURE_WEIGHTS: return betas < 2 ? "it takes two betas or more" : NULL;
    case FIGURES: break;
    }
    return "there is no such figure";
}

void figure_print(FILE *script, const struct fit *fit, enum figure figure) {
    typedef void printer(FILE *, const struct fit *);
    static printer *const print[FIGURES] = {print_entropy,        print_collapse, print_gap_count,
                                            print_phase,          print_te,       sphere_figure_output,
                                            sphere_figure_weights};
    frame_begin(script);
    print_title(script, fit);
    print[figure](script, fit);
    frame_close(script, fit->name, figure_name[figure]);
}

/* ---- all series ---- */

const char *const figure_study_name[STUDY_FIGURES] = {
    [STUDY_COLLAPSE] = "collapse",
    [STUDY_EXACT] = "exact",
};

/* What is drawn of a series at one n, with its standard error: log10 of beta_c/Lambda^typ, or beta_c over its
 * exact value. NaN where there is none. */
static double study_value(const struct fit *fit, size_t n, enum figure_study figure, double *se) {
    *se = NAN;
    if (fit->primary == fit->criteria) { return NAN; }
    const struct ensemble_point *point = &fit->collapse[n * fit->criteria + fit->primary];
    if (figure == STUDY_COLLAPSE) {
        *se = isnan(point->se) ? 0 : point->se / M_LN10;
        return point->log_ratio / M_LN10;
    }
    double ratio = exp(point->log_ratio) / fit->exact[n];
    *se = ratio * point->se;
    return point->se > 0 ? ratio : NAN; /* what has no randomness says nothing here */
}

static bool series_is_drawn(const struct fit *fit, enum figure_study figure) {
    double se;
    for (size_t n = 0; n < fit->lengths; n++) {
        if (!isnan(study_value(fit, n, figure, &se))) { return true; }
    }
    return false;
}

const char *figure_study_obstacle(const struct study *study, enum figure_study figure) {
    for (size_t i = 0; i < study->count; i++) {
        if (series_is_drawn(&study->fit[i], figure)) { return NULL; }
    }
    return figure == STUDY_COLLAPSE ? "no series has a collapse point"
                                    : "no series has collapse points with errors and exact values";
}

static struct axis_lengths common_lengths(const struct study *study) {
    struct axis_lengths common = {.powers_of_two = true};
    struct axis_range log_n = axis_empty;
    for (size_t i = 0; i < study->count; i++) {
        const struct results_series *s = study->fit[i].series;
        struct axis_lengths own = axis_lengths_make(study->fit[i].lengths, s->log_n);
        common.powers_of_two = common.powers_of_two && own.powers_of_two;
        for (size_t n = 0; n < study->fit[i].lengths; n++) { axis_include(&log_n, s->log_n[n]); }
    }
    double ends[] = {log_n.low, log_n.high};
    common.loglog = axis_lengths_make(2, ends).loglog;
    return common;
}

/* One block a series: n, and the value with its ends. */
static void print_all_data(FILE *out, const struct study *study, enum figure_study figure,
                           const struct axis_lengths *lengths, struct axis_range *x, struct axis_range *y) {
    fputs("$points << EOD\n", out);
    for (size_t i = 0; i < study->count; i++) {
        const struct fit *fit = &study->fit[i];
        for (size_t n = 0; n < fit->lengths; n++) {
            double se, value = study_value(fit, n, figure, &se);
            double row[] = {axis_length_coordinate(lengths, fit->series->log_n[n]), value, value - se,
                            value + se};
            frame_row(out, 4, row);
            axis_include(x, row[0]);
            for (size_t k = 1; k < 4; k++) { axis_include(y, row[k]); }
        }
        fputs("NaN NaN NaN NaN\n\n\n", out);
    }
    fputs("EOD\n", out);
}

static size_t family_index(const struct fit *fit) {
    size_t index = 0;
    while (index < family_count() && family_at(index) != fit->series->family) { index++; }
    return index;
}

static size_t family_rank(const struct study *study, size_t series) {
    size_t rank = 0;
    for (size_t i = 0; i < series; i++) {
        rank += study->fit[i].series->family == study->fit[series].series->family;
    }
    return rank;
}

/* How many of the first series are drawn. */
static size_t drawn_before(const struct study *study, size_t series, enum figure_study figure) {
    size_t drawn = 0;
    for (size_t i = 0; i < series; i++) { drawn += series_is_drawn(&study->fit[i], figure); }
    return drawn;
}

/* Series of one family share a colour and differ by their markers, unless all are of that family. */
static size_t colour_index(const struct study *study, size_t series, enum figure_study figure) {
    for (size_t i = 0; i < study->count; i++) {
        if (study->fit[i].series->family != study->fit[0].series->family) {
            return family_index(&study->fit[series]);
        }
    }
    return drawn_before(study, series, figure);
}

/* How far a series stands from its n, so that error bars of many are seen side by side. */
static double sidestep(const struct study *study, size_t series, struct axis_range x) {
    size_t lengths = 1, drawn = drawn_before(study, study->count, STUDY_EXACT);
    for (size_t i = 0; i < study->count; i++) {
        if (study->fit[i].lengths > lengths) { lengths = study->fit[i].lengths; }
    }
    double room = 0.2 * (x.high - x.low) / (double)lengths,
           place = ((double)drawn_before(study, series, STUDY_EXACT) + 0.5) / (double)drawn - 0.5;
    return place * room;
}

static void print_all_axes(FILE *out, enum figure_study figure, struct axis_range y) {
    fputs("set xlabel 'context length\u00a0{/:Italic n}'\nset key outside right top vertical Left reverse\n",
          out);
    if (figure == STUDY_COLLAPSE) {
        axis_print_log(out, "y", y);
        fprintf(out,
                "set title '{/:Bold Collapse point over accumulation scale}'\nset ylabel "
                "'%s\u00a0/\u00a0Λ_{{/:Italic n}}^{typ}'\n",
                beta_collapse_label);
    } else {
        fprintf(out,
                "set yrange [%.6g:%.6g]\nset title '{/:Bold Collapse point over its exact value}'\n"
                "set ylabel '%s\u00a0/\u00a0exact, nothing fitted'\n",
                y.low, y.high, beta_collapse_label);
    }
}

void figure_study_print(FILE *script, const struct study *study, enum figure_study figure) {
    enum { LEGEND = 22, LARGE = 14 }; /* letters of a name; series that are listed in large letters */
    struct axis_lengths lengths = common_lengths(study);
    struct axis_range x = axis_empty, y = axis_empty;
    const char *const line_title = figure == STUDY_COLLAPSE ? "β_{c}\u00a0=\u00a0Λ^{typ}" : "exact";
    frame_begin(script);
    print_all_data(script, study, figure, &lengths, &x, &y);
    axis_include(&y, figure == STUDY_COLLAPSE ? 0 : 1);
    axis_pad(&x, 0.03, 0.5);
    axis_pad(&y, 0.06, figure == STUDY_COLLAPSE ? 0.2 : 0.01);
    axis_print_lengths(script, "x", &lengths, x);
    print_all_axes(script, figure, y);
    if (study->count > LARGE) { fputs("set key font ',6' samplen 1.2 spacing 1\n", script); }
    frame_open(script, "all", figure_study_name[figure]);
    fprintf(script, "plot %d with lines linewidth 1.2 dashtype 2 linecolor rgb '%s' title '%s'",
            figure == STUDY_COLLAPSE ? 0 : 1, frame_guide, line_title);
    for (size_t i = 0; i < study->count; i++) {
        char name[LEGEND + 1];
        if (!series_is_drawn(&study->fit[i], figure)) { continue; }
        snprintf(name, sizeof name, "%.*s", LEGEND, study->fit[i].name);
        fprintf(script,
                ", \\\n  $points index %zu using ($1+%.6g):2:3:4 with %s pointtype %d pointsize 0.6 "
                "linewidth 0.9 "
                "linecolor rgb '%s' title '",
                i, figure == STUDY_EXACT ? sidestep(study, i, x) : 0,
                figure == STUDY_COLLAPSE ? "yerrorlines" : "yerrorbars",
                marker[family_rank(study, i) % MARKERS],
                frame_colour[colour_index(study, i, figure) % FRAME_COLOURS]);
        frame_text(script, name);
        fputc('\'', script);
    }
    fputc('\n', script);
    frame_close(script, "all", figure_study_name[figure]);
}
