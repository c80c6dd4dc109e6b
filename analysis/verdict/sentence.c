#include "analysis/verdict/sentence.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/results/note.h"

/* "0.4997 +- 0.0040": half the 95% interval; "-" where it cannot be told. */
static const char *estimate(const struct verdict_estimate *e, char out[WORDS]) {
    return words_measured(e->value, (e->high - e->low) / 2, out);
}

const char *sentence_shift(const struct contrast *shift, char out[SENTENCE_CONTRAST]) {
    const double half = EXPONENT_SIGMAS_95 * shift->se, off = expm1(shift->value);
    char value[WORDS];
    if (fabs(off) < 1) {
        snprintf(out, SENTENCE_CONTRAST, "%s%% %s",
                 words_measured(100 * fabs(off), 100 * (1 + off) * half, value), off < 0 ? "below" : "above");
    } else {
        snprintf(out, SENTENCE_CONTRAST, "above by the factor %s",
                 words_measured(1 + off, (1 + off) * half, value));
    }
    return out;
}

const char *sentence_trend(const struct contrast *trend, char out[WORDS]) {
    return words_measured(trend->value, EXPONENT_SIGMAS_95 * trend->se, out);
}

static void rival_words(const struct verdict *v, char *out, size_t size) {
    size_t rival = v->closest;
    if (rival == VERDICT_LAWS) {
        snprintf(out, size, "nothing contradicts it, and no rival could be compared");
    } else if (v->rival[rival].excluded_sigma > 100) {
        snprintf(out, size, "every rival is excluded by more than 100 sigma");
    } else {
        snprintf(out, size, "the closest rival, %s, is excluded by %.3g sigma%s", verdict_law[rival],
                 v->rival[rival].excluded_sigma,
                 v->rival[rival].excluded_sigma < VERDICT_EXCLUDED ? " only" : "");
    }
}

/* Why there is no collapse point, at most of the n. */
static void missing_words(const struct fit *fit, char *out, size_t size) {
    size_t count[ENSEMBLE_STATES] = {0};
    enum ensemble_state most = ENSEMBLE_FOUND;
    for (size_t n = 0; n < fit->lengths && fit_criterion(fit); n++) {
        enum ensemble_state state = fit_judged(fit, n)->state;
        if (++count[state] > count[most]) { most = state; }
    }
    snprintf(out, size, "no collapse point was found%s%s", count[most] > 0 ? ": " : "",
             count[most] > 0 ? ensemble_state_advice[most] : "");
}

/* Theory at these n misses its own law. */
static void reach_words(const struct fit *fit, const struct verdict *v, char *out, size_t size) {
    const char *curve = v->theory == THEORY_EXACT ? "exact collapse points" : "Lambda^typ";
    snprintf(out, size, "the n do not reach the law: %s at these n, fitted alike, ", curve);
    if (v->missed == GROUND_EXPONENT) {
        words_append(out, size, "have the exponent %.4g where the law says %.4g", v->exponent.finite,
                     v->exponent.predicted);
    } else if (v->missed == GROUND_SLOPE) {
        words_append(out, size, "grow as Lambda^typ to the power %.4g, not 1", v->slope.finite);
    } else {
        words_append(out, size, "tend to %.5g Lambda^typ where the limit law says %.5g", v->amplitude.finite,
                     v->amplitude.predicted);
    }
    words_append(out, size, "; their local exponent in %s at the largest n is %.4g",
                 fit->by_n ? "n" : "log n", v->local_exponent);
}

/* " At 5 n the grid .. left out.", or nothing; so of means that few rows carry. */
static void left_out_words(const struct verdict *v, char *out) {
    if (v->cut_off > 0 && v->point_count > 0) {
        words_append(out, SENTENCE, " At %zu other n the grid of betas cuts collapse points off: left out.",
                     v->cut_off);
    }
    if (v->few_carry > 0 && v->point_count > 0) {
        words_append(out, SENTENCE, " At %zu n few rows carry the mean where it crosses: left out.",
                     v->few_carry);
    }
}

/* What measured points are of exact ones. */
static void exact_words(const struct verdict *v, char *out, size_t size) {
    char value[SENTENCE_CONTRAST];
    const struct contrast *told = verdict_contrast(v);
    snprintf(out, size, "simulation and exact values disagree (p = %.1g over %zu n)", v->exact_joint_p,
             v->exact_count);
    if (told == &v->exact_shift) {
        words_append(out, size, ": at all of them the collapse lies %s", sentence_shift(told, value));
    } else if (told) {
        words_append(out, size, ": beside them the collapse grows as (log n)^(%s)",
                     sentence_trend(told, value));
    }
}

/* Why, as a clause. */
static void reason(const struct fit *fit, const struct verdict *v, char *out, size_t size) {
    char value[WORDS], label[CRITERION_LABEL];
    if (fit_criterion(fit)) { criterion_label(fit_criterion(fit), label); }
    switch (v->ground) {
    case GROUND_PRESCRIBED:      /* prescribed_sentence */
    case GROUND_MEASURED: break; /* measured_words */
    case GROUND_CRITERION:
        snprintf(out, size, "%s does not mark the critical scale in the %s class; ask for entropy", label,
                 family_class_name(fit->series->family->class));
        break;
    case GROUND_NO_ERRORS:
        snprintf(out, size, "%llu replicate%s too few for errors of collapse points; take 64 or more",
                 (unsigned long long)fit->series->replicates, fit->series->replicates == 1 ? " is" : "s are");
        break;
    case GROUND_NO_POINTS: missing_words(fit, out, size); break;
    case GROUND_CUT_OFF:
        snprintf(out, size,
                 "the beta grid ends at the collapse points or before them; begin the betas lower, or end "
                 "them higher");
        break;
    case GROUND_FEW_CARRY:
        snprintf(out, size,
                 "few rows carry the mean where it crosses, fewer than 100 and than a quarter: their errors "
                 "cover nothing; take more replicates");
        break;
    case GROUND_NO_GROUPS:
        snprintf(
            out, size,
            "with the same randomness at %zu n there are too few replicates for the joint errors of their "
            "collapse points",
            v->point_count);
        break;
    case GROUND_FEW:
        snprintf(
            out, size,
            "%zu n with a collapse point, %zu of them from log n = %.4g on, %s too few for an exponent with "
            "corrections; take %d or more from there",
            v->point_count, v->trusted, v->trusted_from, v->point_count == 1 ? "is" : "are", VERDICT_FEWEST);
        break;
    case GROUND_CLOSE:
        snprintf(
            out, size,
            "the %zu n lie too close together, or errors are too large, for an exponent with corrections",
            v->trusted >= VERDICT_FEWEST ? v->trusted : v->point_count);
        break;
    case GROUND_SMALL:
        snprintf(out, size,
                 "%zu of %zu n are from log n = %.4g on, where correction terms can be trusted; take %d",
                 v->trusted, v->point_count, v->trusted_from, VERDICT_FEWEST);
        break;
    case GROUND_EXACT: exact_words(v, out, size); break;
    case GROUND_EXPONENT:
        snprintf(out, size, "the exponent is %s where theory says %.4g", estimate(&v->exponent, value),
                 v->exponent.predicted);
        break;
    case GROUND_SLOPE:
        snprintf(out, size, "beta_c grows as Lambda^typ to the power %s, not 1", estimate(&v->slope, value));
        break;
    case GROUND_AMPLITUDE:
        snprintf(out, size, "beta_c/Lambda^typ tends to %s where the limit law says %.5g",
                 estimate(&v->amplitude, value), v->amplitude.predicted);
        break;
    case GROUND_REACH: reach_words(fit, v, out, size); break;
    case GROUND_NO_THEORY: snprintf(out, size, "theory has no closed form for this law"); break;
    case GROUND_RIVAL:
    case GROUND_NOTHING: rival_words(v, out, size); break;
    }
}

/* " About 1200 replicates at every n would settle it (there are 64).", or nothing. */
static void settle_words(const struct fit *fit, const struct verdict *v, char *out, size_t size) {
    char length[WORDS];
    *out = '\0';
    if (!isnan(v->settle.replicates)) {
        const struct results_series *s = fit->series;
        bool medians = family_is_judged_by_rows(s->family);
        snprintf(out, size, " About %.0f%s at every n would settle it (there are %.0f).",
                 v->settle.replicates, medians ? " kept replicates (keep_replicates)" : " replicates",
                 medians ? (double)s->size[RESULTS_REPLICATE] : results_least_replicates(s));
    } else if (!isnan(v->settle.log_n)) {
        snprintf(out, size, " Larger n would settle it, to n = %s or beyond.",
                 words_length(v->settle.log_n, length));
    }
}

/* Nothing that a sweep could do would settle it; what the diagnosis said, where the file has it. */
static const char *measured_words(const struct fit *fit, char out[SENTENCE]) {
    const struct h5_attribute *told = note_find(fit->series, "sentence");
    snprintf(out, SENTENCE, "Undecided: measured rows are of no law. %s%s", told ? "As diagnosed: " : "",
             told && told->text ? told->text : "How they grow is told by gapscale diagnose.");
    return out;
}

/* " Lambda does not grow: .." of keys whose scores fall with distance, or nothing. */
static void reach_keys_words(const struct fit *fit, const struct accumulation_reach *reach, char *out) {
    if (!reach->present) { return; }
    if (!isnan(reach->limit)) {
        words_append(out, SENTENCE, " Lambda %s: Lambda^typ tends to %.6g.",
                     reach->linear ? "does not grow with n" : "grows to an end", reach->limit);
    } else if (family_is_constant(fit->series->family, fit->series->parameter)) {
        words_append(out, SENTENCE, " Lambda goes on growing: the penalty is too slow to end it.");
    }
    words_append(
        out, SENTENCE,
        " At the largest n the nearest %.6g keys hold 99%% of the competitors for the maximum, which "
        "is as high as that of %.4g keys without penalty.",
        reach->window, reach->effective);
}

const char *sentence_reason(const struct fit *fit, const struct verdict *v, char out[SENTENCE]) {
    char why[384], remedy[128];
    reason(fit, v, why, sizeof why);
    settle_words(fit, v, remedy, sizeof remedy);
    snprintf(out, SENTENCE, "%s: %s.%s", verdict_opening[v->kind], why, remedy);
    left_out_words(v, out);
    return out;
}

const char *sentence_make(const struct fit *fit, const struct verdict *v, char out[SENTENCE]) {
    char first[WORDS], value[WORDS];
    if (v->ground == GROUND_PRESCRIBED) { return prescribed_sentence(&v->prescribed, fit, out); }
    if (v->ground == GROUND_MEASURED) { return measured_words(fit, out); }
    sentence_reason(fit, v, out);
    reach_keys_words(fit, &v->reach, out);
    if (isnan(v->exponent.value)) { return out; }
    words_append(out, SENTENCE, " From n = %s", words_length(v->first_log_n, first));
    words_append(out, SENTENCE, " to %s beta_c grows as %s^(%s)", words_length(v->last_log_n, first),
                 fit->by_n ? "n" : "(log n)", estimate(&v->exponent, value));
    if (!isnan(v->exponent.predicted)) {
        words_append(out, SENTENCE, " (theory: %.4g)", v->exponent.predicted);
    }
    if (!isnan(v->slope.value)) {
        words_append(out, SENTENCE, ", as Lambda^typ to the power %s", estimate(&v->slope, value));
    }
    if (!isnan(v->amplitude.value)) {
        words_append(out, SENTENCE, ", and beta_c/Lambda^typ tends to %s", estimate(&v->amplitude, value));
        if (!isnan(v->amplitude.predicted)) {
            words_append(out, SENTENCE, " (limit law: %.5g)", v->amplitude.predicted);
        }
    }
    words_append(out, SENTENCE, ".");
    return out;
}

const char *sentence_coarse(const struct fit *fit, char out[SENTENCE]) {
    const double harmless = 5e-4;
    char percent[WORDS];
    size_t count = 0;
    double worst = 0;
    for (size_t n = 0; n < fit->lengths; n++) {
        const struct ensemble_point *point = fit_judged(fit, n);
        if (point->grid_error > harmless && !(M_SQRT2 * point->grid_error < point->se)) {
            count++;
            worst = fmax(worst, point->grid_error);
        }
    }
    *out = '\0';
    if (count > 0) {
        snprintf(out, SENTENCE,
                 "The beta grid is too coarse at %zu of %zu n: beta_c may be off by up to %s%% there, the "
                 "exponents with it; ask for more betas around the collapse.",
                 count, fit->lengths, words_formatted(worst < 0.995 ? "%.2g" : "%.0f", 100 * worst, percent));
    }
    return out;
}
