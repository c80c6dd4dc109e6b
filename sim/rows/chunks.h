/* chunks: the scores of a row in chunks that are made when they are asked for. Rows up to some length are
 * kept; of longer ones a chunk is made again whenever it is asked for, so that memory does not grow with n.
 */
#ifndef GAPSCALE_SIM_ROWS_CHUNKS_H
#define GAPSCALE_SIM_ROWS_CHUNKS_H

#include "sim/rows/compress.h"

/* Scores number index CHUNKS_LENGTH and the next count - 1 of a row: as a function of context and index
 * alone, though more of them may be written, up to CHUNKS_LENGTH. */
enum { CHUNKS_LENGTH = COMPRESS_CHUNK };
typedef void chunks_maker(void *context, size_t index, size_t count, double *scores);

struct chunks {
    chunks_maker *make;
    void *context;
    size_t longest;     /* row that is kept */
    size_t count, made; /* scores of the row; chunks that are made and kept */
    size_t room;        /* scores there is room for */
    double *scores;
};

/* To be released, then with nothing in it again. */
void chunks_release(struct chunks *chunks);

/* A new row of `count` scores. */
void chunks_begin(struct chunks *chunks, size_t count);

/* One by one, the first time in order; valid until the next call. For compress.h. */
struct compress_source chunks_source(struct chunks *chunks);
const double *chunks_get(struct chunks *chunks, size_t index, size_t *count);
/* All of them in order; false when given up. */
bool chunks_visit(struct chunks *chunks, score_visitor *visit, void *context);

#endif
