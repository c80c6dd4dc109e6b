#include "sim/measures/pilot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/measures/measure.h"
#include "sim/rows/measured.h"
#include "sim/rows/sampled.h"

enum { NAME = 128 };

/* Drops all but one of the scores at the maximum; returns how many are left. */
static size_t drop_ties(size_t n, double *score) {
    size_t top = 0, left = 0;
    for (size_t i = 1; i < n; i++) { top = score[i] > score[top] ? i : top; }
    double highest = score[top];
    for (size_t i = 0; i < n; i++) {
        if (i == top || score[i] != highest) { score[left++] = score[i]; }
    }
    return left;
}

/* NaN for a row of one score. */
static double row_lambda(struct measured *measured, size_t n, double *score) {
    n = drop_ties(n, score);
    if (n < 2) { return NAN; }
    const struct row *row = measured_row(measured, n, score, 1);
    return measure_accumulation(row).lambda;
}

/* NaN behind all numbers. */
static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y)) { return isnan(x) - isnan(y); }
    return (x > y) - (x < y);
}

double pilot_log_lambda(const struct family *family, const double *p, double log_n, uint64_t seed,
                        const char *series) {
    double lambda[PILOT_ROWS];
    char name[NAME];
    snprintf(name, sizeof name, "%s/pilot", series);
#pragma omp parallel
    {
        struct sampled *sampled = sampled_create(isa_best());
        struct measured *measured = measured_create(isa_best());
#pragma omp for schedule(dynamic, 1)
        for (uint64_t i = 0; i < PILOT_ROWS; i++) {
            size_t n;
            struct stream stream = stream_make(seed, name, log_n, false, i);
            double *score = sampled_scores(sampled, family, p, log_n, stream, &n);
            lambda[i] = row_lambda(measured, n, score);
        }
        sampled_free(sampled);
        measured_free(measured);
    }
    qsort(lambda, PILOT_ROWS, sizeof *lambda, ascending);
    double median = 0.5 * (lambda[PILOT_ROWS / 2 - 1] + lambda[PILOT_ROWS / 2]);
    return median > 0 && isfinite(median) ? log(median) : 0;
}
