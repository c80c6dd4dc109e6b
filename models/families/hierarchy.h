/* hierarchy: scores that are sums along a tree. Keys lie in groups, groups in groups of the level above;
 * every group of every level has a Gaussian number of its own, and a key's score is the sum of those of the
 * groups it lies in, the last being its own.
 *
 * Of G_i groups at level i, group g lies in group floor(g G_(i-1)/G_i) above: groups of one level differ in
 * size by one at most, and not at all where the numbers divide. The scores are made anew from the row's
 * uniforms wherever they are asked for: nothing is kept but one chunk of two levels. */
#ifndef GAPSCALE_MODELS_FAMILIES_HIERARCHY_H
#define GAPSCALE_MODELS_FAMILIES_HIERARCHY_H

#include "models/families/family.h"

enum { HIERARCHY_LEVELS = 26 }; /* log2 FAMILY_SAMPLED_MOST */

struct hierarchy {
    size_t levels;
    uint64_t groups[HIERARCHY_LEVELS]; /* from the coarsest level on, never fewer; the last has the keys */
    double sigma[HIERARCHY_LEVELS];    /* of the groups' numbers */
};

/* What families of these scores have as room_size. */
size_t hierarchy_room(const double *p);
/* Scores number first .. first + count of a row, count <= FAMILY_CHUNK. */
void hierarchy_sample(const struct hierarchy *hierarchy, const struct family_row *row, size_t first,
                      size_t count, double *scores);

#endif
