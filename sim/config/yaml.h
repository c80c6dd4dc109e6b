/* yaml: a YAML text as a tree whose nodes remember where they were written. The only file that calls
 * libfyaml. Of YAML it takes plain data: one document, no aliases, anchors or tags, keys that are
 * plain words, nesting to YAML_DEPTH. */
#ifndef GAPSCALE_SIM_CONFIG_YAML_H
#define GAPSCALE_SIM_CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/config/fault.h"

enum { YAML_DEPTH = 16 };

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAPPING };

struct yaml_node {
    enum yaml_kind kind;
    const struct fault_source *source;
    size_t offset, line; /* where it starts in the source; line from 1 */
    bool block;          /* a list or mapping written over lines, not in brackets */
    bool quoted;         /* a scalar in quotes or a text block */
    char *text;          /* of a scalar; holds no NUL */
    size_t count;
    struct yaml_node **key;   /* of a mapping: scalars */
    struct yaml_node **value; /* of a mapping or list */
};

/* fault_add at a node. */
#define YAML_FAULT(at, ...) fault_add((at)->source, (at)->offset, __VA_ARGS__)

/* Reads the text of `source`, a NUL behind it, from byte `start` on. NULL, with the faults added, where it is
 * not such a text: no UTF-8, a syntax error, an empty document. Keys may repeat: see yaml_check_keys. */
struct yaml_node *yaml_parse(const struct fault_source *source, size_t start);
void yaml_free(struct yaml_node *node);

/* Value of a key (the last where it repeats); NULL when there is none. */
struct yaml_node *yaml_find(const struct yaml_node *mapping, const char *key);
/* Sets a key to `value`, which the mapping now owns; the key's place is the value's. */
void yaml_set(struct yaml_node *mapping, const char *key, struct yaml_node *value);
/* Adds a key (NULL in a list) and its value, which the mapping or list now owns. */
void yaml_add(struct yaml_node *parent, struct yaml_node *key, struct yaml_node *value);
/* A new node without content at the place of `at`. */
struct yaml_node *yaml_create(enum yaml_kind kind, const struct yaml_node *at);

/* Adds a fault for every key that is not among the `count` names or is written twice. `what` says
 * whose keys they are, as in "the config". O(keys log keys). */
void yaml_check_keys(const struct yaml_node *mapping, const char *what, size_t count,
                     const char *const *names);

#endif
