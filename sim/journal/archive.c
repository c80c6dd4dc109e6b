#include "sim/journal/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/message.h"
#include "sim/config/difference.h"
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
           (strcmp(key, "n") == 0 || strcmp(key, "replicates") == 0);
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
    if (!asked || asked->replicates < old->replicates) { return false; }
    for (size_t i = 0; i < old->size[RESULTS_LOG_N]; i++) {
        while (k < asked->n_count && asked->log_n[k] < old->log_n[i]) { k++; }
        if (k == asked->n_count || asked->log_n[k] != old->log_n[i]) { return false; }
    }
    return true;
}

enum archive_growth archive_compare(const char *file, const struct config *config) {
    struct results *old = store_read(file);
    if (!old) { return ARCHIVE_UNREADABLE; }
    struct difference *list;
    size_t count = difference_list(config->resolved, old->config_resolved, &list);
    bool grows = true;
    for (size_t i = 0; i < count; i++) { grows &= is_growth(list[i].path); }
    for (size_t i = 0; grows && i < old->series_count; i++) {
        grows = series_grows(&old->series[i], find_series(config, old->series[i].name));
    }
    if (!grows) {
        message_error(
            "%s holds results of another config; it can grow by replicates and n only, and differs in:",
            file);
        difference_report(count, list);
    }
    free(list);
    results_free(old);
    return grows ? ARCHIVE_GROWS : ARCHIVE_DIFFERS;
}
