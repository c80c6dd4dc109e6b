/* gnuplot: runs gnuplot on a script. The only file that knows how. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_GNUPLOT_H
#define GAPSCALE_ANALYSIS_FIGURES_GNUPLOT_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* A gnuplot at work. */
struct gnuplot {
    pid_t process;
    FILE *script, *said; /* its input, and what it says on stderr */
};

/* Starts gnuplot in `directory` on a script, a temporary file that was written and is now owned by the
 * run. 0, or 1 after a message. */
int gnuplot_start(struct gnuplot *run, FILE *script, const char *directory);

/* Waits for its end. 0, or 1 after a message that repeats what gnuplot said. */
int gnuplot_finish(struct gnuplot *run);

#endif
