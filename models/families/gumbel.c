/* With z = (s - location)/scale and E = exp(-z): V = 1 - exp(-E), E = -log(1 - V), and the hazard is
 * E (1 - V)/(V scale). */
#include "models/families/family.h"
#include "models/numeric/logs.h"

enum { LOCATION, SCALE };

static const double negligible = -37; /* log V below which V is lost beside 1, and E = V */

/* log(E / V). */
static double log_ratio(double log_v) {
    return log_v < negligible ? 0 : log(-log_one_minus_exp(log_v)) - log_v;
}

static double log_tail(const double *p, double score) {
    double z = score / p[SCALE];
    return z > -negligible ? -z : log_one_minus_exp(-exp(-z));
}

static double quantile(const double *p, double log_v) {
    return p[SCALE] * -(log_v < negligible ? log_v : log(-log_one_minus_exp(log_v)));
}

static double log_hazard(const double *p, double log_v) {
    return log_ratio(log_v) + log_one_minus_exp(log_v) - log(p[SCALE]);
}

/* E_2 - E_1 = log((1 - V_1)/(1 - V_2)), for two tails V_2 = V_1 e^y. */
static double log_difference(double log_v, double y) {
    double x = exp(log_v) * expm1(y) / -expm1(log_v);
    return x < 0.5 ? -log1p(-x) : log(fabs(expm1(log_v) / expm1(log_v + y))); /* -x/0 = -inf where V_2 = 1 */
}

static double log_gap(const double *p, double log_v_top, double y) {
    double log_v = log_v_top + y, gap;
    if (log_v < negligible) {
        gap = y;
    } else if (y > 1) {
        gap = y + log_ratio(log_v) - log_ratio(log_v_top);
    } else {
        gap = log1p(log_difference(log_v_top, y) / -log_one_minus_exp(log_v_top));
    }
    return log(p[SCALE]) + log(gap);
}

static void draw(const double *p, const struct vector *vector, size_t n, double *uniforms, double *scores) {
    double scale = p[SCALE];
#pragma omp simd
    for (size_t i = 0; i < n; i++) { scores[i] = -uniforms[i]; }
    vector->log1p(n, scores, scores);
#pragma omp simd
    for (size_t i = 0; i < n; i++) { scores[i] = -scores[i]; }
    vector->log(n, scores, scores);
#pragma omp simd
    for (size_t i = 0; i < n; i++) { scores[i] *= -scale; }
}

static bool law(const struct schedule *parameter, struct schedule *lambda) {
    *lambda = schedule_times((struct schedule){1, 0, 0}, &parameter[SCALE], -1);
    return true;
}

static double origin(const double *p) { return p[LOCATION]; }

const struct family family_gumbel = {
    .name = "gumbel",
    .title = "Gumbel scores: an exactly exponential upper tail",
    .doc = "V(s) = 1 - exp(-exp(-(s - location)/scale)); scores are measured from the location, which "
           "shifts a row and changes nothing.\n\n"
           "Lambda^typ is exactly (n-1) log(n/(n-1))/scale and tends to 1/scale: with a constant scale the "
           "collapse point does not grow at all, and with scale = (log n)^-x it grows as (log n)^x, which "
           "makes this the cleanest family to set any exponent. At beta = b/scale, b > 1, the weights are "
           "Poisson-Dirichlet(1/b, 0) up to corrections of order 1/n.\n\n"
           "Sources: Karakida & Hayase, arXiv:2605.12697; Pitman & Yor, Ann. Probab. 25 (1997) 855.",
    FAMILY_OF_SCORES,
    .origin = origin,
    .class = FAMILY_GUMBEL,
    .parameter_count = 2 + FAMILY_POSITION_COUNT,
    .parameter = {{"location", "mode of a score; shifts the row, changes nothing", 0, -1e300, 1e300, false,
                   NULL, 0},
                  {"scale", "decay length of the upper tail", 1, 1e-300, 1e300, false, NULL, 0},
                  FAMILY_POSITION},
    .law_text = "1 / scale",
};
