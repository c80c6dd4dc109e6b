/* kernel: the inner loops, written once in plain C and compiled once per instruction set. Lane
 * counts are fixed and nothing is contracted, so all copies give the same bits. Thread-safe; no
 * state. */
#ifndef GAPSCALE_SIM_ROWS_KERNEL_H
#define GAPSCALE_SIM_ROWS_KERNEL_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "models/numeric/vector.h"
#include "sim/rows/counted_bin.h"

enum {
    KERNEL_MOMENTS_ONCE = 6,  /* S_0..S_5 at beta, */
    KERNEL_MOMENTS_TWICE = 5, /* S_0..S_4 at 2 beta */
    KERNEL_MOMENTS = KERNEL_MOMENTS_ONCE + KERNEL_MOMENTS_TWICE,
    KERNEL_AVERAGES = 3,
    KERNEL_STENCIL = 8,
    KERNEL_MIXED = 128,
    KERNEL_OCTAVES = 10, /* squared ten times, weights are good to 2^-43 */
    KERNEL_LANES = 8,
    KERNEL_NODES = 8,   /* polynomial moments carried per bin */
    KERNEL_POINTS = 16, /* of a wide bin (pyramid.c) */
    KERNEL_BINS_PER_OCTAVE = 32,
    KERNEL_WASTE = 8,
    KERNEL_SORTED = 1024, /* numbers that are sorted without room */
    KERNEL_PEAKS = 256,
    KERNEL_COINS = 4096,
    KERNEL_KEYLESS = 8,
};

struct kernel_range {
    double low, high;
};

/* Ranges of gap = (top - score) scale: range k holds the doubles whose bits exceed first + (k << shift), and
 * no further than first + ((k + 1) << shift), k < count < 2^13, shift < 52. */
struct kernel_keys {
    double top, scale, cut;
    uint64_t first;
    unsigned shift;
    size_t count;
};

/* Averages under weights e^{-beta gap} at `count` betas, each over points and a bulk together. In: sums over
 * the points but the first, whose gap is 0, of weights times gap^m; of the bulk, where there is one, the log
 * of its sum (may be -inf), mean and variance. Out, in their place: those of all. The bulk is left out where
 * it is below e^KERNEL_UNSEEN of the points, and its share is 0 below e^KERNEL_NEGLIGIBLE. */
#define KERNEL_NEGLIGIBLE (-45.0)
#define KERNEL_UNSEEN (-700.0)
struct kernel_mixture {
    size_t count;
    bool has_bulk;
    double sum[KERNEL_AVERAGES][KERNEL_MIXED];
    double log_z[KERNEL_MIXED], mean[KERNEL_MIXED], variance[KERNEL_MIXED];
    double top_weight[KERNEL_MIXED], share[KERNEL_MIXED]; /* out: of the first point, of the bulk */
};

struct kernel {
    const struct vector *vector; /* of the same instruction set */
    /* out[0..4 blocks): uniforms in (0, 1) from the Threefry blocks (first + i, purpose), four words
     * of 64 bits each; u = (word + 1/2) 2^-64 rounded to double, at most 1 - 2^-53. */
    void (*uniforms)(const uint64_t key[4], uint64_t purpose, uint64_t first, size_t blocks, double *out);
    /* Of places, each a position: from the Threefry block (position[i], purpose) a standard Gaussian (Box and
     * Muller, from its first two words), */
    void (*place_normals)(const uint64_t key[4], uint64_t purpose, size_t n, const uint64_t *position,
                          double *normal);
    /* or four uniforms in (0, 1], (floor(word/2^11) + 1/2) 2^-53; */
    void (*place_uniforms)(const uint64_t key[4], uint64_t purpose, size_t n, const uint64_t *position,
                           double *out);
    /* and how many of coins[i] <= KERNEL_COINS bits of the blocks from there on are ones: of each word of 64
     * the lowest first. */
    void (*place_coins)(const uint64_t key[4], uint64_t purpose, size_t n, const uint64_t *position,
                        const double *coins, double *heads);
    /* first[i] = kernel_half(scores[i], normal[i]). */
    void (*halves)(size_t n, const double *scores, const double *normal, double *first);
    /* e_i = exp(-beta gap_i). */
    void (*weights)(size_t n, const double *gap, double beta, double *e);
    /* Rows of `each` numbers: from row number `octave` on the squares of the row so many before; then all
     * times their row's factor, one of every `step`. */
    void (*square_rows)(size_t rows, size_t each, size_t octave, const double *factor, size_t step,
                        double *x);
    /* out[m] = sum_i count_i x_i^m e_i, m = 0..5; out[6 + m] = sum_i count_i x_i^m e_i^2, m = 0..4, where
     * x = beta gap. */
    void (*moments)(size_t n, const double *gap, const double *count, double beta, const double *e,
                    double out[KERNEL_MOMENTS]);
    /* The first of these sums alone. */
    void (*moments_once)(size_t n, const double *gap, const double *count, double beta, const double *e,
                         double out[KERNEL_MOMENTS_ONCE]);
    /* out[o][m] = sum_i count_i gap_i^m exp(-2^o beta gap_i), m = 0..2, o < octaves <= KERNEL_OCTAVES, over
     * the first n[o] points and perhaps some more of the first n[0]; n does not increase. `count` NULL: 1. */
    void (*octaves)(size_t octaves, const size_t *n, const double *gap, const double *count, double beta,
                    double (*out)[KERNEL_AVERAGES]);
    /* out[o][m][l]: the same with counts of 1 at eight betas, n for the least of them. */
    void (*octaves_beside)(size_t octaves, const size_t *n, const double *gap,
                           const double beta[KERNEL_LANES], double (*out)[KERNEL_AVERAGES][KERNEL_LANES]);
    void (*mix)(struct kernel_mixture *mixture);
    /* out[m][l] = sum_i (a_i cell[i][0][m][l] + b_i cell[i][1][m][l]). */
    void (*table)(size_t n, const double *a, const double *b,
                  const double (*cell)[2][KERNEL_AVERAGES][KERNEL_LANES],
                  double out[KERNEL_AVERAGES][KERNEL_LANES]);
    /* out[m][l] += sum_i ((a_i + b_i line[i][0]) cell[i][m][l] + b_i line[i][1] cell[i][m + 1][l]). */
    void (*table_lines)(size_t n, const double *a, const double *b, const double (*line)[2],
                        const double (*cell)[KERNEL_AVERAGES + 1][KERNEL_LANES],
                        double out[KERNEL_AVERAGES][KERNEL_LANES]);
    /* From a function's values and its first two derivatives at columns, at[m][i], the same between them:
     * out[m][i] at i + KERNEL_STENCIL/2 - 1 + f, i < n. basis[k][a][m]: derivative m there of the polynomial
     * whose derivative a at column k is 1 and that has no other up to the second at KERNEL_STENCIL columns.
     * All have room, and `at` numbers, for KERNEL_LANES more. */
    void (*between)(size_t n, double f, const double basis[KERNEL_STENCIL][KERNEL_AVERAGES][KERNEL_AVERAGES],
                    const double *const at[KERNEL_AVERAGES], double *const out[KERNEL_AVERAGES]);
    /* Appends the nodes of bins that have scores: gaps from `highest` and weights; how many. spread[i]
     * comes in as the bin's Gaussian and goes out times N^{1/2}. Room for COUNTED_NODES more. */
    size_t (*nodes_of_bins)(size_t n, const struct counted_bin *bin, const double *scores, double *spread,
                            double highest, double *gap, double *weight);
    /* weight_i = exp(-gap_i), gap_i = top - score_i >= 0, to 2^-23 (1 + gap_i) of itself, 2^-125 where less;
     * and the sum of these weights, to 2^-22. */
    double (*softmax)(size_t n, const double *score, double top, float *weight);
    double (*softmax_floats)(size_t n, const float *score, double top, float *weight);
    /* out[i] = sum_c (x[c * stride + i] - point[c * point_stride])^2, c < dimension: squared distances of n
     * points from one. */
    void (*distances)(size_t n, size_t dimension, const double *x, size_t stride, const double *point,
                      size_t point_stride, double *out);
    /* out[i out_stride + j] = scale sum_c query[i dimension + c] key[c key_stride + j], i < queries, j <
     * keys, c in order: scores of queries and keys. */
    void (*products)(size_t queries, size_t keys, size_t dimension, const double *query, const double *key,
                     size_t key_stride, double scale, double *out, size_t out_stride);
    /* sum_i x_i. */
    double (*sum)(size_t n, const double *x);
    /* sum_i a_i b_i. */
    double (*dot)(size_t n, const double *a, const double *b);
    /* sum_i += factor x_i; of floats, too, and of those before and at *last, from there backwards. */
    void (*add)(size_t n, double factor, const double *x, double *sum);
    void (*add_floats)(size_t n, double factor, const float *x, double *sum);
    void (*add_backwards)(size_t n, double factor, const float *last, double *sum);
    /* out[m] = sum_i d_i^m exp(log_mass_i - beta gap_i - shift), d_i = beta (gap_i - centre), m = 0..4, for n
     * a multiple of KERNEL_LANES. */
    void (*masses)(size_t n, const double *gap, const double *log_mass, double beta, double shift,
                   double centre, double out[5]);
    /* Smallest and largest of x[0..n), n > 0. */
    struct kernel_range (*range)(size_t n, const double *x);
    /* The largest number below `from`, and the least of the others; -inf and inf where there is none. */
    struct kernel_range (*parting)(size_t n, const double *x, double from);
    /* Whether all are numbers above `low`, and finite. */
    bool (*all_above)(size_t n, const double *x, double low);
    bool (*all_above_floats)(size_t n, const float *x, double low);
    /* Range; and peak: the largest numbers of KERNEL_PEAKS disjoint parts of x, -inf for parts that are
     * empty; neighbours are in different parts. So x has at least k numbers that reach the k-th largest peak,
     * and few more where large numbers are by chance or side by side. */
    struct kernel_range (*peaks)(size_t n, const double *x, double peak[KERNEL_PEAKS]);
    struct kernel_range (*peaks_floats)(size_t n, const float *x, double peak[KERNEL_PEAKS]);
    /* Copies the numbers above `limit` to out[0..n), in any order; how many. */
    size_t (*above)(size_t n, const double *x, double limit, double *out);
    size_t (*above_floats)(size_t n, const float *x, double limit, double *out);
    size_t (*count_above)(size_t n, const double *x, double limit);
    size_t (*count_above_floats)(size_t n, const float *x, double limit);
    /* out_i = x_i. */
    void (*widen)(size_t n, const float *x, double *out);
    /* Into descending order; no NaN. `room` holds n numbers; NULL will do for up to KERNEL_SORTED. */
    void (*sort)(size_t n, double *x, double *room);
    /* out[j] = sum_k matrix[k][j] x[k], for an even n. */
    void (*points)(size_t n, const double (*matrix)[KERNEL_POINTS], const double *x,
                   double out[KERNEL_POINTS]);
    /* Appends the nodes of bins from the first on that have scores: middles + node[j] times half their
     * widths, and weights matrix[k][j] times their moments k; how many. Room for KERNEL_NODES more. */
    size_t (*nodes_of_moments)(size_t bins, int64_t first_bin, const double node[KERNEL_NODES],
                               const double matrix[KERNEL_NODES][KERNEL_NODES],
                               const double (*moment)[KERNEL_NODES], double *gap, double *weight);
    /* Gaps, and the ranges they are in; count + i % KERNEL_KEYLESS in none, or not below the cut. */
    void (*keys)(size_t n, const double *score, const struct kernel_keys *keys, double *gap, uint64_t *key);
    /* sum[m][l] += sum_i weight[i][l] sum_j value[j][l] point[i][m][j], i < bins. */
    void (*rung)(size_t bins, const double (*weight)[KERNEL_LANES], const double (*value)[KERNEL_LANES],
                 const double (*point)[KERNEL_AVERAGES][KERNEL_POINTS], double *const sum[KERNEL_AVERAGES]);
    /* Adds the scores below `cut` to bins of gap = (top - score) scale. Bin b covers the gaps
     * (kernel_bin_edge(b), kernel_bin_edge(b + 1)]; its moments k are the sums of x^k with x in (-1, 1] the
     * position in the bin. Score i adds to number i mod S of the S = 2^log_stripes parts of those sums, which
     * are moment[(KERNEL_WASTE + (b - first_bin) S + part) KERNEL_NODES + k]; what comes before is waste.
     * Every such gap lies in first_bin or above; S is at most KERNEL_WASTE. Many scores are quicker in eight
     * parts, fewer in one. Quicker where `moment` is aligned to KERNEL_NODES doubles. */
    void (*deposit)(size_t n, const double *score, double top, double cut, double scale, int64_t first_bin,
                    unsigned log_stripes, double *moment);
    /* moment[b KERNEL_NODES + k]: sum over the 2^log_stripes parts of bin b, in order, that begin at
     * moment[b 2^log_stripes KERNEL_NODES]. */
    void (*gather)(size_t bins, unsigned log_stripes, double *moment);
};

extern const struct kernel kernel_base;
#ifdef __x86_64__
extern const struct kernel kernel_avx2, kernel_avx512; /* call only where the processor has them */
#endif

/* So many scores as fall into the first half of their place, by a standard Gaussian: to a whole number. */
static inline double kernel_half(double scores, double normal) {
    const double whole = 0x1p52; /* as doubles from there on are */
    double half = 0.5 * (scores + sqrt(scores) * normal), rounded = half + whole - whole;
    double first = half < whole ? rounded : half, least = first > 0 ? first : 0;
    return least < scores ? least : scores;
}

/* The bin of a gap > 0, and the lower edge of a bin: 2^e (1 + j / KERNEL_BINS_PER_OCTAVE), read off the
 * bits of the double. */
enum { KERNEL_BIN_SHIFT = 52 - 5 };

static inline int64_t kernel_bin(double gap) {
    int64_t bits;
    memcpy(&bits, &gap, sizeof bits);
    return (bits - 1) >> KERNEL_BIN_SHIFT;
}

static inline double kernel_bin_edge(int64_t bin) {
    uint64_t bits = (uint64_t)bin << KERNEL_BIN_SHIFT;
    double edge;
    memcpy(&edge, &bits, sizeof edge);
    return edge;
}

#endif
