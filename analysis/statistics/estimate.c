#include "analysis/statistics/estimate.h"

#include <math.h>

struct estimate estimate_mean(size_t count, size_t stride, const double *x) {
    double mean = 0, square = 0, n = (double)count;
    for (size_t i = 0; i < count; i++) { mean += x[i * stride] / n; }
    for (size_t i = 0; i < count; i++) { square += (x[i * stride] - mean) * (x[i * stride] - mean); }
    return (struct estimate){mean, sqrt(square / (n * (n - 1)))};
}

struct estimate estimate_ratio(size_t count, size_t stride, const double *up, const double *down) {
    double n = (double)count, ups = 0, downs = 0, mean = 0, square = 0;
    for (size_t r = 0; r < count; r++) {
        ups += up[r * stride];
        downs += down[r * stride];
    }
    double all = ups / downs;
    for (size_t r = 0; r < count; r++) {
        double change = (ups - up[r * stride]) / (downs - down[r * stride]) - all;
        mean += change / n;
        square += change * change;
    }
    return (struct estimate){all - (n - 1) * mean, sqrt((n - 1) / n * (square - n * mean * mean))};
}
