/* arguments: words of the command line in the grammar of the config: `--set PATH=VALUE` of `run`, KEY=VALUE
 * of `predict` and `flow`. A VALUE is one YAML flow value: 2^16, [a, b], {coef: 1, power: 2} (or
 * {coef:1,power:2}). Faults show the word and the column. */
#ifndef GAPSCALE_SIM_CONFIG_ARGUMENTS_H
#define GAPSCALE_SIM_CONFIG_ARGUMENTS_H

#include "sim/config/reader.h"

/* `word` as a source of `faults`, under the name `what` ("--set"). False, with a fault, unless it is UTF-8
 * text of at most TEXT_LIMIT. */
bool arguments_source(const char *what, const char *word, struct fault_list *faults,
                      struct fault_source *source);
/* The VALUE that starts at byte `start`. NULL after a fault. Free with yaml_free. */
struct yaml_node *arguments_value(const struct fault_source *source, size_t start);

struct arguments {
    struct reader reader;
    struct yaml_node *root;      /* a mapping: the keys that were given */
    struct fault_source *source; /* of every word, the one in front first */
};

/* Words KEY=VALUE of the command `what`, their keys among the `names`, none twice; here a list of plain
 * values may stand without brackets: n=1000,2000. `front` is the word that what is missing is told at: the
 * one before them, or the name of the command. */
struct arguments arguments_read(const char *what, const char *front, size_t count, char *const *word,
                                size_t names, const char *const *name);
/* Tells all faults on stderr and frees everything. Whether there were none. */
bool arguments_end(struct arguments *arguments);

#endif
