#include "analysis/diagnosis/coordinates.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"

const char *const coordinates_name[COORDINATES] = {"xi_alpha", "xi_delta", "xi_lambda"};

static double log_of(const struct survey_row *row, size_t which) {
    switch (which) {
    case COORDINATES_ALPHA: return log(row->log_rank / log(row->count));
    case COORDINATES_DELTA: return log(row->gap);
    default: return log(row->lambda);
    }
}

/* By sequence and length, the mean over rows; NaN where there are none. */
static void fill_means(const struct survey *s, size_t head_first, size_t head_last, size_t which,
                       double *count, double *mean) {
    size_t lengths = s->facts->length_count, cells = s->facts->sequence_count * lengths;
    for (size_t i = 0; i < cells; i++) { count[i] = mean[i] = 0; }
    for (size_t i = 0; i < s->row_count; i++) {
        const struct survey_row *row = &s->row[i];
        size_t cell = row->sequence * lengths + row->length;
        if (row->head < head_first || row->head >= head_last || !isfinite(row->lambda)) { continue; }
        mean[cell] += log_of(row, which);
        count[cell]++;
    }
    for (size_t i = 0; i < cells; i++) { mean[i] /= count[i]; }
}

void coordinates_make(const struct survey *s, size_t head_first, size_t head_last, const double *x,
                      const double *weight, size_t first, size_t last,
                      struct trend_interval xi[COORDINATES]) {
    size_t cells = s->facts->sequence_count * s->facts->length_count;
    double *mean = memory_create(cells, sizeof *mean), *count = memory_create(cells, sizeof *count);
    const struct trend_data data = {s->facts->sequence_count, s->facts->length_count, x, mean, weight};
    for (size_t which = 0; which < COORDINATES; which++) {
        fill_means(s, head_first, head_last, which, count, mean);
        struct trend_slope slope = trend_slope(&data, first, last);
        xi[which] = trend_between(slope.mean, slope.variance, slope.count, slope.freedom);
    }
    free(mean);
    free(count);
}
