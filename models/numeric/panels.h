/* panels: adaptive integrals of vector-valued functions, by Gauss-Legendre panels that are halved.
 *
 *     struct panels sum = {.rule = &rule, .count = 2, .function = f, .param = &data, .depth = 10};
 *     panels_aim(&sum, 0, 2, (struct panels_aim){.relative = 1e-12, .power = 2});
 *     panels_add(&sum, low, high);                              sum.value[q] +- sum.error[q]
 *
 * The function is asked for all nodes of a panel at once, so that it may use what they have in common. Its
 * estimated errors say whether the panel is kept or halved. Panels come in increasing order, and the function
 * knows the integrals up to each: integrals of integrals go along with the rest.
 *
 * An error is an estimate, no bound. Where the Legendre coefficients of the function on a panel fall like
 * r^k, a rule of N nodes, exact up to the 2N-th, is off by about s r^{2N}, with s the integral of the
 * function's modulus. The nodes give the moments against the last m = PANELS_ENDS of the first N polynomials;
 * the largest is M ~ s r^{N-m}, and the estimate s (M/s)^power. With coefficients instead of moments,
 * 2N/(N-m) would be the exponent; moments are smaller by 2k+1. `power` is therefore a choice: 2 has been
 * short by a factor of 4 at most for poles at any distance (see the test); for entire functions such as
 * e^{-e^x}, whose coefficients fall faster and faster, it is needlessly large and 2.5 has done. Where a panel
 * was halved, the sum of its halves shows how far it was off in truth; if that is more than was estimated,
 * what the halves estimate is raised in proportion: errors at kinks and singular ends, otherwise thousands of
 * times too small, come to be right within a factor of 20 in the mean. What no node sees, a narrow peak, is
 * in no error, nor is rounding, nor are errors of the function itself.
 *
 * Cost: N points a panel, at most 2^{depth+1} - 1 panels a call; a few additions a point and component
 * besides. No allocation, no state but the struct, any thread. */
#ifndef GAPSCALE_MODELS_NUMERIC_PANELS_H
#define GAPSCALE_MODELS_NUMERIC_PANELS_H

#include <stdbool.h>
#include <stddef.h>

#include "models/numeric/legendre.h"

enum { PANELS_MOST = 80, PANELS_ENDS = 4 };

struct panels_panel {
    double low, high, middle, half; /* nodes at middle + half rule->x[j] */
    const struct legendre *rule;
    const double *before; /* the integrals up to `low` */
};

/* Writes component q at node j to value[j count + q]. */
typedef void panels_function(const struct panels_panel *panel, double *value, void *param);
/* Hears of every panel that is kept, with its integrals, right after the function was asked for it. */
typedef void panels_keep(const struct panels_panel *panel, const double *sum, void *param);

/* A panel is kept when every component has error <= absolute + relative |integral up to its end|. */
struct panels_aim {
    double absolute, relative, power;
};

struct panels {
    const struct legendre *rule; /* of more than PANELS_ENDS nodes */
    size_t count;                /* components, up to PANELS_MOST */
    panels_function *function;
    panels_keep *keep; /* may be NULL */
    void *param;
    int depth;        /* how often a panel may be halved */
    double narrowest; /* no panel is cut into halves narrower than that */
    struct panels_aim aim[PANELS_MOST];
    double value[PANELS_MOST], error[PANELS_MOST]; /* 0 at first */
};

/* The aim of components first .. end - 1. */
void panels_aim(struct panels *panels, size_t first, size_t end, struct panels_aim aim);

/* Adds the integral over [low, high], and its error. What is not finite makes both so. */
void panels_add(struct panels *panels, double low, double high);

/* The estimate: s, and the last coefficients in the same unit. */
double panels_error(double scale, const double *last, size_t ends, double power);

#endif
