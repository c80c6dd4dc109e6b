#include "sim/journal/publish.h"

#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/temporary.h"
#include "sim/results/precision.h"
#include "sim/results/store.h"
#include "sim/sweep/sweep.h"

int publish_check(const char *path, const struct config *config, bool force, struct publish_place *place) {
    *place = (struct publish_place){.finished = false};
    if (!archive_name(path, place->archive)) {
        message_error("%.60s...: the name is too long", path);
        return EXIT_USAGE;
    }
    if (!archive_may_replace(place->archive)) { return EXIT_USAGE; }
    if (force) { return EXIT_DONE; }
    char why[STORE_WHY];
    switch (store_compare(path, config->resolved, why)) {
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
    message_error(
        "%s exists and is no results file that can be read: %s; choose another -o FILE, or, where it is a "
        "damaged one, --force to replace it",
        path, why);
    return EXIT_USAGE;
}

void publish_clear(const char *path) {
    char archive[ARCHIVE_PATH];
    temporary_clear(path);
    if (archive_name(path, archive)) { temporary_clear(archive); }
}

/* ---- exact values ---- */

struct made {
    uint8_t *record;
    size_t length;
};

/* Of one cell, where there is no record of them. */
static int make_exact(const struct publish *p, size_t cell, struct made *made) {
    size_t index = p->plan->unit_count + cell;
    if (p->has(p->context, index)) { return EXIT_DONE; }
    if (stop_asked(p->stop)) { return EXIT_RESUMABLE; }
    struct unit unit = unit_get(p->plan, index);
    made->record = sweep_exact(&unit, &made->length);
    return EXIT_DONE;
}

/* Runs have them among their units; what shards left out that ended before theirs is computed here. */
static int make_missing(const struct publish *p, struct made *made) {
    int status = EXIT_DONE;
    size_t missing = 0;
    for (size_t i = p->plan->unit_count; i < unit_plan_size(p->plan); i++) {
        missing += !p->has(p->context, i);
    }
    if (missing > 0 && !p->quiet) { message_say("computing the exact values beside it"); }
#pragma omp parallel for schedule(dynamic, 1) num_threads(p->threads) if (missing > 0)
    for (size_t i = 0; i < p->plan->cell_count; i++) {
        int so_far;
#pragma omp atomic read
        so_far = status;
        int outcome = so_far == EXIT_DONE ? make_exact(p, i, &made[i]) : EXIT_DONE;
        if (outcome != EXIT_DONE) {
#pragma omp atomic write
            status = outcome;
        }
    }
    return status;
}

/* ---- one pass over the records ---- */

struct pass {
    const struct publish *publish;
    const struct made *made; /* [cell_count]: records of exact values that the source does not have */
    struct archive *archive;
};

/* collect_source: the records on their way from the source into the archive. */
static const uint8_t *pass_record(void *context, size_t unit, size_t *length) {
    const struct pass *pass = context;
    const struct publish *p = pass->publish;
    const struct made *made = unit < p->plan->unit_count ? NULL : &pass->made[unit - p->plan->unit_count];
    const uint8_t *record;
    if (made && made->record) {
        record = made->record;
        *length = made->length;
    } else {
        record = p->source(p->context, unit, length);
    }
    return record && archive_add(pass->archive, record, *length) ? record : NULL;
}

/* Both files: the archive first, without which the results cannot grow. */
static int write_files(const struct publish *p, struct pass *pass) {
    struct results *results = collect_results(p->plan, p->isa, pass_record, pass);
    int status = results && collect_exact(p->plan, pass_record, pass, results) ? EXIT_DONE : EXIT_FAILED;
    if (status == EXIT_DONE && p->stop && !stop_defer(p->stop)) { status = EXIT_RESUMABLE; }
    if (!archive_close(pass->archive, status == EXIT_DONE)) { status = EXIT_FAILED; }
    if (status == EXIT_DONE) {
        precision_round(results);
        struct store_provenance provenance = {.command_line = p->command_line, .threads = p->threads};
        status = store_write(p->output, results, &provenance);
    }
    results_free(results);
    if (status == EXIT_DONE && !p->quiet) { message_say("wrote %s", p->output); }
    return status;
}

int publish_results(const struct publish *p) {
    struct made *made = memory_create(p->plan->cell_count, sizeof *made);
    struct pass pass = {.publish = p, .made = made};
    char path[ARCHIVE_PATH];
    int status = make_missing(p, made);
    if (status == EXIT_DONE) {
        pass.archive = archive_name(p->output, path) ? archive_create(path) : NULL;
        status = pass.archive ? write_files(p, &pass) : EXIT_FAILED;
    }
    for (size_t i = 0; i < p->plan->cell_count; i++) { free(made[i].record); }
    free(made);
    return status;
}
