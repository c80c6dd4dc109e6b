/* unit: the plan of a sweep, cut into units of work.
 *
 * A unit is an aligned range of 2^k whole blocks of one cell, about a second of work by the cost model (one
 * block where rows are long, 64 blocks at most). k follows from the cell alone, so that the same units exist
 * for any threads, shards, ranks and kills, and with more replicates or more n; only the last one of a cell
 * may be shorter. Under a target (target.h) the first of them is cut where it may end: after 4 blocks, 8, 16,
 * ... A unit's numbers depend on its cell's key and its replicates, and on nothing else. */
#ifndef GAPSCALE_SIM_SWEEP_UNIT_H
#define GAPSCALE_SIM_SWEEP_UNIT_H

#include "sim/sweep/replicate.h"

enum { UNIT_TARGET_BLOCKS = 256 / RESULTS_BLOCK_LENGTH }; /* after which a target is looked at first */

enum { UNIT_KEY = 32, UNIT_NAME = CONFIG_NAME + 96 };

struct unit_cell {
    const struct config_series *series;
    size_t series_index, n_index; /* where it stands in config and results */
    struct results_series here;   /* the outline of its series, cut to this one n */
    double log_n, log_lambda_typ;
    double cost; /* of a row, in nanoseconds, roughly: never measured, the same everywhere */
    double p[FAMILY_PARAMETERS];
    struct replicate_layout layout;
    uint8_t key[UNIT_KEY]; /* SHA-256 of n and the resolved config of the series but for n and replicates */
    size_t block_count, unit_blocks, first_unit, unit_count;
    size_t group_blocks; /* of the whole (partial.h) */
    size_t first_units;  /* that the first unit_blocks are cut into: 1 without a target */
};

struct unit_plan {
    const struct config *config;
    struct results *outline;
    size_t cell_count, unit_count, most_betas;
    double cost;                    /* of all sampled units */
    struct unit_cell *cell;         /* the costly first */
    const struct unit_cell **bykey; /* the same in the order of their keys */
};

/* `config` stays in use; `quiet` is that of results_outline. Release with unit_plan_release. */
void unit_plan_create(struct unit_plan *plan, const struct config *config, bool quiet);
void unit_plan_release(struct unit_plan *plan);
/* All units: the sampled ones, unit_count, and one for each cell, that of its exact values. */
size_t unit_plan_size(const struct unit_plan *plan);

/* The part of a cell that is computed at one go. After the units that are sampled come those of exact values,
 * with no replicates. */
struct unit {
    const struct unit_cell *cell;
    size_t first_block, block_count;
    uint64_t first_replicate;
    size_t replicates, kept; /* how many, and how many of them are kept one by one */
};
struct unit unit_get(const struct unit_plan *plan, size_t index);
/* Units from `first` to before `end`, of one cell, or its exact values. */
struct unit_range {
    size_t first, end;
};
/* The range with these replicates of the cell with this key (0 of them: its exact values); false when the
 * plan has none: a node of the tree of blocks (partial.h) that is a unit or more, or a cell's last unit. */
bool unit_find(const struct unit_plan *plan, const uint8_t key[UNIT_KEY], uint64_t first_replicate,
               uint64_t replicates, struct unit_range *range);
/* A range as one unit. */
struct unit unit_span(const struct unit_plan *plan, struct unit_range range);
/* And back, of a part of a cell that begins and ends as units do. */
struct unit_range unit_range_of(const struct unit_plan *plan, const struct unit *part);
/* The most units from range.first on that are a node and cost no more than that, at least one. */
size_t unit_node(const struct unit_plan *plan, struct unit_range range, double cost);
/* The sampled units of a cell. */
struct unit_range unit_of_whole(const struct unit_cell *cell);
double unit_range_cost(const struct unit_plan *plan, struct unit_range range);

/* Several, each of one cell, in the plan's order. */
struct unit_list {
    size_t count;
    struct unit_range *range;
};
struct unit_amount {
    size_t units;
    double cost;
};
struct unit_amount unit_amount(const struct unit_plan *plan, const struct unit_list *list);
/* What the shard, from 0, of `shards` owns: of every cell one range at most, made of nodes as large as leave
 * the shards alike, of one under a target all or nothing, and exact values; of a lone one all. Free `range`
 * with free(). */
struct unit_list unit_shares(const struct unit_plan *plan, size_t shard, size_t shards);

bool unit_is_exact(const struct unit *unit);
bool unit_is_node(const struct unit *unit); /* of the tree of blocks (partial.h) */
size_t unit_end(const struct unit *unit);   /* the block behind it */
double unit_cost(const struct unit *unit);  /* nanoseconds, roughly */
/* "SERIES at n = N, replicates A to B", or "exact values". Returns `name`. */
const char *unit_name(const struct unit_plan *plan, struct unit_range range, char name[UNIT_NAME]);
/* For a cell outside a plan, of which `series`, `log_n`, `p` and the sizes of `here` are known: layout, cost
 * and units. */
void unit_cell_size(struct unit_cell *cell);
/* Any range of blocks of a cell, as far as it has them. */
struct unit unit_part(const struct unit_cell *cell, size_t first_block, size_t block_count);

/* The law of a cell's rows, or of rows of another length like them. Free with sampler_law_free. */
struct sampler_law *unit_cell_law(const struct unit_cell *cell, const struct isa *isa, double log_n);

#endif
