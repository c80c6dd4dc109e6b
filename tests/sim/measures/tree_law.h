/* tree_law: exact means of sums along a tree, with numbers that owe nothing to the families: for u = e^x and
 * Z the partition function of what hangs below a node, 1 - E e^{-u Z} and the moments E[(u Z)^k e^{-u Z}] are
 * functions of x that a Gaussian number on the node convolves, and m like nodes side by side raise to powers.
 */
#ifndef GAPSCALE_TESTS_SIM_MEASURES_TREE_LAW_H
#define GAPSCALE_TESTS_SIM_MEASURES_TREE_LAW_H

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

struct tree_level {
    double sigma, children; /* of the numbers; groups of this level in one of the level above */
};

struct tree_means {
    double log_z, entropy;
    double shared; /* sum of squares of the weights of the groups of the marked level */
};

enum { TREE_ARRAYS = 5 };
struct tree_grid {
    double low, step;
    size_t count;
    double *deficit, *first, *second, *marked, *room; /* [count] each */
};

static inline double tree_x(const struct tree_grid *g, size_t i) { return g->low + g->step * (double)i; }

/* Of a single key of score 0. */
static inline struct tree_grid tree_grid_make(double low, double high, double step) {
    struct tree_grid g = {low, step, (size_t)((high - low) / step) + 1, NULL, NULL, NULL, NULL, NULL};
    double *all = calloc(TREE_ARRAYS * g.count, sizeof *all);
    assert_non_null(all);
    g.deficit = all;
    g.first = all + g.count;
    g.second = all + 2 * g.count;
    g.marked = all + 3 * g.count;
    g.room = all + 4 * g.count;
    for (size_t i = 0; i < g.count; i++) {
        double u = exp(tree_x(&g, i));
        g.deficit[i] = -expm1(-u);
        g.first[i] = u * exp(-u);
        g.second[i] = u < 1e3 ? u * u * exp(-u) : 0;
    }
    return g;
}

/* f(x) becomes E f(x + sigma g), g standard normal; f is 0 before the grid and `beyond` after it. */
static inline void tree_convolve(struct tree_grid *g, double sigma, double beyond, double *f) {
    const double reach = 16;
    long width = (long)ceil(reach * sigma / g->step), count = (long)g->count;
    double *weight = malloc((2 * (size_t)width + 1) * sizeof *weight);
    assert_non_null(weight);
    for (long k = -width; k <= width; k++) {
        double z = (double)k * g->step / sigma;
        weight[k + width] = g->step / sigma * exp(-0.5 * z * z) / sqrt(2 * M_PI);
    }
    for (long i = 0; i < count; i++) {
        double sum = 0;
        for (long k = i < width ? -i : -width; k <= width; k++) {
            sum += weight[k + width] * (i + k < count ? f[i + k] : beyond);
        }
        g->room[i] = sum;
    }
    memcpy(f, g->room, g->count * sizeof *f);
    free(weight);
}

/* m of them side by side. */
static inline void tree_join(struct tree_grid *g, double m) {
    for (size_t i = 0; i < g->count; i++) {
        double log_rest = log1p(-fmin(g->deficit[i], 1)), one = m == 1 ? 1 : exp((m - 1) * log_rest),
               two = m <= 2 ? 1 : exp((m - 2) * log_rest), first = m * g->first[i];
        g->second[i] = m * g->second[i] * one + (m > 1 ? first * ((m - 1) * g->first[i]) * two : 0);
        g->first[i] = first * one;
        g->marked[i] *= m * one;
        g->deficit[i] = -expm1(m * log_rest);
    }
}

/* E log Z, and the sum of squares for the groups of level `mark`, counted from 0. */
static inline struct tree_means tree_pass(size_t levels, const struct tree_level *level, size_t mark,
                                          double beta, double low, double high, double step) {
    struct tree_grid g = tree_grid_make(low, high, step);
    struct tree_means means = {0, NAN, 0};
    for (size_t i = levels; i-- > 0;) {
        if (i == mark) { memcpy(g.marked, g.second, g.count * sizeof *g.marked); }
        tree_convolve(&g, beta * level[i].sigma, 1, g.deficit);
        tree_convolve(&g, beta * level[i].sigma, 0, g.first);
        tree_convolve(&g, beta * level[i].sigma, 0, g.second);
        tree_convolve(&g, beta * level[i].sigma, 0, g.marked);
        tree_join(&g, level[i].children);
    }
    for (size_t i = 0; i < g.count; i++) {
        means.log_z += g.step * (g.deficit[i] + expm1(-exp(tree_x(&g, i))));
        means.shared += g.step * g.marked[i];
    }
    free(g.deficit);
    return means;
}

/* `most`: a score that no key passes. The entropy is (1 - d/dlog beta) E log Z. */
static inline struct tree_means tree_means(size_t levels, const struct tree_level *level, size_t mark,
                                           double beta, double most, double step) {
    const double h = 1e-2;
    double low = -beta * most - 45, high = beta * most + 10;
    struct tree_means means = tree_pass(levels, level, mark, beta, low, high, step);
    double slope = 0;
    for (int side = -1; side <= 1; side += 2) {
        double one = tree_pass(levels, level, mark, beta * (1 + side * h), low, high, step).log_z,
               two = tree_pass(levels, level, mark, beta * (1 + 2 * side * h), low, high, step).log_z;
        slope += side * (8 * one - two) / (12 * h);
    }
    means.entropy = means.log_z - slope;
    return means;
}

/* P(maximum > x) on a grid, of the same tree. */
static inline struct tree_grid tree_maximum(size_t levels, const struct tree_level *level, double most,
                                            double step) {
    struct tree_grid g = tree_grid_make(-most, most, step);
    memset(g.first, 0, 3 * g.count * sizeof *g.first);
    for (size_t i = 0; i < g.count; i++) { /* of a key beside others, P(number > x) at -x */
        g.deficit[i] = 0.5 * erfc(-tree_x(&g, i) / level[levels - 1].sigma * M_SQRT1_2);
    }
    tree_join(&g, level[levels - 1].children);
    for (size_t i = levels - 1; i-- > 0;) {
        tree_convolve(&g, level[i].sigma, 1, g.deficit);
        tree_join(&g, level[i].children);
    }
    return g;
}

/* P(maximum > score). */
static inline double tree_above(const struct tree_grid *g, double score) {
    double at = fmin(fmax((-score - g->low) / g->step, 0), (double)g->count - 2), part = at - floor(at);
    size_t i = (size_t)at;
    return g->deficit[i] * (1 - part) + g->deficit[i + 1] * part;
}

/* The score that the maximum passes with probability 1/2. */
static inline double tree_median(const struct tree_grid *g) {
    double low = -tree_x(g, g->count - 1), high = -g->low;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        if (tree_above(g, middle) > 0.5) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

#endif
