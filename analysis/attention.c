#include "attention.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../models/limits.h"
#include "../models/sphere.h"
#include "normality.h"

const char *const attention_regime_name[ATTENTION_REGIMES] = {"subcritical", "critical", "supercritical"};

/* Relative error of rows' sums over what is not drawn (sim/bulk.h), twice. */
static const double QUADRATURE = 2e-12;

/* Less than this and a deviation is no accident: four questions a regime, a handful of regimes. */
static const double LEAST_P = 1e-3;

static double ratio_or_nan(double x, double y) { return y != 0 && isfinite(y) ? x / y : NAN; }

/* ---- one point ---- */

/* `keys`: 1/Y_2 as measured. In many dimensions n/rho may be far below one while many keys take part: there
 * the keys that rho counts on never come. */
static enum attention_regime regime_of(double n_eff, double keys) {
    const double rounding = 1 - 1e-9; /* of betas that were asked for by n_eff */
    if (n_eff >= ATTENTION_MANY * rounding) { return ATTENTION_SUBCRITICAL; }
    return n_eff >= ATTENTION_FEW * rounding || keys > 2 ? ATTENTION_CRITICAL : ATTENTION_SUPERCRITICAL;
}

/* Deviations from an exact value that is known to `error`; NaN where that is no better than the rows. */
static double sigma_at(const struct results_series *s, unsigned quantity, size_t at, double exact,
                       double error) {
    if (error > s->se[quantity][at] / 3) { return NAN; }
    return ratio_or_nan(s->mean[quantity][at] - exact, hypot(s->se[quantity][at], error));
}

static bool collapsed(const struct results_series *s, size_t at) {
    return 1 - s->exact_top_weight[at] < fmax(ATTENTION_RARE_DEFICIT, ATTENTION_ROWS / (double)s->replicates);
}

/* The ordered weight furthest from its exact mean, of those that rare rows do not make. */
static double worst_weight(const struct results_series *s, size_t at) {
    double worst = NAN;
    for (size_t k = 0; k < s->size[RESULTS_RANK]; k++) {
        size_t rank = at * s->size[RESULTS_RANK] + k;
        double exact = s->exact_ordered_weight[rank],
               sigma = sigma_at(s, RESULTS_ORDERED_WEIGHT, rank, exact, 0);
        if (exact < fmax(ATTENTION_RARE_WEIGHT, ATTENTION_ROWS / (double)s->replicates) ||
            (k == 0 && collapsed(s, at))) {
            continue;
        }
        if (!(fabs(sigma) <= fabs(worst))) { worst = isnan(sigma) ? worst : sigma; }
    }
    return worst;
}

static void fill_gaussian(struct attention_point *p, const struct results_series *s, size_t at, double d) {
    struct sphere_subcritical limit;
    double replicates = (double)s->replicates, se = s->se[RESULTS_OUTPUT_BIAS][at];
    size_t kept = s->size[RESULTS_REPLICATE];
    sphere_subcritical(d, s->beta[at], s->log_n[p->n], &limit);
    p->radial_ratio = se * se * replicates / limit.radial_variance;
    p->radial_ratio_se = p->radial_ratio * sqrt(2 / (replicates - 1));
    double tangential = (d - 1) * limit.tangential_variance;
    p->tangential_ratio = s->mean[RESULTS_OUTPUT_TANGENTIAL][at] / tangential;
    p->tangential_ratio_se = s->se[RESULTS_OUTPUT_TANGENTIAL][at] / tangential;
    p->radial_p =
        normality_pvalue(kept, s->output_radial + at * kept, limit.bias, sqrt(limit.radial_variance));
    p->tangential_p =
        normality_pvalue(kept, s->output_tangent + at * kept, 0, sqrt(limit.tangential_variance));
}

/* A row's keys near the query: n^(1/kappa) T_(i) -> (Gamma_i/C)^(1/kappa); C^(1/kappa). */
static double endpoint_root(const struct results_series *s, double kappa) {
    struct schedule law;
    return s->family->law(s->parameter, &law) ? law.coef / kappa : NAN;
}

static void fill_critical(struct attention_point *p, const struct results_series *s, size_t at,
                          double kappa) {
    double limit = limits_weibull_at(kappa, p->critical / (kappa * endpoint_root(s, kappa))).top_weight;
    p->top_weight_ratio = s->mean[MEASURE_TOP_WEIGHT][at] / limit;
    p->top_weight_ratio_se = s->se[MEASURE_TOP_WEIGHT][at] / limit;
}

/* E[x_2 - x_1] = C^(-1/kappa) Gamma(1 + 1/kappa)/kappa. */
static void fill_supercritical(struct attention_point *p, const struct results_series *s, size_t at,
                               double kappa) {
    double root = endpoint_root(s, kappa),
           near_ties = limits_weibull_near_ties(kappa, p->critical / (kappa * root)),
           apart = tgamma(1 + 1 / kappa) / (kappa * root);
    if (kappa > 0.5) {
        p->deficit_ratio = s->mean[RESULTS_TOP_DEFICIT][at] / (near_ties * M_LN2);
        p->deficit_ratio_se = s->se[RESULTS_TOP_DEFICIT][at] / (near_ties * M_LN2);
    }
    p->log_deficit_ratio = s->mean[RESULTS_LOG_TOP_DEFICIT][at] / (p->critical * apart);
    p->log_deficit_ratio_se = s->se[RESULTS_LOG_TOP_DEFICIT][at] / (p->critical * apart);
}

static void fill_point(struct attention_point *p, const struct results_series *s, size_t n, size_t b,
                       double d) {
    size_t at = n * s->size[RESULTS_BETA] + b;
    *p = (struct attention_point){
        .n = n,
        .beta_index = b,
        .n_eff = exp(s->log_n[n] - sphere_log_rho(d, s->beta[at])),
        .critical = exp(log(s->beta[at]) - s->log_n[n] * 2 / (d - 1)),
        .bias_sigma =
            sigma_at(s, RESULTS_OUTPUT_BIAS, at, s->exact_output_bias[at], s->exact_output_bias_error[at]),
        .tangential_sigma = sigma_at(s, RESULTS_OUTPUT_TANGENTIAL, at, s->exact_output_tangential[at],
                                     s->exact_output_tangential_error[at]),
        .identity_sigma = collapsed(s, at) ? NAN
                                           : sigma_at(s, RESULTS_OUTPUT_IDENTITY, at, 0,
                                                      QUADRATURE * (d - 1) / s->beta[at]),
        .weight_sigma = worst_weight(s, at),
        .radial_ratio = NAN,
        .radial_ratio_se = NAN,
        .tangential_ratio = NAN,
        .tangential_ratio_se = NAN,
        .radial_p = NAN,
        .tangential_p = NAN,
        .top_weight_ratio = NAN,
        .top_weight_ratio_se = NAN,
        .deficit_ratio = NAN,
        .deficit_ratio_se = NAN,
        .log_deficit_ratio = NAN,
        .log_deficit_ratio_se = NAN};
    p->regime = regime_of(p->n_eff, 1 / s->mean[MEASURE_PARTICIPATION][at]);
    if (p->n_eff >= 1) { fill_gaussian(p, s, at, d); }
    switch (p->regime) {
    case ATTENTION_SUBCRITICAL: break;
    case ATTENTION_CRITICAL: fill_critical(p, s, at, (d - 1) / 2); break;
    case ATTENTION_SUPERCRITICAL: fill_supercritical(p, s, at, (d - 1) / 2); break;
    case ATTENTION_REGIMES: break;
    }
}

/* ---- a regime ---- */

struct chi_square {
    double value, freedom;
};

/* Sigmas of one n at some betas, with the correlation of the values beside them, [count][kept]: the sum of
 * their squares along the eigenvectors that the kept replicates tell apart. */
static struct chi_square correlated(size_t count, const double *sigma, size_t kept,
                                    const double *const *value) {
    const double least = 1e-3; /* eigenvalue */
    struct chi_square chi = {0, 0};
    if (count == 0 || kept < 10 * count) { return (struct chi_square){NAN, NAN}; }
    gsl_matrix *c = gsl_matrix_calloc(count, count), *vector = gsl_matrix_alloc(count, count);
    gsl_vector *eigen = gsl_vector_alloc(count);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(count);
    bool good = c && vector && eigen && work;
    for (size_t i = 0; good && i < count; i++) {
        for (size_t j = 0; j <= i; j++) {
            double r = i == j ? 1 : gsl_stats_correlation(value[i], 1, value[j], 1, kept);
            gsl_matrix_set(c, i, j, r);
            gsl_matrix_set(c, j, i, r);
        }
    }
    good = good && gsl_eigen_symmv(c, eigen, vector, work) == 0;
    for (size_t k = 0; good && k < count; k++) {
        double along = 0;
        for (size_t i = 0; i < count; i++) { along += gsl_matrix_get(vector, i, k) * sigma[i]; }
        if (gsl_vector_get(eigen, k) < least) { continue; }
        chi.value += along * along / gsl_vector_get(eigen, k);
        chi.freedom++;
    }
    gsl_matrix_free(c);
    gsl_matrix_free(vector);
    gsl_vector_free(eigen);
    gsl_eigen_symmv_free(work);
    return good ? chi : (struct chi_square){NAN, NAN};
}

/* p-value of the largest of `count` sigmas, whatever their correlation (Bonferroni). */
static double largest_p(double sigma, size_t count) {
    return isnan(sigma) ? NAN : fmin(1, (double)count * 2 * gsl_cdf_ugaussian_Q(fabs(sigma)));
}

static void take_larger(double *largest, double sigma) {
    if (!isnan(sigma) && !(fabs(sigma) <= fabs(*largest))) { *largest = sigma; }
}

/* The betas of one n in this regime that have exact values, into the chi squares. */
static void add_length(const struct attention *a, const struct results_series *s, size_t n,
                       enum attention_regime regime, struct attention_part *part) {
    size_t betas = s->size[RESULTS_BETA], kept = s->size[RESULTS_REPLICATE], count = 0;
    double *sigma = malloc(2 * betas * sizeof *sigma);
    const double **value = malloc(2 * betas * sizeof *value);
    for (size_t b = 0; sigma && value && b < betas; b++) {
        const struct attention_point *p = &a->point[n * betas + b];
        if (p->regime != regime) { continue; }
        if (!isfinite(p->bias_sigma + p->tangential_sigma)) {
            part->left_out++;
            continue;
        }
        sigma[count] = p->bias_sigma;
        sigma[betas + count] = p->tangential_sigma;
        value[count] = s->output_radial + (n * betas + b) * kept;
        value[betas + count] = s->output_square + (n * betas + b) * kept;
        count++;
    }
    if (count > 0) {
        struct chi_square bias = correlated(count, sigma, kept, value),
                          tangential = correlated(count, sigma + betas, kept, value + betas);
        part->bias_chi_square += bias.value;
        part->bias_freedom += bias.freedom;
        part->tangential_chi_square += tangential.value;
        part->tangential_freedom += tangential.freedom;
    }
    free(sigma);
    free(value);
}

static double chi_square_p(double value, double freedom) {
    return freedom > 0 && isfinite(value) ? gsl_cdf_chisq_Q(value, freedom) : NAN;
}

/* "; the identity is off by at most 1.2 standard errors (p = 0.4)", or nothing. */
static void say_largest(char *end, size_t room, const char *what, double sigma, double p) {
    if (!isnan(p)) {
        snprintf(end, room, "; %s off by at most %.2g standard errors (p = %.2g)", what, fabs(sigma), p);
    }
}

static void judge(struct attention_part *part, const char *name) {
    char weights[WORDS_LINE / 4] = "", identity[WORDS_LINE / 4] = "", left_out[WORDS_LINE / 4] = "";
    double least = fmin(fmin(part->bias_p, part->tangential_p), fmin(part->weight_p, part->identity_p));
    if (isnan(part->bias_p + part->tangential_p)) {
        part->kind = VERDICT_UNDECIDED;
        snprintf(part->sentence, sizeof part->sentence,
                 "%zu %s points, but no errors or exact values to judge them by; ask for more replicates.",
                 part->points, name);
        return;
    }
    part->kind = least < LEAST_P ? VERDICT_REFUTED : VERDICT_SUPPORTED;
    say_largest(weights, sizeof weights, "ordered weights are", part->weight_sigma, part->weight_p);
    say_largest(identity, sizeof identity, "the identity is", part->identity_sigma, part->identity_p);
    if (part->left_out > 0) {
        snprintf(left_out, sizeof left_out, " (%zu more have no exact values as good as the rows)",
                 part->left_out);
    }
    snprintf(
        part->sentence, sizeof part->sentence,
        "%zu %s points%s %s the exact values: chi^2 of 1 - <q,ATT> %.3g on %g (p = %.2g), of |ATT_tan|^2 "
        "%.3g on %g "
        "(p = %.2g)%s%s.",
        part->points - part->left_out, name, left_out,
        part->kind == VERDICT_SUPPORTED ? "agree with" : "contradict", part->bias_chi_square,
        part->bias_freedom, part->bias_p, part->tangential_chi_square, part->tangential_freedom,
        part->tangential_p, weights, identity);
}

static void make_part(struct attention *a, const struct results_series *s, enum attention_regime regime) {
    struct attention_part *part = &a->part[regime];
    *part = (struct attention_part){.weight_sigma = NAN, .identity_sigma = NAN};
    for (size_t i = 0; i < a->count; i++) {
        if (a->point[i].regime != regime) { continue; }
        part->points++;
        take_larger(&part->weight_sigma, a->point[i].weight_sigma);
        take_larger(&part->identity_sigma, a->point[i].identity_sigma);
    }
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) { add_length(a, s, n, regime, part); }
    part->bias_p = chi_square_p(part->bias_chi_square, part->bias_freedom);
    part->tangential_p = chi_square_p(part->tangential_chi_square, part->tangential_freedom);
    part->weight_p = largest_p(part->weight_sigma, part->points * s->size[RESULTS_RANK]);
    part->identity_p = largest_p(part->identity_sigma, part->points);
    if (part->points > 0) { judge(part, attention_regime_name[regime]); }
}

/* ---- the series ---- */

/* Mean of V ATT beside V times the mean of ATT, which is <q,ATT> in the query's direction and nothing across.
 */
static double matrix_sigma(const struct results_series *s) {
    size_t components = s->size[RESULTS_COMPONENT], columns = s->size[RESULTS_COLUMN];
    double worst = NAN;
    for (size_t at = 0; at < s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA]; at++) {
        double along = 1 - s->exact_output_bias[at];
        for (size_t c = 0; c < components; c++) {
            double se = hypot(s->se[RESULTS_OUTPUT][at * components + c],
                              s->value_matrix[c * columns] * s->exact_output_bias_error[at]);
            take_larger(&worst, ratio_or_nan(s->mean[RESULTS_OUTPUT][at * components + c] -
                                                 s->value_matrix[c * columns] * along,
                                             se));
        }
    }
    return worst;
}

/* Covariances of V ATT beside V (st I + (sr - st) q q^T) V^T with the measured variances along, sr, and
 * across, st: the largest deviation in standard errors of a covariance of Gaussians. Where the rows are not,
 * errors are larger: only subcritical points count. */
static double covariance_sigma(const struct attention *a, const struct results_series *s) {
    size_t columns = s->size[RESULTS_COLUMN], pairs = s->size[RESULTS_PAIR];
    double worst = NAN, rows = (double)s->replicates;
    for (size_t at = 0; at < a->count; at++) {
        if (a->point[at].regime != ATTENTION_SUBCRITICAL) { continue; }
        const double *covariance = s->output_covariance + at * pairs;
        double along = rows * pow(s->se[RESULTS_OUTPUT_BIAS][at], 2),
               across = s->mean[RESULTS_OUTPUT_TANGENTIAL][at] / (a->dimension - 1);
        for (size_t k = 0; k < pairs; k++) {
            const double *u = s->value_matrix + (size_t)s->pair_first[k] * columns,
                         *v = s->value_matrix + (size_t)s->pair_second[k] * columns;
            double expected = along * u[0] * v[0], first = along * u[0] * u[0], second = along * v[0] * v[0];
            for (size_t c = 1; c < columns; c++) {
                expected += across * u[c] * v[c];
                first += across * u[c] * u[c];
                second += across * v[c] * v[c];
            }
            take_larger(&worst, ratio_or_nan(covariance[k] - expected,
                                             sqrt((first * second + expected * expected) / rows)));
        }
    }
    return worst;
}

/* What counts is not the regime but n_eff, from where on both parts stay normal. */
static void say_central_limit(struct attention *a) {
    size_t points = 0, along = 0, across = 0;
    double least = INFINITY, most = 0, fails = 0;
    for (size_t i = 0; i < a->count; i++) {
        const struct attention_point *p = &a->point[i];
        if (isnan(p->radial_p + p->tangential_p)) { continue; }
        points++;
        along += p->radial_p >= LEAST_P;
        across += p->tangential_p >= LEAST_P;
        least = fmin(least, p->n_eff);
        most = fmax(most, p->n_eff);
        if (fmin(p->radial_p, p->tangential_p) < LEAST_P) { fails = fmax(fails, p->n_eff); }
    }
    if (points == 0) { return; }
    int length =
        snprintf(a->central_limit, sizeof a->central_limit,
                 "Central limit: n_eff = n/rho(beta) goes from %.3g to %.3g; with so many rows the output "
                 "passes for a Gaussian along the query at %zu of %zu points, across it at %zu",
                 least, most, along, points, across);
    char *end = a->central_limit + length;
    size_t room = sizeof a->central_limit - (size_t)length;
    if (fails == 0) {
        snprintf(end, room, ".");
    } else if (fails >= most / 2) {
        snprintf(end, room, "; it does not at the largest n_eff, so that the limit is not reached here.");
    } else {
        snprintf(end, room, ", at all of them beyond n_eff = %.3g.", fails);
    }
}

bool attention_make(struct attention *a, const struct results_series *s) {
    *a = (struct attention){.dimension = s->parameter[0].coef};
    if (!results_has_output(s)) { return true; }
    a->count = s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA];
    a->point = malloc(a->count * sizeof *a->point);
    if (!a->point) { return false; }
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t i = 0; i < a->count; i++) {
        fill_point(&a->point[i], s, i / s->size[RESULTS_BETA], i % s->size[RESULTS_BETA], a->dimension);
    }
    for (enum attention_regime r = 0; r < ATTENTION_REGIMES; r++) { make_part(a, s, r); }
    say_central_limit(a);
    a->matrix_sigma = matrix_sigma(s);
    a->covariance_sigma = covariance_sigma(a, s);
    return true;
}

void attention_release(struct attention *a) { free(a->point); }
