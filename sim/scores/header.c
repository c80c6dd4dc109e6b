#include "sim/scores/header.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/head.h"
#include "sim/base/memory.h"

enum { LONGEST = 1 << 24 }; /* bytes of a header */
static const unsigned char npy_magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

static uint64_t little(const unsigned char *byte, size_t count) {
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++) { value |= (uint64_t)byte[i] << (8 * i); }
    return value;
}

/* The text of the header as a tree. */
static struct yaml_node *parse(struct header *h, const char *path, char *text, size_t length) {
    h->source = (struct fault_source){.name = path, .text = text, .length = length};
    return yaml_parse(&h->source, 0);
}

static bool read_whole(const struct yaml_node *node, uint64_t *value) {
    char *end;
    if (!node || node->kind != YAML_SCALAR || node->text[0] < '0' || node->text[0] > '9') { return false; }
    *value = strtoull(node->text, &end, 10);
    return *end == '\0' && *value < UINT64_MAX;
}

static bool read_shape(const struct yaml_node *node, struct source_array *a, char why[SOURCE_WHY]) {
    if (!node || node->kind != YAML_LIST) { return source_array_refuse(why, "its header gives no shape"); }
    if (node->count > SOURCE_RANK) { return source_array_refuse(why, "it has more than 8 axes"); }
    a->rank = (unsigned)node->count;
    for (size_t i = 0; i < node->count; i++) {
        if (!read_whole(node->value[i], &a->size[i])) {
            return source_array_refuse(why, "its header gives no shape");
        }
    }
    return true;
}

/* Bytes of an array; false where they pass 2^63. */
static bool bytes_of(const struct source_array *a, size_t each, uint64_t *bytes) {
    *bytes = each;
    for (unsigned i = 0; i < a->rank; i++) {
        if (a->size[i] > 0 && *bytes > ((uint64_t)1 << 63) / a->size[i]) { return false; }
        *bytes *= a->size[i];
    }
    return true;
}

static bool fits(const struct source_array *a, size_t each, uint64_t size, char why[SOURCE_WHY]) {
    uint64_t bytes;
    if (bytes_of(a, each, &bytes) && a->offset <= size && bytes <= size - a->offset) { return true; }
    return source_array_refuse(
        why, "it is cut off: its header promises more numbers than the file of %" PRIu64 " bytes holds",
        size);
}

/* A type of numbers as a format calls it. */
struct name {
    const char *name;
    enum element element;
};
static const struct name npy_name[] = {
    {"<f8", ELEMENT_FLOAT64}, {"<f4", ELEMENT_FLOAT32}, {"<f2", ELEMENT_FLOAT16}, {NULL, ELEMENT_OTHER}};
static const struct name tensor_name[] = {
    {"F64", ELEMENT_FLOAT64},   {"F32", ELEMENT_FLOAT32}, {"F16", ELEMENT_FLOAT16},
    {"BF16", ELEMENT_BFLOAT16}, {"I64", ELEMENT_INTEGER}, {"I32", ELEMENT_INTEGER32},
    {"U8", ELEMENT_BYTE},       {"BOOL", ELEMENT_BYTE},   {NULL, ELEMENT_OTHER}};

static enum element element_named(const struct name *known, const char *name) {
    while (known->name && strcmp(known->name, name) != 0) { known++; }
    return known->element;
}

/* ---- .npy: a Python dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } ---- */

static bool read_npy(struct header *h, const char *path, char *text, uint64_t at, size_t length,
                     uint64_t size, char why[SOURCE_WHY]) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '(') { text[i] = '['; }
        if (text[i] == ')') { text[i] = ']'; }
    }
    h->root = parse(h, path, text, length);
    if (!h->root || h->root->kind != YAML_MAPPING) {
        return source_array_refuse(why, "its .npy header cannot be read");
    }
    const struct yaml_node *descr = yaml_find(h->root, "descr"), *order = yaml_find(h->root, "fortran_order");
    struct source_array *a = h->array = memory_create(h->array_count = 1, sizeof *a);
    strcpy(a->path, "/");
    a->offset = at + length;
    if (!read_shape(yaml_find(h->root, "shape"), a, why)) { return false; }
    if (!descr || descr->kind != YAML_SCALAR) {
        return source_array_refuse(why, "its .npy header gives no type");
    }
    if (order && order->kind == YAML_SCALAR && strcmp(order->text, "True") == 0) {
        a->trouble = "its numbers stand in Fortran's order; save numpy.ascontiguousarray(x)";
    }
    a->element = element_named(npy_name, descr->text);
    if (a->element != ELEMENT_OTHER) { return fits(a, element_size(a->element), size, why); }
    a->trouble = strpbrk(descr->text, "iub") ? "its numbers are integers; scores are floating-point numbers"
                 : descr->text[0] == '>'
                     ? "its numbers are big-endian; save it with x.astype('<f4')"
                     : "its numbers are no floats of 16, 32 or 64 bits; save it with x.astype('<f4')";
    return true;
}

/* ---- .safetensors: {"name": {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}, ..} ---- */

/* Its bytes, behind the header. */
struct span {
    const char *path;
    uint64_t first, last;
};

static bool read_tensor(const struct yaml_node *node, uint64_t base, uint64_t size, struct source_array *a,
                        struct span *span, char why[SOURCE_WHY]) {
    const struct yaml_node *dtype, *offsets;
    uint64_t first, last, bytes;
    if (node->kind != YAML_MAPPING) { return source_array_refuse(why, "its .safetensors header is none"); }
    dtype = yaml_find(node, "dtype");
    offsets = yaml_find(node, "data_offsets");
    if (!dtype || dtype->kind != YAML_SCALAR || !offsets || offsets->kind != YAML_LIST ||
        offsets->count != 2 || !read_whole(offsets->value[0], &first) ||
        !read_whole(offsets->value[1], &last)) {
        return source_array_refuse(why, "its .safetensors header lacks dtype or data_offsets");
    }
    if (!read_shape(yaml_find(node, "shape"), a, why)) { return false; }
    a->element = element_named(tensor_name, dtype->text);
    a->offset = base + first;
    *span = (struct span){a->path, first, last};
    const bool is_other = a->element == ELEMENT_OTHER;
    if (first > last || last > size ||
        (!is_other && (!bytes_of(a, element_size(a->element), &bytes) || bytes != last - first))) {
        return source_array_refuse(why, "its .safetensors header contradicts itself");
    }
    if (is_other) { a->trouble = "its numbers are no floats of 16, 32 or 64 bits; save it as F32"; }
    return is_other || fits(a, element_size(a->element), size, why);
}

static int compare_names(const void *a, const void *b) {
    return strcmp(((const struct span *)a)->path, ((const struct span *)b)->path);
}

static int compare_places(const void *a, const void *b) {
    const struct span *x = a, *y = b;
    return x->first != y->first ? (x->first > y->first) - (x->first < y->first)
                                : (x->last > y->last) - (x->last < y->last);
}

/* Each name stands once, each byte belongs to one array. */
static bool are_apart(size_t count, struct span *span, char why[SOURCE_WHY]) {
    qsort(span, count, sizeof *span, compare_names);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(span[i - 1].path, span[i].path) != 0) { continue; }
        return source_array_refuse(why, "its .safetensors header names %.400s twice; save it again",
                                   span[i].path);
    }
    size_t filled = 0;
    for (size_t i = 0; i < count; i++) {
        if (span[i].first < span[i].last) { span[filled++] = span[i]; }
    }
    qsort(span, filled, sizeof *span, compare_places);
    for (size_t i = 1; i < filled; i++) {
        if (span[i - 1].last <= span[i].first) { continue; }
        return source_array_refuse(why, "two arrays of it share bytes: %.200s and %.200s; save it again",
                                   span[i - 1].path, span[i].path);
    }
    return true;
}

static bool read_tensors(struct header *h, size_t length, uint64_t size, struct span *span,
                         char why[SOURCE_WHY]) {
    for (size_t i = 0; i < h->root->count; i++) {
        const char *name = h->root->key[i]->text;
        if (strcmp(name, "__metadata__") == 0) {
            h->metadata = h->root->value[i];
            if (h->metadata->kind == YAML_MAPPING) { continue; }
            return source_array_refuse(why,
                                       "__metadata__ in its .safetensors header holds no names with texts");
        }
        struct source_array *a = &h->array[h->array_count++];
        if (snprintf(a->path, sizeof a->path, "/%s", name) >= (int)sizeof a->path) {
            return source_array_refuse(why, "a name in its .safetensors header is too long");
        }
        char what[SOURCE_WHY];
        if (!read_tensor(h->root->value[i], 8 + length, size, a, &span[h->array_count - 1], what)) {
            return source_array_refuse(why, "%.200s: %.300s", a->path, what);
        }
    }
    return are_apart(h->array_count, span, why);
}

static bool read_safetensors(struct header *h, const char *path, char *text, size_t length, uint64_t size,
                             char why[SOURCE_WHY]) {
    h->root = parse(h, path, text, length);
    if (!h->root || h->root->kind != YAML_MAPPING) {
        return source_array_refuse(why, "its .safetensors header cannot be read");
    }
    h->array = memory_create(h->root->count, sizeof *h->array);
    struct span *span = memory_create(h->root->count, sizeof *span);
    bool good = read_tensors(h, length, size, span, why);
    free(span);
    return good;
}

/* ---- either ---- */

/* The header's text: `length` bytes from `at` on. */
static char *read_text(int descriptor, uint64_t at, uint64_t length, uint64_t size, char why[SOURCE_WHY]) {
    if (length == 0 || length > LONGEST || at + length > size) {
        source_array_refuse(why, "its header is cut off or damaged");
        return NULL;
    }
    char *text = memory_create(length + 1, 1);
    if (head_read_at(descriptor, at, text, length)) { return text; }
    free(text);
    source_array_refuse(why, "its header cannot be read");
    return NULL;
}

bool header_read(int descriptor, const char *path, uint64_t size, struct header *h, char why[SOURCE_WHY]) {
    unsigned char head[12] = {0};
    *h = (struct header){.format = HEADER_NEITHER};
    if (head_read_at(descriptor, 0, head, 4) && memcmp(head, "PK\3\4", 4) == 0) {
        return source_array_refuse(why,
                                   "it is a zip archive, as numpy.savez and torch.save write them; save one "
                                   "array with numpy.save, or several as HDF5 or .safetensors");
    }
    if (!head_read_at(descriptor, 0, head, sizeof head)) { return true; }
    bool is_npy = memcmp(head, npy_magic, sizeof npy_magic) == 0;
    if (!is_npy && (head[8] != '{' || head[7] != 0)) { return true; }
    uint64_t at = is_npy ? (head[6] == 1 ? 10 : 12) : 8;
    uint64_t length = is_npy ? little(head + 8, head[6] == 1 ? 2 : 4) : little(head, 8);
    h->format = is_npy ? HEADER_NPY : HEADER_SAFETENSORS;
    char *text = read_text(descriptor, at, length, size, why);
    if (!text) { return false; }
    if (is_npy) { return read_npy(h, path, text, at, length, size, why); }
    return read_safetensors(h, path, text, length, size, why);
}

void header_release(struct header *h) {
    yaml_free(h->root);
    free((char *)h->source.text);
    free(h->array);
}
