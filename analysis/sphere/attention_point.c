#include "analysis/sphere/attention_point.h"

#include <float.h>
#include <math.h>

#include "analysis/statistics/normality.h"
#include "models/oracle/limits.h"
#include "models/theory/sphere.h"

const char *const attention_point_regime_name[ATTENTION_REGIMES] = {"subcritical", "critical",
                                                                    "supercritical"};

#define NAME(KEY, name, ...) name,
const char *const attention_point_question_name[ATTENTION_QUESTIONS] = {ATTENTION_QUESTION_TABLE(NAME)};

/* Relative error of rows' sums over what is not drawn (sim/rows/bulk.h), twice. */
static const double QUADRATURE = 2e-12;
static const double AS_GOOD = 3; /* times as good as rows tell is what stands beside them */

static double ratio_or_nan(double x, double y) { return y != 0 && isfinite(y) ? x / y : NAN; }

/* `keys`: 1/Y_2 as measured. In many dimensions n/rho may be far below one while many keys take part: there
 * the keys that rho counts on never come. */
static enum attention_regime regime_of(double n_eff, double keys) {
    const double rounding = 1 - 1e-9; /* of betas that were asked for by n_eff */
    if (n_eff >= ATTENTION_MANY * rounding) { return ATTENTION_SUBCRITICAL; }
    return n_eff >= ATTENTION_FEW * rounding || keys > 2 ? ATTENTION_CRITICAL : ATTENTION_SUPERCRITICAL;
}

/* ---- deviations ---- */

void attention_point_add_deviation(struct attention_deviation *worst, struct attention_deviation other) {
    if (isnan(other.sigma)) { return; }
    worst->count += other.count;
    if (!(fabs(other.sigma) <= fabs(worst->sigma))) { worst->sigma = other.sigma; }
}

static struct attention_deviation single(double sigma) {
    return (struct attention_deviation){sigma, isnan(sigma) ? 0 : 1};
}

/* From an exact value that is known to `error`; NaN where that is no better than the rows. */
static double sigma_at(const struct results_series *s, unsigned quantity, size_t at, double exact,
                       double error) {
    if (error > s->se[quantity][at] / AS_GOOD) { return NAN; }
    return ratio_or_nan(s->mean[quantity][at] - exact, hypot(s->se[quantity][at], error));
}

/* Whether few rows carry the mean of numbers that are never negative and have this variance over its square.
 */
static bool few_carry(const struct results_series *s, size_t at, double variance) {
    return results_carriers((double)s->replicates, variance) <
           results_carriers_needed(s, at / s->size[RESULTS_BETA]);
}

/* The mean of 1 - <q,ATT>, which on the circle is a square of exponential numbers where one key takes all: by
 * the exact variance, as one from so few rows would be anything. */
static bool few_carry_along(const struct results_series *s, size_t at) {
    const double bias = s->exact_output_bias[at];
    return few_carry(s, at, s->exact_output_radial_variance[at] / (bias * bias));
}

static bool collapsed(const struct results_series *s, size_t at) {
    return 1 - s->exact_top_weight[at] < fmax(ATTENTION_RARE_DEFICIT, ATTENTION_ROWS / (double)s->replicates);
}

/* The mean of Y_2, or of |ATT_tan|^2 and what is quadratic in ATT with it. Between what Y_2 typically is and
 * its mean lie rows that one key takes, or, where it is small, a few: where few of them are expected, and
 * make a tenth of the mean or more, or what passes the error beside half of rows' own relative variance,
 * which lies between the two in any case, no scatter of a sample tells its error. */
static bool few_carry_squares(const struct results_series *s, size_t at) {
    const double small = 0.1, rows = (double)s->replicates, mean = s->exact_participation[at],
                 apart = log(mean) - s->exact_log_participation[at], taken = mean * -expm1(-apart),
                 error = s->se[MEASURE_PARTICIPATION][at] / s->mean[MEASURE_PARTICIPATION][at],
                 across = s->se[RESULTS_OUTPUT_TANGENTIAL][at] / s->mean[RESULTS_OUTPUT_TANGENTIAL][at];
    const bool is_apart =
        taken > 0.1 * mean || (mean < small && apart - rows * error * error / 2 > error / AS_GOOD);
    return few_carry(s, at, rows * across * across) ||
           s->participation_carriers[at] < results_carriers_needed(s, at / s->size[RESULTS_BETA]) ||
           (is_apart && taken * rows < ATTENTION_ROWS);
}

static struct attention_deviation ordered_weights(const struct results_series *s, size_t at) {
    struct attention_deviation worst = {NAN, 0};
    double least = fmax(ATTENTION_RARE_WEIGHT, ATTENTION_ROWS / (double)s->replicates);
    for (size_t k = collapsed(s, at); k < s->size[RESULTS_RANK]; k++) {
        size_t rank = at * s->size[RESULTS_RANK] + k;
        double exact = s->exact_ordered_weight[rank];
        if (exact < least) { continue; }
        attention_point_add_deviation(&worst, single(sigma_at(s, RESULTS_ORDERED_WEIGHT, rank, exact, 0)));
    }
    return worst;
}

/* The mean of ATT is <q,ATT> in the query's direction and nothing across. Near 1 what is stored of the former
 * is rounding where rows are better than that. */
static struct attention_deviation matrix(const struct results_series *s, size_t at) {
    struct attention_deviation worst = {NAN, 0};
    size_t components = s->size[RESULTS_COMPONENT], columns = s->size[RESULTS_COLUMN];
    for (size_t c = 0; c < components; c++) {
        double along = s->value_matrix[c * columns];
        attention_point_add_deviation(
            &worst,
            single(sigma_at(s, RESULTS_OUTPUT, at * components + c, along * (1 - s->exact_output_bias[at]),
                            fabs(along) * (s->exact_output_bias_error[at] + DBL_EPSILON))));
    }
    return worst;
}

enum { FEWEST = 100 }; /* rows for a fourth moment */

/* What the covariance of two components of V ATT comes from, V's rows scaled by these spreads: fourth moments
 * of the part along the query, r, and of the length across, t, both in units of their spread. */
struct moments {
    double along, across; /* standard deviations of r and of each component across */
    double r4, r2t2, t4;
    double off; /* how far a row's r may be off */
};

static struct moments moments_at(const struct results_series *s, size_t at, double d) {
    size_t kept = s->size[RESULTS_REPLICATE];
    const double *radial = s->output_radial + at * kept, *square = s->output_square + at * kept;
    struct moments m = {.along = sqrt((double)s->replicates) * s->se[RESULTS_OUTPUT_BIAS][at],
                        .across = sqrt(s->mean[RESULTS_OUTPUT_TANGENTIAL][at] / (d - 1)),
                        .off = QUADRATURE * s->mean[RESULTS_OUTPUT_BIAS][at]};
    for (size_t i = 0; i < kept; i++) {
        double r = (radial[i] - s->mean[RESULTS_OUTPUT_BIAS][at]) / m.along;
        double t = sqrt(square[i]) / m.across, count = (double)kept;
        m.r4 += r * r * r * r / count;
        m.r2t2 += r * r * t * t / count;
        m.t4 += t * t * t * t / count;
    }
    return m;
}

/* Is a variance, known from so many rows, told from what rows are off? */
static bool is_told(double variance, double off, double rows) {
    return off * off < variance / sqrt(rows) / AS_GOOD;
}

/* Kurtosis of 1 - <q,ATT>: where many keys take part as measured, else at the most that of one key alone,
 * whose T^kappa is exponential (kappa -> inf: Gumbel's law). Rows that lack the rare ones among them have
 * less, and a variance that is far too small. */
static double kurtosis(const struct attention_point *p, const struct moments *m, double d) {
    const double circle = 87.72, sphere = 9, more = 5.4;
    if (p->regime == ATTENTION_SUBCRITICAL) { return m->r4; }
    return d < 3 ? circle : d < 4 ? sphere : more;
}

/* The error in units of the exact variance: samples that lack the rare rows have less of both. */
static double variance_sigma(const struct results_series *s, size_t at, const struct moments *m,
                             double kurtosis) {
    const double heavy = 20; /* over the square of the variance: rare rows make it */
    double variance = m->along * m->along, exact = s->exact_output_radial_variance[at],
           error = s->exact_output_radial_variance_error[at],
           se = exact * sqrt((m->r4 - 1) / (double)s->replicates);
    if (!(kurtosis < heavy) || few_carry(s, at, kurtosis - 1) || !(error < se / AS_GOOD)) { return NAN; }
    if (!is_told(variance, m->off, (double)s->replicates)) { return NAN; }
    return ratio_or_nan(variance - exact, hypot(se, error));
}

/* One pair of rows of V: its covariance as measured less the expected one, over its standard error. The
 * direction across is uniform whatever its length: E w_i w_j w_k w_l = (dd + dd + dd)/((d-1)(d+1)). */
static double pair_sigma(const double *u, const double *v, double d, const struct moments *m, double rows,
                         double covariance) {
    double uu = 0, vv = 0, uv = 0, u0 = u[0] * m->along, v0 = v[0] * m->along;
    for (size_t c = 1; c < (size_t)d; c++) {
        uu += u[c] * m->across * u[c] * m->across;
        vv += v[c] * m->across * v[c] * m->across;
        uv += u[c] * m->across * v[c] * m->across;
    }
    if (!is_told(u0 * u0 + uu, u[0] * m->off, rows) || !is_told(v0 * v0 + vv, v[0] * m->off, rows)) {
        return NAN;
    }
    double size = sqrt(u0 * u0 + uu) * sqrt(v0 * v0 + vv), expected = (u0 * v0 + uv) / size;
    double x = u0 * v0 / size, y = uv / size;
    double fourth =
        x * x * m->r4 +
        ((u0 / size * u0) * (vv / size) + (v0 / size * v0) * (uu / size) + 4 * x * y) * m->r2t2 / (d - 1) +
        (uu / size * (vv / size) + 2 * y * y) * m->t4 / ((d - 1) * (d + 1));
    return ratio_or_nan(covariance / size - expected, sqrt((fourth - expected * expected) / rows));
}

static struct attention_deviation covariance(const struct results_series *s, size_t at, double d,
                                             const struct moments *m) {
    struct attention_deviation worst = {NAN, 0};
    size_t columns = s->size[RESULTS_COLUMN], pairs = s->size[RESULTS_PAIR];
    for (size_t k = 0; k < pairs; k++) {
        const double *u = s->value_matrix + (size_t)s->pair_first[k] * columns,
                     *v = s->value_matrix + (size_t)s->pair_second[k] * columns;
        double sigma = pair_sigma(u, v, d, m, (double)s->replicates, s->output_covariance[at * pairs + k]);
        attention_point_add_deviation(&worst, single(sigma));
    }
    return worst;
}

static void fill_deviations(struct attention_point *p, const struct results_series *s, size_t at, double d) {
    bool rare = collapsed(s, at), along = !few_carry_along(s, at), squares = !few_carry_squares(s, at);
    struct attention_deviation *of = p->deviation;
    of[ATTENTION_BIAS] = single(
        along ? sigma_at(s, RESULTS_OUTPUT_BIAS, at, s->exact_output_bias[at], s->exact_output_bias_error[at])
              : NAN);
    of[ATTENTION_TANGENTIAL] =
        single(squares ? sigma_at(s, RESULTS_OUTPUT_TANGENTIAL, at, s->exact_output_tangential[at],
                                  s->exact_output_tangential_error[at])
                       : NAN);
    of[ATTENTION_ENTROPY] = single(
        rare ? NAN : sigma_at(s, MEASURE_ENTROPY, at, s->exact_entropy[at], s->exact_entropy_error[at]));
    of[ATTENTION_PARTICIPATION] =
        single(squares && !rare ? sigma_at(s, MEASURE_PARTICIPATION, at, s->exact_participation[at],
                                           s->exact_participation_error[at])
                                : NAN);
    of[ATTENTION_WEIGHT] = ordered_weights(s, at);
    of[ATTENTION_IDENTITY] = single(
        squares && !rare ? sigma_at(s, RESULTS_OUTPUT_IDENTITY, at, 0, QUADRATURE * (d - 1) / s->beta[at])
                         : NAN);
    of[ATTENTION_MATRIX] = along ? matrix(s, at) : single(NAN);
    of[ATTENTION_VARIANCE] = of[ATTENTION_COVARIANCE] = single(NAN);
    if (s->size[RESULTS_REPLICATE] >= FEWEST && along && squares) {
        struct moments m = moments_at(s, at, d);
        of[ATTENTION_VARIANCE] = single(variance_sigma(s, at, &m, kurtosis(p, &m, d)));
        of[ATTENTION_COVARIANCE] = covariance(s, at, d, &m);
    }
}

/* ---- limit laws ---- */

/* One of 0 is not known: below numerics number 15 it is one whose square is less than a double holds. */
static double error_or_nan(double se) { return se > 0 ? se : NAN; }

static double concentration_at(const struct results_series *s, size_t n) {
    return family_concentration(s->family, s->parameter, s->log_n[n]);
}

static void fill_gaussian(struct attention_point *p, const struct results_series *s, size_t at, double d) {
    struct sphere_subcritical limit;
    double replicates = (double)s->replicates, se = s->se[RESULTS_OUTPUT_BIAS][at];
    size_t kept = s->size[RESULTS_REPLICATE];
    sphere_subcritical(d, concentration_at(s, p->n), s->beta[at], s->log_n[p->n], &limit);
    const double off = QUADRATURE * limit.bias, spread = sqrt(limit.radial_variance);
    if (is_told(limit.radial_variance, off, replicates)) {
        p->radial_ratio = se * se * replicates / limit.radial_variance;
        p->radial_ratio_se =
            kept >= FEWEST ? p->radial_ratio * sqrt((moments_at(s, at, d).r4 - 1) / replicates) : NAN;
    }
    if (off < spread / sqrt((double)kept) / AS_GOOD) {
        p->radial_p = normality_pvalue(kept, s->output_radial + at * kept, limit.bias, spread);
    }
    double tangential = (d - 1) * limit.tangential_variance;
    p->tangential_ratio = s->mean[RESULTS_OUTPUT_TANGENTIAL][at] / tangential;
    p->tangential_ratio_se = error_or_nan(s->se[RESULTS_OUTPUT_TANGENTIAL][at]) / tangential;
    p->tangential_p =
        normality_pvalue(kept, s->output_tangent + at * kept, 0, sqrt(limit.tangential_variance));
}

double attention_point_endpoint_root(const struct results_series *s, double kappa) {
    struct schedule law;
    return s->family->law(s->parameter, &law) ? law.coef / kappa : NAN;
}

static void fill_critical(struct attention_point *p, const struct results_series *s, size_t at,
                          double kappa) {
    double limit =
        limits_weibull_at(kappa, p->critical / (kappa * attention_point_endpoint_root(s, kappa))).top_weight;
    p->top_weight_ratio = s->mean[MEASURE_TOP_WEIGHT][at] / limit;
    p->top_weight_ratio_se = s->se[MEASURE_TOP_WEIGHT][at] / limit;
}

/* E[x_2 - x_1] = C^(-1/kappa) Gamma(1 + 1/kappa)/kappa. */
static void fill_supercritical(struct attention_point *p, const struct results_series *s, size_t at,
                               double kappa) {
    double root = attention_point_endpoint_root(s, kappa),
           near_ties = limits_weibull_near_ties(kappa, p->critical / (kappa * root)),
           apart = tgamma(1 + 1 / kappa) / (kappa * root);
    if (kappa > 0.5) {
        p->deficit_ratio = s->mean[RESULTS_TOP_DEFICIT][at] / (near_ties * M_LN2);
        p->deficit_ratio_se = error_or_nan(s->se[RESULTS_TOP_DEFICIT][at]) / (near_ties * M_LN2);
    }
    p->log_deficit_ratio = s->mean[RESULTS_LOG_TOP_DEFICIT][at] / (p->critical * apart);
    p->log_deficit_ratio_se = s->se[RESULTS_LOG_TOP_DEFICIT][at] / (p->critical * apart);
}

void attention_point_fill(struct attention_point *p, const struct results_series *s, size_t n, size_t b) {
    size_t at = n * s->size[RESULTS_BETA] + b;
    double d = family_dimension(s->family, s->parameter, s->log_n[n]);
    *p = (struct attention_point){.n = n, .beta_index = b};
    p->n_eff = exp(s->log_n[n] - sphere_log_rho(d, concentration_at(s, n), s->beta[at]));
    p->critical = exp(log(s->beta[at]) - s->log_n[n] * 2 / (d - 1));
    p->radial_ratio = p->radial_ratio_se = p->tangential_ratio = p->tangential_ratio_se = NAN;
    p->radial_p = p->tangential_p = p->top_weight_ratio = p->top_weight_ratio_se = NAN;
    p->deficit_ratio = p->deficit_ratio_se = p->log_deficit_ratio = p->log_deficit_ratio_se = NAN;
    p->regime = regime_of(p->n_eff, 1 / s->mean[MEASURE_PARTICIPATION][at]);
    fill_deviations(p, s, at, d);
    if (p->n_eff >= 1) { fill_gaussian(p, s, at, d); }
    switch (p->regime) {
    case ATTENTION_SUBCRITICAL: break;
    case ATTENTION_CRITICAL: fill_critical(p, s, at, (d - 1) / 2); break;
    case ATTENTION_SUPERCRITICAL: fill_supercritical(p, s, at, (d - 1) / 2); break;
    case ATTENTION_REGIMES: break;
    }
}
