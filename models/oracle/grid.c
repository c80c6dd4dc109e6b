#include "models/oracle/grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- points ---- */

enum { MOST_POINTS = 1 << 17 };

/* Zeros behind the last point, which sums may read. */
enum { BEHIND = COMB_TAPS + VECTOR_ROW };

/* False when out of memory. */
static bool make_room(struct grid *g, size_t count) {
    if (count + BEHIND <= g->room) { return true; }
    const size_t room = 2 * count + 512;
    for (int f = 0; f < LONE_FUNCTIONS; f++) {
        double *grown = realloc(g->value[f], room * sizeof *grown);
        if (!grown) { return false; }
        g->value[f] = grown;
    }
    g->room = room;
    return true;
}

static void end_rows(struct grid *g) {
    for (int f = 0; f < LONE_FUNCTIONS; f++) {
        memset(g->value[f] + g->count, 0, BEHIND * sizeof *g->value[f]);
    }
}

/* The depth from where on no score has an a above e^-34 = 2e-15, so that a^2 is lost beside it, and the grid
 * may end: polynomials are good to 1e-15 of e^x on such steps. Infinite: it may not. */
static double fall_from(const struct grid *g) {
    const double fine = 0.3, lost = 34;
    const bool may = g->step <= fine && !g->lone.behind && g->lone.keys.position.log > 0;
    return may ? g->lone.top - g->lone.field.x_low + lost : INFINITY;
}

/* The depth up to which far keys may miss more than nearer ones do: that of the last, where penalties grow as
 * logarithms alone, and there are so many of them. */
static double least_depth(const struct grid *g) {
    const struct comb_keys *keys = &g->lone.keys;
    const double nothing = -36, last = keys->scale * keys->position.log * keys->log_n;
    double value[LONE_FUNCTIONS];
    if (keys->position.linear > 0 || !isfinite(last)) { return 0; }
    lone_at(&g->lone, last, value);
    return log(-value[LONE_LOG_PHI]) + keys->log_unit + keys->log_n < nothing ? 0 : last;
}

/* Points at first, first + by, .. at depths (k + part) step, to `count` of them. False when out of memory. */
static bool fill_row(struct grid *g, size_t first, size_t by, double part, size_t count) {
    double row[LONE_FUNCTIONS][VECTOR_ROW];
    struct lone_run run;
    const bool good = lone_begin(&run, &g->lone, part * g->step, g->step);
    for (size_t k = 0; good && k < count; k++) {
        const size_t at = k % VECTOR_ROW;
        if (at == 0) { lone_next(&run, row); }
        for (int f = 0; f < LONE_FUNCTIONS; f++) { g->value[f][first + by * k] = g->lone.unit * row[f][at]; }
    }
    lone_end(&run);
    return good;
}

/* As many as sums over nearer keys take. */
static bool fill_near(struct grid *g) {
    g->count = g->reach = far_points(&g->far, g->step);
    return make_room(g, g->count) && fill_row(g, 0, 1, 0, g->count);
}

/* Downwards until keys so far behind, however many, and all behind them, miss nothing. */
static bool fill_all(struct grid *g) {
    const struct comb_keys *keys = &g->lone.keys;
    struct comb_end end = {keys->position, keys->log_n, keys->scale, -INFINITY};
    const double slight = 1e-15; /* more than e^-36, what is more ends nothing */
    const double unit = g->lone.unit, fall = fall_from(g), least = least_depth(g);
    double row[LONE_FUNCTIONS][VECTOR_ROW];
    struct lone_run run;
    bool over = false, falls = false,
         good = lone_begin(&run, &g->lone, 0, g->step) &&
                make_room(g, (size_t)fmax(0, fmin(MOST_POINTS, g->lone.end / g->step)));
    for (g->count = 0; good; g->count++) {
        const size_t at = g->count % VECTOR_ROW;
        if (at == 0) { lone_next(&run, row); }
        if (over || falls || g->count == MOST_POINTS) {
            for (int f = 0; f < LONE_FUNCTIONS; f++) { g->fall[f] = unit * row[f][at]; }
            break;
        }
        const double depth = (double)g->count * g->step, value = -unit * row[LONE_LOG_PHI][at];
        good = make_room(g, g->count + 1);
        for (int f = 0; good && f < LONE_FUNCTIONS; f++) { g->value[f][g->count] = unit * row[f][at]; }
        over = lone_is_over(&g->lone, depth) ||
               (value < slight && comb_is_over(&end, depth, log(value)) && depth > least);
        falls = g->count > COMB_TAPS && depth > fall;
    }
    lone_end(&run);
    for (g->reach = g->count; good && !over && g->reach < MOST_POINTS; g->reach++) {
        const double beyond = (double)(g->reach - g->count) * g->step;
        over = comb_is_over(&end, (double)g->reach * g->step, log(-g->fall[LONE_LOG_PHI]) - beyond);
    }
    return good;
}

bool grid_fill(struct grid *g) {
    const bool good = g->is_near ? fill_near(g) : fill_all(g);
    if (good) { end_rows(g); }
    return good;
}

bool grid_halve(struct grid *g) {
    if (!make_room(g, 2 * g->count)) { return false; }
    for (int f = 0; f < LONE_FUNCTIONS; f++) {
        for (size_t k = g->count; k-- > 0;) { g->value[f][2 * k] = g->value[f][k]; }
    }
    if (!fill_row(g, 1, 2, 0.5, g->count)) { return false; }
    g->step /= 2;
    g->count *= 2;
    g->reach *= 2;
    end_rows(g);
    return true;
}

/* ---- sums ---- */

/* log phi and the three with an a alone beyond the grid; the others have an a^2. */
enum { FALLS = 4 };
struct falls {
    int function[FALLS];
    struct comb_fall fall[FALLS];
};

static struct falls falls_of(const struct grid *g) {
    const double *f = g->fall, first = f[LONE_FIRST], entropy = f[LONE_ENTROPIES];
    return (struct falls){{LONE_LOG_PHI, LONE_FIRST, LONE_ENTROPIES, LONE_SPREADS},
                          {{{f[LONE_LOG_PHI], 0, 0}},
                           {{first, 0, 0}},
                           {{entropy, first, 0}},
                           {{f[LONE_SPREADS], 2 * entropy, first}}}};
}

static void add_falls(const struct comb *comb, const struct falls *falls, size_t begin,
                      double *const sum[LADDER_SUMS]) {
    for (size_t i = begin; comb->fall && i < comb->sums; i++) {
        for (int f = 0; f < FALLS; f++) {
            sum[falls->function[f]][i] += comb_fall_at(comb, &falls->fall[f], i);
        }
    }
}

/* All sums from `begin` on. */
static void add_up(const struct grid *g, const struct comb *comb, size_t begin,
                   double *const row[LADDER_SUMS], double *const sum[LADDER_SUMS]) {
    const struct vector *vector = g->lone.field.o->vector;
    const struct falls falls = falls_of(g);
    for (size_t f = 0; f < LONE_FUNCTIONS; f++) { comb_add(comb, vector, begin, row[f], sum[f]); }
    for (size_t f = LONE_FUNCTIONS; f < LADDER_SUMS; f++) {
        comb_add_miss(comb, vector, begin, g->step > GRID_SHARP, row[f], sum[f]);
    }
    add_falls(comb, &falls, begin, sum);
    for (int f = 0; g->is_near && f < LADDER_SUMS; f++) { far_add(&g->far, vector, f, row[f], sum[f]); }
}

static size_t first_sum(const struct grid *g, struct comb *comb) {
    const double something = -45, nothing = -1e-18;
    const struct falls falls = falls_of(g);
    return g->is_near ? 0
                      : comb_trim(comb, g->lone.field.o->vector, g->value[LONE_LOG_PHI], &falls.fall[0],
                                  something, nothing);
}

/* False when out of memory. */
static bool tell(const struct grid *g, struct comb *comb, ladder_add *add, void *context) {
    const struct vector *vector = g->lone.field.o->vector;
    const size_t room = comb_room(comb), missed = LADDER_SUMS - LONE_FUNCTIONS;
    double *memory = malloc((missed + LADDER_SUMS) * room * sizeof *memory), *row[LADDER_SUMS],
           *sum[LADDER_SUMS];
    if (!memory) { return false; }
    for (size_t f = 0; f < LADDER_SUMS; f++) {
        row[f] = f < LONE_FUNCTIONS ? g->value[f] : memory + (f - LONE_FUNCTIONS) * room;
        sum[f] = memory + (missed + f) * room;
    }
    memset(memory, 0, missed * room * sizeof *memory);
    ladder_miss(g->count, vector, row);
    const size_t begin = first_sum(g, comb);
    add_up(g, comb, begin, row, sum);
    for (size_t i = begin; i < comb->sums; i++) {
        struct ladder_point p = {
            (double)(COMB_FIRST + i) * g->step, g->step, i % 2 == 0 ? 2 * g->step : 0, {0}};
        for (size_t f = 0; f < LADDER_SUMS; f++) { p.sum[f] = sum[f][i]; }
        add(context, &p);
    }
    free(memory);
    return true;
}

static enum comb_state open_comb(const struct grid *g, struct comb *comb) {
    const struct comb_keys *keys = &g->lone.keys;
    const size_t reach = g->is_near ? far_nearer(&g->far, g->step) : g->reach;
    const enum comb_state state = comb_open(comb, g->lone.field.o->vector, keys->position, keys->log_n,
                                            keys->scale, g->step, g->count, reach);
    if (g->is_near) { comb->sums = far_sums(&g->far, g->step); }
    return state;
}

enum comb_state grid_sum(struct grid *g, ladder_add *add, void *context) {
    struct comb comb;
    enum comb_state state = open_comb(g, &comb);
    if (state == COMB_MADE &&
        !((!g->is_near || far_open(&g->far, &g->lone, g->step)) && tell(g, &comb, add, context))) {
        state = COMB_NO_MEMORY;
    }
    comb_close(&comb);
    far_close(&g->far);
    return state;
}

void grid_discard(struct grid *g) {
    lone_close(&g->lone);
    for (int f = 0; f < LONE_FUNCTIONS; f++) { free(g->value[f]); }
}
