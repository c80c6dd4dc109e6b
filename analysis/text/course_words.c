#include "analysis/text/course_words.h"

#include <math.h>

/* -0 is written 0. */
static double shown(double x) { return x + 0.0; }

static void ratio_words(const struct course *c, char *out) {
    const char *const end = c->class == COURSE_SUBCRITICAL ? "0" : "inf";
    words_append(out, WORDS_LINE, "beta/Lambda^typ ");
    if (c->class == COURSE_CRITICAL) {
        if (isnan(c->limit)) {
            words_append(out, WORDS_LINE, "stays between constants");
        } else {
            words_append(out, WORDS_LINE, "-> %.4g", c->limit);
        }
    } else if (c->by_law && c->power != 0) {
        words_append(out, WORDS_LINE, "-> %s as n^%.4g, but for powers of log n", end, shown(c->power));
    } else {
        words_append(out, WORDS_LINE, "-> %s as (log n)^%.4g", end, shown(c->log_power));
    }
}

/* "stays", "spreads as (log n)^1", "collapses as n^-0.5". */
static void add_fate(const struct course *c, char *out) {
    words_append(out, WORDS_LINE, "%s", course_fate_name[c->fate]);
    if (c->fate == COURSE_STAYS) {
        if (!isnan(c->entropy)) { words_append(out, WORDS_LINE, ": H -> %.4g", c->entropy); }
    } else if (!isnan(c->rate_n)) {
        words_append(out, WORDS_LINE, " as n^%.4g", shown(c->rate_n));
    } else if (c->fate == COURSE_SPREADS && c->rate == 0) {
        words_append(out, WORDS_LINE, " as log log n");
    } else if (!isnan(c->rate)) {
        words_append(out, WORDS_LINE, " as (log n)^%.4g", shown(c->rate));
    } else if (c->fate == COURSE_COLLAPSES) {
        words_append(out, WORDS_LINE, " faster than any power of log n");
    } else {
        words_append(out, WORDS_LINE, " slower than log n");
    }
}

const char *course_words(const struct course *c, char out[WORDS_LINE]) {
    if (c->class == COURSE_UNKNOWN) {
        snprintf(out, WORDS_LINE, "unknown: Lambda^typ of this family has no formula");
        return out;
    }
    snprintf(out, WORDS_LINE, "%s by %s: ", course_class_name[c->class],
             c->by_law ? "the law of Lambda^typ"
                       : "the local exponent of Lambda^typ, whose law is not known");
    ratio_words(c, out);
    if (c->fate == COURSE_UNTOLD) { return out; }
    words_append(out, WORDS_LINE, "; the %sentropy ", c->of_median ? "median " : "");
    add_fate(c, out);
    return out;
}
