#include "sim/journal/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/config/config_read.h"
#include "sim/config/difference.h"
#include "sim/config/resolve.h"
#include "sim/journal/recordfile.h"
#include "sim/results/store.h"

bool archive_name(const char *file, char path[ARCHIVE_PATH]) {
    return snprintf(path, ARCHIVE_PATH, "%s.units", file) < ARCHIVE_PATH;
}

bool archive_may_replace(const char *path) {
    if (recordfile_kind(path) != RECORDFILE_OTHER) { return true; }
    message_error("%s exists and is no archive of gapscale, and is never replaced; choose another -o FILE",
                  path);
    return false;
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

/* Whether every row of a series in the file is asked for. */
static bool series_grows(const struct results_series *old, const struct config_series *asked) {
    size_t k = 0;
    if (!asked || asked->replicates < old->replicates || asked->target > old->target ||
        (asked->target > 0) != (old->target > 0)) {
        return false;
    }
    for (size_t i = 0; i < old->size[RESULTS_LOG_N]; i++) {
        while (k < asked->n_count && asked->log_n[k] < old->log_n[i]) { k++; }
        if (k == asked->n_count || asked->log_n[k] != old->log_n[i]) { return false; }
    }
    return true;
}

/* Of two configs the series that both have, in the order of the second; how many. */
static size_t take_common(struct config *asked, struct config *held) {
    struct config_series *mine = memory_create(held->series_count, sizeof *mine),
                         *theirs = memory_create(held->series_count, sizeof *theirs);
    size_t count = 0;
    for (size_t i = 0; i < held->series_count; i++) {
        const struct config_series *series = find_series(asked, held->series[i].name);
        if (!series) { continue; }
        mine[count] = *series;
        theirs[count++] = held->series[i];
    }
    asked->series = mine;
    held->series = theirs;
    return asked->series_count = held->series_count = count;
}

/* In which keys these series differ; all keys where the file's config cannot be read, or has none of them. */
static size_t list_differences(const struct config *config, const char *resolved, struct difference **list) {
    struct config *old = config_read_resolved(resolved);
    if (!old) { return difference_list(config->resolved, resolved, list); }
    struct config asked = *config, held = *old;
    bool any = take_common(&asked, &held) > 0;
    char *here = any ? resolve_config(&asked) : memory_copy_text(config->resolved),
         *there = any ? resolve_config(&held) : memory_copy_text(resolved);
    size_t count = difference_list(here, there, list);
    free(here);
    free(there);
    free(asked.series);
    free(held.series);
    config_free(old);
    return count;
}

static bool asks_for(const struct config_series *asked, double log_n) {
    size_t k = 0;
    while (k < asked->n_count && asked->log_n[k] != log_n) { k++; }
    return k < asked->n_count;
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
    size_t lengths = old->size[RESULTS_LOG_N], lost = 0;
    for (size_t i = 0; i < lengths; i++) { lost += !asks_for(asked, old->log_n[i]); }
    if (lost == 0) { return; }
    double *log_n = memory_create(lengths + asked->n_count, sizeof *log_n);
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

enum archive_growth archive_compare(const char *file, const struct config *config) {
    struct results *old = store_read(file);
    if (!old) { return ARCHIVE_UNREADABLE; }
    struct difference *list;
    size_t count = list_differences(config, old->config_resolved, &list);
    bool grows = true;
    for (size_t i = 0; i < count; i++) { grows &= is_growth(list[i].path); }
    for (size_t i = 0; grows && i < old->series_count; i++) {
        grows = series_grows(&old->series[i], find_series(config, old->series[i].name));
    }
    if (!grows) {
        message_error("%s holds results of another config; it can grow by replicates, n, series and a "
                      "smaller target only, "
                      "and differs in:",
                      file);
        report(old, config, count, list);
    }
    free(list);
    results_free(old);
    return grows ? ARCHIVE_GROWS : ARCHIVE_DIFFERS;
}
