#include "sim/config/arguments.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/utf8.h"
#include "sim/config/text.h"

bool arguments_source(const char *what, const char *word, struct fault_list *faults,
                      struct fault_source *source) {
    *source = (struct fault_source){what, word, strlen(word), faults};
    if (source->length <= TEXT_LIMIT && utf8_is_valid(word, source->length)) { return true; }
    source->text = NULL;
    fault_add(source, 0, "must be UTF-8 text of at most %d KiB", TEXT_LIMIT / 1024);
    return false;
}

/* A scalar made of part of the text of another, which it follows by `skipped` bytes. */
static struct yaml_node *part_of(const struct yaml_node *scalar, size_t skipped, size_t length) {
    struct yaml_node *part = yaml_create(YAML_SCALAR, scalar);
    part->offset += skipped;
    part->text = memory_copy_part(scalar->text + skipped, length);
    return part;
}

static bool is_unwritten(const struct yaml_node *node) {
    return node->kind == YAML_SCALAR && !node->quoted && !*node->text;
}

/* {coef:1}: to YAML a key `coef:1` without a value. */
static void split_keys(struct yaml_node *node) {
    for (size_t i = 0; i < node->count; i++) {
        struct yaml_node *key = node->kind == YAML_MAPPING ? node->key[i] : NULL;
        char *colon = key && !key->quoted ? strchr(key->text, ':') : NULL;
        if (colon && colon > key->text && colon[1] && is_unwritten(node->value[i])) {
            size_t start = (size_t)(colon + 1 - key->text);
            yaml_free(node->value[i]);
            node->value[i] = part_of(key, start, strlen(colon + 1));
            *colon = '\0';
        }
        split_keys(node->value[i]);
    }
}

struct yaml_node *arguments_value(const struct fault_source *source, size_t start) {
    if (!source->text[start + strspn(source->text + start, " \t")]) {
        fault_add(source, start, "no value is written after the equals sign");
        return NULL;
    }
    struct yaml_node *value = yaml_parse(source, start);
    if (value && value->kind != YAML_SCALAR && value->block) {
        fault_add(source, start, "write lists as [a, b] and mappings as {key: value}");
        yaml_free(value);
        return NULL;
    }
    if (value) { split_keys(value); }
    return value;
}

/* a,b as [a, b]. Takes the node over. */
static struct yaml_node *list_of(struct yaml_node *node) {
    if (node->kind != YAML_SCALAR || node->quoted || !strchr(node->text, ',')) { return node; }
    struct yaml_node *list = yaml_create(YAML_LIST, node);
    for (const char *item = node->text, *end; item; item = *end ? end + 1 : NULL) {
        item += strspn(item, " ");
        end = item + strcspn(item, ",");
        size_t length = (size_t)(end - item);
        while (length > 0 && item[length - 1] == ' ') { length--; }
        yaml_add(list, NULL, part_of(node, (size_t)(item - node->text), length));
    }
    yaml_free(node);
    return list;
}

static void read_word(struct arguments *arguments, const struct fault_source *source) {
    const char *equals = strchr(source->text, '=');
    size_t length = equals ? (size_t)(equals - source->text) : 0;
    if (length == 0) {
        fault_add(source, 0, "write KEY=VALUE");
        return;
    }
    struct yaml_node *value = arguments_value(source, length + 1);
    if (!value) { return; }
    struct yaml_node whole = {.source = source, .line = 1, .text = (char *)source->text};
    yaml_add(arguments->root, part_of(&whole, 0, length), list_of(value));
}

struct arguments arguments_read(const char *what, const char *front, size_t count, char *const *word,
                                size_t names, const char *const *name) {
    struct arguments arguments = {.reader = reader_start()};
    arguments.source = memory_create(count + 1, sizeof *arguments.source);
    arguments_source(what, front, arguments.reader.faults, &arguments.source[0]);
    arguments.root = yaml_create(YAML_MAPPING, &(struct yaml_node){.source = arguments.source, .line = 1});
    for (size_t i = 0; i < count; i++) {
        struct fault_source *source = &arguments.source[1 + i];
        if (arguments_source(what, word[i], arguments.reader.faults, source)) {
            read_word(&arguments, source);
        }
    }
    yaml_check_keys(arguments.root, what, names, name);
    return arguments;
}

bool arguments_end(struct arguments *arguments) {
    bool good = reader_end(&arguments->reader, true);
    yaml_free(arguments->root);
    free(arguments->source);
    return good;
}
