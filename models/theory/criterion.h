/* criterion: where softmax attention is said to collapse: the beta at which a measure of the weights crosses
 * a threshold, or at which the susceptibility is largest (THEORY 2). */
#ifndef GAPSCALE_MODELS_THEORY_CRITERION_H
#define GAPSCALE_MODELS_THEORY_CRITERION_H

#include <stdbool.h>

/* Key, name, and what a threshold lies below; above 0. The last has none. */
#define CRITERION_TABLE(CRITERION)                                                                           \
    CRITERION(ENTROPY, "entropy", INFINITY)                                                                  \
    CRITERION(PARTICIPATION, "participation", 1)                                                             \
    CRITERION(TOP_TWO_RATIO, "top_two_ratio", 1)                                                             \
    CRITERION(SUSCEPTIBILITY, "susceptibility", NAN)

#define CRITERION_KEY(KEY, ...) CRITERION_##KEY,
enum criterion_kind { CRITERION_TABLE(CRITERION_KEY) };
enum { CRITERION_KINDS = CRITERION_SUSCEPTIBILITY + 1 };
extern const char *const criterion_name[CRITERION_KINDS];
extern const double criterion_most[CRITERION_KINDS];

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
