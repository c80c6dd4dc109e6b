/* far: keys whose penalties are logarithms alone and which lie so densely that a sum is an integral.
 *
 * e^{r b}, r = 1/(scale log), of them have penalties up to b, so that those from `near` on add
 *
 *     R(d) = int_near^key r e^{r t} f(d + t) dt
 *
 * to a sum at depth d, `key` the last of all. Up to d + t = near + last, where the nearer keys of the last
 * sum end, that grows from sum to sum as d falls, and f is wanted on the grid; behind, it is one integral by
 * long panels, and grows as d does by what the last key's step adds. */
#ifndef GAPSCALE_MODELS_ORACLE_FAR_H
#define GAPSCALE_MODELS_ORACLE_FAR_H

#include "models/oracle/ladder.h"
#include "models/oracle/lone.h"

struct far {
    double rate, near, last; /* r; depths of the first far key and of the last sum, in whole steps */
    double key;              /* that of the last key; infinite: behind all that functions have */
    double end;              /* of functions, as far as sums know them */
    double first, step;      /* of sums */
    double rest[LADDER_SUMS], *memory, *row[LADDER_SUMS]; /* behind, at the first sum; at the last key */
};

/* Whether a grid of that step is much shorter without far keys, of a key that is to have this top; its field
 * is open. */
bool far_plan(struct far *far, const struct lone *lone, double top, double step);
/* The depth up to which the key's functions are wanted, at most. */
double far_depth(const struct far *far, double step);

/* Then, for sums on a grid of that step or a half of it, of a half of that .., from depth COMB_FIRST steps
 * on. To be closed in any case. False when out of memory. */
bool far_open(struct far *far, const struct lone *lone, double step);
void far_close(struct far *far);
size_t far_nearer(const struct far *far, double step); /* steps to the first far key */
size_t far_sums(const struct far *far, double step);
size_t far_points(const struct far *far, double step); /* of f, for them */

/* Adds R to all sums, of a function, or as LADDER_SUMS have it of what is missed near each point. */
void far_add(const struct far *far, const struct vector *vector, int function, const double *row,
             double *sum);

#endif
