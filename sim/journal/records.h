/* records: where the partials of a sweep lie, in any number of files of records (record.h), which are read by
 * scanning. A record says which range of which cell it is; of two ranges of which one holds the other, the
 * larger counts. Nothing is known of files but their names; memory is some 60 bytes a record. */
#ifndef GAPSCALE_SIM_JOURNAL_RECORDS_H
#define GAPSCALE_SIM_JOURNAL_RECORDS_H

#include "sim/base/numerics.h"
#include "sim/base/progress.h"
#include "sim/journal/recordfile.h"
#include "sim/sweep/sweep.h"

struct records {
    size_t damaged; /* stretches that were found */
    size_t strange; /* intact records that belong to no range of the plan */
    bool by_heads;  /* some were scanned so: that one is damaged shows when it is read, without a message */
    size_t file_count;
    char **file; /* that were read */
    /* Of this file: */
    const struct unit_plan *plan;
    struct numerics numerics;
    size_t count, room;
    struct place *place;       /* [count]; once settled, in order of their units, which are disjoint */
    struct unit_range *wanted; /* [cells], of those under a target, empty where it is met; NULL: not known */
};

/* None yet; those of other numerics are refused. */
struct records *records_create(const struct unit_plan *plan, struct numerics numerics);
void records_free(struct records *records);

/* Adds those of a file. What is damaged is told, unless `quiet`, and passed over up to the next record, a
 * torn end like it; `quiet` is one that is not there, too. False, after a message, when the file cannot be
 * read or holds records of other numerics;
 * then `again` is the option that starts again. From any thread, of several files at a time. */
struct records_scan {
    const char *path, *again;
    bool quiet;
    bool by_heads; /* of records that fit in with plan and file, no more than head and tail are read */
    struct progress *progress; /* of bytes; may be NULL */
};
bool records_scan(struct records *records, const struct records_scan *scan);
/* Those of a journal's files, several at a time. */
bool records_scan_files(struct records *records, size_t count, const struct files_name *file,
                        struct records_scan how);
/* Writes one at the end of a file, and adds it. False after a message. */
bool records_write(struct records *records, struct recordfile *file, const struct partial *partial);

/* After records were added, before all below. False where two of one range disagree, after a message that
 * names ranges and files, but where some were scanned by their heads: one of the two may be damaged. */
bool records_settle(struct records *records);
/* What of some ranges there is no record of, in their order; returns how many ranges. Free with free(). Of a
 * cell under a target (target.h), which is read for that, what is wanted up to its next count, as one range;
 * `most`: as far as it may want where it is not met. */
size_t records_missing(struct records *records, size_t count, const struct unit_range *ranges, bool most,
                       struct unit_range **list);
double records_bytes(const struct records *records);
/* The partials of a range, in order: each to `each`, or to a stack; from where another process has packed
 * them to, if they are no more where they were, and then perhaps more of their cell. False after a message,
 * with what was read before given. From any thread. */
bool records_give(const struct records *records, struct unit_range range, sweep_take *each, void *to);
bool records_read(const struct records *records, struct unit_range range, struct partial_stack *stack);
/* Writes all of these ranges to one file, nodes of the tree instead of their halves, and from then on knows
 * that file alone. False after a message, with nothing changed. */
bool records_pack(struct records *records, size_t count, const struct unit_range *ranges, const char *path);

#endif
