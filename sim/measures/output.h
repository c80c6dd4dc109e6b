/* output: the attention output ATT = sum p_i k_i of keys on a sphere (THEORY 6), row by row.
 *
 * A key is k = (1-T) q + sqrt(T(2-T)) omega, omega uniform on the unit sphere of the query's complement,
 * where coordinate 0 is the query's direction. Single keys have one direction each. Many keys at one place
 * have a Gaussian sum of directions, with the variance that their expected number gives it. A bulk of more
 * than 2^52 keys adds one Gaussian for its radial and one for its tangential fluctuations, with the right
 * variance at every beta and fully correlated over beta. All betas share one row and one set of directions.
 *
 * Memory is O(dimension x betas), cost O(dimension x betas) for each key or node of the row. */
#ifndef GAPSCALE_SIM_MEASURES_OUTPUT_H
#define GAPSCALE_SIM_MEASURES_OUTPUT_H

#include "sim/rows/sampler.h"

/* At one beta. */
struct output_sums {
    double bias;       /* 1 - <q,ATT> */
    double tangential; /* |ATT_tan|^2 */
    double identity;   /* sum p^2 (1-s^2) - (1 + c/beta) sum p (1-s^2) + ((d-1)/beta) sum p s, c the keys'
                          concentration: 0 in the mean over rows */
};

struct output; /* a workspace: one per thread */
struct output *output_create(const struct isa *isa);
void output_free(struct output *output);

/* Keys on S^{dimension - 1}, dimension >= 2, of that concentration, and `count` betas, increasing: absolute
 * ones and in units of Lambda^typ. */
struct output_request {
    size_t dimension;
    double concentration;
    size_t count;
    const double *beta, *beta_ratio;
};
/* Gives directions to the keys of the sampler's last row, made with `law` and `stream`, and sums them. */
void output_measure(struct output *output, struct sampler *sampler, const struct sampler_law *law,
                    const struct row *row, const struct stream *stream, const struct output_request *request);
/* What it found at one of them. */
struct output_sums output_at(const struct output *output, size_t beta_index);
/* ATT itself, [dimension]. */
const double *output_vector(const struct output *output, size_t beta_index);

#endif
