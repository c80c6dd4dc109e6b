#include "analysis/figures/limit_line.h"

#include <math.h>

#include "analysis/verdict/judge.h"

static struct limits law_of(const struct fit *fit) {
    const struct results_series *s = fit->series;
    const double log_n = s->log_n[fit->lengths - 1];
    double p[FAMILY_PARAMETERS] = {0};
    family_parameters(s->family, s->parameter, log_n, p);
    return limits_law_of(s->family, p, log_n);
}

enum limits_law limit_line_class(const struct fit *fit) { return law_of(fit).law; }

double limit_line(const struct fit *fit, size_t criterion) {
    const struct limits law = law_of(fit);
    if (family_is_judged_by_rows(fit->series->family)) {
        return criterion == fit->primary ? log10(limits_lambda_quantile(&law, 0.5)) : NAN;
    }
    if (fit->series->family->kind == FAMILY_FIXED) { return criterion == fit->primary ? 0 : NAN; }
    return log10(judge_limit(&law, &fit->series->criterion[criterion]));
}
