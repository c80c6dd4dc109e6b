#include "analysis/study/along.h"

#include <stdio.h>
#include <string.h>

#include "analysis/study/shared.h"

static const struct results_series *first_of(const struct study *study, const struct along *along) {
    size_t p = 0;
    while (along->series[p] == study->count) { p++; }
    return study->fit[along->series[p]].series;
}

static bool same_law(const struct results_series *a, const struct results_series *b) {
    return shared_law(a, b) && a->log_trained == b->log_trained && a->coef == b->coef;
}

static void begin_course(struct along *along, const struct study *study, const struct fit *fit) {
    const char *suffix = prescription_name[fit->series->prescription];
    size_t length = strlen(fit->name), cut = strlen(suffix) + 1;
    snprintf(along->name, sizeof along->name, "%s", fit->name);
    if (length > cut && along->name[length - cut] == '-' &&
        strcmp(along->name + length - cut + 1, suffix) == 0) {
        along->name[length - cut] = '\0';
    }
    for (size_t p = 0; p < PRESCRIPTIONS; p++) { along->series[p] = study->count; }
}

size_t along_collect(const struct study *study, struct along *along) {
    size_t count = 0;
    for (size_t i = 0; i < study->count; i++) {
        const struct results_series *s = study->fit[i].series;
        size_t at = 0;
        if (!s->is_prescribed) { continue; }
        while (at < count && (!same_law(first_of(study, &along[at]), s) ||
                              along[at].series[s->prescription] < study->count)) {
            at++;
        }
        if (at == count) { begin_course(&along[count++], study, &study->fit[i]); }
        along[at].series[s->prescription] = i;
    }
    return count;
}
