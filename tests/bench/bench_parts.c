/* make bench, rows as a sweep keeps them, part by part, counted and drawn. CPU time of one thread, of every
 * part of every row by itself; the laws take turns. The floor is what a row cannot do without: of a counted
 * one 2048 random words and as many exponentials, of a drawn one its scores, drawn and left alone. */
#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "tests/bench/kept.h"
#include "tests/bench/ledger.h"

enum { BETAS = 65, ALL = 0, FLOOR, RATIO, PARTS, COLUMNS = PARTS + KEPT_PARTS };

static const struct cell {
    size_t law;
    const char *n;
    double log_n;
    bool counted;
} cell[] = {
    {0, "2^10", 10 * M_LN2, true},  {0, "2^16", 16 * M_LN2, true},  {0, "2^40", 40 * M_LN2, true},
    {0, "1e300", 690.8, true},      {0, "e^100000", 1e5, true},     {1, "2^16", 16 * M_LN2, true},
    {1, "e^100000", 1e5, true},     {2, "2^16", 16 * M_LN2, true},  {3, "2^16", 16 * M_LN2, true},
    {4, "2^16", 16 * M_LN2, true},  {5, "2^16", 16 * M_LN2, true},  {6, "2^16", 16 * M_LN2, true},
    {6, "1e300", 690.8, true},      {7, "2^16", 16 * M_LN2, true},  {8, "2^40", 40 * M_LN2, true},
    {8, "1e300", 690.8, true},      {9, "2^30", 30 * M_LN2, true},  {9, "2^50", 50 * M_LN2, true},
    {9, "1e300", 690.8, true},      {9, "e^100000", 1e5, true},     {10, "2^50", 50 * M_LN2, true},
    {0, "2^10", 10 * M_LN2, false}, {0, "2^16", 16 * M_LN2, false}, {1, "2^16", 16 * M_LN2, false},
    {3, "2^16", 16 * M_LN2, false},
};
enum { CELLS = sizeof cell / sizeof *cell };

/* Seconds of one look at the clock. */
static double clock_cost(void) {
    double least = INFINITY;
    for (int i = 0; i < 1000; i++) {
        double start = ledger_clock();
        least = fmin(least, ledger_clock() - start);
    }
    return least;
}

static void floor_counted(const struct isa *isa) {
    enum { WORDS = 2048 };
    static double u[WORDS];
    const uint64_t key[4] = {1, 2, 3, 4};
    isa->kernel->uniforms(key, 0, 0, WORDS / 4, u);
    isa->kernel->weights(WORDS, u, 1, u);
}

static void floor_drawn(const struct isa *isa, const struct kept_law *law, double log_n) {
    static double u[2 * FAMILY_CHUNK], s[FAMILY_CHUNK];
    const uint64_t key[4] = {1, 2, 3, 4};
    const struct family *family = family_find(law->family);
    const size_t n = (size_t)llround(exp(log_n)), chunk = n < FAMILY_CHUNK ? n : FAMILY_CHUNK;
    for (size_t done = 0; done < n; done += chunk) {
        isa->kernel->uniforms(key, 0, done, chunk * family_uniforms_per_score(family, law->p) / 4, u);
        family->draw(law->p, isa->vector, chunk, u, s);
    }
}

static double floor_seconds(const struct isa *isa, const struct cell *c, double clock) {
    const double start = ledger_clock();
    if (c->counted) {
        floor_counted(isa);
    } else {
        floor_drawn(isa, &kept_law[c->law], c->log_n);
    }
    return ledger_clock() - start - clock;
}

/* Each round has a row of every cell; the medians are of rows. */
static void bench_isa(const struct isa *isa, const struct ledger_options *options) {
    static const struct ledger_column column[COLUMNS] = {
        {"all", "us"},   {"floor", "us"},  {"all/floor", "1"}, {"make", "us"},    {"betas", "us"},
        {"roots", "us"}, {"Lambda", "us"}, {"TE", "us"},       {"ordered", "us"}, {"N_n(t)", "us"}};
    char title[128], name[32];
    snprintf(title, sizeof title,
             "a row as a sweep keeps it, part by part: CPU time, median [quartiles] of %zu rows (%s)",
             options->rounds, isa->name);
    snprintf(name, sizeof name, "parts-%s", isa->name);
    struct ledger *ledger = ledger_create(name, title, COLUMNS, column, options->rounds);
    struct kept *kept[CELLS];
    const double clock = clock_cost();
    for (size_t c = 0; c < CELLS; c++) {
        kept[c] = kept_create(isa, &kept_law[cell[c].law], cell[c].log_n, cell[c].counted, BETAS);
        ledger_row(ledger, "%s %s%s", kept_law[cell[c].law].name, cell[c].n, cell[c].counted ? "" : " drawn");
    }
    for (size_t round = 0; round < options->rounds; round++) {
        for (size_t c = 0; c < CELLS; c++) {
            double at[KEPT_PARTS + 1];
            kept_row(kept[c], options->rounds + round,
                     at); /* caches as in a sweep, whose cells take no turns */
            kept_row(kept[c], round, at);
            for (size_t k = 0; k < KEPT_PARTS; k++) {
                ledger_put(ledger, c, PARTS + k, round, 1e6 * (at[k + 1] - at[k] - clock));
            }
            ledger_put(ledger, c, ALL, round, 1e6 * (at[KEPT_PARTS] - at[0] - KEPT_PARTS * clock));
            ledger_put(ledger, c, FLOOR, round, 1e6 * floor_seconds(isa, &cell[c], clock));
        }
    }
    for (size_t c = 0; c < CELLS; c++) {
        ledger_divide(ledger, c, RATIO, 1, ALL, FLOOR);
        kept_free(kept[c]);
    }
    ledger_print(ledger, options);
    ledger_free(ledger);
}

int main(int argc, char **argv) {
    const struct ledger_options options = ledger_options(argc, argv, 301);
    const char *const name[] = {"base", "avx2", "avx512"};
    for (size_t i = 0; i < 3; i++) {
        if (isa_find(name[i])) { bench_isa(isa_find(name[i]), &options); }
    }
    return 0;
}
