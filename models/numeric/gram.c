#include "models/numeric/gram.h"

#include <math.h>

/* P_NODES and its slope at t, and P_{NODES-1}. */
struct monic {
    double value, slope, before;
};

static struct monic monic_at(const double *b, double t) {
    double value = t, before = 1, slope = 1, slope_before = 0;
    for (int k = 1; k < GRAM_NODES; k++) {
        const double next = t * value - b[k] * before, next_slope = value + t * slope - b[k] * slope_before;
        before = value;
        value = next;
        slope_before = slope;
        slope = next_slope;
    }
    return (struct monic){value, slope, before};
}

/* Newton from the zeros of Legendre's polynomial, roughly, until the next step, the last one's square, is
 * nothing; w = (product of b)/(P'_NODES P_{NODES-1}). Nodes lie symmetrically. */
void gram_make(double first, double count, struct gram *r) {
    const double half = count / 2, middle = first + (count - 1) / 2, small = 1e-9;
    double b[GRAM_NODES], norm = count;
    for (int k = 1; k < GRAM_NODES; k++) {
        b[k] = k * k * (1 - k * k / (count * count)) / (4.0 * k * k - 1);
        norm *= b[k];
    }
    for (int i = 0; i < GRAM_NODES / 2; i++) {
        double t = cos(M_PI * (i + 0.75) / (GRAM_NODES + 0.5)), step = 1;
        struct monic p = monic_at(b, t);
        for (int k = 0; k < 6 && fabs(step) > small; k++) {
            step = p.value / p.slope;
            t -= step;
            p = monic_at(b, t);
        }
        const int other = GRAM_NODES - 1 - i;
        r->x[i] = middle + half * t;
        r->x[other] = middle - half * t;
        r->w[i] = r->w[other] = norm / (p.slope * p.before);
    }
}
