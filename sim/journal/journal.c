#include "sim/journal/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/config/config_read.h"
#include "sim/journal/archive.h"

#ifndef GAPSCALE_VERSION
#define GAPSCALE_VERSION "unknown"
#endif

static const unsigned ARCHIVE = UINT_MAX; /* the number of a file that is not the journal's */
enum { DIGEST = 2 * SHA256_DIGEST_SIZE + 1, HEADER_LIMIT = 1 << 20, NAME = 32 };
static const size_t BATCH_BYTES = 8 << 20;
/* Writing takes a hundredth of the time at most, and makes no more files than needed. */
static const double BATCH_LEAST = 0.2, BATCH_MOST = 5, BATCH_SHARE = 100; /* seconds; seconds; 1 */
static const char first_line[] = "gapscale journal 1";

/* Where the record of a unit stands. */
struct place {
    unsigned file; /* its number; 0: nowhere */
    size_t offset, length;
};

/* Records that wait to be written to one file. */
struct batch {
    uint8_t *bytes;
    size_t length, room, count;
    struct waiting {
        size_t unit;
        struct place place;
    } * waiting;
};

struct journal {
    char directory[JOURNAL_PATH], archive[ARCHIVE_PATH];
    struct journal_header header;
    const struct unit_plan *plan;
    struct place *place; /* [unit_plan_size(plan)] */
    size_t damaged, strange;
    uint8_t *record; /* the last one handed out */

    pthread_mutex_t mutex;   /* of `batch`, `last_write`, `interval` */
    pthread_mutex_t writing; /* of the directory, and of `place` and `last_file` */
    struct batch batch;
    double last_write, interval;
    unsigned last_file;
    bool failed;
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- files ---- */

static void file_path(const char *directory, const char *name, char path[JOURNAL_PATH + NAME]) {
    snprintf(path, JOURNAL_PATH + NAME, "%s/%s", directory, name);
}

static bool write_whole(int file, const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t done = write(file, at, length);
        if (done < 0 && errno != EINTR) { return false; }
        if (done > 0) {
            at += done;
            length -= (size_t)done;
        }
    }
    return fsync(file) == 0 || errno == EINVAL;
}

/* Under a temporary name first; false after a message, nothing left behind. */
static bool write_file(const char *directory, const char *name, const void *bytes, size_t length) {
    char path[JOURNAL_PATH + NAME], temporary[JOURNAL_PATH + NAME + 8];
    file_path(directory, name, path);
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    int file = open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
    bool good = file >= 0 && write_whole(file, bytes, length);
    int why = errno;
    if (file >= 0 && close(file) != 0 && good) {
        why = errno;
        good = false;
    }
    if (good && rename(temporary, path) != 0) {
        why = errno;
        good = false;
    }
    if (good) { return true; }
    if (file >= 0) { unlink(temporary); }
    message_error(
        "cannot write %s: %s; what is finished so far is kept: make room, or mend the place, and run "
        "the same command again",
        path, strerror(why));
    return false;
}

/* A regular file whole, ended by NUL; NULL, with errno set, when it cannot be read. */
static char *read_path(const char *path, size_t *length) {
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) { return NULL; }
    char *bytes = NULL;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
        (bytes = malloc((size_t)status.st_size + 1))) {
        size_t size = (size_t)status.st_size;
        ssize_t done = 1;
        for (*length = 0; *length < size && done > 0; *length += done > 0 ? (size_t)done : 0) {
            done = read(file, bytes + *length, size - *length);
        }
        bytes[*length] = '\0';
        if (done < 0) {
            free(bytes);
            bytes = NULL;
        }
    }
    close(file);
    return bytes;
}

static char *read_file(const char *directory, const char *name, size_t *length) {
    char path[JOURNAL_PATH + NAME];
    file_path(directory, name, path);
    return read_path(path, length);
}

/* The number of NNNNNN.units, or 0 for any other name. */
static unsigned units_number(const char *name) {
    char *end;
    if (strspn(name, "0123456789") < 6) { return 0; }
    unsigned long number = strtoul(name, &end, 10);
    return strcmp(end, ".units") == 0 && number < ARCHIVE ? (unsigned)number : 0;
}

static bool is_ours(const char *name) {
    size_t length = strlen(name);
    return units_number(name) > 0 || strcmp(name, "header") == 0 || strcmp(name, "config.yaml") == 0 ||
           strcmp(name, "resolved.yaml") == 0 || (length > 4 && strcmp(name + length - 4, ".tmp") == 0) ||
           strncmp(name, "lock.", 5) == 0;
}

/* Numbers of the files of units, in order. */
static unsigned *list_units(const char *directory, size_t *count) {
    DIR *listing = opendir(directory);
    unsigned *number = NULL;
    *count = 0;
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        unsigned n = units_number(entry->d_name);
        if (n == 0) { continue; }
        number = memory_resize(number, *count + 1, sizeof *number);
        size_t at = (*count)++;
        for (; at > 0 && number[at - 1] > n; at--) { number[at] = number[at - 1]; }
        number[at] = n;
    }
    if (listing) { closedir(listing); }
    return number;
}

static void units_name(unsigned number, char name[NAME]) { snprintf(name, NAME, "%06u.units", number); }

static void units_path(const struct journal *j, unsigned number, char path[JOURNAL_PATH + NAME]) {
    char name[NAME];
    units_name(number, name);
    if (number == ARCHIVE) {
        snprintf(path, JOURNAL_PATH + NAME, "%s", j->archive);
    } else {
        file_path(j->directory, name, path);
    }
}

static bool clear_matching(const char *directory, bool temporary_only) {
    DIR *listing = opendir(directory);
    if (!listing) { return errno == ENOENT; }
    bool good = true;
    for (struct dirent *entry; (entry = readdir(listing));) {
        char path[JOURNAL_PATH + 256];
        const char *name = entry->d_name, *dot = strrchr(name, '.');
        if (!is_ours(name) || (temporary_only && !(dot && strcmp(dot, ".tmp") == 0))) { continue; }
        snprintf(path, sizeof path, "%s/%s", directory, name);
        if (unlink(path) != 0 && errno != ENOENT) {
            message_error("cannot remove %s: %s", path, strerror(errno));
            good = false;
        }
    }
    closedir(listing);
    return good;
}

bool journal_clear(const char *directory) {
    char header[JOURNAL_PATH + NAME];
    file_path(directory, "header", header);
    unlink(header); /* first: without it the rest is nothing */
    return clear_matching(directory, false);
}

void journal_remove_directory(const char *directory) {
    if (rmdir(directory) != 0 && errno != ENOENT) {
        message_say("%s is not needed any more, but cannot be removed: %s", directory, strerror(errno));
    }
}

bool journal_exists(const char *directory) {
    char path[JOURNAL_PATH + NAME];
    file_path(directory, "header", path);
    return access(path, F_OK) == 0;
}

/* ---- header ---- */

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

static char *header_write(const struct journal_header *h) {
    char *text = NULL, digest[DIGEST], shard[64];
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out) { memory_exhausted(); }
    fprintf(out, "%s\n", first_line);
    header_line(out, "program", h->program);
    header_line(out, "compiler", h->compiler);
    header_line(out, "isa", h->isa);
    snprintf(shard, sizeof shard, "%zu/%zu", h->shard, h->shards);
    header_line(out, "shard", shard);
    header_line(out, "config", h->config_path);
    header_line(out, "output", h->output);
    for (size_t i = 0; i < h->set_count; i++) { header_line(out, "set", h->set[i]); }
    text_digest(h->config_text, strlen(h->config_text), digest);
    header_line(out, "config.yaml", digest);
    text_digest(h->config_resolved, strlen(h->config_resolved), digest);
    header_line(out, "resolved.yaml", digest);
    if (fflush(out)) { memory_exhausted(); }
    text_digest(text, length, digest);
    header_line(out, "sha256", digest);
    if (fclose(out)) { memory_exhausted(); }
    return text;
}

static void header_free(struct journal_header *h) {
    char *const text[] = {h->program,     h->compiler,       h->isa, h->config_path, h->output,
                          h->config_text, h->config_resolved};
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) { free(text[i]); }
    for (size_t i = 0; i < h->set_count; i++) { free(h->set[i]); }
}

struct header_digests {
    char *config, *resolved;
};

static bool header_field(struct journal_header *h, struct header_digests *digests, const char *key,
                         const char *value) {
    const struct {
        const char *key;
        char **value;
    } field[] = {{"program", &h->program},
                 {"compiler", &h->compiler},
                 {"isa", &h->isa},
                 {"config", &h->config_path},
                 {"output", &h->output},
                 {"config.yaml", &digests->config},
                 {"resolved.yaml", &digests->resolved}};
    if (strcmp(key, "shard") == 0) {
        return sscanf(value, "%zu/%zu", &h->shard, &h->shards) == 2 && h->shard < h->shards;
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

/* Takes a header's text apart, in place; false when it is damaged. */
static bool header_parse(char *text, struct journal_header *h, struct header_digests *digests) {
    char *last = strstr(text, "\nsha256: "), digest[DIGEST], *rest = NULL;
    if (!last) { return false; }
    text_digest(text, (size_t)(last + 1 - text), digest);
    if (strncmp(last + 9, digest, DIGEST - 1) != 0 || strcmp(last + 9 + DIGEST - 1, "\n") != 0) {
        return false;
    }
    char *line = strtok_r(text, "\n", &rest);
    if (!line || strcmp(line, first_line) != 0) { return false; }
    while ((line = strtok_r(NULL, "\n", &rest))) {
        char *colon = strstr(line, ": ");
        if (!colon) { return false; }
        *colon = '\0';
        if (!header_field(h, digests, line, colon + 2)) { return false; }
    }
    return h->program && h->compiler && h->isa && h->config_path && h->output && h->shards > 0 &&
           digests->config && digests->resolved;
}

static char *read_checked(const char *directory, const char *name, const char *want) {
    size_t length;
    char digest[DIGEST], *text = read_file(directory, name, &length);
    if (!text) { return NULL; }
    text_digest(text, length, digest);
    if (strcmp(digest, want) == 0) { return text; }
    free(text);
    return NULL;
}

static bool header_read(const char *directory, struct journal_header *h) {
    struct header_digests digests = {NULL, NULL};
    size_t length;
    char *text = read_file(directory, "header", &length);
    bool good = text && length < HEADER_LIMIT && header_parse(text, h, &digests);
    if (good) {
        h->config_text = read_checked(directory, "config.yaml", digests.config);
        h->config_resolved = read_checked(directory, "resolved.yaml", digests.resolved);
    }
    free(text);
    free(digests.config);
    free(digests.resolved);
    return good && h->config_text && h->config_resolved;
}

/* ---- opening ---- */

static char *copy_text(const char *text) { return memory_copy_text(text, strlen(text)); }

static struct journal *journal_make(const char *directory) {
    struct journal *j = memory_create(1, sizeof *j);
    snprintf(j->directory, sizeof j->directory, "%s", directory);
    pthread_mutex_init(&j->mutex, NULL);
    pthread_mutex_init(&j->writing, NULL);
    j->last_write = now();
    signal(SIGXFSZ, SIG_IGN); /* a file size limit shows as an error of write() */
    return j;
}

struct journal *journal_open(const char *directory) {
    struct journal *j = journal_make(directory);
    if (!journal_exists(directory)) {
        message_error("%s is no journal: it has no header", directory);
    } else if (!header_read(directory, &j->header)) {
        message_error("the header of the journal %s is damaged or of another version; without it the rest "
                      "cannot be used: `gapscale run` with --fresh starts again",
                      directory);
    } else {
        return j;
    }
    journal_close(j);
    return NULL;
}

struct journal *journal_create(const char *directory, const struct journal_header *header) {
    struct journal *j = journal_make(directory);
    struct journal_header *h = &j->header;
    *h = (struct journal_header){.program = copy_text("gapscale " GAPSCALE_VERSION),
                                 .compiler = copy_text(__VERSION__),
                                 .isa = copy_text(header->isa),
                                 .config_path = copy_text(header->config_path),
                                 .output = copy_text(header->output),
                                 .config_text = copy_text(header->config_text),
                                 .config_resolved = copy_text(header->config_resolved),
                                 .shard = header->shard,
                                 .shards = header->shards,
                                 .set_count = header->set_count};
    for (size_t i = 0; i < h->set_count; i++) { h->set[i] = copy_text(header->set[i]); }
    char *text = header_write(h);
    bool good = journal_clear(directory) &&
                write_file(directory, "config.yaml", h->config_text, strlen(h->config_text)) &&
                write_file(directory, "resolved.yaml", h->config_resolved, strlen(h->config_resolved)) &&
                write_file(directory, "header", text, strlen(text));
    free(text);
    if (good) { return j; }
    journal_clear(directory);
    journal_close(j);
    return NULL;
}

void journal_close(struct journal *j) {
    header_free(&j->header);
    free(j->place);
    free(j->record);
    free(j->batch.bytes);
    free(j->batch.waiting);
    pthread_mutex_destroy(&j->mutex);
    pthread_mutex_destroy(&j->writing);
    free(j);
}

const char *journal_directory(const struct journal *j) { return j->directory; }
const struct journal_header *journal_header(const struct journal *j) { return &j->header; }
size_t journal_damaged(const struct journal *j) { return j->damaged; }
size_t journal_strange(const struct journal *j) { return j->strange; }
bool journal_has(const struct journal *j, size_t unit) { return j->place[unit].file > 0; }

bool journal_is_ours(const struct journal *j) {
    const struct journal_header *h = &j->header;
    if (strcmp(h->program, "gapscale " GAPSCALE_VERSION) == 0 && strcmp(h->compiler, __VERSION__) == 0) {
        return true;
    }
    message_error(
        "%s was made by %s (compiler %s), this is gapscale %s (compiler %s): their numbers may differ "
        "in the last digits; go on with that one, or start again with --fresh",
        j->directory, h->program, h->compiler, GAPSCALE_VERSION, __VERSION__);
    return false;
}

struct config *journal_config(const struct journal *j) {
    char path[JOURNAL_PATH + NAME];
    file_path(j->directory, "config.yaml", path);
    struct config *config = config_read(path, j->header.set_count, (const char *const *)j->header.set);
    if (config && strcmp(config->resolved, j->header.config_resolved) == 0) { return config; }
    message_error("%s was made by %s, which understood its config in another way; use that one", j->directory,
                  j->header.program);
    config_free(config);
    return NULL;
}

static void print_quoted(FILE *out, const char *word) {
    bool plain =
        *word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@") ==
                     strlen(word);
    if (plain) {
        fprintf(out, " %s", word);
        return;
    }
    fputs(" '", out);
    for (; *word; word++) { fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, out); }
    fputc('\'', out);
}

char *journal_command(const struct journal *j, size_t shard) {
    const struct journal_header *h = &j->header;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out) { memory_exhausted(); }
    fputs("gapscale run", out);
    print_quoted(out, h->config_path);
    fputs(" -o", out);
    print_quoted(out, h->output);
    for (size_t i = 0; i < h->set_count; i++) {
        fputs(" --set", out);
        print_quoted(out, h->set[i]);
    }
    fprintf(out, " --isa %s", h->isa);
    if (h->shards > 1) { fprintf(out, " --shard %zu/%zu", shard, h->shards); }
    if (fclose(out)) { memory_exhausted(); }
    return text;
}

/* ---- writing ---- */

static void batch_add(struct batch *b, size_t unit, const uint8_t *record, size_t length) {
    if (!b->bytes || b->room < b->length + length) {
        b->room = 2 * b->room + length;
        b->bytes = memory_resize(b->bytes, b->room, 1);
    }
    memcpy(b->bytes + b->length, record, length);
    b->waiting = memory_resize(b->waiting, b->count + 1, sizeof *b->waiting);
    b->waiting[b->count++] = (struct waiting){unit, {.offset = b->length, .length = length}};
    b->length += length;
}

static void batch_release(struct batch *b) {
    free(b->bytes);
    free(b->waiting);
}

/* Under `writing`. */
static bool batch_write(struct journal *j, const struct batch *b) {
    char name[NAME];
    if (j->failed) { return false; }
    units_name(j->last_file + 1, name);
    if (!write_file(j->directory, name, b->bytes, b->length)) {
        j->failed = true;
        return false;
    }
    j->last_file++;
    for (size_t i = 0; i < b->count; i++) {
        struct place place = b->waiting[i].place;
        place.file = j->last_file;
        j->place[b->waiting[i].unit] = place;
    }
    return true;
}

/* Takes what waits, if there is a reason to write it. */
static struct batch batch_take(struct journal *j, bool at_once) {
    struct batch taken = {.count = 0};
    pthread_mutex_lock(&j->mutex);
    if (j->batch.count > 0 &&
        (at_once || j->batch.length >= BATCH_BYTES || now() - j->last_write >= j->interval)) {
        taken = j->batch;
        j->batch = (struct batch){.count = 0};
        j->last_write = now();
    }
    pthread_mutex_unlock(&j->mutex);
    return taken;
}

static bool journal_write(struct journal *j, bool at_once) {
    bool good = true;
    struct batch batch = batch_take(j, at_once);
    if (batch.count > 0 || at_once) {
        pthread_mutex_lock(&j->writing); /* also to wait for others */
        double start = now();
        good = batch.count > 0 ? batch_write(j, &batch) : !j->failed;
        double interval = fmin(BATCH_MOST, fmax(BATCH_LEAST, BATCH_SHARE * (now() - start)));
        pthread_mutex_unlock(&j->writing);
        pthread_mutex_lock(&j->mutex);
        j->interval = interval;
        pthread_mutex_unlock(&j->mutex);
    }
    batch_release(&batch);
    return good;
}

bool journal_flush(struct journal *j) { return journal_write(j, true); }
bool journal_tend(struct journal *j) { return journal_write(j, false); }

bool journal_accept(void *journal, size_t unit, uint8_t *record, size_t length) {
    struct journal *j = journal;
    pthread_mutex_lock(&j->mutex);
    batch_add(&j->batch, unit, record, length);
    pthread_mutex_unlock(&j->mutex);
    free(record);
    return journal_tend(j);
}

/* ---- reading ---- */

/* One file of units while it is looked at. */
struct scanned {
    struct journal *journal;
    unsigned number;
    const uint8_t *bytes;
    size_t size;
    bool damaged;
};

static void report_damage(struct scanned *s, size_t offset, const struct record_head *head, const char *why) {
    char name[UNIT_NAME] = "a unit", path[JOURNAL_PATH + NAME];
    const struct unit_plan *plan = s->journal->plan;
    size_t index = unit_find(plan, head->key, head->first_replicate, head->replicates);
    if (index != SIZE_MAX) {
        struct unit unit = unit_get(plan, index);
        unit_name(&unit, name);
    }
    units_path(s->journal, s->number, path);
    message_say("%s: the record of %s at byte %zu cannot be used: %s", path, name, offset, why);
    s->journal->damaged++;
    s->damaged = true;
}

static void scan_record(struct scanned *s, size_t offset, const struct record_head *head) {
    struct journal *j = s->journal;
    size_t unit = unit_find(j->plan, head->key, head->first_replicate, head->replicates);
    if (strcmp(head->isa, j->header.isa) != 0) {
        report_damage(s, offset, head, "it was computed with another instruction set");
    } else if (unit == SIZE_MAX) {
        j->strange++;
    } else {
        j->place[unit] = (struct place){s->number, offset, head->length};
    }
}

static void scan_records(struct scanned *s, size_t first) {
    struct record_head head;
    if (s->size == 0) { report_damage(s, 0, &(struct record_head){.length = 0}, "the file is empty"); }
    for (size_t offset = first; offset < s->size; offset += head.length) {
        const char *why = record_check(s->bytes + offset, s->size - offset, &head);
        if (why) {
            report_damage(s, offset, &head, why);
            if (head.length == 0) { return; }
        } else {
            scan_record(s, offset, &head);
        }
    }
}

/* Saves again what is good in a damaged file, and removes it. */
static bool repair(struct scanned *s) {
    struct journal *j = s->journal;
    struct batch good = {.count = 0};
    char path[JOURNAL_PATH + NAME];
    for (size_t unit = 0; unit < unit_plan_size(j->plan); unit++) {
        struct place place = j->place[unit];
        if (place.file == s->number) { batch_add(&good, unit, s->bytes + place.offset, place.length); }
    }
    bool saved = good.count == 0 || batch_write(j, &good);
    batch_release(&good);
    units_path(j, s->number, path);
    if (saved && unlink(path) != 0) {
        message_error("cannot remove %s: %s", path, strerror(errno));
        saved = false;
    }
    return saved;
}

static bool scan_file(struct journal *j, unsigned number, bool mend) {
    struct scanned s = {.journal = j, .number = number};
    char path[JOURNAL_PATH + NAME];
    units_path(j, number, path);
    char *bytes = read_path(path, &s.size);
    if (!bytes) {
        message_error("cannot read %s: %s", path, strerror(errno));
        return false;
    }
    s.bytes = (const uint8_t *)bytes;
    scan_records(&s, 0);
    bool good = !s.damaged || !mend || repair(&s);
    free(bytes);
    return good;
}

static void journal_begin(struct journal *j, const struct unit_plan *plan) {
    j->plan = plan;
    if (!j->place) { j->place = memory_create(unit_plan_size(plan), sizeof *j->place); }
}

bool journal_import(struct journal *j, const struct unit_plan *plan, const char *archive) {
    struct scanned s = {.journal = j, .number = ARCHIVE};
    journal_begin(j, plan);
    snprintf(j->archive, sizeof j->archive, "%s", archive);
    char *bytes = read_path(archive, &s.size);
    if (!bytes) { message_error("cannot read %s: %s", archive, strerror(errno)); }
    size_t first = bytes ? archive_check(archive, bytes, s.size) : 0;
    s.bytes = (const uint8_t *)bytes;
    if (first > 0) { scan_records(&s, first); }
    free(bytes);
    if (first == 0) {
        message_say("without it nothing of the finished file can be used; --force computes all of it again");
    }
    return first > 0;
}

bool journal_scan(struct journal *j, const struct unit_plan *plan, bool mend) {
    size_t count;
    journal_begin(j, plan);
    unsigned *number = list_units(j->directory, &count);
    if (count > 0) { j->last_file = number[count - 1]; }
    bool good = !mend || clear_matching(j->directory, true);
    for (size_t i = 0; good && i < count; i++) { good = scan_file(j, number[i], mend); }
    free(number);
    return good;
}

static bool read_record(struct journal *j, const struct place *place) {
    char path[JOURNAL_PATH + NAME];
    units_path(j, place->file, path);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) { return false; }
    bool good = pread(file, j->record, place->length, (off_t)place->offset) == (ssize_t)place->length;
    close(file);
    struct record_head head;
    return good && !record_check(j->record, place->length, &head) && head.length == place->length;
}

const uint8_t *journal_record(void *journal, size_t unit, size_t *length) {
    struct journal *j = journal;
    struct place place = j->place[unit];
    j->record = memory_resize(j->record, place.length, 1);
    *length = place.length;
    if (place.file > 0 && read_record(j, &place)) { return j->record; }
    struct unit u = unit_get(j->plan, unit);
    char name[UNIT_NAME];
    message_error("%s: the record of %s was good before and cannot be read now; run the same command again",
                  j->directory, unit_name(&u, name));
    return NULL;
}
