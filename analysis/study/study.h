/* study: the results files of one command line, read, fitted and judged.
 *
 * This room: what is found among series: pool (runs of several seeds as one), declared (the law that a file
 * declares), shared (what two have in common), along (prescriptions, by law), twins (one law made twice),
 * universality (one exponent at the upper end of the scores); and forecast, which fits and judges a sweep
 * before it is run. */
#ifndef GAPSCALE_ANALYSIS_STUDY_STUDY_H
#define GAPSCALE_ANALYSIS_STUDY_STUDY_H

#include "analysis/fit/fit.h"
#include "analysis/sphere/attention.h"
#include "analysis/study/universality.h"
#include "analysis/verdict/verdict.h"

struct study {
    size_t file_count;
    const char *const *paths;
    struct results **results; /* of each file */
    struct results *pooled;   /* all of them as one run; NULL: each is judged by itself */
    char *pooled_name;        /* the names of all files */
    size_t count;
    struct fit *fit;             /* every series of every file, or of what is pooled, in order */
    struct verdict *verdict;     /* of each fit, after study_judge; NULL before */
    struct attention *attention; /* likewise */
    size_t class_count;          /* series of one exponent, judged together after study_judge */
    struct universality *class;
};

/* Reads and fits; runs of one config with different seeds `pooled` are taken as one (pool.h), as if there
 * were one file. EXIT_DONE, or EXIT_USAGE after a message, where a file is no good, is given twice, or they
 * are not that. Free with study_release in either case. The paths must outlive the study. */
int study_open(struct study *study, size_t count, char *const *paths, bool pooled);
void study_release(struct study *study);

/* The verdict of every fit and class: takes up to half a second each. */
void study_judge(struct study *study);

#endif
