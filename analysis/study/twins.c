#include "analysis/study/twins.h"

#include <gsl/gsl_cdf.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/study/shared.h"
#include "analysis/text/words.h"
#include "analysis/verdict/points.h"

/* Measured rows are of no law, and means along prescriptions have no collapse points. */
static bool are_twins(const struct fit *a, const struct fit *b) {
    return a->series->family->kind != FAMILY_MEASURED && !a->series->is_prescribed &&
           !b->series->is_prescribed && shared_law(a->series, b->series) && shared_criterion(a, b);
}

static const struct ensemble_point *point_of(const struct fit *fit, size_t n) {
    return fit_noisy(fit, n, fit->primary);
}

static bool is_known(const struct ensemble_point *point) {
    return isfinite(point->log_ratio) && point->se > 0;
}

static bool same_length(const struct fit *a, size_t i, const struct fit *b, size_t j) {
    return fabs(a->series->log_n[i] - b->series->log_n[j]) <= 1e-12;
}

/* What is told of a pair, over its common n. */
struct comparison {
    const struct fit *a, *b;
    size_t count, drawn[2]; /* common n; those with drawn rows */
    size_t shared;          /* those whose rows take the same streams */
    size_t equal;           /* those with the same value */
    size_t tested;          /* those whose errors cover */
    double chi_square;
};

/* Of few replicates, or of a mean that few rows carry, errors may be anything. */
static bool has_error(const struct fit *fit, size_t n) {
    return results_replicates(fit->series, n) >= POINTS_REPLICATES && !points_few_carry(fit, n);
}

/* Counted rows of keys at positions are drawn ones of the nearest keys. */
static bool is_drawn(const struct fit *fit, double log_n) {
    struct config_series series = {.family = fit->series->family, .rows = fit->series->rows};
    memcpy(series.parameter, fit->series->parameter, sizeof series.parameter);
    return config_has_position(&series) || !config_counted(&series, log_n);
}

/* Whether interpolation between betas moves both alike. */
static bool same_betas(const struct results_series *a, size_t i, const struct results_series *b, size_t j) {
    const size_t betas = a->size[RESULTS_BETA];
    const double unit = exp(b->log_lambda_typ[j] - a->log_lambda_typ[i]);
    bool same = betas == b->size[RESULTS_BETA];
    for (size_t k = 0; same && k < betas; k++) {
        same = fabs(a->beta_ratio[i * betas + k] / (b->beta_ratio[j * betas + k] * unit) - 1) <= 1e-12;
    }
    return same;
}

static double error_between(const struct fit *a, size_t i, const struct fit *b, size_t j) {
    const double noise = hypot(point_of(a, i)->se, point_of(b, j)->se);
    return same_betas(a->series, i, b->series, j) ? noise
                                                  : hypot(noise, hypot(points_grid(a, i), points_grid(b, j)));
}

/* Logarithm of what both have in one unit: Lambda^typ, or that of scores where each has a Lambda^typ of its
 * own. */
static double log_beta_of(const struct fit *fit, size_t n) {
    return point_of(fit, n)->log_ratio + (fit_has_scale(fit) ? 0 : fit->series->log_lambda_typ[n]);
}

static const char *measured(const struct fit *fit, size_t n, char out[WORDS]) {
    const double beta = exp(log_beta_of(fit, n));
    return words_measured(beta, beta * fit_judged(fit, n)->se, out);
}

/* Errors of few replicates are off themselves: the normal deviate that is as unlikely as this one is by
 * Student's law, of as many degrees of freedom as two unlike errors have (Welch, 1947). */
static double normal_of(double deviation, const struct fit *a, size_t i, const struct fit *b, size_t j) {
    const double x = pow(point_of(a, i)->se, 2), y = pow(point_of(b, j)->se, 2),
                 freedom = pow(x + y, 2) / (x * x / points_freedom(a, i) + y * y / points_freedom(b, j)),
                 tail = gsl_cdf_tdist_Q(fabs(deviation), freedom);
    return tail > 0 ? gsl_cdf_ugaussian_Qinv(tail) : fabs(deviation);
}

/* Takes in one common n, and prints its line if there is an `out`. */
static void compare_at(struct comparison *c, size_t i, size_t j, FILE *out) {
    const double x = log_beta_of(c->a, i), y = log_beta_of(c->b, j), log_n = c->a->series->log_n[i];
    char n[WORDS], first[WORDS], second[WORDS];
    if (!is_known(point_of(c->a, i)) || !is_known(point_of(c->b, j))) { return; }
    bool shared = shared_at(c->a, log_n, c->b, log_n);
    double deviation = (x - y) / error_between(c->a, i, c->b, j);
    c->count++;
    c->drawn[0] += is_drawn(c->a, log_n);
    c->drawn[1] += is_drawn(c->b, log_n);
    c->shared += shared;
    c->equal += x == y;
    if (has_error(c->a, i) && has_error(c->b, j)) {
        c->chi_square += pow(normal_of(deviation, c->a, i, c->b, j), 2);
        c->tested++;
    }
    if (!out) { return; }
    fprintf(out, "%9s  %17s  %17s  ", words_length(log_n, n), measured(c->a, i, first),
            measured(c->b, j, second));
    if (x == y) {
        fprintf(out, "%11s\n", "equal");
    } else if (shared) {
        fprintf(out, "%+10.2g%%\n", 100 * expm1(x - y));
    } else {
        fprintf(out, "%+11.1f\n", deviation);
    }
}

static struct comparison compare(const struct fit *a, const struct fit *b, FILE *out) {
    struct comparison c = {.a = a, .b = b};
    for (size_t i = 0; i < a->lengths; i++) {
        for (size_t j = 0; j < b->lengths; j++) {
            if (same_length(a, i, b, j)) { compare_at(&c, i, j, out); }
        }
    }
    return c;
}

static void print_making(FILE *out, const struct fit *fit, size_t drawn, size_t count) {
    fprintf(out, "  %s: %s rows, seed %" PRIu64 ", series `%s`, %" PRIu64 " replicates%s\n", fit->name,
            drawn == count ? "drawn"
            : drawn == 0   ? "counted"
                           : "drawn and (at larger n) counted",
            fit->seed, fit->series->name, fit->series->replicates,
            fit->common ? ", the same randomness at every n" : "");
}

/* What the two have in common, and what follows for their differences. */
static void print_relation(FILE *out, const struct comparison *c) {
    if (c->shared > 0 && c->equal == c->count) {
        fputs("  They take the same streams of random numbers (seed and name agree) and are equal: the same "
              "rows, twice. That tests nothing but that they are made alike.\n",
              out);
    } else if (c->shared > 0) {
        fputs("  They take the same streams of random numbers (seed and name agree), so that they are not "
              "independent and their differences have no chi^2.\n",
              out);
    } else if (c->a->common || c->b->common) {
        fprintf(out, "  Independent of each other, but differences at all n go together: no chi^2.\n");
    } else if (c->tested == 0) {
        fprintf(out, "  Independent of each other, but too few rows for errors that cover: no chi^2.\n");
    } else {
        fprintf(out, "  Independent (%s): chi^2 = %.1f for %zu n, p = %.2g\n",
                c->a->seed == c->b->seed ? "other names, other streams" : "other seeds", c->chi_square,
                c->tested, gsl_cdf_chisq_Q(c->chi_square, (double)c->tested));
    }
}

static void print_pair(FILE *out, const struct fit *a, const struct fit *b) {
    struct comparison whole = compare(a, b, NULL);
    if (whole.count == 0) { return; }
    fprintf(out, "\n%s beside %s: beta_c%s of one law from two sets of rows\n", a->name, b->name,
            fit_has_scale(a) ? "/Lambda^typ" : "");
    print_making(out, a, whole.drawn[0], whole.count);
    print_making(out, b, whole.drawn[1], whole.count);
    fprintf(out, "%9s  %17s  %17s  %11s\n", "n", "the first", "the second",
            whole.shared > 0 ? "differ" : "differ (se)");
    compare(a, b, out);
    print_relation(out, &whole);
}

/* Of laws that differ. */
static void print_sharing(FILE *out, const struct fit *a, const struct fit *b) {
    fprintf(out,
            "\n%s and %s take the same streams of random numbers: seed %" PRIu64
            " and the name `%s` are those of both. Their collapse points err together, and their verdicts "
            "are not two witnesses; other seeds or names make them independent.\n",
            a->name, b->name, a->seed, a->series->name);
}

void twins_print(FILE *out, const struct study *study) {
    for (size_t i = 0; i < study->count; i++) {
        for (size_t j = i + 1; j < study->count; j++) {
            if (are_twins(&study->fit[i], &study->fit[j])) {
                print_pair(out, &study->fit[i], &study->fit[j]);
            } else if (shared_any(&study->fit[i], &study->fit[j])) {
                print_sharing(out, &study->fit[i], &study->fit[j]);
            }
        }
    }
}
