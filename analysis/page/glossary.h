/* glossary: the words of a page, each with its meaning, once. Pages link a word where they use it. */
#ifndef GAPSCALE_ANALYSIS_PAGE_GLOSSARY_H
#define GAPSCALE_ANALYSIS_PAGE_GLOSSARY_H

#include <stdio.h>

/* Key, the word, what it means; both as html_math takes them. In the order of the page. */
#define GLOSSARY_TABLE(G)                                                                                    \
    G(ROW, "score row",                                                                                      \
      "The attention scores s_1, .., s_n of one query before the softmax, one for each key.")                \
    G(LENGTH, "n",                                                                                           \
      "Context length: the keys that a row has scores for. May be far beyond 1e308; log n is what counts.")  \
    G(BETA, "beta", "Inverse temperature. The weight of key i is exp(beta s_i) over the sum of all.")        \
    G(GAP, "gap t", "How far a score lies below the row's largest.")                                         \
    G(COUNT, "N_n(t)",                                                                                       \
      "Gap-counting function: how many scores of the row lie within the gap t of its largest.")              \
    G(ENVELOPE, "envelope",                                                                                  \
      "exp(Lambda t): the smallest exponential that N_n(t) stays below; Lambda_n is its rate.")              \
    G(LAMBDA, "Lambda_n",                                                                                    \
      "Accumulation scale of a row: the largest of log N_n(t)/t over t > 0. The critical scale of beta, by " \
      "the theory that is put to the test (Karakida & Hayase, arXiv:2605.12697).")                           \
    G(LAMBDA_TYP, "Lambda^typ",                                                                              \
      "Typical accumulation scale: what the law of the scores makes of Lambda_n, a number for each n. Of "   \
      "measured rows their median Lambda_n.")                                                                \
    G(ENTROPY, "H",                                                                                          \
      "Shannon entropy of the weights in nats: log n where all keys share, 0 where one takes all.")          \
    G(PARTICIPATION, "Y_2",                                                                                  \
      "Participation: the sum of the squared weights; 1/Y_2 is an effective number of keys.")                \
    G(TOP, "p_(k)",                                                                                          \
      "The k-th largest weight. p_(2)/p_(1), the top-two ratio, is 1 where the two largest share.")          \
    G(COLLAPSE, "beta_c",                                                                                    \
      "Collapse point: the beta at which the mean over rows meets the criterion. Where few rows carry the "  \
      "mean (heavy tails, rows of unlike scale) the median of the rows' own.")                               \
    G(CRITERION, "criterion",                                                                                \
      "What marks the collapse: entropy=1 is a mean H of 1 nat, participation=0.5 a mean Y_2 of 1/2, "       \
      "top_two_ratio=0.5 a mean p_(2)/p_(1) of 1/2, susceptibility the largest mean of -dH/d log beta.")     \
    G(DATA_COLLAPSE, "data collapse",                                                                        \
      "Curves of every n against beta/Lambda^typ: they fall on one another where Lambda^typ is the right "   \
      "scale.")                                                                                              \
    G(EXACT, "exact",                                                                                        \
      "The same number computed from the law by integrals, without drawing any row (models/oracle).")        \
    G(RESIDUAL, "residual",                                                                                  \
      "Measured less exact, in standard errors: within 2 at most n where the simulation is sound.")          \
    G(LIMIT, "limit", "What theory says as n -> inf.")                                                       \
    G(EXPONENT, "exponent",                                                                                  \
      "The power of log n, or of n, that beta_c grows with, fitted with correction terms.")                  \
    G(SLOPE, "power of Lambda^typ", "Slope of log beta_c against log Lambda^typ; 1 where both grow alike.")  \
    G(LOCAL, "local exponent", "The slope between neighbouring n alone; statistical errors only.")           \
    G(WINDOW, "window",                                                                                      \
      "All n from some smallest one on. An exponent that drifts from window to window has not reached its "  \
      "law.")                                                                                                \
    G(VERDICT, "verdict",                                                                                    \
      "Supported: theory lies in the intervals, and rivals are excluded. Refuted: measured and exact "       \
      "values, or exponents with their intervals, contradict it. Undecided: neither, and the sentence says " \
      "what would settle it.")                                                                               \
    G(INTERVAL, "+-, 95%",                                                                                   \
      "Behind a number of the overview half its 95% interval, with what the choice of corrections and of "   \
      "the smallest n moves; elsewhere, and on figures, one standard error where nothing else is said.")     \
    G(ERROR, "standard error", "Scatter of a mean over replicates, from the replicates themselves.")         \
    G(P, "p",                                                                                                \
      "Probability of a larger deviation from the exact values were theory and simulation right, of chi^2, " \
      "shift and trend together; nothing is fitted.")                                                        \
    G(RIVAL, "rival law",                                                                                    \
      "Another law with the same correction terms; told by how many sigma the data exclude it, and its "     \
      "share of the evidence (Akaike weight).")                                                              \
    G(TE, "TE theorem",                                                                                      \
      "Top-two and entropy: far below Lambda_n the two largest weights merge, far above it the entropy "     \
      "collapses. Tried at beta = f Lambda_n of each row.")                                                  \
    G(FAMILY, "family", "A law of score rows with its parameters (gapscale families).")                      \
    G(CLASS, "class",                                                                                        \
      "Extreme-value class of the scores' upper end: Gumbel, Weibull, Frechet, or none; of measured heads "  \
      "what their top spacings are like.")                                                                   \
    G(SERIES, "series", "One family with its parameters in one config.")                                     \
    G(REPLICATE, "replicates", "Independent rows at each n.")                                                \
    G(ROWS, "drawn, counted",                                                                                \
      "Drawn rows have every score drawn; counted rows draw N_n alone, for any n. Both follow one law.")     \
    G(PRESCRIPTION, "prescription",                                                                          \
      "How beta is made to grow with n: const, sqrt_log, log, yarn or log2, from what it is at the trained " \
      "length.")                                                                                             \
    G(FATE, "fate",                                                                                          \
      "What becomes of the entropy along a prescription: it stays, spreads (all keys share) or collapses "   \
      "(one takes all).")                                                                                    \
    G(REGIME, "regime",                                                                                      \
      "Subcritical, critical, supercritical: beta/Lambda tends to 0, to a constant, to infinity; of an "     \
      "output by n_eff.")                                                                                    \
    G(OUTPUT, "attention output",                                                                            \
      "ATT: the weighted mean of keys on a sphere, beside the query q; V ATT with a value matrix V.")        \
    G(EFFECTIVE, "n_eff", "Effective number of keys, n/rho(beta) (models/theory/sphere.h).")                 \
    G(MEASURED, "measured rows", "Scores as a model computed them; beta = 1 is the model as trained.")       \
    G(STANDING, "standing",                                                                                  \
      "Where the model as trained lies: 1/Lambda_n below 1/2 is subcritical, above 2 supercritical.")        \
    G(LOCALITY, "locality",                                                                                  \
      "Whether a head's weight lies on the nearest keys (local) or anywhere (global).")                      \
    G(SINK, "sink", "A key that takes weight from every query, whatever it asks.")                           \
    G(DIGEST, "digest",                                                                                      \
      "SHA-256 of all numbers, the seed and the config: equal for equal results on any machine (gapscale "   \
      "show --digest).")                                                                                     \
    G(SEED, "seed", "Together with a series' name, n and the replicate it fixes every random number.")

#define GLOSSARY_KEY(KEY, ...) GLOSSARY_##KEY,
enum glossary { GLOSSARY_NONE, GLOSSARY_TABLE(GLOSSARY_KEY) GLOSSARY_END };

/* These words, as html_math takes them, as a link to the term; GLOSSARY_NONE: bare. NULL: the term itself. */
void glossary_link(FILE *out, enum glossary term, const char *words);
/* Markup with what stands in it: %s as it is, %t by html_text, %m by html_math, %p by html_plain, %l the link
 * to a term and its words. */
void glossary_say(FILE *out, const char *format, ...);
/* All of it, as a list of definitions. */
void glossary_print(FILE *out);

#endif
