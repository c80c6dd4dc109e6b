#include "models/oracle/mixture.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "models/oracle/law.h"

static const double REACH = 7;     /* 2.6e-12 of the rows are beyond */
static const double ENOUGH = 1e-5; /* of a change, relative to the range: the next is its square */

/* Means so far: sums of weight times value, and of the weights. */
struct mixture {
    const struct oracle *oracle;
    double beta, highest; /* s* */
    struct oracle_question ask;
    double weight;
    struct oracle_answer sum;
};

static void add_point(struct oracle_point *sum, double weight, const struct oracle_point *x) {
    sum->entropy += weight * x->entropy;
    sum->entropy_error += weight * x->entropy_error;
    sum->participation += weight * x->participation;
    sum->participation_error += weight * x->participation_error;
    sum->top_weight += weight * x->top_weight;
    sum->top_weight_error += weight * x->top_weight_error;
    sum->log_top_weight += weight * x->log_top_weight;
    sum->log_top_weight_error += weight * x->log_top_weight_error;
    sum->log_partition += weight * x->log_partition;
    sum->log_partition_error += weight * x->log_partition_error;
    sum->gap_mean += weight * x->gap_mean;
    sum->gap_mean_error += weight * x->gap_mean_error;
    sum->susceptibility += weight * x->susceptibility;
    sum->susceptibility_error += weight * x->susceptibility_error;
}

/* Rows with factor r: log Z goes from beta r s* to beta s*, gaps are r times as long. */
static bool add_rows(struct mixture *m, double z) {
    const struct oracle *o = m->oracle;
    const double weight = exp(-0.5 * z * z), r = o->family->row_scale(o->p, gsl_cdf_ugaussian_P(z)),
                 absolute = m->beta * exp(o->log_lambda);
    struct oracle_answer rows;
    if (!law_ask(o, m->beta * r, m->ask, &rows)) { return false; }
    rows.point.log_partition += (r - 1) * absolute * m->highest;
    rows.point.gap_mean *= r;
    rows.point.gap_mean_error *= r;
    add_point(&m->sum.point, weight, &rows.point);
    for (size_t k = 0; k < m->ask.ranks; k++) {
        m->sum.weight[k] += weight * rows.weight[k];
        m->sum.weight_error[k] += weight * rows.weight_error[k];
    }
    m->weight += weight;
    return true;
}

/* The points `first`, first + step, .. up to REACH. */
static bool add_all(struct mixture *m, double first, double step) {
    for (double z = first; z <= REACH; z += step) {
        if (!add_rows(m, z)) { return false; }
    }
    return true;
}

/* What the rule is off by, of values from 0 to `range`, where the last halving changed them by so much. */
static double rule_error(double change, double range) {
    const double rounding = 1e-11; /* and what lies beyond REACH */
    return (change < ENOUGH * range ? change * change / range : change) + rounding * range;
}

/* H reaches from 0 to log n, weights from 0 to 1; mean gaps and log Z are told by H, ordered weights by Y_2.
 */
static void add_rule_error(const struct mixture *m, double entropy_change, double weight_change,
                           struct oracle_answer *answer) {
    struct oracle_point *p = &answer->point;
    const double of_entropy = rule_error(entropy_change, m->oracle->log_n),
                 of_weights = rule_error(weight_change, 1);
    p->entropy_error += of_entropy;
    p->participation_error += of_weights;
    p->top_weight_error += of_weights;
    p->log_mean_participation = log(p->participation);
    p->log_mean_participation_error = p->participation_error / p->participation;
    p->log_top_weight_error += of_entropy;
    p->log_partition_error += of_entropy + 1e-12 * fabs(m->beta * exp(m->oracle->log_lambda) * m->highest);
    p->gap_mean_error += of_entropy / m->beta;
    p->susceptibility_error += of_entropy * (1 + p->susceptibility);
    for (size_t k = 0; k < m->ask.ranks; k++) { answer->weight_error[k] += of_weights; }
}

static struct oracle_answer mean_of(const struct mixture *m) {
    struct oracle_answer answer = {.output = {NAN, INFINITY, NAN, INFINITY, NAN, INFINITY}};
    add_point(&answer.point, 1 / m->weight, &m->sum.point);
    for (size_t k = 0; k < m->ask.ranks; k++) {
        answer.weight[k] = m->sum.weight[k] / m->weight;
        answer.weight_error[k] = m->sum.weight_error[k] / m->weight;
    }
    return answer;
}

bool mixture_ask(const struct oracle *o, double beta, struct oracle_question ask,
                 struct oracle_answer *answer) {
    struct mixture m = {
        .oracle = o, .beta = beta, .highest = o->family->quantile(o->p, -o->log_n), .ask = ask};
    double step = 2, entropy_change = INFINITY, weight_change = INFINITY;
    m.ask.output = false;
    if (!add_all(&m, -REACH, step)) { return false; }
    *answer = mean_of(&m);
    while (step > 0.1 && !(entropy_change < ENOUGH * o->log_n && weight_change < ENOUGH)) {
        const struct oracle_point before = answer->point;
        if (!add_all(&m, -REACH + step / 2, step)) { return false; }
        step /= 2;
        *answer = mean_of(&m);
        entropy_change = fabs(answer->point.entropy - before.entropy);
        weight_change = fabs(answer->point.participation - before.participation);
    }
    add_rule_error(&m, entropy_change, weight_change, answer);
    return true;
}
