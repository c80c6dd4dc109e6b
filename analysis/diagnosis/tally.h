/* tally: the second reading of measured scores: every row measured as a sweep measures its rows, in units of
 * the median Lambda_n that the first reading found, and the spacings of its largest scores without the keys
 * that are sinks. Replicates are rows in the order of the files, blocks are sequences: errors are between
 * sequences. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_TALLY_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_TALLY_H

#include "analysis/diagnosis/diagnosis.h"
#include "sim/results/results.h"

struct tally_request {
    size_t betas;
    const double *beta; /* absolute, increasing, 1 among them */
    const char *text;   /* the options as YAML (sim/results/empirical.h), without blocks and series */
    int threads;
};

/* Reads all rows again; fills in what the diagnosis has of them, and returns its groups as results. NULL
 * after a message. Free with results_free. */
struct results *tally_make(struct scores *scores, const struct tally_request *request,
                           struct diagnosis *diagnosis);

#endif
