/* flow_answer: what was measured for a request, beside what is predicted. */
#ifndef GAPSCALE_ANALYSIS_FLOW_ANSWER_H
#define GAPSCALE_ANALYSIS_FLOW_ANSWER_H

#include "flow_request.h"

enum { FLOW_BINS = 128, FLOW_PROBES = 5 };
extern const double flow_answer_degrees[FLOW_PROBES];

struct flow_answer {
    double *product;
    struct flow_estimate *estimate;
    double *exact, *finite, *ones; /* growth of degree l at [l - 1]: n -> inf, at n, none */
    double n_eff;
    double
        neglected; /* what is beyond order 1/n, over the error of the first step: the largest of all modes */
    struct flow_agreement agreement, still; /* with the prediction; with no growth at all */
    unsigned mode;                          /* that was followed: the fastest of them */
    double *amplitude, *density;
    struct flow_estimate *level, *ratio; /* amplitude after s steps, and over the first */
    struct flow_estimate drift[FLOW_PROBES];
    double predicted[FLOW_PROBES], limit[FLOW_PROBES], gradient[FLOW_PROBES]; /* at n, n -> inf, beta -> inf;
                                                                                 times beta */
};

/* `density`: whether that of the tokens is wanted, on the circle. Free with flow_answer_free. */
void flow_answer_make(const struct flow_request *request, bool density, struct flow_answer *answer);
void flow_answer_free(struct flow_answer *answer);

/* In standard errors. */
double flow_answer_deviation(const struct flow_estimate *estimate, double predicted);

#endif
