#include "flow_table.h"

#include <math.h>

#include "../sim/number.h"
#include "words.h"

static void print_agreement(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    const double doubtful = 0.001, most_neglected = 0.5;
    unsigned modes = r->design.modes;
    if (!(a->still.pvalue < doubtful)) {
        fputs("undecided: no growth can be seen within the errors; take more replicates, more tokens or "
              "another "
              "beta\n",
              out);
    } else if (!(a->neglected <= most_neglected)) {
        fputs("undecided: the prediction to order 1/n is not as sharp as the errors; take more tokens\n",
              out);
    } else {
        fprintf(out,
                "the heat equation %s backwards as predicted: chi2 = %.2f for %u modes, p = %.3g (no growth: "
                "%.4g)\n",
                a->agreement.pvalue >= doubtful ? "runs" : "does not run", a->agreement.chi_square, modes,
                a->agreement.pvalue, a->still.chi_square);
    }
}

static void print_modes(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    unsigned modes = r->design.modes;
    char text[WORDS], off[WORDS];
    fprintf(out, "%4s %12s %12s   %-24s %10s\n", "l", "G_l exact", "at n", "measured", "deviation");
    for (unsigned l = 1; l <= modes; l++) {
        const struct flow_estimate *e = &a->estimate[l - 1];
        fprintf(out, "%4u %12.7g %12.7g   %-24s %10s\n", l, a->exact[l - 1], a->finite[l - 1],
                words_measured(e->growth, e->error, text),
                words_number(flow_answer_deviation(e, a->finite[l - 1]), off));
    }
    fputc('\n', out);
    print_agreement(out, r, a);
    for (unsigned s = 2; s <= r->design.steps; s++) {
        fprintf(out, "\n%4s %12s %12s   after %u steps\n", "l", "G_l^s exact", "at n, to s", s);
        for (unsigned l = 1; l <= modes; l++) {
            const struct flow_estimate *e = &a->estimate[(s - 1) * modes + l - 1];
            fprintf(out, "%4u %12.7g %12.7g   %s\n", l, pow(a->exact[l - 1], s), pow(a->finite[l - 1], s),
                    words_measured(e->growth, e->error, text));
        }
    }
}

static void print_followed(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    char level[WORDS], ratio[WORDS];
    fprintf(out, "\nmode %u, put on with eps = %g:\n%5s   %-22s   %-22s %12s\n", a->mode, r->value[FLOW_EPS],
            "steps", "amplitude", "growth", "G_l^s exact");
    for (unsigned s = 0; s <= r->design.steps; s++) {
        fprintf(out, "%5u   %-22s   %-22s %12.7g\n", s,
                words_measured(a->level[s].growth, a->level[s].error, level),
                s > 0 ? words_measured(a->ratio[s].growth, a->ratio[s].error, ratio) : "1",
                pow(a->exact[a->mode - 1], s));
    }
}

static void print_drift(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    char text[WORDS], off[WORDS];
    fprintf(out,
            "\nvon Mises-Fisher keys, concentration %g: beta ATT_tan towards their mean, at queries this far "
            "from it\n"
            "%8s   %-22s %10s %10s %10s %12s\n",
            r->value[FLOW_CONCENTRATION], "degrees", "measured", "at n", "deviation", "n -> inf",
            "grad log f");
    for (size_t p = 0; p < FLOW_PROBES; p++) {
        fprintf(out, "%8g   %-22s %10.5g %10s %10.5g %12.5g\n", flow_answer_degrees[p],
                words_measured(a->drift[p].growth, a->drift[p].error, text), a->predicted[p],
                words_number(flow_answer_deviation(&a->drift[p], a->predicted[p]), off), a->limit[p],
                a->gradient[p]);
    }
}

void flow_table_print(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    const double *v = r->value;
    fprintf(out, "dimension = %g, n = %g, beta = %g, tau = %g, %g replicates: N_eff = %.4g\n\n",
            v[FLOW_DIMENSION], v[FLOW_LENGTH], v[FLOW_BETA], v[FLOW_TAU], v[FLOW_REPLICATES], a->n_eff);
    print_modes(out, r, a);
    if (a->level) { print_followed(out, r, a); }
    if (v[FLOW_CONCENTRATION] > 0) { print_drift(out, r, a); }
    fprintf(
        out,
        "\nGrowth of the l-th harmonic of the tokens' density; `at n` to order 1/n; deviations in standard "
        "errors.\n");
}

void flow_table_print_csv(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    char number[NUMBER_TEXT];
    unsigned modes = r->design.modes;
    fputs("# gapscale flow", out);
    for (size_t k = 0; k < FLOW_KEYS; k++) {
        fprintf(out, " %s=%s", flow_request_name((enum flow_key)k),
                isfinite(r->value[k]) ? number_print(r->value[k], number) : "inf");
    }
    fprintf(out, "\n# N_eff = %.6g\n# ", a->n_eff);
    print_agreement(out, r, a);
    fputs("# growth: exact for n -> inf, growth_finite: to order 1/n; both to the power of the step\n"
          "step,l,growth,growth_finite,measured,error\n",
          out);
    for (unsigned k = 0; k < r->design.steps * modes; k++) {
        unsigned l = k % modes + 1, s = k / modes + 1;
        fprintf(out, "%u,%u,%.17g,%.17g,%.17g,%.17g\n", s, l, pow(a->exact[l - 1], s),
                pow(a->finite[l - 1], s), a->estimate[k].growth, a->estimate[k].error);
    }
}
