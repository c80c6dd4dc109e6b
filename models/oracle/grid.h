/* grid: sums over keys at positions, of one key's functions (lone.h) at depths a step apart.
 *
 * It ends where all keys have nothing more, or where all scores are so far above that the functions are e^x
 * times polynomials from there on, or a step behind the nearer keys of the last sum, where far.h adds the
 * rest. */
#ifndef GAPSCALE_MODELS_ORACLE_GRID_H
#define GAPSCALE_MODELS_ORACLE_GRID_H

#include "models/oracle/far.h"
#include "models/oracle/ladder.h"
#include "models/oracle/lone.h"

/* To steps so long the trapezoid rule, off by e^{-pi^2/step} of the sharpest that a key can be, does for keys
 * at points, whatever the next differences are. */
#define GRID_SHARP 0.37

enum { GRID_MOST_HALVED = 1 << 15 };

struct grid {
    struct lone lone; /* covered to where it is wanted */
    bool is_near;     /* `far` adds far keys */
    struct far far;
    double step;
    size_t count, reach, room; /* points; those until all keys have nothing more */
    double *value[LONE_FUNCTIONS], fall[LONE_FUNCTIONS];
};

/* Of a step, from depth 0 on. False when out of memory. */
bool grid_fill(struct grid *grid);
/* Twice as fine. Likewise. */
bool grid_halve(struct grid *grid);
/* What ladder_climb does, by the trapezoid rule: where the product of all phi is something, to where its
 * logarithm is nothing, and E a e^-a with it. */
enum comb_state grid_sum(struct grid *grid, ladder_add *add, void *context);
/* Everything. */
void grid_discard(struct grid *grid);

#endif
