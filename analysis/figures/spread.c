#include "analysis/figures/spread.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"

struct label {
    double place;
    size_t index;
};

static int compare(const void *a, const void *b) {
    const struct label *x = a, *y = b;
    if (x->place != y->place) { return x->place < y->place ? -1 : 1; }
    return x->index < y->index ? -1 : 1;
}

/* Neighbours that moved together. */
struct pool {
    double mean;
    size_t count;
};

/* The nearest rising sequence in least squares, by pooling what falls (Ayer et al., Ann. Math. Stat. 26
 * (1955) 641). */
static void make_rising(size_t count, struct label *label) {
    struct pool *pool = memory_create(count, sizeof *pool);
    size_t pools = 0;
    for (size_t i = 0; i < count; i++) {
        pool[pools++] = (struct pool){label[i].place, 1};
        while (pools > 1 && pool[pools - 2].mean > pool[pools - 1].mean) {
            struct pool *low = &pool[pools - 2], high = pool[--pools];
            low->mean += (high.mean - low->mean) * (double)high.count / (double)(low->count + high.count);
            low->count += high.count;
        }
    }
    for (size_t p = 0, i = 0; p < pools; p++) {
        for (size_t k = 0; k < pool[p].count; k++) { label[i++].place = pool[p].mean; }
    }
    free(pool);
}

void spread_labels(size_t count, double *place, double apart) {
    struct label *label = memory_create(count + 1, sizeof *label);
    size_t shown = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(place[i])) { label[shown++] = (struct label){place[i], i}; }
    }
    qsort(label, shown, sizeof *label, compare);
    if (shown > 1) { apart = fmin(apart, 1 / (double)(shown - 1)); }
    for (size_t i = 0; i < shown; i++) { label[i].place -= (double)i * apart; }
    make_rising(shown, label);
    const double last = shown > 0 ? 1 - (double)(shown - 1) * apart : 0;
    for (size_t i = 0; i < shown; i++) {
        place[label[i].index] = fmin(fmax(label[i].place, 0), fmax(last, 0)) + (double)i * apart;
    }
    free(label);
}
