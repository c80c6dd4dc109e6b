/* peer: the same rows and measures as kept.h has of them in plain C, each score drawn: all betas, Lambda_n,
 * four collapse points, TE factors, ordered weights, N_n(t), in doubles. One with GSL for randomness,
 * sorting, roots and maxima, and libm; one tuned: loops that the compiler vectorises for this machine with
 * fast mathematics (libmvec), fused sums, only the scores sorted that Lambda_n may need, secants from the
 * grid. Both take a pass over all scores for every beta. */
#ifndef GAPSCALE_TESTS_BENCH_PEER_H
#define GAPSCALE_TESTS_BENCH_PEER_H

#include <stddef.h>
#include <stdint.h>

enum peer_law { PEER_GAUSSIAN, PEER_GUMBEL, PEER_SPHERICAL, PEER_POWERLAW, PEER_STRETCHED, PEER_PARETO };
enum { PEER_BETAS = 65, PEER_FACTORS = 17, PEER_RANKS = 8, PEER_GAPS = 73 };

struct peer_task {
    enum peer_law law;
    double parameter; /* dimension, kappa, power or tail; scales are 1 */
    size_t n;
    double beta[PEER_BETAS], gap[PEER_GAPS]; /* absolute, ascending */
    double *room;                            /* for 4 n + 2 numbers */
};

struct peer_measures {
    double entropy, participation, top_weight, top_two_ratio, susceptibility, log_z, gap_mean;
};

struct peer_answer {
    struct peer_measures at[PEER_BETAS], te[PEER_FACTORS]; /* te: at Lambda_n 2^-8 .. Lambda_n 2^8 */
    double ordered[PEER_BETAS][PEER_RANKS], log_count[PEER_GAPS];
    double lambda, root_entropy, root_participation, root_top_two,
        root_susceptibility; /* absolute; NaN: none */
};

/* Makes a row from the generator's state and measures it. */
struct peer_gsl;
struct peer_gsl *peer_gsl_create(void);
void peer_gsl_free(struct peer_gsl *peer);
void peer_gsl_row(struct peer_gsl *peer, const struct peer_task *task, struct peer_answer *answer);

void peer_tuned_row(uint64_t seed, const struct peer_task *task, struct peer_answer *answer);

#endif
