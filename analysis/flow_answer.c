#include "flow_answer.h"

#include <math.h>
#include <stdlib.h>

#include "../models/sphere.h"
#include "../sim/memory.h"

const double flow_answer_degrees[FLOW_PROBES] = {15, 45, 90, 135, 165};

static void predict_modes(const struct flow_request *r, struct flow_answer *a) {
    double d = r->value[FLOW_DIMENSION], log_n = log(r->value[FLOW_LENGTH]);
    a->exact = memory_create(3 * r->design.modes, sizeof *a->exact);
    a->finite = a->exact + r->design.modes;
    a->ones = a->finite + r->design.modes;
    a->mode = 1;
    for (unsigned l = 1; l <= r->design.modes; l++) {
        a->exact[l - 1] = sphere_mode_growth_finite(d, r->design.beta, INFINITY, r->design.tau, l);
        a->finite[l - 1] = sphere_mode_growth_finite(d, r->design.beta, log_n, r->design.tau, l);
        a->ones[l - 1] = 1;
        if (a->exact[l - 1] > a->exact[a->mode - 1]) { a->mode = l; }
    }
    a->n_eff = exp(log_n + sphere_log_partition(d, r->design.beta));
}

/* Mean and standard error of count numbers, `stride` apart. */
static struct flow_estimate mean_of(size_t count, size_t stride, const double *x) {
    double mean = 0, square = 0, n = (double)count;
    for (size_t i = 0; i < count; i++) { mean += x[i * stride] / n; }
    for (size_t i = 0; i < count; i++) { square += (x[i * stride] - mean) * (x[i * stride] - mean); }
    return (struct flow_estimate){mean, sqrt(square / (n * (n - 1)))};
}

static void follow(const struct flow_request *r, bool density, struct progress *progress,
                   struct flow_answer *a) {
    const struct flow_design *design = &r->design;
    size_t times = design->steps + 1;
    a->amplitude = memory_create(design->replicates * times, sizeof *a->amplitude);
    if (density && design->dimension == 2) {
        a->density = memory_create(times * FLOW_BINS, sizeof *a->density);
    }
    flow_follow(design, a->mode, r->value[FLOW_EPS], progress, a->amplitude, FLOW_BINS, a->density);
    a->level = memory_create(2 * times, sizeof *a->level);
    a->ratio = a->level + times;
    for (size_t s = 0; s < times; s++) {
        a->level[s] = mean_of(design->replicates, times, a->amplitude + s);
        a->ratio[s] = flow_ratio(design->replicates, times, a->amplitude + s, a->amplitude);
    }
}

static void measure_drift(const struct flow_request *r, struct progress *progress, struct flow_answer *a) {
    const struct flow_design *design = &r->design;
    double *drift = memory_create(design->replicates * FLOW_PROBES, sizeof *drift), angle[FLOW_PROBES];
    double d = r->value[FLOW_DIMENSION], c = r->value[FLOW_CONCENTRATION], beta = design->beta, along_q,
           along_mu;
    struct flow_component component = {1, c, r->direction};
    for (size_t p = 0; p < FLOW_PROBES; p++) { angle[p] = flow_answer_degrees[p] * M_PI / 180; }
    flow_drift(design, &component, FLOW_PROBES, angle, progress, drift);
    for (size_t p = 0; p < FLOW_PROBES; p++) {
        struct flow_estimate e = mean_of(design->replicates, FLOW_PROBES, drift + p);
        a->drift[p] = (struct flow_estimate){beta * e.growth, beta * e.error};
        sphere_von_mises_fisher(d, beta, c, cos(angle[p]), &along_q, &along_mu);
        a->limit[p] = beta * along_mu * sin(angle[p]);
        sphere_von_mises_fisher_finite(d, beta, c, cos(angle[p]), log(r->value[FLOW_LENGTH]), &along_q,
                                       &along_mu);
        a->predicted[p] = beta * along_mu * sin(angle[p]);
        a->gradient[p] = c * sin(angle[p]);
    }
    free(drift);
}

/* The correction of order 1/n, relative to the effect, once more times itself. */
static double neglected(const struct flow_request *r, const struct flow_answer *a) {
    double largest = 0;
    for (unsigned l = 0; l < r->design.modes; l++) {
        double share = (a->exact[l] - a->finite[l]) / (a->exact[l] - 1);
        double beyond = share * share * (a->exact[l] - 1) / a->estimate[l].error;
        if (!(beyond <= largest)) { largest = beyond; }
    }
    return largest;
}

void flow_answer_make(const struct flow_request *r, bool density, struct flow_answer *a) {
    const struct flow_design *design = &r->design;
    double work = (double)design->replicates * design->steps * (r->value[FLOW_EPS] > 0 ? 2 : 1) +
                  (r->value[FLOW_CONCENTRATION] > 0 ? (double)design->replicates : 0);
    struct progress progress = progress_start(work, 0, false);
    size_t rows = design->steps * design->modes;
    *a = (struct flow_answer){.product =
                                  memory_create(design->replicates * (rows + design->modes), sizeof(double)),
                              .estimate = memory_create(rows, sizeof *a->estimate)};
    predict_modes(r, a);
    flow_measure(design, &progress, a->product);
    flow_estimate(design, a->product, a->estimate);
    a->agreement = flow_agreement(design, a->product, a->finite);
    a->still = flow_agreement(design, a->product, a->ones);
    a->neglected = neglected(r, a);
    if (r->value[FLOW_EPS] > 0) { follow(r, density, &progress, a); }
    if (r->value[FLOW_CONCENTRATION] > 0) { measure_drift(r, &progress, a); }
    progress_end(&progress);
}

void flow_answer_free(struct flow_answer *a) {
    free(a->product);
    free(a->estimate);
    free(a->exact);
    free(a->amplitude);
    free(a->density);
    free(a->level);
}

double flow_answer_deviation(const struct flow_estimate *e, double predicted) {
    return (e->growth - predicted) / e->error;
}
