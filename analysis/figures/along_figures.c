/* All series along prescriptions (all-prescriptions.gp): mean H against n, a panel for each prescription, a
 * curve for each law. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures/figures.h"
#include "analysis/study/along.h"
#include "sim/base/memory.h"

static const char *lacks(const struct study *study) {
    for (size_t i = 0; i < study->count; i++) {
        if (study->fit[i].series->is_prescribed) { return NULL; }
    }
    return "no series goes along a prescription";
}

/* Panels stand side by side, panel p from p to p + 1: one for each prescription that a series goes along. */
struct panels {
    const struct study *study;
    struct prescribed *judged; /* of the series that go along a prescription */
    enum prescription shown[PRESCRIPTIONS];
    size_t count;
    struct axis_range log_log_n, y;
};

static struct prescribed_point point_at(const struct panels *panels, size_t series, size_t n) {
    return prescribed_at(&panels->judged[series], panels->study->fit[series].series, n);
}

static double place(const struct panels *panels, size_t panel, double log_n) {
    const double margin = 0.06, length = panels->log_log_n.high - panels->log_log_n.low;
    double part = length > 0 ? (log(log_n) - panels->log_log_n.low) / length : 0.5;
    return (double)panel + margin + (1 - 2 * margin) * part;
}

/* From the trained lengths on, and entropies down to where they hardly matter. */
static struct panels panels_make(const struct study *study) {
    const double least = -3, most_known = 20;
    struct panels panels = {.study = study,
                            .judged = memory_create(study->count, sizeof *panels.judged),
                            .log_log_n = axis_empty,
                            .y = axis_empty};
    bool is_shown[PRESCRIPTIONS] = {false};
    for (size_t i = 0; i < study->count; i++) {
        const struct fit *fit = &study->fit[i];
        if (!fit->series->is_prescribed) { continue; }
        prescribed_make(&panels.judged[i], fit);
        is_shown[fit->series->prescription] = true;
        for (size_t n = 0; n < fit->lengths; n++) {
            struct prescribed_point p = point_at(&panels, i, n);
            double y = log10(p.entropy);
            if (!p.is_trained) { continue; }
            axis_include(&panels.log_log_n, log(fit->series->log_n[n]));
            if (y < most_known) { axis_include(&panels.y, fmax(y, least)); }
        }
    }
    for (size_t p = 0; p < PRESCRIPTIONS; p++) {
        if (is_shown[p]) { panels.shown[panels.count++] = (enum prescription)p; }
    }
    axis_pad(&panels.y, 0.04, 1);
    panels.y.high += 0.08 * (panels.y.high - panels.y.low); /* for names of panels */
    return panels;
}

/* The exact mean, or where there is none the measured one, of a series in its panel. */
static void print_curve(FILE *out, const struct panels *panels, size_t panel, size_t i) {
    const struct fit *fit = &panels->study->fit[i];
    for (size_t n = 0; n < fit->lengths; n++) {
        struct prescribed_point p = point_at(panels, i, n);
        if (!p.is_trained) { continue; }
        double y = !isnan(p.exact) ? p.exact : p.is_used ? p.entropy : NAN;
        script_row(out, 2, (double[]){place(panels, panel, fit->series->log_n[n]), log10(y)});
    }
    script_gap(out);
}

static void print_points(FILE *out, const struct panels *panels, size_t panel, size_t i) {
    const struct fit *fit = &panels->study->fit[i];
    for (size_t n = 0; n < fit->lengths; n++) {
        struct prescribed_point p = point_at(panels, i, n);
        if (!p.is_trained) { continue; }
        double relative = p.se / p.entropy / M_LN10, y = p.is_used ? log10(p.entropy) : NAN;
        script_row(out, 4,
                   (double[]){place(panels, panel, fit->series->log_n[n]), y, y - relative, y + relative});
    }
}

typedef void print_series(FILE *out, const struct panels *panels, size_t panel, size_t i);

/* One index a law; a line of NaN keeps it from being empty. */
static void print_block(FILE *out, const char *name, const struct panels *panels, size_t count,
                        const struct along *along, print_series *print) {
    script_block_begin(out, name);
    for (size_t k = 0; k < count; k++) {
        for (size_t p = 0; p < panels->count; p++) {
            size_t i = along[k].series[panels->shown[p]];
            if (i < panels->study->count) { print(out, panels, p, i); }
        }
        script_row(out, 4, (double[]){NAN, NAN, NAN, NAN});
        script_next_index(out);
    }
    script_block_end(out);
}

/* The same in every panel, without labels: 10 to the 10, 100, .., or the ends where these are too near. Their
 * names are listed once. */
static void print_ticks(FILE *out, const struct panels *panels) {
    enum { MOST = 6 };
    const struct axis_range *range = &panels->log_log_n;
    double tick[MOST];
    size_t count = 0;
    char name[AXIS_LENGTH], names[MOST * AXIS_LENGTH] = "";
    for (int power = 1; power < MOST; power++) {
        double log_n = pow(10, power) * M_LN10;
        if (log(log_n) >= range->low && log(log_n) <= range->high) { tick[count++] = log_n; }
    }
    if (count < 2) {
        tick[0] = exp(range->low), tick[1] = exp(range->high);
        count = 2;
    }
    fprintf(out, "set xrange [0:%zu]\nset xtics (", panels->count);
    for (size_t i = 0; i < panels->count * count; i++) {
        fprintf(out, "%s'' %.12g", i > 0 ? ", " : "", place(panels, i / count, tick[i % count]));
    }
    fputs(")\n", out);
    for (size_t i = 0; i < count; i++) {
        strcat(names, i > 0 ? ", " : "");
        strcat(names, axis_length_name(tick[i], name));
    }
    script_markup(out, "tick_names", names);
}

static void print_prescriptions(FILE *out, const struct study *study) {
    struct along *along = memory_create(study->count, sizeof *along);
    size_t count = along_collect(study, along);
    struct panels panels = panels_make(study);
    print_block(out, "curves", &panels, count, along, print_curve);
    print_block(out, "points", &panels, count, along, print_points);
    script_list_begin(out, "law");
    for (size_t k = 0; k < count; k++) { script_list_name(out, k == 0, along[k].name); }
    script_list_end(out);
    script_list_begin(out, "panel");
    for (size_t p = 0; p < panels.count; p++) {
        script_list_text(out, p == 0, prescription_name[panels.shown[p]]);
    }
    script_list_end(out);
    script_number(out, "laws", (double)count);
    script_number(out, "panels", (double)panels.count);
    axis_print_log(out, "y", panels.y);
    print_ticks(out, &panels);
    free(panels.judged);
    free(along);
}

const struct figure along_figure_prescriptions = {
    .name = "all-prescriptions",
    .shows = "of all series along prescriptions: mean H against n, a panel for each",
    .is_optional = true,
    .study_lacks = lacks,
    .study_print = print_prescriptions};
