/* Measured rows along prescriptions (prescriptions.gp). */
#include <math.h>
#include <string.h>

#include "analysis/figures/figures.h"
#include "analysis/text/words.h"
#include "models/theory/prescription.h"
#include "sim/base/utf8.h"

static bool applies(const struct results_series *s) { return s->family->kind == FAMILY_MEASURED; }

/* A letter, digit or plain sign: none that gnuplot may take for something else. */
static bool is_plain(const char *c, size_t length) {
    return length > 1 || (*c >= ' ' && *c < 0x7f && !strchr("'^`\"$%", *c));
}

/* The model's name, what of it a title can hold. Returns `out`. */
static const char *model_of(const struct results_series *s, char out[WORDS_LINE]) {
    enum { MOST = 60 };
    const char *c = s->model ? s->model : "";
    size_t told = 0;
    out[0] = '\0';
    for (size_t bytes; (bytes = utf8_length((const unsigned char *)c)) > 0 && told < MOST;
         c += bytes, told++) {
        bool plain = is_plain(c, bytes);
        words_append(out, WORDS_LINE, "%.*s", plain ? (int)bytes : 1, plain ? c : " ");
    }
    if (*c) { words_append(out, WORDS_LINE, ".."); }
    return out;
}

static const char *lacks_lengths(const struct fit *fit) {
    size_t known = 0;
    for (size_t n = 0; n < fit->lengths; n++) { known += isfinite(fit->series->log_lambda_typ[n]); }
    return known < 2 ? "it takes two n at which fewer than half of the rows tie" : NULL;
}

/* beta/Lambda = m(n)/Lambda under a prescription; the interval is between sequences: one has none. */
static void print_law(struct canvas *c, enum prescription law, struct axis_range *bars) {
    const struct results_series *s = c->series;
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
        double log_m = prescription_log_multiplier(law, s->log_n[n], s->log_n[0]) / M_LN10,
               row[4] = {canvas_length(c, n), log_m - log10(s->lambda_between_sequences[n]),
                         log_m + log10(s->model_beta_ratio_low[n]),
                         log_m + log10(s->model_beta_ratio_high[n])};
        if (!isfinite(row[1])) { continue; }
        if (s->sequences[n] < 2) { row[2] = row[3] = row[1]; }
        axis_include(&c->x, row[0]);
        axis_include(&c->y, row[1]);
        if (law == PRESCRIPTION_CONST && isfinite(row[2]) && isfinite(row[3])) {
            axis_include(bars, row[2]);
            axis_include(bars, row[3]);
        }
        script_row(c->out, 4, row);
    }
    script_next_index(c->out);
}

/* How many n have a point, and sequences between which there is an interval or, where these are `alone`,
 * none.
 */
static size_t count_points(const struct results_series *s, bool alone) {
    size_t count = 0;
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
        count += (s->sequences[n] < 2) == alone && isfinite(s->lambda_between_sequences[n]);
    }
    return count;
}

/* Lets an axis of points go on to the ends of their bars, by a factor of 4 at most: intervals between two
 * sequences may be a thousand times as long as what is to be seen. Whether some are cut. */
static bool cut_bars(struct axis_range *y, struct axis_range bars) {
    const double most = log10(4), low = y->low - most, high = y->high + most;
    axis_include(y, fmax(bars.low, low));
    axis_include(y, fmin(bars.high, high));
    return bars.low < low || bars.high > high;
}

static void print_prescriptions(struct canvas *c) {
    char model[WORDS_LINE], first[AXIS_LENGTH], trained[AXIS_LENGTH] = "";
    struct axis_range bars = axis_empty;
    axis_include(&c->y, 0);
    script_block_begin(c->out, "laws");
    for (int k = 0; k < PRESCRIPTIONS; k++) { print_law(c, (enum prescription)k, &bars); }
    script_block_end(c->out);
    script_list_begin(c->out, "law");
    for (int k = 0; k < PRESCRIPTIONS; k++) { script_list_text(c->out, k == 0, prescription_name[k]); }
    script_list_end(c->out);
    script_number(c->out, "laws", PRESCRIPTIONS);
    script_number(c->out, "has_bars", count_points(c->series, false) > 0);
    script_number(c->out, "lacks_bars", count_points(c->series, true) > 0);
    if (isfinite(c->series->trained)) { axis_length_name(log(c->series->trained), trained); }
    script_text(c->out, "model", model_of(c->series, model));
    script_markup(c->out, "trained", trained);
    script_markup(c->out, "first", axis_length_name(c->series->log_n[0], first));
    script_number(c->out, "cuts_bars", cut_bars(&c->y, bars));
    axis_pad(&c->x, 0.06, 0.1);
    axis_pad(&c->y, 0.06, 0.1);
    axis_print_lengths(c->out, "x", &c->axis, c->x);
    axis_print_log(c->out, "y", c->y);
}

const struct figure diagnosis_figure_prescriptions = {
    .name = "prescriptions",
    .shows = "measured rows: beta/Lambda against n under each prescription",
    .applies = applies,
    .series_lacks = lacks_lengths,
    .series_print = print_prescriptions};
