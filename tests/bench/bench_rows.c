/* make bench, whole rows: what they rest on (random words, logarithms, exponentials); drawn rows beside
 * drawing alone and beside the same work by peers, in plain C with GSL, in tuned plain C (peer.h) and in
 * NumPy (rows.py); counted rows; and how rows' cost grows with n and with betas. CPU time of one thread; in
 * each round everything once, one after the other. That peers do the same work is checked: mean entropies
 * have to agree. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "tests/bench/kept.h"
#include "tests/bench/ledger.h"
#include "tests/bench/peer.h"

enum { BETAS = 65, MIDDLE = BETAS / 2 };

/* ---- floors ---- */

enum { WORD, LOG, EXP, SINCOS, MOMENTS, MOMENTS_RATIO, FLOOR_COLUMNS, WORDS = 4096, POINTS = 1024 };
static const struct ledger_column floor_column[FLOOR_COLUMNS] = {
    {"word", "ns"}, {"log", "ns"}, {"exp", "ns"}, {"sincos", "ns"}, {"moments", "ns"}, {"moments/exp", "1"}};

/* Nanoseconds an item, of `times` calls in a row. */
#define SPAN(items, times, ...)                                                                              \
    ({                                                                                                       \
        const double start_ = ledger_clock();                                                                \
        for (int time_ = 0; time_ < (times); time_++) { __VA_ARGS__; }                                       \
        1e9 * (ledger_clock() - start_) / ((double)(items) * (times));                                       \
    })

static void floors_round(struct ledger *ledger, const struct isa *isa, size_t round) {
    static double u[WORDS], s[WORDS], c[WORDS], gap[POINTS], one[POINTS], e[POINTS];
    enum { TIMES = 16 };
    const uint64_t key[4] = {1, 2, 3, 4};
    const size_t row = ledger_row(ledger, "%s", isa->name);
    double out[KERNEL_MOMENTS];
    for (size_t i = 0; i < POINTS; i++) {
        gap[i] = 0.01 * (double)i;
        one[i] = 1;
    }
    ledger_put(ledger, row, WORD, round, SPAN(WORDS, TIMES, isa->kernel->uniforms(key, 0, 0, WORDS / 4, u)));
    ledger_put(ledger, row, LOG, round, SPAN(WORDS, TIMES, isa->vector->log(WORDS, u, s)));
    ledger_put(ledger, row, EXP, round, SPAN(WORDS, TIMES, isa->vector->exp(WORDS, u, s)));
    ledger_put(ledger, row, SINCOS, round, SPAN(WORDS, TIMES, isa->vector->sincos_turn(WORDS, u, s, c)));
    ledger_put(ledger, row, MOMENTS, round,
               SPAN(POINTS, TIMES, isa->kernel->weights(POINTS, gap, 1, e);
                    isa->kernel->moments(POINTS, gap, one, 1, e, out)));
}

static void bench_floors(const struct ledger_options *options) {
    static const char *const name[] = {"base", "avx2", "avx512"};
    struct ledger *ledger =
        ledger_create("floors", "what rows rest on: CPU time a number, median [quartiles]", FLOOR_COLUMNS,
                      floor_column, options->rounds);
    for (size_t round = 0; round < options->rounds; round++) {
        for (size_t i = 0; i < 3; i++) {
            if (isa_find(name[i])) { floors_round(ledger, isa_find(name[i]), round); }
        }
    }
    for (size_t i = 0; i < 3; i++) {
        if (isa_find(name[i])) {
            ledger_divide(ledger, ledger_row(ledger, "%s", name[i]), MOMENTS_RATIO, 1, MOMENTS, EXP);
        }
    }
    ledger_print(ledger, options);
    ledger_free(ledger);
}

/* ---- drawn rows and peers ---- */

enum { DRAWN, DRAWING, GSL, TUNED, NUMPY, COUNTED, TO_DRAWING, TO_GSL, TO_TUNED, TO_NUMPY, ROW_COLUMNS };
static const struct ledger_column row_column[ROW_COLUMNS] = {
    {"drawn", "ns/score"},  {"drawing alone", "ns/score"}, {"C+GSL", "ns/score"},  {"tuned C", "ns/score"},
    {"NumPy", "ns/score"},  {"counted", "us/row"},         {"drawn/drawing", "1"}, {"C+GSL/drawn", "1"},
    {"tuned C/drawn", "1"}, {"NumPy/drawn", "1"}};

/* What every maker of rows has to agree on, in the mean: H at beta = Lambda^typ, and logarithms of Lambda_n
 * and of collapse points over Lambda^typ. */
enum agreed { ENTROPY, LOG_LAMBDA, LOG_ENTROPY_ROOT, LOG_PARTICIPATION_ROOT, LOG_TOP_TWO_ROOT, AGREED };
static const char *const agreed_name[AGREED] = {"H", "log Lambda_n", "log beta at H = 1",
                                                "log beta at Y_2 = 1/2", "log beta at p_2/p_1 = 1/2"};
enum maker { OURS, BY_GSL, BY_TUNED, BY_NUMPY, MAKERS };
struct tally {
    double count, sum, squares;
};

static void tally_add(struct tally *t, double count, double mean, double square) {
    if (!isfinite(mean)) { return; } /* a row without that collapse point */
    t->count += count;
    t->sum += count * mean;
    t->squares += count * square;
}

static void tally_row(struct tally tally[AGREED], const struct kept_answer *a) {
    const double value[AGREED] = {a->entropy, log(a->lambda), log(a->root_entropy),
                                  log(a->root_participation), log(a->root_top_two)};
    for (size_t q = 0; q < AGREED; q++) { tally_add(&tally[q], 1, value[q], value[q] * value[q]); }
}

struct cell {
    const struct kept_law *law;
    size_t n, rows; /* of a peer in a round; of our own as many again */
    struct kept *drawn, *counted;
    struct peer_task task;
    struct tally tally[MAKERS][AGREED];
};

static enum peer_law peer_law_of(const struct kept_law *law) {
    static const char *const name[] = {"gaussian", "gumbel", "spherical", "powerlaw", "stretched", "pareto"};
    enum peer_law found = PEER_GAUSSIAN;
    while (strcmp(name[found], law->family) != 0) { found++; }
    return found;
}

static struct cell cell_create(const struct kept_law *law, size_t n) {
    enum { SCORES = 1 << 14 };
    struct cell c = {.law = law, .n = n, .rows = n < SCORES ? SCORES / n : 1};
    c.drawn = kept_create(isa_best(), law, log((double)n), false, BETAS);
    c.counted = kept_create(isa_best(), law, log((double)n), true, BETAS);
    c.task = (struct peer_task){
        peer_law_of(law), law->p[0], n, {0}, {0}, memory_create(4 * n + 2, sizeof(double))};
    const double unit = exp(kept_log_lambda(c.drawn));
    for (size_t b = 0; b < BETAS; b++) { c.task.beta[b] = unit * exp2(-4 + (double)b / 8); }
    for (size_t i = 0; i < PEER_GAPS; i++) { c.task.gap[i] = kept_gap(i) / unit; }
    return c;
}

static void cell_free(struct cell *c) {
    kept_free(c->drawn);
    kept_free(c->counted);
    free(c->task.room);
}

/* Seconds of drawing a row's scores and nothing else. */
static double drawing(const struct cell *c, size_t times) {
    static double u[2 * FAMILY_CHUNK], s[FAMILY_CHUNK];
    const uint64_t key[4] = {1, 2, 3, 4};
    const struct isa *isa = isa_best();
    const struct family *family = family_find(c->law->family);
    const size_t chunk = c->n < FAMILY_CHUNK ? c->n : FAMILY_CHUNK;
    const double start = ledger_clock();
    for (size_t done = 0; done < times * c->n; done += chunk) {
        isa->kernel->uniforms(key, 0, done, chunk * family_uniforms_per_score(family, c->law->p) / 4, u);
        family->draw(c->law->p, isa->vector, chunk, u, s);
    }
    return (ledger_clock() - start) / (double)times;
}

/* Seconds a row. The first is not counted. */
static double rows_of(struct kept *kept, size_t first, size_t rows, struct tally tally[AGREED]) {
    kept_row(kept, first, NULL);
    const double start = ledger_clock();
    for (size_t i = 1; i <= rows; i++) {
        const struct kept_answer answer = kept_row(kept, first + i, NULL);
        if (tally) { tally_row(tally, &answer); }
    }
    return (ledger_clock() - start) / (double)rows;
}

static void tally_peer(struct cell *c, enum maker maker, const struct peer_answer *a) {
    const double unit = exp(kept_log_lambda(c->drawn));
    tally_row(c->tally[maker],
              &(struct kept_answer){a->at[MIDDLE].entropy, a->lambda / unit, a->root_entropy / unit,
                                    a->root_participation / unit, a->root_top_two / unit});
}

static double gsl_rows(struct peer_gsl *peer, struct cell *c) {
    static struct peer_answer answer;
    const double start = ledger_clock();
    for (size_t i = 0; i < c->rows; i++) {
        peer_gsl_row(peer, &c->task, &answer);
        tally_peer(c, BY_GSL, &answer);
    }
    return (ledger_clock() - start) / (double)c->rows;
}

static double tuned_rows(struct cell *c, size_t round) {
    static struct peer_answer answer;
    const double start = ledger_clock();
    for (size_t i = 0; i < c->rows; i++) {
        peer_tuned_row(round * c->rows + i + 1, &c->task, &answer);
        tally_peer(c, BY_TUNED, &answer);
    }
    return (ledger_clock() - start) / (double)c->rows;
}

/* All cells by one process, whose allocations stay and whose threads are one. */
static void numpy_round(struct ledger *ledger, struct cell *cell, size_t cells, size_t round) {
    const char *python = getenv("GAPSCALE_BENCH_PYTHON");
    char *command = NULL;
    size_t size;
    FILE *text = memory_stream_open(&command, &size);
    fprintf(text,
            "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MALLOC_MMAP_THRESHOLD_=1073741824 "
            "MALLOC_TRIM_THRESHOLD_=1073741824 MALLOC_TOP_PAD_=67108864 %s tests/bench/rows.py",
            python ? python : "python3");
    for (size_t i = 0; i < cells; i++) {
        fprintf(text, " %s:%g:%zu:%.17g:%zu:%zu", cell[i].law->family, cell[i].task.parameter, cell[i].n,
                exp(kept_log_lambda(cell[i].drawn)), cell[i].rows, round + 1);
    }
    fputs(" 2>/dev/null", text);
    memory_stream_close(text, &command);
    FILE *pipe = popen(command, "r");
    double seconds, mean;
    for (size_t i = 0; pipe && i < cells && fscanf(pipe, "%lf", &seconds) == 1; i++) {
        ledger_put(ledger, i, NUMPY, round, 1e9 * seconds / (double)cell[i].n);
        for (size_t q = 0; q < AGREED && fscanf(pipe, "%lf", &mean) == 1; q++) {
            tally_add(&cell[i].tally[BY_NUMPY][q], (double)cell[i].rows, mean, 0);
        }
    }
    if (pipe) { pclose(pipe); }
    free(command);
}

static void cell_round(struct ledger *ledger, struct cell *c, size_t row, size_t round,
                       struct peer_gsl *peer) {
    enum { COUNTED_ROWS = 64 };
    const double per_score = 1e9 / (double)c->n;
    const size_t rows = 4 * c->rows;
    ledger_put(ledger, row, DRAWING, round, per_score * drawing(c, rows));
    ledger_put(ledger, row, DRAWN, round,
               per_score * rows_of(c->drawn, round * (rows + 1), rows, c->tally[OURS]));
    ledger_put(ledger, row, GSL, round, per_score * gsl_rows(peer, c));
    ledger_put(ledger, row, TUNED, round, per_score * tuned_rows(c, round));
    ledger_put(ledger, row, COUNTED, round,
               1e6 * rows_of(c->counted, round * (COUNTED_ROWS + 1), COUNTED_ROWS, NULL));
}

/* A peer's means within six standard errors of our own: with these seeds they are or they are not. */
static void check(const struct cell *c) {
    static const char *const name[MAKERS] = {"drawn rows", "C+GSL", "tuned C", "NumPy"};
    for (size_t q = 0; q < AGREED; q++) {
        const struct tally *own = &c->tally[OURS][q];
        const double mean = own->sum / own->count, variance = own->squares / own->count - mean * mean;
        for (size_t m = BY_GSL; m < MAKERS; m++) {
            const struct tally *t = &c->tally[m][q];
            const double off = t->sum / t->count - mean,
                         error = sqrt(variance * (1 / t->count + 1 / own->count));
            if (t->count > 0 && !(fabs(off) < 6 * error)) {
                fprintf(stderr, "%s, n = %zu: the mean of %s by %s is %g off that of %s, +- %g\n",
                        c->law->name, c->n, agreed_name[q], name[m], off, name[OURS], error);
                exit(1);
            }
        }
    }
}

static void bench_drawn(const struct ledger_options *options) {
    static const struct {
        size_t law, log2_n;
    } what[] = {{0, 10}, {3, 10}, {0, 16}, {1, 16}, {2, 16}, {3, 16}, {4, 16}, {5, 16}, {6, 16}};
    enum { CELLS = sizeof what / sizeof *what, QUICK = 2 };
    const size_t cells = options->quick ? QUICK : CELLS;
    struct cell cell[CELLS];
    char title[256];
    snprintf(
        title, sizeof title,
        "drawn rows as a sweep keeps them (%s), %d betas, beside peers on the same work: CPU time, median "
        "[quartiles] of %zu rounds",
        isa_best()->name, BETAS, options->rounds);
    struct ledger *ledger = ledger_create("drawn", title, ROW_COLUMNS, row_column, options->rounds);
    struct peer_gsl *peer = peer_gsl_create();
    for (size_t i = 0; i < cells; i++) {
        const size_t log2_n = options->quick ? 8 : what[i].log2_n;
        cell[i] = cell_create(&kept_law[what[i].law], (size_t)1 << log2_n);
        ledger_row(ledger, "%s 2^%zu", cell[i].law->name, log2_n);
    }
    for (size_t round = 0; round < options->rounds; round++) {
        for (size_t i = 0; i < cells; i++) { cell_round(ledger, &cell[i], i, round, peer); }
        numpy_round(ledger, cell, cells, round);
    }
    for (size_t i = 0; i < cells; i++) {
        ledger_divide(ledger, i, TO_DRAWING, 1, DRAWN, DRAWING);
        ledger_divide(ledger, i, TO_GSL, 1, GSL, DRAWN);
        ledger_divide(ledger, i, TO_TUNED, 1, TUNED, DRAWN);
        ledger_divide(ledger, i, TO_NUMPY, 1, NUMPY, DRAWN);
        check(&cell[i]);
        cell_free(&cell[i]);
    }
    peer_gsl_free(peer);
    ledger_print(ledger, options);
    ledger_free(ledger);
}

/* ---- growth ---- */

enum { COST, TO_FIRST, GROWTH_COLUMNS };

static void bench_growth(const struct ledger_options *options, bool counted) {
    static const double log_n[] = {8 * M_LN2, 12 * M_LN2, 16 * M_LN2, 20 * M_LN2, 690.8, 1e5};
    static const size_t betas[] = {65, 65, 65, 65, 65, 65, 17, 33, 129, 257};
    static const char *const label[] = {"n = 2^8",  "n = 2^12",  "n = 2^16",
                                        "n = 2^20", "n = 1e300", "n = e^100000"};
    enum { LENGTHS = sizeof log_n / sizeof *log_n, CASES = sizeof betas / sizeof *betas, BASE = 2 };
    const struct ledger_column column[GROWTH_COLUMNS] = {{"cost", counted ? "us/row" : "ns/score"},
                                                         {"to n = 2^16, 65 betas", "1"}};
    struct ledger *ledger =
        ledger_create(counted ? "counted-growth" : "drawn-growth",
                      counted ? "counted gaussian rows over n and betas: CPU time, median [quartiles]"
                              : "drawn gaussian rows over n and betas: CPU time, median [quartiles]",
                      GROWTH_COLUMNS, column, options->rounds);
    for (size_t round = 0; round < options->rounds; round++) {
        for (size_t i = 0; i < CASES; i++) {
            const double at = i < LENGTHS ? log_n[i] : log_n[BASE],
                         n = counted ? 1e3 : exp(at); /* counted: us */
            if (!counted && at > (options->quick ? 9 : 15)) { continue; }
            struct kept *kept = kept_create(isa_best(), &kept_law[0], at, counted, betas[i]);
            const size_t rows = counted ? 64 : (size_t)fmax(2, 0x1p18 / n);
            const size_t row =
                i < LENGTHS ? ledger_row(ledger, "%s", label[i]) : ledger_row(ledger, "%zu betas", betas[i]);
            ledger_put(ledger, row, COST, round, 1e9 / n * rows_of(kept, round * (rows + 1), rows, NULL));
            kept_free(kept);
        }
    }
    for (size_t round = 0; round < options->rounds; round++) {
        const double base = ledger_get(ledger, ledger_row(ledger, "%s", label[BASE]), COST, round);
        for (size_t i = 0; i < CASES; i++) {
            const size_t row =
                i < LENGTHS ? ledger_row(ledger, "%s", label[i]) : ledger_row(ledger, "%zu betas", betas[i]);
            ledger_put(ledger, row, TO_FIRST, round, ledger_get(ledger, row, COST, round) / base);
        }
    }
    ledger_print(ledger, options);
    ledger_free(ledger);
}

int main(int argc, char **argv) {
    const struct ledger_options options = ledger_options(argc, argv, 7);
    bench_floors(&options);
    bench_drawn(&options);
    bench_growth(&options, false);
    bench_growth(&options, true);
    return 0;
}
