#include "analysis/verdict/prescribed.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/text/course_words.h"
#include "analysis/verdict/points.h"
#include "analysis/verdict/rare.h"
#include "sim/base/memory.h"

static const double SETTLED = 0.1;     /* a rate so small is none */
static const double UNLIKELY = 1e-3;   /* the p-value that leaves a verdict open */
static const double IMPOSSIBLE = 1e-5; /* and the one that refutes */
static const double WIGGLE = 0.01;     /* what a slope may be bent by, as an error of every point */
enum { FEWEST = 3, REPLICATES = 64 };

/* ---- points ---- */

/* The value of H at a level of its quantiles; NaN where the file does not have it. */
static double quantile_at(const struct results_series *s, size_t n, double level) {
    const size_t levels = s->size[RESULTS_QUANTILE], betas = s->size[RESULTS_BETA];
    for (size_t q = 0; q < levels; q++) {
        if (fabs(s->quantile[q] - level) < 1e-12) { return s->entropy_quantile[n * betas * levels + q]; }
    }
    return NAN;
}

/* The median from a histogram of bins of relative width 1/64 from 2^-40 on; its error as of a Gaussian of
 * these quartiles. */
static void take_median(const struct results_series *s, size_t n, struct prescribed_point *point) {
    const double quartile = 0.6744897501960817, bin = 1.0 / 64 / sqrt(12), floor = 0x1p-39;
    double spread = quantile_at(s, n, 0.75) - quantile_at(s, n, 0.25);
    double median = quantile_at(s, n, 0.5);
    point->entropy = median < floor ? 0 : median;
    point->se = hypot(sqrt(M_PI_2 / (double)s->replicates) * spread / (2 * quartile), bin * point->entropy);
    point->carriers = (double)s->replicates;
}

/* What rows move the mean by that are too rare for their scatter to be in a sample's. Below the critical beta
 * that of H/H is about the root of what E Y_2 is above a typical Y_2, and comes from rows that one key takes.
 */
static double rare_error(const struct results_series *s, size_t n, double entropy, double log_ratio) {
    const double rows = (double)s->replicates, most = results_carriers_needed(s, n) / rows;
    const size_t at = n * s->size[RESULTS_BETA];
    const double taken = fmax(0, s->exact_participation[at] - exp(s->exact_log_participation[at]));
    return hypot(taken < most ? entropy * sqrt(taken / rows) : 0, rare_short(s, n, log_ratio));
}

/* Below the root of the least double errors are 0 before numerics number 15, and carriers not known. */
static void take_mean(const struct results_series *s, size_t n, struct prescribed_point *point) {
    const double rows = (double)s->replicates, least = 1e-150;
    const size_t at = n * s->size[RESULTS_BETA];
    const bool is_fixed = s->family->kind == FAMILY_FIXED;
    point->entropy = s->mean[MEASURE_ENTROPY][at];
    point->se = is_fixed ? 0 : s->se[MEASURE_ENTROPY][at];
    double rare = is_fixed ? 0 : rare_error(s, n, point->entropy, point->log_ratio);
    if (point->se < rare) { point->se = rare; }
    double relative = point->se / point->entropy;
    bool is_known = is_fixed || point->entropy > least;
    point->carriers = is_known ? results_carriers(rows, rows * relative * relative) : NAN;
}

static double exact_at(const struct results_series *s, size_t n) {
    const size_t at = n * s->size[RESULTS_BETA];
    double value = s->exact_entropy[at], error = s->exact_entropy_error[at];
    return value > 0 && error < 1e-3 * value ? value : NAN;
}

struct prescribed_point prescribed_at(const struct prescribed *v, const struct results_series *s, size_t n) {
    const double log_beta = log(s->beta[n * s->size[RESULTS_BETA]]);
    struct prescribed_point point = {.log_ratio = log_beta - s->log_lambda_typ[n],
                                     .exact = v->is_median ? NAN : exact_at(s, n),
                                     .is_trained = s->log_n[n] >= s->log_trained - 1e-9};
    if (v->is_median) {
        take_median(s, n, &point);
    } else {
        take_mean(s, n, &point);
    }
    point.is_used =
        point.entropy > 0 && point.carriers >= results_carriers_needed(s, n) && isfinite(point.se);
    return point;
}

static void count_points(struct prescribed *v, const struct results_series *s) {
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
        const struct prescribed_point point = prescribed_at(v, s, n);
        v->points += point.is_trained && point.is_used;
        v->left_out += point.is_trained && !point.is_used;
    }
}

struct prescribed_point prescribed_last(const struct prescribed *v, const struct results_series *s,
                                        size_t *n) {
    struct prescribed_point point = {.is_used = false};
    *n = s->size[RESULTS_LOG_N];
    while (*n > 0 && !point.is_used) { point = prescribed_at(v, s, --*n); }
    return point;
}

/* ---- the rate ---- */

/* Points from the trained length on that are used, as x, y, exact y and error. */
struct curve {
    size_t count;
    double *log_n, *x, *y, *exact, *se;
    bool common;  /* the same rows at every n, .. */
    size_t sets;  /* .. in so many blocks */
    double *part; /* [sets] a point: what its noise has of each */
};

/* Of noise of that size what each block has; medians are taken to move as means do. */
static void take_parts(const struct results_series *s, size_t n, double noise, double *part) {
    const size_t groups = s->size[RESULTS_BLOCK], at = n * s->size[RESULTS_BETA];
    double squares = 0;
    for (size_t g = 0; g < groups; g++) {
        part[g] = (s->block[MEASURE_ENTROPY][at * groups + g] - s->mean[MEASURE_ENTROPY][at]) *
                  s->block_size[g] / sqrt((double)s->replicates - s->block_size[g]);
        squares += part[g] * part[g];
    }
    for (size_t g = 0; squares > 0 && g < groups; g++) { part[g] *= noise / sqrt(squares); }
}

static struct curve curve_make(const struct prescribed *v, const struct fit *fit) {
    const struct results_series *s = fit->series;
    const size_t lengths = fit->lengths;
    double *room = memory_create(5 * lengths, sizeof *room);
    struct curve c = {.log_n = room,
                      .x = room + lengths,
                      .y = room + 2 * lengths,
                      .exact = room + 3 * lengths,
                      .se = room + 4 * lengths,
                      .common = fit->common,
                      .sets = fit->common ? s->size[RESULTS_BLOCK] : 0};
    c.part = memory_create(lengths * c.sets, sizeof *c.part);
    for (size_t n = 0; n < lengths; n++) {
        const struct prescribed_point point = prescribed_at(v, s, n);
        if (!point.is_used || !point.is_trained) { continue; }
        c.log_n[c.count] = s->log_n[n];
        c.x[c.count] = v->by_n ? s->log_n[n] : log(s->log_n[n]);
        c.y[c.count] = log(point.entropy);
        c.exact[c.count] = log(point.exact);
        if (c.sets > 0) { take_parts(s, n, point.se / point.entropy, c.part + c.count * c.sets); }
        c.se[c.count++] = hypot(point.se / point.entropy, WIGGLE);
    }
    return c;
}

/* The first of the upper half of log log n, leaving at least so many. */
static size_t upper_half(const struct curve *c, size_t from, size_t least) {
    const double middle = (log(c->log_n[from]) + log(c->log_n[c->count - 1])) / 2;
    size_t first = from;
    while (c->count - first > least && log(c->log_n[first]) < middle) { first++; }
    return first;
}

static struct exponent slope(const struct curve *c, const double *y, size_t first) {
    const struct exponent_noise shared = {c->sets, c->part + first * c->sets};
    return exponent_fit(c->count - first, c->x + first, y + first, c->se + first, c->common ? &shared : NULL);
}

static void find_rate(struct prescribed *v, const struct fit *fit) {
    struct curve c = curve_make(v, fit);
    if (c.count >= FEWEST) {
        size_t first = upper_half(&c, 0, FEWEST);
        struct exponent rate = slope(&c, c.y, first), later = slope(&c, c.y, upper_half(&c, first, 2));
        double half = hypot(EXPONENT_SIGMAS_95 * rate.se,
                            fmax(0, fabs(later.value - rate.value) - EXPONENT_SIGMAS_95 * later.se));
        bool has_exact = true;
        for (size_t i = first; i < c.count; i++) { has_exact = has_exact && isfinite(c.exact[i]); }
        v->rate = rate.value;
        v->low = rate.value - half;
        v->high = rate.value + half;
        v->exact = has_exact ? slope(&c, c.exact, first).value : NAN;
        v->first_log_n = c.log_n[first];
        v->last_log_n = c.log_n[c.count - 1];
    }
    free(c.log_n);
    free(c.part);
}

static enum course_fate fate_of(double low, double high) {
    if (low > SETTLED) { return COURSE_SPREADS; }
    if (high < -SETTLED) { return COURSE_COLLAPSES; }
    return low >= -SETTLED && high <= SETTLED ? COURSE_STAYS : COURSE_UNTOLD;
}

/* From the first point on, at the trained length or above. */
static bool collapses_by_ends(const struct prescribed *v, const struct results_series *s) {
    struct prescribed_point first = {.is_used = false},
                            last = prescribed_at(v, s, s->size[RESULTS_LOG_N] - 1);
    double unseen = s->family->kind == FAMILY_FIXED ? 0 : 4 / (double)s->replicates;
    for (size_t n = 0; n < s->size[RESULTS_LOG_N] && !(first.is_used && first.is_trained); n++) {
        first = prescribed_at(v, s, n);
    }
    return first.is_used && first.is_trained && last.entropy + 3 * last.se + unseen < 0.1 * first.entropy;
}

static void find_fate(struct prescribed *v, const struct results_series *s) {
    v->fate = isnan(v->rate) ? COURSE_UNTOLD : fate_of(v->low, v->high);
    v->by_ends = isnan(v->rate) && collapses_by_ends(v, s);
    if (v->by_ends) { v->fate = COURSE_COLLAPSES; }
}

/* ---- exact means ---- */

/* The mean of a logarithm is off that of the mean by half of its variance. */
static void add_deviation(struct contrast_data *data, double x, double deviation, double noise,
                          double allowance) {
    const size_t i = data->count++;
    data->x[i] = x;
    data->deviation[i] = deviation;
    data->noise[i * (data->room + 1)] = noise * noise;
    data->systematic[i] = allowance + noise * noise / 2;
}

/* Bins of counted rows and exact means are off by up to `allowance`; rows without randomness have no other
 * error. */
static void compare(struct prescribed *v, const struct fit *fit) {
    const bool is_fixed = fit->series->family->kind == FAMILY_FIXED;
    const double allowance = is_fixed ? 1e-5 : 1e-6;
    double sum = 0, largest = 0;
    if (!is_fixed && fit->series->replicates < POINTS_REPLICATES) { return; }
    struct contrast_data data = contrast_create(fit->lengths);
    data.freedom = (double)fit->series->replicates - 1;
    for (size_t n = 0; n < fit->lengths; n++) {
        const struct prescribed_point point = prescribed_at(v, fit->series, n);
        if (!point.is_used || isnan(point.exact)) { continue; }
        double noise = point.se / point.entropy, deviation = log(point.entropy / point.exact),
               off = deviation / hypot(noise, allowance);
        sum += off * off;
        largest = fmax(largest, fabs(off));
        add_deviation(&data, log(fit->series->log_n[n]), deviation, noise, allowance);
    }
    v->exact_count = data.count;
    if (data.count > 0) {
        v->exact_chi_square = sum;
        v->exact_p = fit->common ? fmin(1, 2 * (double)data.count * gsl_cdf_ugaussian_Q(largest))
                                 : gsl_cdf_chisq_Q(sum, (double)data.count);
        if (!fit->common && !is_fixed) {
            v->exact_shift = contrast_shift(&data);
            v->exact_trend = contrast_trend(&data);
        }
        v->exact_joint_p = contrast_joint_p(v->exact_p, &v->exact_shift, &v->exact_trend);
    }
    contrast_release(&data);
}

/* ---- the verdict ---- */

static void decide(struct prescribed *v, const struct results_series *s) {
    const bool enough = s->replicates >= REPLICATES || s->family->kind == FAMILY_FIXED;
    v->kind = VERDICT_UNDECIDED;
    if (v->exact_joint_p < UNLIKELY) {
        v->ground = PRESCRIBED_EXACT;
        if (v->exact_joint_p < IMPOSSIBLE && enough) { v->kind = VERDICT_REFUTED; }
    } else if ((isnan(v->rate) && !v->by_ends) || !enough) {
        bool lacks_median = v->is_median && isnan(prescribed_at(v, s, 0).se);
        v->ground = lacks_median ? PRESCRIBED_NO_MEDIAN : PRESCRIBED_NO_RATE;
    } else if (v->fate == COURSE_UNTOLD) {
        v->ground = PRESCRIBED_BETWEEN;
    } else if (v->course.fate == COURSE_UNTOLD) {
        v->ground = PRESCRIBED_NO_THEORY;
    } else if (v->fate == v->course.fate) {
        v->ground = PRESCRIBED_AGREES;
        v->kind = VERDICT_SUPPORTED;
    } else if (isnan(v->exact)) {
        v->ground = PRESCRIBED_NO_THEORY;
    } else {
        double half = (v->high - v->low) / 2;
        bool is_off = fabs(v->exact - v->rate) > 2 * half;
        v->ground = is_off ? PRESCRIBED_FATE : PRESCRIBED_REACH;
        if (is_off) { v->kind = VERDICT_REFUTED; }
    }
}

void prescribed_make(struct prescribed *v, const struct fit *fit) {
    const struct results_series *s = fit->series;
    *v = (struct prescribed){.rate = NAN,
                             .low = NAN,
                             .high = NAN,
                             .exact = NAN,
                             .first_log_n = NAN,
                             .last_log_n = NAN,
                             .exact_chi_square = NAN,
                             .exact_p = NAN,
                             .exact_shift = {NAN, NAN, NAN},
                             .exact_trend = {NAN, NAN, NAN},
                             .exact_joint_p = NAN};
    v->course = course_of(s->family, s->parameter, s->prescription, s->log_trained, s->coef,
                          s->log_n[fit->lengths - 1]);
    v->is_median = v->course.of_median;
    v->by_n = !isnan(v->course.rate_n);
    count_points(v, s);
    find_rate(v, fit);
    find_fate(v, s);
    compare(v, fit);
    decide(v, s);
}

/* ---- in words ---- */

static const char *what(const struct prescribed *v) {
    return v->is_median ? "median entropy" : "mean entropy";
}

static void why(const struct prescribed *v, const struct fit *fit, char *out) {
    char rate[WORDS];
    switch (v->ground) {
    case PRESCRIBED_NO_RATE:
        words_append(out, PRESCRIBED_SENTENCE,
                     "what the entropy does cannot be told from %zu n from the trained length on (whose mean "
                     "100 rows carry, or a quarter of all) and %llu replicate%s; take %d and %d or more",
                     v->points, (unsigned long long)fit->series->replicates,
                     fit->series->replicates == 1 ? "" : "s", FEWEST, REPLICATES);
        break;
    case PRESCRIBED_NO_MEDIAN:
        words_append(
            out, PRESCRIBED_SENTENCE,
            "rows differ in scale and are judged by their median entropy; keep 0.25, 0.5 and 0.75 among "
            "the quantiles");
        break;
    case PRESCRIBED_EXACT:
        words_append(out, PRESCRIBED_SENTENCE, "mean entropies and exact ones disagree (p = %.1g over %zu n)",
                     v->exact_joint_p, v->exact_count);
        break;
    case PRESCRIBED_BETWEEN:
        words_append(out, PRESCRIBED_SENTENCE,
                     "whether the %s stays cannot be told from a rate within %.4g to %.4g", what(v), v->low,
                     v->high);
        break;
    case PRESCRIBED_NO_THEORY:
    case PRESCRIBED_AGREES:
        words_append(out, PRESCRIBED_SENTENCE, "the %s %s", what(v), course_fate_name[v->fate]);
        break;
    case PRESCRIBED_REACH:
    case PRESCRIBED_FATE:
        words_append(out, PRESCRIBED_SENTENCE, "the %s %s over these n, %s", what(v),
                     course_fate_name[v->fate],
                     v->ground == PRESCRIBED_REACH
                         ? "as the exact means do: they do not reach what theory says of n -> inf"
                         : words_formatted("where exact means go with the power %.4g", v->exact, rate));
        break;
    }
}

static void add_rate(const struct prescribed *v, char *out) {
    char first[WORDS], last[WORDS], rate[WORDS];
    if (isnan(v->rate)) { return; }
    words_append(out, PRESCRIBED_SENTENCE, " From n = %s to %s it goes as %s^(%s)",
                 words_length(v->first_log_n, first), words_length(v->last_log_n, last),
                 v->by_n ? "n" : "(log n)", words_measured(v->rate, (v->high - v->low) / 2, rate));
    if (!isnan(v->exact)) { words_append(out, PRESCRIBED_SENTENCE, ", exact means as ^%.4g", v->exact); }
    words_append(out, PRESCRIBED_SENTENCE, ".");
}

static void add_last(const struct prescribed *v, const struct fit *fit, char *out) {
    char n[WORDS], entropy[WORDS];
    size_t last;
    struct prescribed_point point = prescribed_last(v, fit->series, &last);
    if (!point.is_used) { return; }
    double log_n = fit->series->log_n[last];
    words_append(out, PRESCRIBED_SENTENCE, " At n = %s H = %s, %.3g log n.", words_length(log_n, n),
                 words_measured(point.entropy, point.se, entropy), point.entropy / log_n);
}

const char *prescribed_sentence(const struct prescribed *v, const struct fit *fit,
                                char out[PRESCRIBED_SENTENCE]) {
    const struct results_series *s = fit->series;
    char n[WORDS], line[WORDS_LINE];
    snprintf(out, PRESCRIBED_SENTENCE, "%s: along `%s` from n_0 = %s (coef %.4g) ", verdict_opening[v->kind],
             prescription_name[s->prescription], words_length(s->log_trained, n), s->coef);
    why(v, fit, out);
    words_append(out, PRESCRIBED_SENTENCE, ".");
    add_rate(v, out);
    add_last(v, fit, out);
    if (v->left_out > 0) {
        words_append(out, PRESCRIBED_SENTENCE, " At %zu n rare rows carry the mean, or it is 0: left out.",
                     v->left_out);
    }
    words_append(out, PRESCRIBED_SENTENCE, " Theory: %s.", course_words(&v->course, line));
    return out;
}
