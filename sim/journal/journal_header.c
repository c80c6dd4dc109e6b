#include "sim/journal/journal_header.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/base/version.h"
#include "sim/journal/files.h"

enum { DIGEST = 2 * SHA256_DIGEST_SIZE + 1, HEADER_LIMIT = 1 << 20 };
static const char first_line[] = "gapscale journal 3", any_format[] = "gapscale journal ";

/* ---- writing ---- */

static void text_digest(const char *text, size_t length, char digest[DIGEST]) {
    struct sha256_ctx hash;
    uint8_t bytes[SHA256_DIGEST_SIZE];
    sha256_init(&hash);
    sha256_update(&hash, length, (const uint8_t *)text);
    sha256_digest(&hash, sizeof bytes, bytes);
    for (size_t i = 0; i < sizeof bytes; i++) { snprintf(digest + 2 * i, 3, "%02x", bytes[i]); }
}

/* One line `key: value`, with control characters and '%' as %XX. */
static void header_line(FILE *out, const char *key, const char *value) {
    fprintf(out, "%s: ", key);
    for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
        if (*c < ' ' || *c == '%' || *c == 127) {
            fprintf(out, "%%%02x", *c);
        } else {
            fputc(*c, out);
        }
    }
    fputc('\n', out);
}

static char *header_value(const char *text) {
    char *value = memory_create(strlen(text) + 1, 1), *at = value;
    for (; *text; text++) {
        unsigned code;
        if (*text == '%' && sscanf(text + 1, "%2x", &code) == 1) {
            *at++ = (char)code;
            text += 2;
        } else {
            *at++ = *text;
        }
    }
    return value;
}

static char *header_text(const struct journal_header *h) {
    char *text, digest[DIGEST], shard[64], numerics[NUMERICS_TEXT];
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    fprintf(out, "%s\n", first_line);
    header_line(out, "program", h->program);
    header_line(out, "compiler", h->compiler);
    header_line(out, "numerics", numerics_print(h->numerics, numerics));
    snprintf(shard, sizeof shard, "%zu/%zu", h->shard, h->shards);
    header_line(out, "shard", shard);
    header_line(out, "config", h->config_path);
    header_line(out, "output", h->output);
    for (size_t i = 0; i < h->set_count; i++) { header_line(out, "set", h->set[i]); }
    text_digest(h->config_text, strlen(h->config_text), digest);
    header_line(out, "config.yaml", digest);
    text_digest(h->config_resolved, strlen(h->config_resolved), digest);
    header_line(out, "resolved.yaml", digest);
    if (fflush(out) || ferror(out)) { memory_exhausted(); }
    text_digest(text, length, digest);
    header_line(out, "sha256", digest);
    memory_stream_close(out, &text);
    return text;
}

static bool write_file(const char *directory, const char *name, const char *text) {
    char path[FILES_PATH];
    files_path(directory, name, path);
    return outfile_write(path, text, strlen(text));
}

bool journal_header_write(const char *directory, const struct journal_header *h) {
    char *text = header_text(h);
    bool good = write_file(directory, "config.yaml", h->config_text) &&
                write_file(directory, "resolved.yaml", h->config_resolved) &&
                write_file(directory, "header", text);
    free(text);
    return good;
}

struct journal_header journal_header_copy(const struct journal_header *h) {
    struct journal_header copy = *h;
    copy.program = (char *)version_number;
    copy.compiler = __VERSION__;
    copy.numerics = numerics_here();
    char **const text[] = {&copy.program, &copy.compiler,    &copy.config_path,
                           &copy.output,  &copy.config_text, &copy.config_resolved};
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) { *text[i] = memory_copy_text(*text[i]); }
    for (size_t i = 0; i < h->set_count; i++) { copy.set[i] = memory_copy_text(h->set[i]); }
    return copy;
}

void journal_header_release(struct journal_header *h) {
    char *const text[] = {h->program, h->compiler,    h->config_path,
                          h->output,  h->config_text, h->config_resolved};
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) { free(text[i]); }
    for (size_t i = 0; i < h->set_count; i++) { free(h->set[i]); }
}

/* ---- reading ---- */

/* Of configs their checksums. */
static bool header_field(struct journal_header *h, const char *key, const char *value) {
    const struct {
        const char *key;
        char **value;
    } field[] = {{"program", &h->program},         {"compiler", &h->compiler},
                 {"config", &h->config_path},      {"output", &h->output},
                 {"config.yaml", &h->config_text}, {"resolved.yaml", &h->config_resolved}};
    if (strcmp(key, "shard") == 0) {
        return sscanf(value, "%zu/%zu", &h->shard, &h->shards) == 2 && h->shard < h->shards;
    }
    if (strcmp(key, "numerics") == 0) {
        const char *end = numerics_read(value, &h->numerics);
        return end && *end == '\0';
    }
    if (strcmp(key, "set") == 0) {
        if (h->set_count == JOURNAL_SET) { return false; }
        h->set[h->set_count++] = header_value(value);
        return true;
    }
    for (size_t i = 0; i < sizeof field / sizeof field[0]; i++) {
        if (strcmp(key, field[i].key) == 0 && !*field[i].value) {
            *field[i].value = header_value(value);
            return true;
        }
    }
    return strcmp(key, "sha256") == 0;
}

/* Takes a header's text apart, in place. */
static enum journal_header_state header_parse(char *text, struct journal_header *h) {
    char *last = strstr(text, "\nsha256: "), digest[DIGEST], *rest = NULL;
    if (!last) { return JOURNAL_HEADER_DAMAGED; }
    text_digest(text, (size_t)(last + 1 - text), digest);
    if (strncmp(last + 9, digest, DIGEST - 1) != 0 || strcmp(last + 9 + DIGEST - 1, "\n") != 0) {
        return JOURNAL_HEADER_DAMAGED;
    }
    char *line = strtok_r(text, "\n", &rest);
    if (!line || strcmp(line, first_line) != 0) {
        return line && strncmp(line, any_format, sizeof any_format - 1) == 0 ? JOURNAL_HEADER_OLDER
                                                                             : JOURNAL_HEADER_DAMAGED;
    }
    while ((line = strtok_r(NULL, "\n", &rest))) {
        char *colon = strstr(line, ": ");
        if (!colon) { return JOURNAL_HEADER_DAMAGED; }
        *colon = '\0';
        if (!header_field(h, line, colon + 2)) { return JOURNAL_HEADER_DAMAGED; }
    }
    return h->program && h->compiler && h->numerics.number > 0 && h->config_path && h->output &&
                   h->shards > 0 && h->config_text && h->config_resolved
               ? JOURNAL_HEADER_GOOD
               : JOURNAL_HEADER_DAMAGED;
}

static char *read_file(const char *directory, const char *name, size_t *length) {
    char path[FILES_PATH];
    files_path(directory, name, path);
    return files_read(path, length);
}

/* A checksum becomes the text of the file that has it; false where that has another, or is none. */
static bool read_checked(const char *directory, const char *name, char **text) {
    size_t length;
    char digest[DIGEST] = "", *wanted = *text;
    *text = read_file(directory, name, &length);
    if (*text) { text_digest(*text, length, digest); }
    bool same = strcmp(digest, wanted) == 0;
    free(wanted);
    return same;
}

enum journal_header_state journal_header_read(const char *directory, struct journal_header *h) {
    *h = (struct journal_header){.shards = 0};
    size_t length;
    char *text = read_file(directory, "header", &length);
    if (!text) { return JOURNAL_HEADER_ABSENT; }
    enum journal_header_state state = length < HEADER_LIMIT ? header_parse(text, h) : JOURNAL_HEADER_DAMAGED;
    free(text);
    if (state == JOURNAL_HEADER_GOOD && (!read_checked(directory, "config.yaml", &h->config_text) ||
                                         !read_checked(directory, "resolved.yaml", &h->config_resolved))) {
        state = JOURNAL_HEADER_DAMAGED;
    }
    return state;
}

/* ---- commands, for the shell ---- */

/* With what a terminal would obey as octal digits. */
static void print_octal(FILE *out, const char *word) {
    fputs(" $'", out);
    for (; *word; word++) {
        const unsigned char c = (unsigned char)*word;
        if (c < 0x20 || c > 0x7e || c == '\'' || c == '\\') {
            fprintf(out, "\\%03o", c);
        } else {
            fputc(c, out);
        }
    }
    fputc('\'', out);
}

static void print_quoted(FILE *out, const char *before, const char *word) {
    fputs(before, out);
    bool plain =
        *word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@") ==
                     strlen(word);
    char *shown = memory_copy_text(word);
    message_plain(shown);
    bool obeyed = strcmp(shown, word) != 0;
    free(shown);
    if (plain) {
        fprintf(out, " %s", word);
        return;
    }
    if (obeyed) {
        print_octal(out, word);
        return;
    }
    fputs(" '", out);
    for (; *word; word++) { fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, out); }
    fputc('\'', out);
}

char *journal_header_command(const struct journal_header *h, size_t shard) {
    char *text;
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    print_quoted(out, "gapscale run", h->config_path);
    print_quoted(out, " -o", h->output);
    for (size_t i = 0; i < h->set_count; i++) { print_quoted(out, " --set", h->set[i]); }
    if (h->shards > 1) { fprintf(out, " --shard %zu/%zu", shard, h->shards); }
    memory_stream_close(out, &text);
    return text;
}

char *journal_header_merge_command(const struct journal_header *h) {
    char *text;
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    print_quoted(out, "gapscale merge", h->output);
    fprintf(out, ".shard-*-of-%zu.journal", h->shards);
    print_quoted(out, " -o", h->output);
    memory_stream_close(out, &text);
    return text;
}
