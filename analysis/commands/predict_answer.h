/* predict_answer: what `gapscale predict` tells, computed without sampling. */
#ifndef GAPSCALE_ANALYSIS_COMMANDS_PREDICT_ANSWER_H
#define GAPSCALE_ANALYSIS_COMMANDS_PREDICT_ANSWER_H

#include "analysis/commands/predict_request.h"
#include "models/oracle/limits.h"
#include "models/oracle/oracle.h"
#include "models/theory/positions.h"
#include "models/theory/sphere.h"
#include "models/theory/typical.h"

/* What depends on n alone. */
struct predict_length {
    double log_n, log_asymptotic; /* NaN: no asymptotic law is known */
    struct typical typical;
    double collapse_entropy, collapse_entropy_error; /* over Lambda^typ */
    double collapse_participation, collapse_participation_error;
    double xi_alpha, xi_delta, xi_lambda; /* local exponents in log n; the first two NaN where the sup
                                             of Lambda^typ is its limit at gap 0 */
    struct limits limits;
    struct positions_reach reach; /* keys whose scores fall with distance */
    double typical_score;         /* likewise: s* */
};

struct prediction {
    const struct predict_length *length;
    double log_ratio, beta, beta_ratio, susceptibility;
    struct oracle_point point;
    double log_participation, log_participation_error;
    struct oracle_output output;           /* keys on a sphere */
    struct sphere_subcritical subcritical; /* likewise; NaN where 2 beta overflows */
    double n_eff, across;                  /* likewise: n/rho(beta); variance in a direction across q */
};

/* What is asked for: a series, along prescriptions or not. */
struct predict_request {
    struct config_series series;
    struct betas_prescriptions prescriptions;
};

/* Theory of the attention output is that of keys on a sphere whose scores do not fall with distance. */
bool predict_answer_has_output(const struct config_series *s);
/* Points at each n. */
size_t predict_answer_betas(const struct predict_request *r);

/* Fills `length` (one for each n) and `x`, all points of one n after another, which point to it. */
void predict_answer(const struct predict_request *r, struct predict_length *length, struct prediction *x);

#endif
