/* lattice: what inner.h has at many x that are a step apart.
 *
 * All of it is sums over scores of mass K(x - b), K(t) = 1 - e^-a, a e^-a, .., a = e^t. K between points of a
 * lattice is the polynomial through the COMB_TAPS around; what those count for, summed over the scores, are
 * masses at points of the lattice, some to a step, and the sums are one list of weights that slides over
 * them. Where a is e^-17 or less K is its first powers, which are carried from x to x; where a is above e^3.7
 * it is what it is in the end. */
#ifndef GAPSCALE_MODELS_ORACLE_LATTICE_H
#define GAPSCALE_MODELS_ORACLE_LATTICE_H

#include "models/oracle/inner.h"

/* Sums over far scores, d above x: of mass a^k, times d, times d^2. */
struct lattice_far {
    double sum[3], first[2], second[2];
};

struct lattice {
    const struct field *field;
    double x, step, above; /* the first of all; the number of scores before all panels */
    size_t rate, taps;     /* points of the lattice in a step; steps that the weights reach over */
    size_t rows, next;     /* of the lattice, in steps; the next x */
    double *memory, *row, *saturated, (*weight)[VECTOR_TOGETHER], *enters;
    struct lattice_far far;
};

/* Of the field's panels, for x, x - step, ..; the field is covered to there, and its far scores are known.
 * False when out of memory. To be closed in either case. */
bool lattice_open(struct lattice *lattice, const struct field *field, double x, double step);
void lattice_close(struct lattice *lattice);

/* At the next VECTOR_ROW of them; nothing of the output. */
void lattice_next(struct lattice *lattice, struct inner inner[VECTOR_ROW]);

#endif
