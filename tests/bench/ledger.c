#include "tests/bench/ledger.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/statistics/order.h"
#include "sim/base/memory.h"

enum { LABEL = 64, WIDTH = 19 };

struct ledger {
    const char *name, *title;
    size_t columns, rounds, rows;
    struct ledger_column *column;
    char (*label)[LABEL];
    double *sample; /* [rows][columns][rounds] */
};

struct ledger_options ledger_options(int argc, char **argv, size_t rounds) {
    enum { FEWEST = 2 };
    struct ledger_options o = {.rounds = rounds};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            o.json = true;
        } else if (strcmp(argv[i], "--quick") == 0) {
            o.quick = true;
            o.rounds = FEWEST;
        } else {
            fprintf(stderr, "usage: %s [--json] [--quick]\n", argv[0]);
            exit(2);
        }
    }
    return o;
}

struct ledger *ledger_create(const char *name, const char *title, size_t columns,
                             const struct ledger_column *column, size_t rounds) {
    struct ledger *l = memory_create(1, sizeof *l);
    *l = (struct ledger){.name = name, .title = title, .columns = columns, .rounds = rounds};
    l->column = memory_create(columns, sizeof *column);
    memcpy(l->column, column, columns * sizeof *column);
    return l;
}

void ledger_free(struct ledger *l) {
    free(l->column);
    free(l->label);
    free(l->sample);
    free(l);
}

size_t ledger_row(struct ledger *l, const char *format, ...) {
    const size_t cells = l->columns * l->rounds;
    char label[LABEL];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(label, sizeof label, format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < l->rows; i++) {
        if (strcmp(l->label[i], label) == 0) { return i; }
    }
    l->label = memory_resize(l->label, l->rows + 1, sizeof *l->label);
    l->sample = memory_resize(l->sample, (l->rows + 1) * cells, sizeof *l->sample);
    for (size_t i = 0; i < cells; i++) { l->sample[l->rows * cells + i] = NAN; }
    strcpy(l->label[l->rows], label);
    return l->rows++;
}

static double *cell_of(const struct ledger *l, size_t row, size_t column) {
    return l->sample + (row * l->columns + column) * l->rounds;
}

void ledger_put(struct ledger *l, size_t row, size_t column, size_t round, double value) {
    cell_of(l, row, column)[round] = value;
}

double ledger_get(const struct ledger *l, size_t row, size_t column, size_t round) {
    return cell_of(l, row, column)[round];
}

void ledger_divide(struct ledger *l, size_t row, size_t column, double factor, size_t over, size_t under) {
    for (size_t r = 0; r < l->rounds; r++) {
        ledger_put(l, row, column, r, factor * ledger_get(l, row, over, r) / ledger_get(l, row, under, r));
    }
}

static struct order order_of(const struct ledger *l, size_t row, size_t column) {
    double *scratch = memory_create(l->rounds, sizeof *scratch);
    struct order o = order_make(l->rounds, cell_of(l, row, column), scratch);
    free(scratch);
    return o;
}

static void print_object(const struct ledger *l, size_t row, size_t column) {
    const struct order o = order_of(l, row, column);
    const double *q = o.quantile + ORDER_MEDIAN;
    printf("{\"table\": \"%s\", \"row\": \"%s\", \"column\": \"%s\", \"unit\": \"%s\", \"rounds\": %zu, ",
           l->name, l->label[row], l->column[column].name, l->column[column].unit, o.count);
    if (o.count > 0 && isfinite(q[0])) {
        printf("\"median\": %.6g, \"low\": %.6g, \"high\": %.6g}\n", q[0], q[-1], q[1]);
    } else {
        printf("\"median\": null, \"low\": null, \"high\": null}\n");
    }
}

/* Three digits, and no powers of ten for what people count with. */
static const char *short_number(double x, char text[16]) {
    snprintf(text, 16, fabs(x) >= 1000 && fabs(x) < 1e7 ? "%.0f" : "%.3g", x);
    return text;
}

static void print_cell(const struct ledger *l, size_t row, size_t column) {
    const struct order o = order_of(l, row, column);
    const double *q = o.quantile + ORDER_MEDIAN;
    char text[64] = "-", median[16], low[16], high[16];
    if (o.count > 1) {
        snprintf(text, sizeof text, "%s [%s %s]", short_number(q[0], median), short_number(q[-1], low),
                 short_number(q[1], high));
    } else if (o.count > 0) {
        snprintf(text, sizeof text, "%s", short_number(q[0], median));
    }
    printf(" %*s", WIDTH, text);
}

static void print_head(const struct ledger *l, size_t from, size_t end) {
    printf("  %-24s", "");
    for (size_t c = from; c < end; c++) {
        const bool is_ratio = strcmp(l->column[c].unit, "1") == 0;
        char text[64];
        snprintf(text, sizeof text, "%s%s%s", l->column[c].name, is_ratio ? "" : ", ",
                 is_ratio ? "" : l->column[c].unit);
        printf(" %*s", WIDTH, text);
    }
    printf("\n");
}

/* Columns side by side as far as a page is wide. */
static void print_tables(const struct ledger *l) {
    enum { ABREAST = 6 };
    printf("\n%s\n", l->title);
    for (size_t from = 0; from < l->columns; from += ABREAST) {
        const size_t end = from + ABREAST < l->columns ? from + ABREAST : l->columns;
        print_head(l, from, end);
        for (size_t row = 0; row < l->rows; row++) {
            printf("  %-24s", l->label[row]);
            for (size_t c = from; c < end; c++) { print_cell(l, row, c); }
            printf("\n");
        }
    }
}

void ledger_print(const struct ledger *l, const struct ledger_options *options) {
    for (size_t row = 0; options->json && row < l->rows; row++) {
        for (size_t c = 0; c < l->columns; c++) { print_object(l, row, c); }
    }
    if (!options->json) { print_tables(l); }
    fflush(stdout);
}

double ledger_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
