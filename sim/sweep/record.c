#include "sim/sweep/record.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/sweep/histogram.h"

const uint8_t record_magic[RECORD_MAGIC] = {'G', 'S', 'U', 'N', 'I', 'T', 3, '\n'};

/* ---- bytes ---- */

/* Where the next byte goes or comes from. */
struct cursor {
    uint8_t *bytes;
    size_t at, size;
    bool broken;
};

static void put(struct cursor *c, const void *from, size_t size) {
    memcpy(c->bytes + c->at, from, size);
    c->at += size;
}

/* Once there are not so many nothing more comes. */
static void get(struct cursor *c, void *to, size_t size) {
    c->broken |= c->size - c->at < size;
    if (c->broken) { return; }
    memcpy(to, c->bytes + c->at, size);
    c->at += size;
}

/* Seven bits a byte, the lowest first; the last byte is below 128. */
static void put_count(struct cursor *c, uint64_t count) {
    for (; count >= 128; count >>= 7) { c->bytes[c->at++] = (uint8_t)(count % 128 + 128); }
    c->bytes[c->at++] = (uint8_t)count;
}

static uint64_t get_count(struct cursor *c) {
    uint64_t count = 0;
    uint8_t byte = 128;
    for (unsigned shift = 0; byte >= 128 && shift < HISTOGRAM_COUNT; shift += 7) {
        get(c, &byte, 1);
        count |= (uint64_t)(byte % 128) << shift;
    }
    c->broken |= byte >= 128 || count == 0;
    return count;
}

/* ---- making ---- */

static void put_bins(struct cursor *c, const struct partial *p) {
    const uint64_t *bin = p->bin;
    for (size_t i = 0; i < p->of.cell->layout.binned; i++) {
        put(c, &p->filled[i], sizeof p->filled[i]);
        for (size_t b = 0; b < p->filled[i]; b++, bin++) {
            put(c, &(uint16_t){histogram_number(*bin)}, 2);
            put_count(c, histogram_count(*bin));
        }
    }
}

void record_hash(const void *bytes, size_t size, uint8_t digest[RECORD_TAIL]) {
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, size, bytes);
    sha256_digest(&hash, RECORD_TAIL, digest);
}

static size_t most_bytes(const struct partial *p) {
    const size_t numbers = (size_t)(p->number - p->mean) + partial_numbers(&p->of), number_and_count = 2 + 7;
    return RECORD_HEAD + 8 * numbers + 4 * p->of.cell->layout.binned + number_and_count * partial_bins(p) +
           RECORD_TAIL;
}

uint8_t *record_append(const struct partial *p, uint8_t *bytes, size_t *length) {
    bytes = memory_resize(bytes, *length + most_bytes(p), 1);
    uint8_t *record = bytes + *length;
    struct cursor body = {.bytes = record, .at = RECORD_HEAD};
    put(&body, p->mean, (size_t)(p->group - p->mean) * sizeof *p->mean);
    if (!unit_is_exact(&p->of)) { put_bins(&body, p); }
    put(&body, p->group, ((size_t)(p->number - p->group) + partial_numbers(&p->of)) * sizeof *p->group);
    struct record_head head = {.numerics = numerics_here(),
                               .first_replicate = p->of.first_replicate,
                               .replicates = p->of.replicates,
                               .group_blocks = partial_group_blocks(&p->of),
                               .length = body.at - RECORD_HEAD};
    memcpy(head.magic, record_magic, RECORD_MAGIC);
    memcpy(head.key, p->of.cell->key, UNIT_KEY);
    memcpy(record, &head, RECORD_HEAD);
    record_hash(record, body.at, record + body.at);
    *length += body.at + RECORD_TAIL;
    return bytes;
}

/* ---- reading ---- */

const char *record_begin(const uint8_t *bytes, uint64_t size, struct record_head *head) {
    *head = (struct record_head){.length = 0};
    if (size < RECORD_HEAD + RECORD_TAIL) { return "it is cut off"; }
    memcpy(head, bytes, RECORD_HEAD);
    if (memcmp(head->magic, record_magic, RECORD_MAGIC) != 0) { return "it does not start as a record does"; }
    if (head->length > size - RECORD_HEAD - RECORD_TAIL) { return "it is cut off"; }
    head->length += RECORD_HEAD + RECORD_TAIL;
    return NULL;
}

const char *record_check(const uint8_t *bytes, size_t size, struct record_head *head) {
    uint8_t digest[RECORD_TAIL];
    const char *why = record_begin(bytes, size, head);
    if (why) { return why; }
    const uint8_t *tail = bytes + head->length - RECORD_TAIL;
    record_hash(bytes, (size_t)(tail - bytes), digest);
    return memcmp(digest, tail, RECORD_TAIL) == 0 ? NULL : "its checksum is wrong";
}

static void get_bins(struct cursor *c, struct partial *p) {
    const size_t most = (c->size - c->at) / 3; /* bytes that a bin takes at least */
    uint64_t *packed = memory_resize(NULL, most, sizeof *packed);
    size_t count = 0;
    for (size_t i = 0; i < p->of.cell->layout.binned && !c->broken; i++) {
        get(c, &p->filled[i], sizeof p->filled[i]);
        c->broken |= most - count < p->filled[i];
        for (size_t b = 0, least = 0; b < p->filled[i] && !c->broken; b++) {
            uint16_t bin = 0;
            get(c, &bin, sizeof bin);
            c->broken |= bin < least || bin >= HISTOGRAM_BINS;
            packed[count++] = histogram_pack(bin, get_count(c));
            least = bin + 1u;
        }
    }
    p->bin = memory_resize(packed, count, sizeof *packed);
}

struct partial *record_read(const uint8_t *bytes, size_t length, const struct unit *of) {
    struct cursor c = {.bytes = (uint8_t *)bytes, .at = RECORD_HEAD, .size = length - RECORD_TAIL};
    struct partial *p = partial_create(of);
    struct record_head head;
    memcpy(&head, bytes, RECORD_HEAD);
    c.broken = head.group_blocks != partial_group_blocks(of);
    get(&c, p->mean, (size_t)(p->group - p->mean) * sizeof *p->mean);
    if (!unit_is_exact(of)) { get_bins(&c, p); }
    get(&c, p->group, ((size_t)(p->number - p->group) + partial_numbers(of)) * sizeof *p->group);
    if (!c.broken && c.at == c.size) { return p; }
    partial_free(p);
    return NULL;
}
