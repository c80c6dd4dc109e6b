#include "sim/sweep/record.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"

static const char magic[8] = {'G', 'S', 'U', 'N', 'I', 'T', 2, '\n'};

/* ---- bytes ---- */

/* Where the next byte goes or comes from; with `bytes` NULL the length is only counted. */
struct cursor {
    uint8_t *bytes;
    size_t at, size;
    bool broken;
};

static void put(struct cursor *c, uint64_t value, size_t size) {
    for (size_t i = 0; c->bytes && i < size; i++) { c->bytes[c->at + i] = (uint8_t)(value >> (8 * i)); }
    c->at += size;
}

static void put_text(struct cursor *c, const void *text, size_t size) {
    if (c->bytes) { memcpy(c->bytes + c->at, text, size); }
    c->at += size;
}

static void put_numbers(struct cursor *c, size_t count, const double *number) {
    for (size_t i = 0; c->bytes && i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &number[i], sizeof bits);
        for (size_t k = 0; k < 8; k++) { c->bytes[c->at + 8 * i + k] = (uint8_t)(bits >> (8 * k)); }
    }
    c->at += 8 * count;
}

static uint64_t get(struct cursor *c, size_t size) {
    uint64_t value = 0;
    if (c->broken || c->size - c->at < size) {
        c->broken = true;
        return 0;
    }
    for (size_t i = 0; i < size; i++) { value |= (uint64_t)c->bytes[c->at + i] << (8 * i); }
    c->at += size;
    return value;
}

static void get_numbers(struct cursor *c, size_t count, double *number) {
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = get(c, 8);
        memcpy(&number[i], &bits, sizeof bits);
    }
}

/* ---- making ---- */

static void put_histogram(struct cursor *c, const uint32_t *histogram) {
    uint32_t filled = 0;
    for (size_t b = 0; b < SUMMARY_BINS; b++) { filled += histogram[b] > 0; }
    put(c, filled, 4);
    for (size_t b = 0; b < SUMMARY_BINS; b++) {
        if (histogram[b] > 0) {
            put(c, b, 2);
            put(c, histogram[b], 2);
        }
    }
}

static void put_summary(struct cursor *c, const struct unit *unit, const struct harvest *h) {
    const struct replicate_layout *l = &unit->cell->layout;
    for (size_t v = 0; v < l->total; v++) {
        double mean = summary_mean(&h->sum, l, v);
        put_numbers(c, 1, &mean);
    }
    put_numbers(c, l->total, h->sum.m2);
    for (size_t i = 0; i < l->binned; i++) { put_histogram(c, h->sum.histogram + i * SUMMARY_BINS); }
    put_numbers(c, unit->block_count * MEASURE_COUNT * l->betas, h->block_mean);
}

static void put_body(struct cursor *c, const struct unit *unit, const struct harvest *h) {
    if (!unit_is_exact(unit)) { put_summary(c, unit, h); }
    put_numbers(c, h->number_count, h->number);
}

static void put_head(struct cursor *c, const struct unit *unit, size_t body) {
    struct numerics numerics = numerics_here();
    put_text(c, magic, sizeof magic);
    put_text(c, unit->cell->key, UNIT_KEY);
    put(c, numerics.number, 4);
    put(c, numerics.fingerprint, 4);
    put(c, unit->first_replicate, 8);
    put(c, unit->replicates, 8);
    put(c, body, 8);
}

static void hash_bytes(const uint8_t *bytes, size_t size, uint8_t digest[RECORD_TAIL]) {
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, size, bytes);
    sha256_digest(&hash, RECORD_TAIL, digest);
}

uint8_t *record_make(const struct unit *unit, const struct harvest *harvest, size_t *length) {
    struct cursor count = {.bytes = NULL};
    put_body(&count, unit, harvest);
    *length = RECORD_HEAD + count.at + RECORD_TAIL;
    struct cursor c = {.bytes = memory_create(*length, 1)};
    put_head(&c, unit, count.at);
    put_body(&c, unit, harvest);
    hash_bytes(c.bytes, c.at, c.bytes + c.at);
    return c.bytes;
}

/* ---- reading ---- */

const char *record_check(const uint8_t *bytes, size_t size, struct record_head *head) {
    struct cursor c = {.bytes = (uint8_t *)bytes, .size = size};
    *head = (struct record_head){.length = 0};
    if (size < RECORD_HEAD + RECORD_TAIL) { return "it is cut off"; }
    if (memcmp(bytes, magic, sizeof magic) != 0) { return "it does not start as a record does"; }
    c.at = sizeof magic;
    memcpy(head->key, bytes + c.at, UNIT_KEY);
    c.at += UNIT_KEY;
    head->numerics.number = (uint32_t)get(&c, 4);
    head->numerics.fingerprint = (uint32_t)get(&c, 4);
    head->first_replicate = get(&c, 8);
    head->replicates = get(&c, 8);
    uint64_t body = get(&c, 8);
    if (body > size - RECORD_HEAD - RECORD_TAIL) { return "it is cut off"; }
    size_t length = RECORD_HEAD + body;
    uint8_t digest[RECORD_TAIL];
    hash_bytes(bytes, length, digest);
    head->length = length + RECORD_TAIL;
    return memcmp(digest, bytes + length, RECORD_TAIL) == 0 ? NULL : "its checksum is wrong";
}

bool record_is_of(const struct record_head *head, const struct unit *unit) {
    return memcmp(head->key, unit->cell->key, UNIT_KEY) == 0 &&
           head->first_replicate == unit->first_replicate && head->replicates == unit->replicates;
}

static void add_moments(struct cursor *c, const struct unit *unit, struct summary *cell) {
    size_t total = unit->cell->layout.total;
    double *mean = memory_create(2 * total, sizeof *mean);
    get_numbers(c, 2 * total, mean);
    summary_add(cell, &unit->cell->layout, (double)unit->replicates, (double)unit->kept, mean, mean + total);
    free(mean);
}

static void add_histogram(struct cursor *c, uint32_t *histogram) {
    uint64_t filled = get(c, 4);
    for (uint64_t i = 0; i < filled && !c->broken; i++) {
        uint64_t bin = get(c, 2), count = get(c, 2);
        if (bin < SUMMARY_BINS) {
            histogram[bin] += (uint32_t)count;
        } else {
            c->broken = true;
        }
    }
}

/* A block's means enter the means of its group of blocks. */
static void add_block(struct cursor *c, const struct unit *unit, size_t block, struct results_series *r) {
    const struct unit_cell *cell = unit->cell;
    size_t groups = r->size[RESULTS_BLOCK], betas = cell->layout.betas,
           shared = results_blocks_per_group(r->replicates), index = unit->first_block + block,
           left = unit->replicates - block * RESULTS_BLOCK_LENGTH, group = index / shared;
    double weight =
        (double)(left < RESULTS_BLOCK_LENGTH ? left : RESULTS_BLOCK_LENGTH) / r->block_size[group];
    for (size_t m = 0; m < MEASURE_COUNT; m++) {
        for (size_t b = 0; b < betas; b++) {
            double fresh, *mean = &r->block[m][(cell->n_index * betas + b) * groups + group];
            get_numbers(c, 1, &fresh);
            if (index % shared == 0) { *mean = 0; }
            *mean += fresh * weight;
        }
    }
}

static void add_summary(struct cursor *c, const struct unit *unit, struct summary *cell,
                        struct results_series *series) {
    add_moments(c, unit, cell);
    for (size_t i = 0; i < unit->cell->layout.binned; i++) {
        add_histogram(c, cell->histogram + i * SUMMARY_BINS);
    }
    for (size_t b = 0; b < unit->block_count; b++) { add_block(c, unit, b, series); }
}

/* A harvest's part of an array: at its n, all of it or, of every row, the unit's kept replicates. */
static void add_numbers(struct cursor *c, const struct unit *unit, const struct results_series *series,
                        const struct results_field *field) {
    size_t count = results_field_size(series, field) / series->size[RESULTS_LOG_N];
    double *values = *field->values + unit->cell->n_index * count;
    if (unit_is_exact(unit)) {
        get_numbers(c, count, values);
        return;
    }
    for (size_t row = 0; row < count; row += series->size[RESULTS_REPLICATE]) {
        get_numbers(c, unit->kept, values + row + unit->first_replicate);
    }
}

bool record_add(const uint8_t *bytes, size_t length, const struct unit *unit, struct summary *cell,
                struct results_series *series) {
    struct cursor c = {.bytes = (uint8_t *)bytes, .at = RECORD_HEAD, .size = length - RECORD_TAIL};
    struct results_field field[RESULTS_FIELDS];
    size_t fields = harvest_fields(unit, series, field);
    if (!unit_is_exact(unit)) { add_summary(&c, unit, cell, series); }
    for (size_t i = 0; i < fields; i++) { add_numbers(&c, unit, series, &field[i]); }
    return !c.broken && c.at == c.size;
}
