#include "sim/journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/config/config_read.h"
#include "sim/journal/archive.h"
#include "sim/journal/files.h"
#include "sim/journal/saver.h"

#ifndef GAPSCALE_VERSION
#define GAPSCALE_VERSION "unknown"
#endif

static const unsigned ARCHIVE = UINT_MAX; /* the number of a file that is not the journal's */

struct journal {
    char directory[JOURNAL_PATH], archive[ARCHIVE_PATH];
    struct journal_header header;
    const struct unit_plan *plan;
    struct place *place; /* [unit_plan_size(plan)] */
    size_t damaged, strange;
    uint8_t *record; /* the last one handed out */
    struct saver *saver;
};

static void units_path(const struct journal *j, unsigned number, char path[FILES_PATH]) {
    if (number == ARCHIVE) {
        snprintf(path, FILES_PATH, "%s", j->archive);
    } else {
        files_units_path(j->directory, number, path);
    }
}

bool journal_clear(const char *directory) { return files_clear(directory); }

void journal_remove_directory(const char *directory) {
    if (rmdir(directory) != 0 && errno != ENOENT) {
        message_say("%s is not needed any more, but cannot be removed: %s", directory, strerror(errno));
    }
}

bool journal_exists(const char *directory) {
    char path[FILES_PATH];
    files_path(directory, "header", path);
    return access(path, F_OK) == 0;
}

/* ---- opening ---- */

static struct journal *journal_make(const char *directory) {
    struct journal *j = memory_create(1, sizeof *j);
    snprintf(j->directory, sizeof j->directory, "%s", directory);
    j->saver = saver_create(directory);
    signal(SIGXFSZ, SIG_IGN); /* a file size limit shows as an error of write() */
    return j;
}

struct journal *journal_open(const char *directory) {
    struct journal *j = journal_make(directory);
    if (!journal_exists(directory)) {
        message_error("%s is no journal: it has no header", directory);
    } else if (!journal_header_read(directory, &j->header)) {
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
    struct journal_header all = *header;
    all.program = "gapscale " GAPSCALE_VERSION;
    all.compiler = __VERSION__;
    all.numerics = numerics_here();
    j->header = journal_header_copy(&all);
    if (journal_clear(directory) && journal_header_write(directory, &j->header)) { return j; }
    journal_clear(directory);
    journal_close(j);
    return NULL;
}

void journal_close(struct journal *j) {
    journal_header_release(&j->header);
    saver_free(j->saver);
    free(j->place);
    free(j->record);
    free(j);
}

const char *journal_directory(const struct journal *j) { return j->directory; }
const struct journal_header *journal_header(const struct journal *j) { return &j->header; }
size_t journal_damaged(const struct journal *j) { return j->damaged; }
size_t journal_strange(const struct journal *j) { return j->strange; }
bool journal_has(const struct journal *j, size_t unit) { return j->place[unit].file > 0; }

bool journal_is_ours(const struct journal *j) {
    const struct journal_header *h = &j->header;
    if (!numerics_match(h->numerics, numerics_here(), j->directory, "--fresh")) { return false; }
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
    char path[FILES_PATH];
    files_path(j->directory, "config.yaml", path);
    struct config *config = config_read(path, j->header.set_count, (const char *const *)j->header.set);
    if (config && strcmp(config->resolved, j->header.config_resolved) == 0) { return config; }
    message_error("%s was made by %s, which understood its config in another way; use that one", j->directory,
                  j->header.program);
    config_free(config);
    return NULL;
}

char *journal_command(const struct journal *j, size_t shard) {
    return journal_header_command(&j->header, shard);
}

char *journal_merge_command(const struct journal *j) { return journal_header_merge_command(&j->header); }

/* ---- writing ---- */

bool journal_accept(void *journal, size_t unit, uint8_t *record, size_t length) {
    struct journal *j = journal;
    bool good = saver_accept(j->saver, unit, record, length);
    free(record);
    return good;
}

bool journal_flush(struct journal *j) { return saver_flush(j->saver); }
bool journal_tend(struct journal *j) { return saver_tend(j->saver); }

/* ---- reading ---- */

/* One file of units while it is looked at. */
struct scanned {
    struct journal *journal;
    unsigned number;
    const uint8_t *bytes;
    size_t size;
    bool damaged, foreign;
};

/* "FILE: the record of UNIT at byte N" */
enum { RECORD_NAME = FILES_PATH + UNIT_NAME + 64 };
static const char *name_record(const struct scanned *s, size_t offset, const struct record_head *head,
                               char name[RECORD_NAME]) {
    char unit[UNIT_NAME] = "a unit", path[FILES_PATH];
    const struct unit_plan *plan = s->journal->plan;
    size_t index = unit_find(plan, head->key, head->first_replicate, head->replicates);
    if (index != SIZE_MAX) {
        struct unit u = unit_get(plan, index);
        unit_name(&u, unit);
    }
    units_path(s->journal, s->number, path);
    snprintf(name, RECORD_NAME, "%s: the record of %s at byte %zu", path, unit, offset);
    return name;
}

static void report_damage(struct scanned *s, size_t offset, const struct record_head *head, const char *why) {
    char name[RECORD_NAME];
    message_say("%s cannot be used: %s", name_record(s, offset, head, name), why);
    s->journal->damaged++;
    s->damaged = true;
}

static void scan_record(struct scanned *s, size_t offset, const struct record_head *head) {
    struct journal *j = s->journal;
    char name[RECORD_NAME];
    size_t unit = unit_find(j->plan, head->key, head->first_replicate, head->replicates);
    if (!numerics_equal(head->numerics, j->header.numerics)) {
        name_record(s, offset, head, name);
        s->foreign = !numerics_match(head->numerics, j->header.numerics, name, "--fresh");
    } else if (unit == SIZE_MAX) {
        j->strange++;
    } else {
        j->place[unit] = (struct place){s->number, offset, head->length};
    }
}

static void scan_records(struct scanned *s, size_t first) {
    struct record_head head;
    if (s->size == 0) { report_damage(s, 0, &(struct record_head){.length = 0}, "the file is empty"); }
    for (size_t offset = first; offset < s->size && !s->foreign; offset += head.length) {
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
    char path[FILES_PATH];
    for (size_t unit = 0; unit < unit_plan_size(j->plan); unit++) {
        struct place place = j->place[unit];
        if (place.file == s->number && !saver_add(&good, unit, s->bytes + place.offset, place.length)) {
            memory_exhausted();
        }
    }
    bool saved = saver_write(j->saver, &good);
    units_path(j, s->number, path);
    if (saved && unlink(path) != 0) {
        message_error("cannot remove %s: %s", path, strerror(errno));
        saved = false;
    }
    return saved;
}

static bool scan_file(struct journal *j, unsigned number, bool mend) {
    struct scanned s = {.journal = j, .number = number};
    char path[FILES_PATH];
    units_path(j, number, path);
    char *bytes = files_read(path, &s.size);
    if (!bytes) {
        message_error("cannot read %s: %s", path, strerror(errno));
        return false;
    }
    s.bytes = (const uint8_t *)bytes;
    scan_records(&s, 0);
    bool good = !s.foreign && (!s.damaged || !mend || repair(&s));
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
    char *bytes = files_read(archive, &s.size);
    if (!bytes) { message_error("cannot read %s: %s", archive, strerror(errno)); }
    size_t first = bytes ? archive_check(archive, bytes, s.size) : 0;
    s.bytes = (const uint8_t *)bytes;
    if (first > 0) { scan_records(&s, first); }
    free(bytes);
    if (first > 0 && !s.foreign) { return true; }
    message_say("without it nothing of the finished file can be used; --force computes all of it again");
    return false;
}

bool journal_scan(struct journal *j, const struct unit_plan *plan, bool mend) {
    size_t count;
    journal_begin(j, plan);
    unsigned *number = files_units(j->directory, &count);
    saver_begin(j->saver, count > 0 ? number[count - 1] : 0, j->place);
    bool good = !mend || files_clear_temporary(j->directory);
    for (size_t i = 0; good && i < count; i++) { good = scan_file(j, number[i], mend); }
    free(number);
    return good;
}

/* A record that a process taken for dead wrote late may stand where another was found. */
static bool read_record(struct journal *j, const struct place *place, const struct unit *unit) {
    char path[FILES_PATH];
    units_path(j, place->file, path);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) { return false; }
    bool good = pread(file, j->record, place->length, (off_t)place->offset) == (ssize_t)place->length;
    close(file);
    struct record_head head;
    return good && !record_check(j->record, place->length, &head) && head.length == place->length &&
           record_is_of(&head, unit) && numerics_equal(head.numerics, j->header.numerics);
}

const uint8_t *journal_record(void *journal, size_t unit, size_t *length) {
    struct journal *j = journal;
    struct place place = j->place[unit];
    struct unit u = unit_get(j->plan, unit);
    j->record = memory_resize(j->record, place.length, 1);
    *length = place.length;
    if (place.file > 0 && read_record(j, &place, &u)) { return j->record; }
    char name[UNIT_NAME];
    message_error("%s: the record of %s was good before and cannot be read now; run the same command again",
                  j->directory, unit_name(&u, name));
    return NULL;
}
