/* eight_inline: eight numbers together, for files that are compiled once per instruction set (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_EIGHT_INLINE_H
#define GAPSCALE_SIM_ROWS_EIGHT_INLINE_H

#include <stddef.h>

enum { EIGHT = 8 };
typedef double eight __attribute__((vector_size(EIGHT * sizeof(double))));

#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

/* p[k][i] becomes p[i][k]: numbers, then pairs, then fours change places. */
static inline void eight_transpose(eight p[EIGHT]) {
    eight q[EIGHT], r[EIGHT];
    for (size_t i = 0; i < EIGHT; i += 2) {
        q[i] = SHUFFLE(p[i], p[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        q[i + 1] = SHUFFLE(p[i], p[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (size_t i = 0; i < EIGHT; i += 4) {
        for (size_t j = i; j < i + 2; j++) {
            r[j] = SHUFFLE(q[j], q[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            r[j + 2] = SHUFFLE(q[j], q[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (size_t i = 0; i < EIGHT / 2; i++) {
        p[i] = SHUFFLE(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        p[i + 4] = SHUFFLE(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

#endif
