#include "analysis/report/report.h"

#include <math.h>
#include <stdio.h>

#include "analysis/flow/flow_answer.h"
#include "analysis/text/json.h"

static void print_growth(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    unsigned modes = r->design.modes;
    json_print_key(out, "growth");
    for (unsigned k = 0; k < r->design.steps * modes; k++) {
        unsigned l = k % modes + 1, s = k / modes + 1;
        fprintf(out, "%s\n    {\"step\": %u, \"l\": %u", k > 0 ? "," : "[", s, l);
        json_print_member(out, "growth", pow(a->exact[l - 1], s));
        json_print_member(out, "growth_finite", pow(a->finite[l - 1], s));
        json_print_member(out, "measured", a->estimate[k].value);
        json_print_member(out, "error", a->estimate[k].error);
        json_print_member(out, "extrapolated", a->extrapolated ? a->extrapolated[k].value : NAN);
        json_print_member(out, "extrapolated_error", a->extrapolated ? a->extrapolated[k].error : NAN);
        json_print_member(out, "deviation", flow_answer_deviation(r, a, s, l));
        fputc('}', out);
    }
    fputc(']', out);
}

/* A number of the test against no effect, growth or drift. */
static void print_against_none(FILE *out, const char *what, const char *effect, double value) {
    char name[64];
    snprintf(name, sizeof name, "%s_no_%s", what, effect);
    json_print_member(out, name, value);
}

/* The members of an object, after the first. */
static void print_verdict(FILE *out, const struct flow_verdict *verdict, const char *effect) {
    char sentence[FLOW_SENTENCE];
    json_print_member(out, "chi_square", verdict->agreement.chi_square);
    json_print_member(out, "pvalue", verdict->agreement.pvalue);
    print_against_none(out, "chi_square", effect, verdict->still.chi_square);
    print_against_none(out, "pvalue", effect, verdict->still.pvalue);
    json_print_member(out, "neglected", verdict->neglected);
    json_print_member(out, "growths_pvalue", verdict->growths.pvalue);
    print_against_none(out, "growths_chi_square", effect, verdict->grown.chi_square);
    print_against_none(out, "growths_pvalue", effect, verdict->grown.pvalue);
    json_print_text(out, "verdict", verdict_name[flow_verdict_kind(verdict)]);
    json_print_text(out, "sentence", flow_verdict_sentence(verdict, sentence));
}

static void print_verdicts(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    json_print_key(out, "verdicts");
    for (unsigned s = 1; s <= r->design.steps; s++) {
        fprintf(out, "%s\n    {\"step\": %u", s > 1 ? "," : "[", s);
        print_verdict(out, &a->verdict[s - 1], "growth");
        json_print_member(out, "halves_pvalue", s > 1 ? a->verdict[s - 1].halves.pvalue : NAN);
        fputc('}', out);
    }
    fputc(']', out);
}

static void print_followed(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    fprintf(out, ", \"followed\": {\"l\": %u, \"steps\": [", a->mode);
    for (unsigned s = 0; s <= r->design.steps; s++) {
        fprintf(out, "%s\n    {\"step\": %u", s > 0 ? "," : "", s);
        json_print_member(out, "amplitude", a->level[s].value);
        json_print_member(out, "amplitude_error", a->level[s].error);
        json_print_member(out, "measured", a->ratio[s].value);
        json_print_member(out, "error", a->ratio[s].error);
        json_print_member(out, "growth", pow(a->exact[a->mode - 1], s));
        fputc('}', out);
    }
    fputs("]}", out);
}

static void print_mean(FILE *out, const struct flow_request *r, size_t k) {
    json_print_key(out, "direction");
    for (size_t c = 0; c < r->keys.dimension; c++) {
        fputs(c > 0 ? ", " : "[", out);
        json_print_number(out, r->keys.component[k].mean[c]);
    }
    fputc(']', out);
}

static void print_components(FILE *out, const struct flow_request *r) {
    print_mean(out, r, 0);
    json_print_key(out, "components");
    for (size_t k = 0; k < r->keys.count; k++) {
        fputs(k > 0 ? ",\n    {\"share\": " : "[\n    {\"share\": ", out);
        json_print_number(out, r->keys.component[k].share);
        json_print_member(out, "concentration", r->keys.component[k].concentration);
        print_mean(out, r, k);
        fputc('}', out);
    }
    fputc(']', out);
}

static void print_drift(FILE *out, const struct flow_answer *a) {
    json_print_key(out, "drift");
    for (size_t p = 0; p < FLOW_PROBES; p++) {
        const struct flow_line *line = &a->drift[p];
        fprintf(out, "%s\n    {\"degrees\": %g", p > 0 ? "," : "[", line->degrees);
        json_print_member(out, "measured", line->measured.value);
        json_print_member(out, "error", line->measured.error);
        json_print_member(out, "predicted", line->predicted);
        json_print_member(out, "limit", line->limit);
        json_print_member(out, "gradient", line->gradient);
        fputc('}', out);
    }
    fprintf(out, "], \"drift_verdict\": {\"probes\": %d", FLOW_PROBES);
    print_verdict(out, &a->drift_verdict, "drift");
    fputc('}', out);
}

void flow_json_print(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    fputs("{\"schema\": 1", out);
    for (size_t k = 0; k < FLOW_KEYS; k++) {
        json_print_member(out, flow_request_name((enum flow_key)k), r->value[k]);
    }
    json_print_member(out, "concentration", r->keys.count > 0 ? r->component[0].concentration : 0);
    json_print_member(out, "n_eff", a->n_eff);
    json_print_member(out, "chi_square_no_growth", a->verdict[0].still.chi_square);
    json_print_member(out, "neglected", a->verdict[0].neglected);
    json_print_member(out, "chi_square", a->verdict[0].agreement.chi_square);
    json_print_member(out, "pvalue", a->verdict[0].agreement.pvalue);
    print_growth(out, r, a);
    print_verdicts(out, r, a);
    if (a->level) { print_followed(out, r, a); }
    if (r->keys.count > 0) {
        print_components(out, r);
        print_drift(out, a);
    }
    fputs("}\n", out);
}
