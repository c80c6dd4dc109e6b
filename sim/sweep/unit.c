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
    return sampler_law_create(c->series->family, c->p, log_n, c->log_lambda_typ,
                              config_counted(c->series, c->log_n), isa->kernel, c->layout.betas,
                              c->here.beta_ratio);
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
    double sums = (double)c->layout.betas + 60, n = exp(c->log_n);
    if (c->series->family->kind == FAMILY_FIXED) { return 1000 + 20 * sums; }
    if (c->series->family->kind == FAMILY_SAMPLED) {
        return (c->series->family->cost(c->p) + 4) * n + fmin(n, 1000) * sums + 2000;
    }
    if (config_has_position(c->series)) {
        n = config_counted(c->series, c->log_n) ? exp(config_log_window(c->series, c->log_n)) : n;
    } else if (config_counted(c->series, c->log_n)) {
        return 15000 + 400 * sums + output_cost(c, fmin(n, 2000));
    }
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

/* Of the units that the first blocks of a cell under a target are cut into, the one that has this block. */
static size_t first_unit_of(size_t block) {
    size_t unit = 0;
    for (size_t end = UNIT_TARGET_BLOCKS; end <= block; end *= 2) { unit++; }
    return unit;
}

/* The unit of its cell that has this block; the block with which a unit begins. */
static size_t unit_of_block(const struct unit_cell *c, size_t block) {
    if (block >= c->unit_blocks) { return c->first_units - 1 + block / c->unit_blocks; }
    return c->first_units > 1 ? first_unit_of(block) : 0;
}

static size_t unit_begin(const struct unit_cell *c, size_t unit) {
    if (unit >= c->first_units) { return (unit + 1 - c->first_units) * c->unit_blocks; }
    return unit == 0 ? 0 : (size_t)UNIT_TARGET_BLOCKS << (unit - 1);
}

void unit_cell_size(struct unit_cell *c) {
    c->layout = replicate_layout(&c->here);
    c->cost = plain_cost(c) + normaliser_cost(c);
    c->block_count = (c->series->replicates - 1) / RESULTS_BLOCK_LENGTH + 1;
    c->unit_blocks = blocks_per_unit(c->cost);
    c->group_blocks = results_blocks_per_group(c->series->replicates);
    c->first_units = c->series->target > 0 ? first_unit_of(c->unit_blocks - 1) + 1 : 1;
    c->unit_count = unit_of_block(c, c->block_count - 1) + 1;
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
            c->log_lambda_typ = c->here.log_lambda_typ[0];
            config_parameters(c->series, c->log_n, c->p);
            unit_cell_size(c);
            cell_key(c, hash);
        }
    }
    qsort(plan->cell, plan->cell_count, sizeof *plan->cell, costlier);
    for (size_t i = 0; i < plan->cell_count; i++) {
        plan->cell[i].first_unit = plan->unit_count;
        plan->unit_count += plan->cell[i].unit_count;
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

size_t unit_plan_size(const struct unit_plan *plan) { return plan->unit_count + plan->cell_count; }

/* ---- units ---- */

static const struct unit_cell *find_cell(const struct unit_plan *plan, size_t unit) {
    size_t k;
    SEARCH_END(k, plan->cell_count, plan->cell[k].first_unit <= unit)
    return &plan->cell[k - 1];
}

struct unit unit_part(const struct unit_cell *c, size_t first_block, size_t block_count) {
    uint64_t replicates = c->series->replicates, kept = c->here.size[RESULTS_REPLICATE];
    struct unit u = {.cell = c, .first_block = first_block};
    u.block_count = GSL_MIN(block_count, c->block_count - first_block);
    u.first_replicate = (uint64_t)first_block * RESULTS_BLOCK_LENGTH;
    u.replicates = GSL_MIN((uint64_t)u.block_count * RESULTS_BLOCK_LENGTH, replicates - u.first_replicate);
    u.kept = kept > u.first_replicate ? GSL_MIN(u.replicates, kept - u.first_replicate) : 0;
    return u;
}

bool unit_is_node(const struct unit *u) {
    const size_t blocks = u->block_count;
    return blocks > 0 && (blocks & (blocks - 1)) == 0 && u->first_block % blocks == 0 &&
           u->replicates == blocks * RESULTS_BLOCK_LENGTH;
}

bool unit_find(const struct unit_plan *plan, const uint8_t key[UNIT_KEY], uint64_t first_replicate,
               uint64_t replicates, struct unit_range *range) {
    struct unit_cell wanted, *address = &wanted;
    memcpy(wanted.key, key, UNIT_KEY);
    const struct unit_cell **found =
        bsearch(&address, plan->bykey, plan->cell_count, sizeof(struct unit_cell *), by_key);
    if (!found) { return false; }
    const struct unit_cell *c = *found;
    const uint64_t all = c->series->replicates;
    if (first_replicate >= all || replicates > all - first_replicate) { return false; }
    const size_t first = first_replicate / RESULTS_BLOCK_LENGTH,
                 blocks = (replicates + RESULTS_BLOCK_LENGTH - 1) / RESULTS_BLOCK_LENGTH;
    const struct unit part = replicates > 0 ? unit_part(c, first, blocks) : (struct unit){.cell = c};
    *range = unit_range_of(plan, &part);
    const struct unit there = unit_span(plan, *range);
    return there.first_replicate == first_replicate && there.replicates == replicates &&
           (range->end == range->first + 1 || unit_is_node(&there));
}

struct unit unit_span(const struct unit_plan *plan, struct unit_range range) {
    if (range.first >= plan->unit_count) {
        return (struct unit){.cell = &plan->cell[range.first - plan->unit_count]};
    }
    const struct unit_cell *c = find_cell(plan, range.first);
    size_t first = unit_begin(c, range.first - c->first_unit), end = unit_begin(c, range.end - c->first_unit);
    return unit_part(c, first, end - first);
}

struct unit unit_get(const struct unit_plan *plan, size_t index) {
    return unit_span(plan, (struct unit_range){index, index + 1});
}

struct unit_range unit_range_of(const struct unit_plan *plan, const struct unit *part) {
    const struct unit_cell *c = part->cell;
    if (unit_is_exact(part)) {
        size_t index = plan->unit_count + (size_t)(c - plan->cell);
        return (struct unit_range){index, index + 1};
    }
    return (struct unit_range){c->first_unit + unit_of_block(c, part->first_block),
                               c->first_unit + unit_of_block(c, part->first_block + part->block_count - 1) +
                                   1};
}

double unit_range_cost(const struct unit_plan *plan, struct unit_range range) {
    struct unit all = unit_span(plan, range);
    return unit_cost(&all);
}

struct unit_amount unit_amount(const struct unit_plan *plan, const struct unit_list *list) {
    struct unit_amount all = {0};
    for (size_t i = 0; i < list->count; i++) {
        all.units += list->range[i].end - list->range[i].first;
        all.cost += unit_range_cost(plan, list->range[i]);
    }
    return all;
}

size_t unit_node(const struct unit_plan *plan, struct unit_range range, double cost) {
    const struct unit u = unit_get(plan, range.first);
    const size_t each = u.cell->unit_blocks, most = range.end - range.first; /* the former a power of two */
    size_t count = 1;
    while (u.block_count == each && (u.first_block & (2 * count * each - 1)) == 0 && 2 * count <= most &&
           2 * (double)count * unit_cost(&u) <= cost) {
        count *= 2;
    }
    return count;
}

struct unit_range unit_of_whole(const struct unit_cell *c) {
    return (struct unit_range){c->first_unit, c->first_unit + c->unit_count};
}

/* ---- shares ---- */

/* Units of a cell that are dealt out together: all under a target, else few enough that a shard has some of
 * every cell, since their costs are known roughly, and that one more is little beside its share of all. */
static size_t deal_length(const struct unit_plan *plan, const struct unit_cell *c, size_t shards) {
    const struct unit_range all = unit_of_whole(c);
    if (c->series->target > 0) { return c->unit_count; }
    return unit_node(plan, all, fmin(unit_range_cost(plan, all) / 2, plan->cost / 64) / (double)shards);
}

struct unit_list unit_shares(const struct unit_plan *plan, size_t shard, size_t shards) {
    struct unit_list list = {0, memory_create(2 * plan->cell_count, sizeof *list.range)};
    size_t turn = 0; /* whose turn it is to have one more */
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct unit_cell *c = &plan->cell[i];
        size_t length = deal_length(plan, c, shards), deals = (c->unit_count - 1) / length + 1,
               each = deals / shards, more = deals % shards, place = (shard + shards - turn) % shards,
               first = place * each + (place < more ? place : more), end = first + each + (place < more);
        if (end > first) {
            list.range[list.count++] = (struct unit_range){
                c->first_unit + first * length, c->first_unit + GSL_MIN(end * length, c->unit_count)};
        }
        turn = (turn + more) % shards;
    }
    for (size_t i = (shard + shards - turn) % shards; i < plan->cell_count; i += shards) {
        list.range[list.count++] = (struct unit_range){plan->unit_count + i, plan->unit_count + i + 1};
    }
    return list;
}

/* ---- cost and name ---- */

/* A quadrature for each beta, each sink there, and each step to a collapse point; with an output one for each
 * ordered weight; with keys in position as long as some for each. */
static double exact_cost(const struct unit_cell *c) {
    const double quadrature = 1e6, steps = 15;
    const size_t *size = c->here.size;
    if (c->series->family->kind != FAMILY_IID) { return 0; }
    double each = results_has_output(&c->here) ? 3 + (double)size[RESULTS_RANK] : 1,
           scales = config_has_position(c->series) ? 40 : 1;
    return scales * quadrature *
           ((each + (double)size[RESULTS_SINK]) * (double)size[RESULTS_BETA] +
            steps * (double)size[RESULTS_CRITERION]);
}

bool unit_is_exact(const struct unit *u) { return u->replicates == 0; }

size_t unit_end(const struct unit *u) { return u->first_block + u->block_count; }

double unit_cost(const struct unit *u) {
    return unit_is_exact(u) ? exact_cost(u->cell) : u->cell->cost * (double)u->replicates;
}

const char *unit_name(const struct unit_plan *plan, struct unit_range range, char name[UNIT_NAME]) {
    const struct unit u = unit_span(plan, range);
    const double n = exp(u.cell->log_n);
    char *end = name + snprintf(name, UNIT_NAME, isfinite(n) ? "%s at n = %.6g, " : "%s at n = e^%.6g, ",
                                u.cell->series->name, isfinite(n) ? n : u.cell->log_n);
    snprintf(end, (size_t)(name + UNIT_NAME - end),
             unit_is_exact(&u) ? "exact values" : "replicates %" PRIu64 " to %" PRIu64, u.first_replicate,
             u.first_replicate + u.replicates - 1);
    return name;
}
