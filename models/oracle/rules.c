#include "models/oracle/rules.h"

#include <math.h>

static const double LOWEST = 3.7;

static void make_below(struct rules *r) {
    for (int k = 0; k < INNER; k++) {
        for (int j = 0; j < INNER; j++) { r->below[k][j] = r->inner.cumulative[k][j] / r->inner.w[k]; }
    }
}

static void make_slope(struct rules *r) {
    double scale[OUTER];
    for (int i = 0; i < OUTER; i++) {
        scale[i] = 1;
        for (int j = 0; j < OUTER; j++) { scale[i] *= i == j ? 1 : r->outer.x[i] - r->outer.x[j]; }
    }
    for (int i = 0; i < OUTER; i++) {
        r->slope[i][i] = 0;
        for (int j = 0; j < OUTER; j++) {
            if (i == j) { continue; }
            r->slope[j][i] = scale[i] / scale[j] / (r->outer.x[i] - r->outer.x[j]);
            r->slope[i][i] -= r->slope[j][i];
        }
    }
}

/* From E e^{sG} = Gamma(1 - s), log Gamma(1 - s) = gamma s + zeta(2) s^2/2 + zeta(3) s^3/3 + ... */
static void make_moments(struct rules *r) {
    static const double zeta[MOMENTS] = {
        0,
        RULES_EULER,
        1.64493406684822643647,
        1.20205690315959428540,
        1.08232323371113819152,
        1.03692775514336992633,
        1.01734306198444913971,
        1.00834927738192282684,
        1.00407735619794433938,
        1.00200839282608221442,
        1.00099457512781808534,
        1.00049418860411946456,
    };
    r->moment[0] = 1;
    for (int k = 1; k < MOMENTS; k++) {
        r->moment[k] = 0;
        for (int j = 1; j <= k; j++) { r->moment[k] += zeta[j] * r->moment[k - j] / k; }
    }
}

/* Up to each point t of a panel the integral of e^{-e^{-t}} t^k/k!, which is `before` up to its beginning;
 * returns that up to its end. */
static double make_above(struct rules *r, int panel, int k, const double t[INNER], double before) {
    double total = 0, *above = &r->above[k][panel * INNER];
    for (int j = 0; j < INNER; j++) { above[j] = before; }
    for (int i = 0; i < INNER; i++) {
        const double mass =
            r->half[panel] * r->inner.w[i] * exp(-exp(-t[i])) * r->power[k][panel * INNER + i];
        total += mass;
        for (int j = 0; j < INNER; j++) { above[j] += r->inner.cumulative[i][j] * (mass / r->inner.w[i]); }
    }
    return before + total;
}

/* From -LOWEST, where e^{-e^{-t}} = e^-40, to 38.4, beyond which the density e^-t is below 3e-17: 12 panels
 * of width 1 for the double exponential, then 7 of 4.3 (on which 8 nodes integrate e^{-t} to 1e-12). */
static void make_grid(struct rules *r) {
    double low = -LOWEST, before[ORDERS] = {0};
    for (int panel = 0; panel < GRID / INNER; panel++) {
        const double half = r->half[panel] = panel < 12 ? 0.5 : 2.15;
        double t[INNER];
        for (int j = 0; j < INNER; j++) {
            double term = 1;
            t[j] = low + half * (1 + r->inner.x[j]);
            r->density[panel * INNER + j] = half * r->inner.w[j] * exp(-t[j] - exp(-t[j]));
            for (int k = 0; k < ORDERS; term *= t[j] / ++k) { r->power[k][panel * INNER + j] = term; }
        }
        for (int k = 0; k < ORDERS; k++) { before[k] = make_above(r, panel, k, t, before[k]); }
        low += 2 * half;
    }
}

void rules_make(struct rules *r) {
    legendre_make(INNER, &r->inner);
    legendre_make(OUTER, &r->outer);
    make_below(r);
    make_slope(r);
    make_moments(r);
    make_grid(r);
}
