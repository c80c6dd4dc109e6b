#include "sim/measures/pilot.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/measures/measure.h"
#include "sim/rows/sampled.h"

enum { NAME = 128 };

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

/* inf for a row of one score. */
static double row_lambda(const struct row *row, double n) {
    const double ties = row_ties(row);
    return ties < n ? lambda_without(row, ties - 1) : INFINITY;
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
    gsl_sort(lambda, 1, PILOT_ROWS);
    const double median = gsl_stats_median_from_sorted_data(lambda, 1, PILOT_ROWS);
    return median > 0 && isfinite(median) ? log(median) : 0;
}
