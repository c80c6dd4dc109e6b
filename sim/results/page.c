#include "sim/results/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/theory/prescription.h"
#include "sim/base/memory.h"
#include "sim/measures/pilot.h"
#include "sim/results/note.h"

static const char within[] = "exact/";
enum { WITHIN = sizeof within - 1 };

void page_exact_path(const char *series, char path[PAGE_NAME]) {
    snprintf(path, PAGE_NAME, "%s/%.*s", series, WITHIN - 1, within);
}

const char *page_dataset(const struct results_field *f) {
    return f->name + (f->kind == RESULTS_EXACT ? WITHIN : 0);
}

double *page_parameter(struct results_series *s, size_t parameter, size_t part, char name[PAGE_NAME]) {
    snprintf(name, PAGE_NAME, "%s_%s", s->family->parameter[parameter].name, schedule_part_name[part]);
    return schedule_part(&s->parameter[parameter], part);
}

/* A group with room for what it points to. */
struct sheet {
    char path[PAGE_NAME];
    struct h5_dimension dimension[RESULTS_DIMENSIONS];
    struct h5_dataset dataset[RESULTS_FIELDS + 2]; /* and two of text */
    size_t dimensions, datasets;
};

enum { ATTRIBUTES = 5 + 3 + (SCHEDULE_PARTS + 1) * FAMILY_PARAMETERS + NOTE_MOST };

struct page_series {
    struct sheet own, exact;
    struct h5_attribute attribute[ATTRIBUTES];
    size_t attributes;
    char parameter[SCHEDULE_PARTS * FAMILY_PARAMETERS][PAGE_NAME];
    char (*label)[CRITERION_LABEL];
    const char **criterion;
};

/* A dimension's place in the group; added when new. */
static unsigned sheet_dimension(struct sheet *p, const struct results_series *s, unsigned dimension) {
    const char *name = results_dimension_name[dimension];
    unsigned at = 0;
    while (at < p->dimensions && p->dimension[at].name != name) { at++; }
    if (at == p->dimensions) {
        p->dimension[p->dimensions++] = (struct h5_dimension){name, s->size[dimension]};
    }
    return at;
}

/* The axes of `d` are dimensions of results. */
static void sheet_add(struct sheet *p, const struct results_series *s, struct h5_dataset d) {
    for (unsigned k = 0; k < d.rank; k++) { d.axis[k] = sheet_dimension(p, s, d.axis[k]); }
    p->dataset[p->datasets++] = d;
}

/* What an array may be plotted against (CF conventions) beside its axes; NULL: nothing. */
static const char *coordinates_of(const struct results_series *s, const struct results_field *f) {
    bool is_coordinate = f->values == &s->beta || f->values == &s->beta_ratio || f->values == &s->n ||
                         f->values == &s->lambda_typ;
    if (is_coordinate || f->rank == 0 || f->axis[0] != RESULTS_LOG_N || f->values == &s->log_n) {
        return NULL;
    }
    bool by_beta = f->rank > 1 && f->axis[1] == RESULTS_BETA;
    if (f->kind == RESULTS_EXACT) { return by_beta ? "beta_ratio" : NULL; }
    return by_beta ? "beta_ratio beta n lambda_typ" : "n lambda_typ";
}

static void add_fields(struct page_series *p, struct results_series *s) {
    snprintf(p->own.path, sizeof p->own.path, "%s", s->name);
    page_exact_path(s->name, p->exact.path);
    for (unsigned i = 0; i < RESULTS_DIMENSIONS; i++) {
        if (results_has_dimension(s, i)) { sheet_dimension(&p->own, s, i); }
    }
    for (struct results_field f = {0}; results_next(s, &f) && f.units;) {
        struct sheet *home = f.kind == RESULTS_EXACT ? &p->exact : &p->own;
        struct h5_dataset d = {.name = page_dataset(&f),
                               .units = f.units,
                               .long_name = f.long_name,
                               .coordinates = coordinates_of(s, &f),
                               .alias = f.values == &s->lambda ? "lambda_n" : NULL,
                               .rank = f.rank,
                               .number = *f.values};
        for (unsigned k = 0; k < f.rank; k++) { d.axis[k] = f.axis[k]; }
        sheet_add(home, s, d);
        if (f.values == &s->log_n || f.values == &s->beta_ratio) { sheet_add(&p->exact, s, d); }
    }
}

static void add_criteria(struct page_series *p, const struct results_series *s) {
    size_t count = s->size[RESULTS_CRITERION];
    p->label = memory_create(count, sizeof *p->label);
    p->criterion = memory_create(count, sizeof *p->criterion);
    for (size_t i = 0; i < count; i++) {
        criterion_label(&s->criterion[i], p->label[i]);
        p->criterion[i] = p->label[i];
    }
    struct h5_dataset d = {
        .name = "criterion",
        .long_name = "what marks the collapse, with its threshold",
        .rank = 1,
        .axis = {RESULTS_CRITERION},
        .text = p->criterion,
    };
    sheet_add(&p->own, s, d);
    sheet_add(&p->exact, s, d);
}

/* Of measured rows. */
static void add_prescriptions(struct page_series *p, const struct results_series *s) {
    if (!results_has_dimension(s, RESULTS_PRESCRIPTION) || s->size[RESULTS_PRESCRIPTION] != PRESCRIPTIONS) {
        return;
    }
    sheet_add(&p->own, s,
              (struct h5_dataset){.name = "prescription",
                                  .long_name = "how beta grows with context length",
                                  .rank = 1,
                                  .axis = {RESULTS_PRESCRIPTION},
                                  .text = (const char **)prescription_name});
}

static void add_text(struct page_series *p, const char *name, const char *text) {
    p->attribute[p->attributes++] = (struct h5_attribute){.name = name, .text = text};
}

static void add_number(struct page_series *p, const char *name, double number) {
    p->attribute[p->attributes++] = (struct h5_attribute){.name = name, .number = number};
}

/* Schedules, and words for those that are one. */
static void add_parameters(struct page_series *p, struct results_series *s) {
    for (size_t i = 0; i < SCHEDULE_PARTS * s->family->parameter_count; i++) {
        if (!family_parameter_shows(s->family, s->parameter, i / SCHEDULE_PARTS)) { continue; }
        double *value = page_parameter(s, i / SCHEDULE_PARTS, i % SCHEDULE_PARTS, p->parameter[i]);
        add_number(p, p->parameter[i], *value);
    }
    for (size_t i = 0; i < s->family->parameter_count; i++) {
        const struct family_parameter *parameter = &s->family->parameter[i];
        const char *word = family_parameter_word(parameter, s->parameter[i].coef);
        if (word && family_parameter_shows(s->family, s->parameter, i)) {
            add_text(p, parameter->name, word);
        }
    }
}

static void add_attributes(struct page_series *p, struct results_series *s) {
    add_text(p, "family", s->family->name);
    if (!note_find(s, "class")) { add_text(p, "class", family_class_name(s->family->class)); }
    p->attribute[p->attributes++] = (struct h5_attribute){.name = "replicates", .whole = &s->replicates};
    if (s->target > 0) { add_number(p, "target_collapse", s->target); }
    add_parameters(p, s);
    if (s->is_prescribed) {
        add_text(p, "prescription", prescription_name[s->prescription]);
        add_number(p, "log_trained", s->log_trained);
        add_number(p, "prescription_coef", s->coef);
    }
    if (s->family->kind == FAMILY_SAMPLED && !s->family->log_lambda) {
        add_text(p, "lambda_typ_source", PILOT_MEANING);
    }
    for (size_t i = 0; i < s->note_count; i++) { p->attribute[p->attributes++] = s->note[i]; }
}

static struct h5_group sheet_group(const struct sheet *p) {
    return (struct h5_group){.name = p->path,
                             .dimension_count = p->dimensions,
                             .dimension = p->dimension,
                             .dataset_count = p->datasets,
                             .dataset = p->dataset};
}

struct page *page_create(const struct results *r) {
    struct page *page = memory_create(1, sizeof *page);
    page->series = memory_create(r->series_count, sizeof *page->series);
    page->group = memory_create(2 * r->series_count, sizeof *page->group);
    for (size_t i = 0; i < r->series_count; i++) {
        struct page_series *p = &page->series[i];
        add_fields(p, &r->series[i]);
        add_criteria(p, &r->series[i]);
        add_prescriptions(p, &r->series[i]);
        add_attributes(p, &r->series[i]);
        struct h5_group *own = &page->group[page->group_count++];
        *own = sheet_group(&p->own);
        own->attribute_count = p->attributes;
        own->attribute = p->attribute;
        page->group[page->group_count++] = sheet_group(&p->exact);
    }
    return page;
}

void page_free(struct page *page) {
    for (size_t i = 0; i < page->group_count / 2; i++) {
        free(page->series[i].label);
        free(page->series[i].criterion);
    }
    free(page->series);
    free(page->group);
    free(page);
}
