#include "sim/measures/pilot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/measures/measure.h"
#include "sim/rows/sampled.h"

enum { NAME = 128 };

/* How many scores tie with the maximum. */
static double top_ties(const struct row *row) {
    size_t m = 1;
    while (m < row->top_count && row->gap[m] == 0) { m++; }
    bool all = m == row->top_count && row->part_count > 0 && row->part[0].upper == 0;
    return all ? row->part[0].last : (double)m;
}

/* Lambda_n of the row without `extra` of the scores that tie with its maximum: those below move up in rank.
 */
static double lambda_without(const struct row *row, double extra) {
    struct row rest = *row;
    struct row_part *part = memory_create(row->part_count, sizeof *part);
    size_t hidden = row->part_count > 0 && row->part[0].upper == 0, /* a part of ties */
        skipped = hidden ? row->top_count - 1 : (size_t)extra;
    rest.gap += skipped;
    rest.top_count -= skipped;
    rest.part = part;
    rest.part_count -= hidden;
    for (size_t i = 0; i < rest.part_count; i++) {
        part[i] = row->part[i + hidden];
        part[i].before -= extra;
        part[i].last -= extra;
        part[i].log_last = log(part[i].last);
    }
    double lambda = measure_accumulation(&rest).lambda;
    free(part);
    return lambda;
}

/* NaN for a row of one score. */
static double row_lambda(const struct row *row, double n) {
    double ties = top_ties(row);
    return ties < n ? lambda_without(row, ties - 1) : NAN;
}

/* NaN behind all numbers. */
static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y)) { return isnan(x) - isnan(y); }
    return (x > y) - (x < y);
}

bool pilot_is_needed(const struct family *family) {
    return family->kind == FAMILY_SAMPLED && !family->log_lambda;
}

double pilot_log_lambda(const struct family *family, const double *p, double log_n, uint64_t seed,
                        const char *series, struct progress *progress) {
    double lambda[PILOT_ROWS];
    char name[NAME], what[NAME];
    snprintf(name, sizeof name, "%s/pilot", series);
    snprintf(what, sizeof what, "pilot rows of %s", series);
#pragma omp parallel
    {
        struct sampled *sampled = sampled_create(isa_best());
#pragma omp for schedule(dynamic, 1)
        for (uint64_t i = 0; i < PILOT_ROWS; i++) {
            struct stream stream = stream_make(seed, name, log_n, false, i);
            const struct row *row = sampled_row(sampled, family, p, log_n, 0, stream);
            lambda[i] = row_lambda(row, rint(exp(log_n)));
            if (!progress) { continue; }
#pragma omp critical(pilot_progress)
            progress_add(progress, exp(log_n), what);
        }
        sampled_free(sampled);
    }
    qsort(lambda, PILOT_ROWS, sizeof *lambda, ascending);
    double median = 0.5 * (lambda[PILOT_ROWS / 2 - 1] + lambda[PILOT_ROWS / 2]);
    return median > 0 && isfinite(median) ? log(median) : 0;
}
