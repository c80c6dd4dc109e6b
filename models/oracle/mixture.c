#include "models/oracle/mixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/panels.h"
#include "models/oracle/answer.h"
#include "models/oracle/between.h"
#include "models/oracle/faint.h"

_Static_assert((int)OUTER == (int)LEJA_AT_ONCE, "the nodes of a rule");

/* Rows are left out where the density is less than e^-RARE of its largest. A choice: 1e-15 of them at most.
 */
static const double RARE = 36;

/* Pieces of t = log r over which the density is as good as a polynomial: with MOST = 4, a choice, 16 nodes
 * leave 1e-14. */
static const double MOST = 4;
enum { PIECES = 64 };
struct mixture {
    struct between rows;
    struct faint faint;
    double peak; /* the largest log density */
    size_t pieces;
    double edge[PIECES + 1];
};

/* ---- the factor's law ---- */

static double log_density(const struct oracle *o, double t) { return o->family->log_scale_density(o->p, t); }

/* From t on by steps of one sign that grow or shrink, uphill. */
static double highest_from(const struct oracle *o, double t, double step) {
    double here = log_density(o, t);
    while (fabs(step) > 1e-9) {
        const double next = log_density(o, t + step);
        t = next > here ? t + step : t;
        step *= next > here ? 1.5 : -0.4;
        here = fmax(here, next);
    }
    return t;
}

/* Where the density is about e^-RARE of its largest, on the side of `step`. */
static double rare_from(const struct oracle *o, double top, double step) {
    const double least = log_density(o, top) - RARE;
    double low = top;
    while (log_density(o, low + step) > least) {
        low += step;
        step *= 2;
    }
    for (int i = 0; i < 20; i++) {
        step /= 2;
        low = log_density(o, low + step) > least ? low + step : low;
    }
    return low + step;
}

/* Whether the log density changes little enough, up and down, over a piece: by more where it is small. */
static bool is_smooth(const struct oracle *o, double peak, double low, double high) {
    enum { LOOKS = 4 };
    double change = 0, before = log_density(o, low), highest = before;
    for (int i = 1; i <= LOOKS; i++) {
        const double here = log_density(o, low + (high - low) * i / LOOKS);
        change += fabs(here - before);
        highest = fmax(highest, here);
        before = here;
    }
    return change <= MOST + (peak - highest) / 2;
}

static void cut(const struct oracle *o, struct mixture *m, double last) {
    double step = last - m->edge[0];
    for (double t = m->edge[0]; t < last && m->pieces < PIECES;) {
        step = fmin(2 * step, last - t);
        while (!is_smooth(o, m->peak, t, t + step)) { step *= 0.8; }
        t = step < last - t && m->pieces + 1 < PIECES ? t + step : last;
        m->edge[++m->pieces] = t;
    }
}

bool mixture_open(struct oracle *o) {
    struct mixture *m = calloc(1, sizeof *m);
    o->mixture = m;
    if (!m) { return false; }
    const double top = highest_from(o, log(o->family->row_scale(o->p, 0.5)), 1e-3);
    between_open(&m->rows, o);
    faint_open(&m->faint, o->log_n, o->vector, m->rows.x);
    m->peak = log_density(o, top);
    m->edge[0] = rare_from(o, top, -1e-4);
    cut(o, m, rare_from(o, top, 1e-4));
    return true;
}

void mixture_close(struct oracle *o) {
    if (o->mixture) { between_close(&o->mixture->rows); }
    free(o->mixture);
}

/* ---- one beta ---- */

/* Integrals so far: of the density, of r times it, and of means with their errors. */
struct integral {
    const struct oracle *oracle;
    double beta, log_beta, density, factor;
    double value[BETWEEN_COLUMNS], error[BETWEEN_COLUMNS];
};

/* What a panel's points count for; what they do times b, where that is asked for. */
struct shares {
    double all[LEJA_MOST], times_b[LEJA_MOST], density;
};

/* t from low to high, all within a panel. */
static void add_piece(struct integral *s, const struct between_panel *panel, double low, double high,
                      struct shares *shares) {
    const struct oracle *o = s->oracle;
    const struct legendre *rule = &o->rules.outer;
    double factor[OUTER], density[OUTER], b[OUTER], x[OUTER];
    for (int i = 0; i < OUTER; i++) {
        factor[i] = (low + high) / 2 + (high - low) / 2 * rule->x[i];
        density[i] = log_density(o, factor[i]) - o->mixture->peak;
    }
    o->vector->exp(OUTER, factor, factor);
    o->vector->exp(OUTER, density, density);
    for (int i = 0; i < OUTER; i++) { b[i] = s->beta * factor[i]; }
    between_xs(&o->mixture->rows, panel, OUTER, b, x);
    for (int i = 0; i < OUTER; i++) {
        density[i] *= (high - low) / 2 * rule->w[i];
        shares->density += density[i];
        s->factor += density[i] * factor[i];
    }
    leja_add_shares(o->mixture->rows.x, panel->weight, panel->count, x, density, shares->all);
    if (panel->plain_gap) {
        for (int i = 0; i < OUTER; i++) { b[i] *= density[i]; }
        leja_add_shares(o->mixture->rows.x, panel->weight, panel->count, x, b, shares->times_b);
    }
}

static void add_column(struct integral *s, const struct between_panel *panel, size_t column,
                       const double *share) {
    for (size_t j = 0; j < panel->count; j++) {
        s->value[column] += share[j] * panel->value[column][j];
        s->error[column] += fabs(share[j]) * panel->error[column][j];
    }
}

static void add_panel(struct integral *s, const struct between_panel *panel, size_t columns,
                      const struct shares *shares) {
    for (size_t c = 0; c < columns; c++) {
        add_column(s, panel, c, c == BETWEEN_GAP && panel->plain_gap ? shares->times_b : shares->all);
        s->error[c] += shares->density * panel->rough[c];
    }
    s->density += shares->density;
}

/* Where a part of a panel ends that as many of its points are in as in the others. */
static double part_end(const struct between *rows, const struct between_panel *panel, size_t part,
                       size_t parts) {
    return between_b(rows, panel, -cos(M_PI * (double)(part + 1) / (double)parts));
}

/* From t on, within a piece, to the end of the panel or of the factor's law; where that is. A part for ten
 * points, a choice: 16 nodes leave 1e-13 of them. */
static bool add_through(struct integral *s, double *t, size_t *piece, size_t place,
                        const struct oracle_question *ask) {
    enum { PART = 10 };
    struct mixture *m = s->oracle->mixture;
    const struct between_panel *panel = &m->rows.panel[place];
    struct shares shares = {0};
    if (!between_make(&m->rows, place, ask)) { return false; }
    const size_t parts = (size_t)ceil((double)panel->count / PART * fmax(1, s->oracle->fineness));
    for (size_t part = 0; part < parts && *piece < m->pieces;) {
        const double part_ends = log(part_end(&m->rows, panel, part, parts)) - s->log_beta,
                     end = fmin(part_ends, m->edge[*piece + 1]);
        if (end > *t) {
            add_piece(s, panel, *t, end, &shares);
            *t = end;
        }
        *piece += m->edge[*piece + 1] <= end;
        part += part_ends <= end;
    }
    add_panel(s, panel, BETWEEN_MEANS + ask->ranks, &shares);
    return true;
}

static bool integrate(struct integral *s, const struct oracle_question *ask) {
    const struct mixture *m = s->oracle->mixture;
    double t = m->edge[0];
    size_t piece = 0;
    for (size_t place = between_place(&m->rows, s->beta * exp(t)); piece < m->pieces; place++) {
        if (!add_through(s, &t, &piece, place, ask)) { return false; }
    }
    return true;
}

/* A mean, whose range is so wide. */
static void tell(const struct integral *s, enum between_column column, double range, double *value,
                 double *error) {
    const double rounding = 1e-13;
    *value = s->value[column] / s->density;
    *error = s->error[column] / s->density + rounding * range;
    answer_only_if(true, value, error);
}

/* Of a mean of weights, which is within [-log n, 0]: what is as far off is not known. */
static void tell_logarithm(double of, double of_error, double log_n, double *value, double *error) {
    *value = log(of);
    *error = of_error / of;
    answer_only_if(*error < log_n, value, error);
}

/* With E r, log Z goes from beta r s* to beta s*. */
static void tell_log_z(const struct integral *s, struct oracle_point *p) {
    const struct oracle *o = s->oracle;
    const double mean = s->factor / s->density,
                 typical = exp(o->log_lambda) * o->family->quantile(o->p, -o->log_n),
                 apart = s->beta * ((mean - 1) * typical - mean * o->highest);
    tell(s, BETWEEN_LOG_Z, o->log_n, &p->log_partition, &p->log_partition_error);
    p->log_partition += apart;
    p->log_partition_error += 1e-13 * s->beta * (fabs(typical) + fabs(o->highest));
}

/* No row's Y_2 is below 1/n. */
static void tell_point(const struct integral *s, struct oracle_point *p) {
    const double log_n = s->oracle->log_n;
    tell(s, BETWEEN_ENTROPY, log_n, &p->entropy, &p->entropy_error);
    tell(s, BETWEEN_PARTICIPATION, 1, &p->participation, &p->participation_error);
    p->participation = fmax(p->participation, exp(-log_n));
    tell_logarithm(p->participation, p->participation_error, log_n, &p->log_mean_participation,
                   &p->log_mean_participation_error);
    tell(s, BETWEEN_TOP_WEIGHT, 1, &p->top_weight, &p->top_weight_error);
    tell(s, BETWEEN_LOG_TOP, log_n, &p->log_top_weight, &p->log_top_weight_error);
    tell_log_z(s, p);
    tell(s, BETWEEN_GAP, log_n, &p->gap_mean, &p->gap_mean_error);
    p->gap_mean /= s->beta;
    p->gap_mean_error /= s->beta;
    tell(s, BETWEEN_SUSCEPTIBILITY, log_n, &p->susceptibility, &p->susceptibility_error);
}

/* ---- small Y_2 ---- */

/* The integrand q(t) E Y_2 over t = log r, of which the largest is about e^most, and its error. */
struct faint_rows {
    const struct oracle *oracle;
    const struct oracle_question *ask;
    double beta, most;
    bool good; /* false: out of memory */
};

/* A logarithm and its error. */
struct faint_value {
    double value, error;
};

/* By the polynomials that all means have. */
static struct faint_value log_participation_of(const struct between *rows, const struct between_panel *panel,
                                               double b) {
    const double *value = panel->value[BETWEEN_PARTICIPATION], *own = panel->error[BETWEEN_PARTICIPATION];
    double share[LEJA_MOST], sum = 0, error = panel->rough[BETWEEN_PARTICIPATION];
    leja_shares(rows->x, panel->weight, panel->count, between_x(rows, panel, b), share);
    for (size_t j = 0; j < panel->count; j++) {
        sum += share[j] * value[j];
        error += fabs(share[j]) * own[j];
    }
    return (struct faint_value){log(sum), error / sum};
}

static struct faint_value log_participation_at(struct faint_rows *f, double b) {
    struct mixture *m = f->oracle->mixture;
    struct faint_value y = {NAN, INFINITY};
    if (b < m->faint.end) {
        y.value = faint_at(&m->faint, b, &y.error);
        return y;
    }
    const size_t place = between_place(&m->rows, b);
    f->good = f->good && between_make(&m->rows, place, f->ask);
    return f->good ? log_participation_of(&m->rows, &m->rows.panel[place], b) : y;
}

static struct faint_value log_term(struct faint_rows *f, double t) {
    struct faint_value y = log_participation_at(f, f->beta * exp(t));
    y.value += log_density(f->oracle, t) - f->oracle->mixture->peak;
    return y;
}

static void faint_terms(const struct panels_panel *panel, double *value, void *param) {
    struct faint_rows *f = param;
    for (int j = 0; j < panel->rule->order; j++) {
        const struct faint_value term = log_term(f, panel->middle + panel->half * panel->rule->x[j]);
        value[2 * j] = exp(term.value - f->most);
        value[2 * j + 1] = value[2 * j] * term.error;
    }
}

/* Ends of stretches of t: the pieces of the density, and steps to where Y_2, which is 1/n at least, is 1/2 or
 * so, or rows are e^-NONE/n. Choices. */
enum { STRETCHES = 256 };
static const double NONE = 60;
static size_t stretches_of(const struct oracle *o, double beta, double *edge) {
    const struct mixture *m = o->mixture;
    const double step = 0.1, last = log(2 / beta), least = m->peak - o->log_n - NONE;
    size_t count = m->pieces;
    memcpy(edge, m->edge, (count + 1) * sizeof *edge);
    for (; edge[count] < last && log_density(o, edge[count]) > least && count < STRETCHES; count++) {
        edge[count + 1] = edge[count] + step;
    }
    return count;
}

/* Of all rows, and so of rare ones, which may carry it: its logarithm. Stretches whose ends are e^-NONE of
 * the largest are left out; between ends a summit may be e^20 or so higher. */
static bool mean_faint(struct faint_rows *f, double *value, double *error) {
    const double accurate = 1e-10;
    double edge[STRETCHES + 1], term[STRETCHES + 1];
    const size_t count = stretches_of(f->oracle, f->beta, edge);
    struct panels sum = {
        .rule = &f->oracle->rules.outer, .count = 2, .function = faint_terms, .param = f, .depth = 8};
    panels_aim(&sum, 0, 1, (struct panels_aim){.relative = accurate, .absolute = accurate, .power = 2.5});
    panels_aim(&sum, 1, 2, (struct panels_aim){.absolute = INFINITY, .power = 2.5});
    f->most = -INFINITY;
    for (size_t i = 0; i <= count; i++) {
        term[i] = log_term(f, edge[i]).value;
        f->most = fmax(f->most, term[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (fmax(term[i], term[i + 1]) > f->most - NONE) { panels_add(&sum, edge[i], edge[i + 1]); }
    }
    *value = f->most + log(sum.value[0]);
    *error = (sum.value[1] + sum.error[0]) / sum.value[0] + accurate;
    return f->good;
}

/* The mean where it is small: relatively. */
static bool look_at_faint(const struct integral *s, const struct oracle_question *ask,
                          struct oracle_point *point) {
    const double small = 1e-5;
    struct faint_rows f = {.oracle = s->oracle, .ask = ask, .beta = s->beta, .good = true};
    double value, error;
    if (!(point->participation < small) || s->oracle->mixture->faint.end == 0) { return true; }
    if (!mean_faint(&f, &value, &error)) { return false; }
    value -= log(s->density);
    if (!(error < point->log_mean_participation_error)) { return true; }
    point->log_mean_participation = value;
    point->log_mean_participation_error = error;
    point->participation = exp(value);
    point->participation_error = error * point->participation;
    return true;
}

bool mixture_ask(const struct oracle *o, double beta, struct oracle_question ask,
                 struct oracle_answer *answer) {
    const struct mixture *m = o->mixture;
    const double reached = fmin(beta, BETWEEN_LARGEST / exp(m->edge[m->pieces]));
    struct integral s = {.oracle = o, .beta = reached, .log_beta = log(reached)};
    *answer = (struct oracle_answer){.output = oracle_unknown_output};
    if (!integrate(&s, &ask)) { return false; }
    tell_point(&s, &answer->point);
    if (ask.errors && !look_at_faint(&s, &ask, &answer->point)) { return false; }
    for (size_t k = 0; k < ask.ranks; k++) {
        tell(&s, BETWEEN_MEANS + (enum between_column)k, 1, &answer->weight[k], &answer->weight_error[k]);
    }
    return true;
}
