#include "models/theory/criterion.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

bool criterion_parse(const char *label, struct criterion *criterion) {
    for (int kind = CRITERION_ENTROPY; kind <= CRITERION_SUSCEPTIBILITY; kind++) {
        size_t length = strlen(criterion_name[kind]);
        if (strncmp(label, criterion_name[kind], length) != 0) { continue; }
        *criterion = (struct criterion){.kind = (enum criterion_kind)kind};
        if (kind == CRITERION_SUSCEPTIBILITY) { return label[length] == '\0'; }
        char *end;
        if (label[length] != '=') { return false; }
        criterion->threshold = strtod(label + length + 1, &end);
        return end != label + length + 1 && *end == '\0';
    }
    return false;
}
