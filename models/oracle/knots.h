/* knots: the scores of a family at one n as all betas see them: the gap g(y) at points of y = log(n V).
 *
 * No knot is too far from the next for the integrals that go from knot to knot: they are about 1 apart at
 * most (later on the width y^1/2 of a peak of y - beta g(y)), g is nearly straight between them, and towards
 * V = 1, where the quantile may branch, they come ever closer to log n. */
#ifndef GAPSCALE_MODELS_ORACLE_KNOTS_H
#define GAPSCALE_MODELS_ORACLE_KNOTS_H

#include <stdbool.h>
#include <stddef.h>

#include "models/oracle/oracle.h"
#include "models/oracle/rules.h"
#include "models/theory/profile.h"

struct inner_kernel;
struct series_kernel;

struct knot {
    double y, gap, middle; /* the last: the gap halfway to the next knot */
};

/* What was answered already, at growing beta ratios. */
struct oracle_grid {
    size_t count;
    const double *beta_ratio;
    const struct oracle_point *point;
};

struct oracle {
    const struct family *family;
    const double *p;
    double log_n, log_lambda, fineness;
    double highest;          /* E g of a row's maximum; FAMILY_FIXED: 0 */
    double deepest;          /* the y of the lowest maximum of rows that count */
    struct profile *profile; /* NULL for FAMILY_FIXED */
    struct rules rules;
    const struct vector *vector;
    const struct inner_kernel *kernel;  /* inner.h */
    const struct series_kernel *series; /* series.h */
    size_t knots, room;
    struct knot *knot;
    struct oracle_grid known;
    struct product *product; /* keys at positions, which have no profile and no knots; NULL: there are none */
    struct tree *tree;       /* scores that are sums along a tree, likewise; NULL: there are none */
    struct mixture *mixture; /* rows that differ in scale; NULL: they do not */
};

#define KNOTS_DEEPEST (-40.0) /* e^-40 of the rows have a score with y below it: less than half an ulp */

/* Fills `knot`, given profile and log n. False when out of memory. */
bool knots_make(struct oracle *oracle);

/* `highest`, to about 1e-12: what is left comes from the profile. */
double knots_highest(const struct oracle *oracle);

/* E e^{-beta g} of a row's maximum, its relative error, and E e^{-2 beta g}. */
struct knots_largest {
    double mean, square, error;
};
struct knots_largest knots_largest(const struct oracle *oracle, double beta_ratio);

/* `deepest`, given `highest`: rows without a score of smaller y do not count. They have probability e^-42, or
 * less where it takes less for mean gaps to get 1e-15 of themselves from them. */
double knots_deepest(const struct oracle *oracle);

#endif
