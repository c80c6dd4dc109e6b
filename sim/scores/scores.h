/* scores: attention scores as a model computed them, before the softmax, from files to rows.
 *
 * This room: source (the arrays of an HDF5, .npy or .safetensors file; header and source_array: what that
 * says of them), layout (which axis is which), group (what one place of a file holds: scores, or queries and
 * keys whose products are formed here), sequences (which of several groups are the same), find and facts
 * (what a request names, and what there is in it), sight (which of its scores a query sees), and this file,
 * which reads. Whatever factor the model applies is in the scores already: beta = 1 is the model as trained.
 *
 * A row is the scores of one query with the keys that it sees. It counts for context length n when it sees
 * more than 0.9 n and at most n keys. Rows come in the order of the files: file by file, group by group,
 * sequence by sequence, layer by layer, head by head, query by query; a context that is the beginning of
 * another has no rows of its own (sequences.h). Memory is bounded by SCORES_ROOM scores, or one row. */
#ifndef GAPSCALE_SIM_SCORES_SCORES_H
#define GAPSCALE_SIM_SCORES_SCORES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/progress.h"

enum {
    SCORES_ROOM = 1 << 24,
    SCORES_LONGEST = 1 << 26, /* keys, and queries, at one place */
    SCORES_PLACES = 1 << 22,  /* heads times sequences times context lengths */
};

#define SCORES_LEAST 0.9 /* a row that counts for n sees more than this share of n keys */

enum scores_sight { SCORES_AS_STORED, SCORES_CAUSAL, SCORES_FULL };

/* What is asked for. NULL, NaN and 0 stand for what the files say. */
struct scores_request {
    size_t file_count;
    const char *const *file;             /* FILE or FILE:GROUP */
    const char *scores, *queries, *keys; /* names of arrays, or .npy files */
    const char *axes;                    /* "sequence,layer,head,query,key" */
    double scale;                        /* of products of queries and keys */
    enum scores_sight sight;
    double trained;       /* context length of the training */
    size_t length_count;  /* context lengths */
    const double *length; /* increasing */
    bool links;           /* follow links to other files, read virtual data */
};

struct scores_head {
    size_t layer, head; /* as the model numbers them */
};

/* What there is. */
struct scores_facts {
    size_t head_count, length_count, sequence_count;
    struct scores_head *head; /* by layer, then head */
    double *length;           /* increasing; where none are asked for, such that no row counts for two */
    bool has_layers;          /* more than one */
    double trained;           /* NaN: not said */
    double scale_applied;     /* score_scale_applied, as the files say; NaN: not said */
    double scale;        /* that products of queries and keys were multiplied with; NaN: scores were stored */
    const char *element; /* "float32", ..: the coarsest that the scores or keys are stored in */
    double rounding;     /* its relative rounding */
    const char *model, *licence, *input; /* NULL: not said */
};

struct scores; /* opened files */

/* NULL after messages that name place and remedy: the input is bad. Messages on memory end the program
 * (memory.h). Close with scores_close. */
struct scores *scores_open(const struct scores_request *request);
void scores_close(struct scores *scores);
const struct scores_facts *scores_facts(const struct scores *scores);

#define SCORES_NOWHERE (SIZE_MAX / 2) /* as far from every key */

struct scores_row {
    size_t length, head; /* indices */
    size_t sequence;     /* the same number is the same sequence */
    size_t position;     /* of the query, or SCORES_NOWHERE: nothing says where among the keys it stands */
    size_t count;        /* keys it sees, at least 2 */
    const double *score; /* [count], finite, by position of the key; NULL: they are floats, */
    const float *single; /* [count]; else NULL */
    const uint32_t *key; /* [count]: their positions; NULL: 0, 1, 2, .. */
};

/* Score k. */
static inline double scores_number(const struct scores_row *row, size_t k) {
    return row->single ? (double)row->single[k] : row->score[k];
}

struct scores_batch {
    size_t count;
    struct scores_row *row;
};

enum scores_outcome { SCORES_MORE, SCORES_END, SCORES_BAD };
/* The next rows, valid until the next call; a row that counts for two lengths comes twice. SCORES_BAD after a
 * message that names the place. */
enum scores_outcome scores_next(struct scores *scores, int threads, struct scores_batch *batch);
/* From the first row again. */
void scores_rewind(struct scores *scores);
/* What was read since this was last called, or since the first row, is done of a progress whose total is 1.
 */
void scores_add_progress(struct scores *scores, struct progress *progress, const char *what);
/* What was noticed so far, since the first row. Lengths are context lengths that rows may count for. */
struct scores_notes {
    size_t rows, weight_rows; /* that see two keys or more; of them those stored such as a softmax gives: none
                                 negative, and the sum 1 but for rounding */
    size_t short_rows;  /* left out since they see fewer, of those that could have counted for a length */
    size_t unused_rows; /* of contexts that are not said to be causal: count for no length, keys are hidden */
    size_t early_rows; /* of causal contexts of which queries are lacking, or which have a key more: count for
                          no length; of those none but its own is told unless lengths are asked for */
    size_t stalled_rows, stalled_most; /* of causal contexts: see no more keys than the query before them, as
                                          in a sliding window, and count for no length; most keys of one */
    /* With finite numbers in the place of -inf, as programs write them: the least number of a type, -1e9,
     * -65504, -1e4, alone or added to a score. Such is what lies at -5000 or below, and below the row's other
     * scores by 1000 and by more than those span; and all of a row whose scores are one such number or -1e8
     * and less. Keys of such scores are hidden. */
    size_t stand_in_rows;
    double stand_in; /* the largest of the first row's */
    /* Most keys that a query was found to see, whether its row counts or not; and that one may see which was
     * not read, since it cannot count. */
    size_t longest_row, longest_sight;
};
const struct scores_notes *scores_notes(const struct scores *scores);
/* Whether all rows are weights, and no scores. */
static inline bool scores_are_weights(const struct scores_notes *notes) {
    return notes->rows > 0 && notes->weight_rows == notes->rows;
}

#endif
