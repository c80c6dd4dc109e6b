/* Dot products of Gaussian queries and keys: given the query, Gaussian scores of its length. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
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

static double log_scale_density(const double *p, double log_scale) {
    return p[DIMENSION] * (log_scale - expm1(2 * log_scale) / 2);
}

/* P(Gamma_a < x)/(x f(x)), f the density: a series of positive terms, for x < a. */
static double share_below(double a, double x) {
    double term = 1 / a, sum = 0;
    for (double k = 1; term > 1e-17 * sum; k++) {
        sum += term;
        term *= x / (a + k);
    }
    return sum;
}

/* Wilson & Hilferty's, or, where it is more, the leading law of small ones. */
static double log_chi_start(double a, double uniform) {
    const double spread = 1 / (9 * a),
                 z = uniform < 0.5 ? gsl_cdf_ugaussian_Pinv(uniform) : gsl_cdf_ugaussian_Qinv(1 - uniform),
                 near = 3 * log(fmax(0, 1 - spread + z * sqrt(spread)));
    return 0.5 * fmax(near, (log(uniform) + gsl_sf_lngamma(a + 1)) / a - log(a));
}

/* |q|/sqrt(d), |q|^2/2 a Gamma variable of a = d/2: Newton's method in its logarithm, over which those of
 * both probabilities are concave, on the side of the median whose digits are known. GSL's inverse has no
 * answer for some uniforms from d = 3000 on, for a fifth of them at 1e6: its probabilities are off by up to 1
 * % about a standard deviation below a. */
static double row_scale(const double *p, double uniform) {
    if (p[DIMENSION] == 1) { return half_normal(uniform); }
    const bool lower = uniform < 0.5;
    const double a = p[DIMENSION] / 2, target = lower ? uniform : 1 - uniform,
                 log_norm = 0.5 * log(2 * M_PI / a) + log(gsl_sf_gammastar(a));
    if (target == 0) { return lower ? 0 : INFINITY; }
    double log_r = log_chi_start(a, uniform), step = INFINITY;
    for (int i = 0; i < 50 && fabs(step) * sqrt(a) > 1e-8; i++) { /* the last step squares it */
        const double x = a * exp(2 * log_r), log_rate = log_scale_density(p, log_r) - log_norm,
                     share = lower ? share_below(a, x) : -gsl_sf_gamma_inc_Q(a, x) / exp(log_rate);
        step = 0.5 * share * (log(target) - log_rate - log(fabs(share)));
        log_r += step;
    }
    return exp(log_r);
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
