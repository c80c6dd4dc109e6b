#include "analysis/verdict/reach.h"

#include <math.h>

#include "models/theory/positions.h"

struct reach reach_of(const struct fit *fit) {
    const struct results_series *s = fit->series;
    double p[FAMILY_PARAMETERS] = {0};
    if (fit->lengths == 0) { return (struct reach){false, false, NAN, NAN, NAN}; }
    const double log_n = s->log_n[fit->lengths - 1];
    family_parameters(s->family, s->parameter, log_n, p);
    if (positions_are_absent(family_position(s->family, p))) {
        return (struct reach){false, false, NAN, NAN, NAN};
    }
    const struct positions_reach keys = positions_reach(s->family, p, log_n);
    return (struct reach){.present = true,
                          .linear = family_position(s->family, p).linear > 0,
                          .limit = fit->has_law ? fit->law.coef : NAN,
                          .effective = exp(keys.log_effective),
                          .window = rint(exp(keys.log_window))};
}
