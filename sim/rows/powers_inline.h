/* powers_inline: x^0 .. x^7 of eight numbers together, for files that are compiled once per instruction set
 * (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_POWERS_INLINE_H
#define GAPSCALE_SIM_ROWS_POWERS_INLINE_H

#include <stddef.h>

enum { POWERS = 8 };
typedef double powers __attribute__((vector_size(POWERS * sizeof(double))));

#define POWERS_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

/* p[k][i] becomes p[i][k]: numbers, then pairs, then fours change places. */
static inline void powers_transpose(powers p[POWERS]) {
    powers q[POWERS], r[POWERS];
    for (size_t i = 0; i < POWERS; i += 2) {
        q[i] = POWERS_SHUFFLE(p[i], p[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        q[i + 1] = POWERS_SHUFFLE(p[i], p[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (size_t i = 0; i < POWERS; i += 4) {
        for (size_t j = i; j < i + 2; j++) {
            r[j] = POWERS_SHUFFLE(q[j], q[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            r[j + 2] = POWERS_SHUFFLE(q[j], q[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (size_t i = 0; i < POWERS / 2; i++) {
        p[i] = POWERS_SHUFFLE(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        p[i + 4] = POWERS_SHUFFLE(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* p[i] = 1, x_i, x_i^2 .. x_i^7. */
static inline void powers_of(const powers *x, powers p[POWERS]) {
    p[0] = (powers){0} + 1;
    p[1] = *x;
    p[2] = p[1] * p[1];
    p[3] = p[1] * p[2];
    p[4] = p[2] * p[2];
    p[5] = p[1] * p[4];
    p[6] = p[2] * p[4];
    p[7] = p[3] * p[4];
    powers_transpose(p);
}

#endif
