/* unit: the plan of a sweep, cut into units of work.
 *
 * A unit is a node of the tree of blocks (partial.h) of about a second of work by the cost model: 2^k whole
 * blocks of one cell (one where rows are long, 64 at most), fewer where what is to be computed is less, as at
 * the end of a cell, or under a target (target.h) at first. k follows from the cell alone, so that the same
 * units exist for any threads, shards, ranks and kills, and with more replicates or more n. A unit's numbers
 * depend on its cell's key and its replicates, and on nothing else. */
#ifndef GAPSCALE_SIM_SWEEP_UNIT_H
#define GAPSCALE_SIM_SWEEP_UNIT_H

#include "sim/sweep/replicate.h"

enum { UNIT_TARGET_BLOCKS = 256 / RESULTS_BLOCK_LENGTH }; /* after which a target is looked at first */

enum { UNIT_KEY = 32, UNIT_NAME = CONFIG_NAME + 96 };

struct unit_cell {
    const struct config_series *series;
    size_t series_index, n_index; /* where it stands in config and results */
    struct results_series here;   /* the outline of its series, cut to this one n */
    double log_n;
    double cost; /* of a row, in nanoseconds, roughly: never measured, the same everywhere */
    double p[FAMILY_PARAMETERS];
    struct replicate_layout layout;
    uint8_t key[UNIT_KEY]; /* SHA-256 of n and the resolved config of the series but for n and replicates */
    size_t block_count, unit_blocks;
};

struct unit_plan {
    const struct config *config;
    struct results *outline;
    size_t cell_count, most_betas;
    double cost;                    /* of all sampled units */
    struct unit_cell *cell;         /* the costly first */
    const struct unit_cell **bykey; /* the same in the order of their keys */
};

/* `config` stays in use; `quiet` is that of results_outline. Release with unit_plan_release. */
void unit_plan_create(struct unit_plan *plan, const struct config *config, bool quiet);
void unit_plan_release(struct unit_plan *plan);

/* Some blocks of a cell, one after the other, as a unit or more; or, in the place behind them as one more
 * that has no replicates, the cell's exact values. */
struct unit {
    const struct unit_cell *cell;
    size_t first_block, block_count;
    uint64_t first_replicate;
    size_t replicates, kept; /* how many, and how many of them are kept one by one */
};
/* So many blocks, as far as the cell has them; behind the last the exact values. */
struct unit unit_part(const struct unit_cell *cell, size_t first_block, size_t block_count);
struct unit unit_whole(const struct unit_cell *cell); /* all blocks */
struct unit unit_exact(const struct unit_cell *cell);
/* The node with these replicates of the cell with this key, which at the end of a cell may be shorter, or its
 * exact values (0 replicates); false when the plan has none. */
bool unit_find(const struct unit_plan *plan, const uint8_t key[UNIT_KEY], uint64_t first_replicate,
               uint64_t replicates, struct unit *unit);
/* Takes the first unit of `rest`, or the node of several that cost no more than that. Where nothing is left
 * `rest` has no blocks. */
struct unit unit_take(struct unit *rest, double cost);

bool unit_is_exact(const struct unit *unit);
bool unit_is_node(const struct unit *unit); /* a whole one */
size_t unit_end(const struct unit *unit);   /* the block behind it */
/* Whether all of it comes later, where exact values follow on all blocks of the plan. */
bool unit_is_behind(const struct unit *unit, const struct unit *other);
double unit_cost(const struct unit *unit); /* nanoseconds, roughly */
/* "SERIES at n = N, replicates A to B", or "exact values". Returns `name`. */
const char *unit_name(const struct unit *unit, char name[UNIT_NAME]);

struct unit_list {
    size_t count;
    struct unit *unit;
};
struct unit_amount {
    size_t units;
    double cost;
};
/* Of a list in the plan's order. Exact values count as a unit, as does what there is of one, in however many
 * parts. Under a target the first is as many as it is cut into at the counts there. */
struct unit_amount unit_amount(const struct unit_list *list);
/* What the shard, from 0, of `shards` owns: of every cell as much as one after the other at most, made of
 * nodes as large as leave the shards alike, of one under a target all or nothing; then exact values; of a
 * lone one all. Free `unit` with free(). */
struct unit_list unit_shares(const struct unit_plan *plan, size_t shard, size_t shards);

/* For a cell outside a plan, of which `series`, `log_n`, `p` and the sizes of `here` are known: layout, cost
 * and units. */
void unit_cell_size(struct unit_cell *cell);
/* log of the keys that a row of the cell draws score by score; -inf where it draws none so. */
double unit_log_drawn(const struct unit_cell *cell);
/* The law of a cell's rows, or of rows of another length like them. Free with sampler_law_free. */
struct sampler_law *unit_cell_law(const struct unit_cell *cell, const struct isa *isa, double log_n);

#endif
