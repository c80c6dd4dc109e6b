/* `gapscale show`: what a results file holds. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>

#include "command.h"
#include "message.h"
#include "store.h"

static const char show_usage[] =
    "usage: gapscale show FILE [--digest]\n"
    "\n"
    "Tells what a results file holds.\n"
    "\n"
    "      --digest  a hash of every number, the seed and the config, and of nothing volatile: equal for\n"
    "                equal results, whatever the threads, the instruction set, the host or the day\n";

static void print_schedule(const char *name, const struct schedule *s) {
    printf("  %s = %.6g", name, s->coef);
    if (s->log_power != 0) { printf(" (log n)^%.6g", s->log_power); }
    if (s->power != 0) { printf(" n^%.6g", s->power); }
}

static void print_series(const struct results_series *s) {
    size_t lengths = s->size[RESULTS_LOG_N], betas = s->size[RESULTS_BETA];
    printf("\n%s: %s rows (%s class)", s->name, s->family->name, family_class_name(s->family->class));
    for (size_t i = 0; i < s->family->parameter_count; i++) {
        print_schedule(s->family->parameter[i].name, &s->parameter[i]);
    }
    printf("\n  %zu lengths, log n = %.6g .. %.6g; %zu betas, beta/Lambda^typ = %.4g .. %.4g at the last\n",
           lengths, s->log_n[0], s->log_n[lengths - 1], betas, s->beta_ratio[(lengths - 1) * betas],
           s->beta_ratio[lengths * betas - 1]);
    printf("  %llu replicates, %zu of them kept one by one; criteria:", (unsigned long long)s->replicates,
           s->size[RESULTS_REPLICATE]);
    for (size_t i = 0; i < s->size[RESULTS_CRITERION]; i++) {
        char label[CRITERION_LABEL];
        criterion_label(&s->criterion[i], label);
        printf(" %s", label);
    }
    printf("\n");
}

static int show_summary(const char *path) {
    struct results *r = store_read(path);
    if (!r) { return EXIT_FAILED; }
    printf("%s: %zu series, seed %llu, computed with %s kernels\n", path, r->series_count,
           (unsigned long long)r->seed, r->isa);
    for (size_t i = 0; i < r->series_count; i++) { print_series(&r->series[i]); }
    results_free(r);
    return EXIT_DONE;
}

int command_show(int argc, char **argv) {
    static const struct option known[] = {
        {"digest", no_argument, NULL, 'd'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    bool wants_digest = false;
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        switch (option) {
        case 'd': wants_digest = true; break;
        case 'h': fputs(show_usage, stdout); return EXIT_DONE;
        default: fputs(show_usage, stderr); return EXIT_USAGE;
        }
    }
    if (optind + 1 != argc) {
        message_error("show takes one FILE");
        fputs(show_usage, stderr);
        return EXIT_USAGE;
    }
    if (!wants_digest) { return show_summary(argv[optind]); }
    char digest[65];
    if (!store_digest(argv[optind], digest)) { return EXIT_FAILED; }
    printf("%s  %s\n", digest, argv[optind]);
    return EXIT_DONE;
}
