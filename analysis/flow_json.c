#include "flow_json.h"

#include <math.h>

#include "json.h"

static void print_modes(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    unsigned modes = r->design.modes;
    for (unsigned k = 0; k < r->design.steps * modes; k++) {
        unsigned l = k % modes + 1, s = k / modes + 1;
        fprintf(out, "%s\n    {\"step\": %u, \"l\": %u", k > 0 ? "," : "", s, l);
        json_print_member(out, "growth", pow(a->exact[l - 1], s));
        json_print_member(out, "growth_finite", pow(a->finite[l - 1], s));
        json_print_member(out, "measured", a->estimate[k].growth);
        json_print_member(out, "error", a->estimate[k].error);
        json_print_member(out, "deviation",
                          s == 1 ? flow_answer_deviation(&a->estimate[k], a->finite[l - 1]) : NAN);
        fputc('}', out);
    }
}

static void print_followed(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    fprintf(out, ", \"followed\": {\"l\": %u, \"steps\": [", a->mode);
    for (unsigned s = 0; s <= r->design.steps; s++) {
        fprintf(out, "%s\n    {\"step\": %u", s > 0 ? "," : "", s);
        json_print_member(out, "amplitude", a->level[s].growth);
        json_print_member(out, "amplitude_error", a->level[s].error);
        json_print_member(out, "measured", a->ratio[s].growth);
        json_print_member(out, "error", a->ratio[s].error);
        json_print_member(out, "growth", pow(a->exact[a->mode - 1], s));
        fputc('}', out);
    }
    fprintf(out, "]}");
}

static void print_drift(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    fprintf(out, ", \"direction\": [");
    for (size_t c = 0; c < r->directions; c++) {
        if (c > 0) { fputs(", ", out); }
        json_print_number(out, r->direction[c]);
    }
    fprintf(out, "], \"drift\": [");
    for (size_t p = 0; p < FLOW_PROBES; p++) {
        fprintf(out, "%s\n    {\"degrees\": %g", p > 0 ? "," : "", flow_answer_degrees[p]);
        json_print_member(out, "measured", a->drift[p].growth);
        json_print_member(out, "error", a->drift[p].error);
        json_print_member(out, "predicted", a->predicted[p]);
        json_print_member(out, "limit", a->limit[p]);
        json_print_member(out, "gradient", a->gradient[p]);
        fputc('}', out);
    }
    fputc(']', out);
}

void flow_json_print(FILE *out, const struct flow_request *r, const struct flow_answer *a) {
    fprintf(out, "{\"schema\": 1");
    for (size_t k = 0; k < FLOW_KEYS; k++) {
        json_print_member(out, flow_request_name((enum flow_key)k), r->value[k]);
    }
    json_print_member(out, "n_eff", a->n_eff);
    json_print_member(out, "chi_square_no_growth", a->still.chi_square);
    json_print_member(out, "neglected", a->neglected);
    json_print_member(out, "chi_square", a->agreement.chi_square);
    json_print_member(out, "pvalue", a->agreement.pvalue);
    fprintf(out, ", \"growth\": [");
    print_modes(out, r, a);
    fputc(']', out);
    if (a->level) { print_followed(out, r, a); }
    if (r->value[FLOW_CONCENTRATION] > 0) { print_drift(out, r, a); }
    fprintf(out, "}\n");
}
