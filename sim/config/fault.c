#include "sim/config/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"

enum { SHOWN_BEFORE = 60, SHOWN = 100 }; /* bytes of a long line before the caret, and in all */

bool fault_add(const struct fault_source *source, size_t offset, const char *format, ...) {
    struct fault_list *list = source->faults;
    if (!list) { return false; }
    va_list arguments;
    va_start(arguments, format);
    char *message = memory_format_list(format, arguments);
    va_end(arguments);
    list->fault = memory_extend(list->fault, list->count, sizeof *list->fault);
    list->fault[list->count] = (struct fault){source, offset, list->count, message};
    list->count++;
    return false;
}

size_t fault_count(const struct fault_source *source) { return source->faults ? source->faults->count : 0; }

void fault_free(struct fault_list *list) {
    for (size_t i = 0; i < list->count; i++) { free(list->fault[i].message); }
    free(list->fault);
    free(list);
}

static bool is_control(char c) { return (unsigned char)c < 0x20 || c == 0x7f; }

static bool is_continuation(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

const char *fault_quote(const char *text, char out[FAULT_QUOTE]) {
    size_t length = strlen(text), kept = length < FAULT_QUOTE ? length : FAULT_QUOTE - 4;
    while (kept < length && kept > 0 && is_continuation(text[kept])) { kept--; }
    for (size_t i = 0; i < kept; i++) { out[i] = is_control(text[i]) ? '?' : text[i]; }
    strcpy(out + kept, kept < length ? "..." : "");
    return out;
}

/* Walks one source forward, so that many faults cost one pass. */
struct cursor {
    const struct fault_source *source;
    size_t offset, line, start; /* the line, from 1, that holds the offset, and where it starts */
};

/* "\n", "\r\n" and "\r" end lines. */
static void move_cursor(struct cursor *cursor, const struct fault_source *source, size_t offset) {
    if (cursor->source != source) { *cursor = (struct cursor){source, 0, 1, 0}; }
    const char *text = source->text;
    for (; cursor->offset < offset; cursor->offset++) {
        size_t i = cursor->offset;
        if (text[i] == '\n' || (text[i] == '\r' && !(i + 1 < source->length && text[i + 1] == '\n'))) {
            cursor->start = i + 1;
            cursor->line++;
        }
    }
}

static void print_line(const struct fault_source *source, size_t start, size_t offset) {
    size_t first = offset - start > SHOWN_BEFORE ? offset - SHOWN_BEFORE : start, last = first;
    while (first > start && is_continuation(source->text[first])) { first--; }
    while (last < source->length && source->text[last] != '\n' && source->text[last] != '\r' &&
           (last - first < SHOWN || is_continuation(source->text[last]))) {
        last++;
    }
    char *line = memory_copy_part(source->text + first, last - first);
    message_plain(line);
    fprintf(stderr, "    %s\n    ", line);
    free(line);
    for (size_t i = first; i < offset; i++) {
        if (!is_continuation(source->text[i])) { fputc(source->text[i] == '\t' ? '\t' : ' ', stderr); }
    }
    fputs("^\n", stderr);
}

static void print_message(const struct fault *fault, size_t line, size_t column) {
    char *text = memory_format("%s:%zu:%zu: error: %s", fault->source->name, line, column, fault->message);
    message_plain(text);
    fprintf(stderr, "%s\n", text);
    free(text);
}

static void print_fault(const struct fault *fault, struct cursor *cursor) {
    const struct fault_source *source = fault->source;
    if (!source->text || !source->length) {
        print_message(fault, 1, 1);
        return;
    }
    size_t offset = fault->offset < source->length ? fault->offset : source->length, column = 1;
    move_cursor(cursor, source, offset);
    for (size_t i = cursor->start; i < offset; i++) { column += !is_continuation(source->text[i]); }
    print_message(fault, cursor->line, column);
    print_line(source, cursor->start, offset);
}

static int compare_places(const void *a, const void *b) {
    const struct fault *x = a, *y = b;
    if (x->source != y->source) { return x->source < y->source ? -1 : 1; }
    if (x->offset != y->offset) { return x->offset < y->offset ? -1 : 1; }
    return x->serial < y->serial ? -1 : 1;
}

void fault_report(struct fault_list *list) {
    struct cursor cursor = {0};
    if (list->count) { qsort(list->fault, list->count, sizeof *list->fault, compare_places); }
    for (size_t i = 0; i < list->count; i++) { print_fault(&list->fault[i], &cursor); }
}
