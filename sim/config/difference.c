#include "sim/config/difference.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/config/reader.h"

struct differences {
    size_t count;
    struct difference *list;
};

static void add(struct differences *d, const char *path, const char *here, const char *there) {
    d->list = memory_extend(d->list, d->count, sizeof *d->list);
    struct difference *new = &d->list[d->count++];
    snprintf(new->path, sizeof new->path, "%s", path);
    fault_quote(here, new->here);
    fault_quote(there, new->there);
}

/* As it is written: to the end of its line. NULL where there is no node. Free with free(). */
static char *value_of(const struct yaml_node *node) {
    const char *text = node ? node->source->text + node->offset : NULL;
    return text ? memory_copy_part(text, strcspn(text, "\n")) : NULL;
}

/* What these keys have otherwise than the others; looking `back` from the others, what they have in addition.
 */
static void compare_keys(struct differences *d, bool back, const char *prefix, const struct yaml_node *keys,
                         const struct yaml_node *others) {
    for (size_t i = 0; i < keys->count; i++) {
        char path[DIFFERENCE_PATH], *mine, *other;
        if (strcmp(keys->key[i]->text, "series") == 0) { continue; }
        snprintf(path, sizeof path, "%s%s", prefix, keys->key[i]->text);
        mine = value_of(keys->value[i]);
        other = value_of(yaml_find(others, keys->key[i]->text));
        if (back && !other) {
            add(d, path, "", mine);
        } else if (!back && !(other && strcmp(mine, other) == 0)) {
            add(d, path, mine, other ? other : "");
        }
        free(mine);
        free(other);
    }
}

static const struct yaml_node *find_series(const struct yaml_node *list, const char *name) {
    for (size_t i = 0; list && i < list->count; i++) {
        if (strcmp(reader_series_name(list->value[i]), name) == 0) { return list->value[i]; }
    }
    return NULL;
}

/* A series that only one side has is one difference, not one for each of its keys. */
static void compare(struct differences *d, bool back, const struct yaml_node *config,
                    const struct yaml_node *other) {
    const struct yaml_node *list = yaml_find(config, "series"), *others = yaml_find(other, "series");
    compare_keys(d, back, "", config, other);
    for (size_t i = 0; list && i < list->count; i++) {
        const char *name = reader_series_name(list->value[i]);
        const struct yaml_node *same = find_series(others, name);
        char path[DIFFERENCE_PATH];
        snprintf(path, sizeof path, "series.%s%s", name, same ? "." : "");
        if (same) {
            compare_keys(d, back, path, list->value[i], same);
        } else {
            add(d, path, back ? "" : name, back ? name : "");
        }
    }
}

size_t difference_list(const char *here, const char *there, struct difference **list) {
    const struct fault_source source[] = {{"here", here, strlen(here), NULL},
                                          {"there", there, strlen(there), NULL}};
    struct yaml_node *ours = yaml_parse(&source[0], 0), *theirs = yaml_parse(&source[1], 0);
    struct differences d = {0};
    if (ours && theirs && ours->kind == YAML_MAPPING && theirs->kind == YAML_MAPPING) {
        compare(&d, false, ours, theirs);
        compare(&d, true, theirs, ours);
    }
    if (d.count == 0 && strcmp(here, there) != 0) { add(&d, "series", "in one order", "in another order"); }
    yaml_free(ours);
    yaml_free(theirs);
    *list = d.list;
    return d.count;
}

void difference_report(size_t count, const struct difference *list) {
    for (size_t i = 0; i < count; i++) {
        message_say("  %s: %s there, %s here", list[i].path, list[i].there[0] ? list[i].there : "nothing",
                    list[i].here[0] ? list[i].here : "nothing");
    }
}

bool difference_none(const char *here, const char *there, const char *except, const char *format, ...) {
    struct difference *list;
    size_t count = difference_list(here, there, &list), other = 0;
    for (size_t i = 0; i < count; i++) {
        if (!except || strcmp(list[i].path, except) != 0) { list[other++] = list[i]; }
    }
    if (other > 0) {
        va_list arguments;
        va_start(arguments, format);
        char *words = memory_format_list(format, arguments);
        va_end(arguments);
        message_error("%s", words);
        difference_report(other, list);
        free(words);
    }
    free(list);
    return other == 0;
}
