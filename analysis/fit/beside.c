#include "analysis/fit/beside.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "models/theory/positions.h"

bool beside_is_asked(const struct results_series *s) {
    return s->sparsemax || s->size[RESULTS_ALPHA] > 0 || s->size[RESULTS_SINK] > 0;
}

double beside_support_limit(const struct results_series *s, size_t n, size_t beta) {
    double p[FAMILY_PARAMETERS];
    const struct family *family = s->family;
    if (family->kind != FAMILY_IID || family->class != FAMILY_GUMBEL || family->row_scale) { return NAN; }
    family_parameters(family, s->parameter, s->log_n[n], p);
    if (!positions_are_absent(family_position(family, p))) { return NAN; }
    double log_ratio = family->log_hazard(p, -s->log_n[n]) - s->log_lambda_typ[n];
    return 1 + exp(log_ratio) / s->beta_ratio[n * s->size[RESULTS_BETA] + beta];
}

struct beside_sink beside_sink(const struct results_series *s, size_t sink) {
    const size_t sinks = s->size[RESULTS_SINK], betas = s->size[RESULTS_BETA],
                 points = s->size[RESULTS_LOG_N] * betas;
    struct beside_sink worst = {0, NAN, NAN};
    for (size_t i = sink; i < points * sinks; i += sinks) {
        double enough = 100 / results_replicates(s, i / (sinks * betas)),
               mean = s->mean[RESULTS_SINK_WEIGHT][i], se = s->se[RESULTS_SINK_WEIGHT][i],
               off = (mean - s->exact_sink_weight[i]) / hypot(se, s->exact_sink_weight_error[i]);
        if (!(fmin(mean, 1 - mean) >= enough) || !isfinite(off)) { continue; }
        worst.count++;
        if (!(fabs(off) <= fabs(worst.sigma))) { worst.sigma = off; }
    }
    if (worst.count > 0) {
        double one = 2 * gsl_cdf_ugaussian_Q(fabs(worst.sigma));
        worst.p = -expm1((double)worst.count * log1p(-one));
    }
    return worst;
}
