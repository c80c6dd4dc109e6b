/* make bench PROGRAM [MPI_PROGRAM], whole sweeps from a config to a file: how they scale over threads and
 * ranks, with n, replicates and betas; the peak of memory, which must not grow with n or replicates; and the
 * main job. Wall and CPU time and peak memory of processes; cases take turns. */
#include <fcntl.h>
#include <math.h>
#include <omp.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/ledger.h"

enum { WORDS = 24, SETTINGS = 4 };

struct result {
    double wall, cpu, memory; /* seconds; MB at the peak, of the largest process */
};

/* One after the other, to its end; the program ends where it fails. */
static struct result result_of(const char *const *words) {
    posix_spawn_file_actions_t quiet;
    struct rusage before, after;
    pid_t process;
    int status;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    getrusage(RUSAGE_CHILDREN, &before);
    const double start = omp_get_wtime();
    if (posix_spawnp(&process, words[0], &quiet, NULL, (char *const *)(size_t)words, environ) != 0) {
        fprintf(stderr, "cannot start %s\n", words[0]);
        exit(1);
    }
    if (wait4(process, &status, 0, &after) != process || status != 0) {
        fprintf(stderr, "%s failed\n", words[0]);
        exit(1);
    }
    const double wall = omp_get_wtime() - start;
    posix_spawn_file_actions_destroy(&quiet);
    return (struct result){wall,
                           (double)(after.ru_utime.tv_sec + after.ru_stime.tv_sec) +
                               1e-6 * (double)(after.ru_utime.tv_usec + after.ru_stime.tv_usec),
                           (double)after.ru_maxrss / 1024};
}

struct sweep {
    const char *label, *like;            /* whose figures its ratios are to */
    double work;                         /* rows, beside those of the base */
    const char *threads, *set[SETTINGS]; /* PATH=VALUE */
    bool ranks;
};

/* Rows that cost about the same, of one family, counted; those with `drawn` every score. */
static const struct sweep sweep[] = {
    {"base: 1 thread", "base: 1 thread", 1, "1", {0}, false},
    {"2 threads", "base: 1 thread", 1, "2", {0}, false},
    {"2 ranks", "base: 1 thread", 1, "1", {0}, true},
    {"replicates x 4", "base: 1 thread", 4, "1", {"replicates=163840"}, false},
    {"n = e^100000", "base: 1 thread", 1, "1", {"n=[e^100000]"}, false},
    {"33 betas", "base: 1 thread", 1, "1", {"beta.points=33"}, false},
    {"129 betas", "base: 1 thread", 1, "1", {"beta.points=129"}, false},
    {"drawn 2^16", "drawn 2^16", 1, "1", {"rows=drawn", "replicates=256"}, false},
    {"drawn 2^22", "drawn 2^16", 4, "1", {"rows=drawn", "replicates=16", "n=[2^22]"}, false},
    {"drawn 2^16, x 8", "drawn 2^16", 8, "1", {"rows=drawn", "replicates=2048"}, false},
};
enum { SWEEPS = sizeof sweep / sizeof *sweep };

static const char config_text[] =
    "replicates: 40960\nkeep_replicates: 256\nn: [2^16]\nseries: [{family: gaussian}]\n";

struct place {
    char folder[32], config[64], file[64];
    const char *program, *mpi;
};

static void place_make(struct place *p) {
    strcpy(p->folder, "/tmp/gapscale-bench-XXXXXX");
    if (!mkdtemp(p->folder)) { abort(); }
    snprintf(p->config, sizeof p->config, "%s/sweep.yaml", p->folder);
    snprintf(p->file, sizeof p->file, "%s/sweep.h5", p->folder);
    FILE *config = fopen(p->config, "w");
    if (!config || fputs(config_text, config) < 0 || fclose(config) != 0) { abort(); }
}

static void place_clear(const struct place *p) {
    char units[96];
    snprintf(units, sizeof units, "%s.units", p->file);
    unlink(p->file);
    unlink(units);
}

static void place_remove(const struct place *p) {
    place_clear(p);
    unlink(p->config);
    rmdir(p->folder);
}

static struct result run(const struct place *p, const struct sweep *s, const char *config, bool quick) {
    const char *words[WORDS] = {"mpirun", "-n", "2"};
    size_t count = s->ranks ? 3 : 0;
    words[count++] = s->ranks ? p->mpi : p->program;
    const char *const line[] = {"run", config, "-o", p->file, "--quiet", "--threads", s->threads};
    for (size_t i = 0; i < sizeof line / sizeof *line; i++) { words[count++] = line[i]; }
    for (size_t i = 0; i < SETTINGS && s->set[i]; i++) {
        words[count++] = "--set";
        words[count++] = s->set[i];
    }
    if (quick) {
        words[count++] = "--set";
        words[count++] = "replicates=2";
    }
    place_clear(p);
    return result_of(words);
}

/* ---- scaling and memory ---- */

enum { WALL, CPU, MEMORY, TO_WALL, TO_CPU, TO_MEMORY, COLUMNS };
static const struct ledger_column column[COLUMNS] = {{"wall", "s"},         {"CPU", "s"},
                                                     {"peak memory", "MB"}, {"speed, a row", "1"},
                                                     {"CPU, a row", "1"},   {"memory", "1"}};

static void ratios(struct ledger *ledger, size_t i, size_t rounds) {
    const size_t row = ledger_row(ledger, "%s", sweep[i].label),
                 base = ledger_row(ledger, "%s", sweep[i].like);
    for (size_t r = 0; r < rounds; r++) {
        ledger_put(ledger, row, TO_WALL, r,
                   sweep[i].work * ledger_get(ledger, base, WALL, r) / ledger_get(ledger, row, WALL, r));
        ledger_put(ledger, row, TO_CPU, r,
                   ledger_get(ledger, row, CPU, r) / ledger_get(ledger, base, CPU, r) / sweep[i].work);
        ledger_put(ledger, row, TO_MEMORY, r,
                   ledger_get(ledger, row, MEMORY, r) / ledger_get(ledger, base, MEMORY, r));
    }
}

static void bench_scaling(const struct place *place, const struct ledger_options *options) {
    struct ledger *ledger = ledger_create("sweep",
                                          "gaussian rows at n = 2^16, config to file; ratios to the first "
                                          "row, of drawn rows to the first of theirs: median [quartiles]",
                                          COLUMNS, column, options->rounds);
    const size_t sweeps = options->quick ? 3 : SWEEPS;
    for (size_t r = 0; r < options->rounds; r++) {
        for (size_t i = 0; i < sweeps; i++) {
            const size_t row = ledger_row(ledger, "%s", sweep[i].label);
            if (sweep[i].ranks && !place->mpi) { continue; }
            const struct result result = run(place, &sweep[i], place->config, options->quick);
            ledger_put(ledger, row, WALL, r, result.wall);
            ledger_put(ledger, row, CPU, r, result.cpu);
            ledger_put(ledger, row, MEMORY, r, result.memory);
        }
    }
    for (size_t i = 0; i < sweeps; i++) { ratios(ledger, i, options->rounds); }
    ledger_print(ledger, options);
    ledger_free(ledger);
}

/* ---- the main job ---- */

static void bench_main_job(const struct place *place, const struct ledger_options *options) {
    enum { JOB_WALL, JOB_CPU, JOB_MEMORY, CORES, JOB_COLUMNS };
    static const struct ledger_column job[JOB_COLUMNS] = {
        {"wall", "s"}, {"CPU", "s"}, {"peak memory", "MB"}, {"CPU/wall", "1"}};
    static const char configs[][32] = {"configs/reproduce.yaml", "configs/sphere-regimes.yaml"};
    char threads[16];
    snprintf(threads, sizeof threads, "%d", omp_get_num_procs());
    struct ledger *ledger =
        ledger_create("main-job", "the main job's sweeps, config to file, on all cores", JOB_COLUMNS, job, 1);
    for (size_t i = 0; i < 2; i++) {
        const size_t row = ledger_row(ledger, "%s", configs[i]);
        const struct result r = run(place, &(struct sweep){.threads = threads}, configs[i], options->quick);
        ledger_put(ledger, row, JOB_WALL, 0, r.wall);
        ledger_put(ledger, row, JOB_CPU, 0, r.cpu);
        ledger_put(ledger, row, JOB_MEMORY, 0, r.memory);
        ledger_divide(ledger, row, CORES, 1, JOB_CPU, JOB_WALL);
    }
    ledger_print(ledger, options);
    ledger_free(ledger);
}

/* The programs come first. */
int main(int argc, char **argv) {
    int options_at = 1;
    struct place place = {.program = argc > 1 ? argv[1] : "build/gapscale"};
    if (argc > 1) { options_at++; }
    if (argc > 2 && argv[2][0] != '-') {
        place.mpi = argv[2];
        options_at++;
    }
    const struct ledger_options options = ledger_options(argc - options_at + 1, argv + options_at - 1, 3);
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    setenv("OMPI_MCA_hwloc_base_binding_policy", "none", 1);
    place_make(&place);
    bench_scaling(&place, &options);
    if (!options.quick) { bench_main_job(&place, &options); }
    place_remove(&place);
    return 0;
}
