/* prescription: how beta is made to grow with context length in practice (THEORY 8): the multiplier m(n) of
 * the scores of a model trained at length n_0, m(n_0) = 1.
 *
 *     const      1
 *     sqrt_log   (log n/log n_0)^(1/2)               random-energy model
 *     log        log n/log n_0                       scalable softmax, arXiv:2501.19399
 *     yarn       (0.1 log(n/n_0) + 1)^2, n > n_0; 1  arXiv:2309.00071
 *     log2       (log n/log n_0)^2 */
#ifndef GAPSCALE_MODELS_THEORY_PRESCRIPTION_H
#define GAPSCALE_MODELS_THEORY_PRESCRIPTION_H

enum prescription {
    PRESCRIPTION_CONST,
    PRESCRIPTION_SQRT_LOG,
    PRESCRIPTION_LOG,
    PRESCRIPTION_YARN,
    PRESCRIPTION_LOG2,
    PRESCRIPTIONS
};
extern const char *const prescription_name[PRESCRIPTIONS];

/* log m(n), n and n_0 > 1. */
double prescription_log_multiplier(enum prescription prescription, double log_n, double log_trained);
/* m(n) ~ A (log n)^power as n -> inf: the power, and log A. */
double prescription_power(enum prescription prescription);
double prescription_log_amplitude(enum prescription prescription, double log_trained);

#endif
