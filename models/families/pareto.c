/* s = V^(-1/tail), hazard tail V^(1/tail). */
#include "models/families/family.h"
#include "models/numeric/logs.h"

enum { TAIL };

static double log_tail(const double *p, double score) { return score <= 1 ? 0 : -p[TAIL] * log(score); }

static double quantile(const double *p, double log_v) { return exp(-log_v / p[TAIL]); }

static double log_hazard(const double *p, double log_v) { return log(p[TAIL]) + log_v / p[TAIL]; }

static double log_gap(const double *p, double log_v_top, double y) {
    return -log_v_top / p[TAIL] + log_one_minus_exp(-y / p[TAIL]);
}

static void draw(const double *p, const struct vector *vector, size_t n, double *uniforms, double *scores) {
    family_draw_power(vector, n, uniforms, -1 / p[TAIL], 1, scores);
}

static bool law(const struct schedule *parameter, struct schedule *lambda) {
    if (!schedule_is_constant(&parameter[TAIL])) { return false; }
    *lambda = (struct schedule){1, 1, -1 / parameter[TAIL].coef};
    return true;
}

const struct family family_pareto = {
    .name = "pareto",
    .title = "heavy-tailed scores: a power law without an upper end",
    .doc = "V(s) = s^-tail for s >= 1.\n\n"
           "-log V is concave and the sup takes in the whole row: Lambda^typ is exactly log n/(n^(1/tail) - "
           "1), which falls with n. Lambda_n and the collapse point are random at leading order, about log "
           "n/(n^(1/tail) Gamma_1^(-1/tail)) with Gamma_1 exponential, and the root of the mean entropy "
           "carries a further factor (log log n)^(1/tail) from the few rows that have not collapsed: judge "
           "this family by medians over rows.\n\n"
           "Source: Karakida & Hayase, arXiv:2605.12697, for the definition; the law follows from it.",
    FAMILY_OF_SCORES,
    .class = FAMILY_FRECHET,
    .parameter_count = 1 + FAMILY_POSITION_COUNT,
    .parameter = {{"tail", "tail index: V falls as score^-tail", NAN, 0.1, 1e6, false, NULL, 0},
                  FAMILY_POSITION},
    .law_text = "log n n^(-1/tail), for constant tail",
};
