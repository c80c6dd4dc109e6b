/* `gapscale run` and `gapscale check`: from a config to a results file. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/commands/command.h"
#include "sim/config/config_read.h"
#include "sim/config/difference.h"
#include "sim/journal/journal.h"
#include "sim/journal/lock.h"
#include "sim/journal/publish.h"
#include "sim/rows/isa.h"
#include "sim/sweep/ranks.h"
#include "sim/sweep/stop.h"
#include "sim/sweep/sweep.h"

enum { MAX_THREADS = 4096, MAX_SHARDS = 1000000 };

static const char run_usage[] =
    "usage: gapscale run CONFIG [-o FILE] [--fresh] [--force] [--threads K] [--shard I/N] [--time-limit D]\n"
    "                    [--set PATH=VALUE]... [--isa base|avx2|avx512] [--quiet]\n"
    "\n"
    "Runs the sweep that CONFIG asks for and writes FILE (default results/<config stem>.h5). What is "
    "finished\n"
    "waits in FILE.journal/ until then: the same command again goes on where a run was stopped or killed.\n"
    "\n"
    "  -o, --output FILE     where the results go; a finished FILE of the same config is left alone\n"
    "      --fresh           discard the journal of an earlier run (never a finished FILE)\n"
    "      --force           replace a FILE of another config, or one that is finished\n"
    "      --threads K       OpenMP threads (default: one per processor); the numbers do not depend on it\n"
    "      --shard I/N       only the I-th of N parts, I = 0 to N-1, into FILE.shard-I-of-N.journal/;\n"
    "                        `gapscale merge` makes FILE of all of them\n"
    "      --time-limit D    stop in good order before that time is over: 30s, 10m, 2h or H:MM:SS\n"
    "                        (also before the end of a Slurm job that tells SLURM_JOB_END_TIME)\n"
    "      --set PATH=VALUE  change one key, e.g. --set replicates=100 or --set series.NAME.scale.coef=2\n"
    "      --isa NAME        instruction set of the kernels (default: the best here); same numbers\n"
    "      --quiet           no progress on stderr\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 bad usage or input, 75 stopped early (SIGTERM, SIGINT, SIGUSR1, time\n"
    "limit): the same command goes on.\n";

static const char check_usage[] =
    "usage: gapscale check CONFIG [--threads K] [--set PATH=VALUE]...\n"
    "\n"
    "Reads CONFIG, reports every error in it, and tells what a run would cost.\n";

struct run_options {
    const char *config, *output, *isa;
    bool force, fresh, quiet, help;
    int threads;
    int shard, shards; /* 0 of 1: all of it */
    double time_limit; /* seconds; INFINITY: none */
    size_t set_count;
    const char *set[JOURNAL_SET];
};

/* A whole number from 1 to `most`, or 0. */
static int parse_count(const char *text, int most) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    return errno || end == text || *end || value < 1 || value > most ? 0 : (int)value;
}

/* "I/N" with 0 <= I < N. */
static bool parse_shard(const char *text, struct run_options *o) {
    int end = 0;
    if (strspn(text, "0123456789/") == strlen(text) &&
        sscanf(text, "%7d/%7d%n", &o->shard, &o->shards, &end) == 2 && !text[end] && o->shards >= 1 &&
        o->shards <= MAX_SHARDS && o->shard < o->shards) {
        return true;
    }
    message_error("--shard takes I/N with I from 0 to N-1, e.g. 0/4, not '%s'", text);
    return false;
}

static bool run_option(struct run_options *o, int option) {
    switch (option) {
    case 'F': o->fresh = true; return true;
    case 'S': return parse_shard(optarg, o);
    case 'T':
        if (stop_parse(optarg, &o->time_limit)) { return true; }
        message_error("--time-limit takes 30s, 10m, 2h or H:MM:SS, not '%s'", optarg);
        return false;
    case 'o': o->output = optarg; return true;
    case 'f': o->force = true; return true;
    case 'q': o->quiet = true; return true;
    case 'h': o->help = true; return true;
    case 'i': o->isa = optarg; return true;
    case 't':
        o->threads = parse_count(optarg, MAX_THREADS);
        if (o->threads == 0) {
            message_error("--threads takes a whole number from 1 to %d, not '%s'", MAX_THREADS, optarg);
        }
        return o->threads > 0;
    case 's':
        if (o->set_count == JOURNAL_SET) { message_error("at most %d --set options", JOURNAL_SET); }
        if (o->set_count < JOURNAL_SET) { o->set[o->set_count++] = optarg; }
        return o->set_count < JOURNAL_SET;
    default: return false;
    }
}

/* Reads the command line; false after a message when it makes no sense. */
static bool run_parse(int argc, char **argv, const struct option *known, const char *letters,
                      const char *usage, struct run_options *o) {
    *o = (struct run_options){.threads = ranks_threads(), .shards = 1, .time_limit = INFINITY};
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, letters, known, NULL)) != -1) {
        if (!run_option(o, option)) {
            fprintf(stderr, "%s", usage);
            return false;
        }
    }
    if (o->help) { return true; }
    if (optind + 1 != argc) {
        message_error(optind == argc ? "no CONFIG given" : "one CONFIG at a time, found a second: '%s'",
                      argv[argc - 1]);
        fprintf(stderr, "%s", usage);
        return false;
    }
    o->config = argv[optind];
    return true;
}

/* results/<stem>.h5, the stem being the config's name without directory and extension. */
static void default_output(const char *config, char *path, size_t size) {
    const char *slash = strrchr(config, '/'), *name = slash ? slash + 1 : config, *dot = strrchr(name, '.');
    int length = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    snprintf(path, size, "results/%.*s.h5", length, name);
}

/* ---- one run ---- */

struct run {
    const struct run_options *o;
    const struct config *config;
    const struct isa *isa;
    const char *output, *command_line;
    struct publish_place place;   /* of the output */
    char directory[JOURNAL_PATH]; /* of the journal */
    struct lock lock;
    atomic_bool locked;
    struct journal *_Atomic journal;
    struct results *results;
    struct unit_plan plan;
    size_t *todo, todo_count, ours; /* units to compute; all units of this shard */
    double cost_before;
    struct stop *stop;
};

/* What the watching thread does, from the first moment on. */
static bool run_beat(void *context) {
    struct run *run = context;
    struct journal *journal = run->journal;
    return (!run->locked || lock_beat(&run->lock)) && (!journal || journal_tend(journal));
}

static void say_resumable(const struct run *run) {
    message_say("stopped: what is finished is in %s; the same command goes on with it", run->directory);
}

/* Ends by force: the row at hand takes too long to wait for. */
static void run_save(void *context) {
    struct run *run = context;
    if (run->journal) { journal_flush(run->journal); }
    if (run->locked) { lock_release(&run->lock); }
    say_resumable(run);
}

static bool run_name_journal(struct run *run) {
    const struct run_options *o = run->o;
    char shard[64] = "";
    if (o->shards > 1) { snprintf(shard, sizeof shard, ".shard-%d-of-%d", o->shard, o->shards); }
    return snprintf(run->directory, sizeof run->directory, "%s%s.journal", run->output, shard) <
           (int)sizeof run->directory - 32;
}

static bool run_make_directory(const struct run *run) {
    if (mkdir(run->directory, 0777) == 0 || errno == EEXIST) { return true; }
    message_error("cannot make the directory %s: %s", run->directory, strerror(errno));
    return false;
}

static int run_check_journal(struct run *run) {
    struct difference *list;
    size_t count =
        difference_list(run->config->resolved, journal_header(run->journal)->config_resolved, &list);
    if (count > 0) {
        message_error("%s is the journal of another config; it differs in:", run->directory);
        difference_report(count, list);
        message_say("choose another -o FILE, or discard it with --fresh");
    }
    free(list);
    return count == 0 && journal_is_ours(run->journal) ? EXIT_DONE : EXIT_USAGE;
}

static struct journal *run_create_journal(const struct run *run) {
    const struct run_options *o = run->o;
    struct journal_header header = {.config_path = (char *)o->config,
                                    .output = (char *)run->output,
                                    .config_text = run->config->text,
                                    .config_resolved = run->config->resolved,
                                    .shard = (size_t)o->shard,
                                    .shards = (size_t)o->shards,
                                    .set_count = o->set_count};
    for (size_t i = 0; i < o->set_count; i++) { header.set[i] = (char *)o->set[i]; }
    return journal_create(run->directory, &header);
}

/* A journal of this run, old or new, locked. */
static int run_open_journal(struct run *run) {
    if (run->o->fresh && !journal_clear(run->directory)) { return EXIT_FAILED; }
    bool old = journal_exists(run->directory);
    run->journal = old ? journal_open(run->directory) : run_create_journal(run);
    if (!run->journal) { return EXIT_FAILED; }
    return old ? run_check_journal(run) : EXIT_DONE;
}

static void run_list_work(struct run *run) {
    run->todo = memory_create(unit_plan_size(&run->plan), sizeof *run->todo);
    for (size_t i = 0; i < unit_plan_size(&run->plan); i++) {
        if (unit_shard(i, (size_t)run->o->shards) != (size_t)run->o->shard) { continue; }
        struct unit unit = unit_get(&run->plan, i);
        run->ours++;
        if (journal_has(run->journal, i)) {
            run->cost_before += unit_cost(&unit);
        } else {
            run->todo[run->todo_count++] = i;
        }
    }
}

static double run_seconds(const struct run_options *o) {
    double margin = fmin(2, o->time_limit / 10);
    return fmin(isfinite(o->time_limit) ? o->time_limit - margin : INFINITY, stop_scheduled());
}

/* A unit that no run finishes in its time would be begun for ever. */
static void run_warn_of_long_units(const struct run *run) {
    double longest = 0, seconds = run_seconds(run->o);
    for (size_t i = 0; i < run->todo_count; i++) {
        struct unit unit = unit_get(&run->plan, run->todo[i]);
        longest = fmax(longest, 1e-9 * unit_cost(&unit) / run->o->threads);
    }
    if (longest > seconds) {
        message_say(
            "the longest unit may take about %.0f s with these threads, and there are %.0f s: if it is "
            "never finished, allow more time, more threads, or fewer replicates",
            longest, seconds);
    }
}

static int run_compute(struct run *run) {
    if (run->place.grows && !journal_import(run->journal, &run->plan, run->place.archive)) {
        return EXIT_FAILED;
    }
    if (!journal_scan(run->journal, &run->plan, true)) { return EXIT_FAILED; }
    run_list_work(run);
    if (journal_damaged(run->journal) > 0) {
        message_say("%zu damaged record%s: computed again", journal_damaged(run->journal),
                    journal_damaged(run->journal) == 1 ? "" : "s");
    }
    if (run->place.grows && !run->o->quiet) { message_say("growing %s", run->output); }
    if (run->cost_before > 0 && !run->o->quiet) {
        message_say("going on: %zu of %zu units were finished before", run->ours - run->todo_count,
                    run->ours);
    }
    run_warn_of_long_units(run);
    int status = ranks_lead(&(struct sweep_work){.plan = &run->plan,
                                                 .isa = run->isa,
                                                 .threads = run->o->threads,
                                                 .quiet = run->o->quiet,
                                                 .unit_count = run->todo_count,
                                                 .unit = run->todo,
                                                 .cost_before = run->cost_before,
                                                 .stop = run->stop,
                                                 .accept = journal_accept,
                                                 .context = run->journal});
    return journal_flush(run->journal) ? status : EXIT_FAILED;
}

static bool run_has(const void *journal, size_t unit) { return journal_has(journal, unit); }

static int run_publish(struct run *run) {
    int status = publish_results(&(struct publish){.plan = &run->plan,
                                                   .source = journal_record,
                                                   .has = run_has,
                                                   .context = run->journal,
                                                   .output = run->output,
                                                   .command_line = run->command_line,
                                                   .threads = run->o->threads,
                                                   .quiet = run->o->quiet,
                                                   .stop = run->stop});
    if (status == EXIT_DONE) {
        journal_clear(run->directory);
    } else {
        journal_flush(run->journal);
    }
    return status;
}

static void say_shard_done(const struct run *run) {
    if (run->o->quiet) { return; }
    message_say(
        "shard %d of %d is done: %zu units in %s; when all are: gapscale merge %s.shard-*.journal -o %s",
        run->o->shard, run->o->shards, run->ours, run->directory, run->output, run->output);
}

static int run_work(struct run *run) {
    run->results = results_create(run->config, run->isa->name);
    unit_plan_create(&run->plan, run->config, run->results);
    int status = run_compute(run);
    if (status == EXIT_DONE && run->o->shards > 1) {
        say_shard_done(run);
    } else if (status == EXIT_DONE) {
        status = run_publish(run);
    }
    if (status == EXIT_RESUMABLE) { say_resumable(run); }
    unit_plan_release(&run->plan);
    results_free(run->results);
    free(run->todo);
    return status;
}

static int run_locked(struct run *run) {
    int status = run_open_journal(run);
    if (status == EXIT_DONE) {
        if (run->o->shards == 1) { publish_clear(run->output); }
        status = run_work(run);
    }
    return status;
}

static int run_watched(struct run *run) {
    if (!lock_take(&run->lock, run->directory)) {
        rmdir(run->directory); /* if it is empty */
        return EXIT_FAILED;
    }
    run->locked = true;
    return run_locked(run);
}

static void run_release(struct run *run) {
    if (run->journal) { journal_close(run->journal); }
    if (!run->locked) { return; }
    lock_release(&run->lock);
    if (!journal_exists(run->directory)) { journal_remove_directory(run->directory); }
}

static int run_config(struct run *run) {
    if (!run_name_journal(run)) {
        message_error("%.60s...: the name is too long", run->output);
        return EXIT_FAILED;
    }
    if (!outfile_prepare(run->output, !run->o->output) || !run_make_directory(run)) { return EXIT_FAILED; }
    run->stop = stop_start(&(struct stop_plan){run_seconds(run->o), run_beat, run_save, run});
    if (!run->stop) { return EXIT_FAILED; }
    int status = run_watched(run);
    stop_end(run->stop);
    run_release(run);
    return status;
}

static bool run_owns_journal(const struct run *run) {
    struct journal *journal = journal_open(run->directory);
    bool same = journal && strcmp(journal_header(journal)->config_resolved, run->config->resolved) == 0;
    if (journal) { journal_close(journal); }
    return same;
}

/* What a run left that was killed between publishing and having cleared up: a journal of this config, of
 * nobody, or what remains of it without its header. */
static void run_clear_finished(struct run *run) {
    char who[LOCK_TEXT];
    if (run_name_journal(run) && access(run->directory, F_OK) == 0 && !lock_holder(run->directory, who) &&
        (!journal_exists(run->directory) || run_owns_journal(run)) && lock_take(&run->lock, run->directory)) {
        publish_clear(run->output);
        journal_clear(run->directory);
        lock_release(&run->lock);
        journal_remove_directory(run->directory);
    }
}

int command_run(int argc, char **argv) {
    static const struct option known[] = {
        {"output", required_argument, NULL, 'o'},
        {"force", no_argument, NULL, 'f'},
        {"fresh", no_argument, NULL, 'F'},
        {"threads", required_argument, NULL, 't'},
        {"shard", required_argument, NULL, 'S'},
        {"time-limit", required_argument, NULL, 'T'},
        {"set", required_argument, NULL, 's'},
        {"isa", required_argument, NULL, 'i'},
        {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct run_options o;
    if (!run_parse(argc, argv, known, "o:h", run_usage, &o)) { return EXIT_USAGE; }
    if (o.help) { return fputs(run_usage, stdout) < 0 ? EXIT_FAILED : EXIT_DONE; }
    if (ranks_index() > 0) {
        return ranks_follow(&(struct ranks_task){o.config, o.set_count, o.set, o.threads, run_seconds(&o)});
    }
    const struct isa *isa = o.isa ? isa_find(o.isa) : isa_best();
    if (!isa) {
        message_error("--isa %s is not one this processor runs (base, avx2 or avx512)", o.isa);
        return EXIT_USAGE;
    }
    struct config *config = config_read(o.config, o.set_count, o.set);
    if (!config) { return EXIT_USAGE; }

    char path[JOURNAL_PATH];
    default_output(o.config, path, sizeof path);
    char *command_line = outfile_command_line(argc, argv);
    struct run run = {.o = &o,
                      .config = config,
                      .isa = isa,
                      .output = o.output ? o.output : path,
                      .command_line = command_line};
    int status = publish_check(run.output, config, o.force, &run.place);
    if (status == EXIT_DONE && run.place.finished) {
        run_clear_finished(&run);
    } else if (status == EXIT_DONE) {
        status = run_config(&run);
    }
    free(command_line);
    config_free(config);
    return status;
}

/* ---- check ---- */

static void print_duration(double seconds) {
    if (seconds < 120) {
        printf("%.3g s", seconds);
    } else if (seconds < 7200) {
        printf("%.3g min", seconds / 60);
    } else {
        printf("%.3g h", seconds / 3600);
    }
}

static void print_bytes(double bytes) {
    const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t u = 0;
    for (; bytes >= 1024 && u < 4; u++) { bytes /= 1024; }
    printf("%.3g %s", bytes, unit[u]);
}

static void print_cost(const struct config *config, int threads) {
    struct sweep_cost cost = sweep_estimate(config, isa_best(), threads);
    printf("%zu series, %zu cells (series x n), %.6g rows\n", config->series_count, cost.cells, cost.rows);
    printf("units   %zu, the longest about ", cost.units);
    print_duration(cost.longest_unit);
    printf(" on one core: what a kill may lose, for each thread\n");
    printf("time    about ");
    print_duration(cost.seconds / threads);
    printf(" with %d thread%s here (%.3g core-hours, %.3g node-hours of %d cores)\n", threads,
           threads == 1 ? "" : "s", cost.seconds / 3600, cost.seconds / 3600 / omp_get_num_procs(),
           omp_get_num_procs());
    printf("memory  about ");
    print_bytes(cost.memory);
    printf("\ndisk    about ");
    print_bytes(cost.disk);
    printf(" of results (FILE), ");
    print_bytes(cost.journal);
    printf(" of units to grow from (FILE.units), and as much of journal until both are written\n");
}

int command_check(int argc, char **argv) {
    static const struct option known[] = {
        {"threads", required_argument, NULL, 't'},
        {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct run_options o;
    if (!run_parse(argc, argv, known, "h", check_usage, &o)) { return EXIT_USAGE; }
    if (o.help) { return fputs(check_usage, stdout) < 0 ? EXIT_FAILED : EXIT_DONE; }
    struct config *config = config_read(o.config, o.set_count, o.set);
    if (!config) { return EXIT_USAGE; }
    printf("%s: good\n", o.config);
    print_cost(config, o.threads);
    config_free(config);
    return EXIT_DONE;
}
