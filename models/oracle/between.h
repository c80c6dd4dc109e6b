/* between: what the rows of a law have at any beta, from its answers at a few.
 *
 * Means are functions of b = beta/Lambda^typ that turn within about (2 log n)^-1/2 of b = 1, and are powers
 * of b below, of 1/b above. As functions of v they turn over stretches of order 1 everywhere,
 *
 *     b = 1 + w sinh v, v <= 0,     1/b = 1 - w sinh v, v >= 0,     w = 3 (2 log n)^-1/2,
 *
 * (where 1/b is hardly more than 0, v goes with log b) and are kept as polynomials in v on panels of it:
 * through answers at Leja points (models/numeric/leja.h), of which one more is taken until three that follow
 * one another were foretold. Panels are made when they are first asked for, and again where more is asked;
 * they hold nothing else that depends on what was asked. */
#ifndef GAPSCALE_MODELS_ORACLE_BETWEEN_H
#define GAPSCALE_MODELS_ORACLE_BETWEEN_H

#include "models/numeric/leja.h"
#include "models/oracle/knots.h"

enum between_column {
    BETWEEN_ENTROPY,
    BETWEEN_PARTICIPATION,
    BETWEEN_TOP_WEIGHT,
    BETWEEN_LOG_TOP,
    BETWEEN_LOG_Z, /* relative to b E g of the row's maximum */
    BETWEEN_GAP,   /* times b, but for struct between_panel */
    BETWEEN_SUSCEPTIBILITY,
    BETWEEN_MEANS /* ordered weights from here on */
};
enum { BETWEEN_COLUMNS = BETWEEN_MEANS + ORACLE_RANKS };

struct between_panel {
    double low, high; /* v; the first goes on down to b = 0 */
    size_t count;     /* of points; 0: not made yet */
    struct oracle_question ask;
    double fineness;
    bool plain_gap;                /* the gap has no factor b, to be known where b is small */
    double weight[LEJA_MOST];      /* leja.h */
    double rough[BETWEEN_COLUMNS]; /* how far the last answers were from what was foretold */
    double (*value)[LEJA_MOST], (*error)[LEJA_MOST]; /* [column][point]; the law's own errors */
};

enum { BETWEEN_PANELS = 32 };
#define BETWEEN_LARGEST 1e30 /* that the last panel reaches; answers end at OUTER_LARGEST_BETA */

struct between {
    const struct oracle *law; /* as law_ask takes it */
    double width, far, far_v; /* w; the b, and its v, from which on v goes with log b */
    double x[LEJA_MOST];
    struct between_panel panel[BETWEEN_PANELS];
};

void between_open(struct between *between, const struct oracle *law);
void between_close(struct between *between);

/* The panel that b in (0, BETWEEN_LARGEST] is in. */
size_t between_place(const struct between *between, double b);

/* Makes the panel answer the question. False when out of memory. */
bool between_make(struct between *between, size_t panel, const struct oracle_question *ask);

/* The place of b in a panel, -1 to 1 (a little less at b = 0); and b there. */
double between_x(const struct between *between, const struct between_panel *panel, double b);
double between_b(const struct between *between, const struct between_panel *panel, double x);
/* The places of some b within the panel, side by side. */
void between_xs(const struct between *between, const struct between_panel *panel, size_t count,
                const double *b, double *x);

#endif
