/* sort_inline: numbers into descending order, for files that are compiled once per instruction set
 * (kernel.c).
 *
 * Up to SORT_NETWORK numbers by a network on a matrix of SORT_LANES columns, whose rows are vectors; more by
 * merging. No NaN. */
#ifndef GAPSCALE_SIM_ROWS_SORT_INLINE_H
#define GAPSCALE_SIM_ROWS_SORT_INLINE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "sim/rows/eight_inline.h"

enum { SORT_NETWORK = 1024, SORT_LANES = 8 };

static inline void exchange(double *a, double *b) {
#pragma omp simd
    for (size_t l = 0; l < SORT_LANES; l++) {
        double high = a[l] > b[l] ? a[l] : b[l], low = a[l] > b[l] ? b[l] : a[l];
        a[l] = high;
        b[l] = low;
    }
}

static inline void exchange_two(double *a, double *b) {
    const double high = *a > *b ? *a : *b, low = *a > *b ? *b : *a;
    *a = high;
    *b = low;
}

static inline void merge_four(double *a, double *b, double *c, double *d) {
    exchange_two(a, c);
    exchange_two(b, d);
    exchange_two(a, b);
    exchange_two(c, d);
}

/* Four rows side by side: two steps of merging without going back to memory. */
static inline void merge_next_four(double (*x)[SORT_LANES]) {
#pragma omp simd
    for (size_t l = 0; l < SORT_LANES; l++) {
        double a = x[0][l], b = x[1][l], c = x[2][l], d = x[3][l];
        merge_four(&a, &b, &c, &d);
        x[0][l] = a;
        x[1][l] = b;
        x[2][l] = c;
        x[3][l] = d;
    }
}

static inline void sort_four(double *a, double *b, double *c, double *d) {
    exchange_two(a, b);
    exchange_two(c, d);
    exchange_two(a, d);
    exchange_two(b, c);
    exchange_two(a, b);
    exchange_two(c, d);
}

/* Eight rows, `step` apart: three steps of merging, or, a constant answer, all of sorting. */
static inline __attribute__((always_inline)) void together(double (*x)[SORT_LANES], size_t step,
                                                           const bool sorts) {
#pragma omp simd
    for (size_t l = 0; l < SORT_LANES; l++) {
        double a = x[0][l], b = x[step][l], c = x[2 * step][l], d = x[3 * step][l], e = x[4 * step][l],
               f = x[5 * step][l], g = x[6 * step][l], h = x[7 * step][l];
        if (sorts) {
            sort_four(&a, &b, &c, &d);
            sort_four(&h, &g, &f, &e); /* rising */
        }
        exchange_two(&a, &e);
        exchange_two(&b, &f);
        exchange_two(&c, &g);
        exchange_two(&d, &h);
        merge_four(&a, &b, &c, &d);
        merge_four(&e, &f, &g, &h);
        x[0][l] = a;
        x[step][l] = b;
        x[2 * step][l] = c;
        x[3 * step][l] = d;
        x[4 * step][l] = e;
        x[5 * step][l] = f;
        x[6 * step][l] = g;
        x[7 * step][l] = h;
    }
}

/* In every column, sequences of 2 `apart` numbers that fall and then rise, or rise and then fall, into
 * descending order (Batcher 1968), a few steps at a time. */
static inline void merge_rows(size_t rows, double (*x)[SORT_LANES], size_t apart) {
    for (; apart >= 4; apart /= 8) {
        for (size_t first = 0; first < rows; first += 2 * apart) {
            for (size_t i = first; i < first + apart / 4; i++) { together(x + i, apart / 4, false); }
        }
    }
    for (size_t first = 0; apart == 2 && first < rows; first += 4) { merge_next_four(x + first); }
    for (size_t first = 0; apart == 1 && first < rows; first += 2) { exchange(x[first], x[first + 1]); }
}

/* Every column into descending order. */
static void sort_columns(size_t rows, double (*x)[SORT_LANES]) {
    const bool has_eights = rows >= EIGHT;
    for (size_t first = 0; has_eights && first < rows; first += EIGHT) { together(x + first, 1, true); }
    for (size_t run = has_eights ? EIGHT : 1; run < rows; run *= 2) {
        for (size_t first = 0; first < rows; first += 2 * run) {
            for (size_t i = 0; i < run; i++) { exchange(x[first + i], x[first + 2 * run - 1 - i]); }
        }
        merge_rows(rows, x, run / 2);
    }
}

#ifdef __AVX512F__ /* a row is a register; elsewhere compilers take such apart, lane by lane */

/* y[l] = x[l ^ with]. */
static inline eight crossed(eight x, size_t with) {
    return with == 1   ? SHUFFLE(x, x, 1, 0, 3, 2, 5, 4, 7, 6)
           : with == 2 ? SHUFFLE(x, x, 2, 3, 0, 1, 6, 7, 4, 5)
           : with == 3 ? SHUFFLE(x, x, 3, 2, 1, 0, 7, 6, 5, 4)
                       : SHUFFLE(x, x, 7, 6, 5, 4, 3, 2, 1, 0);
}

/* The larger of a[l] and b[l] in lanes l without that bit, the smaller in the others. */
static inline eight larger_without(eight a, eight b, size_t bit) {
    double first[SORT_LANES], second[SORT_LANES];
    eight high, low;
    memcpy(first, &a, sizeof a);
    memcpy(second, &b, sizeof b);
    exchange(first, second);
    memcpy(&high, first, sizeof high);
    memcpy(&low, second, sizeof low);
    return bit == 1   ? SHUFFLE(high, low, 0, 9, 2, 11, 4, 13, 6, 15)
           : bit == 2 ? SHUFFLE(high, low, 0, 1, 10, 11, 4, 5, 14, 15)
                      : SHUFFLE(high, low, 0, 1, 2, 3, 12, 13, 14, 15);
}

/* In a row, lane l with lane l ^ apart: the larger to the one without that bit. */
static inline void exchange_lanes(double *row, size_t apart) {
    eight x;
    memcpy(&x, row, sizeof x);
    x = larger_without(x, crossed(x, apart), apart);
    memcpy(row, &x, sizeof x);
}

/* Lane l of one row with the mirrored lane of the other. */
static inline void exchange_mirrored(double *first, double *second, size_t width) {
    eight x, y;
    memcpy(&x, first, sizeof x);
    memcpy(&y, second, sizeof y);
    eight a = larger_without(x, crossed(y, 2 * width - 1), width),
          b = larger_without(y, crossed(x, 2 * width - 1), width);
    memcpy(first, &a, sizeof a);
    memcpy(second, &b, sizeof b);
}

#else

/* In a row, lane l with lane l ^ apart: the larger to the one without that bit. */
static inline void exchange_lanes(double *a, size_t apart) {
    double b[SORT_LANES];
    for (size_t l = 0; l < SORT_LANES; l++) { b[l] = a[l ^ apart]; }
    for (size_t l = 0; l < SORT_LANES; l++) {
        double high = a[l] > b[l] ? a[l] : b[l], low = a[l] > b[l] ? b[l] : a[l];
        a[l] = l & apart ? low : high;
    }
}

/* Lane l of one row with the mirrored lane of the other. */
static inline void exchange_mirrored(double *a, double *b, size_t width) {
    double c[SORT_LANES], d[SORT_LANES];
    for (size_t l = 0; l < SORT_LANES; l++) {
        c[l] = b[l ^ (2 * width - 1)];
        d[l] = a[l ^ (2 * width - 1)];
    }
    for (size_t l = 0; l < SORT_LANES; l++) {
        double a_high = a[l] > c[l] ? a[l] : c[l], a_low = a[l] > c[l] ? c[l] : a[l];
        double b_high = b[l] > d[l] ? b[l] : d[l], b_low = b[l] > d[l] ? d[l] : b[l];
        a[l] = l & width ? a_low : a_high;
        b[l] = l & width ? b_low : b_high;
    }
}

#endif

/* Runs of `width` columns, one column after the other, into runs of twice as many (bitonic). */
static inline void merge_columns(size_t rows, double (*x)[SORT_LANES], size_t width) {
    for (size_t i = 0; i < rows / 2; i++) { exchange_mirrored(x[i], x[rows - 1 - i], width); }
    for (size_t apart = width / 2; apart >= 1; apart /= 2) {
        for (size_t i = 0; i < rows; i++) { exchange_lanes(x[i], apart); }
    }
    merge_rows(rows, x, rows / 2);
}

static void sort_network(size_t n, double *x) {
    _Alignas(64) double room[SORT_NETWORK / SORT_LANES][SORT_LANES];
    size_t rows = 2;
    while (rows * SORT_LANES < n) { rows *= 2; }
    memcpy(room, x, n * sizeof *x);
    for (size_t i = n; i < rows * SORT_LANES; i++) { room[i / SORT_LANES][i % SORT_LANES] = -INFINITY; }
    sort_columns(rows, room);
    merge_columns(rows, room, 1);
    merge_columns(rows, room, 2);
    merge_columns(rows, room, 4);
    for (size_t l = 0; l * rows < n; l++) {
        size_t end = n - l * rows < rows ? n - l * rows : rows;
        for (size_t i = 0; i < end; i++) { x[l * rows + i] = room[i][l]; }
    }
}

/* out = a and b as one. From both ends at once, without branches that are hard to foresee. */
static void sort_merge(size_t a_count, const double *a, size_t b_count, const double *b, double *out) {
    size_t i = 0, j = 0, i_end = a_count, j_end = b_count, half = (a_count < b_count ? a_count : b_count) / 2;
    size_t last = a_count + b_count;
    for (size_t k = 0; k < half; k++) { /* neither side can run out of a or b */
        double x = a[i], y = b[j], low_x = a[i_end - 1], low_y = b[j_end - 1];
        size_t second = y > x, low_first = low_y > low_x;
        out[k] = y > x ? y : x;
        j += second;
        i += 1 - second;
        out[--last] = low_y > low_x ? low_x : low_y;
        i_end -= low_first;
        j_end -= 1 - low_first;
    }
    out += half;
    while (i < i_end && j < j_end) {
        double x = a[i], y = b[j];
        size_t second = y > x;
        *out++ = y > x ? y : x;
        j += second;
        i += 1 - second;
    }
    memcpy(out, a + i, (i_end - i) * sizeof *out);
    memcpy(out + (i_end - i), b + j, (j_end - j) * sizeof *out);
}

/* `room` holds n numbers, or is NULL for up to SORT_NETWORK of them. */
static void sort_descending(size_t n, double *x, double *room) {
    double *from = x, *to = room;
    for (size_t i = 0; i < n; i += SORT_NETWORK) {
        sort_network(n - i < SORT_NETWORK ? n - i : SORT_NETWORK, x + i);
    }
    for (size_t width = SORT_NETWORK; width < n; width *= 2) {
        for (size_t first = 0; first < n; first += 2 * width) {
            size_t left = n - first, a = left < width ? left : width, b = left - a < width ? left - a : width;
            sort_merge(a, from + first, b, from + first + a, to + first);
        }
        double *swap = from;
        from = to;
        to = swap;
    }
    if (from != x) { memcpy(x, from, n * sizeof *x); }
}

#endif
