/* group: what one place of a file holds: scores, or queries and keys, of sequences, layers and heads at once.
 */
#ifndef GAPSCALE_SIM_SCORES_GROUP_H
#define GAPSCALE_SIM_SCORES_GROUP_H

#include "sim/scores/layout.h"
#include "sim/scores/scores.h"
#include "sim/scores/source.h"

enum {
    GROUP_DIM = 1 << 20,    /* components of a vector, at most */
    GROUP_PLACES = 1 << 20, /* heads in all layers, and sequences, at most */
};

struct group {
    /* where it is, as find knows */
    struct source *source;
    char place[SOURCE_PATH];                   /* "/n00512"; "" is the root */
    const struct source_array *scores;         /* or, when NULL, */
    const struct source_array *queries, *keys; /* whose products are formed; keys may lie in: */
    struct source *key_source;

    /* what group_open finds there */
    const struct source_array *array;                              /* scores or queries */
    const struct source_array *row_length, *query_position, *mask; /* NULL: there is none */
    struct layout layout, key_layout;                              /* of scores or queries; of keys */
    bool causal;
    double scale; /* of products */
    uint64_t query_count, key_count;
    size_t *layer, *head; /* numbers of the layers and heads that there are */
    size_t *sequence;     /* numbers of the sequences, the same over all groups */
    bool *told;           /* sequences whose rows are another's, too, and not read (sequences.h) */
};

/* Finds what belongs to the arrays of a group that is told where it is, and checks that it fits. False after
 * messages. Release with group_release. */
bool group_open(const struct scores_request *request, struct group *group);
void group_release(struct group *group);

/* The array whose attribute is that of queries and keys: the queries, but where the keys alone have it. */
const char *group_teller(const struct group *group, const char *attribute);

/* An attribute, NaN where there is none; false after a message: it is no number, or several. */
bool group_number(const struct group *group, const char *attribute, double *number);

/* A causal context of which every query is there, each seeing what came before it. */
bool group_is_whole(const struct group *group);

/* "FILE:/group/scores", for messages. */
enum { GROUP_NAME = 2 * SOURCE_PATH };
const char *group_name(const struct group *group, char name[GROUP_NAME]);

/* Position of query `q`, or SCORES_NOWHERE, and the most keys that it can see. */
uint64_t group_position(const struct group *group, const double *position, uint64_t q);
uint64_t group_sight(const struct group *group, const double *row_length, const double *position, uint64_t q);

/* A number of every query at a place, from row_length or query_position: broadcast over leading axes that the
 * array does not have. NULL where there is no such array; *good is false after a message. Free with free().
 */
double *group_of_queries(const struct group *group, const struct source_array *array,
                         const uint64_t place[LAYOUT_LEADING], bool *good);

/* The mask of queries first .. first + count - 1, [count][key_count]. False after a message. */
bool group_mask(const struct group *group, const uint64_t place[LAYOUT_LEADING], uint64_t first,
                uint64_t count, double *mask);

#endif
