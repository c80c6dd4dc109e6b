#include "sim/base/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct progress progress_start(double total, double before, bool quiet) {
    double start = now();
    return (struct progress){.quiet = quiet,
                             .terminal = isatty(STDERR_FILENO),
                             .total = total,
                             .before = before,
                             .done = before,
                             .start = start,
                             .next = start + 2};
}

void progress_add(struct progress *p, double cost, const char *what) {
    p->done += cost;
    double time = now();
    if (p->quiet || time < p->next) { return; }
    p->next = time + (p->terminal ? 0.25 : 10);
    double left = (time - p->start) * (p->total - p->done) / (p->done - p->before);
    fprintf(stderr, "%sgapscale: %3.0f%%, about %.0f s left (%s)%s", p->terminal ? "\r\033[K" : "",
            100 * p->done / p->total, left, what, p->terminal ? "" : "\n");
}

void progress_end(struct progress *p) {
    if (!p->quiet && p->terminal) { fputs("\r\033[K", stderr); }
}
