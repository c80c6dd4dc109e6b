#include "sim/results/note.h"

#include <math.h>
#include <string.h>

#include "sim/base/memory.h"

/* Those there may be, NULL after the last. */
static const char *const names[NOTE_MOST] = {"layer",
                                             "head",
                                             "class",
                                             "locality",
                                             "standing",
                                             "sentence",
                                             "exponent",
                                             "exponent_low",
                                             "exponent_high",
                                             "amplitude",
                                             "amplitude_low",
                                             "amplitude_high",
                                             "lack_of_fit",
                                             "best",
                                             "closest",
                                             "excluded",
                                             "level",
                                             "sinks",
                                             "excluded_beyond",
                                             "xi_alpha",
                                             "xi_alpha_low",
                                             "xi_alpha_high",
                                             "xi_delta",
                                             "xi_delta_low",
                                             "xi_delta_high",
                                             "xi_lambda",
                                             "xi_lambda_low",
                                             "xi_lambda_high",
                                             "exponent_without_sinks",
                                             "exponent_without_sinks_low",
                                             "exponent_without_sinks_high",
                                             "best_without_sinks",
                                             "closest_without_sinks",
                                             "excluded_without_sinks"};

static struct results_note *add(struct results_series *s, const char *name) {
    s->note = memory_resize(s->note, s->note_count + 1, sizeof *s->note);
    s->note[s->note_count] = (struct results_note){.name = name};
    return &s->note[s->note_count++];
}

void note_text(struct results_series *s, const char *name, const char *text) {
    add(s, name)->text = memory_copy_text(text);
}

void note_whole(struct results_series *s, const char *name, uint64_t whole) {
    struct results_note *note = add(s, name);
    note->is_whole = true;
    note->whole = whole;
}

void note_number(struct results_series *s, const char *name, double number) {
    if (!isnan(number)) { add(s, name)->number = number; }
}

const struct results_note *note_find(const struct results_series *s, const char *name) {
    for (size_t i = 0; i < s->note_count; i++) {
        if (strcmp(s->note[i].name, name) == 0) { return &s->note[i]; }
    }
    return NULL;
}

size_t note_attributes(const struct results_series *s, struct h5_attribute attribute[NOTE_MOST]) {
    for (size_t i = 0; i < s->note_count; i++) {
        const struct results_note *n = &s->note[i];
        attribute[i] = (struct h5_attribute){
            .name = n->name, .text = n->text, .whole = n->is_whole ? &n->whole : NULL, .number = n->number};
    }
    return s->note_count;
}

void note_take(struct results_series *s, const struct h5_group *group) {
    for (size_t i = 0; i < NOTE_MOST && names[i]; i++) {
        const struct h5_attribute *a =
            h5content_attribute(group->attribute_count, group->attribute, names[i]);
        if (!a) { continue; }
        if (a->text) {
            note_text(s, names[i], a->text);
        } else if (a->whole) {
            note_whole(s, names[i], *a->whole);
        } else {
            note_number(s, names[i], a->number);
        }
    }
}
