/* find: the groups that a request names, in the order of its words. */
#ifndef GAPSCALE_SIM_SCORES_FIND_H
#define GAPSCALE_SIM_SCORES_FIND_H

#include "sim/scores/group.h"

struct found {
    size_t source_count, group_count, sequence_count;
    struct source **source;
    struct group *group;
};

/* How many characters of a word name the file: FILE:GROUP at the last colon that is not the first character,
 * unless a file has the whole name. */
size_t find_file_length(const char *word);
/* False after messages, which say what names there are where the asked ones are missing. To be released
 * either way. */
bool find_groups(const struct scores_request *request, struct found *found);
void find_release(struct found *found);

#endif
