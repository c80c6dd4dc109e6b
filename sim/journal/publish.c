#include "sim/journal/publish.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "sim/base/progress.h"
#include "sim/base/temporary.h"
#include "sim/config/growth.h"
#include "sim/results/destination.h"
#include "sim/results/precision.h"
#include "sim/results/store.h"
#include "sim/sweep/target.h"

/* ---- what is there already ---- */

/* Of results that are there. */
static int look_into(struct publish_place *place) {
    const char *path = place->path;
    char why[H5_WHY];
    struct results *old = store_try(path, why);
    if (!old) {
        message_error(
            "%s exists and is no results file that can be read: %s; choose another -o FILE, or, where it is "
            "a damaged one, --force to replace it",
            path, why);
        return EXIT_USAGE;
    }
    place->finished = strcmp(old->config_resolved, place->config->resolved) == 0;
    place->grows = !place->finished && growth_is_asked(place->config, path, old->config_resolved);
    results_free(old);
    if (place->finished) {
        message_say("already done: %s holds the results of this config (--force computes them again)", path);
    } else if (!place->grows) {
        message_say("choose another -o FILE, or --force to replace it");
    }
    return place->finished || place->grows ? EXIT_DONE : EXIT_USAGE;
}

/* Whether it is that very file, as it was. */
static bool is_still(const struct stat *now, const struct stat *before) {
    return now->st_ino == before->st_ino && now->st_ctim.tv_sec == before->st_ctim.tv_sec &&
           now->st_ctim.tv_nsec == before->st_ctim.tv_nsec;
}

int publish_check(struct publish_place *place) {
    const char *path = place->path;
    const struct stat before = place->file;
    place->finished = place->grows = false;
    snprintf(place->archive, FILES_PATH, "%s.units", path);
    int status = destination_check(path, place->force ? DESTINATION_RESULTS : DESTINATION_ANY,
                                   place->input != NULL, &place->input);
    if (status == EXIT_DONE && files_kind(place->archive) == FILES_OTHER) {
        message_error("%s exists and is no archive of gapscale, and is never replaced; choose another -o "
                      "FILE, or move it away",
                      place->archive);
        status = EXIT_USAGE;
    }
    if (lstat(path, &place->file) != 0) { place->file = (struct stat){.st_nlink = 0}; }
    if (status == EXIT_DONE && !place->force && place->file.st_nlink > 0 &&
        !is_still(&place->file, &before)) {
        status = look_into(place);
    }
    if (status != EXIT_DONE) { return status; }
    temporary_clear(path);
    temporary_clear(place->archive);
    return EXIT_DONE;
}

bool publish_scan_archive(struct publish_place *place, struct records *records, unsigned how) {
    if (!place->grows) { return true; }
    if (files_kind(place->archive) == FILES_OLDER) {
        message_error("%s was left by an older gapscale, whose archives have another format", place->archive);
    } else if (records_scan(records, 1, &(char *){place->archive}, how)) {
        return true;
    }
    message_say("without it nothing of the finished file can be used; --force computes all of it again");
    return false;
}

/* ---- one pass over the records ---- */

struct pass {
    struct results *results;
    size_t missed; /* cells that did not reach their target with all replicates that there may be */
    double worst;  /* the largest of their errors, over the target */
};

static void check_target(struct pass *pass, const struct partial *whole) {
    const double target = whole->of.cell->series->target;
    if (target > 0 && !unit_is_exact(&whole->of) && target_error(whole) > target) {
        pass->missed++;
        pass->worst = fmax(pass->worst, target_error(whole) / target);
    }
}

static void tell_of_target(const struct pass *pass) {
    char more[80] = "";
    if (pass->missed == 0) { return; }
    if (isfinite(pass->worst)) {
        snprintf(more, sizeof more, " about %.2g times as many would reach it;", pass->worst * pass->worst);
    }
    message_say(
        "the target is not reached at %zu n (of all series) with the most replicates:%s `gapscale run` "
        "with more of them grows the file",
        pass->missed, more);
}

static void take_cell(void *context, struct partial_stack *stack) {
    struct pass *pass = context;
    struct partial *whole = partial_close(stack);
    check_target(pass, whole);
    partial_collect(whole, pass->results);
    partial_free(whole);
}

/* The archive first, without which results cannot grow; where they take the place of others, last, and that
 * of others that they did not grow from is removed before: one that is ahead of its file would tell a target
 * more than was known at the counts before. */
static int put_in_place(const struct publish_place *place, const struct results *results,
                        const char *command_line, struct files_out *archive) {
    const bool replaces = place->file.st_nlink > 0;
    const struct store_provenance provenance = {.command_line = command_line,
                                                .threads = omp_get_max_threads()};
    if (!replaces && !files_close(archive, true)) { return EXIT_FAILED; }
    const bool written = !replaces || files_sync(archive);
    if (written && replaces && place->force) { unlink(place->archive); }
    int status = written ? store_write(place->path, results, &provenance) : EXIT_FAILED;
    if (replaces && !files_close(archive, status == EXIT_DONE)) { status = EXIT_FAILED; }
    return status;
}

int publish_results(struct records *records, const struct publish_place *place, const char *command_line,
                    const char *isa, bool quiet, const struct stop *stop) {
    struct pass pass = {.results = results_create(records->plan->outline, isa)};
    struct progress progress = progress_start(2 * (double)records->plan->cell_count, 0, quiet);
    const struct records_copy copy = {
        .stop = stop, .progress = &progress, .take = take_cell, .context = &pass};
    struct publish_place now = *place;
    struct files_out archive;
    const bool made = files_create(&archive, now.archive);
    int status = made ? records_copy(records, &copy, &archive) : EXIT_FAILED;
    progress_end(&progress);
    if (status == EXIT_DONE && stop_asked(stop)) { status = EXIT_RESUMABLE; }
    if (status == EXIT_DONE) { status = publish_check(&now); }
    if (status == EXIT_DONE && !now.finished) {
        precision_round(pass.results);
        status = put_in_place(&now, pass.results, command_line, &archive);
        if (status == EXIT_DONE) { tell_of_target(&pass); }
        if (status == EXIT_DONE && !quiet) { message_say("wrote %s", now.path); }
    } else if (made && !files_close(&archive, status == EXIT_DONE)) {
        status = EXIT_FAILED;
    }
    results_free(pass.results);
    return status;
}
