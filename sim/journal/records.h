/* records: where the partials of a sweep lie, in any number of files of records (record.h), which are read by
 * scanning. A record says which range of which cell it is; of two ranges of which one holds the other, the
 * larger counts. Nothing is known of files but their names. Of memory a record takes 80 to 160 bytes, a file
 * 4 kB. */
#ifndef GAPSCALE_SIM_JOURNAL_RECORDS_H
#define GAPSCALE_SIM_JOURNAL_RECORDS_H

#include "sim/base/numerics.h"
#include "sim/journal/files.h"
#include "sim/sweep/sweep.h"

struct records {
    size_t damaged;      /* stretches that were found */
    size_t strange;      /* intact records that belong to no range of the plan */
    size_t strange_file; /* the number of one that has such */
    size_t conflicts;    /* ranges that two records disagree on */
    bool by_heads; /* some were scanned so, quietly: that one is damaged shows when it is read, without a
                      message */
    struct files_list files; /* that were there to be read */
    const struct unit_plan *plan;
    /* Of this file: */
    struct numerics numerics;
    size_t source_count;
    char **source;         /* that were scanned */
    struct records *again; /* what lies there after others have packed it; NULL: not looked for */
    size_t count;
    struct place *place; /* [count]; in order of their units, which are disjoint */
};

/* None yet; those of other numerics are refused. */
struct records *records_create(const struct unit_plan *plan, struct numerics numerics);
void records_free(struct records *records);
/* None again. */
void records_forget(struct records *records);

/* Adds those of several sources, a directory's files NNNNNN.units or one file each, on all threads; again
 * where files came and went meanwhile. What is damaged is told and passed over up to the next record, a torn
 * end like it. False, after a message, when a file cannot be read or holds records of other numerics, or
 * where two of one range disagree. Where any were scanned by heads, quietly, one that is
 * there twice counts as damaged instead: which of both is sound is not known. */
enum {
    RECORDS_QUIET = 1,    /* damage is not told, and a source that is not there is none */
    RECORDS_BY_HEADS = 2, /* of records that fit in with plan and file, no more than head and tail are read */
    RECORDS_SHOWN = 4     /* how far it is */
};
bool records_scan(struct records *records, size_t count, char *const *source, unsigned how);

/* What of some ranges there is no record of, in their order. Free `unit` with free(). Of a cell under a
 * target (target.h), which is listed whole and read for that, what is wanted up to its next count; `most`,
 * where it is not NULL: how much it may be in all. */
struct unit_list records_missing(struct records *records, const struct unit_list *list,
                                 struct unit_amount *most);
double records_bytes(const struct records *records);
/* Adds the partials of a range; from where another process has packed them to, if they are no more where they
 * were. False, with what was read before added, after a message the first time, but where records were
 * scanned by their heads. From any thread, of different ranges. */
bool records_read(struct records *records, const struct unit *range, struct partial_stack *stack);

/* Adds ranges to a file that is being written, nodes of the tree instead of their halves: one pass, on all
 * threads, with what is written taken in order. Returns EXIT_DONE; EXIT_RESUMABLE when stopped; EXIT_FAILED
 * after a message; RECORDS_UNREAD, without one, where a record that was scanned by its head cannot be read.
 */
struct records_copy {
    const struct unit_list *list; /* NULL: all of the plan */
    const struct stop *stop;      /* NULL: never */
    struct progress *progress;    /* 1 for each range; NULL: nobody hears of it */
    /* NULL: nobody, and exact values that there is no record of are left out; else they are computed. */
    void (*take)(void *context, struct partial_stack *stack);
    void *context;
};
enum { RECORDS_UNREAD = -1 };
int records_copy(struct records *records, const struct records_copy *copy, struct files_out *file);
/* Makes one file of what is known of a list, and from then on knows that alone. Of `directory` (NULL: of
 * none) the other files are removed then, as far as they were known. The same; unless it is EXIT_DONE, `path`
 * is as it was. */
int records_pack(struct records *records, const struct unit_list *list, const char *path,
                 const char *directory);

#endif
