/* make bench: what journal and reduction cost beside a sweep, and what many nodes would make of it: a
 * discrete-event simulation of both ways to share units (sim/CLUSTER.md) over the plan of the main job, with
 * as many replicates as such nodes need, and with unit times and costs measured here. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/config/config_read.h"
#include "sim/journal/journal.h"
#include "sim/sweep/ranks.h"
#include "sim/sweep/record.h"
#include "sim/sweep/sweep.h"
#include "tests/bench/ledger.h"

/* A config, and the plan of its sweep. */
struct setting {
    struct config *config;
    struct unit_plan plan;
};

/* With so many times the replicates. */
static void setting_make(struct setting *s, const char *path, double factor) {
    s->config = config_read(path, 0, NULL);
    if (!s->config) { exit(EXIT_FAILURE); }
    for (size_t i = 0; i < s->config->series_count; i++) {
        s->config->series[i].replicates =
            (uint64_t)fmax(1, rint((double)s->config->series[i].replicates * factor));
    }
    unit_plan_create(&s->plan, s->config, true);
}

static void setting_of(struct setting *s, const char *text) {
    char path[] = "/tmp/gapscale-bench-XXXXXX";
    int file = mkstemp(path);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) { abort(); }
    close(file);
    setting_make(s, path, 1);
    unlink(path);
}

static void setting_free(struct setting *s) {
    unit_plan_release(&s->plan);
    config_free(s->config);
}

/* Seconds of processor time of this process: others may be at work here. */
static double core_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Core-seconds to compute some units. */
static double compute(const struct setting *s, struct unit_list list, int threads,
                      bool (*keep)(void *context, const struct partial *partial), void *context) {
    double start = core_seconds();
    struct sweep_work work = {
        .plan = &s->plan, .isa = isa_best(), .threads = threads, .keep = keep, .context = context};
    if (ranks_lead(&work, &list) != EXIT_DONE) { abort(); }
    return core_seconds() - start;
}

/* ---- the journal beside the sweep ---- */

static struct journal *journal_of(const struct setting *s, const char *directory) {
    struct journal_header header = {.config_path = "",
                                    .output = "",
                                    .config_text = s->config->text,
                                    .config_resolved = s->config->resolved,
                                    .shards = 1};
    struct journal *j = journal_make(directory, &header);
    if (!j) { abort(); }
    journal_begin(j, &s->plan);
    return j;
}

struct timed {
    struct journal *journal;
    double seconds; /* of all threads */
};

/* Keeps a partial and counts what that takes: checksums, writing. */
static bool time_partial(void *context, const struct partial *partial) {
    struct timed *t = context;
    double start = ledger_clock();
    bool good = journal_keep(t->journal, partial);
    double seconds = ledger_clock() - start;
#pragma omp atomic
    t->seconds += seconds;
    return good;
}

static void bench_journal(const struct ledger_options *options) {
    enum { UNITS, SWEEP, KEEPING, PACKING, UNPACKED, PACKED, COLUMNS };
    static const struct ledger_column column[COLUMNS] = {{"units", "units"},     {"sweep", "core-s"},
                                                         {"keeping/sweep", "1"}, {"packing/sweep", "1"},
                                                         {"kept", "MB"},         {"packed", "MB"}};
    char text[160];
    snprintf(text, sizeof text,
             "replicates: %d\nn: [3000, 1e20]\nseries: [{family: gaussian}, {family: gumbel}]\n",
             options->quick ? 256 : 100000);
    struct setting s;
    setting_of(&s, text);
    char directory[] = "/tmp/gapscale-bench-XXXXXX";
    if (!mkdtemp(directory)) { abort(); }
    struct timed t = {.journal = journal_of(&s, directory)};
    struct unit_list all = unit_shares(&s.plan, 0, 1);
    all.count = s.plan.cell_count; /* without exact values */
    const double units = (double)unit_amount(&all).units;
    int threads = omp_get_num_procs();
    double seconds = compute(&s, all, threads, time_partial, &t), start = core_seconds();
    if (!journal_sync(t.journal) || !journal_scan(t.journal, RECORDS_BY_HEADS)) { abort(); }
    double unpacked = records_bytes(t.journal->records);
    if (!journal_pack(t.journal, NULL)) { abort(); }
    double packing = core_seconds() - start;
    struct ledger *ledger = ledger_create("journal", "what the journal takes of a sweep", COLUMNS, column, 1);
    size_t row = ledger_row(ledger, "%d threads", threads);
    ledger_put(ledger, row, UNITS, 0, units);
    ledger_put(ledger, row, SWEEP, 0, seconds);
    ledger_put(ledger, row, KEEPING, 0, t.seconds / seconds);
    ledger_put(ledger, row, PACKING, 0, packing / seconds);
    ledger_put(ledger, row, UNPACKED, 0, 1e-6 * unpacked);
    ledger_put(ledger, row, PACKED, 0, 1e-6 * records_bytes(t.journal->records));
    ledger_print(ledger, options);
    ledger_free(ledger);
    free(all.unit);
    journal_close(t.journal);
    journal_clear(directory);
    rmdir(directory);
    setting_free(&s);
}

/* ---- what is measured for the simulation ---- */

enum { SAMPLED = 64 };

struct costs {
    size_t count, *cell;      /* the cells that were measured */
    double pace[SAMPLED];     /* core-seconds for each of the cost model */
    double block[SAMPLED];    /* core-seconds of a block: what threads share */
    double unit;              /* mean core-seconds of a unit */
    double bytes;             /* of a record of a node */
    double make, read, merge; /* seconds: a record is made; scanned and read; two partials merged */
};

static bool keep_partial(void *context, const struct partial *partial) {
    struct partial **kept = context;
    size_t length = 0;
    uint8_t *record = record_append(partial, NULL, &length);
    *kept = record_read(record, length, &partial->of);
    free(record);
    return true;
}

/* What is done with a partial later, timed. */
static void add_record(struct costs *c, struct partial *p) {
    struct record_head head;
    size_t length = 0;
    double start = core_seconds();
    uint8_t *record = record_append(p, NULL, &length);
    c->make += core_seconds() - start;
    start = core_seconds();
    const char *scanned = record_check(record, length, &head), *checked = record_check(record, length, &head);
    struct partial *again = record_read(record, length, &p->of);
    if (scanned || checked || !again) { abort(); }
    c->read += core_seconds() - start;
    c->bytes += (double)length;
    start = core_seconds();
    again->of.first_block += p->of.block_count; /* as if it were its neighbour */
    partial_free(partial_merge(p, again));
    c->merge += core_seconds() - start;
    free(record);
}

/* A unit in the middle of cells of the main job, evenly chosen, one by one on one thread. */
static void measure_costs(const struct setting *s, struct costs *c) {
    *c = (struct costs){.count = s->plan.cell_count < SAMPLED ? s->plan.cell_count : SAMPLED};
    c->cell = memory_create(c->count, sizeof *c->cell);
    for (size_t i = 0; i < c->count; i++) {
        c->cell[i] = i * s->plan.cell_count / c->count;
        const struct unit_cell *cell = &s->plan.cell[c->cell[i]];
        const size_t units = (cell->block_count - 1) / cell->unit_blocks + 1;
        struct unit unit = unit_part(cell, units / 2 / 2 * 2 * cell->unit_blocks, cell->unit_blocks);
        struct partial *p;
        double cost = 1e-9 * unit_cost(&unit),
               seconds = compute(s, (struct unit_list){1, &unit}, 1, keep_partial, &p);
        c->pace[i] = seconds / cost;
        c->block[i] = seconds / (double)cell->unit_blocks;
        c->unit += seconds / (double)c->count;
        add_record(c, p);
    }
    c->make /= (double)c->count;
    c->read /= (double)c->count;
    c->merge /= (double)c->count;
    c->bytes /= (double)c->count;
}

/* The cell that was measured for one that was not. */
static size_t measured_for(const struct costs *c, size_t cell) {
    size_t k = 0;
    while (k + 1 < c->count && c->cell[k + 1] <= cell) { k++; }
    return k;
}

/* Core-seconds of a range, as they would be; adds to the nodes that it is kept as. */
static double range_seconds(const struct setting *s, const struct costs *c, struct unit range,
                            double *nodes) {
    if (unit_is_exact(&range)) { return 0; }
    double seconds = 1e-9 * unit_cost(&range) * c->pace[measured_for(c, (size_t)(range.cell - s->plan.cell))];
    for (; range.block_count > 0; *nodes += 1) { unit_take(&range, INFINITY); }
    return seconds;
}

/* ---- the simulation ---- */

static const double cores = 32, start_up = 0.5, answer = 0.5e-3, look = 5e-6, /* seconds but for the first */
    disk = 1e9;                                                               /* bytes a second, for all */

struct outcome {
    double efficiency, records, bytes;
    double ending; /* seconds: until what is kept is results */
};

/* Reading records on the cores of one node, or as fast as the disk gives them. */
static double reading(const struct costs *c, double records) {
    return fmax(records * (c->read + c->merge) / cores, records * c->bytes / disk);
}

/* What a node waits for at the end of its work: the slices of a block; and it packs its journal. */
static double node_end(const struct costs *c, double nodes) {
    double block = 0;
    for (size_t i = 0; i < c->count; i++) { block = fmax(block, c->block[i]); }
    return block * (1 - 1 / cores) + nodes * (c->read + c->merge + c->make);
}

static struct outcome outcome_of(const struct costs *c, size_t nodes, double work, double end, double records,
                                 double ending) {
    return (struct outcome){work / (cores * (double)nodes * end), records, records * c->bytes, ending};
}

/* Every task has its shares, and its own journal; the merge comes later, on one node. */
static struct outcome simulate_array(const struct setting *s, const struct costs *c, size_t nodes) {
    double end = 0, work = 0, records = 0;
    for (size_t i = 0; i < nodes; i++) {
        struct unit_list share = unit_shares(&s->plan, i, nodes);
        double kept = 0, seconds = 0;
        for (size_t k = 0; k < share.count; k++) { seconds += range_seconds(s, c, share.unit[k], &kept); }
        end = fmax(end, start_up + seconds / cores + node_end(c, kept));
        work += seconds;
        records += kept;
        free(share.unit);
    }
    return outcome_of(c, nodes, work, end, records, reading(c, records));
}

struct rank {
    double free, kept; /* when it asks next; nodes that it has */
};

/* As sim/sweep/ranks.c has it: a rank asks when its threads run out of tasks; rank 0 serves one at a time and
 * at the end reads what all have kept. */
static struct outcome simulate_ranks(const struct setting *s, const struct costs *c, size_t nodes) {
    struct rank *rank = memory_create(nodes, sizeof *rank);
    struct unit_list all = unit_shares(&s->plan, 0, 1);
    size_t at = 0;
    double server = 0, end = 0, work = 0, records = 0, left = 0;
    for (size_t i = 0; i < s->plan.cell_count; i++) {
        const struct unit_cell *cell = &s->plan.cell[i];
        left += cell->cost * (double)cell->series->replicates;
    }
    for (size_t i = 0; i < nodes; i++) { rank[i].free = start_up; }
    while (at < s->plan.cell_count) {
        size_t next = 0;
        for (size_t i = 1; i < nodes; i++) { next = rank[i].free < rank[next].free ? i : next; }
        server = fmax(server, rank[next].free) + look;
        rank[next].free = server + (next > 0 ? answer : 0);
        const struct unit node = unit_take(&all.unit[at], left / (2 * (double)nodes));
        const double seconds = range_seconds(s, c, node, &rank[next].kept);
        left -= unit_cost(&node);
        rank[next].free += seconds / cores;
        work += seconds;
        at += all.unit[at].block_count == 0;
    }
    for (size_t i = 0; i < nodes; i++) {
        end = fmax(end, rank[i].free + node_end(c, rank[i].kept));
        records += rank[i].kept;
    }
    free(rank);
    free(all.unit);
    double ending = reading(c, records);
    return outcome_of(c, nodes, work, end + ending, records, ending);
}

/* ---- what is told ---- */

static void print_costs(const struct costs *c, const struct ledger_options *options) {
    enum { UNIT, LOW, HIGH, SIZE, MAKE, READ, MERGE, COLUMNS };
    static const struct ledger_column column[COLUMNS] = {
        {"a unit", "core-s"}, {"time/model, least", "1"}, {"time/model, most", "1"}, {"a record", "MB"},
        {"it is made", "ms"}, {"it is read", "ms"},       {"it is merged", "ms"}};
    struct ledger *ledger =
        ledger_create("units", "units of configs/reproduce.yaml and their records", COLUMNS, column, 1);
    size_t row = ledger_row(ledger, "%zu cells", c->count);
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < c->count; i++) {
        low = fmin(low, c->pace[i]);
        high = fmax(high, c->pace[i]);
    }
    ledger_put(ledger, row, UNIT, 0, c->unit);
    ledger_put(ledger, row, LOW, 0, low);
    ledger_put(ledger, row, HIGH, 0, high);
    ledger_put(ledger, row, SIZE, 0, 1e-6 * c->bytes);
    ledger_put(ledger, row, MAKE, 0, 1e3 * c->make);
    ledger_put(ledger, row, READ, 0, 1e3 * c->read);
    ledger_put(ledger, row, MERGE, 0, 1e3 * c->merge);
    ledger_print(ledger, options);
    ledger_free(ledger);
}

/* Core-seconds of the main job as it is. */
static double main_job(const struct costs *c) {
    struct setting once;
    setting_make(&once, "configs/reproduce.yaml", 1);
    double nodes = 0, seconds = 0;
    for (size_t i = 0; i < once.plan.cell_count; i++) {
        seconds += range_seconds(&once, c, unit_whole(&once.plan.cell[i]), &nodes);
    }
    setting_free(&once);
    return seconds;
}

/* So many minutes of work for every core. */
static void simulate(struct ledger *ledger, const struct costs *c, double job, double minutes) {
    enum { RANKS, ENDING, ARRAY, RECORDS, BYTES, MERGE };
    for (size_t nodes = 1; nodes <= 1000; nodes *= 10) {
        struct setting s;
        setting_make(&s, "configs/reproduce.yaml", (double)nodes * cores * 60 * minutes / job);
        struct outcome ranks = simulate_ranks(&s, c, nodes), array = simulate_array(&s, c, nodes);
        size_t row = ledger_row(ledger, "%zu nodes, %.0f minutes", nodes, minutes);
        ledger_put(ledger, row, RANKS, 0, ranks.efficiency);
        ledger_put(ledger, row, ENDING, 0, ranks.ending);
        ledger_put(ledger, row, ARRAY, 0, array.efficiency);
        ledger_put(ledger, row, RECORDS, 0, array.records);
        ledger_put(ledger, row, BYTES, 0, 1e-9 * array.bytes);
        ledger_put(ledger, row, MERGE, 0, array.ending);
        setting_free(&s);
    }
}

static void bench_cluster(const struct ledger_options *options) {
    static const struct ledger_column column[] = {{"MPI", "1"},       {"its end", "s"},
                                                  {"job array", "1"}, {"records", "records"},
                                                  {"size", "GB"},     {"merge", "s"}};
    struct setting s;
    struct costs c;
    char title[120];
    setting_make(&s, "configs/reproduce.yaml", 1e5);
    measure_costs(&s, &c);
    print_costs(&c, options);
    snprintf(
        title, sizeof title,
        "efficiency expected of nodes with %.0f cores and a disk of %.0f GB/s, by minutes of work for a core",
        cores, 1e-9 * disk);
    struct ledger *ledger = ledger_create("efficiency", title, sizeof column / sizeof *column, column, 1);
    const double job = main_job(&c);
    simulate(ledger, &c, job, 2);
    simulate(ledger, &c, job, 60);
    ledger_print(ledger, options);
    ledger_free(ledger);
    free(c.cell);
    setting_free(&s);
}

int main(int argc, char **argv) {
    const struct ledger_options options = ledger_options(argc, argv, 1);
    bench_journal(&options);
    if (!options.quick) { bench_cluster(&options); }
    return 0;
}
