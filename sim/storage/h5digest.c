#include "sim/storage/h5digest.h"

#include <endian.h>
#include <math.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"

/* ---- values ---- */

static void hash_whole(struct sha256_ctx *hash, uint64_t value) {
    const uint64_t little = htole64(value);
    sha256_update(hash, sizeof little, (const uint8_t *)&little);
}

static void hash_text(struct sha256_ctx *hash, const char *text) {
    hash_whole(hash, text ? strlen(text) : UINT64_MAX);
    if (text) { sha256_update(hash, strlen(text), (const uint8_t *)text); }
}

static void hash_number(struct sha256_ctx *hash, double value) {
    uint64_t bits = 0x7ff8000000000000u; /* every NaN alike */
    if (!isnan(value)) { memcpy(&bits, &value, sizeof bits); }
    hash_whole(hash, bits);
}

static void hash_attribute(struct sha256_ctx *hash, const struct h5_attribute *a) {
    hash_text(hash, a->name);
    hash_text(hash, a->text);
    hash_whole(hash, a->whole ? *a->whole : 0);
    hash_number(hash, a->text || a->whole ? 0 : a->number);
}

/* `sums` stand for numbers. */
static void hash_dataset(struct sha256_ctx *hash, bool sums, const struct h5_group *g,
                         const struct h5_dataset *d) {
    const size_t count = d->text || d->number ? h5content_count(g, d) : 0;
    hash_text(hash, d->name);
    hash_text(hash, d->units);
    hash_text(hash, d->long_name);
    for (unsigned k = 0; k < d->rank; k++) {
        hash_text(hash, g->dimension[d->axis[k]].name);
        hash_whole(hash, g->dimension[d->axis[k]].size);
    }
    if (sums && !d->text) {
        hash_whole(hash, d->number ? h5content_sum(0, count, d->number) : d->sum);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (d->text) {
            hash_text(hash, d->text[i]);
        } else {
            hash_number(hash, d->number[i]);
        }
    }
}

/* ---- order ---- */

/* By the name that each starts with; a group comes before those within it, and these before its neighbours.
 */
static int by_name(const void *a, const void *b) {
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    while (*x && *x == *y) { x++, y++; }
    int first = *x == '/' ? 1 : (unsigned char)*x, second = *y == '/' ? 1 : (unsigned char)*y;
    return (first > second) - (first < second);
}

/* A copy in order of name. */
static void *ordered(const void *list, size_t count, size_t size) {
    void *copy = memory_copy(list, count, size);
    qsort(copy, count, size, by_name);
    return copy;
}

/* What `held` has of what `ours` names. */
static void hash_group(struct sha256_ctx *hash, bool sums, const struct h5_group *ours,
                       const struct h5_group *held) {
    struct h5_attribute *attribute = ordered(ours->attribute, ours->attribute_count, sizeof *attribute);
    struct h5_dataset *dataset = ordered(ours->dataset, ours->dataset_count, sizeof *dataset);
    hash_text(hash, held->name);
    for (size_t i = 0; i < ours->attribute_count; i++) {
        const struct h5_attribute *a =
            h5content_attribute(held->attribute_count, held->attribute, attribute[i].name);
        if (a) { hash_attribute(hash, a); }
    }
    for (size_t i = 0; i < ours->dataset_count; i++) {
        const struct h5_dataset *d = h5content_dataset(held, dataset[i].name);
        if (d) { hash_dataset(hash, sums, held, d); }
    }
    free(attribute);
    free(dataset);
}

static void make_digest(bool sums, uint64_t seed, const char *text, struct h5digest_groups ours,
                        struct h5digest_groups held, char digest[65]) {
    struct sha256_ctx hash;
    sha256_init(&hash);
    hash_whole(&hash, seed);
    hash_text(&hash, text);
    struct h5_group *wanted = ordered(ours.group, ours.count, sizeof *wanted);
    for (size_t i = 0; i < ours.count; i++) {
        const struct h5_group *there = h5content_group(held.count, held.group, wanted[i].name);
        if (there) { hash_group(&hash, sums, &wanted[i], there); }
    }
    free(wanted);
    uint8_t bytes[SHA256_DIGEST_SIZE];
    sha256_digest(&hash, sizeof bytes, bytes);
    for (size_t i = 0; i < sizeof bytes; i++) { snprintf(digest + 2 * i, 3, "%02x", bytes[i]); }
}

void h5digest(uint64_t seed, const char *text, struct h5digest_groups ours, struct h5digest_groups held,
              char digest[65]) {
    make_digest(false, seed, text, ours, held, digest);
}

bool h5digest_holds(const struct h5_content *held, size_t attribute_count,
                    const struct h5_attribute *attribute, size_t group_count, const struct h5_group *group) {
    const struct h5_group ours = {.name = "", .attribute_count = attribute_count, .attribute = attribute},
                          root = {.name = "",
                                  .attribute_count = held->attribute_count,
                                  .attribute = held->attribute};
    const struct h5digest_groups roots[] = {{1, &ours}, {1, &root}},
                                 groups[] = {{group_count, group}, {held->group_count, held->group}};
    char want[2][65], got[2][65];
    make_digest(true, 0, "", roots[0], roots[0], want[0]);
    make_digest(true, 0, "", roots[0], roots[1], got[0]);
    make_digest(true, 0, "", groups[0], groups[0], want[1]);
    make_digest(true, 0, "", groups[0], groups[1], got[1]);
    return memcmp(want, got, sizeof want) == 0;
}
