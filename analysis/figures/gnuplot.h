/* gnuplot: runs gnuplot on a script. The only file that knows how. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_GNUPLOT_H
#define GAPSCALE_ANALYSIS_FIGURES_GNUPLOT_H

#include <stdbool.h>
#include <stdio.h>

/* A gnuplot at work. */
struct gnuplot {
    FILE *script, *said; /* what it reads, and what it says */
    int error;           /* why it did not start, of errno */
    int status;          /* how it ended */
};

/* Makes an empty script, in memory. False after a message. */
bool gnuplot_open(struct gnuplot *run);

/* Runs gnuplot on what was written to the script, and waits for its end. Threads may run one each. */
void gnuplot_draw(struct gnuplot *run);

/* False after a message that repeats what gnuplot said, where it failed. */
bool gnuplot_tell(const struct gnuplot *run);
void gnuplot_close(struct gnuplot *run);

/* How many to have at work side by side: as many as there are threads, and 16 at most, since each has some
 * thirty descriptors open, of the thousand that a process may have. */
int gnuplot_at_once(void);

#endif
