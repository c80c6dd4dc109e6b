/* Optimal string alignment: Damerau-Levenshtein with each stretch edited at most once. */
#include "sim/base/nearest.h"

#include <ctype.h>
#include <gsl/gsl_math.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 64, SHORTEST = 3 };

static bool same_letter(char a, char b) { return tolower((unsigned char)a) == tolower((unsigned char)b); }

/* Both words at most LONGEST long. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t table[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= a_length; i++) { table[i][0] = i; }
    for (size_t j = 0; j <= b_length; j++) { table[0][j] = j; }
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            size_t replaced = table[i - 1][j - 1] + !same_letter(a[i - 1], b[j - 1]);
            table[i][j] = GSL_MIN(replaced, 1 + GSL_MIN(table[i - 1][j], table[i][j - 1]));
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1])) {
                table[i][j] = GSL_MIN(table[i][j], table[i - 2][j - 2] + 1);
            }
        }
    }
    return table[a_length][b_length];
}

const char *nearest_name(const char *word, size_t count, const char *const *names) {
    size_t length = strnlen(word, LONGEST + 1), best_distance = LONGEST;
    const char *best = NULL;
    if (length > LONGEST) { return NULL; }
    for (size_t i = 0; i < count; i++) {
        size_t name_length = strnlen(names[i], LONGEST + 1);
        if (name_length > LONGEST) { continue; }
        const bool begins = length >= SHORTEST && strncasecmp(word, names[i], length) == 0;
        const size_t distance = begins ? 1 : edit_distance(word, length, names[i], name_length);
        if ((begins || 3 * distance <= name_length) && distance < best_distance) {
            best_distance = distance;
            best = names[i];
        }
    }
    return best;
}
