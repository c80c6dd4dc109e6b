#include "sim/rows/sampler.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/curve.h"
#include "models/theory/positions.h"
#include "sim/base/memory.h"
#include "sim/rows/counted.h"
#include "sim/rows/drawn.h"
#include "sim/rows/sampled.h"

struct sampler_law {
    const struct family *family;
    double p[FAMILY_PARAMETERS];
    double log_n, log_lambda_typ;
    double log_drawn;            /* of keys at positions, so many of the nearest are drawn */
    struct counted_law *counted; /* counted rows */
    struct bulk *atoms;          /* a fixed row */
    struct curve *row_scale;     /* over the uniform's Gaussian, from ORIGIN on; NULL: not known */
};

/* ---- the factor of a row's scores ---- */

/* Within FARTHEST standard deviations the uniform tells its Gaussian to 1e-13, and a curve has the factor to
 * 2e-14, which moves the entropy by some 1e-11 at MOST_LOG_N, where chi may be as large. */
static const double FARTHEST = 3.5, ORIGIN = -4.5, MOST_LOG_N = 1e3;

static void scale_at(double x, double value[CURVE_VALUES], double noise[CURVE_VALUES], void *param) {
    const struct sampler_law *law = param;
    const double rounding = 2e-14;
    for (size_t q = 0; q < CURVE_VALUES; q++) {
        value[q] = 0;
        noise[q] = 1;
    }
    value[0] = law->family->row_scale(law->p, gsl_cdf_ugaussian_P(x + ORIGIN));
    noise[0] = rounding * value[0];
}

static void make_scale(struct sampler_law *law) {
    const int halvings = 4;
    if (!law->family->row_scale || law->log_n > MOST_LOG_N) { return; }
    law->row_scale = curve_create(-FARTHEST - ORIGIN, FARTHEST - ORIGIN, halvings, scale_at, law);
    if (!law->row_scale) { memory_exhausted(); }
}

static double scale_of(const struct sampler_law *law, double uniform) {
    double value[CURVE_VALUES];
    if (law->row_scale && curve_at(law->row_scale, gsl_cdf_ugaussian_Pinv(uniform) - ORIGIN, value)) {
        return value[0];
    }
    return law->family->row_scale(law->p, uniform);
}

/* ---- laws ---- */

double sampler_log_window(const struct family *family, const double *p, double log_n, double log_lambda_typ,
                          size_t betas, const double *beta) {
    const double farthest = 1.0 / 256; /* betas of the row's own (te_factor) begin there */
    double least = farthest;
    for (size_t i = 0; i < betas; i++) { least = fmin(least, beta[i]); }
    return positions_log_window(family, p, log_n, exp(log_lambda_typ) * least);
}

struct sampler_law *sampler_law_create(const struct family *family, const double *p, double log_n,
                                       double log_lambda_typ, bool counted, const struct kernel *kernel,
                                       size_t betas, const double *beta) {
    struct sampler_law *law = memory_create(1, sizeof *law);
    *law = (struct sampler_law){
        .family = family, .log_n = log_n, .log_lambda_typ = log_lambda_typ, .log_drawn = log_n};
    memcpy(law->p, p, family->parameter_count * sizeof *p);
    make_scale(law);
    if (family->kind == FAMILY_FIXED) {
        struct family_atom atoms[FAMILY_ATOMS];
        size_t count = family->atoms(p, log_n, true, atoms);
        law->atoms = bulk_create_atoms(count, atoms, log_lambda_typ);
    } else if (counted && !positions_are_absent(family_position(family, p))) {
        law->log_drawn = sampler_log_window(family, p, log_n, log_lambda_typ, betas, beta);
    } else if (counted) {
        law->counted = counted_law_create(family, law->p, log_n, log_lambda_typ, kernel, betas, beta);
    }
    return law;
}

void sampler_law_free(struct sampler_law *law) {
    if (!law) { return; }
    counted_law_free(law->counted);
    bulk_free(law->atoms);
    curve_free(law->row_scale);
    free(law);
}

/* ---- rows ---- */

struct sampler {
    const struct isa *isa;
    struct drawn *drawn;
    struct counted *counted;
    struct sampled *sampled;
    double zero, one, scratch; /* of a fixed row's maximum */
    struct row row;
};

struct sampler *sampler_create(const struct isa *isa) {
    struct sampler *s = memory_create(1, sizeof *s);
    s->isa = isa;
    s->one = 1;
    s->drawn = drawn_create(isa);
    s->counted = counted_create(isa);
    s->sampled = sampled_create(isa);
    return s;
}

void sampler_free(struct sampler *s) {
    drawn_free(s->drawn);
    counted_free(s->counted);
    sampled_free(s->sampled);
    free(s);
}

/* One score above the atoms. */
static struct row fixed_row(struct sampler *s, const struct sampler_law *law) {
    return (struct row){.log_n = law->log_n,
                        .stretch = 1,
                        .top_count = 1,
                        .point_count = 1,
                        .gap = &s->zero,
                        .count = &s->one,
                        .scratch = &s->scratch,
                        .bulk = law->atoms};
}

/* Of scores as they are made, before the row's factor. */
static struct row plain_row(struct sampler *s, const struct sampler_law *law, struct stream stream) {
    if (law->atoms) { return fixed_row(s, law); }
    if (law->counted) { return *counted_row(s->counted, law->counted, stream); }
    if (law->family->kind == FAMILY_SAMPLED) {
        return *sampled_row(s->sampled, law->family, law->p, law->log_n, law->log_lambda_typ, stream);
    }
    struct row row = *drawn_row(s->drawn, law->family, law->p, law->log_drawn, law->log_lambda_typ, stream);
    row.log_n = law->log_n; /* of all keys, of which the nearest are drawn */
    return row;
}

/* The factor of a row's scores; 1 where rows have none. */
static double stretch_of(const struct sampler *s, const struct sampler_law *law, struct stream stream) {
    double uniform[4];
    if (!law->family->row_scale) { return 1; }
    s->isa->kernel->uniforms(stream.key, STREAM_SCALE, 0, 1, uniform);
    return scale_of(law, uniform[0]);
}

const struct row *sampler_row(struct sampler *s, const struct sampler_law *law, struct stream stream) {
    const double stretch = stretch_of(s, law, stream);
    s->row = plain_row(s, law, stream);
    s->row.stretch *= stretch;
    s->row.top_score *= stretch;
    return &s->row;
}

/* Passes scores on, times a factor. */
struct stretcher {
    double stretch;
    score_visitor *visit;
    void *context;
};

static bool visit_stretched(void *context, size_t count, const double *scores) {
    const struct stretcher *s = context;
    double product[FAMILY_CHUNK];
    for (size_t i = 0; i < count; i++) { product[i] = s->stretch * scores[i]; }
    return s->visit(s->context, count, product);
}

bool sampler_scores(struct sampler *s, const struct sampler_law *law, struct stream stream,
                    score_visitor *visit, void *context) {
    if (law->family->kind == FAMILY_SAMPLED) {
        return sampled_scores(s->sampled, law->family, law->p, law->log_n, stream, visit, context);
    }
    struct stretcher stretcher = {stretch_of(s, law, stream), visit, context};
    return drawn_scores(s->drawn, law->family, law->p, law->log_n, stream, visit_stretched, &stretcher);
}

void sampler_keys(struct sampler *s, const struct sampler_law *law, struct key_batch *batch,
                  key_visitor *visit, void *context) {
    if (law->counted) {
        counted_keys(s->counted, batch, visit, context);
    } else {
        drawn_keys(s->drawn, batch, visit, context);
    }
}
