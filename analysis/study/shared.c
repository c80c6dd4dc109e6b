#include "analysis/study/shared.h"

#include <string.h>

#include "sim/rows/stream.h"

bool shared_law(const struct results_series *a, const struct results_series *b) {
    bool same = a->family == b->family;
    for (size_t i = 0; same && i < a->family->parameter_count; i++) {
        const struct schedule *x = &a->parameter[i], *y = &b->parameter[i];
        same = x->coef == y->coef && x->log_power == y->log_power && x->power == y->power;
    }
    return same;
}

bool shared_criterion(const struct fit *a, const struct fit *b) {
    const struct criterion *x = fit_criterion(a), *y = fit_criterion(b);
    return x && y && x->kind == y->kind && x->threshold == y->threshold;
}

bool shared_at(const struct fit *a, double log_n_a, const struct fit *b, double log_n_b) {
    struct stream first = stream_make(a->seed, a->series->name, log_n_a, a->common, 0),
                  second = stream_make(b->seed, b->series->name, log_n_b, b->common, 0);
    return memcmp(&first, &second, sizeof first) == 0;
}

static bool is_drawn(const struct fit *fit) {
    enum family_kind kind = fit->series->family->kind;
    return kind != FAMILY_MEASURED && kind != FAMILY_FIXED;
}

bool shared_any(const struct fit *a, const struct fit *b) {
    if (!is_drawn(a) || !is_drawn(b) || a->seed != b->seed || strcmp(a->series->name, b->series->name) != 0) {
        return false;
    }
    for (size_t i = 0; i < a->lengths; i++) {
        for (size_t j = 0; j < b->lengths; j++) {
            if (shared_at(a, a->series->log_n[i], b, b->series->log_n[j])) { return true; }
        }
    }
    return false;
}
