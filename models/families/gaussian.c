/* Upper tail V = erfc(z / sqrt 2) / 2. Above z = 4 the hazard is the continued fraction (Abramowitz &
 * Stegun 26.2.14)
 *     f/V = z + 1/(z + 2/(z + 3/(z + ...))),
 * whose terms are all positive; 32 of them leave a relative error near exp(-2 z sqrt 32) < 1e-19, and above z
 * = 10 fewer do. */
#include "models/families/family.h"
#include "models/numeric/logs.h"

enum { SIGMA };

static const double far_tail = 4;
static const double log_sqrt_2pi = 0.91893853320467274178;

/* f/V at z; *log_tail receives log V. */
static double standard_hazard(double z, double *log_tail) {
    if (z < far_tail) {
        const double tail = 0.5 * erfc(z * M_SQRT1_2);
        *log_tail = z < 0 ? log1p(-0.5 * erfc(-z * M_SQRT1_2)) : log(tail);
        return exp(-0.5 * z * z - log_sqrt_2pi) / tail;
    }
    double fraction = z;
    for (int k = z > 10 ? 8 + (int)(96 / z) : 32; k > 0; k--) { fraction = z + k / fraction; }
    *log_tail = -0.5 * z * z - log_sqrt_2pi - log(fraction);
    return fraction;
}

/* z with log V = log_v. For V <= 1/2 by Newton: log V is concave in z and V <= exp(-z^2/2)/2, so the
 * iterates descend to the root. */
static double standard_quantile(double log_v) {
    if (log_v == 0) { return -INFINITY; }
    if (log_v > -M_LN2) { return -standard_quantile(fmin(log_one_minus_exp(log_v), -M_LN2)); }
    double z = sqrt(-2 * (log_v + M_LN2)), residual = INFINITY;
    for (int i = 0; i < 50 && fabs(residual) > 1e-10 * fabs(log_v); i++) { /* the last step squares it */
        double tail;
        const double hazard = standard_hazard(z, &tail);
        residual = log_v - tail;
        z -= residual / hazard;
    }
    return z;
}

static double log_tail(const double *p, double score) {
    double tail;
    standard_hazard(score / p[SIGMA], &tail);
    return tail;
}

static double quantile(const double *p, double log_v) { return p[SIGMA] * standard_quantile(log_v); }

static double log_hazard(const double *p, double log_v) {
    double tail;
    return log(standard_hazard(standard_quantile(log_v), &tail) / p[SIGMA]);
}

static double log_gap(const double *p, double log_v_top, double y) {
    return family_log_gap_generic(&family_gaussian, p, log_v_top, y);
}

/* Box & Muller: the first half of the uniforms are radii, the second half angles. */
static void draw(const double *p, const struct vector *vector, size_t n, double *uniforms, double *scores) {
    const size_t half = n / 2;
    vector->box_muller(half, p[SIGMA], uniforms, uniforms + half, scores, scores + half);
}

static bool law(const struct schedule *parameter, struct schedule *lambda) {
    *lambda = schedule_times((struct schedule){M_SQRT2, 0.5, 0}, &parameter[SIGMA], -1);
    return true;
}

const struct family family_gaussian = {
    .name = "gaussian",
    .title = "independent Gaussian scores: the random-energy model",
    .doc = "Scores are N(0, sigma^2), measured from their mean: V(s) = erfc(s / (sigma sqrt 2)) / 2. This is "
           "Derrida's random-energy model with log n in the place of the number of spins; it also describes "
           "scaled dot products of high-dimensional random queries and keys, one query at a time.\n\n"
           "Lambda^typ = n f(Q(1/n)) ~ sqrt(2 log n)/sigma, approached slowly: the local exponent dlog "
           "Lambda/dloglog n still exceeds 1/2 by several hundredths at n = 2^18. Near the top the gaps, in "
           "units of 1/Lambda^typ, become log(Gamma_k/Gamma_1) with Gamma_k the points of a Poisson process, "
           "and the weights at beta = b Lambda^typ, b > 1, become Poisson-Dirichlet(1/b, 0).\n\n"
           "Sources: Derrida, Phys. Rev. B 24 (1981) 2613; Karakida & Hayase, arXiv:2605.12697; Pitman & "
           "Yor, Ann. Probab. 25 (1997) 855.",
    FAMILY_OF_SCORES,
    .class = FAMILY_GUMBEL,
    .parameter_count = 1 + FAMILY_POSITION_COUNT,
    .parameter = {{"sigma", "standard deviation of a score", 1, 1e-300, 1e300, false, NULL, 0},
                  FAMILY_POSITION},
    .law_text = "sqrt(2 log n) / sigma",
};
