/* stencil: the polynomial that meets a function and its first two derivatives at KERNEL_STENCIL columns, one
 * apart. */
#ifndef GAPSCALE_SIM_ROWS_STENCIL_H
#define GAPSCALE_SIM_ROWS_STENCIL_H

#include "sim/rows/kernel.h"

enum { STENCIL_BEFORE = KERNEL_STENCIL / 2 - 1 }; /* columns before the last that is no larger */

/* Of a column: the cube of Lagrange's polynomial of it is scale^3 times that of the product of all distances
 * but its own, and its reciprocal begins with 1 + first d + second d^2, d columns away. */
struct stencil {
    struct stencil_place {
        double scale, first, second;
    } place[KERNEL_STENCIL];
};

void stencil_make(struct stencil *stencil);

/* At f columns beyond the last one before: basis[k][a][m] is derivative m there of the polynomial whose
 * derivative a at column k is 1 and that has no other up to the second. */
void stencil_basis(const struct stencil *stencil, double f,
                   double basis[KERNEL_STENCIL][KERNEL_AVERAGES][KERNEL_AVERAGES]);

#endif
