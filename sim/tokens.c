#include "tokens.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "progress.h"

static struct stream replicate_stream(const struct tokens_request *r, uint64_t replicate) {
    return stream_make(r->seed, "flow", log((double)r->n), false, replicate);
}

/* ---- growth ---- */

/* Of one replicate, step and mode: sums over axes of a' a and a^2. */
struct products {
    double cross, square;
};

static void add_products(const struct tokens_request *r, const double *before, const double *after,
                         struct products *out) {
    size_t axes = flow_axes(r->dimension);
    for (size_t l = 0; l < r->modes; l++) {
        out[l] = (struct products){0, 0};
        for (size_t k = l * axes; k < (l + 1) * axes; k++) {
            out[l].cross += after[k] * before[k];
            out[l].square += before[k] * before[k];
        }
    }
}

static void fill_histogram(size_t n, const double *x, double *bin) {
    for (size_t i = 0; i < TOKENS_BINS; i++) { bin[i] = 0; }
    for (size_t i = 0; i < n; i++) {
        double turn = atan2(x[n + i], x[i]) / (2 * M_PI) + 0.5;
        bin[(size_t)fmin(turn * TOKENS_BINS, TOKENS_BINS - 1)] += (double)TOKENS_BINS / (double)n;
    }
}

/* One replicate: products [steps][modes]. `work` has room for two sets of tokens and of amplitudes. */
static bool grow_once(const struct isa *isa, const struct tokens_request *r, uint64_t replicate, double *work,
                      struct products *products, double *histogram) {
    size_t size = r->dimension * r->n, amplitudes = r->modes * flow_axes(r->dimension);
    double *x = work, *moved = x + size, *before = moved + size, *after = before + amplitudes;
    struct stream stream = replicate_stream(r, replicate);
    if (!flow_draw(isa, &stream, &r->density, r->dimension, r->n, x)) { return false; }
    flow_amplitudes(r->dimension, r->n, x, r->modes, before);
    if (histogram) { fill_histogram(r->n, x, histogram); }
    for (size_t s = 0; s < r->steps; s++) {
        if (!flow_step(isa, r->dimension, r->n, x, r->beta, r->tau, r->threads, moved)) { return false; }
        memcpy(x, moved, size * sizeof *x);
        flow_amplitudes(r->dimension, r->n, x, r->modes, after);
        add_products(r, before, after, products + s * r->modes);
        memcpy(before, after, amplitudes * sizeof *before);
        if (histogram) { fill_histogram(r->n, x, histogram + (s + 1) * TOKENS_BINS); }
    }
    return true;
}

static struct tokens_growth ratio(size_t replicates, const struct products *p, size_t stride) {
    double cross = 0, square = 0, rest = 0;
    for (size_t i = 0; i < replicates; i++) {
        cross += p[i * stride].cross;
        square += p[i * stride].square;
    }
    struct tokens_growth g = {cross / square, NAN};
    for (size_t i = 0; i < replicates; i++) {
        double off = p[i * stride].cross - g.value * p[i * stride].square;
        rest += off * off;
    }
    if (replicates > 1) { g.se = sqrt(rest * (double)replicates / ((double)replicates - 1)) / square; }
    return g;
}

bool tokens_grow(const struct isa *isa, const struct tokens_request *r, struct tokens_growth *growth,
                 double *histogram) {
    size_t each = r->steps * r->modes, size = r->dimension * r->n,
           amplitudes = r->modes * flow_axes(r->dimension);
    struct products *products = calloc(r->replicates * each, sizeof *products);
    double *work = malloc(2 * (size + amplitudes) * sizeof *work);
    bool good = products && work;
    struct progress progress = progress_start((double)r->replicates, 0, r->quiet);
    for (size_t i = 0; good && i < r->replicates; i++) {
        good = grow_once(isa, r, i, work, products + i * each, i == 0 ? histogram : NULL);
        progress_add(&progress, 1, "flow");
    }
    progress_end(&progress);
    for (size_t k = 0; good && k < each; k++) { growth[k] = ratio(r->replicates, products + k, each); }
    free(products);
    free(work);
    return good;
}

/* ---- drift ---- */

struct sum {
    double one, two;
};

static void sum_add(struct sum *s, double x) {
    s->one += x;
    s->two += x * x;
}

static double sum_se(const struct sum *s, double count, double *mean) {
    *mean = s->one / count;
    return sqrt(fmax(0, s->two / count - *mean * *mean) / (count - 1));
}

/* One replicate at all probes, into along and across [TOKENS_PROBES]. */
static bool drift_once(const struct isa *isa, const struct tokens_request *r, uint64_t replicate,
                       double *along, double *across) {
    size_t d = r->dimension;
    double *work = calloc(d * r->n + 2 * r->n + 2 * d, sizeof *work);
    struct stream stream = replicate_stream(r, replicate);
    bool good = work && flow_draw(isa, &stream, &r->density, d, r->n, work);
    for (size_t p = 0; good && p < TOKENS_PROBES; p++) {
        double *scratch = work + d * r->n, *query = scratch + 2 * r->n, *att = query + d,
               angle = r->density.angle + M_PI * (double)p / (TOKENS_PROBES - 1);
        query[0] = cos(angle);
        query[1] = sin(angle);
        flow_attend(isa, d, r->n, work, r->beta, query, scratch, att);
        along[p] = att[0] * query[0] + att[1] * query[1];
        across[p] = att[1] * query[0] - att[0] * query[1];
    }
    free(work);
    return good;
}

bool tokens_drift(const struct isa *isa, const struct tokens_request *r,
                  struct tokens_drift drift[TOKENS_PROBES]) {
    double *value = malloc(r->replicates * 2 * TOKENS_PROBES * sizeof *value), count = (double)r->replicates;
    bool good = value != NULL;
#pragma omp parallel for schedule(dynamic, 1) num_threads(r->threads)
    for (size_t i = 0; i < r->replicates; i++) {
        double *along = value ? value + i * 2 * TOKENS_PROBES : NULL;
        if (!along || !drift_once(isa, r, i, along, along + TOKENS_PROBES)) {
#pragma omp atomic write
            good = false;
        }
    }
    for (size_t p = 0; good && p < TOKENS_PROBES; p++) {
        struct sum along = {0, 0}, across = {0, 0};
        for (size_t i = 0; i < r->replicates; i++) {
            sum_add(&along, value[i * 2 * TOKENS_PROBES + p]);
            sum_add(&across, value[i * 2 * TOKENS_PROBES + TOKENS_PROBES + p]);
        }
        drift[p].angle = M_PI * (double)p / (TOKENS_PROBES - 1);
        drift[p].along_se = sum_se(&along, count, &drift[p].along);
        drift[p].across_se = sum_se(&across, count, &drift[p].across);
    }
    free(value);
    return good;
}
