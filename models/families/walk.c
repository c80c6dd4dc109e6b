/* A branching random walk: a tree of log n levels, walked depth first. */
#include <math.h>
#include <stdio.h>

#include "models/families/hierarchy.h"

enum { BRANCHING };

/* Levels of the tree of that branching with the number of keys nearest to n. */
static double depth_near(double branching, double log_n) { return fmax(1, round(log_n / log(branching))); }

static bool allows(const double *p, double log_n, char why[FAMILY_WHY]) {
    double b = p[BRANCHING], n = rint(exp(log_n)), depth = depth_near(b, log_n), keys = pow(b, depth);
    if (b != rint(b)) {
        snprintf(why, FAMILY_WHY, "`branching` is %g; it must be whole", b);
        return false;
    }
    if (keys == n) { return true; }
    snprintf(why, FAMILY_WHY, "a tree of branching %g has no level of %.0f keys; the nearest has %.0f", b, n,
             keys);
    return false;
}

static void hierarchy(const double *p, size_t n, struct hierarchy *h) {
    uint64_t groups = 1;
    h->levels = (size_t)depth_near(p[BRANCHING], log((double)n));
    for (size_t i = 0; i < h->levels; i++) {
        groups *= (uint64_t)p[BRANCHING];
        h->groups[i] = groups;
        h->sigma[i] = 1;
    }
}

static void sample(const struct family_row *row, size_t first, size_t count, double *scores) {
    struct hierarchy h;
    hierarchy(row->p, row->n, &h);
    hierarchy_sample(&h, row, first, count, scores);
}

static double cost(const double *p) {
    (void)p;
    return 7;
}

const struct family family_walk = {
    .name = "walk",
    .title = "scores of a branching random walk: log-correlated",
    .doc = "n = branching^depth keys are the leaves of a tree; every edge has a number N(0, 1) of its own "
           "and a key's score is the sum along its path, of variance depth, measured from its mean. n must "
           "be a power of `branching`.\n\n"
           "With c = sqrt(2 log branching) the maximum is c depth - 3/(2 c) log depth + O(1), and the walk "
           "freezes at beta = c, whatever n: Lambda_n converges in law. Above c keys with weight are close "
           "relatives or have parted near the root; that two of them share a vanishing fraction of their "
           "edges has probability c/beta. Lambda^typ is the median Lambda_n of 256 pilot rows.\n\n"
           "Sources: Derrida & Spohn, J. Stat. Phys. 51 (1988) 817; Bramson, Commun. Pure Appl. Math. 31 "
           "(1978) 531; Arguin, Bovier & Kistler, Probab. Theory Relat. Fields 157 (2013) 535.",
    .kind = FAMILY_SAMPLED,
    .class = FAMILY_NO_CLASS,
    .parameter_count = 1,
    .parameter = {{"branching", "branches of every node", 2, 2, 8192, false, NULL, 0}},
    .law_text = "a constant: the median of pilot rows (freezing is at sqrt(2 log branching))",
    .room_size = hierarchy_room,
    .sample = sample,
    .hierarchy = hierarchy,
    .allows = allows,
    .cost = cost,
};
