#include "sim/config/override.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/nearest.h"
#include "sim/config/arguments.h"
#include "sim/config/reader.h"

static struct yaml_node *find_series(const struct yaml_node *list, const char *name,
                                     const struct fault_source *source, size_t offset) {
    char word[FAULT_QUOTE];
    const char **names = memory_create(list->count, sizeof *names);
    struct yaml_node *found = NULL;
    for (size_t i = 0; i < list->count; i++) {
        names[i] = reader_series_name(list->value[i]);
        if (*name && strcmp(names[i], name) == 0) { found = list->value[i]; }
    }
    const char *near = nearest_name(name, list->count, names);
    if (!found && near) {
        fault_add(source, offset, "there is no series `%s`; did you mean `%s`?", fault_quote(name, word),
                  near);
    } else if (!found) {
        fault_add(source, offset, "there is no series `%s`; write series.NAME with the name of one",
                  fault_quote(name, word));
    }
    free(names);
    return found;
}

/* The node below `at` that one word of the path names. */
static struct yaml_node *descend(struct yaml_node *at, const char *word, const struct yaml_node *value,
                                 const struct fault_source *source, size_t offset) {
    char shown[FAULT_QUOTE];
    if (at->kind == YAML_LIST) { return find_series(at, word, source, offset); }
    struct yaml_node *next = yaml_find(at, word);
    if (!next) {
        next = yaml_create(YAML_MAPPING, value);
        yaml_set(at, word, next);
    }
    bool is_series = next->kind == YAML_LIST && strcmp(word, "series") == 0;
    if (next->kind == YAML_MAPPING || is_series) { return next; }
    fault_add(source, offset,
              "`%s` has no keys in this config: it is a plain value or a list; set the whole of it",
              fault_quote(word, shown));
    return NULL;
}

/* Up to the next dot; below a list of series, the longest of their names that stands here before a key, or at
 * all. */
static size_t word_length(const struct yaml_node *at, const char *path) {
    size_t longest = 0, whole = 0;
    for (size_t i = 0; at->kind == YAML_LIST && i < at->count; i++) {
        const char *name = reader_series_name(at->value[i]);
        size_t length = strlen(name);
        if (strncmp(path, name, length) != 0) { continue; }
        if (path[length] == '.' && length > longest) { longest = length; }
        if (!path[length]) { whole = length; }
    }
    return longest ? longest : whole ? whole : strcspn(path, ".");
}

/* Whether a value, or part of it, is not of the config itself. */
static bool is_overridden(const struct yaml_node *value, const struct fault_source *config) {
    bool is = value && value->source != config;
    for (size_t i = 0; value && !is && i < value->count; i++) { is = is_overridden(value->value[i], config); }
    return is;
}

/* Takes the value over. */
static void set_path(struct yaml_node *root, char *path, struct yaml_node *value,
                     const struct fault_source *source) {
    struct yaml_node *at = root;
    char *word = path, shown[FAULT_QUOTE];
    for (size_t length; at && word[length = word_length(at, word)]; word += length + 1) {
        word[length] = '\0';
        at = descend(at, word, value, source, (size_t)(word - path));
    }
    if (at && at->kind == YAML_MAPPING) {
        if (is_overridden(yaml_find(at, word), root->source)) {
            fault_add(source, (size_t)(word - path), "`%s` is set by an earlier --set; keep one of them",
                      fault_quote(word, shown));
        }
        yaml_set(at, word, value);
        return;
    }
    if (at) {
        fault_add(source, (size_t)(word - path),
                  "a series cannot be replaced as a whole; write series.NAME.KEY=VALUE");
    }
    yaml_free(value);
}

static bool path_is_whole(const char *path) {
    return *path && *path != '.' && path[strlen(path) - 1] != '.' && !strstr(path, "..");
}

void override_apply(struct yaml_node *root, const struct fault_source *source) {
    const char *equals = strchr(source->text, '=');
    char *path = memory_copy_part(source->text, equals ? (size_t)(equals - source->text) : source->length);
    if (!equals || !path_is_whole(path)) {
        fault_add(source, 0, "write PATH=VALUE, such as replicates=1000 or series.NAME.scale.coef=1");
        free(path);
        return;
    }
    struct yaml_node *value = arguments_value(source, (size_t)(equals - source->text) + 1);
    if (value) { set_path(root, path, value, source); }
    free(path);
}
