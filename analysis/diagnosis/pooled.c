#include "analysis/diagnosis/pooled.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sim/base/memory.h"

struct heads {
    size_t count, cells;
    const double *const *value;
    double *effect; /* by how much a head lies above the others */
};

/* Means of what there is less effects; false where some head has none. */
static bool take_means(const struct heads *h, double *pooled) {
    bool whole = true;
    for (size_t i = 0; i < h->cells; i++) {
        double sum = 0, count = 0;
        for (size_t k = 0; k < h->count; k++) {
            if (isnan(h->value[k][i])) { continue; }
            sum += h->value[k][i] - h->effect[k];
            count++;
        }
        pooled[i] = count > 0 ? sum / count : NAN;
        whole = whole && (count == 0 || count == (double)h->count);
    }
    return whole;
}

/* The largest change of an effect. */
static double take_effects(const struct heads *h, const double *pooled) {
    double change = 0, mean = 0;
    for (size_t k = 0; k < h->count; k++) {
        double sum = 0, count = 0;
        for (size_t i = 0; i < h->cells; i++) {
            if (isnan(h->value[k][i])) { continue; }
            sum += h->value[k][i] - pooled[i];
            count++;
        }
        double found = count > 0 ? sum / count : 0;
        change = fmax(change, fabs(found - h->effect[k]));
        h->effect[k] = found;
        mean += found / (double)h->count;
    }
    for (size_t k = 0; k < h->count; k++) { h->effect[k] -= mean; }
    return change;
}

/* Least squares by turns. */
void pooled_mean(size_t heads, size_t cells, const double *const *value, double *pooled) {
    enum { MOST = 1000 };
    const double settled = 1e-13;
    const struct heads h = {heads, cells, value, memory_create(heads, sizeof(double))};
    bool whole = take_means(&h, pooled);
    for (int i = 0; i < MOST && !whole && take_effects(&h, pooled) > settled; i++) { take_means(&h, pooled); }
    free(h.effect);
}
