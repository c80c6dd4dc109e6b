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
    if (f->model) { fprintf(out, "%s\n", f->model); }
    fprintf(out, "%zu heads, %zu sequences, %zu rows, scores in %s", f->head_count, f->sequence_count,
            d->survey->row_count, f->element);
    if (short_rows > 0) { fprintf(out, "; %zu rows see fewer than two keys and are left out", short_rows); }
    if (isnan(d->trained)) {
        fputs("; the trained length is not known: all lengths count as trained (--trained N)\n\n", out);
    } else {
        fprintf(out, "; trained at n = %g\n\n", d->trained);
    }
}

static void print_group(FILE *out, const struct diagnosis_group *g) {
    char lambda[WORDS], exponent[WORDS], length[WORDS], ratio[WORDS], excluded[WORDS_LINE] = "";
    const struct diagnosis_point *p = story_point(g);
    const struct diagnosis_growth *w = &g->trained;
    for (int k = 0; w->decided && k < PRESCRIPTIONS; k++) {
        if (w->law[k].excluded) { words_append(excluded, sizeof excluded, " %s", prescription_name[k]); }
    }
    fprintf(out, "%-8s %-8s %-7s %-24s %-9s %-24s %-9s%s\n", g->name, story_locality(g->locality),
            words_length(log(p->n), length), between(&p->lambda, lambda), words_number(1 / p->median, ratio),
            w->known ? between(&w->exponent, exponent) : "-",
            w->best >= 0 ? prescription_name[w->best] : "undecided", excluded);
}

void diagnosis_table_print(FILE *out, const struct diagnosis *d, size_t short_rows) {
    char sentence[DIAGNOSIS_SENTENCE], line[DIAGNOSIS_SENTENCE + DIAGNOSIS_NAME + 2];
    print_source(out, d, short_rows);
    fprintf(out, "%-8s %-8s %-7s %-24s %-9s %-24s %-9s %s\n", "", "weight", "n", "Lambda_n (95%)", "1/Lambda",
            "grows as (log n)^ (95%)", "best", "excluded at 5%");
    for (size_t i = 0; i < d->group_count; i++) { print_group(out, &d->group[i]); }
    fputc('\n', out);
    for (size_t i = 0; i < d->group_count; i++) {
        if (!d->group[i].pooled && d->group_count > 12) { continue; }
        snprintf(line, sizeof line, "%s: %s", d->group[i].name, story_sentence(&d->group[i], sentence));
        words_print_wrapped(out, line);
    }
}

void diagnosis_table_print_csv(FILE *out, const struct diagnosis *d) {
    fputs(
        "name,n,rows,sequences,lambda,lambda_low,lambda_high,lower_quartile,upper_quartile,model_beta_ratio,"
        "entropy,participation,collapse,top_key_mass,tie_fraction,extreme_value_index,index_low,index_high,"
        "nearness\n",
        out);
    for (size_t i = 0; i < d->group_count; i++) {
        for (size_t l = 0; l < d->survey->facts->length_count; l++) {
            const struct diagnosis_point *p = &d->group[i].point[l];
            if (p->rows == 0) { continue; }
            fprintf(
                out,
                "%s,%.17g,%zu,%zu,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,"
                "%.17g,%.17g,%.17g\n",
                d->group[i].name, p->n, p->rows, p->sequences, p->median, p->lambda.low, p->lambda.high,
                p->lower, p->upper, 1 / p->median, p->entropy, p->participation, p->collapse, p->top_key_mass,
                p->tie_fraction, p->index.value, p->index.low, p->index.high, p->near);
        }
    }
}
