/* libfyaml is asked for events only. Its document tree is never built: the check for duplicate keys in
 * it is quadratic, and resolving aliases need not end. */
#include "sim/config/yaml.h"

#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/nearest.h"
#include "sim/base/utf8.h"

struct builder {
    const struct fault_source *source;
    size_t start;
    bool failed;
    struct yaml_node *root, *open[YAML_DEPTH], *key;
    size_t depth, documents;
};

void yaml_free(struct yaml_node *node) {
    if (!node) { return; }
    for (size_t i = 0; i < node->count; i++) {
        if (node->key) { yaml_free(node->key[i]); }
        yaml_free(node->value[i]);
    }
    free(node->key);
    free(node->value);
    free(node->text);
    free(node);
}

void yaml_add(struct yaml_node *parent, struct yaml_node *key, struct yaml_node *value) {
    parent->value = memory_extend(parent->value, parent->count, sizeof(struct yaml_node *));
    if (parent->kind == YAML_MAPPING) {
        parent->key = memory_extend(parent->key, parent->count, sizeof(struct yaml_node *));
        parent->key[parent->count] = key;
    }
    parent->value[parent->count++] = value;
}

static bool refuse(struct builder *builder, size_t offset, const char *message) {
    fault_add(builder->source, offset, "%s", message);
    builder->failed = true;
    return false;
}

/* A value that is not written has no place of its own: it gets its key's. */
static struct yaml_node *create_node(struct builder *builder, enum yaml_kind kind, struct fy_event *event) {
    const struct fy_mark *mark = fy_event_start_mark(event);
    struct yaml_node *node = memory_create(1, sizeof *node);
    node->kind = kind;
    node->source = builder->source;
    node->offset = mark           ? builder->start + mark->input_pos
                   : builder->key ? builder->key->offset
                                  : builder->start;
    node->line = mark ? (size_t)mark->line + 1 : builder->key ? builder->key->line : 1;
    return node;
}

/* Puts a finished or newly opened node where it belongs; the builder owns it from here on. */
static bool place_node(struct builder *builder, struct yaml_node *node) {
    if (builder->depth == 0) {
        builder->root = node;
        return true;
    }
    struct yaml_node *parent = builder->open[builder->depth - 1];
    if (parent->kind == YAML_LIST) {
        yaml_add(parent, NULL, node);
    } else if (builder->key) {
        yaml_add(parent, builder->key, node);
        builder->key = NULL;
    } else if (node->kind == YAML_SCALAR) {
        builder->key = node;
    } else {
        size_t offset = node->offset;
        yaml_free(node);
        return refuse(builder, offset, "a key must be a plain word, as in `replicates: 1000`");
    }
    return true;
}

static bool take_scalar(struct builder *builder, struct fy_event *event) {
    struct yaml_node *node = create_node(builder, YAML_SCALAR, event);
    size_t length = 0;
    const char *text = fy_token_get_text(event->scalar.value, &length);
    enum fy_scalar_style style = fy_token_scalar_style(event->scalar.value);
    node->quoted = style != FYSS_PLAIN && style != FYSS_ANY;
    node->offset -=
        style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED; /* libfyaml leaves the quote out */
    node->text = memory_copy_part(text ? text : "", text ? length : 0);
    if (text && memchr(text, 0, length)) {
        size_t offset = node->offset;
        yaml_free(node);
        return refuse(builder, offset, "a text with a NUL character (\\0) in it; leave it out");
    }
    return place_node(builder, node);
}

static bool take_opening(struct builder *builder, enum yaml_kind kind, struct fy_event *event) {
    struct yaml_node *node = create_node(builder, kind, event);
    node->block = fy_event_get_node_style(event) != FYNS_FLOW;
    if (builder->depth == YAML_DEPTH) {
        size_t offset = node->offset;
        yaml_free(node);
        return refuse(builder, offset, "nested too deeply; a config needs no more than five levels");
    }
    if (!place_node(builder, node)) { return false; }
    builder->open[builder->depth++] = node;
    return true;
}

/* Whether it makes sense to read on: what only stands for other things is refused, each where it stands. */
static bool take_event(struct builder *builder, struct fy_event *event) {
    const struct fy_mark *mark = fy_event_start_mark(event);
    size_t offset = builder->start + (mark ? mark->input_pos : 0);
    if (fy_event_get_tag_token(event) || fy_event_get_anchor_token(event)) {
        refuse(builder, offset, "tags (!) and anchors (&) have no meaning here; write the plain value");
    }
    switch (event->type) {
    case FYET_DOCUMENT_START:
        return builder->documents++ == 0 ||
               refuse(builder, offset, "a second document starts here (---); keep one");
    case FYET_ALIAS:
        refuse(builder, offset, "aliases (*) have no meaning here; write the value out");
        return place_node(builder, create_node(builder, YAML_SCALAR, event));
    case FYET_SCALAR: return take_scalar(builder, event);
    case FYET_SEQUENCE_START: return take_opening(builder, YAML_LIST, event);
    case FYET_MAPPING_START: return take_opening(builder, YAML_MAPPING, event);
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END: builder->depth--; return true;
    default: return true;
    }
}

/* Where the fault lies; one at the end of the text is shown behind the last thing written. */
static size_t find_fault(struct builder *builder, const struct fy_diag_error *error) {
    const struct fy_mark *mark = error->fyt ? fy_token_start_mark(error->fyt) : NULL;
    const struct fault_source *source = builder->source;
    size_t offset = builder->start + (mark ? mark->input_pos : 0);
    if (offset >= source->length) {
        for (offset = source->length; offset > 0 && strchr(" \t\r\n", source->text[offset - 1]);) {
            offset--;
        }
    }
    return offset;
}

static void take_diagnostics(struct builder *builder, struct fy_diag *diag) {
    void *position = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &position);
    if (error) {
        char *message = memory_format("not valid YAML: %s", error->msg);
        refuse(builder, find_fault(builder, error), message);
        free(message);
    } else {
        refuse(builder, builder->start, "not YAML that can be read; save it as plain UTF-8 text");
    }
}

static void parse_events(struct builder *builder, struct fy_parser *parser, struct fy_diag *diag) {
    bool good = true;
    struct fy_event *event;
    while (good && (event = fy_parser_parse(parser))) {
        good = take_event(builder, event);
        fy_parser_event_free(parser, event);
    }
    if (good && fy_parser_get_stream_error(parser)) { take_diagnostics(builder, diag); }
}

static void parse_text(struct builder *builder, const char *text, size_t length, FILE *talk) {
    struct fy_diag_cfg diag_cfg = {.fp = talk, .level = FYET_ERROR, .module_mask = ~0U, .colorize = false};
    struct fy_diag *diag = fy_diag_create(&diag_cfg);
    if (!diag) { memory_exhausted(); }
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_ALLOW_DUPLICATE_KEYS |
                                        FYPCF_JSON_NONE,
                               .diag = diag};
    struct fy_parser *parser = fy_parser_create(&cfg);
    /* As a whole: of a stream, places past 64 KiB are lost. */
    if (!parser || fy_parser_set_string(parser, text, length)) { memory_exhausted(); }
    parse_events(builder, parser, diag);
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
}

struct yaml_node *yaml_parse(const struct fault_source *source, size_t start) {
    struct builder builder = {.source = source, .start = start};
    size_t length = source->length - start;
    if (!utf8_is_valid(source->text + start, length)) { /* libfyaml may read on for ever, behind a % */
        refuse(&builder, start, "not a UTF-8 text");
    } else if (length > 0) {
        char *talked = NULL;
        size_t talked_length;
        FILE *talk = memory_stream_open(&talked, &talked_length);
        parse_text(&builder, source->text + start, length, talk);
        memory_stream_close(talk, &talked);
        free(talked);
    }
    yaml_free(builder.key);
    if (!builder.failed && !builder.root) {
        refuse(&builder, start, "nothing is written here; a config needs at least a list `series:`");
    }
    if (!builder.failed) { return builder.root; }
    yaml_free(builder.root);
    return NULL;
}

static struct yaml_node **find_value(const struct yaml_node *mapping, const char *key) {
    for (size_t i = mapping->count; i-- > 0;) {
        if (strcmp(mapping->key[i]->text, key) == 0) { return &mapping->value[i]; }
    }
    return NULL;
}

struct yaml_node *yaml_find(const struct yaml_node *mapping, const char *key) {
    struct yaml_node **value = find_value(mapping, key);
    return value ? *value : NULL;
}

struct yaml_node *yaml_create(enum yaml_kind kind, const struct yaml_node *at) {
    struct yaml_node *node = memory_create(1, sizeof *node);
    *node = (struct yaml_node){.kind = kind, .source = at->source, .offset = at->offset, .line = at->line};
    return node;
}

void yaml_set(struct yaml_node *mapping, const char *key, struct yaml_node *value) {
    struct yaml_node **old = find_value(mapping, key);
    if (old) {
        yaml_free(*old);
        *old = value;
        return;
    }
    struct yaml_node *name = yaml_create(YAML_SCALAR, value);
    name->text = memory_copy_text(key);
    yaml_add(mapping, name, value);
}

static int compare_keys(const void *a, const void *b) {
    const struct yaml_node *x = *(const struct yaml_node *const *)a, *y = *(const struct yaml_node *const *)b;
    int order = strcmp(x->text, y->text);
    if (order) { return order; }
    if (x->source != y->source) { return x->source < y->source ? -1 : 1; }
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static void check_name(const struct yaml_node *key, const char *what, size_t count,
                       const char *const *names) {
    char word[FAULT_QUOTE];
    for (size_t i = 0; i < count; i++) {
        if (strcmp(key->text, names[i]) == 0) { return; }
    }
    const char *near = nearest_name(key->text, count, names);
    if (near) {
        YAML_FAULT(key, "%s has no key `%s`; did you mean `%s`?", what, fault_quote(key->text, word), near);
        return;
    }
    char *list = NULL;
    size_t length;
    FILE *stream = memory_stream_open(&list, &length);
    for (size_t i = 0; i < count; i++) { fprintf(stream, "%s%s", i ? ", " : "", names[i]); }
    memory_stream_close(stream, &list);
    YAML_FAULT(key, "%s has no key `%s`; its keys are: %s", what, fault_quote(key->text, word), list);
    free(list);
}

void yaml_check_keys(const struct yaml_node *mapping, const char *what, size_t count,
                     const char *const *names) {
    size_t key_count = mapping->count;
    struct yaml_node **key = memory_copy(mapping->key, key_count, sizeof(struct yaml_node *));
    qsort(key, key_count, sizeof(struct yaml_node *), compare_keys);
    for (size_t i = 0, end; i < key_count; i = end) {
        char word[FAULT_QUOTE];
        for (end = i + 1; end < key_count && strcmp(key[end]->text, key[i]->text) == 0;) { end++; }
        check_name(key[i], what, count, names);
        if (end - i > 1 && key[i]->source != key[i + 1]->source) {
            YAML_FAULT(key[i + 1], "`%s` is given %zu times; keep one", fault_quote(key[i]->text, word),
                       end - i);
        } else if (end - i > 1) {
            YAML_FAULT(key[i + 1], "key `%s` is written %zu times, first on line %zu; keep one",
                       fault_quote(key[i]->text, word), end - i, key[i]->line);
        }
    }
    free(key);
}
