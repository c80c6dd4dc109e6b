#include "models/numeric/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/chebyshev.h"
#include "models/numeric/search.h"

enum { TERMS = VECTOR_TERMS, VALUES = CURVE_VALUES, LANES = VECTOR_SERIES, ENDS = 3 };
typedef double values __attribute__((vector_size(LANES * sizeof(double))));

struct panel {
    double low, high;
    bool resolved;
    double coefficient[TERMS][LANES];
};

struct curve {
    size_t count, room;
    struct panel *panel; /* in order */
    curve_function *function;
    curve_slight *slight; /* NULL: no noise is slight */
    void *param;
};

/* Chebyshev coefficients; the largest noise at the nodes. */
static void panel_fill(const struct curve *c, struct panel *panel, double noise[VALUES]) {
    double at_nodes[VALUES][TERMS], series[TERMS];
    for (int j = 0; j < TERMS; j++) {
        double value[VALUES], here[VALUES];
        c->function(chebyshev_node(TERMS, j, panel->low, panel->high), value, here, c->param);
        for (int q = 0; q < VALUES; q++) {
            noise[q] = fmax(noise[q], here[q]);
            at_nodes[q][j] = value[q];
        }
    }
    for (int q = 0; q < VALUES; q++) {
        chebyshev_series(TERMS, at_nodes[q], series);
        for (int k = 0; k < TERMS; k++) { panel->coefficient[k][q] = series[k]; }
    }
}

static bool last_terms_are_noise(const struct panel *panel, const double noise[VALUES]) {
    for (int k = TERMS - ENDS; k < TERMS; k++) {
        for (int q = 0; q < VALUES; q++) {
            if (!(fabs(panel->coefficient[k][q]) <= noise[q])) { return false; }
        }
    }
    return true;
}

static void panel_at(const struct panel *panel, double x, double value[VALUES]) {
    const double t = (2 * x - panel->low - panel->high) / (panel->high - panel->low);
    double order[TERMS] = {1, t}; /* T_{2k} = 2 T_k^2 - 1, T_{2k+1} = 2 T_k T_{k+1} - t */
    values even = {0}, odd = {0};
    for (size_t k = 1; k < TERMS / 2; k++) {
        order[2 * k] = 2 * order[k] * order[k] - 1;
        order[2 * k + 1] = 2 * order[k] * order[k + 1] - t;
    }
    for (size_t k = 0; k < TERMS; k += 2) {
        values c0, c1;
        memcpy(&c0, panel->coefficient[k], sizeof c0);
        memcpy(&c1, panel->coefficient[k + 1], sizeof c1);
        even += order[k] * c0;
        odd += order[k + 1] * c1;
    }
    even += odd;
    memcpy(value, &even, VALUES * sizeof *value);
}

/* Where a function bends for good between an end and the first node, no coefficient tells. */
static bool end_is_met(const struct curve *c, const struct panel *panel, double x,
                       const double noise[VALUES]) {
    const double most = 10;
    double value[VALUES], exact[VALUES], here[VALUES];
    panel_at(panel, x, value);
    c->function(x, exact, here, c->param);
    for (int q = 0; q < VALUES; q++) {
        if (!(fabs(value[q] - exact[q]) <= most * fmax(noise[q], here[q]))) { return false; }
    }
    return true;
}

static struct curve_panel panel_told(const struct panel *p) {
    struct curve_panel told = {.low = p->low, .high = p->high, .resolved = p->resolved};
    panel_at(p, p->low, told.at_low);
    panel_at(p, p->high, told.at_high);
    return told;
}

static void panel_make(const struct curve *c, double low, double high, struct panel *panel) {
    double noise[VALUES] = {0};
    *panel = (struct panel){.low = low, .high = high};
    panel_fill(c, panel, noise);
    if (c->slight) {
        const struct curve_panel told = panel_told(panel);
        const double slight = c->slight(&told, c->param);
        for (int q = 0; q < VALUES; q++) { noise[q] = fmax(noise[q], slight); }
    }
    panel->resolved = last_terms_are_noise(panel, noise) && end_is_met(c, panel, low, noise) &&
                      end_is_met(c, panel, high, noise);
}

/* False when out of memory. */
static bool append(struct curve *c, const struct panel *panel) {
    if (c->count == c->room) {
        size_t room = 2 * c->room + 32;
        struct panel *grown = realloc(c->panel, room * sizeof *grown);
        if (!grown) { return false; }
        c->panel = grown;
        c->room = room;
    }
    c->panel[c->count++] = *panel;
    return true;
}

/* Panels that cover [low, high]. */
static bool curve_cover(struct curve *c, double low, double high, int halvings) {
    struct panel panel;
    panel_make(c, low, high, &panel);
    if (panel.resolved || halvings == 0) { return append(c, &panel); }
    const double middle = (low + high) / 2;
    return curve_cover(c, low, middle, halvings - 1) && curve_cover(c, middle, high, halvings - 1);
}

static struct curve *begin(curve_function *function, curve_slight *slight, void *param) {
    struct curve *c = calloc(1, sizeof *c);
    if (!c) { return NULL; }
    c->function = function;
    c->slight = slight;
    c->param = param;
    return c;
}

struct curve *curve_create(double low, double high, int halvings, curve_function *function, void *param) {
    struct curve *c = begin(function, NULL, param);
    if (!c) { return NULL; }
    for (double start = low, end; start < high; start = end) {
        end = 2 * start < high ? 2 * start : high;
        if (!curve_cover(c, start, end, halvings)) {
            curve_free(c);
            return NULL;
        }
    }
    return c;
}

static void reverse(struct curve *c) {
    for (size_t k = 0; k < c->count / 2; k++) {
        const struct panel panel = c->panel[k];
        c->panel[k] = c->panel[c->count - 1 - k];
        c->panel[c->count - 1 - k] = panel;
    }
}

/* The next panel before x, no longer than `most`; not the longer part of what is left. */
static double length_before(double x, double low, double most) {
    const double rounding = 1e-9, length = fmin(most, x / 2), left = x - low;
    return left <= (1 + rounding) * length ? left : fmin(length, left / 2);
}

struct curve *curve_create_end(double low, double high, int halvings, curve_function *function,
                               curve_slight *slight, void *param) {
    struct curve *c = begin(function, slight, param);
    if (!c) { return NULL; }
    bool over = false;
    for (double x = high, most = high; x > low && !over;) {
        const double length = length_before(x, low, most);
        struct panel panel;
        panel_make(c, length < x - low ? x - length : low, x, &panel);
        if (panel.resolved && !append(c, &panel)) {
            curve_free(c);
            return NULL;
        }
        most = panel.resolved ? length : length / 2;
        over = !panel.resolved && most < ldexp(x, -1 - halvings);
        x = panel.resolved ? panel.low : x;
    }
    reverse(c);
    return c;
}

void curve_free(struct curve *c) {
    if (!c) { return; }
    free(c->panel);
    free(c);
}

size_t curve_panels(const struct curve *c) { return c->count; }

void curve_panel(const struct curve *c, size_t which, struct curve_panel *panel) {
    *panel = panel_told(&c->panel[which]);
}

/* NULL: none has x. */
static const struct panel *find_panel(const struct curve *c, double x) {
    size_t k;
    SEARCH_END(k, c->count, c->panel[k].low <= x)
    if (k == 0 || x > c->panel[k - 1].high || !c->panel[k - 1].resolved) { return NULL; }
    return &c->panel[k - 1];
}

bool curve_at(const struct curve *c, double x, double value[VALUES]) {
    const struct panel *panel = find_panel(c, x);
    if (panel) { panel_at(panel, x, value); }
    return panel != NULL;
}

/* How many of increasing x a panel, which may be NULL, has. */
static size_t count_inside(const struct panel *panel, size_t count, const double *x) {
    size_t run = panel ? 1 : 0;
    while (panel && run < count && x[run] <= panel->high) { run++; }
    return run;
}

static void function_at(const struct panel *panel, size_t q, const struct vector *vector, size_t count,
                        const double *x, double *y) {
    double coefficient[TERMS];
    for (size_t k = 0; k < TERMS; k++) { coefficient[k] = panel->coefficient[k][q]; }
    vector->chebyshev(count, coefficient, (panel->low + panel->high) / 2, 2 / (panel->high - panel->low), x,
                      y);
}

size_t curve_run(const struct curve *c, const struct vector *vector, size_t count, const double *x,
                 size_t functions, double (*value)[VALUES]) {
    enum { MOST = 64, FEW = 2 };
    double y[MOST];
    const struct panel *panel = find_panel(c, x[0]);
    const size_t run = count_inside(panel, count < MOST ? count : MOST, x);
    for (size_t i = 0; run <= FEW && i < run; i++) { panel_at(panel, x[i], value[i]); }
    for (size_t q = 0; run > FEW && q < functions; q++) {
        function_at(panel, q, vector, run, x, y);
        for (size_t i = 0; i < run; i++) { value[i][q] = y[i]; }
    }
    return run;
}

size_t curve_rows(const struct curve *c, const struct vector *vector, size_t count, const double *x,
                  size_t functions, double *const row[]) {
    const struct panel *panel = find_panel(c, x[0]);
    const size_t run = count_inside(panel, count, x);
    if (run > 0) {
        vector->chebyshevs(run, panel->coefficient, functions, (panel->low + panel->high) / 2,
                           2 / (panel->high - panel->low), x, row);
    }
    return run;
}
