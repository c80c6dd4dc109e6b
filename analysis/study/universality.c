#include "analysis/study/universality.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/statistics/law.h"
#include "analysis/study/shared.h"
#include "analysis/text/words.h"
#include "analysis/verdict/judge.h"
#include "models/theory/sphere.h"
#include "sim/base/memory.h"

#define NAME_OF(KEY, name, ...) name,
const char *const universality_question_name[UNIVERSALITY_QUESTIONS] = {UNIVERSALITY_QUESTION_TABLE(NAME_OF)};

/* ---- classes ---- */

static bool takes_part(const struct fit *f) {
    const struct results_series *s = f->series;
    return s->family->class == FAMILY_WEIBULL && f->has_law && f->law.log_power == 0 && f->law.power > 0 &&
           family_is_constant(s->family, s->parameter) && fit_criterion(f) &&
           fit_is_meaningful(f, f->primary) && !s->is_prescribed;
}

static bool one_class(const struct fit *a, const struct fit *b) {
    return fabs(a->law.power / b->law.power - 1) < 1e-9 && shared_criterion(a, b);
}

/* The member whose random numbers a series takes, too; NULL: none. */
static const struct fit *find_shared(const struct universality *u, const struct fit *fit) {
    for (size_t i = 0; i < u->count; i++) {
        if (shared_any(u->member[i].fit, fit)) { return u->member[i].fit; }
    }
    return NULL;
}

/* Those of the fits from `first` on that are of its class; whether they are of two laws. */
static bool gather_series(struct universality *u, size_t fits, const struct fit *fit, size_t first) {
    bool differ = false;
    *u = (struct universality){.exponent = fit[first].law.power,
                               .member = memory_create(fits - first, sizeof *u->member)};
    for (size_t i = first; i < fits; i++) {
        if (!takes_part(&fit[i]) || !one_class(&fit[first], &fit[i])) { continue; }
        u->member[u->count] = (struct universality_member){.fit = &fit[i], .shares = find_shared(u, &fit[i])};
        u->count++;
        differ = differ || !shared_law(fit[first].series, fit[i].series);
    }
    return differ;
}

static bool is_known_class(size_t count, const struct universality *classes, const struct fit *fit) {
    for (size_t i = 0; i < count; i++) {
        if (one_class(classes[i].member[0].fit, fit)) { return true; }
    }
    return false;
}

struct universality *universality_find(size_t fits, const struct fit *fit, size_t *count) {
    struct universality *classes = memory_create(fits, sizeof *classes);
    *count = 0;
    for (size_t i = 0; i < fits; i++) {
        if (!takes_part(&fit[i]) || is_known_class(*count, classes, &fit[i])) { continue; }
        if (gather_series(&classes[*count], fits, fit, i)) {
            ++*count;
        } else {
            free(classes[*count].member);
        }
    }
    return classes;
}

void universality_release(size_t count, struct universality *classes) {
    for (size_t i = 0; i < count; i++) { free(classes[i].member); }
    free(classes);
}

/* ---- a member ---- */

/* log Lambda^typ less the power of n that it tends to. */
static double off_power(const struct fit *f, const struct points *p, size_t i) {
    return fabs(p->log_lambda[i] - schedule_log(&f->law, p->log_n[i]));
}

static size_t first_within_reach(const struct fit *f, const struct points *p) {
    size_t first = p->count;
    while (first > 0 && off_power(f, p, first - 1) <= UNIVERSALITY_REACH) { first--; }
    return first;
}

static double mean_grid(const struct points *p, size_t first) {
    double sum = 0;
    for (size_t i = first; i < p->count; i++) { sum += fabs(p->grid[i]) / (double)(p->count - first); }
    return sum;
}

/* A constant, or the slope of a straight line; what rounding makes of errors that are shared by all n is 0.
 */
static double fitted(const struct points *p, size_t first, const double *y, bool slope, double *se) {
    static const enum law_term line[] = {LAW_ONE, LAW_LINEAR};
    struct law_fit fit;
    double *scratch = memory_create(p->count * p->count, sizeof *scratch);
    struct law_data data = points_data(p, first, y, scratch);
    size_t terms = slope ? 2 : 1;
    data.by_variances = true;
    *se = NAN;
    bool good = law_fit(&data, terms, line, &fit);
    free(scratch);
    if (!good) { return NAN; }
    *se = isnan(fit.se[slope]) ? 0 : fit.se[slope] * points_widen(p, data.count, terms);
    return fit.value[slope];
}

/* From points within reach; errors with what reach and interpolation leave, as one standard error. */
static void fit_member(struct universality_member *m, const struct points *p, size_t first, double power) {
    double left = 0, *y = memory_create(p->count, sizeof *y), span = p->log_n[p->count - 1] - p->log_n[first],
           se, grid = mean_grid(p, first);
    for (size_t i = first; i < p->count; i++) { left = fmax(left, off_power(m->fit, p, i)); }
    for (size_t i = 0; i < p->count; i++) { y[i] = p->log_beta[i] - power * p->log_n[i]; }
    m->exponent = power + fitted(p, first, y, true, &se);
    m->exponent_se = hypot(se, 2 * (left + grid) / span);
    m->log_amplitude = fitted(p, first, y, false, &se);
    m->log_amplitude_se = hypot(se, left + grid);
    m->log_ratio = fitted(p, first, p->log_ratio, false, &se);
    m->log_ratio_se = hypot(se, left + grid);
    free(y);
}

static void make_member(struct universality_member *m, double power) {
    const struct results_series *s = m->fit->series;
    const double d = family_dimension(s->family, s->parameter, s->log_n[0]);
    struct points p;
    points_make(&p, m->fit);
    size_t first = first_within_reach(m->fit, &p);
    m->points = p.has_errors && !p.lacks_groups && p.kind == POINTS_MEANS ? p.count - first : 0;
    m->first_log_n = m->points > 0 ? p.log_n[first] : NAN;
    m->exponent = m->exponent_se = m->log_ratio = m->log_ratio_se = m->log_amplitude = m->log_amplitude_se =
        NAN;
    m->log_moved = m->log_moved_se = m->log_moved_predicted = m->log_density = NAN;
    m->concentration = family_concentration(s->family, s->parameter, s->log_n[0]);
    if (m->concentration >= 0) {
        m->log_density = m->concentration > 0 ? -sphere_log_partition(d, m->concentration) : 0;
    }
    if (m->points >= 2) { fit_member(m, &p, first, power); }
    points_release(&p);
}

/* ---- questions ---- */

/* Weighted mean of values with errors, and the chi square of what is left. */
struct mean {
    double value, se, chi_square;
    size_t count;
};

static void mean_add(struct mean *m, double value, double se) {
    if (!isfinite(value) || !(se > 0)) { return; }
    double weight = 1 / (se * se), before = m->count > 0 ? 1 / (m->se * m->se) : 0, all = before + weight,
           apart = value - m->value;
    m->chi_square += m->count > 0 ? apart * apart * before * weight / all : 0;
    m->value += apart * weight / all;
    m->se = 1 / sqrt(all);
    m->count++;
}

static struct universality_answer answer(double chi_square, size_t freedom) {
    if (freedom == 0) { return (struct universality_answer){NAN, 0, NAN}; }
    return (struct universality_answer){chi_square, freedom, gsl_cdf_chisq_Q(chi_square, (double)freedom)};
}

static struct universality_answer agreement(const struct mean *m) {
    return answer(m->chi_square, m->count > 0 ? m->count - 1 : 0);
}

static void ask_exponents(struct universality *u) {
    double chi_square = 0;
    size_t count = 0;
    for (size_t i = 0; i < u->count; i++) {
        double off = (u->member[i].exponent - u->exponent) / u->member[i].exponent_se;
        if (!isfinite(off) || u->member[i].shares) { continue; }
        chi_square += off * off;
        count++;
    }
    u->answer[UNIVERSALITY_EXPONENT] = answer(chi_square, count);
}

static void ask_ratios(struct universality *u) {
    struct mean mean = {0};
    for (size_t i = 0; i < u->count; i++) {
        if (u->member[i].shares) { continue; }
        mean_add(&mean, u->member[i].log_ratio, u->member[i].log_ratio_se);
    }
    u->limit = judge_limit(&(struct limits){.law = LIMITS_WEIBULL, .exponent = 1 / u->exponent},
                           fit_criterion(u->member[0].fit));
    u->common = mean.count > 0 ? exp(mean.value) : NAN;
    u->common_se = u->common * mean.se;
    u->answer[UNIVERSALITY_RATIO] = agreement(&mean);
    double off = (mean.value - log(u->limit)) / mean.se;
    u->answer[UNIVERSALITY_LIMIT] = answer(off * off, mean.count > 0 && isfinite(off));
}

/* The least concentrated of those that were measured; NULL: none is on a sphere. */
static const struct universality_member *reference(const struct universality *u) {
    const struct universality_member *least = NULL;
    for (size_t i = 0; i < u->count; i++) {
        const struct universality_member *m = &u->member[i];
        if (!m->shares && isfinite(m->log_amplitude + m->log_density) &&
            (!least || m->concentration < least->concentration)) {
            least = m;
        }
    }
    return least;
}

static void ask_densities(struct universality *u) {
    const struct universality_member *least = reference(u);
    struct mean freed = {0}, unmoved = {0};
    double first = INFINITY, last = -INFINITY;
    for (size_t i = 0; least && i < u->count; i++) {
        struct universality_member *m = &u->member[i];
        if (m->shares || !isfinite(m->log_amplitude + m->log_density)) { continue; }
        m->log_moved = m->log_amplitude - least->log_amplitude;
        m->log_moved_se = m == least ? 0 : hypot(m->log_amplitude_se, least->log_amplitude_se);
        m->log_moved_predicted = (m->log_density - least->log_density) * u->exponent;
        mean_add(&freed, m->log_amplitude - m->log_density * u->exponent, m->log_amplitude_se);
        mean_add(&unmoved, m->log_amplitude, m->log_amplitude_se);
        first = fmin(first, m->log_density);
        last = fmax(last, m->log_density);
    }
    const bool differ = last > first;
    u->answer[UNIVERSALITY_DENSITY] = differ ? agreement(&freed) : answer(0, 0);
    u->unmoved_sigma = differ && freed.count > 1 ? sqrt(unmoved.chi_square) : NAN;
}

/* ---- the verdict ---- */

static bool is_asked(const struct universality_member *m) { return !m->shares && !isnan(m->log_ratio); }

static size_t measured(const struct universality *u) {
    size_t count = 0;
    for (size_t i = 0; i < u->count; i++) { count += is_asked(&u->member[i]); }
    return count;
}

/* The widest error of a ratio; NaN where fewer than two series have one. */
static double widest(const struct universality *u) {
    double most = 0;
    for (size_t i = 0; i < u->count; i++) {
        if (is_asked(&u->member[i])) { most = fmax(most, u->member[i].log_ratio_se); }
    }
    return measured(u) > 1 ? most : NAN;
}

static void say_shared(struct universality *u) {
    for (size_t i = 0; i < u->count; i++) {
        const struct universality_member *m = &u->member[i];
        if (!m->shares) { continue; }
        words_append(u->sentence, sizeof u->sentence, "; %s takes the random numbers of %s and is left out",
                     m->fit->name, m->shares->name);
    }
}

static bool contradicts(const struct universality *u, enum universality_question q) {
    size_t asked = 0;
    for (size_t k = 0; k < UNIVERSALITY_QUESTIONS; k++) { asked += !isnan(u->answer[k].p); }
    return u->answer[q].p * (double)asked < UNIVERSALITY_LEAST_P;
}

#define ABOUT_OF(KEY, name, about, words) about,
#define WORDS_OF(KEY, name, about, words) words,
static const char *const question_about[UNIVERSALITY_QUESTIONS] = {UNIVERSALITY_QUESTION_TABLE(ABOUT_OF)},
                         *const question_words[UNIVERSALITY_QUESTIONS] = {
                             UNIVERSALITY_QUESTION_TABLE(WORDS_OF)};

static void append_answers(struct universality *u) {
    for (size_t q = 0; q < UNIVERSALITY_QUESTIONS; q++) {
        const struct universality_answer *a = &u->answer[q];
        if (isnan(a->p)) { continue; }
        words_append(u->sentence, sizeof u->sentence, "; %s: chi^2 = %.3g for %zu, p = %.2g",
                     question_about[q], a->chi_square, a->freedom, a->p);
    }
}

/* Errors of fewer replicates refute more often than p says. */
static bool has_replicates(const struct universality *u) {
    bool enough = true;
    for (size_t i = 0; i < u->count; i++) {
        enough = enough && (!is_asked(&u->member[i]) ||
                            results_least_replicates(u->member[i].fit->series) >= RESULTS_BLOCK_LENGTH);
    }
    return enough;
}

static void say_refuted(struct universality *u) {
    const size_t room = sizeof u->sentence;
    bool first = true;
    words_append(u->sentence, room, "%s these series are not alike:",
                 u->kind == VERDICT_REFUTED ? "Refuted:"
                                            : "Undecided: by errors from fewer than 64 replicates");
    for (enum universality_question q = 0; q < UNIVERSALITY_QUESTIONS; q++) {
        if (!contradicts(u, q)) { continue; }
        words_append(u->sentence, room, "%s %s do not agree (p = %.2g)", first ? "" : ";", question_words[q],
                     u->answer[q].p);
        first = false;
    }
}

static void say_supported(struct universality *u) {
    const size_t room = sizeof u->sentence;
    char common[WORDS], unmoved[WORDS];
    words_append(u->sentence, room,
                 "Supported: the exponent %.4g at the upper end of the scores decides. In %zu of %zu series, "
                 "those that reach it, beta_c grows as n^%.6g, and beta_c/Lambda^typ tends to %s",
                 1 / u->exponent, measured(u), u->count, u->exponent,
                 words_measured(u->common, u->common_se, common));
    if (!isnan(u->limit)) { words_append(u->sentence, room, " (limit law %.6g)", u->limit); }
    if (!isnan(u->unmoved_sigma)) {
        words_append(
            u->sentence, room,
            "; the density at the query alone moves the amplitude, by (f(q)/f_0)^%.6g, and an unmoved one "
            "is %s sigma away",
            u->exponent,
            u->unmoved_sigma > 100 ? "more than 100" : words_formatted("%.3g", u->unmoved_sigma, unmoved));
    }
}

/* Where nothing contradicts: fewer than two ratios, amplitudes that no density need move, or wide errors. */
static void say_undecided(struct universality *u, double error, double precise, bool open) {
    const size_t room = sizeof u->sentence;
    if (isnan(error)) {
        words_append(
            u->sentence, room,
            "Undecided: fewer than two series have collapse points with errors at two n where Lambda^typ "
            "keeps to its power of n within %g; take larger n, or more replicates where errors are lacking",
            UNIVERSALITY_REACH);
    } else if (open) {
        words_append(
            u->sentence, room,
            "Undecided: amplitudes that no density moves are only %.2g sigma away; take more replicates or "
            "concentrations further apart",
            u->unmoved_sigma);
    } else {
        words_append(
            u->sentence, room,
            "Undecided: beta_c/Lambda^typ is known to %.2g%% at worst, and %g%% is asked for; take more "
            "replicates",
            100 * error, 100 * precise);
    }
}

static void decide(struct universality *u) {
    const double precise = 0.02, error = widest(u);
    bool refuted = false, open = !isnan(u->unmoved_sigma) && u->unmoved_sigma < VERDICT_EXCLUDED;
    *u->sentence = '\0';
    for (enum universality_question q = 0; q < UNIVERSALITY_QUESTIONS; q++) {
        refuted = refuted || contradicts(u, q);
    }
    u->kind = refuted && has_replicates(u)            ? VERDICT_REFUTED
              : !refuted && error <= precise && !open ? VERDICT_SUPPORTED
                                                      : VERDICT_UNDECIDED;
    if (refuted) {
        say_refuted(u);
    } else if (u->kind == VERDICT_SUPPORTED) {
        say_supported(u);
    } else {
        say_undecided(u, error, precise, open);
    }
    append_answers(u);
    say_shared(u);
    words_append(u->sentence, sizeof u->sentence, ".");
}

void universality_judge(struct universality *u) {
    for (size_t i = 0; i < u->count; i++) { make_member(&u->member[i], u->exponent); }
    ask_exponents(u);
    ask_ratios(u);
    ask_densities(u);
    decide(u);
}
