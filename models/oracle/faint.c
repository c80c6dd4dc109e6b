#include "models/oracle/faint.h"

#include <math.h>

#include "models/oracle/outer.h"
#include "models/oracle/pairs.h"

static const double TOLD = 3990;  /* of log n: pairs.h */
static const double LEAST = 14;   /* E Y_2 is small where it is below e^-14 */
static const double SURE = 30;    /* e^-30 is nothing */
static const double FIRST = 1e-9; /* b in the place of 0 */
static const double AIM = 1e-9, AIM_OF_LOG_N = 1e-11;
enum { QUIET = 3 };

static double turn(void) { return 1 / sqrt(3); }

/* t with 2 b t = 1 + b^2: a score of t s* has all the weight, and comes in n^{1 - t^2} of the rows. */
static double level(double b) { return (1 + b * b) / (2 * b); }

/* To leading order log E Y_2 = log n (2 b^2 - 1) below the turn, log n (1 - t^2) above. */
static double end_of(double log_n) {
    if (!(log_n > LEAST) || log_n > TOLD) { return 0; }
    const double t = sqrt(1 + LEAST / log_n), below = sqrt((1 - LEAST / log_n) / 2);
    return below < turn() ? below : t - sqrt(t * t - 1);
}

/* Up to here rows with such a score are e^-SURE of E Y_2, and so are squares of what Z fluctuates by,
 * n^{2 b^2 - 1}: log E Y_2 + log n goes as b^2. FIRST where there is no such b. */
static double begin_of(double log_n, double end) {
    double low = FIRST, high = fmin(end, turn());
    for (int i = 0; i < 40; i++) {
        const double b = (low + high) / 2, square = 2 * b * b,
                     apart = fmin(square - 2 + level(b) * level(b), 1 - square);
        *(log_n * apart > SURE ? &low : &high) = b;
    }
    return low;
}

static double v_of(const struct faint *f, double b) { return asinh((b - turn()) / f->width); }

void faint_open(struct faint *f, const struct oracle *law, const double *x) {
    const double end = end_of(law->log_n);
    *f = (struct faint){.law = law,
                        .x = x,
                        .width = 1.2 / sqrt(2 * law->log_n),
                        .begin = begin_of(law->log_n, end),
                        .end = end};
    f->panel[0].low = v_of(f, f->begin);
    f->panel[0].high = v_of(f, fmin(f->end, turn()));
    f->panel[1].high = v_of(f, f->end);
}

static bool answer(const struct faint *f, double b, double *value, double *error) {
    struct field field;
    const bool good = outer_field(&field, f->law, b, (struct oracle_question){.errors = true});
    if (good && !pairs_mean(&field, value, error)) {
        *value = NAN;
        *error = INFINITY;
    }
    field_close(&field);
    return good;
}

static double value_at(const struct faint *f, const struct faint_panel *panel, double x) {
    double share[LEJA_MOST], sum = 0;
    leja_shares(f->x, panel->weight, panel->count, x, share);
    for (size_t j = 0; j < panel->count; j++) { sum += share[j] * panel->value[j]; }
    return sum;
}

static bool fill(const struct faint *f, struct faint_panel *panel) {
    const double aim = fmax(AIM, AIM_OF_LOG_N * f->law->log_n);
    panel->count = 0;
    panel->error = 0;
    panel->fineness = f->law->fineness;
    for (int quiet = 0; quiet < QUIET && panel->count < LEJA_MOST && isfinite(panel->error);) {
        const size_t at = panel->count;
        const double x = f->x[at], v = (panel->low + panel->high + x * (panel->high - panel->low)) / 2,
                     b = fmax(FIRST, turn() + f->width * sinh(v)),
                     foretold = at > 0 ? value_at(f, panel, x) : INFINITY;
        double error;
        if (!answer(f, b, &panel->value[at], &error)) { return false; }
        quiet = fabs(panel->value[at] - foretold) < aim ? quiet + 1 : 0;
        panel->error = fmax(panel->error, error);
        leja_add(f->x, at, panel->weight);
        panel->count++;
    }
    panel->error += panel->count < LEJA_MOST ? aim : INFINITY;
    return true;
}

bool faint_at(struct faint *f, double b, double *value, double *error) {
    struct faint_panel *panel = &f->panel[b > turn()];
    if ((panel->count == 0 || panel->fineness != f->law->fineness) && !fill(f, panel)) {
        panel->count = 0;
        return false;
    }
    const double at = fmax(b, f->begin), log_n = f->law->log_n, part = b / at;
    *value = value_at(f, panel, (2 * v_of(f, at) - panel->low - panel->high) / (panel->high - panel->low));
    *value = part * part * (*value + log_n) - log_n;
    *error = panel->error;
    return true;
}
