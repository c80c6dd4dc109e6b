/* below: the law of a row's largest score where scores fall with distance,
 *
 *     log P(no score above s) = sum_j log(1 - V(s + b(j))),
 *
 * at scores near one another, for which the same few keys stand for all; log(1 - V) is a curve where families
 * have an end. */
#ifndef GAPSCALE_MODELS_ORACLE_BELOW_H
#define GAPSCALE_MODELS_ORACLE_BELOW_H

#include "models/oracle/knots.h"

struct below {
    const struct oracle *oracle;
    double end, sign; /* scores lie at end + sign x, x > 0 */
    struct curve *curve;
    size_t count, room; /* of keys */
    double *penalty, *log_weight, *place, *value;
    bool reached; /* they do not reach too far */
    bool good;    /* not out of memory */
};

void below_open(struct below *below, const struct oracle *oracle);
void below_close(struct below *below);

/* At some scores; NaN where keys reach too far, or once out of memory. */
void below_at(struct below *below, size_t count, const double *score, double *log_below);

/* The same in two steps: keys for two scores and all between, if none of those that others stand for begins
 * to reach above between them; and for what lies a key's penalty beside. */
void below_take(struct below *below, double low, double high);
void below_tell(const struct below *below, size_t count, const double *score, double *log_below);

#endif
