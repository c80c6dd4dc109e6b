#include "sim/journal/records.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/numeric/search.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/sweep/record.h"
#include "sim/sweep/target.h"

enum { SHOWN = 20 };

struct place {
    struct unit_range units;
    size_t file; /* its number */
    uint64_t offset;
    size_t length, group_blocks;
    uint64_t sum; /* the first bytes of its checksum */
};

struct records *records_create(const struct unit_plan *plan, struct numerics numerics) {
    struct records *r = memory_create(1, sizeof *r);
    r->plan = plan;
    r->numerics = numerics;
    return r;
}

void records_free(struct records *r) {
    if (!r) { return; }
    for (size_t i = 0; i < r->file_count; i++) { free(r->file[i]); }
    free(r->file);
    free(r->place);
    free(r->wanted);
    free(r);
}

double records_bytes(const struct records *r) {
    double bytes = 0;
    for (size_t i = 0; i < r->count; i++) { bytes += (double)r->place[i].length; }
    return bytes;
}

/* ---- adding ---- */

static size_t add_file(struct records *r, const char *path) {
    size_t number = r->file_count;
    while (number > 0 && strcmp(r->file[number - 1], path) != 0) { number--; }
    if (number > 0) { return number - 1; }
    r->file = memory_resize(r->file, r->file_count + 1, sizeof *r->file);
    r->file[r->file_count] = memory_copy_text(path);
    return r->file_count++;
}

static void add_place(struct records *r, struct place place) {
    if (r->count == r->room) {
        r->place = memory_resize(r->place, r->room = 2 * r->room + 1, sizeof *r->place);
    }
    r->place[r->count++] = place;
}

bool records_write(struct records *r, struct recordfile *file, const struct partial *p) {
    struct place place = {
        .units = unit_range_of(r->plan, &p->of), .file = add_file(r, file->path), .offset = file->size};
    uint8_t *record = record_make(p, &place.length);
    bool good = recordfile_add(file, record, place.length);
    free(record);
    if (good) { add_place(r, place); }
    return good;
}

/* ---- scanning ---- */

struct scan {
    struct records *records;
    const struct records_scan *asked;
    int file;
    size_t number;
    uint64_t size;
    uint8_t *bytes;
};

/* Where the next record begins, from `offset` on; the file's size where there is none. */
static uint64_t find_next(const struct scan *s, uint64_t offset) {
    uint8_t block[1 << 16];
    while (offset + RECORD_MAGIC <= s->size) {
        size_t length = s->size - offset < sizeof block ? (size_t)(s->size - offset) : sizeof block;
        if (!files_read_at(s->file, offset, block, length)) { break; }
        const uint8_t *found = memmem(block, length, record_magic, RECORD_MAGIC);
        if (found) { return offset + (uint64_t)(found - block); }
        offset += length - RECORD_MAGIC + 1;
    }
    return s->size;
}

static void report_damage(struct scan *s, uint64_t offset, const struct record_head *head, const char *why) {
    struct unit_range range;
    char unit[UNIT_NAME] = "an unknown range";
    if (unit_find(s->records->plan, head->key, head->first_replicate, head->replicates, &range)) {
        struct unit of = unit_span(s->records->plan, range);
        unit_name(&of, unit);
    }
#pragma omp critical(records)
    s->records->damaged++;
    if (!s->asked->quiet) {
        message_say("%s: the record of %s at byte %llu cannot be used: %s", s->asked->path, unit,
                    (unsigned long long)offset, why);
    }
}

/* A record that is whole, and its tail; false, after a message, where it has other numerics. */
static bool take(struct scan *s, uint64_t offset, const struct record_head *head, const uint8_t *tail) {
    struct records *r = s->records;
    struct place place = {
        .file = s->number, .offset = offset, .length = head->length, .group_blocks = head->group_blocks};
    if (!numerics_match(head->numerics, r->numerics, s->asked->path, s->asked->again)) { return false; }
    memcpy(&place.sum, tail, sizeof place.sum);
    bool known = unit_find(r->plan, head->key, head->first_replicate, head->replicates, &place.units);
#pragma omp critical(records)
    if (known) {
        add_place(r, place);
    } else {
        r->strange++;
    }
    return true;
}

/* A file of another process may have been packed into another one. */
static bool cannot_read(const struct scan *s) {
    if (errno == ENOENT && s->asked->quiet) { return true; }
    message_error("cannot read %s: %s", s->asked->path, strerror(errno));
    return false;
}

/* Whether a record of this length looks sound by its head; then what it says and its tail. */
static bool read_ends(const struct scan *s, uint64_t offset, uint64_t length, struct record_head *head,
                      uint8_t tail[RECORD_TAIL]) {
    const struct records *r = s->records;
    uint8_t start[RECORD_HEAD + RECORD_TAIL];
    struct unit_range units;
    if (length < sizeof start || !files_read_at(s->file, offset, start, sizeof start) ||
        !files_read_at(s->file, offset + length - RECORD_TAIL, tail, RECORD_TAIL)) {
        return false;
    }
    record_check(start, sizeof start, head); /* which is cut off */
    head->length = length;
    return numerics_equal(head->numerics, r->numerics) &&
           unit_find(r->plan, head->key, head->first_replicate, head->replicates, &units);
}

/* What stands at `offset`, which becomes where the next record begins. False after a message. */
static bool scan_record(struct scan *s, uint64_t *offset) {
    uint8_t start[RECORD_HEAD] = {0}, ends[RECORD_TAIL], *tail = ends;
    uint64_t left = s->size - *offset, length = 0;
    struct record_head head = {.length = 0};
    const char *why = "it is cut off";
    if (left >= RECORD_HEAD) {
        if (!files_read_at(s->file, *offset, start, RECORD_HEAD)) { return cannot_read(s); }
        length = record_length(start);
        why = length == 0 ? "it does not start as a record does" : why;
    }
    if (length > 0 && length <= left && s->asked->by_heads && read_ends(s, *offset, length, &head, ends)) {
        why = NULL;
    } else if (length > 0 && length <= left) {
        s->bytes = memory_resize(s->bytes, length, 1);
        if (!files_read_at(s->file, *offset, s->bytes, length)) { return cannot_read(s); }
        why = record_check(s->bytes, length, &head);
        tail = s->bytes + length - RECORD_TAIL;
    }
    if (!why) {
        bool good = take(s, *offset, &head, tail);
        *offset += length;
        return good;
    }
    report_damage(s, *offset, &head, why);
    *offset = find_next(s, *offset + 1);
    return true;
}

bool records_scan(struct records *r, const struct records_scan *asked) {
    struct stat status;
    struct scan s = {.records = r, .asked = asked};
    bool good = true;
    s.file = open(asked->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (s.file < 0 || fstat(s.file, &status) != 0) {
        good = cannot_read(&s);
    } else if (!S_ISREG(status.st_mode)) {
        message_error("cannot read %s: it is no regular file", asked->path);
        good = false;
    } else {
        s.size = (uint64_t)status.st_size;
        if (asked->by_heads) { posix_fadvise(s.file, 0, 0, POSIX_FADV_RANDOM); } /* nothing ahead */
#pragma omp critical(records)
        {
            s.number = add_file(r, asked->path);
            r->by_heads |= asked->by_heads;
        }
    }
    for (uint64_t offset = 0; good && offset < s.size;) { good = scan_record(&s, &offset); }
    if (asked->progress) {
#pragma omp critical(records)
        progress_add(asked->progress, (double)s.size, "reading journals");
    }
    if (s.file >= 0) { close(s.file); }
    free(s.bytes);
    return good;
}

bool records_scan_files(struct records *r, size_t count, const struct files_name *file,
                        struct records_scan how) {
    bool good = true;
#pragma omp parallel for schedule(dynamic, 1) firstprivate(how)
    for (size_t i = 0; i < count; i++) {
        how.path = file[i].path;
        how.again = "--fresh";
        bool scanned = records_scan(r, &how);
#pragma omp critical(records)
        good &= scanned;
    }
    return good;
}

/* ---- knowing ---- */

/* In order, the larger of two that begin together first. */
static int before(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    if (x->units.first != y->units.first) { return x->units.first < y->units.first ? -1 : 1; }
    return (x->units.end < y->units.end) - (x->units.end > y->units.end);
}

/* Of one range; where groups have another length there is nothing to compare. */
static bool disagree(const struct place *a, const struct place *b) {
    return a->units.first == b->units.first && a->units.end == b->units.end &&
           a->group_blocks == b->group_blocks && a->sum != b->sum && a->sum && b->sum;
}

bool records_settle(struct records *r) {
    size_t kept = 0, conflicts = 0;
    free(r->wanted);
    r->wanted = NULL;
    if (r->count > 0) { qsort(r->place, r->count, sizeof *r->place, before); }
    for (size_t i = 0; i < r->count; i++) {
        struct place *last = kept > 0 ? &r->place[kept - 1] : NULL;
        if (!last || r->place[i].units.first >= last->units.end) {
            r->place[kept++] = r->place[i];
        } else if (disagree(last, &r->place[i]) && conflicts++ < SHOWN && !r->by_heads) {
            struct unit of = unit_span(r->plan, last->units);
            char name[UNIT_NAME];
            message_error("%s and %s disagree on %s", r->file[last->file], r->file[r->place[i].file],
                          unit_name(&of, name));
        }
    }
    if (conflicts > 0 && !r->by_heads) {
        message_error(
            "%zu ranges in conflict: one of the journals is of another machine or was tampered with; "
            "leave it out, or compute it again",
            conflicts);
    }
    r->count = kept;
    return conflicts == 0;
}

/* The first place that ends behind a unit; count where there is none. */
static size_t find_place(const struct records *r, size_t unit) {
    size_t k;
    SEARCH_END(k, r->count, r->place[k].units.end <= unit)
    return k;
}

struct gaps {
    size_t count;
    struct unit_range *list;
};

static void add_gap(struct gaps *gaps, size_t first, size_t end) {
    if (first >= end) { return; }
    gaps->list = memory_resize(gaps->list, gaps->count + 1, sizeof *gaps->list);
    gaps->list[gaps->count++] = (struct unit_range){first, end};
}

static void add_gaps(const struct records *r, struct unit_range range, struct gaps *gaps) {
    size_t next = range.first;
    for (size_t k = find_place(r, next); next < range.end; k++) {
        bool ends = k == r->count || r->place[k].units.first >= range.end;
        add_gap(gaps, next, ends ? range.end : r->place[k].units.first);
        next = ends ? range.end : r->place[k].units.end;
    }
}

/* ---- reading ---- */

/* NULL where it cannot be used: it is lost where there is no such record any more. */
static struct partial *read_place(const struct records *r, const struct place *place, bool *lost) {
    const struct unit of = unit_span(r->plan, place->units);
    struct record_head head;
    uint8_t *bytes = memory_resize(NULL, place->length, 1);
    int file = open(r->file[place->file], O_RDONLY | O_CLOEXEC);
    *lost = file < 0 || !files_read_at(file, place->offset, bytes, place->length) ||
            record_check(bytes, place->length, &head) || !record_is_of(&head, &of) ||
            !numerics_equal(head.numerics, r->numerics);
    if (file >= 0) { close(file); }
    struct partial *p = *lost ? NULL : record_read(bytes, place->length, &of);
    free(bytes);
    return p;
}

static bool cannot_use(const struct records *r, const struct place *place, bool lost) {
    const struct unit of = unit_span(r->plan, place->units);
    char name[UNIT_NAME];
    if (lost && r->by_heads) { return false; }
    message_error(lost ? "%s: the record of %s was good before and cannot be read now; run the same command "
                         "again"
                       : "%s: the record of %s was made by another gapscale; go on with that one, or start "
                         "again: --fresh discards a journal, --force what a file would grow from",
                  r->file[place->file], unit_name(&of, name));
    return false;
}

/* Giving places in order. Another process may pack its journal meanwhile: what is lost then is where a new
 * look finds it, perhaps as a part of a larger range. */
struct giving {
    const struct records *records;
    sweep_take *each;
    void *to;
    size_t next;           /* units before it are given */
    struct records *again; /* what was found anew; NULL: not looked for */
};

static void look_again(struct giving *g, const char *path) {
    char *copy = memory_copy_text(path);
    size_t count;
    struct files_name *file = files_units(dirname(copy), &count);
    records_free(g->again);
    g->again = records_create(g->records->plan, g->records->numerics);
    records_scan_files(g->again, count, file, (struct records_scan){.quiet = true});
    records_settle(g->again);
    free(file);
    free(copy);
}

static bool give(struct giving *g, const struct place *place, struct partial *p) {
    g->next = place->units.end;
    g->each(g->to, p);
    return true;
}

/* What was found anew of a place; false where that is not all of it. */
static bool give_found(struct giving *g, const struct place *lost_place) {
    const struct records *a = g->again;
    if (g->next < lost_place->units.first) { g->next = lost_place->units.first; }
    for (size_t k = find_place(a, g->next); g->next < lost_place->units.end; k++) {
        bool lost;
        struct partial *p =
            k < a->count && a->place[k].units.first == g->next ? read_place(a, &a->place[k], &lost) : NULL;
        if (!p) { return false; }
        give(g, &a->place[k], p);
    }
    return true;
}

/* False after a message. */
static bool give_place(struct giving *g, const struct place *place) {
    bool lost = true, begun = place->units.first < g->next;
    if (place->units.end <= g->next) { return true; }
    struct partial *p = begun ? NULL : read_place(g->records, place, &lost);
    if (p) { return give(g, place, p); }
    if (lost && g->again && give_found(g, place)) { return true; }
    if (lost) { look_again(g, g->records->file[place->file]); }
    return (lost && give_found(g, place)) || cannot_use(g->records, place, lost);
}

static bool give_range(struct giving *g, struct unit_range range) {
    const struct records *r = g->records;
    bool good = true;
    for (size_t k = find_place(r, range.first); good && k < r->count && r->place[k].units.first < range.end;
         k++) {
        good = give_place(g, &r->place[k]);
    }
    return good;
}

bool records_give(const struct records *r, struct unit_range range, sweep_take *each, void *to) {
    struct giving g = {.records = r, .each = each, .to = to};
    bool good = give_range(&g, range);
    records_free(g.again);
    return good;
}

static void push(void *stack, struct partial *p) { partial_push(stack, p); }

bool records_read(const struct records *r, struct unit_range range, struct partial_stack *stack) {
    return records_give(r, range, push, stack);
}

/* ---- what is missing ---- */

static void add_to_target(void *target, struct partial *p) { target_add(target, p); }

/* What cannot be read is computed again. */
static struct unit_range wanted_of(const struct records *r, const struct unit_cell *c) {
    struct target *t = target_create(r->plan, c);
    records_give(r, unit_of_whole(c), add_to_target, t);
    bool met = target_is_met(t);
    struct unit_range wanted = target_wanted(t);
    target_free(t);
    return met ? (struct unit_range){0, 0} : wanted;
}

static void look_at_targets(struct records *r) {
    const struct unit_plan *plan = r->plan;
    r->wanted = memory_create(plan->cell_count, sizeof *r->wanted);
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t i = 0; i < plan->cell_count; i++) {
        if (plan->cell[i].series->target > 0) { r->wanted[i] = wanted_of(r, &plan->cell[i]); }
    }
}

/* Of one cell or of exact values. */
static void add_missing(struct records *r, struct unit_range range, bool most, struct gaps *gaps) {
    const struct unit first = unit_get(r->plan, range.first);
    if (unit_is_exact(&first) || !(first.cell->series->target > 0)) {
        add_gaps(r, range, gaps);
        return;
    }
    if (!r->wanted) { look_at_targets(r); }
    struct unit_range wanted = r->wanted[first.cell - r->plan->cell];
    size_t end = most && wanted.end > 0 ? range.end : wanted.end;
    add_gap(gaps, wanted.first > range.first ? wanted.first : range.first, end < range.end ? end : range.end);
}

size_t records_missing(struct records *r, size_t count, const struct unit_range *ranges, bool most,
                       struct unit_range **list) {
    struct gaps gaps = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        struct unit_range rest = ranges[i];
        while (rest.first < rest.end) {
            const struct unit first = unit_get(r->plan, rest.first);
            size_t cell_end = unit_is_exact(&first) ? rest.end : unit_of_whole(first.cell).end,
                   end = cell_end < rest.end ? cell_end : rest.end;
            add_missing(r, (struct unit_range){rest.first, end}, most, &gaps);
            rest.first = end;
        }
    }
    *list = gaps.list;
    return gaps.count;
}

/* ---- packing ---- */

struct pack {
    struct records *to;
    struct recordfile file;
    struct partial_stack stack;
    size_t end; /* of what it holds */
    bool good;
};

static void write_held(struct pack *p) {
    for (size_t i = 0; p->good && i < p->stack.count; i++) {
        p->good = records_write(p->to, &p->file, p->stack.held[i]);
    }
    partial_drop(&p->stack);
}

/* Partials join where one begins as the one before ends, in one cell. */
static void pack_next(void *pack, struct partial *next) {
    struct pack *p = pack;
    const struct unit_range units = unit_range_of(p->to->plan, &next->of);
    if (units.first != p->end || (p->stack.count > 0 && p->stack.held[0]->of.cell != next->of.cell)) {
        write_held(p);
    }
    p->end = units.end;
    partial_push(&p->stack, next);
}

static bool pack_all(const struct records *r, size_t count, const struct unit_range *ranges, struct pack *p) {
    struct giving g = {.records = r, .each = pack_next, .to = p};
    for (size_t i = 0; p->good && i < count; i++) { p->good = give_range(&g, ranges[i]) && p->good; }
    records_free(g.again);
    write_held(p);
    return p->good;
}

bool records_pack(struct records *r, size_t count, const struct unit_range *ranges, const char *path) {
    struct pack p = {
        .to = records_create(r->plan, r->numerics),
        .good = true,
    };
    bool made = recordfile_create(&p.file, path), good = made && pack_all(r, count, ranges, &p);
    partial_drop(&p.stack);
    good = made && recordfile_close(&p.file, good) && good;
    if (good) {
        struct records before_it = *r;
        *r = *p.to;
        *p.to = before_it;
    }
    records_free(p.to);
    return good;
}
