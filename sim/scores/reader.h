/* reader: the rows of all groups, one batch after the other. */
#ifndef GAPSCALE_SIM_SCORES_READER_H
#define GAPSCALE_SIM_SCORES_READER_H

#include "sim/scores/find.h"

struct reader {
    const struct found *found;
    const struct scores_facts *facts;
    size_t short_rows, unused_rows;

    /* where it stands: a group, a place in it, a query */
    size_t group;
    uint64_t place, query;
    bool opened;
    double *row_length, *position; /* of the place's queries */

    /* the batch */
    size_t score_room, row_room; /* numbers, rows */
    double *score;               /* [rows][keys] */
    uint32_t *key;               /* the same, where keys are masked */
    double *mask;
    int64_t *seen; /* [rows] */
    struct scores_row *row;

    /* queries, and keys in panels, each by component: those of the last place whose keys fit */
    double *query_vector, *key_vector, *key_rows;
    size_t key_group;
    uint64_t key_place, key_first, key_count;
};

/* `found` and `facts` must outlive it. */
void reader_open(struct reader *reader, const struct found *found, const struct scores_facts *facts);
void reader_release(struct reader *reader);
enum scores_outcome reader_next(struct reader *reader, int threads, struct scores_batch *batch);
void reader_rewind(struct reader *reader);

#endif
