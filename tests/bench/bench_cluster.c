/* make bench: what the journal costs beside a sweep, and what many nodes would make of it: a discrete-event
 * simulation of both ways to share units (sim/CLUSTER.md), with unit times and costs measured here. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/config/config_read.h"
#include "sim/journal/journal.h"
#include "sim/sweep/collect.h"
#include "sim/sweep/sweep.h"
#include "tests/bench/ledger.h"

/* A config, and the plan of its sweep. */
struct setting {
    struct config *config;
    struct unit_plan plan;
    size_t *unit; /* all of them */
};

static struct setting setting_make(const char *path) {
    struct setting s = {.config = config_read(path, 0, NULL)};
    if (!s.config) { exit(EXIT_FAILURE); }
    unit_plan_create(&s.plan, s.config);
    s.unit = memory_create(s.plan.unit_count, sizeof *s.unit);
    for (size_t i = 0; i < s.plan.unit_count; i++) { s.unit[i] = i; }
    return s;
}

static struct setting setting_of(const char *text) {
    char path[] = "/tmp/gapscale-bench-XXXXXX";
    int file = mkstemp(path);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) { abort(); }
    close(file);
    struct setting s = setting_make(path);
    unlink(path);
    return s;
}

static void setting_free(struct setting *s) {
    free(s->unit);
    unit_plan_release(&s->plan);
    config_free(s->config);
}

/* Seconds to compute some units. */
static double compute(const struct setting *s, size_t count, const size_t *unit, int threads,
                      sweep_accept *accept, void *context) {
    double start = omp_get_wtime();
    struct sweep_work work = {.plan = &s->plan,
                              .isa = isa_best(),
                              .threads = threads,
                              .quiet = true,
                              .unit_count = count,
                              .unit = unit,
                              .accept = accept,
                              .context = context};
    if (sweep_compute(&work) != EXIT_DONE) { abort(); }
    return omp_get_wtime() - start;
}

/* ---- the journal beside the sweep ---- */

static struct journal *journal_of(const struct setting *s, const char *directory) {
    struct journal_header header = {.config_path = "",
                                    .output = "",
                                    .config_text = s->config->text,
                                    .config_resolved = s->config->resolved,
                                    .shards = 1};
    struct journal *j = journal_create(directory, &header);
    if (!j || !journal_scan(j, &s->plan, true)) { abort(); }
    return j;
}

static void journal_remove(struct journal *j, const char *directory) {
    journal_close(j);
    journal_clear(directory);
    rmdir(directory);
}

struct timed {
    struct journal *journal;
    double seconds, bytes; /* of all threads */
};

/* Keeps a record and counts what that takes: its checksum, copies, writing and waiting for the disk. */
static bool time_record(void *context, size_t unit, uint8_t *record, size_t length) {
    struct timed *t = context;
    struct record_head head;
    double start = omp_get_wtime(), seconds;
    if (record_check(record, length, &head)) { abort(); } /* costs what making the checksum did */
    bool good = journal_accept(t->journal, unit, record, length);
    seconds = omp_get_wtime() - start;
#pragma omp critical(timed)
    {
        t->seconds += seconds;
        t->bytes += (double)length;
    }
    return good;
}

static void bench_journal(const struct ledger_options *options) {
    enum { UNITS, WALL, SHARE, SIZE, EACH, COLUMNS };
    static const struct ledger_column column[COLUMNS] = {
        {"units", "units"}, {"wall", "s"}, {"records/sweep", "1"}, {"a record", "MB"}, {"a record", "ms"}};
    char text[160];
    snprintf(text, sizeof text,
             "replicates: %d\nn: [3000, 1e20]\nseries: [{family: gaussian}, {family: gumbel}]\n",
             options->quick ? 256 : 30000);
    struct setting s = setting_of(text);
    char directory[] = "/tmp/gapscale-bench-XXXXXX";
    if (!mkdtemp(directory)) { abort(); }
    struct timed t = {.journal = journal_of(&s, directory)};
    int threads = omp_get_num_procs();
    double seconds = compute(&s, s.plan.unit_count, s.unit, threads, time_record, &t),
           units = (double)s.plan.unit_count;
    struct ledger *ledger = ledger_create(
        "journal", "what the journal takes of a sweep (records/sweep: of the time of all threads)", COLUMNS,
        column, 1);
    size_t row = ledger_row(ledger, "%d threads", threads);
    ledger_put(ledger, row, UNITS, 0, units);
    ledger_put(ledger, row, WALL, 0, seconds);
    ledger_put(ledger, row, SHARE, 0, t.seconds / (threads * seconds));
    ledger_put(ledger, row, SIZE, 0, 1e-6 * t.bytes / units);
    ledger_put(ledger, row, EACH, 0, 1e3 * t.seconds / units);
    ledger_print(ledger, options);
    ledger_free(ledger);
    journal_remove(t.journal, directory);
    setting_free(&s);
}

/* ---- what is measured for the simulation ---- */

enum { SAMPLED = 64 };

struct costs {
    size_t count;
    double unit[SAMPLED];  /* core-seconds of a unit, with its cell's law */
    double block[SAMPLED]; /* of its blocks: what threads share */
    double bytes;          /* of a record */
    double record;         /* seconds: rank 0 receives, keeps and saves a record */
    double merge;          /* seconds: a record is read, checked and added to the results */
};

struct kept {
    uint8_t *bytes[SAMPLED];
    size_t unit[SAMPLED], length[SAMPLED], count;
};

static bool keep_record(void *context, size_t unit, uint8_t *record, size_t length) {
    struct kept *k = context;
    k->unit[k->count] = unit;
    k->length[k->count] = length;
    k->bytes[k->count++] = record;
    return true;
}

/* As rank 0 takes records that arrive: copied twice, then to the journal. Seconds a record. */
static double record_seconds(const struct setting *s, const struct kept *k) {
    char directory[] = "/tmp/gapscale-bench-XXXXXX";
    if (!mkdtemp(directory)) { abort(); }
    struct journal *j = journal_of(s, directory);
    double start = omp_get_wtime();
    for (size_t i = 0; i < k->count; i++) {
        uint8_t *message = malloc(k->length[i]), *record = malloc(k->length[i]);
        if (!message || !record) { abort(); }
        memcpy(message, k->bytes[i], k->length[i]);
        memcpy(record, message, k->length[i]);
        free(message);
        if (!journal_accept(j, k->unit[i], record, k->length[i])) { abort(); }
    }
    if (!journal_flush(j)) { abort(); }
    double seconds = (omp_get_wtime() - start) / (double)k->count;
    journal_remove(j, directory);
    return seconds;
}

/* Of a small sweep, all of whose records are collected. */
static double merge_seconds(void) {
    struct setting s = setting_of("replicates: 4096\nn: [3000, 1e20]\nseries: [{family: gaussian}]\n");
    char directory[] = "/tmp/gapscale-bench-XXXXXX";
    if (!mkdtemp(directory)) { abort(); }
    struct journal *j = journal_of(&s, directory);
    compute(&s, s.plan.unit_count, s.unit, omp_get_num_procs(), journal_accept, j);
    if (!journal_flush(j)) { abort(); }
    double start = omp_get_wtime();
    struct results *results = collect_results(&s.plan, isa_best()->name, journal_record, j);
    if (!results) { abort(); }
    double seconds = (omp_get_wtime() - start) / (double)s.plan.unit_count;
    results_free(results);
    journal_remove(j, directory);
    setting_free(&s);
    return seconds;
}

/* Units of the main job, evenly chosen, one by one on one thread. */
static struct costs measure_costs(void) {
    struct setting s = setting_make("configs/reproduce.yaml");
    struct costs c = {.count = s.plan.unit_count < SAMPLED ? s.plan.unit_count : SAMPLED};
    struct kept kept = {.count = 0};
    for (size_t i = 0; i < c.count; i++) {
        size_t which = i * s.plan.unit_count / c.count;
        c.unit[i] = compute(&s, 1, &which, 1, keep_record, &kept);
        c.block[i] = c.unit[i] / (double)unit_get(&s.plan, which).block_count;
        c.bytes += (double)kept.length[i] / (double)c.count;
    }
    c.record = record_seconds(&s, &kept);
    c.merge = merge_seconds();
    for (size_t i = 0; i < kept.count; i++) { free(kept.bytes[i]); }
    setting_free(&s);
    return c;
}

/* ---- the simulation ---- */

enum { BATCH = 64 }; /* as sim/sweep/ranks.c has it for so many threads */
static const double cores = 32, start_up = 0.5, answer = 0.5e-3, look = 2e-6; /* seconds but for the first */
static const double minutes = 2;                                              /* of work for every core */

/* What happens at a rank next: it asks for units, or has finished a batch of them. */
struct event {
    double time;
    size_t rank, records;
};

struct queue {
    size_t count;
    struct event *event; /* a heap, the earliest first */
};

static void queue_push(struct queue *q, struct event e) {
    size_t i = q->count++;
    for (; i > 0 && q->event[(i - 1) / 2].time > e.time; i = (i - 1) / 2) {
        q->event[i] = q->event[(i - 1) / 2];
    }
    q->event[i] = e;
}

static struct event queue_pop(struct queue *q) {
    struct event first = q->event[0], last = q->event[--q->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < q->count; i = child) {
        child += child + 1 < q->count && q->event[child + 1].time < q->event[child].time;
        if (last.time <= q->event[child].time) { break; }
        q->event[i] = q->event[child];
    }
    q->event[i] = last;
    return first;
}

static double mean_unit(const struct costs *c) {
    double sum = 0;
    for (size_t i = 0; i < c->count; i++) { sum += c->unit[i]; }
    return sum / (double)c->count;
}

static size_t units_for(const struct costs *c, double nodes) {
    return (size_t)(nodes * cores * 60 * minutes / mean_unit(c));
}

/* Units from..from + count - 1, `step` apart, of a sweep whose units are those measured, the costly first. */
struct share {
    size_t from, step, count;
};

/* Seconds that they take on the cores of a node, together: what fills these, and at most one block more
 * (Graham's bound; the last are the shortest); adds their core-seconds to `work`. */
static double node_seconds(const struct costs *c, size_t units, struct share share, double *work) {
    double sum = 0, block = 0;
    for (size_t i = 0; i < share.count; i++) {
        size_t which = (share.from + i * share.step) * c->count / units;
        sum += c->unit[which];
        block = c->block[which];
    }
    *work += sum;
    return sum / cores + block * (1 - 1 / cores);
}

static size_t size_min(size_t a, size_t b) { return a < b ? a : b; }

/* Rank 0 serves one message at a time; a rank waits until its records are taken and it has new units. */
static double simulate_ranks(const struct costs *c, size_t nodes) {
    size_t units = units_for(c, (double)nodes), next = 0;
    struct queue q = {0, memory_create(nodes + 1, sizeof(struct event))};
    double server = 0, end = 0, work = 0;
    for (size_t i = 0; i < nodes; i++) { queue_push(&q, (struct event){start_up, i, 0}); }
    while (q.count > 0) {
        struct event e = queue_pop(&q);
        double keeping = (double)e.records * c->record, now = e.time + keeping / cores;
        if (e.rank > 0) { /* rank 0's own records need no message */
            server = fmax(server, e.time) + keeping + look;
            now = server + answer;
        }
        end = fmax(end, now);
        size_t left = units - next, count = size_min(size_min(left / (4 * nodes) + 1, BATCH), left);
        if (count == 0) { continue; }
        double seconds = node_seconds(c, units, (struct share){next, 1, count}, &work);
        next += count;
        queue_push(&q, (struct event){now + seconds, e.rank, count});
    }
    free(q.event);
    return work / (cores * (double)nodes * end);
}

/* Every task has its share of the units, and its own journal. */
static double simulate_array(const struct costs *c, size_t nodes) {
    size_t units = units_for(c, (double)nodes);
    double end = 0, work = 0;
    for (size_t i = 0; i < nodes; i++) {
        struct share mine = {i, nodes, units / nodes + (i < units % nodes)};
        double seconds = node_seconds(c, units, mine, &work);
        end = fmax(end, start_up + seconds + (double)mine.count * c->record / cores);
    }
    return work / (cores * (double)nodes * end);
}

static void print_costs(const struct costs *c, const struct ledger_options *options) {
    enum { UNIT, SIZE, RECORD, MERGE, NODES, COLUMNS };
    static const struct ledger_column column[COLUMNS] = {{"a unit", "core-s"},
                                                         {"a record", "MB"},
                                                         {"rank 0, a record", "ms"},
                                                         {"merge, a record", "ms"},
                                                         {"nodes that rank 0 serves", "1"}};
    struct ledger *ledger = ledger_create(
        "units", "units of configs/reproduce.yaml, and what rank 0 takes for a record", COLUMNS, column, 1);
    size_t row = ledger_row(ledger, "mean of %zu", c->count);
    ledger_put(ledger, row, UNIT, 0, mean_unit(c));
    ledger_put(ledger, row, SIZE, 0, 1e-6 * c->bytes);
    ledger_put(ledger, row, RECORD, 0, 1e3 * c->record);
    ledger_put(ledger, row, MERGE, 0, 1e3 * c->merge);
    ledger_put(ledger, row, NODES, 0, mean_unit(c) / cores / c->record);
    ledger_print(ledger, options);
    ledger_free(ledger);
}

static void bench_cluster(const struct ledger_options *options) {
    enum { RANKS, ARRAY, COLUMNS };
    static const struct ledger_column column[COLUMNS] = {{"MPI", "1"}, {"job array", "1"}};
    char title[160];
    struct costs c = measure_costs();
    print_costs(&c, options);
    snprintf(title, sizeof title,
             "efficiency expected of nodes with %.0f cores, %.0f minutes of work for each core", cores,
             minutes);
    struct ledger *ledger = ledger_create("efficiency", title, COLUMNS, column, 1);
    for (size_t nodes = 1; nodes <= 1000; nodes *= 10) {
        size_t row = ledger_row(ledger, "%zu nodes", nodes);
        ledger_put(ledger, row, RANKS, 0, simulate_ranks(&c, nodes));
        ledger_put(ledger, row, ARRAY, 0, simulate_array(&c, nodes));
    }
    ledger_print(ledger, options);
    ledger_free(ledger);
}

int main(int argc, char **argv) {
    const struct ledger_options options = ledger_options(argc, argv, 1);
    bench_journal(&options);
    if (!options.quick) { bench_cluster(&options); }
    return 0;
}
