#include "sim/journal/records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/numeric/search.h"
#include "sim/base/head.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/progress.h"
#include "sim/sweep/exact.h"
#include "sim/sweep/record.h"
#include "sim/sweep/target.h"

enum { SHOWN = 20 };

struct place {
    struct unit of;
    uint32_t file; /* its number */
    uint64_t offset;
    size_t length;
    uint64_t sum; /* the first bytes of its checksum */
    bool told;    /* that it cannot be used */
};

struct records *records_create(const struct unit_plan *plan, struct numerics numerics) {
    struct records *r = memory_create(1, sizeof *r);
    r->plan = plan;
    r->numerics = numerics;
    return r;
}

void records_forget(struct records *r) {
    for (size_t i = 0; i < r->source_count; i++) { free(r->source[i]); }
    free(r->source);
    free(r->files.file);
    records_free(r->again);
    free(r->place);
    *r = (struct records){.plan = r->plan, .numerics = r->numerics};
}

void records_free(struct records *r) {
    if (r) { records_forget(r); }
    free(r);
}

double records_bytes(const struct records *r) {
    double bytes = 0;
    for (size_t i = 0; i < r->count; i++) { bytes += (double)r->place[i].length; }
    return bytes;
}

/* ---- scanning ---- */

struct scan {
    struct records *records;
    unsigned how;
    const struct files_name *from;
    int file;
    uint64_t size;
    uint8_t *bytes;
};

/* `offset`, or where the hole of a sparse file ends in which that lies. */
static uint64_t skip_hole(const struct scan *s, uint64_t offset) {
    const off_t data = lseek(s->file, (off_t)offset, SEEK_DATA);
    return data >= 0 ? (uint64_t)data : errno == ENXIO ? s->size : offset;
}

/* Where the next record begins, from `offset` on; the file's size where there is none. */
static uint64_t find_next(const struct scan *s, uint64_t offset) {
    uint8_t block[1 << 16];
    while ((offset = skip_hole(s, offset)) + RECORD_MAGIC <= s->size) {
        size_t length = s->size - offset < sizeof block ? (size_t)(s->size - offset) : sizeof block;
        if (!head_read_at(s->file, offset, block, length)) { break; }
        const uint8_t *found = memmem(block, length, record_magic, RECORD_MAGIC);
        if (found) { return offset + (uint64_t)(found - block); }
        offset += length - RECORD_MAGIC + 1;
    }
    return s->size;
}

/* `of` is what the record says of itself; NULL: nothing of the plan. */
static void report_damage(struct scan *s, uint64_t offset, const struct unit *of, const char *why) {
    char unit[UNIT_NAME] = "an unknown range";
    if (of) { unit_name(of, unit); }
#pragma omp critical(records)
    s->records->damaged++;
    if (!(s->how & RECORDS_QUIET)) {
        message_say("%s: the record of %s at byte %llu cannot be used: %s", s->from->path, unit,
                    (unsigned long long)offset, why);
    }
}

/* A file of a directory may have been packed into another one since it was listed. */
static bool cannot_read(const struct scan *s) {
    if (errno == ENOENT && (s->how & RECORDS_QUIET || !s->from->alone)) { return true; }
    message_error("cannot read %s: %s", s->from->path, strerror(errno));
    return false;
}

/* What stands at `offset`, which becomes where the next record begins. False after a message. */
static bool scan_record(struct scan *s, uint64_t *offset) {
    uint8_t start[RECORD_HEAD] = {0};
    const uint64_t left = s->size - *offset;
    struct records *r = s->records;
    struct record_head head;
    struct place place = {.file = (uint32_t)(s->from - r->files.file), .offset = *offset};
    if (left >= RECORD_HEAD && !head_read_at(s->file, *offset, start, RECORD_HEAD)) { return cannot_read(s); }
    const char *why = record_begin(start, left, &head);
    const bool is_known = unit_find(r->plan, head.key, head.first_replicate, head.replicates, &place.of);
    if (!why && !(s->how & RECORDS_BY_HEADS && is_known && numerics_equal(head.numerics, r->numerics))) {
        s->bytes = memory_resize(s->bytes, head.length, 1);
        if (!head_read_at(s->file, *offset, s->bytes, head.length)) { return cannot_read(s); }
        why = record_check(s->bytes, head.length, &head);
    }
    if (why) {
        report_damage(s, *offset, is_known ? &place.of : NULL, why);
        *offset = find_next(s, *offset + 1);
        return true;
    }
    const uint64_t tail = *offset + head.length - RECORD_TAIL;
    if (!head_read_at(s->file, tail, &place.sum, sizeof place.sum)) { return cannot_read(s); }
    if (!numerics_match(head.numerics, r->numerics, s->from->path, s->from->alone ? "--force" : "--fresh")) {
        return false;
    }
    place.length = head.length;
#pragma omp critical(records)
    if (is_known) {
        r->place = memory_extend(r->place, r->count, sizeof *r->place);
        r->place[r->count++] = place;
    } else {
        r->strange++;
        r->strange_file = place.file;
    }
    *offset += head.length;
    return true;
}

static bool scan_file(struct scan *s) {
    struct stat status;
    bool good = true;
    s->file = open(s->from->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (s->file < 0 || fstat(s->file, &status) != 0) {
        good = cannot_read(s);
    } else if (!S_ISREG(status.st_mode)) {
        message_error("cannot read %s: it is no regular file", s->from->path);
        good = false;
    } else {
        s->size = (uint64_t)status.st_size;
        /* By heads nothing is read ahead. */
        if (s->how & RECORDS_BY_HEADS) { posix_fadvise(s->file, 0, 0, POSIX_FADV_RANDOM); }
    }
    for (uint64_t offset = 0; good && offset < s->size;) { good = scan_record(s, &offset); }
    if (s->file >= 0) { close(s->file); }
    free(s->bytes);
    return good;
}

/* From one of those that are listed on. */
static bool scan_files(struct records *r, size_t first, unsigned how) {
    bool good = true;
    double bytes = 0;
    struct stat status;
    for (size_t i = first; i < r->files.count; i++) {
        bytes += stat(r->files.file[i].path, &status) == 0 ? (double)status.st_size : 0;
    }
    struct progress progress = progress_start(bytes, 0, !(how & RECORDS_SHOWN));
#pragma omp parallel for schedule(dynamic, 1) reduction(&& : good)
    for (size_t i = first; i < r->files.count; i++) {
        struct scan s = {.records = r, .how = how, .from = &r->files.file[i]};
        good = scan_file(&s) && good;
        progress_add(&progress, (double)s.size, "reading journals");
    }
    progress_end(&progress);
    return good;
}

/* ---- what counts ---- */

/* In order, the larger of two that begin together first. */
static int before(const void *a, const void *b) {
    const struct unit *x = &((const struct place *)a)->of, *y = &((const struct place *)b)->of;
    if (unit_is_behind(x, y) || unit_is_behind(y, x)) { return unit_is_behind(x, y) ? 1 : -1; }
    if (x->first_block != y->first_block) { return x->first_block < y->first_block ? -1 : 1; }
    return (x->block_count < y->block_count) - (x->block_count > y->block_count);
}

/* Of one range. */
static bool disagree(const struct place *a, const struct place *b) {
    return before(a, b) == 0 && a->sum != b->sum;
}

/* NULL where it cannot be used: it is lost where there is no such record any more. */
static struct partial *read_place(const struct records *r, const struct place *place, bool *lost) {
    struct record_head head;
    uint8_t *bytes = memory_resize(NULL, place->length, 1);
    int file = open(r->files.file[place->file].path, O_RDONLY | O_CLOEXEC);
    *lost = file < 0 || !head_read_at(file, place->offset, bytes, place->length) ||
            record_check(bytes, place->length, &head) ||
            memcmp(bytes + place->length - RECORD_TAIL, &place->sum, sizeof place->sum) != 0;
    if (file >= 0) { close(file); }
    struct partial *p = *lost ? NULL : record_read(bytes, place->length, &place->of);
    free(bytes);
    return p;
}

/* In order, disjoint. */
static bool settle(struct records *r) {
    size_t kept = 0;
    records_free(r->again);
    r->conflicts = 0;
    r->again = NULL;
    if (r->count > 0) { qsort(r->place, r->count, sizeof *r->place, before); }
    for (size_t i = 0; i < r->count; i++) {
        const struct place *last = kept > 0 ? &r->place[kept - 1] : NULL, here = r->place[i];
        if (!last || unit_is_behind(&here.of, &last->of)) {
            r->place[kept++] = here;
        } else if (r->by_heads) {
            r->damaged++;
        } else if (disagree(last, &here) && r->conflicts++ < SHOWN) {
            char name[UNIT_NAME];
            message_error("%s and %s disagree on %s", r->files.file[last->file].path,
                          r->files.file[here.file].path, unit_name(&here.of, name));
        }
    }
    r->count = kept;
    if (r->conflicts > 0) {
        message_error(
            "%zu ranges in conflict: one of the journals is of another machine or was tampered with; "
            "leave it out, or compute it again",
            r->conflicts);
    }
    return r->conflicts == 0;
}

static void list_files(struct records *r, size_t count, char *const *source) {
    for (size_t i = 0; i < count; i++) { files_list(&r->files, source[i]); }
}

bool records_scan(struct records *r, size_t count, char *const *source, unsigned how) {
    const size_t first = r->files.count;
    r->by_heads |= (how & RECORDS_BY_HEADS) && (how & RECORDS_QUIET);
    r->source = memory_resize(r->source, r->source_count + count, sizeof *r->source);
    for (size_t i = 0; i < count; i++) { r->source[r->source_count++] = memory_copy_text(source[i]); }
    list_files(r, count, source);
    const size_t again = r->files.count, files = again - first;
    bool good = scan_files(r, first, how);
    list_files(r, count, source);
    const struct files_name *file = r->files.file;
    if (r->files.count == again + files &&
        (files == 0 || memcmp(file + first, file + again, files * sizeof *file) == 0)) {
        r->files.count = again;
    } else {
        good = good && scan_files(r, again, how);
    }
    return good && settle(r);
}

/* The first place that is not before what is asked for. */
static size_t find_place(const struct records *r, const struct unit *of) {
    size_t k;
    SEARCH_END(k, r->count, unit_is_behind(of, &r->place[k].of))
    return k;
}

/* Whether that place has some of it. */
static bool is_of(const struct records *r, size_t k, const struct unit *of) {
    return k < r->count && !unit_is_behind(&r->place[k].of, of);
}

static void add_gap(struct unit_list *gaps, const struct unit_cell *c, size_t first, size_t end) {
    if (first >= end) { return; }
    gaps->unit = memory_extend(gaps->unit, gaps->count, sizeof *gaps->unit);
    gaps->unit[gaps->count++] = unit_part(c, first, end - first);
}

static void add_gaps(const struct records *r, const struct unit *of, struct unit_list *gaps) {
    size_t next = of->first_block;
    for (size_t k = find_place(r, of); is_of(r, k, of); k++) {
        add_gap(gaps, of->cell, next, r->place[k].of.first_block);
        next = unit_end(&r->place[k].of);
    }
    add_gap(gaps, of->cell, next, unit_end(of));
}

/* ---- reading ---- */

/* Told once, however often it is read; by heads not at all. */
static bool cannot_use(const struct records *r, struct place *place, bool lost) {
    char name[UNIT_NAME];
    if (r->by_heads || place->told) { return false; }
    place->told = true;
    message_error(lost ? "%s: the record of %s was good before and cannot be read now; run the same command "
                         "again"
                       : "%s: the record of %s was made by another gapscale; go on with that one, or compute "
                         "it again: gapscale run with --fresh discards a journal, with --force what a file "
                         "would grow from",
                  r->files.file[place->file].path, unit_name(&place->of, name));
    return false;
}

/* The first place that cannot be read; NULL when all are added. */
static struct place *read_part(const struct records *r, const struct unit *of, struct partial_stack *stack,
                               bool *lost) {
    for (size_t k = find_place(r, of); is_of(r, k, of); k++) {
        struct partial *p = read_place(r, &r->place[k], lost);
        if (!p) { return &r->place[k]; }
        partial_push(stack, p);
    }
    return NULL;
}

static size_t count_blocks(const struct records *r, const struct unit *of) {
    size_t count = 0;
    for (size_t k = find_place(r, of); is_of(r, k, of); k++) { count += r->place[k].of.block_count; }
    return count;
}

/* Once. What is read is checked, so that heads are enough. */
static const struct records *look_again(struct records *r) {
#pragma omp critical(again)
    if (!r->again) {
        r->again = records_create(r->plan, r->numerics);
        records_scan(r->again, r->source_count, r->source, RECORDS_QUIET | RECORDS_BY_HEADS);
    }
    return r->again;
}

/* Another process may pack its journal meanwhile: what is lost then lies elsewhere, perhaps as a part of a
 * larger range. */
bool records_read(struct records *r, const struct unit *of, struct partial_stack *stack) {
    bool lost, lost_again;
    struct place *bad = read_part(r, of, stack, &lost);
    if (bad && lost && !r->by_heads) {
        const struct records *again = look_again(r);
        partial_drop(stack);
        if (!read_part(again, of, stack, &lost_again) && count_blocks(again, of) >= count_blocks(r, of)) {
            return true;
        }
    }
    return !bad || cannot_use(r, bad, lost);
}

/* ---- what is missing ---- */

static struct unit wanted_of(struct records *r, const struct unit *whole) {
    struct partial_stack held = {.count = 0};
    records_read(r, whole, &held);
    const struct unit wanted = target_wanted(whole->cell, &held);
    partial_drop(&held);
    return wanted;
}

struct unit_list records_missing(struct records *r, const struct unit_list *list, struct unit_amount *most) {
    struct unit_list gaps = {.count = 0}, all = {.count = 0};
#pragma omp parallel for ordered schedule(dynamic, 1)
    for (size_t i = 0; i < list->count; i++) {
        const struct unit *of = &list->unit[i];
        const bool has_target = !unit_is_exact(of) && of->cell->series->target > 0;
        const struct unit wanted = has_target ? wanted_of(r, of) : *of;
#pragma omp ordered
        if (wanted.block_count > 0) {
            add_gaps(r, &wanted, &gaps);
            add_gaps(r, of, &all);
        }
    }
    if (most) { *most = unit_amount(&all); }
    free(all.unit);
    return gaps;
}

/* ---- copying ---- */

static int read_next(struct records *r, const struct records_copy *copy, const struct unit *of,
                     struct partial_stack *stack) {
    if (stop_asked(copy->stop)) { return EXIT_RESUMABLE; }
    if (!records_read(r, of, stack)) { return r->by_heads ? RECORDS_UNREAD : EXIT_FAILED; }
    if (stack->count == 0 && copy->take) { partial_push(stack, exact_partial(of)); }
    return EXIT_DONE;
}

int records_copy(struct records *r, const struct records_copy *copy, struct files_out *file) {
    struct unit_list all = unit_shares(r->plan, 0, 1);
    const struct unit_list *list = copy->list ? copy->list : &all;
    int status = EXIT_DONE;
#pragma omp parallel for ordered schedule(dynamic, 1)
    for (size_t i = 0; i < list->count; i++) {
        struct partial_stack stack = {.count = 0};
        uint8_t *bytes = NULL;
        size_t length = 0;
        int own;
#pragma omp atomic read
        own = status;
        if (own == EXIT_DONE) { own = read_next(r, copy, &list->unit[i], &stack); }
        for (size_t k = 0; k < stack.count; k++) { bytes = record_append(stack.held[k], bytes, &length); }
#pragma omp ordered
        if (status == EXIT_DONE) {
            if (own == EXIT_DONE && !files_add(file, bytes, length)) { own = EXIT_FAILED; }
            if (own == EXIT_DONE && copy->take) { copy->take(copy->context, &stack); }
            progress_add(copy->progress, 1, list->unit[i].cell->series->name);
#pragma omp atomic write
            status = own;
        }
        partial_drop(&stack);
        free(bytes);
    }
    free(all.unit);
    return status;
}

/* What was known is in its own file now; one that stays there says nothing else. */
static void remove_files(const struct records *r, const char *directory, const char *packed) {
    for (size_t i = 0; directory && i < r->files.count; i++) {
        const char *path = r->files.file[i].path;
        if (files_are_of(directory, path) && strcmp(path, packed) != 0 && unlink(path) != 0 &&
            errno != ENOENT) {
            message_say("%s is not needed any more, but cannot be removed: %s", path, strerror(errno));
        }
    }
}

int records_pack(struct records *r, const struct unit_list *list, const char *path, const char *directory) {
    struct files_out file;
    if (!files_create(&file, path)) { return EXIT_FAILED; }
    int status = records_copy(r, &(struct records_copy){.list = list}, &file);
    if (!files_close(&file, status == EXIT_DONE)) { status = EXIT_FAILED; }
    if (status != EXIT_DONE) { return status; }
    remove_files(r, directory, path);
    records_forget(r);
    return records_scan(r, 1, &(char *){file.path}, RECORDS_BY_HEADS) ? EXIT_DONE : EXIT_FAILED;
}
