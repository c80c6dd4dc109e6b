#include "analysis/report/report.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <string.h>

#include "analysis/diagnosis/diagnosis.h"
#include "analysis/diagnosis/story.h"
#include "analysis/diagnosis/told.h"
#include "analysis/text/csv.h"
#include "analysis/text/fold.h"
#include "analysis/text/words.h"

/* "1.04 (0.67 .. 1.61)"; without an interval the value alone. */
static const char *between(const struct trend_interval *interval, char out[WORDS]) {
    if (isnan(interval->value)) { return "-"; }
    if (isnan(interval->low)) {
        snprintf(out, WORDS, "%.3g", interval->value);
    } else {
        snprintf(out, WORDS, "%.3g (%.3g .. %.3g)", interval->value, interval->low, interval->high);
    }
    return out;
}

static void print_source(FILE *out, const struct diagnosis *d, size_t short_rows) {
    const struct scores_facts *f = d->survey->facts;
    char text[WORDS];
    if (f->model) { fprintf(out, "%s\n", f->model); }
    fprintf(out, "%s, ", words_count(f->head_count, "head", text));
    fprintf(out, "%s, ", words_count(f->sequence_count, "sequence", text));
    fprintf(out, "%s, scores in %s", words_count(d->survey->row_count, "row", text), f->element);
    if (short_rows > 0) {
        fprintf(out, "; left out for fewer than two keys: %s", words_count(short_rows, "row", text));
    }
    if (isnan(d->trained)) {
        fputs("; the trained length is not known: all lengths count as trained (--trained N)\n\n", out);
    } else {
        fprintf(out, "; trained at n = %.15g\n\n", d->trained);
    }
}

/* "-0.02 (-0.83 .. 0.79)". */
static const char *power(const struct diagnosis_growth *w, char out[WORDS]) {
    const struct trend_interval *b = &w->exponent;
    if (!w->known) { return "-"; }
    const double value = words_signed(b->value, 2);
    if (isnan(b->low)) {
        snprintf(out, WORDS, "%.2f", value);
    } else {
        snprintf(out, WORDS, "%.2f (%.2f .. %.2f)", value, words_signed(b->low, 2), words_signed(b->high, 2));
    }
    return out;
}

/* The prescriptions that are not excluded. */
static const char *laws_left(const struct diagnosis_growth *w, char out[STORY_LAWS]) {
    size_t count = story_laws(w, false, " ", out);
    if (!w->decided) { return "undecided"; }
    return count == 0 ? "none" : count == PRESCRIPTIONS ? "all" : out;
}

/* "0.4%"; "-": of no rows. */
static const char *percent(double share, char out[WORDS]) {
    if (isnan(share)) { return "-"; }
    snprintf(out, WORDS, share > 0 && share < 0.001 ? "<0.1%%" : "%.3g%%", 100 * share);
    return out;
}

/* "2^9", "2^9*". */
static const char *length_of(const struct diagnosis_point *p, char out[WORDS]) {
    words_length(log(p->n), out);
    words_append(out, WORDS, "%s", p->sequences == 1 ? "*" : "");
    return out;
}

/* Columns of names and lengths are as wide as what stands in them. */
static int name_width(const struct diagnosis *d) {
    size_t width = 7;
    for (size_t i = 0; i < d->group_count; i++) { width = GSL_MAX(width, strlen(d->group[i].name)); }
    return (int)width;
}

static int length_width(const struct diagnosis *d) {
    size_t width = 5;
    char length[WORDS];
    for (size_t i = 0; i < d->group_count; i++) {
        width = GSL_MAX(width, strlen(length_of(story_point(&d->group[i]), length)));
    }
    return (int)width;
}

static void print_group(FILE *out, const struct diagnosis_group *g, int name, int length) {
    char lambda[WORDS], ratio[WORDS], exponent[WORDS], n[WORDS], ties[WORDS], shift[WORDS], laws[STORY_LAWS];
    const struct diagnosis_point *p = story_point(g);
    fprintf(out,
            "%-*s " FOLD "%-6s %-*s" FOLD " %-22s" FOLD " %-8s" FOLD " %-5s" FOLD " %-5s" FOLD " %-21s" FOLD
            " %s\n",
            name, g->name, g->locality == DIAGNOSIS_UNKNOWN ? "-" : story_locality(g->locality), length,
            length_of(p, n), between(&p->lambda, lambda), words_formatted("%.3g", 1 / p->lambda.value, ratio),
            percent(p->tie_fraction, ties),
            words_formatted("%.1g", isinf(p->rounding) ? NAN : p->rounding, shift),
            power(&g->trained, exponent), laws_left(&g->trained, laws));
}

/* Heads are many in a model: beyond a dozen groups only the pooled ones are told at length. */
static bool is_told(const struct diagnosis *d, const struct diagnosis_group *g) {
    return g->pooled || d->group_count <= 12;
}

static bool has_single(const struct diagnosis *d) {
    size_t i = 0;
    while (i < d->group_count && story_point(&d->group[i])->sequences != 1) { i++; }
    return i < d->group_count;
}

/* What there are several of in a growth: their names, and how each is told. */
struct several {
    size_t count, step; /* of growths, every one or every other */
    const char *const *name;
    int width;
    const char *(*words)(const struct diagnosis_growth *growth, size_t which, char out[WORDS]);
};

static const char *drift_words(const struct diagnosis_growth *w, size_t which, char out[WORDS]) {
    return words_formatted("%.3g", w->law[which].drift, out);
}

static const char *multiplier_words(const struct diagnosis_growth *w, size_t which, char out[WORDS]) {
    return between(&w->multiplier[which], out);
}

static const char *xi_words(const struct diagnosis_growth *w, size_t which, char out[WORDS]) {
    return between(&w->xi[which], out);
}

/* A line for each group of which the growth is known. */
static void print_growth(FILE *out, const struct diagnosis *d, size_t growth, const struct several *all) {
    static const char *const title[DIAGNOSIS_GROWTHS] = {
        "over the trained lengths", "from the longest trained length on",
        "over the trained lengths, without the keys that are sinks",
        "from the longest trained length on, without the keys that are sinks"};
    char words[WORDS];
    for (size_t i = 0, told = 0; i < d->group_count; i++) {
        const struct diagnosis_growth *w = &d->group[i].growth[growth];
        if (!is_told(d, &d->group[i]) || !w->known) { continue; }
        if (told++ == 0) { fprintf(out, "\n%s" FOLD, title[growth]); }
        fprintf(out, "\n%-*s", name_width(d), d->group[i].name);
        for (size_t k = 0; k < all->count; k++) {
            fprintf(out, FOLD " %*s", all->width, all->words(w, k, words));
        }
    }
}

static void print_several(FILE *out, const struct diagnosis *d, const struct several *all) {
    fprintf(out, "\n%-*s", name_width(d), "");
    for (size_t k = 0; k < all->count; k++) { fprintf(out, FOLD " %*s", all->width, all->name[k]); }
    for (size_t i = 0; i < DIAGNOSIS_GROWTHS; i += all->step) { print_growth(out, d, i, all); }
    fputs("\n\n", out);
}

/* Where something is known of all heads. */
static void print_growths(FILE *out, const struct diagnosis *d) {
    const struct diagnosis_group *all = &d->group[d->group_count - 1];
    char length[WORDS], number[DIAGNOSIS_MULTIPLIERS][WORDS];
    const char *multiplier[DIAGNOSIS_MULTIPLIERS];
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) {
        multiplier[k] = words_formatted("%g", diagnosis_multiplier[k], number[k]);
    }
    if (!all->trained.known && !all->beyond.known) { return; }
    fputs("drift of m(n)/Lambda_n, as measured (1: none)", out);
    print_several(out, d, &(struct several){PRESCRIPTIONS, 1, prescription_name, 9, drift_words});
    if (all->trained.known) {
        fprintf(out, "m(n) at so many times n = %s, if the trained trend goes on (95%%)",
                words_length(log(d->base), length));
        print_several(out, d, &(struct several){DIAGNOSIS_MULTIPLIERS, 2, multiplier, 22, multiplier_words});
    }
    fputs(
        "where Lambda_n is attained: alpha* = log k*/log n and t* as powers of log n, means over rows (95%)",
        out);
    print_several(out, d, &(struct several){DIAGNOSIS_XIS, 1, diagnosis_xi_name, 25, xi_words});
}

void diagnosis_table_print(FILE *to, const struct diagnosis *d, size_t short_rows) {
    char sentence[DIAGNOSIS_SENTENCE];
    struct fold fold;
    FILE *out = fold_begin(&fold, to);
    const int name = name_width(d), length = length_width(d);
    print_source(out, d, short_rows);
    fprintf(out,
            "%-*s " FOLD "%-6s %-*s" FOLD " %-22s" FOLD " %-8s" FOLD " %-5s" FOLD " %-5s" FOLD " %-21s" FOLD
            " %s\n",
            name, "", "weight", length, "n", "Lambda_n (95%)", "1/Lambda", "ties", "shift",
            "as (log n)^ (95%)", "not excluded at 5%");
    for (size_t i = 0; i < d->group_count; i++) { print_group(out, &d->group[i], name, length); }
    fputs("\nties: rows whose two largest scores are equal; shift: how far rounding of the scores as stored "
          "may move "
          "log Lambda_n of a typical row\n",
          out);
    if (has_single(d)) { fputs("*: within one sequence, which says nothing of others\n", out); }
    fputc('\n', out);
    print_growths(out, d);
    for (size_t i = 0; i < d->group_count; i++) {
        if (!is_told(d, &d->group[i])) { continue; }
        fprintf(out, "  %s: %s\n", d->group[i].name, story_sentence(d, &d->group[i], sentence));
    }
    fold_end(&fold);
}

/* ---- CSV ---- */

/* The ends of `exponent` are `low` and `high`, as in JSON. */
static void print_csv_name(const struct told_value *value, void *out) {
    static const char prefix[] = "exponent_";
    bool is_end = strcmp(value->name, "exponent_low") == 0 || strcmp(value->name, "exponent_high") == 0;
    fprintf(out, ",%s", value->name + (is_end ? strlen(prefix) : 0));
}

static void print_csv_value(const struct told_value *value, void *out) {
    fputc(',', out);
    if (value->text) { csv_print_text(out, value->text); }
    if (!value->is_text && !(value->is_whole && isnan(value->number))) {
        csv_print_number(out, value->number);
    }
}

static void print_csv_head(FILE *out, const struct diagnosis *d) {
    struct told_number number[TOLD_NUMBERS];
    told_numbers(&d->group[0].point[0], number);
    fputs("name,n", out);
    for (size_t k = 0; k < TOLD_NUMBERS; k++) { fprintf(out, ",%s", number[k].column); }
    told_group(d, &d->group[0], print_csv_name, out);
    fputc('\n', out);
}

static void print_csv_line(FILE *out, const struct diagnosis *d, const struct diagnosis_group *g,
                           const struct diagnosis_point *p) {
    struct told_number number[TOLD_NUMBERS];
    told_numbers(p, number);
    fprintf(out, "%s,%.17g", g->name, p->n);
    for (size_t k = 0; k < TOLD_NUMBERS; k++) {
        fputc(',', out);
        csv_print_number(out, number[k].value);
    }
    told_group(d, g, print_csv_value, out);
    fputc('\n', out);
}

void diagnosis_table_print_csv(FILE *out, const struct diagnosis *d) {
    print_csv_head(out, d);
    for (size_t i = 0; i < d->group_count; i++) {
        const struct diagnosis_group *g = &d->group[i];
        for (size_t l = 0; l < d->survey->facts->length_count; l++) {
            if (g->point[l].rows > 0) { print_csv_line(out, d, g, &g->point[l]); }
        }
    }
}
