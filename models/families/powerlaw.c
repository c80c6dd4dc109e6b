/* s = -width V^(1/kappa); a gap is width (V_2^(1/kappa) - V_1^(1/kappa)), kept in logarithms. */
#include "models/families/family.h"
#include "models/numeric/logs.h"

enum { KAPPA, WIDTH };

static double log_tail(const double *p, double score) {
    return fmin(0, p[KAPPA] * log(fmax(0, -score / p[WIDTH])));
}

static double quantile(const double *p, double log_v) { return -p[WIDTH] * exp(log_v / p[KAPPA]); }

static double log_hazard(const double *p, double log_v) {
    return log(p[KAPPA]) - log(p[WIDTH]) - log_v / p[KAPPA];
}

static double log_gap(const double *p, double log_v_top, double y) {
    return log(p[WIDTH]) + log_v_top / p[KAPPA] + log_exp_minus_one(y / p[KAPPA]);
}

static void draw(const double *p, const struct vector *vector, size_t n, double *uniforms, double *scores) {
    family_draw_power(vector, n, uniforms, 1 / p[KAPPA], -p[WIDTH], scores);
}

static bool law(const struct schedule *parameter, struct schedule *lambda) {
    if (!schedule_is_constant(&parameter[KAPPA])) { return false; }
    double kappa = parameter[KAPPA].coef;
    *lambda = schedule_times((struct schedule){kappa, 0, 1 / kappa}, &parameter[WIDTH], -1);
    return true;
}

const struct family family_powerlaw = {
    .name = "powerlaw",
    .title = "scores with a finite upper endpoint, reached as a power",
    .doc = "P(distance to the endpoint <= t) = (t/width)^kappa for 0 <= t <= width; scores are minus that "
           "distance, measured from the endpoint.\n\n"
           "Lambda^typ is exactly (kappa/width) n^(1/kappa) for every kappa > 0: a power of n, not of log n. "
           "In units of it the top of the row has a universal Poisson limit; there is no Poisson-Dirichlet "
           "law, the susceptibility is flat near kappa and its maximum does not mark the critical scale.\n\n"
           "Source: Karakida & Hayase, arXiv:2605.12697; the spherical case, Bruno et al., arXiv:2605.08505.",
    FAMILY_OF_SCORES,
    .class = FAMILY_WEIBULL,
    .parameter_count = 2 + FAMILY_POSITION_COUNT,
    .parameter = {{"kappa", "exponent of the gap to the endpoint", NAN, 0.05, 1e6, false, NULL, 0},
                  {"width", "distance from the endpoint to the lowest score", 1, 1e-300, 1e300, false, NULL,
                   0},
                  FAMILY_POSITION},
    .law_text = "(kappa / width) n^(1/kappa), for constant kappa",
};
