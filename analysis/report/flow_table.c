#include "analysis/report/report.h"

#include <math.h>

#include "analysis/flow/flow_answer.h"
#include "analysis/report/cells.h"
#include "analysis/text/fold.h"
#include "analysis/text/words.h"
#include "sim/base/number.h"

/* Seven figures, "-" where there is no number. */
static const char *exactly(double x, char out[WORDS]) { return words_formatted("%.7g", x, out); }

/* ---- for people ---- */

static void print_verdict(FILE *out, const struct flow_verdict *verdict) {
    char sentence[FLOW_SENTENCE];
    cell_print_sentence(out, flow_verdict_kind(verdict), flow_verdict_sentence(verdict, sentence));
}

static void print_first_step(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    char text[WORDS], off[WORDS], exact[WORDS], finite[WORDS];
    fprintf(out, "%4s" FOLD " %12s" FOLD " %12s" FOLD "   %-24s" FOLD " %10s\n", "l", "G_l exact", "at n",
            "measured +- se", "deviation");
    for (unsigned l = 1; l <= r->design.modes; l++) {
        const struct estimate *e = &a->estimate[l - 1];
        fprintf(out, "%4u" FOLD " %12s" FOLD " %12s" FOLD "   %-24s" FOLD " %10s\n", l,
                exactly(a->exact[l - 1], exact), exactly(a->finite[l - 1], finite),
                words_measured(e->value, e->error, text),
                words_number(flow_answer_deviation(r, a, 1, l), off));
    }
    fputc('\n', out);
    print_verdict(out, &a->verdict[0]);
}

static void print_later_step(FILE *out, const struct flow_request *r, const struct flow_answer *a,
                             unsigned step) {
    char at_n[WORDS], all[WORDS], off[WORDS], exact[WORDS];
    fprintf(out, "\nAfter %u steps:\n%4s" FOLD " %12s" FOLD "   %-24s" FOLD " %-24s" FOLD " %10s\n", step,
            "l", "G_l^s exact", "measured at n, +- se", "extrapolated, +- se", "deviation");
    for (unsigned l = 1; l <= r->design.modes; l++) {
        const struct estimate *e = &a->estimate[(step - 1) * r->design.modes + l - 1];
        const struct estimate *x = &a->extrapolated[(step - 1) * r->design.modes + l - 1];
        fprintf(out, "%4u" FOLD " %12s" FOLD "   %-24s" FOLD " %-24s" FOLD " %10s\n", l,
                exactly(pow(a->exact[l - 1], step), exact), words_measured(e->value, e->error, at_n),
                words_measured(x->value, x->error, all),
                words_number(flow_answer_deviation(r, a, step, l), off));
    }
    fputc('\n', out);
    print_verdict(out, &a->verdict[step - 1]);
}

static void print_followed(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    char level[WORDS], ratio[WORDS];
    fprintf(out, "\nmode %u, put on with eps = %g:\n%5s" FOLD "   %-22s" FOLD "   %-22s" FOLD " %12s\n",
            a->mode, r->value[FLOW_EPS], "steps", "amplitude +- se", "growth +- se", "G_l^s exact");
    for (unsigned s = 0; s <= r->design.steps; s++) {
        fprintf(out, "%5u" FOLD "   %-22s" FOLD "   %-22s" FOLD " %12.7g\n", s,
                words_measured(a->level[s].value, a->level[s].error, level),
                s > 0 ? words_measured(a->ratio[s].value, a->ratio[s].error, ratio) : "1",
                pow(a->exact[a->mode - 1], s));
    }
}

static void print_drift(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    char text[WORDS], off[WORDS], at_n[WORDS];
    fprintf(out, "\nvon Mises-Fisher keys, %s",
            r->keys.count > 1 ? "a mixture of concentrations" : "concentration");
    for (size_t k = 0; k < r->keys.count; k++) {
        fprintf(out, "%s %g", k > 0 ? "," : "", r->keys.component[k].concentration);
    }
    fprintf(out,
            ": beta ATT_tan towards the %smean, at queries this far from it\n"
            "%8s" FOLD "   %-22s" FOLD " %10s" FOLD " %10s" FOLD " %10s" FOLD " %12s\n",
            r->keys.count > 1 ? "first " : "", "degrees", "measured +- se", "at n", "deviation", "n -> inf",
            "grad log f");
    for (size_t p = 0; p < FLOW_PROBES; p++) {
        const struct flow_line *line = &a->drift[p];
        const struct estimate *e = &line->measured;
        fprintf(out, "%8g" FOLD "   %-22s" FOLD " %10s" FOLD " %10s" FOLD " %10.5g" FOLD " %12.5g\n",
                line->degrees, words_measured(e->value, e->error, text), words_number(line->predicted, at_n),
                words_number((e->value - line->predicted) / e->error, off), line->limit, line->gradient);
    }
    fputc('\n', out);
    print_verdict(out, &a->drift_verdict);
}

void flow_table_print(FILE *to, const struct flow_request *r, const struct flow_answer *a) {
    struct fold fold;
    FILE *out = fold_begin(&fold, to);
    const double *v = r->value;
    fprintf(out, "dimension = %g, n = %g, beta = %g, tau = %g, %g replicates: N_eff = %.4g\n\n",
            v[FLOW_DIMENSION], v[FLOW_LENGTH], v[FLOW_BETA], v[FLOW_TAU], v[FLOW_REPLICATES], a->n_eff);
    print_first_step(out, r, a);
    for (unsigned s = 2; s <= r->design.steps; s++) { print_later_step(out, r, a, s); }
    if (a->level) { print_followed(out, r, a); }
    if (r->keys.count > 0) { print_drift(out, r, a); }
    fputs("\nGrowth of the l-th harmonic of the tokens' density; `at n` to order 1/n, - where tokens are too "
          "few for that; deviations in standard errors.\n",
          out);
    if (r->design.steps > 1) {
        fputs("Later steps have no closed form at n: what is measured at n and n/2 tokens is extrapolated to "
              "n -> "
              "inf.\n",
              out);
    }
    fold_end(&fold);
}

/* ---- CSV ---- */

static void comment_verdict(FILE *out, const struct flow_verdict *verdict) {
    char sentence[FLOW_SENTENCE];
    fprintf(out, "# %s\n", flow_verdict_sentence(verdict, sentence));
}

static void print_words(FILE *out, const struct flow_request *r) {
    char number[NUMBER_TEXT];
    fputs("# gapscale flow", out);
    for (size_t k = 0; k < FLOW_KEYS; k++) {
        fprintf(out, " %s=%s", flow_request_name((enum flow_key)k),
                isfinite(r->value[k]) ? number_print(r->value[k], number) : "inf");
    }
    for (size_t k = 0; k < r->keys.count; k++) {
        const struct sphere_component *law = &r->keys.component[k];
        fprintf(out, "\n# keys: share=%s", number_print(law->share, number));
        fprintf(out, " concentration=%s direction=[", number_print(law->concentration, number));
        for (size_t c = 0; c < r->keys.dimension; c++) {
            fprintf(out, "%s%s", c > 0 ? "," : "", number_print(law->mean[c], number));
        }
        fputc(']', out);
    }
    fputc('\n', out);
}

static void print_drift_comments(FILE *out, const struct flow_answer *a) {
    comment_verdict(out, &a->drift_verdict);
    fputs("# drift: degrees,measured,error,predicted,limit,gradient\n", out);
    for (size_t p = 0; p < FLOW_PROBES; p++) {
        const struct flow_line *line = &a->drift[p];
        fprintf(out, "# drift: %g,%.17g,%.17g,%.17g,%.17g,%.17g\n", line->degrees, line->measured.value,
                line->measured.error, line->predicted, line->limit, line->gradient);
    }
}

void flow_table_print_csv(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    const struct estimate none = {NAN, NAN};
    unsigned modes = r->design.modes;
    print_words(out, r);
    fprintf(out, "# N_eff = %.6g\n", a->n_eff);
    for (unsigned s = 1; s <= r->design.steps; s++) { comment_verdict(out, &a->verdict[s - 1]); }
    if (r->keys.count > 0) { print_drift_comments(out, a); }
    fputs("# growth: exact for n -> inf, growth_finite: to order 1/n; both to the power of the step\n"
          "# extrapolated: from n and n/2 tokens; deviation: of it from growth, after one step of measured "
          "from "
          "growth_finite\n"
          "step,l,growth,growth_finite,measured,error,extrapolated,extrapolated_error,deviation\n",
          out);
    for (unsigned k = 0; k < r->design.steps * modes; k++) {
        unsigned l = k % modes + 1, s = k / modes + 1;
        const struct estimate *x = a->extrapolated ? &a->extrapolated[k] : &none;
        fprintf(out, "%u,%u,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", s, l, pow(a->exact[l - 1], s),
                pow(a->finite[l - 1], s), a->estimate[k].value, a->estimate[k].error, x->value, x->error,
                flow_answer_deviation(r, a, s, l));
    }
}
