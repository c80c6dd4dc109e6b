#include "sim/journal/publish.h"

#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/temporary.h"
#include "sim/results/store.h"
#include "sim/sweep/exact.h"
#include "sim/sweep/record.h"

int publish_check(const char *path, const struct config *config, bool force, struct publish_place *place) {
    *place = (struct publish_place){.finished = false};
    if (!archive_name(path, place->archive)) {
        message_error("%.60s...: the name is too long", path);
        return EXIT_USAGE;
    }
    if (force) { return EXIT_DONE; }
    switch (store_compare(path, config->resolved)) {
    case STORE_ABSENT: return EXIT_DONE;
    case STORE_SAME:
        message_say("already done: %s holds the results of this config (--force computes them again)", path);
        place->finished = true;
        return EXIT_DONE;
    case STORE_OTHER:
        place->grows = archive_compare(path, config) == ARCHIVE_GROWS;
        if (place->grows) { return EXIT_DONE; }
        message_say("choose another -o FILE, or --force to replace it");
        return EXIT_USAGE;
    case STORE_FOREIGN: break;
    }
    message_error("%s exists and is no results file; choose another -o FILE, or --force to replace it", path);
    return EXIT_USAGE;
}

void publish_clear(const char *path) {
    char archive[ARCHIVE_PATH];
    temporary_clear(path);
    if (archive_name(path, archive)) { temporary_clear(archive); }
}

/* ---- exact values ---- */

/* Takes from their records what is there; lists what is not. */
static bool exact_collect(const struct publish *p, size_t *missing, size_t *count) {
    *count = 0;
    for (size_t i = p->plan->unit_count; i < unit_plan_size(p->plan); i++) {
        struct unit unit = unit_get(p->plan, i);
        if (!p->has(p->context, i)) {
            missing[(*count)++] = i;
            continue;
        }
        size_t length;
        const uint8_t *record = p->source(p->context, i, &length);
        if (!record) { return false; }
        if (!record_add_exact(record, length, &unit)) {
            collect_refuse(&unit);
            return false;
        }
    }
    return true;
}

/* Runs have them among their units; what shards left out that ended before theirs is computed here. */
static int publish_exact(const struct publish *p) {
    size_t count, *missing = memory_create(p->plan->cell_count, sizeof *missing);
    int status = exact_collect(p, missing, &count) ? EXIT_DONE : EXIT_FAILED;
    if (count > 0 && !p->quiet) { message_say("computing the exact values beside it"); }
#pragma omp parallel for schedule(dynamic, 1) num_threads(p->threads)
    for (size_t i = 0; i < count; i++) {
        int so_far, outcome = EXIT_DONE;
#pragma omp atomic read
        so_far = status;
        if (so_far != EXIT_DONE) { continue; }
        struct unit unit = unit_get(p->plan, missing[i]);
        if (stop_asked(p->stop)) {
            outcome = EXIT_RESUMABLE;
        } else if (!exact_fill_cell(unit.cell)) {
            message_error("out of memory while computing exact values");
            outcome = EXIT_FAILED;
        }
        if (outcome != EXIT_DONE) {
#pragma omp atomic write
            status = outcome;
        }
    }
    free(missing);
    return status;
}

int publish_results(const struct publish *p) {
    int status = collect_results(p->plan, p->source, p->context);
    if (status == EXIT_DONE) { status = publish_exact(p); }
    if (status != EXIT_DONE) { return status; }
    if (p->stop && !stop_defer(p->stop)) { return EXIT_RESUMABLE; }
    char archive[ARCHIVE_PATH];
    if (!archive_name(p->output, archive) || !archive_write(archive, p->plan, p->source, p->context)) {
        return EXIT_FAILED;
    }
    struct store_provenance provenance = {.command_line = p->command_line, .threads = p->threads};
    status = store_write(p->output, p->plan->results, &provenance);
    if (status == EXIT_DONE && !p->quiet) { message_say("wrote %s", p->output); }
    return status;
}
