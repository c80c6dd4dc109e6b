#include "sim/rows/row.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"

double row_ties(const struct row *row) {
    size_t m = 1;
    while (m < row->top_count && row->gap[m] == 0) { m++; }
    const bool goes_on = m == row->top_count && row->part_count > 0 && row->part[0].upper == 0;
    return goes_on ? row->part[0].last : (double)m;
}

void row_reserve(struct row *row, size_t points, size_t parts) {
    row->gap = memory_resize(row->gap, points, sizeof *row->gap);
    row->count = memory_resize(row->count, points, sizeof *row->count);
    row->scratch = memory_resize(row->scratch, points, sizeof *row->scratch);
    row->part = memory_resize(row->part, parts, sizeof *row->part);
}

void row_release(struct row *row) {
    free(row->gap);
    free(row->count);
    free(row->scratch);
    free(row->part);
}

void row_add_point(struct row *row, double gap, double count) {
    size_t i = row->point_count++;
    row->gap[i] = gap;
    row->count[i] = count;
}

struct row_part row_part_make(double lower, double upper, double before, double count, uint64_t address) {
    double last = before + count;
    return (struct row_part){.lower = lower,
                             .upper = upper,
                             .before = before,
                             .last = last,
                             .log_last = log(last),
                             .address = address};
}

void row_add_part(struct row *row, double lower, double upper, double before, double count,
                  uint64_t address) {
    if (count == 0) { return; }
    struct row_part *part = &row->part[row->part_count++];
    *part = row_part_make(lower, upper, before, count, address);
    part->point = row->point_count;
}
