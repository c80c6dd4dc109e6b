#include "analysis/figures/study_figures.h"

#include <math.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/script.h"

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

/* NaN where there is no point; along prescriptions none is told of (series_figures.h). */
static double value_at(const struct fit *fit, size_t n, point_value *value, double *se) {
    *se = NAN;
    if (fit->primary == fit->criteria || fit->series->is_prescribed) { return NAN; }
    return value(fit, n, &fit->judged[n * fit->criteria + fit->primary], se);
}

static bool is_drawn(const struct fit *fit, point_value *value) {
    double se;
    for (size_t n = 0; n < fit->lengths; n++) {
        if (!isnan(value_at(fit, n, value, &se))) { return true; }
    }
    return false;
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

/* ---- how series are told apart ---- */

/* A number of a series that its looks depend on. */
typedef size_t series_trait(const struct study *study, size_t series, point_value *value);

static size_t family_of(const struct study *study, size_t series, point_value *value) {
    (void)value;
    size_t index = 0;
    while (index < family_count() && family_at(index) != study->fit[series].series->family) { index++; }
    return index + 1;
}

/* Among the series of its family. */
static size_t member_of_family(const struct study *study, size_t series, point_value *value) {
    (void)value;
    size_t rank = 1;
    for (size_t i = 0; i < series; i++) {
        rank += study->fit[i].series->family == study->fit[series].series->family;
    }
    return rank;
}

static size_t shown(const struct study *study, size_t series, point_value *value) {
    return is_drawn(&study->fit[series], value);
}

/* Among those that are shown. */
static size_t place(const struct study *study, size_t series, point_value *value) {
    size_t rank = 1;
    for (size_t i = 0; i < series; i++) { rank += is_drawn(&study->fit[i], value); }
    return rank;
}

static void print_trait(FILE *out, const char *name, series_trait *trait, const struct study *study,
                        point_value *value) {
    script_list_begin(out, name);
    for (size_t i = 0; i < study->count; i++) {
        script_list_number(out, i == 0, (double)trait(study, i, value));
    }
    script_list_end(out);
}

static void print_series(FILE *out, const struct study *study, point_value *value) {
    enum { LEGEND = 22 }; /* letters of a name */
    size_t lengths = 1;
    script_list_begin(out, "series_name");
    for (size_t i = 0; i < study->count; i++) {
        char name[LEGEND + 1];
        snprintf(name, sizeof name, "%.*s", LEGEND, study->fit[i].name);
        script_list_text(out, i == 0, name);
        if (study->fit[i].lengths > lengths) { lengths = study->fit[i].lengths; }
    }
    script_list_end(out);
    print_trait(out, "family", family_of, study, value);
    print_trait(out, "member", member_of_family, study, value);
    print_trait(out, "shown", shown, study, value);
    print_trait(out, "place", place, study, value);
    script_number(out, "series", (double)study->count);
    script_number(out, "lengths", (double)lengths);
}

/* ---- numbers ---- */

/* One block a series: n, and the value with its ends. A line of NaN keeps it from being empty. */
static void print_points(FILE *out, const struct study *study, point_value *value,
                         const struct axis_lengths *lengths, struct axis_range *x, struct axis_range *y) {
    script_block_begin(out, "points");
    for (size_t i = 0; i < study->count; i++) {
        const struct fit *fit = &study->fit[i];
        for (size_t n = 0; n < fit->lengths; n++) {
            double se, middle = value_at(fit, n, value, &se),
                       row[] = {axis_length_coordinate(lengths, fit->series->log_n[n]), middle, middle - se,
                                middle + se};
            script_row(out, 4, row);
            axis_include(x, row[0]);
            for (size_t k = 1; k < 4; k++) { axis_include(y, row[k]); }
        }
        script_row(out, 4, (double[]){NAN, NAN, NAN, NAN});
        script_next_index(out);
    }
    script_block_end(out);
}

/* All but the axis of values, whose range so far is returned. */
static struct axis_range print_study(FILE *out, const struct study *study, point_value *value) {
    struct axis_lengths lengths = common_lengths(study);
    struct axis_range x = axis_empty, y = axis_empty;
    print_points(out, study, value, &lengths, &x, &y);
    axis_pad(&x, 0.03, 0.5);
    axis_print_lengths(out, "x", &lengths, x);
    script_number(out, "x_length", x.high - x.low);
    print_series(out, study, value);
    return y;
}

void study_figure_collapse(FILE *out, const struct study *study) {
    struct axis_range y = print_study(out, study, collapse_value);
    axis_include(&y, 0);
    axis_pad(&y, 0.06, 0.2);
    axis_print_log(out, "y", y);
}

void study_figure_exact(FILE *out, const struct study *study) {
    struct axis_range y = print_study(out, study, exact_value);
    axis_include(&y, 1);
    axis_pad(&y, 0.06, 0.01);
    script_number(out, "y_low", y.low);
    script_number(out, "y_high", y.high);
}

static bool any_is_drawn(const struct study *study, point_value *value) {
    return place(study, study->count, value) > 1;
}

const char *study_figure_lacks_collapse(const struct study *study) {
    return any_is_drawn(study, collapse_value) ? NULL : "no series has a collapse point";
}

const char *study_figure_lacks_exact(const struct study *study) {
    return any_is_drawn(study, exact_value) ? NULL
                                            : "no series has collapse points with errors and exact values";
}
