/* lone: what one key of a row without penalties has, as functions of the depth of x below a top: of inner.h
 *
 *     log phi,    A = E[a e^-a]/phi,    E[a^2 e^-a]/phi,    B = E[a e^-a G]/phi,    C = E[a e^-a G^2]/phi,
 *     A C - B^2,    G = -gamma - log a.
 *
 * At many depths a step apart they come from a lattice of scores (lattice.h). Behind LONE_BEHIND, where
 * scores reach so far that they hardly change from unit to unit, from curves (curve.h) of their logarithms
 * and ratios, to 1e-12 of themselves and what gaps are off. */
#ifndef GAPSCALE_MODELS_ORACLE_LONE_H
#define GAPSCALE_MODELS_ORACLE_LONE_H

#include "models/numeric/curve.h"
#include "models/oracle/comb.h"
#include "models/oracle/deep.h"
#include "models/oracle/field.h"
#include "models/oracle/lattice.h"

enum lone_function {
    LONE_LOG_PHI,
    LONE_FIRST,
    LONE_SHARED,
    LONE_ENTROPIES,
    LONE_SPREADS,
    LONE_OWN,
    LONE_FUNCTIONS
};

#define LONE_BEHIND 30.0

struct lone {
    struct field field;      /* covered and finished, as far as there is no `deep` */
    const struct deep *deep; /* NULL: none */
    double deep_from;        /* the depth */
    double top, end;         /* x at depth 0; the depth where scores end that rows have */
    struct comb_keys keys; /* whose functions they are, in a unit of about 1/n, where doubles do not reach */
    double unit, part;     /* that; 1/n in it */
    struct curve *behind;  /* NULL: none */
    double behind_from;    /* the depth at which it begins, LONE_BEHIND or more */
};

/* At beta times the law's Lambda^typ, for those keys, whose log_unit is told here: x_low of the field is
 * where its scores begin. To be closed. */
void lone_open(struct lone *lone, const struct oracle *law, double beta, const struct comb_keys *keys);
/* Then: from that top on to `depth`, or all; where there is a `deep` that does, to where it knows the rest.
 * False when out of memory. */
bool lone_cover(struct lone *lone, double top, double depth, const struct deep *deep);

/* Whether a depth lies behind all that a `deep` knows, where the functions are 0. */
bool lone_is_over(const struct lone *lone, double depth);
/* In that unit, as all that follows. */
void lone_at(const struct lone *lone, double depth, double value[LONE_FUNCTIONS]);

/* At depths first, first + step, .., VECTOR_ROW of them after the other. To be ended in any
 * case; false when out of memory. */
struct lone_run {
    const struct lone *lone;
    double first, step;
    size_t next;
    struct lattice lattice;
};
bool lone_begin(struct lone_run *run, const struct lone *lone, double first, double step);
void lone_next(struct lone_run *run, double row[LONE_FUNCTIONS][VECTOR_ROW]);
void lone_end(struct lone_run *run);

/* Makes curves as far as `end`. False when out of memory. */
bool lone_look_behind(struct lone *lone);
void lone_forget(struct lone *lone); /* the curves */
void lone_close(struct lone *lone);

/* row[f][k] at depths first + k step, 0 beyond `end`. False when out of memory. */
bool lone_fill(const struct lone *lone, double first, double step, size_t count,
               double *const row[LONE_FUNCTIONS]);

/* For steps of `step`, twice that, .., the depths, LONE_BEHIND at least, from where on polynomials through 16
 * points that are a step apart do; infinite where there is none. */
void lone_smooth_from(const struct lone *lone, double step, size_t count, double *from);

#endif
