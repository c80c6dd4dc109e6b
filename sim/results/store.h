/* store: the results schema on disk (results/SCHEMA.md), on top of h5file. */
#ifndef GAPSCALE_SIM_RESULTS_STORE_H
#define GAPSCALE_SIM_RESULTS_STORE_H

#include "sim/results/results.h"
#include "sim/storage/h5file.h"

struct store_provenance { /* volatile: outside the digest */
    const char *command_line;
    int threads;
    /* Of measured scores, as their files say; NULL, 0: not said. */
    const char *model, *licence, *input;
    double trained_context, score_scale_applied;
};

/* Writes the results, with their digest as root attribute `digest`, under a temporary name beside `path`,
 * fsyncs, reads them again, and renames. Returns EXIT_DONE, or EXIT_FAILED after a message; then `path` is as
 * it was. */
int store_write(const char *path, const struct results *results, const struct store_provenance *provenance);

/* Reads a results file, with its digest: SHA-256 over datasets, their attributes, seed and resolved config
 * (nothing volatile) in 64 hex digits. NULL after a message when it is missing, foreign, of another schema
 * version, or damaged: also where its digest is not the one it was written with. */
struct results *store_read(const char *path);
/* The same without a message: `why` receives the reason. */
struct results *store_try(const char *path, char why[H5_WHY]);

/* Tells every root attribute of the file that results were read from, in the order of their names, as text:
 * where it comes from, and its configs. */
void store_tell_attributes(const struct results *results,
                           void (*tell)(void *context, const char *name, const char *text), void *context);

enum store_kind { STORE_UNKNOWN, STORE_RESULTS, STORE_DIAGNOSIS, STORE_FIT, STORE_SCORES };
/* What a file says it is, whether or not its numbers can be trusted: results of a sweep, of measured scores,
 * fits, scores of a sweep's rows, or none of these. */
enum store_kind store_kind(const char *path);

/* Fits of results: their own groups, with the names of the files that they came from and the provenance as
 * root attributes. Written like results; returns likewise. */
int store_write_fit(const char *path, size_t input_count, const char *const *inputs, size_t group_count,
                    const struct h5_group *groups, const struct store_provenance *provenance);

#endif
