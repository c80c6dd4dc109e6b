#include "analysis/commands/predict_course.h"

#include <math.h>
#include <stdio.h>

#include "analysis/text/course_words.h"
#include "analysis/text/fold.h"
#include "analysis/text/json.h"

void predict_course_make(const struct config_series *s, const struct betas_prescriptions *prescriptions,
                         struct course course[PRESCRIPTIONS]) {
    double longest = s->beta.log_trained;
    for (size_t i = 0; i < s->n_count; i++) { longest = fmax(longest, s->log_n[i]); }
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t i = 0; i < prescriptions->count; i++) {
        course[i] = course_of(s->family, s->parameter, prescriptions->item[i], s->beta.log_trained,
                              s->beta.value[0], longest);
    }
}

void predict_course_print(FILE *out, const struct config_series *s,
                          const struct betas_prescriptions *prescriptions,
                          const struct course course[PRESCRIPTIONS],
                          const struct predict_course_point *point) {
    char n[WORDS], ratio[WORDS], entropy[WORDS], line[WORDS_LINE];
    const size_t count = prescriptions->count;
    fprintf(out, "\nbeta = %.6g x Lambda^typ(%s) m(n), exact entropies\n\n%10s", s->beta.value[0],
            words_length(s->beta.log_trained, n), "");
    for (size_t i = 0; i < count; i++) {
        fprintf(out, FOLD "  %22s", prescription_name[prescriptions->item[i]]);
    }
    fprintf(out, "\n%10s", "n");
    for (size_t i = 0; i < count; i++) { fprintf(out, FOLD "  %11s %10s", "beta/Lambda", "H"); }
    fputc('\n', out);
    for (size_t k = 0; k < s->n_count; k++) {
        fprintf(out, "%10s", words_length(s->log_n[k], n));
        for (size_t i = 0; i < count; i++) {
            const struct predict_course_point *x = &point[k * count + i];
            fprintf(out, FOLD "  %11s %10s", words_exponential(x->log_ratio, ratio),
                    words_known("%.7g", x->entropy, x->entropy_error, entropy));
        }
        fputc('\n', out);
    }
    fputc('\n', out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%-9s %s\n", prescription_name[prescriptions->item[i]], course_words(&course[i], line));
    }
    fprintf(out, "\nAs n -> inf. Entropies in nats; - is out of reach, < below its own error.\n");
}

static void print_json_course(enum prescription prescription, const struct course *c) {
    printf("{\"name\": \"%s\", \"class\": \"%s\", \"by_law\": %s", prescription_name[prescription],
           course_class_name[c->class], c->by_law ? "true" : "false");
    json_print_member(stdout, "exponent_log_n", c->log_power);
    json_print_member(stdout, "exponent_n", c->power);
    json_print_member(stdout, "limit", c->limit);
    printf(", \"fate\": \"%s\", \"fate_of\": \"%s\"", course_fate_name[c->fate],
           c->of_median ? "median" : "mean");
    json_print_member(stdout, "entropy_limit", c->entropy);
    json_print_member(stdout, "entropy_rate_log_n", c->rate);
    json_print_member(stdout, "entropy_rate_n", c->rate_n);
    printf("}");
}

void predict_course_print_json(const struct config_series *s, const struct betas_prescriptions *prescriptions,
                               const struct course course[PRESCRIPTIONS]) {
    json_print_member(stdout, "trained_log_n", s->beta.log_trained);
    json_print_member(stdout, "coef", s->beta.value[0]);
    printf(", \"prescriptions\": [");
    for (size_t i = 0; i < prescriptions->count; i++) {
        printf("%s", i > 0 ? ", " : "");
        print_json_course(prescriptions->item[i], &course[i]);
    }
    printf("]");
}
