#include "sim/base/progress.h"

#include <math.h>
#include <stdio.h>

#include "sim/base/machine.h"
#include "sim/base/terminal.h"

struct progress progress_start(double total, double before, bool quiet) {
    double start = machine_seconds();
    return (struct progress){.quiet = quiet,
                             .terminal = terminal_obeys(stderr),
                             .total = total,
                             .before = before,
                             .done = before,
                             .start = start,
                             .next = start + 2};
}

static void show(struct progress *p, const char *what) {
    double time = machine_seconds();
    if (p->quiet || time < p->next) { return; }
    p->next = time + (p->terminal ? 0.25 : 10);
    double left = (time - p->start) * (p->total - p->done) / (p->done - p->before);
    char text[MACHINE_TEXT];
    fprintf(stderr, "%sgapscale: %3.0f%%, about %s left (%s)%s", p->terminal ? "\r\033[K" : "",
            100 * p->done / p->total, machine_duration(round(left), text), what, p->terminal ? "" : "\n");
}

void progress_add(struct progress *p, double cost, const char *what) {
    if (!p) { return; }
#pragma omp critical(progress)
    {
        p->done += cost;
        show(p, what);
    }
}

void progress_end(struct progress *p) {
    if (!p->quiet && p->terminal) { fputs("\r\033[K", stderr); }
}
