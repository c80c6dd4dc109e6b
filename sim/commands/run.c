/* `gapscale run`: from a config to a results file, stage by stage; the list of stages stands at the end. */
#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/machine.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/commands/command.h"
#include "sim/commands/options.h"
#include "sim/config/config_read.h"
#include "sim/config/difference.h"
#include "sim/journal/journal.h"
#include "sim/journal/lock.h"
#include "sim/journal/publish.h"
#include "sim/results/destination.h"
#include "sim/rows/isa.h"
#include "sim/sweep/estimate.h"
#include "sim/sweep/ranks.h"
#include "sim/sweep/scorefile.h"
#include "sim/sweep/stop.h"
#include "sim/sweep/sweep.h"

static const char run_about[] = "Runs the sweep that CONFIG asks for and writes FILE. What is finished waits "
                                "in FILE.journal/ until then: "
                                "the same command again goes on where a run was stopped or killed.";
static const char run_notes[] =
    "Exit status: 0 done, 1 failed, 2 bad usage or input, 75 stopped early (SIGTERM, SIGINT, SIGUSR1, time "
    "limit): the same command goes on.";

/* Every stage fills in its lines. */
struct run {
    const struct options *o;
    const char *command_line;

    const struct isa *isa;
    struct config *config;

    const char *output;
    char default_output[JOURNAL_PATH], directory[JOURNAL_PATH]; /* the latter of the journal */
    struct publish_place place;
    bool over; /* the results are there already */

    struct stop_limit limit;
    struct stop *stop;

    struct lock lock;
    atomic_bool locked;

    struct journal *_Atomic journal;

    struct unit_plan plan;
    size_t *todo, todo_count, ours; /* units to compute; all units of this shard */
    double cost_before;
};

/* ---- config ---- */

static int read_config(struct run *run) {
    run->isa = run->o->isa ? isa_find(run->o->isa) : isa_best();
    if (!run->isa) {
        message_error("--isa %s is not one this processor runs (base, avx2 or avx512)", run->o->isa);
        return EXIT_USAGE;
    }
    run->config = config_read(run->o->config, run->o->set_count, run->o->set);
    return run->config ? EXIT_DONE : EXIT_USAGE;
}

static void free_config(struct run *run) { config_free(run->config); }

/* ---- place ---- */

/* results/<stem>.h5, the stem being the config's name without directory and extension. */
static void name_default_output(const char *config, char *path, size_t size) {
    const char *slash = strrchr(config, '/'), *name = slash ? slash + 1 : config, *dot = strrchr(name, '.');
    int length = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    snprintf(path, size, "results/%.*s.h5", length, name);
}

static bool name_journal(struct run *run) {
    const struct options *o = run->o;
    char shard[64] = "";
    if (o->shards > 1) { snprintf(shard, sizeof shard, ".shard-%d-of-%d", o->shard, o->shards); }
    return snprintf(run->directory, sizeof run->directory, "%s%s.journal", run->output, shard) <
           (int)sizeof run->directory - 32;
}

static bool owns_journal(const struct run *run) {
    struct journal *journal = journal_open(run->directory);
    bool same = journal && strcmp(journal_header(journal)->config_resolved, run->config->resolved) == 0;
    if (journal) { journal_close(journal); }
    return same;
}

/* What a run left that was killed between publishing and having cleared up: a journal of this config, of
 * nobody, or what remains of it without its header. */
static void clear_finished(struct run *run) {
    char who[LOCK_TEXT];
    if (name_journal(run) && access(run->directory, F_OK) == 0 && !lock_holder(run->directory, who) &&
        (!journal_exists(run->directory) || owns_journal(run)) && lock_take(&run->lock, run->directory)) {
        publish_clear(run->output);
        journal_clear(run->directory);
        lock_release(&run->lock);
        journal_remove_directory(run->directory);
    }
}

/* Where scores go, if they are asked for. */
static int check_scores(const struct run *run) {
    if (!run->o->scores) { return EXIT_DONE; }
    if (run->o->shards > 1) {
        message_error("--write-scores writes the rows of the whole run; give it without --shard");
        return EXIT_USAGE;
    }
    if (strcmp(run->o->scores, run->output) == 0) {
        message_error("--write-scores %s: the results go there; choose another FILE", run->output);
        return EXIT_USAGE;
    }
    return scorefile_check(run->o->scores, run->config);
}

/* When the results are there. */
static int write_scores(struct run *run) {
    if (!run->o->scores) { return EXIT_DONE; }
    run->place.finished = true;
    int status = scorefile_write(run->o->scores, run->config, run->isa, run->command_line, run->stop);
    if (status == EXIT_RESUMABLE) {
        message_say("stopped before %s was whole; the same command writes it anew", run->o->scores);
    }
    return status;
}

static int find_place(struct run *run) {
    name_default_output(run->o->config, run->default_output, sizeof run->default_output);
    run->output = run->o->output ? run->o->output : run->default_output;
    int status = destination_check(run->output, run->o->force ? DESTINATION_RESULTS : DESTINATION_ANY, 1,
                                   &run->o->config);
    if (status == EXIT_DONE) { status = check_scores(run); }
    if (status == EXIT_DONE) { status = publish_check(run->output, run->config, run->o->force, &run->place); }
    if (status != EXIT_DONE) { return status; }
    if (run->place.finished) {
        clear_finished(run);
        run->over = true;
        return write_scores(run);
    }
    if (!name_journal(run)) {
        message_error("%.60s...: the name is too long", run->output);
        return EXIT_FAILED;
    }
    return outfile_prepare(run->output, !run->o->output) ? EXIT_DONE : EXIT_FAILED;
}

/* ---- room ---- */

static const char fewer[] = "ask for fewer n, betas, replicates or kept ones (keep_replicates)";

static int check_memory(const struct run *run, const struct estimate *cost) {
    char need[MACHINE_TEXT], left[MACHINE_TEXT];
    double bytes = run->o->shards > 1 ? cost->working : cost->memory, free_bytes = machine_memory();
    if (bytes <= free_bytes) { return EXIT_DONE; }
    message_error("%s takes about %s of memory with %d thread%s, and %s are free: %s, or fewer --threads",
                  run->o->config, machine_bytes(bytes, need), run->o->threads,
                  run->o->threads == 1 ? "" : "s", machine_bytes(free_bytes, left), fewer);
    return EXIT_USAGE;
}

/* Results, units to grow from, and the journal beside them. What a run that goes on has written is not known.
 */
static int check_disk(const struct run *run, const struct estimate *cost) {
    char need[MACHINE_TEXT], left[MACHINE_TEXT];
    double bytes = run->o->shards > 1 ? cost->journal / run->o->shards : cost->disk + 2 * cost->journal,
           free_bytes = machine_disk(run->output);
    if (bytes <= free_bytes || run->o->force || journal_exists(run->directory)) { return EXIT_DONE; }
    message_error("%s takes about %s of disk, and %s are free where %s goes: %s, choose another -o FILE, or "
                  "try all the same with --force",
                  run->o->config, machine_bytes(bytes, need), machine_bytes(free_bytes, left), run->output,
                  fewer);
    return EXIT_USAGE;
}

/* A slip of the pen, mostly. */
static int check_time(const struct run *run, const struct estimate *cost) {
    const double most = 1e6, hours = cost->seconds / 3600 / run->o->shards;
    if (hours <= most || run->o->force) { return EXIT_DONE; }
    message_error("%s takes about %.1e core-hours: %s, or a part of it with --shard I/N; --force begins all "
                  "the same",
                  run->o->config, hours, fewer);
    return EXIT_USAGE;
}

static int find_room(struct run *run) {
    struct estimate cost = estimate_room(run->config, run->o->threads);
    int status = check_memory(run, &cost);
    if (status == EXIT_DONE) { status = check_disk(run, &cost); }
    return status == EXIT_DONE ? check_time(run, &cost) : status;
}

/* ---- watch ---- */

/* What the watching thread does, from the first moment on. */
static bool beat(void *context) {
    struct run *run = context;
    struct journal *journal = run->journal;
    return (!run->locked || lock_beat(&run->lock)) && (!journal || journal_tend(journal));
}

static void say_resumable(const struct run *run) {
    message_say("stopped: what is finished is in %s; the same command goes on with it", run->directory);
}

/* Before an end by force: the row at hand takes too long to wait for, or memory is out. */
static void save_by_force(void *context) {
    struct run *run = context;
    if (run->journal) { journal_flush(run->journal); }
    if (run->locked) { lock_release(&run->lock); }
    say_resumable(run);
}

static void save_without_memory(void *context) {
    struct run *run = context;
    if (run->locked) { save_by_force(run); }
    ranks_abort();
}

static int start_watch(struct run *run) {
    memory_save(save_without_memory, run);
    run->limit = stop_limit(run->o->time_limit);
    if (run->limit.stale) {
        message_say("SLURM_JOB_END_TIME=%s lies in the past: it is another job's, and not looked at",
                    getenv("SLURM_JOB_END_TIME"));
    }
    run->stop = stop_start(&(struct stop_plan){run->limit, beat, save_by_force, run});
    return run->stop ? EXIT_DONE : EXIT_FAILED;
}

/* Before anything is taken away that the watching thread or an end without memory looks at. */
static void end_watch(struct run *run) {
    memory_save(NULL, NULL);
    if (run->stop) { stop_end(run->stop); }
    run->stop = NULL;
}

/* ---- lock ---- */

static int take_lock(struct run *run) {
    if (mkdir(run->directory, 0777) != 0 && errno != EEXIST) {
        message_error("cannot make the directory %s: %s", run->directory, strerror(errno));
        return EXIT_FAILED;
    }
    run->locked = lock_take(&run->lock, run->directory);
    return run->locked ? EXIT_DONE : EXIT_FAILED;
}

static void release_lock(struct run *run) {
    end_watch(run);
    if (!run->locked) {
        rmdir(run->directory); /* if it is empty */
        return;
    }
    lock_release(&run->lock);
    if (!journal_exists(run->directory)) { journal_remove_directory(run->directory); }
}

/* ---- journal ---- */

static int check_journal(struct run *run) {
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

static struct journal *create_journal(const struct run *run) {
    const struct options *o = run->o;
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

/* One of this run, old or new. */
static int open_journal(struct run *run) {
    if (run->o->fresh && !journal_clear(run->directory)) { return EXIT_FAILED; }
    bool old = journal_exists(run->directory);
    run->journal = old ? journal_open(run->directory) : create_journal(run);
    if (!run->journal) { return EXIT_FAILED; }
    int status = old ? check_journal(run) : EXIT_DONE;
    if (status == EXIT_DONE && run->o->shards == 1) { publish_clear(run->output); }
    return status;
}

static void close_journal(struct run *run) {
    end_watch(run);
    if (run->journal) { journal_close(run->journal); }
}

/* ---- plan ---- */

static void list_units(struct run *run) {
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

/* A unit that no run finishes in its time would be begun for ever. */
static void warn_of_long_units(const struct run *run) {
    double longest = 0, seconds = run->limit.seconds;
    for (size_t i = 0; i < run->todo_count; i++) {
        struct unit unit = unit_get(&run->plan, run->todo[i]);
        longest = fmax(longest, 1e-9 * unit_cost(&unit) / run->o->threads);
    }
    if (longest > seconds) {
        message_say(
            "the longest unit may take about %.0f s with these threads, and %s leaves %.0f s: if it is "
            "never finished, allow more time, more threads, or fewer replicates",
            longest, run->limit.who, seconds);
    }
}

static void say_plan(const struct run *run) {
    size_t damaged = journal_damaged(run->journal);
    if (damaged > 0) {
        message_say("%zu damaged record%s: computed again", damaged, damaged == 1 ? "" : "s");
    }
    if (run->place.grows && !run->o->quiet) { message_say("growing %s", run->output); }
    if (run->cost_before > 0 && !run->o->quiet) {
        message_say("going on: %zu of %zu units were finished before", run->ours - run->todo_count,
                    run->ours);
    }
    warn_of_long_units(run);
}

/* What is to be done, and what of it is done. */
static int make_plan(struct run *run) {
    unit_plan_create(&run->plan, run->config);
    if (run->place.grows && !journal_import(run->journal, &run->plan, run->place.archive)) {
        return EXIT_FAILED;
    }
    if (!journal_scan(run->journal, &run->plan, true)) { return EXIT_FAILED; }
    list_units(run);
    say_plan(run);
    return EXIT_DONE;
}

static void free_plan(struct run *run) {
    unit_plan_release(&run->plan);
    free(run->todo);
}

/* ---- sweep ---- */

static int compute_units(struct run *run) {
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

/* ---- publish ---- */

static void say_shard_done(const struct run *run) {
    if (run->o->quiet) { return; }
    char *command = journal_merge_command(run->journal);
    message_say("shard %d of %d is done: %zu units in %s; when all are: %s", run->o->shard, run->o->shards,
                run->ours, run->directory, command);
    free(command);
}

static bool has_record(const void *journal, size_t unit) { return journal_has(journal, unit); }

static int publish(struct run *run) {
    if (run->o->shards > 1) {
        say_shard_done(run);
        return EXIT_DONE;
    }
    int status = publish_results(&(struct publish){.plan = &run->plan,
                                                   .source = journal_record,
                                                   .has = has_record,
                                                   .context = run->journal,
                                                   .output = run->output,
                                                   .command_line = run->command_line,
                                                   .isa = run->isa->name,
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

/* ---- the stages ---- */

/* Each begins when those before it are done, and is ended, whether it was done or not, after those behind it.
 */
static const struct stage {
    int (*begin)(struct run *run);
    void (*end)(struct run *run);
} stages[] = {
    {read_config, free_config},    /* what is asked for */
    {find_place, NULL},            /* where the results go; whether they are there, or grow */
    {find_room, NULL},             /* whether this machine can hold it */
    {start_watch, end_watch},      /* for signals and the time limit, over lock and journal */
    {take_lock, release_lock},     /* nobody else computes this */
    {open_journal, close_journal}, /* what is finished survives */
    {make_plan, free_plan},        /* units, and which of them are finished */
    {compute_units, NULL},         /* the others */
    {publish, NULL},               /* all of them become results */
    {write_scores, NULL},          /* their rows, where they are asked for */
};

static int run_stages(struct run *run) {
    size_t begun = 0, count = sizeof stages / sizeof stages[0];
    int status = EXIT_DONE;
    while (status == EXIT_DONE && !run->over && begun < count) { status = stages[begun++].begin(run); }
    if (status == EXIT_RESUMABLE && !run->place.finished) { say_resumable(run); }
    while (begun > 0) {
        begun--;
        if (stages[begun].end) { stages[begun].end(run); }
    }
    return status;
}

int command_run(int argc, char **argv) {
    struct options o;
    int ended;
    if (!options_read(argc, argv, false, run_about, run_notes, &o, &ended)) { return ended; }
    if (ranks_index() > 0) {
        return ranks_follow(
            &(struct ranks_task){o.config, o.set_count, o.set, o.threads, stop_limit(o.time_limit)});
    }
    char *command_line = outfile_command_line(argc, argv);
    struct run run = {.o = &o, .command_line = command_line};
    int status = run_stages(&run);
    free(command_line);
    return status;
}
