/* With x = -log V: s = scale x^(1/power), hazard (power/scale) x^(1 - 1/power). */
#include "models/families/family.h"
#include "models/numeric/logs.h"

enum { POWER, SCALE };

static double log_tail(const double *p, double score) {
    return score <= 0 ? 0 : -pow(score / p[SCALE], p[POWER]);
}

static double quantile(const double *p, double log_v) { return p[SCALE] * pow(-log_v, 1 / p[POWER]); }

static double log_hazard(const double *p, double log_v) {
    return log(p[POWER] / p[SCALE]) + (1 - 1 / p[POWER]) * log(-log_v);
}

static double log_gap(const double *p, double log_v_top, double y) {
    double x_top = -log_v_top, x = x_top - y;
    double log_fall = x < 0.5 * x_top ? log(x / x_top) : log1p(-y / x_top);
    return log(p[SCALE]) + log(x_top) / p[POWER] + log_one_minus_exp(log_fall / p[POWER]);
}

static void draw(const double *p, const struct vector *vector, size_t n, double *uniforms, double *scores) {
    vector->log(n, uniforms, scores);
#pragma omp simd
    for (size_t i = 0; i < n; i++) { scores[i] = -scores[i]; }
    family_draw_power(vector, n, scores, 1 / p[POWER], p[SCALE], scores);
}

static bool law(const struct schedule *parameter, struct schedule *lambda) {
    if (!schedule_is_constant(&parameter[POWER])) { return false; }
    double power = parameter[POWER].coef;
    struct schedule unit = {fmax(power, 1), 1 - 1 / power, 0};
    *lambda = schedule_times(unit, &parameter[SCALE], -1);
    return true;
}

const struct family family_stretched = {
    .name = "stretched",
    .title = "stretched or compressed exponential scores",
    .doc = "V(s) = exp(-(s/scale)^power) for s >= 0.\n\n"
           "For power >= 1 the sup sits at the top and Lambda^typ is exactly (power/scale)(log n)^(1 - "
           "1/power); power = 2 has the exponent 1/2 of the Gaussian without its slow corrections. For "
           "power < 1 -log V is concave, the sup moves to the whole row and Lambda^typ is exactly (log "
           "n)^(1 - 1/power)/scale: it falls with n. Then 1/power times the inverse norming constant sets "
           "the scale, and the collapse constant is max(1, power c(tau)).\n\n"
           "Source: Karakida & Hayase, arXiv:2605.12697; limit laws as for the gaussian.",
    FAMILY_OF_SCORES,
    .class = FAMILY_GUMBEL,
    .parameter_count = 2 + FAMILY_POSITION_COUNT,
    .parameter = {{"power", "exponent of -log V", NAN, 0.02, 1e6, false, NULL, 0},
                  {"scale", "score at which V = 1/e", 1, 1e-300, 1e300, false, NULL, 0},
                  FAMILY_POSITION},
    .law_text = "max(power, 1) (log n)^(1 - 1/power) / scale, for constant power",
};
