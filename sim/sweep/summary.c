#include "sim/sweep/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"

enum { HISTOGRAM_SHIFT = 52 - 6 };
static const int64_t HISTOGRAM_FIRST = (int64_t)(1023 - 40) << 6;

static uint16_t histogram_bin(double value) {
    if (!(value >= 0x1p-40)) { return 0; }
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int64_t bin = (bits >> HISTOGRAM_SHIFT) - HISTOGRAM_FIRST + 1;
    return (uint16_t)(bin < SUMMARY_BINS ? bin : SUMMARY_BINS - 1);
}

static double histogram_edge(size_t bin) {
    if (bin == 0) { return 0; }
    int64_t bits = ((int64_t)bin - 1 + HISTOGRAM_FIRST) << HISTOGRAM_SHIFT;
    double edge;
    memcpy(&edge, &bits, sizeof edge);
    return edge;
}

double summary_quantile(const struct summary *s, size_t i, double probability) {
    const uint32_t *count = s->histogram + i * SUMMARY_BINS;
    double rank = probability * s->count, below = 0;
    size_t bin = 0;
    while (bin + 1 < SUMMARY_BINS && below + count[bin] < rank) { below += count[bin++]; }
    double low = histogram_edge(bin), high = histogram_edge(bin + 1);
    return low + (high - low) * fmin(1, fmax(0, (rank - below) / count[bin]));
}

void summary_create(struct summary *s, const struct replicate_layout *l) {
    *s = (struct summary){.sum = memory_create(l->total, sizeof *s->sum),
                          .carry = memory_create(l->total, sizeof *s->carry),
                          .m2 = memory_create(l->total, sizeof *s->m2),
                          .histogram = memory_create(l->binned * SUMMARY_BINS, sizeof *s->histogram)};
}

void summary_release(struct summary *s) {
    free(s->sum);
    free(s->carry);
    free(s->m2);
    free(s->histogram);
    *s = (struct summary){0};
}

double summary_mean(const struct summary *s, const struct replicate_layout *l, size_t value) {
    return (s->sum[value] + s->carry[value]) / (value < l->kept ? s->count : s->kept_count);
}

/* Neumaier's compensated addition. */
static inline void add_compensated(double *sum, double *carry, double x) {
    double s = *sum + x;
    *carry += fabs(*sum) >= fabs(x) ? (*sum - s) + x : (x - s) + *sum;
    *sum = s;
}

static void add_range(struct summary *s, size_t from, size_t end, double before, double fresh,
                      const double *mean, const double *m2) {
    for (size_t v = from; fresh > 0 && v < end; v++) {
        if (before > 0) {
            double delta = mean[v] - (s->sum[v] + s->carry[v]) / before;
            s->m2[v] += m2[v] + delta * delta * before * fresh / (before + fresh);
        } else {
            s->m2[v] = m2[v];
        }
        add_compensated(&s->sum[v], &s->carry[v], mean[v] * fresh);
    }
}

void summary_add(struct summary *s, const struct replicate_layout *l, double count, double kept_count,
                 const double *mean, const double *m2) {
    add_range(s, 0, l->kept, s->count, count, mean, m2);
    add_range(s, l->kept, l->total, s->kept_count, kept_count, mean, m2);
    s->count += count;
    s->kept_count += kept_count;
}

static void summarise_column(const double *x, size_t stride, size_t count, double *mean, double *m2) {
    double sum = 0, carry = 0, squares = 0;
    for (size_t i = 0; i < count; i++) { add_compensated(&sum, &carry, x[i * stride]); }
    *mean = (sum + carry) / (double)count;
    for (size_t i = 0; i < count; i++) { squares += (x[i * stride] - *mean) * (x[i * stride] - *mean); }
    *m2 = squares;
}

void summary_reduce(const struct replicate_layout *l, size_t count, size_t kept_count, const double *values,
                    double *mean, double *m2, uint16_t *bin) {
    for (size_t v = 0; v < l->total; v++) {
        size_t valid = v < l->kept ? count : kept_count;
        mean[v] = m2[v] = 0;
        if (valid > 0) { summarise_column(values + v, l->total, valid, &mean[v], &m2[v]); }
    }
    for (size_t i = 0; i < l->binned; i++) {
        const double *value = values + replicate_binned(l, i);
        for (size_t r = 0; r < count; r++) { bin[i * count + r] = histogram_bin(value[r * l->total]); }
    }
}

void summary_add_bins(struct summary *s, const struct replicate_layout *l, size_t count,
                      const uint16_t *bin) {
    for (size_t i = 0; i < l->binned; i++) {
        for (size_t r = 0; r < count; r++) { s->histogram[i * SUMMARY_BINS + bin[i * count + r]]++; }
    }
}
