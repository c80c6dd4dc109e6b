/* fault: mistakes found in a text, each at its place, collected so that all are told at once. */
#ifndef GAPSCALE_SIM_CONFIG_FAULT_H
#define GAPSCALE_SIM_CONFIG_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/* A text that was read: a file, or one --set argument. */
struct fault_source {
    const char *name; /* what stands before :LINE:COLUMN: */
    const char *text; /* NULL when it could not be read: faults are then at 1:1 and show no line */
    size_t length;
    struct fault_list *faults; /* where its faults go; NULL: nowhere */
};

struct fault {
    const struct fault_source *source;
    size_t offset; /* byte of the text */
    size_t serial;
    char *message;
};

struct fault_list { /* on the heap, at first {0} */
    size_t count;
    struct fault *fault;
};

/* Adds one; the message says what is wrong and what to write instead. Texts that came from the user
 * are passed through fault_quote first. The sources of one list are members of one array. False. */
bool fault_add(const struct fault_source *source, size_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* How many there are where those of a source go. */
size_t fault_count(const struct fault_source *source);

/* Writes all to stderr in the order of their places, as NAME:LINE:COLUMN: error: MESSAGE, the line
 * and a caret (long lines are cut around it, control characters shown as '?'). */
void fault_report(struct fault_list *list);

void fault_free(struct fault_list *list);

enum { FAULT_QUOTE = 48 };
/* `text` as shown in a message: cut to fit, control characters as '?'. Returns `out`. */
const char *fault_quote(const char *text, char out[FAULT_QUOTE]);

#endif
