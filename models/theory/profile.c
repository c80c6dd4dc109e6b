#include "models/theory/profile.h"

#include <math.h>
#include <stdlib.h>

#include "models/numeric/chebyshev.h"
#include "models/numeric/root.h"
#include "models/numeric/search.h"
#include "models/numeric/vector_inline.h"

enum { DEGREE = VECTOR_TERMS };

/* Panels are halved down to this width; at V = 1, where scores may run off to -inf, further, and at least to
 * `wide`: V is no longer small for the last few units alone, where no node of a wider one lies. */
static const double overflow = 800; /* in log g: such scores weigh nothing */
static const double narrowest = 1.0 / 64, narrowest_end = 1e-14, wide = 64;

struct panel {
    double low, high, coefficient[DEGREE];
};

/* y in [first, last], as a function of the gap's logarithm: on a panel, unless that is unresolved. */
struct range {
    struct panel panel;
    double first, last;
    bool resolved;
};

struct profile {
    const struct family *family;
    const double *p;
    double log_n, log_lambda, lowest;
    size_t count, room;
    struct panel *panel;
    bool is_steep; /* the last panel is unresolved, though all is finite there */
    size_t ranges, range_room;
    struct range *range; /* of the inverse, in order */
};

/* log(g(y)/y). */
static double log_ratio(const struct profile *q, double y) {
    if (fabs(y) < 1e-12) { return q->log_lambda - q->family->log_hazard(q->p, -q->log_n); }
    double log_v_top = y > 0 ? -q->log_n : y - q->log_n;
    return q->family->log_gap(q->p, log_v_top, fabs(y)) + q->log_lambda - log(fabs(y));
}

static struct panel panel_make(const struct profile *q, double low, double high) {
    struct panel panel = {.low = low, .high = high};
    double value[DEGREE];
    for (int j = 0; j < DEGREE; j++) { value[j] = log_ratio(q, chebyshev_node(DEGREE, j, low, high)); }
    chebyshev_series(DEGREE, value, panel.coefficient);
    return panel;
}

/* Beneath 1e-13, or a few ulp of log n, is rounding. */
static bool panel_is_resolved(const struct profile *q, const struct panel *panel) {
    double tail = 0;
    for (int k = DEGREE - 3; k < DEGREE; k++) { tail = fmax(tail, fabs(panel->coefficient[k])); }
    return tail <= fmax(1e-13 * fmax(1, fabs(panel->coefficient[0])), 4e-16 * q->log_n);
}

/* Appends panels that cover [low, high], in order. */
static bool profile_cover(struct profile *q, double low, double high) {
    const struct panel panel = panel_make(q, low, high);
    const bool at_end = high == q->log_n;
    double width = at_end ? narrowest_end * fmax(1, high) : narrowest;
    const bool resolved = panel_is_resolved(q, &panel);
    if ((!resolved || (at_end && high - low > wide)) && high - low > width) {
        double middle = (low + high) / 2;
        return profile_cover(q, low, middle) && profile_cover(q, middle, high);
    }
    if (q->count == q->room) {
        size_t room = 2 * q->room + 64;
        struct panel *grown = realloc(q->panel, room * sizeof *grown);
        if (!grown) { return false; }
        q->panel = grown;
        q->room = room;
    }
    q->panel[q->count++] = panel;
    q->is_steep = at_end && !resolved && isfinite(panel.coefficient[0]);
    return true;
}

struct profile *profile_create(const struct family *family, const double *p, double log_n,
                               double log_lambda_typ) {
    return profile_create_from(family, p, log_n, log_lambda_typ, PROFILE_LOWEST);
}

/* Downwards from PROFILE_LOWEST in stretches that grow by doubling, the lowest first. */
static bool profile_cover_below(struct profile *q, double high) {
    const double low = fmax(2 * high, q->lowest);
    if (!(low < high)) { return true; }
    return profile_cover_below(q, low) && profile_cover(q, low, high);
}

struct profile *profile_create_from(const struct family *family, const double *p, double log_n,
                                    double log_lambda_typ, double lowest) {
    struct profile *q = calloc(1, sizeof *q);
    if (!q) { return NULL; }
    q->family = family;
    q->p = p;
    q->log_n = log_n;
    q->log_lambda = log_lambda_typ;
    q->lowest = lowest;
    double near = fmin(log_n, wide);
    bool good = profile_cover_below(q, PROFILE_LOWEST) && profile_cover(q, PROFILE_LOWEST, 0) &&
                profile_cover(q, 0, near);
    for (double low = near; good && low < log_n && log_ratio(q, low) < overflow; low *= 2) {
        good = profile_cover(q, low, fmin(2 * low, log_n));
    }
    if (good) { return q; }
    profile_free(q);
    return NULL;
}

void profile_free(struct profile *q) {
    if (!q) { return; }
    free(q->panel);
    free(q->range);
    free(q);
}

double profile_log_n(const struct profile *q) { return q->log_n; }
double profile_lowest(const struct profile *q) { return q->lowest; }

/* Between the nodes of a series for such a panel it may lie far off. */
static bool is_asked(const struct profile *q, const struct panel *panel) {
    return q->is_steep && panel == &q->panel[q->count - 1];
}

static const struct panel *profile_find(const struct profile *q, double y) {
    size_t k;
    SEARCH_END(k, q->count, q->panel[k].low <= y)
    return &q->panel[k > 0 ? k - 1 : 0];
}

static double panel_centre(const struct panel *panel) { return (panel->low + panel->high) / 2; }
static double panel_scale(const struct panel *panel) { return 2 / (panel->high - panel->low); }

double profile_gap(const struct profile *q, double y) {
    double inside = fmax(y, q->lowest);
    const struct panel *panel = profile_find(q, inside);
    if (inside > panel->high) { return INFINITY; } /* overflow */
    double twice_t = 2 * (inside - panel_centre(panel)) * panel_scale(panel);
    double gap =
        inside * (is_asked(q, panel) ? exp(log_ratio(q, inside))
                                     : vector_exp_one(vector_chebyshev_one(panel->coefficient, twice_t)));
    return isnan(gap) ? INFINITY : gap; /* the last panel, where V = 1 to rounding */
}

double profile_step(const struct profile *q, double y, double step) {
    return exp(q->family->log_gap(q->p, y - q->log_n, step) + q->log_lambda);
}

double profile_peak_width(const struct profile *q, double y, double h) {
    const double steep = 3, middle = profile_gap(q, y);
    double low = profile_gap(q, y - h), high = profile_gap(q, y + h);
    while (high - middle > steep * (middle - low)) {
        h /= 2;
        low = profile_gap(q, y - h);
        high = profile_gap(q, y + h);
    }
    double bend = high - 2 * middle + low;
    if (!isfinite(high) || !(bend > 1e-11 * middle)) { return INFINITY; }
    return sqrt((high - low) / (2 * h) * h * h / bend);
}

/* Of y on one panel. */
static void panel_gaps(const struct panel *panel, const struct vector *vector, size_t count, const double *y,
                       double *gap) {
    vector->chebyshev(count, panel->coefficient, panel_centre(panel), panel_scale(panel), y, gap);
    vector->exp(count, gap, gap);
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const double g = gap[i] * y[i];
        gap[i] = g == g ? g : INFINITY;
    }
}

void profile_gaps(const struct profile *q, const struct vector *vector, size_t count, const double *y,
                  double *gap) {
    for (size_t start = 0, end; start < count; start = end) {
        const struct panel *panel = profile_find(q, y[start]);
        for (end = start; end < count && y[end] >= panel->low && y[end] < panel->high; end++) {}
        if (y[start] < q->lowest || end == start || is_asked(q, panel)) {
            gap[start] = profile_gap(q, y[start]);
            end = start + 1;
        } else {
            panel_gaps(panel, vector, end - start, y + start, gap + start);
        }
    }
}

/* ---- the inverse ---- */

/* y in [first, last] where the gap has that logarithm. */
static double rank_between(const struct profile *q, double first, double last, double log_gap) {
    struct root r = {first, last, log(profile_gap(q, first)) - log_gap, log(profile_gap(q, last)) - log_gap,
                     0};
    if (!(r.at_low < 0)) { return first; }
    if (!(r.at_high > 0)) { return last; }
    double y = first;
    for (int step = 0; step < 80 && r.high - r.low > 1e-15 * r.high; step++) {
        y = root_guess(&r);
        double miss = log(profile_gap(q, y)) - log_gap;
        if (fabs(miss) < 1e-15) { break; }
        root_narrow(&r, y, miss);
    }
    return y;
}

static struct range *range_add(struct profile *q, const struct range *range) {
    if (q->ranges == q->range_room) {
        size_t room = 2 * q->range_room + 32;
        struct range *grown = realloc(q->range, room * sizeof *grown);
        if (!grown) { return NULL; }
        q->range = grown;
        q->range_room = room;
    }
    q->range[q->ranges] = *range;
    return &q->range[q->ranges++];
}

/* Appends ranges that cover y in [first, last], halved at most so many times. */
static bool ranges_cover(struct profile *q, double first, double last, int halvings) {
    const double flat = 1e-6; /* rounding decides over y */
    double low = log(profile_gap(q, first)), high = log(profile_gap(q, last)), value[DEGREE];
    struct range range = {.panel = {.low = low, .high = high}, .first = first, .last = last};
    if (isfinite(high) && high - low > flat) {
        for (int j = 0; j < DEGREE; j++) {
            value[j] = rank_between(q, first, last, chebyshev_node(DEGREE, j, low, high));
        }
        chebyshev_series(DEGREE, value, range.panel.coefficient);
        range.resolved = panel_is_resolved(q, &range.panel);
    }
    if (!range.resolved && halvings > 0 && high - low > flat) {
        double middle = isfinite(high) ? rank_between(q, first, last, (low + high) / 2) : (first + last) / 2;
        return ranges_cover(q, first, middle, halvings - 1) && ranges_cover(q, middle, last, halvings - 1);
    }
    return range_add(q, &range) != NULL;
}

bool profile_invert(struct profile *q, double y_low, double y_high) {
    enum { HALVINGS = 5, SEEN = 30 };
    bool good = true;
    y_high = fmin(y_high, q->log_n - ldexp(1, -SEEN));
    for (double y = y_low; good && y < y_high && profile_gap(q, y) < INFINITY; y *= 1.5) {
        good = ranges_cover(q, y, fmin(1.5 * y, y_high), HALVINGS);
    }
    return good;
}

void profile_ranks(const struct profile *q, const struct vector *vector, size_t count, const double *gap,
                   double *y) {
    vector->log(count, gap, y);
    for (size_t start = 0, end; start < count; start = end) {
        size_t k;
        SEARCH_END(k, q->ranges, q->range[k].panel.low <= y[start])
        const struct range *range = &q->range[k > 0 ? k - 1 : 0];
        const struct panel *panel = &range->panel;
        for (end = start + 1; end < count && y[end] <= panel->high; end++) {}
        if (range->resolved && y[start] >= panel->low && y[end - 1] <= panel->high) {
            vector->chebyshev(end - start, panel->coefficient, panel_centre(panel), panel_scale(panel),
                              y + start, y + start);
            continue;
        }
        for (size_t i = start; i < end; i++) { y[i] = rank_between(q, range->first, range->last, y[i]); }
    }
}
