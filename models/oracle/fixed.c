#include "models/oracle/fixed.h"

#include <math.h>

#include "models/numeric/logs.h"

/* Equal scores each, the highest first: how many, and beta times their gap. */
struct levels {
    size_t count;
    double log_count[FAMILY_ATOMS], depth[FAMILY_ATOMS], log_z;
};

static struct levels levels_at(const struct oracle *o, double beta) {
    struct family_atom atoms[FAMILY_ATOMS];
    struct levels l = {.count = o->family->atoms(o->p, o->log_n, true, atoms), .log_z = -INFINITY};
    for (size_t i = 0; i < l.count; i++) {
        l.log_count[i] = atoms[i].log_count;
        l.depth[i] = beta * exp(log(atoms[i].gap) + o->log_lambda);
        l.log_z = log_sum_exp(l.log_z, l.log_count[i] - l.depth[i]);
    }
    return l;
}

/* The susceptibility from distances to the mean: its square would cost the digits that nearly all weight on
 * one level has. */
void fixed_point(const struct oracle *o, double beta, struct oracle_point *point) {
    const struct levels l = levels_at(o, beta);
    double log_two = -INFINITY, mean = 0, spread = 0, share[FAMILY_ATOMS];
    for (size_t i = 0; i < l.count; i++) {
        share[i] = exp(l.log_count[i] - l.depth[i] - l.log_z);
        log_two = log_sum_exp(log_two, l.log_count[i] - 2 * l.depth[i]);
        mean += share[i] * l.depth[i];
    }
    for (size_t i = 0; i < l.count; i++) { spread += share[i] * (l.depth[i] - mean) * (l.depth[i] - mean); }
    const double log_participation = log_two - 2 * l.log_z;
    *point = (struct oracle_point){
        .entropy = l.log_z + mean,
        .participation = exp(log_participation),
        .log_mean_participation = log_participation,
        .top_weight = exp(-l.log_z),
        .log_top_weight = -l.log_z,
        .log_partition = l.log_z,
        .gap_mean = mean / beta,
        .susceptibility = spread,
    };
}

/* Beyond e^100 of a kind nobody asks for the next. */
void fixed_ranks(const struct oracle *o, double beta, size_t count, double *weight) {
    const struct levels l = levels_at(o, beta);
    double rank = 0;
    for (size_t i = 0; i < l.count; i++) {
        double end = rank + rint(exp(fmin(l.log_count[i], 100)));
        for (; rank < end && rank < (double)count; rank++) {
            weight[(size_t)rank] = exp(-l.depth[i] - l.log_z);
        }
    }
}
