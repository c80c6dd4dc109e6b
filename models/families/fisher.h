/* fisher: T = 1 - <q, k> of keys k of von Mises and Fisher's law on S^{d-1} around the query q: density
 *
 *     f(T) = (T (2 - T))^(kappa - 1) e^(-c T)/N,   0 <= T <= 2,   kappa = (d - 1)/2,
 *
 * c the concentration. Near the query V = P(T' <= T) = C T^kappa. d in [2, 1e9], c in (0, 1e6]. Scores are
 * -T; what each function says of them, and how exactly, is in family.h under its name. Bingham & Mardia
 * (1975), Mardia & Jupp, Directional Statistics (2000), 9.3. */
#ifndef GAPSCALE_MODELS_FAMILIES_FISHER_H
#define GAPSCALE_MODELS_FAMILIES_FISHER_H

#include "models/families/family.h"

struct fisher_law {
    double d, concentration;
};

/* A thread's first question about a law, but for its quantile, makes tables for those that follow until it
 * asks about another. */
double fisher_log_tail(struct fisher_law law, double score);
double fisher_quantile(struct fisher_law law, double log_v);
double fisher_log_hazard(struct fisher_law law, double log_v);
/* What follows from positions; NaN where only the hazard between them says it (family_log_gap_integral). */
double fisher_log_gap(struct fisher_law law, double log_v_top, double y);

/* From one uniform a score, by inversion: to 1e-12 of V. Of tables likewise, but in three dimensions. */
void fisher_draw(struct fisher_law law, const struct vector *vector, size_t n, const double *uniforms,
                 double *scores);

/* log C. */
double fisher_log_endpoint(struct fisher_law law);

#endif
