#include "analysis/flow/flow_verdict.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

static const double doubtful = 0.001, certain = 1e-6, most_neglected = 0.5;

static bool is_seen(const struct flow_verdict *v) {
    return v->still.pvalue < doubtful || v->grown.pvalue < certain;
}
static bool is_sharp(const struct flow_verdict *v) {
    return !isnan(v->agreement.pvalue) && v->neglected < most_neglected &&
           (v->step < 2 || v->halves.pvalue >= doubtful);
}
static bool agrees(const struct flow_verdict *v) { return v->agreement.pvalue >= doubtful; }
/* Few replicates may not tell of what lies many errors off. */
static bool is_hidden(const struct flow_verdict *v) { return agrees(v) && !(v->growths.pvalue >= certain); }

enum verdict_kind flow_verdict_kind(const struct flow_verdict *v) {
    if (!is_seen(v) || !is_sharp(v) || is_hidden(v)) { return VERDICT_UNDECIDED; }
    return agrees(v) ? VERDICT_SUPPORTED : VERDICT_REFUTED;
}

static void print_subject(const struct flow_verdict *v, char out[64]) {
    if (v->step == 0) {
        snprintf(out, 64, "the drift is %sas predicted", agrees(v) ? "" : "not ");
    } else if (v->step == 1) {
        snprintf(out, 64, "the heat equation %s backwards as predicted", agrees(v) ? "runs" : "does not run");
    } else {
        snprintf(out, 64, "after %u steps growth is %sas predicted", v->step, agrees(v) ? "" : "not ");
    }
}

const char *flow_verdict_sentence(const struct flow_verdict *v, char out[FLOW_SENTENCE]) {
    const char *effect = v->step > 0 ? "growth" : "drift";
    char subject[64];
    if (!is_seen(v)) {
        const char *remedy = is_sharp(v) ? "more replicates, more tokens or another beta"
                                         : "more tokens or another beta: they are too few for order 1/n";
        snprintf(out, FLOW_SENTENCE, "undecided: no %s can be seen within the errors; take %s", effect,
                 remedy);
    } else if (!is_sharp(v)) {
        snprintf(out, FLOW_SENTENCE, "undecided: the %s is not as sharp as the errors; take more tokens",
                 v->step > 1 ? "extrapolation to n -> inf" : "prediction to order 1/n");
    } else if (is_hidden(v)) {
        snprintf(
            out, FLOW_SENTENCE,
            "undecided: growth lies too many errors from the prediction (chi2 = %.4g for %zu modes), but so "
            "few replicates do not refute it; take more replicates",
            v->growths.chi_square, v->count);
    } else {
        print_subject(v, subject);
        snprintf(out, FLOW_SENTENCE, "%s: chi2 = %.2f for %zu %s, p = %.3g (no %s: %.4g)", subject,
                 v->agreement.chi_square, v->count, v->step > 0 ? "modes" : "probes", v->agreement.pvalue,
                 effect, (v->still.pvalue < doubtful ? &v->still : &v->grown)->chi_square);
    }
    return out;
}
