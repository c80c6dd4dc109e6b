#include "analysis/report/diagnosis_table.h"

#include <math.h>

#include "analysis/diagnosis/story.h"
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
        fprintf(out, "; trained at n = %g\n\n", d->trained);
    }
}

/* "-0.02 (-0.83 .. 0.79)". */
static const char *power(const struct diagnosis_growth *w, char out[WORDS]) {
    const struct trend_interval *b = &w->exponent;
    if (!w->known) { return "-"; }
    if (isnan(b->low)) {
        snprintf(out, WORDS, "%.2f", b->value);
    } else {
        snprintf(out, WORDS, "%.2f (%.2f .. %.2f)", b->value, b->low, b->high);
    }
    return out;
}

/* The prescriptions that are not excluded. */
static const char *left(const struct diagnosis_growth *w, char out[WORDS]) {
    int count = 0;
    out[0] = '\0';
    if (!w->decided) { return "undecided"; }
    for (int k = 0; k < PRESCRIPTIONS; k++) {
        if (w->law[k].excluded) { continue; }
        words_append(out, WORDS, "%s%s", count++ > 0 ? " " : "", prescription_name[k]);
    }
    return count == 0 ? "none" : count == PRESCRIPTIONS ? "all" : out;
}

/* "0.4%". */
static const char *percent(double share, char out[WORDS]) {
    snprintf(out, WORDS, share > 0 && share < 0.001 ? "<0.1%%" : "%.3g%%", 100 * share);
    return out;
}

static void print_group(FILE *out, const struct diagnosis_group *g) {
    char lambda[WORDS], ratio[WORDS], exponent[WORDS], length[WORDS], ties[WORDS], shift[WORDS], laws[WORDS];
    const struct diagnosis_point *p = story_point(g);
    fprintf(out, "%-7s %-6s %-5s %-21s %-8s %-5s %-6s %-21s %s\n", g->name, story_locality(g->locality),
            words_length(log(p->n), length), between(&p->lambda, lambda),
            words_formatted("%.3g", 1 / p->lambda.value, ratio), percent(p->tie_fraction, ties),
            words_formatted("%.1g", isinf(p->rounding) ? NAN : p->rounding, shift),
            power(&g->trained, exponent), left(&g->trained, laws));
}

/* Heads are many in a model: beyond a dozen groups only the pooled ones are told at length. */
static bool is_told(const struct diagnosis *d, const struct diagnosis_group *g) {
    return g->pooled || d->group_count <= 12;
}

static void print_drifts(FILE *out, const struct diagnosis *d) {
    char drift[WORDS];
    fputs("drift of m(n)/Lambda_n over the trained lengths, as measured (1: none)\n", out);
    fprintf(out, "%-7s", "");
    for (int k = 0; k < PRESCRIPTIONS; k++) { fprintf(out, " %9s", prescription_name[k]); }
    for (size_t i = 0; i < d->group_count; i++) {
        const struct diagnosis_group *g = &d->group[i];
        if (!is_told(d, g) || !g->trained.known) { continue; }
        fprintf(out, "\n%-7s", g->name);
        for (int k = 0; k < PRESCRIPTIONS; k++) {
            fprintf(out, " %9s", words_formatted("%.3g", g->trained.law[k].drift, drift));
        }
    }
    fputs("\n\n", out);
}

/* A line a group: so many numbers with their intervals. */
static void print_intervals(FILE *out, const struct diagnosis *d, size_t count, int width,
                            const struct trend_interval *(*of)(const struct diagnosis_group *g)) {
    char text[WORDS];
    for (size_t i = 0; i < d->group_count; i++) {
        const struct diagnosis_group *g = &d->group[i];
        if (!is_told(d, g) || !g->trained.known) { continue; }
        fprintf(out, "\n%-7s", g->name);
        for (size_t k = 0; k < count; k++) { fprintf(out, " %*s", width, between(&of(g)[k], text)); }
    }
    fputs("\n\n", out);
}

static const struct trend_interval *multipliers(const struct diagnosis_group *g) {
    return g->trained.multiplier;
}

static void print_multipliers(FILE *out, const struct diagnosis *d) {
    char text[WORDS];
    fprintf(out, "m(n) at so many times n = %s, if the trained trend goes on (95%%)\n%-7s",
            words_length(log(d->base), text), "");
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) { fprintf(out, " %22g", diagnosis_multiplier[k]); }
    print_intervals(out, d, DIAGNOSIS_MULTIPLIERS, 22, multipliers);
}

static const struct trend_interval *coordinates(const struct diagnosis_group *g) { return g->trained.xi; }

static void print_coordinates(FILE *out, const struct diagnosis *d) {
    fprintf(
        out,
        "where Lambda_n is attained: alpha* = log k*/log n and t* as powers of log n, means over rows (95%%)"
        "\n%-7s",
        "");
    for (size_t k = 0; k < COORDINATES; k++) { fprintf(out, " %25s", coordinates_name[k]); }
    print_intervals(out, d, COORDINATES, 25, coordinates);
}

void diagnosis_table_print(FILE *out, const struct diagnosis *d, size_t short_rows) {
    char sentence[DIAGNOSIS_SENTENCE], line[DIAGNOSIS_SENTENCE + DIAGNOSIS_NAME + 2];
    print_source(out, d, short_rows);
    fprintf(out, "%-7s %-6s %-5s %-21s %-8s %-5s %-6s %-21s %s\n", "", "weight", "n", "Lambda_n (95%)",
            "1/Lambda", "ties", "shift", "as (log n)^ (95%)", "not excluded at 5%");
    for (size_t i = 0; i < d->group_count; i++) { print_group(out, &d->group[i]); }
    fputs("\nties: rows whose two largest scores are equal; shift: how far rounding of the scores as stored "
          "may move\n"
          "log Lambda_n of a typical row\n\n",
          out);
    if (d->group[d->group_count - 1].trained.known) {
        print_drifts(out, d);
        print_multipliers(out, d);
        print_coordinates(out, d);
    }
    for (size_t i = 0; i < d->group_count; i++) {
        if (!is_told(d, &d->group[i])) { continue; }
        snprintf(line, sizeof line, "%s: %s", d->group[i].name, story_sentence(d, &d->group[i], sentence));
        words_print_wrapped(out, line);
    }
}

static void print_csv_interval(FILE *out, const struct trend_interval *i) {
    fprintf(out, ",%.17g,%.17g,%.17g", i->value, i->low, i->high);
}

static void print_csv_drifts(FILE *out, const struct diagnosis_growth *w) {
    for (int k = 0; k < PRESCRIPTIONS; k++) { fprintf(out, ",%.17g", w->law[k].drift); }
}

/* What is told of a group on each of its lines. */
static void print_csv_group(FILE *out, const struct diagnosis *d, const struct diagnosis_group *g) {
    char excluded[STORY_LAWS], sinks[STORY_SINKS];
    const struct diagnosis_growth *w = &g->trained, *without = &g->without_sinks;
    if (!g->whole) { fprintf(out, "%zu", g->layer); }
    fputc(',', out);
    if (!g->pooled) { fprintf(out, "%zu", g->head); }
    fprintf(out, ",%s,%s,%s", story_class(g), story_locality(g->locality), story_standing(story_point(g)));
    print_csv_interval(out, &w->exponent);
    fprintf(out, ",%s,%s", story_best(w), story_excluded(w, excluded));
    print_csv_drifts(out, w);
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) { fprintf(out, ",%.17g", w->multiplier[k].value); }
    print_csv_drifts(out, &g->beyond);
    fprintf(out, ",%s", story_excluded(&g->beyond, excluded));
    fprintf(out, ",\"%s\"", g->pooled ? "" : story_sink_list(d, g, sinks));
    print_csv_interval(out, &without->exponent);
    fprintf(out, ",%s,%s\n", without->known ? story_best(without) : "", story_excluded(without, excluded));
}

void diagnosis_table_print_csv(FILE *out, const struct diagnosis *d) {
    fputs("name,n,rows,sequences,lambda,lambda_low,lambda_high,lambda_without_sinks,lower_quartile,upper_"
          "quartile,model_beta_ratio,"
          "entropy,participation,collapse,top_key_mass,tie_fraction,extreme_value_index,index_low,index_high,"
          "nearness,rounding,layer,head,class,locality,standing,exponent,low,high,best,"
          "excluded",
          out);
    for (int k = 0; k < PRESCRIPTIONS; k++) { fprintf(out, ",drift_%s", prescription_name[k]); }
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) {
        fprintf(out, ",multiplier_%g", diagnosis_multiplier[k]);
    }
    for (int k = 0; k < PRESCRIPTIONS; k++) { fprintf(out, ",drift_beyond_%s", prescription_name[k]); }
    fputs(",excluded_beyond,sinks,exponent_without_sinks,exponent_without_sinks_low,exponent_without_sinks_"
          "high,"
          "best_without_sinks,excluded_without_sinks\n",
          out);
    for (size_t i = 0; i < d->group_count; i++) {
        for (size_t l = 0; l < d->survey->facts->length_count; l++) {
            const struct diagnosis_point *p = &d->group[i].point[l];
            if (p->rows == 0) { continue; }
            fprintf(out, "%s,%.17g,%zu,%zu", d->group[i].name, p->n, p->rows, p->sequences);
            const double number[] = {
                p->median,        p->lambda.low, p->lambda.high,  p->lambda_without_sinks,
                p->lower,         p->upper,      1 / p->median,   p->entropy,
                p->participation, p->collapse,   p->top_key_mass, p->tie_fraction,
                p->index.value,   p->index.low,  p->index.high,   p->near,
                p->rounding};
            for (size_t k = 0; k < sizeof number / sizeof *number; k++) { fprintf(out, ",%.17g", number[k]); }
            fputc(',', out);
            print_csv_group(out, d, &d->group[i]);
        }
    }
}
