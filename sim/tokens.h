/* tokens: what steps of attention do to tokens on a sphere, measured over replicates (flow.h).
 *
 * Growth of the modes of a nearly uniform density: random tokens have amplitudes a_l of order n^{-1/2} in
 * every mode, and the regression of the amplitudes after a step on those before, sum a' a/sum a^2 over
 * replicates and axes, has the growth G_l as its limit (models/sphere.h). No perturbation is put in: every
 * mode is seen in the same rows, and the error is that of the part of a' that is no multiple of a. */
#ifndef GAPSCALE_SIM_TOKENS_H
#define GAPSCALE_SIM_TOKENS_H

#include "flow.h"

struct tokens_request {
    uint64_t seed;
    size_t dimension, n, modes, steps, replicates;
    double beta, tau; /* tau: inf for ATT alone */
    struct flow_density density;
    int threads;
    bool quiet;
};

/* Ratio of sums over replicates and its standard error (delta method; NaN for one replicate). */
struct tokens_growth {
    double value, se;
};
/* growth[step][mode], of one step on the step before, for a uniform density or any. histogram (may be NULL; d
 * = 2 only) [steps + 1][TOKENS_BINS]: density on the circle of angles from -pi to pi, of the first replicate,
 * relative to uniform. */
enum { TOKENS_BINS = 90 };
bool tokens_grow(const struct isa *isa, const struct tokens_request *request, struct tokens_growth *growth,
                 double *histogram);

/* Means over replicates of ATT at a query among keys of the request's density, at `probe` angles from its
 * direction in the plane of the first two axes: its part along the query, and along the direction of growing
 * angle; with errors. */
struct tokens_drift {
    double angle, along, along_se, across, across_se;
};
enum { TOKENS_PROBES = 7 };
bool tokens_drift(const struct isa *isa, const struct tokens_request *request,
                  struct tokens_drift drift[TOKENS_PROBES]);

#endif
