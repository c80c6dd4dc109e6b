#include "sim/config/difference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"

/* A line of a resolved config. */
struct item {
    char path[DIFFERENCE_PATH], series[CONFIG_NAME]; /* of which series; "" of the top */
    char *value;
};

struct items {
    size_t count;
    struct item *item;
};

static void item_make(struct item *item, char *line, char series[CONFIG_NAME]) {
    bool opens = strncmp(line, "  - name: ", 10) == 0;
    char *key = line + strspn(line, " "), *colon = strchr(line, ':');
    if (colon) { *colon = '\0'; }
    const char *value = colon ? colon + 1 + strspn(colon + 1, " ") : "";
    if (opens) { snprintf(series, CONFIG_NAME, "%s", value); }
    if (key == line) { series[0] = '\0'; }
    snprintf(item->series, sizeof item->series, "%s", series);
    if (opens) {
        snprintf(item->path, sizeof item->path, "series.%s", series);
    } else {
        snprintf(item->path, sizeof item->path, "%s%s%s%.64s", *series ? "series." : "", series,
                 *series ? "." : "", key);
    }
    item->value = memory_copy_text(value, strlen(value));
}

static struct items items_read(const char *text) {
    struct items items = {0};
    char series[CONFIG_NAME] = "", *copy = memory_copy_text(text, strlen(text)), *rest = NULL;
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        items.item = memory_resize(items.item, items.count + 1, sizeof *items.item);
        item_make(&items.item[items.count++], line, series);
    }
    free(copy);
    return items;
}

static void items_free(struct items items) {
    for (size_t i = 0; i < items.count; i++) { free(items.item[i].value); }
    free(items.item);
}

static const struct item *items_find(const struct items *items, const char *path) {
    for (size_t i = 0; i < items->count; i++) {
        if (strcmp(items->item[i].path, path) == 0) { return &items->item[i]; }
    }
    return NULL;
}

/* A series that only one side has is one difference, not one for each of its keys. */
static bool is_within_missing(const struct item *item, const struct items *other) {
    char path[DIFFERENCE_PATH];
    if (!item->series[0]) { return false; }
    snprintf(path, sizeof path, "series.%s", item->series);
    return strcmp(path, item->path) != 0 && !items_find(other, path);
}

static void add(struct difference **list, size_t *count, const char *path, const char *here,
                const char *there) {
    *list = memory_resize(*list, *count + 1, sizeof **list);
    struct difference *d = &(*list)[(*count)++];
    snprintf(d->path, sizeof d->path, "%s", path);
    fault_quote(here, d->here);
    fault_quote(there, d->there);
}

size_t difference_list(const char *here, const char *there, struct difference **list) {
    struct items a = items_read(here), b = items_read(there);
    size_t count = 0;
    *list = NULL;
    for (size_t i = 0; i < a.count; i++) {
        const struct item *x = &a.item[i], *y = items_find(&b, x->path);
        if (!is_within_missing(x, &b) && !(y && strcmp(x->value, y->value) == 0)) {
            add(list, &count, x->path, x->value, y ? y->value : "");
        }
    }
    for (size_t i = 0; i < b.count; i++) {
        const struct item *y = &b.item[i];
        if (!is_within_missing(y, &a) && !items_find(&a, y->path)) {
            add(list, &count, y->path, "", y->value);
        }
    }
    if (count == 0 && strcmp(here, there) != 0) {
        add(list, &count, "series", "in one order", "in another order");
    }
    items_free(a);
    items_free(b);
    return count;
}

void difference_report(size_t count, const struct difference *list) {
    for (size_t i = 0; i < count; i++) {
        message_say("  %s: %s there, %s here", list[i].path, list[i].there[0] ? list[i].there : "nothing",
                    list[i].here[0] ? list[i].here : "nothing");
    }
}
