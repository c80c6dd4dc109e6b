/* reader: what the parts of a config that are read one by one (lengths, betas, collapse, parameters, outputs,
 * series) have in common. Each reads one node of the tree; where it is wrong it adds a fault at its place and
 * leaves its result as it was or empty. */
#ifndef GAPSCALE_SIM_CONFIG_READER_H
#define GAPSCALE_SIM_CONFIG_READER_H

#include "sim/config/value.h"

enum { READER_POINTS = 100000, READER_REPLICATES = 1000000000 }; /* the most of each */

#define READER_COUNT(array) (sizeof(array) / sizeof *(array))

struct reader {
    struct fault_list *faults;
    struct yaml_node *defaults; /* a mapping of every key but `series` */
};

struct reader reader_start(void);
/* Frees all, and `tells` the faults on stderr. Whether there were none. */
bool reader_end(struct reader *reader, bool tells);

/* Whether a node was not written by the user. */
bool reader_is_default(const struct yaml_node *node);
/* Value of a key in `mapping`, else in `fallback`; NULL when neither has it. */
const struct yaml_node *reader_find(const struct yaml_node *mapping, const struct yaml_node *fallback,
                                    const char *key);
/* What a series is called: its name, or its family's; "" where neither is written. */
const char *reader_series_name(const struct yaml_node *series);
/* What --set changed inside a mapping or list, to show it there; else the node. */
const struct yaml_node *reader_changed(const struct yaml_node *node);

/* These three add a fault and return false where the node is something else. */
bool reader_is_mapping(const struct yaml_node *node, const char *what, const char *wanted);
/* A list of 1 to `limit` items, or a scalar. */
bool reader_list_fits(const struct yaml_node *node, const char *what, size_t limit);

struct reader_span { /* a range of points: from, to and how many */
    double from, to;
    uint64_t points;
};
/* A span read from the mapping `node` that rises, or is one point. */
bool reader_span_fits(const struct yaml_node *node, const char *what, const struct reader_span *span);
/* Point i, exact at both ends, in equal steps. */
double reader_span_at(const struct reader_span *span, size_t i);

/* Reads a list without repetitions into `value`, which has room for it; returns how many, in increasing
 * order. */
size_t reader_reals(const struct yaml_node *node, const char *what, const struct value_range *range,
                    double *value);

#endif
