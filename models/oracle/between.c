#include "models/oracle/between.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/oracle/law.h"
#include "models/oracle/outer.h"

/* Panels end at b = 1 and where v begins to go with log b, and are STEP wide from there on; far below b = 1,
 * from BELOW on, there is one of its own, which begins with an answer at FIRST: choices, of those tried with
 * fewest points for Gaussian rows. */
static const double FIRST = 1e-4, BELOW = -1.5, STEP = 4;

/* To what answers are to be foretold: weights, and entropies and logarithms where log n is not above FEW;
 * susceptibilities, in units of 1 + log n. Choices: means over rows then have 1e-13, and 1e-11 of these. */
static const double AIM = 5e-12, FEW = 20, SLOPE_AIM = 1e-10;
enum { QUIET = 3 };

static double v_of(const struct between *t, double b) {
    if (b > t->far) { return t->far_v + log(b / t->far); }
    return asinh((b > 1 ? 1 - 1 / b : b - 1) / t->width);
}

static double b_of(const struct between *t, double v) {
    if (v > t->far_v) { return t->far * exp(v - t->far_v); }
    const double apart = t->width * sinh(v);
    return v > 0 ? 1 / (1 - apart) : 1 + apart;
}

/* Where v begins to go with log b: before noise of gaps times b is seen in logarithms, which polynomials take
 * from there to where b is much less. A choice. */
static double far_of(double log_n) { return fmax(150, log_n); }

/* Where panels end, one after the other. */
void between_open(struct between *t, const struct oracle *law) {
    const double width = 3 / sqrt(2 * law->log_n), far = far_of(law->log_n);
    *t = (struct between){.law = law, .width = width, .far = far, .far_v = asinh((1 - 1 / far) / width)};
    const double first = v_of(t, FIRST), edge[] = {BELOW, 0, t->far_v};
    size_t k = first < 2 * BELOW ? 0 : 1;
    leja_points(t->x);
    for (size_t i = 0; i < BETWEEN_PANELS; i++, k++) {
        t->panel[i].low = i > 0 ? t->panel[i - 1].high : first;
        t->panel[i].high = k < 3 ? edge[k] : t->panel[i].low + STEP;
    }
}

void between_close(struct between *t) {
    for (size_t i = 0; i < BETWEEN_PANELS; i++) {
        free(t->panel[i].value);
        free(t->panel[i].error);
    }
}

size_t between_place(const struct between *t, double b) {
    const double v = v_of(t, b);
    size_t place = 0;
    while (place + 1 < BETWEEN_PANELS && v > t->panel[place].high) { place++; }
    return place;
}

double between_b(const struct between *t, const struct between_panel *panel, double x) {
    return fmax(FIRST, b_of(t, ((1 - x) * panel->low + (1 + x) * panel->high) / 2));
}

double between_x(const struct between *t, const struct between_panel *panel, double b) {
    return (2 * v_of(t, b) - panel->low - panel->high) / (panel->high - panel->low);
}

/* asinh y = log(y + (y^2 + 1)^1/2). */
void between_xs(const struct between *t, const struct between_panel *panel, size_t count, const double *b,
                double *x) {
    const bool is_above = panel->low >= 0, is_far = panel->low >= t->far_v;
    const double sign = is_above ? 2 : -2,
                 from = is_far ? 2 * t->far_v - panel->low - panel->high : -panel->low - panel->high,
                 length = panel->high - panel->low;
    for (size_t i = 0; i < count; i++) {
        const double y = (is_above ? 1 - 1 / b[i] : 1 - b[i]) / t->width;
        x[i] = is_far ? b[i] / t->far : y + sqrt(y * y + 1);
    }
    t->law->vector->log(count, x, x);
    for (size_t i = 0; i < count; i++) { x[i] = (sign * x[i] + from) / length; }
}

/* ---- a panel's points ---- */

struct row {
    double value[BETWEEN_COLUMNS], error[BETWEEN_COLUMNS];
};

static void put(struct row *row, enum between_column column, double value, double error) {
    row->value[column] = value;
    row->error[column] = error;
}

static void put_answer(const struct between *t, const struct between_panel *panel, double b,
                       const struct oracle_answer *answer, struct row *row) {
    const struct oracle_point *p = &answer->point;
    const double gap_unit = panel->plain_gap ? 1 : b;
    put(row, BETWEEN_ENTROPY, p->entropy, p->entropy_error);
    put(row, BETWEEN_PARTICIPATION, p->participation, p->participation_error);
    put(row, BETWEEN_TOP_WEIGHT, p->top_weight, p->top_weight_error);
    put(row, BETWEEN_LOG_TOP, p->log_top_weight, p->log_top_weight_error);
    put(row, BETWEEN_LOG_Z, p->log_partition + b * t->law->highest, p->log_partition_error);
    put(row, BETWEEN_GAP, gap_unit * p->gap_mean, gap_unit * p->gap_mean_error);
    put(row, BETWEEN_SUSCEPTIBILITY, p->susceptibility, p->susceptibility_error);
    for (size_t k = 0; k < panel->ask.ranks; k++) {
        put(row, BETWEEN_MEANS + (enum between_column)k, answer->weight[k], answer->weight_error[k]);
    }
}

static size_t columns_of(const struct between_panel *panel) { return BETWEEN_MEANS + panel->ask.ranks; }

/* To what a column is to be foretold; infinite where it is what it may be. */
static double aim_of(const struct between *t, const struct between_panel *panel, size_t column) {
    const double log_n = t->law->log_n, of_logarithms = AIM * fmax(1, log_n / FEW);
    switch (column) {
    case BETWEEN_ENTROPY:
    case BETWEEN_LOG_TOP:
    case BETWEEN_LOG_Z: return of_logarithms;
    case BETWEEN_GAP: return panel->ask.gap ? of_logarithms : INFINITY;
    case BETWEEN_TOP_WEIGHT: return panel->ask.top_weight ? AIM : INFINITY;
    case BETWEEN_SUSCEPTIBILITY: return SLOPE_AIM * (1 + log_n);
    default: return AIM;
    }
}

/* Adds a row; how far it is from what was foretold, in units of the aims. Columns that are not known do not
 * count. */
static double add_row(const struct between *t, struct between_panel *panel, const struct row *row,
                      double apart[BETWEEN_COLUMNS]) {
    const size_t at = panel->count;
    double share[LEJA_MOST], worst = at > 0 ? 0 : INFINITY;
    leja_shares(t->x, panel->weight, at, t->x[at], share);
    for (size_t c = 0; c < columns_of(panel); c++) {
        double foretold = 0;
        for (size_t j = 0; j < at; j++) { foretold += share[j] * panel->value[c][j]; }
        apart[c] = fabs(row->value[c] - foretold);
        worst = fmax(worst, apart[c] / aim_of(t, panel, c));
        panel->value[c][at] = row->value[c];
        panel->error[c][at] = row->error[c];
    }
    leja_add(t->x, at, panel->weight);
    panel->count++;
    return worst;
}

/* Of how far rows were from what was foretold, in units of the aims. */
static double worst_of(const double *worst, size_t count) {
    double most = 0;
    for (size_t i = 0; i < count; i++) { most = fmax(most, worst[i]); }
    return most;
}

/* Whether a polynomial through so many points will do; or what is left has stayed what it was: then it is the
 * law's own. */
static bool is_enough(const double *worst, size_t count) {
    enum { LEAST = 8, STRETCH = 12 };
    const double little = 1e5;
    if (count < LEAST) { return false; }
    if (worst_of(worst + count - QUIET, QUIET) < 1) { return true; }
    if (count < 3 * STRETCH) { return false; }
    const double last = worst_of(worst + count - STRETCH, STRETCH);
    return last < little && last > 0.5 * worst_of(worst + count - 2 * STRETCH, STRETCH);
}

/* ---- a panel ---- */

static bool has_same_columns(const struct between_panel *a, const struct between_panel *b) {
    return a->fineness == b->fineness && a->plain_gap == b->plain_gap && a->ask.gap == b->ask.gap &&
           a->ask.top_weight == b->ask.top_weight && a->ask.ranks == b->ask.ranks;
}

/* The row of an end, of which a panel beside may have it. */
static bool take_row(const struct between *t, const struct between_panel *panel, struct row *row) {
    const size_t at = panel->count, there = 1 - at; /* the first points are 1 and -1 */
    if (at > 1 || panel == &t->panel[at == 0 ? BETWEEN_PANELS - 1 : 0]) { return false; }
    const struct between_panel *beside = at == 0 ? panel + 1 : panel - 1;
    if (beside->count <= there || !has_same_columns(panel, beside)) { return false; }
    for (size_t c = 0; c < columns_of(panel); c++) {
        put(row, (enum between_column)c, beside->value[c][there], beside->error[c][there]);
    }
    return true;
}

static bool ask_row(const struct between *t, const struct between_panel *panel, struct row *row) {
    const double b = between_b(t, panel, t->x[panel->count]);
    struct oracle_question ask = panel->ask;
    struct oracle_answer answer;
    ask.errors = true;
    ask.slope = true; /* costs nothing, and makes what comes anyway smooth */
    if (!law_ask_plainly(t->law, b, ask, &answer)) { return false; }
    put_answer(t, panel, b, &answer, row);
    return true;
}

/* Points are added until they are enough. */
static bool fill(const struct between *t, struct between_panel *panel) {
    double worst[LEJA_MOST], apart[QUIET][BETWEEN_COLUMNS];
    while (panel->count < LEJA_MOST && !is_enough(worst, panel->count)) {
        const size_t at = panel->count;
        struct row row;
        if (!take_row(t, panel, &row) && !ask_row(t, panel, &row)) { return false; }
        worst[at] = add_row(t, panel, &row, apart[at % QUIET]);
    }
    for (size_t c = 0; c < columns_of(panel); c++) {
        panel->rough[c] = fmax(apart[0][c], fmax(apart[1][c], apart[2][c]));
    }
    return true;
}

/* ---- what is asked ---- */

/* Whether the panel's points have all that is asked for. */
static bool has_columns(const struct between *t, const struct between_panel *panel,
                        const struct oracle_question *ask) {
    const struct oracle_question *had = &panel->ask;
    return panel->count > 0 && panel->fineness == t->law->fineness && had->top_weight >= ask->top_weight &&
           had->gap >= ask->gap && had->ranks >= ask->ranks;
}

static bool begin(const struct between *t, struct between_panel *panel, const struct oracle_question *ask) {
    panel->ask.top_weight |= ask->top_weight;
    panel->ask.gap |= ask->gap;
    panel->ask.ranks = ask->ranks > panel->ask.ranks ? ask->ranks : panel->ask.ranks;
    panel->fineness = t->law->fineness;
    panel->plain_gap = panel->ask.gap && panel == t->panel;
    panel->count = 0;
    free(panel->value);
    free(panel->error);
    panel->value = malloc(columns_of(panel) * sizeof *panel->value);
    panel->error = malloc(columns_of(panel) * sizeof *panel->error);
    return panel->value && panel->error;
}

bool between_make(struct between *t, size_t place, const struct oracle_question *ask) {
    struct between_panel *panel = &t->panel[place];
    return has_columns(t, panel, ask) || (begin(t, panel, ask) && fill(t, panel));
}
