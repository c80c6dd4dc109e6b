/* vector_inline: the bodies of vector.h's functions, one number at a time and free of branches, for
 * `omp simd` loops of files that are compiled once per instruction set (vector.c, sim/rows/kernel.c).
 *
 * Only IEEE operations, no contraction: the same bits everywhere. Argument reduction as in fdlibm
 * (Sun 1993); the polynomials are plain Taylor series, long enough that what is left out is below
 * 2^-57 of the result, and 2^-55 of exp(x) - 1. */
#ifndef GAPSCALE_MODELS_NUMERIC_VECTOR_INLINE_H
#define GAPSCALE_MODELS_NUMERIC_VECTOR_INLINE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "models/numeric/vector.h"

/* In a file that is compiled once per instruction set, with -DISA=NAME: PREFIX_NAME. */
#ifndef ISA
#define ISA base
#endif
#define VECTOR_JOIN_(a, b) a##b
#define VECTOR_JOIN(a, b) VECTOR_JOIN_(a, b)
#define VECTOR_OF_ISA(prefix) VECTOR_JOIN(prefix, ISA)

#define VECTOR_LN2_HIGH 6.93147180369123816490e-01 /* 33 bits, so that k * it is exact */
#define VECTOR_LN2_LOW 1.90821492927058770002e-10
#define VECTOR_ROUNDER 0x1.8p52 /* adding it leaves an integer in the low bits of the sum */

static inline uint64_t vector_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double vector_from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Whole numbers below 2^52, in a way that every instruction set has. */
static inline double vector_from_whole(uint64_t whole) {
    return vector_from_bits(whole | 0x4330000000000000u) - 0x1p52;
}

/* exp(r) - 1 for |r| <= ln(2)/2. */
static inline double vector_expm1_reduced(double r) {
    double q = 1.0 / 6227020800.0;
    q = q * r + 1.0 / 479001600.0;
    q = q * r + 1.0 / 39916800.0;
    q = q * r + 1.0 / 3628800.0;
    q = q * r + 1.0 / 362880.0;
    q = q * r + 1.0 / 40320.0;
    q = q * r + 1.0 / 5040.0;
    q = q * r + 1.0 / 720.0;
    q = q * r + 1.0 / 120.0;
    q = q * r + 1.0 / 24.0;
    q = q * r + 1.0 / 6.0;
    q = q * r + 0.5;
    return r + r * r * q;
}

static inline double vector_exp_one(double x) {
    const double lowest = -708, highest = 709.782712893384; /* log of the largest double */
    double y = x < lowest ? lowest : (x > highest ? highest : x);
    double rounded = y * 1.4426950408889634 + VECTOR_ROUNDER, k = rounded - VECTOR_ROUNDER;
    double r = y - k * VECTOR_LN2_HIGH - k * VECTOR_LN2_LOW;
    /* 2^(k-1): k reaches 1024 */
    double half_scale = vector_from_bits((vector_bits(rounded) + 1022) << 52);
    double value = (1 + vector_expm1_reduced(r)) * half_scale * 2;
    value = x < lowest ? 0 : value;
    return x > highest ? INFINITY : value;
}

/* The same in pairs, so that little waits for what comes before. */
static inline double vector_decay_reduced(double r) {
    double r2 = r * r, r4 = r2 * r2;
    double a = 0.5 + r * (1.0 / 6.0), b = 1.0 / 24.0 + r * (1.0 / 120.0);
    double c = 1.0 / 720.0 + r * (1.0 / 5040.0), d = 1.0 / 40320.0 + r * (1.0 / 362880.0);
    double e = 1.0 / 3628800.0 + r * (1.0 / 39916800.0), f = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0);
    double q = (a + r2 * b) + r4 * ((c + r2 * d) + r4 * (e + r2 * f));
    return r + r2 * q;
}

/* exp(x) for x <= 0 and not far above, 0 below -708. */
static inline double vector_decay_one(double x) {
    const double lowest = -708;
    double y = x < lowest ? lowest : x;
    double rounded = y * 1.4426950408889634 + VECTOR_ROUNDER, k = rounded - VECTOR_ROUNDER;
    double r = y - k * VECTOR_LN2_HIGH - k * VECTOR_LN2_LOW;
    double scale = vector_from_bits((vector_bits(rounded) + 1023) << 52);
    double value = (1 + vector_decay_reduced(r)) * scale;
    return x < lowest ? 0 : value;
}

/* The same bits sooner, for |x| <= VECTOR_SHORT. */
#define VECTOR_SHORT 0.346
static inline double vector_decay_short(double x) { return 1 + vector_decay_reduced(x); }

/* exp(x) - 1 for x from -708 on to not far above 0, likewise. */
static inline double vector_decay_less_one(double x) {
    double rounded = x * 1.4426950408889634 + VECTOR_ROUNDER, k = rounded - VECTOR_ROUNDER;
    double r = x - k * VECTOR_LN2_HIGH - k * VECTOR_LN2_LOW;
    double scale = vector_from_bits((vector_bits(rounded) + 1023) << 52);
    return scale * vector_decay_reduced(r) + (scale - 1);
}

static inline double vector_expm1_one(double x) {
    double y = x < -60 ? -60 : x; /* -1 to the last bit from -37 on */
    double rounded = y * 1.4426950408889634 + VECTOR_ROUNDER, k = rounded - VECTOR_ROUNDER;
    double r = y - k * VECTOR_LN2_HIGH - k * VECTOR_LN2_LOW;
    double scale = vector_from_bits((vector_bits(rounded) + 1023) << 52);
    return scale * vector_expm1_reduced(r) + (scale - 1);
}

/* exp(x) and exp(x) - 1, for x <= 0. */
static inline void vector_exps_one(double x, double *exp, double *expm1) {
    const double lowest = -708;
    *exp = vector_decay_one(x);
    *expm1 = vector_decay_less_one(x < lowest ? lowest : x);
}

/* log(x) + correction, for normal x > 0. */
static inline double vector_log_corrected(double x, double correction) {
    const uint64_t sqrt_half = 0x3fe6a09e667f3bcdu, bias = (uint64_t)1024 << 52;
    uint64_t bits = vector_bits(x), biased = (bits - sqrt_half + bias) >> 52;
    double k = vector_from_bits(biased | 0x4330000000000000u) - (0x1p52 + 1024);
    double f = vector_from_bits(bits - (biased << 52) + bias) - 1; /* x = 2^k (1 + f) */
    double s = f / (2 + f), z = s * s, half_square = 0.5 * f * f;
    double q = 2.0 / 21.0;
    q = q * z + 2.0 / 19.0;
    q = q * z + 2.0 / 17.0;
    q = q * z + 2.0 / 15.0;
    q = q * z + 2.0 / 13.0;
    q = q * z + 2.0 / 11.0;
    q = q * z + 2.0 / 9.0;
    q = q * z + 2.0 / 7.0;
    q = q * z + 2.0 / 5.0;
    q = q * z + 2.0 / 3.0;
    double low = s * (half_square + z * q) + (k * VECTOR_LN2_LOW + correction);
    return k * VECTOR_LN2_HIGH - ((half_square - low) - f);
}

static inline double vector_log_one(double x) { return vector_log_corrected(x, 0); }

static inline double vector_log1p_one(double x) {
    double u = 1 + x, lost = x - (u - 1);
    return vector_log_corrected(u, lost / u);
}

/* Clenshaw's recurrence; twice_t = 2 t. */
static inline double vector_chebyshev_one(const double c[VECTOR_TERMS], double twice_t) {
    double b1 = 0, b2 = 0;
    for (int k = VECTOR_TERMS - 1; k > 0; k--) {
        double b0 = c[k] + twice_t * b1 - b2;
        b2 = b1;
        b1 = b0;
    }
    return c[0] + twice_t / 2 * b1 - b2;
}

static inline void vector_sincos_turn_one(double x, double *sine, double *cosine) {
    double rounded = 4 * x + VECTOR_ROUNDER, quarter = rounded - VECTOR_ROUNDER;
    uint64_t q = vector_bits(rounded);
    double a = 6.283185307179586 * (x - 0.25 * quarter), z = a * a;
    double s = 1.0 / 355687428096000.0;
    s = s * z - 1.0 / 1307674368000.0;
    s = s * z + 1.0 / 6227020800.0;
    s = s * z - 1.0 / 39916800.0;
    s = s * z + 1.0 / 362880.0;
    s = s * z - 1.0 / 5040.0;
    s = s * z + 1.0 / 120.0;
    s = s * z - 1.0 / 6.0;
    s = a + a * z * s;
    double c = 1.0 / 20922789888000.0;
    c = c * z - 1.0 / 87178291200.0;
    c = c * z + 1.0 / 479001600.0;
    c = c * z - 1.0 / 3628800.0;
    c = c * z + 1.0 / 40320.0;
    c = c * z - 1.0 / 720.0;
    c = c * z + 1.0 / 24.0;
    c = c * z * z + (1 - 0.5 * z);
    /* not by choosing, which SSE2 does one at a time */
    uint64_t swap = (vector_bits(s) ^ vector_bits(c)) & -(q & 1);
    *sine = vector_from_bits(vector_bits(s) ^ swap ^ ((q & 2) << 62));
    *cosine = vector_from_bits(vector_bits(c) ^ swap ^ (((q + 1) & 2) << 62));
}

/* 1 - cos(pi x) for x in [0, 1], by its distance to the nearer end; the terms are pi^2k/(2k)!. */
static inline double vector_versine_one(double x) {
    double y = x < 0.5 ? x : 1 - x, z = y * y, z2 = z * z, z4 = z2 * z2;
    double a = 4.0587121264167682182 - z * 1.3352627688545894959;
    double b = 0.23533063035889320454 - z * 0.025806891390014060013;
    double c = 1.9295743094039230479e-3 - z * 1.0463810492484570712e-4;
    double d = 4.3030695870329470073e-6 - z * 1.3878952462213772114e-7;
    double e = 3.6047307974625009339e-9 - z * 7.7007071306013533798e-11;
    double q = (a + z2 * b) + z4 * ((c + z2 * d) + z4 * e);
    double v = z * (4.9348022005446793094 - z * q);
    return x < 0.5 ? v : 2 - v;
}

#endif
