#include "analysis/verdict/rare.h"

#include <math.h>

#include "models/numeric/root.h"

struct short_row {
    const struct results_series *series;
    double p[FAMILY_PARAMETERS], log_ratio;
};

static double log_critical(double log_chance, void *context) {
    const struct short_row *row = context;
    return log(row->series->family->row_scale(row->p, exp(log_chance))) + row->log_ratio;
}

/* The chance that a row's scale is below Lambda^typ/beta; 1 where it is more than `most`. */
static double chance_of_short(const struct results_series *s, size_t n, double log_ratio, double most) {
    const double least = -690, digits = 1e-6;
    struct short_row row = {.series = s, .log_ratio = log_ratio};
    if (!s->family->row_scale) { return 0; }
    family_parameters(s->family, s->parameter, s->log_n[n], row.p);
    if (log_critical(log(most), &row) < 0) { return 1; }
    double log_chance = root_between((gsl_function){log_critical, &row}, least, log(most), digits);
    return isnan(log_chance) ? 0 : exp(log_chance);
}

double rare_short(const struct results_series *s, size_t n, double log_ratio) {
    const double rows = results_replicates(s, n), most = results_carriers_needed(s, n) / rows,
                 chance = chance_of_short(s, n, log_ratio, most);
    return chance < most ? s->log_n[n] * fmin(chance, sqrt(chance / rows)) : 0;
}
