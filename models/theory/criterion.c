#include "models/theory/criterion.h"

#include <math.h>
#include <stdio.h>

#define NAME(KEY, name, most) name,
#define MOST(KEY, name, most) most,
const char *const criterion_name[CRITERION_KINDS] = {CRITERION_TABLE(NAME)};
const double criterion_most[CRITERION_KINDS] = {CRITERION_TABLE(MOST)};

void criterion_label(const struct criterion *criterion, char label[CRITERION_LABEL]) {
    const char *name = criterion_name[criterion->kind];
    if (criterion->kind == CRITERION_SUSCEPTIBILITY) {
        snprintf(label, CRITERION_LABEL, "%s", name);
    } else {
        snprintf(label, CRITERION_LABEL, "%s=%.15g", name, criterion->threshold);
    }
}
