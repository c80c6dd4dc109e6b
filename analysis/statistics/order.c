#include "analysis/statistics/order.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/rows/isa.h"

const double order_level[ORDER_QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};

static double sorted_quantile(size_t count, const double *sorted, double level) {
    double position = level * (double)(count - 1);
    size_t below = (size_t)position;
    double part = position - (double)below;
    if (part == 0 || sorted[below] == sorted[below + 1]) { return sorted[below]; }
    return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

/* The largest r with P(Binomial(count, 1/2) < r) <= 0.025; 0 when even r = 1 is too much. The median
 * lies between the r-th smallest and the r-th largest value. */
static size_t median_rank(size_t count) {
    unsigned trials = (unsigned)count, r = (unsigned)fmax(0, 0.5 * (double)count - sqrt((double)count) - 1);
    while (gsl_cdf_binomial_P(r, 0.5, trials) <= 0.025) { r++; }
    return r;
}

/* Into ascending order; no NaN. */
static void put_in_order(size_t count, double *value) {
    double *room = memory_create(count, sizeof *room);
    isa_best()->kernel->sort(count, value, room);
    for (size_t i = 0, j = count; i + 1 < j; i++) {
        double least = value[--j];
        value[j] = value[i];
        value[i] = least;
    }
    free(room);
}

/* The values that are not NaN, in order; how many. */
static size_t sorted_values(size_t count, const double *values, double *scratch) {
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i])) { scratch[left++] = values[i]; }
    }
    put_in_order(left, scratch);
    return left;
}

static void quantiles(size_t count, const double *sorted, double quantile[ORDER_QUANTILES]) {
    for (size_t q = 0; q < ORDER_QUANTILES; q++) {
        quantile[q] = count > 0 ? sorted_quantile(count, sorted, order_level[q]) : NAN;
    }
}

void order_quantiles(size_t count, const double *values, double *scratch, double quantile[ORDER_QUANTILES]) {
    quantiles(sorted_values(count, values, scratch), scratch, quantile);
}

struct order order_make(size_t count, const double *values, double *scratch) {
    struct order order = {.median_low = NAN, .median_high = NAN};
    order.count = sorted_values(count, values, scratch);
    quantiles(order.count, scratch, order.quantile);
    size_t rank = order.count > 0 ? median_rank(order.count) : 0;
    if (rank > 0) {
        order.median_low = scratch[rank - 1];
        order.median_high = scratch[order.count - rank];
    }
    return order;
}
