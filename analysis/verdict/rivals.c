#include "analysis/verdict/rivals.h"

#include <math.h>

enum { FREE_LOG = 4, FREE_POWER = 5 };
static const double fixed_power[FREE_LOG] = {0, 0.5, 1, 2};

bool rivals_is_power(const struct judge *j, size_t rival) { return !j->fit->by_n && rival < FREE_LOG; }

/* Chi square of a law with correction terms for log beta_c = y; NaN where it cannot be fitted. */
static double rival_chi_square(const struct judge *j, const double *y, size_t rival, size_t *terms) {
    static const enum law_term corrections[] = {LAW_ONE, LAW_INVERSE, LAW_LOG_INVERSE};
    static const enum law_term bare_power[] = {LAW_ONE, LAW_LINEAR, LAW_INVERSE, LAW_LOG_INVERSE};
    const enum law_term *power = j->fit->by_n ? judge_law_of_power : bare_power,
                        *term = rival < FREE_LOG    ? corrections
                                : rival == FREE_LOG ? judge_law_of_log
                                                    : power;
    struct law_fit fit;
    *terms = rival < FREE_LOG ? 3 : 4;
    for (size_t i = 0; i < j->points.count; i++) {
        j->values[i] = y[i] - (rival < FREE_LOG ? fixed_power[rival] * log(j->points.log_n[i]) : 0);
    }
    struct law_data data = points_data(&j->points, j->first, j->values, j->scratch);
    judge_add_truncation(j, &data, j->scratch);
    data.covariance = j->scratch;
    return law_fit(&data, *terms, term, &fit) ? fit.chi_square : NAN;
}

/* Akaike's criterion with the correction for few points, as weights. */
static void weigh_rivals(struct verdict *v, size_t count, const size_t terms[VERDICT_LAWS]) {
    double criterion[VERDICT_LAWS], least = INFINITY, total = 0;
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        double k = (double)terms[r], rest = (double)count - k - 1;
        criterion[r] = v->rival[r].chi_square + 2 * k + (rest > 0 ? 2 * k * (k + 1) / rest : INFINITY);
        least = fmin(least, criterion[r]);
    }
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        v->rival[r].weight = exp((least - criterion[r]) / 2);
        total += isnan(v->rival[r].weight) ? 0 : v->rival[r].weight;
    }
    for (size_t r = 0; r < VERDICT_LAWS; r++) { v->rival[r].weight /= total; }
}

/* A power of log n is as many sigma away as from the free exponent, systematic part included; the other kind
 * of law as its chi square tells. */
static double rival_sigma(const struct judge *j, const struct verdict *v, size_t rival) {
    size_t own = j->fit->by_n ? FREE_POWER : FREE_LOG;
    if (rival == own) { return 0; }
    if (rivals_is_power(j, rival)) {
        double sigma = (v->exponent.high - v->exponent.value) / EXPONENT_SIGMAS_95;
        return fabs(fixed_power[rival] - v->exponent.value) / sigma;
    }
    double more = v->rival[rival].chi_square - v->rival[own].chi_square;
    return isnan(more) ? NAN : sqrt(fmax(0, more));
}

void rivals_judge(const struct judge *j, struct verdict *v) {
    size_t terms[VERDICT_LAWS];
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        v->rival[r].chi_square = rival_chi_square(j, j->points.log_beta, r, &terms[r]);
    }
    weigh_rivals(v, j->points.count - j->first, terms);
    for (size_t r = 0; r < VERDICT_LAWS; r++) { v->rival[r].excluded_sigma = rival_sigma(j, v, r); }
}

/* The law that theory claims, its free form, and n^0 where that is (log n)^0. */
static bool is_own_law(const struct judge *j, const struct verdict *v, size_t rival) {
    if (rival == FREE_POWER && v->exponent.predicted == 0) { return true; }
    if (rival == (j->fit->by_n ? FREE_POWER : FREE_LOG)) { return true; }
    return rivals_is_power(j, rival) && fixed_power[rival] == v->exponent.predicted;
}

size_t rivals_closest(const struct judge *j, const struct verdict *v) {
    size_t closest = VERDICT_LAWS;
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        double sigma = v->rival[r].excluded_sigma;
        if (is_own_law(j, v, r) || isnan(sigma)) { continue; }
        if (closest == VERDICT_LAWS || sigma < v->rival[closest].excluded_sigma) { closest = r; }
    }
    return closest;
}

double rivals_expected_sigma(const struct judge *j, const struct verdict *v, size_t rival) {
    size_t terms;
    if (rivals_is_power(j, rival)) {
        double half = (v->exponent.high - v->exponent.low) / 2;
        return EXPONENT_SIGMAS_95 * fabs(fixed_power[rival] - v->exponent.predicted) / half;
    }
    return j->theory == THEORY_EXACT ? sqrt(rival_chi_square(j, j->expected, rival, &terms)) : NAN;
}
