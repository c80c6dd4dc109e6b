#include "analysis/sphere/attention.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/statistics/directions.h"
#include "sim/base/memory.h"

/* Less than this and a deviation is no accident. */
static const double LEAST_P = 1e-3;

/* ---- a regime ---- */

/* Sigmas of one n at some betas, with the correlation of the values beside them, [count][kept]: the sum of
 * their squares along the directions that the kept replicates tell apart. */
static struct directions correlated(size_t count, const double *sigma, size_t kept,
                                    const double *const *value) {
    const double least = 1e-3; /* eigenvalue */
    if (kept < 10 * count) { return (struct directions){NAN, 0}; }
    const gsl_vector_const_view x = gsl_vector_const_view_array(sigma, count);
    gsl_matrix *c = gsl_matrix_calloc(count, count);
    if (!c) { memory_exhausted(); }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j <= i; j++) {
            gsl_matrix_set(c, i, j, i == j ? 1 : gsl_stats_correlation(value[i], 1, value[j], 1, kept));
        }
    }
    const struct directions d = directions_sum(c, &x.vector, least);
    gsl_matrix_free(c);
    return d;
}

/* p-value of the largest of `count` sigmas, whatever their correlation (Bonferroni). */
static double largest_p(double sigma, size_t count) {
    return isnan(sigma) ? NAN : fmin(1, (double)count * 2 * gsl_cdf_ugaussian_Q(fabs(sigma)));
}

static double chi_square_p(double value, double freedom) {
    return freedom > 0 && isfinite(value) ? gsl_cdf_chisq_Q(value, freedom) : NAN;
}

/* In units of the largest, so that squares are none too small for doubles. */
static void scale_rows(size_t kept, const double *row, double *scaled) {
    double largest = 0;
    for (size_t i = 0; i < kept; i++) { largest = fmax(largest, fabs(row[i])); }
    for (size_t i = 0; i < kept; i++) { scaled[i] = row[i] / largest; }
}

/* One question's betas at one n in this regime that have an answer, into its chi square. */
static void add_length(const struct attention *a, const struct results_series *s, size_t n,
                       enum attention_regime regime, enum attention_question question,
                       struct attention_answer *answer) {
    const size_t betas = s->size[RESULTS_BETA], kept = s->size[RESULTS_REPLICATE];
    const double *rows = question == ATTENTION_BIAS ? s->output_radial : s->output_square;
    double *sigma = memory_create(betas, sizeof *sigma),
           *scaled = memory_create(betas * kept, sizeof *scaled);
    const double **value = memory_create(betas, sizeof *value);
    size_t count = 0;
    for (size_t b = 0; b < betas; b++) {
        const struct attention_point *p = &a->point[n * betas + b];
        if (p->regime != regime || p->deviation[question].count == 0) { continue; }
        sigma[count] = p->deviation[question].sigma;
        scale_rows(kept, rows + (n * betas + b) * kept, scaled + count * kept);
        value[count] = scaled + count * kept;
        count++;
    }
    if (count > 0) {
        const struct directions d = correlated(count, sigma, kept, value);
        answer->chi_square += d.square;
        answer->freedom += (double)d.count;
    }
    free(sigma);
    free(scaled);
    free(value);
}

#define WORDS_OF(KEY, name, words, ...) words,
static const char *const question_words[ATTENTION_QUESTIONS] = {ATTENTION_QUESTION_TABLE(WORDS_OF)};

static void say_answers(struct attention_part *part) {
    char *out = part->sentence;
    const size_t room = sizeof part->sentence;
    for (size_t q = 0; q < ATTENTION_CHI_SQUARES; q++) {
        const struct attention_answer *answer = &part->answer[q];
        if (isnan(answer->chi_square)) { continue; }
        words_append(out, room, "%s%s %.3g on %g (p = %.2g)", q == 0 ? ": chi^2 of " : ", of ",
                     question_words[q], answer->chi_square, answer->freedom, answer->p);
    }
    bool first = true;
    for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) {
        const struct attention_answer *answer = &part->answer[q];
        if (answer->count == 0 || !isnan(answer->chi_square)) { continue; }
        words_append(out, room,
                     first ? "; off by at most, in standard errors, %s %.2g (p = %.2g)" : ", %s %.2g (%.2g)",
                     question_words[q], fabs(answer->sigma), answer->p);
        first = false;
    }
    words_append(out, room, ".");
}

/* Means that fewer than 100 rows carry contradict more often than p says: a quarter of fewer than 400. */
static void judge(struct attention_part *part, const char *name, uint64_t replicates) {
    enum { ENOUGH = 400 };
    const bool enough = replicates >= ENOUGH;
    double least = INFINITY, asked = 0;
    part->kind = VERDICT_UNDECIDED;
    if (isnan(part->answer[ATTENTION_BIAS].p + part->answer[ATTENTION_TANGENTIAL].p)) {
        words_append(
            part->sentence, sizeof part->sentence,
            "%zu %s points, but no errors or exact values to judge them by: correlations take ten kept "
            "replicates for each beta, and means 100 rows or a quarter of all that carry them.",
            part->points, name);
        return;
    }
    for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) {
        if (isnan(part->answer[q].p)) { continue; }
        least = fmin(least, part->answer[q].p);
        asked++;
    }
    const bool agrees = !(least * asked < LEAST_P);
    part->kind = agrees ? VERDICT_SUPPORTED : enough ? VERDICT_REFUTED : VERDICT_UNDECIDED;
    words_append(part->sentence, sizeof part->sentence, "%zu %s points", part->points - part->left_out, name);
    if (part->left_out > 0) {
        words_append(part->sentence, sizeof part->sentence,
                     " (%zu more have no exact values as good as the rows, or few rows carry their means)",
                     part->left_out);
    }
    words_append(part->sentence, sizeof part->sentence, " %s the exact values",
                 agrees   ? "agree with"
                 : enough ? "contradict"
                          : "of fewer than 400 replicates, too few to contradict, are far from");
    say_answers(part);
}

/* With the same rows at every n chi squares of several n do not add up: the largest deviation stands. */
static void make_part(struct attention *a, const struct results_series *s, bool common,
                      enum attention_regime regime) {
    struct attention_part *part = &a->part[regime];
    *part = (struct attention_part){0};
    for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) {
        struct attention_deviation worst = {NAN, 0};
        for (size_t i = 0; i < a->count; i++) {
            if (a->point[i].regime == regime) {
                attention_point_add_deviation(&worst, a->point[i].deviation[q]);
            }
        }
        part->answer[q] = (struct attention_answer){NAN, NAN, worst.sigma, worst.count,
                                                    largest_p(worst.sigma, worst.count)};
    }
    for (size_t i = 0; i < a->count; i++) {
        const struct attention_point *p = &a->point[i];
        if (p->regime != regime) { continue; }
        part->points++;
        part->left_out += p->deviation[ATTENTION_BIAS].count + p->deviation[ATTENTION_TANGENTIAL].count == 0;
    }
    for (size_t q = 0; q < ATTENTION_CHI_SQUARES; q++) {
        struct attention_answer *answer = &part->answer[q];
        if (common) { continue; }
        answer->chi_square = answer->freedom = 0;
        for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) { add_length(a, s, n, regime, q, answer); }
        answer->p = chi_square_p(answer->chi_square, answer->freedom);
    }
    if (part->points > 0) { judge(part, attention_point_regime_name[regime], s->replicates); }
}

double attention_worst(const struct attention *a, enum attention_question question) {
    double worst = NAN;
    for (size_t r = 0; r < ATTENTION_REGIMES; r++) {
        double sigma = a->part[r].answer[question].sigma;
        if (a->part[r].points > 0 && !(fabs(sigma) <= fabs(worst))) { worst = isnan(sigma) ? worst : sigma; }
    }
    return worst;
}

/* ---- the central limit ---- */

/* beta ~ n^power at every n to rounding, or NaN. */
static double beta_power(const struct results_series *s, size_t b) {
    size_t lengths = s->size[RESULTS_LOG_N], betas = s->size[RESULTS_BETA];
    double power = NAN;
    for (size_t n = 1; n < lengths; n++) {
        double slope =
            log(s->beta[n * betas + b] / s->beta[(n - 1) * betas + b]) / (s->log_n[n] - s->log_n[n - 1]);
        if (n > 1 && !(fabs(slope - power) < 1e-9)) { return NAN; }
        power = slope;
    }
    return power;
}

static void add_normal(struct attention_gaussian *g, struct attention_normal *part, double p, double n_eff) {
    if (isnan(p)) { return; }
    part->points++;
    part->passes += p >= LEAST_P;
    g->least = fmin(g->least, n_eff);
    g->most = fmax(g->most, n_eff);
    if (p < LEAST_P) { g->fails = fmax(g->fails, n_eff); }
}

static void fill_gaussian(struct attention_gaussian *g, const struct attention *a,
                          const struct results_series *s) {
    size_t lengths = s->size[RESULTS_LOG_N], betas = s->size[RESULTS_BETA];
    *g = (struct attention_gaussian){.least = INFINITY, .exponent = NAN, .power = NAN};
    for (size_t i = 0; i < a->count; i++) {
        add_normal(g, &g->along, a->point[i].radial_p, a->point[i].n_eff);
        add_normal(g, &g->across, a->point[i].tangential_p, a->point[i].n_eff);
    }
    if (lengths < 2) { return; }
    size_t last = a->count - 1;
    g->exponent = log(a->point[last].n_eff / a->point[last - betas].n_eff) /
                  (s->log_n[lengths - 1] - s->log_n[lengths - 2]);
    g->power = beta_power(s, betas - 1);
}

/* Why the limit is near or far: beta = c n^power, below the critical scale n^(1/kappa), leaves n_eff ~
 * (n^(1/kappa)/beta)^kappa. */
static void say_growth(struct attention_gaussian *g, double kappa) {
    const size_t room = sizeof g->sentence;
    double below = 1 / kappa - g->power;
    if (!(g->power > 0 && below > 0.01)) { return; }
    words_append(
        g->sentence, room,
        " The reason: beta ~ n^%.4g lies a factor n^%.4g below the critical n^%.4g, which leaves n_eff = "
        "n/rho ~ n^%.4g (kappa = %.4g times that power; here n^%.3g): ten times as many effective keys take "
        "n 10^%.3g times as large.",
        g->power, below, 1 / kappa, kappa * below, kappa, g->exponent, 1 / g->exponent);
}

/* What counts is not the regime but n_eff, from where on both parts stay normal. */
static void say_gaussian(struct attention_gaussian *g, double kappa) {
    const size_t room = sizeof g->sentence;
    if (g->along.points + g->across.points == 0) { return; }
    words_append(g->sentence, room,
                 "Central limit: n_eff = n/rho(beta) goes from %.3g to %.3g; with so many rows the output "
                 "passes for a Gaussian along the query at %zu of %zu points, across it at %zu",
                 g->least, g->most, g->along.passes, g->along.points, g->across.passes);
    if (g->across.points != g->along.points) { words_append(g->sentence, room, " of %zu", g->across.points); }
    if (g->fails == 0) {
        words_append(g->sentence, room, ".");
    } else if (g->fails >= g->most / 2) {
        words_append(g->sentence, room,
                     "; it does not at the largest n_eff, so that the limit is not reached here.");
    } else {
        words_append(g->sentence, room, ", at all of them beyond n_eff = %.3g.", g->fails);
    }
    say_growth(g, kappa);
}

/* ---- the series ---- */

void attention_make(struct attention *a, const struct results_series *s, bool common) {
    *a = (struct attention){.dimension = family_dimension(s->family, s->parameter, s->log_n[0])};
    if (!results_has_output(s)) { return; }
    a->count = s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA];
    a->point = memory_create(a->count, sizeof *a->point);
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t i = 0; i < a->count; i++) {
        attention_point_fill(&a->point[i], s, i / s->size[RESULTS_BETA], i % s->size[RESULTS_BETA]);
    }
    for (enum attention_regime r = 0; r < ATTENTION_REGIMES; r++) { make_part(a, s, common, r); }
    fill_gaussian(&a->gaussian, a, s);
    say_gaussian(&a->gaussian, (a->dimension - 1) / 2);
}

void attention_release(struct attention *a) { free(a->point); }
