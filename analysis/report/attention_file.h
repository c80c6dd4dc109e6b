/* attention_file: the attention output beside theory as a group of the fit file (results/SCHEMA.md). */
#ifndef GAPSCALE_ANALYSIS_REPORT_ATTENTION_FILE_H
#define GAPSCALE_ANALYSIS_REPORT_ATTENTION_FILE_H

#include "analysis/sphere/attention.h"
#include "sim/results/store.h"

enum { ATTENTION_COLUMNS = 25, ATTENTION_ATTRIBUTES = 5 + (2 + ATTENTION_QUESTIONS) * ATTENTION_REGIMES };

/* Keeps what the group points to. */
struct attention_page {
    char name[CONFIG_NAME + 32], attribute_name[ATTENTION_ATTRIBUTES][WORDS];
    double *numbers;
    struct h5_dimension dimension[2];
    struct h5_dataset dataset[ATTENTION_COLUMNS];
    struct h5_attribute attribute[ATTENTION_ATTRIBUTES];
};

/* The group "`series_name`/attention" of a series with an output. False when out of memory; release either
 * way. */
bool attention_file_make(struct attention_page *page, const char *series_name,
                         const struct results_series *series, const struct attention *attention,
                         struct h5_group *group);
void attention_file_release(struct attention_page *page);

#endif
