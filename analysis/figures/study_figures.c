/* Of all series: beta_c/Lambda^typ, and beta_c over its exact value (all.gp, all-collapse.gp, all-exact.gp).
 */
#include <math.h>
#include <stdlib.h>

#include "analysis/figures/figures.h"
#include "analysis/figures/spread.h"
#include "analysis/verdict/judge.h"
#include "sim/base/memory.h"
#include "sim/results/note.h"

/* A point of a series at one n, and its standard error. */
typedef double point_value(const struct fit *fit, size_t n, const struct ensemble_point *point, double *se);

/* log10 of beta_c/Lambda^typ. */
static double collapse_value(const struct fit *fit, size_t n, const struct ensemble_point *point,
                             double *se) {
    (void)fit, (void)n;
    *se = isnan(point->se) ? 0 : point->se / M_LN10;
    return point->log_ratio / M_LN10;
}

/* beta_c over its exact value; NaN for what has no randomness, which says nothing here, and for medians of
 * rows, which have none. */
static double exact_value(const struct fit *fit, size_t n, const struct ensemble_point *point, double *se) {
    double ratio = exp(point->log_ratio) / fit_judged_exact(fit, n);
    *se = ratio * point->se;
    return point->se > 0 ? ratio : NAN;
}

/* NaN where there is no point; along prescriptions none is told of (series_figures.c). */
static double value_at(const struct fit *fit, size_t n, point_value *value, double *se) {
    *se = NAN;
    return fit->series->is_prescribed ? NAN : value(fit, n, fit_judged(fit, n), se);
}

static bool is_drawn(const struct fit *fit, point_value *value) {
    double se;
    for (size_t n = 0; n < fit->lengths; n++) {
        if (!isnan(value_at(fit, n, value, &se))) { return true; }
    }
    return false;
}

static bool any_is_drawn(const struct study *study, point_value *value) {
    for (size_t i = 0; i < study->count; i++) {
        if (is_drawn(&study->fit[i], value)) { return true; }
    }
    return false;
}

/* ---- how series are told apart ---- */

/* Of each series: whether it is shown, with a name; whether it is a line of the background, without one; the
 * number of its class of limit laws, from 1; its rank among those shown of its class, and how many these are;
 * its rank among all shown; whether it is judged by rows; log10 of its limit. */
struct looks {
    const struct study *study;
    double *shown, *faint, *class, *member, *members, *place, *by_rows, *limit;
};

static void rank_series(struct looks *looks, size_t i) {
    looks->member[i] = looks->place[i] = 1;
    for (size_t k = 0; k < looks->study->count; k++) {
        const bool is_shown = looks->shown[k], is_alike = is_shown && looks->class[k] == looks->class[i];
        looks->members[i] += is_alike;
        looks->member[i] += is_alike && k < i;
        looks->place[i] += is_shown && k < i;
    }
}

/* So many names cannot be told apart: single heads of a model, of which there may be hundreds, step back
 * behind their layers. */
static void step_back(struct looks *looks) {
    enum { NAMED = 24 };
    double shown = 0;
    for (size_t i = 0; i < looks->study->count; i++) { shown += looks->shown[i]; }
    for (size_t i = 0; shown > NAMED && i < looks->study->count; i++) {
        if (!looks->shown[i] || !note_find(looks->study->fit[i].series, "head")) { continue; }
        looks->shown[i] = 0;
        looks->faint[i] = 1;
    }
}

/* Free with looks_release. */
static struct looks looks_make(const struct study *study, point_value *value) {
    const size_t count = study->count;
    double *all = memory_create(8 * count, sizeof *all);
    struct looks looks = {study,           all,
                          all + count,     all + 2 * count,
                          all + 3 * count, all + 4 * count,
                          all + 5 * count, all + 6 * count,
                          all + 7 * count};
    for (size_t i = 0; i < count; i++) {
        const struct fit *fit = &study->fit[i];
        looks.shown[i] = is_drawn(fit, value);
        looks.class[i] = 1 + (int)judge_limits(fit).law;
        looks.by_rows[i] = family_is_judged_by_rows(fit->series->family);
        looks.limit[i] = looks.shown[i] ? figure_limit(fit, fit->primary) : NAN;
    }
    step_back(&looks);
    for (size_t i = 0; i < count; i++) { rank_series(&looks, i); }
    return looks;
}

static void looks_release(struct looks *looks) { free(looks->shown); }

/* Of the series that are shown. */
static struct axis_lengths common_lengths(const struct looks *looks) {
    bool powers_of_two = true;
    struct axis_range log_n = axis_empty;
    for (size_t i = 0; i < looks->study->count; i++) {
        const struct fit *fit = &looks->study->fit[i];
        struct axis_lengths own = axis_lengths_make(fit->lengths, fit->series->log_n);
        if (!looks->shown[i] && !looks->faint[i]) { continue; }
        powers_of_two = powers_of_two && own.powers_of_two;
        for (size_t n = 0; n < fit->lengths; n++) { axis_include(&log_n, fit->series->log_n[n]); }
    }
    double ends[] = {log_n.low, log_n.high};
    struct axis_lengths common = axis_lengths_make(2, ends);
    common.powers_of_two = powers_of_two;
    return common;
}

static void print_names(FILE *out, const struct study *study) {
    script_list_begin(out, "series_name");
    for (size_t i = 0; i < study->count; i++) { script_list_name(out, i == 0, study->fit[i].name); }
    script_list_end(out);
}

static void print_looks(FILE *out, const struct looks *looks) {
    const size_t count = looks->study->count;
    print_names(out, looks->study);
    script_numbers(out, "shown", count, looks->shown);
    script_numbers(out, "faint", count, looks->faint);
    script_numbers(out, "class", count, looks->class);
    script_numbers(out, "member", count, looks->member);
    script_numbers(out, "members", count, looks->members);
    script_numbers(out, "place", count, looks->place);
    script_numbers(out, "by_rows", count, looks->by_rows);
    script_number(out, "series", (double)count);
}

/* ---- numbers ---- */

/* What a line shows: the exact value where there is one, else the value itself. */
static double line_at(const struct fit *fit, size_t n, double middle) {
    const double exact = log10(fit_judged_exact(fit, n));
    return isfinite(exact) && isfinite(middle) ? exact : middle;
}

/* One block a series: n, the value with its ends, and what log10 of it is exactly. A line of NaN keeps it
 * from being empty. */
static void print_points(FILE *out, const struct looks *looks, point_value *value,
                         const struct axis_lengths *lengths, struct axis_range *x, struct axis_range *y) {
    script_block_begin(out, "points");
    for (size_t i = 0; i < looks->study->count; i++) {
        const struct fit *fit = &looks->study->fit[i];
        for (size_t n = 0; n < fit->lengths; n++) {
            double se, middle = value_at(fit, n, value, &se),
                       row[] = {axis_length_coordinate(lengths, fit->series->log_n[n]), middle, middle - se,
                                middle + se, line_at(fit, n, middle)};
            script_row(out, 5, row);
            axis_include(x, looks->shown[i] || looks->faint[i] ? row[0] : NAN);
            for (size_t k = 1; k < 4; k++) { axis_include(y, row[k]); }
        }
        script_row(out, 5, (double[]){NAN, NAN, NAN, NAN, NAN});
        script_next_index(out);
    }
    script_block_end(out);
}

static size_t most_lengths(const struct study *study) {
    size_t most = 1;
    for (size_t i = 0; i < study->count; i++) {
        if (study->fit[i].lengths > most) { most = study->fit[i].lengths; }
    }
    return most;
}

/* All but the axis of values, whose range so far is returned. */
static struct axis_range print_study(FILE *out, const struct looks *looks, const struct axis_lengths *lengths,
                                     point_value *value) {
    struct axis_range x = axis_empty, y = axis_empty;
    print_points(out, looks, value, lengths, &x, &y);
    axis_pad(&x, 0.03, 0.5);
    axis_print_lengths(out, "x", lengths, x);
    script_number(out, "x_length", x.high - x.low);
    script_number(out, "lengths", (double)most_lengths(looks->study));
    print_looks(out, looks);
    return y;
}

/* Where a line leaves the figure: what ends before the others tends to its limit. */
static double end_of(const struct looks *looks, size_t series, double last_log_n) {
    const struct fit *fit = &looks->study->fit[series];
    if (!looks->shown[series]) { return NAN; }
    const size_t last = fit_last(fit, fit->primary);
    const double tends_to = looks->limit[series];
    double se, middle = value_at(fit, last, collapse_value, &se);
    return fit->series->log_n[last] < last_log_n && isfinite(tends_to) ? tends_to
                                                                       : line_at(fit, last, middle);
}

/* Where each line ends, and where on the axis of values, from 0 to 1, its name stands beside it. */
static void print_labels(FILE *out, const struct looks *looks, struct axis_range y) {
    enum { LINES = 16 }; /* of names, one above the other, in the size that is set */
    const double edge = 0.5 / LINES, inside = 1 - 2 * edge; /* half a line: names end with the frame */
    const struct study *study = looks->study;
    double *end = memory_create(2 * study->count, sizeof *end), *label = end + study->count, shown = 0,
           last_log_n = 0;
    for (size_t i = 0; i < study->count; i++) {
        const struct fit *fit = &study->fit[i];
        last_log_n = fmax(last_log_n, looks->shown[i] ? fit->series->log_n[fit->lengths - 1] : 0);
    }
    for (size_t i = 0; i < study->count; i++) {
        end[i] = end_of(looks, i, last_log_n);
        label[i] = ((end[i] - y.low) / (y.high - y.low) - edge) / inside;
        shown += looks->shown[i];
    }
    spread_labels(study->count, label, 1 / (LINES * inside));
    for (size_t i = 0; i < study->count; i++) { label[i] = edge + inside * label[i]; }
    script_numbers(out, "end_y", study->count, end);
    script_numbers(out, "label_y", study->count, label);
    script_number(out, "label_size", shown > LINES ? LINES / shown : 1);
    free(end);
}

static void print_collapse(FILE *out, const struct study *study) {
    struct looks looks = looks_make(study, collapse_value);
    struct axis_lengths lengths = common_lengths(&looks);
    struct axis_range y = print_study(out, &looks, &lengths, collapse_value);
    axis_include(&y, 0);
    for (size_t i = 0; i < study->count; i++) { axis_include(&y, looks.limit[i]); }
    axis_pad(&y, 0.06, 0.2);
    axis_print_log(out, "y", y);
    script_numbers(out, "limit", study->count, looks.limit);
    script_number(out, "has_exact", any_is_drawn(study, exact_value));
    print_labels(out, &looks, y);
    looks_release(&looks);
}

static const char *lacks_collapse(const struct study *study) {
    return any_is_drawn(study, collapse_value) ? NULL : "no series has a collapse point";
}

const struct figure study_figure_collapse = {.name = "all-collapse",
                                             .shared = "all",
                                             .shows = "of all series: beta_c/Lambda^typ",
                                             .study_lacks = lacks_collapse,
                                             .study_print = print_collapse};

static void print_exact(FILE *out, const struct study *study) {
    struct looks looks = looks_make(study, exact_value);
    struct axis_lengths lengths = common_lengths(&looks);
    struct axis_range y = print_study(out, &looks, &lengths, exact_value);
    axis_include(&y, 1);
    axis_pad(&y, 0.06, 0.01);
    script_number(out, "y_low", y.low);
    script_number(out, "y_high", y.high);
    looks_release(&looks);
}

static const char *lacks_exact(const struct study *study) {
    return any_is_drawn(study, exact_value) ? NULL
                                            : "no series has collapse points with errors and exact values";
}

const struct figure study_figure_exact = {.name = "all-exact",
                                          .shared = "all",
                                          .shows = "of all series: beta_c over its exact value",
                                          .study_lacks = lacks_exact,
                                          .study_print = print_exact};
