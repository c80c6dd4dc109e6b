#include "sim/journal/publish.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/progress.h"
#include "sim/base/temporary.h"
#include "sim/config/config_read.h"
#include "sim/config/difference.h"
#include "sim/config/resolve.h"
#include "sim/results/destination.h"
#include "sim/results/precision.h"
#include "sim/results/store.h"

/* ---- what is there already ---- */

static void name_archive(const char *file, char path[FILES_PATH]) {
    snprintf(path, FILES_PATH, "%s.units", file);
}

static bool is_growth(const char *path) {
    const char *dot = strrchr(path, '.'), *key = dot ? dot + 1 : path;
    return (!dot || strncmp(path, "series.", 7) == 0) &&
           (strcmp(key, "n") == 0 || strcmp(key, "replicates") == 0 || strcmp(key, "target") == 0);
}

static const struct config_series *find_series(const struct config *config, const char *name) {
    for (size_t i = 0; i < config->series_count; i++) {
        if (strcmp(config->series[i].name, name) == 0) { return &config->series[i]; }
    }
    return NULL;
}

/* Lengths of a series in the file that are not asked for. */
static size_t count_lost(const struct results_series *old, const struct config_series *asked) {
    size_t lost = 0;
    for (size_t i = 0; i < old->size[RESULTS_LOG_N]; i++) {
        size_t k = 0;
        while (k < asked->n_count && asked->log_n[k] != old->log_n[i]) { k++; }
        lost += k == asked->n_count;
    }
    return lost;
}

/* Whether every row of a series in the file is asked for. */
static bool series_grows(const struct results_series *old, const struct config_series *asked) {
    return asked && asked->replicates >= old->replicates && asked->target <= old->target &&
           (asked->target > 0) == (old->target > 0) && count_lost(old, asked) == 0;
}

/* In which keys the series differ that both have; all keys where the file's config cannot be read. What is
 * resolved hangs on which series there are, and in which order: here as there. Where both have none, the
 * file's first one stands in both. */
static size_t list_differences(const struct config *config, const char *resolved, struct difference **list) {
    struct config *old = config_read_resolved(resolved);
    if (!old) { return difference_list(config->resolved, resolved, list); }
    struct config asked = *config, held = *old;
    asked.series = memory_create(old->series_count, sizeof *asked.series);
    held.series = memory_create(old->series_count, sizeof *held.series);
    asked.series[0] = held.series[0] = old->series[0];
    size_t common = 0;
    for (size_t i = 0; i < old->series_count; i++) {
        const struct config_series *series = find_series(config, old->series[i].name);
        if (!series) { continue; }
        asked.series[common] = *series;
        held.series[common++] = old->series[i];
    }
    asked.series_count = held.series_count = common > 0 ? common : 1;
    char *here = resolve_config(&asked), *there = resolve_config(&held);
    size_t count = difference_list(here, there, list);
    free(here);
    free(there);
    free(asked.series);
    free(held.series);
    config_free(old);
    return count;
}

/* Lengths of the file, and those asked for below and above them, in increasing order; returns how many. */
static size_t join_lengths(const struct results_series *old, const struct config_series *asked,
                           double *log_n) {
    size_t count = 0, lengths = old->size[RESULTS_LOG_N], k = 0;
    while (k < asked->n_count && asked->log_n[k] < old->log_n[0]) { log_n[count++] = asked->log_n[k++]; }
    for (size_t i = 0; i < lengths; i++) { log_n[count++] = old->log_n[i]; }
    for (; k < asked->n_count; k++) {
        if (asked->log_n[k] > old->log_n[lengths - 1]) { log_n[count++] = asked->log_n[k]; }
    }
    return count;
}

/* Where a series loses n: how the config keeps them. */
static void advise_list(const struct results_series *old, const struct config_series *asked) {
    size_t lost = count_lost(old, asked);
    if (lost == 0) { return; }
    double *log_n = memory_create(old->size[RESULTS_LOG_N] + asked->n_count, sizeof *log_n);
    char *list = resolve_lengths(join_lengths(old, asked, log_n), log_n);
    message_say("%s has %zu n there that are not asked for; the points of a range move with its ends and "
                "their number, and a list keeps them: %s",
                old->name, lost, list);
    free(list);
    free(log_n);
}

/* What the config asks otherwise, and what it does not ask for. */
static void report(const struct results *old, const struct config *config, size_t count,
                   const struct difference *list) {
    difference_report(count, list);
    for (size_t i = 0; i < old->series_count; i++) {
        const struct config_series *asked = find_series(config, old->series[i].name);
        if (asked) {
            advise_list(&old->series[i], asked);
        } else {
            message_say("  series.%s: is there, and not asked for here", old->series[i].name);
        }
    }
}

/* Whether a config asks for what the results in `file` hold and more replicates, n or series, and nothing
 * else; else, after a message that names the keys and how n are kept, not. */
static bool may_grow(const char *file, const struct results *old, const struct config *config) {
    struct difference *list;
    size_t count = list_differences(config, old->config_resolved, &list);
    bool grows = true;
    for (size_t i = 0; i < count; i++) { grows &= is_growth(list[i].path); }
    for (size_t i = 0; grows && i < old->series_count; i++) {
        grows = series_grows(&old->series[i], find_series(config, old->series[i].name));
    }
    if (!grows) {
        message_error(
            "%s holds results of another config; it can grow by replicates, n, series and a smaller "
            "target only, and differs in:",
            file);
        report(old, config, count, list);
    }
    free(list);
    return grows;
}

/* Of results that are there. */
static int look_into(const char *path, const struct config *config, struct publish_place *place) {
    char why[STORE_WHY];
    struct results *old = store_try(path, why);
    if (!old) {
        message_error(
            "%s exists and is no results file that can be read: %s; choose another -o FILE, or, where it is "
            "a damaged one, --force to replace it",
            path, why);
        return EXIT_USAGE;
    }
    place->finished = strcmp(old->config_resolved, config->resolved) == 0;
    place->grows = !place->finished && may_grow(path, old, config);
    results_free(old);
    if (place->finished) {
        message_say("already done: %s holds the results of this config (--force computes them again)", path);
    } else if (!place->grows) {
        message_say("choose another -o FILE, or --force to replace it");
    }
    return place->finished || place->grows ? EXIT_DONE : EXIT_USAGE;
}

int publish_check(const struct publish_target *target, struct publish_place *place) {
    const char *path = target->path;
    *place = (struct publish_place){.finished = false};
    name_archive(path, place->archive);
    int status = destination_check(path, target->force ? DESTINATION_RESULTS : DESTINATION_ANY,
                                   target->input != NULL, &target->input);
    if (status == EXIT_DONE && files_kind(place->archive) == FILES_OTHER) {
        message_error("%s exists and is no archive of gapscale, and is never replaced; choose another -o "
                      "FILE, or move it away",
                      place->archive);
        status = EXIT_USAGE;
    }
    if (status == EXIT_DONE && !target->force && access(path, F_OK) == 0) {
        status = look_into(path, target->config, place);
    }
    if (status != EXIT_DONE) { return status; }
    temporary_clear(path);
    temporary_clear(place->archive);
    return EXIT_DONE;
}

/* ---- one pass over the records ---- */

struct pass {
    struct results *results;
    struct progress progress;
    const struct publish_target *target;
    struct publish_place place; /* when all is read */
};

static void take_cell(void *context, struct partial_stack *stack) {
    struct pass *pass = context;
    struct partial *whole = partial_close(stack);
    partial_collect(whole, pass->results);
    progress_add(&pass->progress, 1, whole->of.cell->series->name);
    partial_free(whole);
}

static int look_again(void *context) {
    struct pass *pass = context;
    return publish_check(pass->target, &pass->place);
}

/* The archive first, without which the results cannot grow. */
int publish_results(struct records *records, const struct publish_target *target, const char *command_line,
                    const char *isa, bool quiet, struct stop *stop) {
    struct pass pass = {.results = results_create(records->plan->outline, isa),
                        .progress = progress_start(2 * (double)records->plan->cell_count, 0, quiet),
                        .target = target};
    char path[FILES_PATH];
    name_archive(target->path, path);
    int status = records_pack(records, &(struct records_pack){.path = path,
                                                              .stop = stop,
                                                              .completes = true,
                                                              .take = take_cell,
                                                              .look = look_again,
                                                              .context = &pass});
    progress_end(&pass.progress);
    if (status == EXIT_DONE && !pass.place.finished) {
        precision_round(pass.results);
        status = store_write(
            target->path, pass.results,
            &(struct store_provenance){.command_line = command_line, .threads = omp_get_max_threads()});
    }
    if (status == EXIT_DONE && !pass.place.finished && !quiet) { message_say("wrote %s", target->path); }
    results_free(pass.results);
    return status;
}
