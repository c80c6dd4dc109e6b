#include "sim/results/note.h"

#include <math.h>
#include <string.h>

#include "sim/base/memory.h"

static struct h5_attribute *add(struct results_series *s, const char *name) {
    s->note = memory_extend(s->note, s->note_count, sizeof *s->note);
    s->note[s->note_count] = (struct h5_attribute){.name = memory_copy_text(name)};
    return &s->note[s->note_count++];
}

void note_text(struct results_series *s, const char *name, const char *text) {
    add(s, name)->text = memory_copy_text(text);
}

void note_whole(struct results_series *s, const char *name, uint64_t whole) {
    uint64_t *own = memory_create(1, sizeof *own);
    *own = whole;
    add(s, name)->whole = own;
}

void note_number(struct results_series *s, const char *name, double number) {
    if (!isnan(number)) { add(s, name)->number = number; }
}

const struct h5_attribute *note_find(const struct results_series *s, const char *name) {
    return h5content_attribute(s->note_count, s->note, name);
}

/* What stands there beside notes. */
static bool is_note(const char *name) {
    return strcmp(name, "family") != 0 && strcmp(name, "replicates") != 0;
}

void note_take(struct results_series *s, const struct h5_group *group) {
    for (size_t i = 0; i < group->attribute_count && s->note_count < NOTE_MOST; i++) {
        const struct h5_attribute *a = &group->attribute[i];
        if (!is_note(a->name)) { continue; }
        if (a->text) {
            note_text(s, a->name, a->text);
        } else if (a->whole) {
            note_whole(s, a->name, *a->whole);
        } else {
            note_number(s, a->name, a->number);
        }
    }
}
