#include "sim/commands/room.h"

#include "sim/base/machine.h"
#include "sim/base/message.h"
#include "sim/sweep/estimate.h"

static const char fewer[] = "ask for fewer n, betas, replicates or kept ones (keep_replicates)";

static int check_memory(const struct options *o, const struct estimate *cost) {
    char need[MACHINE_TEXT], left[MACHINE_TEXT];
    double bytes = o->shards > 1 ? cost->working : cost->memory, free_bytes = machine_memory();
    if (bytes <= free_bytes) { return EXIT_DONE; }
    message_error("%s takes about %s of memory with %d thread%s, and %s are free: %s, or fewer --threads",
                  o->config, machine_bytes(bytes, need), o->threads, o->threads == 1 ? "" : "s",
                  machine_bytes(free_bytes, left), fewer);
    return EXIT_USAGE;
}

/* Results, units to grow from, and the journal beside them. What a run that goes on has written is not known.
 */
static int check_disk(const struct options *o, const char *output, bool goes_on,
                      const struct estimate *cost) {
    char need[MACHINE_TEXT], left[MACHINE_TEXT];
    double bytes = o->shards > 1 ? cost->journal / o->shards : cost->disk + cost->archive + cost->journal,
           free_bytes = machine_disk(output);
    if (bytes <= free_bytes || o->force || goes_on) { return EXIT_DONE; }
    message_error("%s takes about %s of disk, and %s are free where %s goes: %s, choose another -o FILE, or "
                  "try all the same with --force",
                  o->config, machine_bytes(bytes, need), machine_bytes(free_bytes, left), output, fewer);
    return EXIT_USAGE;
}

/* A slip of the pen, mostly, but the most that a target may take need not be one. */
static int check_time(const struct options *o, const struct estimate *cost) {
    const double most = 1e6, hours = cost->least_seconds / 3600 / o->shards;
    if (hours <= most || o->force) { return EXIT_DONE; }
    message_error("%s takes about %.1e core-hours: %s, or a part of it with --shard I/N; --force begins all "
                  "the same",
                  o->config, hours, fewer);
    return EXIT_USAGE;
}

int room_check(const struct options *o, const struct config *config, const char *output, bool goes_on) {
    struct estimate cost = estimate_sweep(config, NULL, o->threads);
    int status = check_memory(o, &cost);
    if (status == EXIT_DONE) { status = check_disk(o, output, goes_on, &cost); }
    return status == EXIT_DONE ? check_time(o, &cost) : status;
}
