#include "analysis/diagnosis/nearness.h"

#include <math.h>
#include <string.h>

#include "sim/base/memory.h"

/* Of ranks, kept of a place for rows of further groups: single ones, then some that grow up to a quarter of
 * all, then even ones. */
enum { SINGLE = 32, GROWING = 48, EVEN = 112, CELLS = SINGLE + GROWING + EVEN };
static const double HELD = 0.9;

/* Ranks until `HELD` of a sum is reached, but for rounding. */
static double ranks_holding(size_t count, const double *value) {
    const double rounding = 1e-12;
    double total = 0, sum = 0;
    for (size_t k = 0; k < count; k++) { total += value[k]; }
    for (size_t k = 0; k < count; k++) {
        sum += value[k];
        if (sum >= HELD * (1 - rounding) * total) { return (double)k + 1; }
    }
    return (double)count;
}

static size_t cells_of(size_t count) { return count < CELLS ? count : CELLS; }

/* The first rank of a cell. */
static size_t cell_start(size_t count, size_t cell) {
    const size_t quarter = count / 4;
    if (count <= CELLS || cell <= SINGLE) { return cell; }
    if (cell < SINGLE + GROWING) {
        const double part = (double)(cell - SINGLE) / GROWING;
        return (size_t)round(SINGLE * pow((double)quarter / SINGLE, part));
    }
    return quarter + (count - quarter) * (cell - SINGLE - GROWING) / EVEN;
}

static void add_cells(size_t count, const double *weight, float *share) {
    for (size_t c = 0, k = 0; c < cells_of(count); c++) {
        const size_t end = cell_start(count, c + 1);
        double sum = 0;
        for (; k < end; k++) { sum += weight[k]; }
        share[c] += (float)sum;
    }
}

/* As ranks_holding; within a cell all ranks have the same. */
static double ranks_in_cells(size_t count, const float *share) {
    const double rounding = 1e-6;
    double total = 0, sum = 0;
    for (size_t c = 0; c < cells_of(count); c++) { total += share[c]; }
    for (size_t c = 0; c < cells_of(count); c++) {
        double lacking = HELD * (1 - rounding) * total - sum;
        sum += share[c];
        if (lacking <= share[c]) {
            size_t start = cell_start(count, c), ranks = cell_start(count, c + 1) - start;
            return (double)start + fmax(1, ceil((double)ranks * lacking / share[c]));
        }
    }
    return (double)count;
}

void nearness_close(struct nearness *n, struct nearness_kept *kept, struct survey_place *p) {
    const size_t count = n->length;
    const double new_rows = (double)n->rows / (double)(p->rows + n->rows);
    const bool is_first = p->rows == 0;
    /* A row of m keys has even weight at ranks below m. */
    for (size_t k = count; k-- > 1;) { n->even[k] += n->even[k + 1]; }
    if (is_first) { kept->share = memory_create(cells_of(count), sizeof *kept->share); }
    add_cells(count, n->weight, kept->share);
    p->rows += n->rows;
    kept->even += new_rows * (ranks_holding(count, n->even + 1) - kept->even);
    double ranks = is_first ? ranks_holding(count, n->weight) : ranks_in_cells(count, kept->share);
    p->near = n->nowhere > 0 || isnan(p->near) ? NAN : ranks / kept->even;
    for (size_t w = 0; w < SURVEY_WINDOWS; w++) {
        double mass = n->nowhere > 0 ? NAN : 0;
        for (size_t k = 0; k < count && (double)k < survey_window[w]; k++) {
            mass += n->weight[k] / (double)n->rows;
        }
        p->mass[w] += new_rows * (mass - p->mass[w]);
    }
    memset(n->weight, 0, (count + 1) * sizeof *n->weight);
    memset(n->even, 0, (count + 1) * sizeof *n->even);
    n->rows = n->nowhere = 0;
}
