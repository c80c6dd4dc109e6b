#include "sim/measures/dense.h"

#include <math.h>

#include "models/numeric/legendre.h"
#include "models/numeric/logs.h"
#include "models/numeric/root.h"
#include "sim/measures/normaliser.h"

/* Weights of all keys as they are summed: their logarithms, and moments of p. */
struct dense {
    const struct row *row;
    double scale, power;
    double log_sum; /* of p */
    struct normalised out;
};

/* Keys of weight p each that hold this share of all. */
static void add_mass(struct dense *d, double log_share, double log_p) {
    double share = exp(log_share);
    d->log_sum = log_sum_exp(d->log_sum, log_share);
    d->out.entropy -= share * log_p;
    d->out.participation += share * exp(log_p);
}

static double log_weight(const struct dense *d, double log_distance) {
    return d->power * (log(d->scale) + log_distance);
}

static void start(struct dense *d) {
    d->log_sum = -INFINITY;
    d->out = (struct normalised){.support = 0};
}

/* ---- atoms: the last of them that has weight holds e^log_share of it ---- */

/* Atom `i`, the first being the row's top. */
static bool atom_at(const struct dense *d, size_t i, struct family_atom *atom) {
    *atom = (struct family_atom){0, 0};
    return i == 0 || bulk_atom(d->row->bulk, i - 1, atom);
}

static void sum_atoms(struct dense *d, size_t last, double log_share) {
    struct family_atom atom, end;
    start(d);
    atom_at(d, last, &end);
    double log_distance = (log_share - end.log_count) / d->power - log(d->scale);
    for (size_t i = 0; i <= last && atom_at(d, i, &atom); i++) {
        double log_p = i == last ? log_share - end.log_count
                                 : log_weight(d, log(end.gap - atom.gap + exp(log_distance)));
        if (i == 0) { d->out.top_weight = exp(log_p); }
        add_mass(d, i == last ? log_share : atom.log_count + log_p, log_p);
        d->out.support += exp(atom.log_count);
    }
}

/* The last atom that has weight: those above would have less than all with T at its gap. */
static size_t last_atom(struct dense *d) {
    struct family_atom atom, next;
    size_t last = 0;
    for (; atom_at(d, last + 1, &next); last++) {
        atom_at(d, last, &atom);
        sum_atoms(d, last, atom.log_count + log_weight(d, log(next.gap - atom.gap)));
        if (d->log_sum >= 0) { break; }
    }
    return last;
}

static struct normalised among_atoms(struct dense *d) {
    size_t last = last_atom(d);
    double low = -800, high = 0; /* e^-800 is nothing */
    for (int step = 0; step < 64; step++) {
        double middle = (low + high) / 2;
        sum_atoms(d, last, middle);
        *(d->log_sum < 0 ? &low : &high) = middle;
    }
    sum_atoms(d, last, high);
    return d->out;
}

/* ---- a smooth bulk: T is the gap of log rank y ---- */

enum { ORDER = 16 };
static const double FIRST = 0x1p-20, WIDEST = 2; /* panels are short where u is, as p bends at 0 */

/* int e^{y - u} p du over the panel from `start` on, with T at `cut`: the scores of log rank y - u. */
static void sum_panel(struct dense *d, const struct legendre *rule, double cut, double y, double start,
                      double end) {
    const struct row *row = d->row;
    double half = (end - start) / 2;
    for (int i = 0; i < ORDER; i++) {
        double at = y - start - half * (1 + rule->x[i]),
               distance = cut - bulk_rank_gap(row->bulk, row->bulk_offset, at);
        if (!(distance > 0)) { continue; }
        double log_p = log_weight(d, log(distance));
        add_mass(d, at + log(half * rule->w[i]) + log_p, log_p);
    }
}

/* Of the row's points, whose counts may be negative. */
static void sum_points(struct dense *d, double cut) {
    double sum = 0;
    for (size_t i = 0; i < d->row->point_count; i++) {
        double p = pow(d->scale * (cut - d->row->gap[i]), d->power), share = d->row->count[i] * p;
        sum += share;
        d->out.entropy -= p > 0 ? share * log(p) : 0;
        d->out.participation += share * p;
    }
    d->log_sum = log_sum_exp(d->log_sum, log(sum));
}

/* Those up to log rank y, with T at `cut`, their gap or more. */
static void sum_smooth(struct dense *d, const struct legendre *rule, double cut, double y) {
    const double deepest = 50 + 5 * d->power;
    double first, last, all;
    start(d);
    bulk_ranks(d->row->bulk, &first, &last);
    all = fmin(y - first, deepest);
    if (!isfinite(cut)) {
        d->log_sum = INFINITY;
        return;
    }
    for (double u = 0, next; u < all; u = next) {
        next = fmin(all, u > 0 ? u + fmin(u, WIDEST) : FIRST);
        sum_panel(d, rule, cut, y, u, next);
    }
    sum_points(d, cut);
    d->out.support = exp(y);
    d->out.top_weight = exp(log_weight(d, log(cut)));
}

/* log sum p, finite at its low end: there all weights may be too small for a double. */
static double miss_with(struct dense *d, const struct legendre *rule, double cut, double y) {
    const double least = -1e4;
    sum_smooth(d, rule, cut, y);
    return fmax(least, d->log_sum);
}

static double miss_at(struct dense *d, const struct legendre *rule, double y) {
    return miss_with(d, rule, bulk_rank_gap(d->row->bulk, d->row->bulk_offset, y), y);
}

/* Narrows the log rank whose gap is T; whether it is one that is told apart from log n. */
static bool find_rank(struct dense *d, const struct legendre *rule, struct root *r) {
    const double log_n = r->high, close = 1e-9;
    double miss = r->at_high;
    while (r->high - r->low > 1e-13 * r->high) {
        double y = root_guess(r);
        miss = miss_at(d, rule, y);
        if (fabs(miss) < 1e-12) { break; }
        root_narrow(r, y, miss);
    }
    return fabs(miss) < close || log_n - r->low > 2e-13 * log_n;
}

/* All keys have weight: T lies beyond the gap of log rank `low`. If all gaps were 0 it would be
 * n^{-1/power}/scale. */
static void cut_beyond(struct dense *d, const struct legendre *rule, double low, double log_n) {
    double inside = bulk_rank_gap(d->row->bulk, d->row->bulk_offset, low),
           start = fmax(log(inside), -log_n / d->power - log(d->scale)), step = 0x1p-10;
    struct root r = {.high = start, .at_high = -1};
    while (r.at_high < 0) {
        r.low = r.high;
        r.at_low = r.at_high;
        r.high = start + step;
        r.at_high = miss_with(d, rule, exp(r.high), log_n);
        step *= 2;
    }
    while (r.high - r.low > 1e-15 * fabs(r.high)) {
        double x = root_guess(&r), miss = miss_with(d, rule, exp(x), log_n);
        if (fabs(miss) < 1e-12) { break; }
        root_narrow(&r, x, miss);
    }
}

static struct normalised within_bulk(struct dense *d) {
    struct legendre rule;
    struct root r = {.low = 0};
    legendre_make(ORDER, &rule);
    bulk_ranks(d->row->bulk, &r.low, &r.high);
    const double log_n = r.high;
    r.at_low = fmin(miss_at(d, &rule, r.low), 0);
    r.at_high = miss_at(d, &rule, r.high);
    if (r.at_high < 0) {
        cut_beyond(d, &rule, log_n, log_n);
    } else if (!find_rank(d, &rule, &r)) {
        cut_beyond(d, &rule, r.low, log_n);
    }
    return d->out;
}

struct normalised dense_entmax(const struct row *row, double scale, double power) {
    struct dense d = {.row = row, .scale = scale, .power = power};
    struct family_atom atom;
    return bulk_atom(row->bulk, 0, &atom) ? among_atoms(&d) : within_bulk(&d);
}
