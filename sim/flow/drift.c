#include "sim/flow/drift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"

/* Across mu: towards `towards`, or the axis least along mu where that is parallel to it. */
static void direction_across(size_t d, const double *mu, const double *towards, double *e) {
    const double parallel = 1e-12;
    double along = 0, across = 0;
    for (size_t c = 0; c < d; c++) { along += towards[c] * mu[c]; }
    for (size_t c = 0; c < d; c++) { across = hypot(across, towards[c] - along * mu[c]); }
    if (across > parallel) {
        memcpy(e, towards, d * sizeof *e);
    } else {
        size_t least = 0;
        for (size_t c = 1; c < d; c++) { least = fabs(mu[c]) < fabs(mu[least]) ? c : least; }
        for (size_t c = 0; c < d; c++) { e[c] = c == least; }
    }
    tokens_across(d, mu, 1, e);
    tokens_across(d, mu, 1, e); /* once more: what was left may have been little */
}

void drift_probe(const struct sphere_mixture *keys, size_t probes, const double *angle, double *query,
                 double *tangent) {
    size_t d = keys->dimension;
    const double *mu = keys->component[0].mean;
    double *e = memory_create(d, sizeof *e);
    direction_across(d, mu, keys->component[keys->count > 1 ? 1 : 0].mean, e);
    for (size_t p = 0; p < probes; p++) {
        double cosine = cos(angle[p]), sine = sin(angle[p]);
        for (size_t c = 0; c < d; c++) {
            query[p * d + c] = cosine * mu[c] + sine * e[c];
            tangent[p * d + c] = sine * mu[c] - cosine * e[c];
        }
    }
    free(e);
}

void drift_measure(const struct flow_design *design, const struct sphere_mixture *keys, size_t probes,
                   const double *query, const double *tangent, struct progress *progress, double *drift) {
    size_t d = design->dimension;
    struct tokens tokens = tokens_create(d, design->count);
    struct tokens queries = tokens_create(d, probes), out = tokens_create(d, probes);
    for (size_t p = 0; p < probes; p++) { tokens_put(&queries, p, query + p * d); }
    for (size_t r = 0; r < design->replicates; r++) {
        struct stream stream = stream_make(design->seed, "flow-drift", log((double)design->count), false, r);
        tokens_place_mixture(&stream, keys, &tokens);
        flow_attend(&tokens, &queries, design->beta, design->threads, &out);
        for (size_t p = 0; p < probes; p++) {
            double sum = 0;
            for (size_t c = 0; c < d; c++) { sum += out.x[c * out.stride + p] * tangent[p * d + c]; }
            drift[r * probes + p] = sum;
        }
        progress_add(progress, (double)design->count * (double)probes, "drift");
    }
    tokens_free(&tokens);
    tokens_free(&queries);
    tokens_free(&out);
}
