/* The generalised random-energy model. Which levels freeze together, and at which beta, is told by the
 * concave hull of the variance as a function of the share of log n: of its last piece, with share a and
 * variance v, the top of the row is that of Gaussian scores of variance v among n^a. */
#include <math.h>
#include <stdio.h>

#include "models/families/hierarchy.h"

enum { LEVELS, FIRST, COLUMNS = 2, MOST = 4 };

static size_t level_count(const double *p) { return (size_t)p[LEVELS]; }
static double share(const double *p, size_t level) { return p[FIRST + COLUMNS * level]; }
static double variance(const double *p, size_t level) { return p[FIRST + COLUMNS * level + 1]; }

/* The last piece of the concave hull: of the ends of the row's levels, that with the least variance a share.
 */
struct piece {
    double share, variance;
};

static struct piece last_piece(const double *p) {
    struct piece best = {0, INFINITY}, end = {0, 0};
    for (size_t i = level_count(p); i-- > 0;) {
        end.share += share(p, i);
        end.variance += variance(p, i);
        if (best.share == 0 || end.variance * best.share <= best.variance * end.share) { best = end; }
    }
    return best;
}

static bool allows(const double *p, double log_n, char why[FAMILY_WHY]) {
    const double most = 1e20; /* scores are doubles: gaps are good to 1e-5 then */
    double sum = 0, all = 0;
    (void)log_n;
    for (size_t i = 0; i < level_count(p); i++) {
        if (!(share(p, i) > 0 && variance(p, i) > 0)) {
            snprintf(why, FAMILY_WHY, "level %zu has share %g and variance %g; both must be above 0", i + 1,
                     share(p, i), variance(p, i));
            return false;
        }
        sum += share(p, i);
        all += variance(p, i);
    }
    if (fabs(sum - 1) > 1e-9) {
        snprintf(why, FAMILY_WHY, "the shares of log n add up to %.12g; they must make 1", sum);
        return false;
    }
    const double last = last_piece(p).variance;
    if (all <= most * last) { return true; }
    snprintf(why, FAMILY_WHY,
             "scores of variance %g do not hold gaps of variance %g; %g times as much is the most", all, last,
             most);
    return false;
}

static double log_lambda(const double *p, double log_n) {
    struct piece piece = last_piece(p);
    double sigma = sqrt(piece.variance);
    return family_gaussian.log_hazard(&sigma, -piece.share * log_n);
}

static bool law(const struct schedule *parameter, struct schedule *lambda) {
    double p[FAMILY_PARAMETERS] = {0};
    for (size_t i = 0; i < FIRST + COLUMNS * MOST; i++) {
        if (!schedule_is_constant(&parameter[i])) { return false; }
        p[i] = parameter[i].coef;
    }
    struct piece piece = last_piece(p);
    *lambda = (struct schedule){sqrt(2 * piece.share / piece.variance), 0.5, 0};
    return true;
}

/* n^(a_1 + .. + a_i) groups at level i, rounded; the last are the keys. */
static void hierarchy(const double *p, size_t n, struct hierarchy *h) {
    double sum = 0;
    h->levels = level_count(p);
    for (size_t i = 0; i < h->levels; i++) {
        sum += share(p, i);
        h->sigma[i] = sqrt(variance(p, i));
        h->groups[i] = i + 1 < h->levels ? (uint64_t)llround(fmin(pow((double)n, sum), (double)n)) : n;
    }
}

static void sample(const struct family_row *row, size_t first, size_t count, double *scores) {
    struct hierarchy h;
    hierarchy(row->p, row->n, &h);
    hierarchy_sample(&h, row, first, count, scores);
}

static double cost(const double *p) { return 2 + p[LEVELS]; }

#define LEVEL(number)                                                                                        \
    {"share_" #number, "share of log n of level " #number, 0, 0, 1, false, NULL, 0}, {                       \
        "variance_" #number, "variance of level " #number, 0, 0, 1e12, false, NULL, 0                        \
    }

const struct family family_grem = {
    .name = "grem",
    .title = "Gaussian scores in a hierarchy: the generalised random-energy model",
    .doc =
        "Keys lie in n^a_1 groups, each of these in n^a_2 groups and so on; `levels` is [[a_1, v_1], ..], "
        "the shares adding up to 1. Every group of level i has a number N(0, v_i) of its own and a key's "
        "score is the sum over its groups, the last being itself, measured from its mean. n^(a_1 + .. + "
        "a_i) groups are G_i of them, rounded to a whole number; group g of level i lies in group floor(g "
        "G_(i-1)/G_i) above, so that there are n keys exactly and groups of a level differ by one key in "
        "size at most. As scores are doubles, their variance is at most 1e20 times that of the last levels "
        "to freeze.\n\n"
        "Where v_i/a_i decreases, level i freezes at beta_i = sqrt(2 a_i log n/v_i); levels in the wrong "
        "order freeze together, as one of their summed share and variance. The maximum is about sum_i "
        "sqrt(2 a_i v_i log n). Above all beta_i the weights of keys are those of independent scores that "
        "freeze at the last beta_i, and the weights of groups those of independent ones that freeze at "
        "their level's. Lambda^typ is that of the last level alone (of the last that freeze together): of "
        "Gaussian scores of variance v among n^a; with one level that of family gaussian.\n\n"
        "Sources: Derrida, J. Physique Lett. 46 (1985) L401; Derrida & Gardner, J. Phys. C 19 (1986) "
        "2253; Bovier & Kurkova, Ann. Inst. H. Poincare B 40 (2004) 439.",
    .kind = FAMILY_SAMPLED,
    .class = FAMILY_GUMBEL,
    .parameter_count = FIRST + COLUMNS * MOST,
    .parameter = {{"levels", "share of log n and variance of every level, the coarsest first", NAN, 1, MOST,
                   false, NULL, COLUMNS *MOST},
                  LEVEL(1),
                  LEVEL(2),
                  LEVEL(3),
                  LEVEL(4)},
    .law_text = "sqrt(2 a log n / v), share a and variance v of the last level to freeze",
    .law = law,
    .room_size = hierarchy_room,
    .sample = sample,
    .hierarchy = hierarchy,
    .log_lambda = log_lambda,
    .allows = allows,
    .cost = cost,
};
