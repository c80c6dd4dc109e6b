#include "analysis/flow/flow_answer.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/flow/drift.h"

static const double probe_degrees[FLOW_PROBES] = {15, 45, 90, 135, 165};

/* What is left out of a number, and its rounding, over its error; infinite where that is not known. */
static double left_out(double beyond, double value, double error) {
    const double rounding = 16 * DBL_EPSILON;
    double x = (fabs(beyond) + rounding * fabs(value)) / error;
    return isnan(x) ? INFINITY : x;
}

/* What order 1/n leaves out over its correction, at most: the next order is up to 1.5 rho/n of it, and all
 * that follow as much again where rho/n is .3. From 1 on order 1/n is no correction. */
static double next_order(double log_rho, double log_n) { return 3 * exp(log_rho - log_n); }

/* ---- growth ---- */

/* To order 1/n; NaN where that says nothing. */
static double growth_at(const struct flow_design *design, double exact, unsigned l) {
    const double d = (double)design->dimension, log_n = log((double)design->count);
    const double finite = sphere_mode_growth_finite(d, design->beta, log_n, design->tau, l);
    const bool is_small = next_order(sphere_log_rho(d, 0, design->beta), log_n) < 1;
    return is_small && fabs(finite - exact) < exact ? finite : NAN;
}

static void predict_growth(const struct flow_request *r, struct flow_answer *a) {
    const struct flow_design *design = &r->design;
    double d = (double)design->dimension, log_n = log((double)design->count);
    a->exact = memory_create(2 * design->modes, sizeof *a->exact);
    a->finite = a->exact + design->modes;
    a->mode = 1;
    for (unsigned l = 1; l <= design->modes; l++) {
        a->exact[l - 1] = sphere_mode_growth_finite(d, design->beta, INFINITY, design->tau, l);
        a->finite[l - 1] = growth_at(design, a->exact[l - 1], l);
        if (a->exact[l - 1] > a->exact[a->mode - 1]) { a->mode = l; }
    }
    a->n_eff = exp(log_n + sphere_log_partition(d, design->beta));
}

/* What is measured at n tokens and, where there is more than one step, at n/2 and n/4. */
enum { SIZES = 3 };
struct growth {
    struct flow_design design[SIZES];
    double *product[SIZES], *residual[SIZES]; /* residuals: of the step at hand */
};

static void growth_measure(struct growth *g, const struct flow_design *design, struct progress *progress) {
    size_t sets = design->replicates * design->modes;
    *g = (struct growth){0};
    for (size_t k = 0; k < (design->steps > 1 ? SIZES : 1); k++) {
        g->design[k] = *design;
        g->design[k].count = design->count >> k > 0 ? design->count >> k : 1;
        g->product[k] = memory_create(sets * (design->steps + 1), sizeof(double));
        g->residual[k] = memory_create(sets, sizeof(double));
        modes_measure(&g->design[k], progress, g->product[k]);
    }
}

static void growth_free(struct growth *g) {
    for (size_t k = 0; k < SIZES; k++) {
        free(g->product[k]);
        free(g->residual[k]);
    }
}

static void estimate_growth(const struct growth *g, struct flow_answer *a) {
    const struct flow_design *many = &g->design[0], *few = &g->design[1];
    size_t size = many->steps * (size_t)many->modes;
    a->estimate = memory_create(size, sizeof *a->estimate);
    flow_growth_estimate(many, g->product[0], a->estimate);
    if (many->steps == 1) { return; }
    a->extrapolated = memory_create(size, sizeof *a->extrapolated);
    flow_growth_estimate(few, g->product[1], a->extrapolated);
    for (size_t k = 0; k < size; k++) {
        struct estimate at_many = a->estimate[k], at_few = a->extrapolated[k];
        a->extrapolated[k] = (struct estimate){
            flow_growth_extrapolate(many, at_many.value, few, at_few.value),
            hypot(flow_growth_extrapolate(many, at_many.error, few, 0),
                  flow_growth_extrapolate(many, 0, few, at_few.error)),
        };
    }
}

/* Residuals of growth[l - 1] ^ step (NULL: of no growth), after the first step extrapolated from n and n/2.
 */
static void fill_residuals(struct growth *g, unsigned step, const double *growth) {
    const struct flow_design *many = &g->design[0], *few = &g->design[1];
    double *compared = memory_create(many->modes, sizeof *compared);
    for (size_t l = 0; l < many->modes; l++) { compared[l] = growth ? pow(growth[l], step) : 1; }
    flow_growth_residual(many, g->product[0], step, compared, g->residual[0]);
    if (step > 1) {
        flow_growth_residual(few, g->product[1], step, compared, g->residual[1]);
        for (size_t i = 0; i < many->replicates * many->modes; i++) {
            g->residual[0][i] = flow_growth_extrapolate(many, g->residual[0][i], few, g->residual[1][i]);
        }
    }
    free(compared);
}

static struct hotelling agreement(const struct growth *g, const double *residual) {
    return hotelling_test(g->design[0].replicates, g->design[0].modes, residual);
}

/* Every replicate's share in what was measured at a size, to first order in the scatter: n E a_0^2 = 1/how
 * many harmonics there are. Their mean is the growth itself, and what that is does not add to their scatter.
 */
static void fill_growths(struct growth *g, size_t k, unsigned step) {
    const struct flow_design *design = &g->design[k];
    size_t modes = design->modes, stride = (design->steps + 1) * modes;
    double *growth = memory_create(modes, sizeof *growth);
    for (size_t l = 0; l < modes; l++) {
        const double *down = g->product[k] + l, *up = down + step * modes;
        growth[l] = estimate_ratio(design->replicates, stride, up, down).value;
    }
    flow_growth_residual(design, g->product[k], step, growth, g->residual[k]);
    for (size_t i = 0; i < design->replicates * modes; i++) {
        unsigned l = (unsigned)(i % modes) + 1;
        g->residual[k][i] *= sphere_harmonic_count((double)design->dimension, l);
        g->residual[k][i] += growth[l - 1];
    }
    free(growth);
}

/* Whether what is extrapolated from n/2 and n/4 tokens is the same as from n and n/2. Where it leaves out
 * b/n^2, it differs by 3 b/n^2: seen here before it is seen in the comparison with theory. */
static struct hotelling halves_agree(struct growth *g, unsigned step) {
    const struct flow_design *design = g->design;
    for (size_t k = 0; k < SIZES; k++) { fill_growths(g, k, step); }
    for (size_t i = 0; i < design->replicates * design->modes; i++) {
        double *at[SIZES] = {g->residual[0] + i, g->residual[1] + i, g->residual[2] + i};
        *at[0] = flow_growth_extrapolate(&design[1], *at[1], &design[2], *at[2]) -
                 flow_growth_extrapolate(&design[0], *at[0], &design[1], *at[1]);
    }
    return agreement(g, g->residual[0]);
}

/* Whether the growths themselves, or what is extrapolated of them, are as far from growth[l - 1] ^ step
 * (NULL: from no growth) as their errors allow: residuals of what is not the growth have the scatter of a_0^2
 * in them. */
static struct hotelling growths_agree(struct growth *g, unsigned step, const double *growth) {
    const struct flow_design *design = g->design;
    for (size_t k = 0; k < (step > 1 ? 2 : 1); k++) { fill_growths(g, k, step); }
    for (size_t i = 0; i < design->replicates * design->modes; i++) {
        double *at = g->residual[0] + i;
        if (step > 1) { *at = flow_growth_extrapolate(&design[0], *at, &design[1], g->residual[1][i]); }
        *at -= growth ? pow(growth[i % design->modes], step) : 1;
    }
    return agreement(g, g->residual[0]);
}

/* Between x(n) and x = 2 x(n) - x(n/2): the correction of order 1/n as measured, 0 where it may be noise. */
static double seen_correction(struct estimate at_n, struct estimate x) {
    const double sure = 3, square = x.error * x.error - 3 * at_n.error * at_n.error,
                 change = x.value - at_n.value;
    return change * change > sure * sure * square ? sqrt(change * change - square) : 0;
}

/* The correction of order 1/n, relative to the effect, once more times itself: as the first step has it in
 * theory, or, where that is more, as a later one is measured. */
static double beyond_first_order(const struct growth *g, const struct flow_answer *a, unsigned step) {
    size_t modes = g->design[0].modes;
    const struct estimate *at_n = a->estimate + (step - 1) * modes,
                          *e = step == 1 ? at_n : a->extrapolated + (step - 1) * modes;
    double largest = 0;
    for (size_t l = 0; l < modes; l++) {
        if (isnan(a->finite[l])) { return INFINITY; }
        double share = (a->exact[l] - a->finite[l]) / (a->exact[l] - 1);
        double beyond = share * share * (pow(a->exact[l], step) - 1);
        if (step > 1) {
            double correction = seen_correction(at_n[l], e[l]);
            beyond = fmax(fabs(beyond), correction * correction / hypot(e[l].value - 1, e[l].error));
        }
        largest = fmax(largest, left_out(beyond, e[l].value, e[l].error));
    }
    return largest;
}

static void judge_growth(struct growth *g, struct flow_answer *a) {
    a->verdict = memory_create(g->design[0].steps, sizeof *a->verdict);
    for (unsigned s = 1; s <= g->design[0].steps; s++) {
        struct flow_verdict *verdict = &a->verdict[s - 1];
        *verdict = (struct flow_verdict){.step = s, .count = g->design[0].modes};
        fill_residuals(g, s, NULL);
        verdict->still = agreement(g, g->residual[0]);
        verdict->grown = growths_agree(g, s, NULL);
        fill_residuals(g, s, s == 1 ? a->finite : a->exact);
        verdict->agreement = agreement(g, g->residual[0]);
        verdict->growths = growths_agree(g, s, s == 1 ? a->finite : a->exact);
        if (s > 1) { verdict->halves = halves_agree(g, s); }
        verdict->neglected = beyond_first_order(g, a, s);
    }
}

double flow_answer_deviation(const struct flow_request *r, const struct flow_answer *a, unsigned step,
                             unsigned l) {
    size_t k = (step - 1) * (size_t)r->design.modes + l - 1;
    const struct estimate *e = step == 1 ? &a->estimate[k] : &a->extrapolated[k];
    const double predicted = step == 1 ? a->finite[l - 1] : pow(a->exact[l - 1], step);
    return e->error > 0 ? (e->value - predicted) / e->error : NAN;
}

/* ---- one mode, followed ---- */

static void follow(const struct flow_request *r, bool density, struct progress *progress,
                   struct flow_answer *a) {
    const struct flow_design *design = &r->design;
    size_t times = design->steps + 1;
    double *amplitude = memory_create(design->replicates * times, sizeof *amplitude), *part = NULL;
    size_t parts = density && design->dimension == 2 ? times * FLOW_BINS : 0;
    if (parts > 0) {
        a->density = memory_create(parts, sizeof *a->density);
        part = memory_create(design->replicates * parts, sizeof *part);
    }
    modes_follow(design, a->mode, r->value[FLOW_EPS], progress, amplitude, FLOW_BINS, part);
    for (size_t i = 0; i < parts; i++) { a->density[i] = estimate_mean(design->replicates, parts, part + i); }
    free(part);
    a->level = memory_create(2 * times, sizeof *a->level);
    a->ratio = a->level + times;
    for (size_t s = 0; s < times; s++) {
        a->level[s] = estimate_mean(design->replicates, times, amplitude + s);
        a->ratio[s] = estimate_ratio(design->replicates, times, amplitude + s, amplitude);
    }
    free(amplitude);
}

/* ---- drift ---- */

static double along_tangent(const struct sphere_mixture *keys, const double *along, const double *tangent) {
    double sum = 0;
    for (size_t k = 0; k < keys->count; k++) {
        double towards = 0;
        for (size_t c = 0; c < keys->dimension; c++) { towards += keys->component[k].mean[c] * tangent[c]; }
        sum += along[k] * towards;
    }
    return sum;
}

struct flow_line flow_answer_predict(const struct flow_request *r, double degrees) {
    const struct sphere_mixture *keys = &r->keys;
    double *along = memory_create(keys->count, sizeof *along), beta = r->design.beta;
    double *query = memory_create(2 * keys->dimension, sizeof *query), *tangent = query + keys->dimension;
    double angle = degrees * M_PI / 180, log_n = log((double)r->design.count);
    struct flow_line line = {.degrees = degrees};
    drift_probe(keys, 1, &angle, query, tangent);
    sphere_mixture_output(keys, beta, query, along);
    line.limit = beta * along_tangent(keys, along, tangent);
    sphere_mixture_output_finite(keys, beta, query, log_n, along);
    line.predicted = beta * along_tangent(keys, along, tangent);
    sphere_mixture_gradient(keys, query, along);
    line.gradient = along_tangent(keys, along, tangent);
    const double next = next_order(sphere_mixture_log_rho(keys, beta, query), log_n);
    line.beyond = next * fabs(line.predicted - line.limit);
    if (!(next < 1)) { line.predicted = NAN; }
    free(along);
    free(query);
    return line;
}

static void measure_drift(const struct flow_request *r, struct progress *progress, struct flow_answer *a) {
    const struct flow_design *design = &r->design;
    size_t size = FLOW_PROBES * design->dimension;
    double *drift = memory_create(design->replicates * FLOW_PROBES, sizeof *drift), angle[FLOW_PROBES];
    double *query = memory_create(2 * size, sizeof *query), *tangent = query + size;
    for (size_t p = 0; p < FLOW_PROBES; p++) { angle[p] = probe_degrees[p] * M_PI / 180; }
    drift_probe(&r->keys, FLOW_PROBES, angle, query, tangent);
    drift_measure(design, &r->keys, FLOW_PROBES, query, tangent, progress, drift);
    a->drift_verdict.count = FLOW_PROBES;
    a->drift_verdict.still = hotelling_test(design->replicates, FLOW_PROBES, drift);
    a->drift_verdict.grown = a->drift_verdict.still;
    for (size_t p = 0; p < FLOW_PROBES; p++) {
        struct flow_line *line = &a->drift[p];
        struct estimate e = estimate_mean(design->replicates, FLOW_PROBES, drift + p);
        *line = flow_answer_predict(r, probe_degrees[p]);
        line->measured = (struct estimate){design->beta * e.value, design->beta * e.error};
        a->drift_verdict.neglected =
            fmax(a->drift_verdict.neglected, left_out(line->beyond, line->predicted, line->measured.error));
        for (size_t k = 0; k < design->replicates; k++) {
            drift[k * FLOW_PROBES + p] -= line->predicted / design->beta;
        }
    }
    a->drift_verdict.agreement = hotelling_test(design->replicates, FLOW_PROBES, drift);
    a->drift_verdict.growths = a->drift_verdict.agreement;
    free(drift);
    free(query);
}

/* ---- all of it ---- */

void flow_answer_make(const struct flow_request *r, bool density, struct flow_answer *a) {
    const struct flow_design *design = &r->design;
    double n = (double)design->count, steps = (double)design->replicates * design->steps;
    double fewer = design->steps > 1 ? n * n / 4 + n * n / 16 : 0, followed = r->value[FLOW_EPS] > 0 ? 1 : 0;
    double work = steps * (n * n * (1 + followed) + fewer);
    struct progress progress = progress_start(work, 0, false);
    struct growth growth;
    *a = (struct flow_answer){0};
    predict_growth(r, a);
    growth_measure(&growth, design, &progress);
    estimate_growth(&growth, a);
    judge_growth(&growth, a);
    growth_free(&growth);
    if (followed > 0) { follow(r, density, &progress, a); }
    if (r->keys.count > 0) { measure_drift(r, &progress, a); }
    progress_end(&progress);
}

void flow_answer_free(struct flow_answer *a) {
    free(a->exact);
    free(a->estimate);
    free(a->extrapolated);
    free(a->verdict);
    free(a->level);
    free(a->density);
}
