#include "analysis/commands/predict_print.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "analysis/text/csv.h"

/* A number that lies so many bytes into a point, or into what depends on n alone; `log` says that it is the
 * logarithm of what is told. */
static const struct told {
    const char *name;
    bool of_length;
    size_t offset;
    bool log;
} told[] = {
#define POINT(name, member)                                                                                  \
    { name, false, offsetof(struct prediction, member), false }
#define LENGTH(name, member)                                                                                 \
    { name, true, offsetof(struct predict_length, member), false }
#define MEAN(name) POINT(#name, point.name), POINT(#name "_error", point.name##_error)
#define LOGARITHM(name, member)                                                                              \
    { name, true, offsetof(struct predict_length, member), true }
    LENGTH("log_n", log_n),
    LOGARITHM("n", log_n),
    LOGARITHM("lambda_typ", typical.log_lambda),
    LENGTH("log_lambda_typ", typical.log_lambda),
    LENGTH("log_lambda_asymptotic", log_asymptotic),
    POINT("beta", beta),
    POINT("beta_ratio", beta_ratio),
    POINT("log_beta_ratio", log_ratio),
    MEAN(entropy),
    MEAN(participation),
    MEAN(top_weight),
    POINT("susceptibility", susceptibility),
    MEAN(log_top_weight),
    POINT("log_partition_typical", point.log_partition),
    POINT("log_partition_typical_error", point.log_partition_error),
    POINT("log_participation", log_participation),
    POINT("log_participation_error", log_participation_error),
    MEAN(log_mean_participation),
    MEAN(gap_mean),
    LENGTH("collapse_entropy", collapse_entropy),
    LENGTH("collapse_entropy_error", collapse_entropy_error),
    LENGTH("collapse_participation", collapse_participation),
    LENGTH("collapse_participation_error", collapse_participation_error),
    LENGTH("log_rank", typical.log_rank),
    LENGTH("log_gap", typical.log_gap),
    LENGTH("xi_alpha", xi_alpha),
    LENGTH("xi_delta", xi_delta),
    LENGTH("xi_lambda", xi_lambda),
    LENGTH("limit_exponent", limits.exponent),
    LENGTH("limit_collapse_entropy", limits.collapse_entropy),
    LENGTH("limit_collapse_participation", limits.collapse_participation),
};
/* Of keys on a sphere, behind them. */
static const struct told told_output[] = {
#define OUTPUT(name) POINT("output_" #name, output.name), POINT("output_" #name "_error", output.name##_error)
    OUTPUT(bias),
    OUTPUT(tangential),
    OUTPUT(radial_variance),
    POINT("n_eff", n_eff),
};

static double number_of(const struct told *t, const struct prediction *x) {
    const void *base = t->of_length ? (const void *)x->length : (const void *)x;
    double number;
    memcpy(&number, (const char *)base + t->offset, sizeof number);
    return t->log ? exp(number) : number;
}

static void print_names(size_t count, const struct told *t) {
    for (size_t k = 0; k < count; k++) { printf(",%s", t[k].name); }
}

static void print_numbers(size_t count, const struct told *t, const struct prediction *x) {
    for (size_t k = 0; k < count; k++) {
        putchar(',');
        csv_print_number(stdout, number_of(&t[k], x));
    }
}

void predict_csv_print(const struct predict_request *r, size_t count, const struct prediction *x) {
    const struct betas_prescriptions *along = &r->prescriptions;
    const size_t all = sizeof told / sizeof *told,
                 outputs = predict_answer_has_output(&r->series) && along->count == 0
                               ? sizeof told_output / sizeof *told_output
                               : 0;
    printf("family,prescription");
    print_names(all, told);
    print_names(outputs, told_output);
    putchar('\n');
    for (size_t i = 0; i < count; i++) {
        printf("%s,%s", r->series.family->name,
               along->count > 0 ? prescription_name[along->item[i % along->count]] : "");
        print_numbers(all, told, &x[i]);
        print_numbers(outputs, told_output, &x[i]);
        putchar('\n');
    }
}
