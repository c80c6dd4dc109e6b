/* directions: numbers that go together, judged along the directions in which they are told apart. */
#ifndef GAPSCALE_ANALYSIS_STATISTICS_DIRECTIONS_H
#define GAPSCALE_ANALYSIS_STATISTICS_DIRECTIONS_H

#include <gsl/gsl_matrix.h>
#include <gsl/gsl_vector.h>

struct directions {
    double square; /* NaN where x or C is, or there are no eigenvectors */
    size_t count;
};

/* x' C^-1 x of a symmetric C, along its eigenvectors whose eigenvalues are above `least`, and how many these
 * are: numbers that are linear in fewer have no others but by rounding. Only C's lower triangle is read, and
 * C is overwritten. Memory that runs out ends the program (memory.h). */
struct directions directions_sum(gsl_matrix *c, const gsl_vector *x, double least);

#endif
