#include "sim/config/growth.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/config/config_read.h"
#include "sim/config/difference.h"
#include "sim/config/resolve.h"

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
static size_t count_lost(const struct config_series *held, const struct config_series *asked) {
    size_t lost = 0;
    for (size_t i = 0; i < held->n_count; i++) {
        size_t k = 0;
        while (k < asked->n_count && asked->log_n[k] != held->log_n[i]) { k++; }
        lost += k == asked->n_count;
    }
    return lost;
}

/* Whether every row of a series in the file is asked for. */
static bool series_grows(const struct config_series *held, const struct config_series *asked) {
    return asked && asked->replicates >= held->replicates && asked->target <= held->target &&
           (asked->target > 0) == (held->target > 0) && count_lost(held, asked) == 0;
}

/* In which keys the series differ that both have. What is resolved hangs on which series there are, and in
 * which order: here as there. Where both have none, the file's first one stands in both. */
static size_t list_differences(const struct config *config, const struct config *held,
                               struct difference **list) {
    struct config ours = *config, theirs = *held;
    ours.series = memory_create(held->series_count, sizeof *ours.series);
    theirs.series = memory_create(held->series_count, sizeof *theirs.series);
    ours.series[0] = theirs.series[0] = held->series[0];
    size_t common = 0;
    for (size_t i = 0; i < held->series_count; i++) {
        const struct config_series *series = find_series(config, held->series[i].name);
        if (!series) { continue; }
        ours.series[common] = *series;
        theirs.series[common++] = held->series[i];
    }
    ours.series_count = theirs.series_count = common > 0 ? common : 1;
    char *here = resolve_config(&ours), *there = resolve_config(&theirs);
    const size_t count = difference_list(here, there, list);
    free(here);
    free(there);
    free(ours.series);
    free(theirs.series);
    return count;
}

/* Where a series loses n, how the config keeps them: with those that are asked for below and above. */
static void advise_list(const struct config_series *held, const struct config_series *asked) {
    const size_t lost = count_lost(held, asked);
    if (lost == 0) { return; }
    double *log_n = memory_create(held->n_count + asked->n_count, sizeof *log_n);
    size_t count = 0, k = 0;
    while (k < asked->n_count && asked->log_n[k] < held->log_n[0]) { log_n[count++] = asked->log_n[k++]; }
    for (size_t i = 0; i < held->n_count; i++) { log_n[count++] = held->log_n[i]; }
    for (; k < asked->n_count; k++) {
        if (asked->log_n[k] > held->log_n[held->n_count - 1]) { log_n[count++] = asked->log_n[k]; }
    }
    char *list = resolve_lengths(count, log_n);
    message_say("%s has %zu n there that are not asked for here (the points of a range move when its ends or "
                "their number change); this list keeps them: %s",
                held->name, lost, list);
    free(list);
    free(log_n);
}

/* What of the file's series is not asked for. */
static void report_lost(const struct config *held, const struct config *config) {
    for (size_t i = 0; i < held->series_count; i++) {
        const struct config_series *asked = find_series(config, held->series[i].name);
        if (asked) {
            advise_list(&held->series[i], asked);
        } else {
            message_say("  series.%s: is there, and not asked for here", held->series[i].name);
        }
    }
}

bool growth_is_asked(const struct config *config, const char *file, const char *resolved) {
    struct config *held = config_read_resolved(resolved);
    struct difference *list;
    const size_t count =
        held ? list_differences(config, held, &list) : difference_list(config->resolved, resolved, &list);
    bool grows = held != NULL;
    for (size_t i = 0; i < count; i++) { grows &= is_growth(list[i].path); }
    for (size_t i = 0; grows && i < held->series_count; i++) {
        grows = series_grows(&held->series[i], find_series(config, held->series[i].name));
    }
    if (!grows) {
        message_error("%s holds results of another config; it can grow by replicates, n, series and a "
                      "smaller target only, and differs in:",
                      file);
        difference_report(count, list);
        if (held) { report_lost(held, config); }
    }
    free(list);
    config_free(held);
    return grows;
}
