/* page: results laid out as the groups of a file (results/SCHEMA.md). Each series has its own group and,
 * within that, the group of its exact values, with copies of the scales these need. */
#ifndef GAPSCALE_SIM_RESULTS_PAGE_H
#define GAPSCALE_SIM_RESULTS_PAGE_H

#include "sim/results/results.h"
#include "sim/storage/h5content.h"

struct page {
    size_t group_count;
    struct h5_group *group;
    struct page_series *series; /* what the groups point to, beside the results */
};

/* In the order of the results, which stay in use. Free with page_free. */
struct page *page_create(const struct results *results);
void page_free(struct page *page);

enum { PAGE_NAME = CONFIG_NAME + 8 };

/* A number of a parameter's schedule as an attribute: its name, and where it stands. */
double *page_parameter(struct results_series *series, size_t parameter, size_t part, char name[PAGE_NAME]);
/* The path of the group of a series' exact values; an array's name in its group. */
void page_exact_path(const char *series, char path[PAGE_NAME]);
const char *page_dataset(const struct results_field *field);

#endif
