#include "sim/sweep/histogram.h"

#include <math.h>
#include <string.h>

enum { SHIFT = 52 - 6 };
static const int64_t FIRST = (int64_t)(1023 - 40) << 6;

uint16_t histogram_bin(double value) {
    if (!(value >= 0x1p-40)) { return 0; }
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int64_t bin = (bits >> SHIFT) - FIRST + 1;
    return (uint16_t)(bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1);
}

static double edge_of(size_t bin) {
    return bin == 0 ? 0 : ldexp(1 + (double)((bin - 1) % 64) / 64, (int)((bin - 1) / 64) - 40);
}

size_t histogram_add(size_t count, const uint64_t *bin, size_t other_count, const uint64_t *other,
                     uint64_t *sum) {
    size_t i = 0, k = 0, length = 0;
    while (i < count && k < other_count) {
        /* Without branches: which comes first cannot be foreseen. */
        const size_t a = histogram_number(bin[i]), b = histogram_number(other[k]);
        sum[length++] = (a <= b ? bin[i] : other[k]) + (a == b) * histogram_count(other[k]);
        i += a <= b;
        k += b <= a;
    }
    while (i < count) { sum[length++] = bin[i++]; }
    while (k < other_count) { sum[length++] = other[k++]; }
    return length;
}

double histogram_quantile(size_t count, const uint64_t *bin, double probability) {
    double all = 0, below = 0;
    for (size_t i = 0; i < count; i++) { all += (double)histogram_count(bin[i]); }
    size_t i = 0;
    while (i + 1 < count && below + (double)histogram_count(bin[i]) < probability * all) {
        below += (double)histogram_count(bin[i++]);
    }
    double low = edge_of(histogram_number(bin[i])), high = edge_of(histogram_number(bin[i]) + 1),
           share = (probability * all - below) / (double)histogram_count(bin[i]);
    return low + (high - low) * fmin(1, fmax(0, share));
}
