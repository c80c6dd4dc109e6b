/* For a convex g the integrand e^{y - beta g(y)} peaks where beta g' = 1, with width s = (g'/g'')^{1/2}
 * whatever beta is: panels of width 1.5 s, or 3/4 s^2 where that is less, as for steep powers of V, whose
 * slope grows by a factor e over s^2. Where it falls off from an end at a distance D like e^{-c}, panels of
 * width D/3 see it change by e^{c/3}, and the rule's error, c^16 e^{-c} 4e-31 (Gauss-Legendre, 8 points),
 * stays below 1e-18. Near the ends panels are 3 wide: e^y is then exact to 1e-15. Towards V = 1, where
 * quantiles may run away, what is left is halved again and again. */
#include "sim/rows/bulk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/curve.h"
#include "models/numeric/legendre.h"
#include "models/numeric/logs.h"
#include "models/numeric/root.h"
#include "models/numeric/search.h"
#include "sim/base/memory.h"

enum { PANEL = KERNEL_LANES, HALVINGS = 30, BLOCK = 8 /* panels */ };

/* Nodes of a panel that are looked at for the largest exponent. The first atoms stand there. */
enum { PEAKS = 3 };
static const size_t peak_node[PEAKS] = {0, PANEL / 2, PANEL - 1};
_Static_assert(FAMILY_ATOMS - 1 <= PEAKS, "an atom a node");

static const double LOWEST_BETA = 0x1p-12; /* meshes for smaller beta are made when asked for */
static const double DEEPEST = 45;          /* e^-45 of a sum is nothing */

struct bulk {
    const struct profile *profile; /* NULL: atoms */
    double y_low, log_n, lowest_beta;
    size_t panels, room;
    double *gap, *log_mass; /* [panels][PANEL] */
    size_t ends;            /* panel i lies between the ends i and i + 1; atoms: their log rank and gap */
    double *y_end, *gap_end;
    struct curve *curve;        /* of the sums over beta; NULL: none */
    double lowest_top, nothing; /* of rows whose top lies no lower, from that beta on nothing is seen */
    size_t prepared;            /* sums at these betas, increasing */
    struct prepared {
        double beta;
        struct bulk_sums sums;
    } * at;
};

/* ---- making ---- */

static void bulk_reserve(struct bulk *bulk) {
    if (bulk->panels < bulk->room) { return; }
    bulk->room = 2 * bulk->room + 64;
    bulk->gap = memory_resize(bulk->gap, bulk->room * PANEL, sizeof *bulk->gap);
    bulk->log_mass = memory_resize(bulk->log_mass, bulk->room * PANEL, sizeof *bulk->log_mass);
    bulk->y_end = memory_resize(bulk->y_end, bulk->room + 1, sizeof *bulk->y_end);
    bulk->gap_end = memory_resize(bulk->gap_end, bulk->room + 1, sizeof *bulk->gap_end);
}

static void add_panel(struct bulk *bulk, const struct legendre *rule, double end) {
    bulk_reserve(bulk);
    size_t at = bulk->panels * PANEL;
    double start = bulk->y_end[bulk->panels], half = (end - start) / 2;
    for (size_t i = 0; i < PANEL; i++) {
        double y = start + half * (1 + rule->x[i]);
        bulk->gap[at + i] = profile_gap(bulk->profile, y);
        bulk->log_mass[at + i] = y + log(half * rule->w[i]);
    }
    bulk->panels++;
    bulk->y_end[bulk->panels] = end;
    bulk->gap_end[bulk->panels] = profile_gap(bulk->profile, end);
    bulk->ends = bulk->panels + 1;
}

static double panel_width(const struct bulk *bulk, double y) {
    double left = bulk->log_n - y, near_end = fmin(left / 2, fmax(3, left / 3)),
           near_start = fmax(3, (y - bulk->y_low) / 3);
    double peak = profile_peak_width(bulk->profile, y, fmin(0.1 + 0.02 * y, 0.4 * left));
    return fmin(fmin(1.5, 0.75 * peak) * peak, fmin(near_end, near_start));
}

/* Whether scores beyond y can matter at the lowest beta, given the largest exponent so far. */
static bool mesh_goes_on(const struct bulk *bulk, double y, double largest) {
    return bulk->log_n - bulk->lowest_beta * profile_gap(bulk->profile, y) > largest - DEEPEST - 15;
}

static void mesh_make(struct bulk *bulk, const struct legendre *rule) {
    double y = bulk->y_low, largest = -INFINITY;
    const double last = bulk->log_n - 2;
    bulk->y_end[0] = y;
    bulk->gap_end[0] = profile_gap(bulk->profile, y);
    bulk->ends = 1;
    while (y < last && mesh_goes_on(bulk, y, largest)) {
        largest = fmax(largest, y - bulk->lowest_beta * profile_gap(bulk->profile, y));
        y = fmin(last, y + panel_width(bulk, y));
        add_panel(bulk, rule, y);
    }
    for (int k = 0; y >= last && k <= HALVINGS && mesh_goes_on(bulk, y, largest); k++) {
        double end = k < HALVINGS ? bulk->log_n - ldexp(1, -k) : bulk->log_n;
        if (end > y) { add_panel(bulk, rule, end); }
    }
}

static struct bulk *create_for(const struct profile *profile, double y_low, double lowest_beta) {
    struct bulk *bulk = memory_create(1, sizeof *bulk);
    struct legendre rule;
    bulk_reserve(bulk);
    legendre_make(PANEL, &rule);
    bulk->profile = profile;
    bulk->y_low = y_low;
    bulk->log_n = profile_log_n(profile);
    bulk->lowest_beta = lowest_beta;
    mesh_make(bulk, &rule);
    return bulk;
}

struct bulk *bulk_create(const struct profile *profile, double y_low) {
    return create_for(profile, y_low, LOWEST_BETA);
}

struct bulk *bulk_create_atoms(size_t count, const struct family_atom *atoms, double log_lambda_typ) {
    struct bulk *bulk = memory_create(1, sizeof *bulk);
    bulk_reserve(bulk);
    double log_rank = 0; /* of the top itself */
    for (size_t i = 0; i < PANEL; i++) {
        bulk->gap[i] = 0;
        bulk->log_mass[i] = -INFINITY;
    }
    bulk->y_end[0] = bulk->gap_end[0] = 0;
    for (size_t i = 1; i < count; i++) {
        size_t node = peak_node[i - 1];
        bulk->gap[node] = exp(log(atoms[i].gap) + log_lambda_typ);
        bulk->log_mass[node] = atoms[i].log_count;
        log_rank = log_sum_exp(log_rank, atoms[i].log_count);
        bulk->y_end[i] = log_rank;
        bulk->gap_end[i] = bulk->gap[node];
    }
    bulk->log_n = log_rank;
    bulk->panels = 1;
    bulk->ends = count;
    return bulk;
}

void bulk_free(struct bulk *bulk) {
    if (!bulk) { return; }
    free(bulk->gap);
    free(bulk->log_mass);
    free(bulk->y_end);
    free(bulk->gap_end);
    free(bulk->at);
    curve_free(bulk->curve);
    free(bulk);
}

/* ---- sums ---- */

/* Largest exponent a score of these panels can have. */
static double panels_bound(const struct bulk *bulk, size_t first, size_t end, double beta) {
    if (!bulk->profile) { return INFINITY; }
    return bulk->y_end[end] - beta * bulk->gap_end[first];
}

/* Largest exponent over the peak nodes of panels first .. end - 1 above *peak, and the gap there. */
static void raise_peak(const struct bulk *bulk, size_t first, size_t end, double beta, double *peak,
                       double *centre) {
    for (size_t i = first; i < end; i++) {
        for (size_t k = 0; k < PEAKS; k++) {
            size_t at = i * PANEL + peak_node[k];
            double value = bulk->log_mass[at] - beta * bulk->gap[at];
            if (value > *peak) {
                *peak = value;
                *centre = bulk->gap[at];
            }
        }
    }
}

static size_t block_end(const struct bulk *bulk, size_t first) {
    return first + BLOCK < bulk->panels ? first + BLOCK : bulk->panels;
}

/* Largest exponent over the peak nodes of the panels that can exceed e^floor, and the gap there: first of the
 * block that promises most, then of those that promise more than it holds. */
static double find_peak(const struct bulk *bulk, double beta, double floor, double *centre) {
    double peak = -INFINITY, most = floor - DEEPEST;
    size_t best = bulk->panels;
    *centre = 0;
    for (size_t first = 0; first < bulk->panels; first += BLOCK) {
        double bound = panels_bound(bulk, first, block_end(bulk, first), beta);
        if (bound >= most) {
            most = bound;
            best = first;
        }
    }
    if (best == bulk->panels) { return peak; }
    raise_peak(bulk, best, block_end(bulk, best), beta, &peak, centre);
    double least = fmax(floor - DEEPEST, peak);
    for (size_t first = 0; first < bulk->panels; first += BLOCK) {
        size_t end = block_end(bulk, first);
        if (panels_bound(bulk, first, end, beta) > least) {
            raise_peak(bulk, first, end, beta, &peak, centre);
            least = peak > least ? peak : least;
        }
    }
    return peak;
}

/* The first panel from `j` on that can exceed e^least, or (`other`) that cannot. */
static size_t next_panel(const struct bulk *bulk, size_t j, double beta, double least, bool other) {
    while (j < bulk->panels && (panels_bound(bulk, j, j + 1, beta) >= least) == other) {
        size_t end = j + BLOCK;
        bool skip = !other && end <= bulk->panels && panels_bound(bulk, j, end, beta) < least;
        j = skip ? end : j + 1;
    }
    return j;
}

static struct bulk_sums sums_at(const struct bulk *bulk, const struct kernel *kernel, double beta,
                                double floor) {
    double s[5] = {0}, centre, peak = find_peak(bulk, beta, floor, &centre);
    if (peak < floor - DEEPEST || peak == -INFINITY) { return (struct bulk_sums){.log_z = -INFINITY}; }
    const double least = peak - DEEPEST;
    for (size_t j = next_panel(bulk, 0, beta, least, false), end; j < bulk->panels;
         j = next_panel(bulk, end, beta, least, false)) {
        end = next_panel(bulk, j, beta, least, true);
        double run[5];
        kernel->masses((end - j) * PANEL, bulk->gap + j * PANEL, bulk->log_mass + j * PANEL, beta, peak,
                       centre, run);
        for (size_t m = 0; m < 5; m++) { s[m] += run[m]; }
    }
    double m1 = s[1] / s[0], m2 = s[2] / s[0], m3 = s[3] / s[0], m4 = s[4] / s[0];
    return (struct bulk_sums){
        .log_z = peak + log(s[0]),
        .mean = centre + m1 / beta,
        .variance = fmax(0, m2 - m1 * m1) / beta / beta,
        .third = (m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1) / beta / beta / beta,
        .fourth = (m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 * m1 * m1 * m1) / beta / beta / beta / beta,
    };
}

static bool mesh_is_whole(const struct bulk *bulk) { return bulk->y_end[bulk->panels] == bulk->log_n; }

static struct bulk_sums sums_anywhere(const struct bulk *bulk, const struct kernel *kernel, double beta,
                                      double floor) {
    if (!bulk->profile || beta >= bulk->lowest_beta || mesh_is_whole(bulk)) {
        return sums_at(bulk, kernel, beta, floor);
    }
    struct bulk *deeper = create_for(bulk->profile, bulk->y_low, beta);
    struct bulk_sums sums = sums_at(deeper, kernel, beta, floor);
    bulk_free(deeper);
    return sums;
}

/* ---- sums known beforehand ---- */

static int by_beta(const void *a, const void *b) {
    double x = ((const struct prepared *)a)->beta, y = ((const struct prepared *)b)->beta;
    return (x > y) - (x < y);
}

struct curve_request {
    const struct bulk *bulk;
    const struct kernel *kernel;
};

/* log Z, and the mean and the moments in units of 1/beta. Their exponents are rounded. */
static void curve_point(double beta, double value[CURVE_VALUES], double noise[CURVE_VALUES], void *param) {
    const struct curve_request *r = param;
    struct bulk_sums s = sums_at(r->bulk, r->kernel, beta, -INFINITY);
    double mean = beta * s.mean, variance = beta * beta * s.variance,
           fourth = beta * beta * beta * beta * s.fourth, rounding = 1e-13 + 4e-16 * (fabs(s.log_z) + mean);
    double nothing = rounding * 1e-20; /* of scores that all but coincide */
    const double values[CURVE_VALUES] = {s.log_z, mean, variance, beta * beta * beta * s.third, fourth};
    const double noises[CURVE_VALUES] = {
        rounding, rounding * sqrt(variance) + 2e-15 * mean, 2 * rounding * variance + nothing,
        4 * rounding * sqrt(variance * fourth) + nothing, 8 * rounding * fourth + nothing};
    memcpy(value, values, sizeof values);
    memcpy(noise, noises, sizeof noises);
}

/* From what TE factors ask for to where nothing is left of the sums. */
static void make_curve(struct bulk *bulk, const struct kernel *kernel, double lowest_top) {
    const double lowest = 0x1p-10, highest = 0x1p10;
    enum { MOST = 16 };
    struct curve_request request = {bulk, kernel};
    double end = lowest, log_seen = INFINITY;
    while (end < highest && log_seen > KERNEL_NEGLIGIBLE) {
        end *= 2;
        log_seen = sums_at(bulk, kernel, end, -INFINITY).log_z + end * lowest_top;
    }
    bulk->nothing = log_seen > KERNEL_NEGLIGIBLE ? INFINITY : end;
    bulk->lowest_top = lowest_top;
    bulk->curve = curve_create(lowest, end, MOST, curve_point, &request);
    if (!bulk->curve) { memory_exhausted(); }
}

void bulk_prepare(struct bulk *bulk, const struct kernel *kernel, double lowest_top, size_t count,
                  const double *beta) {
    const double lost = -1e13; /* exponents below have no digits, nor weight beside any top */
    make_curve(bulk, kernel, lowest_top);
    bulk->at = memory_create(2 * count, sizeof *bulk->at);
    for (size_t i = 0; i < 2 * count; i++) { bulk->at[i].beta = beta[i / 2] * (i % 2 ? 2 : 1); }
    qsort(bulk->at, 2 * count, sizeof *bulk->at, by_beta);
    for (size_t i = 0; i < 2 * count; i++) {
        bulk->at[i].sums = sums_anywhere(bulk, kernel, bulk->at[i].beta, lost);
    }
    bulk->prepared = 2 * count;
}

struct bulk_sums bulk_sums(const struct bulk *bulk, const struct kernel *kernel, double beta, double floor) {
    double value[CURVE_VALUES];
    if (!bulk->curve || !curve_at(bulk->curve, beta, value)) {
        return sums_anywhere(bulk, kernel, beta, floor);
    }
    double length = 1 / beta, square = length * length;
    return (struct bulk_sums){.log_z = value[0],
                              .mean = value[1] * length,
                              .variance = value[2] * square,
                              .third = value[3] * square * length,
                              .fourth = value[4] * square * square};
}

/* At the first betas that a panel of the curve has; how many. */
static size_t sums_of_run(const struct bulk *bulk, const struct vector *vector, size_t count,
                          const double *beta, struct bulk_sums *sums) {
    enum { MOST = 32, FUNCTIONS = 3 };
    double value[MOST][CURVE_VALUES];
    if (!bulk->curve) { return 0; }
    size_t run = curve_run(bulk->curve, vector, count < MOST ? count : MOST, beta, FUNCTIONS, value);
    for (size_t i = 0; i < run; i++) {
        double length = 1 / beta[i];
        sums[i] = (struct bulk_sums){value[i][0], value[i][1] * length, value[i][2] * length * length, 0, 0};
    }
    return run;
}

void bulk_sums_along(const struct bulk *bulk, const struct kernel *kernel, double offset, double second,
                     size_t count, const double *beta, struct bulk_sums *sums) {
    const double nearest = second - offset,
                 nothing = bulk->curve && nearest <= bulk->lowest_top ? bulk->nothing : INFINITY;
    size_t k = 0;
    for (size_t i = 0, run = 1; i < count; i += run) {
        while (k < bulk->prepared && bulk->at[k].beta < beta[i]) { k++; }
        if (k < bulk->prepared && bulk->at[k].beta == beta[i]) {
            sums[i] = bulk->at[k].sums;
            run = 1;
        } else if (beta[i] > nothing) {
            sums[i] = (struct bulk_sums){.log_z = -INFINITY};
            run = 1;
        } else if ((run = sums_of_run(bulk, kernel->vector, count - i, beta + i, sums + i)) == 0) {
            sums[i] = sums_anywhere(bulk, kernel, beta[i], KERNEL_NEGLIGIBLE - beta[i] * nearest);
            run = 1;
        }
    }
    for (size_t i = 0; i < count; i++) {
        sums[i].log_z -= beta[i] * offset;
        sums[i].mean += offset;
    }
}

/* ---- N_n(t) and its scale ---- */

bool bulk_atom(const struct bulk *bulk, size_t i, struct family_atom *atom) {
    if (bulk->profile || i + 1 >= bulk->ends) { return false; }
    *atom = (struct family_atom){bulk->gap[peak_node[i]], bulk->log_mass[peak_node[i]]};
    return true;
}

void bulk_ranks(const struct bulk *bulk, double *first, double *last) {
    *first = bulk->y_low;
    *last = bulk->log_n;
}

double bulk_rank_gap(const struct bulk *bulk, double offset, double log_rank) {
    return profile_gap(bulk->profile, log_rank) + offset;
}

double bulk_gap(const struct bulk *bulk, double offset, double rank) {
    if (bulk->profile) { return NAN; }
    for (size_t i = 1; i < bulk->ends; i++) {
        if (bulk->y_end[i] >= log(rank) * (1 - 1e-15)) { return bulk->gap_end[i] + offset; }
    }
    return INFINITY;
}

static double atoms_log_count(const struct bulk *bulk, double gap) {
    size_t above; /* the first end beyond it */
    SEARCH_END(above, bulk->ends, bulk->gap_end[above] <= gap)
    return above == 0 ? -INFINITY : bulk->y_end[above - 1];
}

void bulk_log_counts(const struct bulk *bulk, const struct kernel *kernel, double offset, size_t count,
                     const double *t, double *log_count) {
    const double narrow = ldexp(1, 1 - HALVINGS), end = bulk->y_end[bulk->ends - 1];
    size_t last = bulk->ends - 1, first_inside, end_inside;
    for (size_t i = 0; !bulk->profile && i < count; i++) {
        log_count[i] = atoms_log_count(bulk, t[i] - offset);
    }
    if (!bulk->profile) { return; }
    while (last > 0 && end - bulk->y_end[last - 1] <= narrow) { last--; }
    SEARCH_END(first_inside, count, t[first_inside] < bulk->gap_end[0] + offset)
    SEARCH_END(end_inside, count, t[end_inside] < bulk->gap_end[last] + offset)
    for (size_t i = 0; i < count; i++) {
        log_count[i] = i < first_inside ? -INFINITY : i < end_inside ? t[i] - offset : end;
    }
    double *inside = log_count + first_inside;
    profile_ranks(bulk->profile, kernel->vector, end_inside - first_inside, inside, inside);
    for (size_t i = first_inside; i < end_inside; i++) {
        log_count[i] = fmin(fmax(log_count[i], bulk->y_end[0]), end);
    }
}

struct shifted {
    const struct profile *profile;
    double offset;
};

/* y/(g + offset). */
static double ratio_at(double y, void *param) {
    const struct shifted *shifted = param;
    return y / (profile_gap(shifted->profile, y) + shifted->offset);
}

/* Where that is highest around an end that is higher than the others, the last of which pieces come ever
 * closer to; around the first of all a place close behind it is asked in its stead. */
static double highest_around(const struct bulk *bulk, struct shifted *shifted, size_t peak) {
    const double close = 1e-6, *end = bulk->y_end + peak;
    if (peak + 1 == bulk->ends) { return *end; }
    struct root_summit s = {{peak > 0 ? end[-1] : end[0], end[0], end[1]}, {0}};
    if (peak == 0) { s.x[1] += close * (s.x[2] - s.x[0]); }
    for (size_t k = 0; k < 3; k++) { s.value[k] = ratio_at(s.x[k], shifted); }
    if (!(s.value[0] <= s.value[1] && s.value[2] <= s.value[1])) { return *end; }
    return root_peak((gsl_function){ratio_at, shifted}, s, 1e-15 * s.value[1], 1e-12 * s.x[1]);
}

bool bulk_accumulation(const struct bulk *bulk, double offset, double best, double *log_rank, double *gap) {
    double highest = 0, bound = 0;
    size_t peak = 0;
    for (size_t i = bulk->profile ? 0 : 1; i < bulk->ends; i++) {
        double here = bulk->gap_end[i] + offset;
        if (i + 1 < bulk->ends && bulk->y_end[i + 1] > bound * here) { bound = bulk->y_end[i + 1] / here; }
        if (bulk->y_end[i] > highest * here) {
            highest = bulk->y_end[i] / here;
            peak = i;
        }
    }
    if (!(fmax(bound, highest) > best)) { return false; }
    *log_rank = bulk->y_end[peak];
    *gap = bulk->gap_end[peak] + offset;
    if (bulk->profile && bulk->ends > 1) {
        struct shifted shifted = {bulk->profile, offset};
        const double y = highest_around(bulk, &shifted, peak), at = profile_gap(bulk->profile, y) + offset;
        if (y / at > highest) {
            *log_rank = y;
            *gap = at;
        }
    }
    return *log_rank / *gap > best;
}
