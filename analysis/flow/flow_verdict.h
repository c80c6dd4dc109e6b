/* flow_verdict: whether tokens moved as predicted, all that was measured taken together. */
#ifndef GAPSCALE_ANALYSIS_FLOW_FLOW_VERDICT_H
#define GAPSCALE_ANALYSIS_FLOW_FLOW_VERDICT_H

#include "analysis/statistics/hotelling.h"
#include "analysis/verdict/verdict_kind.h"

struct flow_verdict {
    unsigned step;                     /* whose growth this is about; 0: the drift */
    size_t count;                      /* modes or probes */
    struct hotelling agreement, still; /* with the prediction; with nothing that moves */
    struct hotelling growths, grown;   /* the same two by the growths' own errors, which hold for many
                                          replicates */
    double neglected;                  /* what order 1/n leaves out, over the error: the largest of all */
    struct hotelling halves; /* after the first step: of what is extrapolated from n and n/2 tokens with
                                     what is from n/2 and n/4 */
};

/* Undecided where no effect is seen (`still` at p = 0.001, `grown` at 1e-6), `agreement` is not known,
 * `neglected` is not below 1/2, or `halves` disagree at p = 0.001; else refuted where `agreement` has p <
 * 0.001, and supported where `growths` has p >= 1e-6. */
enum verdict_kind flow_verdict_kind(const struct flow_verdict *verdict);
/* The same with its reasons, in `out`, which it returns. */
enum { FLOW_SENTENCE = 256 };
const char *flow_verdict_sentence(const struct flow_verdict *verdict, char out[FLOW_SENTENCE]);

#endif
