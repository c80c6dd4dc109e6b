/* `gapscale check`: whether a config is good, and what a run of it would cost. */
#include <omp.h>
#include <stdio.h>

#include "sim/base/machine.h"
#include "sim/base/message.h"
#include "sim/commands/command.h"
#include "sim/commands/options.h"
#include "sim/config/config_read.h"
#include "sim/sweep/estimate.h"

static const char check_usage[] =
    "usage: gapscale check CONFIG [--threads K] [--set PATH=VALUE]...\n"
    "\n"
    "Reads CONFIG, reports every error in it, and tells what a run would cost.\n";

static void print_duration(double seconds) {
    if (seconds < 120) {
        printf("%.3g s", seconds);
    } else if (seconds < 7200) {
        printf("%.3g min", seconds / 60);
    } else {
        printf("%.3g h", seconds / 3600);
    }
}

static void print_cost(const struct config *config, int threads) {
    struct estimate cost = estimate_sweep(config, isa_best(), threads);
    printf("%zu series, %zu cells (series x n), %.6g rows\n", config->series_count, cost.cells, cost.rows);
    printf("units   %zu, the longest about ", cost.units);
    print_duration(cost.longest_unit);
    printf(" on one core: what a kill may lose, for each thread\n");
    printf("time    about ");
    print_duration(cost.seconds / threads);
    printf(" with %d thread%s here (%.3g core-hours, %.3g node-hours of %d cores)\n", threads,
           threads == 1 ? "" : "s", cost.seconds / 3600, cost.seconds / 3600 / omp_get_num_procs(),
           omp_get_num_procs());
    char memory[MACHINE_TEXT], disk[MACHINE_TEXT], journal[MACHINE_TEXT], left[MACHINE_TEXT];
    printf("memory  about %s\n", machine_bytes(cost.memory, memory));
    printf(
        "disk    about %s of results (FILE), %s of units to grow from (FILE.units), and as much of journal "
        "until both are written\n",
        machine_bytes(cost.disk, disk), machine_bytes(cost.journal, journal));
    if (cost.memory > machine_memory()) {
        printf("too much for this machine: %s of memory are free; `run` would refuse\n",
               machine_bytes(machine_memory(), left));
    }
}

int command_check(int argc, char **argv) {
    static const struct option known[] = {
        {"threads", required_argument, NULL, 't'},
        {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct options o;
    if (!options_read(argc, argv, known, "h", check_usage, &o)) { return EXIT_USAGE; }
    if (o.help) {
        fputs(check_usage, stdout);
        return EXIT_DONE;
    }
    struct config *config = config_read(o.config, o.set_count, o.set);
    if (!config) { return EXIT_USAGE; }
    printf("%s: good\n", o.config);
    print_cost(config, o.threads);
    config_free(config);
    return EXIT_DONE;
}
