#include "models/oracle/fixed.h"

#include <math.h>

#include "models/numeric/logs.h"

/* One score above N at gap D: x = N e^{-beta D}. */
void fixed_point(const struct oracle *o, double beta, struct oracle_point *point) {
    struct family_atom atoms[FAMILY_ATOMS];
    size_t count = o->family->atoms(o->p, o->log_n, true, atoms);
    double log_z = 0, log_two = 0, mean = 0, square = 0;
    for (size_t i = 1; i < count; i++) {
        double a = beta * exp(log(atoms[i].gap) + o->log_lambda), once = atoms[i].log_count - a,
               twice = once - a;
        log_z = log_sum_exp(log_z, once);
        log_two = log_sum_exp(log_two, twice);
    }
    for (size_t i = 1; i < count; i++) {
        double a = beta * exp(log(atoms[i].gap) + o->log_lambda);
        const double share = exp(atoms[i].log_count - a - log_z);
        mean += a * share;
        square += a * a * share;
    }
    const double log_participation = log_two - 2 * log_z;
    *point = (struct oracle_point){
        .entropy = log_z + mean,
        .participation = exp(log_participation),
        .log_mean_participation = log_participation,
        .top_weight = exp(-log_z),
        .log_top_weight = -log_z,
        .log_partition = log_z,
        .gap_mean = mean / beta,
        .susceptibility = square - mean * mean,
    };
}

/* The scores of the atoms in turn. Beyond e^100 of a kind nobody asks for the next. */
void fixed_ranks(const struct oracle *o, double beta, size_t count, double *weight) {
    struct family_atom atoms[FAMILY_ATOMS];
    size_t kinds = o->family->atoms(o->p, o->log_n, true, atoms);
    double log_z = -INFINITY, rank = 0;
    for (size_t i = 0; i < kinds; i++) {
        log_z = log_sum_exp(log_z, atoms[i].log_count - beta * exp(log(atoms[i].gap) + o->log_lambda));
    }
    for (size_t i = 0; i < kinds; i++) {
        double end = rank + rint(exp(fmin(atoms[i].log_count, 100)));
        for (; rank < end && rank < (double)count; rank++) {
            weight[(size_t)rank] = exp(-beta * exp(log(atoms[i].gap) + o->log_lambda) - log_z);
        }
    }
}
