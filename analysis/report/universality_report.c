#include "analysis/report/universality_report.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/text/json.h"
#include "sim/base/memory.h"

/* ---- what is told of a member and of a class ---- */

struct number {
    const char *name, *meaning;
    double (*of)(const struct universality_member *m);
};

#define ITSELF(MEMBER)                                                                                       \
    static double MEMBER(const struct universality_member *m) { return m->MEMBER; }
#define EXPONENTIAL(NAME, MEMBER)                                                                            \
    static double NAME(const struct universality_member *m) { return exp(m->MEMBER); }                       \
    static double NAME##_se(const struct universality_member *m) { return exp(m->MEMBER) * m->MEMBER##_se; }
ITSELF(first_log_n)
ITSELF(exponent)
ITSELF(exponent_se)
ITSELF(concentration)
ITSELF(log_density)
ITSELF(log_amplitude)
ITSELF(log_amplitude_se)
EXPONENTIAL(ratio, log_ratio)
EXPONENTIAL(moved, log_moved)
static double points(const struct universality_member *m) { return (double)m->points; }
static double moved_predicted(const struct universality_member *m) { return exp(m->log_moved_predicted); }

static const struct number number[] = {
    {"points", "n that are used: from where on lambda_typ keeps to its power of n", points},
    {"first_log_n", "natural logarithm of the smallest of them", first_log_n},
    {"exponent", "exponent of beta_c in n", exponent},
    {"exponent_se", "its standard error, systematic parts included, as of all here", exponent_se},
    {"ratio", "what beta_c/Lambda^typ tends to", ratio},
    {"ratio_se", "its standard error", ratio_se},
    {"log_amplitude", "natural logarithm of what beta_c/n^exponent of theory tends to", log_amplitude},
    {"log_amplitude_se", "its standard error", log_amplitude_se},
    {"concentration", "of keys around the query; NaN for other scores", concentration},
    {"log_density", "natural logarithm of the density at the query over that of uniform keys", log_density},
    {"moved", "amplitude over that of the least concentrated keys", moved},
    {"moved_se", "its standard error", moved_se},
    {"moved_predicted", "the same by the densities at the query alone", moved_predicted},
};
enum { NUMBERS = sizeof number / sizeof *number };

struct whole {
    const char *name;
    double (*of)(const struct universality *u);
};
static double theory(const struct universality *u) { return u->exponent; }
static double common(const struct universality *u) { return u->common; }
static double common_se(const struct universality *u) { return u->common_se; }
static double limit(const struct universality *u) { return u->limit; }
static double unmoved(const struct universality *u) { return u->unmoved_sigma; }
static const struct whole whole[] = {{"exponent_predicted", theory},
                                     {"common_ratio", common},
                                     {"common_ratio_se", common_se},
                                     {"common_ratio_predicted", limit},
                                     {"unmoved_sigma", unmoved}};
enum { WHOLES = sizeof whole / sizeof *whole, PARTS = 3 };

/* Of a question: chi square, its degrees of freedom, p. */
static const char *const part_name[PARTS] = {"chi_square", "freedom", "p"};
static double part_of(const struct universality_answer *a, size_t part) {
    return part == 0 ? a->chi_square : part == 1 ? (double)a->freedom : a->p;
}

static void label_of(const struct universality *u, char out[CRITERION_LABEL]) {
    const struct fit *fit = u->member[0].fit;
    criterion_label(&fit->series->criterion[fit->primary], out);
}

/* ---- for people ---- */

static void print_member(FILE *out, const struct universality_member *m) {
    char n[WORDS], exponent[WORDS], ratio[WORDS], moved[WORDS], predicted[WORDS], density[WORDS], c[WORDS];
    const bool measured = m->points >= 2, keys = measured && !isnan(m->log_moved);
    fprintf(out, "  %-20s %9s %6zu  %22s  %19s  %8s %9s", m->fit->name,
            measured ? words_length(m->first_log_n, n) : "-", m->points,
            words_measured(m->exponent, m->exponent_se, exponent),
            words_measured(exp(m->log_ratio), ratio_se(m), ratio), words_number(m->concentration, c),
            words_number(exp(m->log_density), density));
    fprintf(out, "  %20s %9s\n", keys ? words_measured(exp(m->log_moved), moved_se(m), moved) : "-",
            keys ? words_formatted("%.6g", moved_predicted(m), predicted) : "-");
}

void universality_report_print(FILE *out, const struct study *study) {
    for (size_t k = 0; k < study->class_count; k++) {
        const struct universality *u = &study->class[k];
        char criterion[CRITERION_LABEL];
        label_of(u, criterion);
        fprintf(out,
                "\nOne exponent, kappa = %.6g at the upper end of the scores: beta_c (%s) ~ n^%.6g\n"
                "  %-20s %9s %6s  %22s  %19s  %8s %9s  %20s %9s\n",
                1 / u->exponent, criterion, u->exponent, "series", "from n", "points", "exponent",
                "beta_c/Lambda^typ", "concentr", "f(q)/f_0", "amplitude moved by", "by f(q)");
        for (size_t i = 0; i < u->count; i++) { print_member(out, &u->member[i]); }
        words_print_wrapped(out, u->sentence);
    }
}

/* ---- for programs ---- */

static void json_member(FILE *out, const struct universality_member *m) {
    fputs("{\"name\": ", out);
    json_print_string(out, m->fit->name);
    for (size_t i = 0; i < NUMBERS; i++) { json_print_member(out, number[i].name, number[i].of(m)); }
    fputc('}', out);
}

static void json_class(FILE *out, const struct universality *u) {
    char criterion[CRITERION_LABEL];
    label_of(u, criterion);
    fputs("{\"criterion\": ", out);
    json_print_string(out, criterion);
    json_print_key(out, "verdict");
    json_print_string(out, verdict_name[u->kind]);
    json_print_key(out, "sentence");
    json_print_string(out, u->sentence);
    for (size_t i = 0; i < WHOLES; i++) { json_print_member(out, whole[i].name, whole[i].of(u)); }
    json_print_key(out, "questions");
    for (size_t q = 0; q < UNIVERSALITY_QUESTIONS; q++) {
        fprintf(out, "%s\"%s\": {", q > 0 ? ", " : "{", universality_question_name[q]);
        for (size_t i = 0; i < PARTS; i++) {
            fprintf(out, "%s\"%s\": ", i > 0 ? ", " : "", part_name[i]);
            json_print_number(out, part_of(&u->answer[q], i));
        }
        fputc('}', out);
    }
    fputc('}', out);
    json_print_key(out, "series");
    fputc('[', out);
    for (size_t i = 0; i < u->count; i++) {
        if (i > 0) { fputs(", ", out); }
        json_member(out, &u->member[i]);
    }
    fputs("]}", out);
}

void universality_report_json(FILE *out, const struct study *study) {
    fputc('[', out);
    for (size_t k = 0; k < study->class_count; k++) {
        fputs(k > 0 ? ",\n    " : "\n    ", out);
        json_class(out, &study->class[k]);
    }
    fputc(']', out);
}

/* ---- on disk ---- */

enum { TEXTS = 3, ATTRIBUTES = TEXTS + WHOLES + UNIVERSALITY_QUESTIONS * PARTS };

struct universality_page {
    char name[WORDS], criterion[CRITERION_LABEL], attribute_name[ATTRIBUTES][WORDS];
    size_t attributes;
    struct h5_attribute attribute[ATTRIBUTES];
    struct h5_dimension dimension;
    struct h5_dataset dataset[NUMBERS + 1];
    const char **member_name;
    double *value; /* [NUMBERS][members] */
};

static void add_attribute(struct universality_page *page, const char *text, double value, const char *name,
                          const char *part) {
    size_t at = page->attributes++;
    snprintf(page->attribute_name[at], WORDS, "%s%s%s", name, part ? "_" : "", part ? part : "");
    page->attribute[at] =
        (struct h5_attribute){.name = page->attribute_name[at], .text = text, .number = value};
}

static void fill_members(struct universality_page *page, const struct universality *u) {
    page->dimension = (struct h5_dimension){"member", u->count};
    page->member_name = memory_create(u->count, sizeof *page->member_name);
    page->value = memory_create(NUMBERS * u->count, sizeof *page->value);
    for (size_t i = 0; i < u->count; i++) { page->member_name[i] = u->member[i].fit->name; }
    page->dataset[NUMBERS] = (struct h5_dataset){.name = "member",
                                                 .long_name = "group of the series in this file",
                                                 .rank = 1,
                                                 .text = page->member_name};
    for (size_t k = 0; k < NUMBERS; k++) {
        double *value = page->value + k * u->count;
        for (size_t i = 0; i < u->count; i++) { value[i] = number[k].of(&u->member[i]); }
        page->dataset[k] = (struct h5_dataset){
            .name = number[k].name, .units = "1", .long_name = number[k].meaning, .rank = 1, .number = value};
    }
}

struct universality_page *universality_report_page(const struct study *study, size_t class) {
    const struct universality *u = &study->class[class];
    struct universality_page *page = memory_create(1, sizeof *page);
    snprintf(page->name, sizeof page->name, "_class-%zu", class + 1);
    label_of(u, page->criterion);
    add_attribute(page, page->criterion, NAN, "judged_by", NULL);
    add_attribute(page, verdict_name[u->kind], NAN, "verdict", NULL);
    add_attribute(page, u->sentence, NAN, "sentence", NULL);
    for (size_t i = 0; i < WHOLES; i++) { add_attribute(page, NULL, whole[i].of(u), whole[i].name, NULL); }
    for (size_t i = 0; i < UNIVERSALITY_QUESTIONS * PARTS; i++) {
        add_attribute(page, NULL, part_of(&u->answer[i / PARTS], i % PARTS),
                      universality_question_name[i / PARTS], part_name[i % PARTS]);
    }
    fill_members(page, u);
    return page;
}

struct h5_group universality_report_group(const struct universality_page *page) {
    return (struct h5_group){.name = page->name,
                             .dimension_count = 1,
                             .dataset_count = NUMBERS + 1,
                             .attribute_count = page->attributes,
                             .dimension = &page->dimension,
                             .dataset = page->dataset,
                             .attribute = page->attribute};
}

void universality_report_release(struct universality_page *page) {
    free(page->member_name);
    free(page->value);
    free(page);
}
