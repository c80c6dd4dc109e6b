#include "sim/journal/journal_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/directory.h"
#include "sim/base/head.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/journal/files.h"
#include "sim/sweep/record.h"

/* Ended by NUL, as all that follows is; formats before 4 had lines. */
static const char first_text[] = "gapscale journal 4", older[] = "gapscale journal ";
enum { LONGEST = 1 << 28 /* bytes: of some ten million n and betas written out */ };

/* ---- writing ---- */

static void put_text(FILE *out, const char *text) { fwrite(text, 1, strlen(text) + 1, out); }

bool journal_header_write(const char *directory, const struct journal_header *h) {
    char *bytes, path[FILES_PATH], numerics[NUMERICS_TEXT];
    uint8_t digest[RECORD_TAIL];
    size_t length;
    FILE *out = memory_stream_open(&bytes, &length);
    put_text(out, first_text);
    put_text(out, numerics_print(h->numerics, numerics));
    fprintf(out, "%zu/%zu%c", h->shard, h->shards, '\0');
    for (size_t i = 0; i < JOURNAL_TEXTS; i++) { put_text(out, h->text[i]); }
    for (size_t i = 0; i < h->set_count; i++) { put_text(out, h->set[i]); }
    if (fflush(out) || ferror(out)) { memory_exhausted(); }
    record_hash(bytes, length, digest);
    fwrite(digest, 1, sizeof digest, out);
    memory_stream_close(out, &bytes);
    files_path(directory, "header", path);
    bool good = outfile_write(path, bytes, length);
    free(bytes);
    return good;
}

/* ---- reading ---- */

/* The text at *at, which goes on behind it; "" from the end on. */
static const char *next_text(const char **at, const char *end) {
    const char *text = *at;
    if (text == end) { return ""; }
    *at += strlen(text) + 1;
    return text;
}

/* A line, while this format has a NUL there. */
static bool is_older(const char *bytes) {
    const size_t length = sizeof older - 1;
    return strncmp(bytes, older, length) == 0 && bytes[length + strspn(bytes + length, "0123456789")] == '\n';
}

static enum journal_header_state parse(size_t length, struct journal_header *h) {
    uint8_t digest[RECORD_TAIL];
    const char *at = h->bytes;
    if (is_older(at)) { return JOURNAL_HEADER_OLDER; }
    if (length <= sizeof digest || at[length - sizeof digest - 1] != '\0') { return JOURNAL_HEADER_DAMAGED; }
    const char *end = at + length - sizeof digest;
    record_hash(at, (size_t)(end - at), digest);
    const char *first = next_text(&at, end), *rest = numerics_read(next_text(&at, end), &h->numerics);
    bool good = memcmp(digest, end, sizeof digest) == 0 && strcmp(first, first_text) == 0 && rest &&
                *rest == '\0' && sscanf(next_text(&at, end), "%zu/%zu", &h->shard, &h->shards) == 2 &&
                h->shard < h->shards && h->shards <= JOURNAL_SHARDS;
    for (size_t i = 0; i < JOURNAL_TEXTS; i++) {
        good = good && at < end;
        h->text[i] = next_text(&at, end);
    }
    while (at < end && h->set_count < JOURNAL_SET) { h->set[h->set_count++] = next_text(&at, end); }
    return good && at == end ? JOURNAL_HEADER_GOOD : JOURNAL_HEADER_DAMAGED;
}

enum journal_header_state journal_header_read(const char *directory, struct journal_header *h) {
    char path[FILES_PATH];
    struct stat status;
    files_path(directory, "header", path);
    *h = (struct journal_header){.shards = 0};
    directory_refresh(directory);
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) { return JOURNAL_HEADER_ABSENT; }
    if (status.st_size > LONGEST) { return JOURNAL_HEADER_DAMAGED; }
    h->bytes = memory_create((size_t)status.st_size + 1, 1);
    const ssize_t length = head_read(path, 0, h->bytes, (size_t)status.st_size);
    return length < 0 ? JOURNAL_HEADER_ABSENT : parse((size_t)length, h);
}

/* ---- commands, for the shell ---- */

/* In quotes where it needs them; then with what a terminal would obey as octal digits. */
static void print_quoted(FILE *out, const char *before, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@";
    const bool is_plain = *word && strspn(word, plain) == strlen(word);
    char *shown = memory_copy_text(word);
    message_plain(shown);
    const bool obeyed = strcmp(shown, word) != 0;
    free(shown);
    fprintf(out, "%s %s", before, is_plain ? "" : obeyed ? "$'" : "'");
    for (; *word; word++) {
        const unsigned char c = (unsigned char)*word;
        if (obeyed && (c < 0x20 || c > 0x7e || c == '\'' || c == '\\')) {
            fprintf(out, "\\%03o", c);
        } else {
            fputs(c == '\'' ? "'\\''" : (char[]){*word, '\0'}, out);
        }
    }
    if (!is_plain) { fputc('\'', out); }
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

char *journal_header_merge_command(const struct journal_header *h, const char *directory) {
    char *text;
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    print_quoted(out, "gapscale merge", directory ? directory : h->output);
    if (!directory) { fprintf(out, ".shard-*-of-%zu.journal", h->shards); }
    print_quoted(out, " -o", h->output);
    memory_stream_close(out, &text);
    return text;
}
