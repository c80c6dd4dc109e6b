/* Dot products of Gaussian queries and keys: given the query, Gaussian scores of its length. */
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "models/families/family.h"

enum { DIMENSION, SIGMA };

static double log_tail(const double *p, double score) { return family_gaussian.log_tail(&p[SIGMA], score); }
static double quantile(const double *p, double log_v) { return family_gaussian.quantile(&p[SIGMA], log_v); }
static double log_hazard(const double *p, double log_v) {
    return family_gaussian.log_hazard(&p[SIGMA], log_v);
}

static double log_gap(const double *p, double log_v_top, double y) {
    return family_gaussian.log_gap(&p[SIGMA], log_v_top, y);
}

static void draw(const double *p, const struct vector *vector, size_t n, double *uniforms, double *scores) {
    family_gaussian.draw(&p[SIGMA], vector, n, uniforms, scores);
}

/* |N(0, 1)|: a normal quantile, and a step of Newton's method on the side of the median whose probabilities
 * keep their digits. */
static double half_normal(double uniform) {
    const bool lower = uniform < 0.5;
    const double rest = 1 - uniform,
                 x = lower ? gsl_cdf_ugaussian_Pinv(0.5 + uniform / 2) : gsl_cdf_ugaussian_Qinv(rest / 2),
                 miss = lower ? erf(x * M_SQRT1_2) - uniform : rest - erfc(x * M_SQRT1_2);
    return rest > 0 ? x - miss * exp(x * x / 2) * sqrt(M_PI_2) : x;
}

/* |q|/sqrt(d), |q|^2 a chi square of d degrees of freedom. */
static double row_scale(const double *p, double uniform) {
    if (p[DIMENSION] == 1) { return half_normal(uniform); }
    return sqrt(gsl_cdf_gamma_Pinv(uniform, p[DIMENSION] / 2, 2 / p[DIMENSION]));
}

static double log_scale_density(const double *p, double log_scale) {
    return p[DIMENSION] * (log_scale - expm1(2 * log_scale) / 2);
}

static bool law(const struct schedule *parameter, struct schedule *lambda) {
    *lambda = schedule_times((struct schedule){M_SQRT2, 0.5, 0}, &parameter[SIGMA], -1);
    return true;
}

const struct family family_dotproduct = {
    .name = "dotproduct",
    .title = "dot products of Gaussian queries and keys",
    .doc = "Scores sigma <q, k_i>/sqrt(d) of a query and keys with components N(0, 1) in d dimensions, all "
           "drawn anew for every row: given the query they are independent and N(0, (sigma |q|)^2/d), |q|^2 "
           "being a chi square of d degrees of freedom. A row of n keys is one of family gaussian times "
           "|q|/sqrt(d).\n\n"
           "Lambda^typ is that of a query with |q|^2 = d; for another it is larger by sqrt(d)/|q|, in the "
           "mean by sqrt(d/2) Gamma((d-1)/2)/Gamma(d/2) (1.382 at d = 3, 1.012 at 64). Rows with short "
           "queries stay uncollapsed, at any beta some: the ensemble's beta_c/Lambda^typ has no limit (it "
           "grows like (log n)^(1/d)), and the median of the rows' own collapse points is judged.",
    FAMILY_OF_SCORES,
    .class = FAMILY_GUMBEL,
    .parameter_count = 2,
    .parameter = {{"dimension", "components d of a query or key", NAN, 1, 1e6, false, NULL, 0},
                  {"sigma", "standard deviation of a score of a query with mean square 1", 1, 1e-300, 1e300,
                   false, NULL, 0}},
    .law_text = "sqrt(2 log n) / sigma",
    .row_scale = row_scale,
    .log_scale_density = log_scale_density,
};
