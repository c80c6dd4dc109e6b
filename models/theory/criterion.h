/* criterion: where softmax attention is said to collapse: the beta at which a measure of the weights crosses
 * a threshold, or at which the susceptibility is largest (THEORY 2). */
#ifndef GAPSCALE_MODELS_THEORY_CRITERION_H
#define GAPSCALE_MODELS_THEORY_CRITERION_H

#include <stdbool.h>

enum criterion_kind {
    CRITERION_ENTROPY,
    CRITERION_PARTICIPATION,
    CRITERION_TOP_TWO_RATIO,
    CRITERION_SUSCEPTIBILITY
};
struct criterion {
    enum criterion_kind kind;
    double threshold; /* unused for susceptibility */
};
enum { CRITERION_LABEL = 48 };
/* "entropy=1", "participation=0.5", "top_two_ratio=0.5", "susceptibility". */
void criterion_label(const struct criterion *criterion, char label[CRITERION_LABEL]);
/* The inverse; false when `label` is none. */
bool criterion_parse(const char *label, struct criterion *criterion);

#endif
