/* contrast: weighted sums of deviations. One of them sees what chi square, which has a degree of freedom for
 * every point, hardly does: what all deviations have in common, or how they grow. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_CONTRAST_H
#define GAPSCALE_ANALYSIS_VERDICT_CONTRAST_H

#include <stdbool.h>
#include <stddef.h>

struct contrast_data {
    size_t count, room;
    double *x, *deviation; /* [count] */
    double *systematic;    /* [count]: what each may be off by besides, all of them to one side */
    double *noise;         /* [count][room]: covariance of their noise, an estimate */
    double freedom;        /* of the estimate, .. */
    bool is_joint;         /* .. of all together; else of each point's own variance, there is no other */
};

/* Room for so many points, none there, all 0. Release with contrast_release. */
struct contrast_data contrast_create(size_t room);
void contrast_release(struct contrast_data *data);

struct contrast {
    double value, se; /* standard error; NaN, like p, where it is not asked */
    double p;         /* of one as far from 0, were all deviations noise: Student's law, of independent points
                         with the freedom that Satterthwaite (1946) gives the sum of their variances */
};

/* Their weights do not depend on errors: of skew rows a mean that happens to be low has a small error, too,
 * and weighted by that the mean of all is low. */

/* The mean, of two or more. */
struct contrast contrast_shift(const struct contrast_data *data);
/* The slope of a straight line in x, of three or more. */
struct contrast contrast_trend(const struct contrast_data *data);

/* Of both and of chi square, whose p that is: the probability of the least p being as small among as many
 * independent ones (Sidak 1967). Of one as small at most, since each asks whether noise lies in a symmetric
 * convex set. */
double contrast_joint_p(double p, const struct contrast *shift, const struct contrast *trend);

#endif
