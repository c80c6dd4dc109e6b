/* nearest: which known name a mistyped word was meant to be. */
#ifndef GAPSCALE_SIM_BASE_NEAREST_H
#define GAPSCALE_SIM_BASE_NEAREST_H

#include <stddef.h>

/* The name that `word`, of three letters or more, begins, or the one at the least Damerau-Levenshtein
 * distance (insert, delete, replace, swap neighbours; case does not count) from `word`, the first of equals;
 * NULL when every name differs in more than a third of its letters. */
const char *nearest_name(const char *word, size_t count, const char *const *names);

#endif
