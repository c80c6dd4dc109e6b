#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

#include "tests/bench/peer.h"

struct peer_gsl {
    gsl_rng *rng;
    gsl_root_fsolver *root;
    gsl_min_fminimizer *minimum;
};

struct peer_gsl *peer_gsl_create(void) {
    struct peer_gsl *p = malloc(sizeof *p);
    if (!p) { abort(); }
    gsl_set_error_handler_off();
    p->rng = gsl_rng_alloc(gsl_rng_mt19937);
    p->root = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    p->minimum = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    return p;
}

void peer_gsl_free(struct peer_gsl *p) {
    gsl_rng_free(p->rng);
    gsl_root_fsolver_free(p->root);
    gsl_min_fminimizer_free(p->minimum);
    free(p);
}

static double draw(gsl_rng *rng, const struct peer_task *task) {
    enum { MOST = 64 };
    double x[MOST];
    switch (task->law) {
    case PEER_GAUSSIAN: return gsl_ran_gaussian(rng, 1);
    case PEER_GUMBEL: return gsl_ran_gumbel1(rng, 1, 1);
    case PEER_SPHERICAL: gsl_ran_dir_nd(rng, (size_t)task->parameter, x); return x[0];
    case PEER_POWERLAW: return -pow(gsl_rng_uniform_pos(rng), 1 / task->parameter);
    case PEER_STRETCHED: return pow(-log(gsl_rng_uniform_pos(rng)), 1 / task->parameter);
    case PEER_PARETO: return gsl_ran_pareto(rng, task->parameter, 1);
    }
    return NAN;
}

struct gaps {
    const double *gap; /* ascending */
    size_t n;
    double threshold;
};

static struct peer_measures measures_at(const struct gaps *g, double beta) {
    double z = 0, first = 0, second = 0, squares = 0;
    for (size_t i = 0; i < g->n; i++) {
        const double gap = g->gap[i], w = exp(-beta * gap);
        z += w;
        first += w * gap;
        second += w * gap * gap;
        squares += w * w;
    }
    const double mean = first / z;
    return (struct peer_measures){.entropy = log(z) + beta * mean,
                                  .participation = squares / (z * z),
                                  .top_weight = 1 / z,
                                  .top_two_ratio = exp(-beta * g->gap[1]),
                                  .susceptibility = beta * beta * (second / z - mean * mean),
                                  .log_z = log(z),
                                  .gap_mean = mean};
}

static double over_entropy(double x, void *gaps) {
    const struct gaps *g = gaps;
    return measures_at(g, exp(x)).entropy - g->threshold;
}

static double over_participation(double x, void *gaps) {
    const struct gaps *g = gaps;
    return measures_at(g, exp(x)).participation - g->threshold;
}

static double minus_susceptibility(double x, void *gaps) { return -measures_at(gaps, exp(x)).susceptibility; }

/* Between betas i - 1 and i. */
static double root_of(const struct peer_gsl *p, const struct peer_task *task, size_t i,
                      double (*over)(double, void *), struct gaps *gaps) {
    if (i == 0 || i == PEER_BETAS) { return NAN; }
    gsl_function f = {over, gaps};
    gsl_root_fsolver_set(p->root, &f, log(task->beta[i - 1]), log(task->beta[i]));
    do {
        gsl_root_fsolver_iterate(p->root);
    } while (gsl_root_fsolver_x_upper(p->root) - gsl_root_fsolver_x_lower(p->root) > 1e-10 &&
             fabs(over(gsl_root_fsolver_root(p->root), gaps)) > 1e-10);
    return exp(gsl_root_fsolver_root(p->root));
}

static double maximum_of(const struct peer_gsl *p, const struct peer_task *task,
                         const struct peer_measures *at, struct gaps *gaps) {
    size_t top = 0;
    for (size_t b = 1; b < PEER_BETAS; b++) {
        if (at[b].susceptibility > at[top].susceptibility) { top = b; }
    }
    if (top == 0 || top + 1 == PEER_BETAS) { return NAN; }
    gsl_function f = {minus_susceptibility, gaps};
    gsl_min_fminimizer_set_with_values(p->minimum, &f, log(task->beta[top]), -at[top].susceptibility,
                                       log(task->beta[top - 1]), -at[top - 1].susceptibility,
                                       log(task->beta[top + 1]), -at[top + 1].susceptibility);
    for (int i = 0; i < 60; i++) {
        gsl_min_fminimizer_iterate(p->minimum);
        if (gsl_min_fminimizer_x_upper(p->minimum) - gsl_min_fminimizer_x_lower(p->minimum) < 1e-7) { break; }
    }
    return exp(gsl_min_fminimizer_x_minimum(p->minimum));
}

void peer_gsl_row(struct peer_gsl *p, const struct peer_task *task, struct peer_answer *a) {
    double *gap = task->room, top = -INFINITY;
    for (size_t i = 0; i < task->n; i++) { top = fmax(top, gap[i] = draw(p->rng, task)); }
    for (size_t i = 0; i < task->n; i++) { gap[i] = top - gap[i]; }
    gsl_sort(gap, 1, task->n);
    struct gaps gaps = {gap, task->n, 1};
    size_t one_nat = 0, half = 0;
    for (size_t b = 0; b < PEER_BETAS; b++) {
        a->at[b] = measures_at(&gaps, task->beta[b]);
        one_nat += a->at[b].entropy > 1;
        half += a->at[b].participation < 0.5;
        for (size_t k = 0; k < PEER_RANKS; k++) {
            a->ordered[b][k] = exp(-task->beta[b] * gap[k]) * a->at[b].top_weight;
        }
    }
    a->lambda = 0;
    for (size_t k = 1; k < task->n; k++) { a->lambda = fmax(a->lambda, log((double)k + 1) / gap[k]); }
    for (int f = 0; f < PEER_FACTORS; f++) {
        a->te[f] = measures_at(&gaps, ldexp(a->lambda, f - PEER_FACTORS / 2));
    }
    for (size_t i = 0, k = 0; i < PEER_GAPS; i++) {
        while (k < task->n && gap[k] <= task->gap[i]) { k++; }
        a->log_count[i] = log((double)k);
    }
    a->root_entropy = root_of(p, task, one_nat, over_entropy, &gaps);
    gaps.threshold = 0.5;
    a->root_participation = root_of(p, task, half, over_participation, &gaps);
    a->root_top_two = M_LN2 / gap[1];
    a->root_susceptibility = maximum_of(p, task, a->at, &gaps);
}
