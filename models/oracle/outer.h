/* outer: one pass over x = log u at one beta, which answers every question about it (THEORY 4, oracle.h).
 *
 * The integrals are components of one vector-valued function of x, integrated by panels (panels.h) on the
 * scale of the integrand: that of e^{-e^x}, or of n V as a function of b where that is longer; where it is
 * much longer, by the series of series.h. */
#ifndef GAPSCALE_MODELS_ORACLE_OUTER_H
#define GAPSCALE_MODELS_ORACLE_OUTER_H

#include "models/numeric/panels.h"
#include "models/oracle/field.h"

enum {
    ENTROPY,
    PARTICIPATION,
    NO_PARTICIPATION, /* 1 - Y_2 */
    TOP,
    NO_TOP,   /* 1 - p_(1) */
    POSITION, /* x - origin */
    FAR,      /* the weight of scores that only a is known of */
    SUSCEPTIBILITY,
    MEANS, /* those before come always, those from here on where the question has output, gap or ranks */
    TANGENTIAL = MEANS,
    ALONG,      /* sum p (b - centre) */
    RADIAL,     /* its square */
    GAP,        /* sum p (b - b_(1)) */
    GAP_MISSED, /* `missed` of struct inner_gap */
    QUANTITIES,
    RANKS = QUANTITIES /* ordered weights from here on */
};

struct outer {
    struct field field;
    struct panels sum;          /* the integrals, and the errors of the outer rule */
    double own[QUANTITIES];     /* those of the integrands: inner rule, gaps, slopes */
    double rough, middle, half; /* of the panel under way: series.h; of x */
    bool is_long;               /* likewise: goes over y and by the series */
    double left;                /* phi^{n-1} at the last x looked at: what rows are beyond */
};

/* All scores that the pass at one beta looks at. False when out of memory. To be closed (field_close) in
 * either case. */
bool outer_field(struct field *field, const struct oracle *oracle, double beta,
                 struct oracle_question question);

/* At 0 < beta <= OUTER_LARGEST_BETA. What cannot be computed leaves NaN in all of `sum`. False when out of
 * memory. To be closed in either case. */
bool outer_integrate(struct outer *outer, const struct oracle *oracle, double beta,
                     struct oracle_question question);
void outer_close(struct outer *outer);

#define OUTER_LARGEST_BETA 1e12 /* beyond it b loses the digits of x */

/* The outer integral's error and the integrand's. */
static inline double outer_error(const struct outer *s, size_t q) { return s->sum.error[q] + s->own[q]; }

#endif
