/* diagnose_request: what `gapscale diagnose` is asked for, from its words. */
#ifndef GAPSCALE_ANALYSIS_COMMANDS_DIAGNOSE_REQUEST_H
#define GAPSCALE_ANALYSIS_COMMANDS_DIAGNOSE_REQUEST_H

#include "sim/scores/scores.h"

enum diagnose_form { DIAGNOSE_TABLE, DIAGNOSE_JSON, DIAGNOSE_CSV };

struct diagnose_request {
    struct scores_request scores;
    enum diagnose_form form;
    const char *output;  /* NULL: the default */
    int threads, status; /* status: with which the command ends where it does not go on */
    size_t betas;
    double *beta; /* absolute, increasing, 1 among them */
    double *length;
};

/* False after help, or after all messages. Free with diagnose_request_free either way. */
bool diagnose_request_read(struct diagnose_request *request, int argc, char **argv);
void diagnose_request_free(struct diagnose_request *request);

/* The options as resolved config: a YAML text without `series:`. Free with free(). */
char *diagnose_request_text(const struct diagnose_request *request, const struct scores_facts *facts);

#endif
