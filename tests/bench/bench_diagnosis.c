/* make bench, measured scores: CPU time of a diagnosis beyond reading, on one thread; of products of queries
 * and keys beside multiply-adds at the machine's peak; and of NumPy on the same files. Rounds over all files,
 * one after the other: medians and quartiles are of one run, whatever else the machine does. What a diagnosis
 * costs once, whatever its size, is taken off by files of two rows. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analysis/diagnosis/tally.h"
#include "sim/base/memory.h"
#include "sim/rows/isa.h"
#include "sim/rows/stream.h"
#include "tests/bench/ledger.h"

enum { BETAS = 65, FILES = 6, FEW = 2, NAME = 128, PAIRS = 2, QUERIES = 256 };
static const size_t length[FILES] = {512, 2048, 8192, (1 << 14) - 1, 1 << 14, 1 << 16},
                    whole_rows[FILES] = {8192, 4096, 2048, 1024, 1024, 256};
static const size_t width[PAIRS] = {64, 128}, keys[PAIRS] = {2048, 1 << 16};

static double cpu_time(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- files ---- */

static void gaussian(size_t count, uint64_t number, float *out) {
    enum { PIECE = 4096 };
    static double u[PIECE], a[PIECE / 2], s[PIECE / 2], c[PIECE / 2];
    const struct isa *isa = isa_best();
    struct stream stream = stream_make(1, "bench", 1, true, number);
    for (size_t done = 0; done < count; done += PIECE) {
        isa->kernel->uniforms(stream.key, STREAM_SCORES, done / 4, PIECE / 4, u);
        isa->vector->log(PIECE / 2, u, a);
        isa->vector->sincos_turn(PIECE / 2, u + PIECE / 2, s, c);
        for (size_t i = 0; i < PIECE / 2 && done + i < count; i++) {
            out[done + i] = (float)(3 * sqrt(-2 * a[i]) * c[i]);
        }
        for (size_t i = 0; i < PIECE / 2 && done + PIECE / 2 + i < count; i++) {
            out[done + PIECE / 2 + i] = (float)(3 * sqrt(-2 * a[i]) * s[i]);
        }
    }
}

static void write_npy(const char *path, size_t count, size_t columns) {
    char header[128];
    float *value = memory_create(count * columns, sizeof *value);
    FILE *file = fopen(path, "wb");
    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\x01\x00\x76\x00", 10);
    int end = sprintf(header + 10, "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }", count,
                      columns);
    header[10 + end] = ' ';
    header[sizeof header - 1] = '\n';
    gaussian(count * columns, count, value);
    if (!file || fwrite(header, sizeof header, 1, file) != 1 ||
        fwrite(value, sizeof *value, count * columns, file) != count * columns || fclose(file) != 0) {
        abort();
    }
    free(value);
}

/* ---- what is timed ---- */

static double read_all(struct scores *scores) {
    struct scores_batch batch;
    double start = cpu_time();
    scores_rewind(scores);
    while (scores_next(scores, 1, &batch) == SCORES_MORE) {}
    return cpu_time() - start;
}

struct cost {
    double read, whole;
};

static struct cost cost_of(const char *path) {
    const struct scores_request request = {
        .file_count = 1, .file = &path, .scale = NAN, .trained = NAN, .sight = SCORES_FULL};
    double beta[BETAS], start;
    char text[64];
    struct scores *scores = scores_open(&request);
    struct survey survey;
    struct diagnosis diagnosis;
    if (!scores) { abort(); }
    snprintf(text, sizeof text, "diagnose: []\nn: [%g]\nbeta: [", scores_facts(scores)->length[0]);
    char *options = memory_create(sizeof text + 32 * BETAS, 1), *end = options + sprintf(options, "%s", text);
    for (size_t b = 0; b < BETAS; b++) {
        beta[b] = exp2(-4 + (double)b / 8);
        end += sprintf(end, "%s%.17g", b > 0 ? ", " : "", beta[b]);
    }
    strcpy(end, "]\n");
    struct cost cost = {.read = read_all(scores)};
    start = cpu_time();
    if (!survey_make(scores, 1, &survey)) { abort(); }
    diagnosis_make(&survey, &diagnosis);
    struct results *results =
        tally_make(scores, &(struct tally_request){BETAS, beta, options, 1}, &diagnosis);
    cost.whole = cpu_time() - start;
    results_free(results);
    diagnosis_release(&diagnosis);
    survey_release(&survey);
    scores_close(scores);
    free(options);
    return cost;
}

/* Seconds of NumPy for a score; NaN where there is none. */
static double numpy_cost(const char *path) {
    char command[2 * NAME + 256];
    double seconds = NAN;
    const char *python = getenv("GAPSCALE_BENCH_PYTHON");
    snprintf(command, sizeof command,
             "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MALLOC_MMAP_THRESHOLD_=1073741824 "
             "MALLOC_TRIM_THRESHOLD_=1073741824 %s tests/bench/diagnosis.py %s 2>/dev/null",
             python ? python : "python3", path);
    FILE *pipe = popen(command, "r");
    if (!pipe) { return NAN; }
    if (fscanf(pipe, "%lf", &seconds) != 1) { seconds = NAN; }
    pclose(pipe);
    return seconds;
}

/* ---- multiply-adds ---- */

#ifdef __x86_64__
/* q: another number each time, for all the compiler knows. */
#define MULTIPLY_ADD(sum)                                                                                    \
    __asm__ volatile("" : "+v"(q));                                                                          \
    sum += q * q;
#define PEAK(name, isa, vector_width)                                                                        \
    typedef double name##_vector __attribute__((vector_size(vector_width)));                                 \
    __attribute__((target(isa), noinline)) static double name(void) {                                        \
        enum { STEPS = 1000000, CHAINS = 8 };                                                                \
        name##_vector a = {0}, b = a, c = a, d = a, e = a, f = a, g = a, h = a, q = {1.1};                   \
        double start = cpu_time();                                                                           \
        for (int i = 0; i < STEPS; i++) {                                                                    \
            MULTIPLY_ADD(a)                                                                                  \
            MULTIPLY_ADD(b)                                                                                  \
            MULTIPLY_ADD(c) MULTIPLY_ADD(d) MULTIPLY_ADD(e) MULTIPLY_ADD(f) MULTIPLY_ADD(g) MULTIPLY_ADD(h)  \
        }                                                                                                    \
        q = a + b + c + d + e + f + g + h;                                                                   \
        __asm__ volatile("" : "+v"(q));                                                                      \
        return (cpu_time() - start) / ((double)STEPS * CHAINS * vector_width / sizeof(double));              \
    }
PEAK(peak_avx512, "avx512f", 64)
PEAK(peak_avx2, "avx2", 32)
PEAK(peak_base, "sse2", 16)

/* Seconds of a multiplication and an addition, of independent ones. */
static double peak(void) {
    const char *name = isa_best()->name;
    return strcmp(name, "avx512") == 0 ? peak_avx512()
           : strcmp(name, "avx2") == 0 ? peak_avx2()
                                       : peak_base();
}
#else
static double peak(void) { return NAN; }
#endif

/* Seconds a multiply-add, from queries and keys to scores. */
static double product_cost(const char *queries, const char *key_file, size_t p) {
    const struct scores_request request = {
        .queries = queries, .keys = key_file, .scale = NAN, .trained = NAN, .sight = SCORES_FULL};
    struct scores *scores = scores_open(&request);
    if (!scores) { abort(); }
    read_all(scores); /* keys are loaded once */
    double seconds = read_all(scores) / ((double)QUERIES * (double)keys[p] * (double)width[p]);
    scores_close(scores);
    return seconds;
}

/* ---- all of it ---- */

struct files {
    char folder[32], large[FILES][NAME], small[FILES][NAME], queries[PAIRS][NAME], keys[PAIRS][NAME];
    size_t rows[FILES];
};

/* `less`: by so much fewer rows. */
static void make_files(struct files *f, size_t less) {
    strcpy(f->folder, "/tmp/gapscale-bench-XXXXXX");
    if (!mkdtemp(f->folder)) { abort(); }
    for (size_t i = 0; i < FILES; i++) {
        snprintf(f->large[i], NAME, "%s/%zu.npy", f->folder, length[i]);
        snprintf(f->small[i], NAME, "%s/%zu-few.npy", f->folder, length[i]);
        f->rows[i] = whole_rows[i] / less + FEW;
        write_npy(f->large[i], f->rows[i], length[i]);
        write_npy(f->small[i], FEW, length[i]);
    }
    for (size_t p = 0; p < PAIRS; p++) {
        snprintf(f->queries[p], NAME, "%s/queries-%zu.npy", f->folder, p);
        snprintf(f->keys[p], NAME, "%s/keys-%zu.npy", f->folder, p);
        write_npy(f->queries[p], QUERIES, width[p]);
        write_npy(f->keys[p], keys[p], width[p]);
    }
}

static void remove_files(const struct files *f) {
    for (size_t i = 0; i < FILES; i++) {
        unlink(f->large[i]);
        unlink(f->small[i]);
    }
    for (size_t p = 0; p < PAIRS; p++) {
        unlink(f->queries[p]);
        unlink(f->keys[p]);
    }
    rmdir(f->folder);
}

/* Seconds a byte of a file that is in memory already, read into a buffer and left alone. */
static double plain_reading(const char *path) {
    enum { PIECE = 1 << 20 };
    static char piece[PIECE];
    double start = cpu_time(), bytes = 0;
    int file = open(path, O_RDONLY);
    for (ssize_t got; file >= 0 && (got = read(file, piece, PIECE)) > 0;) { bytes += (double)got; }
    if (file >= 0) { close(file); }
    return (cpu_time() - start) / bytes;
}

enum { BYTES, READ, TO_BYTES, BEYOND, BEYOND_ROW, WHOLE, NUMPY, TO_NUMPY, COLUMNS };
static const struct ledger_column column[COLUMNS] = {
    {"bytes alone", "ns/score"}, {"reading", "ns/score"}, {"reading/bytes", "1"}, {"beyond", "ns/score"},
    {"beyond", "us/row"},        {"whole", "ns/score"},   {"NumPy", "ns/score"},  {"NumPy/whole", "1"}};

static void file_round(const struct files *f, size_t i, size_t round, struct ledger *ledger) {
    const struct cost few = cost_of(f->small[i]), all = cost_of(f->large[i]);
    const double scores = (double)(f->rows[i] - FEW) * (double)length[i],
                 read = (all.read - few.read) / scores, whole = (all.whole - few.whole) / scores,
                 beyond = whole - 2 * read;
    ledger_put(ledger, i, BYTES, round, 1e9 * sizeof(float) * plain_reading(f->large[i]));
    ledger_put(ledger, i, READ, round, 1e9 * read);
    ledger_put(ledger, i, BEYOND, round, 1e9 * beyond);
    ledger_put(ledger, i, BEYOND_ROW, round, 1e6 * beyond * (double)length[i]);
    ledger_put(ledger, i, WHOLE, round, 1e9 * whole);
    ledger_put(ledger, i, NUMPY, round, 1e9 * numpy_cost(f->large[i]));
}

enum { PRODUCT, PEAK_COLUMN, TO_PEAK, PRODUCT_COLUMNS };
static const struct ledger_column product_column[PRODUCT_COLUMNS] = {
    {"multiply-add", "ns"}, {"at the peak", "ns"}, {"to peak", "1"}};

int main(int argc, char **argv) {
    const struct ledger_options options = ledger_options(argc, argv, 5);
    static struct files files;
    char title[128];
    snprintf(
        title, sizeof title,
        "measured scores in float32 (%s), %d betas, all measures, two readings: CPU time, median [quartiles]",
        isa_best()->name, BETAS);
    struct ledger *ledger = ledger_create("measured", title, COLUMNS, column, options.rounds),
                  *product =
                      ledger_create("products", "queries and keys to scores: CPU time, median [quartiles]",
                                    PRODUCT_COLUMNS, product_column, options.rounds);
    make_files(&files, options.quick ? 64 : 1);
    for (size_t i = 0; i < FILES; i++) { ledger_row(ledger, "%zu rows of %zu", files.rows[i], length[i]); }
    for (size_t p = 0; p < PAIRS; p++) { ledger_row(product, "%zu keys of %zu", keys[p], width[p]); }
    for (size_t r = 0; r < options.rounds; r++) {
        for (size_t i = 0; i < FILES; i++) { file_round(&files, i, r, ledger); }
        for (size_t p = 0; p < PAIRS; p++) {
            ledger_put(product, p, PRODUCT, r, 1e9 * product_cost(files.queries[p], files.keys[p], p));
            ledger_put(product, p, PEAK_COLUMN, r, 1e9 * peak());
        }
    }
    remove_files(&files);
    for (size_t i = 0; i < FILES; i++) {
        ledger_divide(ledger, i, TO_BYTES, 1, READ, BYTES);
        ledger_divide(ledger, i, TO_NUMPY, 1, NUMPY, WHOLE);
    }
    for (size_t p = 0; p < PAIRS; p++) { ledger_divide(product, p, TO_PEAK, 1, PRODUCT, PEAK_COLUMN); }
    ledger_print(ledger, &options);
    ledger_print(product, &options);
    ledger_free(ledger);
    ledger_free(product);
    return 0;
}
