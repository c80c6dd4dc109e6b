/* Compiled once per instruction set with -DISA=NAME. Sums run over LANES fixed lanes, added in a fixed
 * order: the bits do not depend on the width of the machine's vectors. */
#include "sim/rows/kernel.h"

#include <Random123/threefry.h>

#include "models/numeric/vector_inline.h"
#include "sim/rows/between_inline.h"
#include "sim/rows/deposit_inline.h"
#include "sim/rows/eight_inline.h"
#include "sim/rows/lanes_inline.h"
#include "sim/rows/mixture_inline.h"
#include "sim/rows/octaves_inline.h"
#include "sim/rows/places_inline.h"
#include "sim/rows/products_inline.h"
#include "sim/rows/rungs_inline.h"
#include "sim/rows/softmax_inline.h"
#include "sim/rows/sort_inline.h"

/* Exactly. With AVX2 words are made four at a time, and no instruction of it converts them. */
static inline double double_from_half(uint64_t half) {
#if defined(__AVX2__) && !defined(__AVX512DQ__)
    return vector_from_whole(half);
#else
    return (double)(int64_t)half;
#endif
}

/* The halves convert exactly, so their sum is rounded once. */
static inline double uniform_from_word(uint64_t word) {
    double high = double_from_half(word >> 32), low = double_from_half(word & 0xffffffffu);
    double u = high * 0x1p-32 + (low + 0.5) * 0x1p-64;
    return u < 1 - 0x1p-53 ? u : 1 - 0x1p-53;
}

static void uniforms(const uint64_t key[4], uint64_t purpose, uint64_t first, size_t blocks, double *out) {
    threefry4x64_key_t k = {{key[0], key[1], key[2], key[3]}};
#pragma omp simd
    for (size_t i = 0; i < blocks; i++) {
        threefry4x64_ctr_t counter = {{first + i, purpose, 0, 0}};
        threefry4x64_ctr_t word = threefry4x64(counter, k);
        out[4 * i + 0] = uniform_from_word(word.v[0]);
        out[4 * i + 1] = uniform_from_word(word.v[1]);
        out[4 * i + 2] = uniform_from_word(word.v[2]);
        out[4 * i + 3] = uniform_from_word(word.v[3]);
    }
}

static inline void add_moments(const struct octave_points *p, double beta, const size_t count,
                               lanes s[KERNEL_MOMENTS]) {
    lanes e0 = p->c * p->w, x = (lanes)((e0 != 0) & (bit_lanes)(beta * p->x)), e = e0;
    for (size_t m = 0; m < KERNEL_MOMENTS_ONCE; m++, e *= x) { s[m] += e; }
    e = e0 * p->w;
    for (size_t m = KERNEL_MOMENTS_ONCE; m < count; m++, e *= x) { s[m] += e; }
}

/* The first of them, a constant number, so that the sums stay in registers. */
static inline __attribute__((always_inline)) void sum_moments(size_t n, const double *gap,
                                                              const double *count, double beta,
                                                              const double *e, const size_t made,
                                                              double *out) {
    double sum[KERNEL_MOMENTS][LANES];
    memset(out, 0, made * sizeof *out);
    if (n == 0) { return; }
    struct octave_rest rest = take_octave_rest(n, gap, count, e);
    for (size_t l = 0; l < LANES; l += WIDTH) {
        lanes s[KERNEL_MOMENTS] = {{0}};
        struct octave_points p;
        for (size_t i = l; i - l + LANES <= n; i += LANES) {
            take_octave_points(gap + i, count + i, e + i, &p);
            add_moments(&p, beta, made, s);
        }
        take_octave_points(rest.gap + l, rest.count + l, rest.e + l, &p);
        add_moments(&p, beta, made, s);
        for (size_t m = 0; m < made; m++) { memcpy(&sum[m][l], &s[m], sizeof s[m]); }
    }
    for (size_t m = 0; m < made; m++) { out[m] = lanes_total(sum[m]); }
}

static void moments(size_t n, const double *gap, const double *count, double beta, const double *e,
                    double out[KERNEL_MOMENTS]) {
    sum_moments(n, gap, count, beta, e, KERNEL_MOMENTS, out);
}

static void moments_once(size_t n, const double *gap, const double *count, double beta, const double *e,
                         double out[KERNEL_MOMENTS_ONCE]) {
    sum_moments(n, gap, count, beta, e, KERNEL_MOMENTS_ONCE, out);
}

/* Cells fill more than the nearest cache and are read once: two registers of their lanes abreast. */
enum { ABREAST = WIDTH < 8 ? 2 : 1 };

static void table(size_t n, const double *a, const double *b, const double (*cell)[2][AVERAGES][LANES],
                  double out[AVERAGES][LANES]) {
    for (size_t l = 0; l < LANES; l += ABREAST * WIDTH) {
        lanes s[AVERAGES][ABREAST] = {{{0}}};
        for (size_t i = 0; i < n; i++) {
            for (size_t m = 0; m < AVERAGES; m++) {
                for (size_t k = 0; k < ABREAST; k++) {
                    s[m][k] += a[i] * lanes_load(&cell[i][0][m][l + k * WIDTH]) +
                               b[i] * lanes_load(&cell[i][1][m][l + k * WIDTH]);
                }
            }
        }
        for (size_t m = 0; m < AVERAGES; m++) {
            for (size_t k = 0; k < ABREAST; k++) { memcpy(&out[m][l + k * WIDTH], &s[m][k], sizeof s[m][k]); }
        }
    }
}

static void table_lines(size_t n, const double *a, const double *b, const double (*line)[2],
                        const double (*cell)[AVERAGES + 1][LANES], double out[AVERAGES][LANES]) {
    for (size_t l = 0; l < LANES; l += ABREAST * WIDTH) {
        lanes s[AVERAGES][ABREAST] = {{{0}}};
        for (size_t i = 0; i < n; i++) {
            const double level = a[i] + b[i] * line[i][0], slope = b[i] * line[i][1];
            for (size_t k = 0; k < ABREAST; k++) {
                lanes x = lanes_load(&cell[i][0][l + k * WIDTH]), next;
                for (size_t m = 0; m < AVERAGES; m++, x = next) {
                    next = lanes_load(&cell[i][m + 1][l + k * WIDTH]);
                    s[m][k] += level * x + slope * next;
                }
            }
        }
        for (size_t m = 0; m < AVERAGES; m++) {
            for (size_t k = 0; k < ABREAST; k++) {
                s[m][k] += lanes_load(&out[m][l + k * WIDTH]);
                memcpy(&out[m][l + k * WIDTH], &s[m][k], sizeof s[m][k]);
            }
        }
    }
}

typedef double bin_nodes __attribute__((vector_size(COUNTED_NODES * sizeof(double))));

static size_t nodes_of_bins(size_t n, const struct counted_bin *bin, const double *scores, double *spread,
                            double highest, double *gap, double *weight) {
    size_t points = 0;
#pragma omp simd
    for (size_t i = 0; i < n; i++) { spread[i] *= sqrt(scores[i]); }
    for (size_t i = 0; i < n; i++) {
        bin_nodes g, w, s;
        memcpy(&g, bin[i].node, sizeof g);
        memcpy(&w, bin[i].weight, sizeof w);
        memcpy(&s, bin[i].spread, sizeof s);
        g -= highest;
        w = scores[i] * w + spread[i] * s;
        memcpy(gap + points, &g, sizeof g);
        memcpy(weight + points, &w, sizeof w);
        points += scores[i] > 0 ? bin[i].nodes : 0;
    }
    return points;
}

static void distances(size_t n, size_t dimension, const double *x, size_t stride, const double *point,
                      size_t point_stride, double *out) {
    double first = point[0];
#pragma omp simd
    for (size_t i = 0; i < n; i++) { out[i] = (x[i] - first) * (x[i] - first); }
    for (size_t c = 1; c < dimension; c++) {
        const double *row = x + c * stride;
        double at = point[c * point_stride];
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double apart = row[i] - at;
            out[i] += apart * apart;
        }
    }
}

static double sum(size_t n, const double *x) {
    double s[LANES] = {0};
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
#pragma omp simd
        for (size_t l = 0; l < LANES; l++) { s[l] += x[i + l]; }
    }
    for (size_t i = whole; i < n; i++) { s[i - whole] += x[i]; }
    return lanes_total(s);
}

static double dot(size_t n, const double *a, const double *b) {
    double s[LANES] = {0};
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
#pragma omp simd
        for (size_t l = 0; l < LANES; l++) { s[l] += a[i + l] * b[i + l]; }
    }
    for (size_t i = whole; i < n; i++) { s[i - whole] += a[i] * b[i]; }
    return lanes_total(s);
}

static void add(size_t n, double factor, const double *x, double *sum) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) { sum[i] += factor * x[i]; }
}

static void add_floats(size_t n, double factor, const float *x, double *sum) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) { sum[i] += factor * (double)x[i]; }
}

static void add_backwards(size_t n, double factor, const float *last, double *sum) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) { sum[i] += factor * (double)last[-(ptrdiff_t)i]; }
}

static void masses(size_t n, const double *gap, const double *log_mass, double beta, double shift,
                   double centre, double out[5]) {
    double s[5][LANES] = {{0}};
    for (size_t i = 0; i < n; i += LANES) {
#pragma omp simd
        for (size_t l = 0; l < LANES; l++) {
            double e = vector_decay_one(log_mass[i + l] - beta * gap[i + l] - shift);
            double d = e == 0 ? 0 : beta * (gap[i + l] - centre), e1 = e * d, e2 = e1 * d, e3 = e2 * d;
            s[0][l] += e;
            s[1][l] += e1;
            s[2][l] += e2;
            s[3][l] += e3;
            s[4][l] += e3 * d;
        }
    }
    for (size_t m = 0; m < 5; m++) { out[m] = lanes_total(s[m]); }
}

static struct kernel_range range(size_t n, const double *x) {
    double low[LANES], high[LANES];
    for (size_t l = 0; l < LANES; l++) { low[l] = high[l] = x[0]; }
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
#pragma omp simd
        for (size_t l = 0; l < LANES; l++) {
            low[l] = x[i + l] < low[l] ? x[i + l] : low[l];
            high[l] = x[i + l] > high[l] ? x[i + l] : high[l];
        }
    }
    struct kernel_range r = {low[0], high[0]};
    for (size_t l = 1; l < LANES; l++) {
        r.low = low[l] < r.low ? low[l] : r.low;
        r.high = high[l] > r.high ? high[l] : r.high;
    }
    for (size_t i = whole; i < n; i++) {
        r.low = x[i] < r.low ? x[i] : r.low;
        r.high = x[i] > r.high ? x[i] : r.high;
    }
    return r;
}

static struct kernel_range parting(size_t n, const double *x, double from) {
    double below[LANES], above[LANES];
    for (size_t l = 0; l < LANES; l++) {
        below[l] = -INFINITY;
        above[l] = INFINITY;
    }
    const size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
#pragma omp simd
        for (size_t l = 0; l < LANES; l++) {
            const double low = x[i + l] < from ? x[i + l] : -INFINITY,
                         high = x[i + l] >= from ? x[i + l] : INFINITY;
            below[l] = low > below[l] ? low : below[l];
            above[l] = high < above[l] ? high : above[l];
        }
    }
    for (size_t i = whole; i < n; i++) {
        below[0] = x[i] < from && x[i] > below[0] ? x[i] : below[0];
        above[0] = x[i] >= from && x[i] < above[0] ? x[i] : above[0];
    }
    return (struct kernel_range){range(LANES, below).high, range(LANES, above).low};
}

/* Of eight flags in a word, each 0 or 1 and not all 0: number of the first; and the word without it. */
static inline size_t first_flag(uint64_t *word) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    size_t bit = (size_t)__builtin_ctzll(*word), flag = bit / 8;
#else
    size_t flag = (size_t)__builtin_clzll(*word) / 8, bit = 56 - 8 * flag;
#endif
    *word -= (uint64_t)1 << bit;
    return flag;
}

/* Where words of flags begin that are not all 0; how many. */
static size_t words_with_flags(size_t flags, const uint8_t *flag, size_t *start) {
    size_t count = 0;
    for (size_t i = 0; i < flags; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, flag + i, sizeof word);
        start[count] = i;
        count += word != 0;
    }
    return count;
}

#define NUMBER double
#define COUNT uint64_t
#define PASS(name) name
#include "sim/rows/passes_inline.h"
#undef NUMBER
#undef COUNT
#undef PASS
#define NUMBER float
#define COUNT uint32_t
#define PASS(name) name##_floats
#include "sim/rows/passes_inline.h"

static void widen(size_t n, const float *x, double *out) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) { out[i] = (double)x[i]; }
}

static void keys(size_t n, const double *score, const struct kernel_keys *keys, double *gap, uint64_t *key) {
    const struct kernel_keys k = *keys;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        gap[i] = (k.top - score[i]) * k.scale;
        uint64_t range = (vector_bits(gap[i]) - 1 - k.first) >> k.shift;
        key[i] = range < k.count && score[i] < k.cut ? range : k.count + i % KERNEL_KEYLESS;
    }
}

static void nodes(const double matrix[KERNEL_NODES][KERNEL_NODES], const double x[KERNEL_NODES],
                  double out[KERNEL_NODES]) {
    double sum[KERNEL_NODES] = {0};
    for (size_t k = 0; k < KERNEL_NODES; k++) {
#pragma omp simd
        for (size_t j = 0; j < KERNEL_NODES; j++) { sum[j] += matrix[k][j] * x[k]; }
    }
    memcpy(out, sum, sizeof sum);
}

static size_t nodes_of_moments(size_t bins, int64_t first_bin, const double node[KERNEL_NODES],
                               const double matrix[KERNEL_NODES][KERNEL_NODES],
                               const double (*moment)[KERNEL_NODES], double *gap, double *weight) {
    size_t points = 0;
    for (size_t b = 0; b < bins; b++) {
        double lower = kernel_bin_edge(first_bin + (int64_t)b),
               upper = kernel_bin_edge(first_bin + (int64_t)b + 1), middle = (lower + upper) / 2,
               half = (upper - lower) / 2;
#pragma omp simd
        for (size_t j = 0; j < KERNEL_NODES; j++) { gap[points + j] = middle + half * node[j]; }
        nodes(matrix, moment[b], weight + points);
        points += moment[b][0] != 0 ? KERNEL_NODES : 0;
    }
    return points;
}

const struct kernel VECTOR_OF_ISA(kernel_) = {
    .vector = &VECTOR_OF_ISA(vector_),
    .uniforms = uniforms,
    .place_normals = place_normals,
    .place_uniforms = place_uniforms,
    .place_coins = place_coins,
    .halves = halves,
    .weights = weights,
    .square_rows = square_rows,
    .moments = moments,
    .moments_once = moments_once,
    .octaves = octaves,
    .octaves_beside = octaves_beside,
    .mix = mix,
    .table = table,
    .table_lines = table_lines,
    .between = between,
    .nodes_of_bins = nodes_of_bins,
    .softmax = softmax,
    .softmax_floats = softmax_floats,
    .distances = distances,
    .products = products,
    .sum = sum,
    .dot = dot,
    .add = add,
    .add_floats = add_floats,
    .add_backwards = add_backwards,
    .masses = masses,
    .range = range,
    .parting = parting,
    .all_above = all_above,
    .all_above_floats = all_above_floats,
    .peaks = peaks,
    .peaks_floats = peaks_floats,
    .count_above = count_above,
    .count_above_floats = count_above_floats,
    .above = above,
    .above_floats = above_floats,
    .widen = widen,
    .sort = sort_descending,
    .points = points,
    .nodes_of_moments = nodes_of_moments,
    .keys = keys,
    .rung = rung,
    .deposit = deposit,
    .gather = gather,
};
