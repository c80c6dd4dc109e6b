/* flow_answer: what was measured for a request, beside what is predicted.
 *
 * This room: flow_request (words to a design), flow_growth (growth of modes from what tokens did),
 * flow_verdict (whether that is as predicted), and this file, which has it measured and puts it together. */
#ifndef GAPSCALE_ANALYSIS_FLOW_FLOW_ANSWER_H
#define GAPSCALE_ANALYSIS_FLOW_FLOW_ANSWER_H

#include "analysis/flow/flow_growth.h"
#include "analysis/flow/flow_request.h"
#include "analysis/flow/flow_verdict.h"

enum { FLOW_BINS = 128, FLOW_PROBES = 5 };

/* beta <ATT, tangent> at a query (sim/flow/drift.h). */
struct flow_line {
    double degrees; /* from the first component's mean */
    struct estimate measured;
    double predicted, limit, gradient; /* to order 1/n, NaN where 3 rho/n is not below 1; n -> inf;
                                          beta -> inf: of the log density */
    double beyond;                     /* 3 rho/n times the correction of order 1/n: what that leaves out */
};

/* Growth of degree l after step s is at [(s - 1) * modes + l - 1]. */
struct flow_answer {
    double *exact, *finite; /* of one step, at [l - 1]: n -> inf, and to order 1/n, NaN where 3 rho/n is not
                               below 1 or the correction not below the growth */
    double n_eff;
    struct estimate *estimate;
    struct estimate *extrapolated;  /* to n -> inf, from n and n/2 tokens; NULL with one step */
    struct flow_verdict *verdict;   /* of step s at [s - 1]: the first at n, others extrapolated */
    unsigned mode;                  /* that was followed: the fastest of them */
    struct estimate *level, *ratio; /* amplitude after s steps, and over the first; NULL: none followed */
    struct estimate *density; /* relative to the uniform one, of step s at [s * FLOW_BINS]; NULL: not wanted,
                                 or no circle */
    struct flow_line drift[FLOW_PROBES]; /* where there are keys for it */
    struct flow_verdict drift_verdict;
};

/* `density`: whether that of the tokens is wanted, on the circle. Free with flow_answer_free. */
void flow_answer_make(const struct flow_request *request, bool density, struct flow_answer *answer);
void flow_answer_free(struct flow_answer *answer);

/* From the prediction, in standard errors: of what is measured, at n, after one step; of what is
 * extrapolated after more; NaN where that has no error. */
double flow_answer_deviation(const struct flow_request *request, const struct flow_answer *answer,
                             unsigned step, unsigned l);
/* The drift at a query of any angle in degrees: all but what is measured. */
struct flow_line flow_answer_predict(const struct flow_request *request, double degrees);

#endif
