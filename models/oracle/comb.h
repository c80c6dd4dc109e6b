/* comb: sums over keys at positions of what is known of one key on a grid.
 *
 * Of a function f at x_k = x_0 - k step, k = 0 .. count - 1, 0 beyond:
 *
 *     S_i = sum_j f(x_k - scale b(j)),    k = COMB_FIRST + i,  i = 0 .. sums - 1
 *
 * with penalties b of keys j as positions.h has them. f between the points is the polynomial through the
 * COMB_TAPS around; what those count for, summed over the keys, are weights of multiples of the step, and S
 * takes as many terms as the grid has points, however many keys there are.
 *
 * Where penalties grow linearly and a key's is a whole number of steps, or a step that of a whole number of
 * keys, all weights from one on are the same, at every `stride`: S is a sum over a few, and one that grows
 * from point to point. comb_step makes it so; where a step is that of several keys, it has to hold to the end
 * of the grid. */
#ifndef GAPSCALE_MODELS_ORACLE_COMB_H
#define GAPSCALE_MODELS_ORACLE_COMB_H

#include "models/numeric/vector.h"
#include "models/theory/positions.h"

enum { COMB_TAPS = VECTOR_TAPS, COMB_FIRST = COMB_TAPS / 2 };

struct comb {
    size_t count, sums, taps;
    double step;
    size_t *at;                      /* of each tap, increasing: k for i = 0 */
    double *weight, *size, *between; /* modulus; and without the keys that are at a point */
    size_t first, stride; /* those of weight `same` are at first, first + stride, ..; stride 0: none are */
    size_t end;           /* to before first + end, where there are no other taps */
    double same;
    struct comb_moments *fall; /* [k]: of the taps from k on, t from there on; NULL: no function falls */
};

/* What e^-t counts for over some taps, and the mean and the variance that t has by it. */
struct comb_moments {
    double sum, mean, variance;
};

/* How a function goes on beyond the grid, at t = (k - count) step: e^-t (c[0] + c[1] t + c[2] t^2). */
struct comb_fall {
    double c[3];
};

/* A step, at most, for which weights are the same, and for halves of it. */
double comb_step(double linear, double scale, double step);

/* log of the number of keys up to a penalty, at most. */
double comb_log_keys(struct family_position position, double log_n, double penalty);

/* Where a function may end that falls with depth: `before`, -inf at first, is its own. */
struct comb_end {
    struct family_position position;
    double log_n, scale, before;
};
/* Whether the values from so far below x_0 on, this one's logarithm given, add up to less than e^-36 over as
 * many keys as may be there. */
bool comb_is_over(struct comb_end *end, double depth, double log_value);

enum comb_state { COMB_MADE, COMB_TOO_FAR, COMB_NO_MEMORY };

/* Sums, and keys, go to where the grid would end with `reach` points: `count`, or more where the functions
 * are to fall; or less, and there may be any sums for which the grid has points. To be closed in any case. */
enum comb_state comb_open(struct comb *comb, const struct vector *vector, struct family_position position,
                          double log_n, double scale, double step, size_t count, size_t reach);
void comb_close(struct comb *comb);

/* S from `begin` on, a multiple of VECTOR_ROW. Rows are f_k from 0 on and COMB_TAPS + VECTOR_ROW zeros; what
 * receives S has room for comb_room, which is known from the beginning. */
size_t comb_room(const struct comb *comb);
void comb_add(const struct comb *comb, const struct vector *vector, size_t begin, const double *row,
              double *sum);
/* Likewise what S may be off, of what comb_miss says of each point: by all keys, or by those between points
 * alone, where f is known at all points and smooth. */
void comb_add_miss(const struct comb *comb, const struct vector *vector, size_t begin, bool all,
                   const double *miss, double *sum);

/* What the part beyond the grid adds to S_i. */
double comb_fall_at(const struct comb *comb, const struct comb_fall *fall, size_t i);

/* Where S increases: sums end where it is `high`, or a little later; where to begin to have all from `low`
 * on. Neither where sums grow from point to point, which takes no time. */
size_t comb_trim(struct comb *comb, const struct vector *vector, const double *row,
                 const struct comb_fall *fall, double low, double high);

/* Weights of the keys whose penalties, times `scale`, are from `begin` on and before the next lot's, on a
 * grid of its step: [COMB_FIRST + l] that of l steps, l > -COMB_FIRST. Rows of zeros with room for `count`
 * steps and COMB_TAPS; what is further is left out. A key may be some that are a few steps of their lot
 * apart. */
struct comb_lot {
    double begin, step, *weight, *exact; /* exact: of keys at a point */
    size_t count;
};
struct comb_keys {
    struct family_position position;
    double log_n, scale, log_unit; /* a key weighs e^log_unit */
};
/* False where keys reach too far. */
bool comb_lay_out(const struct vector *vector, const struct comb_keys *keys, size_t lots,
                  const struct comb_lot *lot);

/* With log penalties alone, from so many keys on, sums over them are integrals to 1e-14. */
#define COMB_DENSE 0x1p22
/* log(1 + distance) at which such keys end, half a key behind the last. */
double comb_log_last(double log_n);
/* What rate e^{rate (u - 1)} du of keys, u from 0 to 1, count for: for the points around both ends. */
void comb_dense_step(const struct vector *vector, double rate, double share[COMB_TAPS]);

/* What the points COMB_FIRST - 1 before to COMB_FIRST behind count for in the middle of two. */
void comb_middle(double share[COMB_TAPS]);

/* What polynomials, and the rule that stands for many keys, are off near each point of a row: the next term
 * of their series, added to `miss`. */
void comb_miss(size_t count, const struct vector *vector, const double *row, double *miss);

#endif
