/* predict_answer: what `gapscale predict` tells, computed without sampling (this file), and said on stdout
 * (predict_table, predict_numbers). */
#ifndef GAPSCALE_ANALYSIS_COMMANDS_PREDICT_ANSWER_H
#define GAPSCALE_ANALYSIS_COMMANDS_PREDICT_ANSWER_H

#include "analysis/commands/predict_request.h"
#include "models/oracle/course.h"
#include "models/oracle/limits.h"
#include "models/oracle/oracle.h"
#include "models/theory/positions.h"
#include "models/theory/sphere.h"
#include "models/theory/typical.h"

/* What depends on n alone. */
struct predict_length {
    double log_n, n;       /* the latter whole below 2^53 */
    double log_asymptotic; /* NaN: no asymptotic law is known */
    struct typical typical;
    double collapse_entropy, collapse_entropy_error; /* over Lambda^typ */
    double collapse_participation, collapse_participation_error;
    double xi_alpha, xi_delta, xi_lambda; /* local exponents in log n; the first two NaN where the sup
                                             of Lambda^typ is its limit at gap 0 */
    struct limits limits;
    struct positions_reach reach; /* keys whose scores fall with distance; the window as a whole number: */
    double window;
};

struct prediction {
    const struct predict_length *length;
    double log_ratio, beta, beta_ratio; /* the first is known where the others leave the range of doubles */
    struct oracle_point point;
    double susceptibility, susceptibility_error;
    double log_partition, log_partition_error; /* relative to the maximum */
    double log_participation, log_participation_error;
    struct oracle_output output;           /* where the answer has_output: keys on a sphere */
    struct sphere_subcritical subcritical; /* likewise; NaN where 2 beta overflows */
    double n_eff, across, across_error;    /* likewise: n/rho(beta); variance in a direction across q */
};

/* `count` points, those of one n after another, which point to what depends on n alone, one for each n of the
 * series; a course for each prescription that is asked for. */
struct predict_answer {
    const struct config_series *series;
    const struct betas_prescriptions *along;
    bool has_output;
    struct course course[PRESCRIPTIONS];
    struct predict_length *length;
    size_t count;
    struct prediction *point;
};

/* Free with predict_answer_free; the request must outlive it. */
void predict_answer_make(const struct predict_request *request, struct predict_answer *answer);
void predict_answer_free(struct predict_answer *answer);

/* The name of that of the i-th point; NULL: beta goes along none. */
const char *predict_answer_prescription(const struct predict_answer *answer, size_t i);

/* For people. */
void predict_table_print(const struct predict_answer *answer);
/* An object with a member for each point, and a line for each (results/SCHEMA.md). */
void predict_numbers_print_json(const struct predict_answer *answer);
void predict_numbers_print_csv(const struct predict_answer *answer);

/* Of a limit law. */
extern const char *const predict_table_law_name[];

#endif
