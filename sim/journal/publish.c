#include "sim/journal/publish.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/progress.h"
#include "sim/base/temporary.h"
#include "sim/journal/recordfile.h"
#include "sim/results/precision.h"
#include "sim/results/store.h"
#include "sim/sweep/collect.h"
#include "sim/sweep/record.h"
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

/* ---- one pass over the records ---- */

struct pass {
    const struct publish *publish;
    struct recordfile archive;
    struct results *results;
    struct progress progress;
    int status;
};

/* The records of what is held, one after the other. */
static uint8_t *make_records(const struct partial_stack *stack, size_t *length) {
    uint8_t *all = NULL;
    *length = 0;
    for (size_t i = 0; i < stack->count; i++) {
        size_t more;
        uint8_t *record = record_make(stack->held[i], &more);
        all = memory_resize(all, *length + more, 1);
        memcpy(all + *length, record, more);
        *length += more;
        free(record);
    }
    return all;
}

/* A cell, or the exact values of one: what shards left out of these is computed here. */
static int read_cell(const struct publish *p, size_t index, struct partial_stack *stack) {
    const size_t cells = p->plan->cell_count;
    if (stop_asked(p->stop)) { return EXIT_RESUMABLE; }
    if (index < cells) {
        const struct unit_cell *c = &p->plan->cell[index];
        struct unit_range all = {c->first_unit, c->first_unit + c->unit_count};
        return records_read(p->records, all, stack) ? EXIT_DONE : EXIT_FAILED;
    }
    size_t unit = p->plan->unit_count + index - cells;
    struct unit exact = unit_get(p->plan, unit);
    if (!records_has(p->records, unit)) {
        partial_push(stack, sweep_exact(&exact));
        return EXIT_DONE;
    }
    return records_read(p->records, (struct unit_range){unit, unit + 1}, stack) ? EXIT_DONE : EXIT_FAILED;
}

/* In order. */
static void add_cell(struct pass *pass, struct partial_stack *stack, const uint8_t *records, size_t length) {
    struct partial *whole = partial_close(stack);
    collect_add(whole, pass->results);
    progress_add(&pass->progress, 1, whole->of.cell->series->name);
    partial_free(whole);
    if (!recordfile_add(&pass->archive, records, length)) { pass->status = EXIT_FAILED; }
}

static void read_cells(struct pass *pass) {
    const struct publish *p = pass->publish;
#pragma omp parallel for ordered schedule(dynamic, 1) num_threads(p->threads)
    for (size_t i = 0; i < 2 * p->plan->cell_count; i++) {
        struct partial_stack stack = {.count = 0};
        int status, so_far;
        size_t length;
#pragma omp atomic read
        so_far = pass->status;
        status = so_far == EXIT_DONE ? read_cell(p, i, &stack) : so_far;
        uint8_t *records = make_records(&stack, &length);
#pragma omp ordered
        if (pass->status == EXIT_DONE && status == EXIT_DONE) {
            add_cell(pass, &stack, records, length);
        } else if (pass->status == EXIT_DONE) {
#pragma omp atomic write
            pass->status = status;
        }
        partial_drop(&stack);
        free(records);
    }
}

static int write_results(const struct pass *pass) {
    const struct publish *p = pass->publish;
    struct store_provenance provenance = {.command_line = p->command_line, .threads = p->threads};
    precision_round(pass->results);
    int status = store_write(p->output, pass->results, &provenance);
    if (status == EXIT_DONE && !p->quiet) { message_say("wrote %s", p->output); }
    return status;
}

/* The archive first, without which the results cannot grow. */
int publish_results(const struct publish *p) {
    struct pass pass = {.publish = p, .status = EXIT_DONE};
    char path[ARCHIVE_PATH];
    if (!archive_name(p->output, path) || !recordfile_create(&pass.archive, path)) { return EXIT_FAILED; }
    pass.results = results_create(p->plan->outline, p->isa);
    pass.progress = progress_start(2 * (double)p->plan->cell_count, 0, p->quiet);
    read_cells(&pass);
    progress_end(&pass.progress);
    if (pass.status == EXIT_DONE && p->stop && !stop_defer(p->stop)) { pass.status = EXIT_RESUMABLE; }
    if (!recordfile_close(&pass.archive, pass.status == EXIT_DONE)) { pass.status = EXIT_FAILED; }
    if (pass.status == EXIT_DONE) { pass.status = write_results(&pass); }
    results_free(pass.results);
    return pass.status;
}
