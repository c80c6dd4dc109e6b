#include "sim/sweep/unit.h"

#include <endian.h>
#include <gsl/gsl_math.h>
#include <inttypes.h>
#include <math.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/search.h"
#include "sim/base/memory.h"
#include "sim/config/resolve.h"

static const double UNIT_COST = 1e9; /* nanoseconds */
enum { UNIT_BLOCKS = 64 };

struct sampler_law *unit_cell_law(const struct unit_cell *c, const struct isa *isa, double log_n) {
    return sampler_law_create(c->series->family, c->p, log_n, c->here.log_lambda_typ[0],
                              config_counted(c->series, c->log_n), isa->kernel, c->layout.betas,
                              c->here.beta_ratio);
}

double unit_log_drawn(const struct unit_cell *c) {
    if (c->series->family->kind == FAMILY_FIXED) { return -INFINITY; }
    if (!config_counted(c->series, c->log_n)) { return c->log_n; }
    return config_has_position(c->series) ? config_log_window(c->series, c->log_n) : -INFINITY;
}

/* ---- cost ---- */

/* Directions for the keys, and their sums at every beta. */
static double output_cost(const struct unit_cell *c, double keys) {
    double columns = (double)c->here.size[RESULTS_COLUMN];
    return results_has_output(&c->here) ? keys * columns * (4 + 0.5 * (double)c->layout.betas) : 0;
}

/* A few keys have weight under sparsemax, thousands for small alpha, of which more are not looked at one by
 * one. */
static double normaliser_cost(const struct unit_cell *c) {
    const double few = 300, many = 60000;
    const struct config_normalisers *asked = &c->series->normalisers;
    double each = asked->sparsemax ? few : 0;
    for (size_t i = 0; i < asked->entmax_count; i++) {
        each += fmin(many, few * pow(10, 1 / (asked->entmax[i] - 1) - 1));
    }
    return each * (double)c->layout.betas;
}

/* Making a row, exponentials over its points, directions for its keys. */
static double plain_cost(const struct unit_cell *c) {
    double sums = (double)c->layout.betas + 60, n = exp(unit_log_drawn(c));
    if (c->series->family->kind == FAMILY_FIXED) { return 1000 + 20 * sums; }
    if (c->series->family->kind == FAMILY_SAMPLED) {
        return (c->series->family->cost(c->p) + 4) * n + fmin(n, 1000) * sums + 2000;
    }
    if (n == 0) { return 15000 + 400 * sums + output_cost(c, fmin(exp(c->log_n), 2000)); }
    return 8 * n + fmin(n, 1000) * sums + 2000 + output_cost(c, n);
}

/* The largest power of two whose blocks stay below UNIT_COST. */
static size_t blocks_per_unit(double cost) {
    size_t blocks = 1;
    while (blocks < UNIT_BLOCKS && 2 * (double)blocks * RESULTS_BLOCK_LENGTH * cost <= UNIT_COST) {
        blocks *= 2;
    }
    return blocks;
}

/* ---- keys ---- */

/* The hash of what all cells of a series share. */
static void series_hash(const struct config *config, const struct config_series *series,
                        struct sha256_ctx *hash) {
    struct config_series alone = *series;
    alone.n_count = 0;
    alone.replicates = 1;
    alone.target = 0;
    struct config only = *config;
    only.quantile_count = 0;
    only.series_count = 1;
    only.series = &alone;
    char *text = resolve_config(&only);
    sha256_init(hash);
    sha256_update(hash, strlen(text), (const uint8_t *)text);
    free(text);
}

static void cell_key(struct unit_cell *c, struct sha256_ctx hash) {
    uint64_t bits;
    memcpy(&bits, &c->log_n, sizeof bits);
    bits = htole64(bits);
    sha256_update(&hash, sizeof bits, (const uint8_t *)&bits);
    sha256_digest(&hash, UNIT_KEY, c->key);
}

/* ---- plan ---- */

static int costlier(const void *a, const void *b) {
    const struct unit_cell *x = a, *y = b;
    if (x->cost != y->cost) { return (x->cost < y->cost) - (x->cost > y->cost); }
    int name = strcmp(x->series->name, y->series->name);
    return name ? name : (x->n_index > y->n_index) - (x->n_index < y->n_index);
}

static int by_key(const void *a, const void *b) {
    const struct unit_cell *const *x = a, *const *y = b;
    return memcmp((*x)->key, (*y)->key, UNIT_KEY);
}

void unit_cell_size(struct unit_cell *c) {
    c->layout = replicate_layout(&c->here);
    c->cost = plain_cost(c) + normaliser_cost(c);
    c->block_count = (c->series->replicates - 1) / RESULTS_BLOCK_LENGTH + 1;
    c->unit_blocks = blocks_per_unit(c->cost);
}

void unit_plan_create(struct unit_plan *plan, const struct config *config, bool quiet) {
    *plan = (struct unit_plan){.config = config, .outline = results_outline(config, quiet)};
    for (size_t i = 0; i < config->series_count; i++) { plan->cell_count += config->series[i].n_count; }
    plan->cell = memory_create(plan->cell_count, sizeof *plan->cell);
    plan->bykey = memory_create(plan->cell_count, sizeof(struct unit_cell *));
    struct unit_cell *c = plan->cell;
    for (size_t i = 0; i < config->series_count; i++) {
        struct sha256_ctx hash;
        series_hash(config, &config->series[i], &hash);
        for (size_t j = 0; j < config->series[i].n_count; j++, c++) {
            *c = (struct unit_cell){.series = &config->series[i], .series_index = i, .n_index = j};
            results_cut(&plan->outline->series[i], j, &c->here);
            c->log_n = c->here.log_n[0];
            config_parameters(c->series, c->log_n, c->p);
            unit_cell_size(c);
            cell_key(c, hash);
        }
    }
    qsort(plan->cell, plan->cell_count, sizeof *plan->cell, costlier);
    for (size_t i = 0; i < plan->cell_count; i++) {
        plan->most_betas = GSL_MAX(plan->most_betas, plan->cell[i].layout.betas);
        plan->cost += plan->cell[i].cost * (double)plan->cell[i].series->replicates;
        plan->bykey[i] = &plan->cell[i];
    }
    qsort(plan->bykey, plan->cell_count, sizeof(struct unit_cell *), by_key);
}

void unit_plan_release(struct unit_plan *plan) {
    results_free(plan->outline);
    free(plan->cell);
    free(plan->bykey);
}

/* ---- units ---- */

struct unit unit_part(const struct unit_cell *c, size_t first_block, size_t block_count) {
    uint64_t replicates = c->series->replicates, kept = c->here.size[RESULTS_REPLICATE];
    struct unit u = {.cell = c, .first_block = first_block, .block_count = block_count};
    if (first_block >= c->block_count) { return u; }
    u.block_count = GSL_MIN(block_count, c->block_count - first_block);
    u.first_replicate = (uint64_t)first_block * RESULTS_BLOCK_LENGTH;
    u.replicates = GSL_MIN((uint64_t)u.block_count * RESULTS_BLOCK_LENGTH, replicates - u.first_replicate);
    u.kept = kept > u.first_replicate ? GSL_MIN(u.replicates, kept - u.first_replicate) : 0;
    return u;
}

struct unit unit_whole(const struct unit_cell *c) {
    return unit_part(c, 0, c->block_count);
}

struct unit unit_exact(const struct unit_cell *c) {
    return unit_part(c, c->block_count, 1);
}

bool unit_is_exact(const struct unit *u) { return u->replicates == 0; }

size_t unit_end(const struct unit *u) { return u->first_block + u->block_count; }

bool unit_is_behind(const struct unit *u, const struct unit *other) {
    if (unit_is_exact(u) != unit_is_exact(other)) { return unit_is_exact(u); }
    return u->cell == other->cell ? u->first_block >= unit_end(other) : u->cell > other->cell;
}

/* Blocks of the smallest node that holds it; 0 where that begins before it. */
static size_t node_of(const struct unit *u) {
    size_t blocks = 1;
    while (blocks < u->block_count) { blocks *= 2; }
    return u->first_block % blocks == 0 ? blocks : 0;
}

bool unit_is_node(const struct unit *u) { return u->replicates == node_of(u) * RESULTS_BLOCK_LENGTH; }

bool unit_find(const struct unit_plan *plan, const uint8_t key[UNIT_KEY], uint64_t first_replicate,
               uint64_t replicates, struct unit *u) {
    size_t k;
    SEARCH_END(k, plan->cell_count, memcmp(plan->bykey[k]->key, key, UNIT_KEY) < 0)
    if (k == plan->cell_count || memcmp(plan->bykey[k]->key, key, UNIT_KEY) != 0) { return false; }
    const struct unit_cell *c = plan->bykey[k];
    const uint64_t all = c->series->replicates;
    if (first_replicate >= all || replicates > all - first_replicate) { return false; }
    *u = replicates == 0 ? unit_exact(c)
                         : unit_part(c, first_replicate / RESULTS_BLOCK_LENGTH,
                                     (replicates - 1) / RESULTS_BLOCK_LENGTH + 1);
    const bool is_last = unit_end(u) == c->block_count && node_of(u) > 0 && node_of(u) <= c->unit_blocks;
    return u->first_replicate == first_replicate && u->replicates == replicates &&
           (unit_is_exact(u) || unit_is_node(u) || is_last);
}

/* Blocks of the node that is taken first of `rest` (unit_take); the cell may end within it. */
static size_t next_node(const struct unit *rest, double cost) {
    const struct unit_cell *c = rest->cell;
    const bool may_be_short = unit_end(rest) == c->block_count && rest->block_count < c->unit_blocks;
    const size_t most = may_be_short ? c->unit_blocks : rest->block_count;
    const double affordable = fmax((double)c->unit_blocks, cost / (c->cost * RESULTS_BLOCK_LENGTH));
    size_t blocks = 1;
    while (rest->first_block % (2 * blocks) == 0 && 2 * blocks <= most && 2 * (double)blocks <= affordable) {
        blocks *= 2;
    }
    return blocks;
}

struct unit unit_take(struct unit *rest, double cost) {
    const size_t blocks = GSL_MIN(next_node(rest, cost), rest->block_count);
    const struct unit taken = unit_part(rest->cell, rest->first_block, blocks);
    *rest = unit_part(rest->cell, unit_end(&taken), rest->block_count - blocks);
    return taken;
}

/* The number in its cell of the unit that has this block. */
static size_t number_of(const struct unit_cell *c, size_t block) {
    size_t cuts = 0;
    for (size_t at = UNIT_TARGET_BLOCKS; c->series->target > 0 && at <= block && at < c->unit_blocks;
         at *= 2) {
        cuts++;
    }
    return cuts + block / c->unit_blocks;
}

struct unit_amount unit_amount(const struct unit_list *list) {
    struct unit_amount all = {0};
    const struct unit *before = NULL;
    size_t last = 0; /* the unit in which that ends */
    for (const struct unit *u = list->unit; u < list->unit + list->count; u++) {
        const size_t first = number_of(u->cell, u->first_block);
        const bool goes_on = before && u->cell == before->cell && first == last && !unit_is_exact(u);
        before = u;
        last = number_of(u->cell, unit_end(u) - 1);
        all.units += last - first + !goes_on;
        all.cost += unit_cost(u);
    }
    return all;
}

/* ---- shares ---- */

/* Blocks of a cell that are dealt out together: all under a target, else few enough that a shard has some of
 * every cell, since their costs are known roughly, and that one more is little beside its share of all. */
static size_t deal_length(const struct unit_plan *plan, const struct unit_cell *c, size_t shards) {
    if (c->series->target > 0) { return c->block_count; }
    const struct unit all = unit_whole(c);
    return next_node(&all, fmin(unit_cost(&all) / 2, plan->cost / 64) / (double)shards);
}

struct unit_list unit_shares(const struct unit_plan *plan, size_t shard, size_t shards) {
    struct unit_list list = {0, memory_create(2 * plan->cell_count, sizeof *list.unit)};
    size_t turn = 0; /* whose turn it is to have one more */
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct unit_cell *c = &plan->cell[i];
        size_t length = deal_length(plan, c, shards), deals = (c->block_count - 1) / length + 1,
               each = deals / shards, more = deals % shards, place = (shard + shards - turn) % shards,
               first = place * each + (place < more ? place : more), count = each + (place < more);
        if (count > 0) { list.unit[list.count++] = unit_part(c, first * length, count * length); }
        turn = (turn + more) % shards;
    }
    for (size_t i = (shard + shards - turn) % shards; i < plan->cell_count; i += shards) {
        list.unit[list.count++] = unit_exact(&plan->cell[i]);
    }
    return list;
}

/* ---- cost and name ---- */

/* A quadrature for each beta, each sink there, and each step to a collapse point; with an output some more,
 * and one for every four ordered weights. */
static double exact_cost(const struct unit_cell *c) {
    const struct family *family = c->series->family;
    const double quadrature = family->hierarchy ? 2.5e6 : 2.5e5, steps = 10;
    const size_t *size = c->here.size;
    if (family->kind != FAMILY_IID && !family->hierarchy) { return 0; }
    const double each = results_has_output(&c->here) ? 4 + 0.25 * (double)size[RESULTS_RANK] : 1;
    return quadrature * ((each + (double)size[RESULTS_SINK]) * (double)size[RESULTS_BETA] +
                         steps * (double)size[RESULTS_CRITERION]);
}

double unit_cost(const struct unit *u) {
    return unit_is_exact(u) ? exact_cost(u->cell) : u->cell->cost * (double)u->replicates;
}

const char *unit_name(const struct unit *u, char name[UNIT_NAME]) {
    const double n = exp(u->cell->log_n);
    char *end = name + snprintf(name, UNIT_NAME, isfinite(n) ? "%s at n = %.6g, " : "%s at n = e^%.6g, ",
                                u->cell->series->name, isfinite(n) ? n : u->cell->log_n);
    snprintf(end, (size_t)(name + UNIT_NAME - end),
             unit_is_exact(u) ? "exact values" : "replicates %" PRIu64 " to %" PRIu64, u->first_replicate,
             u->first_replicate + u->replicates - 1);
    return name;
}
