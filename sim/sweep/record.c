#include "sim/sweep/record.h"

#include <endian.h>
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

static void put_text(struct cursor *c, const void *text, size_t size) {
    memcpy(c->bytes + c->at, text, size);
    c->at += size;
}

static void put(struct cursor *c, uint64_t value, size_t size) {
    uint64_t little = htole64(value);
    put_text(c, &little, size);
}

static void put_numbers(struct cursor *c, size_t count, const double *number) {
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &number[i], sizeof bits);
        put(c, bits, sizeof bits);
    }
}

static uint64_t get(struct cursor *c, size_t size) {
    uint64_t little = 0;
    if (c->size - c->at < size) {
        c->broken = true;
        return 0;
    }
    memcpy(&little, c->bytes + c->at, size);
    c->at += size;
    return le64toh(little);
}

static void get_numbers(struct cursor *c, size_t count, double *number) {
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = get(c, 8);
        memcpy(&number[i], &bits, sizeof bits);
    }
}

/* Seven bits a byte, the lowest first; the last byte is below 128. */
static void put_count(struct cursor *c, uint64_t count) {
    for (; count >= 128; count >>= 7) { put(c, count % 128 + 128, 1); }
    put(c, count, 1);
}

static uint64_t get_count(struct cursor *c) {
    uint64_t count = 0, byte = 128;
    for (unsigned shift = 0; byte >= 128 && shift < HISTOGRAM_COUNT; shift += 7) {
        byte = get(c, 1);
        count |= (byte % 128) << shift;
    }
    c->broken |= byte >= 128 || count == 0;
    return count;
}

/* ---- making ---- */

static void put_bins(struct cursor *c, const struct partial *p) {
    const uint64_t *bin = p->bin;
    for (size_t i = 0; i < p->of.cell->layout.binned; i++) {
        put(c, p->filled[i], 4);
        for (size_t b = 0; b < p->filled[i]; b++, bin++) {
            put(c, histogram_number(*bin), 2);
            put_count(c, histogram_count(*bin));
        }
    }
}

static void put_head(struct cursor *c, const struct unit *unit, size_t body) {
    struct numerics numerics = numerics_here();
    put_text(c, record_magic, RECORD_MAGIC);
    put_text(c, unit->cell->key, UNIT_KEY);
    put(c, numerics.number, 4);
    put(c, numerics.fingerprint, 4);
    put(c, unit->first_replicate, 8);
    put(c, unit->replicates, 8);
    put(c, partial_group_blocks(unit), 8);
    put(c, body, 8);
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
    put_numbers(&body, (size_t)(p->group - p->mean), p->mean);
    if (!unit_is_exact(&p->of)) { put_bins(&body, p); }
    put_numbers(&body, (size_t)(p->number - p->group) + partial_numbers(&p->of), p->group);
    put_head(&(struct cursor){.bytes = record}, &p->of, body.at - RECORD_HEAD);
    record_hash(record, body.at, record + body.at);
    *length += body.at + RECORD_TAIL;
    return bytes;
}

/* ---- reading ---- */

const char *record_begin(const uint8_t *bytes, uint64_t size, struct record_head *head) {
    struct cursor c = {.bytes = (uint8_t *)bytes, .at = RECORD_MAGIC + UNIT_KEY, .size = RECORD_HEAD};
    *head = (struct record_head){.length = 0};
    if (size < RECORD_HEAD + RECORD_TAIL) { return "it is cut off"; }
    if (memcmp(bytes, record_magic, RECORD_MAGIC) != 0) { return "it does not start as a record does"; }
    memcpy(head->key, bytes + RECORD_MAGIC, UNIT_KEY);
    head->numerics.number = (uint32_t)get(&c, 4);
    head->numerics.fingerprint = (uint32_t)get(&c, 4);
    head->first_replicate = get(&c, 8);
    head->replicates = get(&c, 8);
    c.at += 8; /* blocks in a group, which these tell */
    uint64_t body = get(&c, 8);
    if (body > size - RECORD_HEAD - RECORD_TAIL) { return "it is cut off"; }
    head->length = RECORD_HEAD + body + RECORD_TAIL;
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
        const size_t filled = p->filled[i] = get(c, 4);
        c->broken |= most - count < filled;
        for (size_t b = 0, least = 0; b < filled && !c->broken; b++) {
            const size_t bin = get(c, 2);
            c->broken |= bin < least || bin >= HISTOGRAM_BINS;
            packed[count++] = histogram_pack(bin, get_count(c));
            least = bin + 1;
        }
    }
    p->bin = memory_resize(packed, count, sizeof *packed);
}

struct partial *record_read(const uint8_t *bytes, size_t length, const struct unit *of) {
    struct cursor c = {.bytes = (uint8_t *)bytes, .at = RECORD_HEAD - 16, .size = length - RECORD_TAIL};
    struct partial *p = partial_create(of);
    c.broken = get(&c, 8) != partial_group_blocks(of);
    c.at = RECORD_HEAD;
    get_numbers(&c, (size_t)(p->group - p->mean), p->mean);
    if (!unit_is_exact(of)) { get_bins(&c, p); }
    get_numbers(&c, (size_t)(p->number - p->group) + partial_numbers(of), p->group);
    if (!c.broken && c.at == c.size) { return p; }
    partial_free(p);
    return NULL;
}
