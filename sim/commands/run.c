/* `gapscale run`: from a config to a results file, stage by stage; the list of stages stands at the end. */
#include <math.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/machine.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/base/process.h"
#include "sim/base/stop.h"
#include "sim/commands/command.h"
#include "sim/commands/options.h"
#include "sim/config/config_read.h"
#include "sim/config/difference.h"
#include "sim/journal/journal.h"
#include "sim/journal/lock.h"
#include "sim/journal/publish.h"
#include "sim/results/store.h"
#include "sim/rows/isa.h"
#include "sim/sweep/estimate.h"
#include "sim/sweep/ranks.h"
#include "sim/sweep/scorefile.h"
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

    char default_output[FILES_PATH], directory[FILES_PATH]; /* the latter of the journal */
    struct publish_place place;

    struct stop_limit limit;
    struct stop *stop;

    struct lock lock;
    atomic_bool locked;

    struct journal *_Atomic journal;

    struct unit_plan plan;
    struct unit_list ours, todo;  /* units of this shard; of those, what is to be computed next */
    struct unit_amount all, left; /* ours, and the most of them that may have to be computed */
};

/* ---- config ---- */

/* Of a rank that follows, which ends all of them. */
static int refuse(const char *why) {
    message_error("rank %d on %s: %s", ranks_index(), process_self().host, why);
    return EXIT_FAILED;
}

static int read_config(struct run *run) {
    run->isa = run->o->isa ? isa_find(run->o->isa) : isa_best();
    if (!run->isa) {
        message_error("--isa %s is not one this processor runs (base, avx2 or avx512)", run->o->isa);
    } else {
        run->place.config = run->config = config_read(run->o->config, run->o->set_count, run->o->set);
    }
    if (ranks_index() > 0 && !run->config) { return refuse("cannot read the config that rank 0 reads"); }
    return run->config ? EXIT_DONE : EXIT_USAGE;
}

/* ---- watch ---- */

/* What the watching thread does, from the first moment on. */
static bool beat(void *context) {
    struct run *run = context;
    struct journal *journal = run->journal;
    return (!run->locked || lock_beat(&run->lock)) && (!journal || journal_sync(journal));
}

static void say_resumable(const struct run *run) {
    if (run->place.finished) {
        message_say("stopped before %s was whole; the same command writes it anew", run->o->scores);
    } else {
        message_say("stopped: what is finished is in %s; the same command goes on with it", run->directory);
    }
}

/* Before an end by force: the row at hand takes too long to wait for, or memory is out. */
static void leave(void *context) {
    struct run *run = context;
    if (ranks_index() == 0) { say_resumable(run); }
    if (run->locked) {
        lock_release(&run->lock);
        rmdir(run->directory); /* if it is empty */
    }
}

static void leave_without_memory(void *context) {
    struct run *run = context;
    if (run->journal) { leave(run); }
    ranks_abort();
}

static int start_watch(struct run *run) {
    if (run->place.finished && !run->o->scores) { return EXIT_DONE; }
    memory_before_end(leave_without_memory, run);
    run->limit = stop_limit(run->o->time_limit);
    if (run->limit.stale && ranks_index() == 0) {
        message_say("SLURM_JOB_END_TIME=%s lies in the past: it is another job's, and not looked at",
                    getenv("SLURM_JOB_END_TIME"));
    }
    run->stop = stop_start(&(struct stop_plan){run->limit, beat, leave, run});
    return run->stop ? EXIT_DONE : EXIT_FAILED;
}

/* ---- place ---- */

/* Unless told, results/<stem>.h5, the stem being the config's name without directory and extension. */
static void name_output(struct run *run) {
    const char *name = basename(run->o->config), *dot = strrchr(name, '.');
    int length = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    snprintf(run->default_output, sizeof run->default_output, "results/%.*s.h5", length, name);
    run->place.path = run->o->output ? run->o->output : run->default_output;
}

/* What a run left that was killed between publishing and having cleared up: a journal of this config, of
 * nobody. */
static void clear_finished(struct run *run) {
    char who[LOCK_TEXT];
    if (!lock_holder(run->directory, who) && journal_shards(run->directory, run->config->resolved) > 0 &&
        lock_take(&run->lock, run->directory)) {
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
    if (strcmp(run->o->scores, run->place.path) == 0) {
        message_error("--write-scores %s: the results go there; choose another FILE", run->place.path);
        return EXIT_USAGE;
    }
    return scorefile_check(run->o->scores, run->config);
}

/* When the results are there, which a stop leaves alone. */
static int write_scores(struct run *run) {
    if (!run->o->scores) { return EXIT_DONE; }
    run->place.finished = true;
    int status = check_scores(run); /* of what is there now: the results, by another name */
    if (status != EXIT_DONE) { return status; }
    struct results *results = store_read(run->place.path);
    if (!results) { return EXIT_FAILED; }
    status = scorefile_write(run->o->scores, run->config, results, run->isa, run->command_line, run->stop);
    if (status == EXIT_FAILED) { say_resumable(run); }
    results_free(results);
    return status;
}

/* A rank that follows does not look at it. */
static int find_place(struct run *run) {
    name_output(run);
    journal_name(run->place.path, (size_t)run->o->shard, (size_t)run->o->shards, run->directory);
    if (ranks_index() > 0) { return EXIT_DONE; }
    if (!ranks_are_strangers()) { /* whoever ends now leaves results, or a journal to go on with */
        lock_await(run->directory);
    }
    int status = check_scores(run);
    if (status == EXIT_DONE) { status = publish_check(&run->place); }
    if (status != EXIT_DONE) { return status; }
    if (run->place.finished) { clear_finished(run); }
    return run->place.finished || outfile_prepare(run->place.path, !run->o->output) ? EXIT_DONE : EXIT_FAILED;
}

/* ---- room ---- */

static const char fewer[] = "ask for fewer n, betas, replicates or kept ones (keep_replicates)";

static bool has_memory(const struct options *o, const struct estimate *cost) {
    const double asked = o->shards > 1 ? cost->working : cost->memory, available = machine_memory();
    char need[MACHINE_TEXT], left[MACHINE_TEXT];
    if (asked <= available) { return true; }
    message_error("%s takes about %s of memory with %d thread%s, and %s are free: %s, or fewer --threads",
                  o->config, machine_bytes(asked, need), o->threads, o->threads == 1 ? "" : "s",
                  machine_bytes(available, left), fewer);
    return false;
}

/* For results, units to grow from, and the journal beside them; what a run that goes on has written of it is
 * not known. */
static bool has_disk(struct run *run, const struct estimate *cost) {
    const struct options *o = run->o;
    const double all = cost->disk + cost->archive + cost->journal, available = machine_disk(run->place.path),
                 asked = o->shards > 1 ? cost->journal / o->shards : all;
    char need[MACHINE_TEXT], left[MACHINE_TEXT];
    if (asked <= available || journal_exists(run->directory)) { return true; }
    message_error("%s takes about %s of disk, and %s are free where %s goes: %s, choose another -o FILE, or "
                  "try all the same with --force",
                  o->config, machine_bytes(asked, need), machine_bytes(available, left), run->place.path,
                  fewer);
    return false;
}

/* So much is a slip of the pen, mostly, but the most that a target may take need not be one. */
static bool has_time(const struct options *o, const struct estimate *cost) {
    const double hours = cost->least_seconds / 3600 / o->shards, most_hours = 1e6;
    if (hours <= most_hours) { return true; }
    message_error("%s takes about %.1e core-hours: %s, or a part of it with --shard I/N; --force begins all "
                  "the same",
                  o->config, hours, fewer);
    return false;
}

/* --force asks for memory alone. */
static int find_room(struct run *run) {
    const struct options *o = run->o;
    const struct estimate cost = estimate_sweep(run->config, NULL, o->threads);
    return has_memory(o, &cost) && (o->force || (has_disk(run, &cost) && has_time(o, &cost))) ? EXIT_DONE
                                                                                              : EXIT_USAGE;
}

/* ---- lock ---- */

static int take_lock(struct run *run) {
    if (!outfile_directory(run->directory, true, "")) { return EXIT_FAILED; }
    run->locked = lock_take(&run->lock, run->directory);
    if (run->locked) { return EXIT_DONE; }
    rmdir(run->directory); /* if it is empty */
    if (ranks_are_strangers()) {
        message_say("mpirun or srun started several processes that know nothing of each other: ranks of one "
                    "sweep are those of gapscale-mpi (`make mpi`) under mpirun");
    }
    return EXIT_FAILED;
}

/* ---- journal ---- */

static int check_journal(struct run *run) {
    bool same = difference_none(run->config->resolved, run->journal->header.config_resolved, NULL,
                                "%s is the journal of another config; it differs in:", run->directory);
    if (!same) { message_say("choose another -o FILE, or discard it with --fresh"); }
    return same && journal_is_ours(run->journal) ? EXIT_DONE : EXIT_USAGE;
}

/* That of rank 0, whose config and numerics it tells, to add a file to. */
static int join_journal(struct run *run) {
    struct journal *journal = journal_open(run->directory);
    run->journal = journal;
    if (!journal) { return EXIT_FAILED; }
    if (!journal_is_built_alike(journal)) {
        return refuse("is another gapscale than rank 0, or compiled by another compiler; start one program");
    }
    if (!numerics_equal(journal->header.numerics, numerics_here())) {
        return refuse(
            "its C library, GSL or processor gives other last digits than rank 0's; take nodes of one kind");
    }
    if (strcmp(journal->header.config_resolved, run->config->resolved) != 0) {
        return refuse("reads another config than rank 0");
    }
    return EXIT_DONE;
}

/* One of this run, old or new. */
static int open_journal(struct run *run) {
    const struct options *o = run->o;
    if (ranks_index() > 0) { return join_journal(run); }
    if (o->fresh && !journal_clear(run->directory)) { return EXIT_FAILED; }
    struct journal_header header = {.config_path = o->config,
                                    .output = run->place.path,
                                    .config_text = run->config->text,
                                    .config_resolved = run->config->resolved,
                                    .shard = (size_t)o->shard,
                                    .shards = (size_t)o->shards,
                                    .set_count = o->set_count};
    memcpy(header.set, o->set, sizeof header.set);
    run->journal = journal_make(run->directory, &header);
    return run->journal ? check_journal(run) : EXIT_FAILED;
}

/* ---- plan ---- */

static void list_units(struct run *run) {
    free(run->todo.unit);
    run->todo = records_missing(run->journal->records, &run->ours, &run->left);
    run->all = unit_amount(&run->ours);
}

/* A unit that no run finishes in its time would be begun for ever. */
static void warn_of_long_units(const struct run *run) {
    double longest = 0, seconds = run->limit.seconds;
    char unit_takes[MACHINE_TEXT], left[MACHINE_TEXT];
    for (size_t i = 0; i < run->todo.count; i++) {
        struct unit rest = run->todo.unit[i], unit = unit_take(&rest, 0);
        longest = fmax(longest, 1e-9 * unit_cost(&unit) / run->o->threads);
    }
    if (longest > seconds) {
        message_say("the longest unit may take about %s with these threads, and %s leaves %s: if it is never "
                    "finished, allow more time, more threads, or fewer replicates",
                    machine_duration(longest, unit_takes), run->limit.who,
                    machine_duration(fmax(seconds, 0), left));
    }
}

static void say_plan(const struct run *run) {
    if (run->place.grows && !run->o->quiet) { message_say("growing %s", run->place.path); }
    if (run->left.units < run->all.units && !run->o->quiet) {
        message_say("going on: %zu of %zu units were finished before", run->all.units - run->left.units,
                    run->all.units);
    }
    warn_of_long_units(run);
}

static bool scan_all(struct run *run) {
    if (!journal_scan(run->journal, 0) || !publish_scan_archive(&run->place, run->journal->records, 0)) {
        return false;
    }
    size_t damaged = run->journal->records->damaged;
    if (damaged > 0) {
        message_say("%zu damaged record%s: computed again", damaged, damaged == 1 ? "" : "s");
    }
    list_units(run);
    return run->o->fresh || run->todo.count == 0 ||
           journal_scan_others(run->journal, run->place.path, run->config->resolved);
}

/* What is to be done, and what of it is done; a rank that follows is told. */
static int make_plan(struct run *run) {
    unit_plan_create(&run->plan, run->config, run->o->quiet || ranks_index() > 0);
    journal_begin(run->journal, &run->plan);
    if (ranks_index() > 0) { return EXIT_DONE; }
    run->ours = unit_shares(&run->plan, (size_t)run->o->shard, (size_t)run->o->shards);
    if (!scan_all(run) || !journal_pack(run->journal, &run->ours)) { return EXIT_FAILED; }
    list_units(run);
    say_plan(run);
    return EXIT_DONE;
}

/* ---- sweep ---- */

/* What a rank has kept becomes small, for whoever reads it. */
static bool save_all(void *journal) { return journal_sync(journal) && journal_pack_own(journal); }

/* What is to be done next, over all ranks; then what these have kept is known here. */
static int compute_next(struct run *run, struct sweep_work *work) {
    const size_t behind = run->left.units - unit_amount(&run->todo).units;
    struct progress progress = progress_start(run->all.cost, run->all.cost - run->left.cost, run->o->quiet);
    work->progress = &progress;
    int status = ranks_lead(work, &run->todo);
    progress_end(&progress);
    if (!journal_sync(run->journal)) { return EXIT_FAILED; }
    if (status != EXIT_DONE || run->todo.count == 0) { return status; }
    if (!journal_scan(run->journal, RECORDS_BY_HEADS)) { return EXIT_FAILED; }
    list_units(run);
    if (run->left.units <= behind) { return EXIT_DONE; }
    message_error("%zu units that were finished cannot be found in %s; run the same command again",
                  run->left.units - behind, run->directory);
    return EXIT_FAILED;
}

/* All that is missing; of a cell under a target up to its next count each time. */
static int compute_units(struct run *run) {
    struct sweep_work work = {.plan = &run->plan,
                              .isa = run->isa,
                              .threads = run->o->threads,
                              .stop = run->stop,
                              .keep = journal_keep,
                              .context = run->journal};
    if (ranks_index() > 0) { return ranks_follow(&work, save_all); }
    int status;
    size_t ranges;
    do {
        ranges = run->todo.count;
        status = compute_next(run, &work);
    } while (status == EXIT_DONE && ranges > 0);
    return status;
}

/* ---- publish ---- */

static int publish_shard(struct run *run) {
    if (!journal_pack(run->journal, &run->ours)) { return EXIT_FAILED; }
    if (run->o->quiet) { return EXIT_DONE; }
    char *command = journal_header_merge_command(&run->journal->header, NULL);
    message_say("shard %d of %d is done: %zu units in %s; when all are: %s", run->o->shard, run->o->shards,
                run->all.units, run->directory, command);
    free(command);
    return EXIT_DONE;
}

static int publish_whole(struct run *run) {
    int status = publish_results(run->journal->records, &run->place, run->command_line, run->isa->name,
                                 run->o->quiet, run->stop);
    if (status == EXIT_USAGE) {
        message_say(
            "that came there while this run was at work; what is finished is kept in %s: move the file "
            "away and run the same command again, or make results elsewhere: gapscale merge %s -o FILE",
            run->directory, run->directory);
    }
    if (status == EXIT_DONE && lock_beat(&run->lock)) { journal_clear(run->directory); }
    return status;
}

static int publish(struct run *run) { return run->o->shards > 1 ? publish_shard(run) : publish_whole(run); }

/* ---- the stages ---- */

/* Each begins when those before it are done. */
static const struct {
    int (*begin)(struct run *run);
    bool leads;    /* of rank 0 alone */
    bool finished; /* also where the results are there already */
} stage[] = {
    {read_config, false, true},    /* what is asked for */
    {find_place, false, true},     /* where the results go; whether they are there, or grow */
    {find_room, true, false},      /* whether this machine can hold it */
    {start_watch, false, true},    /* for signals and the time limit, over lock and journal */
    {take_lock, true, false},      /* nobody else computes this */
    {open_journal, false, false},  /* what is finished survives */
    {make_plan, false, false},     /* units, and which of them are finished */
    {compute_units, false, false}, /* the others */
    {publish, true, false},        /* all of them become results */
    {write_scores, true, true},    /* their rows, where they are asked for */
};

static int run_stages(struct run *run) {
    const bool leads = ranks_index() == 0;
    int status = EXIT_DONE;
    for (size_t i = 0; i < sizeof stage / sizeof *stage && status == EXIT_DONE; i++) {
        if ((leads || !stage[i].leads) && (!run->place.finished || stage[i].finished)) {
            status = stage[i].begin(run);
        }
    }
    if (status == EXIT_RESUMABLE && leads) { say_resumable(run); }
    if (status != EXIT_DONE && status != EXIT_RESUMABLE && !leads) { ranks_abort(); }
    return status;
}

/* What the stages have made, as far as they came; the watch first, which looks at it. */
static void release(struct run *run) {
    memory_before_end(NULL, NULL);
    if (run->stop) { stop_end(run->stop); }
    unit_plan_release(&run->plan);
    free(run->ours.unit);
    free(run->todo.unit);
    if (run->journal) { journal_close(run->journal); }
    if (run->locked) {
        lock_release(&run->lock);
        if (!journal_exists(run->directory)) { journal_remove_directory(run->directory); }
    }
    config_free(run->config);
}

int command_run(int argc, char **argv) {
    struct options o;
    if (!options_read(argc, argv, false, run_about, run_notes, &o)) { return o.status; }
    omp_set_num_threads(o.threads); /* also where journals are read */
    char *command_line = outfile_command_line(argc, argv);
    struct run run = {.o = &o, .command_line = command_line, .place = {.input = o.config, .force = o.force}};
    int status = run_stages(&run);
    release(&run);
    free(command_line);
    return status;
}
