#include "analysis/text/fold.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/terminal.h"

enum { MARK_FOLD = '\x1f', MARK_COLOUR = '\x10', MARK_COLOURS = COLOUR_RED + 1 };

const char *fold_colour(enum colour colour) {
    static const char *const mark[] = {"\x10", "\x11", "\x12", "\x13"};
    return mark[colour];
}

static bool is_colour(char c) { return c >= MARK_COLOUR && c < MARK_COLOUR + MARK_COLOURS; }

/* A part of the text. */
struct span {
    const char *at;
    size_t length;
};

static struct span line_at(const char *text) { return (struct span){text, strcspn(text, "\n")}; }

static const char *line_after(struct span line) {
    return line.at[line.length] ? line.at + line.length + 1 : line.at + line.length;
}

/* Columns on paper: marks and what goes on a character (UTF-8) take none. */
static size_t span_width(struct span s) {
    size_t width = 0;
    for (size_t i = 0; i < s.length; i++) {
        bool goes_on = ((unsigned char)s.at[i] & 0xc0) == 0x80;
        width += !goes_on && !is_colour(s.at[i]) && s.at[i] != MARK_FOLD;
    }
    return width;
}

static void print_character(FILE *out, char c) {
    bool obeyed = (unsigned char)c < ' ' || c == '\x7f';
    if (is_colour(c)) {
        fputs(colour_of(out, (enum colour)(c - MARK_COLOUR)), out);
    } else if (c != MARK_FOLD) {
        fputc(obeyed ? '?' : c, out);
    }
}

static void print_span(FILE *out, struct span s) {
    for (size_t i = 0; i < s.length; i++) { print_character(out, s.at[i]); }
}

/* ---- sentences ---- */

/* How much of what begins there no line ends in, of a value with its error and of log n; else 0. */
static size_t bound_at(struct span rest, size_t at) {
    if (at + 4 < rest.length && strncmp(rest.at + at, " +- ", 4) == 0) { return 4; }
    const bool is_log = at >= 3 && at + 2 <= rest.length && strncmp(rest.at + at - 3, "log n", 5) == 0;
    return is_log && (at + 2 == rest.length || !isalnum((unsigned char)rest.at[at + 2])) ? 2 : 0;
}

/* The next word, or words that are bound, with the blanks before it. */
static struct span word_at(struct span rest) {
    size_t length = strspn(rest.at, " ");
    while (length < rest.length && (rest.at[length] != ' ' || bound_at(rest, length) > 0)) {
        const size_t bound = bound_at(rest, length);
        length += bound > 0 ? bound : 1;
    }
    return (struct span){rest.at, length < rest.length ? length : rest.length};
}

static void print_sentence(FILE *out, struct span line, size_t width) {
    size_t indent = strspn(line.at, " "), column = 0;
    size_t within = indent > 0 ? indent + 2 : 0;
    bool is_first = true; /* of its line */
    if (width > FOLD_SENTENCE) { width = FOLD_SENTENCE; }
    while (line.length > 0) {
        struct span word = word_at(line);
        line = (struct span){line.at + word.length, line.length - word.length};
        if (!is_first && column + span_width(word) > width) {
            size_t blanks = strspn(word.at, " ");
            word = (struct span){word.at + blanks, word.length - blanks};
            fprintf(out, "\n%*s", (int)within, "");
            column = within;
        }
        print_span(out, word);
        column += span_width(word);
        is_first = false;
    }
    fputc('\n', out);
}

/* ---- tables ---- */

static bool is_row(struct span line) { return memchr(line.at, MARK_FOLD, line.length); }

static size_t count_cells(struct span line) {
    size_t cells = 1;
    for (size_t i = 0; i < line.length; i++) { cells += line.at[i] == MARK_FOLD; }
    return cells;
}

static bool is_title(struct span line) {
    return count_cells(line) == 2 && line.at[line.length - 1] == MARK_FOLD;
}

/* Empty where the line has no such column. */
static struct span cell_at(struct span line, size_t column) {
    const char *end = line.at + line.length;
    while (column-- > 0 && line.at < end) {
        const char *mark = memchr(line.at, MARK_FOLD, (size_t)(end - line.at));
        line.at = mark ? mark + 1 : end;
    }
    const char *mark = memchr(line.at, MARK_FOLD, (size_t)(end - line.at));
    return (struct span){line.at, (size_t)((mark ? mark : end) - line.at)};
}

/* Lines that follow one another, and the widths of their columns. */
struct rows {
    size_t count, columns;
    struct span *line;
    size_t *width;
};

static struct rows rows_at(const char *text) {
    struct rows rows = {0};
    for (const char *at = text; is_row(line_at(at)); at = line_after(line_at(at))) { rows.count++; }
    rows.line = memory_create(rows.count, sizeof *rows.line);
    for (size_t i = 0; i < rows.count; i++, text = line_after(line_at(text))) {
        size_t cells = count_cells(rows.line[i] = line_at(text));
        rows.columns = cells > rows.columns ? cells : rows.columns;
    }
    rows.width = memory_create(rows.columns, sizeof *rows.width);
    for (size_t i = 0; i < rows.count; i++) {
        for (size_t c = 0; c < rows.columns && !is_title(rows.line[i]); c++) {
            size_t width = span_width(cell_at(rows.line[i], c));
            rows.width[c] = width > rows.width[c] ? width : rows.width[c];
        }
    }
    return rows;
}

static struct span without_end(struct span s) {
    while (s.length > 0 && (s.at[s.length - 1] == ' ' || s.at[s.length - 1] == MARK_FOLD)) { s.length--; }
    return s;
}

static void print_line(FILE *out, struct span first, struct span rest) {
    rest = without_end(rest);
    print_span(out, rest.length > 0 ? first : without_end(first));
    print_span(out, rest);
    fputc('\n', out);
}

/* From `begin` to before `end`, beside the first column. */
static void print_part(FILE *out, const struct rows *rows, size_t begin, size_t end) {
    for (size_t i = 0; i < rows->count; i++) {
        struct span line = rows->line[i], from = cell_at(line, begin), to = cell_at(line, end - 1);
        print_line(out, cell_at(line, 0), (struct span){from.at, (size_t)(to.at + to.length - from.at)});
    }
}

/* The column behind the last that fits a part from `begin` on: one at least. */
static size_t part_end(const struct rows *rows, size_t begin, size_t width) {
    size_t end = begin + 1, used = rows->width[0] + rows->width[begin];
    while (end < rows->columns && used + rows->width[end] <= width) { used += rows->width[end++]; }
    return end;
}

/* Prints the table that begins there; returns what is behind it. */
static const char *print_table(FILE *out, const char *text, size_t width) {
    struct rows rows = rows_at(text);
    for (size_t begin = 1, end; begin < rows.columns; begin = end) {
        end = part_end(&rows, begin, width);
        if (begin > 1) { fputc('\n', out); }
        print_part(out, &rows, begin, end);
    }
    text = line_after(rows.line[rows.count - 1]);
    free(rows.line);
    free(rows.width);
    return text;
}

void fold_print(FILE *out, const char *text, size_t width) {
    while (*text) {
        struct span line = line_at(text);
        if (is_row(line)) {
            text = print_table(out, text, width);
        } else {
            print_sentence(out, line, width);
            text = line_after(line);
        }
    }
}

FILE *fold_begin(struct fold *fold, FILE *out) {
    fold->out = out;
    return fold->stream = memory_stream_open(&fold->text, &fold->length);
}

void fold_end(struct fold *fold) {
    memory_stream_close(fold->stream, &fold->text);
    fold_print(fold->out, fold->text, terminal_width(fold->out));
    free(fold->text);
}
