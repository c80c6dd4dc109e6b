#include "analysis/diagnosis/story.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/statistics/spacing.h"
#include "analysis/text/words.h"

const struct diagnosis_point *story_point(const struct diagnosis_group *g) {
    return &g->point[diagnosis_longest(g)];
}

const char *story_class(const struct diagnosis_group *g) {
    const struct diagnosis_point *p = story_point(g);
    if (g->locality == DIAGNOSIS_LOCAL) { return "local"; }
    if (isnan(p->index.low) || isnan(p->gaussian)) { return "unclassified"; }
    if (p->index.high < p->gaussian) { return "lighter than Gaussian"; }
    return p->index.low > p->gaussian ? "heavier than Gaussian" : "like Gaussian";
}

const char *story_locality(enum diagnosis_locality locality) {
    static const char *const name[] = {"unknown", "local", "mixed", "global"};
    return name[locality];
}

const char *story_standing(const struct diagnosis_point *p) {
    double low = 1 / p->lambda.high, high = 1 / p->lambda.low;
    if (p->sequences < 2) { return "undecided"; }
    if (high < 0.5) { return "subcritical"; }
    if (low > 2) { return "supercritical"; }
    return low >= 0.5 && high <= 2 ? "critical" : "undecided";
}

size_t story_laws(const struct diagnosis_growth *w, bool excluded, const char *between,
                  char out[STORY_LAWS]) {
    size_t count = 0;
    out[0] = '\0';
    for (int k = 0; k < PRESCRIPTIONS; k++) {
        if (w->law[k].excluded != excluded) { continue; }
        words_append(out, STORY_LAWS, "%s%s", count++ > 0 ? between : "", prescription_name[k]);
    }
    return count;
}

/* Heads of a pooled group that its class leaves out. */
static size_t local_heads(const struct diagnosis *d, const struct diagnosis_group *g) {
    size_t count = 0;
    for (size_t h = g->head_first; h < g->head_last && g->pooled; h++) {
        count += d->group[h].locality == DIAGNOSIS_LOCAL;
    }
    return count;
}

static const char *say_index(const struct trend_interval *index, char out[WORDS]) {
    if (isfinite(index->high - index->low)) {
        return words_measured(index->value, (index->high - index->low) / 2, out);
    }
    if (index->low == -index->high) { return strcpy(out, "unknown"); }
    const bool is_open = index->high == INFINITY;
    snprintf(out, WORDS, "at %s %.2g", is_open ? "least" : "most",
             is_open ? fmin(index->low, SPACING_END) : fmax(index->high, -SPACING_END));
    return out;
}

static void append_kind(const struct diagnosis *d, const struct diagnosis_group *g,
                        char out[DIAGNOSIS_SENTENCE]) {
    const struct diagnosis_point *p = story_point(g);
    char number[WORDS];
    if (g->locality == DIAGNOSIS_UNKNOWN) {
        words_append(out, DIAGNOSIS_SENTENCE,
                     "local or global is unknown (nothing says where its queries stand: query_position)");
    } else {
        const double share = 100 * fmin(1, 0.9 * p->near);
        words_append(out, DIAGNOSIS_SENTENCE, "%s (90%% of %s weight lies in the nearest %s%% of the keys)",
                     story_locality(g->locality), g->pooled ? "a typical head's" : "the",
                     words_formatted(share < 0.95 ? "%.1g" : "%.0f", share, number));
    }
    const char *class = story_class(g);
    if (strcmp(class, "local") != 0 && strcmp(class, "unclassified") != 0) {
        words_append(out, DIAGNOSIS_SENTENCE, "; the top of a row is %s scores of this n (index %s", class,
                     say_index(&p->index, number));
        size_t local = local_heads(d, g);
        if (local > 0) {
            words_append(out, DIAGNOSIS_SENTENCE, ", without %s", words_count(local, "local head", number));
        }
        words_append(out, DIAGNOSIS_SENTENCE, ")");
    }
}

static size_t lengths_used(const struct diagnosis_group *g, const struct diagnosis_growth *w) {
    size_t used = 0;
    for (size_t l = w->first; l < w->last; l++) { used += g->weight[l] > 0; }
    return used;
}

static bool leaves_out(const struct diagnosis_group *g, const struct diagnosis_growth *w) {
    size_t l = w->first;
    while (l < w->last && !(g->point[l].sequences == 1 && g->weight[l] == 0 && !g->point[l].apart)) { l++; }
    return l < w->last;
}

/* Whether some length has no head in common with the others. */
static bool has_apart(const struct diagnosis_group *g, const struct diagnosis_growth *w) {
    size_t l = w->first;
    while (l < w->last && !g->point[l].apart) { l++; }
    return l < w->last;
}

static void append_growth(const struct diagnosis_group *g, const struct diagnosis_growth *w,
                          char out[DIAGNOSIS_SENTENCE]) {
    char number[WORDS];
    const struct trend_interval *b = &w->exponent;
    if (!w->known) {
        words_append(out, DIAGNOSIS_SENTENCE,
                     w->last == w->first
                         ? "no length is within the trained context: growth there is undecided"
                     : w->last < w->first + 2 ? "one length says nothing of growth: undecided"
                     : lengths_used(g, w) > 1 ? "growth is undecided: rows see as many keys at every length"
                     : has_apart(g, w)
                         ? "growth is undecided: no head has two of the lengths"
                         : "growth is undecided: at fewer than two lengths less than half of the rows tie");
        return;
    }
    if (!w->decided) {
        words_append(out, DIAGNOSIS_SENTENCE, "Lambda_n goes as (log n)^%.2f %s: undecided",
                     words_signed(b->value, 2),
                     w->sequences > 1 ? "with no interval, since some length has one sequence only"
                                      : "in this sequence only, which says nothing of others");
        return;
    }
    bool grows = b->low > 0, falls = b->high < 0;
    words_append(out, DIAGNOSIS_SENTENCE, "Lambda_n %s: (log n)^(%s)",
                 grows   ? "grows with n"
                 : falls ? "falls with n"
                         : "does not visibly grow with n",
                 words_measured(b->value, (b->high - b->low) / 2, number));
    if (leaves_out(g, w)) {
        words_append(out, DIAGNOSIS_SENTENCE, ", without the lengths of one sequence only");
    }
    if (has_apart(g, w)) {
        words_append(out, DIAGNOSIS_SENTENCE, ", without lengths that share no head with the others");
    }
    if (w->lack_of_fit < trend_risk) {
        words_append(out, DIAGNOSIS_SENTENCE, ", though no single power of log n fits");
    }
}

static void append_advice(const struct diagnosis_growth *w, char out[DIAGNOSIS_SENTENCE]) {
    char laws[STORY_LAWS];
    const char *closest = prescription_name[w->closest];
    size_t left = story_laws(w, false, ", ", laws);
    if (!w->decided) { return; }
    if (left == 0) {
        words_append(out, DIAGNOSIS_SENTENCE, "; every prescription is excluded at 5%%, %s the least",
                     closest);
    } else if (left == 1) {
        words_append(out, DIAGNOSIS_SENTENCE, "; of the prescriptions only %s is left", laws);
    } else {
        words_append(out, DIAGNOSIS_SENTENCE, "; prescriptions left at 5%%: %s (undecided; %s is closest)",
                     laws, closest);
    }
}

/* Medians of few rows are biased, which intervals between sequences know nothing of. */
static void append_few_rows(const struct diagnosis_group *g, const struct diagnosis_growth *w,
                            char out[DIAGNOSIS_SENTENCE]) {
    const double matters = 0.25; /* of half the interval: it covers .92 then */
    const struct trend_interval *b = &w->exponent;
    const struct diagnosis_point *p = g->point;
    char rows[WORDS], length[WORDS];
    size_t least = w->last;
    if (!w->decided || !(fabs(w->few_rows) > matters * (b->high - b->low) / 2)) { return; }
    for (size_t l = w->first; l < w->last; l++) {
        bool fewer = least == w->last || p[l].rows_each < p[least].rows_each;
        least = g->weight[l] > 0 && fewer ? l : least;
    }
    words_append(
        out, DIAGNOSIS_SENTENCE,
        " Medians of few rows (%s of a sequence at n = %s) stand too high, which %s the exponent by some "
        "%.2g however many sequences there are: leave such lengths out (--lengths).",
        words_number(p[least].rows_each, rows), words_length(log(p[least].n), length),
        w->few_rows > 0 ? "raises" : "lowers", fabs(w->few_rows));
}

/* A further sentence that begins with `where`. */
static void append_also(const char *where, const struct diagnosis_group *g, const struct diagnosis_growth *w,
                        char out[DIAGNOSIS_SENTENCE]) {
    if (!w->known) { return; }
    words_append(out, DIAGNOSIS_SENTENCE, " %s ", where);
    append_growth(g, w, out);
    append_advice(w, out);
    words_append(out, DIAGNOSIS_SENTENCE, ".");
}

/* What was measured beyond the trained length: nothing is extrapolated there. */
static void append_beyond(const struct diagnosis_group *g, char out[DIAGNOSIS_SENTENCE]) {
    const struct diagnosis_growth *w = &g->beyond;
    char first[WORDS], last[WORDS], where[WORDS_LINE];
    if (!w->known) { return; }
    snprintf(where, sizeof where, "Beyond the trained length, from n = %s to %s,",
             words_length(log(g->point[w->first].n), first),
             words_length(log(g->point[w->last - 1].n), last));
    append_also(where, g, w, out);
    append_also("With the sinks left out there, too,", g, &g->beyond_without_sinks, out);
}

static void append_ties(const struct diagnosis_group *g, char out[DIAGNOSIS_SENTENCE]) {
    const struct diagnosis_point *p = story_point(g);
    char number[WORDS];
    size_t tied = 0;
    if (p->tie_fraction > 0) {
        words_append(out, DIAGNOSIS_SENTENCE, " %.1f%% of its rows tie at the top.", 100 * p->tie_fraction);
    }
    for (size_t l = g->trained.first; l < g->trained.last; l++) { tied += g->point[l].tied; }
    if (tied > 0) {
        words_append(
            out, DIAGNOSIS_SENTENCE,
            " Intervals and growth leave out %s of a head at a length, half of whose rows or more tie.",
            words_count(tied, "sequence", number));
    }
}

/* Where it is more than sampling of a few hundred rows leaves open; a tie is told as such. */
static void append_rounding(const struct diagnosis_point *p, char out[DIAGNOSIS_SENTENCE]) {
    const double matters = 0.05;
    if (p->rounding > matters && isfinite(p->rounding)) {
        words_append(out, DIAGNOSIS_SENTENCE,
                     " Rounding of the scores as stored may move log Lambda_n of a typical row by %.2g.",
                     p->rounding);
    }
}

const struct survey_sink *story_sinks(const struct diagnosis *d, const struct diagnosis_group *head) {
    return survey_sinks(d->survey, diagnosis_longest(head), head->head_first);
}

const char *story_sink_list(const struct diagnosis *d, const struct diagnosis_group *head,
                            char out[STORY_SINKS]) {
    const struct survey_sink *sink = story_sinks(d, head);
    out[0] = '\0';
    for (size_t i = 0; i < SURVEY_SINKS && sink[i].weight > 0; i++) {
        words_append(out, STORY_SINKS, "%s%u %.15g", i > 0 ? ", " : "", sink[i].key, sink[i].weight);
    }
    return out;
}

static void append_sinks_of_head(const struct diagnosis *d, const struct diagnosis_group *g,
                                 char out[DIAGNOSIS_SENTENCE]) {
    const double strong = 0.3;
    const struct survey_sink *sink = story_sinks(d, g);
    char number[WORDS];
    size_t count = 0;
    for (; count < SURVEY_SINKS && sink[count].weight > 0; count++) {
        words_append(out, DIAGNOSIS_SENTENCE, "%s key %u with %.2f of %s queries' weight%s",
                     count == 0 ? " Sinks:" : ",", sink[count].key, sink[count].weight,
                     g->locality == DIAGNOSIS_UNKNOWN ? "all" : "far",
                     sink[count].weight >= strong ? " (strong)" : "");
    }
    const char *where = count > 0 ? "; at other lengths" : " Sinks at other lengths:";
    for (; count < SURVEY_SINKS && g->sink[count].weight > 0; count++, where = ",") {
        words_append(out, DIAGNOSIS_SENTENCE, "%s key %u", where, g->sink[count].key);
    }
    if (count > 0) {
        words_append(out, DIAGNOSIS_SENTENCE, "; without %s Lambda_n is %s.", count == 1 ? "it" : "them",
                     words_number(story_point(g)->lambda_without_sinks, number));
    }
}

static void append_sinks(const struct diagnosis *d, const struct diagnosis_group *g,
                         char out[DIAGNOSIS_SENTENCE]) {
    size_t heads = 0;
    if (!g->pooled) {
        append_sinks_of_head(d, g, out);
        return;
    }
    for (size_t h = g->head_first; h < g->head_last; h++) { heads += d->group[h].sink->weight > 0; }
    if (heads > 0) {
        words_append(out, DIAGNOSIS_SENTENCE, " Heads with sinks: %zu of %zu.", heads,
                     g->head_last - g->head_first);
    }
}

static void append_standing(const struct diagnosis_point *p, char out[DIAGNOSIS_SENTENCE]) {
    char number[WORDS], length[WORDS];
    const char *of = p->sequences == 1 ? " in this sequence only"
                     : p->tied > 0     ? " in sequences where fewer than half of the rows tie"
                                       : "";
    words_length(log(p->n), length);
    if (isnan(p->lambda.value)) {
        words_append(out, DIAGNOSIS_SENTENCE,
                     " Half of the rows or more tie at n = %s: their Lambda_n is infinite, no beta lets one "
                     "key win, and "
                     "where the model stands is undecided.",
                     length);
        return;
    }
    words_append(out, DIAGNOSIS_SENTENCE, " As trained beta is %s times Lambda_n at n = %s%s: %s.",
                 words_number(1 / p->lambda.value, number), length, of, story_standing(p));
}

/* Longer trained lengths at which no row counts. */
static void append_missing(const struct diagnosis *d, const struct diagnosis_group *g,
                           char out[DIAGNOSIS_SENTENCE]) {
    size_t last = g->trained.last, lengths = d->survey->facts->length_count;
    char number[WORDS];
    while (last < lengths && g->point[last].rows == 0 && !(g->point[last].n > d->trained)) { last++; }
    if (last == g->trained.last) { return; }
    words_append(
        out, DIAGNOSIS_SENTENCE,
        " No row counts for longer contexts, up to n = %s: where a query sees a window of keys, more "
        "context changes nothing, and m(n) is 1.",
        words_length(log(g->point[last - 1].n), number));
}

const char *story_sentence(const struct diagnosis *d, const struct diagnosis_group *g,
                           char out[DIAGNOSIS_SENTENCE]) {
    const struct diagnosis_point *p = story_point(g);
    char length[WORDS];
    out[0] = '\0';
    if (p->rows == 0) {
        words_append(out, DIAGNOSIS_SENTENCE, "no row counts for n = %s.", words_length(log(p->n), length));
        append_beyond(g, out);
        return out;
    }
    append_kind(d, g, out);
    words_append(out, DIAGNOSIS_SENTENCE, "; ");
    append_growth(g, &g->trained, out);
    append_advice(&g->trained, out);
    words_append(out, DIAGNOSIS_SENTENCE, ".");
    append_few_rows(g, &g->trained, out);
    append_standing(p, out);
    append_missing(d, g, out);
    append_sinks(d, g, out);
    append_also("With its sinks left out at every length", g, &g->without_sinks, out);
    append_ties(g, out);
    append_rounding(p, out);
    append_beyond(g, out);
    return out;
}
