/* ledger: what a benchmark measured, a table of cells with one sample a round, told as medians and quartiles:
 * for people as a table, with --json as one object a line. Rounds go over all rows one after the other, so
 * that what else the machine does meets them alike; a ratio is made round by round. */
#ifndef GAPSCALE_TESTS_BENCH_LEDGER_H
#define GAPSCALE_TESTS_BENCH_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct ledger_options {
    bool json, quick; /* quick: sizes and rounds that only show that it works */
    size_t rounds;
};
/* --json and --quick; anything else ends the program with status 2. `rounds` are those of a whole run. */
struct ledger_options ledger_options(int argc, char **argv, size_t rounds);

struct ledger_column {
    const char *name, *unit; /* unit "1": a ratio */
};

struct ledger;
/* `name` in JSON, `title` above the table; both outlive it. Ends the program where memory is out. */
struct ledger *ledger_create(const char *name, const char *title, size_t columns,
                             const struct ledger_column *column, size_t rounds);
void ledger_free(struct ledger *ledger);

/* The row with this label, at the end where there is none yet. */
size_t ledger_row(struct ledger *ledger, const char *label, ...) __attribute__((format(printf, 2, 3)));
/* What is not put is not there: told as - and null. */
void ledger_put(struct ledger *ledger, size_t row, size_t column, size_t round, double value);
double ledger_get(const struct ledger *ledger, size_t row, size_t column, size_t round);
/* column = factor x over/under, round by round. */
void ledger_divide(struct ledger *ledger, size_t row, size_t column, double factor, size_t over,
                   size_t under);
void ledger_print(const struct ledger *ledger, const struct ledger_options *options);

/* CPU seconds of this thread. */
double ledger_clock(void);

#endif
