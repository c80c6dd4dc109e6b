#include "sentence.h"

#include <math.h>
#include <stdio.h>

const char *sentence_estimate(const struct verdict_estimate *e, char out[WORDS]) {
    return words_measured(e->value, (e->high - e->low) / 2, out);
}

static void rival_words(const struct verdict *v, char *out, size_t size) {
    size_t rival = v->closest;
    if (rival == VERDICT_LAWS) {
        snprintf(out, size, "nothing contradicts it");
    } else if (v->rival[rival].excluded_sigma > 100) {
        snprintf(out, size, "every rival is excluded by more than 100 sigma");
    } else {
        snprintf(out, size, "the closest rival, %s, is excluded by %.3g sigma%s", verdict_law[rival],
                 v->rival[rival].excluded_sigma,
                 v->rival[rival].excluded_sigma < VERDICT_EXCLUDED ? " only" : "");
    }
}

/* Why, as a clause. */
static void reason(const struct fit *fit, const struct verdict *v, char *out, size_t size) {
    char value[WORDS];
    switch (v->ground) {
    case GROUND_NO_ERRORS:
        snprintf(out, size, "%llu replicate%s too few for errors of collapse points",
                 (unsigned long long)fit->series->replicates, fit->series->replicates == 1 ? " is" : "s are");
        break;
    case GROUND_NO_POINTS:
        snprintf(out, size, "no collapse point was found; choose betas around the collapse");
        break;
    case GROUND_FEW:
        snprintf(
            out, size,
            "%zu n with a collapse point, %zu of them from log n = %d on, %s too few for an exponent with "
            "corrections; take %d or more from there",
            v->point_count, v->trusted, VERDICT_ASYMPTOTIC, v->point_count == 1 ? "is" : "are",
            VERDICT_FEWEST);
        break;
    case GROUND_CLOSE:
        snprintf(out, size, "the %zu n lie too close together for an exponent with corrections",
                 v->trusted >= VERDICT_FEWEST ? v->trusted : v->point_count);
        break;
    case GROUND_SMALL:
        snprintf(out, size,
                 "%zu of %zu n are from log n = %d on, where correction terms can be trusted; take %d",
                 v->trusted, v->point_count, VERDICT_ASYMPTOTIC, VERDICT_FEWEST);
        break;
    case GROUND_EXACT:
        snprintf(out, size, "simulation and exact values disagree (p = %.1g over %zu n)", v->exact_p,
                 v->exact_count);
        break;
    case GROUND_EXPONENT:
        snprintf(out, size, "the exponent is %s where theory says %.4g",
                 sentence_estimate(&v->exponent, value), v->exponent.predicted);
        break;
    case GROUND_SLOPE:
        snprintf(out, size, "beta_c grows as Lambda^typ to the power %s, not 1",
                 sentence_estimate(&v->slope, value));
        break;
    case GROUND_AMPLITUDE:
        snprintf(out, size, "beta_c/Lambda^typ tends to %s where the limit law says %.5g",
                 sentence_estimate(&v->amplitude, value), v->amplitude.predicted);
        break;
    case GROUND_NO_THEORY: snprintf(out, size, "theory has no closed form for this law"); break;
    case GROUND_RIVAL:
    case GROUND_NOTHING: rival_words(v, out, size); break;
    }
}

/* " About 1200 replicates would settle it (there are 64)", or nothing. */
static void settle_words(const struct fit *fit, const struct verdict *v, char *out, size_t size) {
    char length[WORDS];
    *out = '\0';
    if (!isnan(v->settle.replicates)) {
        snprintf(out, size, " About %.0f replicates at every n would settle it (there are %llu).",
                 v->settle.replicates, (unsigned long long)fit->series->replicates);
    } else if (!isnan(v->settle.log_n)) {
        snprintf(out, size, " Larger n would settle it, to n = %s or beyond.",
                 words_length(v->settle.log_n, length));
    }
}

const char *sentence_make(const struct fit *fit, const struct verdict *v, char out[SENTENCE]) {
    static const char *const opening[] = {"Undecided", "Supported", "Refuted"};
    char why[256], remedy[128], first[WORDS], last[WORDS], exponent[WORDS], slope[WORDS], amplitude[WORDS];
    reason(fit, v, why, sizeof why);
    settle_words(fit, v, remedy, sizeof remedy);
    int length = snprintf(out, SENTENCE, "%s: %s.%s", opening[v->kind], why, remedy);
    if (isnan(v->exponent.value)) { return out; }
    snprintf(out + length, SENTENCE - (size_t)length,
             " From n = %s to %s beta_c grows as %s^(%s) (theory: %.4g), as Lambda^typ to the power %s, and "
             "beta_c/Lambda^typ tends to %s (limit law: %.5g).",
             words_length(v->first_log_n, first), words_length(v->last_log_n, last),
             fit->by_n ? "n" : "(log n)", sentence_estimate(&v->exponent, exponent), v->exponent.predicted,
             sentence_estimate(&v->slope, slope), sentence_estimate(&v->amplitude, amplitude),
             v->amplitude.predicted);
    return out;
}
